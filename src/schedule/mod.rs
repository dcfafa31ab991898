//! The timetable loop: runs jobs that are due by the clock (deadlines, holds, reminders, deferred mails, digest, reports, window
//! summary, retention), and keeps the search index up to date between them. The store records each notice, so a job missed during
//! downtime or suspend runs once, and no notice is sent twice.

mod deferred;
mod drafts;
pub mod escalation;
mod meetings;
pub mod recalculation;
mod reports;
mod results_due;
pub mod retention;
mod waiting;
mod window_summary;

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use self::{
    deferred::release_deferred,
    drafts::{next_draft, remind_of_drafts},
    escalation::{escalate, next_deadline},
    meetings::{remind_of_meetings, tell_open_points},
    reports::send_reports,
    results_due::{next_results_notice, tell_of_results},
    retention::forget_due,
    waiting::{look_after, next_step},
    window_summary::{summarize, summary_at},
};
use crate::{
    notify::digest,
    service::{
        Desk, Fault, Wakeups,
        alarms::{coverage_of, silence},
        search::{healed_index, index},
    },
    store::StoreError,
};

/// Maximum sleep. The timer does not advance while the machine is suspended, and the system clock may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Mail comes first: the search index waits until nothing was filed for so long, or for [`LONGEST_SLEEP`]. A search by mail or
/// shell brings it up to date by itself.
const QUIET: Duration = Duration::from_secs(1);
/// How long the loop waits after a wake-up: what was filed is acknowledged first, and what follows at once is seen with it.
const AFTER_WAKE_UP: Duration = Duration::from_millis(100);
/// How long the search index is brought up to date between two looks at the clock.
const INDEXING: Duration = Duration::from_millis(300);
/// How often the search index is looked at, whether it is damaged.
const HEALING: Duration = Duration::from_hours(1);
const AFTER_FAULT: Duration = Duration::from_secs(60);

/// Runs due jobs and sleeps until the next one is due, until `stop`.
pub async fn run(desk: Arc<Desk>, wakeups: Arc<Wakeups>, stop: CancellationToken) {
    let (mut healed, mut indexed) = (None, Instant::now());
    while !stop.is_cancelled() {
        desk.health.tick("timetable", LONGEST_SLEEP);
        // Register for the wake-up before `tick`, so that the loop does not miss a ticket filed in between.
        let mut woken = pin!(wakeups.timetable.notified());
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
        let mut next = Instant::now() + sleep;
        let mut is_woken = tokio::select! {
            () = &mut woken => true,
            () = tokio::time::sleep(QUIET.min(sleep)) => false,
            () = stop.cancelled() => break,
        };
        if !is_woken || indexed.elapsed() >= LONGEST_SLEEP {
            if !keep_index(&desk, &mut healed).await {
                next = Instant::now();
            }
            indexed = Instant::now();
        }
        if !is_woken {
            is_woken = tokio::select! {
                () = woken => true,
                () = tokio::time::sleep_until(next.into()) => false,
                () = stop.cancelled() => break,
            };
        }
        if is_woken {
            let _ = tokio::time::timeout(AFTER_WAKE_UP, stop.cancelled()).await;
        }
    }
}

/// Brings the search index up to date for a short time. `false` if some of it is left.
async fn keep_index(desk: &Desk, healed: &mut Option<Instant>) -> bool {
    let kept = if healed.is_none_or(|at| at.elapsed() >= HEALING) {
        *healed = Some(Instant::now());
        healed_index(desk, Some(INDEXING)).await
    } else {
        index(desk, Some(INDEXING)).await
    };
    kept.unwrap_or_else(|error| {
        *healed = None;
        warn!("search index: {error}; `madoguchi search --rebuild` makes a new one");
        true
    })
}

/// Runs all due jobs once. Returns the number of queued mails.
pub async fn tick(desk: &Desk) -> Result<usize, Fault> {
    desk.renew().await?;
    desk.health.calendar(coverage_of(&desk.rules, &desk.store).await?);
    desk.health.silence(silence(desk, desk.clock.now()).await?);
    let mut queued = release_deferred(desk).await? + look_after(desk).await?;
    // `escalate` handles a limited number of tickets per call. After a long downtime more calls are necessary.
    while is_due(desk).await? {
        let (tickets, mails) = escalate(desk).await?;
        queued += mails;
        if tickets == 0 {
            break;
        }
    }
    forget_due(desk).await?;
    queued += remind_of_drafts(desk).await?;
    queued += tell_of_results(desk).await?;
    queued += remind_of_meetings(desk).await? + tell_open_points(desk).await?;
    queued += send_reports(desk).await?;
    Ok(queued + summarize(desk).await? + digest::send_due(desk).await?)
}

async fn is_due(desk: &Desk) -> Result<bool, StoreError> {
    let now = desk.clock.now();
    Ok(next_deadline(desk, now).await?.is_some_and(|at| at <= now))
}

async fn until_next(desk: &Desk) -> Duration {
    let now = desk.clock.now();
    // Database errors are ignored here: the next `tick` reports them.
    let deadline = next_deadline(desk, now).await.unwrap_or_default();
    let summary = summary_at(&desk.rules).filter(|at| *at > now);
    let waiting = next_step(desk).await.unwrap_or_default();
    let draft = next_draft(desk).await.unwrap_or_default();
    let (list, _) = digest::times(desk, now);
    let next = deadline
        .into_iter()
        .chain(waiting)
        .chain(draft)
        .chain(summary)
        .chain(next_results_notice(desk))
        .chain(list)
        .min();
    let sleep = next.map_or(LONGEST_SLEEP, |at| desk.clock.until(at));
    sleep.clamp(Duration::from_millis(10), LONGEST_SLEEP)
}
