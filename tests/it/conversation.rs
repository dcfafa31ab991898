//! Conversations with inquirers: threads, missing fields, reminders, autoresponders, loops and bounces.

use madoguchi::{
    desk::form::FieldKey,
    mail::{InboundMail, read},
};

use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
    smtp::{Accepted, Act, At},
};

on_both!(
    a_missing_field_is_asked_for_and_its_answer_starts_the_clock,
    who_does_not_answer_is_reminded_twice_and_then_staff_decide,
    a_bounce_of_our_mail_is_shown_and_told_and_any_other_is_parked,
    a_mail_that_is_refused_for_good_is_told_to_staff,
    two_desks_and_a_vacation_responder_stop_after_one_mail,
    the_form_goes_once_and_only_to_who_wrote_to_the_desk,
    a_new_key_still_knows_the_old_mails,
    reconcile_explains_every_message
);

const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
                     [answers]\nnew_ticket = \"none\"\n[digest]\nat = []\n";

struct Sent {
    to: String,
    mail: InboundMail,
}

impl Desk {
    fn sent(&self) -> Vec<Sent> {
        let read = |sent: &Accepted| Sent { to: sent.to.join(", "), mail: read(&sent.data) };
        self.smtp.mails().iter().map(read).collect()
    }

    fn last_to(&self, to: &str) -> InboundMail {
        self.sent().into_iter().rev().find(|sent| sent.to == to).unwrap().mail
    }

    fn events(&self, number: &str, what: &str) -> Vec<String> {
        let shown = self.json(&["ticket", "show", number]);
        let events = shown["events"].as_array().unwrap().iter().filter(|event| event["what"] == what);
        events.map(|event| event["detail"].as_str().unwrap().to_owned()).collect()
    }
}

fn answer_to(mail: &InboundMail, from: &str, nth: usize, body: &str) -> Mail {
    let id = mail.message_id.as_deref().unwrap();
    Mail::new()
        .from(from)
        .subject(&format!("Re: {}", mail.subject))
        .in_reply_to(id)
        .header("References", &format!("<{id}>"))
        .id(&format!("answer-{nth}@city.example.jp"))
        .body(format!("{body}\n"))
}

fn incomplete(nth: usize) -> Mail {
    inquiry(nth).without_field(FieldKey::Inquiry)
}

fn a_missing_field_is_asked_for_and_its_answer_starts_the_clock(desk: &mut Desk) {
    desk.deliver(incomplete(1));
    desk.once();
    let ask = desk.last_to("yamada1@city.example.jp");
    assert!(ask.text.contains("4) 照会内容（具体的に）："), "{}", ask.text);
    let ticket = &desk.tickets()[0];
    assert_eq!(
        (&ticket["status"], &ticket["deadline"], &ticket["missing"][0]),
        (&"waiting".into(), &serde_json::Value::Null, &"inquiry".into())
    );
    // Mail programs put the answer above the quoted form.
    let quoted: String = ask.text.lines().map(|line| format!("> {line}\n")).collect();
    desk.starts_at("2025-07-02T11:00:00+09:00");
    desk.deliver_at(
        answer_to(
            &ask,
            "yamada1@city.example.jp",
            1,
            &format!("4) 照会内容：会議の例を知りたい。\n\n{quoted}"),
        ),
        "2025-07-02T10:00:00+09:00",
    );
    desk.once();
    let ticket = &desk.tickets()[0];
    assert_eq!(
        (&ticket["status"], &ticket["deadline"]),
        (&"open".into(), &"2025-07-04T10:00:00+09:00".into())
    );
    assert_eq!(ticket["inquiry"], "会議の例を知りたい。");
    let receipt = desk.last_to("yamada1@city.example.jp");
    assert!(
        receipt.subject.contains("受付のお知らせ")
            && receipt.text.contains("回答予定：令和7年7月4日（金）まで"),
        "{}",
        receipt.text
    );
    assert_eq!(desk.sent().len(), 2);
    assert_eq!(desk.numbers().len(), 1);
}

