//! The digest (日次一覧): to each member of staff at the set times on business days, if there is anything new or due.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{
    Desk,
    notice::{in_words, notify_with},
    process::Fault,
    timetable::{coverage_of, figures, figures_in_words, silence},
};
use crate::{
    desk::{
        calendar::{BusinessTime, Day, date_of},
        japanese_time,
        staff::Member,
        ticket::Status,
    },
    letter::{
        FiguresContext, Group, ParkedMail, Purpose, StaffContext, StaffTicket, UndeliveredMail,
        purpose_in_words, reason_in_words, sender_in_words, staff_context,
    },
    mail,
    store::{LedgerRow, OutboxRow, OutboxState, StoreError, TicketHead, TicketRow, Tx},
};

/// Where the store keeps when the last digest was due, and when it was sent.
const LAST: &str = "digest";
/// Most tickets under one title.
const MOST_TICKETS: usize = 100;
/// Most parked mails.
const MOST_PARKED: usize = 50;
/// The first digest of a desk does not list what was answered in all the years before; no closure is longer.
const LONGEST_LOOK_BACK: TimeDelta = TimeDelta::days(31);

/// When the digest is due next after `now`, and when it was last due on this business day.
pub(super) fn times(desk: &Desk, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let calendar = &desk.rules.calendar;
    let zone = calendar.time_zone();
    let today = date_of(now, zone);
    let at =
        |date: chrono::NaiveDate, time: NaiveTime| crate::desk::calendar::earliest(date.and_time(time), zone);
    let business = |date| matches!(calendar.day(date), Day::Open { .. });
    let mut last = None;
    let mut next = None;
    // A long closure is shorter than a month.
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

/// Sends the digest if it is due; returns how many mails were queued.
pub(super) async fn send_due(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    let (_, Some(due)) = times(desk, now) else { return Ok(0) };
    // All open tickets are looked at for it: not where nobody gets one.
    if desk.rules.staff.all().next().is_none() {
        return Ok(0);
    }
    let text = due.to_rfc3339();
    let last = desk.store.state(LAST).await?;
    let (last_due, sent_at) = last.as_deref().and_then(|last| last.split_once(' ')).unwrap_or_default();
    // One that was missed is sent late on the same day, and not at night.
    if last_due == text || now - due > TimeDelta::hours(12) || is_night(desk, now) {
        return Ok(0);
    }
    let since = sent_at.parse().unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    let known = Known::load(desk, since, now).await?;
    let mut news = Vec::new();
    for member in desk.rules.staff.all() {
        let compiled = compile(desk, &known, member, now).await?;
        if compiled.is_news {
            news.push((member, compiled));
        }
    }
    let mut tx = desk.store.write().await?;
    let before = tx.set_state(LAST, &format!("{text} {}", now.to_rfc3339())).await?;
    if before != last {
        // Another process was faster.
        return Ok(0);
    }
    let queued = news.len();
    for (member, compiled) in news {
        send(desk, &mut tx, member, compiled, &format!("digest {text}"), now)?;
    }
    tx.commit().await?;
    Ok(queued)
}

/// After the desk closes, the rest of a day is left to the next one.
fn is_night(desk: &Desk, now: DateTime<Utc>) -> bool {
    let calendar = &desk.rules.calendar;
    let span = calendar.open_span(date_of(now, calendar.time_zone()));
    span.is_none_or(|(_, closes)| now >= closes)
}

/// Sends one member the digest now, as they ask for it.
pub(super) async fn send_one(
    desk: &Desk,
    tx: &mut Tx,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let known = Known::load(desk, now - TimeDelta::days(1), now).await?;
    let context = compile(desk, &known, member, now).await?;
    // Two of one instant are two mails: each shows the desk as it was when it was asked for. The instant stays in it
    // for a restored desk, whose identifiers come again.
    let occasion = format!("digest asked {} {}", now.to_rfc3339(), tx.fresh_id());
    send(desk, tx, member, context, &occasion, now)
}

/// Sends the digest to everybody now, whatever there is; returns how many mails were queued.
///
/// # Errors
/// When the database or a template fails.
pub async fn send_all(desk: &Desk) -> anyhow::Result<usize> {
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let mut queued = 0;
    for member in desk.rules.staff.all() {
        send_one(desk, &mut tx, member, now).await?;
        queued += 1;
    }
    tx.commit().await?;
    Ok(queued)
}

/// The digest of everybody as it would be sent now: name, subject and text.
///
/// # Errors
/// When the database or a template fails.
pub async fn preview(desk: &Desk) -> anyhow::Result<Vec<(String, String, String)>> {
    let now = desk.clock.now();
    let known = Known::load(desk, now - TimeDelta::days(1), now).await?;
    let mut shown = Vec::new();
    for member in desk.rules.staff.all() {
        let compiled = compile(desk, &known, member, now).await?;
        let mut context = staff_context(
            &desk.profile,
            &desk.rules,
            &member.name,
            Vec::new(),
            FiguresContext::default(),
            crate::letter::UndeliveredContext::default(),
            now,
        );
        compiled.fill(&mut context);
        let (subject, body) = desk.wording.render(Purpose::Digest, &context)?;
        shown.push((member.name.clone(), subject, body));
    }
    Ok(shown)
}

fn send(
    desk: &Desk,
    tx: &mut Tx,
    member: &Member,
    compiled: Compiled,
    occasion: &str,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    notify_with(desk, tx, member, Purpose::Digest, occasion, now, |context| compiled.fill(context))
}

/// What digests are made from.
struct Known {
    open: Vec<TicketHead>,
    waiting: Vec<TicketHead>,
    answered: Vec<TicketHead>,
    /// The newest of them.
    parked: Vec<(LedgerRow, mail::InboundMail)>,
    parked_count: usize,
    undelivered: Vec<OutboxRow>,
    figures: FiguresContext,
    alarms: Vec<String>,
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
            alarms.push(coverage_in_words());
        }
        if desk.is_too_silent(silence) {
            alarms.push(silence_in_words(silence));
        }
        let begins = desk.rules.window.begins().unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        Ok(Self {
            open: store.ticket_heads(Status::Open).await?,
            waiting: store.ticket_heads(Status::Waiting).await?,
            answered: store.answered_since(since.max(now - LONGEST_LOOK_BACK)).await?,
            parked,
            parked_count: parked_ids.len(),
            undelivered,
            figures: figures_in_words(&figures(desk, begins, now + TimeDelta::seconds(1)).await?),
            alarms,
            since,
        })
    }
}

