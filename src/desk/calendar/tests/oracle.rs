//! Property tests of the calendar, and an oracle: a second implementation that checks every minute.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Number of minutes that the oracle checks, starting two days before the instant.
const HORIZON: usize = 24 * 24 * 60;

const ZONES: [Tz; 9] = [
    Tz::Asia__Tokyo,
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe, // the time change is half an hour
    Tz::America__St_Johns,    // until 2011 the clocks went back at 00:01, over midnight
    Tz::America__Havana,      // skips midnight
    Tz::America__Sao_Paulo,   // skipped midnight until 2018
    Tz::Pacific__Apia,        // skipped the whole of 2011-12-30
    Tz::Asia__Kolkata,
];

/// Days near a time change in one of the zones, or near holidays in Japan.
const DAYS: [&str; 16] = [
    "2010-03-14",
    "2010-11-07",
    "2011-12-30",
    "2017-10-15",
    "2018-02-18",
    "2024-03-10",
    "2024-03-31",
    "2024-04-07",
    "2024-10-06",
    "2024-10-27",
    "2024-11-03",
    "2025-06-27",
    "2025-12-29",
    "2026-02-28",
    "2026-04-29",
    "2026-09-21",
];

fn minute_of_day(minute: u32) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap()
}

fn hours() -> impl Strategy<Value = (NaiveTime, NaiveTime)> {
    let any = (0..1439_u32).prop_flat_map(|opens| (Just(opens), opens + 1..1440));
    prop_oneof![Just((540, 1020)), (0..200_u32).prop_map(|opens| (opens, opens + 20)), any]
        .prop_map(|(opens, closes)| (minute_of_day(opens), minute_of_day(closes)))
}

fn near(days: i64) -> impl Strategy<Value = NaiveDate> {
    (select(&DAYS[..]), -days..=days).prop_map(|(day, offset)| date(day) + TimeDelta::days(offset))
}

fn rules() -> impl Strategy<Value = HoursRules> {
    let weekday = || (0..7_u8).prop_map(|day| Weekday::try_from(day).unwrap());
    let by_day = (weekday(), hours()).prop_map(|(day, (opens, closes))| DayHours { day, opens, closes });
    let closed = prop_oneof![
        Just("12-29..01-03".parse::<ClosedDays>().unwrap()),
        (near(9), 0..12_i64)
            .prop_map(|(from, days)| ClosedDays::Dates { from, to: from + TimeDelta::days(days) }),
    ];
    let lists = (vec(by_day, 0..2), vec(closed, 0..3), vec(near(9), 0..3));
    (select(&ZONES[..]), vec(weekday(), 1..7), hours(), any::<bool>(), lists).prop_map(
        |(time_zone, days, (opens, closes), public_holidays, (by_day, closed, open))| HoursRules {
            time_zone,
            days,
            opens,
            closes,
            by_day,
            public_holidays,
            closed,
            open,
        },
    )
}

/// An instant near one of `DAYS`, in whole seconds; often on a whole hour.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let second = prop_oneof![(0..24_i64).prop_map(|hour| hour * 3600), 0..86_400_i64];
    (near(4), second)
        .prop_map(|(day, second)| day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::seconds(second))
}

fn target(most: i64) -> impl Strategy<Value = BusinessTime> {
    prop_oneof![
        (1..=most / 3600).prop_map(BusinessTime::from_hours),
        (1..=most).prop_map(BusinessTime::from_seconds)
    ]
}

/// For each minute, whether it is business time. On each local day, business time starts with the first minute whose
/// local time is `opens` or later, and ends with the last one before `closes`.
struct Oracle {
    start: DateTime<Utc>,
    open: Vec<bool>,
}

impl Oracle {
    fn new(rules: &HoursRules, around: DateTime<Utc>) -> Self {
        let start = (around - TimeDelta::days(2)).with_time(NaiveTime::MIN).unwrap();
        let mut days = BTreeMap::<NaiveDate, (Option<usize>, Option<usize>)>::new();
        for index in 0..HORIZON {
            let clock =
                (start + TimeDelta::minutes(index as i64)).with_timezone(&rules.time_zone).naive_local();
            let own = rules.by_day.iter().find(|hours| hours.day == clock.weekday());
            let (opens, closes) =
                own.map_or((rules.opens, rules.closes), |hours| (hours.opens, hours.closes));
            let (first, last) = days.entry(clock.date()).or_default();
            if clock.time() >= opens {
                first.get_or_insert(index);
            }
            if clock.time() < closes {
                *last = Some(index);
            }
        }
        let mut open = vec![false; HORIZON];
        for (date, minutes) in days {
            if let (Some(first), Some(last)) = minutes
                && first <= last
                && is_open_day(rules, date)
            {
                open[first..=last].fill(true);
            }
        }
        Self { start, open }
    }

    /// The minutes of business time from an instant on, as (start, seconds left in the minute).
    fn minutes_from(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, i64)> {
        let begins = |index: usize| self.start + TimeDelta::minutes(index as i64);
        let open =
            self.open.iter().enumerate().filter(|(_, open)| **open).map(move |(index, _)| begins(index));
        open.map(move |minute| (minute.max(from), 60 - (from - minute).num_seconds().clamp(0, 60)))
            .filter(|(_, seconds)| *seconds > 0)
    }

