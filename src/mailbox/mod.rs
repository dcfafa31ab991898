//! Fetches messages from the mailbox, and flags or moves them there once they are in the ledger.
//! Handles bytes only; `desk::triage` decides what a message means.

mod files;
pub mod imap;
pub mod maildir;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

pub use files::{FileError, from_reader, read_paths};
pub use imap::{ImapError, ImapOptions, ImapSession, STUCK_MESSAGE, StuckMessage};
pub use maildir::Maildir;

use crate::{
    login::Tokens,
    settings::After,
    store::{Place, Store, StoreError},
};

/// Limit of messages in one fetch. At this number the time of a network round trip is negligible.
pub const BATCH_MESSAGES: usize = 150;
/// Limit of bytes in one fetch. A larger message is fetched alone. The last message of a Maildir batch may exceed it.
pub const BATCH_BYTES: usize = 3_000_000;
/// Limit of messages that one command flags or moves. Each command has a fixed cost, so this batch is large.
pub const SETTLE_AT_ONCE: usize = 200;

/// An error of the mailbox. No message is lost by it: the next pass fetches every message that is not in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error(transparent)]
    Imap(#[from] ImapError),
    #[error("cannot read the Maildir {path}: {source}; see mailbox.path")]
    Maildir { path: String, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One message as fetched: complete, or only its header section if it exceeds the size limit.
#[derive(Debug, Clone)]
pub struct FetchedMessage {
    pub place: Place,
    pub raw: Vec<u8>,
    /// Size of the complete message in the mailbox, in bytes.
    pub size: u64,
    /// `raw` contains only the header section.
    pub oversize: bool,
    /// INTERNALDATE of IMAP. `None` for files, where the topmost `Received` header field or `file_time` is used.
    pub received_at: Option<DateTime<Utc>>,
    /// Modification time of the file; `None` on IMAP.
    pub file_time: Option<DateTime<Utc>>,
}

/// The configured mailbox, not yet opened.
#[derive(Debug, Clone)]
pub enum Source {
    Imap(Box<ImapOptions>),
    Maildir(Maildir),
}

/// An open mailbox.
#[derive(Debug)]
pub enum Open {
    Imap(Box<ImapSession>),
    Maildir(Maildir),
}

impl Source {
    /// Opens the mailbox: connects and logs in to the IMAP server, or checks the folders of the Maildir.
    pub async fn open(&self) -> Result<Open, IntakeError> {
        match self {
            Self::Imap(options) => Ok(Open::Imap(Box::new(ImapSession::connect(options).await?))),
            Self::Maildir(maildir) => {
                maildir.prepare()?;
                Ok(Open::Maildir(maildir.clone()))
            }
        }
    }

    /// The source of access tokens for the login; `None` for a password or a Maildir.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match self {
            Self::Imap(options) => options.login.tokens(),
            Self::Maildir(_) => None,
        }
    }

    /// Whether a message needs no further command in the mailbox once it is in the ledger.
    /// A Maildir always needs one: even [`After::Keep`] moves the file from `new/` to `cur/`.
    #[must_use]
    pub fn settles_itself(&self) -> bool {
        match self {
            Self::Imap(options) => options.after == After::Keep,
            Self::Maildir(_) => false,
        }
    }
}

impl Open {
    /// Lists the messages that are not in the ledger, and returns their number. [`Open::next_batch`] fetches them.
    pub async fn look(&mut self, store: &Store, now: DateTime<Utc>) -> Result<usize, IntakeError> {
        match self {
            Self::Imap(session) => session.look(store, now).await,
            Self::Maildir(maildir) => maildir.look(store).await,
        }
    }

    /// Fetches the next few messages, oldest first. Empty when none is left.
    pub async fn next_batch(&mut self) -> Result<Vec<FetchedMessage>, IntakeError> {
        match self {
            Self::Imap(session) => Ok(session.next_batch().await?),
            Self::Maildir(maildir) => Ok(maildir.next_batch()),
        }
    }

    /// Returns the error of the first message that was skipped in this pass. A second call returns `Ok`.
    /// Only a Maildir skips messages.
    pub fn left_over(&mut self) -> Result<(), IntakeError> {
        match self {
            Self::Imap(_) => Ok(()),
            Self::Maildir(maildir) => maildir.left_over(),
        }
    }

    /// Flags or moves recorded messages, one batch at a time. Returns their number. Messages recorded meanwhile may be left to
    /// the next call.
    ///
    /// The ledger stores which messages are settled. After an error only this step is retried, and no message is
    /// processed twice.
    pub async fn settle(&mut self, store: &Store) -> Result<usize, IntakeError> {
        let mut settled = 0;
        loop {
            let (folder, uidvalidity) = match self {
                Self::Imap(session) => session.place(),
                Self::Maildir(maildir) => (maildir.name(), 0),
            };
            let rows = store.unsettled(&folder, uidvalidity, SETTLE_AT_ONCE).await?;
            if rows.is_empty() {
                return Ok(settled);
            }
            match self {
                Self::Imap(session) => session.settle(&rows).await?,
                Self::Maildir(maildir) => maildir.settle(&rows)?,
            }
            let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
            let mut tx = store.write().await?;
            tx.mark_settled(&ids).await?;
            tx.commit().await?;
            settled += rows.len();
            if rows.len() < SETTLE_AT_ONCE {
                return Ok(settled);
            }
        }
    }

    /// Waits until a message may have arrived, `poll` has passed, or `stop` is cancelled. `idle`: whether IDLE may be tried.
    pub async fn wait(
        &mut self,
        poll: Duration,
        idle: bool,
        stop: &CancellationToken,
    ) -> Result<(), IntakeError> {
        match self {
            Self::Imap(session) => Ok(session.wait(poll, idle, stop).await?),
            Self::Maildir(_) => {
                let _ = tokio::time::timeout(poll, stop.cancelled()).await;
                Ok(())
            }
        }
    }
}
