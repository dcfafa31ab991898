//! Files messages in batches, one transaction a batch; with savepoints only when a message of the batch has a fault. Inside the
//! transaction the facts are read, each message is decided and its rows are written, so that the next message sees them.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    file::file,
    known::lookup,
    prepare::{prepare_again, prepare_one},
};
use crate::{
    desk::{staff_mail::StaffMail, triage::ParkReason},
    mailbox::FetchedMessage,
    service::{Desk, Fault, Operation, PreparedMail, Processed, metrics, search::healed_index},
    store::{AuditEvent, NewEvent, Outcome, StoreError},
};

/// Most messages of a batch.
const BATCH_MESSAGES: usize = 150;
/// Bytes of a batch, packed, unless one message is larger.
const BATCH_BYTES: usize = 4_000_000;
/// A batch that has taken so long is committed: inquirers wait for its receipts, and other writers for the database.
const BATCH_TIME: Duration = Duration::from_millis(50);
/// How long a search by mail waits for its index.
const INDEXING: Duration = Duration::from_secs(5);

/// Accounts for one message.
///
/// # Errors
/// When the database fails. Any other fault is this message's own: the ledger keeps it, it is tried again, and is parked
/// after the set number of attempts.
pub async fn process(desk: &Desk, fetched: FetchedMessage) -> Result<Processed, Fault> {
    process_prepared(desk, prepare_one(desk, fetched).await?).await
}

/// Decides again on a message in the ledger: one that could not be processed, or that the operator wants retried.
/// `None` when there is no such message, or it needs no decision.
///
/// # Errors
/// When the database fails.
pub async fn process_again(desk: &Desk, id: i64) -> Result<Option<Processed>, Fault> {
    let Some((row, raw)) = desk.store.message(id).await? else { return Ok(None) };
    // An erased message cannot be decided again.
    if raw.is_empty() || !matches!(row.outcome, Outcome::Pending | Outcome::Parked | Outcome::Discarded) {
        return Ok(None);
    }
    let prepared = prepare_again(desk, row, raw).await?;
    process_prepared(desk, prepared).await.map(Some)
}

async fn process_prepared(desk: &Desk, mail: PreparedMail) -> Result<Processed, Fault> {
    let filed = file_batch(desk, &mut [mail].iter().peekable(), &CancellationToken::new()).await?;
    Ok(filed.into_iter().next().unwrap_or(Processed::BEFORE))
}

/// Accounts for messages in their order, batch by batch, until `stop`. Returns for how many. `after_batch` is called after
/// each commit.
///
/// # Errors
/// As [`process`]. The batches before are committed.
pub(super) async fn process_all(
    desk: &Desk,
    mails: &[PreparedMail],
    stop: &CancellationToken,
    mut after_batch: impl FnMut(),
) -> Result<usize, Fault> {
    let (mut left, mut count) = (mails.iter().peekable(), 0);
    while left.peek().is_some() && !stop.is_cancelled() {
        let began = Instant::now();
        count += file_batch(desk, &mut left, stop).await?.len();
        after_batch();
        desk.alternation.let_send(began.elapsed()).await;
    }
    Ok(count)
}

type Mails<'a> = std::iter::Peekable<std::slice::Iter<'a, PreparedMail>>;

/// Files the next messages in one transaction. A message's own fault is rare, and a savepoint costs a trip to the database. So a
/// batch is filed without savepoints first, and once more with them when one of its messages has a fault.
async fn file_batch(
    desk: &Desk,
    mails: &mut Mails<'_>,
    stop: &CancellationToken,
) -> Result<Vec<Processed>, Fault> {
    let _turn = desk.alternation.file().await;
    let first = mails.clone();
    let filed = match file_together(desk, mails, Faults::EndTheBatch, stop).await {
        Err(fault) if fault.is_of_a_message() => {
            *mails = first;
            file_together(desk, mails, Faults::AreKept, stop).await?
        }
        filed => filed?,
    };
    Ok(filed.into_iter().map(|(processed, took)| report(processed, took)).collect())
}