    fn deadline(&self, from: DateTime<Utc>, time: BusinessTime) -> Option<DateTime<Utc>> {
        let mut left = time.seconds();
        for (begins, seconds) in self.minutes_from(from) {
            if left <= seconds {
                return Some(begins + TimeDelta::seconds(left));
            }
            left -= seconds;
        }
        None
    }
}

fn is_open_day(rules: &HoursRules, date: NaiveDate) -> bool {
    let day = date.to_string();
    let holiday = || {
        if date.year() < 2020 { yasumi::is_holiday(date) } else { PUBLISHED.contains(&day) }
    };
    let closed = |days: &ClosedDays| match days {
        ClosedDays::Yearly { .. } => {
            ["12-29", "12-30", "12-31", "01-01", "01-02", "01-03"].contains(&&day[5..])
        }
        ClosedDays::Dates { from, to } => date >= *from && date <= *to,
    };
    let usual = rules.days.contains(&date.weekday()) && !rules.closed.iter().any(closed);
    rules.open.contains(&date) || (usual && !(rules.public_holidays && holiday()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn deadlines_agree_with_the_oracle(rules in rules(), from in instant(), time in target(60 * 3600)) {
        let oracle = Oracle::new(&rules, from);
        let calendar = Calendar::new(rules);
        let ours = calendar.add_business(from, time);
        match oracle.deadline(from, time) {
            Some(deadline) => prop_assert_eq!(ours, Some(deadline)),
            None => prop_assert!(ours.is_none_or(|at| at >= oracle.start + TimeDelta::minutes(HORIZON as i64 - 1440))),
        }
        let opening = oracle.minutes_from(from).next().map(|(begins, _)| begins);
        if opening.is_some() {
            prop_assert_eq!(calendar.next_opening(from), opening);
            prop_assert_eq!(calendar.is_open(from), opening == Some(from));
        }
    }

    #[test]
    fn a_later_mail_never_has_an_earlier_deadline(
        rules in rules(), from in instant(), later in 0..2_000_000_i64, time in target(120 * 3600),
    ) {
        let calendar = Calendar::new(rules);
        let deadline = |from| calendar.add_business(from, time);
        let (first, second) = (deadline(from), deadline(from + TimeDelta::seconds(later)));
        prop_assert!(second.is_none() || first <= second, "{first:?} {second:?}");
    }

    #[test]
    fn business_time_adds_up(
        rules in rules(), from in instant(), one in target(60 * 3600), two in target(60 * 3600),
    ) {
        let calendar = Calendar::new(rules);
        let both = BusinessTime::from_seconds(one.seconds() + two.seconds());
        let Some(end) = calendar.add_business(from, both) else { return Ok(()) };
        let middle = calendar.add_business(from, one).unwrap();
        prop_assert_eq!(calendar.add_business(middle, two), Some(end));
        prop_assert_eq!(calendar.business_between(from, middle), one);
        prop_assert_eq!(calendar.business_between(middle, end), two);
        prop_assert_eq!(calendar.business_between(from, end), both);
        prop_assert_eq!(calendar.business_between(end, from), BusinessTime::ZERO);
        // Backwards: the result is the latest possible instant, and within opening hours.
        let back = calendar.subtract_business(end, two).unwrap();
        prop_assert!(back >= middle && calendar.is_open(back));
        prop_assert_eq!(calendar.business_between(back, end), two);
        prop_assert_eq!(calendar.next_opening(middle), Some(back));
    }

    #[test]
    fn counted_adds_up_to_every_second(from in instant(), time in target(720 * 3600)) {
        let calendar = Calendar::new(HoursRules::default());
        let counted = calendar.counted(from, time);
        let total: TimeDelta = counted.iter().map(|day| day.to - day.from).sum();
        prop_assert_eq!(total.num_seconds(), time.seconds());
        prop_assert!(counted.iter().all(|day| day.from < day.to));
        prop_assert!(counted.is_sorted_by(|one, next| one.date < next.date));
        let last = counted.last().unwrap();
        let end = last.date.and_time(last.to).and_local_timezone(Tz::Asia__Tokyo).unwrap();
        prop_assert_eq!(calendar.add_business(from, time), Some(end.to_utc()));
    }

    #[test]
    fn display_and_parse_are_inverse(seconds in 0..i64::from(u32::MAX), days in near(400), more in 0..40_i64) {
        let time = BusinessTime::from_seconds(seconds);
        prop_assert_eq!(time.to_string().parse(), Ok(time));
        let to = days + TimeDelta::days(more);
        let yearly = ClosedDays::Yearly { from: (days.month(), days.day()), to: (to.month(), to.day()) };
        prop_assert_eq!(yearly.to_string().parse(), Ok(yearly));
        let dates = ClosedDays::Dates { from: days, to };
        prop_assert_eq!(dates.to_string().parse(), Ok(dates));
    }

    #[test]
    fn parsing_random_text_does_not_panic(text in "[0-9hms.\\-]{0,12}|\\PC{0,12}") {
        let _ = text.parse::<BusinessTime>();
        let _ = text.parse::<ClosedDays>();
    }
}