fn who_does_not_answer_is_reminded_twice_and_then_staff_decide(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(incomplete(1));
    desk.once();
    let mut told = Vec::new();
    // The desk asked on Tuesday at 10:00; a reminder is due after 24 business hours, which are three days.
    for now in [
        "2025-07-04T09:59:00+09:00",
        "2025-07-04T10:00:30+09:00",
        "2025-07-04T16:00:00+09:00",
        "2025-07-06T12:00:00+09:00",
        "2025-07-09T09:00:00+09:00",
        "2025-07-09T10:01:00+09:00",
        "2025-07-14T23:00:00+09:00",
        "2025-07-15T09:00:00+09:00",
        "2025-08-15T09:00:00+09:00",
    ] {
        let before = desk.sent().len();
        desk.starts_at(now);
        desk.once();
        told.extend(
            desk.sent()
                .into_iter()
                .skip(before)
                .filter(|sent| !sent.mail.subject.contains("月次報告"))
                // A member's key differs from run to run.
                .map(|sent| (sent.to, sent.mail.subject.split(" #").next().unwrap_or_default().to_owned()))
                .map(|(to, subject)| format!("{now} {to} {subject}")),
        );
    }
    assert_eq!(
        told,
        [
            "2025-07-04T10:00:30+09:00 yamada1@city.example.jp [ZT-2025-0001] 拠点整備・運用に関する照会（記載事項の再度のご確認のお願い）",
            "2025-07-09T10:01:00+09:00 yamada1@city.example.jp [ZT-2025-0001] 拠点整備・運用に関する照会（記載事項の再度のご確認のお願い）",
            "2025-07-15T09:00:00+09:00 sato@example.jp 【要判断】ZT-2025-0001 は、照会者からの返信がありません",
            "2025-08-15T09:00:00+09:00 sato@example.jp 【要判断】ZT-2025-0001 は、照会者からの返信がありません",
        ]
    );
    let ids: std::collections::BTreeSet<_> =
        desk.sent().into_iter().map(|sent| sent.mail.message_id).collect();
    assert_eq!(ids.len(), 6, "each mail has a Message-ID of its own");
}

fn a_bounce_of_our_mail_is_shown_and_told_and_any_other_is_parked(desk: &Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let receipt = desk.last_to("yamada1@city.example.jp");
    let report = |id: &str, action: &str, nth: usize| {
        Mail::new()
            .from("MAILER-DAEMON@mx.example.jp")
            .subject("Undelivered Mail Returned to Sender")
            .header("Return-Path", "<>")
            .header("Auto-Submitted", "auto-replied")
            .id(&format!("report-{nth}@mx.example.jp"))
            .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=b")
            .body(format!(
                "--b\nContent-Type: text/plain\n\nSorry.\n\
                 --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\n\n\
                 Final-Recipient: rfc822; yamada1@city.example.jp\nAction: {action}\nStatus: 5.1.1\n\
                 Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n\
                 --b\nContent-Type: text/rfc822-headers\n\n\
                 Message-ID: <{id}>\nTo: yamada1@city.example.jp\n\n--b--\n"
            ))
    };
    let id = receipt.message_id.unwrap();
    desk.deliver(report(&id, "delayed", 1));
    desk.deliver(report(
        "zt-2025-0001.acknowledgement.00000000000000000000000000000000@tohmatu.co.jp",
        "failed",
        2,
    ));
    desk.deliver(report("somebody@else.example", "failed", 3));
    desk.once();
    assert_eq!(desk.parked(), ["bounce", "bounce"], "forged and foreign reports");
    assert_eq!(desk.sent().len(), 1, "nobody is told of a delay");
    assert!(desk.json(&["outbox", "list"]).as_array().unwrap().is_empty());
    desk.deliver(report(&id, "failed", 4));
    desk.deliver(report(&id, "failed", 5));
    desk.once();
    let row = &desk.json(&["outbox", "list"])[0];
    assert_eq!((&row["state"], &row["ticket"]), (&"bounced".into(), &"ZT-2025-0001".into()));
    assert_eq!(desk.events("ZT-2025-0001", "bounced").len(), 1);
    let told: Vec<Sent> = desk.sent().into_iter().filter(|sent| sent.to == "sato@example.jp").collect();
    assert_eq!(told.len(), 1, "once, however often it is reported");
    let text = &told[0].mail.text;
    assert!(
        text.contains("03-0000-0001")
            && text.contains("yamada1@city.example.jp")
            && text.contains("見つかりません"),
        "{text}"
    );
    assert_eq!(desk.tickets().len(), 1);
}

