//! The draft of the monthly report: leads get it when the desk first opens in the next month.

use chrono::{DateTime, NaiveDate, Utc};
use tracing::info;

use crate::{
    desk::{
        calendar::date_of,
        report::{Period, Report},
        ticket::{Status, TicketKind},
        window::first_instant,
    },
    notify::report::Papers,
    service::{Desk, Fault, Operation, report::report},
    store::StoreError,
};

/// The first day of the last month whose draft was due. The months behind it are made up for after a stop.
const LAST: &str = "report_draft";
/// Months that are made up for.
const MOST: usize = 12;

/// The months whose drafts are due, the oldest first. A desk without a draft before begins with the last month.
fn due(desk: &Desk, last: Option<NaiveDate>, now: DateTime<Utc>) -> Vec<Period> {
    let calendar = &desk.rules.calendar;
    let zone = calendar.time_zone();
    let mut months = Vec::new();
    let mut month = Period::last_month(date_of(now, zone));
    while let Some(period) = month.filter(|month| last.is_none_or(|last| month.first > last)) {
        let behind = period.last.succ_opt().and_then(|day| first_instant(day, zone));
        let is_due = behind.and_then(|at| calendar.next_opening(at)).is_some_and(|at| at <= now);
        if is_due {
            months.push(period);
        }
        if months.len() == MOST || (is_due && last.is_none()) {
            break;
        }
        month = Period::last_month(period.first);
    }
    months.reverse();
    months
}

/// Whether a month has a report: something came, or the desk was at work: its window was open, or inquiries are open still.
async fn is_reported(desk: &Desk, figures: &Report) -> Result<bool, StoreError> {
    let (Report { received, answers, quality, support, .. }, period) = (figures, figures.period);
    let came = received.total + answers.asked + support.applications + support.meetings + support.visits > 0;
    if came || !quality.parked.is_empty() {
        return Ok(true);
    }
    let window = desk.rules.window;
    // Nobody asks for the months before the desk took up its work.
    if period.last < date_of(desk.first_run, window.time_zone) {
        return Ok(false);
    }
    let was_open = window.opens <= period.last && window.closes >= period.first;
    Ok(was_open
        || desk
            .store
            .ticket_heads(Status::Open)
            .await?
            .iter()
            .any(|ticket| ticket.kind == TicketKind::Inquiry))
}

/// Queues the drafts that are due, each once. Returns the number of queued mails.
pub(super) async fn send_reports(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    if !desk.rules.calendar.is_open(now) {
        return Ok(0);
    }
    let kept = desk.store.state(LAST).await?;
    let due = due(desk, kept.as_deref().and_then(|day| day.parse().ok()), now);
    let Some(newest) = due.last() else { return Ok(0) };
    let mut reported = Vec::new();
    for period in &due {
        if is_reported(desk, &report(desk, *period).await?).await? {
            reported.push(*period);
        }
    }
    let mut tx = desk.store.write().await?;
    if tx.set_state(LAST, &newest.first.to_string()).await? != kept {
        // Another process has sent them.
        return Ok(0);
    }
    let mut queued = 0;
    for period in reported {
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        let papers = Papers::now(&mut operation, period).await?;
        let leads = desk.duty(now).leads();
        for lead in &leads {
            papers.send(&mut operation, lead, &format!("draft {}", period.number()))?;
        }
        queued += leads.len();
        info!(report = %period.number(), mails = leads.len(), "sent the draft of a report");
    }
    tx.commit().await?;
    Ok(queued)
}
