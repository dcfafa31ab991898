//! Reminders of meetings and visits: to everybody, once for each beginning, in business hours. Before the last day of the
//! 伴走支援, leads are told what is open.

use chrono::{DateTime, Utc};
use tracing::info;

use crate::{
    desk::{
        gate::{GateFacts, within},
        japanese_time,
        window::first_instant,
    },
    letter::{
        CaseContext, Change, Content, MeetingContext, OpenPointsContext, as_in_envelope, open_meeting,
        open_question,
    },
    notify::{
        Thread,
        auto_reply::{Automatic, queue},
        staff_notice::notify,
    },
    service::{Desk, Fault, Operation},
    store::{AuditEvent, CaseRow, MeetingRow, NewEvent, StoreError, TicketRow},
    tickets::{
        meetings::{in_words, remind_at},
        recipients::{Recipient, everybody},
    },
};

/// When the next reminder is due. In the past if it is late.
async fn next_meeting_reminder(desk: &Desk) -> Result<Option<DateTime<Utc>>, StoreError> {
    let ahead = desk.store.meetings_ahead(desk.clock.now()).await?;
    let waiting = ahead.iter().filter(|row| !is_reminded(row));
    Ok(waiting.filter_map(|row| remind_at(desk, row.meeting.starts)).min())
}

fn is_reminded(row: &MeetingRow) -> bool {
    row.reminded_for == Some(row.meeting.starts)
}

/// Whether everybody is reminded now: in business hours, or where none is left before the meeting.
fn is_due(desk: &Desk, row: &MeetingRow, now: DateTime<Utc>) -> bool {
    let calendar = &desk.rules.calendar;
    let opens_in_time = || calendar.next_opening(now).is_some_and(|opens| opens < row.meeting.starts);
    !is_reminded(row)
        && remind_at(desk, row.meeting.starts).is_some_and(|due| due <= now)
        && (calendar.is_open(now) || !opens_in_time())
}

/// Queues due reminders. Returns the number of mails.
pub(super) async fn remind_of_meetings(desk: &Desk) -> Result<usize, Fault> {
    if desk.rules.support.is_none()
        || next_meeting_reminder(desk).await?.is_none_or(|at| at > desk.clock.now())
    {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut due = tx.meetings_ahead(now).await?;
    due.retain(|row| is_due(desk, row, now));
    let mut queued = 0;
    for row in &due {
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        operation.tx.set_reminded(row).await?;
        let (ticket, case) =
            (operation.tx.ticket(row.ticket_id).await?, operation.tx.case(row.ticket_id).await?);
        if let (Some(ticket), Some(case)) = (ticket, case) {
            queued += remind(&mut operation, row, &ticket, &case).await?;
        }
    }
    tx.commit().await?;
    Ok(queued)
}

async fn remind(
    operation: &mut Operation<'_>,
    row: &MeetingRow,
    ticket: &TicketRow,
    case: &CaseRow,
) -> Result<usize, Fault> {
    let (desk, now, meeting) = (operation.desk, operation.now, &row.meeting);
    let words = in_words(desk, case, meeting, (Change::New, None), now);
    let adviser = meeting.adviser.as_deref();
    let adviser = adviser.and_then(|address| desk.rules.support.as_ref()?.adviser(address));
    let thread = operation.tx.thread_of(ticket.id).await?;
    let mut queued = 0;
    for (nth, recipient) in everybody(ticket, case, adviser).into_iter().enumerate() {
        if let Err(refusal) = within(facts(operation, ticket, &recipient).await?, desk.rules.gate.budgets) {
            let event = NewEvent::by_desk(AuditEvent::Refused(refusal)).on_ticket(ticket.id);
            operation.tx.append_event(now, event);
            continue;
        }
        let context = MeetingContext {
            to_adviser: recipient.is_adviser,
            ..MeetingContext::new(
                &desk.profile,
                &ticket.number.to_string(),
                recipient.addressed(),
                words.clone(),
            )
        };
        let event = format!("meeting_reminder-{}-{}-{}", row.id, meeting.starts.timestamp(), nth + 1);
        let message_id = desk.ids.of_ticket(&ticket.number, &event);
        let automatic = Automatic {
            to: &recipient.address,
            message_id: &message_id,
            thread: if recipient.is_adviser { Thread::default() } else { Thread::of(&thread) },
            ticket: Some(ticket.id),
            message_ref: None,
        };
        queued += usize::from(queue(operation, automatic, &Content::MeetingReminder(context))?.is_none());
    }
    operation.record(ticket, AuditEvent::Reminded { kind: meeting.kind, nth: meeting.nth });
    info!(ticket.number = %ticket.number, mails = queued, "reminded of a meeting");
    Ok(queued)
}

async fn facts(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    recipient: &Recipient,
) -> Result<GateFacts, StoreError> {
    let midnight = operation.midnight();
    let tx = &mut *operation.tx;
    Ok(GateFacts {
        sent_to_recipient: tx.sent_to(&as_in_envelope(&recipient.address), midnight).await?,
        sent_in_thread: tx.sent_in_thread(ticket.id, midnight).await?,
        ..GateFacts::default()
    })
}

/// Tells leads once what is open. Returns the number of queued mails.
pub(super) async fn tell_open_points(desk: &Desk) -> Result<usize, Fault> {
    let Some(support) = &desk.rules.support else { return Ok(0) };
    let (calendar, now, call) = (&desk.rules.calendar, desk.clock.now(), &support.call);
    let name = format!("support_ends:{}", call.ends);
    let due = call.last_opening(calendar).is_some_and(|at| at <= now);
    // A desk that is set up later has nothing to tell.
    let is_over = first_instant(call.ends, calendar.time_zone())
        .is_some_and(|last| now - last > chrono::TimeDelta::days(31));
    if !due || is_over || !calendar.is_open(now) || desk.store.state(&name).await?.is_some() {
        return Ok(0);
    }
    let cases = open_points(desk, now).await?;
    let mut tx = desk.store.write().await?;
    if tx.set_state(&name, &now.to_rfc3339()).await?.is_some() {
        // Another process has told them.
        return Ok(0);
    }
    let mut queued = 0;
    for lead in desk.duty(now).leads().into_iter().filter(|_| !cases.is_empty()) {
        notify(&mut Operation::by_desk(desk, &mut tx, now), lead, &name, |common| {
            Content::OpenPoints(OpenPointsContext {
                common,
                ends: japanese_time::official_date(call.ends),
                cases: cases.clone(),
            })
        })?;
        queued += 1;
    }
    tx.commit().await?;
    Ok(queued)
}

/// What is open of each case: questions, meetings without minutes, meetings and visits ahead, unanswered requests.
async fn open_points(desk: &Desk, now: DateTime<Utc>) -> Result<Vec<CaseContext>, StoreError> {
    let zone = desk.rules.calendar.time_zone();
    let unfinished = desk.store.unfinished_meetings().await?;
    let mut open = Vec::new();
    for case in desk.store.cases().await? {
        let own = unfinished.iter().filter(|row| row.ticket_id == case.ticket_id);
        let mut lines: Vec<String> = own.map(|row| open_meeting(&row.meeting, zone, now)).collect();
        let mut questions = desk.store.parts_of(&case.number).await?;
        questions.push(case.ticket_id);
        let questions = desk.store.tickets_of(&questions).await?;
        let owed = questions.iter().filter(|ticket| ticket.clock.is_owed());
        lines.extend(owed.map(|ticket| open_question(&ticket.number)));
        if !lines.is_empty() {
            open.push(CaseContext { number: case.number.to_string(), region: case.region(), lines });
        }
    }
    Ok(open)
}
