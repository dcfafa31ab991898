//! Reminds inquirers of the missing inquiry, and tells staff that inquirers have not answered.

use super::{
    Thread,
    auto_reply::{Automatic, over_budget, queue},
    staff_notice::{concerns, notify_each, numbers},
};
use crate::{
    desk::triage::Reply,
    letter::{self, Content, InquirerContext},
    service::{Fault, Operation},
    store::{AuditEvent, NewEvent, OutboxState, TicketRow, Waiting},
};

/// Asks the inquirer of a ticket again for what is missing. `false` if no mail can leave now.
pub async fn ask_again(operation: &mut Operation<'_>, waiting: &Waiting) -> Result<bool, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let Waiting { ticket, reminded } = waiting;
    let Some(to) = &ticket.answer_to else { return Ok(false) };
    let refusal = over_budget(operation, ticket.id, to).await?;
    let tx = &mut *operation.tx;
    if let Some(refusal) = refusal {
        tx.append_event(now, NewEvent::by_desk(AuditEvent::Refused(refusal)).on_ticket(ticket.id));
        return Ok(false);
    }
    let requests = tx.requests_of(ticket.id).await?;
    // The first request waits in the outbox: the mail server is down, or the daily limit is reached.
    if requests.iter().any(|state| matches!(state, OutboxState::Queued | OutboxState::Deferred)) {
        return Ok(false);
    }
    let thread = tx.thread_of(ticket.id).await?;
    let facts = letter::Facts {
        number: ticket.number.to_string(),
        fields: ticket.fields.clone(),
        subject: String::new(),
        attachments: Vec::new(),
        received_at: ticket.received_at,
        deadline: None,
        is_about_call: false,
        now,
    };
    let context = InquirerContext::new(&desk.profile, &desk.rules, &facts);
    // Nobody is asked "again" who never got the first request: the gate refused it, or it failed.
    let is_first = !requests.iter().any(|state| matches!(state, OutboxState::Sent | OutboxState::Bounced));
    let content =
        if is_first { Content::Reply(Reply::AskMissing, context) } else { Content::Reminder(context) };
    let message_id = desk.ids.of_ticket(&ticket.number, &format!("{}{}", content.purpose(), reminded + 1));
    let automatic = Automatic {
        to,
        message_id: &message_id,
        thread: Thread::of(&thread),
        ticket: Some(ticket.id),
        message_ref: None,
    };
    Ok(queue(operation, automatic, &content)?.is_none())
}

/// Tells staff of tickets that wait and whose inquirers have not answered. Returns the number of mails.
pub async fn notify_unanswered(operation: &mut Operation<'_>, tickets: &[TicketRow]) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    for ticket in tickets {
        operation.tx.append_event(now, NewEvent::by_desk(AuditEvent::Unanswered).on_ticket(ticket.id));
    }
    notify_each(
        operation,
        tickets,
        |own| format!("unanswered {} {}", numbers(own), now.to_rfc3339()),
        |ticket, member| concerns(desk, Some(ticket), member, now),
        Content::WaitingUnanswered,
    )
    .await
}
