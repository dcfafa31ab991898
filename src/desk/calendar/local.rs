//! Converts between local time and instants, including days with a time change. Knows no opening hours.

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Utc,
};
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

/// Asks for the offset alone: a deadline converts some twenty local times.
fn instant(
    local: NaiveDateTime,
    zone: Tz,
    choose: impl Fn(FixedOffset, FixedOffset) -> FixedOffset,
) -> Option<DateTime<Utc>> {
    let offset = match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => offset.fix(),
        LocalResult::Ambiguous(earliest, latest) => choose(earliest.fix(), latest.fix()),
        LocalResult::None => return GapInfo::new(&local, &zone)?.end.map(|at| at.to_utc()),
    };
    Some(local.checked_sub_offset(offset)?.and_utc())
}
