//! The digest (日次一覧): sent to each member of staff at the configured times on business days, if anything is new or due.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{
    staff_notice::{for_member, in_words, notify},
    unfinished::{Unfinished, unfinished},
};
use crate::{
    desk::{
        calendar::{Day, date_of},
        feedback::Refused,
        staff::Member,
        staff_mail::Whose,
        ticket::{Status, TicketKind, Urgency},
    },
    letter::{
        self, Alarm, CaseContext, Content, Counts, DigestContext, FiguresContext, Group, ParkedMail,
        Rendered, StaffCommon, StaffTicket, Title, UndeliveredMail, call_in_words,
    },
    mail,
    service::{
        Desk, Fault, Operation,
        alarms::{coverage_of, silence},
        figures::{figures, figures_in_words},
    },
    store::{LedgerRow, OutboxRow, OutboxState, StoreError, TicketHead, TicketRow},
};

/// Key in the state table. The value is when the last digest was due, and when it was sent.
const LAST: &str = "digest";
/// Maximum number of tickets under one title.
const MOST_TICKETS: usize = 100;
const MOST_PARKED: usize = 50;
/// Limits how far back answered tickets are listed, so that the first digest does not list the answers of many years.
/// No closure of the desk is longer than this.
const LONGEST_LOOK_BACK: TimeDelta = TimeDelta::days(31);

/// When the digest is next due after `now`, and when it was last due on the business day of `now`.
pub fn times(desk: &Desk, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let calendar = &desk.rules.calendar;
    let zone = calendar.time_zone();
    let today = date_of(now, zone);
    let at =
        |date: chrono::NaiveDate, time: NaiveTime| crate::desk::calendar::earliest(date.and_time(time), zone);
    let business = |date| matches!(calendar.day(date), Day::Open { .. });
    let mut last = None;
    let mut next = None;
    // No closure of the desk is longer than a month.
    for date in today.iter_days().take(31).filter(|date| business(*date)) {
        for time in &desk.digest_at {
            match at(date, *time) {
                Some(due) if due <= now => last = last.max(Some(due)),
                Some(due) if next.is_none_or(|next| due < next) => next = Some(due),
                _ => {}
            }
        }
        if next.is_some() {
            break;
        }
    }
    (next, last)
}

/// Queues the digest if it is due. Returns the number of queued mails.
pub async fn send_due(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    let (_, Some(due)) = times(desk, now) else { return Ok(0) };
    // The digest reads all open tickets, so do not compile it if there are no recipients.
    if desk.rules.staff.all().next().is_none() {
        return Ok(0);
    }
    let text = due.to_rfc3339();
    let last = desk.store.state(LAST).await?;
    let (last_due, sent_at) = last.as_deref().and_then(|last| last.split_once(' ')).unwrap_or_default();
    // A missed digest is sent late on the same day, but not after the desk has closed.
    if last_due == text || now - due > TimeDelta::hours(12) || is_night(desk, now) {
        return Ok(0);
    }
    let since = sent_at.parse().unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    let known = Known::load(desk, since, now).await?;
    let mut news = Vec::new();
    for member in desk.duty(now).present() {
        let compiled = compile(desk, &known, View::own(member), now).await?;
        if compiled.is_news {
            news.push((member, compiled));
        }
    }
    let mut tx = desk.store.write().await?;
    let before = tx.set_state(LAST, &format!("{text} {}", now.to_rfc3339())).await?;
    if before != last {
        // Another process has sent this digest.
        return Ok(0);
    }
    let queued = news.len();
    for (member, compiled) in news {
        let mut operation = Operation::by_desk(desk, &mut tx, now);
        send(&mut operation, member, compiled, &format!("digest {text}"))?;
    }
    tx.commit().await?;
    Ok(queued)
}

/// Whether the desk has closed for the day. A digest that is missed until then is skipped; the next one covers it.
fn is_night(desk: &Desk, now: DateTime<Utc>) -> bool {
    let calendar = &desk.rules.calendar;
    let span = calendar.open_span(date_of(now, calendar.time_zone()));
    span.is_none_or(|(_, closes)| now >= closes)
}

