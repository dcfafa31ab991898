//! Who may do what by mail: keys and their limits, what proves a sender, responders without marks, and what somebody hears
//! who joins a ticket by its number.

use madoguchi::{desk::form::FieldKey, mail::InboundMail};

use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
    members::{INQUIRER, STAFF, mail_to, mails_to, reply, with_notice},
};

on_both!(
    an_expired_key_does_nothing_and_points_to_the_newest_list,
    only_our_own_servers_word_about_the_one_sender_makes_a_member,
    a_key_from_another_address_becomes_no_ticket,
    a_holiday_text_is_no_answer_and_its_responder_is_stopped,
    forged_mails_leave_the_explanations_of_real_ones_alone,
    a_joiner_by_number_hears_nothing_but_at_the_tickets_own_address,
    a_number_in_the_subject_joins_in_any_width_and_for_participants_only
);

const ITO: &str = "ito@example.jp";
const SATO: &str = "sato@example.jp";

fn problems_to(desk: &Desk, to: &str) -> Vec<InboundMail> {
    mails_to(desk, to).into_iter().filter(|mail| mail.subject.contains("できなかった操作")).collect()
}

fn once_at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("{now}:00+09:00"));
    desk.once();
}

fn deliver(desk: &Desk, mail: impl Into<Vec<u8>>, at: &str) {
    desk.deliver_at(mail, &format!("{at}:00+09:00"));
}

fn status(desk: &Desk, nth: usize) -> String {
    let ticket = desk.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")]);
    ticket["status"].as_str().unwrap().to_owned()
}

/// Messages in a ticket from an inquirer.
fn messages_in(desk: &Desk, nth: usize) -> usize {
    let ticket = desk.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")]);
    ticket["messages"].as_array().unwrap().iter().filter(|message| message["direction"] == "in").count()
}

fn an_expired_key_does_nothing_and_points_to_the_newest_list(desk: &mut Desk) {
    let notice = with_notice(desk);
    once_at(desk, "2025-07-01T13:00");
    let digest = mail_to(desk, ITO, "日次一覧");
    deliver(desk, reply(ITO, &notice, "1", "質問 対象は何年度でしょうか。"), "2025-09-03T10:00");
    let quoted: String = digest.text.lines().map(|line| format!("> {line}\n")).collect();
    let above = format!("質問 ZT-2025-0001 対象は何年度でしょうか。\n完了 ZT-2025-0001\n\n{quoted}");
    deliver(desk, reply(ITO, &digest, "2", &above), "2025-09-03T10:01");
    once_at(desk, "2025-09-03T10:02");
    once_at(desk, "2025-09-03T10:30");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "only the receipt");
    assert_eq!(status(desk, 1), "open");
    let told = problems_to(desk, ITO);
    assert_eq!(told.len(), 2);
    for told in told {
        assert!(told.text.contains("最新の日次一覧に返信してください"), "{}", told.text);
        assert!(told.text.contains("古い一覧"), "{}", told.text);
    }
}

