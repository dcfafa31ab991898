//! Finds the messages of the folder that the ledger does not hold, above and below its highest UID.
//!
//! A listing may leave out a message (Gmail and Exchange do for a moment), and the ledger takes later ones first. So the number
//! of messages is compared with what the last look at the whole folder found. While it fits, a pass asks for new UIDs only.

use std::collections::BTreeSet;

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, Status};
use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::{
    ImapError, ImapSession, Result, STUCK_MESSAGE, StuckMessage,
    command::{folder_name, is_for_now},
};
use crate::{mailbox::IntakeError, settings::After, store::Store};

/// A folder with at most so many messages is looked through whenever it changes. The listing fits into one packet or two.
const SMALL: u32 = 500;
/// A larger one whose number of messages does not fit (somebody deleted one, or a listing left one out) is looked through
/// after this time. The listing of 100,000 messages is some 600 kB.
const WHOLE_AGAIN: TimeDelta = TimeDelta::minutes(5);
/// Every folder is looked through this often, even if all numbers fit.
const WHOLE_ANYWAY: TimeDelta = TimeDelta::hours(1);

/// What the server says about a folder when it opens it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opened {
    uidvalidity: Option<u32>,
    /// Some servers omit it.
    uid_next: Option<u32>,
    exists: u32,
}

/// The folder as the last look at all of it found it, and new messages since.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    at: DateTime<Utc>,
    uidvalidity: u32,
    uid_next: Option<u32>,
    messages: u32,
}

impl Looked {
    /// False, too, if somebody has set the clock back.
    fn is_within(&self, time: TimeDelta, now: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..time).contains(&(now - self.at))
    }
}

impl ImapSession {
    /// Opens the folder, and finds the messages that are not in the ledger. Returns their number.
    pub async fn look(&mut self, store: &Store, now: DateTime<Utc>) -> Result<usize, IntakeError> {
        self.listed.clear();
        self.singly = false;
        let opened = self.open_folder().await?;
        let highest = store.highest_uid(&self.options.folder, self.uidvalidity).await?;
        self.found = self.missing(store, opened, highest, now).await?.into();
        self.stuck = None;
        if !self.found.is_empty() {
            if highest == 0 && store.had_other_uids(&self.options.folder, self.uidvalidity).await? {
                warn!(
                    messages = self.found.len(),
                    "the mail server has given the folder a new UIDVALIDITY: all mails are read again, and known ones are \
                     recognised by their content"
                );
            }
            let stuck = store.state(STUCK_MESSAGE).await?.and_then(|text| text.parse::<StuckMessage>().ok());
            self.stuck = stuck.filter(|it| it.lies_in(&self.place())).map(|it| it.uid);
        }
        Ok(self.found.len())
    }

