//! The report on a call and its support, from the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        application::{
            decision::Review,
            report::{Applied, Asked, Local, Met, Record, Reviewed, SupportReport, Supported},
        },
        meeting::MeetingStage,
        window::start_of_day,
    },
    service::Desk,
    store::{ApplicationRow, CaseRow, DecisionRow, MeetingRow, StoreError, TicketRow},
};

/// The report as of now, with the reviews and the reasons of decisions if `with_reviews`. `None`: the desk takes no applications.
pub async fn load(
    desk: &Desk,
    with_reviews: bool,
    now: DateTime<Utc>,
) -> Result<Option<SupportReport>, StoreError> {
    let Some(support) = &desk.rules.support else { return Ok(None) };
    let call = &support.call;
    let mut applications = Vec::new();
    for row in desk.store.applications().await?.iter().filter(|row| row.closes == call.closes) {
        applications.extend(applied(desk, row, with_reviews).await?);
    }
    let mut cases = Vec::new();
    for case in desk.store.cases().await? {
        cases.push(supported(desk, &case).await?);
    }
    Ok(Some(SupportReport {
        title: call.title.clone(),
        closes: call.closes,
        starts: call.starts,
        ends: call.ends,
        criteria: support.criteria.clone(),
        made_at: local(desk, now),
        applications,
        cases,
    }))
}

fn local(desk: &Desk, at: DateTime<Utc>) -> Local {
    at.with_timezone(&desk.rules.calendar.time_zone()).fixed_offset()
}

async fn applied(
    desk: &Desk,
    row: &ApplicationRow,
    with_reviews: bool,
) -> Result<Option<Applied>, StoreError> {
    let tickets = desk.store.tickets_of(&[row.ticket_id]).await?;
    // An application that was merged is a version of another one.
    let Some(ticket) = tickets.into_iter().find(|ticket| ticket.merged_into.is_none()) else {
        return Ok(None);
    };
    let submissions = desk.store.submissions(row.ticket_id).await?;
    let decision = desk.store.decision(row.ticket_id).await?;
    let notified_at = row.notified_at.map(|at| local(desk, at));
    let record = if with_reviews { Some(record(desk, row, &decision).await?) } else { None };
    Ok(Some(Applied {
        number: ticket.number.clone(),
        prefecture: row.prefecture.clone(),
        area: row.area.clone(),
        stage: row.stage,
        decision: decision.decision,
        received_at: local(desk, ticket.received_at),
        in_time: submissions.first().is_none_or(|first| first.in_time),
        versions: submissions.len(),
        unread: submissions.last().and_then(|last| last.result.as_ref().err().copied()),
        notified_at,
        days_to_result: notified_at.map(|at| (at.date_naive() - row.closes).num_days()),
        record,
    }))
}

async fn record(desk: &Desk, row: &ApplicationRow, decision: &DecisionRow) -> Result<Record, StoreError> {
    let name = |address: &str| {
        let member = desk.rules.staff.find(address);
        member.map_or_else(|| address.to_owned(), |member| member.name.clone())
    };
    let reviews = desk.store.reviews(row.ticket_id).await?;
    let reviewed =
        |review: Review| Reviewed::new(name(&review.reviewer), local(desk, review.at), review.verdict);
    Ok(Record {
        decided_at: decision.decided_at.map(|at| local(desk, at)),
        decided_by: decision.decided_by.as_deref().map(name),
        reason: decision.reason.clone(),
        reviews: reviews.into_iter().map(reviewed).collect(),
    })
}

async fn supported(desk: &Desk, case: &CaseRow) -> Result<Supported, StoreError> {
    let meetings = meetings(desk, case).await?;
    let mut tickets = desk.store.parts_of(&case.number).await?;
    tickets.push(case.ticket_id);
    let mut questions = Vec::new();
    for ticket in desk.store.tickets_of(&tickets).await? {
        questions.extend(asked(desk, case, &ticket).await?);
    }
    questions.sort_by_key(|asked| asked.asked_at);
    let unfinished = |met: &&Met| matches!(met.stage, MeetingStage::Asked | MeetingStage::Set);
    let open = meetings.iter().filter(unfinished).count()
        + questions.iter().filter(|asked| asked.answered_at.is_none()).count();
    Ok(Supported { number: case.number.clone(), region: case.region(), meetings, questions, open })
}