fn only_our_own_servers_word_about_the_one_sender_makes_a_member(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.set("mailbox.authserv_id", "mx.example.jp");
    let pass = "Authentication-Results: mx.example.jp; dmarc=pass header.from=example.jp\n";
    let forged = [
        ("no results", String::new(), ITO),
        ("another server's", pass.replace("mx.", "mx.evil."), ITO),
        ("a forged one further below", format!("{}{pass}", pass.replace("=pass", "=fail")), ITO),
        ("nothing in the topmost", format!("Authentication-Results: mx.example.jp; none\n{pass}"), ITO),
        ("another domain", pass.replace("header.from=", "header.from=mail."), ITO),
        (
            "another domain's signature",
            "Authentication-Results: mx.example.jp; dkim=pass header.d=evil.example;\n spf=pass smtp.mailfrom=ito@evil.example\n"
                .to_owned(),
            ITO,
        ),
        (
            "a result in a comment",
            "Authentication-Results: mx.example.jp; spf=none (a (b) ; dmarc=pass header.from=example.jp)\n"
                .to_owned(),
            ITO,
        ),
        (
            "a result in a quoted string",
            "Authentication-Results: mx.example.jp; spf=pass\n smtp.mailfrom=\"x; dmarc=pass header.from=example.jp; \"@evil.example\n"
                .to_owned(),
            ITO,
        ),
        ("two mailboxes", pass.to_owned(), "ito@example.jp, evil@evil.example"),
        ("a group", pass.to_owned(), "staff: ito@example.jp;"),
        ("two fields", format!("{pass}From: ito@example.jp\n"), ITO),
        ("a From that is read in two ways", pass.to_owned(), "<evil@evil.example> <ito@example.jp>"),
    ];
    for (nth, (name, head, from)) in forged.iter().enumerate() {
        let mail = reply(ITO, &notice, &format!("forged-{nth}"), "完了").from(from);
        deliver(desk, [head.as_bytes(), &mail.bytes()].concat(), "2025-07-01T10:10");
        once_at(desk, "2025-07-01T10:11");
        assert_eq!(status(desk, 1), "open", "{name}");
        assert_eq!(desk.numbers().len(), 1, "{name}");
        assert_eq!(desk.parked().len(), nth + 1, "{name}");
    }
    assert!(desk.parked().iter().all(|reason| reason == "staff"), "{:?}", desk.parked());
    let told = problems_to(desk, SATO);
    assert!(told.iter().any(|mail| mail.text.contains("差出人を確認できなかった")));
    assert!(told.iter().any(|mail| mail.text.contains("一人に定まらない")));
    let mail = reply(ITO, &notice, "real", "完了 お電話で回答済み");
    deliver(desk, [pass.as_bytes(), &mail.bytes()].concat(), "2025-07-01T10:20");
    once_at(desk, "2025-07-01T10:21");
    assert_eq!(status(desk, 1), "closed");
}

fn a_key_from_another_address_becomes_no_ticket(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(
        desk,
        reply("home@private.example", &notice, "1", "会議の例は、第一市にございます。"),
        "2025-07-01T10:10",
    );
    once_at(desk, "2025-07-01T10:11");
    once_at(desk, "2025-07-01T10:30");
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.parked(), ["staff"]);
    assert_eq!(mails_to(desk, "home@private.example").len(), 0);
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
    assert!(problems_to(desk, SATO)[0].text.contains("登録のないアドレス"));
}

fn a_holiday_text_is_no_answer_and_its_responder_is_stopped(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.deliver(inquiry(2));
    once_at(desk, "2025-07-01T10:05");
    let other = mail_to(desk, ITO, "新しい照会");
    for nth in 0..25 {
        let text = format!(
            "メールありがとうございます。\n誠に勝手ながら、7月1日から4日まで夏季休業とさせていただいております。（{nth}）\n\
             休業明けに順次ご連絡いたします。"
        );
        deliver(desk, reply(ITO, &notice, &format!("away-{nth}"), &text), "2025-07-01T10:10");
    }
    once_at(desk, "2025-07-01T10:11");
    once_at(desk, "2025-07-01T10:30");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "only the receipt");
    let told = problems_to(desk, ITO);
    assert_eq!(told.len(), 6);
    assert_eq!(told.iter().filter(|mail| mail.text.contains("不在のお知らせ")).count(), 5);
    let limit = "ZT-2025-0001 についてのメールに、本日は自動のメールを5通";
    assert!(told.iter().any(|mail| mail.text.contains(limit)));
    assert!(mail_to(desk, SATO, "できなかった操作").text.contains("自動のメールを5通"), "leads are told");
    assert_eq!(desk.parked(), ["staff_limit"; 20]);
    // The other ticket is as before, orders alone are carried out, and the next day all is as before.
    deliver(desk, reply(ITO, &other, "2", "完了 お電話で回答済み"), "2025-07-01T10:40");
    deliver(desk, reply(ITO, &notice, "3", "完了 お電話で回答済み"), "2025-07-01T10:40");
    once_at(desk, "2025-07-01T10:41");
    assert_eq!((status(desk, 1), status(desk, 2)), ("closed".into(), "closed".into()));
    assert_eq!(desk.parked(), ["staff_limit"; 20]);
    let results = |desk: &Desk| {
        let is_result = |mail: &InboundMail| {
            ["完了に", "再開"].iter().any(|word| mail.subject.contains(&format!("] {word}")))
        };
        mails_to(desk, ITO).iter().filter(|mail| is_result(mail)).count()
    };
    assert_eq!(results(desk), 2, "a person's orders are answered");
    deliver(desk, reply(ITO, &notice, "5", "再開"), "2025-07-02T09:11");
    once_at(desk, "2025-07-02T09:12");
    assert_eq!((status(desk, 1), results(desk)), ("open".into(), 3));
}

