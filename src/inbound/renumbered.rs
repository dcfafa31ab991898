//! A folder to which the server has assigned new UIDs without a new UIDVALIDITY, as after a careless restore. Its messages are fetched
//! again, and their content tells the copies.

use tracing::warn;

use super::reconcile::{AT_ONCE, message_id_of};
use crate::{
    desk::triage::ParkReason,
    mailbox::{ImapSession, IntakeError, Open},
    service::{Desk, PassError},
};

/// Compares the messages at doubtful places with the ledger. If one is another message, sets the recorded places of the folder
/// aside and looks again.
pub(super) async fn verify_places(desk: &Desk, mailbox: &mut Open) -> Result<(), PassError> {
    if let Open::Imap(session) = &mut *mailbox
        && holds_others(desk, session).await?
    {
        let (folder, uidvalidity) = session.place();
        let mut tx = desk.store.write().await?;
        tx.set_places_aside(&folder, uidvalidity).await?;
        tx.commit().await?;
        session.forget_look();
        warn!(
            "the mail server has assigned new UIDs without a new UIDVALIDITY: the whole folder is read again"
        );
        mailbox.look(&desk.store, desk.clock.now()).await?;
    }
    Ok(())
}

async fn holds_others(desk: &Desk, session: &mut ImapSession) -> Result<bool, PassError> {
    let (folder, uidvalidity) = session.place();
    for uids in session.doubtful().chunks(AT_ONCE) {
        let unfetched = ParkReason::Unfetchable.as_str();
        let recorded = desk.store.message_ids_at(&folder, uidvalidity, uids, unfetched).await?;
        for (uid, header) in session.peek(uids, false).await.map_err(IntakeError::from)? {
            let Some(recorded) = recorded.get(&uid) else { continue };
            if message_id_of(session, uid, &header).await? != *recorded {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
