//! 統合: a ticket becomes a part of another one, which takes over what is owed to its inquirer.

use super::{colleagues::in_the_way, commands::find};
use crate::{
    desk::{
        application::Stage,
        feedback::{Debt, Done, Refused},
        ticket::{Status, TicketKind, TicketNumber},
        turn::Ending,
    },
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, TicketRow},
};

/// Refused while a mail of a person's about one of the tickets waits: nobody but its reader would get it.
pub(super) async fn merge(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    into: &TicketNumber,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let other = match find(operation.tx, into).await? {
        Ok(other) => other,
        Err(none) => return Ok(Err(none)),
    };
    if other.id == ticket.id || ticket.merged_into.is_some() || other.merged_into.is_some() {
        return Ok(Err(Refused::CannotMerge { number, into: into.clone() }));
    }
    for one in [ticket, &other] {
        if let Some(waits) = in_the_way(operation, one, |_| true).await? {
            return Ok(Err(waits));
        }
    }
    if ticket.kind == TicketKind::Application {
        if other.kind == TicketKind::Inquiry {
            return Ok(Err(Refused::CannotMerge { number, into: into.clone() }));
        }
        // The forms go with it, and 受理 puts the newest in force.
        operation.tx.move_submissions(ticket.id, other.id).await?;
        operation.tx.set_stage(ticket.id, Stage::Withdrawn).await?;
    }
    operation.tx.merge(ticket.id, &other).await?;
    let debt = take_over_debt(operation, ticket, &other).await?;
    operation.end_turn(ticket, Ending::Merged).await?;
    operation.record(ticket, AuditEvent::MergedInto(into.clone()));
    operation.record(&other, AuditEvent::Absorbed(number.clone()));
    Ok(Ok(Done::Merged { number, into: into.clone(), debt }))
}

/// The other ticket takes over what a merged one owes its inquirer: by the earlier deadline, on the earlier day.
async fn take_over_debt(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    other: &TicketRow,
) -> Result<Debt, Fault> {
    if !ticket.clock.is_owed() {
        return Ok(Debt::Kept);
    }
    let is_sooner = ticket.clock.deadline().is_some_and(|deadline| {
        other.clock.status() == Status::Open && other.clock.deadline().is_none_or(|others| deadline < others)
    });
    if !other.clock.is_owed() || is_sooner {
        operation.move_clock(other, &ticket.clock).await?;
    }
    let promises = [ticket.promised_on, other.promised_on.filter(|_| other.clock.is_owed())];
    if let Some(day) = promises.into_iter().flatten().min() {
        operation.tx.set_promise(other.id, day).await?;
    }
    Ok(match other.clock.is_owed() {
        true => Debt::Kept,
        false if other.answered_at.is_some() => Debt::OtherWaits,
        false => Debt::Reopened,
    })
}

/// The ticket that a ticket is a part of, or itself.
pub(super) async fn head_of(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<TicketRow, Fault> {
    /// As in `Tx::absorbed`.
    const DEPTH: usize = 10;
    let mut head = ticket.clone();
    for _ in 0..DEPTH {
        let Some(into) = &head.merged_into else { break };
        let Some(next) = operation.tx.ticket_by_number(into).await? else { break };
        head = next;
    }
    Ok(head)
}
