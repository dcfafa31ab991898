//! 保留: until when and why, what the inquirer is told, and what happens on the day.

use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
    members::{INQUIRER, STAFF, link, mail_to, mails_to, reply, tapped},
};

on_both!(
    a_hold_tells_the_inquirer_a_day_and_its_morning_tells_the_member,
    a_hold_without_a_day_is_asked_about_and_a_stopped_letter_ends_it,
    the_shell_holds_as_members_do,
    nothing_is_held_while_its_answer_waits_to_leave,
    a_question_that_nobody_answers_comes_back_to_staff,
    tickets_that_waited_without_an_end_get_a_day_and_one_mail
);

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-07-{now}+09:00"));
    desk.once();
}

fn order(desk: &Desk, nth: usize, body: &str, received: &str) {
    let notice = mail_to(desk, "ito@example.jp", "新しい照会");
    let mail: Mail = reply("ito@example.jp", &notice, &format!("order-{nth}"), body);
    desk.deliver_at(mail, &format!("2025-07-{received}+09:00"));
}

fn ticket(desk: &Desk) -> serde_json::Value {
    desk.json(&["ticket", "show", "ZT-2025-0001"])
}

fn state(desk: &Desk) -> [String; 5] {
    let ticket = ticket(desk);
    ["status", "waiting_for", "held_until", "promised_on", "deadline"]
        .map(|key| ticket[key].as_str().unwrap_or("-").to_owned())
}

fn a_hold_tells_the_inquirer_a_day_and_its_morning_tells_the_member(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(state(desk), ["open", "-", "-", "2025-07-03", "2025-07-03T09:30:00+09:00"]);
    order(desk, 1, "担当\n保留 7/10 厚労省に確認中", "01T10:10:00");
    at(desk, "01T10:30:00");
    assert_eq!(state(desk), ["waiting", "desk", "2025-07-10", "2025-07-03", "-"], "the letter has not left");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("ご回答は7月10日（木）頃を予定しております"), "{}", echo.text);
    at(desk, "01T10:45:00");
    assert_eq!(state(desk), ["waiting", "desk", "2025-07-10", "2025-07-10", "-"]);
    let letter = mail_to(desk, INQUIRER, "回答にお時間をいただくご連絡");
    assert!(letter.text.contains("ご回答は7月10日（木）頃を予定しております"), "{}", letter.text);
    assert!(!letter.text.contains("厚労省"), "the reason stays inside");
    assert!(ticket(desk)["messages"].to_string().contains("厚労省に確認中"), "the reason is a note");
    // An addition of the inquirer's does not end the hold.
    let more = message(1, &format!("Re: {}", letter.subject), "追記です。").id("more@city.example.jp");
    desk.deliver_at(more, "2025-07-02T10:00:00+09:00");
    at(desk, "02T13:01:00");
    assert_eq!(state(desk)[0], "waiting");
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(preview.contains("保留中（事務局）の照会") && !preview.contains("返信待ちの照会"), "{preview}");
    assert!(preview.contains("7月10日（木）まで保留中"), "{preview}");
    at(desk, "10T08:59:00");
    assert_eq!(state(desk)[0], "waiting");
    at(desk, "10T09:00:30");
    // At half past ten, 15 of 16 hours were left.
    let [status, waiting_for, until, promised, deadline] = state(desk);
    assert_eq!([status, waiting_for, until, promised], ["open", "-", "-", "2025-07-10"]);
    assert!(deadline.starts_with("2025-07-11T1"), "{deadline}");
    assert!(mail_to(desk, "ito@example.jp", "保留の期日").text.contains("ZT-2025-0001"));
    assert!(mails_to(desk, "sato@example.jp").iter().all(|mail| !mail.subject.contains("保留の期日")));
    let list = mail_to(desk, "ito@example.jp", "日次一覧").text;
    let first = list.lines().find(|line| line.starts_with("━━━━")).unwrap();
    assert!(first.contains("本日までに回答するとお伝えした照会"), "{list}");
}

