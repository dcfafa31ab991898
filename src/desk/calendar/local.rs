//! Converts between local time and instants, including days with a time change. Knows no opening hours.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::{GapInfo, Tz};

pub fn date_of(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    // Clamps to one day inside chrono's range, because chrono panics if the offset leaves the range.
    let inside = |date: Option<NaiveDate>| date.map(|date| date.and_time(NaiveTime::MIN).and_utc());
    let first = inside(NaiveDate::MIN.succ_opt()).unwrap_or(DateTime::UNIX_EPOCH);
    let last = inside(NaiveDate::MAX.pred_opt()).unwrap_or(DateTime::UNIX_EPOCH);
    at.clamp(first, last).with_timezone(&zone).date_naive()
}

/// The instant of a local time. The first one if the time is repeated, the end of the gap if it is skipped.
pub fn earliest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    instant(local, zone, |earliest, _| earliest)
}

/// The instant of a local time. The last one if the time is repeated, the end of the gap if it is skipped.
pub(super) fn latest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    instant(local, zone, |_, latest| latest)
}

fn instant(
    local: NaiveDateTime,
    zone: Tz,
    choose: fn(DateTime<Tz>, DateTime<Tz>) -> DateTime<Tz>,
) -> Option<DateTime<Utc>> {
    let at = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Some(at),
        LocalResult::Ambiguous(earliest, latest) => Some(choose(earliest, latest)),
        LocalResult::None => GapInfo::new(&local, &zone)?.end,
    };
    at.map(|at| at.to_utc())
}
