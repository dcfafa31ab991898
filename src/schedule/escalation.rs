//! Warns staff before a deadline and notifies them after a missed one, once each. `desk::escalation` has the rules.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::info;

use crate::{
    desk::escalation,
    letter::Content,
    notify::staff_notice::{concerns, notify_each},
    service::{Desk, Fault, Operation},
    store::{AuditEvent, NewEvent, StoreError, TicketRow},
};

/// When the next warning or missed-deadline notice is due.
pub(super) async fn next_deadline(
    desk: &Desk,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let watched = desk.store.next_watched().await?;
    let next = |watched: &escalation::Watched| watched.next(&desk.rules.calendar, &desk.rules.sla, now);
    Ok(watched.iter().filter_map(next).min())
}

/// Queues due warnings and missed-deadline notices. Returns the number of notified deadlines and of queued mails.
pub(super) async fn escalate(desk: &Desk) -> Result<(usize, usize), Fault> {
    let (calendar, sla) = (&desk.rules.calendar, &desk.rules.sla);
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    // A deadline after this instant is not within `warn_before` yet.
    let until = calendar.add_business(now, sla.warn_before).unwrap_or(now) + TimeDelta::seconds(1);
    let watched = tx.watched(until, now).await?;
    let (mut told, mut mails) = (0, 0);
    for notice in [escalation::Notice::Warning, escalation::Notice::Miss] {
        let due: Vec<TicketRow> = watched
            .iter()
            .filter(|(_, watched)| watched.due(calendar, sla, now) == Some(notice))
            .map(|(ticket, _)| ticket.clone())
            .collect();
        let concerns = |ticket: &TicketRow, member: &_| concerns(desk, Some(ticket), member, now);
        let content = |context| Content::Deadline(notice, context);
        mails += notify_each(&mut Operation::by_desk(desk, &mut tx, now), &due, occasion, concerns, content)
            .await?;
        let ids: Vec<i64> = due.iter().map(|ticket| ticket.id).collect();
        tx.told(notice, &ids).await?;
        for ticket in &due {
            tx.append_event(now, NewEvent::by_desk(AuditEvent::Deadline(notice)).on_ticket(ticket.id));
            info!(ticket.number = %ticket.number, notice = %notice, "deadline");
        }
        told += due.len();
    }
    tx.commit().await?;
    Ok((told, mails))
}

/// Includes the deadlines: when a deadline moves, the occasion changes and staff are notified again.
fn occasion(tickets: &[&TicketRow]) -> String {
    let one = |ticket: &&TicketRow| {
        let deadline = ticket.clock.deadline().map(|at| at.to_rfc3339()).unwrap_or_default();
        format!("{}@{deadline}", ticket.number)
    };
    tickets.iter().map(one).collect::<Vec<_>>().join(" ")
}
