//! Makes tickets of parked mails that a member or the operator takes in. They pass the same way as every mail that is filed:
//! notices, acknowledgement and gate included.

use super::{file::file_as_ticket, prepare::prepare_again};
use crate::{
    desk::{
        feedback::Refused,
        handling::{Handled, HandlingCommand, Unhandled},
        staff_mail::{Command, StaffMail},
        ticket::TicketNumber,
        triage::ParkReason,
    },
    letter::Purpose,
    service::{Fault, Operation, Outcome},
    store::{self, AuditEvent},
};

/// Takes the parked mails in that a member's mail takes in, answers or asks about. An answer makes a ticket of its mail.
pub(super) async fn take_in_named(
    operation: &mut Operation<'_>,
    mail: &StaffMail,
) -> Result<Vec<(TicketNumber, Outcome)>, Fault> {
    let ordered = mail.orders.iter().filter_map(|order| match order.command {
        Command::Handling(HandlingCommand::TakeIn) => Some((order.ticket.as_ref()?, true)),
        Command::Ask(_) => Some((order.ticket.as_ref()?, false)),
        _ => None,
    });
    let answered = mail.answers.iter().map(|answer| (&answer.ticket, false));
    let mut taken: Vec<(TicketNumber, Outcome)> = Vec::new();
    for (number, is_ordered) in ordered.chain(answered).filter(|(number, _)| number.parked().is_some()) {
        if taken.iter().any(|(known, _)| known == number) {
            continue;
        }
        let outcome = take_in(operation, number).await?;
        // An answer is for the ticket that the mail has become meanwhile.
        let is_ticket = matches!(outcome, Err(Refused::Unhandled(Unhandled::TakenBefore { .. })));
        if is_ordered || !is_ticket {
            taken.push((number.clone(), outcome));
        }
    }
    Ok(taken)
}

/// Makes a ticket of a parked mail. Its bytes are read here: they were read once before it was parked, and one mail at a time
/// needs little memory.
///
/// # Errors
/// When the database or a template fails.
pub async fn take_in(operation: &mut Operation<'_>, number: &TicketNumber) -> Result<Outcome, Fault> {
    let Some(id) = number.parked() else { return Ok(Err(Unhandled::IsTicket(number.clone()).into())) };
    let refused = |why: fn(TicketNumber) -> Unhandled| Ok(Err(why(number.clone()).into()));
    let Some((row, raw)) = operation.tx.message(id).await? else { return refused(Unhandled::NotParked) };
    if let Some(ticket) = row.ticket_id
        && let Some(ticket) = operation.tx.ticket(ticket).await?
    {
        let (mail, ticket) = (number.clone(), ticket.number);
        return Ok(Err(Unhandled::TakenBefore { mail, ticket }.into()));
    }
    if row.outcome != store::Outcome::Parked {
        return refused(Unhandled::NotParked);
    }
    let reason = row.reason.as_deref().and_then(|reason| reason.parse::<ParkReason>().ok());
    if raw.is_empty() || !reason.is_none_or(ParkReason::may_be_taken_in) {
        return refused(Unhandled::CannotBeTakenIn);
    }
    let prepared = prepare_again(operation.desk, row, raw).await?;
    let reading = &prepared.reading;
    let is_from_staff = reading.staff.is_some() || reading.sender_doubt.is_some();
    if reading.mail.from.is_none() || reading.mail.bounce.is_some() || is_from_staff {
        return refused(Unhandled::CannotBeTakenIn);
    }
    let processed = file_as_ticket(operation, &prepared).await?;
    let filed = processed.ticket.and_then(|number| number.parse::<TicketNumber>().ok());
    let Some(ticket) = filed else { return refused(Unhandled::NotParked) };
    let ticket_id = operation.tx.ticket_by_number(&ticket).await?.map(|ticket| ticket.id);
    let event = operation.event(AuditEvent::TakenIn);
    operation.tx.append_event(operation.now, event.on_message(id).on_ticket(ticket_id));
    let receipt = operation.desk.ids.of_ticket(&ticket, Purpose::Acknowledgement.as_str());
    let acknowledged = operation.tx.has_mail(&receipt).await?;
    Ok(Ok(Handled::TakenIn { mail: number.clone(), ticket, acknowledged }.into()))
}
