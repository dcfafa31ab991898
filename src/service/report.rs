//! Reports: counts a period, and freezes its editions.

use sha2::{Digest as _, Sha256};

use super::{Desk, Operation};
use crate::{
    desk::{
        report::{Edition, Gathering, Period, Report},
        window::Window,
    },
    store::{AuditEvent, StoreError},
};

/// Tickets that are read at once.
const PAGE: usize = 500;

/// Counts what came in a period, as it stands now.
pub async fn report(desk: &Desk, period: Period) -> Result<Report, StoreError> {
    let (calendar, now) = (&desk.rules.calendar, desk.clock.now());
    let window = Window { opens: period.first, closes: period.last, time_zone: calendar.time_zone() };
    let (from, until) = (window.begins().unwrap_or(now), window.ends().unwrap_or(now));
    let mut gathering = Gathering::new(period, calendar, now);
    for ids in desk.store.tickets_to_report(from, until).await?.chunks(PAGE) {
        for ticket in &desk.store.counted(ids).await? {
            gathering.add(ticket);
        }
    }
    Ok(gathering.report(&desk.store.counted_beside(from, until).await?))
}

/// Freezes an edition of a report.
///
/// # Errors
/// If the database refuses, nothing was written.
pub async fn issue(
    operation: &mut Operation<'_>,
    report: Report,
    note: String,
) -> Result<Edition, StoreError> {
    let before = operation.desk.store.editions(report.period).await?;
    let nth = before.last().map_or(1, |edition| edition.nth + 1);
    // A report is always JSON.
    let figures = serde_json::to_string(&report).unwrap_or_default();
    let hash = crate::hex::encode(&Sha256::digest(figures.as_bytes()));
    let (issued_at, issued_by) = (operation.now, operation.actor.audit());
    let edition = Edition { nth, issued_at, issued_by, hash, note, report };
    operation.tx.add_edition(&edition, &figures).await?;
    let event = AuditEvent::ReportIssued {
        first: edition.report.period.first,
        last: edition.report.period.last,
        nth,
        hash: edition.hash.clone(),
    };
    let event = operation.event(event);
    operation.tx.append_event(issued_at, event);
    Ok(edition)
}
