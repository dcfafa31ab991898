//! 訂正 and 再送: what is known of an inquirer is corrected, and an answer that did not arrive leaves once more.

use super::{STAFF, quoted, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry},
};

on_both!(
    a_bounced_answer_leaves_again_to_the_corrected_address_by_one_tap,
    the_letter_to_the_inquirer_of_a_merged_ticket_leaves_again_to_their_corrected_address,
    fields_are_corrected_by_mail_and_from_the_shell,
    a_correction_to_an_address_of_the_desk_or_to_none_is_refused,
    what_waits_is_written_anew_with_what_is_corrected,
    nothing_more_is_written_to_an_address_at_which_an_answer_did_not_arrive
);

/// A delivery report about a mail of ours.
pub(super) fn report(original: &str, nth: usize) -> Mail {
    let boundary = format!(
        "--r\nContent-Type: text/plain\n\nUser unknown\n--r\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; yamada1@city.example.jp\nAction: failed\n\
         Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--r\nContent-Type: text/rfc822-headers\n\n\
         Message-ID: <{original}>\n\n--r--\n"
    );
    Mail::new()
        .from("MAILER-DAEMON@mx.example.jp")
        .subject("Undelivered Mail Returned to Sender")
        .id(&format!("bounce-{nth}@mx.example.jp"))
        .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=r")
        .body(boundary)
}

fn a_bounced_answer_leaves_again_to_the_corrected_address_by_one_tap(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "新しい照会");
    let answer = "手引きの12ページをご覧ください。";
    desk.deliver_at(
        reply("sato@example.jp", &notice, 1, answer).files(&[("例.pdf", b"%PDF")]),
        "2025-07-01T10:05:00+09:00",
    );
    desk.once_at("2025-07-01T10:06:00+09:00");
    desk.once_at("2025-07-01T10:20:00+09:00");
    let sent = desk.mail_to("yamada1@city.example.jp", "回答");
    desk.deliver_at(report(sent.message_id.as_deref().unwrap(), 1), "2025-07-01T10:25:00+09:00");
    desk.once_at("2025-07-01T10:26:00+09:00");
    assert_eq!(desk.status(1), "open", "the answer is owed again");
    let told = desk.mail_to("sato@example.jp", "不達");
    assert!(told.text.contains("訂正 アドレス"), "{}", told.text);
    desk.deliver_at(
        reply(
            "sato@example.jp",
            &told,
            2,
            &format!("訂正 アドレス right@city.example.jp\n\n{}", quoted(&told.text)),
        ),
        "2025-07-01T10:30:00+09:00",
    );
    desk.once_at("2025-07-01T10:31:00+09:00");
    assert!(desk.mails_to("right@city.example.jp").is_empty(), "nothing leaves by the correction alone");
    let corrected = desk.mail_to("sato@example.jp", "訂正しました");
    assert!(corrected.text.contains("送り直す：<mailto:"), "{}", corrected.text);
    desk.deliver_at(reply("sato@example.jp", &corrected, 3, "再送"), "2025-07-01T10:32:00+09:00");
    desk.once_at("2025-07-01T10:33:00+09:00");
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    assert!(echo.text.contains("right@city.example.jp") && echo.text.contains(answer), "{}", echo.text);
    desk.once_at("2025-07-01T10:45:00+09:00");
    let [again] = desk.mails_to("right@city.example.jp").try_into().unwrap();
    assert_eq!((&again.subject, &again.text), (&sent.subject, &sent.text));
    assert_eq!(again.attachments, sent.attachments);
    assert_ne!(again.message_id, sent.message_id);
    assert_eq!(desk.status(1), "answered");
    // It has arrived, so it leaves no third time.
    assert_eq!(desk.run(&["ticket", "resend", "ZT-2025-0001"]).code, Some(1));
}

