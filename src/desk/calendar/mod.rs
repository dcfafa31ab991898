//! The business calendar: opening hours of the desk, and arithmetic in business time.
//! `deadline` and `ticket` define deadlines and the SLA clock; `window` defines the acceptance window.

mod business_time;
mod closures;
mod local;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

pub use business_time::BusinessTime;
pub use closures::Closure;
use local::LocalTime;
pub use local::{date_of, earliest};
pub use rules::{ClosedDays, ClosedReason, Day, DayHours, HoursRules};

/// Last year for which the Cabinet Office has published the holidays; a test compares the calendar with that list.
/// The equinoxes of a year are announced in February of the year before (暦要項), so later years are a forecast.
pub const LAST_PUBLISHED_HOLIDAY_YEAR: i32 = 2027;

/// First year with business time: the Happy Monday law applies since 2000, and no desk is older.
const FIRST_YEAR: i32 = 2000;
/// Last year with business time: the equinox formula for the holidays is valid until then.
const LAST_YEAR: i32 = 2150;

#[derive(Debug, Clone)]
pub struct Calendar {
    rules: HoursRules,
    local_time: LocalTime,
}

/// Business time counted on one day, in local time of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub date: NaiveDate,
    /// First instant that counts.
    pub from: NaiveTime,
    /// First instant that no longer counts.
    pub to: NaiveTime,
}

/// A half-open interval `[from, to)` of business time, never empty.
struct Span {
    date: NaiveDate,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Calendar {
    #[must_use]
    pub fn new(rules: HoursRules) -> Self {
        let local_time = LocalTime::new(rules.time_zone, FIRST_YEAR..=LAST_YEAR);
        Self { rules, local_time }
    }

    #[must_use]
    pub fn time_zone(&self) -> Tz {
        self.rules.time_zone
    }

    /// The opening hours of a day, or the reason why the desk is closed.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> Day {
        match self.closed_reason(date) {
            Some(reason) => Day::Closed(reason),
            None => {
                let (opens, closes) = self.hours(date.weekday());
                Day::Open { opens, closes }
            }
        }
    }

