//! Mails of a person's that have not left: the author or a colleague stops them, a lead approves or rejects them.

use crate::{
    desk::{
        feedback::{Done, Refused, Written},
        ticket::Status,
    },
    letter::{self, Content, Purpose, StaffReplyContext},
    notify::staff_notice::notify,
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, QueuedDraft, TicketRow},
};

/// Stops the mail that would leave next. When a question is stopped, the clock runs on.
pub(super) async fn cancel(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let (desk, number) = (operation.desk, &ticket.number);
    let drafts = operation.tx.drafts(ticket.id).await?;
    let Some(draft) = drafts.first() else { return Ok(Err(Refused::NothingWaits(number.clone()))) };
    if !withdraw(operation, draft).await? {
        return Ok(Err(Refused::BeingSent(number.clone())));
    }
    let written = if draft.purpose == Purpose::Question { Written::Question } else { Written::Answer };
    if written == Written::Question && ticket.clock.status() == Status::Waiting {
        let (calendar, answer_within) = (&desk.rules.calendar, desk.rules.sla.answer_within);
        let clock = ticket.clock.clone().reopened(calendar, answer_within, operation.now);
        operation.move_clock(ticket, &clock).await?;
    }
    operation.record(ticket, AuditEvent::Cancelled { outbox: draft.id });
    Ok(Ok(Done::Cancelled { number: number.clone(), written }))
}

pub(super) async fn approve(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let draft = match held(operation, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    let leaves_at = operation.now + operation.desk.answers.undo;
    operation.tx.release(draft.id, leaves_at).await?;
    operation.record(ticket, AuditEvent::Approved { outbox: draft.id });
    Ok(Ok(Done::Approved { number: ticket.number.clone(), leaves_at }))
}

pub(super) async fn reject(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let draft = match held(operation, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    // A mail that is held cannot be leaving.
    withdraw(operation, &draft).await?;
    operation.record(ticket, AuditEvent::Rejected { outbox: draft.id });
    let author = draft.author.as_deref().and_then(|address| operation.desk.rules.staff.find(address));
    if let Some(author) = author {
        let problems = vec![letter::rejected_answer(&ticket.number, &operation.actor.name(), reason)];
        notify(operation, author, &format!("rejected {}", draft.id), |common| {
            Content::StaffReply(StaffReplyContext { common, done: Vec::new(), problems, manual: false })
        })?;
    }
    Ok(Ok(Done::Rejected(ticket.number.clone())))
}

/// Stops a mail, and takes its step out of the conversation. `false` when it is being sent.
async fn withdraw(operation: &mut Operation<'_>, draft: &QueuedDraft) -> Result<bool, Fault> {
    let stopped = operation.tx.cancel(draft.id, operation.now).await?;
    if let Some(entry) = draft.entry.filter(|_| stopped) {
        operation.tx.forget_entry(entry).await?;
    }
    Ok(stopped)
}

/// The mail that waits for a lead.
async fn held(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Result<QueuedDraft, Refused>, Fault> {
    if !operation.actor.may_approve(operation.desk) {
        return Ok(Err(Refused::OnlyLeads));
    }
    let drafts = operation.tx.drafts(ticket.id).await?;
    let held = drafts.into_iter().find(|draft| draft.held);
    Ok(held.ok_or_else(|| Refused::NothingToApprove(ticket.number.clone())))
}
