//! One intention is one ticket: copies, recalls, passwords, first and second requests, and forms on answered tickets.

use madoguchi::{
    desk::form::FieldKey,
    mail::{InboundMail, read},
};
use serde_json::Value;

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    smtp::{Act, At},
};

on_both!(
    a_copy_that_a_gateway_changed_is_a_note_and_gets_no_receipt,
    a_button_pressed_twice_files_one_ticket,
    a_sender_is_known_in_every_spelling_of_the_address,
    a_follow_up_that_came_twice_is_one_step_and_a_note,
    a_new_form_on_an_answered_ticket_that_came_twice_is_one_ticket,
    an_application_that_was_sent_twice_gets_one_receipt,
    a_recall_and_a_password_are_notes_and_nobody_is_asked,
    nobody_is_asked_again_whom_no_first_request_reached,
    a_new_form_on_an_answered_ticket_is_a_ticket_that_mentions_it
);

const LEAD: &str =
    "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n[digest]\nat = []\n";

fn sent_to(desk: &Desk, to: &str) -> Vec<InboundMail> {
    let mails = desk.smtp.mails();
    mails.iter().filter(|mail| mail.to == [to]).map(|mail| read(&mail.data)).collect()
}

fn directions(desk: &Desk, number: &str) -> Vec<String> {
    let shown = desk.json(&["ticket", "show", number]);
    let messages = shown["messages"].as_array().unwrap();
    messages.iter().map(|message| message["direction"].as_str().unwrap().to_owned()).collect()
}

fn a_copy_that_a_gateway_changed_is_a_note_and_gets_no_receipt(desk: &mut Desk) {
    let footer = "\n--\nThis mail came from outside. Do not open unknown files.\n";
    // Two addresses of the desk: one copy by a gateway. In one batch, in two passes, and days later.
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1).subject("[EXTERNAL] 拠点整備・運用に関する照会").body(footer));
    desk.deliver(inquiry(2));
    desk.once();
    desk.deliver(inquiry(2).body(footer));
    desk.once();
    desk.starts_at("2025-07-14T10:00:00+09:00");
    desk.deliver_at(inquiry(1).to("old-desk@tohmatu.co.jp").body(footer), "2025-07-14T09:30:00+09:00");
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002"]);
    assert_eq!(desk.smtp.mails().len(), 2);
    let notes = |number| directions(desk, number).iter().filter(|direction| *direction == "note").count();
    assert_eq!((notes("ZT-2025-0001"), notes("ZT-2025-0002")), (2, 1));
    assert_eq!(desk.run(&["reconcile"]).code, Some(0), "each copy has its row in the ledger");
}

fn a_button_pressed_twice_files_one_ticket(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1).id("again@city.example.jp"));
    desk.once();
    desk.deliver_at(inquiry(1).id("once-more@city.example.jp"), "2025-07-01T09:40:00+09:00");
    // Another inquiry, another inquirer, and the same inquiry a day later are their own.
    desk.deliver(
        inquiry(1).id("other@city.example.jp").field(FieldKey::Inquiry, "災害時の例を教えてください。"),
    );
    desk.deliver(inquiry(1).id("else@city.example.jp").from("suzuki@city.example.jp"));
    desk.once();
    desk.starts_at("2025-07-02T10:00:00+09:00");
    desk.deliver_at(inquiry(1).id("next-day@city.example.jp"), "2025-07-02T09:30:00+09:00");
    desk.once();
    assert_eq!(desk.numbers().len(), 4);
    assert_eq!(desk.smtp.mails().len(), 4);
    assert_eq!(directions(desk, "ZT-2025-0001"), ["in", "note", "note", "out"].map(str::to_owned).to_vec());
}

fn a_sender_is_known_in_every_spelling_of_the_address(desk: &mut Desk) {
    let spelled = |id: &str, from: &str| inquiry(1).id(id).from(from);
    // In one batch, and in a later one.
    desk.deliver(spelled("one@city.example.jp", "yamada1@city.example.jp"));
    desk.deliver(spelled("two@city.example.jp", "Yamada1@City.Example.JP"));
    desk.deliver(spelled("three@city.example.jp", "\"yamada1\"@city.example.jp"));
    desk.once();
    desk.deliver_at(
        spelled("four@city.example.jp", "yamada1+soudan@city.example.jp"),
        "2025-07-01T09:40:00+09:00",
    );
    desk.deliver_at(
        message(1, "添付ファイルのパスワード", "パスワードは次のとおりです。\nAb3dE6gh")
            .id("password@city.example.jp")
            .from("YAMADA1@city.example.jp"),
        "2025-07-01T09:41:00+09:00",
    );
    // The same Message-ID, days later.
    desk.once();
    desk.starts_at("2025-07-14T10:00:00+09:00");
    desk.deliver_at(
        spelled("one@city.example.jp", "Yamada1@city.example.jp")
            .body("\n--\nThis mail came from outside.\n"),
        "2025-07-14T09:30:00+09:00",
    );
    // Dots count outside of Gmail: this is another person.
    desk.deliver_at(
        spelled("other@city.example.jp", "yamada.1@city.example.jp"),
        "2025-07-14T09:31:00+09:00",
    );
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002"]);
    let notes = directions(desk, "ZT-2025-0001").iter().filter(|direction| *direction == "note").count();
    assert_eq!(notes, 5);
    assert_eq!(desk.smtp.mails().len(), 2, "one receipt for each of the two");
}

