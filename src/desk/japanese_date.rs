//! Reads a day with its hours as people write them: 「9月2日（火）14時～16時」. An ambiguous day is a fault, and is never
//! guessed. `japanese_time` formats dates.

mod day;

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use regex::{Captures, Regex};

use super::form::fold;
pub(in crate::desk) use day::DATE;
pub use day::{WrittenDay, WrittenDays};

const GAP: &str = r"^ *(?:[、,:の]|に|は)? *";
const CLOCK: &str = r"^ *(?:(?P<noon>正午)|(?P<before>午前|午後|am|pm)? ?(?P<hour>[0-9]{1,2})(?: ?: ?(?P<minute>[0-9]{2})|(?P<hours> ?時)(?:(?P<minutes>[0-9]{1,2})分|(?P<thirty>半))?)?(?: ?(?P<after>am|pm))?)";
const BETWEEN: &str = r"^ *(?:-|~|ー|から|より|to) *";
const LENGTH: &str = r"^ *(?:(?P<hours>[0-9]{1,2}) ?時間(?:(?P<half>半)|(?P<more>[0-9]{1,2}) ?分)?|(?P<minutes>[0-9]{1,3}) ?分)(?:間)?";

struct Patterns {
    gap: Regex,
    clock: Regex,
    between: Regex,
    length: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        gap: compiled(GAP)?,
        clock: compiled(CLOCK)?,
        between: compiled(BETWEEN)?,
        length: compiled(LENGTH)?,
    })
});

/// A day with its hours. The year may be missing: the period says which one is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenSpan {
    date: WrittenDay,
    from: NaiveTime,
    to: NaiveTime,
}

/// Why a day or its hours cannot be taken as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanFault {
    NoDate,
    /// The hours, or their end, are missing.
    NoHours,
    NoSuchDay,
    NoSuchTime,
    /// 「2時」 and 「午後12時」 are said of two times of day.
    HalfOfDay,
    EndBeforeStart,
    /// The day is on another weekday than written.
    OtherWeekday(NaiveDate),
    OutsidePeriod,
    /// The period has the day twice, and the year is missing.
    NoYear,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

impl WrittenSpan {
    /// Reads the beginning of a text. Returns where the rest begins in the folded text.
    pub(in crate::desk) fn at_front(folded: &str) -> Result<(Self, usize), SpanFault> {
        let patterns = PATTERNS.as_ref().ok_or(SpanFault::NoDate)?;
        let (date, end) = WrittenDay::at_front(folded)?;
        let mut reader = Reader { text: folded, at: end };
        reader.take(&patterns.gap);
        let (from, to) = hours(&mut reader, patterns)?;
        if to <= from {
            return Err(SpanFault::EndBeforeStart);
        }
        if !date.exists() {
            return Err(SpanFault::NoSuchDay);
        }
        Ok((Self { date, from, to }, reader.at))
    }

    /// Reads a text that is a day with its hours and nothing else.
    ///
    /// # Errors
    /// When it is none, or may be meant two ways.
    pub fn read(text: &str) -> Result<Self, SpanFault> {
        let folded = fold(text);
        let (span, end) = Self::at_front(&folded)?;
        let rest = folded.get(end..).unwrap_or_default().trim();
        if rest.is_empty() { Ok(span) } else { Err(SpanFault::NoHours) }
    }

    /// The local times, with the year that the period gives.
    ///
    /// # Errors
    /// When the day is not within the period, or on another weekday than written.
    pub fn within(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<(NaiveDateTime, NaiveDateTime), SpanFault> {
        let day = self.date.within(first, last)?;
        Ok((day.and_time(self.from), day.and_time(self.to)))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, pattern: &Regex) -> Option<Captures<'a>> {
        let found = pattern.captures(self.text.get(self.at..)?)?;
        self.at += found.get(0)?.end();
        Some(found)
    }
}

/// From and to: 「14:00-16:00」, 「14～16時」, 「午後2時から4時まで」, 「14時から2時間」.
fn hours(reader: &mut Reader<'_>, patterns: &Patterns) -> Result<(NaiveTime, NaiveTime), SpanFault> {
    let start = reader.take(&patterns.clock).ok_or(SpanFault::NoHours)?;
    reader.take(&patterns.between).ok_or(SpanFault::NoHours)?;
    if let Some(length) = reader.take(&patterns.length) {
        let number = |name: &str| length.name(name).map_or(Some(0), |digits| digits.as_str().parse().ok());
        let minutes = || Some(60 * number("hours")? + number("more")? + number("minutes")?);
        let minutes: i64 = minutes().ok_or(SpanFault::NoSuchTime)? + length.name("half").map_or(0, |_| 30);
        let (from, _) = time_of(&start, None)?;
        let (to, days) = from.overflowing_add_signed(TimeDelta::minutes(minutes));
        return if days == 0 && is_clock(&start) { Ok((from, to)) } else { Err(SpanFault::NoSuchTime) };
    }
    let end = reader.take(&patterns.clock).ok_or(SpanFault::NoHours)?;
    if !is_clock(&end) {
        return Err(SpanFault::NoHours);
    }
    let rest = reader.text.get(reader.at..).unwrap_or_default();
    reader.at += if rest.starts_with("まで") { "まで".len() } else { 0 };
    let (from, half) = time_of(&start, None)?;
    let (to, _) = time_of(&end, half)?;
    Ok((from, to))
}

