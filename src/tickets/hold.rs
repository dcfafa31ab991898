//! 保留: the clock is held until a day, and the inquirer is told that day. What stops the letter ends the hold.

use super::{
    answer::{Draft, write},
    commands::{note, wait_for_inquirer},
};
use crate::{
    desk::{
        calendar::{Day, date_of},
        feedback::{Done, Refused, Written},
        japanese_date::WrittenDay,
        japanese_time,
        ticket::{Hold, Status, WaitingFor},
    },
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, StoreError, TicketRow, WrittenMail},
};

/// Holds the clock until a day, and tells the inquirer. The reason becomes a note.
pub(super) async fn hold(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    day: Option<WrittenDay>,
    reason: &str,
) -> Result<Outcome, Fault> {
    let (number, calendar, now) = (ticket.number.clone(), &operation.desk.rules.calendar, operation.now);
    let status = ticket.clock.status();
    if status != Status::Open && !ticket.clock.is_held_by_desk() {
        return Ok(Err(Refused::NotOpen { number, status }));
    }
    let Some(day) = day else { return Ok(Err(Refused::HoldWithoutDay(number))) };
    let day = match day.after(date_of(now, calendar.time_zone())) {
        Ok(day) => day,
        Err(fault) => return Ok(Err(Refused::HoldDay { number, fault })),
    };
    if !matches!(calendar.day(day), Day::Open { .. }) {
        return Ok(Err(Refused::HoldOnClosedDay { number, day }));
    }
    let hold = Hold { waiting_for: WaitingFor::Desk, until: Some(day) };
    if ticket.clock.hold() == Some(hold) {
        return Ok(Err(Refused::HeldAlready { number, day }));
    }
    let text = japanese_time::day(day, date_of(now, calendar.time_zone()));
    let draft = Draft { text: &text, files: &[], left_out: "" };
    let leaves = match write(operation, ticket, Written::Interim, draft).await? {
        Ok(Done::Queued { leaves, .. }) => Some(leaves),
        // The inquirer was told this day before.
        Err(Refused::SameText(_)) => {
            operation.tx.set_promise(ticket.id, day).await?;
            None
        }
        Ok(_) | Err(Refused::NoAddress(_)) => None,
        Err(refused) => return Ok(Err(refused)),
    };
    let clock = ticket.clock.clone().held(calendar, now, hold);
    operation.move_clock(ticket, &clock).await?;
    if !reason.is_empty() {
        note(operation, ticket, reason);
    }
    let left = clock.budget_left();
    operation.record(ticket, AuditEvent::Held { left, until: Some(day) });
    Ok(Ok(Done::Held { number, left, until: Some(day), leaves }))
}

/// Pauses the clock for what is written: a question until the inquirer writes, one to somebody outside until they do. If nothing
/// comes, staff are told at intervals.
pub(super) async fn wait_for(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    written: Written,
) -> Result<(), Fault> {
    match written {
        Written::Question => {
            wait_for_inquirer(operation, ticket).await?;
        }
        Written::Forward if ticket.clock.status() == Status::Open || ticket.clock.is_held_by_desk() => {
            let (rules, now) = (&operation.desk.rules, operation.now);
            // A day that the inquirer was told stays.
            let told = ticket.clock.hold().and_then(|hold| hold.until);
            let until = told.or_else(|| rules.sla.remind_on(&rules.calendar, now));
            let hold = Hold { waiting_for: WaitingFor::ThirdParty, until };
            let clock = ticket.clock.clone().held(&rules.calendar, now, hold);
            operation.move_clock(ticket, &clock).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Whether the ticket waits for somebody outside.
pub(super) fn waits_for_third_party(ticket: &TicketRow) -> bool {
    ticket.clock.hold().is_some_and(|hold| hold.waiting_for == WaitingFor::ThirdParty)
}

/// Ends the hold whose letter was stopped. A hold that it made longer ends when it did before.
pub(super) async fn take_back(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    letter: &WrittenMail,
) -> Result<(), StoreError> {
    if !ticket.clock.is_held_by_desk() {
        return Ok(());
    }
    let (calendar, now) = (&operation.desk.rules.calendar, operation.now);
    let today = date_of(now, calendar.time_zone());
    let began = operation.tx.last_turn(ticket.id).await?.held_since;
    let before = ticket.promised_on.filter(|day| *day > today && began < Some(letter.created_at));
    let clock = ticket.clock.clone();
    let clock = match before {
        Some(_) => clock.held(calendar, now, Hold { waiting_for: WaitingFor::Desk, until: before }),
        None => clock.resumed(calendar, now),
    };
    operation.move_clock(ticket, &clock).await
}

/// The letter about a hold has left: the inquirer knows the day.
pub async fn told(operation: &mut Operation<'_>, ticket: i64) -> Result<(), StoreError> {
    let Some(ticket) = operation.tx.ticket(ticket).await? else { return Ok(()) };
    if let Some(day) =
        ticket.clock.hold().and_then(|hold| hold.until).filter(|_| ticket.clock.is_held_by_desk())
    {
        operation.tx.set_promise(ticket.id, day).await?;
    }
    Ok(())
}
