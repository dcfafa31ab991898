//! Reminds inquirers of missing form fields, twice, at intervals of business time. After that it notifies staff.

use chrono::{DateTime, Utc};

use super::{
    Thread,
    auto_reply::{Automatic, queue},
    staff_notice::{concerns, for_member, notify},
};
use crate::{
    desk::{
        gate::{GateFacts, within},
        triage::Reply,
        window::start_of_day,
    },
    letter::{self, Content, DeadlineContext, InquirerContext},
    service::{Desk, Fault, Operation},
    store::{AuditEvent, NewEvent, OutboxState, StoreError, Waiting},
};

/// Maximum number of reminders per ticket.
const REMINDERS: u32 = 2;

/// When the next reminder is due. In the past if it is late.
pub async fn next_reminder(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    let asked = desk.store.longest_waiting(REMINDERS + 1).await?;
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
    let mut waiting = tx.waiting(now, REMINDERS + 1).await?;
    waiting.retain(|waiting| due_at(desk, waiting.asked_at).is_some_and(|at| at <= now));
    let mut queued = 0;
    for waiting in &waiting {
        tx.reminded(waiting.ticket.id, now).await?;
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        queued += if waiting.reminded < REMINDERS {
            usize::from(ask_again(&mut operation, waiting).await?)
        } else {
            notify_staff(&mut operation, waiting)?
        };
    }
    tx.commit().await?;
    Ok(queued)
}

async fn ask_again(operation: &mut Operation<'_>, waiting: &Waiting) -> Result<bool, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let Waiting { ticket, to: Some(to), reminded, .. } = waiting else { return Ok(false) };
    if ticket.fields.missing().is_empty() {
        return Ok(false);
    }
    let midnight = start_of_day(now, desk.rules.calendar.time_zone());
    let day = operation.day();
    let tx = &mut *operation.tx;
    let facts = GateFacts {
        sent_to_recipient: tx.sent_to(&letter::as_in_envelope(to), midnight).await?,
        sent_in_thread: tx.sent_in_thread(ticket.id, midnight).await?,
        sent_today: tx.automatic_sent_on(&day),
        ..GateFacts::default()
    };
    if let Err(refusal) = within(facts, desk.rules.gate.budgets) {
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

fn notify_staff(operation: &mut Operation<'_>, waiting: &Waiting) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let ticket = &waiting.ticket;
    let occasion = format!("unanswered {} {}", ticket.number, now.to_rfc3339());
    let mut queued = 0;
    for member in desk.rules.staff.all().filter(|member| concerns(desk, Some(ticket), member)) {
        let tickets = vec![for_member(desk, ticket, member, now)];
        notify(operation, member, &occasion, |common| {
            Content::WaitingUnanswered(DeadlineContext::new(common, tickets))
        })?;
        queued += 1;
    }
    operation.tx.append_event(now, NewEvent::by_desk(AuditEvent::Unanswered).on_ticket(ticket.id));
    Ok(queued)
}