/// The meetings and visits, each as it stands. One that was cancelled and set again is two.
async fn meetings(desk: &Desk, case: &CaseRow) -> Result<Vec<Met>, StoreError> {
    let mut courses: BTreeMap<(_, u32, usize), Vec<MeetingRow>> = BTreeMap::new();
    for row in desk.store.meeting_versions(case.ticket_id).await? {
        let (kind, nth) = (row.meeting.kind, row.meeting.nth);
        let earlier = courses.keys().filter(|(known, number, _)| (*known, *number) == (kind, nth)).count();
        let is_over = |at: usize| {
            let last = courses.get(&(kind, nth, at)).and_then(|rows| rows.last());
            last.is_none_or(|last| !last.meeting.is_live())
        };
        let at = if earlier == 0 || is_over(earlier - 1) { earlier } else { earlier - 1 };
        courses.entry((kind, nth, at)).or_default().push(row);
    }
    let mut all = Vec::new();
    for rows in courses.into_values() {
        let Some(last) = rows.last() else { continue };
        let minutes = match last.minutes_entry {
            Some(entry) => desk.store.attachment_names(entry).await?,
            None => Vec::new(),
        };
        let moved = |pair: &&[MeetingRow]| pair[0].meeting.stage == pair[1].meeting.stage;
        let meeting = &last.meeting;
        let adviser = meeting.adviser.as_ref().map(|address| {
            let known = desk.rules.support.as_ref().and_then(|support| support.adviser(address));
            known.map_or_else(|| address.clone(), |adviser| adviser.name.clone())
        });
        all.push(Met {
            kind: meeting.kind,
            nth: meeting.nth,
            stage: meeting.stage,
            starts_at: local(desk, meeting.starts),
            ends_at: local(desk, meeting.ends),
            place: meeting.place.clone(),
            url: meeting.url.clone(),
            agenda: meeting.agenda.clone(),
            adviser,
            changes: rows.windows(2).filter(moved).count(),
            minutes,
        });
    }
    all.sort_by_key(|met| met.starts_at);
    Ok(all)
}

/// The questions of a ticket; of the application itself, those since the support began.
async fn asked(desk: &Desk, case: &CaseRow, ticket: &TicketRow) -> Result<Vec<Asked>, StoreError> {
    let calendar = &desk.rules.calendar;
    let Some(support) = &desk.rules.support else { return Ok(Vec::new()) };
    let starts = support.call.starts.and_time(chrono::NaiveTime::MIN);
    let starts = crate::desk::calendar::earliest(starts, calendar.time_zone());
    let begins = |at: DateTime<Utc>| {
        ticket.id != case.ticket_id
            || starts.is_none_or(|starts| start_of_day(at, calendar.time_zone()) >= starts)
    };
    let turns = desk.store.turns_of(ticket.id).await?;
    let turns = turns.into_iter().filter(|turn| begins(turn.asked_at));
    let turns = turns.filter(|turn| turn.ended.as_ref().is_none_or(|ended| ended.ending.is_answer()));
    Ok(turns
        .map(|turn| {
            let took = turn.ended.as_ref().map(|ended| {
                calendar.business_between(turn.asked_at, ended.at).seconds() - turn.held.seconds()
            });
            Asked {
                number: ticket.number.clone(),
                asked_at: local(desk, turn.asked_at),
                answered_at: turn.ended.as_ref().map(|ended| local(desk, ended.at)),
                business_seconds: took.map(|seconds| seconds.max(0)),
                in_time: turn.ended.as_ref().and_then(|ended| ended.in_time),
            }
        })
        .collect())
}