fn a_hold_without_a_day_is_asked_about_and_a_stopped_letter_ends_it(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    for (nth, (body, part)) in [
        ("保留", "回答を予定する日付と理由を添えてください"),
        ("保留 7/1 確認中", "明日から半年以内"),
        ("保留 7/12 確認中", "窓口を休む日"),
        ("保留 7/10（金）確認中", "7月10日"),
    ]
    .into_iter()
    .enumerate()
    {
        order(desk, nth, body, &format!("01T10:0{nth}:00"));
        at(desk, &format!("01T10:0{nth}:30"));
        let told = mails_to(desk, "ito@example.jp").pop().unwrap();
        assert!(told.text.contains(part), "{body}: {}", told.text);
        assert_eq!(state(desk)[0], "open", "{body}");
    }
    order(desk, 10, "保留 7/8 確認中", "01T11:00:00");
    at(desk, "01T11:00:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    desk.deliver_at(
        tapped("ito@example.jp", link(&echo.text, "取消"), "stop-1"),
        "2025-07-01T11:01:00+09:00",
    );
    at(desk, "01T11:01:30");
    assert_eq!(state(desk)[..4], ["open", "-", "-", "2025-07-03"]);
    at(desk, "01T11:30:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "only the receipt");
    // A longer hold whose letter is stopped is the one before.
    order(desk, 11, "保留 7/8 確認中", "01T13:00:00");
    at(desk, "01T13:00:30");
    at(desk, "01T13:20:00");
    order(desk, 12, "保留 7/15 まだ確認中", "02T13:00:00");
    at(desk, "02T13:00:30");
    assert_eq!(state(desk)[..4], ["waiting", "desk", "2025-07-15", "2025-07-08"]);
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    desk.deliver_at(reply("ito@example.jp", &echo, "stop-2", "取消"), "2025-07-02T13:01:00+09:00");
    at(desk, "02T13:01:30");
    assert_eq!(state(desk)[..4], ["waiting", "desk", "2025-07-08", "2025-07-08"]);
    // The operator stops a letter as members do.
    order(desk, 13, "保留 7/16 まだ確認中", "02T14:00:00");
    at(desk, "02T14:00:30");
    assert_eq!(state(desk)[2], "2025-07-16");
    let waits = desk.json(&["outbox", "list"]);
    let letter = waits.as_array().unwrap().iter().find(|mail| mail["purpose"] == "interim").unwrap();
    assert_eq!(desk.run(&["outbox", "cancel", &letter["id"].to_string()]).code, Some(0));
    assert_eq!(state(desk)[..4], ["waiting", "desk", "2025-07-08", "2025-07-08"]);
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn the_shell_holds_as_members_do(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let wrong = desk.run(&["ticket", "wait", "ZT-2025-0001", "--until", "2025-07-12"]);
    assert!(wrong.code == Some(1) && wrong.error().contains("closed on 2025-07-12"), "{}", wrong.stderr);
    let done = desk.run(&["ticket", "hold", "ZT-2025-0001", "--until", "2025-07-10", "--reason", "確認中"]);
    assert!(done.stdout.contains("held until 2025-07-10"), "{} {}", done.stdout, done.stderr);
    at(desk, "01T10:30:00");
    assert_eq!(state(desk)[..4], ["waiting", "desk", "2025-07-10", "2025-07-10"]);
    assert!(mail_to(desk, INQUIRER, "お時間をいただく").text.contains("7月10日（木）頃"));
    assert_eq!(desk.run(&["ticket", "reopen", "ZT-2025-0001"]).code, Some(0));
    assert_eq!(state(desk)[..4], ["open", "-", "-", "2025-07-10"]);
    // Without a day, the ticket waits for its inquirer, and staff hear of it.
    assert_eq!(desk.run(&["ticket", "wait", "ZT-2025-0001"]).code, Some(0));
    assert_eq!(state(desk)[..3], ["waiting", "inquirer", "2025-07-04"]);
}

fn a_question_that_nobody_answers_comes_back_to_staff(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    order(desk, 1, "質問\n対象は何年度でしょうか。", "01T10:10:00");
    at(desk, "01T10:11:00");
    at(desk, "01T10:30:00");
    assert_eq!(state(desk)[..3], ["waiting", "inquirer", "2025-07-04"]);
    for (now, count) in [("04T08:00:00", 0), ("04T09:01:00", 1), ("04T16:00:00", 1), ("09T11:00:00", 2)] {
        at(desk, now);
        let told = mails_to(desk, "sato@example.jp");
        assert_eq!(told.iter().filter(|mail| mail.subject.contains("【要判断】")).count(), count, "{now}");
    }
    assert_eq!(state(desk)[0], "waiting");
}

/// The tickets of a database from before holds had an end.
fn tickets_that_waited_without_an_end_get_a_day_and_one_mail(desk: &mut Desk) {
    desk.add_settings(STAFF);
    for nth in 1..=3 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    desk.sql("UPDATE ticket SET status = 'waiting', waiting_for = 'inquirer', deadline = NULL, running_since = NULL");
    let told = |desk: &Desk| {
        let mails = mails_to(desk, "sato@example.jp");
        mails.into_iter().filter(|mail| mail.subject.contains("【要判断】")).collect::<Vec<_>>()
    };
    at(desk, "01T10:11:00");
    assert_eq!((told(desk).len(), state(desk)[2].as_str()), (0, "2025-07-04"));
    at(desk, "04T09:01:00");
    let [mail] = told(desk).try_into().unwrap();
    assert!((1..=3).all(|nth| mail.text.contains(&format!("ZT-2025-000{nth}"))), "{}", mail.text);
}

fn nothing_is_held_while_its_answer_waits_to_leave(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    order(desk, 1, "会議の例です。", "01T10:10:00");
    at(desk, "01T10:10:30");
    order(desk, 2, "保留 7/10 厚労省に確認中", "01T10:11:00");
    at(desk, "01T10:11:30");
    let told = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(told.text.contains("ZT-2025-0001 の回答「会議の例です。」が送信を待っています"), "{}", told.text);
    assert_eq!(state(desk)[0], "open");
    at(desk, "01T10:30:00");
    assert_eq!((state(desk)[0].as_str(), mails_to(desk, INQUIRER).len()), ("answered", 2));
}
