//! Reminds inquirers of the missing inquiry, twice, at intervals of business time. After that it notifies staff, at the same
//! intervals.

use chrono::{DateTime, Utc};

use super::{
    Thread,
    auto_reply::{Automatic, over_budget, queue},
    staff_notice::{concerns, notify_each},
};
use crate::{
    desk::triage::Reply,
    letter::{self, Content, InquirerContext},
    service::{Desk, Fault, Operation},
    store::{AuditEvent, NewEvent, OutboxState, StoreError, TicketRow, Waiting},
};

/// Maximum number of reminders per ticket.
const REMINDERS: u32 = 2;

/// When the next reminder is due. In the past if it is late.
pub async fn next_reminder(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    let asked = desk.store.longest_waiting().await?;
    Ok(asked.and_then(|asked| due_at(desk, asked)))
}

fn due_at(desk: &Desk, asked_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let calendar = &desk.rules.calendar;
    let due = calendar.add_business(asked_at, desk.rules.sla.remind_after)?;
    calendar.next_opening(due)
}

/// Queues due reminders, and notifies staff of tickets whose reminders got no reply. Returns the number of mails.
pub async fn remind(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    let late = next_reminder(desk).await?.is_some_and(|at| at <= now);
    if !late || !desk.rules.calendar.is_open(now) {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    let mut waiting = tx.waiting(now).await?;
    waiting.retain(|waiting| due_at(desk, waiting.asked_at).is_some_and(|at| at <= now));
    let mut queued = 0;
    let mut unanswered = Vec::new();
    let operation = &mut Operation::by_desk(desk, &mut tx, now);
    for waiting in waiting {
        operation.tx.reminded(waiting.ticket.id, now).await?;
        if waiting.ticket.fields.inquiry.is_none() && waiting.reminded < REMINDERS {
            queued += usize::from(ask_again(operation, &waiting).await?);
        } else {
            unanswered.push(waiting.ticket);
        }
    }
    queued += notify_unanswered(operation, &unanswered)?;
    tx.commit().await?;
    Ok(queued)
}

async fn ask_again(operation: &mut Operation<'_>, waiting: &Waiting) -> Result<bool, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let Waiting { ticket, to: Some(to), reminded, .. } = waiting else { return Ok(false) };
    let refusal = over_budget(operation, ticket.id, to).await?;
    let tx = &mut *operation.tx;
    if let Some(refusal) = refusal {
        tx.append_event(now, NewEvent::by_desk(AuditEvent::Refused(refusal)).on_ticket(ticket.id));
        return Ok(false);
    }
    let requests = tx.requests_of(ticket.id).await?;
    // The first request waits in the outbox: the mail server is down.
    if requests.contains(&OutboxState::Queued) {
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
pub fn notify_unanswered(operation: &mut Operation<'_>, tickets: &[TicketRow]) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    for ticket in tickets {
        operation.tx.append_event(now, NewEvent::by_desk(AuditEvent::Unanswered).on_ticket(ticket.id));
    }
    notify_each(
        operation,
        tickets,
        "unanswered",
        |ticket, member| concerns(desk, Some(ticket), member),
        Content::WaitingUnanswered,
    )
}
