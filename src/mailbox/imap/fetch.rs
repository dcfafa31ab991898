//! Fetches messages from the open folder in batches, and finds the message that the server does not deliver.

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
    mailbox::{BATCH_BYTES, BATCH_MESSAGES, FetchedMessage},
    store::Place,
};

/// Limit of messages whose sizes one command asks for. Some servers read the whole message to compute its size.
const LIST_AT_ONCE: usize = 250;
/// The slowest acceptable transfer. The timeout of a fetch grows with its size at this rate.
const SLOWEST_BYTES_PER_SECOND: u64 = 50_000;

/// A message in the folder whose size is known and that is not fetched yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    uid: u32,
    size: u64,
    received_at: Option<DateTime<Utc>>,
}

impl ImapSession {
    /// Fetches size and INTERNALDATE of the first UIDs in `found`. Stops before the stuck message, which is listed
    /// alone.
    async fn list(&mut self) -> Result<()> {
        let limit = self.options.timeout;
        let before_stuck = self.stuck.and_then(|uid| self.found.binary_search(&uid).ok());
        let count = before_stuck.map_or(self.found.len(), |count| count.max(1)).min(LIST_AT_ONCE);
        let uids: Vec<u32> = self.found.drain(..count).collect();
        let listed = |fetch: &Fetch| {
            Some(Listed {
                uid: fetch.uid.filter(|uid| uids.binary_search(uid).is_ok())?,
                size: fetch.size.map_or(0, u64::from),
                received_at: fetch.internal_date().map(|at| at.with_timezone(&Utc)),
            })
        };
        let mut listed = self.fetch(&uids, "(UID RFC822.SIZE INTERNALDATE)", limit, listed).await?;
        // A server may send an additional, unsolicited FETCH response for a message. Such a response has no size.
        listed.sort_unstable_by_key(|listed| (listed.uid, Reverse(listed.size)));
        listed.dedup_by_key(|listed| listed.uid);
        self.listed = listed.into();
        Ok(())
    }

    /// Fetches one message of the open folder; `None` if it no longer exists.
    pub async fn one(&mut self, uid: u32) -> Result<Option<FetchedMessage>> {
        self.listed.clear();
        self.found = [uid].into();
        Ok(self.next_batch().await?.pop())
    }

    /// Whether the server delivers a message after the stuck one: the newest or the next. Fetches each on a new
    /// connection, because the stuck message, or another one like it, may have broken the current one.
    pub async fn hands_over_another(&self) -> bool {
        let (newest, next) = (self.found.back(), self.found.front());
        for uid in newest.into_iter().chain(next.filter(|next| newest != Some(next))) {
            let Ok(mut fresh) = Self::connect(&self.options).await else { return false };
            let same_folder = fresh.uidvalidity == self.uidvalidity;
            let message = fresh.one(*uid).await;
            fresh.logout().await;
            if same_folder && matches!(message, Ok(Some(_))) {
                return true;
            }
        }
        false
    }

    /// Fetches the next batch of found messages; empty when none is left.
    ///
    /// # Errors
    /// After an error, the next [`ImapSession::look`] finds the messages of the batch again.
    pub async fn next_batch(&mut self) -> Result<Vec<FetchedMessage>> {
        while !(self.listed.is_empty() && self.found.is_empty()) {
            if self.listed.is_empty() {
                self.list().await?;
                continue;
            }
            let batch = self.next_listed();
            let messages = self.fetch_batch(batch).await?;
            if !messages.is_empty() {
                return Ok(messages);
            }
        }
        Ok(Vec::new())
    }

