//! 保留: the clock is held until a day, and the inquirer is told that day. If the letter is stopped, the hold ends.

use chrono::NaiveDate;

use super::{
    answer::{Draft, write},
    colleagues::in_the_way,
    commands::{note, wait_for_inquirer},
};
use crate::{
    desk::{
        calendar::{Day, date_of},
        feedback::{Done, Leaves, Refused, Written},
        japanese_date::WrittenDay,
        japanese_time,
        ticket::{Hold, Status, TicketNumber, WaitingFor},
    },
    letter::Purpose,
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
    let day = match until(operation, &number, day) {
        Ok(day) => day,
        Err(refused) => return Ok(Err(refused)),
    };
    // The inquirer would get the answer and then read that they have to wait for it.
    let leaves = |mail: &WrittenMail| mail.purpose == Purpose::Answer && !mail.is_held();
    if let Some(waits) = in_the_way(operation, ticket, leaves).await? {
        return Ok(Err(waits));
    }
    // An answer from outside that is still awaited ends the hold before.
    let hold = Hold { until: Some(day), ..waiting_for(ticket) };
    if ticket.clock.hold() == Some(hold) {
        return Ok(Err(Refused::HeldAlready { number, day }));
    }
    let leaves = match tell_day(operation, ticket, day).await? {
        Ok(leaves) => leaves,
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

/// The day of a hold, if the desk is open then.
pub(super) fn until(
    operation: &Operation<'_>,
    number: &TicketNumber,
    day: WrittenDay,
) -> Result<NaiveDate, Refused> {
    let calendar = &operation.desk.rules.calendar;
    let day = day
        .after(date_of(operation.now, calendar.time_zone()))
        .map_err(|fault| Refused::HoldDay { number: number.clone(), fault })?;
    match calendar.day(day) {
        Day::Open { .. } => Ok(day),
        _ => Err(Refused::HoldOnClosedDay { number: number.clone(), day }),
    }
}

/// Writes to the inquirer that the answer comes on a day. `None` where no letter leaves: they know it, or have no address.
pub(super) async fn tell_day(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    day: NaiveDate,
) -> Result<Result<Option<Leaves>, Refused>, Fault> {
    let today = date_of(operation.now, operation.desk.rules.calendar.time_zone());
    let text = japanese_time::day(day, today);
    let draft = Draft { text: &text, ..Draft::default() };
    Ok(match write(operation, ticket, Written::Interim, draft).await? {
        Ok(Done::Queued { leaves, .. }) => Ok(Some(leaves)),
        // The inquirer was told this day before.
        Err(Refused::SameText(_)) => {
            operation.tx.set_promise(ticket.id, day).await?;
            Ok(None)
        }
        Ok(_) | Err(Refused::NoAddress(_)) => Ok(None),
        Err(refused) => Err(refused),
    })
}

/// A hold of the desk, or of the contact that was asked, without its day.
fn waiting_for(ticket: &TicketRow) -> Hold {
    let outside = waits_for_third_party(ticket);
    let waiting_for = if outside { WaitingFor::ThirdParty } else { WaitingFor::Desk };
    Hold { waiting_for, until: None }
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

/// Nobody outside is asked after all. If the inquirer is told a day, the desk holds the ticket until then; else returns `false`.
pub(super) async fn stay_held(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<bool, StoreError> {
    let until = ticket.clock.hold().and_then(|hold| hold.until);
    let waits = operation.tx.drafts(ticket.id).await?.iter().any(|draft| draft.purpose == Purpose::Interim);
    if until.is_none() || !waits && ticket.promised_on != until {
        return Ok(false);
    }
    let hold = Hold { waiting_for: WaitingFor::Desk, until };
    let clock = ticket.clock.clone().held(&operation.desk.rules.calendar, operation.now, hold);
    operation.move_clock(ticket, &clock).await?;
    Ok(true)
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
    let hold = waiting_for(ticket);
    // Without a day, a question to somebody outside waits as long as it would have.
    let outside = hold.waiting_for == WaitingFor::ThirdParty;
    let until = before.or_else(|| operation.desk.rules.sla.remind_on(calendar, now).filter(|_| outside));
    let clock = ticket.clock.clone();
    let clock = match until {
        Some(_) => clock.held(calendar, now, Hold { until, ..hold }),
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
