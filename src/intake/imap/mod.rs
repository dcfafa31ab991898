//! One session with an IMAP server: look, fetch in batches, settle, wait. Nothing in the folder changes before
//! the ledger has it; every verb has a time limit.

mod connect;
mod fetch;
mod settle;
mod suspect;

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use async_imap::Session;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::{either::Either, sync::CancellationToken};

pub use connect::Capabilities;
pub use suspect::{SUSPECT, Suspect};

use self::fetch::Listed;
use super::IntakeError;
use crate::{
    login::{Login, OAuth2Error},
    net::{NetError, Peer},
    settings::{After, Tls},
    store::Store,
};

/// IDLE is re-issued before a server may drop it after 30 minutes (RFC 2177).
const LONGEST_IDLE: Duration = Duration::from_secs(28 * 60);

/// How much of a server's words is repeated, in characters.
const LONGEST_DETAIL: usize = 300;

type Stream = Either<TlsStream<TcpStream>, TcpStream>;

/// What a session needs to know.
#[derive(Debug, Clone)]
pub struct ImapOptions {
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Transport security.
    pub tls: Tls,
    /// A private certificate authority.
    pub ca_file: Option<PathBuf>,
    /// Login.
    pub login: Login,
    /// The folder that is read.
    pub folder: String,
    /// What happens to accounted messages.
    pub after: After,
    /// Where they go with [`After::Move`].
    pub processed_folder: String,
    /// Where parked ones go with [`After::Move`].
    pub parked_folder: String,
    /// Larger messages are not fetched whole, in bytes.
    pub max_message_size: u64,
    /// Time limit of each verb.
    pub timeout: Duration,
    /// Whether to wait with IDLE.
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

/// A fault of the IMAP connection: says what failed, with what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// It cannot be reached, or not safely.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The server does not offer what `tls` asks for.
    #[error(
        "the IMAP server {host} refused STARTTLS: {detail}; the password is not sent in clear: use mailbox.tls = \"implicit\" (port 993)"
    )]
    StartTls {
        /// Host.
        host: String,
        /// Its answer.
        detail: String,
    },
    /// The login was refused.
    #[error("the IMAP server refused the login of {user}: {detail}; {remedy}")]
    Login {
        /// Login name.
        user: String,
        /// The server's answer.
        detail: String,
        /// What to do.
        remedy: &'static str,
        /// A newer token may do better.
        again: bool,
    },
    /// There is no access token to log in with.
    #[error(transparent)]
    OAuth2(#[from] OAuth2Error),
    /// The folder cannot be opened.
    #[error("cannot open the folder {folder:?}: {detail}; see {key}")]
    Folder {
        /// Folder.
        folder: String,
        /// The server's answer.
        detail: String,
        /// The setting that names it.
        key: &'static str,
    },
    /// A verb took too long.
    #[error("the IMAP server did not answer {verb} within {} s; see mailbox.timeout", limit.as_secs())]
    Timeout {
        /// Verb.
        verb: &'static str,
        /// Limit.
        limit: Duration,
    },
    /// A message is there, but no answer came about it.
    #[error("IMAP UID FETCH failed: no answer about UID {uid} ({why}); see the mail server's log")]
    Withheld {
        /// Its UID: the lowest of those without an answer.
        uid: u32,
        /// Whether it was the suspect, and asked for alone: then all before it was handed out, and no other is to blame.
        alone: bool,
        /// What happened instead.
        why: String,
    },
    /// A verb failed.
    #[error("IMAP {verb} failed: {detail}")]
    Verb {
        /// Verb.
        verb: &'static str,
        /// The server's answer.
        detail: String,
    },
}

type Result<T, E = ImapError> = std::result::Result<T, E>;

/// An open session with the folder selected.
#[derive(Debug)]
pub struct ImapSession {
    options: ImapOptions,
    /// `None` only while IDLE holds it, or after it broke.
    session: Option<Session<Stream>>,
    capabilities: Capabilities,
    uidvalidity: u32,
    /// UIDs of messages that the ledger does not hold and whose size is not asked for yet, ascending.
    found: VecDeque<u32>,
    /// Messages before those, with their sizes.
    listed: VecDeque<Listed>,
    /// The UID that an earlier pass got no answer about. It is asked for alone, once all before it are accounted for.
    suspect: Option<u32>,
}