/// Queues a list for one member now, on request. The inner error says why there is none.
pub async fn send_one(
    operation: &mut Operation<'_>,
    member: &Member,
    whose: &Whose,
) -> Result<Result<(), Refused>, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let staff = &desk.rules.staff;
    let shows = match whose {
        Whose::Own => Shows::Own,
        Whose::All => Shows::All,
        Whose::Member(name) => match staff.named(name).as_slice() {
            [one] => Shows::Member(one),
            _ => {
                let known = staff.all().map(|member| member.name.clone()).collect();
                return Ok(Err(Refused::NoSingleMember { who: name.clone(), known }));
            }
        },
    };
    let known = Known::load(desk, now - TimeDelta::days(1), now).await?;
    let context = compile(desk, &known, View { reader: member, shows }, now).await?;
    // Two requests at the same instant must give two mails, since each shows the desk at its time: hence the fresh id.
    // A database restored from a backup uses ids again: hence the instant.
    let occasion = format!("digest asked {} {}", now.to_rfc3339(), operation.tx.fresh_id());
    send(operation, member, context, &occasion)?;
    Ok(Ok(()))
}

/// Queues the digest for all staff now, even if nothing is new or due. Returns the number of queued mails.
pub async fn send_all(desk: &Desk) -> anyhow::Result<usize> {
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let mut queued = 0;
    for member in desk.duty(now).present() {
        let sent = send_one(&mut Operation::by_desk(desk, &mut tx, now), member, &Whose::Own).await?;
        queued += usize::from(sent.is_ok());
    }
    tx.commit().await?;
    Ok(queued)
}

/// The digests that would be sent now, as (member's name, subject, text).
pub async fn preview(desk: &Desk) -> anyhow::Result<Vec<(String, String, String)>> {
    let now = desk.clock.now();
    let known = Known::load(desk, now - TimeDelta::days(1), now).await?;
    let mut shown = Vec::new();
    for member in desk.duty(now).present() {
        let compiled = compile(desk, &known, View::own(member), now).await?;
        let common = StaffCommon::new(&desk.profile, &desk.rules, &member.name, now);
        let Rendered { subject, body, .. } = desk.wording.render(&compiled.content(common))?;
        shown.push((member.name.clone(), subject, body));
    }
    Ok(shown)
}

fn send(
    operation: &mut Operation<'_>,
    member: &Member,
    compiled: Compiled,
    occasion: &str,
) -> Result<(), Fault> {
    notify(operation, member, occasion, |common| compiled.content(common))
}

/// Data for the digests of all members, loaded once.
struct Known {
    open: Vec<TicketHead>,
    waiting: Vec<TicketHead>,
    answered: Vec<TicketHead>,
    thanked: Vec<TicketHead>,
    /// At most [`MOST_PARKED`]; `parked_count` counts all.
    parked: Vec<(LedgerRow, mail::InboundMail)>,
    parked_count: usize,
    undelivered: Vec<OutboxRow>,
    figures: FiguresContext,
    /// Where the call for the 伴走支援 stands.
    support: String,
    /// Applications since the last digest.
    new_applications: usize,
    meetings: Vec<Unfinished>,
    alarms: Vec<Alarm>,
    since: DateTime<Utc>,
}

impl Known {
    async fn load(desk: &Desk, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let store = &desk.store;
        let mut parked = Vec::new();
        let parked_ids = store.parked_since(since).await?;
        for id in parked_ids.iter().take(MOST_PARKED) {
            if let Some((row, raw)) = store.message(*id).await? {
                parked.push((row, mail::read(&raw)));
            }
        }
        let mut undelivered = store.outbox(false).await?;
        undelivered.retain(|row| {
            matches!(row.state, OutboxState::Failed | OutboxState::Bounced)
                && row.finished_at.is_some_and(|at| at >= since)
        });
        let silence = silence(desk, now).await?;
        let mut alarms = Vec::new();
        if coverage_of(&desk.rules, store).await?.is_some() {
            alarms.push(Alarm::HolidaysUnpublished);
        }
        if desk.is_too_silent(silence) {
            alarms.push(Alarm::Silence(silence));
        }
        let (support, new_applications) = match &desk.rules.support {
            Some(support) => {
                let (stages, new) = store.application_counts(support.call.closes, since).await?;
                (call_in_words(&support.call, &stages, now), new)
            }
            None => (String::new(), 0),
        };
        let begins = desk.rules.window.begins().unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        Ok(Self {
            open: store.ticket_heads(Status::Open).await?,
            waiting: store.ticket_heads(Status::Waiting).await?,
            thanked: store.thanked_since(since, now - LONGEST_LOOK_BACK).await?,
            answered: store.answered_since(since.max(now - LONGEST_LOOK_BACK)).await?,
            parked,
            parked_count: parked_ids.len(),
            undelivered,
            figures: figures_in_words(&figures(desk, begins, now + TimeDelta::seconds(1)).await?),
            support,
            new_applications,
            meetings: unfinished(desk, now).await?,
            alarms,
            since,
        })
    }
}