fn the_letter_to_the_inquirer_of_a_merged_ticket_leaves_again_to_their_corrected_address(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(desk.pipe(&["ticket", "note", "ZT-2025-0001"], "先方は午後に在席".as_bytes()).code, Some(0));
    assert_eq!(desk.run(&["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"]).code, Some(0));
    let answer = "手引きの12ページをご覧ください。";
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], answer.as_bytes()).code, Some(0));
    desk.once_at("2025-07-01T10:20:00+09:00");
    for nth in [1, 2] {
        let sent = desk.mail_to(&format!("yamada{nth}@city.example.jp"), "回答");
        desk.deliver_at(report(sent.message_id.as_deref().unwrap(), nth), "2025-07-01T10:25:00+09:00");
    }
    desk.once_at("2025-07-01T10:26:00+09:00");
    let told = desk.mail_to("sato@example.jp", "ZT-2025-0002 の「回答」が届きませんでした");
    for part in ["第2市", "yamada2@city.example.jp", "先方は午後に在席"] {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    let order = reply("sato@example.jp", &told, 1, "訂正 アドレス right@city.example.jp");
    desk.deliver_at(order, "2025-07-01T10:30:00+09:00");
    desk.once_at("2025-07-01T10:31:00+09:00");
    let corrected = desk.mail_to("sato@example.jp", "訂正しました");
    assert!(corrected.text.contains("送り直す：<mailto:"), "{}", corrected.text);
    desk.deliver_at(reply("sato@example.jp", &corrected, 2, "再送"), "2025-07-01T10:32:00+09:00");
    desk.once_at("2025-07-01T10:33:00+09:00");
    desk.once_at("2025-07-01T10:45:00+09:00");
    let [again] = desk.mails_to("right@city.example.jp").try_into().unwrap();
    assert!(again.subject.contains("ZT-2025-0002") && again.text.contains(answer), "{}", again.text);
    assert!(!again.text.contains("第1市"), "{}", again.text);
    assert_eq!(
        desk.mails_to("yamada1@city.example.jp").len(),
        2,
        "nothing more leaves to the other inquirer"
    );
}

fn fields_are_corrected_by_mail_and_from_the_shell(desk: &mut Desk) {
    use madoguchi::desk::form::FieldKey;
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).without_field(FieldKey::Inquiry).field(FieldKey::Inquiry, ""));
    desk.once();
    assert_eq!(desk.status(1), "waiting");
    let notice = desk.mail_to("sato@example.jp", "新しい照会");
    desk.deliver_at(
        reply("sato@example.jp", &notice, 1, "訂正 氏名 髙橋 真由美\n訂正 照会内容：電話で伺った照会です。"),
        "2025-07-01T10:10:00+09:00",
    );
    desk.once_at("2025-07-01T10:11:00+09:00");
    let ticket = desk.ticket(1);
    let told = desk.mails_to("sato@example.jp").pop().unwrap();
    assert_eq!(ticket["name"], "髙橋 真由美", "{} {}", told.subject, told.text);
    assert_eq!((ticket["status"].as_str(), ticket["deadline"].is_string()), (Some("open"), true), "{ticket}");
    let done = desk.run(&["ticket", "correct", "ZT-2025-0001", "organization", "星川市"]);
    assert_eq!((done.code, done.stdout.trim()), (Some(0), "ZT-2025-0001: corrected organization"));
    assert_eq!(desk.ticket(1)["organization"], "星川市");
    assert_eq!(desk.run(&["ticket", "correct", "ZT-2025-0001", "subject", "x"]).code, Some(2));
}

fn a_correction_to_an_address_of_the_desk_or_to_none_is_refused(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "新しい照会");
    for (nth, (value, why)) in [
        ("zaitaku@tohmatu.co.jp", "宛先にできるアドレスではありません"),
        ("山田さん", "宛先にできるアドレスではありません"),
        ("a@example.jp、b@example.jp", "宛先にできるアドレスではありません"),
    ]
    .into_iter()
    .enumerate()
    {
        let order = reply("sato@example.jp", &notice, nth, &format!("訂正 アドレス {value}"));
        desk.deliver_at(order, &format!("2025-07-01T10:1{nth}:00+09:00"));
        desk.once_at(&format!("2025-07-01T10:1{nth}:30+09:00"));
        let told = desk.mail_to("sato@example.jp", "できなかった操作");
        assert!(told.text.contains(why) && told.text.contains(value), "{}", told.text);
    }
}

