//! The loop that takes mail: look, fetch a batch, account for each message, settle; then wait for more.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::{
    Bells, Desk, PassError, Serving, outbox::release_doubtful, process::process_all, process_again, withheld,
};
use crate::{
    intake::{IntakeError, Open, SETTLE_AT_ONCE},
    store::{Lead, Outcome},
};

/// First wait after a failed connection; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// How often a process that stands by tries to take the lead.
const STAND_BY: Duration = Duration::from_secs(2);
/// Longest wait between attempts to connect: a mailbox that is back should be noticed soon.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Takes mail until `stop`. `bells` are rung when something was filed.
pub(super) async fn run(serving: Arc<Serving>, bells: Arc<Bells>, stop: CancellationToken) {
    let mut wait = FIRST_WAIT;
    while !stop.is_cancelled() {
        serving.desk.health.tick("intake", wait);
        // Of several processes on PostgreSQL one takes the mail; the others stand by, and notice its death.
        let mut lead = match serving.desk.store.take_lead().await {
            Ok(Some(lead)) => lead,
            Ok(None) => {
                serving.desk.health.standby(true);
                let _ = tokio::time::timeout(STAND_BY, stop.cancelled()).await;
                continue;
            }
            Err(error) => {
                serving.desk.health.intake_failed(error.to_string());
                error!("intake: {error}");
                let _ = tokio::time::timeout(STAND_BY, stop.cancelled()).await;
                continue;
            }
        };
        serving.desk.health.standby(false);
        match session(&serving, &bells, &stop, &mut wait, &mut lead).await {
            Ok(()) => {}
            Err(error) => {
                serving.desk.health.intake_failed(error.to_string());
                error!(retry_s = wait.as_secs(), "intake: {error}");
                serving.desk.health.tick("intake", wait);
                let _ = tokio::time::timeout(jittered(wait), stop.cancelled()).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// One connection: passes and waits until it breaks or `stop`.
async fn session(
    serving: &Serving,
    bells: &Bells,
    stop: &CancellationToken,
    wait: &mut Duration,
    lead: &mut Lead,
) -> Result<(), PassError> {
    let mut mailbox = serving.source.open().await?;
    debug!("the mailbox is open");
    super::http::count_connection();
    while !stop.is_cancelled() {
        if !lead.holds().await {
            warn!("another process may take the mail now: the database closed our session");
            break;
        }
        serving.desk.health.tick("intake", serving.poll);
        let began = Instant::now();
        let mut gets_on = false;
        let after_batch = || {
            gets_on = true;
            bells.ring();
        };
        let drained = drain_mailbox(&serving.desk, &mut mailbox, stop, after_batch).await;
        if gets_on || drained.is_ok() {
            *wait = FIRST_WAIT;
        }
        let taken = drained?;
        super::http::record_pass(began.elapsed());
        serving.desk.health.intake_pass(serving.desk.clock.now());
        if let Err(error) = mailbox.left_over() {
            serving.desk.health.intake_failed(error.to_string());
            error!("intake: {error}");
        }
        if taken > 0 {
            info!(taken, "pass finished");
        }
        if !stop.is_cancelled() {
            mailbox.wait(serving.poll, stop).await?;
        }
    }
    if let Open::Imap(session) = mailbox {
        session.logout().await;
    }
    Ok(())
}

/// Takes every message that lies in the mailbox, and settles what is accounted for. `after_batch` is called when
/// something may have been queued. Ends early, between two messages, on `stop`.
///
/// # Errors
/// When the mailbox or the database fails; what was committed stays, the rest is taken by the next pass.
pub async fn drain_mailbox(
    desk: &Arc<Desk>,
    mailbox: &mut Open,
    stop: &CancellationToken,
    mut after_batch: impl FnMut(),
) -> Result<usize, PassError> {
    let drained = drain(desk, mailbox, stop, &mut after_batch).await;
    if let (Err(PassError::Intake(error)), Open::Imap(session)) = (&drained, &*mailbox)
        && withheld::note(desk, session, error, stop).await?
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
    release_doubtful(desk).await?;
    let mut taken = retry_pending(desk).await?;
    mailbox.look(&desk.store).await?;
    let mut batch = mailbox.next_batch().await?;
    let (mut unsettled, mut settles) = (0, true);
    while !batch.is_empty() && !stop.is_cancelled() {
        // While this batch is filed, earlier ones are settled and the next is fetched.
        let beside = async {
            if settles && unsettled >= SETTLE_AT_ONCE {
                unsettled = 0;
                settles = settle(desk, mailbox).await?;
            }
            Ok::<_, PassError>(mailbox.next_batch().await?)
        };
        let (next, filed) = tokio::join!(beside, process_all(desk, batch, stop));
        let filed = filed?;
        (taken, unsettled) = (taken + filed, unsettled + filed);
        after_batch();
        desk.health.tick("intake", Duration::ZERO);
        if stop.is_cancelled() {
            // Some of this batch may be left: whatever the next one met lies behind them.
            break;
        }
        batch = next?;
    }
    if settles {
        settle(desk, mailbox).await?;
    }
    Ok(taken)
}

/// Settles what is accounted for. A mailbox that refuses a flag or a move is no reason to stop: `false`, and it is tried
/// again with the next pass.
async fn settle(desk: &Desk, mailbox: &mut Open) -> Result<bool, PassError> {
    match mailbox.settle(&desk.store).await {
        Ok(()) => Ok(true),
        Err(IntakeError::Store(error)) => Err(error.into()),
        Err(error) => {
            desk.health.settle_failed(error.to_string());
            warn!("messages are accounted for, but could not be flagged or moved: {error}");
            Ok(false)
        }
    }
}

/// Tries messages again whose decision failed before.
async fn retry_pending(desk: &Desk) -> Result<usize, PassError> {
    let mut count = 0;
    for row in desk.store.messages_with(Outcome::Pending).await? {
        process_again(desk, row.id).await?;
        count += 1;
    }
    Ok(count)
}

/// Spreads reconnects over a quarter of the wait, so that many desks do not call a server at once.
fn jittered(wait: Duration) -> Duration {
    let share = getrandom::u32().map_or(0.0, |random| f64::from(random) / f64::from(u32::MAX));
    wait.mul_f64(1.0 + share / 4.0)
}
