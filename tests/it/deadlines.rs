//! What is due by the clock: warnings, missed deadlines, the end of the window, and changes of the calendar.

use std::fmt::Write as _;

use madoguchi::desk::form::FieldKey;

use crate::support::{
    desk::{Desk, On, on_both},
    mail::{Mail, inquiry, message},
    wait::wait_until,
};

on_both!(
    a_whole_window,
    one_ticket_with_two_answers_is_told_as_such_when_the_window_has_closed,
    what_was_missed_while_down_is_told_once_and_together,
    a_calendar_that_changes_moves_deadlines_and_says_so,
    the_daemon_warns_at_the_very_minute
);

const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
                     [[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n\
                     [answers]\nnew_ticket = \"none\"\n[digest]\nat = []\n";
const MINISTRY: &str = "iryo@mhlw.example.jp";

impl Desk {
    /// One pass at an instant. Returns recipient, Auto-Submitted, subject and text of each mail that it sent, sorted.
    fn pass(&mut self, now: &str) -> Vec<[String; 4]> {
        let before = self.smtp.mails().len();
        self.starts_at(now);
        self.once();
        let mut left: Vec<[String; 4]> = self.smtp.mails()[before..]
            .iter()
            .map(|sent| {
                let mail = madoguchi::mail::read(&sent.data);
                let header = mail.headers.iter().find(|header| header.name == "Auto-Submitted");
                [
                    sent.to.join(", "),
                    header.map(|header| header.value.clone()).unwrap_or_default(),
                    mail.subject,
                    mail.text,
                ]
            })
            .collect();
        left.sort();
        left
    }

    fn subjects(&mut self, now: &str) -> Vec<String> {
        self.pass(now).into_iter().map(|[to, _, subject, _]| format!("{to}: {subject}")).collect()
    }
}

/// The whole window of the circular, with mails at its edges and a pass whenever something may be due. Both databases
/// must send the same text: they share the snapshot.
fn a_whole_window(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(&format!("[[contacts]]\nname = \"厚生労働省\"\naddress = \"{MINISTRY}\"\n"));
    let mut told = String::new();
    let mut nth = 0;
    let mut look = |desk: &mut Desk, now: &str| {
        for [to, kind, subject, text] in desk.pass(now) {
            writeln!(told, "════ {now}　→ {to}　[{kind}]\n件名：{subject}\n\n{text}\n").unwrap();
        }
    };
    // (mail, received, passes after it)
    for (what, received, looks) in [
        ("form", "2025-06-26T23:59:59+09:00", &["2025-06-27T00:00:00+09:00"][..]),
        // The first instant of the window, at night: due on Monday at 17:00, reported as missed on Tuesday at 9:00.
        (
            "form",
            "2025-06-27T00:00:00+09:00",
            &[
                "2025-06-27T00:00:30+09:00",
                "2025-06-27T09:00:00+09:00",
                "2025-06-30T13:00:00+09:00",
                "2025-06-30T17:00:01+09:00",
                "2025-06-30T22:00:00+09:00",
                "2025-07-01T09:00:00+09:00",
                "2025-07-01T10:00:00+09:00",
            ],
        ),
        // One second before the weekend of 海の日 (07-21).
        (
            "form",
            "2025-07-18T16:59:59+09:00",
            &[
                "2025-07-18T17:05:00+09:00",
                "2025-07-21T12:00:00+09:00",
                "2025-07-23T12:59:30+09:00",
                "2025-07-23T13:00:00+09:00",
                "2025-07-24T09:00:00+09:00",
            ],
        ),
        // Held until a Friday on which its assignee is away. The Monday behind the weekend is 山の日.
        ("form", "2025-08-04T10:00:00+09:00", &["2025-08-04T10:01:00+09:00"]),
        (
            "hold",
            "2025-08-04T11:00:00+09:00",
            &[
                "2025-08-04T11:01:00+09:00",
                "2025-08-04T11:30:00+09:00",
                "2025-08-06T13:00:00+09:00",
                "2025-08-08T09:00:00+09:00",
                "2025-08-12T13:00:00+09:00",
                "2025-08-13T09:00:00+09:00",
            ],
        ),
        // Exactly closing time. 敬老の日 is the Monday before, 秋分の日 the Tuesday after.
        ("form", "2025-09-19T17:00:00+09:00", &["2025-09-19T17:01:00+09:00", "2025-09-25T13:00:00+09:00"]),
        // A question to the ministry, whose answer comes at the end of the Friday before スポーツの日 (10-13).
        ("form", "2025-10-01T10:00:00+09:00", &["2025-10-01T10:01:00+09:00"]),
        (
            "forward",
            "2025-10-01T11:00:00+09:00",
            &["2025-10-01T11:01:00+09:00", "2025-10-01T11:30:00+09:00", "2025-10-06T13:00:00+09:00"],
        ),
        (
            "answer of the ministry",
            "2025-10-10T16:00:00+09:00",
            &["2025-10-10T16:01:00+09:00", "2025-10-13T10:00:00+09:00"],
        ),
        (
            "quote",
            "2025-10-14T10:00:00+09:00",
            &["2025-10-14T10:01:00+09:00", "2025-10-14T10:30:00+09:00", "2025-10-16T13:00:00+09:00"],
        ),
        // A question without the form. A member takes it in on the next day, when its clock starts.
        ("without form", "2025-10-20T10:00:00+09:00", &["2025-10-20T10:01:00+09:00"]),
        (
            "take in",
            "2025-10-21T10:00:00+09:00",
            &["2025-10-21T10:01:00+09:00", "2025-10-22T13:59:00+09:00", "2025-10-23T10:30:30+09:00"],
        ),
        // Half an hour before the year's last closing, then New Year's Eve and New Year's Day.
        ("form", "2025-12-26T16:30:00+09:00", &["2025-12-26T16:31:00+09:00"]),
        ("incomplete", "2025-12-31T23:59:59+09:00", &["2026-01-01T00:00:00+09:00"]),
        (
            "form",
            "2026-01-01T00:00:00+09:00",
            &[
                "2026-01-01T00:00:30+09:00",
                "2026-01-03T12:00:00+09:00",
                "2026-01-05T09:00:00+09:00",
                "2026-01-06T12:30:00+09:00",
                "2026-01-06T16:30:01+09:00",
                "2026-01-07T09:00:00+09:00",
            ],
        ),
        // The last week: a Sunday, then 天皇誕生日.
        ("form", "2026-02-22T10:00:00+09:00", &["2026-02-22T10:01:00+09:00"]),
        ("form", "2026-02-28T23:59:59+09:00", &["2026-03-01T00:00:00+09:00"]),
        ("form", "2026-03-01T00:00:00+09:00", &["2026-03-01T00:00:30+09:00"]),
        (
            "follow-up",
            "2026-03-02T08:00:00+09:00",
            &[
                "2026-03-02T08:30:00+09:00",
                "2026-03-02T09:00:00+09:00",
                "2026-03-03T13:00:00+09:00",
                "2026-03-04T09:00:00+09:00",
            ],
        ),
    ] {
        nth += 1;
        desk.starts_at(received);
        let mail = match what {
            "form" => Some(inquiry(nth)),
            "incomplete" => Some(inquiry(nth).without_field(FieldKey::Inquiry)),
            "without form" => Some(message(nth, "お尋ね", "会議の進め方について、教えてください。")),
            "follow-up" => Some(
                message(2, "[ZT-2025-0001] 追加の質問", "もう一点教えてください。")
                    .id("again@city.example.jp"),
            ),
            "answer of the ministry" => Some(answer_of_the_ministry(desk)),
            order => {
                carry_out(desk, order);
                None
            }
        };
        if let Some(mail) = mail {
            desk.deliver_at(mail, received);
        }
        looks.iter().for_each(|now| look(desk, now));
    }
    // Staff keys depend on the secret of the desk.
    insta::with_settings!({filters => vec![(r"(#|%23)[0-9a-hjkmnp-tv-z]{14}\b", "$1[key]")]}, {
        insta::assert_snapshot!("whole_window", told);
    });
}

/// What a member does in the window, from the shell.
fn carry_out(desk: &Desk, what: &str) {
    match what {
        "hold" => {
            order(desk, &["ticket", "assign", "ZT-2025-0003", "伊藤"], "");
            let hold =
                ["ticket", "hold", "ZT-2025-0003", "--until", "2025-08-08", "--reason", "厚労省に確認中"];
            order(desk, &hold, "");
            order(desk, &["absence", "add", "伊藤", "2025-08-07", "2025-08-12", "--substitute", "佐藤"], "");
        }
        "forward" => order(desk, &["ticket", "forward", "ZT-2025-0005", "厚生労働省"], ""),
        "quote" => order(desk, &["ticket", "quote", "ZT-2025-0005"], "厚生労働省に確認しました。"),
        "take in" => {
            let parked = desk.json(&["parked", "list"]);
            let question = parked.as_array().unwrap().iter().find(|row| row["reason"] == "no_form").unwrap();
            order(desk, &["parked", "accept", &question["id"].to_string()], "");
        }
        _ => unreachable!("{what}"),
    }
}

fn order(desk: &Desk, arguments: &[&str], text: &str) {
    let done = desk.pipe(arguments, text.as_bytes());
    assert_eq!(done.code, Some(0), "{arguments:?} {}", done.stderr);
}

fn answer_of_the_ministry(desk: &Desk) -> Mail {
    let mails = desk.smtp.mails();
    let question = mails.iter().find(|mail| mail.to == [MINISTRY]).unwrap();
    let question = madoguchi::mail::read(&question.data);
    Mail::new()
        .from(MINISTRY)
        .subject(&format!("RE: {}", question.subject))
        .in_reply_to(question.message_id.as_deref().unwrap())
        .id("reply@mhlw.example.jp")
        .body(format!("多職種で構成してください。\n\n> {}\n", question.text.replace('\n', "\n> ")))
}

fn one_ticket_with_two_answers_is_told_as_such_when_the_window_has_closed(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.undo", "1s");
    let answer = |desk: &mut Desk, now: &str, text: &str| {
        desk.starts_at(now);
        let done = desk.pipe(&["ticket", "answer", "ZT-2025-0001"], text.as_bytes());
        assert_eq!(done.code, Some(0), "{}", done.stderr);
    };
    desk.deliver_at(inquiry(1), "2025-07-01T09:30:00+09:00");
    desk.pass("2025-07-01T09:31:00+09:00");
    answer(desk, "2025-07-01T10:00:00+09:00", "一つ目の回答です。");
    desk.pass("2025-07-01T10:01:00+09:00");
    let again = message(1, "Re: [ZT-2025-0001] 照会", "もう一点教えてください。").id("again@city.example.jp");
    desk.deliver_at(again, "2025-07-02T09:30:00+09:00");
    desk.pass("2025-07-02T09:31:00+09:00");
    answer(desk, "2025-07-10T10:00:00+09:00", "二つ目の回答です。");
    desk.pass("2025-07-10T10:01:00+09:00");
    let told = desk.pass("2026-03-02T09:00:00+09:00");
    let summary = told.iter().find(|[_, _, subject, _]| subject.contains("受付終了")).unwrap();
    for line in
        ["【受け付けた照会】　1件\n", "　回答済・完了　　　1件\n", "　2回（期限内 1回、期限後 1回）\n"]
    {
        assert!(summary[3].contains(line), "{line}: {}", summary[3]);
    }
}

fn what_was_missed_while_down_is_told_once_and_together(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    // The desk was down until long after the deadline, and starts at night.
    assert_eq!(desk.subjects("2025-07-14T03:00:00+09:00"), [""; 0]);
    assert_eq!(
        desk.subjects("2025-07-14T09:00:00+09:00"),
        ["sato@example.jp: 【期限超過】回答期限を過ぎた照会が2件あります"],
        "no warning, one mail for both, and to the lead alone"
    );
    assert_eq!(desk.subjects("2025-07-14T09:00:10+09:00"), [""; 0]);
    // Somebody sets the clock back, then forward again.
    assert_eq!(desk.subjects("2025-07-03T09:15:00+09:00"), [""; 0]);
    assert_eq!(desk.subjects("2025-07-15T10:00:00+09:00"), [""; 0]);
    let shown = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    let told =
        shown["events"].as_array().unwrap().iter().filter(|event| event["what"] == "deadline_missed").count();
    assert_eq!(told, 1, "{shown}");
    assert_eq!(desk.json(&["ticket", "list"])[0]["overdue"], true);
    assert_eq!(desk.json(&["ticket", "list"])[0]["left"], "0h");
}

fn a_calendar_that_changes_moves_deadlines_and_says_so(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(desk.tickets()[0]["deadline"], "2025-07-03T09:30:00+09:00");
    desk.set("hours.closed", "2025-07-02,12-29..01-03");
    desk.once();
    assert_eq!(desk.tickets()[0]["deadline"], "2025-07-04T09:30:00+09:00");
    desk.once();
    let shown = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    let moved: Vec<_> =
        shown["events"].as_array().unwrap().iter().filter(|event| event["what"] == "recounted").collect();
    assert_eq!(moved.len(), 1);
    let detail = moved[0]["detail"].as_str().unwrap();
    assert!(detail.contains("2025-07-03T09:30:00+09:00 → 2025-07-04T09:30:00+09:00"), "{detail}");
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn the_daemon_warns_at_the_very_minute(desk: &mut Desk) {
    desk.add_settings(STAFF);
    // Received on 1 July at 9:30: the warning is due on 2 July at 13:30.
    desk.deliver(inquiry(1));
    desk.once();
    desk.starts_at("2025-07-02T13:29:57+09:00");
    let mut daemon = desk.spawn(&["run"]);
    let warned = || desk.smtp.mails().iter().filter(|mail| mail.to == ["sato@example.jp"]).count();
    wait_until("the warning", || warned() > 0);
    daemon.kill();
    assert_eq!(warned(), 1);
    let mail = desk.smtp.mails().into_iter().find(|mail| mail.to == ["sato@example.jp"]).unwrap();
    let date = madoguchi::mail::read(&mail.data).date.unwrap().with_timezone(&chrono::Utc);
    let due: chrono::DateTime<chrono::Utc> = "2025-07-02T13:30:00+09:00".parse().unwrap();
    assert!(date >= due && date < due + chrono::TimeDelta::seconds(5), "{date}");
}

#[test]
fn check_says_when_business_time_outruns_the_published_holidays() {
    let mut desk = Desk::on(On::Sqlite);
    desk.add_settings(STAFF);
    let calm = desk.run(&["check"]);
    assert!(calm.stdout.contains("ok     calendar"), "{}", calm.stdout);
    desk.set("window.closes", "2028-02-29");
    let check = desk.run(&["check"]);
    assert_eq!(check.code, Some(0));
    assert!(check.stdout.contains("WARN   calendar: the window closes on 2028-02-29"), "{}", check.stdout);
    desk.set("window.closes", "2026-02-28");
    desk.deliver_at(inquiry(1), "2026-02-27T16:00:00+09:00");
    desk.starts_at("2026-02-27T16:05:00+09:00");
    desk.set("sla.answer_within", "3900h");
    desk.once();
    let check = desk.run(&["check"]);
    assert!(check.stdout.contains("WARN   calendar: a deadline lies in 2028"), "{}", check.stdout);
}

#[test]
fn a_month_is_shown_as_people_read_one() {
    let desk = Desk::on(On::Sqlite);
    let shown = desk.run(&["calendar", "show", "2025-12"]);
    insta::assert_snapshot!("calendar_show", shown.stdout);
    let json = desk.json(&["calendar", "show", "2026-09"]);
    assert_eq!(json["days"].as_array().unwrap().len(), 30);
    assert_eq!(json["days"][21]["reason"], "国民の休日");
    assert_eq!(json["days"][23]["opens"], "09:00");
    let due = desk.run(&["calendar", "due", "--from", "2025-12-26T16:30:00+09:00", "--hours", "8"]);
    insta::assert_snapshot!("calendar_due", due.stdout);
    let wrong = desk.run(&["calendar", "show", "December"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("YYYY-MM"), "{}", wrong.stderr);
}
