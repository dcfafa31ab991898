//! What members hear of each other's work: notes, and mails that wait for somebody's word.

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    members::{STAFF, link, mail_to, mails_to, reply, tapped},
};

on_both!(a_note_reaches_the_colleagues_on_the_ticket, a_mail_that_waits_for_a_lead_is_listed_and_reminded_of);

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-07-{now}+09:00"));
    desk.once();
}

fn write(desk: &mut Desk, from: &str, id: &str, body: &str, received: &str) {
    let notice = mail_to(desk, from, "[ZT-2025-0001] 新しい照会");
    desk.deliver_at(reply(from, &notice, id, body), &format!("2025-07-{received}+09:00"));
    at(desk, &format!("{}30", received.trim_end_matches("00")));
}

fn count(desk: &Desk, to: &str, part: &str) -> usize {
    mails_to(desk, to).iter().filter(|mail| mail.subject.contains(part)).count()
}

fn a_note_reaches_the_colleagues_on_the_ticket(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    write(desk, "ito@example.jp", "take", "担当", "01T10:10:00");
    at(desk, "02T09:00:30");
    let (of_ito, of_sato) =
        (count(desk, "ito@example.jp", "日次一覧"), count(desk, "sato@example.jp", "日次一覧"));
    write(
        desk,
        "sato@example.jp",
        "note",
        "メモ 県の担当課に電話済み。\n▼ 回答は不要とのこと",
        "02T10:00:00",
    );
    // A note alone is a reason for a digest, but not for its writer.
    at(desk, "02T13:00:30");
    assert_eq!(count(desk, "sato@example.jp", "日次一覧"), of_sato);
    assert_eq!(count(desk, "ito@example.jp", "日次一覧"), of_ito + 1);
    let list = mail_to(desk, "ito@example.jp", "日次一覧").text;
    assert!(list.contains("佐藤 花子さん：県の担当課に電話済み。"), "{list}");
    let more = message(1, "Re: [ZT-2025-0001]", "追記です。参加者は20名です。").id("more@city.example.jp");
    desk.deliver_at(more, "2025-07-02T14:00:00+09:00");
    at(desk, "02T14:01:00");
    let notice = mail_to(desk, "ito@example.jp", "照会者からの返信").text;
    assert!(notice.contains("県の担当課に電話済み。"), "{notice}");
    // An answered ticket is listed once more, for its note.
    write(desk, "ito@example.jp", "answer", "会議の例をお送りします。", "02T14:10:00");
    at(desk, "02T14:30:00");
    at(desk, "03T09:00:30");
    write(desk, "sato@example.jp", "note-2", "メモ 先方から電話がありました。", "03T10:00:00");
    at(desk, "03T13:00:30");
    let list = mail_to(desk, "ito@example.jp", "日次一覧").text;
    assert!(list.contains("メモが加わった照会") && list.contains("先方から電話がありました。"), "{list}");
}

fn a_mail_that_waits_for_a_lead_is_listed_and_reminded_of(desk: &mut Desk) {
    desk.add_settings("\n[answers]\napproval = true\n");
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    write(desk, "ito@example.jp", "answer", "会議の例をお送りします。", "01T11:00:00");
    at(desk, "01T14:59:00");
    assert_eq!(count(desk, "sato@example.jp", "送信待ち】[ZT"), 0);
    at(desk, "01T15:00:30");
    at(desk, "01T16:00:00");
    assert_eq!(count(desk, "sato@example.jp", "送信待ち】[ZT"), 1, "once");
    assert_eq!(count(desk, "ito@example.jp", "送信待ち】[ZT"), 0, "who does not decide is not reminded");
    at(desk, "02T09:00:30");
    let list = mail_to(desk, "sato@example.jp", "日次一覧");
    assert!(list.subject.contains("送信待ち1件"), "{}", list.subject);
    assert!(
        list.text.contains("送信を待つメール") && list.text.contains("伊藤 健一さんの回答"),
        "{}",
        list.text
    );
    assert!(!mail_to(desk, "ito@example.jp", "日次一覧").text.contains("送信を待つメール"));
    let reminder = mail_to(desk, "sato@example.jp", "送信待ち】[ZT");
    let tap = tapped("sato@example.jp", link(&reminder.text, "承認"), "yes");
    desk.deliver_at(tap, "2025-07-02T09:10:00+09:00");
    at(desk, "02T09:11:00");
    assert_eq!(count(desk, "ito@example.jp", "承認：佐藤 花子さん"), 1);
    at(desk, "02T09:30:00");
    assert_eq!(desk.tickets()[0]["status"], "answered");
}
