//! Replies that quote mails of the desk: what came back is compared with what was sent, whatever the program did to it.

use madoguchi::{desk::form::FieldKey, mail::InboundMail};

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{deliver, mail_to, mails_to, once_at, reply},
};

on_both!(
    values_behind_quoted_labels_complete_the_ticket_and_our_words_do_not,
    an_answer_below_its_quotation_reaches_the_inquirer_whole,
    an_order_directly_above_the_attribution_is_carried_out,
    a_digest_quoted_with_strokes_gives_the_answers_that_were_written_and_no_other,
    text_below_an_end_marker_goes_to_nobody_and_its_writer_is_told,
    a_reply_whose_program_dropped_the_references_is_read_alike,
    a_reply_without_words_is_explained,
    a_signature_stays_with_its_writer_who_is_shown_it
);

const ONE_MEMBER: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n";
const SATO: &str = "sato@example.jp";
const DESK: &str = "在宅医療の体制整備・運用に関する相談窓口 <zaitaku@tohmatu.co.jp>";

/// The answers that left, by the number of the inquirer.
fn answers(desk: &Desk, inquirers: usize) -> Vec<(usize, String)> {
    let of = |nth| {
        let mails = mails_to(desk, &format!("yamada{nth}@city.example.jp"));
        mails.into_iter().filter(|mail| mail.subject.contains("（回答）")).map(move |mail| (nth, mail.text))
    };
    (1..=inquirers).flat_map(of).collect()
}

/// The text of a mail with a prefix before each line.
fn quoted(mail: &InboundMail, prefix: &str) -> String {
    mail.text.lines().map(|line| format!("{prefix}{line}\n")).collect()
}

fn with_notice(desk: &mut Desk) -> InboundMail {
    desk.add_settings(ONE_MEMBER);
    desk.deliver(inquiry(1));
    desk.once();
    mail_to(desk, SATO, "新しい照会")
}

/// A digest of three tickets.
fn with_digest(desk: &mut Desk) -> InboundMail {
    desk.add_settings(ONE_MEMBER);
    for nth in 1..=3 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    assert_eq!(desk.run(&["digest"]).code, Some(0));
    once_at(desk, "10:05:00");
    mail_to(desk, SATO, "日次一覧")
}

fn values_behind_quoted_labels_complete_the_ticket_and_our_words_do_not(desk: &mut Desk) {
    let from = "Yamada <yamada1@city.example.jp>";
    desk.deliver(inquiry(1).without_field(FieldKey::Name).without_field(FieldKey::Contact));
    desk.once();
    let asked = mail_to(desk, "yamada1@city.example.jp", "ZT-2025-0001");
    let quotation = quoted(&asked, "> ");
    let above = format!(
        "後ほどお送りします。\n山田\n\nOn Tue, Jul 01, 2025 at 10:00:00AM +0900, {DESK} wrote:\n{quotation}"
    );
    deliver(desk, reply(from, &asked, "1", &above), "10:10:00");
    once_at(desk, "10:11:00");
    let ticket = &desk.tickets()[0];
    assert_eq!((&ticket["status"], &ticket["name"]), (&"open".into(), &serde_json::Value::Null), "{ticket}");
    let filled = quotation.replace("氏名：〔こちらにご記入ください〕", "氏名：髙橋 真由美").replace(
        "> 3) 連絡先（TEL/メールアドレス）：〔こちらにご記入ください〕\n",
        "> 3) 連絡先（TEL/メールアドレス）：〔こちらにご記入ください〕\n03-0000-1201\n",
    );
    let body = format!("{DESK} wrote in\n <1@tohmatu.co.jp>:\n{filled}");
    deliver(desk, reply(from, &asked, "2", &body), "10:20:00");
    once_at(desk, "10:21:00");
    let ticket = &desk.tickets()[0];
    assert_eq!(
        (&ticket["status"], &ticket["name"], &ticket["contact"]),
        (&"open".into(), &"髙橋 真由美".into(), &"03-0000-1201".into()),
        "{ticket}"
    );
}

fn an_answer_below_its_quotation_reaches_the_inquirer_whole(desk: &mut Desk) {
    let notice = with_notice(desk);
    let answer = "第1市 御中\n①医師 ②㈱ホシ ③髙齢者施設～Ⅱ型です。\n\n詳しくは次にお尋ねください。\n月島県 医療課\nTEL 03-1234-5678\nE-mail iryo@pref.tsukishima.example.jp";
    let head =
        format!("From: {DESK}\nSubject: {}\nDate: Tue, 01 Jul 2025 10:00:00 +0900\n\n", notice.subject);
    let body = format!("{head}{}\n{answer}", quoted(&notice, "zaitaku> "));
    deliver(desk, reply(SATO, &notice, "1", &body), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:25:00");
    let sent = answers(desk, 1);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].1.contains(answer), "{}", sent[0].1);
    assert!(!sent[0].1.contains("zaitaku>") && !sent[0].1.contains("▲"), "{}", sent[0].1);
}

