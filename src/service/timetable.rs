//! What is due by the clock and not by a mail: deadlines that come near or have passed, and the end of the window.
//! Sleeps until the next instant; what was missed while the process was down or the machine asleep is done once, and
//! nothing is told twice, since the store remembers what was told.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Datelike as _, SecondsFormat, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::{
    Bells, Desk, Serving, digest,
    notice::{concerns, in_words, notify},
    process::Fault,
    reminder::{next_reminder, remind},
    retention::forget_due,
};
use crate::{
    desk::{
        calendar::{BusinessTime, LAST_PUBLISHED_HOLIDAY_YEAR},
        escalation,
        staff::Member,
        ticket::Status,
        triage::Rules,
        window::fiscal_year,
    },
    hex,
    letter::{Content, DeadlineContext, FiguresContext, ParkedContext, SummaryContext, reason_in_words},
    store::{Figures, NewEvent, Store, StoreError, TicketRow, Tx},
};

/// The longest sleep: the timer stands still while the machine is suspended, and somebody may set the clock.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Wait after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(60);
/// Most open tickets that the summary of the window lists.
const LISTED: usize = 100;

/// Where the store keeps the fingerprint of the calendar that the deadlines were counted by.
const CALENDAR: &str = "calendar";

/// Does what is due, and sleeps until something is, until `stop`.
pub(super) async fn run(serving: Arc<Serving>, bells: Arc<Bells>, stop: CancellationToken) {
    let desk = &serving.desk;
    while !stop.is_cancelled() {
        desk.health.tick("timetable", LONGEST_SLEEP);
        // Registered before looking: a ticket filed in between is not slept over.
        let rung = bells.timetable.notified();
        let sleep = match tick(desk).await {
            Ok(queued) => {
                if queued > 0 {
                    bells.outbox.notify_one();
                }
                desk.health.timetable_pass(None);
                until_next(desk).await
            }
            Err(error) => {
                error!("timetable: {error}");
                desk.health.timetable_pass(Some(error.to_string()));
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(sleep) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Does everything that is due now; returns how many mails it queued.
pub(super) async fn tick(desk: &Desk) -> Result<usize, Fault> {
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

/// When staff are to be told of a deadline next.
async fn next_deadline(desk: &Desk, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let watched = desk.store.next_watched().await?;
    let next = |watched: &escalation::Watched| watched.next(&desk.rules.calendar, &desk.rules.sla, now);
    Ok(watched.iter().filter_map(next).min())
}

/// Tells staff of deadlines; returns of how many, and how many mails were queued.
async fn escalate(desk: &Desk) -> Result<(usize, usize), Fault> {
    let (calendar, sla) = (&desk.rules.calendar, &desk.rules.sla);
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    // Nothing that is due later than this can be near.
    let until = calendar.add_business(now, sla.warn_before).unwrap_or(now) + TimeDelta::seconds(1);
    let watched = tx.watched(until, now).await?;
    let (mut told, mut mails) = (0, 0);
    for notice in [escalation::Notice::Warning, escalation::Notice::Miss] {
        let due: Vec<&TicketRow> = watched
            .iter()
            .filter(|(_, watched)| watched.due(calendar, sla, now) == Some(notice))
            .map(|(ticket, _)| ticket)
            .collect();
        for member in desk.rules.staff.all() {
            let own: Vec<&TicketRow> =
                due.iter().copied().filter(|ticket| is_told(desk, notice, ticket, member)).collect();
            if own.is_empty() {
                continue;
            }
            let tickets = own.iter().map(|ticket| in_words(desk, ticket, now)).collect();
            let occasion = occasion(&own);
            notify(desk, &mut tx, member, &occasion, now, |common| {
                Content::Deadline(notice, DeadlineContext { common, tickets })
            })?;
            mails += 1;
        }
        let ids: Vec<i64> = due.iter().map(|ticket| ticket.id).collect();
        tx.told(notice, &ids).await?;
        for ticket in &due {
            tx.append_event(now, NewEvent::by_desk(notice.as_str(), "").on_ticket(ticket.id));
            info!(ticket.number = %ticket.number, notice = %notice, "deadline");
        }
        told += due.len();
    }
    tx.commit().await?;
    Ok((told, mails))
}

/// Leads hear of every deadline, the assignee while there is still time.
fn is_told(desk: &Desk, notice: escalation::Notice, ticket: &TicketRow, member: &Member) -> bool {
    concerns(desk, Some(ticket).filter(|_| notice == escalation::Notice::Warning), member)
}

/// Tickets and their deadlines: told of anew when one moves.
fn occasion(tickets: &[&TicketRow]) -> String {
    let one = |ticket: &&TicketRow| {
        let deadline = ticket.standing.deadline().map(|at| at.to_rfc3339()).unwrap_or_default();
        format!("{}@{deadline}", ticket.number)
    };
    tickets.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// When leads are told what the window came to: the desk's first opening after it.
fn summary_at(rules: &Rules) -> Option<DateTime<Utc>> {
    rules.calendar.next_opening(rules.window.ends()?)
}

/// Tells leads what the window came to, once for each last day.
async fn summarize(desk: &Desk) -> Result<usize, Fault> {
    let (rules, now) = (&desk.rules, desk.clock.now());
    let name = format!("window_summary:{}", rules.window.closes);
    let due = summary_at(rules).is_some_and(|at| at <= now) && rules.calendar.is_open(now);
    if !due || desk.store.state(&name).await?.is_some() {
        return Ok(0);
    }
    let (from, until) = (rules.window.begins().unwrap_or(now), rules.window.ends().unwrap_or(now));
    let figures = figures(desk, from, until).await?;
    let mut open = desk.store.ticket_heads(Status::Open).await?;
    open.sort_by_key(|ticket| ticket.standing.deadline());
    let listed: Vec<i64> = open.iter().take(LISTED).map(|ticket| ticket.id).collect();
    let listed = desk.store.tickets_of(&listed).await?;
    let mut tx = desk.store.write().await?;
    if tx.set_state(&name, &now.to_rfc3339()).await?.is_some() {
        // Another process was faster.
        return Ok(0);
    }
    let mut queued = 0;
    // A desk that was set up later has nothing to tell.
    for lead in rules.staff.leads().filter(|_| figures != Figures::default()) {
        let tickets = listed.iter().map(|ticket| in_words(desk, ticket, now)).collect();
        let figures = figures_in_words(&figures);
        notify(desk, &mut tx, lead, &name, now, |common| {
            Content::WindowSummary(SummaryContext { common, figures, tickets })
        })?;
        queued += 1;
    }
    tx.commit().await?;
    Ok(queued)
}

/// Figures of everything received in `[from, until)`.
pub(super) async fn figures(
    desk: &Desk,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Figures, StoreError> {
    let year = |at| fiscal_year(at, desk.rules.calendar.time_zone());
    desk.store.figures(from, until, (year(from), year(until))).await
}

pub(super) fn figures_in_words(figures: &Figures) -> FiguresContext {
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
        in_time: figures.answered_in_time,
        late: figures.answered_late,
        parked_total: figures.parked.values().sum(),
        parked: parked.collect(),
    }
}

/// Counts the deadlines of open tickets again if the calendar, or the program that knows the holidays, has changed
/// since they were counted. Old and new stand in the audit.
pub(super) async fn recount(desk: &Desk) -> Result<(), StoreError> {
    let rules = format!("{} {:?}", env!("CARGO_PKG_VERSION"), desk.rules.calendar);
    let fingerprint = hex::encode(&Sha256::digest(rules));
    if desk.store.state(CALENDAR).await?.as_deref() == Some(&fingerprint) {
        return Ok(());
    }
    let mut tx = desk.store.write().await?;
    if tx.set_state(CALENDAR, &fingerprint).await?.is_some() {
        let moved = recount_all(desk, &mut tx).await?;
        if moved > 0 {
            info!(moved, "the calendar has changed: deadlines were counted again");
        }
    }
    tx.commit().await
}

async fn recount_all(desk: &Desk, tx: &mut Tx) -> Result<usize, StoreError> {
    let calendar = &desk.rules.calendar;
    let text = |at: Option<DateTime<Utc>>| {
        let local = at.map(|at| at.with_timezone(&calendar.time_zone()));
        local.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
    };
    let (mut moved, mut after) = (0, 0);
    loop {
        let tickets = tx.open_tickets(after).await?;
        let Some(last) = tickets.last() else { return Ok(moved) };
        after = last.id;
        for ticket in tickets {
            let Some(standing) = ticket.standing.recounted(calendar) else { continue };
            tx.set_standing(ticket.id, &standing).await?;
            let (old, new) = (text(ticket.standing.deadline()), text(standing.deadline()));
            let event = NewEvent::by_desk("recounted", format!("the calendar has changed: {old} → {new}"));
            tx.append_event(desk.clock.now(), event.on_ticket(ticket.id));
            moved += 1;
        }
    }
}

/// Business time within the window in which no mail has come, up to now; none when the desk has never taken any.
pub(super) async fn silence(desk: &Desk, now: DateTime<Utc>) -> Result<BusinessTime, StoreError> {
    let window = &desk.rules.window;
    let Some(last) = desk.store.last_taken().await? else { return Ok(BusinessTime::ZERO) };
    let from = window.begins().map_or(last, |begins| begins.max(last));
    let until = window.ends().map_or(now, |ends| ends.min(now));
    Ok(desk.rules.calendar.business_between(from, until))
}

/// The alarm that business time reaches beyond the last year whose holidays are published.
#[must_use]
pub fn coverage(rules: &Rules, latest_deadline: Option<DateTime<Utc>>) -> Option<String> {
    let calendar = &rules.calendar;
    let closes = rules.window.ends().map(|end| end - TimeDelta::seconds(1));
    let beyond = |at: &DateTime<Utc>| !calendar.covered(*at);
    let what = match (latest_deadline.filter(beyond), closes.filter(beyond)) {
        (Some(deadline), _) => {
            format!("a deadline lies in {}", deadline.with_timezone(&calendar.time_zone()).year())
        }
        (None, Some(_)) => format!("the window closes on {}", rules.window.closes),
        (None, None) => return None,
    };
    Some(format!(
        "{what}, but public holidays are published only until {LAST_PUBLISHED_HOLIDAY_YEAR}, and later ones are a forecast; \
         update madoguchi when the Cabinet Office has announced them (each February), or list them in hours.closed"
    ))
}

/// As [`coverage`], with what the database knows.
///
/// # Errors
/// When the database does not answer.
pub async fn coverage_of(rules: &Rules, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(coverage(rules, store.latest_deadline().await?))
}
