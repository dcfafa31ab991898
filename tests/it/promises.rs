//! What inquirers are promised: blank fields, thanks, tickets that are closed without an answer or merged.

use madoguchi::desk::form::FieldKey;

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    members::{INQUIRER, STAFF, deliver, link, mail_to, mails_to, once_at, reply, tapped},
};

on_both!(
    a_blank_name_is_asked_for_in_the_receipt_and_holds_nothing,
    an_inquiry_in_other_words_is_accepted_with_one_tap,
    thanks_do_not_open_an_answered_ticket_and_a_question_does,
    a_ticket_that_was_never_answered_is_closed_with_a_reason,
    the_answer_of_a_merged_ticket_goes_to_both_inquirers
);

fn ticket(desk: &Desk, nth: usize) -> serde_json::Value {
    desk.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")])
}

fn a_blank_name_is_asked_for_in_the_receipt_and_holds_nothing(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).without_field(FieldKey::Name).without_field(FieldKey::Contact));
    desk.once();
    let shown = ticket(desk, 1);
    assert_eq!((&shown["status"], &shown["promised_on"]), (&"open".into(), &"2025-07-03".into()));
    let receipt = mail_to(desk, INQUIRER, "受付のお知らせ");
    assert!(
        receipt.text.contains("2) 氏名：") && receipt.text.contains("念のため、次の事項を"),
        "{}",
        receipt.text
    );
    let more = reply(INQUIRER, &receipt, "name", "氏名は髙橋、電話は03-0000-1201です。");
    deliver(desk, more, "10:10:00");
    once_at(desk, "10:11:00");
    let notice = mail_to(desk, "sato@example.jp", "照会者からの返信");
    assert!(notice.text.contains("空欄の項目"), "{}", notice.text);
    assert_eq!(ticket(desk, 1)["status"], "open");
}

fn an_inquiry_in_other_words_is_accepted_with_one_tap(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).without_field(FieldKey::Inquiry));
    desk.once();
    assert_eq!(ticket(desk, 1)["status"], "waiting");
    let asked = mails_to(desk, INQUIRER).pop().unwrap();
    deliver(desk, reply(INQUIRER, &asked, "words", "会議の参加者の例を知りたいです。"), "10:10:00");
    once_at(desk, "10:11:00");
    assert_eq!(ticket(desk, 1)["status"], "waiting");
    let notice = mail_to(desk, "sato@example.jp", "照会者からの返信");
    assert!(notice.text.contains("これを照会内容として受け付け"), "{}", notice.text);
    deliver(desk, tapped("sato@example.jp", link(&notice.text, "再開する"), "accept"), "10:12:00");
    once_at(desk, "10:13:00");
    let shown = ticket(desk, 1);
    assert_eq!(
        (&shown["status"], &shown["inquiry"]),
        (&"open".into(), &"会議の参加者の例を知りたいです。".into())
    );
    // The inquirer is told the day, now that there is one.
    assert_eq!(shown["promised_on"], "2025-07-03");
    let receipt = mails_to(desk, INQUIRER).pop().unwrap();
    assert!(
        receipt.subject.contains("受付のお知らせ")
            && receipt.text.contains("回答予定：令和7年7月3日（木）まで"),
        "{} {}",
        receipt.subject,
        receipt.text
    );
}

fn thanks_do_not_open_an_answered_ticket_and_a_question_does(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = mail_to(desk, "ito@example.jp", "新しい照会");
    deliver(desk, reply("ito@example.jp", &notice, "answer", "会議の例をお送りします。"), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:30:00");
    let answer = mail_to(desk, INQUIRER, "回答");
    let quoted: String = answer.text.lines().map(|line| format!("> {line}\n")).collect();
    let thanks =
        format!("お世話になっております。\nご回答ありがとうございました。\n\n星川市 高橋\n\n{quoted}");
    deliver(desk, reply(INQUIRER, &answer, "thanks", &thanks), "11:00:00");
    once_at(desk, "11:01:00");
    let shown = ticket(desk, 1);
    assert_eq!(shown["status"], "answered");
    assert!(shown["messages"].as_array().unwrap().iter().any(|message| message["direction"] == "note"));
    assert!(mails_to(desk, "ito@example.jp").iter().all(|mail| !mail.subject.contains("照会者からの返信")));
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(preview.contains("お礼の返信があった照会"), "{preview}");
    let question = "ありがとうございました。もう一点、対象年度を教えてください。";
    deliver(desk, reply(INQUIRER, &answer, "more", question), "11:30:00");
    once_at(desk, "11:31:00");
    assert_eq!(ticket(desk, 1)["status"], "open");
}

fn a_ticket_that_was_never_answered_is_closed_with_a_reason(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = mail_to(desk, "ito@example.jp", "新しい照会");
    deliver(desk, reply("ito@example.jp", &notice, "close", "完了"), "10:10:00");
    once_at(desk, "10:11:00");
    assert_eq!(ticket(desk, 1)["status"], "open");
    let told = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(told.text.contains("理由を添えてください"), "{}", told.text);
    deliver(desk, reply("ito@example.jp", &notice, "why", "完了 お電話で回答済み"), "10:12:00");
    once_at(desk, "10:13:00");
    let shown = ticket(desk, 1);
    assert_eq!((&shown["status"], &shown["turns"][0]["ending"]), (&"closed".into(), &"closed".into()));
    assert!(shown["messages"].to_string().contains("お電話で回答済み"));
}

fn the_answer_of_a_merged_ticket_goes_to_both_inquirers(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    let second = mail_to(desk, "ito@example.jp", "[ZT-2025-0002]");
    deliver(desk, reply("ito@example.jp", &second, "merge", "統合 ZT-2025-0001"), "10:10:00");
    once_at(desk, "10:11:00");
    let notice = mail_to(desk, "ito@example.jp", "[ZT-2025-0001] 新しい照会");
    deliver(desk, reply("ito@example.jp", &notice, "both", "会議の例をお送りします。"), "10:20:00");
    once_at(desk, "10:21:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("yamada2@city.example.jp"), "{}", echo.text);
    // One word stops both.
    deliver(desk, reply("ito@example.jp", &echo, "stop", "取消"), "10:22:00");
    once_at(desk, "10:23:00");
    once_at(desk, "10:40:00");
    assert_eq!(mails_to(desk, "yamada2@city.example.jp").len(), 1, "only the receipt");
    deliver(desk, reply("ito@example.jp", &notice, "again", "会議の例をお送りします。"), "11:00:00");
    once_at(desk, "11:01:00");
    once_at(desk, "11:20:00");
    for (nth, number) in [(1, "[ZT-2025-0001]"), (2, "[ZT-2025-0002]")] {
        let mail = mails_to(desk, &format!("yamada{nth}@city.example.jp")).pop().unwrap();
        assert!(
            mail.subject.starts_with(number) && mail.text.contains("会議の例をお送りします。"),
            "{}",
            mail.subject
        );
    }
    assert_eq!(ticket(desk, 1)["status"], "answered");
    // The second inquirer's question goes where the matter went on.
    let answer = mails_to(desk, "yamada2@city.example.jp").pop().unwrap();
    let more =
        message(2, &format!("Re: {}", answer.subject), "もう一点教えてください。").id("more@city.example.jp");
    deliver(desk, more, "11:30:00");
    once_at(desk, "11:31:00");
    assert_eq!(ticket(desk, 1)["status"], "open");
}
