//! How near a deadline is, as members read it: in business days, and in hours only where less than a day is left.

use chrono::{DateTime, Utc};

use crate::desk::{
    calendar::{Calendar, date_of},
    japanese_time,
};

/// 「あと2営業日（7/3 9:12）」, 「あと3時間42分（7/3 9:12）」
#[must_use]
pub(super) fn left(calendar: &Calendar, deadline: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let at = japanese_time::short_instant(deadline, calendar.time_zone());
    format!("あと{}（{at}）", between(calendar, now, deadline))
}

/// 「105営業日超過」, 「2時間10分超過」, 「たった今、期限を過ぎました」
#[must_use]
pub(super) fn late(calendar: &Calendar, deadline: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if calendar.business_between(deadline, now).seconds() < 60 {
        return "たった今、期限を過ぎました".to_owned();
    }
    format!("{}超過", between(calendar, deadline, now))
}

fn between(calendar: &Calendar, from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let time = calendar.business_between(from, until);
    let (first, last) = (date_of(from, calendar.time_zone()), date_of(until, calendar.time_zone()));
    let day = first.iter_days().take(32).find_map(|date| calendar.open_span(date));
    let is_short = day.is_none_or(|(opens, closes)| time.seconds() < (closes - opens).num_seconds());
    match calendar.business_days(first, last) {
        days if days > 0 && !is_short => format!("{days}営業日"),
        _ => japanese_time::duration(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::calendar::HoursRules;

    #[test]
    fn nearness_is_told_in_days_and_then_in_hours() {
        let calendar = Calendar::new(HoursRules::default());
        let at =
            |text: &str| format!("{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        for (deadline, now, words) in [
            ("2025-07-03T09:12:04", "2025-07-01T10:01:00", "あと2営業日（7/3 9:12）"),
            ("2025-07-03T09:12:04", "2025-07-02T09:12:04", "あと1営業日（7/3 9:12）"),
            ("2025-07-03T09:12:04", "2025-07-02T13:30:00", "あと3時間42分（7/3 9:12）"),
            ("2025-07-03T09:12:04", "2025-07-03T09:12:00", "あと1分未満（7/3 9:12）"),
            ("2026-01-06T10:00:00", "2025-12-26T10:00:00", "あと2営業日（1/6 10:00）"),
            ("2025-07-03T17:00:00", "2025-07-03T09:00:00", "あと8時間（7/3 17:00）"),
        ] {
            assert_eq!(left(&calendar, at(deadline), at(now)), words, "{now}");
        }
        for (deadline, now, words) in [
            ("2025-07-03T09:12:04", "2025-07-03T09:12:05", "たった今、期限を過ぎました"),
            ("2025-07-03T09:12:04", "2025-07-03T11:22:04", "2時間10分超過"),
            ("2025-07-03T16:59:00", "2025-07-04T09:05:00", "6分超過"),
            ("2025-07-03T09:12:04", "2025-07-04T09:12:04", "1営業日超過"),
            ("2025-07-03T17:00:00", "2025-07-04T09:00:00", "たった今、期限を過ぎました"),
            ("2025-07-01T09:12:04", "2025-12-04T16:43:00", "105営業日超過"),
        ] {
            assert_eq!(late(&calendar, at(deadline), at(now)), words, "{now}");
        }
    }
}
