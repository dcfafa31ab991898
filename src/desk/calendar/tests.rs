//! Calendar arithmetic with the opening hours of the circular; expected values computed by hand.

mod clocks;
mod oracle;
mod rules;

use super::*;

const PUBLISHED: &str = include_str!("holidays_2020_2027.txt");

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn time(text: &str) -> BusinessTime {
    text.parse().unwrap()
}

/// Cases of (received, business time, deadline) in Tokyo local time, with the opening hours of the circular.
fn check(cases: &[(&str, &str, &str)]) {
    let calendar = Calendar::new(HoursRules::default());
    for (received, target, expected) in cases {
        let deadline = calendar.add_business(at(&format!("{received}+09:00")), time(target));
        assert_eq!(deadline, Some(at(&format!("{expected}+09:00"))), "{received} + {target}");
    }
}

#[test]
fn awkward_instants_of_a_week() {
    check(&[
        ("2025-07-01T08:59:59", "8h", "2025-07-01T17:00:00"),
        ("2025-07-01T09:00:00", "8h", "2025-07-01T17:00:00"),
        ("2025-07-01T09:00:01", "8h", "2025-07-02T09:00:01"),
        ("2025-07-01T16:59:59", "8h", "2025-07-02T16:59:59"),
        ("2025-07-01T17:00:00", "8h", "2025-07-02T17:00:00"),
        ("2025-07-01T23:59:59", "8h", "2025-07-02T17:00:00"),
        ("2025-07-01T09:12:00", "16h", "2025-07-03T09:12:00"),
        ("2025-07-01T16:59:30", "1m", "2025-07-02T09:00:30"),
        ("2025-07-04T18:00:00", "8h", "2025-07-07T17:00:00"),
        ("2025-07-04T16:59:59", "1h", "2025-07-07T09:59:59"),
        ("2025-07-05T12:00:00", "16h", "2025-07-08T17:00:00"),
        ("2025-07-01T10:00:00", "0h", "2025-07-01T10:00:00"),
    ]);
}

#[test]
fn year_end_of_2025() {
    check(&[
        ("2025-12-25T09:00:00", "16h", "2025-12-26T17:00:00"),
        ("2025-12-25T09:00:01", "16h", "2026-01-05T09:00:01"),
        ("2025-12-26T16:30:00", "8h", "2026-01-05T16:30:00"),
        ("2025-12-26T16:30:00", "16h", "2026-01-06T16:30:00"),
        ("2025-12-26T16:59:59", "8h", "2026-01-05T16:59:59"),
        ("2025-12-26T17:00:00", "8h", "2026-01-05T17:00:00"),
        ("2025-12-28T12:00:00", "8h", "2026-01-05T17:00:00"),
        ("2026-01-01T00:00:00", "4h", "2026-01-05T13:00:00"),
        // 2026-01-12 成人の日
        ("2026-01-09T16:00:00", "8h", "2026-01-13T16:00:00"),
    ]);
}

#[test]
fn golden_week_of_2026() {
    // 04-29 昭和の日, 05-03 to 05-05 three holidays, 05-06 振替休日 for the Sunday 05-03
    check(&[
        ("2026-04-28T16:00:00", "16h", "2026-05-01T16:00:00"),
        ("2026-04-29T10:00:00", "8h", "2026-04-30T17:00:00"),
        ("2026-05-01T16:00:00", "16h", "2026-05-08T16:00:00"),
        ("2026-05-01T17:00:00", "1h", "2026-05-07T10:00:00"),
        ("2026-05-06T12:00:00", "8h", "2026-05-07T17:00:00"),
    ]);
}

#[test]
fn silver_week_of_2026() {
    // 09-21 敬老の日, 09-22 国民の休日, 09-23 秋分の日
    check(&[
        ("2026-09-18T09:00:00", "8h", "2026-09-18T17:00:00"),
        ("2026-09-18T16:30:00", "8h", "2026-09-24T16:30:00"),
        ("2026-09-18T17:00:00", "16h", "2026-09-25T17:00:00"),
        ("2026-09-22T12:00:00", "4h", "2026-09-24T13:00:00"),
    ]);
}

