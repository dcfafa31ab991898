//! Meetings and visits of the 伴走支援 for the digest: those of the next days, and those that wait for minutes or an answer.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    desk::{application::Stage, calendar::date_of, meeting::MeetingStage},
    letter::{CaseContext, open_meeting},
    service::Desk,
    store::{CaseRow, MeetingRow, StoreError},
};

/// How far ahead a meeting is listed: its reminders leave some days before it, and moving it takes some days more.
const AHEAD: TimeDelta = TimeDelta::days(7);

/// What is open of one case.
pub(super) struct Unfinished {
    pub(super) context: CaseContext,
    /// Address of the member who works on the case.
    pub(super) assignee: Option<String>,
    /// How many of its meetings and visits begin today or earlier.
    pub(super) due: usize,
}

/// What is open of each case, if anything is.
pub(super) async fn unfinished(desk: &Desk, now: DateTime<Utc>) -> Result<Vec<Unfinished>, StoreError> {
    if desk.rules.support.is_none() {
        return Ok(Vec::new());
    }
    let mut rows = desk.store.unfinished_meetings().await?;
    rows.retain(|row| row.meeting.stage == MeetingStage::Asked || row.meeting.starts <= now + AHEAD);
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut cases = desk.store.cases().await?;
    cases.retain(|case| case.stage == Stage::Supported);
    let tickets = desk.store.tickets_of(&cases.iter().map(|case| case.ticket_id).collect::<Vec<_>>()).await?;
    let zone = desk.rules.calendar.time_zone();
    let of_case = |case: CaseRow| {
        let own: Vec<&MeetingRow> = rows.iter().filter(|row| row.ticket_id == case.ticket_id).collect();
        let is_due = |row: &&&MeetingRow| date_of(row.meeting.starts, zone) <= date_of(now, zone);
        let ticket = tickets.iter().find(|ticket| ticket.id == case.ticket_id);
        let unfinished = Unfinished {
            due: own.iter().filter(is_due).count(),
            assignee: ticket.and_then(|ticket| ticket.assignee.clone()),
            context: CaseContext {
                number: case.number.to_string(),
                region: case.region(),
                lines: own.iter().map(|row| open_meeting(&row.meeting, zone, now)).collect(),
            },
        };
        (!own.is_empty()).then_some(unfinished)
    };
    Ok(cases.into_iter().filter_map(of_case).collect())
}
