//! Fetches messages from the open folder in batches, and finds the message that the server does not deliver.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use chrono::{DateTime, Utc};

use super::{ImapError, ImapSession, Result, command::broken};
use crate::{
    mailbox::{BATCH_BYTES, BATCH_MESSAGES, FetchedMessage},
    store::Place,
};

/// Limit of messages whose sizes one command asks for: whole batches. Some servers read the whole message to compute its size.
const LIST_AT_ONCE: usize = 2 * BATCH_MESSAGES;
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
        let before_stuck = self.stuck.and_then(|uid| self.found.binary_search(&uid).ok());
        let most = if self.singly { 1 } else { LIST_AT_ONCE };
        let count = before_stuck.map_or(self.found.len(), |count| count.max(1)).min(most);
        let uids: Vec<u32> = self.found.drain(..count).collect();
        let mut listed = self.sizes(&uids, "(UID RFC822.SIZE INTERNALDATE)").await;
        if listed.is_err() && self.garbled {
            // Find the message whose answer is odd, and take its time from its header instead.
            self.reconnect().await?;
            if uids.len() > 1 {
                self.singly = true;
                uids.into_iter().rev().for_each(|uid| self.found.push_front(uid));
                return Ok(());
            }
            listed = self.sizes(&uids, "(UID RFC822.SIZE)").await;
        }
        let mut listed = listed?;
        // A server may send an additional, unsolicited FETCH response for a message. Such a response has no size.
        listed.sort_unstable_by_key(|listed| (listed.uid, Reverse(listed.size)));
        listed.dedup_by_key(|listed| listed.uid);
        self.listed = listed.into();
        Ok(())
    }

    async fn sizes(&mut self, uids: &[u32], what: &str) -> Result<Vec<Listed>> {
        self.fetch(uids, what, self.options.timeout, |uid, attributes| {
            let mut listed = Listed { uid, size: 0, received_at: None };
            for attribute in attributes {
                match attribute {
                    AttributeValue::Rfc822Size(size) => listed.size = u64::from(*size),
                    AttributeValue::InternalDate(date) => listed.received_at = internal_date(date),
                    _ => {}
                }
            }
            uids.binary_search(&uid).is_ok().then_some(listed)
        })
        .await
    }

    /// Opens a new connection instead of a broken one.
    async fn reconnect(&mut self) -> Result<()> {
        let fresh = Self::connect(&self.options).await?;
        if fresh.uidvalidity != self.uidvalidity {
            return Err(broken());
        }
        self.session = fresh.session;
        Ok(())
    }

    /// Fetches one message of the open folder; `None` if it no longer exists.
    pub async fn one(&mut self, uid: u32) -> Result<Option<FetchedMessage>> {
        self.listed.clear();
        self.found = [uid].into();
        Ok(self.next_batch().await?.pop())
    }

    /// Whether the server delivers a message after the stuck one: the newest or the next. Fetches each on a new
    /// connection, because the stuck message, or another one like it, may have broken the current one. Closes that one
    /// first: a server may allow one connection only.
    pub async fn hands_over_another(&mut self) -> bool {
        self.close().await;
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
    /// If no response comes for a message that still exists.
    async fn fetch<T>(
        &mut self,
        uids: &[u32],
        what: &str,
        limit: Duration,
        read: impl Fn(u32, &[AttributeValue<'_>]) -> Option<T>,
    ) -> Result<Vec<T>> {
        if self.session.is_none() {
            return Err(broken());
        }
        let mut unanswered: BTreeSet<u32> = uids.iter().copied().collect();
        let mut found = Vec::new();
        let line = format!("UID FETCH {} {what}", uid_set(uids));
        let answered = self
            .command("UID FETCH", &line, limit, |answer| {
                if let Response::Fetch(_, attributes) = answer
                    && let Some(uid) = uid(attributes)
                {
                    unanswered.remove(&uid);
                    found.extend(read(uid, attributes));
                }
            })
            .await;
        let unfetchable = match answered {
            Ok(()) if unanswered.is_empty() => None,
            Ok(()) => self.still_there(unanswered, "which is there").await,
            // Some servers refuse a set because one of its messages is gone.
            Err(ImapError::Refused { detail, .. }) => self.still_there(unanswered, &detail).await,
            // Servers respond in the order of UIDs, so the first UID without a response is the one that failed.
            Err(error) => match unanswered.first() {
                Some(uid) => Some((*uid, in_short(&error))),
                None => return Err(error),
            },
        };
        match unfetchable {
            Some((uid, why)) => Err(ImapError::Unfetchable { uid, alone: self.is_stuck(uids), why }),
            None => Ok(found),
        }
    }

    /// Whether `uids` is exactly the stuck message.
    fn is_stuck(&self, uids: &[u32]) -> bool {
        self.stuck.is_some_and(|stuck| uids == [stuck])
    }

    /// The first of the given messages that still exists, with `why` as the reason. `None` if all were removed.
    async fn still_there(&mut self, unanswered: BTreeSet<u32>, why: &str) -> Option<(u32, String)> {
        let uids: Vec<u32> = unanswered.iter().copied().collect();
        match self.search(&format!("UID {}", uid_set(&uids))).await {
            Ok(there) => there.intersection(&unanswered).next().map(|uid| (*uid, why.to_owned())),
            // If the search fails as well, the connection broke at the first of these messages.
            Err(error) => uids.first().map(|uid| (*uid, in_short(&error))),
        }
    }

    /// Complete messages of the open folder, or their header sections, by UID.
    async fn contents(
        &mut self,
        uids: &[u32],
        whole: bool,
        limit: Duration,
    ) -> Result<BTreeMap<u32, Vec<u8>>> {
        let what = if whole { "(UID BODY.PEEK[])" } else { "(UID BODY.PEEK[HEADER])" };
        let answers = self.fetch(uids, what, limit, |uid, attributes| {
            let content = attributes.iter().find_map(|attribute| content(attribute, whole));
            Some((uid, content.unwrap_or_default().to_vec()))
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

fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// The complete message, or its header section, if this attribute is it.
fn content<'a>(attribute: &'a AttributeValue<'_>, whole: bool) -> Option<&'a [u8]> {
    match attribute {
        AttributeValue::BodySection { section: None, data: Some(data), .. }
        | AttributeValue::Rfc822(Some(data))
            if whole =>
        {
            Some(data)
        }
        AttributeValue::BodySection {
            section: Some(SectionPath::Full(MessageSection::Header)),
            data: Some(data),
            ..
        }
        | AttributeValue::Rfc822Header(Some(data))
            if !whole =>
        {
            Some(data)
        }
        _ => None,
    }
}

/// A date-time of RFC 9051, 9, whose day may begin with a blank.
fn internal_date(text: &str) -> Option<DateTime<Utc>> {
    let date = DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z").ok()?;
    Some(date.with_timezone(&Utc))
}

/// The error text without the command name, for messages that already contain it.
fn in_short(error: &ImapError) -> String {
    match error {
        ImapError::Refused { detail, .. } | ImapError::Broken { detail, .. } => detail.clone(),
        ImapError::Garbled { .. } => "the server's answer is not IMAP".to_owned(),
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
