//! What happens on the morning on which a hold ends: the clock runs again and the member is told, or staff are told that the
//! inquirer has not answered.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    desk::calendar::{date_of, earliest},
    letter::{Content, DeadlineContext},
    notify::{
        reminder::notify_unanswered,
        staff_notice::{for_member, notify, responsible},
    },
    service::{Desk, Fault, Operation},
    store::{AuditEvent, NewEvent, StoreError, TicketRow},
};

/// When the desk opens on a day, or on the next one that is open.
fn opening(desk: &Desk, day: NaiveDate) -> Option<DateTime<Utc>> {
    let calendar = &desk.rules.calendar;
    calendar.next_opening(earliest(day.and_time(chrono::NaiveTime::MIN), calendar.time_zone())?)
}

/// When the next hold ends. In the past if that was missed.
pub(super) async fn next_hold(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(desk.store.next_hold().await?.and_then(|day| opening(desk, day)))
}

/// Ends holds and tells staff. Returns the number of queued mails.
pub(super) async fn end_holds(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    if !desk.rules.calendar.is_open(now) || next_hold(desk).await?.is_none_or(|at| at > now) {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    let mut queued = 0;
    for ticket in tx.holds_over(date_of(now, desk.rules.calendar.time_zone())).await? {
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        queued += if ticket.clock.is_held_by_desk() {
            resume(&mut operation, &ticket).await?
        } else {
            unanswered(&mut operation, &ticket).await?
        };
    }
    tx.commit().await?;
    Ok(queued)
}

async fn resume(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let until = ticket.clock.hold().and_then(|hold| hold.until);
    let at = until.and_then(|day| opening(desk, day)).unwrap_or(now).min(now);
    let clock = ticket.clock.clone().resumed(&desk.rules.calendar, at);
    operation.move_clock(ticket, &clock).await?;
    let deadline = clock.deadline().map(|at| operation.local(at));
    operation
        .tx
        .append_event(now, NewEvent::by_desk(AuditEvent::HoldEnded { deadline }).on_ticket(ticket.id));
    let ticket = TicketRow { clock, ..ticket.clone() };
    let occasion = format!("hold over {} {}", ticket.number, until.unwrap_or_default());
    let members = responsible(desk, &ticket);
    for member in &members {
        let tickets = vec![for_member(desk, &ticket, member, now)];
        notify(operation, member, &occasion, |common| {
            Content::HoldOver(DeadlineContext { common, tickets })
        })?;
    }
    Ok(members.len())
}

/// The inquirer has not answered a question. Staff are told again at intervals until somebody decides.
async fn unanswered(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let Some(day) = desk.rules.sla.remind_on(&desk.rules.calendar, now) else { return Ok(0) };
    operation.move_clock(ticket, &ticket.clock.clone().waits_until(day)).await?;
    notify_unanswered(operation, ticket)
}
