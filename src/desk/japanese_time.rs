//! Formats dates, instants and durations in Japanese. `letter` decides which of them a mail states.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::calendar::{BusinessTime, date_of};

/// 「令和7年7月31日」, as the circular and its letters write a day. Days before 令和 have the year of the common era.
#[must_use]
pub fn official_date(date: NaiveDate) -> String {
    format!("{}{}月{}日", year(date), date.month(), date.day())
}

/// 「令和7年7月」
#[must_use]
pub fn official_month(date: NaiveDate) -> String {
    format!("{}{}月", year(date), date.month())
}

/// 「令和7年7月31日（木）」
#[must_use]
pub fn official(date: NaiveDate) -> String {
    format!("{}（{}）", official_date(date), weekday(date.weekday()))
}

/// 「令和7年7月31日（木）23:59」. Cuts off the seconds.
#[must_use]
pub fn official_instant(at: DateTime<Utc>, time_zone: Tz) -> String {
    format!("{}{}", official(date_of(at, time_zone)), clock(at, time_zone))
}

/// 「令和7年9月2日（火）14:00～16:00」
#[must_use]
pub fn official_span(from: DateTime<Utc>, to: DateTime<Utc>, time_zone: Tz) -> String {
    format!("{}～{}", official_instant(from, time_zone), clock(to, time_zone))
}

/// 「7月3日（木）」, with the year if it differs from that of `today`: 「令和8年1月5日（月）」.
#[must_use]
pub fn day(date: NaiveDate, today: NaiveDate) -> String {
    if date.year() == today.year() {
        format!("{}月{}日（{}）", date.month(), date.day(), weekday(date.weekday()))
    } else {
        official(date)
    }
}

/// 「7月3日（木）17:00」, with the year if it differs from that of `now`. Cuts off the seconds, so that a deadline in a mail
/// is never later than the real deadline.
#[must_use]
pub fn instant(at: DateTime<Utc>, time_zone: Tz, now: DateTime<Utc>) -> String {
    format!("{}{}", day(date_of(at, time_zone), date_of(now, time_zone)), clock(at, time_zone))
}

/// 「7/3 9:12」
#[must_use]
pub fn short_instant(at: DateTime<Utc>, time_zone: Tz) -> String {
    at.with_timezone(&time_zone).format("%-m/%-d %-H:%M").to_string()
}

/// 「9:12」
fn clock(at: DateTime<Utc>, time_zone: Tz) -> impl std::fmt::Display {
    at.with_timezone(&time_zone).format("%-H:%M")
}

/// The year of the era: 「令和7年」. A day before Reiwa has the year of the common era.
fn year(date: NaiveDate) -> String {
    /// The first day of Reiwa (元号法に基づく政令, 平成31年政令第143号).
    const FIRST: (i32, u32) = (2019, 5);
    match date.year() - FIRST.0 + 1 {
        1 if date.month() >= FIRST.1 => "令和元年".to_owned(),
        year if year > 1 => format!("令和{year}年"),
        _ => format!("{}年", date.year()),
    }
}

/// 「3時間30分」, 「45分」; less than a minute is 「1分未満」.
#[must_use]
pub fn duration(time: BusinessTime) -> String {
    let (hours, minutes) = (time.seconds() / 3600, time.seconds() % 3600 / 60);
    match (hours, minutes) {
        (0, 0) => "1分未満".to_owned(),
        (0, minutes) => format!("{minutes}分"),
        (hours, 0) => format!("{hours}時間"),
        (hours, minutes) => format!("{hours}時間{minutes}分"),
    }
}

/// 「月」 for Monday.
#[must_use]
pub fn weekday(day: Weekday) -> char {
    match day {
        Weekday::Mon => '月',
        Weekday::Tue => '火',
        Weekday::Wed => '水',
        Weekday::Thu => '木',
        Weekday::Fri => '金',
        Weekday::Sat => '土',
        Weekday::Sun => '日',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_formatted_as_people_say_them() {
        let at = |text: &str| text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        // (instant, now, words)
        for (instant, now, words) in [
            ("2025-07-03T17:00:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）17:00"),
            ("2025-07-03T09:30:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）9:30"),
            ("2025-07-03T09:05:59+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）9:05"),
            ("2025-07-03T00:00:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）0:00"),
            ("2026-01-05T09:00:00+09:00", "2025-12-26T17:30:00+09:00", "令和8年1月5日（月）9:00"),
            ("2026-01-05T09:00:00+09:00", "2026-01-01T00:00:00+09:00", "1月5日（月）9:00"),
            // The years compared are those of the desk's time zone, not of UTC.
            ("2026-01-05T09:00:00+09:00", "2025-12-31T15:00:00+00:00", "1月5日（月）9:00"),
            ("2025-12-26T16:30:00+09:00", "2026-01-05T09:00:00+09:00", "令和7年12月26日（金）16:30"),
            ("2026-02-28T14:59:00+00:00", "2026-02-01T00:00:00+09:00", "2月28日（土）23:59"),
        ] {
            assert_eq!(super::instant(at(instant), Tz::Asia__Tokyo, at(now)), words, "{instant} at {now}");
        }
    }

    #[test]
    fn business_time_is_formatted_in_hours_and_minutes() {
        for (time, words) in [
            ("16h", "16時間"),
            ("3h30m", "3時間30分"),
            ("45m59s", "45分"),
            ("59s", "1分未満"),
            ("0h", "1分未満"),
        ] {
            assert_eq!(duration(time.parse().unwrap()), words, "{time}");
        }
    }

    #[test]
    fn official_days_have_the_year_of_the_era() {
        for (day, words) in [
            ("2025-07-31", "令和7年7月31日（木）"),
            ("2019-05-01", "令和元年5月1日（水）"),
            ("2019-04-30", "2019年4月30日（火）"),
            ("2020-01-01", "令和2年1月1日（水）"),
        ] {
            assert_eq!(official(day.parse().unwrap()), words);
        }
        let late = "2025-07-31T15:00:10Z".parse().unwrap();
        assert_eq!(official_instant(late, Tz::Asia__Tokyo), "令和7年8月1日（金）0:00");
        let at = |text: &str| text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        let (from, to) = (at("2026-01-20T09:05:00+09:00"), at("2026-01-20T16:00:00+09:00"));
        assert_eq!(official_span(from, to, Tz::Asia__Tokyo), "令和8年1月20日（火）9:05～16:00");
        assert_eq!(short_instant(from, Tz::Asia__Tokyo), "1/20 9:05");
    }

    #[test]
    fn dates_have_their_year_or_their_day_of_the_week() {
        let first = NaiveDate::from_ymd_opt(2026, 2, 23).unwrap();
        let week: String = first.iter_days().take(7).map(|date| weekday(date.weekday())).collect();
        assert_eq!(week, "月火水木金土日");
    }
}