#[test]
fn a_long_closure_and_a_long_target_have_no_limit() {
    let rules =
        HoursRules { closed: vec!["2025-07-02..2035-07-01".parse().unwrap()], ..HoursRules::default() };
    let calendar = Calendar::new(rules);
    // 2035-07-02 is a Monday
    let deadline = calendar.add_business(at("2025-07-01T16:00:00+09:00"), time("8h"));
    assert_eq!(deadline, Some(at("2035-07-02T16:00:00+09:00")));
    // 720 hours are 90 days of eight hours, or 18 weeks from a Monday; this calendar has no holidays and closed days.
    let plain =
        Calendar::new(HoursRules { public_holidays: false, closed: Vec::new(), ..HoursRules::default() });
    let deadline = plain.add_business(at("2025-06-30T09:00:00+09:00"), time("720h"));
    assert_eq!(deadline, Some(at("2025-10-31T17:00:00+09:00")));
    assert_eq!(plain.add_business(at("2025-06-30T09:00:00+09:00"), BusinessTime::from_hours(i64::MAX)), None);
}

#[test]
fn a_desk_that_never_opens_again_has_no_deadline() {
    let once = HoursRules { days: Vec::new(), open: vec![date("2025-08-16")], ..HoursRules::default() };
    let calendar = Calendar::new(once);
    assert_eq!(calendar.next_opening(at("2020-01-01T00:00:00Z")), Some(at("2025-08-16T09:00:00+09:00")));
    assert_eq!(calendar.next_opening(at("2025-08-16T17:00:00+09:00")), None);
    assert_eq!(calendar.add_business(at("2025-08-16T10:00:00+09:00"), time("7h1s")), None);
    assert!(calendar.counted(at("2025-08-16T10:00:00+09:00"), time("7h1s")).is_empty());
    let reversed = HoursRules { opens: HoursRules::default().closes, ..HoursRules::default() };
    assert_eq!(Calendar::new(reversed).next_opening(at("2026-01-01T00:00:00Z")), None);
}

#[test]
fn the_first_and_the_last_instant_of_chrono_do_not_panic() {
    let calendar = Calendar::new(HoursRules::default());
    for (far, opens) in
        [(DateTime::<Utc>::MIN_UTC, Some(at("2000-01-04T09:00:00+09:00"))), (DateTime::<Utc>::MAX_UTC, None)]
    {
        assert_eq!(calendar.next_opening(far), opens);
        assert!(!calendar.is_open(far));
        assert!(calendar.subtract_business(far, time("8h")).is_some() || opens.is_some());
    }
    assert_eq!(calendar.day(NaiveDate::MAX), Day::Closed(ClosedReason::OutOfRange));
    assert_eq!(calendar.month(2026, 13), Vec::new());
}

#[test]
fn counted_lists_the_business_time_of_each_day() {
    let calendar = Calendar::new(HoursRules::default());
    let counted = calendar.counted(at("2025-12-26T16:30:00+09:00"), time("16h"));
    let day = |day, from, to| Counted { date: date(day), from: clock(from), to: clock(to) };
    assert_eq!(
        counted,
        [
            day("2025-12-26", "16:30", "17:00"),
            day("2026-01-05", "09:00", "17:00"),
            day("2026-01-06", "09:00", "16:30"),
        ]
    );
}

#[test]
fn subtracting_ends_within_opening_hours() {
    let calendar = Calendar::new(HoursRules::default());
    for (until, target, expected) in [
        ("2025-07-02T17:00:00+09:00", "4h", "2025-07-02T13:00:00+09:00"),
        ("2025-07-02T13:00:00+09:00", "4h", "2025-07-02T09:00:00+09:00"),
        ("2025-07-02T12:59:59+09:00", "4h", "2025-07-01T16:59:59+09:00"),
        ("2026-01-05T10:00:00+09:00", "4h", "2025-12-26T14:00:00+09:00"),
        ("2026-01-05T10:00:00+09:00", "0h", "2026-01-05T10:00:00+09:00"),
    ] {
        assert_eq!(
            calendar.subtract_business(at(until), time(target)),
            Some(at(expected)),
            "{until} - {target}"
        );
    }
}
