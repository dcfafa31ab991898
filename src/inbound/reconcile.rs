//! Compares the mailbox with the ledger and reports messages that the ledger does not know. Changes neither of them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use tracing::{error, warn};

use super::fingerprint::{content_hash, message_id};
use crate::{
    mail,
    mailbox::{ImapSession, IntakeError, Maildir, Open},
    service::{Desk, PassError},
    store::{LedgerKey, Outcome, Place, StoreError},
};

/// Number of messages whose headers one IMAP command fetches.
pub(super) const AT_ONCE: usize = 200;

const EVERY: Duration = Duration::from_hours(24);
/// Wait before the next comparison after an error, or while the ledger lacks messages.
const SOON: Duration = Duration::from_hours(1);
/// Wait before a second comparison if the ledger lacks messages: they may have arrived just now, and the next pass takes them.
const AGAIN: Duration = Duration::from_secs(60);

/// The daily comparison of the intake loop.
#[derive(Debug)]
pub(super) struct Comparison {
    due: Instant,
    /// The last comparison found messages that the ledger does not know.
    doubts: bool,
}

impl Comparison {
    pub(super) fn due_at(due: Instant) -> Self {
        Self { due, doubts: false }
    }

    /// Compares the mailbox with the ledger if it is time, and reports the result to health. Returns whether it did.
    pub(super) async fn run_if_due(&mut self, desk: &Desk, mailbox: &mut Open) -> bool {
        if self.due > Instant::now() {
            return false;
        }
        let next = match reconcile(desk, mailbox).await.map(|found| found.unexplained.len()) {
            Err(error) => {
                warn!("the mailbox cannot be compared with the ledger now: {error}");
                SOON
            }
            Ok(count) if count > 0 && !self.doubts => {
                self.doubts = true;
                AGAIN
            }
            Ok(count) => {
                if count > 0 {
                    error!(count, "messages in the mailbox are not in the ledger: see `madoguchi reconcile`");
                }
                desk.health.unexplained(count);
                self.doubts = count > 0;
                if count > 0 { SOON } else { EVERY }
            }
        };
        self.due = Instant::now() + next;
        true
    }
}

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

/// Compares all folders that the desk uses. Another folder may be open afterwards.
pub async fn reconcile(desk: &Desk, mailbox: &mut Open) -> Result<Reconciled, PassError> {
    let mut found = Reconciled::default();
    match mailbox {
        Open::Imap(session) => {
            for folder in session.folders() {
                imap_folder(desk, session, &folder, &mut found).await?;
            }
        }
        Open::Maildir(maildir) => files(desk, maildir, &mut found).await?,
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
        desk.health.tick("intake", Duration::ZERO);
        let headers = session.peek(chunk, false).await.map_err(IntakeError::from)?;
        for (uid, header) in headers {
            let message_id = message_id_of(session, uid, &header).await?;
            let outcome = desk.store.outcome_of(LedgerKey::MessageId(&message_id)).await?;
            found.add(outcome, || place(uid), mail::read(&header).message_id);
        }
    }
    Ok(())
}

/// The Message-ID of a message of the open folder, as in the ledger. Only a message without one is fetched whole.
pub(super) async fn message_id_of(
    session: &mut ImapSession,
    uid: u32,
    header: &[u8],
) -> Result<String, IntakeError> {
    if let Some(id) = mail::read(header).message_id {
        return Ok(id);
    }
    let raw = session.peek(&[uid], true).await?.remove(&uid).unwrap_or_default();
    let mail = mail::read(&raw);
    Ok(message_id(&mail, &content_hash(&mail, &raw)))
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
