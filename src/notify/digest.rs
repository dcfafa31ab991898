//! The digest (日次一覧): sent to each member of staff at the configured times on business days, if anything is new or due.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

mod compile;
mod parked;
mod sorting;

use self::compile::{Compiled, Known, compile};
use super::staff_notice::notify;
use crate::{
    desk::{
        calendar::{Day, date_of},
        feedback::Refused,
        staff::Member,
        staff_mail::Whose,
    },
    letter::{self, Rendered, StaffCommon},
    service::{Desk, Fault, Operation},
};

/// Key in the state table. The value is when the last digest was due, and when it was sent.
const LAST: &str = "digest";

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
