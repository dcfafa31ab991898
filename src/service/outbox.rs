//! The loop that empties the outbox: claim what is due, hand it to connections side by side, record each verdict.
//! The attempt is on record before the network is touched, so a crash may repeat a mail but never lose one.

use std::{
    collections::VecDeque,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    Bells, Desk, Serving,
    notice::{Undelivered, tell_undelivered},
    process::Fault,
};
use crate::{
    clock::Clock,
    delivery::{Failure, SendError, Session, backoff::after_failure},
    desk::calendar::BusinessTime,
    letter::Purpose,
    store::{Attempt, Claim, Due, StoreError, TicketRow, Tx, Verdict, reply_code},
};

/// Mails claimed by one transaction.
const CLAIM_AT_ONCE: u32 = 100;
/// When a claimed mail is due again should this process die with it and nobody notice: longer than any attempt, in real time
/// even where a rehearsal runs faster.
const LEASE: Duration = Duration::from_mins(15);
/// How long verdicts wait for others, and for a transaction that takes them along, before they are recorded by themselves.
const GATHER: Duration = Duration::from_millis(50);
/// Looks at the outbox even when nobody rings: other processes may have queued something.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// Wait after a fault of the database.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// What filing and sending hand each other past the database. Mails that leave as soon as they are decided: claimed in the
/// transaction that queues them, and handed over when it is committed; what does not fit waits in the database like any other
/// mail. And the way back: verdicts that the next transaction takes along.
#[derive(Debug, Default)]
pub struct Express {
    /// The process that sends them; `None`: nobody does.
    process: Option<i64>,
    waiting: std::sync::Mutex<Vec<Due>>,
    /// Mails whose commit failed: should the database have kept them all the same, they are claimed, and nobody sends them.
    doubtful: std::sync::Mutex<Vec<Due>>,
    /// Verdicts that are not on record. Should the process die, their mails are repeated.
    verdicts: std::sync::Mutex<Vec<Attempt>>,
}

impl Express {
    /// Sent by the loop of this process.
    #[must_use]
    pub fn of(process: i64) -> Self {
        Self { process: Some(process), ..Self::default() }
    }

    /// The claim on a mail that is queued now, unless enough are waiting.
    pub(super) fn claim(&self, clock: &Clock) -> Option<Claim> {
        let process = self.process?;
        (self.waiting().len() < CLAIM_AT_ONCE as usize).then(|| Claim { process, until: clock.after(LEASE) })
    }

    /// Takes over mails whose transaction is committed.
    pub(super) fn hand_over(&self, mails: Vec<Due>) {
        self.waiting().extend(mails);
    }

    /// Says that the commit of these mails failed.
    pub(super) fn doubt(&self, mails: Vec<Due>) {
        self.doubtful().extend(mails);
    }

    fn take(&self) -> Vec<Due> {
        std::mem::take(&mut *self.waiting())
    }

    /// Verdicts that any transaction can take along: of mails that were accepted, but for answers, with which more is done.
    pub(super) fn take_sent(&self) -> Vec<Attempt> {
        let sent = |attempt: &mut Attempt| attempt.verdict == Verdict::Sent && !is_answer(attempt);
        self.verdicts().extract_if(.., sent).collect()
    }

    /// Verdicts to be recorded, for the first time or because that failed.
    pub(super) fn come_back(&self, attempts: impl IntoIterator<Item = Attempt>) {
        self.verdicts().extend(attempts);
    }

    // Nothing can panic while one of them is held.

