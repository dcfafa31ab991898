//! One message, from its bytes to a committed decision: decode outside the transaction; inside it load the known
//! facts, decide, take the number, compose, write, commit. Facts cannot age in between. Within a batch the next message is
//! decided ahead, on what the transaction before it leaves, and again if that does not hold.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    Desk,
    decide::{decide, sought},
    fingerprint::{content_hash, message_id},
    outbox::tell_recorded,
};
use crate::{
    desk::{
        thread::MessageIds,
        triage::{Decision, Known, ParkReason, Reading, Rules, triage},
    },
    intake::Taken,
    letter,
    mail::{self, InboundMail},
    store::{NewEvent, NewMessage, Next, Outcome, Place, StoreError, Tx, pack},
};

/// Mail that was received so much later than now tells of a clock that is wrong.
const CLOCK_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Its ledger row; `None` when it was accounted for before.
    pub message: Option<i64>,
    /// Its outcome.
    pub outcome: Outcome,
    /// The ticket.
    pub ticket: Option<String>,
    /// Why it is parked.
    pub reason: Option<&'static str>,
}

impl Processed {
    /// Of a message that was accounted for before.
    pub(super) const BEFORE: Self =
        Self { message: None, outcome: Outcome::Duplicate, ticket: None, reason: None };
}

/// Why a message could not be decided. The message is kept and tried again.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database failed: nothing of it is this message's fault, and the pass ends.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A letter could not be written.
    #[error(transparent)]
    Wording(#[from] letter::WordingError),
    /// A mail to staff could not be composed.
    #[error("staff cannot be written to: {0}; see [[staff]]")]
    Staff(letter::ComposeError),
}

/// Largest message that is read between two turns of the loops, in bytes: some two milliseconds.
const READ_HERE: usize = 64 * 1024;

/// Messages that are read ahead: large ones take longer than a small one's transaction.
const READ_AHEAD: usize = 3;

/// A message in hand: read, but nothing decided.
pub(super) struct InHand {
    pub(super) reading: Reading,
    pub(super) place: Place,
    pub(super) size: u64,
    pub(super) hash: String,
    pub(super) message_id: String,
    pub(super) raw: Arc<Vec<u8>>,
    /// Its ledger row and the attempts so far, when it was entered before.
    pub(super) entered: Option<(i64, u32)>,
    /// Whether nothing is left to do in the mailbox; only asked when it is entered.
    pub(super) settled: bool,
}

/// Accounts for one message.
///
/// # Errors
/// When the database fails. Any other fault is this message's own: it stays in the ledger, is tried again, and is
/// parked after the set number of attempts.
pub async fn process(desk: &Desk, taken: &Taken) -> Result<Processed, StoreError> {
    account_for(desk, &prepare(desk, taken)?).await
}

/// Accounts for messages one after the other, until `stop`; returns for how many. While the database makes one durable, the
/// next one is decided ahead, and those after that are read.
///
/// # Errors
/// As [`process`]; what was accounted for stays.
pub async fn process_all(
    desk: &Arc<Desk>,
    messages: Vec<Taken>,
    stop: &CancellationToken,
) -> Result<usize, StoreError> {
    let reads = messages.into_iter().map(|taken| read_ahead(desk, taken));
    let mut hands = stream::iter(reads).buffered(READ_AHEAD);
    let (mut hand, mut next) = (hands.try_next().await?, hands.try_next().await?);
    let (mut ahead, mut count) = (None, 0);
    while let Some(this) = hand.filter(|_| !stop.is_cancelled()) {
        let decided = match ahead {
            Some(decided) => decided,
            None => decide_or_keep(desk, &this).await?,
        };
        let now = desk.clock.now();
        let (tell, told) = oneshot::channel();
        let asks = next.as_ref().map(|next| Next { sought: sought(desk, next, now), tell });
        let commit = decided.commit(desk, &this, asks);
        let decide_next = async {
            let (next, facts) = (next.as_ref()?, told.await.ok()?);
            let began = Instant::now();
            // Whatever stands in the way, it is decided once more in its turn.
            let (tx, processed) = decide(desk, next, now, Some(facts)).await.ok()?;
            Some(Decided { tx, processed, began })
        };
        let (committed, decided, read) = tokio::join!(commit, decide_next, hands.try_next());
        committed?;
        count += 1;
        (hand, next, ahead) = (next, read?, decided);
    }
    Ok(count)
}

