//! Parked mail (要確認メール): taken in, answered and discarded, by mail and from the shell; and the original mails.

use madoguchi::mail::read;

use super::{STAFF, quoted, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
};

on_both!(
    what_a_member_sends_on_is_offered_without_a_link_that_is_refused,
    a_parked_mail_becomes_a_ticket_by_a_word_from_the_digest,
    an_answer_to_a_parked_mail_makes_a_ticket_and_leaves_as_every_answer,
    a_parked_mail_is_discarded_with_a_reason,
    who_waits_for_an_answer_stays_in_the_digest_until_a_member_decides,
    an_inquiry_from_before_the_window_is_offered_when_it_opens,
    a_mail_that_was_taken_for_a_robots_is_taken_in_without_an_acknowledgement,
    delivery_reports_and_forged_mails_of_staff_cannot_be_taken_in,
    the_shell_takes_in_and_discards_by_the_same_operations,
    the_original_mail_comes_as_a_file_once_for_each_request
);

const QUESTION: &str = "お世話になっております。\n会議の進め方について、教えてください。\n";

/// A question without the form. The sender gets the form.
fn without_form(nth: usize) -> Mail {
    message(nth, "お尋ね", QUESTION)
}

/// The number of the only parked mail, from the newest digest to the lead.
fn digest(desk: &Desk) -> (madoguchi::mail::InboundMail, Vec<String>) {
    let digest = desk.mail_to("sato@example.jp", "日次一覧");
    let numbers = digest.text.lines().filter_map(|line| line.strip_prefix("■ MAIL-"));
    let numbers = numbers.map(|rest| format!("MAIL-{}", rest.split('　').next().unwrap())).collect();
    (digest, numbers)
}

/// A reply to the digest with a text between the markers of a number.
fn into_place(digest: &madoguchi::mail::InboundMail, nth: usize, number: &str, text: &str) -> Mail {
    let mut body = String::new();
    for line in digest.text.lines() {
        body += &format!("> {line}\n");
        if line.starts_with('▼') && line.contains(number) {
            body += &format!("{text}\n");
        }
    }
    reply("sato@example.jp", digest, nth, &body)
}

fn a_parked_mail_becomes_a_ticket_by_a_word_from_the_digest(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(without_form(1));
    desk.once();
    assert_eq!(desk.parked(), ["no_form"]);
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    let [number] = numbers.as_slice() else { panic!("{}", digest.text) };
    for part in ["yamada1@city.example.jp", "お尋ね", "会議の進め方について、教えてください。", "要確認1件"]
    {
        assert!(digest.text.contains(part) || digest.subject.contains(part), "{part}: {}", digest.text);
    }
    assert!(!desk.mail_to("ito@example.jp", "日次一覧").text.contains("MAIL-"), "leads decide");
    desk.deliver_at(into_place(&digest, 1, number, "受付\n担当 伊藤"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    let ticket = desk.ticket(1);
    assert_eq!((desk.parked().len(), ticket["status"].as_str()), (0, Some("open")));
    assert!(ticket["inquiry"].as_str().unwrap().contains("会議の進め方"), "{ticket}");
    assert_eq!(ticket["assignee"], "ito@example.jp");
    // The clock starts when the mail is taken in: sixteen business hours from now.
    assert!(ticket["deadline"].as_str().unwrap().starts_with("2025-07-03T10:1"), "{}", ticket["deadline"]);
    assert!(ticket["acknowledged_at"].is_string());
    let receipt = desk.mail_to("yamada1@city.example.jp", "[ZT-2025-0001]");
    assert!(receipt.text.contains("受付番号：ZT-2025-0001"), "{}", receipt.text);
    let done = desk.mail_to("sato@example.jp", "として受け付けました");
    assert!(done.text.contains(&format!("{number} を、照会 ZT-2025-0001")), "{}", done.text);
    assert!(desk.mail_to("sato@example.jp", "新しい照会").text.contains("会議の進め方"));
    // A second member is told that it is a ticket already.
    desk.deliver_at(into_place(&digest, 2, number, "受付"), "2025-07-01T10:20:00+09:00");
    desk.once_at("2025-07-01T10:21:00+09:00");
    assert_eq!(desk.numbers().len(), 1);
    let told = desk.mail_to("sato@example.jp", "できなかった操作");
    assert!(told.text.contains("すでに照会 ZT-2025-0001 として"), "{}", told.text);
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn an_answer_to_a_parked_mail_makes_a_ticket_and_leaves_as_every_answer(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(without_form(1));
    desk.deliver(message(2, "見積りのご案内", "弊社の製品のご案内です。\n"));
    desk.once();
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    let of_first = &numbers[1];
    desk.deliver_at(
        into_place(&digest, 1, of_first, "会議の進め方は、手引きの12ページをご覧ください。"),
        "2025-07-01T10:10:00+09:00",
    );
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!((desk.numbers().len(), desk.parked().len()), (1, 1));
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    assert!(echo.text.contains("手引きの12ページ") && echo.text.contains("yamada1@city"), "{}", echo.text);
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 2, "the form, then the acknowledgement");
    desk.once_at("2025-07-01T10:25:00+09:00");
    assert!(desk.mail_to("yamada1@city.example.jp", "回答").text.contains("手引きの12ページ"));
    assert_eq!(
        (desk.status(1).as_str(), desk.ticket(1)["assignee"].as_str()),
        ("answered", Some("sato@example.jp"))
    );
    // Its sender takes part in the ticket.
    desk.deliver_at(
        message(1, "[ZT-2025-0001] 追加のお尋ね", "別の点も教えてください。").id("more@city.example.jp"),
        "2025-07-01T11:00:00+09:00",
    );
    desk.once_at("2025-07-01T11:01:00+09:00");
    assert_eq!((desk.numbers().len(), desk.status(1).as_str()), (1, "open"));
}

fn a_parked_mail_is_discarded_with_a_reason(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(without_form(1));
    desk.once();
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    let sent = desk.mails_to("yamada1@city.example.jp").len();
    desk.deliver_at(into_place(&digest, 1, &numbers[0], "破棄"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!(desk.parked(), ["no_form"]);
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("理由を添えて"));
    desk.deliver_at(into_place(&digest, 2, &numbers[0], "破棄 営業のメール"), "2025-07-01T10:12:00+09:00");
    desk.once_at("2025-07-01T10:13:00+09:00");
    assert!(desk.parked().is_empty() && desk.numbers().is_empty());
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), sent, "its sender gets nothing");
    assert!(desk.mail_to("sato@example.jp", "破棄しました").text.contains(&numbers[0]));
    // A discarded mail cannot be taken in, and orders on tickets need one.
    desk.deliver_at(into_place(&digest, 3, &numbers[0], "受付"), "2025-07-01T10:14:00+09:00");
    desk.once_at("2025-07-01T10:15:00+09:00");
    assert!(desk.numbers().is_empty());
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("要確認メールにありません"));
}

