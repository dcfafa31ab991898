//! Days with a time change.

use chrono::{Offset as _, TimeZone as _};

use super::*;

#[test]
fn a_time_change_moves_the_opening_and_the_closing() {
    // (zone, date, opens, closes, from, to)
    for (zone, day, opens, closes, from, to) in [
        // An ordinary day, then the same hours across each time change. Elapsed hours count.
        (Tz::Europe__Berlin, "2026-03-28", "01:00", "05:00", "2026-03-28T00:00:00Z", "2026-03-28T04:00:00Z"),
        (Tz::Europe__Berlin, "2026-03-29", "01:00", "05:00", "2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z"),
        (Tz::Europe__Berlin, "2026-10-25", "01:00", "05:00", "2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z"),
        // 02:30 is skipped in spring and repeated in autumn.
        (Tz::Europe__Berlin, "2026-03-29", "02:30", "05:00", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"),
        (Tz::Europe__Berlin, "2026-03-29", "01:00", "02:30", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        (Tz::Europe__Berlin, "2026-10-25", "02:30", "05:00", "2026-10-25T00:30:00Z", "2026-10-25T04:00:00Z"),
        (Tz::Europe__Berlin, "2026-10-25", "01:00", "02:30", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"),
        (
            Tz::America__New_York,
            "2026-11-01",
            "01:00",
            "01:30",
            "2026-11-01T05:00:00Z",
            "2026-11-01T06:30:00Z",
        ),
        // A time change of half an hour.
        (
            Tz::Australia__Lord_Howe,
            "2026-10-04",
            "02:10",
            "03:00",
            "2026-10-03T15:30:00Z",
            "2026-10-03T16:00:00Z",
        ),
        (
            Tz::Australia__Lord_Howe,
            "2026-04-05",
            "01:45",
            "03:00",
            "2026-04-04T14:45:00Z",
            "2026-04-04T16:30:00Z",
        ),
    ] {
        let rules = HoursRules {
            time_zone: zone,
            days: vec![Weekday::Sat, Weekday::Sun],
            opens: clock(opens),
            closes: clock(closes),
            public_holidays: false,
            ..HoursRules::default()
        };
        let span = Calendar::new(rules).open_span(date(day));
        assert_eq!(span, Some((at(from), at(to))), "{zone} {day} {opens}..{closes}");
    }
    let all_in_the_gap = HoursRules {
        time_zone: Tz::Europe__Berlin,
        days: vec![Weekday::Sun],
        opens: clock("02:10"),
        closes: clock("02:50"),
        ..HoursRules::default()
    };
    assert_eq!(Calendar::new(all_in_the_gap).open_span(date("2026-03-29")), None);
}

#[test]
fn if_clocks_go_back_over_midnight_every_second_counts_once() {
    // Newfoundland, 2010-11-07: the clocks go from 00:01 -02:30 (02:31 UTC) back to 23:01 -03:30 of the day before.
    let day = |day, opens, closes| DayHours { day, opens: clock(opens), closes: clock(closes) };
    let calendar = |days: &[Weekday]| {
        Calendar::new(HoursRules {
            time_zone: Tz::America__St_Johns,
            days: days.to_vec(),
            by_day: vec![day(Weekday::Sat, "22:00", "23:30"), day(Weekday::Sun, "00:00", "01:00")],
            public_holidays: false,
            ..HoursRules::default()
        })
    };
    let both = calendar(&[Weekday::Sat, Weekday::Sun]);
    let (opens, closes) = (at("2010-11-07T00:30:00Z"), at("2010-11-07T04:30:00Z"));
    assert_eq!(both.business_between(opens, closes), time("4h"));
    assert_eq!(both.add_business(opens, time("4h")), Some(closes));
    assert_eq!(both.subtract_business(closes, time("4h")), Some(opens));
    // The first 00:00:30 of Sunday: the hours of Saturday continue.
    assert!(calendar(&[Weekday::Sat]).is_open(at("2010-11-07T02:30:30Z")));
    // The second 23:15 of Saturday: the hours of Sunday have begun.
    let sunday = calendar(&[Weekday::Sun]);
    assert!(sunday.is_open(at("2010-11-07T02:45:00Z")));
    assert_eq!(
        sunday.subtract_business(at("2010-11-07T02:45:00Z"), time("15m")),
        Some(at("2010-11-07T02:30:00Z"))
    );
}

#[test]
fn one_offset_stands_for_a_zone_only_if_its_clocks_never_change() {
    for (zone, is_constant) in [
        (Tz::Asia__Tokyo, true),
        (Tz::UTC, true),
        (Tz::Europe__Berlin, false),
        // Changes its clocks for Ramadan, for some weeks.
        (Tz::Africa__Casablanca, false),
        // Changed its offset once, in 2016 and in 2011.
        (Tz::Asia__Barnaul, false),
        (Tz::Pacific__Apia, false),
    ] {
        assert_eq!(LocalTime::new(zone, FIRST_YEAR..=LAST_YEAR).only_offset.is_some(), is_constant, "{zone}");
    }
    // Each day of the years for which the database of time zones has changes.
    for zone in chrono_tz::TZ_VARIANTS {
        let Some(offset) = LocalTime::new(zone, FIRST_YEAR..=LAST_YEAR).only_offset else { continue };
        let mut days = date("2000-01-01").iter_days().take_while(|day| day.year() < 2040);
        let changed =
            days.find(|day| zone.offset_from_utc_datetime(&day.and_time(NaiveTime::MIN)).fix() != offset);
        assert_eq!(changed, None, "{zone}");
    }
}
