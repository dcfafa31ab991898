//! Takes messages from where they arrive, and settles them there once they are accounted for.
//! Moves bytes and knows no ticket: what a message means is decided by `desk::triage`.

mod files;
pub mod imap;
pub mod maildir;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

pub use files::{FileError, from_reader, is_mbox, read_paths, split_mbox};
pub use imap::{ImapError, ImapOptions, ImapSession, SUSPECT, Suspect};
pub use maildir::Maildir;

use crate::{
    login::Tokens,
    settings::After,
    store::{Place, Store, StoreError},
};

/// Messages taken at a time: enough that the round trip does not count.
pub const BATCH_MESSAGES: usize = 50;
/// Bytes of messages taken at a time, unless one message is larger; of a Maildir the last one may pass it.
pub const BATCH_BYTES: usize = 2_000_000;
/// How many messages are settled in the mailbox by one command: it has a price of its own, however few they are.
pub const SETTLE_AT_ONCE: usize = 200;

/// A fault of a mailbox. Nothing is lost by it: what is not accounted for is fetched again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// IMAP.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// Maildir.
    #[error("cannot read the Maildir {path}: {source}; see mailbox.path")]
    Maildir {
        /// Which file or folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The ledger did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One message, taken from its place. The bytes are all there is, or the headers alone when it is too large.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Where it lies.
    pub place: Place,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Its size in bytes in the mailbox.
    pub size: u64,
    /// Whether only its headers were taken.
    pub oversize: bool,
    /// When it was received: INTERNALDATE on IMAP; for files `None`, then its topmost `Received` or the file's time.
    pub received_at: Option<DateTime<Utc>>,
    /// The file's time of change, for files.
    pub file_time: Option<DateTime<Utc>>,
}

/// Where the desk's mail arrives.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder on an IMAP server.
    Imap(Box<ImapOptions>),
    /// A Maildir on this machine.
    Maildir(Maildir),
}

/// A mailbox that is open.
#[derive(Debug)]
pub enum Open {
    /// A session with an IMAP server.
    Imap(Box<ImapSession>),
    /// A Maildir on this machine.
    Maildir(Maildir),
}

impl Source {
    /// Opens the mailbox.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn open(&self) -> Result<Open, IntakeError> {
        match self {
            Self::Imap(options) => Ok(Open::Imap(Box::new(ImapSession::connect(options).await?))),
            Self::Maildir(maildir) => {
                maildir.prepare()?;
                Ok(Open::Maildir(maildir.clone()))
            }
        }
    }

    /// Where the tokens for its login come from, if it has any.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match self {
            Self::Imap(options) => options.login.tokens(),
            Self::Maildir(_) => None,
        }
    }

    /// Whether a message is done with in the mailbox as soon as it is accounted for.
    #[must_use]
    pub fn settles_itself(&self) -> bool {
        match self {
            Self::Imap(options) => options.after == After::Keep,
            Self::Maildir(_) => false,
        }
    }
}

impl Open {
    /// Looks for messages that the ledger does not hold. After this [`Open::next_batch`] hands them out.
    ///
    /// # Errors
    /// When the mailbox or the ledger does not answer.
    pub async fn look(&mut self, store: &Store) -> Result<usize, IntakeError> {
        match self {
            Self::Imap(session) => session.look(store).await,
            Self::Maildir(maildir) => maildir.look(store).await,
        }
    }

    /// The next few messages, oldest first; empty when there are no more.
    ///
    /// # Errors
    /// When the mailbox does not answer.
    pub async fn next_batch(&mut self) -> Result<Vec<Taken>, IntakeError> {
        match self {
            Self::Imap(session) => Ok(session.next_batch().await?),
            Self::Maildir(maildir) => Ok(maildir.next_batch()),
        }
    }

    /// What could not be read in this pass although the rest was; said once.
    ///
    /// # Errors
    /// That is the error.
    pub fn left_over(&mut self) -> Result<(), IntakeError> {
        match self {
            Self::Imap(_) => Ok(()),
            Self::Maildir(maildir) => maildir.left_over(),
        }
    }

    /// Flags or moves what is accounted for, a batch at a time; what is filed meanwhile may be left. A fault here is tried again
    /// alone: the ledger remembers what is settled, and no message is processed twice for it.
    ///
    /// # Errors
    /// When the mailbox or the ledger does not answer.
    pub async fn settle(&mut self, store: &Store) -> Result<(), IntakeError> {
        loop {
            let (folder, uidvalidity) = match self {
                Self::Imap(session) => session.place(),
                Self::Maildir(maildir) => (maildir.name(), 0),
            };
            let rows = store.unsettled(&folder, uidvalidity, SETTLE_AT_ONCE).await?;
            if rows.is_empty() {
                return Ok(());
            }
            match self {
                Self::Imap(session) => session.settle(&rows).await?,
                Self::Maildir(maildir) => maildir.settle(&rows)?,
            }
            let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
            let mut tx = store.write().await?;
            tx.mark_settled(&ids).await?;
            tx.commit().await?;
            if rows.len() < SETTLE_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// Waits until something may have arrived, the poll is due, or `stop` is called.
    ///
    /// # Errors
    /// When the connection breaks while waiting.
    pub async fn wait(&mut self, poll: Duration, stop: &CancellationToken) -> Result<(), IntakeError> {
        match self {
            Self::Imap(session) => Ok(session.wait(poll, stop).await?),
            Self::Maildir(_) => {
                let _ = tokio::time::timeout(poll, stop.cancelled()).await;
                Ok(())
            }
        }
    }
}