/// The list that a member gets.
#[derive(Clone, Copy)]
struct View<'a> {
    reader: &'a Member,
    shows: Shows<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows<'a> {
    /// The reader's own tickets, those of absent members whose substitute the reader is, and those without an assignee. Leads also
    /// see other members' tickets that are urgent, waiting or answered, and parked mail, undeliverable mail and the figures.
    Own,
    /// Those of one member.
    Member(&'a Member),
    All,
}

impl<'a> View<'a> {
    fn own(reader: &'a Member) -> Self {
        Self { reader, shows: Shows::Own }
    }

    /// Whose list it is, in words; empty for the reader's own.
    fn title(self) -> String {
        match self.shows {
            Shows::Own => String::new(),
            Shows::Member(member) => letter::list_of(&member.name),
            Shows::All => letter::LIST_OF_ALL.to_owned(),
        }
    }
}

struct Compiled {
    of: String,
    groups: Vec<Group>,
    meetings: Vec<CaseContext>,
    parked: Vec<ParkedMail>,
    parked_count: usize,
    undelivered: Vec<UndeliveredMail>,
    figures: FiguresContext,
    support: String,
    alarm: String,
    summary: String,
    /// Something is new since the last digest, or a ticket is overdue or due today.
    is_news: bool,
}

impl Compiled {
    fn content(self, common: StaffCommon) -> Content {
        Content::Digest(DigestContext {
            common,
            of: self.of,
            summary: self.summary,
            groups: self.groups,
            meetings: self.meetings,
            parked: self.parked,
            parked_count: self.parked_count,
            undelivered_mails: self.undelivered,
            figures: self.figures,
            support: self.support,
            alarm: self.alarm,
        })
    }
}

