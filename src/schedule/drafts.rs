//! Reminds of mails that wait for somebody's word. `desk::ticket::Undecided` has the rule.

use chrono::{DateTime, Utc};

use crate::{
    notify::drafts::remind_of,
    service::{Desk, Fault, Operation},
    store::StoreError,
};

/// When the next reminder is due. In the past if it is late.
pub(super) async fn next_draft(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    let held = desk.store.held_mails().await?;
    Ok(held.iter().filter_map(|mail| mail.rule().next(&desk.rules.calendar, &desk.rules.sla)).min())
}

/// Queues the reminders that are due. Returns the number of mails.
pub(super) async fn remind_of_drafts(desk: &Desk) -> Result<usize, Fault> {
    let (now, calendar) = (desk.clock.now(), &desk.rules.calendar);
    if !calendar.is_open(now) || next_draft(desk).await?.is_none_or(|at| at > now) {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    let mut held = tx.held_mails().await?;
    held.retain(|mail| mail.rule().next(calendar, &desk.rules.sla).is_some_and(|at| at <= now));
    let ids: Vec<i64> = held.iter().map(|mail| mail.written.id).collect();
    tx.reminded_of(&ids, now).await?;
    let queued = remind_of(&mut Operation::by_desk(desk, &mut tx, now), &held)?;
    tx.commit().await?;
    Ok(queued)
}
