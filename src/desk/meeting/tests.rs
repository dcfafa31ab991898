//! Courses of meetings and visits, each as a line of orders.

use super::*;

const MOST: Most = Most { meetings: 4, visits: 3 };

fn at(text: &str) -> DateTime<Utc> {
    format!("2025-{text}:00+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

fn plan(day: &str, adviser: &str) -> Plan {
    let span = (!day.is_empty()).then(|| (at(&format!("{day}T14:00")), at(&format!("{day}T16:00"))));
    Plan { span, adviser: (!adviser.is_empty()).then(|| adviser.to_owned()), ..Plan::default() }
}

/// Carries out orders such as 「meeting 1 09-02」 on 1 September, and shows what came of the last.
fn course(orders: &str) -> String {
    let mut now = at("09-01T09:00");
    let mut meetings = Meetings::default();
    let mut last = String::new();
    for order in orders.split(", ") {
        let words: Vec<&str> = order.split(' ').collect();
        let nth = |at: usize| words.get(at).and_then(|word| word.parse().ok());
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let made = match words[0] {
            "now" => {
                now = at(&format!("{}T17:00", word(1)));
                continue;
            }
            "meeting" => meetings.arranged((MeetingKind::Meeting, nth(1)), plan(word(2), word(3)), MOST, now),
            "place" => {
                let plan = Plan { place: Some(word(2).to_owned()), ..Plan::default() };
                meetings.arranged((MeetingKind::Meeting, nth(1)), plan, MOST, now)
            }
            "visit" => meetings.arranged((MeetingKind::Visit, None), plan(word(1), word(2)), MOST, now),
            "move" => meetings.arranged((MeetingKind::Visit, nth(1)), plan(word(2), word(3)), MOST, now),
            "confirm" => meetings.confirmed(nth(1).unwrap(), now),
            "declined" => meetings.declined(nth(1).unwrap()),
            "cancel" => meetings.cancelled(word(1).parse().unwrap(), nth(2).unwrap()),
            "held" => meetings.held(word(1).parse().unwrap(), nth(2).unwrap(), now),
            other => panic!("{other}"),
        };
        last = match made {
            Ok(made) => {
                let shown = format!(
                    "{} {} {} {} #{}",
                    made.kind,
                    made.nth,
                    made.stage,
                    made.starts.format("%m-%d"),
                    made.sequence
                );
                meetings.0.retain(|known| (known.kind, known.nth) != (made.kind, made.nth));
                meetings.0.push(made);
                shown
            }
            Err(why) => format!("{why:?}"),
        };
    }
    last
}

#[test]
fn meetings_and_visits_take_their_course() {
    let table = [
        ("meeting 1 09-02", "meeting 1 set 09-02 #0"),
        ("meeting 1 09-02, meeting 1 09-09, meeting 1 09-16, meeting 1 09-23", "meeting 1 set 09-23 #3"),
        ("meeting 1 09-02, meeting 1 09-02", "NothingChanges"),
        ("meeting 1 09-02, place 1 県庁", "meeting 1 set 09-02 #1"),
        ("place 1 県庁", "NoDay"),
        ("meeting 1 08-29", "InPast"),
        ("meeting 1 09-02, meeting 1 08-29", "InPast"),
        ("meeting 1 09-02, now 09-03, place 1 県庁", "InPast"),
        ("meeting 5 09-02", "TooMany { kind: Meeting, count: 4 }"),
        ("meeting 0 09-02", "TooMany { kind: Meeting, count: 4 }"),
        ("meeting 1 09-02, cancel meeting 1", "meeting 1 cancelled 09-02 #1"),
        ("meeting 1 09-02, cancel meeting 1, cancel meeting 1", "NoSuch { kind: Meeting, nth: 1 }"),
        ("cancel meeting 1", "NoSuch { kind: Meeting, nth: 1 }"),
        ("meeting 1 09-02, cancel meeting 1, meeting 1 09-09", "meeting 1 set 09-09 #2"),
        ("meeting 1 09-02, held meeting 1", "NotYet"),
        ("meeting 1 09-02, now 09-02, held meeting 1", "meeting 1 held 09-02 #0"),
        ("meeting 1 09-02, now 09-02, held meeting 1, held meeting 1", "meeting 1 held 09-02 #0"),
        ("meeting 1 09-02, now 09-02, held meeting 1, meeting 1 09-09", "AlreadyHeld"),
        ("meeting 1 09-02, now 09-02, held meeting 1, cancel meeting 1", "AlreadyHeld"),
        ("meeting 1 09-02, now 09-03, cancel meeting 1", "meeting 1 cancelled 09-02 #1"),
        ("meeting 1 09-02, meeting 1 09-02 a", "meeting 1 set 09-02 #1"),
        ("visit 09-02 a", "visit 1 asked 09-02 #0"),
        ("visit 09-02", "NoAdviser"),
        ("visit  a", "NoDay"),
        ("visit 08-29 a", "InPast"),
        ("visit 09-02 a, confirm 1", "visit 1 set 09-02 #1"),
        ("visit 09-02 a, confirm 1, confirm 1", "AlreadySet"),
        ("visit 09-02 a, now 09-03, confirm 1", "InPast"),
        ("visit 09-02 a, declined 1", "visit 1 cancelled 09-02 #1"),
        ("visit 09-02 a, confirm 1, declined 1", "NotAsked"),
        ("visit 09-02 a, declined 1, visit 09-03 b", "visit 1 asked 09-03 #2"),
        ("visit 09-02 a, move 1 09-03", "visit 1 asked 09-03 #1"),
        ("visit 09-02 a, confirm 1, move 1 09-03", "visit 1 set 09-03 #2"),
        ("visit 09-02 a, move 1 09-02 b", "OtherAdviser"),
        ("move 1 09-02", "NoSuch { kind: Visit, nth: 1 }"),
        ("visit 09-02 a, now 09-02, held visit 1", "NotSet"),
        ("visit 09-02 a, visit 09-03 a, visit 09-04 b", "visit 3 asked 09-04 #0"),
        ("visit 09-02 a, visit 09-03 a, visit 09-04 b, visit 09-05 b", "TooMany { kind: Visit, count: 3 }"),
        (
            "visit 09-02 a, visit 09-03 a, visit 09-04 b, cancel visit 2, visit 09-05 b",
            "visit 2 asked 09-05 #2",
        ),
        (
            "visit 09-02 a, confirm 1, now 09-02, held visit 1, visit 09-03 a, visit 09-04 a, visit 09-05 a",
            "TooMany { kind: Visit, count: 3 }",
        ),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter(|(orders, expected)| course(orders) != *expected)
        .map(|(orders, expected)| format!("{orders}: {} instead of {expected}", course(orders)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_adviser_is_named_with_or_without_a_title() {
    for (wanted, expected) in [
        ("山本 一郎", true),
        ("山本", true),
        ("山本先生", true),
        ("山本　一郎 先生", true),
        ("一郎", false),
        ("山田", false),
        ("先生", false),
        ("", false),
    ] {
        assert_eq!(is_named("山本 一郎 先生", wanted), expected, "{wanted}");
    }
}