fn an_order_directly_above_the_attribution_is_carried_out(desk: &mut Desk) {
    let notice = with_notice(desk);
    let body = format!("On Tue, 01 Jul 2025 10:00:00 +0900\n{DESK}\nwrote:\n\n{}", quoted(&notice, "> "));
    deliver(desk, reply(SATO, &notice, "1", &format!("担当\n{body}")), "10:10:00");
    once_at(desk, "10:11:00");
    assert_eq!(desk.tickets()[0]["assignee"], SATO);
    assert_eq!(answers(desk, 1), []);
}

fn a_digest_quoted_with_strokes_gives_the_answers_that_were_written_and_no_other(desk: &mut Desk) {
    let digest = with_digest(desk);
    let mark = "| ▼ ZT-2025-0002 回答ここから";
    let quotation = quoted(&digest, "| ");
    let line = quotation.lines().find(|line| line.starts_with(mark)).unwrap();
    let written = quotation.replace(line, &format!("{line}\n第二市の会議の例をお送りします。"));
    let body = format!("Tue, 01 Jul 2025 10:05:00 +0900\n{DESK} さんは書きました:\n\n{written}");
    deliver(desk, reply(SATO, &digest, "1", &body), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:30:00");
    let sent = answers(desk, 3);
    assert_eq!(sent.iter().map(|(nth, _)| *nth).collect::<Vec<_>>(), [2]);
    assert!(sent[0].1.contains("\n第二市の会議の例をお送りします。\n"), "{}", sent[0].1);
    assert!(!sent[0].1.contains('|') && !sent[0].1.contains('▼'), "{}", sent[0].1);
}

fn text_below_an_end_marker_goes_to_nobody_and_its_writer_is_told(desk: &mut Desk) {
    let digest = with_digest(desk);
    let end = "> ▲ ZT-2025-0001 回答ここまで ▲\n";
    let written = quoted(&digest, "> ").replace(end, &format!("{end}第一市の会議の例をお送りします。\n"));
    deliver(desk, reply(SATO, &digest, "1", &format!("{DESK} wrote:\n{written}")), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:30:00");
    assert_eq!(answers(desk, 3), []);
    let told = mails_to(desk, SATO).pop().unwrap();
    assert!(told.text.contains("ZT-2025-0001") && told.text.contains("第一市の会議の例"), "{}", told.text);
}

fn a_reply_whose_program_dropped_the_references_is_read_alike(desk: &mut Desk) {
    let notice = with_notice(desk);
    let answer = "質問：会議の参加者は誰ですか。\n回答：医師と訪問看護師です。";
    // Outlook in Japanese: no marks; the answer below the quotation.
    let head = format!(
        "________________________________\n差出人: {DESK}\n送信日時: 2025年7月1日 10:00\n宛先: 佐藤\n件名: {}\n\n",
        notice.subject
    );
    let body = format!("{head}{}\n{answer}", notice.text);
    deliver(desk, reply(SATO, &notice, "1", &body).without("In-Reply-To"), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:25:00");
    let sent = answers(desk, 1);
    assert!(sent.len() == 1 && sent[0].1.contains(answer), "{sent:?}");
}

fn a_reply_without_words_is_explained(desk: &mut Desk) {
    let notice = with_notice(desk);
    let before = mails_to(desk, SATO).len();
    deliver(
        desk,
        reply(SATO, &notice, "1", &format!("{DESK} wrote:\n{}", quoted(&notice, "> "))),
        "10:10:00",
    );
    once_at(desk, "10:11:00");
    let told = mails_to(desk, SATO);
    assert_eq!(told.len(), before + 1);
    assert!(told[before].text.contains("回答や操作が見当たりませんでした"), "{}", told[before].text);
}

fn a_signature_stays_with_its_writer_who_is_shown_it(desk: &mut Desk) {
    let notice = with_notice(desk);
    let signature = "佐藤 花子\n在宅医療相談窓口 事務局\nTEL 03-9999-0000\nsato@example.jp";
    let body = format!(
        "会議の例をお送りします。\n\n{signature}\n\nOn 2025/07/01 10:00, {DESK} wrote:\n{}",
        quoted(&notice, "> ")
    );
    deliver(desk, reply(SATO, &notice, "1", &body), "10:10:00");
    once_at(desk, "10:11:00");
    let echo = mail_to(desk, SATO, "送信前のご確認");
    let (shown, left_out) = echo.text.split_once("次の部分は、署名または引用とみて、送信しません。").unwrap();
    assert!(shown.contains("会議の例をお送りします。") && !shown.contains("03-9999-0000"), "{shown}");
    assert!(left_out.contains("TEL 03-9999-0000"), "{left_out}");
    once_at(desk, "10:25:00");
    let sent = answers(desk, 1);
    assert!(
        sent.len() == 1 && !sent[0].1.contains("03-9999-0000") && !sent[0].1.contains("佐藤"),
        "{sent:?}"
    );
}