fn who_waits_for_an_answer_stays_in_the_digest_until_a_member_decides(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(without_form(1));
    desk.deliver(message(2, "不在", "不在です。\n").header("Auto-Submitted", "auto-replied"));
    desk.deliver(inquiry(3));
    desk.once();
    desk.once_at("2025-07-01T13:00:00+09:00");
    assert_eq!(digest(desk).1.len(), 2);
    // The next digest is due to the inquiry. The automatic mail is shown once.
    desk.once_at("2025-07-03T09:00:00+09:00");
    let (digest, numbers) = digest(desk);
    assert_eq!(numbers.len(), 1, "{}", digest.text);
    // An order on a ticket is none on a parked mail, and the mail says what to do.
    desk.deliver_at(into_place(&digest, 1, &numbers[0], "完了"), "2025-07-03T09:10:00+09:00");
    desk.once_at("2025-07-03T09:11:00+09:00");
    assert_eq!(desk.parked().len(), 2);
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("先に「受付」"));
}

fn an_inquiry_from_before_the_window_is_offered_when_it_opens(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(inquiry(1), "2025-06-20T10:00:00+09:00");
    desk.once_at("2025-06-20T10:01:00+09:00");
    desk.once_at("2025-06-20T13:00:00+09:00");
    let told = desk.mails_to("sato@example.jp").len();
    // Nothing is new until the window opens, on a Friday.
    desk.once_at("2025-06-25T09:00:00+09:00");
    assert_eq!(desk.mails_to("sato@example.jp").len(), told);
    desk.once_at("2025-06-27T09:00:00+09:00");
    assert_eq!(desk.mails_to("sato@example.jp").len(), told + 1);
    let (digest, numbers) = digest(desk);
    assert!(digest.text.contains("受付期間前の照会"), "{}", digest.text);
    desk.deliver_at(into_place(&digest, 1, &numbers[0], "受付"), "2025-06-27T09:10:00+09:00");
    desk.once_at("2025-06-27T09:11:00+09:00");
    let ticket = desk.ticket(1);
    assert_eq!(ticket["organization"], "第1市 健康福祉部");
    assert_eq!(ticket["inquiry"], "会議の参加者の例を教えてください。");
    assert!(ticket["deadline"].as_str().unwrap().starts_with("2025-07-01T09:1"), "{}", ticket["deadline"]);
    assert!(ticket["acknowledged_at"].is_string());
}

