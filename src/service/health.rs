//! Reports of the loops. `server::health` evaluates them for the health endpoint and the service manager's watchdog.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::calendar::BusinessTime;

/// A loop that does not tick for its sleep plus this time is stuck. Longer than the back-off for a server that is down,
/// and than the timeouts of the protocol commands.
const STUCK_AFTER: Duration = Duration::from_secs(900);

#[derive(Debug, Default)]
pub struct Health(Mutex<Report>);

/// The latest reports of all loops.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// End of the last complete pass over the mailbox.
    pub last_intake: Option<DateTime<Utc>>,
    /// Another process has the lead and fetches mail.
    pub standby: bool,
    /// Why the mailbox cannot be read now.
    pub intake_error: Option<String>,
    /// Why messages cannot be flagged or moved now.
    pub settle_error: Option<String>,
    /// Why the SMTP server cannot be used now.
    pub delivery_error: Option<String>,
    /// Why the timetable loop failed.
    pub timetable_error: Option<String>,
    /// Warning from `alarms::coverage`.
    pub calendar_warning: Option<String>,
    /// How far the server's receipt time of the newest mail is ahead of this machine's clock; `None` if tolerable.
    pub clock_behind: Option<TimeDelta>,
    /// Purpose of the last automatic mail that the last guard stopped, and why.
    pub wording_stopped: Option<(&'static str, &'static str)>,
    /// Automatic mails that wait for the daily limit.
    pub deferred: u64,
    /// Business time since the last mail.
    pub silence: BusinessTime,
    /// Messages that the ledger did not know at the last comparison with the mailbox.
    pub unexplained: Option<usize>,
    /// Loops that panic, since when.
    pub panicking: BTreeMap<&'static str, Instant>,
    /// When each loop last ticked, and how long it may take until its next tick.
    pub ticks: BTreeMap<&'static str, (Instant, Duration)>,
}

impl Health {
    pub fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    /// Takes over the intake state of the desk before a reload, so that the reloaded desk is ready at once.
    pub fn go_on_from(&self, before: &Self) {
        let before = before.report();
        self.with(|report| {
            report.last_intake = before.last_intake;
            report.standby = before.standby;
        });
    }

    /// Reports that a loop is alive and now sleeps for at most `sleep`.
    pub fn tick(&self, name: &'static str, sleep: Duration) {
        self.with(|report| {
            report.ticks.insert(name, (Instant::now(), sleep + STUCK_AFTER));
        });
    }

    /// Names of the loops that have exceeded their limit in [`Report::ticks`], or have panicked at every start for as long.
    pub fn stuck(&self) -> Vec<&'static str> {
        self.with(|report| {
            let late = report.ticks.iter().filter(|(_, (at, limit))| at.elapsed() > *limit);
            let panicking = report.panicking.iter().filter(|(_, since)| since.elapsed() > STUCK_AFTER);
            late.map(|(name, _)| *name).chain(panicking.map(|(name, _)| *name)).collect()
        })
    }

    /// Reports that a loop panicked.
    pub fn panicked(&self, name: &'static str) {
        self.with(|report| {
            report.panicking.entry(name).or_insert_with(Instant::now);
        });
    }

    /// Reports that a loop works after a panic.
    pub fn works(&self, name: &'static str) {
        self.with(|report| report.panicking.remove(name));
    }

    /// Names of the loops that have panicked and have not worked since.
    pub fn panicking(&self) -> Vec<&'static str> {
        self.with(|report| report.panicking.keys().copied().collect())
    }

    pub fn intake_pass(&self, at: DateTime<Utc>) {
        self.with(|report| {
            report.last_intake = Some(at);
            report.intake_error = None;
        });
    }

    pub fn standby(&self, standby: bool) {
        self.with(|report| report.standby = standby);
    }

    pub fn intake_failed(&self, error: String) {
        self.with(|report| report.intake_error = Some(error));
    }

    pub fn settle_pass(&self, error: Option<String>) {
        self.with(|report| report.settle_error = error);
    }

    pub fn outbox_pass(&self, server_down: Option<String>) {
        self.with(|report| report.delivery_error = server_down);
    }

    pub fn timetable_pass(&self, error: Option<String>) {
        self.with(|report| report.timetable_error = error);
    }

    pub fn calendar(&self, warning: Option<String>) {
        self.with(|report| report.calendar_warning = warning);
    }

    pub fn clock(&self, behind: Option<TimeDelta>) {
        self.with(|report| report.clock_behind = behind);
    }

    pub fn wording_stopped(&self, purpose: &'static str, code: &'static str) {
        self.with(|report| report.wording_stopped = Some((purpose, code)));
    }

    pub fn deferred(&self, mails: u64) {
        self.with(|report| report.deferred = mails);
    }

    pub fn silence(&self, silence: BusinessTime) {
        self.with(|report| report.silence = silence);
    }

    pub fn unexplained(&self, count: usize) {
        self.with(|report| report.unexplained = Some(count));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        // Every change leaves the report consistent, so a lock poisoned by a panic is safe to use.
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
