//! A message that the mail server does not hand over: it is asked for again, and when others can be had, parked where it
//! lies, so that it stops nothing. Once the server is mended, the operator has it taken.

use sha2::{Digest, Sha256};
use tracing::warn;

use super::{
    Desk, PassError,
    fingerprint::message_id,
    process::{InHand, prepare},
};
use crate::{
    desk::triage::ParkReason,
    hex,
    intake::{ImapError, IntakeError, Open, SUSPECT, Source, Suspect},
    mail::InboundMail,
    store::{LedgerRow, NewEvent, NewMessage, Outcome, Place, StoreError, Tx, pack},
};

/// Remembers which message a pass ended over, or parks it when that has happened too often and is its own fault alone.
pub(super) async fn note(
    desk: &Desk,
    (folder, uidvalidity): (String, u32),
    error: &IntakeError,
) -> Result<(), StoreError> {
    let IntakeError::Imap(ImapError::Withheld { uid, others, why }) = error else { return Ok(()) };
    let mut suspect = Suspect { tries: 1, uidvalidity, uid: *uid, folder };
    let mut tx = desk.store.write().await?;
    let known = tx.state_or_insert(SUSPECT, "").await?.parse::<Suspect>();
    if let Ok(known) = known
        && known.is_of(&suspect)
    {
        suspect.tries += known.tries;
    }
    tx.set_state(SUSPECT, &suspect.to_string()).await?;
    let parked = *others && suspect.tries >= desk.max_attempts;
    let id = if parked { Some(park(desk, &mut tx, &suspect, why)?) } else { None };
    tx.commit().await?;
    if let Some(id) = id {
        super::http::count_message(Outcome::Parked.as_str());
        warn!(
            message.id = id,
            "UID {uid} is parked where it lies: the mail server has not handed it over in {} attempts; once it does, \
             `madoguchi parked retry {id}` takes it",
            suspect.tries
        );
    }
    Ok(())
}

/// Accounts for a message of which nothing is known but its place.
fn park(desk: &Desk, tx: &mut Tx, suspect: &Suspect, why: &str) -> Result<i64, StoreError> {
    let Suspect { tries, uidvalidity, uid, folder } = suspect;
    let now = desk.clock.now();
    let hash = hex::encode(&Sha256::digest(format!("withheld {uidvalidity} {uid} {folder}")));
    let id = tx.fresh_id();
    tx.add_message(&NewMessage {
        id,
        place: &Place::Imap { folder: folder.clone(), uidvalidity: *uidvalidity, uid: *uid },
        message_id: &message_id(&InboundMail::default(), &hash),
        hash: &hash,
        received_at: now,
        taken_at: now,
        size: 0,
        raw: &pack(&[])?,
        outcome: Outcome::Parked,
        reason: Some(ParkReason::Withheld.as_str()),
        detail: Some(why),
        ticket_id: None,
        duplicate_of: None,
        attempts: *tries,
        // It is left as it is for whoever looks after it.
        settled: true,
    });
    tx.append_event(now, NewEvent::by_desk("withheld", format!("attempt {tries}")).on_message(id));
    Ok(id)
}

/// Asks the mail server once more for a parked message that it did not hand over; then the message is to be decided.
/// `false` when it lies there no more.
///
/// # Errors
/// When the mailbox or the database fails.
pub async fn take_withheld(desk: &Desk, source: &Source, row: &LedgerRow) -> Result<bool, PassError> {
    let (Place::Imap { folder, uidvalidity, uid }, Open::Imap(mut session)) =
        (&row.place, source.open().await?)
    else {
        return Ok(false);
    };
    let there = session.place() == (folder.clone(), *uidvalidity);
    let taken = if there { session.one(*uid).await.map_err(IntakeError::from)? } else { None };
    session.logout().await;
    let Some(taken) = taken else { return Ok(false) };
    let InHand { reading, place, size, hash, message_id, raw, settled, .. } = prepare(desk, &taken)?;
    let mut tx = desk.store.write().await?;
    let completed = NewMessage {
        id: row.id,
        place: &place,
        message_id: &message_id,
        hash: &hash,
        received_at: reading.received_at,
        taken_at: desk.clock.now(),
        size,
        raw: &raw,
        outcome: Outcome::Pending,
        reason: taken.oversize.then_some(ParkReason::Oversize.as_str()),
        detail: None,
        ticket_id: None,
        duplicate_of: None,
        attempts: row.attempts,
        settled,
    };
    if tx.complete_message(&completed, ParkReason::Withheld.as_str()).await? {
        tx.append_event(desk.clock.now(), NewEvent::by_operator("handed_over", "").on_message(row.id));
        tx.commit().await?;
    }
    Ok(true)
}
