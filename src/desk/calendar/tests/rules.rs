//! State of days under the rules, and the text form of the rules.

use super::*;

#[test]
fn holidays_are_those_that_the_cabinet_office_published() {
    let published: Vec<_> = PUBLISHED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap())
        .map(|(day, name)| (date(day), name))
        .collect();
    let rules = HoursRules { days: Vec::new(), closed: Vec::new(), ..HoursRules::default() };
    let calendar = Calendar::new(rules);
    let ours: Vec<_> = date("2020-01-01")
        .iter_days()
        .take_while(|day| day.year() <= LAST_PUBLISHED_HOLIDAY_YEAR)
        .filter_map(|day| match calendar.day(day) {
            Day::Closed(ClosedReason::PublicHoliday(name)) => Some((day, name)),
            _ => None,
        })
        .collect();
    let ours: Vec<_> = ours
        .iter()
        .map(|(day, name)| {
            let is_unnamed = name.ends_with("振替休日") || name == "国民の休日";
            (*day, if is_unnamed { "休日" } else { name.as_str() })
        })
        .collect();
    assert_eq!(ours, published);
    assert_eq!(published.last().unwrap().0.year(), LAST_PUBLISHED_HOLIDAY_YEAR);
}

#[test]
fn the_days_of_a_month_say_why_they_are_closed() {
    let rules = HoursRules {
        closed: vec!["12-29..01-03".parse().unwrap(), "2026-09-24".parse().unwrap()],
        open: vec![date("2026-09-22"), date("2026-09-26")],
        by_day: vec![DayHours { day: Weekday::Fri, opens: clock("10:00"), closes: clock("15:30") }],
        ..HoursRules::default()
    };
    let month = Calendar::new(rules).month(2026, 9);
    assert_eq!(month.len(), 30);
    let open = |opens, closes| Day::Open { opens: clock(opens), closes: clock(closes) };
    let holiday = |name: &str| Day::Closed(ClosedReason::PublicHoliday(name.into()));
    for (day, expected) in [
        ("2026-09-18", open("10:00", "15:30")),
        ("2026-09-19", Day::Closed(ClosedReason::Weekday)),
        ("2026-09-21", holiday("敬老の日")),
        ("2026-09-22", open("09:00", "17:00")),
        ("2026-09-23", holiday("秋分の日")),
        ("2026-09-24", Day::Closed(ClosedReason::Listed("2026-09-24".parse().unwrap()))),
        ("2026-09-26", open("09:00", "17:00")),
    ] {
        assert!(month.contains(&(date(day), expected.clone())), "{day} {expected:?}");
    }
}

#[test]
fn years_without_published_holidays_are_not_covered() {
    let calendar = Calendar::new(HoursRules::default());
    assert!(calendar.covered(at("2027-12-31T23:59:59+09:00")));
    assert!(!calendar.covered(at("2028-01-01T00:00:00+09:00")));
    let without = Calendar::new(HoursRules { public_holidays: false, ..HoursRules::default() });
    assert!(without.covered(at("2040-01-01T00:00:00Z")));
}

#[test]
fn business_time_is_written_in_hours_minutes_and_seconds() {
    for (text, seconds, canonical) in [
        ("16h", Some(57_600), "16h"),
        ("90m", Some(5400), "1h30m"),
        ("1h30m", Some(5400), "1h30m"),
        ("1h0m5s", Some(3605), "1h5s"),
        ("45s", Some(45), "45s"),
        ("0m", Some(0), "0h"),
        ("2160h", Some(7_776_000), "2160h"),
        ("", None, ""),
        ("16", None, ""),
        ("h", None, ""),
        ("2d", None, ""),
        ("1.5h", None, ""),
        ("-1h", None, ""),
        ("+1h", None, ""),
        ("1 h", None, ""),
        ("1h1h", None, ""),
        ("30m1h", None, ""),
        ("two days", None, ""),
        ("１６h", None, ""),
        ("9999999999999999h", None, ""),
        ("99999999999999999999h", None, ""),
    ] {
        let read = text.parse::<BusinessTime>();
        assert_eq!(read.as_ref().ok().map(|time| time.seconds()), seconds, "{text}");
        assert_eq!(read.map(|time| time.to_string()).unwrap_or_default(), canonical, "{text}");
    }
    assert_eq!(BusinessTime::from_seconds(-1), BusinessTime::ZERO);
}

#[test]
fn closed_days_are_yearly_or_once() {
    // (text, days inside, days outside, text form)
    for (text, inside, outside, canonical) in [
        (
            "12-29..01-03",
            vec!["2025-12-29", "2025-12-31", "2026-01-01", "2026-01-03"],
            vec!["2025-12-28", "2026-01-04"],
            "12-29..01-03",
        ),
        ("08-13..08-15", vec!["2025-08-13", "2030-08-15"], vec!["2025-08-12", "2025-08-16"], "08-13..08-15"),
        ("12-29", vec!["2025-12-29"], vec!["2025-12-30", "2025-12-28"], "12-29"),
        ("02-29", vec!["2028-02-29"], vec!["2027-02-28", "2027-03-01"], "02-29"),
        ("2025-08-15", vec!["2025-08-15"], vec!["2026-08-15"], "2025-08-15"),
        (
            "2025-12-29..2026-01-09",
            vec!["2025-12-29", "2026-01-09"],
            vec!["2025-12-28", "2026-01-10"],
            "2025-12-29..2026-01-09",
        ),
    ] {
        let days: ClosedDays = text.parse().unwrap();
        assert!(inside.iter().all(|day| days.contains(date(day))), "{text}");
        assert!(!outside.iter().any(|day| days.contains(date(day))), "{text}");
        assert_eq!(days.to_string(), canonical);
    }
    for text in [
        "",
        "..",
        "13-45",
        "12-32",
        "02-30",
        "2025-02-29",
        "12-29..",
        "12-29..2026-01-03",
        "2025-08-15..2025-08-13",
        "08-13..08-14..08-15",
        "yearly",
    ] {
        assert!(text.parse::<ClosedDays>().unwrap_err().contains("allowed"), "{text}");
    }
}
