//! A day as people write it: 「7/10」, 「7月10日（木）」, 「令和7年7月10日」. The period says which year is meant.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use regex::Regex;

use super::SpanFault;
use crate::desk::form::fold;

/// Reiwa 1 is 2019.
const BEFORE_REIWA: i32 = 2018;
/// A day without a year is no further away, or the writer means one that has passed.
const FURTHEST: Days = Days::new(180);

/// A day in a folded text, without anchors and without its weekday. Other patterns contain it.
pub(in crate::desk) const DATE: &str = r"(?:(?:(?:(?:令和|r) ?(?P<era>[0-9]{1,2}|元)|(?P<year>20[0-9]{2})) ?(?:年|[./-]) ?(?P<m1>[0-9]{1,2}) ?[月./-] ?(?P<d1>[0-9]{1,2}))|(?P<m2>[0-9]{1,2}) ?[月./] ?(?P<d2>[0-9]{1,2}))(?: ?日)?";
const WEEKDAY: &str = r"^ *(?:[(\[〔] *(?P<inside>[月火水木金土日]) *(?:曜日?)?(?:[・,、/ ]*祝日?)? *[)\]〕]|(?P<bare>[月火水木金土日])曜日?)";

static PATTERNS: LazyLock<Option<(Regex, Regex)>> =
    LazyLock::new(|| Some((Regex::new(&format!("^ *{DATE}")).ok()?, Regex::new(WEEKDAY).ok()?)));

/// What stands between two days, the second day without its month, and what follows it.
static BETWEEN: LazyLock<Option<(Regex, Regex, Regex)>> = LazyLock::new(|| {
    let weekday = WEEKDAY.trim_start_matches('^');
    Some((
        Regex::new(r"^ *(?:-|~|ー|―|から|より|to) *").ok()?,
        Regex::new(&format!(r"^(?P<day>[0-9]{{1,2}})(?: ?日)?(?:{weekday})?")).ok()?,
        Regex::new(r"^ *(?:まで|迄)(?:の間)?").ok()?,
    ))
});

/// A day. The year may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDay {
    pub(super) year: Option<i32>,
    pub(super) month: u32,
    pub(super) day: u32,
    weekday: Option<Weekday>,
}

impl WrittenDay {
    /// Reads the beginning of a text. Returns where the rest begins in the folded text.
    pub(in crate::desk) fn at_front(folded: &str) -> Result<(Self, usize), SpanFault> {
        let (pattern, weekday_pattern) = PATTERNS.as_ref().ok_or(SpanFault::NoDate)?;
        let date = pattern.captures(folded).ok_or(SpanFault::NoDate)?;
        let number = |name: &str| date.name(name).and_then(|digits| digits.as_str().parse::<i32>().ok());
        let era = date.name("era").map(|year| BEFORE_REIWA + year.as_str().parse().unwrap_or(1));
        let part = |names: [&str; 2]| names.into_iter().find_map(number).and_then(|n| u32::try_from(n).ok());
        let month = part(["m1", "m2"]).ok_or(SpanFault::NoDate)?;
        let day = part(["d1", "d2"]).ok_or(SpanFault::NoDate)?;
        let mut end = date.get(0).map_or(0, |all| all.end());
        let found = folded.get(end..).and_then(|rest| weekday_pattern.captures(rest));
        let weekday = found.and_then(|found| {
            end += found.get(0)?.end();
            found.name("inside").or(found.name("bare")).and_then(|day| weekday(day.as_str()))
        });
        Ok((Self { year: number("year").or(era), month, day, weekday }, end))
    }

    /// Reads a text that is a day and nothing else.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, SpanFault> {
        let folded = fold(text);
        let (day, end) = Self::at_front(&folded)?;
        if folded.get(end..).unwrap_or_default().trim().is_empty() { Ok(day) } else { Err(SpanFault::NoDate) }
    }

    /// The day, if its year is written and it exists.
    #[must_use]
    pub fn whole(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month, self.day)
    }

    /// Whether the day exists in some year: the leap day does.
    pub(super) fn exists(&self) -> bool {
        NaiveDate::from_ymd_opt(self.year.unwrap_or(2024), self.month, self.day).is_some()
    }

    /// The day, with the year that the period gives.
    ///
    /// # Errors
    /// When the day is not within the period, or on another weekday than written.
    pub fn within(&self, first: NaiveDate, last: NaiveDate) -> Result<NaiveDate, SpanFault> {
        let years = self.year.map_or(first.year()..=last.year(), |year| year..=year);
        let mut days =
            years.filter_map(|year| NaiveDate::from_ymd_opt(year, self.month, self.day)).peekable();
        if days.peek().is_none() {
            return Err(SpanFault::NoSuchDay);
        }
        let mut inside = days.filter(|day| (first..=last).contains(day));
        let day = inside.next().ok_or(SpanFault::OutsidePeriod)?;
        if inside.next().is_some() {
            return Err(SpanFault::NoYear);
        }
        if self.weekday.is_some_and(|weekday| weekday != day.weekday()) {
            return Err(SpanFault::OtherWeekday(day));
        }
        Ok(day)
    }

    /// The day, which must come after `today` and within half a year.
    ///
    /// # Errors
    /// As [`WrittenDay::within`].
    pub fn after(&self, today: NaiveDate) -> Result<NaiveDate, SpanFault> {
        let first = today.succ_opt().ok_or(SpanFault::OutsidePeriod)?;
        self.within(first, today.checked_add_days(FURTHEST).unwrap_or(first))
    }

    /// The day, which may be `today`.
    ///
    /// # Errors
    /// As [`WrittenDay::within`].
    pub fn from(&self, today: NaiveDate) -> Result<NaiveDate, SpanFault> {
        self.within(today, today.checked_add_days(FURTHEST).unwrap_or(today))
    }
}