impl ImapSession {
    /// The folder and its UIDVALIDITY, as the ledger names them.
    #[must_use]
    pub fn place(&self) -> (String, u32) {
        (self.options.folder.clone(), self.uidvalidity)
    }

    /// Opens the folder and looks for what lies behind the highest UID in the ledger.
    ///
    /// # Errors
    /// When the server or the ledger does not answer.
    pub async fn look(&mut self, store: &Store) -> Result<usize, IntakeError> {
        let uid_next = self.open_folder().await?;
        let highest = store.highest_uid(&self.options.folder, self.uidvalidity).await?;
        self.found.clear();
        self.listed.clear();
        self.suspect = None;
        if uid_next.is_none_or(|next| next > highest.saturating_add(1)) {
            self.find(highest).await?;
        }
        if !self.found.is_empty() {
            let suspect = store.state(SUSPECT).await?.and_then(|text| text.parse::<Suspect>().ok());
            self.suspect = suspect.filter(|it| it.lies_in(&self.place())).map(|it| it.uid);
        }
        Ok(self.found.len())
    }

    /// Selects the folder; returns its UIDNEXT where the server says it.
    async fn open_folder(&mut self) -> Result<Option<u32>> {
        let name = utf7_imap::encode_utf7_imap(self.options.folder.clone());
        let keep = self.options.after == After::Keep;
        let limit = self.options.timeout;
        let session = self.session()?;
        let select = async {
            // EXAMINE cannot change anything, not even \Recent.
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

    /// Asks for the UIDs of everything above `highest`.
    async fn find(&mut self, highest: u32) -> Result<()> {
        let first = highest.saturating_add(1);
        let found = self.search(&format!("UID {first}:*")).await?;
        // `n:*` names the last message even when its UID is below n (RFC 9051, 9: seq-range).
        self.found = found.into_iter().filter(|uid| *uid >= first).collect();
        Ok(())
    }

    /// UIDs of everything in a folder, which becomes the one that is open; for reading only.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn inventory(&mut self, folder: &str) -> Result<(u32, Vec<u32>)> {
        let limit = self.options.timeout;
        let name = utf7_imap::encode_utf7_imap(folder.to_owned());
        let mailbox = limited("EXAMINE", limit, self.session()?.examine(&name)).await?;
        let uids = self.search("ALL").await?;
        Ok((mailbox.uid_validity.unwrap_or(0), uids.into_iter().collect()))
    }

    /// Every folder that holds mail of the desk's.
    #[must_use]
    pub fn folders(&self) -> Vec<String> {
        let options = &self.options;
        let mut folders = vec![options.folder.clone()];
        if options.after == After::Move {
            folders.extend([options.processed_folder.clone(), options.parked_folder.clone()]);
        }
        folders
    }

    /// Waits with IDLE where the server has it, else sleeps; `poll` at the longest.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn wait(&mut self, poll: Duration, stop: &CancellationToken) -> Result<()> {
        let limit = self.options.timeout;
        if !self.options.idle || !self.capabilities.idle {
            let _ = tokio::time::timeout(poll, stop.cancelled()).await;
            return Ok(());
        }
        let mut idle = self.session.take().ok_or_else(broken)?.idle();
        limited("IDLE", limit, idle.init()).await?;
        let (news, _interrupt) = idle.wait_with_timeout(LONGEST_IDLE);
        tokio::select! {
            // Our own timer: the library's starts again at every keep-alive of the server.
            () = tokio::time::sleep(poll.min(LONGEST_IDLE)) => {}
            () = stop.cancelled() => {}
            result = news => {
                result.map_err(|error| verb("IDLE", &error))?;
            }
        }
        self.session = Some(limited("DONE", limit, idle.done()).await?);
        Ok(())
    }

    /// Says goodbye; the connection ends in any case.
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
    // The library shows all it has received when it cannot parse it: whole mails, which are nobody's business in a log.
    let detail = if text.contains(" during parsing of ") {
        "the server's answer is not IMAP"
    } else {
        server_words(&text).unwrap_or(&text)
    };
    ImapError::Verb { verb, detail: detail.chars().take(LONGEST_DETAIL).collect() }
}

/// What the server said, out of the library's message: `… code: None, information: Some("no such folder") …`.
fn server_words(text: &str) -> Option<&str> {
    let (_, words) = text.split_once("information: Some(\"").or_else(|| text.split_once("info: Some(\""))?;
    words.rsplit_once("\")").map(|(words, _)| words)
}

/// Runs a verb within its time limit.
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
