//! Local time and instants, where clocks are changed too. Knows no opening hours.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::{GapInfo, Tz};

/// The local date at an instant.
pub fn date_of(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    // A day short of chrono's range: an offset would leave it, and chrono panics there.
    let inside = |date: Option<NaiveDate>| date.map(|date| date.and_time(NaiveTime::MIN).and_utc());
    let first = inside(NaiveDate::MIN.succ_opt()).unwrap_or(DateTime::UNIX_EPOCH);
    let last = inside(NaiveDate::MAX.pred_opt()).unwrap_or(DateTime::UNIX_EPOCH);
    at.clamp(first, last).with_timezone(&zone).date_naive()
}

/// The first instant of a local time; the end of the gap for one that is skipped.
pub fn earliest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    instant(local, zone, |earliest, _| earliest)
}

/// The last instant of a local time; the end of the gap for one that is skipped.
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