fn forged_mails_leave_the_explanations_of_real_ones_alone(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.set("mailbox.authserv_id", "mx.example.jp");
    for nth in 0..14 {
        deliver(desk, reply(ITO, &notice, &format!("forged-{nth}"), "完了"), "2025-07-01T10:10");
    }
    once_at(desk, "2025-07-01T10:11");
    let told = problems_to(desk, ITO);
    assert_eq!(told.len(), 10);
    assert!(told.iter().any(|mail| mail.text.contains("本日はこれ以上お知らせしません")));
    let pass = "mx.example.jp; dkim=pass header.d=example.jp";
    let unkeyed = Mail::new().from(ITO).subject("ZT-2025-0001").id("real-1@example.jp").body("完了です。\n");
    for mail in [unkeyed, reply(ITO, &notice, "real-2", "了解です。")] {
        deliver(desk, mail.header("Authentication-Results", pass), "2025-07-01T10:20");
    }
    once_at(desk, "2025-07-01T10:21");
    let told = problems_to(desk, ITO);
    assert_eq!(told.len(), 12, "both are explained");
    for word in ["記号（#…）がない", "「了解です。」"] {
        assert!(told.iter().any(|mail| mail.text.contains(word)), "{word}");
    }
}

fn a_joiner_by_number_hears_nothing_but_at_the_tickets_own_address(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).without_field(FieldKey::Name).without_field(FieldKey::Inquiry));
    desk.once();
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the missing fields are asked for");
    let joins =
        message(1, "ZT-2025-0001の件", "2) 氏名：山田 太郎\n4) 照会内容：会議の例を教えてください。\n")
            .header("Reply-To", "other@city.example.jp")
            .header("Cc", "third@city.example.jp")
            .id("joins@city.example.jp");
    deliver(desk, joins, "2025-07-01T10:10");
    once_at(desk, "2025-07-01T10:11");
    assert_eq!(messages_in(desk, 1), 2);
    assert_eq!(mails_to(desk, INQUIRER).len(), 2, "the receipt goes to the ticket's own address");
    // So does the receipt of a later ticket that takes over what is known of the inquirer.
    assert_eq!(desk.run(&["ticket", "close", "ZT-2025-0001"]).code, Some(0));
    let later = message(1, "ZT-2025-0001の件", "来年度の会議の例も教えてください。\n")
        .header("Reply-To", "other@city.example.jp")
        .id("later@city.example.jp");
    deliver(desk, later, "2025-07-22T10:10");
    // A colleague is no inquirer of that ticket, and is asked.
    let colleague = message(2, "ZT-2025-0001の件", "私からもお願いします。\n")
        .from("third@city.example.jp")
        .id("colleague@city.example.jp");
    deliver(desk, colleague, "2025-07-22T10:11");
    once_at(desk, "2025-07-22T10:12");
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002", "ZT-2025-0003"]);
    let receipt = mails_to(desk, INQUIRER).pop().unwrap();
    assert!(
        receipt.subject.contains("ZT-2025-0002") && receipt.text.contains("山田 太郎"),
        "{}",
        receipt.text
    );
    let asked = mails_to(desk, "third@city.example.jp");
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].text.contains("山田") && !asked[0].text.contains("第1市"), "{}", asked[0].text);
    assert_eq!(mails_to(desk, "other@city.example.jp").len(), 0);
}

fn a_number_in_the_subject_joins_in_any_width_and_for_participants_only(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    for (nth, subject) in
        ["ＺＴ－２０２５－０００１について", "受付番号：zt‐2025‐0001", "追加です（ZTー2025ー0001）"]
            .iter()
            .enumerate()
    {
        let mail = message(1, subject, "追記です。\n").id(&format!("more-{nth}@city.example.jp"));
        deliver(desk, mail, "2025-07-01T10:10");
        once_at(desk, "2025-07-01T10:11");
        assert_eq!(messages_in(desk, 1), nth + 2, "{subject}");
    }
    assert_eq!(desk.numbers().len(), 1);
    let longer = message(1, "ABZT-2025-00012の見積もり", "別件です。\n").id("longer@city.example.jp");
    deliver(desk, longer, "2025-07-01T10:20");
    deliver(desk, message(9, "ZT-2025-0001について", "教えてください。\n"), "2025-07-01T10:21");
    once_at(desk, "2025-07-01T10:22");
    assert_eq!(messages_in(desk, 1), 4, "neither joins");
}
