//! The main path: a mail in the mailbox becomes a ticket, and its sender gets an acknowledgement.

use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
};

on_both!(
    an_inquiry_becomes_a_ticket_and_is_acknowledged,
    a_second_pass_changes_nothing,
    the_template_is_read_in_iso_2022_jp_and_in_html,
    an_inquiry_passed_on_as_a_file_is_acknowledged_to_the_one_who_passed_it_on,
    a_reply_joins_its_ticket_by_our_message_id_or_by_number_and_sender,
    robots_bounces_and_lists_are_parked_and_never_answered,
    outside_the_window_mail_is_kept_and_its_sender_told,
    mail_older_than_the_desk_is_filed_in_silence,
    one_sender_gets_no_more_automatic_mails_than_allowed
);

fn an_inquiry_becomes_a_ticket_and_is_acknowledged(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    let tickets = desk.tickets();
    assert_eq!(tickets.len(), 1);
    let ticket = &tickets[0];
    assert_eq!(ticket["number"], "ZT-2025-0001");
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["channel"], "email");
    assert_eq!(ticket["organization"], "第1市 健康福祉部");
    assert_eq!(ticket["name"], "山田 太郎");
    assert_eq!(ticket["inquiry"], "会議の参加者の例を教えてください。");
    assert_eq!(ticket["received_at"], "2025-07-01T09:30:00+09:00");
    // 16 business hours from Tuesday 09:30: Tuesday 7.5, Wednesday 8, Thursday half an hour.
    assert_eq!(ticket["deadline"], "2025-07-03T09:30:00+09:00");
    assert_eq!(ticket["overdue"], false);
    assert!(ticket["acknowledged_at"].is_string());

    let mails = desk.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("zaitaku@tohmatu.co.jp", &["yamada1@city.example.jp".to_owned()][..])
    );
    let mail = madoguchi::mail::read(&mails[0].data);
    assert_eq!(mail.subject, "[ZT-2025-0001] 拠点整備・運用に関する照会（受付のお知らせ）");
    assert_eq!(mail.in_reply_to, ["inquiry-1@city.example.jp"]);
    assert!(mail.text.contains("回答予定：令和7年7月3日（木）まで"), "{}", mail.text);
    let header = |name: &str| {
        mail.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
    };
    assert_eq!(header("Auto-Submitted"), Some("auto-replied"));
    assert_eq!(header("X-Auto-Response-Suppress"), Some("All"));
    assert_eq!(header("X-Madoguchi-Loop"), Some("zaitaku@tohmatu.co.jp"));
}

fn a_second_pass_changes_nothing(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.smtp.mails().len(), 1);
}

fn the_template_is_read_in_iso_2022_jp_and_in_html(desk: &Desk) {
    let text = "1) 自治体・機関名：青峰県\n2) 氏名：佐久間 亮\n3) 連絡先：03-0000-3344\n4) 照会内容：費用の按分について\n";
    let (jis, _, _) = encoding_rs::ISO_2022_JP.encode(text);
    desk.deliver(
        Mail::new()
            .from("s@pref.example.jp")
            .subject("=?ISO-2022-JP?B?GyRCNXJFQEBQSHchJjE/TVEkSzRYJDkkaz5ILnEbKEI=?=")
            .id("jis@pref.example.jp")
            .header("Content-Type", "text/plain; charset=ISO-2022-JP")
            .without("Content-Transfer-Encoding")
            .body(jis),
    );
    let html = "<html><body><div>1) 自治体・機関名：白樺台村</div><div>2) 氏名：藤井</div>\
                <div>3) 連絡先：03-0000-5566</div><div>4) 照会内容：研修の例</div></body></html>";
    desk.deliver(
        message(2, "拠点整備・運用に関する照会", html).header("Content-Type", "text/html; charset=UTF-8"),
    );
    desk.once();
    let tickets = desk.tickets();
    let column =
        |key: &str| tickets.iter().map(|ticket| ticket[key].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(column("organization"), ["青峰県", "白樺台村"]);
    assert_eq!(column("name"), ["佐久間 亮", "藤井"]);
    assert_eq!(column("inquiry"), ["費用の按分について", "研修の例"]);
    assert_eq!(desk.smtp.mails().len(), 2);
}

fn an_inquiry_passed_on_as_a_file_is_acknowledged_to_the_one_who_passed_it_on(desk: &Desk) {
    let file = String::from_utf8(inquiry(1).bytes()).unwrap();
    let parts = format!(
        "--b\nContent-Type: text/plain; charset=utf-8\n\n転送します。\n--b\nContent-Type: message/rfc822\n\n{file}\n--b--\n"
    );
    let note = message(2, "Fw: 照会", "")
        .from("Midori <midori@みかづき市.example.jp>")
        .header("Content-Type", "multipart/mixed; boundary=b")
        .body(parts);
    desk.deliver(note);
    desk.once();
    let tickets = desk.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(
        (&tickets[0]["status"], &tickets[0]["organization"]),
        (&"open".into(), &"第1市 健康福祉部".into())
    );
    let mails = desk.smtp.mails();
    // The envelope and the header have the A-labels of the domain.
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["midori@xn--u8je5e0ey16x.example.jp"]);
    let receipt = madoguchi::mail::read(&mails[0].data);
    assert_eq!(receipt.to[0].address, "midori@xn--u8je5e0ey16x.example.jp");
    assert!(receipt.subject.contains("受付のお知らせ"), "{}", receipt.subject);
}