fn what_waits_is_written_anew_with_what_is_corrected(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    let text = "手引きの12ページをご覧ください。\n\n別表もご参照ください。";
    let again = "送信を待っていたメールは、訂正した内容で作り直しました";
    // A text with an address line and a note of its own, as the letter around it has them, is known by its fingerprint.
    let addressed = "山田 太郎 様\n\n手引きをご覧ください。\n\n※ 別表は後日お送りします。";
    for (nth, text) in [(1, text), (2, addressed)] {
        let number = format!("ZT-2025-{nth:04}");
        let notice = desk.mail_to("ito@example.jp", &format!("[{number}] 新しい照会"));
        let answer = reply("ito@example.jp", &notice, nth, text).files(&[("例.pdf", b"%PDF")]);
        desk.deliver_at(answer, &format!("2025-07-01T10:{nth}5:00+09:00"));
        desk.once_at(&format!("2025-07-01T10:{nth}5:30+09:00"));
        let notice = desk.mail_to("sato@example.jp", &format!("[{number}] 新しい照会"));
        let order = format!("訂正 アドレス right{nth}@city.example.jp\n訂正 氏名 髙橋 真由美");
        let order = reply("sato@example.jp", &notice, 10 + nth, &order);
        desk.deliver_at(order, &format!("2025-07-01T10:{nth}6:00+09:00"));
        desk.once_at(&format!("2025-07-01T10:{nth}6:30+09:00"));
        let corrected = desk.mail_to("sato@example.jp", "訂正しました");
        assert!(corrected.text.contains(again), "{}", corrected.text);
    }
    // Each 訂正 makes a new echo, and mails of one pass arrive in any order.
    let parts = ["right1@city.example.jp", "髙橋 真由美 様", "例.pdf", text];
    let echoes: Vec<String> = desk
        .mails_to("ito@example.jp")
        .into_iter()
        .filter(|mail| mail.subject.starts_with("[ZT-2025-0001] 送信前のご確認"))
        .map(|mail| mail.text)
        .collect();
    assert_eq!(echoes.len(), 3, "{echoes:#?}");
    assert!(echoes.iter().any(|echo| parts.iter().all(|part| echo.contains(part))), "{echoes:#?}");
    // Its address line has the name of before.
    let asks = desk.mails_to("ito@example.jp").into_iter().any(|mail| {
        mail.subject.starts_with("[ZT-2025-0002] 送信前のご確認：回答（「送信」のお返事")
            && mail.text.contains("「山田 太郎 様」は、宛先の方のお名前と異なるようです。")
            && mail.text.contains(addressed)
    });
    assert!(asks, "the second one waits for a word");
    desk.once_at("2025-07-01T10:45:00+09:00");
    let [answer] = desk.mails_to("right1@city.example.jp").try_into().unwrap();
    assert!(answer.text.contains("髙橋 真由美 様") && answer.text.contains(text), "{}", answer.text);
    assert_eq!(answer.attachments.len(), 1);
    for nth in [1, 2] {
        assert_eq!(desk.mails_to(&format!("yamada{nth}@city.example.jp")).len(), 1, "only the receipt");
    }
    assert!(desk.mails_to("right2@city.example.jp").is_empty());
    assert_eq!((desk.status(1).as_str(), desk.status(2).as_str()), ("answered", "open"));
}

fn nothing_more_is_written_to_an_address_at_which_an_answer_did_not_arrive(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let answer = "手引きの12ページをご覧ください。";
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], answer.as_bytes()).code, Some(0));
    desk.once_at("2025-07-01T10:20:00+09:00");
    let sent = desk.mail_to("yamada1@city.example.jp", "回答");
    // A text that is written before the report comes does not hide the answer.
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "補足です。".as_bytes()).code, Some(0));
    desk.deliver_at(report(sent.message_id.as_deref().unwrap(), 1), "2025-07-01T10:21:00+09:00");
    desk.once_at("2025-07-01T10:21:30+09:00");
    assert_eq!(desk.run(&["ticket", "cancel", "ZT-2025-0001"]).code, Some(0));
    let told = desk.mail_to("sato@example.jp", "不達");
    let call = "先方に電話したところ、正しいアドレスは right@city.example.jp とのことです。";
    desk.deliver_at(reply("sato@example.jp", &told, 1, call), "2025-07-01T10:25:00+09:00");
    desk.once_at("2025-07-01T10:26:00+09:00");
    let asked = desk.mails_to("sato@example.jp").pop().unwrap();
    assert!(asked.text.contains("前のメールが yamada1@city.example.jp に届いていない"), "{}", asked.text);
    desk.deliver_at(
        reply("sato@example.jp", &told, 2, "訂正 アドレス right@city.example.jp"),
        "2025-07-01T10:30:00+09:00",
    );
    desk.once_at("2025-07-01T10:31:00+09:00");
    let corrected = desk.mail_to("sato@example.jp", "訂正しました");
    desk.deliver_at(reply("sato@example.jp", &corrected, 3, "再送"), "2025-07-01T10:32:00+09:00");
    desk.once_at("2025-07-01T10:33:00+09:00");
    desk.once_at("2025-07-01T10:45:00+09:00");
    let [again] = desk.mails_to("right@city.example.jp").try_into().unwrap();
    assert!(again.text.contains(answer), "{}", again.text);
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 2, "the receipt and the answer");
}
