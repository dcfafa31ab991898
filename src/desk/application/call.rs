//! The call (公募要領): its days, and what it asks for.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::desk::{calendar::Calendar, window::Window};

/// One call. Another `closes` is another call.
#[derive(Debug, Clone)]
pub struct Call {
    /// 「在宅医療の拠点整備・運用に向けた伴走支援」
    pub title: String,
    pub opens: NaiveDate,
    /// 要領 8: 申込締切. The whole day counts.
    pub closes: NaiveDate,
    /// 要領 9: 申込締切から2週間程度. The last business day for the results.
    pub results_by: NaiveDate,
    pub starts: NaiveDate,
    pub ends: NaiveDate,
    /// 要領 5: 1地域程度.
    pub places: usize,
    /// 要領 3: 3～4回の会議.
    pub meetings: RangeInclusive<usize>,
    /// 要領 3: アドバイザーの派遣（最大3回）.
    pub visits: usize,
    /// 要領 6: 10～15名程度.
    pub members: RangeInclusive<usize>,
    pub time_zone: Tz,
}

impl Call {
    /// How long after the deadline the desk received it. `None`: in time, which is before 00:00 of the day after
    /// `closes` in the desk's zone (law 8).
    #[must_use]
    pub fn late_by(&self, received_at: DateTime<Utc>) -> Option<TimeDelta> {
        let late = received_at - self.window().ends()?;
        (late >= TimeDelta::zero()).then_some(late)
    }

    #[must_use]
    pub fn has_opened(&self, at: DateTime<Utc>) -> bool {
        self.window().begins().is_none_or(|begins| at >= begins)
    }

    /// Whether a day is within the support.
    #[must_use]
    pub fn is_running(&self, day: NaiveDate) -> bool {
        (self.starts..=self.ends).contains(&day)
    }

    /// When the desk opens on the last business day of the support. `None`: it has none.
    #[must_use]
    pub fn last_opening(&self, calendar: &Calendar) -> Option<DateTime<Utc>> {
        let days = std::iter::successors(Some(self.ends), NaiveDate::pred_opt);
        let mut days = days.take_while(|day| *day >= self.starts);
        days.find_map(|day| calendar.open_span(day)).map(|(opens, _)| opens)
    }

    fn window(&self) -> Window {
        Window { opens: self.opens, closes: self.closes, time_zone: self.time_zone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_support_ends_on_its_last_business_day() {
        let rules = crate::server::rules(&Settings::from_toml("").unwrap());
        let mut call = rules.support.unwrap().call;
        for (ends, expected) in [
            // The last day of the circular is a Saturday.
            ("2026-02-28", Some("2026-02-27T09:00:00+09:00")),
            ("2026-02-27", Some("2026-02-27T09:00:00+09:00")),
            ("2026-01-03", Some("2025-12-26T09:00:00+09:00")),
            ("2025-08-03", Some("2025-08-01T09:00:00+09:00")),
            ("2025-07-31", None),
        ] {
            call.ends = ends.parse().unwrap();
            let expected = expected.map(|at| at.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc());
            assert_eq!(call.last_opening(&rules.calendar), expected, "{ends}");
        }
    }
}
