//! One session with an IMAP server: look, fetch in batches, settle, wait. Nothing in the folder changes before
//! the ledger has it; every verb has a time limit.

mod connect;
mod settle;
mod suspect;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write as _,
    future::ready,
    path::PathBuf,
    time::Duration,
};

use async_imap::{Session, types::Fetch};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::{either::Either, sync::CancellationToken};

pub use connect::Capabilities;
pub use suspect::{SUSPECT, Suspect};

use super::{BATCH_BYTES, BATCH_MESSAGES, IntakeError, Taken};
use crate::{
    login::{Login, OAuth2Error},
    net::{NetError, Peer},
    settings::{After, Tls},
    store::{Place, Store},
};

/// Messages whose sizes are asked for by one command: few, since some servers read each message to know its size.
const LIST_AT_ONCE: usize = 250;
/// IDLE is re-issued before a server may drop it after 30 minutes (RFC 2177).
const LONGEST_IDLE: Duration = Duration::from_secs(28 * 60);
/// Slowest transfer that still counts as working; added to the time limit of a fetch by size.
const SLOWEST_BYTES_PER_SECOND: u64 = 50_000;

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
    /// A message is there, but no answer came about it. In its batch or beside it others may have come.
    #[error("IMAP UID FETCH failed: no answer about UID {uid} ({why}); see the mail server's log")]
    Withheld {
        /// Its UID: the lowest of those without an answer.
        uid: u32,
        /// Whether another message was handed over meanwhile, so that it is this one's own fault.
        others: bool,
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

/// A message in the folder that is not fetched yet.
#[derive(Debug, Clone, Copy)]
struct Listed {
    uid: u32,
    size: u64,
    received_at: Option<DateTime<Utc>>,
}

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
    /// Whether another message was handed over just before the suspect was asked for.
    others: bool,
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
        (self.suspect, self.others) = (None, false);
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
        let limit = self.options.timeout;
        let first = highest.saturating_add(1);
        let found =
            limited("UID SEARCH", limit, self.session()?.uid_search(format!("UID {first}:*"))).await?;
        // `n:*` names the last message even when its UID is below n (RFC 9051, 9: seq-range).
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| *uid >= first).collect();
        uids.sort_unstable();
        self.found = uids.into();
        Ok(())
    }

    /// Asks for size and INTERNALDATE of the first messages that were found.
    async fn list(&mut self) -> Result<()> {
        let limit = self.options.timeout;
        let before = self.suspect.and_then(|uid| self.found.binary_search(&uid).ok());
        let count = match before {
            Some(0) => {
                self.others = self.hands_over_the_newest().await;
                1
            }
            Some(count) => count.min(LIST_AT_ONCE),
            None => self.found.len().min(LIST_AT_ONCE),
        };
        let uids: Vec<u32> = self.found.drain(..count).collect();
        let listed = |fetch: &Fetch| {
            Some(Listed {
                uid: fetch.uid.filter(|uid| uids.binary_search(uid).is_ok())?,
                size: fetch.size.map_or(0, u64::from),
                received_at: fetch.internal_date().map(|at| at.with_timezone(&Utc)),
            })
        };
        let mut listed = self.fetch(&uids, "(UID RFC822.SIZE INTERNALDATE)", limit, listed).await?;
        // A server may say more of a message than was asked, in an answer of its own, which has no size.
        listed.sort_unstable_by_key(|listed| (listed.uid, Reverse(listed.size)));
        listed.dedup_by_key(|listed| listed.uid);
        self.listed = listed.into();
        Ok(())
    }

    /// Asks for one message of the open folder; `None` when it is gone.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn one(&mut self, uid: u32) -> Result<Option<Taken>> {
        self.listed.clear();
        self.found = [uid].into();
        Ok(self.next_batch().await?.pop())
    }

    /// Whether the server hands over the newest message, when that is not the suspect itself.
    async fn hands_over_the_newest(&mut self) -> bool {
        let newest = self.found.back().copied().filter(|uid| Some(*uid) != self.suspect);
        let Some(newest) = newest else { return false };
        let headers = self.contents(&[newest], false, self.options.timeout).await;
        headers.is_ok_and(|headers| headers.values().any(|header| !header.is_empty()))
    }

    /// Fetches the next batch of what was found; empty when nothing is left.
    ///
    /// # Errors
    /// When the server does not answer. The batch is found again by the next [`ImapSession::look`].
    pub async fn next_batch(&mut self) -> Result<Vec<Taken>> {
        while !(self.listed.is_empty() && self.found.is_empty()) {
            if self.listed.is_empty() {
                self.list().await?;
                continue;
            }
            let batch = self.take_listed();
            let taken = self.take(batch).await?;
            if !taken.is_empty() {
                return Ok(taken);
            }
        }
        Ok(Vec::new())
    }

    /// As many of those listed as one command fetches: all whole, or all as headers alone.
    fn take_listed(&mut self) -> Vec<Listed> {
        let most = self.options.max_message_size;
        let oversize = self.listed.front().is_some_and(|first| first.size > most);
        let mut bytes = 0;
        let fits = |(nth, listed): &(usize, &Listed)| {
            bytes += listed.size;
            *nth == 0
                || *nth < BATCH_MESSAGES && bytes <= BATCH_BYTES as u64 && (listed.size > most) == oversize
        };
        let count = self.listed.iter().enumerate().take_while(fits).count();
        self.listed.drain(..count).collect()
    }

    async fn take(&mut self, batch: Vec<Listed>) -> Result<Vec<Taken>> {
        let oversize = batch.first().is_some_and(|first| first.size > self.options.max_message_size);
        let bytes: u64 = batch.iter().map(|listed| listed.size).sum();
        let extra = if oversize { 0 } else { bytes / SLOWEST_BYTES_PER_SECOND };
        let uids: Vec<u32> = batch.iter().map(|listed| listed.uid).collect();
        let limit = self.options.timeout + Duration::from_secs(extra);
        let mut fetched = self.contents(&uids, !oversize, limit).await?;
        let mut taken = Vec::with_capacity(fetched.len());
        for listed in batch {
            // A message that is not among the answers was removed in between by another program.
            let Some(raw) = fetched.remove(&listed.uid) else { continue };
            if raw.is_empty() && listed.size > 0 {
                let why = format!("it has {} bytes and came empty", listed.size);
                return Err(ImapError::Withheld {
                    uid: listed.uid,
                    others: self.others || uids.len() > 1,
                    why,
                });
            }
            let place = Place::Imap {
                folder: self.options.folder.clone(),
                uidvalidity: self.uidvalidity,
                uid: listed.uid,
            };
            taken.push(Taken {
                place,
                raw,
                size: listed.size,
                oversize,
                received_at: listed.received_at,
                file_time: None,
            });
        }
        Ok(taken)
    }

    /// Asks about messages of the open folder; `read` takes what is wanted out of each answer, as it comes. No answer about a
    /// message that is still there is an error: the library does not say that the server refused.
    async fn fetch<T>(
        &mut self,
        uids: &[u32],
        what: &str,
        limit: Duration,
        read: impl Fn(&Fetch) -> Option<T>,
    ) -> Result<Vec<T>> {
        let session = self.session()?;
        let mut silent: BTreeSet<u32> = uids.iter().copied().collect();
        let found = limited("UID FETCH", limit, async {
            let answers = session.uid_fetch(uid_set(uids), what).await?;
            let read = answers.try_filter_map(|fetch| {
                fetch.uid.map(|uid| silent.remove(&uid));
                ready(Ok(read(&fetch)))
            });
            read.try_collect().await
        })
        .await;
        let others = self.others || silent.len() < uids.len();
        let withheld = match &found {
            Ok(_) if silent.is_empty() => None,
            Ok(_) => self.still_there(silent.into_iter().collect(), limit).await,
            // Servers answer in the order of UIDs: it ended over the first of those that are missing.
            Err(error) => silent.first().map(|uid| (*uid, error.to_string())),
        };
        match withheld {
            Some((uid, why)) => Err(ImapError::Withheld { uid, others, why }),
            None => found,
        }
    }

    /// The first of the messages without an answer that was not removed meanwhile, and what is known of it.
    async fn still_there(&mut self, silent: Vec<u32>, limit: Duration) -> Option<(u32, String)> {
        let search = match self.session() {
            Ok(session) => {
                limited("UID SEARCH", limit, session.uid_search(format!("UID {}", uid_set(&silent)))).await
            }
            Err(broken) => Err(broken),
        };
        match search {
            Ok(there) => silent
                .into_iter()
                .find(|uid| there.contains(uid))
                .map(|uid| (uid, "which is there".to_owned())),
            // Where it cannot even be asked, the connection has ended over the first of them.
            Err(error) => silent.first().map(|uid| (*uid, error.to_string())),
        }
    }

    /// Whole messages of the open folder, or their headers, by UID.
    async fn contents(
        &mut self,
        uids: &[u32],
        whole: bool,
        limit: Duration,
    ) -> Result<BTreeMap<u32, Vec<u8>>> {
        let what = if whole { "(UID BODY.PEEK[])" } else { "(UID BODY.PEEK[HEADER])" };
        let answers = self.fetch(uids, what, limit, |fetch| {
            let content = if whole { fetch.body() } else { fetch.header() };
            Some((fetch.uid?, content.unwrap_or_default().to_vec()))
        });
        let mut contents: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        for (uid, content) in answers.await? {
            // A server may say more of a message than was asked, in an answer of its own.
            let kept = contents.entry(uid).or_default();
            if kept.is_empty() {
                *kept = content;
            }
        }
        Ok(contents)
    }

    /// UIDs of everything in a folder, which becomes the one that is open; for reading only.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn inventory(&mut self, folder: &str) -> Result<(u32, Vec<u32>)> {
        let limit = self.options.timeout;
        let name = utf7_imap::encode_utf7_imap(folder.to_owned());
        let mailbox = limited("EXAMINE", limit, self.session()?.examine(&name)).await?;
        let found = limited("UID SEARCH", limit, self.session()?.uid_search("ALL")).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok((mailbox.uid_validity.unwrap_or(0), uids))
    }

    /// Headers, or whole messages, of the open folder, by UID.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn peek(&mut self, uids: &[u32], whole: bool) -> Result<BTreeMap<u32, Vec<u8>>> {
        self.contents(uids, whole, self.options.timeout).await
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
    ImapError::Verb { verb, detail: server_words(&text).unwrap_or(&text).to_owned() }
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

/// UIDs as a sequence set, with runs folded: `3:5,9`.
fn uid_set(uids: &[u32]) -> String {
    let mut set = String::new();
    let mut rest = uids;
    while let [first, ..] = rest {
        let run = rest
            .iter()
            .zip(u64::from(*first)..)
            .take_while(|(uid, expected)| u64::from(**uid) == *expected)
            .count();
        let comma = if set.is_empty() { "" } else { "," };
        let last = first.saturating_add(u32::try_from(run.saturating_sub(1)).unwrap_or(0));
        // Writing into a String cannot fail.
        let _ = if run > 1 { write!(set, "{comma}{first}:{last}") } else { write!(set, "{comma}{first}") };
        rest = rest.get(run..).unwrap_or_default();
    }
    set
}

#[cfg(test)]
mod tests {
    use super::uid_set;

    #[test]
    fn runs_of_uids_are_folded() {
        for (uids, expected) in [
            (&[1, 2, 3, 7, 9, 10][..], "1:3,7,9:10"),
            (&[5], "5"),
            (&[], ""),
            (&[u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
        ] {
            assert_eq!(uid_set(uids), expected);
        }
    }
}
