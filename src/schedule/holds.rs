//! What happens on the morning on which a hold ends: the clock runs again and the member is told, or staff are told that the
//! inquirer has not answered.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    desk::calendar::{date_of, earliest},
    letter::Content,
    notify::{
        reminder::notify_unanswered,
        staff_notice::{notify_each, responsible},
    },
    service::{Desk, Fault, Operation},
    store::{AuditEvent, StoreError, TicketRow},
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
    let (mut over, mut unanswered) = (Vec::new(), Vec::new());
    let operation = &mut Operation::by_desk(desk, &mut tx, now);
    for ticket in operation.tx.holds_over(date_of(now, desk.rules.calendar.time_zone())).await? {
        if ticket.clock.is_held_by_desk() {
            over.push(resume(operation, ticket).await?);
            continue;
        }
        let Some(day) = desk.rules.sla.remind_on(&desk.rules.calendar, now) else { continue };
        operation.move_clock(&ticket, &ticket.clock.clone().waits_until(day)).await?;
        // A ticket that waited without an end has been told of nowhere: it gets its day first.
        if ticket.clock.hold().is_some_and(|hold| hold.until.is_some()) {
            unanswered.push(ticket);
        }
    }
    let queued = notify_over(operation, &over)? + notify_unanswered(operation, &unanswered)?;
    tx.commit().await?;
    Ok(queued)
}

/// The clock runs again from the morning of the day.
async fn resume(operation: &mut Operation<'_>, ticket: TicketRow) -> Result<TicketRow, StoreError> {
    let (desk, now) = (operation.desk, operation.now);
    let until = ticket.clock.hold().and_then(|hold| hold.until);
    let at = until.and_then(|day| opening(desk, day)).unwrap_or(now).min(now);
    let clock = ticket.clock.clone().resumed(&desk.rules.calendar, at);
    operation.move_clock(&ticket, &clock).await?;
    let deadline = clock.deadline().map(|at| operation.local(at));
    operation.record(&ticket, AuditEvent::HoldEnded { deadline });
    Ok(TicketRow { clock, ..ticket })
}

/// Tells the members who work on tickets that their holds are over.
fn notify_over(operation: &mut Operation<'_>, tickets: &[TicketRow]) -> Result<usize, Fault> {
    let desk = operation.desk;
    notify_each(
        operation,
        tickets,
        "hold over",
        |ticket, member| responsible(desk, ticket).contains(&member),
        Content::HoldOver,
    )
}