/// Compiles a list. Each open ticket is listed only under the first title that fits.
async fn compile(
    desk: &Desk,
    known: &Known,
    view: View<'_>,
    now: DateTime<Utc>,
) -> Result<Compiled, StoreError> {
    let View { reader, shows } = view;
    let duty = desk.duty(now);
    let leads = duty.acts_as_lead(reader) && shows == Shows::Own;
    let is_theirs = |who: &Option<String>| match (who.as_deref(), shows) {
        (None, _) => false,
        (Some(_), Shows::All) => true,
        (Some(who), Shows::Member(member)) => who.eq_ignore_ascii_case(&member.address),
        (Some(who), Shows::Own) => duty.works_for(reader, who),
    };
    let own = |ticket: &TicketHead| is_theirs(&ticket.assignee);
    let free = |ticket: &TicketHead| ticket.assignee.is_none() && !matches!(shows, Shows::Member(_));
    let urgency =
        |ticket: &TicketHead| Urgency::of(&ticket.clock, ticket.promised_on, &desk.rules.calendar, now);
    let concerns = |ticket: &&TicketHead| leads || own(ticket) || free(ticket);
    // A hold that the inquirer does not know of on the promised day is as urgent as an open ticket.
    let (urgent, waiting): (Vec<&TicketHead>, Vec<&TicketHead>) =
        known.waiting.iter().filter(concerns).partition(|ticket| urgency(ticket).is_news());
    let mut left: Vec<&TicketHead> = known.open.iter().filter(concerns).chain(urgent).collect();
    let is_new = left.iter().any(|ticket| ticket.received_at > known.since);
    left.sort_by_key(|ticket| ticket.clock.deadline());
    let mut titled: Vec<(Title, Vec<&TicketHead>)> = Vec::new();
    let mut take = |title, which: &dyn Fn(&TicketHead) -> bool| {
        let (taken, rest): (Vec<&TicketHead>, Vec<&TicketHead>) =
            left.iter().partition(|ticket| which(ticket));
        left = rest;
        let count = taken.len();
        titled.push((title, taken));
        count
    };
    let applications = take(Title::Support, &|ticket| ticket.kind == TicketKind::Application);
    let promised = take(Title::Promised, &|ticket| urgency(ticket) == Urgency::Promised);
    let overdue = take(Title::Overdue, &|ticket| urgency(ticket) == Urgency::Overdue);
    let due = take(Title::DueToday, &|ticket| urgency(ticket) == Urgency::DueToday);
    let title = if shows == Shows::All { Title::Assigned } else { Title::Own };
    let mine = take(title, &own);
    let unassigned = take(Title::Unassigned, &free);
    // Applications are no inquiries, and stand behind them.
    titled.rotate_left(1);
    let answered: Vec<&TicketHead> = known.answered.iter().filter(concerns).collect();
    let answered_count = answered.len();
    let (held, waiting): (Vec<&TicketHead>, Vec<&TicketHead>) =
        waiting.into_iter().partition(|ticket| ticket.clock.is_held_by_desk());
    titled.push((Title::Held, held));
    titled.push((Title::Waiting, waiting));
    titled.push((Title::Thanked, known.thanked.iter().filter(concerns).collect()));
    titled.push((Title::Answered, answered));
    let groups = groups(desk, titled, reader, now).await?;
    let meetings: Vec<&Unfinished> = known
        .meetings
        .iter()
        .filter(|case| leads || case.assignee.is_none() || is_theirs(&case.assignee))
        .collect();
    let due_meetings = meetings.iter().map(|case| case.due).sum();
    let parked: Vec<ParkedMail> =
        if leads { known.parked.iter().map(|row| parked(desk, row, now)).collect() } else { Vec::new() };
    let parked_count = if leads { known.parked_count } else { 0 };
    let undelivered: Vec<UndeliveredMail> =
        if leads { known.undelivered.iter().map(undelivered).collect() } else { Vec::new() };
    let is_news = is_new
        || known.new_applications > 0
        || promised + overdue + due + due_meetings + answered_count > 0
        || parked_count > 0
        || !undelivered.is_empty()
        || (leads && !known.alarms.is_empty());
    let counts = Counts {
        promised,
        overdue,
        due_today: due,
        own: mine,
        unassigned,
        applications,
        meetings: due_meetings,
        parked: parked_count,
        undelivered: undelivered.len(),
    };
    Ok(Compiled {
        of: view.title(),
        groups,
        meetings: meetings.into_iter().map(|case| case.context.clone()).collect(),
        parked,
        parked_count,
        undelivered,
        figures: if leads { known.figures.clone() } else { FiguresContext::default() },
        support: known.support.clone(),
        alarm: if leads {
            known.alarms.iter().map(|alarm| alarm.in_words()).collect()
        } else {
            String::new()
        },
        summary: counts.summary(),
        is_news,
    })
}

/// The groups that have tickets, each with the first of them as they are shown.
async fn groups(
    desk: &Desk,
    titled: Vec<(Title, Vec<&TicketHead>)>,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<Vec<Group>, StoreError> {
    let show = |ticket: &TicketRow| match ticket.clock.status() {
        Status::Open | Status::Waiting => for_member(desk, ticket, member, now),
        Status::Answered | Status::Closed => in_words(desk, ticket, now),
    };
    let mut groups = Vec::new();
    for (title, heads) in titled.into_iter().filter(|(_, heads)| !heads.is_empty()) {
        let shown: Vec<i64> = heads.iter().take(MOST_TICKETS).map(|ticket| ticket.id).collect();
        let tickets: Vec<StaffTicket> = desk.store.tickets_of(&shown).await?.iter().map(show).collect();
        groups.push(Group { title, count: heads.len(), tickets });
    }
    Ok(groups)
}

fn parked(desk: &Desk, (row, mail): &(LedgerRow, mail::InboundMail), now: DateTime<Utc>) -> ParkedMail {
    let reason = row.reason.as_deref().and_then(|reason| reason.parse().ok());
    let from = mail.from.as_ref().map_or("", |from| &from.address);
    ParkedMail::new(&desk.rules, row.received_at, reason, from, &mail.subject, now)
}

fn undelivered(row: &OutboxRow) -> UndeliveredMail {
    UndeliveredMail::new(row.ticket.clone().unwrap_or_default(), row.purpose, &row.recipient)
}
