//! Records verdicts, a group in one transaction, with what follows from each: a receipt is acknowledged, a ticket answered,
//! staff notified of what cannot be delivered.

use chrono::{DateTime, Utc};
use tracing::{error, info, warn};

use crate::{
    desk::calendar::BusinessTime,
    letter::Purpose,
    notify::undeliverable::{Undelivered, notify_undelivered},
    service::{Desk, Fault, Operation, metrics},
    store::{Attempt, AuditEvent, DeliveryAttempt, NewEvent, StoreError, TicketRow, Tx, Verdict},
    tickets::{hold, results},
};

/// Records verdicts and takes them out of the list. On an error they stay in it.
pub(super) async fn record(desk: &Desk, attempts: &mut Vec<Attempt>) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let mut tx = desk.store.write().await?;
    tx.record_attempts(attempts).await?;
    let mut tickets = Vec::new();
    for attempt in attempts.iter().filter(|attempt| attempt.verdict == Verdict::Sent) {
        match attempt.due.purpose {
            Purpose::Acknowledgement => tickets.extend(attempt.due.ticket_id),
            Purpose::ApplicationReceived => tickets.extend(received(&mut tx, attempt).await?),
            _ => {}
        }
    }
    if let Some(last) = attempts.last() {
        tx.set_acknowledged(&tickets, last.at);
    }
    let mut margins = Vec::new();
    for attempt in attempts.iter() {
        let mut operation = Operation::by_desk(desk, &mut tx, attempt.at);
        margins.extend(follow_up(&mut operation, attempt).await?);
    }
    tx.commit().await?;
    margins.into_iter().for_each(metrics::record_margin);
    for attempt in attempts.drain(..) {
        report(&attempt);
    }
    Ok(())
}

/// A receipt has left. Returns the tickets of all applications that it names, and records it in the history of each.
async fn received(tx: &mut Tx, attempt: &Attempt) -> Result<Vec<i64>, StoreError> {
    let Attempt { due, at, reply, .. } = attempt;
    let mut tickets = tx.tickets_of_receipt(due.id).await?;
    tickets.retain(|ticket| Some(*ticket) != due.ticket_id);
    for ticket in &tickets {
        let sent = AuditEvent::Sent(DeliveryAttempt {
            purpose: due.purpose,
            outbox: due.id,
            attempt: due.attempt,
            codes: reply.codes(),
        });
        tx.append_event(*at, NewEvent::by_desk(sent).on_ticket(Some(*ticket)));
    }
    tickets.extend(due.ticket_id);
    Ok(tickets)
}

/// What follows from a verdict. Returns how many business hours were left when an answer left.
async fn follow_up(operation: &mut Operation<'_>, attempt: &Attempt) -> Result<Option<f64>, StoreError> {
    let Attempt { due, at, verdict, .. } = attempt;
    match (verdict, due.purpose, due.ticket_id) {
        (Verdict::Failed | Verdict::Unconfirmed { .. }, purpose, _) if !purpose.is_for_staff() => {
            notify_failed(operation, attempt).await?;
        }
        (Verdict::Sent, Purpose::ResultSelected | Purpose::ResultDeclined, Some(ticket)) => {
            if let Some(ticket) = operation.tx.ticket(ticket).await? {
                results::left(operation, &ticket, due.purpose).await?;
            }
        }
        (Verdict::Sent, Purpose::Interim, Some(ticket)) => hold::told(operation, ticket).await?,
        (Verdict::Sent, Purpose::Answer, Some(ticket)) => {
            let Some(ticket) = operation.tx.ticket(ticket).await? else { return Ok(None) };
            let author = operation.tx.author_of(due.id).await?.unwrap_or_else(|| "desk".to_owned());
            operation.answer_left(&ticket, due.id, &author).await?;
            return Ok(margin(operation.desk, &ticket, *at));
        }
        _ => {}
    }
    Ok(None)
}

/// Notifies staff of a mail to an inquirer that was refused or given up, or that may have left. About mails to staff there is nobody to notify.
async fn notify_failed(operation: &mut Operation<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    let Attempt { due, reply, .. } = attempt;
    let ticket = match due.ticket_id {
        Some(id) => operation.tx.ticket(id).await?,
        None => None,
    };
    let mail = Undelivered {
        outbox: due.id,
        purpose: due.purpose,
        recipient: &due.recipient,
        status: reply.status,
        diagnostic: &reply.to_string(),
        unconfirmed: matches!(attempt.verdict, Verdict::Unconfirmed { .. }),
    };
    match notify_undelivered(operation, ticket.as_ref(), &mail).await {
        Ok(()) => Ok(()),
        Err(Fault::Store(error)) => Err(error),
        Err(fault) => {
            error!(outbox.id = due.id, "staff are not notified of an undeliverable mail: {fault}");
            Ok(())
        }
    }
}

/// Business hours between an answer and its deadline; negative when it was late.
fn margin(desk: &Desk, ticket: &TicketRow, at: DateTime<Utc>) -> Option<f64> {
    let (calendar, deadline) = (&desk.rules.calendar, ticket.clock.deadline()?);
    let hours =
        |time: BusinessTime| i32::try_from(time.seconds()).ok().map(|seconds| f64::from(seconds) / 3600.0);
    if at <= deadline {
        hours(calendar.business_between(at, deadline))
    } else {
        hours(calendar.business_between(deadline, at)).map(|late| -late)
    }
}

/// Counts and logs an attempt that is on record.
fn report(Attempt { due, reply, verdict, .. }: &Attempt) {
    let (id, purpose, attempt) = (due.id, due.purpose, due.attempt);
    let code = reply.codes();
    metrics::count_attempt(match verdict {
        Verdict::Sent => "sent",
        Verdict::Retry { .. } => "delayed",
        Verdict::Failed => "failed",
        Verdict::Unconfirmed { .. } => "unconfirmed",
    });
    match verdict {
        Verdict::Sent => {
            info!(outbox.id = id, %purpose, attempt, message_id = due.message_id, "mail sent");
        }
        Verdict::Retry { at } => {
            warn!(outbox.id = id, %purpose, attempt, code, next = %at.to_rfc3339(), "mail delayed");
        }
        Verdict::Unconfirmed { next } => {
            let next = next.map(|at| at.to_rfc3339());
            error!(outbox.id = id, %purpose, attempt, next, "mail may have left: no verdict came after its end");
        }
        Verdict::Failed => {
            error!(outbox.id = id, %purpose, attempt, code, "mail undeliverable: see `madoguchi outbox list`");
        }
    }
}
