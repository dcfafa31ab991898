//! The clock of an answer: when it is due, what is left of it, and when it is held. Counting business time is the
//! calendar's; who is told when is decided elsewhere.

use chrono::{DateTime, Utc};

use super::calendar::{BusinessTime, Calendar};

/// What the desk promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sla {
    /// Business time from receipt to the deadline.
    pub answer_within: BusinessTime,
    /// Business time before the deadline at which staff are warned.
    pub warn_before: BusinessTime,
}

impl Sla {
    /// The deadline of an answer whose clock starts afresh: a new ticket, or an answered one that is opened again.
    /// `None` when the desk is never again served for so long.
    #[must_use]
    pub fn deadline(&self, calendar: &Calendar, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar.add_business(received_at, self.answer_within)
    }

    /// When staff are warned of a deadline: an instant within opening hours, but for a warning of no length,
    /// which comes with the deadline.
    #[must_use]
    pub fn warn_at(&self, calendar: &Calendar, deadline: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar.subtract_business(deadline, self.warn_before)
    }
}

/// Business time left until the deadline; none at the deadline and after it.
/// It is also the budget that a ticket keeps when its clock is held at `now`.
#[must_use]
pub fn left(calendar: &Calendar, deadline: DateTime<Utc>, now: DateTime<Utc>) -> BusinessTime {
    calendar.business_between(now, deadline)
}

/// The deadline of a clock that runs on at `at` with the budget that was left when it was held.
/// `None` when the desk is never again served for so long.
#[must_use]
pub fn resume(calendar: &Calendar, budget_left: BusinessTime, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    calendar.add_business(at, budget_left)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::desk::calendar::HoursRules;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn desk() -> (Calendar, Sla) {
        let sla =
            Sla { answer_within: BusinessTime::from_hours(16), warn_before: BusinessTime::from_hours(4) };
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
            let due = sla.deadline(&calendar, at(received)).unwrap();
            assert_eq!(due, at(deadline), "{received}");
            assert_eq!(sla.warn_at(&calendar, due), Some(at(warning)), "{received}");
        }
    }

    #[test]
    fn a_held_clock_keeps_what_was_left_and_runs_on_from_the_answer() {
        let (calendar, _) = desk();
        // (deadline, held at, left, runs on at, new deadline)
        for (deadline, held, budget, resumed, expected) in [
            (
                "2025-07-03T12:00:00",
                "2025-07-01T12:00:00",
                "16h",
                "2025-07-07T12:00:00",
                "2025-07-09T12:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-02T20:00:00",
                "3h",
                "2025-12-26T16:00:00",
                "2026-01-05T11:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-03T11:59:59",
                "1s",
                "2025-07-05T10:00:00",
                "2025-07-07T09:00:01",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-03T12:00:00",
                "0h",
                "2025-07-07T12:00:00",
                "2025-07-07T12:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-04T12:00:00",
                "0h",
                "2025-07-07T12:00:00",
                "2025-07-07T12:00:00",
            ),
        ] {
            let kept = left(&calendar, at(deadline), at(held));
            assert_eq!(kept.to_string(), budget, "{held}");
            assert_eq!(resume(&calendar, kept, at(resumed)), Some(at(expected)), "{held} {resumed}");
        }
    }

    proptest! {
        #[test]
        fn a_hold_of_no_length_changes_nothing(start in 0..40_000_000_i64, hours in 1..400_i64, later in 0..9_000_000_i64) {
            let (calendar, _) = desk();
            let received = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let sla = Sla { answer_within: BusinessTime::from_hours(hours), warn_before: BusinessTime::ZERO };
            let deadline = sla.deadline(&calendar, received).unwrap();
            let held = received + TimeDelta::seconds(later);
            prop_assume!(held < deadline);
            let budget = left(&calendar, deadline, held);
            prop_assert_eq!(resume(&calendar, budget, held), Some(deadline));
            let used = calendar.business_between(received, held);
            prop_assert_eq!(used.seconds() + budget.seconds(), sla.answer_within.seconds());
        }
    }
}
