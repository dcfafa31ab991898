//! Sends a batch of claimed mails over several connections side by side, and has their verdicts recorded on the way.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::sync::{RwLockReadGuard, Semaphore, SemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Drained, Outbound, Outbox, record::record};
use crate::{
    delivery::{
        Failure, SendError, Session,
        backoff::{after_failure, judged},
    },
    mail::SmtpReply,
    store::{Attempt, ClaimedMail, StoreError, Verdict},
};

/// How long a verdict waits for those of mails on their way.
const GATHER: Duration = Duration::from_millis(2);
/// Verdicts of a group, for each connection. A commit costs more than a mail, and a kill repeats the mails of a group.
const VERDICTS_A_CONNECTION: usize = 3;
/// How long mails of a batch are begun. Then the rest of it is released: an attempt must end before the lease.
const BEGIN_WITHIN: Duration = Duration::from_mins(15);
/// How long a mail on its way may take after a stop was asked for: less than the stop may take, so that its verdict is recorded.
const END_WITHIN: Duration = Duration::from_secs(6);
/// After this many refusals in a row that speak of no recipient, no other mail of the batch is tried.
const REFUSALS_IN_A_ROW: u32 = 3;

/// Connections to the mail server, one place each; kept open from batch to batch.
pub struct Connections(Vec<Option<Session>>);

impl Connections {
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| None).collect())
    }

    pub async fn close(&mut self) {
        join_all(self.0.iter_mut().filter_map(Option::take).map(Session::close)).await;
    }
}

/// A mail that was tried, on its way to the recorder.
struct Tried<'a> {
    attempt: Attempt,
    /// Held until the verdict is recorded.
    turn: RwLockReadGuard<'a, ()>,
    /// Held until the recorder has taken it for its next commit.
    place: SemaphorePermit<'a>,
}

/// What the connections share while a batch is sent.
struct Batch<'a> {
    outbound: &'a Outbound,
    queue: Mutex<VecDeque<ClaimedMail>>,
    /// Places in the next group of verdicts.
    places: Semaphore,
    /// Mails on their way.
    on_their_way: AtomicUsize,
    state: Mutex<ServerState>,
    began: Instant,
    halt: CancellationToken,
}

/// What a batch has learnt about the server.
#[derive(Default)]
struct ServerState {
    /// Why the server cannot be used. Then no other mail of the batch dials.
    down: Option<SendError>,
    /// The newest refusal that speaks of no recipient, and how many there were since the last accepted mail.
    refused: Option<(SendError, u32)>,
    /// It has accepted a mail.
    accepts: bool,
}

impl ServerState {
    fn accepted(&mut self) {
        *self = Self { accepts: true, ..Self::default() };
    }

    fn failed(&mut self, error: &SendError) {
        match error.failure {
            Failure::Server => self.down = Some(error.clone()),
            Failure::Policy | Failure::Unclear => {
                let count = self.refused.take().map_or(1, |(_, count)| count + 1);
                if count >= REFUSALS_IN_A_ROW {
                    self.down = Some(SendError { failure: Failure::Server, ..error.clone() });
                }
                self.refused = Some((error.clone(), count));
            }
            Failure::Retry | Failure::Fail | Failure::Unconfirmed => {}
        }
    }

    /// Why mails wait for the server, without the text of a refusal, which may name a recipient.
    fn trouble(&self) -> Option<String> {
        let Some((SendError { verb, reply, .. }, _)) = &self.refused else {
            return self.down.as_ref().map(ToString::to_string);
        };
        let refusal =
            format!("the server refuses mails: {} (at {verb}); see `madoguchi outbox list`", reply.codes());
        (self.down.is_some() || !self.accepts).then_some(refusal)
    }
}

/// Sends a batch and records the verdicts as they come.
///
/// Each mail takes a place in the next group of verdicts before it is sent. So behind the commit under way there is at most one
/// group, on its way or waiting for its commit: a kill repeats no more than the two.
///
/// # Errors
/// When the database fails. Mails that were not sent stay claimed.
pub(super) async fn send_batch(
    outbound: &Outbound,
    outbox: &mut Outbox,
    mails: Vec<ClaimedMail>,
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let Outbox { connections: Connections(connections), unrecorded, claims_unknown, .. } = outbox;
    let most = connections.len() * VERDICTS_A_CONNECTION;
    let batch = Batch {
        outbound,
        queue: Mutex::new(mails.into()),
        places: Semaphore::new(most),
        on_their_way: AtomicUsize::new(0),
        state: Mutex::default(),
        began: Instant::now(),
        halt: stop.child_token(),
    };
    let (verdicts, mut recorded) = mpsc::channel(most);
    let mut group = Vec::with_capacity(most);
    let workers = async {
        let shares = connections.iter_mut().map(|session| work(&batch, session, verdicts.clone()));
        let (sent, left): (Vec<usize>, Vec<Option<Attempt>>) = join_all(shares).await.into_iter().unzip();
        drop(verdicts);
        (sent.into_iter().sum(), left)
    };
    let recorder = async {
        let mut result = Ok(());
        while result.is_ok() && recorded.recv_many(&mut group, most).await > 0 {
            // Others are about to be done as well: one commit for all of them.
            let all = async {
                while group.len() < most
                    && batch.on_their_way.load(Ordering::Relaxed) > 0
                    && recorded.recv_many(&mut group, most).await > 0
                {}
            };
            let _ = tokio::time::timeout(GATHER, all).await;
            let mut turns = Vec::with_capacity(most);
            for Tried { attempt, turn, place } in group.drain(..) {
                unrecorded.push(attempt);
                turns.push(turn);
                drop(place);
            }
            result = record(&outbound.desk, unrecorded).await;
            drop(turns);
        }
        // A mail that cannot be put on record is not sent.
        batch.halt.cancel();
        recorded.close();
        while let Some(Tried { attempt, .. }) = recorded.recv().await {
            unrecorded.push(attempt);
        }
        result
    };
    let ((sent, left), result) = tokio::join!(workers, recorder);
    unrecorded.extend(left.into_iter().flatten());
    result?;
    *claims_unknown |= !lock(&batch.queue).is_empty();
    let server_down = lock(&batch.state).trouble();
    Ok(Drained { sent, tried: true, server_down })
}

