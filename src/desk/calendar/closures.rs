//! Days counted as people count them: business days, and the days on which the desk is closed besides its usual ones.

use chrono::{Days, NaiveDate};

use super::{Calendar, ClosedReason, Day};

/// No closure of a desk is longer.
const LONGEST: Days = Days::new(31);

/// Consecutive days on which the desk is closed for one reason that is no usual day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Of the first day.
    pub reason: ClosedReason,
}

impl Calendar {
    /// How many business days come after `from`, up to `until`.
    #[must_use]
    pub fn business_days(&self, from: NaiveDate, until: NaiveDate) -> usize {
        let days = from.iter_days().skip(1).take_while(|date| *date <= until);
        days.filter(|date| matches!(self.day(*date), Day::Open { .. })).count()
    }

    /// Closures with a day in `from..=until`, each whole. One that takes no usual business day is left out.
    #[must_use]
    pub fn closures(&self, from: NaiveDate, until: NaiveDate) -> Vec<Closure> {
        let first = from.checked_sub_days(LONGEST).unwrap_or(from);
        let end = until.checked_add_days(LONGEST).unwrap_or(until);
        let mut found: Vec<Closure> = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= end) {
            let Some(reason) = self.extraordinary(date) else { continue };
            match found.last_mut() {
                Some(closure) if closure.last.succ_opt() == Some(date) && alike(&closure.reason, &reason) => {
                    closure.last = date;
                }
                _ => found.push(Closure { first: date, last: date, reason }),
            }
        }
        found.retain(|closure| {
            closure.last >= from && closure.first <= until && self.takes_a_business_day(closure)
        });
        found
    }

    /// Why the desk is closed on a day besides the day of the week. Days that the desk lists come before the holidays among
    /// them: the year-end is one closure.
    fn extraordinary(&self, date: NaiveDate) -> Option<ClosedReason> {
        let reason = self.closed_reason(date)?;
        let listed = self.rules.closed.iter().find(|days| days.contains(date)).cloned();
        match (listed, reason) {
            (Some(days), _) => Some(ClosedReason::Listed(days)),
            (None, reason @ ClosedReason::PublicHoliday(_)) => Some(reason),
            (None, _) => None,
        }
    }

    fn takes_a_business_day(&self, closure: &Closure) -> bool {
        let mut days = closure.first.iter_days().take_while(|date| *date <= closure.last);
        days.any(|date| self.rules.days.contains(&chrono::Datelike::weekday(&date)))
    }
}

/// Whether two days belong to one closure.
fn alike(one: &ClosedReason, other: &ClosedReason) -> bool {
    match (one, other) {
        (ClosedReason::PublicHoliday(_), ClosedReason::PublicHoliday(_)) => true,
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::calendar::HoursRules;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn closures_are_named_whole_and_weekends_are_none() {
        let calendar = Calendar::new(HoursRules {
            closed: vec!["12-29..01-03".parse().unwrap(), "2025-08-13..2025-08-15".parse().unwrap()],
            ..HoursRules::default()
        });
        // (from, until, first and last days of the closures)
        for (from, until, expected) in [
            ("2025-07-01", "2025-07-03", &[][..]),
            // A weekend between.
            ("2025-07-04", "2025-07-08", &[]),
            ("2025-12-26", "2026-01-05", &[("2025-12-29", "2026-01-03")]),
            // Received while the desk is closed.
            ("2025-12-31", "2026-01-06", &[("2025-12-29", "2026-01-03")]),
            ("2025-07-18", "2025-07-22", &[("2025-07-21", "2025-07-21")]),
            ("2025-05-02", "2025-05-08", &[("2025-05-03", "2025-05-06")]),
            ("2025-08-08", "2025-08-18", &[("2025-08-11", "2025-08-11"), ("2025-08-13", "2025-08-15")]),
            ("2026-09-18", "2026-09-25", &[("2026-09-21", "2026-09-23")]),
            // The desk opens on the day after.
            ("2026-01-04", "2026-01-07", &[]),
            // A holiday on a Saturday takes no business day.
            ("2024-05-10", "2024-05-14", &[]),
            ("2027-01-22", "2027-01-26", &[]),
        ] {
            let found = calendar.closures(day(from), day(until));
            let found: Vec<(NaiveDate, NaiveDate)> =
                found.iter().map(|closure| (closure.first, closure.last)).collect();
            let expected: Vec<_> = expected.iter().map(|(first, last)| (day(first), day(last))).collect();
            assert_eq!(found, expected, "{from} to {until}");
        }
    }

    #[test]
    fn business_days_are_counted_by_the_day() {
        let calendar = Calendar::new(HoursRules::default());
        for (from, until, expected) in [
            ("2025-07-01", "2025-07-01", 0),
            ("2025-07-01", "2025-07-03", 2),
            ("2025-07-04", "2025-07-07", 1),
            ("2025-12-26", "2026-01-05", 1),
            ("2025-07-03", "2025-07-01", 0),
        ] {
            assert_eq!(calendar.business_days(day(from), day(until)), expected, "{from} to {until}");
        }
    }
}