fn a_follow_up_that_came_twice_is_one_step_and_a_note(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.deliver(inquiry(1));
    desk.once();
    let more = || message(1, "Re: [ZT-2025-0001] 照会", "会議は年に4回です。\n").id("more@city.example.jp");
    let footer = "[EXTERNAL]\n会議は年に4回です。\n--\nThis mail came from outside.\n";
    // By a gateway, in one batch and days later.
    desk.deliver(more());
    desk.deliver(more().subject("[EXTERNAL] Re: [ZT-2025-0001] 照会").body(footer));
    desk.once();
    desk.starts_at("2025-07-03T10:00:00+09:00");
    desk.deliver_at(more().to("old-desk@tohmatu.co.jp").body(footer), "2025-07-03T09:30:00+09:00");
    desk.once();
    let count = |desk: &Desk, which: &str| {
        directions(desk, "ZT-2025-0001").iter().filter(|direction| *direction == which).count()
    };
    assert_eq!((count(desk, "in"), count(desk, "note")), (2, 2));
    let notices = || {
        let told = sent_to(desk, "sato@example.jp");
        told.into_iter().filter(|mail| mail.text.contains("年に4回")).count()
    };
    assert_eq!(notices(), 1, "staff are told once");
    // Other words under the same Message-ID, and the same words under another, are steps of their own.
    let received = "2025-07-03T09:40:00+09:00";
    desk.deliver_at(more().body("会議は年に5回でした。\n"), received);
    desk.deliver_at(more().id("later@city.example.jp"), received);
    desk.once();
    assert_eq!((count(desk, "in"), count(desk, "note")), (4, 2));
    assert_eq!(notices(), 2);
}

fn a_new_form_on_an_answered_ticket_that_came_twice_is_one_ticket(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1));
    desk.once();
    desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "次の例があります。".as_bytes());
    desk.starts_at("2025-07-01T11:00:00+09:00");
    desk.once();
    desk.starts_at("2025-07-02T10:00:00+09:00");
    let other = |id: &str| {
        let other = inquiry(1).id(id).subject("Re: [ZT-2025-0001] 拠点整備・運用に関する照会");
        other.field(FieldKey::Inquiry, "災害時の例を教えてください。\n")
    };
    let received = "2025-07-02T09:30:00+09:00";
    desk.deliver_at(other("new@city.example.jp"), received);
    desk.deliver_at(other("new@city.example.jp").body("--\nThis mail came from outside.\n"), received);
    desk.deliver_at(other("again@city.example.jp"), received);
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002"]);
    assert_eq!(directions(desk, "ZT-2025-0002"), ["in", "note", "note", "out"]);
}

fn an_application_that_was_sent_twice_gets_one_receipt(desk: &mut Desk) {
    let application = |id: &str, file: &str| {
        let part = format!(
            "--x\nContent-Type: text/plain; charset=UTF-8\n\n申込書を提出します。\n--x\n\
             Content-Type: application/pdf; name=\"moushikomi.pdf\"\nContent-Disposition: attachment;\n \
             filename*=UTF-8''%E7%94%B3%E8%BE%BC%E6%9B%B8.pdf\nContent-Transfer-Encoding: 8bit\n\n{file}\n--x--\n"
        );
        let mail = message(1, "伴走支援の申込書の提出について", &part).id(id);
        mail.header("Content-Type", "multipart/mixed; boundary=x")
    };
    let receipts = |desk: &Desk| sent_to(desk, "yamada1@city.example.jp").len();
    // An inquiry of the same day has its own receipt.
    desk.deliver(inquiry(1));
    desk.once();
    desk.deliver(application("first@city.example.jp", "%PDF-1.4 a"));
    desk.deliver(application("second@city.example.jp", "%PDF-1.4 a"));
    desk.deliver_at(application("third@city.example.jp", "%PDF-1.4 a"), "2025-07-01T10:00:30+09:00");
    desk.once();
    assert_eq!((desk.parked(), receipts(desk)), (Vec::<String>::new(), 2));
    assert_eq!(desk.numbers().len(), 2, "the inquiry and one application");
    desk.deliver(application("corrected@city.example.jp", "%PDF-1.4 b"));
    desk.once();
    assert_eq!(receipts(desk), 3, "another file");
    // Without a file, too.
    let interest = |nth: usize, id: &str| message(nth, "モデル地域の公募について", "関心があります。").id(id);
    desk.deliver(inquiry(2));
    desk.deliver(interest(2, "a@city.example.jp"));
    desk.deliver(interest(2, "b@city.example.jp"));
    desk.once();
    assert_eq!(sent_to(desk, "yamada2@city.example.jp").len(), 2);
}