/// The first and the last of some days: 「7/10-7/15」, 「7月10日（木）から15日まで」, 「7/10」.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDays {
    first: WrittenDay,
    last: WrittenDay,
}

impl WrittenDays {
    /// Reads the beginning of a text. Returns where the rest begins in the folded text.
    pub(in crate::desk) fn at_front(folded: &str) -> Result<(Self, usize), SpanFault> {
        let (between, day_alone, until) = BETWEEN.as_ref().ok_or(SpanFault::NoDate)?;
        let (first, mut end) = WrittenDay::at_front(folded)?;
        let rest = |at: usize| folded.get(at..).unwrap_or_default();
        let mut last = first;
        if let Some(found) = between.find(rest(end)) {
            let start = end + found.end();
            if let Ok((day, length)) = WrittenDay::at_front(rest(start)) {
                (last, end) = (day, start + length);
            } else if let Some(found) = day_alone.captures(rest(start)) {
                let number = found.name("day").and_then(|day| day.as_str().parse().ok());
                let weekday =
                    found.name("inside").or(found.name("bare")).and_then(|day| weekday(day.as_str()));
                last = WrittenDay { day: number.ok_or(SpanFault::NoDate)?, weekday, ..first };
                end = start + found.get(0).map_or(0, |all| all.end());
            }
        }
        end += until.find(rest(end)).map_or(0, |found| found.end());
        Ok((Self { first, last }, end))
    }

    /// The days, of which the first may be `today`.
    ///
    /// # Errors
    /// When there is no such day within half a year, or the last comes before the first.
    pub fn from(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), SpanFault> {
        let first = self.first.from(today)?;
        match self.last.from(first) {
            Ok(last) => Ok((first, last)),
            Err(SpanFault::OutsidePeriod) => Err(SpanFault::EndBeforeStart),
            Err(fault) => Err(fault),
        }
    }

    /// The days of two texts that are a day each.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn read(first: &str, last: &str) -> Result<Self, SpanFault> {
        Ok(Self { first: WrittenDay::read(first)?, last: WrittenDay::read(last)? })
    }
}

fn weekday(letter: &str) -> Option<Weekday> {
    Some(match letter {
        "月" => Weekday::Mon,
        "火" => Weekday::Tue,
        "水" => Weekday::Wed,
        "木" => Weekday::Thu,
        "金" => Weekday::Fri,
        "土" => Weekday::Sat,
        "日" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_next_one_of_its_name() {
        for (text, today, expected) in [
            ("7/10", "2025-07-01", "2025-07-10"),
            ("７／１０（木）", "2025-07-01", "2025-07-10"),
            ("7月10日木曜日", "2025-07-01", "2025-07-10"),
            ("令和7年7月10日（木）", "2025-07-01", "2025-07-10"),
            ("2025-07-10", "2025-07-01", "2025-07-10"),
            ("R7.7.10", "2025-07-01", "2025-07-10"),
            ("1/9", "2025-12-24", "2026-01-09"),
            ("7/10（金）", "2025-07-01", "OtherWeekday(2025-07-10)"),
            ("7/1", "2025-07-01", "OutsidePeriod"),
            ("6/30", "2025-07-01", "OutsidePeriod"),
            ("令和6年7月10日", "2025-07-01", "OutsidePeriod"),
            ("2/30", "2025-12-24", "NoSuchDay"),
            ("7/10 から", "2025-07-01", "NoDate"),
            ("来週", "2025-07-01", "NoDate"),
        ] {
            let day = WrittenDay::read(text).and_then(|day| day.after(today.parse().unwrap()));
            let shown = day.map_or_else(|fault| format!("{fault:?}"), |day| day.to_string());
            assert_eq!(shown, expected, "{text}");
        }
    }
}
