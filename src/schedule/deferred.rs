//! Lets automatic mails leave that the daily limit has deferred, in their order, once the limit allows it.

use chrono::{DateTime, Utc};
use tracing::info;

use crate::{
    desk::calendar::date_of,
    service::{Desk, Fault},
    store::{AuditEvent, DeferredMail, NewEvent, Tx},
};

/// Most mails that one transaction makes due.
const AT_ONCE: u32 = 200;

/// Makes deferred mails due. Returns their number.
pub(super) async fn release_deferred(desk: &Desk) -> Result<usize, Fault> {
    let mut waiting = desk.store.deferred().await?;
    let day = date_of(desk.clock.now(), desk.rules.calendar.time_zone()).to_string();
    let (limit, share) = (desk.rules.gate.budgets.per_day, desk.rules.gate.budgets.per_domain);
    let mut released = 0;
    // A mail, its count and its event are committed together, so a killed process repeats none.
    while waiting > 0 && desk.store.automatic_on(&day).await? < limit {
        let mut tx = desk.store.write().await?;
        let free = limit.saturating_sub(tx.automatic_sent_on(&day));
        let now = desk.clock.now();
        for mail in tx.cancel_outdated(now).await? {
            record(&mut tx, now, &mail, AuditEvent::MailCancelled { outbox: mail.id });
        }
        let due = tx.release_deferred(free.min(AT_ONCE), share, &day, now).await?;
        for mail in &due {
            record(&mut tx, now, mail, AuditEvent::Queued { purpose: mail.purpose, outbox: mail.id });
        }
        tx.commit().await?;
        released += due.len();
        waiting = if due.is_empty() { 0 } else { desk.store.deferred().await? };
    }
    if released > 0 {
        info!(released, "automatic mails leave that the daily limit had deferred");
    }
    desk.health.deferred(desk.store.deferred().await?);
    Ok(released)
}

fn record(tx: &mut Tx, now: DateTime<Utc>, mail: &DeferredMail, event: AuditEvent) {
    tx.append_event(now, NewEvent::by_desk(event).on_ticket(mail.ticket_id).on_message(mail.message_ref));
}
