//! Meetings and visits of a region that is supported, from August to February on a rehearsed clock.

mod kept;
mod others;

use madoguchi::{
    mail::InboundMail,
    paper::{self, Format, Paper},
};

use crate::support::{
    case::{ADVISER, OFFICER, REPRESENTATIVE, supported},
    desk::{Desk, Done, on_both},
    mail::message,
    members::{mail_to, mails_to, reply},
};

on_both!(
    everybody_is_told_of_a_meeting_and_of_its_moves,
    a_change_that_is_stopped_in_time_never_was,
    everybody_is_reminded_once_in_business_hours,
    minutes_are_kept_with_their_files,
);

const CASE: &str = "ZT-2025-0001";
const SATO: &str = "sato@example.jp";

/// The parts of a mail to these people, in the order of the addresses: address, subject, and the lines that matter.
fn told(desk: &Desk, since: usize) -> Vec<(String, String)> {
    let mails = desk.smtp.mails();
    let mut told: Vec<(String, String)> = mails[since..]
        .iter()
        .map(|mail| (mail.to.join(","), madoguchi::mail::read(&mail.data).subject))
        .filter(|(to, _)| !to.ends_with("@example.jp"))
        .collect();
    told.sort();
    told
}

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("{now}+09:00"));
}

fn shell(desk: &Desk, words: &[&str]) -> Done {
    desk.run(&[&["application"], words].concat())
}

#[track_caller]
fn does(desk: &Desk, words: &[&str]) {
    let done = shell(desk, words);
    assert_eq!(done.code, Some(0), "{words:?}: {}", done.stderr);
}

#[track_caller]
fn refuses(desk: &Desk, words: &[&str], why: &str) {
    let done = shell(desk, words);
    assert_eq!(done.code, Some(1), "{words:?}: {}", done.stdout);
    assert!(done.stderr.contains(why), "{words:?}: {}", done.stderr);
}

/// The officer writes, so that members get a notice with a fresh key.
fn fresh_notice(desk: &mut Desk, now: &str, id: &str) -> InboundMail {
    let question = message(1, &format!("Re: [{CASE}] 申込書"), "よろしくお願いいたします。")
        .id(&format!("{id}@city.example.jp"));
    desk.deliver_at(question, &format!("{now}+09:00"));
    at(desk, now);
    desk.once();
    mail_to(desk, SATO, "伴走支援の応募への返信")
}

fn order(desk: &mut Desk, notice: &InboundMail, id: &str, now: &str, text: &str) {
    desk.deliver_at(reply(SATO, notice, id, text), &format!("{now}+09:00"));
    at(desk, now);
    desk.once();
}

/// The .ics of the newest mail to an address, unfolded.
fn calendar(desk: &Desk, to: &str) -> String {
    let mail = mails_to(desk, to).pop().unwrap();
    let file = mail.attachments.iter().find(|file| file.name == "meeting.ics").unwrap();
    assert_eq!(file.media_type, "text/calendar");
    String::from_utf8(file.bytes.clone()).unwrap().replace("\r\n ", "")
}

fn line<'t>(calendar: &'t str, key: &str) -> &'t str {
    calendar.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default()
}

