//! One session with an IMAP server: find new messages, fetch them in batches, flag or move them, wait.
//! A message in the folder is not changed before it is in the ledger. Every command has a timeout.

mod connect;
mod fetch;
mod settle;
mod stuck;

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use async_imap::Session;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::{either::Either, sync::CancellationToken};

pub use connect::Capabilities;
pub use stuck::{STUCK_MESSAGE, StuckMessage};

use self::fetch::Listed;
use super::IntakeError;
use crate::{
    login::{Login, OAuth2Error},
    net::{NetError, Peer},
    settings::{After, Tls},
    store::Store,
};

/// IDLE is restarted after this time, because a server may end it after 30 minutes (RFC 2177).
const LONGEST_IDLE: Duration = Duration::from_secs(28 * 60);

/// Limit of server text that an error repeats, in characters.
const LONGEST_DETAIL: usize = 300;

type Stream = Either<TlsStream<TcpStream>, TcpStream>;

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
    /// The server refused a command, or the connection failed during it.
    #[error("IMAP {verb} failed: {detail}")]
    Verb { verb: &'static str, detail: String },
}

type Result<T, E = ImapError> = std::result::Result<T, E>;

/// An open session with the folder selected.
#[derive(Debug)]
pub struct ImapSession {
    options: ImapOptions,
    /// `None` only while IDLE owns the session, or after the connection broke.
    session: Option<Session<Stream>>,
    capabilities: Capabilities,
    uidvalidity: u32,
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

    /// Opens the folder, and finds the messages above the highest UID in the ledger. Returns their number.
    pub async fn look(&mut self, store: &Store) -> Result<usize, IntakeError> {
        let uid_next = self.open_folder().await?;
        let highest = store.highest_uid(&self.options.folder, self.uidvalidity).await?;
        self.found.clear();
        self.listed.clear();
        self.stuck = None;
        if uid_next.is_none_or(|next| next > highest.saturating_add(1)) {
            self.find(highest).await?;
        }
        if !self.found.is_empty() {
            let stuck = store.state(STUCK_MESSAGE).await?.and_then(|text| text.parse::<StuckMessage>().ok());
            self.stuck = stuck.filter(|it| it.lies_in(&self.place())).map(|it| it.uid);
        }
        Ok(self.found.len())
    }

    /// Opens the folder and returns its UIDNEXT, which some servers omit.
    async fn open_folder(&mut self) -> Result<Option<u32>> {
        let name = utf7_imap::encode_utf7_imap(self.options.folder.clone());
        let keep = self.options.after == After::Keep;
        let limit = self.options.timeout;
        let session = self.session()?;
        let select = async {
            // EXAMINE opens the folder read-only; it does not even change the \Recent flags.
            if keep { session.examine(&name).await } else { session.select(&name).await }
        };
        let mailbox = match limited("SELECT", limit, select).await {
            Err(ImapError::Verb { detail, .. }) => {
                return Err(ImapError::Folder {
                    folder: self.options.folder.clone(),
                    detail,
                    key: "mailbox.folder",
                });
            }
            other => other?,
        };
        while session.unsolicited_responses.try_recv().is_ok() {}
        let missing = || ImapError::Verb { verb: "SELECT", detail: "the server gives no UIDVALIDITY".into() };
        self.uidvalidity = mailbox.uid_validity.ok_or_else(missing)?;
        Ok(mailbox.uid_next)
    }

    /// Searches for all UIDs above `highest`.
    async fn find(&mut self, highest: u32) -> Result<()> {
        let first = highest.saturating_add(1);
        let found = self.search(&format!("UID {first}:*")).await?;
        // `n:*` includes the last message even if its UID is below n (RFC 9051, 9: seq-range).
        self.found = found.into_iter().filter(|uid| *uid >= first).collect();
        Ok(())
    }

    /// Opens a folder read-only, and returns its UIDVALIDITY and all UIDs in it.
    pub async fn inventory(&mut self, folder: &str) -> Result<(u32, Vec<u32>)> {
        let limit = self.options.timeout;
        let name = utf7_imap::encode_utf7_imap(folder.to_owned());
        let mailbox = limited("EXAMINE", limit, self.session()?.examine(&name)).await?;
        let uids = self.search("ALL").await?;
        Ok((mailbox.uid_validity.unwrap_or(0), uids.into_iter().collect()))
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

    /// Waits for new messages with IDLE if the server supports it, else sleeps. Returns after `poll` at the latest.
    pub async fn wait(&mut self, poll: Duration, stop: &CancellationToken) -> Result<()> {
        let limit = self.options.timeout;
        if !self.options.idle || !self.capabilities.idle {
            let _ = tokio::time::timeout(poll, stop.cancelled()).await;
            return Ok(());
        }
        let mut idle = self.session.take().ok_or_else(broken)?.idle();
        limited("IDLE", limit, idle.init()).await?;
        let (new_data, _interrupt) = idle.wait_with_timeout(LONGEST_IDLE);
        tokio::select! {
            // We need our own timer: the one of `async_imap` restarts at every keep-alive of the server.
            () = tokio::time::sleep(poll.min(LONGEST_IDLE)) => {}
            () = stop.cancelled() => {}
            result = new_data => {
                result.map_err(|error| verb("IDLE", &error))?;
            }
        }
        self.session = Some(limited("DONE", limit, idle.done()).await?);
        Ok(())
    }

    /// Sends LOGOUT and ignores its result; the connection closes in any case.
    pub async fn logout(mut self) {
        if let Some(mut session) = self.session.take() {
            let _ = tokio::time::timeout(Duration::from_secs(2), session.logout()).await;
        }
    }

    fn session(&mut self) -> Result<&mut Session<Stream>> {
        self.session.as_mut().ok_or_else(broken)
    }
}

fn broken() -> ImapError {
    ImapError::Verb { verb: "IDLE", detail: "the connection broke".into() }
}

fn verb(verb: &'static str, error: &async_imap::error::Error) -> ImapError {
    let text = error.to_string();
    // On a parse error, `async_imap` includes all received bytes in its message. They may be mails, which must not
    // be logged.
    let detail = if text.contains(" during parsing of ") {
        "the server's answer is not IMAP"
    } else {
        server_words(&text).unwrap_or(&text)
    };
    ImapError::Verb { verb, detail: detail.chars().take(LONGEST_DETAIL).collect() }
}

/// Extracts the server's text from an error message of `async_imap`:
/// `… code: None, information: Some("no such folder") …`.
fn server_words(text: &str) -> Option<&str> {
    let (_, words) = text.split_once("information: Some(\"").or_else(|| text.split_once("info: Some(\""))?;
    words.rsplit_once("\")").map(|(words, _)| words)
}

/// Runs a command with a timeout.
async fn limited<T>(
    name: &'static str,
    limit: Duration,
    future: impl Future<Output = async_imap::error::Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(limit, future).await {
        Ok(result) => result.map_err(|error| verb(name, &error)),
        Err(_) => Err(ImapError::Timeout { verb: name, limit }),
    }
}