fn a_mail_that_is_refused_for_good_is_told_to_staff(desk: &Desk) {
    desk.add_settings(STAFF);
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada1@city.example.jp"));
    desk.deliver(inquiry(1));
    desk.once();
    desk.once();
    let told = desk.last_to("sato@example.jp");
    assert!(told.subject.contains("【不達】ZT-2025-0001"), "{}", told.subject);
    assert!(told.text.contains("03-0000-0001"), "{}", told.text);
}

fn two_desks_and_a_vacation_responder_stop_after_one_mail(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.deliver(message(3, "お尋ね", "一度お電話をいただけますか。"));
    desk.once();
    assert_eq!(desk.sent().len(), 3);
    // Another desk answers our receipt with its own, which has no Auto-Submitted field.
    let receipt = desk.last_to("yamada1@city.example.jp");
    desk.deliver(
        answer_to(&receipt, "yamada1@city.example.jp", 11, "お問い合わせを受け付けました。")
            .subject(&format!("[OTHER-123] 受付 Re: {}", receipt.subject)),
    );
    // Three vacation responders: one answers in the thread, one with a new subject, one with our subject alone.
    let receipt = desk.last_to("yamada2@city.example.jp");
    desk.deliver(answer_to(&receipt, "yamada2@city.example.jp", 12, "しばらく休みます。"));
    desk.deliver(message(2, "しばらく休みます", "休んでいます。").id("vacation-2@city.example.jp"));
    desk.deliver(
        message(3, "Re: 拠点整備・運用に関する照会（記載事項のご案内）", "休んでいます。")
            .id("vacation-3@city.example.jp"),
    );
    desk.once();
    assert_eq!(
        desk.sent().len(),
        3,
        "{:?}",
        desk.sent().iter().map(|sent| (sent.to.clone(), sent.mail.subject.clone())).collect::<Vec<_>>()
    );
    let kinds: Vec<String> = desk.json(&["reconcile"])["explained"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    assert_eq!(kinds, ["ticket 3", "follow_up 2", "parked 2"], "and nothing is lost");
}

fn the_form_goes_once_and_only_to_who_wrote_to_the_desk(desk: &mut Desk) {
    desk.set("mailbox.authserv_id", "mx.example.jp");
    desk.deliver(message(1, "お尋ね", "教えてください。"));
    desk.deliver(message(2, "お尋ね", "教えてください。").to("undisclosed@tohmatu.co.jp"));
    desk.deliver(
        message(3, "お尋ね", "教えてください。")
            .header("Authentication-Results", "mx.example.jp; dmarc=fail"),
    );
    desk.deliver(inquiry(4).header("Authentication-Results", "mx.example.jp; dmarc=fail"));
    desk.once();
    assert_eq!(desk.sent().into_iter().map(|sent| sent.to).collect::<Vec<_>>(), ["yamada1@city.example.jp"]);
    assert_eq!(desk.numbers(), ["ZT-2025-0001"], "a conforming inquiry is filed all the same");
    assert!(desk.events("ZT-2025-0001", "refused")[0].starts_with("not_authentic"));
    desk.starts_at("2025-07-08T10:00:00+09:00");
    desk.deliver_at(
        message(1, "もう一度", "教えてください。").id("again@city.example.jp"),
        "2025-07-08T09:00:00+09:00",
    );
    desk.once();
    assert_eq!(desk.sent().len(), 1);
    assert_eq!(desk.parked().len(), 4);
}

fn a_new_key_still_knows_the_old_mails(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    let receipt = desk.last_to("yamada1@city.example.jp");
    assert_eq!(desk.run(&["keys", "rotate"]).code, Some(0));
    desk.deliver(answer_to(&receipt, "colleague@city.example.jp", 1, "追記です。"));
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
    let shown = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    assert_eq!(
        shown["messages"].as_array().unwrap().iter().filter(|message| message["direction"] == "in").count(),
        2
    );
}

fn reconcile_explains_every_message(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1));
    desk.deliver(message(2, "自動返信: 不在", "不在です。"));
    desk.set("mailbox.after", "move");
    desk.once();
    let done = desk.run(&["reconcile"]);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert!(done.stdout.contains("3 messages in the mailbox"), "{}", done.stdout);
    desk.deliver(inquiry(3));
    let done = desk.run(&["reconcile"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stdout.contains("inquiry-3@city.example.jp"), "{}", done.stdout);
    desk.once();
    desk.forget_uids();
    assert_eq!(desk.run(&["reconcile"]).code, Some(0), "also after the server renumbered everything");
}
