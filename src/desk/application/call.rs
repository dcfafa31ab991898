//! The call (公募要領): its days, and what it asks for.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::desk::window::Window;

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

    fn window(&self) -> Window {
        Window { opens: self.opens, closes: self.closes, time_zone: self.time_zone }
    }
}