    /// The days of a month in order. Empty if `month` is not in 1 to 12.
    #[must_use]
    pub fn month(&self, year: i32, month: u32) -> Vec<(NaiveDate, Day)> {
        let days = (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day));
        days.map(|date| (date, self.day(date))).collect()
    }

    /// Opening hours of a day as instants `[from, to)`. On days with a time change, a skipped local time becomes the
    /// first instant after the gap. For a repeated local time, the desk opens at the first and closes at the second.
    #[must_use]
    pub fn open_span(&self, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let Day::Open { opens, closes } = self.day(date) else {
            return None;
        };
        let (from, to) = self.local_time.span(date.and_time(opens), date.and_time(closes))?;
        (from < to).then_some((from, to))
    }

    /// Whether the desk is open at `at`. It is closed at the closing time itself.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.next_opening(at) == Some(at)
    }

    /// The first instant, `at` or later, at which the desk is open. `None` if it never opens again.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.spans_from(at).next().map(|span| span.from)
    }

    /// The earliest instant at which `time` of business time has passed since `from`. Intervals are half-open: eight
    /// hours from 09:00 end at 17:00 of the same day. `None` if the calendar has too little business time left.
    #[must_use]
    pub fn add_business(&self, from: DateTime<Utc>, time: BusinessTime) -> Option<DateTime<Utc>> {
        let mut left = time.delta()?;
        if left.is_zero() {
            return Some(from);
        }
        for span in self.spans_from(from) {
            let length = span.to - span.from;
            if left <= length {
                return Some(span.from + left);
            }
            left -= length;
        }
        None
    }

    /// The latest instant from which `time` of business time passes until `until`. It is within opening hours: four
    /// hours before 13:00 is 09:00, not the evening before. `None` if the calendar has too little business time before
    /// `until`.
    #[must_use]
    pub fn subtract_business(&self, until: DateTime<Utc>, time: BusinessTime) -> Option<DateTime<Utc>> {
        let mut left = time.delta()?;
        if left.is_zero() {
            return Some(until);
        }
        for span in self.spans_until(until) {
            let length = span.to - span.from;
            if left <= length {
                return Some(span.to - left);
            }
            left -= length;
        }
        None
    }

    /// The business time in `[from, until)`, cut to whole seconds. Zero if `until` is not after `from`.
    #[must_use]
    pub fn business_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> BusinessTime {
        let spans = self.spans_from(from).take_while(|span| span.from < until);
        let total = spans.fold(TimeDelta::zero(), |sum, span| sum + (span.to.min(until) - span.from));
        BusinessTime::from_seconds(total.num_seconds())
    }

    /// The business time that [`Self::add_business`] counts on each day.
    #[must_use]
    pub fn counted(&self, from: DateTime<Utc>, time: BusinessTime) -> Vec<Counted> {
        let Some(until) = self.add_business(from, time) else {
            return Vec::new();
        };
        let clock = |at: DateTime<Utc>| at.with_timezone(&self.rules.time_zone).time();
        self.spans_from(from)
            .take_while(|span| span.from < until)
            .map(|span| Counted { date: span.date, from: clock(span.from), to: clock(span.to.min(until)) })
            .collect()
    }

    /// Whether the holidays of that year are published. Always true for a calendar that ignores public holidays.
    #[must_use]
    pub fn covered(&self, at: DateTime<Utc>) -> bool {
        !self.rules.public_holidays || date_of(at, self.rules.time_zone).year() <= LAST_PUBLISHED_HOLIDAY_YEAR
    }

    fn closed_reason(&self, date: NaiveDate) -> Option<ClosedReason> {
        let rules = &self.rules;
        if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
            return Some(ClosedReason::OutOfRange);
        }
        if rules.open.contains(&date) {
            return None;
        }
        let holiday = if rules.public_holidays { public_holiday(date) } else { None };
        if let Some(name) = holiday {
            return Some(ClosedReason::PublicHoliday(name.to_owned()));
        }
        if !rules.days.contains(&date.weekday()) {
            return Some(ClosedReason::Weekday);
        }
        rules.closed.iter().find(|days| days.contains(date)).cloned().map(ClosedReason::Listed)
    }

    fn hours(&self, weekday: Weekday) -> (NaiveTime, NaiveTime) {
        let own = self.rules.by_day.iter().find(|hours| hours.day == weekday);
        own.map_or((self.rules.opens, self.rules.closes), |hours| (hours.opens, hours.closes))
    }

    /// Intervals of business time from `from` on, in order and without overlap.
    fn spans_from(&self, from: DateTime<Utc>) -> impl Iterator<Item = Span> {
        let mut reached = from;
        // Starts one day earlier: if the clocks go back over midnight, the desk may still be open for that day.
        let first = date_of(from, self.rules.time_zone).pred_opt().unwrap_or(NaiveDate::MIN);
        let first = first.max(NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(NaiveDate::MIN));
        first.iter_days().take_while(|date| date.year() <= LAST_YEAR).filter_map(move |date| {
            let (opens, closes) = self.open_span(date)?;
            let from = opens.max(reached);
            reached = closes.max(reached);
            (from < closes).then_some(Span { date, from, to: closes })
        })
    }

    /// Intervals of business time before `until`, latest first and without overlap.
    fn spans_until(&self, until: DateTime<Utc>) -> impl Iterator<Item = Span> {
        let mut reached = until;
        let last = date_of(until, self.rules.time_zone).succ_opt().unwrap_or(NaiveDate::MAX);
        let last = last.min(NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX));
        last.iter_days().rev().take_while(|date| date.year() >= FIRST_YEAR).filter_map(move |date| {
            let (opens, closes) = self.open_span(date)?;
            let to = closes.min(reached);
            reached = opens.min(reached);
            (opens < to).then_some(Span { date, from: opens, to })
        })
    }
}

/// The name of the public holiday on `date` (国民の祝日に関する法律). Computes each year once and caches it: every
/// deadline looks up some ten days.
fn public_holiday(date: NaiveDate) -> Option<&'static str> {
    type Year = Vec<Option<String>>;
    const YEARS: usize = (LAST_YEAR - FIRST_YEAR + 1) as usize;
    static CACHE: [OnceLock<Year>; YEARS] = [const { OnceLock::new() }; YEARS];
    let year = CACHE.get(usize::try_from(date.year() - FIRST_YEAR).ok()?)?;
    let days = year.get_or_init(|| {
        let days = NaiveDate::from_yo_opt(date.year(), 1).into_iter().flat_map(|first| first.iter_days());
        days.take_while(|day| day.year() == date.year()).map(yasumi::holiday_name).collect()
    });
    days.get(date.ordinal0() as usize)?.as_deref()
}
