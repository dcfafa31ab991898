//! 定型, 引用 and 検索 by mail: what staff wrote before, found and put into an answer before its author sees it.

use madoguchi::{desk::form::FieldKey, mail::InboundMail};

use super::{STAFF, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
};

on_both!(an_answer_takes_kept_phrases_and_answers_to_others, a_member_searches_by_mail);

/// The newest mail with these words in its text.
fn saying(desk: &Desk, to: &str, words: &str) -> InboundMail {
    let found = desk.mails_to(to).into_iter().rev().find(|mail| mail.text.contains(words));
    found.unwrap_or_else(|| panic!("{words}: {:?}", desk.mails_to(to).last().map(|mail| mail.text.clone())))
}

fn an_answer_takes_kept_phrases_and_answers_to_others(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2).field(FieldKey::Name, ""));
    desk.once();
    let notice = |desk: &Desk, number: &str| desk.mail_to("sato@example.jp", number);
    let (first, second) = (notice(desk, "ZT-2025-0001"), notice(desk, "ZT-2025-0002"));
    let mut nth = 0;
    let mut write = |desk: &mut Desk, to: &_, text: &str, minute: u32| {
        nth += 1;
        let mail = reply("sato@example.jp", to, nth, text);
        desk.deliver_at(mail, &format!("2025-07-01T10:{minute:02}:00+09:00"));
        desk.once_at(&format!("2025-07-01T10:{minute:02}:30+09:00"));
    };
    write(desk, &first, "定型 保存 お礼\n{機関名} の {氏名} 様、受付番号 {受付番号} へのお礼です。", 10);
    let kept = desk.json(&["phrase", "list"]);
    assert_eq!(kept[0]["name"], "お礼");
    assert!(saying(desk, "sato@example.jp", "定型文").text.contains("定型文「お礼」を保存しました"));
    // The echo shows what leaves.
    write(desk, &first, "定型 お礼\n例は別添のとおりです。", 12);
    let echo = saying(desk, "sato@example.jp", "例は別添のとおりです。");
    assert!(
        echo.text.contains("第1市 健康福祉部 の 山田 太郎 様、受付番号 ZT-2025-0001 へのお礼です。"),
        "{}",
        echo.text
    );
    desk.once_at("2025-07-01T10:30:00+09:00");
    let sent = saying(desk, "yamada1@city.example.jp", "へのお礼です");
    assert!(sent.text.contains("例は別添のとおりです。") && !sent.text.contains("定型"), "{}", sent.text);
    // A placeholder without a value, and a phrase that nobody keeps: nothing leaves.
    write(desk, &second, "定型 お礼", 31);
    assert!(saying(desk, "sato@example.jp", "{氏名} に入れる内容がありません").text.contains("ZT-2025-0002"));
    write(desk, &second, "定型 なぞ", 33);
    assert!(saying(desk, "sato@example.jp", "定型文「なぞ」はありません").text.contains("お礼"));
    // An answer with a name in it is not taken; one without is.
    write(desk, &second, "引用 ZT-2025-0001", 35);
    let asked = saying(desk, "sato@example.jp", "氏名などとみられる部分があります");
    assert!(asked.text.contains("例は別添のとおりです。"), "{}", asked.text);
    assert_eq!(desk.json(&["ticket", "show", "ZT-2025-0002"])["status"], "open");
    assert_eq!(desk.pipe(&["phrase", "set", "お礼"], "お礼です。".as_bytes()).code, Some(0));
    desk.deliver_at(inquiry(3), "2025-07-01T10:36:00+09:00");
    desk.once_at("2025-07-01T10:36:30+09:00");
    let third = notice(desk, "ZT-2025-0003");
    write(desk, &third, "定型 お礼\n提出は来月です。", 37);
    desk.once_at("2025-07-01T10:50:00+09:00");
    write(desk, &second, "引用 ZT-2025-0003", 51);
    desk.once_at("2025-07-01T11:05:00+09:00");
    let sent = saying(desk, "yamada2@city.example.jp", "提出は来月です。");
    assert!(sent.text.contains("お礼です。"), "{}", sent.text);
    assert_eq!(desk.run(&["phrase", "remove", "お礼"]).code, Some(0));
    assert_eq!(desk.run(&["phrase", "show", "お礼"]).code, Some(1));
}

fn a_member_searches_by_mail(desk: &mut Desk) {
    desk.add_settings(STAFF);
    for nth in 1..=22 {
        desk.deliver(inquiry(nth).field(FieldKey::Inquiry, "訪問看護ステーションについて。"));
    }
    desk.deliver(inquiry(23).field(FieldKey::Inquiry, "薬剤師会について。"));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "ZT-2025-0001");
    for (nth, words) in
        ["検索 訪問看護", "検索 薬剤師会", "検索 なぞなぞ", "検索 状態:なぞ"].into_iter().enumerate()
    {
        desk.deliver_at(reply("sato@example.jp", &notice, nth, words), "2025-07-01T10:10:00+09:00");
    }
    desk.once_at("2025-07-01T10:11:00+09:00");
    let found = |subject: &str| {
        let mails = desk.mails_to("sato@example.jp");
        mails.into_iter().find(|mail| mail.subject.contains(subject)).unwrap_or_else(|| panic!("{subject}"))
    };
    let many = found("【検索】訪問看護（20件以上）");
    assert_eq!(many.text.matches("■ ZT-2025-").count(), 20);
    assert!(many.text.contains("■ ZT-2025-0022") && !many.text.contains("■ ZT-2025-0002"), "{}", many.text);
    assert!(found("【検索】薬剤師会（1件）").text.contains("■ ZT-2025-0023"));
    assert!(found("【検索】なぞなぞ（0件）").text.contains("見つかりませんでした"));
    assert!(saying(desk, "sato@example.jp", "「状態:なぞ」が分かりませんでした").text.contains("回答済"));
}
