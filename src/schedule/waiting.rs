//! What the schedule does about tickets that wait: holds end, inquirers are reminded of the missing inquiry, staff are told
//! that they have not answered. `desk::ticket::Waiting` has the rules.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        calendar::date_of,
        ticket::{Step, WaitingFor, opening},
    },
    letter::{Content, DeadlineContext},
    notify::{
        reminder::{ask_again, notify_unanswered},
        staff_notice::{notify_each, numbers},
    },
    service::{Desk, Fault, Operation},
    store::{AuditEvent, StoreError, TicketRow},
};

/// When something is due next. In the past if that was missed.
pub(super) async fn next_step(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    let rules = &desk.rules;
    let hold = desk.store.next_hold().await?.and_then(|day| opening(&rules.calendar, day));
    let asked = desk.store.longest_asked().await?;
    let reminder = asked.and_then(|asked| rules.sla.remind_at(&rules.calendar, asked));
    Ok(hold.into_iter().chain(reminder).min())
}

/// Does what is due. Returns the number of queued mails.
pub(super) async fn look_after(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    let (calendar, sla) = (&desk.rules.calendar, &desk.rules.sla);
    if !calendar.is_open(now) || next_step(desk).await?.is_none_or(|at| at > now) {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    let operation = &mut Operation::by_desk(desk, &mut tx, now);
    let (mut over, mut unanswered, mut queued) = (Vec::new(), Vec::new(), 0);
    for waiting in operation.tx.waiting(date_of(now, calendar.time_zone()), now).await? {
        let Some((_, step)) = waiting.rule().next(calendar, sla).filter(|(at, _)| *at <= now) else {
            continue;
        };
        match step {
            Step::Resume => over.push(resume(operation, waiting.ticket).await?),
            Step::Remind => {
                operation.tx.reminded(waiting.ticket.id, now).await?;
                queued += usize::from(ask_again(operation, &waiting).await?);
            }
            Step::TellStaff | Step::GiveDay => {
                let Some(day) = sla.remind_on(calendar, now) else { continue };
                let clock = waiting.ticket.clock.clone().waits_until(day);
                operation.move_clock(&waiting.ticket, &clock).await?;
                unanswered.extend((step == Step::TellStaff).then_some(waiting.ticket));
            }
        }
    }
    queued += notify_unanswered(operation, &unanswered).await?;
    for asked_outside in [false, true] {
        let of: Vec<TicketRow> = over
            .iter()
            .filter(|(_, waited_for)| (*waited_for == WaitingFor::ThirdParty) == asked_outside)
            .map(|(ticket, _)| ticket.clone())
            .collect();
        queued += notify_over(operation, &of, asked_outside).await?;
    }
    tx.commit().await?;
    Ok(queued)
}

/// The clock runs again from the morning of the day. Also returns the party that the ticket has waited for.
async fn resume(
    operation: &mut Operation<'_>,
    ticket: TicketRow,
) -> Result<(TicketRow, WaitingFor), StoreError> {
    let (calendar, now) = (&operation.desk.rules.calendar, operation.now);
    let until = ticket.clock.hold().and_then(|hold| hold.until);
    let waited_for = ticket.clock.hold().map_or(WaitingFor::Desk, |hold| hold.waiting_for);
    let at = until.and_then(|day| opening(calendar, day)).unwrap_or(now).min(now);
    let clock = ticket.clock.clone().resumed(calendar, at);
    operation.move_clock(&ticket, &clock).await?;
    let deadline = clock.deadline().map(|at| operation.local(at));
    operation.record(&ticket, AuditEvent::HoldEnded { deadline });
    Ok((TicketRow { clock, ..ticket }, waited_for))
}

/// Tells the members who work on tickets that their holds are over.
async fn notify_over(
    operation: &mut Operation<'_>,
    tickets: &[TicketRow],
    asked_outside: bool,
) -> Result<usize, Fault> {
    let duty = operation.desk.duty(operation.now);
    let concerns =
        |ticket: &TicketRow, member: &_| duty.responsible(ticket.assignee.as_deref()).contains(&member);
    let now = operation.now.to_rfc3339();
    let occasion = |own: &[&TicketRow]| format!("hold over {} {now}", numbers(own));
    let content = |context| Content::HoldOver(DeadlineContext { asked_outside, ..context });
    notify_each(operation, tickets, occasion, concerns, content).await
}
