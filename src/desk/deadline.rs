//! Service level: when an answer is due, and when staff get a warning. The calendar counts business time, `ticket`
//! runs the SLA clock, `escalation` decides on the notices.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::{BusinessTime, Calendar, date_of};

/// Time limits of the desk, in business time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sla {
    /// From receipt to the deadline.
    pub answer_within: BusinessTime,
    /// From the warning to the deadline.
    pub warn_before: BusinessTime,
    /// From the request for missing fields to its reminder.
    pub remind_after: BusinessTime,
}

impl Sla {
    /// When staff get the warning. This is in business hours, except if `warn_before` is zero: then it is the deadline
    /// itself.
    #[must_use]
    pub fn warn_at(&self, calendar: &Calendar, deadline: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar.subtract_business(deadline, self.warn_before)
    }

    /// The day of the notice that an inquirer has not answered what the desk asked at `asked`.
    #[must_use]
    pub fn remind_on(&self, calendar: &Calendar, asked: DateTime<Utc>) -> Option<NaiveDate> {
        Some(date_of(self.remind_at(calendar, asked)?, calendar.time_zone()))
    }

    /// When those who decide about a mail that has waited for them since `since` are reminded.
    #[must_use]
    pub fn decide_by(&self, calendar: &Calendar, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar.next_opening(calendar.add_business(since, self.warn_before)?)
    }

    /// When an inquirer who was asked at `asked` is reminded.
    #[must_use]
    pub fn remind_at(&self, calendar: &Calendar, asked: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar.next_opening(calendar.add_business(asked, self.remind_after)?)
    }
}

/// The day by which an inquirer is promised an answer: the business day of the last moment before the deadline. So a deadline
/// at opening time promises the business day before.
#[must_use]
pub fn promised_day(calendar: &Calendar, deadline: DateTime<Utc>) -> NaiveDate {
    let moment = BusinessTime::from_seconds(1);
    let last = calendar.subtract_business(deadline, moment).unwrap_or(deadline);
    date_of(last, calendar.time_zone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::calendar::{DayHours, HoursRules};

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn desk() -> (Calendar, Sla) {
        let sla = Sla {
            answer_within: BusinessTime::from_hours(16),
            warn_before: BusinessTime::from_hours(4),
            remind_after: BusinessTime::from_hours(24),
        };
        (Calendar::new(HoursRules::default()), sla)
    }

    #[test]
    fn an_answer_is_due_after_sixteen_hours_and_staff_are_warned_four_before() {
        let (calendar, sla) = desk();
        for (received, deadline, warning) in [
            ("2025-07-01T09:12:00", "2025-07-03T09:12:00", "2025-07-02T13:12:00"),
            ("2025-07-01T13:00:00", "2025-07-03T13:00:00", "2025-07-03T09:00:00"),
            ("2025-07-01T17:00:00", "2025-07-03T17:00:00", "2025-07-03T13:00:00"),
            ("2025-12-26T10:00:00", "2026-01-06T10:00:00", "2026-01-05T14:00:00"),
            ("2025-12-25T11:00:00", "2026-01-05T11:00:00", "2025-12-26T15:00:00"),
        ] {
            let due = calendar.add_business(at(received), sla.answer_within).unwrap();
            assert_eq!(due, at(deadline), "{received}");
            assert_eq!(sla.warn_at(&calendar, due), Some(at(warning)), "{received}");
        }
    }

    #[test]
    fn inquirers_are_promised_the_last_business_day_before_the_deadline() {
        let (calendar, sla) = desk();
        for (deadline, promised) in [
            ("2025-07-03T09:12:00", "2025-07-03"),
            ("2025-07-03T17:00:00", "2025-07-03"),
            ("2025-07-03T09:00:01", "2025-07-03"),
            ("2025-07-03T09:00:00", "2025-07-02"),
            ("2025-07-03T08:00:00", "2025-07-02"),
            ("2025-07-03T20:00:00", "2025-07-03"),
            // Monday and Tuesday after a holiday, at opening time.
            ("2025-07-07T09:00:00", "2025-07-04"),
            ("2025-07-22T09:00:00", "2025-07-18"),
            ("2026-01-05T09:00:00", "2025-12-26"),
            // A day that became a holiday.
            ("2025-07-21T11:00:00", "2025-07-18"),
        ] {
            assert_eq!(promised_day(&calendar, at(deadline)).to_string(), promised, "{deadline}");
        }
        for (received, promised) in [
            ("2025-07-01T09:12:04", "2025-07-03"),
            ("2025-07-01T08:00:00", "2025-07-02"),
            ("2025-07-01T17:00:00", "2025-07-03"),
            ("2025-12-25T18:30:00", "2026-01-05"),
            ("2025-12-26T18:30:00", "2026-01-06"),
        ] {
            let due = calendar.add_business(at(received), sla.answer_within).unwrap();
            assert_eq!(promised_day(&calendar, due).to_string(), promised, "{received}");
        }
        let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let friday = DayHours { day: chrono::Weekday::Fri, opens: time(13), closes: time(15) };
        let short = Calendar::new(HoursRules { by_day: vec![friday], ..HoursRules::default() });
        assert_eq!(promised_day(&short, at("2025-07-04T13:00:00")).to_string(), "2025-07-03");
        assert_eq!(promised_day(&short, at("2025-07-04T14:00:00")).to_string(), "2025-07-04");
    }
}
