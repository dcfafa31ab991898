//! Reports: counts a period, and freezes its editions.

use sha2::{Digest as _, Sha256};

use super::{Desk, Operation};
use crate::{
    desk::{
        faq::EntryState,
        report::{Edition, Gathering, Period, Report, ReportedEntry},
        window::Window,
    },
    store::{AuditEvent, FaqRow, StoreError},
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
    let mut beside = desk.store.counted_beside(from, until).await?;
    beside.entries = released(desk, period).await?;
    Ok(gathering.report(&beside))
}

/// Released entries of inquiries that came in the months of a period.
async fn released(desk: &Desk, period: Period) -> Result<Vec<ReportedEntry>, StoreError> {
    let months = [period.first, period.last].map(|day| day.format("%Y-%m").to_string());
    let entries = desk.store.faq().await?.into_iter().filter(|entry| {
        entry.state == EntryState::Released && (&months[0]..=&months[1]).contains(&&entry.month)
    });
    let reported = |entry: FaqRow| ReportedEntry {
        number: entry.number.to_string(),
        question: entry.texts.question.text(),
        answer: entry.texts.answer.text(),
        place: entry.texts.place.text(),
        topic: entry.texts.topic.text(),
    };
    Ok(entries.map(reported).collect())
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
