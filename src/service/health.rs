//! What the loops report of themselves, for `/healthz` and `/readyz`.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The newest report of each loop.
#[derive(Debug, Default)]
pub struct Health(Mutex<Report>);

/// What is known of the loops.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// When the mailbox was last read to its end.
    pub last_intake: Option<DateTime<Utc>>,
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
}

impl Health {
    /// A copy of the report.
    pub fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    pub(super) fn intake_pass(&self, at: DateTime<Utc>) {
        self.with(|report| {
            report.last_intake = Some(at);
            report.intake_error = None;
        });
    }

    pub(super) fn intake_failed(&self, error: String) {
        self.with(|report| report.intake_error = Some(error));
    }

    pub(super) fn settle_failed(&self, error: String) {
        self.with(|report| report.settle_error = Some(error));
    }

    pub(super) fn outbox_pass(&self, server_down: Option<String>) {
        self.with(|report| report.delivery_error = server_down);
    }

    pub(super) fn timetable_pass(&self, error: Option<String>) {
        self.with(|report| report.timetable_error = error);
    }

    pub(super) fn calendar(&self, warning: Option<String>) {
        self.with(|report| report.calendar_warning = warning);
    }

    fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        // A report is whole at any moment, so one left behind by a panic is still good.
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