/// One member's digest.
struct Compiled {
    groups: Vec<Group>,
    parked: Vec<ParkedMail>,
    parked_count: usize,
    undelivered: Vec<UndeliveredMail>,
    figures: FiguresContext,
    alarm: String,
    summary: String,
    /// Something is new since the last one, or due today or before.
    is_news: bool,
}

impl Compiled {
    fn fill(self, context: &mut StaffContext) {
        context.groups = self.groups;
        (context.parked, context.parked_count) = (self.parked, self.parked_count);
        context.undelivered_mails = self.undelivered;
        context.figures = self.figures;
        context.alarm = self.alarm;
        context.summary = self.summary;
    }
}

/// What concerns a member: their own and unassigned tickets; for leads also what is late or due today, whoever works
/// on it, parked and undeliverable mail, and the figures. A ticket stands under the first title that fits.
async fn compile(
    desk: &Desk,
    known: &Known,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<Compiled, StoreError> {
    let zone = desk.rules.calendar.time_zone();
    let leads = desk.rules.staff.leads().any(|lead| lead == member);
    let own = |ticket: &TicketHead| {
        ticket.assignee.as_deref().is_some_and(|who| who.eq_ignore_ascii_case(&member.address))
    };
    let free = |ticket: &TicketHead| ticket.assignee.is_none();
    let late = |ticket: &TicketHead| ticket.standing.overdue(now);
    let today = |ticket: &TicketHead| {
        ticket.standing.deadline().is_some_and(|at| date_of(at, zone) <= date_of(now, zone))
    };
    let concerns = |ticket: &&TicketHead| leads || own(ticket) || free(ticket);
    let mut left: Vec<&TicketHead> = known.open.iter().filter(concerns).collect();
    let is_new = left.iter().any(|ticket| ticket.received_at > known.since);
    left.sort_by_key(|ticket| ticket.standing.deadline());
    let mut titled: Vec<(&'static str, Vec<&TicketHead>)> = Vec::new();
    let mut take = |title, which: &dyn Fn(&TicketHead) -> bool| {
        let (taken, rest): (Vec<&TicketHead>, Vec<&TicketHead>) =
            left.iter().partition(|ticket| which(ticket));
        left = rest;
        let count = taken.len();
        titled.push((title, taken));
        count
    };
    let overdue = take("回答期限を過ぎた照会", &late);
    let due = take("本日が回答期限の照会", &today);
    let mine = take("担当している照会", &own);
    let unassigned = take("担当が決まっていない照会", &free);
    let answered: Vec<&TicketHead> = known.answered.iter().filter(concerns).collect();
    let answered_count = answered.len();
    titled.push(("照会者の返信待ちの照会", known.waiting.iter().filter(concerns).collect()));
    titled.push(("前回以降に回答した照会", answered));
    let mut groups = Vec::new();
    for (title, heads) in titled.into_iter().filter(|(_, heads)| !heads.is_empty()) {
        let shown: Vec<i64> = heads.iter().take(MOST_TICKETS).map(|ticket| ticket.id).collect();
        let tickets = desk.store.tickets_of(&shown).await?;
        let show = |ticket: &TicketRow| match ticket.standing.status() {
            Status::Open | Status::Waiting => answerable(desk, member, ticket, now),
            Status::Answered | Status::Closed => in_words(desk, ticket, now),
        };
        let tickets: Vec<StaffTicket> = tickets.iter().map(show).collect();
        groups.push(Group { title, count: heads.len(), tickets });
    }
    let parked: Vec<ParkedMail> =
        if leads { known.parked.iter().map(|row| parked(desk, row, now)).collect() } else { Vec::new() };
    let parked_count = if leads { known.parked_count } else { 0 };
    let undelivered: Vec<UndeliveredMail> =
        if leads { known.undelivered.iter().map(undelivered).collect() } else { Vec::new() };
    let is_news = is_new
        || overdue + due + answered_count > 0
        || parked_count > 0
        || !undelivered.is_empty()
        || (leads && !known.alarms.is_empty());
    let count = |words: &str, count: usize| if count > 0 { Some(format!("{words}{count}件")) } else { None };
    let summary: Vec<String> = [
        count("超過", overdue),
        count("本日期限", due),
        count("担当", mine),
        count("担当未定", unassigned),
        count("保留", parked_count),
        count("不達", undelivered.len()),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok(Compiled {
        groups,
        parked,
        parked_count,
        undelivered,
        figures: if leads { known.figures.clone() } else { FiguresContext::default() },
        alarm: if leads { known.alarms.concat() } else { String::new() },
        summary: if summary.is_empty() {
            "新しい照会はありません".to_owned()
        } else {
            summary.join("・")
        },
        is_news,
    })
}

fn silence_in_words(silence: BusinessTime) -> String {
    format!(
        "受付時間で{}のあいだ、メールが1通も届いていません。窓口宛てのメールが届く状態か、運用担当者にご確認ください。",
        japanese_time::duration(silence)
    )
}

fn coverage_in_words() -> String {
    format!(
        "{}年より後の国民の祝日はまだ公表されていないため、回答期限や受付期間の計算が変わる可能性があります。運用担当者にお知らせください。",
        crate::desk::calendar::LAST_PUBLISHED_HOLIDAY_YEAR
    )
}

fn answerable(desk: &Desk, member: &Member, ticket: &TicketRow, now: DateTime<Utc>) -> StaffTicket {
    let key = desk.key(member, &ticket.number, now);
    in_words(desk, ticket, now).answerable(&ticket.number, key, &desk.profile.address)
}

fn parked(desk: &Desk, (row, mail): &(LedgerRow, mail::InboundMail), now: DateTime<Utc>) -> ParkedMail {
    let reason = row.reason.as_deref().and_then(|reason| reason.parse().ok());
    let short = |text: &str| text.chars().take(60).collect::<String>();
    ParkedMail {
        received: japanese_time::instant(row.received_at, desk.rules.calendar.time_zone(), now),
        reason: reason_in_words(reason),
        from: short(sender_in_words(reason, mail.from.as_ref().map_or("", |from| &from.address))),
        subject: short(&mail.subject),
    }
}

fn undelivered(row: &OutboxRow) -> UndeliveredMail {
    UndeliveredMail {
        number: row.ticket.clone().unwrap_or_default(),
        what: purpose_in_words(row.purpose),
        recipient: row.recipient.clone(),
    }
}
