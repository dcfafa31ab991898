//! The business calendar in words, as `calendar` prints it.

use chrono::{Datelike as _, NaiveDate, NaiveTime, Timelike as _};

use crate::desk::{
    calendar::{ClosedReason, Closure, Day},
    japanese_time::{self, weekday},
};

/// 「2025年12月」
#[must_use]
pub fn month_in_words(month: NaiveDate) -> String {
    format!("{}年{}月", month.year(), month.month())
}

/// A line of a month: 「 1日（月）09:00～17:00」, 「 6日（土）休　土曜日」.
#[must_use]
pub fn day_in_words(date: NaiveDate, day: &Day) -> String {
    let what = match day {
        Day::Open { opens, closes } => hours(*opens, *closes),
        Day::Closed(reason) => rest(date, reason),
    };
    format!("{:>2}日（{}）{what}", date.day(), weekday(date.weekday()))
}

/// A line about hours that count: 「2025-12-26（金）16:30～17:00　30m」.
#[must_use]
pub fn counted_in_words(date: NaiveDate, from: NaiveTime, to: NaiveTime, time: &str) -> String {
    format!("{}{}　{time}", dated(date), hours(from, to))
}

/// A line about a day that does not count: 「2025-12-27（土）休　土曜日」.
#[must_use]
pub fn rest_in_words(date: NaiveDate, reason: &ClosedReason) -> String {
    format!("{}{}", dated(date), rest(date, reason))
}

/// Why the desk is closed on a day.
#[must_use]
pub fn closed_in_words(date: NaiveDate, reason: &ClosedReason) -> String {
    match reason {
        ClosedReason::PublicHoliday(name) => name.clone(),
        ClosedReason::Weekday => format!("{}曜日", weekday(date.weekday())),
        ClosedReason::Listed(days) if days.to_string() == "12-29..01-03" => "年末年始".to_owned(),
        ClosedReason::Listed(days) => format!("休業日（{days}）"),
        ClosedReason::OutOfRange => "暦の範囲外".to_owned(),
    }
}

/// A closure as letters to inquirers announce it: 「12月29日から1月3日までは年末年始のため、受付を休止いたします。」
pub(super) fn closure_in_words(closure: &Closure, today: NaiveDate) -> String {
    let Closure { first, last, reason } = closure;
    let day = |date: &NaiveDate| format!("{}月{}日", date.month(), date.day());
    let days = match first == last {
        true => format!("{}は", japanese_time::day(*first, today)),
        false if first.month() == last.month() => format!("{}から{}日までは", day(first), last.day()),
        false => format!("{}から{}までは", day(first), day(last)),
    };
    let why = match reason {
        ClosedReason::PublicHoliday(name) if first == last => format!("祝日（{name}）"),
        ClosedReason::PublicHoliday(_) => "祝日等".to_owned(),
        ClosedReason::Listed(days) if days.to_string() == "12-29..01-03" => "年末年始".to_owned(),
        _ => "休業日".to_owned(),
    };
    format!("{days}{why}のため、受付を休止いたします。")
}

/// `09:00`, with the seconds if there are any.
#[must_use]
pub fn time_text(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

fn dated(date: NaiveDate) -> String {
    format!("{}（{}）", date.format("%Y-%m-%d"), weekday(date.weekday()))
}

fn hours(from: NaiveTime, to: NaiveTime) -> String {
    format!("{}～{}", time_text(from), time_text(to))
}

fn rest(date: NaiveDate, reason: &ClosedReason) -> String {
    format!("休　{}", closed_in_words(date, reason))
}
