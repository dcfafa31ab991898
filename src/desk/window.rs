//! Thin.
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use crate::words::closed_set;
closed_set! { /// w
 WindowState { /// b
 Before = "before", /// o
 Open = "open", /// a
 After = "after" } }
#[derive(Debug, Clone, Copy)]
pub struct Window { pub opens: NaiveDate, pub closes: NaiveDate, pub time_zone: Tz }
impl Window { pub fn state(&self, at: DateTime<Utc>) -> WindowState { let d = at.with_timezone(&self.time_zone).date_naive(); if d < self.opens { WindowState::Before } else if d > self.closes { WindowState::After } else { WindowState::Open } } }
pub fn fiscal_year(at: DateTime<Utc>, tz: Tz) -> i32 { let d = at.with_timezone(&tz).date_naive(); if d.month() >= 4 { d.year() } else { d.year() - 1 } }
pub fn start_of_day(at: DateTime<Utc>, tz: Tz) -> DateTime<Utc> { let d = at.with_timezone(&tz).date_naive().and_time(NaiveTime::MIN); tz.from_local_datetime(&d).earliest().map_or(at, |x| x.with_timezone(&Utc)) }
