//! What the loops report of themselves: for the health endpoint and the service manager's watchdog.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::calendar::BusinessTime;

/// A loop that does not tick for so long beyond its sleep is stuck: longer than its waits for a server that is down and
/// the time limits of its verbs.
const STUCK_AFTER: Duration = Duration::from_secs(900);

/// The newest report of each loop.
#[derive(Debug, Default)]
pub struct Health(Mutex<Report>);

/// What is known of the loops.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// When the mailbox was last read to its end.
    pub last_intake: Option<DateTime<Utc>>,
    /// Another process takes the mail.
    pub standby: bool,
    /// Why it cannot be read now.
    pub intake_error: Option<String>,
    /// Why messages cannot be flagged or moved now.
    pub settle_error: Option<String>,
    /// Why the mail server cannot be used now.
    pub delivery_error: Option<String>,
    /// Why what is due by the clock cannot be done now.
    pub timetable_error: Option<String>,
    /// Business time reaches beyond the published holidays.
    pub calendar_warning: Option<String>,
    /// How far the newest mail's instant of receipt lies ahead of this machine's clock, when it should not.
    pub clock_behind: Option<TimeDelta>,
    /// Business time without any mail.
    pub silence: BusinessTime,
    /// Messages in the mailbox that the ledger did not know when they were last compared.
    pub unexplained: Option<usize>,
    /// When each loop last ticked, and how long it may be silent.
    pub ticks: BTreeMap<&'static str, (Instant, Duration)>,
}

impl Health {
    /// A copy of the report.
    pub fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    /// The same desk by other settings has read its mailbox as well.
    pub fn go_on_from(&self, before: &Self) {
        let before = before.report();
        self.with(|report| {
            report.last_intake = before.last_intake;
            report.standby = before.standby;
        });
    }

    /// A loop is alive, and may sleep for so long.
    pub fn tick(&self, name: &'static str, sleep: Duration) {
        self.with(|report| {
            report.ticks.insert(name, (Instant::now(), sleep + STUCK_AFTER));
        });
    }

    /// The loops that have not ticked for too long.
    pub fn stuck(&self) -> Vec<&'static str> {
        self.with(|report| {
            let late = report.ticks.iter().filter(|(_, (at, limit))| at.elapsed() > *limit);
            late.map(|(name, _)| *name).collect()
        })
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

    pub fn settle_failed(&self, error: String) {
        self.with(|report| report.settle_error = Some(error));
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

    pub fn silence(&self, silence: BusinessTime) {
        self.with(|report| report.silence = silence);
    }

    pub fn unexplained(&self, count: usize) {
        self.with(|report| report.unexplained = Some(count));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        // A report is whole at any moment, so one left behind by a panic is still good.
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