fn a_recall_and_a_password_are_notes_and_nobody_is_asked(desk: &Desk) {
    desk.add_settings(LEAD);
    desk.deliver(inquiry(1));
    desk.once();
    desk.deliver(
        message(1, "拠点整備・運用に関する照会", "添付ファイルのパスワードは以下のとおりです。\naB3$xyz9\n")
            .id("password@city.example.jp"),
    );
    desk.deliver(
        message(1, "Recall: 拠点整備・運用に関する照会", "Yamada would like to recall the message, \"x\".")
            .id("recall@city.example.jp"),
    );
    // Without a ticket they are kept, and nobody gets the form.
    desk.deliver(message(2, "パスワードのお知らせ", "パスワード：aB3$xyz9"));
    desk.deliver(message(3, "取り消し: 照会", "メッセージ「照会」を取り消そうとしています。"));
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.parked(), ["no_form", "automatic"]);
    assert_eq!(sent_to(desk, "yamada1@city.example.jp").len(), 1);
    let notes = directions(desk, "ZT-2025-0001").iter().filter(|direction| *direction == "note").count();
    assert_eq!(notes, 2);
    let told: Vec<String> = sent_to(desk, "sato@example.jp").into_iter().map(|mail| mail.text).collect();
    assert_eq!(told.len(), 3);
    assert!(
        told.iter().any(|text| text.contains("aB3$xyz9"))
            && told.iter().any(|text| text.contains("取り消し"))
    );
    let strangers = desk.smtp.mails();
    assert!(
        strangers.iter().all(|mail| mail.to == ["yamada1@city.example.jp"] || mail.to == ["sato@example.jp"])
    );
}

fn nobody_is_asked_again_whom_no_first_request_reached(desk: &mut Desk) {
    // The first request is refused by the limit of the day, or by the mail server.
    desk.set("delivery.per_sender_daily_limit", 0);
    desk.deliver(inquiry(1).without_field(FieldKey::Inquiry));
    desk.once();
    desk.set("delivery.per_sender_daily_limit", 5);
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada2@city.example.jp").times(1));
    desk.deliver(inquiry(2).without_field(FieldKey::Inquiry));
    desk.once();
    assert!(sent_to(desk, "yamada1@city.example.jp").is_empty());
    for now in ["2025-07-04T10:01:00+09:00", "2025-07-09T10:02:00+09:00"] {
        desk.starts_at(now);
        desk.once();
    }
    for nth in 1..=2 {
        let subjects: Vec<String> = sent_to(desk, &format!("yamada{nth}@city.example.jp"))
            .into_iter()
            .map(|mail| mail.subject.rsplit_once('（').unwrap().1.to_owned())
            .collect();
        assert_eq!(subjects, ["記載事項のご確認のお願い）", "記載事項の再度のご確認のお願い）"], "{nth}");
    }
}

fn a_new_form_on_an_answered_ticket_is_a_ticket_that_mentions_it(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "次の例があります。".as_bytes()).code,
        Some(0)
    );
    desk.starts_at("2025-07-01T11:00:00+09:00");
    desk.once();
    assert_eq!(desk.tickets()[0]["status"], "answered");
    let again = |id: &str| inquiry(1).id(id).subject("Re: [ZT-2025-0001] 拠点整備・運用に関する照会");
    desk.starts_at("2025-07-02T10:00:00+09:00");
    let received = "2025-07-02T09:30:00+09:00";
    desk.deliver_at(
        again("new@city.example.jp").field(FieldKey::Inquiry, "災害時の例を教えてください。"),
        received,
    );
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002"]);
    assert_eq!(desk.tickets()[0]["status"], "answered");
    let events: Value = desk.json(&["ticket", "show", "ZT-2025-0002"]);
    assert!(events["events"][0]["detail"].as_str().unwrap().contains("mentions ZT-2025-0001"), "{events}");
    let receipts = sent_to(desk, "yamada1@city.example.jp");
    assert!(receipts.iter().any(|mail| mail.subject.contains("[ZT-2025-0002]")), "its own receipt");
    let told = sent_to(desk, "sato@example.jp");
    assert!(told.iter().any(|mail| mail.text.contains("照会内容が異なるため、新しい照会")));
    // The same form once more belongs to the first ticket.
    desk.deliver_at(again("same@city.example.jp"), received);
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
}