    /// UIDs of recorded messages to verify: UIDNEXT is not above the highest UID in the ledger, so the server may have assigned
    /// new UIDs without a new UIDVALIDITY. Empty at a second call.
    pub fn doubtful(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.doubtful)
    }

    /// Makes the next look go through the whole folder, because the ledger has changed.
    pub fn forget_look(&mut self) {
        self.looked = None;
    }

    async fn missing(
        &mut self,
        store: &Store,
        opened: Opened,
        highest: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<u32>, IntakeError> {
        let looked = self
            .looked
            .filter(|looked| looked.uidvalidity == self.uidvalidity && looked.is_within(WHOLE_ANYWAY, now));
        let fits = |looked: &Looked, new: usize| {
            usize::try_from(looked.messages).is_ok_and(|messages| messages + new == opened.exists as usize)
        };
        if let Some(mut looked) = looked {
            let same = looked.uid_next == opened.uid_next && opened.uid_next.is_some();
            if same && fits(&looked, 0) {
                return Ok(Vec::new());
            }
            if opened.exists > SMALL && !fell(opened, highest) {
                let new = match opened.uid_next {
                    Some(next) if next == highest.saturating_add(1) => BTreeSet::new(),
                    _ => self.above(highest).await?,
                };
                if fits(&looked, new.len()) {
                    (looked.messages, looked.uid_next) = (opened.exists, opened.uid_next);
                    self.looked = Some(looked);
                    return Ok(new.into_iter().collect());
                }
                if looked.is_within(WHOLE_AGAIN, now) {
                    return Ok(new.into_iter().collect());
                }
            }
        }
        self.whole(store, opened, highest, now).await
    }

    /// Looks through the whole folder.
    async fn whole(
        &mut self,
        store: &Store,
        opened: Opened,
        highest: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<u32>, IntakeError> {
        let all = if opened.exists == 0 { self.above(highest).await? } else { self.search("ALL").await? };
        let below: Vec<u32> = all.range(..=highest).copied().collect();
        let known = store.known_uids(&self.options.folder, self.uidvalidity, &below).await?;
        self.looked = Some(Looked {
            at: now,
            uidvalidity: self.uidvalidity,
            uid_next: opened.uid_next,
            messages: u32::try_from(all.len()).unwrap_or(u32::MAX),
        });
        let missing = all.difference(&known).copied().collect();
        if fell(opened, highest) {
            self.doubtful = known.into_iter().collect();
        }
        Ok(missing)
    }

    /// Searches for all UIDs above `highest`.
    async fn above(&mut self, highest: u32) -> Result<BTreeSet<u32>> {
        let first = highest.saturating_add(1);
        let mut found = self.search(&format!("UID {first}:*")).await?;
        // `n:*` includes the last message even if its UID is below n (RFC 9051, 9: seq-range).
        Ok(found.split_off(&first))
    }

    pub(super) async fn search(&mut self, query: &str) -> Result<BTreeSet<u32>> {
        let mut found = BTreeSet::new();
        let line = format!("UID SEARCH {query}");
        self.command("UID SEARCH", &line, self.options.timeout, |answer| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                found.extend(uids);
            }
        })
        .await?;
        Ok(found)
    }

    /// Opens the folder of the settings.
    pub(super) async fn open_folder(&mut self) -> Result<Opened> {
        let folder = self.options.folder.clone();
        // EXAMINE opens the folder read-only; it does not even change the \Recent flags.
        let verb = if self.options.after == After::Keep { "EXAMINE" } else { "SELECT" };
        let opened = match self.open(verb, &folder).await {
            Err(ImapError::Refused { detail, .. }) if !is_for_now(&detail) => {
                return Err(ImapError::Folder { folder, detail, key: "mailbox.folder" });
            }
            other => other?,
        };
        let missing = || ImapError::Broken { verb, detail: "the server gives no UIDVALIDITY".into() };
        self.uidvalidity = opened.uidvalidity.ok_or_else(missing)?;
        (self.exists, self.news) = (opened.exists, false);
        Ok(opened)
    }

    async fn open(&mut self, verb: &'static str, folder: &str) -> Result<Opened> {
        let mut opened = Opened::default();
        let line = format!("{verb} {}", folder_name(folder));
        self.command(verb, &line, self.options.timeout, |answer| match answer {
            Response::MailboxData(MailboxDatum::Exists(count)) => opened.exists = *count,
            Response::Data { status: Status::Ok, outcome } => match outcome.code {
                Some(ResponseCode::UidValidity(uidvalidity)) => opened.uidvalidity = Some(uidvalidity),
                Some(ResponseCode::UidNext(next)) => opened.uid_next = Some(next),
                _ => {}
            },
            _ => {}
        })
        .await?;
        Ok(opened)
    }

    /// Opens a folder read-only, and returns its UIDVALIDITY and all UIDs in it.
    pub async fn inventory(&mut self, folder: &str) -> Result<(u32, Vec<u32>)> {
        let opened = self.open("EXAMINE", folder).await?;
        let uids = self.search("ALL").await?;
        Ok((opened.uidvalidity.unwrap_or(0), uids.into_iter().collect()))
    }
}

/// Whether UIDNEXT is not above the highest UID in the ledger.
fn fell(opened: Opened, highest: u32) -> bool {
    opened.uid_next.is_some_and(|next| next <= highest)
}
