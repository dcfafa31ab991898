//! Gathers tickets into the figures of a report, one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::{
    Answered, AskerKind, Beside, Counted, Named, Period, Quality, Received, Report, Row, Support, Telephone,
    asker_kind,
};
use crate::desk::{
    calendar::{Calendar, date_of},
    form::prefectures,
    ticket::{Channel, TicketKind},
    turn::{Ending, Turn},
};

/// Late answers and open tickets that are named one by one.
const LISTED: usize = 50;

/// Gathers tickets into a report.
#[derive(Debug)]
pub struct Gathering<'a> {
    period: Period,
    calendar: &'a Calendar,
    now: DateTime<Utc>,
    received: Received,
    by_date: BTreeMap<NaiveDate, u64>,
    prefectures: BTreeMap<usize, u64>,
    elsewhere: u64,
    askers: BTreeMap<AskerKind, u64>,
    topics: BTreeMap<String, u64>,
    untagged: u64,
    answers: Answered,
    seconds: Vec<i64>,
    telephone: Telephone,
    quality: Quality,
    support: Support,
}

impl<'a> Gathering<'a> {
    #[must_use]
    pub fn new(period: Period, calendar: &'a Calendar, now: DateTime<Utc>) -> Self {
        let mut by_date = BTreeMap::new();
        for date in period.first.iter_days().take_while(|date| *date <= period.last) {
            by_date.entry(shown_as(date, period)).or_insert(0);
        }
        Self {
            period,
            calendar,
            now,
            by_date,
            received: Received::default(),
            prefectures: BTreeMap::new(),
            elsewhere: 0,
            askers: BTreeMap::new(),
            topics: BTreeMap::new(),
            untagged: 0,
            answers: Answered::default(),
            seconds: Vec::new(),
            telephone: Telephone::default(),
            quality: Quality::default(),
            support: Support::default(),
        }
    }

    /// Adds a ticket. One that was received before the period counts where a question of it falls into the period.
    pub fn add(&mut self, ticket: &Counted) {
        let zone = self.calendar.time_zone();
        let received = date_of(ticket.received_at, zone);
        let is_of_period = self.period.holds(ticket.received_at, zone);
        if ticket.kind == TicketKind::Application {
            self.support.applications += u64::from(is_of_period);
            return;
        }
        if is_of_period {
            self.add_received(ticket, received);
        }
        for turn in &ticket.turns {
            if self.period.holds(turn.asked_at, zone) {
                self.add_turn(ticket, turn);
            }
        }
    }

    fn add_received(&mut self, ticket: &Counted, received: NaiveDate) {
        self.received.total += 1;
        match ticket.channel {
            Channel::Email => self.received.email += 1,
            Channel::Telephone => self.received.telephone += 1,
        }
        *self.by_date.entry(shown_as(received, self.period)).or_default() += 1;
        let place = ticket
            .prefecture
            .as_deref()
            .and_then(|name| prefectures().position(|prefecture| prefecture == name));
        match place {
            Some(place) => *self.prefectures.entry(place).or_default() += 1,
            None => self.elsewhere += 1,
        }
        *self.askers.entry(asker_kind(ticket.organization.as_deref())).or_default() += 1;
        for tag in &ticket.tags {
            *self.topics.entry(tag.clone()).or_default() += 1;
        }
        self.untagged += u64::from(ticket.tags.is_empty());
        self.quality.asked_again += u64::from(ticket.turns.len() > 1);
        self.quality.merged += u64::from(ticket.is_merged);
        self.quality.asked_back += u64::from(ticket.asked_back);
        if ticket.channel == Channel::Telephone {
            self.add_call(ticket);
        }
    }

    fn add_call(&mut self, ticket: &Counted) {
        self.telephone.received += 1;
        let ended = ticket.turns.first().and_then(|turn| turn.ended.as_ref());
        match ended.map(|ended| (ended.ending, ended.in_time)) {
            Some((Ending::CalledBack, in_time)) => {
                self.telephone.called_back += 1;
                self.telephone.called_back_in_time += u64::from(in_time == Some(true));
            }
            Some((Ending::Answered, _)) => self.telephone.answered += 1,
            Some(_) => {}
            None => self.telephone.open += 1,
        }
    }

