//! The intake loop: fetches messages in batches, settles recorded ones in the mailbox, and waits for new mail.
//! `pipeline` decides and files messages; `unfetchable` handles those that the server does not deliver.

mod application;
mod effects;
mod file;
mod fingerprint;
mod known;
mod pipeline;
mod prepare;
pub mod reconcile;
mod renumbered;
mod take_in;
mod unfetchable;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

pub use pipeline::{process, process_again};
pub use prepare::inspect;
pub use take_in::take_in;
pub use unfetchable::take_unfetchable;

use self::{pipeline::process_all, prepare::prepare, reconcile::Comparison, renumbered::verify_places};
use crate::{
    letter::similar_in_words,
    mailbox::{ImapError, IntakeError, Open, SETTLE_AT_ONCE, Source},
    service::{Desk, PassError, PreparedMail, Wakeups, metrics, search},
    store::{Lead, Outcome},
};

/// First wait after a failed connection; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// How often a standby process tries to take the lead.
const STAND_BY: Duration = Duration::from_secs(2);
/// Maximum back-off between connection attempts. Short, so that intake soon notices that the mailbox is back.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How long the desk only polls after [`IDLE_FAILURES`].
const WITHOUT_IDLE: Duration = Duration::from_mins(15);
/// Failures of IDLE in a row, after which the desk polls. A single one may be a restart of the server.
const IDLE_FAILURES: u32 = 2;
/// How long past inquiries are searched for one that is like a new one.
const SIMILAR: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub struct Inbound {
    pub desk: Arc<Desk>,
    pub source: Source,
    /// Poll interval. It applies even if the server announces new mail (IMAP IDLE).
    pub poll: Duration,
}

/// What the loop remembers from one connection to the next.
struct Pace {
    /// Back-off before the next connection.
    wait: Duration,
    /// IDLE is not tried before this time.
    idle_from: Instant,
    idle_failures: u32,
    comparison: Comparison,
}

impl Pace {
    fn idle_failed(&mut self, error: &ImapError) {
        self.idle_failures += 1;
        if self.idle_failures >= IDLE_FAILURES {
            warn!("the desk polls for {} min: {error}", WITHOUT_IDLE.as_secs() / 60);
            (self.idle_from, self.idle_failures) = (Instant::now() + WITHOUT_IDLE, 0);
        }
    }
}