fn everybody_is_told_of_a_meeting_and_of_its_moves(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    let before = desk.smtp.mails().len();
    order(
        desk,
        &notice,
        "o1",
        "2025-08-18T10:05:00",
        "お疲れ様です。\n会議 1 9月2日（火）14時～16時\n場所：県庁 第2会議室\n議題：\n現状の把握\n課題の確認\nアドバイザー：山本\n\nよろしくお願いします。",
    );
    assert_eq!(told(desk, before), [], "nothing leaves before the undo time is over");
    let echo = mail_to(desk, SATO, "送信前のご確認");
    for part in [REPRESENTATIVE, OFFICER, ADVISER, "令和7年9月2日（火）14:00～16:00", "meeting.ics"]
    {
        assert!(echo.text.contains(part), "{part}: {}", echo.text);
    }
    at(desk, "2025-08-18T10:20:00");
    desk.once();
    let subject = |what: &str| format!("[{CASE}] 伴走支援 第1回会議（{what}のご案内）");
    let to_all =
        |what: &str| [REPRESENTATIVE, OFFICER, ADVISER].map(|to| (to.to_owned(), subject(what))).to_vec();
    let sorted = |mut told: Vec<(String, String)>| {
        told.sort();
        told
    };
    assert_eq!(told(desk, before), sorted(to_all("開催")));
    let letter = mail_to(desk, REPRESENTATIVE, "第1回会議").text;
    assert!(letter.starts_with("花里総合病院 地域連携室\n早川 望 様\n"), "{letter}");
    assert!(letter.contains("　アドバイザー：山本 一郎 様（北山大学）\n"), "{letter}");
    let to_adviser = mail_to(desk, ADVISER, "第1回会議");
    assert!(to_adviser.text.starts_with("北山大学\n山本 一郎 様\n"), "{}", to_adviser.text);
    assert!(!to_adviser.text.contains("周知"), "{}", to_adviser.text);
    let first = calendar(desk, REPRESENTATIVE);
    assert_eq!(
        (line(&first, "DTSTART:"), line(&first, "SEQUENCE:"), line(&first, "METHOD:")),
        ("20250902T050000Z", "0", "PUBLISH")
    );
    // Moved three times.
    for (nth, (day, now)) in
        [("9月9日", "2025-08-19"), ("9月16日", "2025-08-20"), ("9月30日", "2025-08-21")].iter().enumerate()
    {
        let before = desk.smtp.mails().len();
        let id = format!("m{nth}");
        order(
            desk,
            &notice,
            &id,
            &format!("{now}T10:00:00"),
            &format!("会議 1 {day} 14:00-16:00 に変更します。"),
        );
        at(desk, &format!("{now}T10:20:00"));
        desk.once();
        assert_eq!(told(desk, before), sorted(to_all("変更")), "{day}");
        let moved = calendar(desk, ADVISER);
        assert_eq!(line(&moved, "SEQUENCE:"), (nth + 1).to_string(), "{day}");
        assert_eq!(line(&moved, "UID:"), line(&first, "UID:"), "{day}");
    }
    let letter = mail_to(desk, OFFICER, "変更").text;
    assert!(letter.contains("（変更前：令和7年9月16日（火）14:00～16:00）"), "{letter}");
    assert!(letter.contains("県庁 第2会議室"), "what is not named stays: {letter}");
    let before = desk.smtp.mails().len();
    order(desk, &notice, "c", "2025-08-22T10:00:00", "会議中止 1\n連絡：台風の接近のためです。");
    at(desk, "2025-08-22T10:20:00");
    desk.once();
    assert_eq!(told(desk, before), sorted(to_all("中止")));
    let cancelled = calendar(desk, REPRESENTATIVE);
    assert_eq!((line(&cancelled, "STATUS:"), line(&cancelled, "SEQUENCE:")), ("CANCELLED", "4"));
    assert!(mail_to(desk, OFFICER, "中止").text.contains("台風の接近のためです。"));
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn a_change_that_is_stopped_in_time_never_was(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    order(desk, &notice, "o1", "2025-08-18T10:05:00", "会議 1 9月2日 14:00-16:00");
    at(desk, "2025-08-18T10:20:00");
    desk.once();
    let before = desk.smtp.mails().len();
    order(desk, &notice, "o2", "2025-08-18T11:00:00", "会議 1 9月9日 14:00-16:00");
    order(desk, &notice, "o3", "2025-08-18T11:02:00", "会議 1 9月10日 14:00-16:00");
    let explained = mail_to(desk, SATO, "できなかった操作").text;
    assert!(explained.contains("先の案内が送信を待っています"), "{explained}");
    let echo = mail_to(desk, SATO, "送信前のご確認");
    order(desk, &echo, "o4", "2025-08-18T11:05:00", "取消");
    at(desk, "2025-08-18T11:30:00");
    desk.once();
    assert_eq!(told(desk, before), [], "no letter left");
    let done = mail_to(desk, SATO, "取りやめました").text;
    assert!(done.contains("予定は元のままです"), "{done}");
    // The meeting is where it was, so the same order is a change again, with the number after the first.
    order(desk, &notice, "o5", "2025-08-18T11:40:00", "会議 1 9月11日 14:00-16:00");
    at(desk, "2025-08-18T12:00:00");
    desk.once();
    assert_eq!(line(&calendar(desk, REPRESENTATIVE), "SEQUENCE:"), "1");
    let letter = mail_to(desk, REPRESENTATIVE, "変更").text;
    assert!(letter.contains("（変更前：令和7年9月2日（火）14:00～16:00）"), "{letter}");
}

fn everybody_is_reminded_once_in_business_hours(desk: &mut Desk) {
    supported(desk);
    at(desk, "2025-08-18T10:00:00");
    // Tuesday after a Monday holiday: 24 business hours before 14:00 is Wednesday, 14:00.
    does(desk, &["meeting", "set", CASE, "1", "9/16 14:00-16:00", "--adviser", "山本", "--place", "県庁"]);
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    let before = desk.smtp.mails().len();
    at(desk, "2025-09-10T13:59:00");
    desk.once();
    assert_eq!(told(desk, before), []);
    // The desk was down until the evening.
    at(desk, "2025-09-10T18:00:00");
    desk.once();
    assert_eq!(told(desk, before), []);
    at(desk, "2025-09-11T09:00:01");
    desk.once();
    desk.once();
    let reminder = format!("[{CASE}] 伴走支援 第1回会議 9月16日（火）のご確認");
    let mut expected =
        [REPRESENTATIVE, OFFICER, ADVISER].map(|to| (to.to_owned(), reminder.clone())).to_vec();
    expected.sort();
    assert_eq!(told(desk, before), expected);
    // Moved, it is told again. A meeting that is set for tomorrow needs no reminder.
    does(desk, &["meeting", "set", CASE, "1", "9/30 14:00-16:00"]);
    does(desk, &["meeting", "set", CASE, "2", "9/12 10:00-12:00"]);
    at(desk, "2025-09-11T10:00:00");
    desk.once();
    let before = desk.smtp.mails().len();
    at(desk, "2025-09-26T09:30:00");
    desk.once();
    let reminded = told(desk, before);
    assert_eq!(reminded.len(), 3, "{reminded:?}");
    assert!(reminded.iter().all(|(_, subject)| subject.contains("9月30日（火）")), "{reminded:?}");
}

fn minutes_are_kept_with_their_files(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    order(desk, &notice, "o1", "2025-08-18T10:05:00", "会議 1 9月2日 14:00-16:00");
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    order(desk, &notice, "o2", "2025-09-01T10:00:00", "議事録 1 出席12名");
    assert!(mail_to(desk, SATO, "できなかった操作").text.contains("まだ開催の日時になっていません"));
    let before = desk.smtp.mails().len();
    let mail = reply(SATO, &notice, "o3", "").header("Content-Type", "multipart/mixed; boundary=b").body(
        "--b\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n議事録 1\n出席12名。課題を確認した。\n--b\nContent-Type: application/pdf; name=\"minutes.pdf\"\nContent-Disposition: attachment; filename=\"minutes.pdf\"\n\nPDF\n--b--\n",
    );
    desk.deliver_at(mail, "2025-09-02T17:00:00+09:00");
    at(desk, "2025-09-02T17:05:00");
    desk.once();
    assert_eq!(told(desk, before), [], "minutes stay inside");
    let ticket = desk.json(&["ticket", "show", CASE]);
    let note = ticket["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(note["direction"], "note");
    assert_eq!(note["text"], "議事録：第1回会議\n出席12名。課題を確認した。");
    assert_eq!(note["attachments"][0]["name"], "minutes.pdf");
    refuses(desk, &["meeting", "set", CASE, "1", "9/30 14:00-16:00"], "it took place, and has minutes");
    does(desk, &["meeting", "set", CASE, "2", "10/7 14:00-16:00", "--place", "市役所"]);
    at(desk, "2025-09-02T17:30:00");
    desk.once();
    does(desk, &["meeting", "set", CASE, "2", "10/8 14:00-16:00"]);
    let report = desk.json(&["application", "report"]);
    assert_eq!(
        (&report["applications"][0]["decision"], &report["applications"][0]["versions"]),
        (&"selected".into(), &1.into())
    );
    let meetings = report["cases"][0]["meetings"].as_array().unwrap().clone();
    let told: Vec<String> = meetings
        .iter()
        .map(|met| {
            format!(
                "{} {} {} {} changed {} {}",
                met["kind"], met["nth"], met["stage"], met["starts_at"], met["changes"], met["minutes"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""meeting" 1 "held" "2025-09-02T14:00:00+09:00" changed 0 ["minutes.pdf"]"#,
            r#""meeting" 2 "set" "2025-10-08T14:00:00+09:00" changed 1 []"#,
        ]
    );
    let file = desk.dir.path().join("report.docx");
    does(desk, &["report", "--out", file.to_str().unwrap()]);
    let (format, files) = opened(&std::fs::read(&file).unwrap());
    assert_eq!(format, Format::Docx);
    let text: Vec<String> =
        files.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.clone()).collect();
    for part in ["第1回会議", "令和7年9月2日（火）14:00～16:00", "minutes.pdf", "予定（変更1回）"]
    {
        assert!(text.iter().any(|cell| cell == part), "{part}: {text:?}");
    }
}

fn opened(bytes: &[u8]) -> (Format, Paper) {
    let opened = paper::read("report.docx", bytes);
    (opened.format, opened.files.into_iter().next().unwrap().paper.unwrap())
}
