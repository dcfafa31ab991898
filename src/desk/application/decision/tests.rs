use chrono::TimeZone as _;
use chrono_tz::Asia::Tokyo;

use super::*;
use crate::desk::calendar::HoursRules;

fn number(serial: u32) -> TicketNumber {
    TicketNumber::new("ZT", 2025, serial)
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Tokyo.with_ymd_and_hms(2025, month, day, hour, 0, 0).unwrap().to_utc()
}

fn call() -> Call {
    Call {
        title: "伴走支援".into(),
        opens: day(6, 25),
        closes: day(7, 31),
        results_by: day(8, 14),
        starts: day(8, 1),
        ends: NaiveDate::from_ymd_opt(2026, 2, 28).unwrap(),
        places: 1,
        meetings: 3..=4,
        visits: 3,
        members: 10..=15,
        time_zone: Tokyo,
    }
}

fn scored(reviewer: &str, scores: &[u32]) -> Review {
    let verdict = ReviewVerdict::Scored { scores: scores.to_vec(), comment: "所見".into() };
    Review { reviewer: reviewer.into(), at: at(8, 5, 10), verdict }
}

fn conflicted(reviewer: &str) -> Review {
    Review { reviewer: reviewer.into(), at: at(8, 5, 10), verdict: ReviewVerdict::Conflict(String::new()) }
}

fn candidate(serial: u32, decision: Option<Decision>) -> Candidate {
    let reviews = vec![scored("ito@example.jp", &[4, 3, 5, 4])];
    Candidate { number: number(serial), decision, has_address: true, is_at_rest: true, reviews }
}

#[test]
fn results_wait_for_all_that_is_missing() {
    let (selected, declined) = (Some(Decision::Selected), Some(Decision::Declined));
    let one = |change: fn(&mut Candidate)| {
        let mut candidate = candidate(2, Some(Decision::Declined));
        change(&mut candidate);
        vec![self::candidate(1, Some(Decision::Selected)), candidate]
    };
    for (name, candidates, now, expected) in [
        ("all decided", vec![candidate(1, selected), candidate(2, declined)], at(8, 1, 9), vec![]),
        (
            "the last second of the call",
            vec![candidate(1, selected)],
            at(8, 1, 0) - chrono::TimeDelta::seconds(1),
            vec![Obstacle::CallOpen(day(7, 31))],
        ),
        ("no application", vec![], at(8, 1, 9), vec![Obstacle::NoApplication]),
        ("all declined", vec![candidate(1, declined)], at(8, 1, 9), vec![Obstacle::NobodySelected]),
        ("undecided", one(|one| one.decision = None), at(8, 1, 9), vec![Obstacle::Undecided(number(2))]),
        ("no address", one(|one| one.has_address = false), at(8, 1, 9), vec![Obstacle::NoAddress(number(2))]),
        (
            "a question open",
            one(|one| one.is_at_rest = false),
            at(8, 1, 9),
            vec![Obstacle::NotAtRest(number(2))],
        ),
    ] {
        assert_eq!(obstacles(&candidates, &call(), now), expected, "{name}");
    }
}

#[test]
fn a_lead_is_cautioned_and_not_stopped() {
    let selected = Some(Decision::Selected);
    let mut unreviewed = candidate(1, selected);
    unreviewed.reviews = vec![conflicted("sato@example.jp")];
    for (name, candidates, expected) in [
        ("one place, one selected", vec![candidate(1, selected)], vec![]),
        (
            "two selected",
            vec![candidate(1, selected), candidate(2, selected)],
            vec![Caution::Places { selected: 2, places: 1 }],
        ),
        (
            "a conflict and no review",
            vec![unreviewed],
            vec![Caution::Unreviewed(number(1)), Caution::Conflict(number(1))],
        ),
    ] {
        assert_eq!(cautions(&candidates, &call()), expected, "{name}");
    }
}

#[test]
fn scores_are_one_to_five_for_each_criterion_and_conflicts_do_not_count() {
    for (scores, expected) in [
        (vec![1, 5, 3, 3], true),
        (vec![1, 5, 3], false),
        (vec![0, 5, 3, 3], false),
        (vec![6, 5, 3, 3], false),
    ] {
        assert_eq!(fits(&scores, 4), expected, "{scores:?}");
    }
    let reviews =
        [scored("a@example.jp", &[4, 4]), scored("b@example.jp", &[5, 4]), conflicted("c@example.jp")];
    assert_eq!(mean(&reviews), Some(8.5));
    assert_eq!(mean(&[conflicted("c@example.jp")]), None);
}

#[test]
fn the_code_stands_for_exactly_these_letters() {
    let letter = |serial: u32, change: fn(&mut ResultLetter)| {
        let mut letter = ResultLetter {
            number: number(serial),
            decision: Decision::Declined,
            to: "daihyo@example.jp".into(),
            subject: "選定結果のお知らせ".into(),
            body: "本文".into(),
        };
        change(&mut letter);
        letter
    };
    let same: fn(&mut ResultLetter) = |_| {};
    let both = code(&[letter(1, same), letter(2, same)]);
    assert_eq!(both.len(), 8);
    assert_eq!(code(&[letter(2, same), letter(1, same)]), both, "the order of the list does not matter");
    let changes: [fn(&mut ResultLetter); 5] = [
        |letter| letter.number = number(3),
        |letter| letter.decision = Decision::Selected,
        |letter| letter.to = "other@example.jp".into(),
        |letter| letter.subject.push('。'),
        |letter| letter.body.push('。'),
    ];
    for change in changes {
        assert_ne!(code(&[letter(1, same), letter(2, change)]), both);
    }
    assert_ne!(code(&[letter(1, same)]), both);
}

#[test]
fn leads_are_told_five_business_days_and_one_before_and_when_the_day_has_passed() {
    let calendar = Calendar::new(HoursRules::default());
    // 8月11日 is 山の日, 9 and 10 August are a weekend.
    let expected = [
        (ResultsNotice::Week, at(8, 6, 9)),
        (ResultsNotice::Eve, at(8, 13, 9)),
        (ResultsNotice::Passed, at(8, 15, 9)),
    ];
    assert_eq!(results_notices(&call(), &calendar), expected);
}
