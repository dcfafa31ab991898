use chrono::{DateTime, Utc};

use super::{Beside, Counted, Gathering, Period, Report, Row, differences};
use crate::desk::{
    calendar::{BusinessTime, Calendar, HoursRules},
    ticket::{Channel, TicketKind, TicketNumber},
    turn::{Ended, Ending, Turn},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

/// Asked, due, and how it ended: `2025-07-03T10:00:00+09:00 answered`.
fn turn(nth: u32, asked: &str, due: &str, ended: Option<(&str, Ending)>) -> Turn {
    let due = at(due);
    let ended = ended.map(|(when, ending)| Ended {
        at: at(when),
        ending,
        by: "desk".into(),
        in_time: ending.is_answer().then(|| at(when) <= due),
    });
    Turn { nth, asked_at: at(asked), due_at: Some(due), held: BusinessTime::ZERO, held_since: None, ended }
}

fn ticket(serial: u32, received: &str, turns: Vec<Turn>) -> Counted {
    Counted {
        number: TicketNumber::new("ZT", 2025, serial),
        kind: TicketKind::Inquiry,
        channel: Channel::Email,
        received_at: at(received),
        prefecture: Some("長野県".into()),
        organization: Some("長野県松本市".into()),
        tags: Vec::new(),
        asked_back: false,
        is_merged: false,
        turns,
    }
}

fn july(tickets: &[Counted], now: &str) -> Report {
    let calendar = Calendar::new(HoursRules::default());
    let mut gathering = Gathering::new(Period::month(2025, 7).unwrap(), &calendar, at(now));
    for ticket in tickets {
        gathering.add(ticket);
    }
    gathering.report(&Beside::default())
}

#[test]
fn the_edges_of_a_month_fall_by_the_desks_zone() {
    let first = "2025-06-30T23:59:59+09:00";
    let tickets: Vec<Counted> =
        [first, "2025-07-01T00:00:00+09:00", "2025-07-31T23:59:59+09:00", "2025-08-01T00:00:00+09:00"]
            .iter()
            .zip(1..)
            .map(|(received, serial)| ticket(serial, received, Vec::new()))
            .collect();
    let report = july(&tickets, "2025-08-05T10:00:00+09:00");
    assert_eq!(report.received.total, 2);
    assert!(report.complete);
    assert!(!july(&tickets, "2025-07-31T23:59:59+09:00").complete);
    let days: u64 = report.received.over_time.iter().map(|row| row.count).sum();
    assert_eq!((days, report.received.over_time.len()), (2, 31));
}

#[test]
fn answers_count_by_their_question() {
    let answered = |when| Some((when, Ending::Answered));
    let tickets = [
        // Late, and a second question in time: two questions of July.
        ticket(
            1,
            "2025-07-01T09:00:00+09:00",
            vec![
                turn(
                    1,
                    "2025-07-01T09:00:00+09:00",
                    "2025-07-02T17:00:00+09:00",
                    answered("2025-07-04T10:00:00+09:00"),
                ),
                turn(
                    2,
                    "2025-07-07T09:00:00+09:00",
                    "2025-07-08T17:00:00+09:00",
                    answered("2025-07-07T11:00:00+09:00"),
                ),
            ],
        ),
        // Received in June, asked again in July.
        ticket(
            2,
            "2025-06-27T09:00:00+09:00",
            vec![
                turn(
                    1,
                    "2025-06-27T09:00:00+09:00",
                    "2025-06-30T17:00:00+09:00",
                    answered("2025-06-27T10:00:00+09:00"),
                ),
                turn(2, "2025-07-10T09:00:00+09:00", "2025-07-11T17:00:00+09:00", None),
            ],
        ),
        ticket(
            3,
            "2025-07-31T16:00:00+09:00",
            vec![turn(
                1,
                "2025-07-31T16:00:00+09:00",
                "2025-08-04T16:00:00+09:00",
                Some(("2025-08-01T10:00:00+09:00", Ending::Closed)),
            )],
        ),
        ticket(
            4,
            "2025-07-15T09:00:00+09:00",
            vec![turn(
                1,
                "2025-07-15T09:00:00+09:00",
                "2025-07-16T17:00:00+09:00",
                Some(("2025-07-15T10:00:00+09:00", Ending::Merged)),
            )],
        ),
    ];
    let answers = july(&tickets, "2025-08-05T10:00:00+09:00").answers;
    assert_eq!(
        (answers.asked, answers.in_time, answers.late, answers.without_answer, answers.merged),
        (5, 1, 1, 1, 1)
    );
    assert_eq!((answers.open, answers.overdue, answers.waiting), (1, 1, 0));
    // 25 and 2 business hours.
    assert_eq!((answers.median_hours, answers.ninth_decile_hours), (Some(2.0), Some(25.0)));
    assert_eq!(answers.late_ones[0].days_late, 2);
    assert_eq!(answers.open_ones[0].number, "ZT-2025-0002");
}

#[test]
fn an_empty_month_has_no_median_and_every_day() {
    let report = july(&[], "2025-07-15T10:00:00+09:00");
    assert_eq!((report.received.total, report.answers.median_hours, report.complete), (0, None, false));
    assert_eq!(report.received.over_time.len(), 31);
    assert_eq!((report.prefectures, report.askers), (Vec::new(), Vec::new()));
}

#[test]
fn who_asks_is_counted_by_code_and_kind() {
    let unknown = Counted {
        prefecture: None,
        organization: None,
        ..ticket(2, "2025-07-02T09:00:00+09:00", Vec::new())
    };
    let tagged = Counted {
        tags: vec!["連携".into(), "様式".into()],
        prefecture: Some("北海道".into()),
        ..ticket(3, "2025-07-03T09:00:00+09:00", Vec::new())
    };
    let report = july(
        &[ticket(1, "2025-07-01T09:00:00+09:00", Vec::new()), unknown, tagged],
        "2025-08-05T10:00:00+09:00",
    );
    let lines = |rows: &[Row]| -> Vec<String> {
        rows.iter().map(|row| format!("{} {} {}", row.code, row.name, row.count)).collect()
    };
    assert_eq!(lines(&report.prefectures), ["01 北海道 1", "20 長野県 1", "  1"]);
    assert_eq!(lines(&report.askers), ["municipality municipality 2", "unknown unknown 1"]);
    assert_eq!((lines(&report.topics), report.untagged), (vec![" 様式 1".to_owned(), " 連携 1".into()], 2));
}

#[test]
fn editions_differ_by_their_figures_alone() {
    let one = july(&[ticket(1, "2025-07-01T09:00:00+09:00", Vec::new())], "2025-08-05T10:00:00+09:00");
    let later = Report { as_of: at("2025-08-06T10:00:00+09:00"), ..one.clone() };
    assert_eq!(differences(&one, &later), []);
    let two = july(
        &[
            ticket(1, "2025-07-01T09:00:00+09:00", Vec::new()),
            ticket(2, "2025-07-02T09:00:00+09:00", Vec::new()),
        ],
        "2025-08-06T10:00:00+09:00",
    );
    let changed: Vec<String> = differences(&one, &two)
        .iter()
        .map(|difference| {
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            format!("{} {}→{}", difference.figure, value(&difference.before), value(&difference.after))
        })
        .collect();
    assert!(changed.contains(&"received.total 1→2".to_owned()), "{changed:?}");
    assert!(changed.contains(&"received.over_time.2025-07-02 0→1".to_owned()), "{changed:?}");
}