/// What a message's own fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Faults {
    EndTheBatch,
    /// The message is rolled back to its savepoint, and the fault recorded.
    AreKept,
}

async fn file_together(
    desk: &Desk,
    mails: &mut Mails<'_>,
    faults: Faults,
    stop: &CancellationToken,
) -> Result<Vec<(Processed, Duration)>, Fault> {
    // A member who searches finds what came before. The index is written outside of the batch.
    if mails.peek().is_some_and(|next| next.reading.staff.as_ref().is_some_and(StaffMail::searches)) {
        healed_index(desk, Some(INDEXING)).await?;
    }
    let mut tx = desk.store.write().await?;
    let (began, now) = (Instant::now(), desk.clock.now());
    if faults == Faults::EndTheBatch {
        // A message that is decided again asks for itself.
        let fresh = mails.clone().take(BATCH_MESSAGES).filter(|mail| mail.entered.is_none());
        let lookups: Vec<_> = fresh.map(|mail| lookup(desk, mail, now)).collect();
        if lookups.len() > 1 {
            tx.gather_facts(&lookups).await?;
        }
    }
    let (mut filed, mut bytes) = (Vec::new(), 0);
    while let Some(mail) = mails.next() {
        let started = Instant::now();
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        let processed = match faults {
            Faults::EndTheBatch => file(&mut operation, mail).await?,
            Faults::AreKept => file_or_keep(&mut operation, mail).await?,
        };
        filed.push((processed, started.elapsed()));
        bytes += mail.raw.len();
        let full = filed.len() >= BATCH_MESSAGES || bytes >= BATCH_BYTES || began.elapsed() >= BATCH_TIME;
        // Lists that a member asks for are read outside of the transaction: it has to be committed before.
        let before_staff = mails.peek().is_some_and(|next| next.reading.staff.is_some());
        if full || before_staff || stop.is_cancelled() {
            break;
        }
    }
    tx.commit().await?;
    Ok(filed)
}

/// Files a message. When that fails by its own fault, nothing of it stays but its ledger row.
async fn file_or_keep(operation: &mut Operation<'_>, mail: &PreparedMail) -> Result<Processed, Fault> {
    operation.tx.savepoint().await?;
    let filed = async {
        let processed = file(operation, mail).await?;
        // A row that the database refuses is refused here.
        operation.tx.flush().await?;
        Ok::<_, Fault>(processed)
    };
    match filed.await {
        Err(fault) if fault.is_of_a_message() => {
            operation.tx.roll_back().await?;
            Ok(keep(operation, mail, &fault.to_string()).await?)
        }
        filed => filed,
    }
}

/// Keeps a message whose decision failed: it is tried again, and parked after the set number of attempts.
async fn keep(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    error: &str,
) -> Result<Processed, StoreError> {
    let (desk, now) = (operation.desk, operation.now);
    let tx = &mut *operation.tx;
    let id = mail.entered.map_or_else(|| tx.fresh_id(), |(id, _)| id);
    let mut row = mail.ledger_row(id, now);
    let attempts = row.attempts;
    row.outcome = if attempts >= desk.max_attempts { Outcome::Parked } else { Outcome::Pending };
    (row.reason, row.detail) = (Some(ParkReason::Failed.as_str()), Some(error));
    match mail.entered {
        Some(_) => tx.conclude_message(&row).await?,
        None => tx.add_message(&row),
    }
    tx.append_event(now, NewEvent::by_desk(AuditEvent::Failed { attempts }).on_message(id));
    tx.flush().await?;
    warn!(message.id = id, attempts, "message not processed: {error}");
    Ok(Processed { message: Some(id), outcome: row.outcome, ticket: None, reason: row.reason })
}

fn report(processed: Processed, took: Duration) -> Processed {
    metrics::count_message(processed.outcome.as_str());
    info!(
        message.id = processed.message,
        outcome = %processed.outcome,
        ticket.number = processed.ticket.as_deref(),
        reason = processed.reason,
        duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "message accounted for"
    );
    processed
}