/// One connection's share: takes mails from the queue until it is empty or the batch is halted. Returns how many were
/// accepted, and the verdict that nobody took.
async fn work<'a>(
    batch: &'a Batch<'_>,
    session: &mut Option<Session>,
    verdicts: mpsc::Sender<Tried<'a>>,
) -> (usize, Option<Attempt>) {
    let mut sent = 0;
    // The places are never closed.
    while let Ok(place) = batch.places.acquire().await {
        let turn = batch.outbound.desk.alternation.send().await;
        if batch.halt.is_cancelled() || batch.began.elapsed() > BEGIN_WITHIN {
            break;
        }
        let Some(mail) = lock(&batch.queue).pop_front() else { break };
        batch.on_their_way.fetch_add(1, Ordering::Relaxed);
        let attempt = attempt(batch, session, mail).await;
        batch.on_their_way.fetch_sub(1, Ordering::Relaxed);
        sent += usize::from(attempt.verdict == Verdict::Sent);
        if let Err(mpsc::error::SendError(tried)) = verdicts.send(Tried { attempt, turn, place }).await {
            return (sent, Some(tried.attempt));
        }
    }
    (sent, None)
}

async fn attempt(batch: &Batch<'_>, session: &mut Option<Session>, due: ClaimedMail) -> Attempt {
    let Batch { outbound, .. } = batch;
    let known_down = lock(&batch.state).down.clone();
    let result = match known_down {
        Some(error) => Err(error),
        None => {
            outbound.desk.health.tick("outbox", outbound.transport.patience());
            match send(batch, session, &due).await {
                Ok(reply) => {
                    lock(&batch.state).accepted();
                    Ok(reply)
                }
                Err(error) => {
                    let failure = judge(outbound, &due, error.failure).await;
                    let error = SendError { failure, ..error };
                    lock(&batch.state).failed(&error);
                    Err(error)
                }
            }
        }
    };
    let at = outbound.desk.clock.now();
    match result {
        Ok(reply) => Attempt { due, at, reply, verdict: Verdict::Sent },
        Err(SendError { failure, verb, mut reply }) => {
            let verdict = verdict(outbound, &due, failure, at);
            reply.text.push_str(&format!(" (at {verb})"));
            Attempt { due, at, reply, verdict }
        }
    }
}

async fn send(
    batch: &Batch<'_>,
    session: &mut Option<Session>,
    due: &ClaimedMail,
) -> Result<SmtpReply, SendError> {
    let transport = &batch.outbound.transport;
    let reused = session.is_some();
    let mut open = match session.take() {
        Some(open) => open,
        None => transport.open().await?,
    };
    let mut result = send_until_stop(batch, &mut open, due).await;
    if reused && !open.is_usable() && result.as_ref().is_err_and(|error| error.verb == "MAIL") {
        // A server may close a connection between two mails (RFC 5321, 3.8): nothing was sent, so a fresh one is tried.
        open = transport.open().await?;
        result = send_until_stop(batch, &mut open, due).await;
    }
    if let Err(error) = &mut result
        && error.verb == "RCPT"
        && error.failure == Failure::Fail
    {
        if !open.is_usable() {
            open = transport.open().await?;
        }
        doubt(error, open.probe(&due.sender, &due.sender).await);
    }
    *session = open.is_usable().then_some(open);
    result
}

/// A mail that may have left must not be sent again by the next start, so its wait for a verdict ends before the process.
async fn send_until_stop(
    batch: &Batch<'_>,
    open: &mut Session,
    due: &ClaimedMail,
) -> Result<SmtpReply, SendError> {
    let stopped = async {
        batch.halt.cancelled().await;
        tokio::time::sleep(END_WITHIN).await;
    };
    tokio::select! {
        result = open.send(due) => result,
        () = stopped => Err(open.abandoned()),
    }
}

/// A server that refuses the desk's own address, too, refuses every recipient: that is no fault of this one.
fn doubt(refusal: &mut SendError, own: Result<SmtpReply, SendError>) {
    if let Err(own) = own {
        refusal.failure = Failure::Policy;
        refusal.reply.text.push_str(&format!("; the desk's own address is refused, too: {own}"));
    }
}

async fn judge(outbound: &Outbound, due: &ClaimedMail, failure: Failure) -> Failure {
    if !matches!(failure, Failure::Policy | Failure::Unclear) {
        return failure;
    }
    // If the database does not answer, the mail waits.
    judged(failure, outbound.desk.store.accepted_since_last_attempt(due.id).await.unwrap_or(false))
}

fn verdict(outbound: &Outbound, due: &ClaimedMail, failure: Failure, now: DateTime<Utc>) -> Verdict {
    let jitter = u64::try_from(due.id).unwrap_or(0).wrapping_mul(2_654_435_761);
    after_failure(failure, due.attempt, due.created_at, now, outbound.desk.retry_for, jitter)
}

/// Nothing can panic while one of these locks is held.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