/// Reads a message: here where that is sooner done than handed over, a large one on a thread of its own.
async fn read_ahead(desk: &Arc<Desk>, taken: Taken) -> Result<InHand, StoreError> {
    if taken.raw.len() <= READ_HERE {
        return prepare(desk, &taken);
    }
    let desk = Arc::clone(desk);
    match tokio::task::spawn_blocking(move || prepare(&desk, &taken)).await {
        Ok(hand) => hand,
        // Faults of the reader are caught before; whatever else panics ends the process, as on this thread.
        Err(error) => resume_unwind(error.into_panic()),
    }
}

/// All that needs no database.
pub(super) fn prepare(desk: &Desk, taken: &Taken) -> Result<InHand, StoreError> {
    let reading = read(taken, &desk.rules, &desk.ids, desk.clock.now());
    // Only a server's own instant tells: a file's time or a header may say anything.
    let ahead = taken.received_at.map(|at| at - desk.clock.now()).filter(|ahead| *ahead > CLOCK_WITHIN);
    if let Some(ahead) = ahead {
        warn!(
            ahead_min = ahead.num_minutes(),
            "the mail server's clock is ahead of this machine's: see that both are set by NTP"
        );
    }
    desk.health.clock(ahead);
    let hash = content_hash(&reading.mail, &taken.raw);
    let message_id = message_id(&reading.mail, &hash);
    let settled =
        desk.settled_at_once || matches!(&taken.place, Place::File { folder, .. } if folder == "file");
    Ok(InHand {
        reading,
        place: taken.place.clone(),
        size: taken.size,
        hash,
        message_id,
        raw: pack(&taken.raw)?,
        entered: None,
        settled,
    })
}

/// Decides again on a message in the ledger: one that could not be processed, or that the operator wants retried.
///
/// # Errors
/// When the database fails. `None` when there is no such message, or it needs no decision.
pub async fn process_again(desk: &Desk, id: i64) -> Result<Option<Processed>, StoreError> {
    let Some((row, raw)) = desk.store.message(id).await? else { return Ok(None) };
    // What was erased cannot be decided again.
    if raw.is_empty() || !matches!(row.outcome, Outcome::Pending | Outcome::Parked | Outcome::Discarded) {
        return Ok(None);
    }
    let taken = Taken {
        place: row.place.clone(),
        oversize: raw.len() as u64 != row.size
            && row.reason.as_deref() == Some(ParkReason::Oversize.as_str()),
        size: row.size,
        received_at: Some(row.received_at),
        file_time: None,
        raw,
    };
    let reading = read(&taken, &desk.rules, &desk.ids, desk.clock.now());
    let hash = content_hash(&reading.mail, &taken.raw);
    let hand = InHand {
        reading,
        place: row.place,
        size: taken.size,
        hash,
        message_id: row.message_id,
        raw: Arc::default(),
        entered: Some((id, row.attempts)),
        settled: false,
    };
    account_for(desk, &hand).await.map(Some)
}

/// How the desk would read a message and what it would do, without knowing or changing anything.
#[must_use]
pub fn inspect(taken: &Taken, rules: &Rules, ids: &MessageIds, now: DateTime<Utc>) -> (Reading, Decision) {
    let reading = read(taken, rules, ids, now);
    let decision = triage(&reading, rules, &Known::nothing());
    (reading, decision)
}

/// Reads a message. The received instant is INTERNALDATE, else the topmost `Received`, else the file's time unless a
/// rehearsal has not come so far; the `Date` header is its sender's claim and is never trusted.
fn read(taken: &Taken, rules: &Rules, ids: &MessageIds, now: DateTime<Utc>) -> Reading {
    let of = |mail: InboundMail| {
        let topmost = mail.received.map(|at| at.with_timezone(&Utc));
        let received_at =
            taken.received_at.or(topmost).or(taken.file_time.filter(|at| *at < now)).unwrap_or(now);
        Reading::of(mail, taken.oversize.then_some(taken.size), received_at, rules, ids)
    };
    // A fault of the reader is one message's fault: it is parked, and the desk goes on.
    catch_unwind(AssertUnwindSafe(|| of(mail::read(&taken.raw)))).unwrap_or_else(|_| {
        let unreadable = Some("the reader failed on this message; please report it".into());
        of(InboundMail { unreadable, ..InboundMail::default() })
    })
}

