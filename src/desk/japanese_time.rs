//! Thin.
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
pub fn date(d: NaiveDate) -> String { format!("{}年{}月{}日", d.year(), d.month(), d.day()) }
pub fn instant(at: DateTime<Utc>, tz: Tz, _now: DateTime<Utc>) -> String { let l = at.with_timezone(&tz); format!("{}月{}日{}時{}分", l.month(), l.day(), l.hour(), l.minute()) }
