//! Reads and fingerprints a message, and fetches the mails of ours that it names: they never change, so they may be read
//! before the transaction. All other facts are read in `file`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::fingerprint::{content_hash, message_id};
use crate::{
    desk::{
        quotation::SentMail,
        staff_key::StaffKeys,
        thread::MessageIds,
        ticket::TicketNumber,
        triage::{Decision, Known, ParkReason, Reading, Rules, triage},
    },
    letter::as_in_envelope,
    mail::{self, InboundMail, OwnMail},
    mailbox::FetchedMessage,
    service::{Desk, PreparedMail},
    store::{LedgerRow, Place, StoreError, pack},
};

/// A message received later than this machine's now by more than this means that one of the two clocks is wrong.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Most mails of ours that a reply is compared with, newest first. No thread that a person answers has more.
const MOST_SENT: usize = 20;

/// A fetched message whose bytes are read.
pub(super) struct Decoded {
    fetched: FetchedMessage,
    mail: InboundMail,
    /// Now, for messages without a time of receipt.
    now: DateTime<Utc>,
}

impl Decoded {
    /// Reads the bytes. A panic of the reader is one message's fault: it is parked, and the desk goes on.
    pub(super) fn of(fetched: FetchedMessage, now: DateTime<Utc>) -> Self {
        let mail = catch_unwind(|| mail::read(&fetched.raw)).unwrap_or_else(|_| unreadable());
        Self { fetched, mail, now }
    }

    /// Reads what the mail says. `sent` are the mails of ours that it names, newest first.
    pub(super) fn read(
        self,
        sent: &[SentMail],
        rules: &Rules,
        ids: &MessageIds,
        staff_keys: &StaffKeys,
    ) -> (FetchedMessage, Reading) {
        let Self { fetched, mail, now } = self;
        let of = |mail: InboundMail, sent| {
            let topmost = mail.received.map(|at| at.with_timezone(&Utc));
            let received_at =
                fetched.received_at.or(topmost).or(fetched.file_time.filter(|at| *at < now)).unwrap_or(now);
            let oversize = fetched.oversize.then_some(fetched.size);
            Reading::of(mail, oversize, received_at, sent, rules, ids, staff_keys)
        };
        let reading = catch_unwind(AssertUnwindSafe(|| of(mail, sent)));
        let reading = reading.unwrap_or_else(|_| of(unreadable(), &[]));
        (fetched, reading)
    }

    /// The mails of ours that the message names, or may quote.
    pub(super) async fn sent(&self, desk: &Desk) -> Result<Vec<SentMail>, StoreError> {
        let named = self.mail.in_reply_to.iter().chain(self.mail.references.iter().rev());
        let mut ids: Vec<String> = named.filter(|id| desk.ids.is_ours(id)).cloned().collect();
        ids.dedup();
        if ids.is_empty()
            && let Some(address) = self.may_quote_mails_to(&desk.rules)
        {
            ids = desk.store.newest_mails_to(&as_in_envelope(address), MOST_SENT).await?;
        }
        let mut sent = Vec::new();
        // One by one: some have large attachments.
        for id in ids.iter().take(MOST_SENT) {
            if let Some((recipient, bytes)) = desk.store.sent_mail(id).await? {
                sent.push(SentMail { recipient, mail: OwnMail::read(&bytes) });
            }
        }
        Ok(sent)
    }

    /// The recipient of the mails that a message without In-Reply-To and References may quote: some programs drop these. A
    /// ticket's number in the subject, or a member's address, shows that it may be a reply.
    fn may_quote_mails_to<'a>(&'a self, rules: &'a Rules) -> Option<&'a str> {
        let from = self.mail.from.as_ref()?.address.as_str();
        let member = rules.staff.find(from).map(|member| member.address.as_str());
        let numbered = || TicketNumber::in_subject(&self.mail.subject, &rules.ticket_prefix).is_some();
        member.or_else(|| numbered().then_some(from))
    }
}

fn unreadable() -> InboundMail {
    let unreadable = Some("the reader failed on this message; please report it".into());
    InboundMail { unreadable, ..InboundMail::default() }
}

