//! Taking messages out of the open folder: which of them by one command, and what it means when no answer comes.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    future::ready,
    time::Duration,
};

use async_imap::{
    imap_proto::{MailboxDatum, Response, Status},
    types::Fetch,
};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;

use super::{ImapError, ImapSession, Result, limited};
use crate::{
    intake::{BATCH_BYTES, BATCH_MESSAGES, Taken},
    store::Place,
};

/// Messages whose sizes are asked for by one command: few, since some servers read each message to know its size.
const LIST_AT_ONCE: usize = 250;
/// Slowest transfer that still counts as working; added to the time limit of a fetch by size.
const SLOWEST_BYTES_PER_SECOND: u64 = 50_000;

/// A message in the folder that is not fetched yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    uid: u32,
    size: u64,
    received_at: Option<DateTime<Utc>>,
}

impl ImapSession {
    /// Asks for size and INTERNALDATE of the first messages that were found.
    async fn list(&mut self) -> Result<()> {
        let limit = self.options.timeout;
        let before_suspect = self.suspect.and_then(|uid| self.found.binary_search(&uid).ok());
        let count = before_suspect.map_or(self.found.len(), |count| count.max(1)).min(LIST_AT_ONCE);
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

    /// Whether the server hands over one of the messages behind the suspect: the newest or the next. Each is asked for on a
    /// connection of its own, since the suspect, or a second one like it, may have broken this one.
    pub async fn hands_over_another(&self) -> bool {
        let (newest, next) = (self.found.back(), self.found.front());
        for uid in newest.into_iter().chain(next.filter(|next| newest != Some(next))) {
            let Ok(mut fresh) = Self::connect(&self.options).await else { return false };
            let there = fresh.uidvalidity == self.uidvalidity;
            let taken = fresh.one(*uid).await;
            fresh.logout().await;
            if there && matches!(taken, Ok(Some(_))) {
                return true;
            }
        }
        false
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
                return Err(ImapError::Withheld { uid: listed.uid, alone: self.is_suspect(&uids), why });
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
        let withheld = match &found {
            Ok(_) if silent.is_empty() => None,
            Ok(_) => self.still_there(silent).await,
            // Servers answer in the order of UIDs: it ended over the first of those that are missing.
            Err(error) => silent.first().map(|uid| (*uid, in_short(error))),
        };
        match withheld {
            Some((uid, why)) => Err(ImapError::Withheld { uid, alone: self.is_suspect(uids), why }),
            None => found,
        }
    }

    fn is_suspect(&self, uids: &[u32]) -> bool {
        self.suspect.is_some_and(|suspect| uids == [suspect])
    }

    /// The first of the messages without an answer that was not removed meanwhile, and what is known of it.
    async fn still_there(&mut self, silent: BTreeSet<u32>) -> Option<(u32, String)> {
        let uids: Vec<u32> = silent.iter().copied().collect();
        match self.search(&format!("UID {}", uid_set(&uids))).await {
            Ok(there) => there.intersection(&silent).next().map(|uid| (*uid, "which is there".to_owned())),
            // Where it cannot even be asked, the connection has ended over the first of them.
            Err(error) => uids.first().map(|uid| (*uid, in_short(&error))),
        }
    }

    /// UIDs of the open folder that a query finds. The library's own search takes a refusal, and the end of the connection, for
    /// an answer without any.
    pub(super) async fn search(&mut self, query: &str) -> Result<BTreeSet<u32>> {
        let limit = self.options.timeout;
        let session = self.session()?;
        limited("UID SEARCH", limit, async {
            let tag = session.run_command(format!("UID SEARCH {query}")).await?;
            let mut found = BTreeSet::new();
            while let Some(answer) = session.read_response().await? {
                match answer.parsed() {
                    Response::MailboxData(MailboxDatum::Search(uids)) => found.extend(uids),
                    Response::Done { tag: of, status: Status::Ok, .. } if *of == tag => return Ok(found),
                    Response::Done { tag: of, outcome, .. } if *of == tag => {
                        let words = outcome.information.as_deref().unwrap_or("refused");
                        return Err(async_imap::error::Error::No(words.to_owned()));
                    }
                    _ => {}
                }
            }
            Err(async_imap::error::Error::ConnectionLost)
        })
        .await
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

    /// Headers, or whole messages, of the open folder, by UID.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn peek(&mut self, uids: &[u32], whole: bool) -> Result<BTreeMap<u32, Vec<u8>>> {
        self.contents(uids, whole, self.options.timeout).await
    }
}

/// What failed, where the verb is named already.
fn in_short(error: &ImapError) -> String {
    match error {
        ImapError::Verb { detail, .. } => detail.clone(),
        other => other.to_string(),
    }
}

/// UIDs as a sequence set, with runs folded: `3:5,9`.
pub(super) fn uid_set(uids: &[u32]) -> String {
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