    fn add_turn(&mut self, ticket: &Counted, turn: &Turn) {
        let zone = self.calendar.time_zone();
        self.answers.asked += 1;
        let named = |answered: Option<DateTime<Utc>>, until: DateTime<Utc>| Named {
            number: ticket.number.to_string(),
            asked_on: date_of(turn.asked_at, zone),
            due_on: turn.due_at.map(|at| date_of(at, zone)),
            answered_on: answered.map(|at| date_of(at, zone)),
            days_late: turn.due_at.filter(|due| *due < until).map_or(0, |due| {
                let days = self.calendar.business_days(date_of(due, zone), date_of(until, zone));
                u64::try_from(days).unwrap_or(u64::MAX)
            }),
        };
        match &turn.ended {
            Some(ended) if ended.ending.is_answer() => {
                let took = self.calendar.business_between(turn.asked_at, ended.at);
                self.seconds.push((took.seconds() - turn.held.seconds()).max(0));
                if ended.in_time == Some(false) {
                    let named = named(Some(ended.at), ended.at);
                    self.answers.late += 1;
                    list(&mut self.answers.late_ones, named);
                } else {
                    self.answers.in_time += 1;
                }
            }
            Some(ended) if ended.ending == Ending::Merged => self.answers.merged += 1,
            Some(_) => self.answers.without_answer += 1,
            None => {
                let named = named(None, self.now);
                if turn.held_since.is_some() {
                    self.answers.waiting += 1;
                } else {
                    self.answers.open += 1;
                    self.answers.overdue += u64::from(turn.due_at.is_some_and(|due| due <= self.now));
                }
                list(&mut self.answers.open_ones, named);
            }
        }
    }

    #[must_use]
    pub fn report(mut self, beside: &Beside) -> Report {
        let zone = self.calendar.time_zone();
        self.received.cumulative = beside.cumulative;
        self.received.over_time = self
            .by_date
            .iter()
            .map(|(date, count)| row(&date.to_string(), &date.to_string(), *count))
            .collect();
        self.seconds.sort_unstable();
        self.answers.median_hours = quantile(&self.seconds, 0.5);
        self.answers.ninth_decile_hours = quantile(&self.seconds, 0.9);
        let names: Vec<&str> = prefectures().collect();
        let mut places: Vec<Row> = self
            .prefectures
            .iter()
            .map(|(place, count)| {
                let name = names.get(*place).copied().unwrap_or_default();
                row(&format!("{:02}", place + 1), name, *count)
            })
            .collect();
        if self.elsewhere > 0 {
            places.push(row("", "", self.elsewhere));
        }
        let askers =
            self.askers.iter().map(|(kind, count)| row(kind.as_str(), kind.as_str(), *count)).collect();
        let topics = self.topics.iter().map(|(tag, count)| row("", tag, *count)).collect();
        let reasons = beside.parked.iter().map(|(reason, count)| row(reason, reason, *count)).collect();
        Report {
            period: self.period,
            as_of: self.now,
            complete: date_of(self.now, zone) > self.period.last,
            received: self.received,
            prefectures: places,
            askers: descending(askers),
            topics: descending(topics),
            untagged: self.untagged,
            answers: self.answers,
            telephone: self.telephone,
            quality: Quality {
                undelivered: beside.undelivered,
                parked: descending(reasons),
                duplicates: beside.duplicates,
                ..self.quality
            },
            support: Support { meetings: beside.meetings, visits: beside.visits, ..self.support },
            last_year: None,
            entries: beside.entries.clone(),
        }
    }
}

/// The line of `over_time` that a day belongs to.
fn shown_as(date: NaiveDate, period: Period) -> NaiveDate {
    /// Longest period that is shown by the day.
    const DAYS: i64 = 62;
    if (period.last - period.first).num_days() <= DAYS { date } else { date.with_day(1).unwrap_or(date) }
}

fn list(named: &mut Vec<Named>, one: Named) {
    if named.len() < LISTED {
        named.push(one);
    }
}

fn row(code: &str, name: &str, count: u64) -> Row {
    Row { code: code.to_owned(), name: name.to_owned(), count }
}

fn descending(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    rows
}

/// Hours at a share of sorted seconds (nearest rank), to a tenth.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a length is an index; seconds of answers are far below 2^52"
)]
fn quantile(sorted: &[i64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    let seconds = sorted.get(rank.max(1) - 1)?;
    Some((*seconds as f64 / 360.0).round() / 10.0)
}
