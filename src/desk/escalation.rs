//! Who is told that a deadline comes near or has passed, and when: once for each deadline, and only while the desk is
//! served. Pure; the timetable asks, and the store remembers what was told.

use chrono::{DateTime, TimeDelta, Utc};

use super::{calendar::Calendar, deadline::Sla};
use crate::words::closed_set;

closed_set! {
    /// What is told of a deadline.
    Notice {
        /// It comes near: to the assignee and the leads.
        Warning = "deadline_warning",
        /// It has passed: to the leads.
        Miss = "deadline_missed",
    }
}

/// A deadline of an open ticket, and what was told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// The deadline.
    pub deadline: DateTime<Utc>,
    /// The deadline that staff were last warned of.
    pub warned_for: Option<DateTime<Utc>>,
    /// The deadline of which they were last told that it has passed.
    pub missed_for: Option<DateTime<Utc>>,
}

impl Watched {
    /// What is to be told at `now`. Whoever was asleep when the warning was due, and finds the deadline passed, tells
    /// the miss alone.
    #[must_use]
    pub fn due(&self, calendar: &Calendar, sla: &Sla, now: DateTime<Utc>) -> Option<Notice> {
        if !calendar.is_open(now) {
            return None;
        }
        let told = |of: Option<DateTime<Utc>>| of == Some(self.deadline);
        if now > self.deadline {
            return (!told(self.missed_for)).then_some(Notice::Miss);
        }
        let near = sla.warn_at(calendar, self.deadline).is_none_or(|warn_at| warn_at <= now);
        (near && !told(self.warned_for)).then_some(Notice::Warning)
    }

    /// When the next thing is to be told, not before `now`; `None` when all is told, or the desk never opens again.
    #[must_use]
    pub fn next(&self, calendar: &Calendar, sla: &Sla, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.missed_for == Some(self.deadline) {
            return None;
        }
        // The first instant that is late: deadlines are kept to the millisecond.
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
        // Due on Thursday at 17:00: the desk closes at that very instant.
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
        // In the middle of the day, a miss is told at once.
        let noon = fresh(at("2025-07-03T12:00:00"));
        assert_eq!(noon.due(&calendar, &sla, at("2025-07-03T12:00:00")), Some(Notice::Warning));
        assert_eq!(noon.due(&calendar, &sla, at("2025-07-03T12:00:01")), Some(Notice::Miss));
    }

    #[test]
    fn a_new_deadline_is_told_of_anew() {
        let (calendar, sla) = desk();
        let old = at("2025-07-03T12:00:00");
        let reopened =
            Watched { deadline: at("2025-07-10T12:00:00"), warned_for: Some(old), missed_for: Some(old) };
        assert_eq!(reopened.due(&calendar, &sla, at("2025-07-10T11:00:00")), Some(Notice::Warning));
    }

    proptest! {
        /// Whoever looks at random instants, some of them twice and some after a long sleep, tells each deadline at
        /// most one warning and one miss, in this order, and only while the desk is served.
        #[test]
        fn nobody_is_told_twice_or_at_night(
            start in 0..20_000_000_i64,
            steps in proptest::collection::vec(0..200_000_i64, 1..60),
        ) {
            let (calendar, sla) = desk();
            let mut now = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let deadline = sla.deadline(&calendar, now).unwrap();
            let mut watched = fresh(deadline);
            let mut told = Vec::new();
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
                        told.push(notice);
                    }
                    None => prop_assert!(next.is_none_or(|next| next > now), "nothing is due before {:?}", next),
                }
                now += TimeDelta::seconds(step);
            }
            prop_assert!(told.len() <= 2 && told.is_sorted());
            prop_assert!(told.iter().collect::<std::collections::BTreeSet<_>>().len() == told.len());
        }

        /// Who sleeps until the next instant misses nothing.
        #[test]
        fn the_sleeper_tells_both(start in 0..20_000_000_i64) {
            let (calendar, sla) = desk();
            let mut now = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let mut watched = fresh(sla.deadline(&calendar, now).unwrap());
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
