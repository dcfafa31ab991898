//! Recalculates the deadlines of open tickets when the calendar has changed.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tracing::info;

use crate::{
    hex,
    service::{Desk, Operation},
    store::{AuditEvent, NewEvent, StoreError, Tx},
};

/// Key in the state table. The value is the hash of the calendar that the deadlines were calculated with.
const CALENDAR: &str = "calendar";

/// Recalculates the deadlines of open tickets if the calendar or the program version has changed. A new version may
/// contain other public holidays. The audit records the old and the new deadline.
pub async fn recalculate_deadlines(desk: &Desk) -> Result<(), StoreError> {
    let rules = format!("{} {:?}", env!("CARGO_PKG_VERSION"), desk.rules.calendar);
    let fingerprint = hex::encode(&Sha256::digest(rules));
    if desk.store.state(CALENDAR).await?.as_deref() == Some(&fingerprint) {
        return Ok(());
    }
    let mut tx = desk.store.write().await?;
    if tx.set_state(CALENDAR, &fingerprint).await?.is_some() {
        let moved = recalculate_all(desk, &mut tx).await?;
        if moved > 0 {
            info!(moved, "the calendar has changed: deadlines were counted again");
        }
    }
    tx.commit().await
}

async fn recalculate_all(desk: &Desk, tx: &mut Tx) -> Result<usize, StoreError> {
    let calendar = &desk.rules.calendar;
    let local = |at: Option<DateTime<Utc>>| at.map(|at| at.with_timezone(&calendar.time_zone()));
    let (mut moved, mut after) = (0, 0);
    loop {
        let tickets = tx.open_tickets(after).await?;
        let Some(last) = tickets.last() else { return Ok(moved) };
        after = last.id;
        for ticket in tickets {
            let Some(clock) = ticket.clock.recalculated(calendar) else { continue };
            Operation::by_desk(desk, tx, desk.clock.now()).move_clock(&ticket, &clock).await?;
            let (before, after) = (local(ticket.clock.deadline()), local(clock.deadline()));
            let event = NewEvent::by_desk(AuditEvent::Recounted { before, after });
            tx.append_event(desk.clock.now(), event.on_ticket(ticket.id));
            moved += 1;
        }
    }
}