/// More than a bare number.
fn is_clock(found: &Captures<'_>) -> bool {
    ["noon", "minute", "hours", "before", "after"].iter().any(|name| found.name(name).is_some())
}

/// `earlier` is the half of the day of the time before: 「午後2時～4時」.
fn time_of(found: &Captures<'_>, earlier: Option<Half>) -> Result<(NaiveTime, Option<Half>), SpanFault> {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).ok_or(SpanFault::NoSuchTime);
    if found.name("noon").is_some() {
        return Ok((time(12, 0)?, Some(Half::Afternoon)));
    }
    let number = |name: &str| found.name(name).and_then(|digits| digits.as_str().parse::<u32>().ok());
    let hour = number("hour").ok_or(SpanFault::NoSuchTime)?;
    let thirty = found.name("thirty").map(|_| 30);
    let minute = number("minute").or(number("minutes")).or(thirty).unwrap_or_default();
    let written = found.name("before").or(found.name("after")).map(|half| match half.as_str() {
        "午前" | "am" => Half::Morning,
        _ => Half::Afternoon,
    });
    let hour = match (written, hour) {
        (Some(Half::Afternoon), 12) => return Err(SpanFault::HalfOfDay),
        (Some(Half::Morning), 12) if minute > 0 => return Err(SpanFault::HalfOfDay),
        (Some(Half::Morning), 13..) => return Err(SpanFault::NoSuchTime),
        (Some(Half::Afternoon), 0..=11) => hour + 12,
        (None, 0..=11) if earlier == Some(Half::Afternoon) => hour + 12,
        // Nobody meets at two in the night.
        (None, 1..=6) => return Err(SpanFault::HalfOfDay),
        _ => hour,
    };
    Ok((time(hour, minute)?, written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let span = WrittenSpan::read(text).and_then(|span| span.within(day(2025, 8, 1), day(2026, 2, 28)));
        match span {
            Ok((from, to)) => format!("{}-{}", from.format("%Y-%m-%d %H:%M"), to.format("%H:%M")),
            Err(fault) => format!("{fault:?}"),
        }
    }

    fn check(table: &[(&str, &str)]) {
        let wrong: Vec<String> = table
            .iter()
            .filter(|(text, expected)| shown(text) != *expected)
            .map(|(text, expected)| format!("{text}: {} instead of {expected}", shown(text)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        assert!(PATTERNS.is_some());
        let days = [
            "2025-09-02",
            "2025/9/2",
            "2025/09/02",
            "2025.9.2",
            "２０２５／９／２",
            "2025年9月2日",
            "9/2",
            "９／２",
            "9.2",
            "9月2日",
            "９月２日",
            "9 月 2 日",
            "9月2日（火）",
            "9月2日(火)",
            "9月2日 (火曜日)",
            "9月2日㈫",
            "9月2日 火曜日",
            "9月2日（火・祝）",
            "9/2（火）",
            "令和7年9月2日",
            "令和７年９月２日（火）",
            "令和 7 年 9 月 2 日",
            "R7.9.2",
            "Ｒ７．９．２",
            "r7/9/2",
        ];
        for day in days {
            assert_eq!(shown(&format!("{day} 14:00-16:00")), "2025-09-02 14:00-16:00", "{day}");
            assert_eq!(shown(&format!("{day}、14時から16時まで")), "2025-09-02 14:00-16:00", "{day}");
        }
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        let hours = [
            ("14:00-16:00", "14:00-16:00"),
            ("14:00～16:00", "14:00-16:00"),
            ("14:00〜16:00", "14:00-16:00"),
            ("１４：００－１６：００", "14:00-16:00"),
            ("１４：００〜１６：００", "14:00-16:00"),
            ("14:00 ~ 16:00", "14:00-16:00"),
            ("14:00ー16:00", "14:00-16:00"),
            ("14:00–16:00", "14:00-16:00"),
            ("14:00から16:00まで", "14:00-16:00"),
            ("14時～16時", "14:00-16:00"),
            ("14時-16時30分", "14:00-16:30"),
            ("14時半から16時", "14:30-16:00"),
            ("14～16時", "14:00-16:00"),
            ("14時30分より16時まで", "14:30-16:00"),
            ("午後2時～午後4時", "14:00-16:00"),
            ("午後2時～4時", "14:00-16:00"),
            ("午後２時から４時半まで", "14:00-16:30"),
            ("午前10時～12時", "10:00-12:00"),
            ("午前10時～午前12時", "10:00-12:00"),
            ("午前10時～正午", "10:00-12:00"),
            ("正午～2時", "12:00-14:00"),
            ("午前11時～午後1時", "11:00-13:00"),
            ("午前11時～午後0時30分", "11:00-12:30"),
            ("午後14時～16時", "14:00-16:00"),
            ("2:00pm-4:00pm", "14:00-16:00"),
            ("pm2:00-4:00", "14:00-16:00"),
            ("10:00 to 12:00", "10:00-12:00"),
            ("14:00から2時間", "14:00-16:00"),
            ("14時から1時間半", "14:00-15:30"),
            ("14時から90分間", "14:00-15:30"),
            ("14:00～2時間30分", "14:00-16:30"),
        ];
        let table: Vec<(String, String)> = hours
            .iter()
            .map(|(written, read)| (format!("9月2日（火）{written}"), format!("2025-09-02 {read}")))
            .collect();
        let table: Vec<(&str, &str)> = table.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        check(&table);
    }

    #[test]
    fn the_year_is_that_of_the_period() {
        check(&[
            ("12月24日 10:00-12:00", "2025-12-24 10:00-12:00"),
            ("1/20 10:00-12:00", "2026-01-20 10:00-12:00"),
            ("2月28日（土）10:00-12:00", "2026-02-28 10:00-12:00"),
            ("8/1 10:00-12:00", "2025-08-01 10:00-12:00"),
            ("7/31 10:00-12:00", "OutsidePeriod"),
            ("3/1 10:00-12:00", "OutsidePeriod"),
            ("2026-09-02 10:00-12:00", "OutsidePeriod"),
            ("令和8年1月20日 10:00-12:00", "2026-01-20 10:00-12:00"),
            ("令和7年1月20日 10:00-12:00", "OutsidePeriod"),
        ]);
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let span = WrittenSpan::read("9/2 10:00-12:00").unwrap();
        assert_eq!(span.within(day(2025, 8, 1), day(2026, 9, 30)), Err(SpanFault::NoYear));
    }

    #[test]
    fn what_may_be_meant_two_ways_is_refused() {
        check(&[
            ("9月2日（月）14:00-16:00", "OtherWeekday(2025-09-02)"),
            ("9月2日 水曜 14:00-16:00", "OtherWeekday(2025-09-02)"),
            ("2月29日 14:00-16:00", "NoSuchDay"),
            ("9月31日 14:00-16:00", "NoSuchDay"),
            ("13/2 14:00-16:00", "NoSuchDay"),
            ("2025-02-29 14:00-16:00", "NoSuchDay"),
            ("翌日 14:00-16:00", "NoDate"),
            ("来週火曜 14:00-16:00", "NoDate"),
            ("平成7年9月2日 14:00-16:00", "NoDate"),
            ("2日 14:00-16:00", "NoDate"),
            ("14:00-16:00", "NoDate"),
            ("", "NoDate"),
            ("9月2日", "NoHours"),
            ("9月2日 14:00", "NoHours"),
            ("9月2日 14時から", "NoHours"),
            ("9月2日 午後", "NoHours"),
            ("9月2日 14-16", "NoHours"),
            ("9月2日 14:00-16:00 か 9月3日", "NoHours"),
            ("9/2/2025 14:00-16:00", "NoHours"),
            ("9月2日 2時～4時", "HalfOfDay"),
            ("9月2日 02:00-04:00", "HalfOfDay"),
            ("9月2日 10時～2時", "HalfOfDay"),
            ("9月2日 午後12時～2時", "HalfOfDay"),
            ("9月2日 午前12時30分～午後2時", "HalfOfDay"),
            ("9月2日 午前11時～1時", "HalfOfDay"),
            ("9月2日 午前14時～16時", "NoSuchTime"),
            ("9月2日 14:60-16:00", "NoSuchTime"),
            ("9月2日 22:00-24:00", "NoSuchTime"),
            ("9月2日 22時から3時間", "NoSuchTime"),
            ("9月2日 16:00-14:00", "EndBeforeStart"),
            ("9月2日 14:00-14:00", "EndBeforeStart"),
            ("9月2日 14時から0分", "EndBeforeStart"),
        ]);
    }
}