/// A message that is decided, but not durable yet.
struct Decided {
    /// `None` where nothing was written, or it is committed already.
    tx: Option<Tx>,
    processed: Processed,
    began: Instant,
}

impl Decided {
    /// Makes it durable, and tells what it leaves to the message that comes next. Decides again where another transaction came
    /// in between.
    async fn commit(
        self,
        desk: &Desk,
        hand: &InHand,
        next: Option<Next<'_>>,
    ) -> Result<Processed, StoreError> {
        let Self { tx, mut processed, began } = self;
        if let Some(tx) = tx {
            match write(desk, tx, next).await {
                Err(StoreError::Outrun) => {
                    // The next one asked as of an instant that is before this decision: it is decided in its turn.
                    let again = decide_or_keep(desk, hand).await?;
                    processed = again.processed;
                    if let Some(tx) = again.tx {
                        write(desk, tx, None).await?;
                    }
                }
                written => written?,
            }
        }
        super::http::count_message(processed.outcome.as_str());
        info!(
            message.id = processed.message,
            outcome = %processed.outcome,
            ticket.number = processed.ticket.as_deref(),
            reason = processed.reason,
            duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "message accounted for"
        );
        Ok(processed)
    }
}

/// Commits a decision, and with it what became of mails that left meanwhile.
async fn write(desk: &Desk, mut tx: Tx, next: Option<Next<'_>>) -> Result<(), StoreError> {
    let claimed = tx.take_claimed();
    let sent = desk.express.take_sent();
    let committed = match tx.record_attempts(&sent).await {
        Ok(()) => tx.commit_before(next).await,
        refused => refused,
    };
    match &committed {
        Ok(()) => {
            desk.express.hand_over(claimed);
            sent.iter().for_each(tell_recorded);
        }
        Err(error) => {
            desk.express.come_back(sent);
            if !matches!(error, StoreError::Outrun) {
                desk.express.doubt(claimed);
            }
        }
    }
    committed
}

/// Decides on a message and makes that durable.
async fn account_for(desk: &Desk, hand: &InHand) -> Result<Processed, StoreError> {
    decide_or_keep(desk, hand).await?.commit(desk, hand, None).await
}

async fn decide_or_keep(desk: &Desk, hand: &InHand) -> Result<Decided, StoreError> {
    let began = Instant::now();
    let (tx, processed) = match decide(desk, hand, desk.clock.now(), None).await {
        Ok(decided) => decided,
        Err(Fault::Store(error)) => return Err(error),
        Err(error @ (Fault::Wording(_) | Fault::Staff(_))) => {
            (None, keep(desk, hand, &error.to_string()).await?)
        }
    };
    Ok(Decided { tx, processed, began })
}

/// Keeps a message whose decision failed: it is tried again, and parked after the set number of attempts.
async fn keep(desk: &Desk, hand: &InHand, error: &str) -> Result<Processed, StoreError> {
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let attempts = hand.entered.map_or(0, |(_, attempts)| attempts) + 1;
    let given_up = attempts >= desk.max_attempts;
    let outcome = if given_up { Outcome::Parked } else { Outcome::Pending };
    let id = hand.entered.map_or_else(|| tx.fresh_id(), |(id, _)| id);
    let row = NewMessage {
        id,
        place: &hand.place,
        message_id: &hand.message_id,
        hash: &hand.hash,
        received_at: hand.reading.received_at,
        taken_at: now,
        size: hand.size,
        raw: &hand.raw,
        outcome,
        reason: Some(ParkReason::Failed.as_str()),
        detail: Some(error),
        ticket_id: None,
        duplicate_of: None,
        attempts,
        settled: hand.settled,
    };
    match hand.entered {
        Some(_) if !tx.conclude_message(&row).await? => return Ok(Processed::BEFORE),
        Some(_) => {}
        None => tx.add_message(&row),
    }
    tx.append_event(now, NewEvent::by_desk("failed", format!("attempt {attempts}")).on_message(id));
    tx.commit().await?;
    warn!(message.id = id, attempts, "message not processed: {error}");
    Ok(Processed { message: Some(id), outcome, ticket: None, reason: row.reason })
}
