//! What is due by the clock and not by a mail: deadlines that come near or have passed, and the end of the window.
//! Sleeps until the next instant; what was missed while the process was down or the machine asleep is done once, and
//! nothing is told twice, since the store remembers what was told.

pub mod escalation;
pub mod recalculation;
pub mod retention;
mod window_summary;

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use tracing::error;

use self::{
    escalation::{escalate, next_deadline},
    retention::forget_due,
    window_summary::{summarize, summary_at},
};
use crate::{
    notify::{
        digest,
        reminder::{next_reminder, remind},
    },
    service::{
        Desk, Fault, Wakeups,
        alarms::{coverage_of, silence},
    },
    store::StoreError,
};

/// The longest sleep: the timer stands still while the machine is suspended, and somebody may set the clock.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Wait after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(60);
/// Does what is due, and sleeps until something is, until `stop`.
pub async fn run(desk: Arc<Desk>, wakeups: Arc<Wakeups>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        desk.health.tick("timetable", LONGEST_SLEEP);
        // Registered before looking: a ticket filed in between is not slept over.
        let woken = wakeups.timetable.notified();
        let sleep = match tick(&desk).await {
            Ok(queued) => {
                if queued > 0 {
                    wakeups.outbox.notify_one();
                }
                desk.health.timetable_pass(None);
                until_next(&desk).await
            }
            Err(error) => {
                error!("timetable: {error}");
                desk.health.timetable_pass(Some(error.to_string()));
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(sleep) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Does everything that is due now; returns how many mails it queued.
pub async fn tick(desk: &Desk) -> Result<usize, Fault> {
    desk.renew_staff_keys().await?;
    desk.health.calendar(coverage_of(&desk.rules, &desk.store).await?);
    desk.health.silence(silence(desk, desk.clock.now()).await?);
    let mut queued = 0;
    // One look takes up so many tickets; a desk that comes back from a long sleep looks again.
    while is_due(desk).await? {
        let (tickets, mails) = escalate(desk).await?;
        queued += mails;
        if tickets == 0 {
            break;
        }
    }
    forget_due(desk).await?;
    Ok(queued + remind(desk).await? + summarize(desk).await? + digest::send_due(desk).await?)
}

async fn is_due(desk: &Desk) -> Result<bool, StoreError> {
    let now = desk.clock.now();
    Ok(next_deadline(desk, now).await?.is_some_and(|at| at <= now))
}

async fn until_next(desk: &Desk) -> Duration {
    let now = desk.clock.now();
    // A fault of the database comes to light with the next look.
    let deadline = next_deadline(desk, now).await.unwrap_or_default();
    let summary = summary_at(&desk.rules).filter(|at| *at > now);
    let reminder = next_reminder(desk).await.unwrap_or_default();
    let (list, _) = digest::times(desk, now);
    let next = deadline.into_iter().chain(reminder).chain(summary).chain(list).min();
    let sleep = next.map_or(LONGEST_SLEEP, |at| desk.clock.until(at));
    sleep.clamp(Duration::from_millis(10), LONGEST_SLEEP)
}
