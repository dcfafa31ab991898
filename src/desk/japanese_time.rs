//! Formats dates, instants and durations in Japanese. `letter` decides which of them a mail states.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

use super::calendar::{BusinessTime, date_of};

/// 「2026年2月28日」
#[must_use]
pub fn date(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 「令和7年7月31日」, as the circular and its letters write a day. Days before 令和 have the year of the common era.
#[must_use]
pub fn official_date(date: NaiveDate) -> String {
    let year = match date.year() - 2018 {
        _ if (date.year(), date.month()) < (2019, 5) => format!("{}年", date.year()),
        1 => "令和元年".to_owned(),
        year => format!("令和{year}年"),
    };
    format!("{year}{}月{}日", date.month(), date.day())
}

/// 「令和7年7月31日（木）」
#[must_use]
pub fn official(date: NaiveDate) -> String {
    format!("{}（{}）", official_date(date), weekday(date.weekday()))
}

/// 「令和7年7月31日（木）23:59」. Cuts off the seconds.
#[must_use]
pub fn official_instant(at: DateTime<Utc>, time_zone: Tz) -> String {
    let clock = at.with_timezone(&time_zone);
    format!("{}{}:{:02}", official(date_of(at, time_zone)), clock.hour(), clock.minute())
}

/// 「令和7年9月2日（火）14:00～16:00」
#[must_use]
pub fn official_span(from: DateTime<Utc>, to: DateTime<Utc>, time_zone: Tz) -> String {
    format!("{}～{}", official_instant(from, time_zone), to.with_timezone(&time_zone).format("%-H:%M"))
}

/// 「7月3日（木）」, with the year if it differs from that of `today`: 「2026年1月5日（月）」.
#[must_use]
pub fn day(date: NaiveDate, today: NaiveDate) -> String {
    let year = if date.year() == today.year() { String::new() } else { format!("{}年", date.year()) };
    format!("{year}{}月{}日（{}）", date.month(), date.day(), weekday(date.weekday()))
}

/// 「7月3日（木）17時」, 「7月3日（木）9時30分」, with the year if it differs from that of `now`. Cuts off the seconds, so
/// that a deadline in a mail is never later than the real deadline.
#[must_use]
pub fn instant(at: DateTime<Utc>, time_zone: Tz, now: DateTime<Utc>) -> String {
    let clock = at.with_timezone(&time_zone);
    let minute = if clock.minute() == 0 { String::new() } else { format!("{}分", clock.minute()) };
    format!("{}{}時{minute}", day(date_of(at, time_zone), date_of(now, time_zone)), clock.hour())
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
            ("2025-07-03T17:00:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）17時"),
            ("2025-07-03T09:30:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）9時30分"),
            ("2025-07-03T09:05:59+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）9時5分"),
            ("2025-07-03T00:00:00+09:00", "2025-07-01T09:12:00+09:00", "7月3日（木）0時"),
            ("2026-01-05T09:00:00+09:00", "2025-12-26T17:30:00+09:00", "2026年1月5日（月）9時"),
            ("2026-01-05T09:00:00+09:00", "2026-01-01T00:00:00+09:00", "1月5日（月）9時"),
            // The years compared are those of the desk's time zone, not of UTC.
            ("2026-01-05T09:00:00+09:00", "2025-12-31T15:00:00+00:00", "1月5日（月）9時"),
            ("2025-12-26T16:30:00+09:00", "2026-01-05T09:00:00+09:00", "2025年12月26日（金）16時30分"),
            ("2026-02-28T14:59:00+00:00", "2026-02-01T00:00:00+09:00", "2月28日（土）23時59分"),
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
    }

    #[test]
    fn dates_have_their_year_or_their_day_of_the_week() {
        let first = NaiveDate::from_ymd_opt(2026, 2, 23).unwrap();
        assert_eq!(date(first), "2026年2月23日");
        let week: String = first.iter_days().take(7).map(|date| weekday(date.weekday())).collect();
        assert_eq!(week, "月火水木金土日");
    }
}
