//! What the desk promises: when an answer is due, and when staff are warned of it. Counting business time is the
//! calendar's, holding a ticket's clock the ticket's; who is told is `escalation`'s.

use chrono::{DateTime, Utc};

use super::calendar::{BusinessTime, Calendar};

/// What the desk promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sla {
    /// Business time from receipt to the deadline.
    pub answer_within: BusinessTime,
    /// Business time before the deadline at which staff are warned.
    pub warn_before: BusinessTime,
    /// Business time after which an inquirer is asked again for what is missing.
    pub remind_after: BusinessTime,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::calendar::HoursRules;

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
            let due = sla.deadline(&calendar, at(received)).unwrap();
            assert_eq!(due, at(deadline), "{received}");
            assert_eq!(sla.warn_at(&calendar, due), Some(at(warning)), "{received}");
        }
    }
}
