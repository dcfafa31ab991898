//! 休暇 and 代理: whose mails go where while a member is away, and lists of colleagues' tickets.

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    members::{STAFF, link, mail_to, mails_to, reply, tapped},
};

on_both!(
    the_mails_of_who_is_away_go_to_the_substitute,
    a_substitute_decides_for_a_lead_who_is_away,
    absences_are_set_in_the_settings_and_from_the_shell,
    a_colleagues_tickets_are_listed_and_taken_over
);

const MORI: &str = "\n[[staff]]\nname = \"森 春子\"\naddress = \"mori@example.jp\"\n";

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-07-{now}+09:00"));
    desk.once();
}

/// A ticket of ito's.
fn with_ticket(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(MORI);
    desk.deliver(inquiry(1));
    desk.once();
    write(desk, "ito@example.jp", "take", "担当", "01T10:10:00");
}

/// A member's reply to their notice, and what the desk makes of it.
fn write(desk: &mut Desk, from: &str, id: &str, body: &str, received: &str) {
    let notice = mail_to(desk, from, "[ZT-2025-0001] 新しい照会");
    desk.deliver_at(reply(from, &notice, id, body), &format!("2025-07-{received}+09:00"));
    at(desk, &format!("{}30", received.trim_end_matches("00")));
}

fn subjects(desk: &Desk, to: &str, part: &str) -> usize {
    mails_to(desk, to).iter().filter(|mail| mail.subject.contains(part)).count()
}

fn the_mails_of_who_is_away_go_to_the_substitute(desk: &mut Desk) {
    with_ticket(desk);
    write(desk, "ito@example.jp", "away-1", "休暇 7/2-7/4", "01T11:00:00");
    assert!(mails_to(desk, "ito@example.jp").pop().unwrap().text.contains("代理をする方のお名前"));
    write(desk, "ito@example.jp", "away-2", "休暇 7/2-7/4 代理 森", "01T12:00:00");
    let told = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(told.text.contains("伊藤 健一さんの休暇（7月2日（水）から7月4日（金）まで）"), "{}", told.text);
    assert_eq!(subjects(desk, "mori@example.jp", "休暇と代理のお知らせ"), 1);
    let digests = subjects(desk, "ito@example.jp", "日次一覧");
    // The warning and the key go to the substitute, who answers.
    at(desk, "02T16:00:00");
    assert_eq!(subjects(desk, "ito@example.jp", "期限間近"), 0);
    let warning = mail_to(desk, "mori@example.jp", "期限間近");
    at(desk, "03T09:00:30");
    assert_eq!(subjects(desk, "ito@example.jp", "日次一覧"), digests, "who is away gets no digest");
    let list = mail_to(desk, "mori@example.jp", "日次一覧").text;
    assert!(list.contains("ZT-2025-0001") && list.contains("伊藤 健一"), "{list}");
    desk.deliver_at(
        reply("mori@example.jp", &warning, "answer", "会議の例をお送りします。"),
        "2025-07-03T09:01:00+09:00",
    );
    at(desk, "03T09:02:00");
    at(desk, "03T09:20:00");
    assert_eq!(desk.tickets()[0]["status"], "answered");
    // Afterwards everything is as before.
    let more = message(1, "Re: [ZT-2025-0001]", "もう一点教えてください。");
    desk.deliver_at(more.id("more@city.example.jp"), "2025-07-07T10:00:00+09:00");
    at(desk, "07T10:01:00");
    assert_eq!(subjects(desk, "ito@example.jp", "照会者からの返信"), 1);
    assert_eq!(subjects(desk, "mori@example.jp", "照会者からの返信"), 0);
}

fn a_substitute_decides_for_a_lead_who_is_away(desk: &mut Desk) {
    desk.add_settings("\n[answers]\napproval = true\n");
    with_ticket(desk);
    write(desk, "sato@example.jp", "away", "休暇 7/1-7/4 代理 森", "01T11:00:00");
    write(desk, "ito@example.jp", "answer", "会議の例をお送りします。", "01T13:00:00");
    assert_eq!(subjects(desk, "sato@example.jp", "承認のお願い"), 0);
    let request = mail_to(desk, "mori@example.jp", "承認のお願い");
    desk.deliver_at(
        tapped("mori@example.jp", link(&request.text, "承認"), "yes"),
        "2025-07-01T13:01:00+09:00",
    );
    at(desk, "01T13:02:00");
    assert!(mail_to(desk, "ito@example.jp", "承認：森 春子さん").text.contains("承認"), "the author is told");
    at(desk, "01T13:20:00");
    assert_eq!(desk.tickets()[0]["status"], "answered");
}

fn absences_are_set_in_the_settings_and_from_the_shell(desk: &mut Desk) {
    let absent =
        "absent = [{ from = \"2025-07-02\", to = \"2025-07-03\", substitute = \"sato@example.jp\" }]\n";
    desk.add_settings(STAFF);
    desk.add_settings(&format!("{MORI}{absent}"));
    desk.once();
    let list = |desk: &Desk| desk.json(&["absence", "list"]);
    assert_eq!(list(desk)[0]["member"], "mori@example.jp");
    let wrong = desk.run(&["absence", "add", "伊藤", "2025-07-02", "2025-07-04", "--substitute", "森"]);
    assert!(
        wrong.code == Some(1) && wrong.error().contains("is away on some of these days"),
        "{}",
        wrong.stderr
    );
    let done = desk.run(&["absence", "add", "伊藤", "2025-07-04", "2025-07-08", "--substitute", "森"]);
    assert!(done.stdout.contains("away from 2025-07-04 to 2025-07-08"), "{}{}", done.stdout, done.stderr);
    desk.once();
    for to in ["ito@example.jp", "mori@example.jp"] {
        assert_eq!(subjects(desk, to, "休暇と代理のお知らせ"), 1, "{to}");
    }
    assert_eq!(list(desk).as_array().unwrap().len(), 2);
    assert_eq!(desk.run(&["absence", "remove", "伊藤"]).code, Some(0));
    assert_eq!(list(desk).as_array().unwrap().len(), 1);
    assert_eq!(desk.run(&["absence", "remove", "伊藤"]).code, Some(1));
}

fn a_colleagues_tickets_are_listed_and_taken_over(desk: &mut Desk) {
    with_ticket(desk);
    write(desk, "mori@example.jp", "list-1", "一覧 伊藤", "01T11:00:00");
    let list = mail_to(desk, "mori@example.jp", "一覧：伊藤 健一さんの照会");
    assert!(list.text.contains("ZT-2025-0001"), "{}", list.text);
    write(desk, "mori@example.jp", "list-2", "一覧 木村", "01T12:00:00");
    assert!(mails_to(desk, "mori@example.jp").pop().unwrap().text.contains("木村"));
    write(desk, "mori@example.jp", "list-3", "一覧 全員", "01T13:00:00");
    let list = mail_to(desk, "mori@example.jp", "一覧：全員の照会");
    let tap = tapped("mori@example.jp", link(&list.text, "担当する"), "take-over");
    desk.deliver_at(tap, "2025-07-01T14:00:00+09:00");
    at(desk, "01T14:01:00");
    assert_eq!(desk.tickets()[0]["assignee"], "mori@example.jp");
}
