//! The acceptance window and the fiscal year, in local days of the desk. `triage` decides on mail outside the window.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::calendar::{date_of, earliest};
use crate::words::closed_set;

closed_set! {
    /// Position of an instant relative to the window.
    WindowState {
        Before = "before",
        Open = "open",
        After = "after",
    }
}

/// The days on which the desk accepts inquiries. The time at which the mailbox received a mail counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day, included.
    pub opens: NaiveDate,
    /// Last day, included.
    pub closes: NaiveDate,
    /// Time zone of the desk; days begin and end in it.
    pub time_zone: Tz,
}

impl Window {
    #[must_use]
    pub fn state(&self, at: DateTime<Utc>) -> WindowState {
        let date = date_of(at, self.time_zone);
        if date < self.opens {
            WindowState::Before
        } else if date > self.closes {
            WindowState::After
        } else {
            WindowState::Open
        }
    }

    /// Whether `at` is on one of the last seven days of the window.
    #[must_use]
    pub fn last_week(&self, at: DateTime<Utc>) -> bool {
        let week_ahead = date_of(at, self.time_zone).checked_add_days(Days::new(7));
        self.state(at) == WindowState::Open && week_ahead.is_none_or(|date| date > self.closes)
    }

    /// The first instant of the window.
    #[must_use]
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        first_instant(self.opens, self.time_zone)
    }

    /// The first instant after the window.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        first_instant(self.closes.succ_opt()?, self.time_zone)
    }
}

/// The Japanese fiscal year at an instant, which begins on 1 April (財政法 article 11). Returns the calendar year of
/// that April.
#[must_use]
pub fn fiscal_year(at: DateTime<Utc>, time_zone: Tz) -> i32 {
    fiscal_year_of(date_of(at, time_zone))
}

/// The Japanese fiscal year of a day.
#[must_use]
pub fn fiscal_year_of(date: NaiveDate) -> i32 {
    if date.month() < 4 { date.year() - 1 } else { date.year() }
}

/// The first instant of the local day of `at`.
#[must_use]
pub fn start_of_day(at: DateTime<Utc>, time_zone: Tz) -> DateTime<Utc> {
    first_instant(date_of(at, time_zone), time_zone).unwrap_or(at)
}

/// The first instant of a local day.
#[must_use]
pub fn first_instant(date: NaiveDate, time_zone: Tz) -> Option<DateTime<Utc>> {
    earliest(date.and_time(NaiveTime::MIN), time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn window() -> Window {
        let date = |text: &str| text.parse().unwrap();
        Window { opens: date("2025-06-27"), closes: date("2026-02-28"), time_zone: Tz::Asia__Tokyo }
    }

    #[test]
    fn both_days_belong_to_the_window_in_the_time_of_the_desk() {
        for (received, state, last_week) in [
            ("2025-06-26T23:59:59+09:00", WindowState::Before, false),
            ("2025-06-27T00:00:00+09:00", WindowState::Open, false),
            ("2025-06-26T15:00:00+00:00", WindowState::Open, false),
            ("2026-02-21T23:59:59+09:00", WindowState::Open, false),
            ("2026-02-22T00:00:00+09:00", WindowState::Open, true),
            ("2026-02-28T23:59:59+09:00", WindowState::Open, true),
            ("2026-02-28T14:59:59+00:00", WindowState::Open, true),
            ("2026-03-01T00:00:00+09:00", WindowState::After, false),
        ] {
            assert_eq!(window().state(at(received)), state, "{received}");
            assert_eq!(window().last_week(at(received)), last_week, "{received}");
        }
        assert_eq!(window().ends(), Some(at("2026-03-01T00:00:00+09:00")));
    }

    #[test]
    fn a_window_of_one_day_is_its_own_last_week() {
        let day = Window { opens: window().closes, ..window() };
        assert!(day.last_week(at("2026-02-28T12:00:00+09:00")));
        assert!(!day.last_week(at("2026-02-27T12:00:00+09:00")));
    }

    #[test]
    fn the_fiscal_year_begins_in_april() {
        for (instant, year) in [
            ("2025-03-31T23:59:59+09:00", 2024),
            ("2025-04-01T00:00:00+09:00", 2025),
            ("2025-03-31T15:00:00+00:00", 2025),
            ("2026-01-05T09:00:00+09:00", 2025),
            ("2026-03-31T23:59:59+09:00", 2025),
        ] {
            assert_eq!(fiscal_year(at(instant), Tz::Asia__Tokyo), year, "{instant}");
        }
    }

    #[test]
    fn a_day_begins_at_its_first_instant() {
        for (zone, instant, start) in [
            (Tz::Asia__Tokyo, "2025-07-01T08:00:00+09:00", "2025-07-01T00:00:00+09:00"),
            (Tz::Asia__Tokyo, "2025-07-01T00:00:00+09:00", "2025-07-01T00:00:00+09:00"),
            // The change to or from daylight saving time skips midnight, or repeats it.
            (Tz::America__Havana, "2026-03-08T12:00:00-04:00", "2026-03-08T01:00:00-04:00"),
            (Tz::America__Havana, "2026-11-01T12:00:00-05:00", "2026-11-01T00:00:00-04:00"),
        ] {
            assert_eq!(start_of_day(at(instant), zone), at(start), "{zone} {instant}");
        }
    }
}
