//! Figures of the desk for the digest and the window summary.

use chrono::{DateTime, Utc};

use super::Desk;
use crate::{
    desk::window::fiscal_year,
    letter::{FiguresContext, ParkedContext, reason_in_words},
    store::{Figures, StoreError},
};

/// Figures of the mail received in `[from, until)`.
pub async fn figures(desk: &Desk, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Figures, StoreError> {
    let year = |at| fiscal_year(at, desk.rules.calendar.time_zone());
    desk.store.figures(from, until, (year(from), year(until))).await
}

pub fn figures_in_words(figures: &Figures) -> FiguresContext {
    let parked = figures
        .parked
        .iter()
        .map(|(reason, count)| ParkedContext { reason: reason_in_words(reason.parse().ok()), count: *count });
    FiguresContext {
        total: figures.total,
        telephone: figures.telephone,
        open: figures.open,
        waiting: figures.waiting,
        answered: figures.answered,
        answers: figures.answered_in_time + figures.answered_late,
        in_time: figures.answered_in_time,
        late: figures.answered_late,
        parked_total: figures.parked.values().sum(),
        parked: parked.collect(),
    }
}
