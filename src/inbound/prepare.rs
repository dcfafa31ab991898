//! Reads and fingerprints a message. Needs no database: everything that does is in `file`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::fingerprint::{content_hash, message_id};
use crate::{
    desk::{
        staff_key::StaffKeys,
        thread::MessageIds,
        triage::{Decision, Known, Reading, Rules, triage},
    },
    mail::{self, InboundMail},
    mailbox::FetchedMessage,
    service::{Desk, PreparedMail},
    store::{Place, StoreError, pack},
};

/// A message received later than this machine's now by more than this means that one of the two clocks is wrong.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Reads a message and packs its bytes for the ledger.
///
/// # Errors
/// When memory runs out.
pub fn prepare(desk: &Desk, fetched: &FetchedMessage) -> Result<PreparedMail, StoreError> {
    let reading = read(fetched, &desk.rules, &desk.ids, &desk.staff_keys(), desk.clock.now());
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
        reading,
        place: fetched.place.clone(),
        size: fetched.size,
        hash,
        message_id,
        raw: pack(&fetched.raw)?,
        entered: None,
        settled,
    })
}

/// How the desk would read a message and what it would do. Knows and changes nothing.
#[must_use]
pub fn inspect(
    fetched: &FetchedMessage,
    rules: &Rules,
    ids: &MessageIds,
    now: DateTime<Utc>,
) -> (Reading, Decision) {
    // Keys are secret, so `inspect` reads a staff mail as one without a valid key.
    let reading = read(fetched, rules, ids, &StaffKeys::default(), now);
    let decision = triage(&reading, rules, &Known::nothing());
    (reading, decision)
}

/// Reads a message. The received instant is INTERNALDATE, else the topmost `Received`, else the file's time unless it is
/// later than a rehearsed now. The `Date` header is the sender's claim and is never trusted.
pub(super) fn read(
    fetched: &FetchedMessage,
    rules: &Rules,
    ids: &MessageIds,
    staff_keys: &StaffKeys,
    now: DateTime<Utc>,
) -> Reading {
    let of = |mail: InboundMail| {
        let topmost = mail.received.map(|at| at.with_timezone(&Utc));
        let received_at =
            fetched.received_at.or(topmost).or(fetched.file_time.filter(|at| *at < now)).unwrap_or(now);
        Reading::of(mail, fetched.oversize.then_some(fetched.size), received_at, rules, ids, staff_keys)
    };
    // A panic of the reader is one message's fault: it is parked, and the desk goes on.
    catch_unwind(AssertUnwindSafe(|| of(mail::read(&fetched.raw)))).unwrap_or_else(|_| {
        let unreadable = Some("the reader failed on this message; please report it".into());
        of(InboundMail { unreadable, ..InboundMail::default() })
    })
}