/// Runs the intake loop until `stop`. Wakes the other loops when it has filed something.
pub async fn run(inbound: Inbound, wakeups: Arc<Wakeups>, stop: CancellationToken) {
    let now = Instant::now();
    let mut pace =
        Pace { wait: FIRST_WAIT, idle_from: now, idle_failures: 0, comparison: Comparison::due_at(now) };
    while !stop.is_cancelled() {
        inbound.desk.health.tick("intake", pace.wait);
        // Of several processes on PostgreSQL only one, with the lead, fetches mail. If it dies, a standby process
        // takes over.
        let mut lead = match inbound.desk.store.take_lead().await {
            Ok(Some(lead)) => lead,
            Ok(None) => {
                inbound.desk.health.standby(true);
                let _ = tokio::time::timeout(STAND_BY, stop.cancelled()).await;
                continue;
            }
            Err(error) => {
                inbound.desk.health.intake_failed(error.to_string());
                error!("intake: {error}");
                let _ = tokio::time::timeout(STAND_BY, stop.cancelled()).await;
                continue;
            }
        };
        inbound.desk.health.standby(false);
        if let Err(error) = session(&inbound, &wakeups, &stop, &mut pace, &mut lead).await {
            inbound.desk.health.intake_failed(error.to_string());
            error!(retry_s = pace.wait.as_secs(), "intake: {error}");
            inbound.desk.health.tick("intake", pace.wait);
            let _ = tokio::time::timeout(jittered(pace.wait), stop.cancelled()).await;
            pace.wait = (pace.wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// Uses one connection: alternates passes and waits until the connection breaks or `stop`.
async fn session(
    inbound: &Inbound,
    wakeups: &Wakeups,
    stop: &CancellationToken,
    pace: &mut Pace,
    lead: &mut Lead,
) -> Result<(), PassError> {
    let mut mailbox = inbound.source.open().await?;
    debug!("the mailbox is open");
    metrics::count_connection();
    let mut rested = false;
    while !stop.is_cancelled() {
        if !lead.holds().await {
            warn!("another process may take the mail now: the database closed our session");
            break;
        }
        inbound.desk.health.tick("intake", inbound.poll);
        let began = Instant::now();
        let mut gets_on = false;
        let after_batch = || {
            gets_on = true;
            wakeups.wake();
        };
        let drained = drain_mailbox(&inbound.desk, &mut mailbox, stop, after_batch).await;
        if gets_on || drained.is_ok() {
            pace.wait = FIRST_WAIT;
        }
        if rested && is_closed(&drained) {
            // Servers close connections that rest. That is no fault, and a new connection shows whether there is one.
            debug!("the mail server has closed the connection");
            break;
        }
        let taken = drained?;
        metrics::record_pass(began.elapsed());
        inbound.desk.health.intake_pass(inbound.desk.clock.now());
        if let Err(error) = mailbox.left_over() {
            inbound.desk.health.intake_failed(error.to_string());
            error!("intake: {error}");
        }
        if taken > 0 {
            info!(taken, "pass finished");
        }
        if stop.is_cancelled() {
            break;
        }
        // On this connection, because a server may allow one only. Afterwards another folder may be open, so look again.
        if !pace.comparison.run_if_due(&inbound.desk, &mut mailbox).await {
            match mailbox.wait(inbound.poll, pace.idle_from <= Instant::now(), stop).await {
                Ok(()) => (pace.idle_failures, rested) = (0, true),
                Err(IntakeError::Imap(error @ ImapError::Idle { .. })) => {
                    pace.idle_failed(&error);
                    // A new connection, because this one may have ended.
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    if let Open::Imap(session) = mailbox {
        session.logout().await;
    }
    Ok(())
}

/// Whether the connection had ended before the pass.
fn is_closed(drained: &Result<usize, PassError>) -> bool {
    matches!(
        drained,
        Err(PassError::Intake(IntakeError::Imap(ImapError::Broken { verb: "SELECT" | "EXAMINE", .. })))
    )
}

/// Files every message in the mailbox and settles the recorded ones. Calls `after_batch` when mails may have been
/// queued. On `stop`, ends early between two messages.
///
/// # Errors
/// After an error, committed messages stay committed. The next pass fetches the rest.
pub async fn drain_mailbox(
    desk: &Arc<Desk>,
    mailbox: &mut Open,
    stop: &CancellationToken,
    mut after_batch: impl FnMut(),
) -> Result<usize, PassError> {
    let drained = drain(desk, mailbox, stop, &mut after_batch).await;
    if let (Err(PassError::Intake(error)), Open::Imap(session)) = (&drained, &mut *mailbox)
        && unfetchable::note(desk, session, error, stop).await?
    {
        after_batch();
    }
    drained
}

async fn drain(
    desk: &Arc<Desk>,
    mailbox: &mut Open,
    stop: &CancellationToken,
    mut after_batch: impl FnMut(),
) -> Result<usize, PassError> {
    let mut taken = retry_pending(desk).await?;
    mailbox.look(&desk.store, desk.clock.now()).await?;
    verify_places(desk, mailbox).await?;
    let mut batch = next_batch(desk, mailbox).await?;
    let (mut unsettled, mut settles) = (0, true);
    while !batch.is_empty() && !stop.is_cancelled() {
        // While this batch is filed, earlier messages are settled and the next batch is fetched.
        let beside = async {
            if settles && unsettled >= SETTLE_AT_ONCE {
                unsettled = 0;
                settles = settle(desk, mailbox).await?;
            }
            next_batch(desk, mailbox).await
        };
        let (next, filed) = tokio::join!(beside, process_all(desk, &batch, stop, &mut after_batch));
        let filed = filed?;
        (taken, unsettled) = (taken + filed, unsettled + filed);
        desk.health.tick("intake", Duration::ZERO);
        if stop.is_cancelled() {
            // Messages of this batch may be unfiled, so an error of the next batch must not be reported yet.
            break;
        }
        batch = next?;
    }
    if settles {
        settle(desk, mailbox).await?;
    }
    Ok(taken)
}

/// Fetches and reads the next batch.
async fn next_batch(desk: &Arc<Desk>, mailbox: &mut Open) -> Result<Vec<PreparedMail>, PassError> {
    let fetched = mailbox.next_batch().await?;
    if fetched.is_empty() {
        return Ok(Vec::new());
    }
    desk.renew().await?;
    let mut batch = prepare(desk, fetched).await?;
    // Only where nobody waits behind it, and somebody reads the notice.
    if let [mail] = batch.as_mut_slice()
        && !desk.rules.staff.is_empty()
    {
        mail.similar = similar_to(desk, mail).await;
    }
    Ok(batch)
}

/// Past inquiries that may be like a new one, in words. A failed search delays no mail.
async fn similar_to(desk: &Desk, mail: &PreparedMail) -> Vec<String> {
    let Some(inquiry) = &mail.reading.form.fields.inquiry else { return Vec::new() };
    let found = async {
        let tickets = search::similar(desk, inquiry, None).await?;
        search::with_answers(desk, &tickets).await
    };
    match tokio::time::timeout(SIMILAR, found).await {
        Ok(Ok(past)) => {
            past.iter().map(|past| similar_in_words(&past.number, &past.inquiry, &past.answer)).collect()
        }
        Ok(Err(error)) => {
            warn!("similar inquiries: {error}");
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}

/// Settles the recorded messages. Returns `false` if the mailbox refuses a flag or a move: intake continues, and the
/// next pass retries.
async fn settle(desk: &Desk, mailbox: &mut Open) -> Result<bool, PassError> {
    match mailbox.settle(&desk.store).await {
        Ok(0) => Ok(true),
        Ok(_) => {
            desk.health.settle_pass(None);
            Ok(true)
        }
        Err(IntakeError::Store(error)) => Err(error.into()),
        Err(error) => {
            desk.health.settle_pass(Some(error.to_string()));
            warn!("messages are accounted for, but could not be flagged or moved: {error}");
            Ok(false)
        }
    }
}

/// Retries messages whose decision failed before.
async fn retry_pending(desk: &Desk) -> Result<usize, PassError> {
    let mut count = 0;
    for row in desk.store.messages_with(Outcome::Pending).await? {
        process_again(desk, row.id).await?;
        count += 1;
    }
    Ok(count)
}

/// Adds up to a quarter of the wait as jitter, so that many desks do not reconnect to one server at the same time.
fn jittered(wait: Duration) -> Duration {
    let share = getrandom::u32().map_or(0.0, |random| f64::from(random) / f64::from(u32::MAX));
    wait.mul_f64(1.0 + share / 4.0)
}