    /// Removes the next batch from `listed`. A batch has only complete messages, or only header sections of oversize
    /// ones.
    fn next_listed(&mut self) -> Vec<Listed> {
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

    async fn fetch_batch(&mut self, batch: Vec<Listed>) -> Result<Vec<FetchedMessage>> {
        let oversize = batch.first().is_some_and(|first| first.size > self.options.max_message_size);
        let bytes: u64 = batch.iter().map(|listed| listed.size).sum();
        let extra = if oversize { 0 } else { bytes / SLOWEST_BYTES_PER_SECOND };
        let uids: Vec<u32> = batch.iter().map(|listed| listed.uid).collect();
        let limit = self.options.timeout + Duration::from_secs(extra);
        let mut fetched = self.contents(&uids, !oversize, limit).await?;
        let mut messages = Vec::with_capacity(fetched.len());
        for listed in batch {
            // Another client removed a message for which the server sent no response.
            let Some(raw) = fetched.remove(&listed.uid) else { continue };
            if raw.is_empty() && listed.size > 0 {
                let why = format!("it has {} bytes and came empty", listed.size);
                return Err(ImapError::Unfetchable { uid: listed.uid, alone: self.is_stuck(&uids), why });
            }
            let place = Place::Imap {
                folder: self.options.folder.clone(),
                uidvalidity: self.uidvalidity,
                uid: listed.uid,
            };
            messages.push(FetchedMessage {
                place,
                raw,
                size: listed.size,
                oversize,
                received_at: listed.received_at,
                file_time: None,
            });
        }
        Ok(messages)
    }

    /// Fetches `what` of messages in the open folder; `read` extracts a value from each response as it arrives.
    ///
    /// # Errors
    /// If no response comes for a message that still exists. `async_imap::uid_fetch` does not report a refusal, so this
    /// is the only way to notice one.
    async fn fetch<T>(
        &mut self,
        uids: &[u32],
        what: &str,
        limit: Duration,
        read: impl Fn(&Fetch) -> Option<T>,
    ) -> Result<Vec<T>> {
        let session = self.session()?;
        let mut unanswered: BTreeSet<u32> = uids.iter().copied().collect();
        let found = limited("UID FETCH", limit, async {
            let answers = session.uid_fetch(uid_set(uids), what).await?;
            let read = answers.try_filter_map(|fetch| {
                fetch.uid.map(|uid| unanswered.remove(&uid));
                ready(Ok(read(&fetch)))
            });
            read.try_collect().await
        })
        .await;
        let unfetchable = match &found {
            Ok(_) if unanswered.is_empty() => None,
            Ok(_) => self.still_there(unanswered).await,
            // Servers respond in the order of UIDs, so the first UID without a response is the one that failed.
            Err(error) => unanswered.first().map(|uid| (*uid, in_short(error))),
        };
        match unfetchable {
            Some((uid, why)) => Err(ImapError::Unfetchable { uid, alone: self.is_stuck(uids), why }),
            None => found,
        }
    }

    /// Whether `uids` is exactly the stuck message.
    fn is_stuck(&self, uids: &[u32]) -> bool {
        self.stuck.is_some_and(|stuck| uids == [stuck])
    }

    /// The first of the given messages that still exists, with a reason for the error. `None` if all were removed.
    async fn still_there(&mut self, unanswered: BTreeSet<u32>) -> Option<(u32, String)> {
        let uids: Vec<u32> = unanswered.iter().copied().collect();
        match self.search(&format!("UID {}", uid_set(&uids))).await {
            Ok(there) => {
                there.intersection(&unanswered).next().map(|uid| (*uid, "which is there".to_owned()))
            }
            // If the search fails as well, the connection broke at the first of these messages.
            Err(error) => uids.first().map(|uid| (*uid, in_short(&error))),
        }
    }

    /// Searches the open folder and returns the UIDs found. We send the command ourselves: `async_imap::uid_search`
    /// returns an empty set on NO, BAD and EOF, and we must tell these apart.
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

    /// Complete messages of the open folder, or their header sections, by UID.
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
            // A server may send an additional, unsolicited FETCH response for a message. Keep the one with content.
            let kept = contents.entry(uid).or_default();
            if kept.is_empty() {
                *kept = content;
            }
        }
        Ok(contents)
    }

    /// Complete messages of the open folder, or their header sections, by UID. The `\Seen` flag does not change.
    pub async fn peek(&mut self, uids: &[u32], whole: bool) -> Result<BTreeMap<u32, Vec<u8>>> {
        self.contents(uids, whole, self.options.timeout).await
    }
}

/// The error text without the command name, for messages that already contain it.
fn in_short(error: &ImapError) -> String {
    match error {
        ImapError::Verb { detail, .. } => detail.clone(),
        other => other.to_string(),
    }
}

/// Formats UIDs as an IMAP sequence set. Runs become ranges: `3:5,9`.
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
        // Writing to a String cannot fail.
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