fn a_reply_joins_its_ticket_by_our_message_id_or_by_number_and_sender(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    let acknowledgement = madoguchi::mail::read(&desk.smtp.mails()[0].data);
    let id = acknowledgement.message_id.unwrap();
    // A colleague replies to our mail; the inquirer writes a new one with the number in its subject.
    desk.deliver(message(7, "Re: 照会", "追記です。").in_reply_to(&id));
    desk.deliver(message(1, "[ZT-2025-0001] 追加", "もう一点です。").id("second-1@city.example.jp"));
    // The number alone opens no door: a stranger gets a new ticket.
    desk.deliver(message(9, "[ZT-2025-0001] 便乗", "私にも教えてください。"));
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002"]);
    let shown = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    let texts: Vec<&str> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["direction"] == "in")
        .map(|m| m["text"].as_str().unwrap().trim())
        .collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts.contains(&"追記です。") && texts.contains(&"もう一点です。"));
    let other = desk.json(&["ticket", "show", "ZT-2025-0002"]);
    assert!(other["events"][0]["detail"].as_str().unwrap().contains("ZT-2025-0001"));
}

fn robots_bounces_and_lists_are_parked_and_never_answered(desk: &Desk) {
    desk.deliver(message(1, "自動返信: 不在", "不在です。").header("Auto-Submitted", "auto-replied"));
    desk.deliver(message(2, "お知らせ", "研修会").header("List-Id", "<list.example.jp>"));
    desk.deliver(message(3, "拠点整備・運用に関する照会", "x").from("Yamada <zaitaku@tohmatu.co.jp>"));
    desk.once();
    assert_eq!(desk.parked(), ["automatic", "automatic", "automatic"]);
    assert!(desk.tickets().is_empty());
    assert!(desk.smtp.mails().is_empty());
}

fn outside_the_window_mail_is_kept_and_its_sender_told(desk: &Desk) {
    desk.deliver_at(inquiry(1), "2025-06-26T23:59:59+09:00");
    desk.deliver_at(inquiry(2), "2025-06-27T00:00:00+09:00");
    desk.deliver_at(inquiry(3), "2026-02-28T23:59:59+09:00");
    desk.deliver_at(inquiry(4), "2026-03-01T00:00:00+09:00");
    desk.once();
    assert_eq!(desk.parked(), ["before_window", "after_window"]);
    assert_eq!(desk.tickets().len(), 2);
    let subjects: Vec<String> =
        desk.smtp.mails().iter().map(|mail| madoguchi::mail::read(&mail.data).subject).collect();
    assert_eq!(
        subjects.iter().filter(|subject| subject.contains("受付開始日のご案内")).count(),
        1,
        "{subjects:?}"
    );
    assert_eq!(
        subjects.iter().filter(|subject| subject.contains("受付終了のご案内")).count(),
        1,
        "{subjects:?}"
    );
}

fn mail_older_than_the_desk_is_filed_in_silence(desk: &mut Desk) {
    desk.set("mailbox.accept_since", "2025-07-01T09:45:00+09:00");
    desk.deliver(inquiry(1));
    desk.deliver_at(inquiry(2), "2025-07-01T09:45:00+09:00");
    desk.once();
    assert_eq!(desk.tickets().len(), 2);
    let mails = desk.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["yamada2@city.example.jp"]);
    let shown = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    let refused =
        shown["events"].as_array().unwrap().iter().find(|event| event["what"] == "refused").unwrap();
    assert!(refused["detail"].as_str().unwrap().starts_with("too_old"), "{refused}");
}

fn one_sender_gets_no_more_automatic_mails_than_allowed(desk: &mut Desk) {
    desk.set("delivery.per_sender_daily_limit", 2);
    for nth in 1..=4 {
        desk.deliver(inquiry(nth).from("Yamada <same@city.example.jp>"));
    }
    desk.once();
    assert_eq!(desk.tickets().len(), 4, "every inquiry is filed");
    assert_eq!(desk.smtp.mails().len(), 2);
}
