//! Converts between local time and instants, including days with a time change. Knows no opening hours.

use std::ops::RangeInclusive;

use chrono::{
    DateTime, Datelike as _, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeZone as _, Utc,
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
fn latest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    instant(local, zone, |_, latest| latest)
}

/// A zone, and its offset if its clocks never change in the years that count, as in Japan. A deadline converts some ten
/// local times, which is most of its work.
#[derive(Debug, Clone)]
pub(super) struct LocalTime {
    zone: Tz,
    pub(super) only_offset: Option<FixedOffset>,
}

impl LocalTime {
    pub(super) fn new(zone: Tz, years: RangeInclusive<i32>) -> Self {
        // No zone changes its clocks and changes them back within a week. A year more at each end, for the days at the ends.
        let first = NaiveDate::from_yo_opt(years.start() - 1, 1);
        let weeks = first.into_iter().flat_map(|first| first.iter_weeks());
        let mut offsets = weeks
            .take_while(|week| week.year() <= years.end() + 1)
            .map(|week| zone.offset_from_utc_datetime(&week.and_time(NaiveTime::MIN)).fix());
        let only_offset = offsets.next().filter(|first| offsets.all(|offset| offset == *first));
        Self { zone, only_offset }
    }

    /// The first instant of `from` and the last one of `to`, two local times of the years that count.
    pub(super) fn span(
        &self,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self.only_offset {
            Some(offset) => {
                let instant =
                    |local: NaiveDateTime| local.checked_sub_offset(offset).map(|utc| utc.and_utc());
                Some((instant(from)?, instant(to)?))
            }
            None => Some((earliest(from, self.zone)?, latest(to, self.zone)?)),
        }
    }
}

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
