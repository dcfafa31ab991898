//! Decides when staff get a notice of a near or missed deadline: once per deadline, and only in business hours.
//! The scheduler calls it; the store records the notices that were sent.

use chrono::{DateTime, TimeDelta, Utc};

use super::{calendar::Calendar, deadline::Sla};
use crate::words::closed_set;

closed_set! {
    /// Kind of notice about a deadline.
    Notice {
        /// The deadline is near. Goes to the assignee and the leads.
        Warning = "deadline_warning",
        /// The deadline has passed. Goes to the assignee and the leads.
        Miss = "deadline_missed",
    }
}

/// The deadline of an open ticket, and the notices that were already sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    pub deadline: DateTime<Utc>,
    /// The deadline for which the last warning was sent.
    pub warned_for: Option<DateTime<Utc>>,
    /// The deadline for which the last missed-deadline notice was sent.
    pub missed_for: Option<DateTime<Utc>>,
}

impl Watched {
    /// The notice that is due at `now`. If the process was down at warning time and the deadline has passed since, only
    /// the missed-deadline notice is sent.
    #[must_use]
    pub fn due(&self, calendar: &Calendar, sla: &Sla, now: DateTime<Utc>) -> Option<Notice> {
        if !calendar.is_open(now) {
            return None;
        }
        let already_sent = |sent_for: Option<DateTime<Utc>>| sent_for == Some(self.deadline);
        if now > self.deadline {
            return (!already_sent(self.missed_for)).then_some(Notice::Miss);
        }
        let near = sla.warn_at(calendar, self.deadline).is_none_or(|warn_at| warn_at <= now);
        (near && !already_sent(self.warned_for)).then_some(Notice::Warning)
    }

    /// When the next notice is due, not before `now`. `None` if all notices were sent, or if the desk never opens
    /// again.
    #[must_use]
    pub fn next(&self, calendar: &Calendar, sla: &Sla, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.missed_for == Some(self.deadline) {
            return None;
        }
        // The first late instant. The store keeps deadlines in milliseconds.
        let late = self.deadline + TimeDelta::milliseconds(1);
        let miss = calendar.next_opening(late.max(now));
        if self.warned_for == Some(self.deadline) {
            return miss;
        }
        let warn_at = sla.warn_at(calendar, self.deadline).unwrap_or(now);
        let warning = calendar.next_opening(warn_at.max(now)).filter(|at| *at < late);
        warning.or(miss)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::desk::calendar::{BusinessTime, HoursRules};

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

    fn fresh(deadline: DateTime<Utc>) -> Watched {
        Watched { deadline, warned_for: None, missed_for: None }
    }

    #[test]
    fn a_deadline_is_announced_four_hours_before_and_its_miss_when_the_desk_is_next_served() {
        let (calendar, sla) = desk();
        // Due on Thursday at 17:00, when the desk closes.
        let watched = fresh(at("2025-07-03T17:00:00"));
        for (now, expected) in [
            ("2025-07-03T12:59:59", None),
            ("2025-07-03T13:00:00", Some(Notice::Warning)),
            ("2025-07-03T16:59:59", Some(Notice::Warning)),
            ("2025-07-03T17:00:00", None),
            ("2025-07-03T17:00:01", None),
            ("2025-07-04T08:59:59", None),
            ("2025-07-04T09:00:00", Some(Notice::Miss)),
        ] {
            assert_eq!(watched.due(&calendar, &sla, at(now)), expected, "{now}");
        }
        assert_eq!(watched.next(&calendar, &sla, at("2025-07-01T20:00:00")), Some(at("2025-07-03T13:00:00")));
        let warned = Watched { warned_for: Some(watched.deadline), ..watched };
        assert_eq!(warned.due(&calendar, &sla, at("2025-07-03T14:00:00")), None);
        assert_eq!(warned.next(&calendar, &sla, at("2025-07-03T14:00:00")), Some(at("2025-07-04T09:00:00")));
        // During business hours, the missed-deadline notice is due at once.
        let noon = fresh(at("2025-07-03T12:00:00"));
        assert_eq!(noon.due(&calendar, &sla, at("2025-07-03T12:00:00")), Some(Notice::Warning));
        assert_eq!(noon.due(&calendar, &sla, at("2025-07-03T12:00:01")), Some(Notice::Miss));
    }

    #[test]
    fn a_new_deadline_gets_its_own_notices() {
        let (calendar, sla) = desk();
        let old = at("2025-07-03T12:00:00");
        let reopened =
            Watched { deadline: at("2025-07-10T12:00:00"), warned_for: Some(old), missed_for: Some(old) };
        assert_eq!(reopened.due(&calendar, &sla, at("2025-07-10T11:00:00")), Some(Notice::Warning));
    }

    proptest! {
        /// Checks at random times, some equal and some far apart, send at most one warning and one missed-deadline
        /// notice, in this order, and only in business hours.
        #[test]
        fn no_notice_is_sent_twice_or_outside_business_hours(
            start in 0..20_000_000_i64,
            steps in proptest::collection::vec(0..200_000_i64, 1..60),
        ) {
            let (calendar, sla) = desk();
            let mut now = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let deadline = calendar.add_business(now, sla.answer_within).unwrap();
            let mut watched = fresh(deadline);
            let mut sent = Vec::new();
            for step in steps {
                let next = watched.next(&calendar, &sla, now);
                match watched.due(&calendar, &sla, now) {
                    Some(notice) => {
                        prop_assert_eq!(next, Some(now), "what is due now is what comes next");
                        prop_assert!(calendar.is_open(now));
                        prop_assert_eq!(notice == Notice::Miss, now > deadline);
                        match notice {
                            Notice::Warning => watched.warned_for = Some(deadline),
                            Notice::Miss => (watched.warned_for, watched.missed_for) = (Some(deadline), Some(deadline)),
                        }
                        sent.push(notice);
                    }
                    None => prop_assert!(next.is_none_or(|next| next > now), "nothing is due before {:?}", next),
                }
                now += TimeDelta::seconds(step);
            }
            prop_assert!(sent.len() <= 2 && sent.is_sorted());
            prop_assert!(sent.iter().collect::<std::collections::BTreeSet<_>>().len() == sent.len());
        }

        /// A process that sleeps until the time of `next` sends both notices.
        #[test]
        fn sleeping_until_next_sends_both_notices(start in 0..20_000_000_i64) {
            let (calendar, sla) = desk();
            let mut now = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let mut watched = fresh(calendar.add_business(now, sla.answer_within).unwrap());
            now = watched.next(&calendar, &sla, now).unwrap();
            prop_assert_eq!(watched.due(&calendar, &sla, now), Some(Notice::Warning));
            watched.warned_for = Some(watched.deadline);
            now = watched.next(&calendar, &sla, now).unwrap();
            prop_assert_eq!(watched.due(&calendar, &sla, now), Some(Notice::Miss));
            watched.missed_for = Some(watched.deadline);
            prop_assert_eq!(watched.next(&calendar, &sla, now), None);
        }
    }
}
