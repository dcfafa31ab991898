//! Sends the summary of the window to leads after the window has closed, with the report of the year.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        report::Period,
        ticket::{Status, TicketKind},
        triage::Rules,
    },
    letter::{Content, SummaryContext},
    notify::{
        report::Papers,
        staff_notice::{in_words, notify_with},
    },
    service::{
        Desk, Fault, Operation,
        figures::{figures, figures_in_words},
    },
    store::Figures,
};

/// Maximum number of open tickets in the summary.
const LISTED: usize = 100;

/// When the summary is due: when the desk first opens after the end of the window.
pub(super) fn summary_at(rules: &Rules) -> Option<DateTime<Utc>> {
    rules.calendar.next_opening(rules.window.ends()?)
}

/// Queues the summary if it is due, once per closing day of the window. Returns the number of queued mails.
pub(super) async fn summarize(desk: &Desk) -> Result<usize, Fault> {
    let (rules, now) = (&desk.rules, desk.clock.now());
    let name = format!("window_summary:{}", rules.window.closes);
    let due = summary_at(rules).is_some_and(|at| at <= now) && rules.calendar.is_open(now);
    if !due || desk.store.state(&name).await?.is_some() {
        return Ok(0);
    }
    let (from, until) = (rules.window.begins().unwrap_or(now), rules.window.ends().unwrap_or(now));
    let figures = figures(desk, from, until).await?;
    let mut open = desk.store.ticket_heads(Status::Open).await?;
    open.retain(|ticket| ticket.kind == TicketKind::Inquiry);
    open.sort_by_key(|ticket| ticket.clock.deadline());
    let listed: Vec<i64> = open.iter().take(LISTED).map(|ticket| ticket.id).collect();
    let listed = desk.store.tickets_of(&listed).await?;
    let mut tx = desk.store.write().await?;
    if tx.set_state(&name, &now.to_rfc3339()).await?.is_some() {
        // Another process has sent this summary.
        return Ok(0);
    }
    // A desk that was set up after the window has no figures, and sends no summary.
    if figures == Figures::default() {
        tx.commit().await?;
        return Ok(0);
    }
    let operation = &mut Operation::by_desk(desk, &mut tx, now);
    let papers = Papers::now(operation, Period::of_window(rules.window)).await?;
    let mut queued = 0;
    for lead in desk.duty(now).leads() {
        let tickets = listed.iter().map(|ticket| in_words(desk, ticket, now)).collect();
        let figures = figures_in_words(&figures);
        let report = papers.for_member(operation, lead);
        notify_with(operation, lead, None, &papers.files, &name, |common| {
            Content::WindowSummary(SummaryContext { common, figures, tickets, report })
        })?;
        queued += 1;
    }
    tx.commit().await?;
    Ok(queued)
}