    fn waiting(&self) -> MutexGuard<'_, Vec<Due>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doubtful(&self) -> MutexGuard<'_, Vec<Due>> {
        self.doubtful.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn verdicts(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes those mails due whose commit failed and was kept all the same, as a database does that dies between commit and reply.
/// Called by who files, before anything else is filed, so that none of them is in anybody's hands.
pub(super) async fn release_doubtful(desk: &Desk) -> Result<(), StoreError> {
    let doubtful = desk.express.doubtful().clone();
    let Some(process) = desk.express.process.filter(|_| !doubtful.is_empty()) else { return Ok(()) };
    let mut tx = desk.store.write().await?;
    tx.release_mails(desk.clock.now(), process, &doubtful).await?;
    tx.commit().await?;
    desk.express.doubtful().clear();
    Ok(())
}

/// Makes mails due again that this process has claimed and does not send any more, because it stops or its server is down.
pub(super) async fn hand_back(serving: &Serving) {
    let released = async {
        record(serving).await?;
        let mut tx = serving.desk.store.write().await?;
        tx.release_claims(serving.desk.clock.now(), serving.presence.process).await?;
        tx.commit().await
    };
    if let Err(error) = released.await {
        warn!("mails in hand are sent after the next start: {error}");
    }
}

/// What emptying the outbox came to.
#[derive(Debug, Clone, Default)]
pub struct Drained {
    /// Mails accepted.
    pub sent: usize,
    /// Why the mail server could not be used, if it could not.
    pub server_down: Option<String>,
}

/// Connections to the mail server that are open, one place each; kept from batch to batch.
type Sessions = Vec<Option<Session>>;

/// Empties the outbox whenever something is due, until `stop`.
pub(super) async fn run(serving: Arc<Serving>, bells: Arc<Bells>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        serving.desk.health.tick("outbox", LONGEST_SLEEP);
        // Registered before looking: a mail queued in between is not slept over.
        let rung = bells.outbox.notified();
        let mut sessions = sessions(&serving);
        let drained = drain(&serving, &mut sessions, &stop).await;
        close(sessions).await;
        let sleep = match drained {
            Ok(drained) => {
                serving.desk.health.outbox_pass(drained.server_down);
                until_next(&serving).await
            }
            Err(error) => {
                error!("outbox: {error}");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(sleep) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Empties the outbox beside an intake that rings `kick`, until `taken_all` and nothing more is due.
///
/// # Errors
/// As [`drain`].
pub async fn beside(
    serving: &Serving,
    kick: &Notify,
    taken_all: &CancellationToken,
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let mut sessions = sessions(serving);
    let mut sent = 0;
    let last = loop {
        let is_last = taken_all.is_cancelled() || stop.is_cancelled();
        let drained = drain(serving, &mut sessions, stop).await?;
        sent += drained.sent;
        if is_last || drained.server_down.is_some() {
            break drained;
        }
        tokio::select! {
            () = kick.notified() => {}
            () = taken_all.cancelled() => {}
            () = stop.cancelled() => {}
        }
    };
    close(sessions).await;
    Ok(Drained { sent, ..last })
}

fn sessions(serving: &Serving) -> Sessions {
    (0..serving.connections).map(|_| None).collect()
}

async fn close(sessions: Sessions) {
    join_all(sessions.into_iter().flatten().map(Session::close)).await;
}

/// Sends everything that is due now.
///
/// # Errors
/// When the database fails. What was sent but not recorded is recorded by the next call, or goes again should there be none, with
/// the same Message-ID.
async fn drain(
    serving: &Serving,
    sessions: &mut Sessions,
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let mut total = Drained::default();
    record(serving).await?;
    while !stop.is_cancelled() {
        serving.desk.health.tick("outbox", Duration::ZERO);
        let batch = claim(serving).await?;
        if batch.is_empty() {
            break;
        }
        let drained = send_batch(serving, batch, sessions, stop).await?;
        total.sent += drained.sent;
        if drained.server_down.is_some() {
            total.server_down = drained.server_down;
            break;
        }
    }
    Ok(total)
}

async fn claim(serving: &Serving) -> Result<Vec<Due>, StoreError> {
    let desk = &serving.desk;
    let now = desk.clock.now();
    let mut batch = Vec::new();
    // A look without the write lock: an empty outbox costs nothing.
    if desk.store.next_due().await?.is_some_and(|due| due <= now) {
        let mut tx = desk.store.write().await?;
        batch = tx.claim_due(now, desk.clock.after(LEASE), serving.presence.process, CLAIM_AT_ONCE).await?;
        tx.commit().await?;
    }
    batch.extend(desk.express.take());
    Ok(batch)
}

/// Sends a batch over all connections at once and records the verdicts as they come.
async fn send_batch(
    serving: &Serving,
    batch: Vec<Due>,
    sessions: &mut [Option<Session>],
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let queue = Mutex::new(VecDeque::from(batch));
    let down = Mutex::new(None::<SendError>);
    let (verdict, all_tried, halt) = (Notify::new(), CancellationToken::new(), stop.child_token());
    let workers = async {
        let shares =
            sessions.iter_mut().map(|session| work(serving, &queue, session, &down, &verdict, &halt));
        let sent = join_all(shares).await;
        all_tried.cancel();
        sent.into_iter().sum()
    };
    let record = async {
        loop {
            tokio::select! {
                () = verdict.notified() => {}
                () = all_tried.cancelled() => {}
            }
            tokio::time::sleep(GATHER).await;
            let is_last = all_tried.is_cancelled();
            let recorded = record(serving).await;
            if is_last || recorded.is_err() {
                // What cannot be put on record is not sent.
                halt.cancel();
                break recorded;
            }
        }
    };
    let (sent, recorded): (usize, _) = tokio::join!(workers, record);
    // What no connection has taken is still to be sent, when the database answers again.
    serving.desk.express.hand_over(queue.into_inner().into());
    recorded?;
    Ok(Drained { sent, server_down: down.into_inner().map(|error| error.to_string()) })
}

/// One connection's share: takes mails from the queue until it is empty, or the service stops. Returns how many were accepted,
/// and rings `verdict` for each that was tried.
async fn work(
    serving: &Serving,
    queue: &Mutex<VecDeque<Due>>,
    session: &mut Option<Session>,
    down: &Mutex<Option<SendError>>,
    verdict: &Notify,
    stop: &CancellationToken,
) -> usize {
    let mut sent = 0;
    // What is claimed and not sent when the process stops is released by the next start.
    while !stop.is_cancelled() {
        let Some(due) = queue.lock().await.pop_front() else { break };
        // When one mail finds the server down, the others of the batch need not dial in vain.
        let known_down = down.lock().await.clone();
        let result = match known_down {
            Some(error) => Err(error),
            None => send(serving, session, &due).await,
        };
        let now = serving.desk.clock.now();
        let attempt = match result {
            Ok(reply) => Attempt { due, at: now, reply, verdict: Verdict::Sent },
            Err(error) => {
                if error.failure == Failure::Server {
                    *down.lock().await = Some(error.clone());
                }
                judged(serving, due, &error, now)
            }
        };
        sent += usize::from(attempt.verdict == Verdict::Sent);
        serving.desk.express.come_back([attempt]);
        verdict.notify_one();
    }
    sent
}

async fn send(serving: &Serving, session: &mut Option<Session>, due: &Due) -> Result<String, SendError> {
    let reused = session.is_some();
    let mut open = match session.take() {
        Some(open) => open,
        None => serving.carrier.open().await?,
    };
    let mut result = open.send(due).await;
    if reused && !open.is_usable() && result.as_ref().is_err_and(|error| error.verb == "MAIL") {
        // A server may close a connection between two mails (RFC 5321, 3.8): nothing was sent yet, so a fresh one is tried.
        open = serving.carrier.open().await?;
        result = open.send(due).await;
    }
    *session = open.is_usable().then_some(open);
    result
}

fn judged(serving: &Serving, due: Due, error: &SendError, now: DateTime<Utc>) -> Attempt {
    let jitter = u64::try_from(due.id).unwrap_or(0).wrapping_mul(2_654_435_761);
    let verdict =
        after_failure(error.failure, due.attempt, due.created_at, now, serving.desk.retry_for, jitter);
    Attempt { due, at: now, reply: error.to_string(), verdict }
}

/// Records the verdicts that no other transaction has taken along.
async fn record(serving: &Serving) -> Result<(), StoreError> {
    let attempts = std::mem::take(&mut *serving.desk.express.verdicts());
    if attempts.is_empty() {
        return Ok(());
    }
    let recorded = write_down(serving, &attempts).await;
    match recorded {
        Ok(()) => attempts.iter().for_each(tell_recorded),
        Err(_) => serving.desk.express.come_back(attempts),
    }
    recorded
}

async fn write_down(serving: &Serving, attempts: &[Attempt]) -> Result<(), StoreError> {
    let mut tx = serving.desk.store.write().await?;
    tx.record_attempts(attempts).await?;
    for attempt in attempts.iter().filter(|attempt| attempt.verdict == Verdict::Failed) {
        tell(serving, &mut tx, attempt).await?;
    }
    let mut margins = Vec::new();
    for Attempt { due, at, .. } in attempts.iter().filter(|attempt| is_answer(attempt)) {
        let Some(ticket) = due.ticket_id else { continue };
        margins.extend(tx.ticket(ticket).await?.and_then(|ticket| margin(serving, &ticket, *at)));
    }
    tx.commit().await?;
    margins.into_iter().for_each(super::http::record_margin);
    Ok(())
}

/// Counts and logs an attempt that is on record.
pub(super) fn tell_recorded(Attempt { due, reply, verdict, .. }: &Attempt) {
    let (id, purpose, attempt) = (due.id, due.purpose, due.attempt);
    let code = reply_code(reply);
    super::http::count_attempt(match verdict {
        Verdict::Sent => "sent",
        Verdict::Retry { .. } => "delayed",
        Verdict::Failed => "failed",
    });
    match verdict {
        Verdict::Sent => {
            info!(outbox.id = id, %purpose, attempt, message_id = due.message_id, "mail sent");
        }
        Verdict::Retry { at } => {
            warn!(outbox.id = id, %purpose, attempt, code, next = %at.to_rfc3339(), "mail delayed");
        }
        Verdict::Failed => {
            error!(outbox.id = id, %purpose, attempt, code, "mail undeliverable: see `madoguchi outbox list`");
        }
    }
}

fn is_answer(attempt: &Attempt) -> bool {
    attempt.due.purpose == Purpose::Answer && attempt.verdict == Verdict::Sent
}

/// Business hours between an answer and its deadline; less than none when it was late.
fn margin(serving: &Serving, ticket: &TicketRow, at: DateTime<Utc>) -> Option<f64> {
    let (calendar, deadline) = (&serving.desk.rules.calendar, ticket.standing.deadline()?);
    let hours =
        |time: BusinessTime| i32::try_from(time.seconds()).ok().map(|seconds| f64::from(seconds) / 3600.0);
    if at <= deadline {
        hours(calendar.business_between(at, deadline))
    } else {
        hours(calendar.business_between(deadline, at)).map(|late| -late)
    }
}

/// Tells staff of a mail to an inquirer that was refused or given up. About mails to staff there is nobody to tell.
async fn tell(serving: &Serving, tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let Attempt { due, reply, at, .. } = attempt;
    if due.purpose.is_for_staff() {
        return Ok(());
    }
    let ticket = match due.ticket_id {
        Some(id) => tx.ticket(id).await?,
        None => None,
    };
    let status = reply.split_whitespace().find(|word| word.split('.').count() == 3).unwrap_or_default();
    let mail = Undelivered {
        outbox: due.id,
        purpose: due.purpose,
        recipient: &due.recipient,
        status,
        diagnostic: reply,
    };
    match tell_undelivered(&serving.desk, tx, ticket.as_ref(), &mail, *at).await {
        Ok(()) => Ok(()),
        Err(Fault::Store(error)) => Err(error),
        Err(fault) => {
            error!(outbox.id = due.id, "staff are not told that a mail is undeliverable: {fault}");
            Ok(())
        }
    }
}

async fn until_next(serving: &Serving) -> Duration {
    match serving.desk.store.next_due().await {
        Ok(Some(due)) => serving.desk.clock.until(due).clamp(Duration::from_millis(10), LONGEST_SLEEP),
        Ok(None) | Err(_) => LONGEST_SLEEP,
    }
}