/// Reads messages and packs their bytes for the ledger. Reading takes time, so it is done on a blocking thread, and the
/// other loops keep running.
///
/// # Errors
/// When memory runs out, or the database fails.
pub async fn prepare(
    desk: &Arc<Desk>,
    fetched: Vec<FetchedMessage>,
) -> Result<Vec<PreparedMail>, StoreError> {
    let now = desk.clock.now();
    let decode = move || fetched.into_iter().map(|fetched| Decoded::of(fetched, now)).collect::<Vec<_>>();
    let (mut done, mut ready) = (Vec::new(), Vec::new());
    for mail in on_a_blocking_thread(decode).await {
        let sent = mail.sent(desk).await?;
        let quotes = !sent.is_empty();
        ready.push((mail, sent));
        // Mails of ours are kept for one message at a time: each may be large.
        if quotes {
            done.append(&mut finish(desk, std::mem::take(&mut ready)).await?);
        }
    }
    done.append(&mut finish(desk, ready).await?);
    Ok(done)
}

async fn finish(
    desk: &Arc<Desk>,
    ready: Vec<(Decoded, Vec<SentMail>)>,
) -> Result<Vec<PreparedMail>, StoreError> {
    let desk = Arc::clone(desk);
    let finish = move || ready.into_iter().map(|(mail, sent)| prepared(&desk, mail, &sent)).collect();
    on_a_blocking_thread(finish).await
}

/// Reads one message.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_one(desk: &Desk, fetched: FetchedMessage) -> Result<PreparedMail, StoreError> {
    let decoded = Decoded::of(fetched, desk.clock.now());
    let sent = decoded.sent(desk).await?;
    prepared(desk, decoded, &sent)
}

/// Reads a message of the ledger again.
///
/// # Errors
/// When the database fails.
pub(super) async fn prepare_again(
    desk: &Desk,
    row: LedgerRow,
    raw: Vec<u8>,
) -> Result<PreparedMail, StoreError> {
    let fetched = FetchedMessage {
        place: row.place.clone(),
        oversize: raw.len() as u64 != row.size
            && row.reason.as_deref() == Some(ParkReason::Oversize.as_str()),
        size: row.size,
        received_at: Some(row.received_at),
        file_time: None,
        raw,
    };
    let decoded = Decoded::of(fetched, desk.clock.now());
    let sent = decoded.sent(desk).await?;
    let (fetched, reading) = decoded.read(&sent, &desk.rules, &desk.ids, &desk.staff_keys());
    let hash = content_hash(&reading.mail, &fetched.raw);
    Ok(PreparedMail {
        answer_to: PreparedMail::answer_to(&reading.mail),
        reading,
        place: row.place,
        size: fetched.size,
        hash,
        message_id: row.message_id,
        raw: Arc::default(),
        entered: Some((row.id, row.attempts)),
        similar: Vec::new(),
        settled: false,
    })
}

/// Code here catches panics of the parser. Any other panic ends the process, as it would on this thread.
async fn on_a_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => resume_unwind(error.into_panic()),
    }
}

fn prepared(desk: &Desk, decoded: Decoded, sent: &[SentMail]) -> Result<PreparedMail, StoreError> {
    let (fetched, reading) = decoded.read(sent, &desk.rules, &desk.ids, &desk.staff_keys());
    // Only a server's own instant counts: a file's time or a header may be anything.
    let ahead = fetched.received_at.map(|at| at - desk.clock.now()).filter(|ahead| *ahead > CLOCK_TOLERANCE);
    if let Some(ahead) = ahead {
        warn!(
            ahead_min = ahead.num_minutes(),
            "the mail server's clock is ahead of this machine's: see that both are set by NTP"
        );
    }
    desk.health.clock(ahead);
    let hash = content_hash(&reading.mail, &fetched.raw);
    let message_id = message_id(&reading.mail, &hash);
    let settled =
        desk.settled_at_once || matches!(&fetched.place, Place::File { folder, .. } if folder == "file");
    Ok(PreparedMail {
        answer_to: PreparedMail::answer_to(&reading.mail),
        reading,
        place: fetched.place,
        size: fetched.size,
        hash,
        message_id,
        raw: pack(&fetched.raw)?,
        entered: None,
        similar: Vec::new(),
        settled,
    })
}

/// How the desk would read a message and what it would do. Knows and changes nothing.
#[must_use]
pub fn inspect(
    fetched: FetchedMessage,
    rules: &Rules,
    ids: &MessageIds,
    now: DateTime<Utc>,
) -> (Reading, Decision) {
    // Keys are secret, so `inspect` reads a staff mail as one without a valid key.
    let (_, reading) = Decoded::of(fetched, now).read(&[], rules, ids, &StaffKeys::default());
    let decision = triage(&reading, rules, &Known::nothing());
    (reading, decision)
}
