//! One session with an IMAP server: find new messages, fetch them in batches, flag or move them, wait.
//! A message in the folder is not changed before it is in the ledger. Every command has a timeout.

mod command;
mod connect;
mod fetch;
mod idle;
mod look;
mod mend;
mod settle;
mod stuck;
mod wire;

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use async_imap::Session;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

pub use connect::Capabilities;
pub use stuck::{STUCK_MESSAGE, StuckMessage};

use self::{fetch::Listed, look::Looked, wire::Wire};
use crate::{
    login::{Login, OAuth2Error},
    net::{NetError, Peer},
    settings::{After, Tls},
};

type Stream = Wire<Either<TlsStream<TcpStream>, TcpStream>>;

/// Settings of an IMAP session.
#[derive(Debug, Clone)]
pub struct ImapOptions {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
    pub login: Login,
    /// The folder to read.
    pub folder: String,
    /// What to do with a message once it is in the ledger.
    pub after: After,
    /// Target folder of processed mail with [`After::Move`].
    pub processed_folder: String,
    /// Target folder of parked mail with [`After::Move`].
    pub parked_folder: String,
    /// In bytes. Of a larger message, only the header section is fetched.
    pub max_message_size: u64,
    /// Timeout of each command. A fetch of contents gets more time, by its size.
    pub timeout: Duration,
    /// Wait with IDLE (RFC 2177) if the server supports it.
    pub idle: bool,
}

impl ImapOptions {
    fn peer(&self) -> Peer<'_> {
        Peer {
            protocol: "IMAP",
            section: "mailbox",
            host: &self.host,
            port: self.port,
            ca_file: self.ca_file.as_deref(),
            timeout: self.timeout,
        }
    }
}

/// An error of the IMAP session.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(
        "the IMAP server {host} refused STARTTLS: {detail}; the password is not sent in clear: use mailbox.tls = \"implicit\" (port 993)"
    )]
    StartTls { host: String, detail: String },
    #[error("the IMAP server refused the login of {user}: {detail}; {remedy}")]
    Login {
        user: String,
        detail: String,
        remedy: &'static str,
        /// A retry with a newer token may succeed.
        again: bool,
    },
    #[error(transparent)]
    OAuth2(#[from] OAuth2Error),
    /// The server refused to open or create a folder, or to move messages into it.
    #[error("cannot open the folder {folder:?}: {detail}; see {key}")]
    Folder {
        folder: String,
        detail: String,
        /// Settings key that names the folder.
        key: &'static str,
    },
    #[error("the IMAP server did not answer {verb} within {} s; see mailbox.timeout", limit.as_secs())]
    Timeout { verb: &'static str, limit: Duration },
    /// The server did not deliver a message, although it is in the folder.
    #[error("IMAP UID FETCH failed: no answer about UID {uid} ({why}); see the mail server's log")]
    Unfetchable {
        /// The lowest UID for which no response came.
        uid: u32,
        /// The stuck message was fetched alone. All messages before it are in the ledger, so no other message is the
        /// cause.
        alone: bool,
        /// What the server did instead.
        why: String,
    },
    /// The server answered NO or BAD. The connection is still good.
    #[error("IMAP {verb} failed: {detail}")]
    Refused { verb: &'static str, detail: String },
    /// The connection failed during a command, with the words of a BYE if the server sent one.
    #[error("IMAP {verb} failed: {detail}")]
    Broken { verb: &'static str, detail: String },
    /// The library cannot parse an answer, or panicked at it.
    #[error("IMAP {verb} failed: the server's answer is not IMAP")]
    Garbled { verb: &'static str },
    /// The server refuses IDLE, or ends it at once.
    #[error("IMAP IDLE failed: {detail}")]
    Idle { detail: String },
}

type Result<T, E = ImapError> = std::result::Result<T, E>;

/// An open session with the folder selected.
#[derive(Debug)]
pub struct ImapSession {
    options: ImapOptions,
    /// `None` only during a command, or after the connection broke.
    session: Option<Session<Stream>>,
    capabilities: Capabilities,
    uidvalidity: u32,
    /// Number of messages in the open folder, as the server last said.
    exists: u32,
    /// The server has reported a new message since the folder was opened.
    news: bool,
    /// The last command failed with [`ImapError::Garbled`].
    garbled: bool,
    /// The last look at the whole folder.
    looked: Option<Looked>,
    /// See [`ImapSession::doubtful`].
    doubtful: Vec<u32>,
    /// Sizes are asked for one by one, because an answer about several was garbled.
    singly: bool,
    /// UIDs of messages that are not in the ledger and whose size is not known yet, ascending.
    found: VecDeque<u32>,
    /// Messages with known size that are not fetched yet. Their UIDs are below those in `found`.
    listed: VecDeque<Listed>,
    /// UID of the stuck message. It is fetched alone, once all messages before it are in the ledger.
    stuck: Option<u32>,
}

impl ImapSession {
    /// The folder and its UIDVALIDITY, as in the ledger.
    #[must_use]
    pub fn place(&self) -> (String, u32) {
        (self.options.folder.clone(), self.uidvalidity)
    }

    /// All folders that may contain mail of the desk.
    #[must_use]
    pub fn folders(&self) -> Vec<String> {
        let options = &self.options;
        let mut folders = vec![options.folder.clone()];
        if options.after == After::Move {
            folders.extend([options.processed_folder.clone(), options.parked_folder.clone()]);
        }
        folders
    }

    /// Sends LOGOUT and ignores its result; the connection closes in any case.
    pub async fn logout(mut self) {
        self.close().await;
    }

    /// [`ImapSession::logout`] for a session that reports what it found before. Later commands fail.
    pub async fn close(&mut self) {
        let _ = self.command("LOGOUT", "LOGOUT", Duration::from_secs(2), |_| {}).await;
        self.session = None;
    }
}