fn a_mail_that_was_taken_for_a_robots_is_taken_in_without_an_acknowledgement(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(without_form(1).header("Auto-Submitted", "auto-generated"));
    desk.once();
    assert_eq!(desk.parked(), ["automatic"]);
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    desk.deliver_at(into_place(&digest, 1, &numbers[0], "受付"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!(desk.status(1), "open");
    assert!(desk.mails_to("yamada1@city.example.jp").is_empty());
    let told = desk.mail_to("sato@example.jp", "として受け付けました");
    assert!(told.text.contains("受付のお知らせは送りません"), "{}", told.text);
}

fn delivery_reports_and_forged_mails_of_staff_cannot_be_taken_in(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let forged =
        Mail::new().from("ito@example.jp").subject("回答").id("forged@example.jp").body("回答です。\n");
    desk.deliver(forged);
    desk.once();
    assert_eq!(desk.parked(), ["staff"]);
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    desk.deliver_at(into_place(&digest, 1, &numbers[0], "受付"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!((desk.numbers().len(), desk.parked().len()), (0, 1));
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("受け付けられません"));
}

fn the_shell_takes_in_and_discards_by_the_same_operations(desk: &mut Desk) {
    desk.add_settings(STAFF);
    (1..=3).for_each(|nth| desk.deliver(without_form(nth)));
    desk.once();
    let rows = desk.json(&["parked", "list"]);
    let id = |at: usize| rows[at]["id"].to_string();
    let number = |at: usize| rows[at]["number"].as_str().unwrap().to_owned();
    let accepted = desk.run(&["parked", "accept", &id(0)]);
    assert_eq!(
        accepted.stdout.trim(),
        format!("{}: is ticket ZT-2025-0001, acknowledgement queued", number(0))
    );
    assert_eq!(desk.run(&["parked", "accept", &id(0)]).code, Some(1));
    assert_eq!(desk.run(&["parked", "discard", &id(1), "--reason", "advertisement"]).code, Some(0));
    assert_eq!(desk.run(&["ticket", "accept", &number(1)]).code, Some(1));
    assert_eq!(desk.run(&["ticket", "close", &number(2)]).code, Some(1), "it is no ticket yet");
    let answered =
        desk.pipe(&["ticket", "answer", &number(2)], "手引きの12ページをご覧ください。".as_bytes());
    assert_eq!(answered.code, Some(0), "{}", answered.stderr);
    assert_eq!((desk.numbers().len(), desk.parked().len()), (2, 0));
    desk.once_at("2025-07-01T10:30:00+09:00");
    assert_eq!((desk.status(1).as_str(), desk.status(2).as_str()), ("open", "answered"));
}

fn the_original_mail_comes_as_a_file_once_for_each_request(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let whole = "あ".repeat(9_000);
    let text = format!("{QUESTION}\n{whole}\n");
    let original = message(1, "お尋ね", &text).files(&[("別紙.xlsx", b"PK")]);
    desk.deliver(inquiry(1).body("").field(madoguchi::desk::form::FieldKey::Inquiry, &whole));
    desk.deliver(original.clone().id("second@city.example.jp"));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "新しい照会");
    assert!(notice.text.contains("「全文」とご返信いただくと"), "a notice is bounded");
    let ask = |nth| reply("sato@example.jp", &notice, nth, &format!("全文\n\n{}", quoted(&notice.text)));
    desk.deliver_at(ask(1), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    let sent = desk.mail_to("sato@example.jp", "元のメール");
    let [file] = sent.attachments.as_slice() else { panic!("{:?}", sent.attachments) };
    assert_eq!(file.name, "ZT-2025-0001.eml");
    assert!(read(&file.bytes).text.contains(&whole), "it is the mail as it came");
    // The same mail again asks for nothing new; a reply to the original is an answer as to every notice.
    desk.deliver_at(ask(1), "2025-07-01T10:12:00+09:00");
    desk.once_at("2025-07-01T10:13:00+09:00");
    let count = |desk: &Desk| {
        desk.mails_to("sato@example.jp").iter().filter(|mail| mail.subject.contains("元のメール")).count()
    };
    assert_eq!(count(desk), 1);
    desk.run(&["digest"]);
    desk.once();
    let (digest, numbers) = digest(desk);
    desk.deliver_at(into_place(&digest, 5, &numbers[0], "添付"), "2025-07-01T10:20:00+09:00");
    desk.once_at("2025-07-01T10:21:00+09:00");
    let sent = desk.mail_to("sato@example.jp", &format!("[{}] 元のメール", numbers[0]));
    assert!(read(&sent.attachments[0].bytes).attachments[0].name.contains("別紙.xlsx"));
    assert_eq!((count(desk), desk.parked().len()), (2, 1));
    let dir = desk.dir.path().join("originals");
    let written = desk.run(&["ticket", "original", "ZT-2025-0001", dir.to_str().unwrap()]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert_eq!(std::fs::read(dir.join("ZT-2025-0001.eml")).unwrap(), file.bytes);
}

fn what_a_member_sends_on_is_offered_without_a_link_that_is_refused(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let form = inquiry(1).from("ito@example.jp").subject("FW: 拠点整備・運用に関する照会");
    desk.deliver(form.id("forwarded@example.jp"));
    desk.once();
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(preview.contains("件名を「電話照会」とし") && preview.contains("破棄する"), "{preview}");
    assert!(!preview.contains("受け付ける：<"), "{preview}");
}
