//! Compares the mailbox with the ledger and reports messages that the ledger does not know. Changes neither of them.

use std::collections::BTreeMap;

use super::fingerprint::{content_hash, message_id};
use crate::{
    mail,
    mailbox::{ImapSession, IntakeError, Maildir, Open, Source},
    service::{Desk, PassError},
    store::{LedgerKey, Outcome, Place, StoreError},
};

/// Number of messages whose headers one IMAP command fetches.
const AT_ONCE: usize = 200;

#[derive(Debug, Default)]
pub struct Reconciled {
    /// Number of messages in the mailbox by their outcome in the ledger.
    pub explained: BTreeMap<Outcome, u64>,
    /// Messages that the ledger does not know, with their Message-ID.
    pub unexplained: Vec<(Place, Option<String>)>,
}

impl Reconciled {
    /// Whether the ledger knows every message and none is pending.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unexplained.is_empty() && !self.explained.contains_key(&Outcome::Pending)
    }

    fn add(&mut self, outcome: Option<Outcome>, place: impl FnOnce() -> Place, message_id: Option<String>) {
        match outcome {
            Some(outcome) => *self.explained.entry(outcome).or_default() += 1,
            None => self.unexplained.push((place(), message_id)),
        }
    }
}

/// Compares all folders that the desk uses.
pub async fn reconcile(desk: &Desk, source: &Source) -> Result<Reconciled, PassError> {
    let mut found = Reconciled::default();
    match source.open().await? {
        Open::Imap(mut session) => {
            for folder in session.folders() {
                imap_folder(desk, &mut session, &folder, &mut found).await?;
            }
            session.logout().await;
        }
        Open::Maildir(maildir) => files(desk, &maildir, &mut found).await?,
    }
    Ok(found)
}

async fn imap_folder(
    desk: &Desk,
    session: &mut ImapSession,
    folder: &str,
    found: &mut Reconciled,
) -> Result<(), PassError> {
    let (uidvalidity, uids) = session.inventory(folder).await.map_err(IntakeError::from)?;
    let known = desk.store.outcomes_in(folder, uidvalidity).await?;
    let (at_place, elsewhere): (Vec<u32>, Vec<u32>) =
        uids.into_iter().partition(|uid| known.contains_key(uid));
    let place = |uid| Place::Imap { folder: folder.to_owned(), uidvalidity, uid };
    for uid in at_place {
        found.add(known.get(&uid).copied(), || place(uid), None);
    }
    // The message was moved here, or the server assigned new UIDs: identify it by its Message-ID or its content.
    for chunk in elsewhere.chunks(AT_ONCE) {
        let headers = session.peek(chunk, false).await.map_err(IntakeError::from)?;
        for (uid, header) in headers {
            let message_id = mail::read(&header).message_id;
            let outcome = match &message_id {
                Some(id) => desk.store.outcome_of(LedgerKey::MessageId(id)).await?,
                None => {
                    let whole = session.peek(&[uid], true).await.map_err(IntakeError::from)?;
                    let raw = whole.into_values().next().unwrap_or_default();
                    by_content(desk, &raw).await?
                }
            };
            found.add(outcome, || place(uid), message_id);
        }
    }
    Ok(())
}

async fn files(desk: &Desk, maildir: &Maildir, found: &mut Reconciled) -> Result<(), PassError> {
    for (name, path) in maildir.inventory()? {
        let mut outcome = desk.store.outcome_of(LedgerKey::File(&name)).await?;
        let mut message_id = None;
        if outcome.is_none()
            && let Ok(raw) = std::fs::read(&path)
        {
            outcome = by_content(desk, &raw).await?;
            message_id = mail::read(&raw).message_id;
        }
        found.add(outcome, || Place::File { folder: maildir.name(), name }, message_id);
    }
    Ok(())
}

async fn by_content(desk: &Desk, raw: &[u8]) -> Result<Option<Outcome>, StoreError> {
    let mail = mail::read(raw);
    let hash = content_hash(&mail, raw);
    desk.store.outcome_of(LedgerKey::Content(&message_id(&mail, &hash), &hash)).await
}
