//! 転送 and 引用: somebody outside is asked about a ticket, and their answer is used.

use super::{STAFF, quoted, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
};

on_both!(
    a_question_goes_out_without_personal_data_and_its_answer_is_used,
    a_question_may_be_stopped_and_take_the_inquirers_name_with_it,
    a_hold_with_a_day_stays_beside_a_question_to_somebody_outside,
    a_question_to_somebody_outside_holds_until_a_day_of_its_own,
    a_question_that_is_stopped_leaves_the_day_that_the_inquirer_was_told,
    nobody_outside_answers_and_the_day_comes,
    a_mail_of_a_contact_never_becomes_an_inquiry,
    the_shell_asks_and_uses_the_answer_by_the_same_operations
);

const CONTACTS: &str =
    "[[contacts]]\nname = \"厚生労働省\"\naddress = \"iryo@mhlw.example.jp\"\naliases = [\"厚労省\"]\n";
const MINISTRY: &str = "iryo@mhlw.example.jp";

/// A ticket, and the notice about it to the lead.
fn asked(desk: &mut Desk) -> madoguchi::mail::InboundMail {
    desk.add_settings(STAFF);
    desk.add_settings(CONTACTS);
    desk.deliver(inquiry(1).field(
        madoguchi::desk::form::FieldKey::Inquiry,
        "会議の例を教えてください。山田様の電話は03-0000-0001です。",
    ));
    desk.once();
    desk.mail_to("sato@example.jp", "ZT-2025-0001")
}

/// The reply of the ministry to a mail of ours.
fn of_ministry(to: &madoguchi::mail::InboundMail, nth: usize, text: &str) -> Mail {
    reply(MINISTRY, to, nth, &format!("{text}\n\n{}", quoted(&to.text)))
        .id(&format!("mhlw-{nth}@mhlw.example.jp"))
}

fn a_question_goes_out_without_personal_data_and_its_answer_is_used(desk: &mut Desk) {
    let notice = asked(desk);
    let order = reply("sato@example.jp", &notice, 1, "転送 厚労省 7月10日までにご教示ください。");
    desk.deliver_at(order.files(&[("資料.pdf", b"%PDF")]), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!(desk.status(1), "waiting", "the clock is held");
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    assert!(echo.text.contains(MINISTRY) && desk.mails_to(MINISTRY).is_empty(), "{}", echo.text);
    desk.once_at("2025-07-01T10:25:00+09:00");
    let [question] = desk.mails_to(MINISTRY).try_into().unwrap();
    for part in ["厚生労働省 ご担当者様", "7月10日までに", "会議の例を教えてください。", "第1市 健康福祉部"]
    {
        assert!(question.text.contains(part), "{part}: {}", question.text);
    }
    for part in ["山田", "03-0000-0001", "yamada1@city"] {
        assert!(!question.text.contains(part), "{part}: {}", question.text);
    }
    assert_eq!(question.attachments[0].name, "資料.pdf");
    assert!(question.references.is_empty() && question.in_reply_to.is_empty());
    let before = desk.mails_to("yamada1@city.example.jp").len();
    let signature = "--------\n厚生労働省 医政局 鈴木\niryo@mhlw.example.jp\nTEL 03-0000-9999";
    let theirs = format!("多職種で構成してください。\n\n{signature}");
    desk.deliver_at(of_ministry(&question, 1, &theirs), "2025-07-02T10:00:00+09:00");
    desk.once_at("2025-07-02T10:01:00+09:00");
    assert_eq!(
        (desk.numbers().len(), desk.status(1).as_str()),
        (1, "open"),
        "the desk owes its answer again"
    );
    assert_eq!(desk.mails_to(MINISTRY).len(), 1, "nothing answers by itself");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), before);
    let told = desk.mail_to("sato@example.jp", "ZT-2025-0001");
    assert!(
        told.text.contains("厚生労働省（照会先）から返信が届きました。")
            && told.subject.contains("照会先からの返信：厚生労働省")
            && told.text.contains("多職種で構成"),
        "{} {}",
        told.subject,
        told.text
    );
    desk.deliver_at(
        reply("sato@example.jp", &told, 2, "引用\n厚生労働省に確認しました。次のとおりです。"),
        "2025-07-02T10:10:00+09:00",
    );
    desk.once_at("2025-07-02T10:11:00+09:00");
    desk.once_at("2025-07-02T10:25:00+09:00");
    let answer = desk.mail_to("yamada1@city.example.jp", "回答");
    let expected = "厚生労働省に確認しました。次のとおりです。\n\n多職種で構成してください。\n";
    assert!(answer.text.contains(expected), "{}", answer.text);
    assert!(!answer.text.contains("ご教示ください"), "nothing of our question comes back: {}", answer.text);
    assert!(
        !answer.text.contains("鈴木") && !answer.text.contains("9999"),
        "nor who answered: {}",
        answer.text
    );
    assert!(
        desk.mail_to("sato@example.jp", "ご確認").text.contains("鈴木"),
        "the echo says what is left out"
    );
    assert_eq!(desk.status(1), "answered");
}

fn a_question_may_be_stopped_and_take_the_inquirers_name_with_it(desk: &mut Desk) {
    let notice = asked(desk);
    desk.deliver_at(
        reply("sato@example.jp", &notice, 1, "転送 文部科学省\nご教示ください。"),
        "2025-07-01T10:10:00+09:00",
    );
    desk.once_at("2025-07-01T10:11:00+09:00");
    let told = desk.mail_to("sato@example.jp", "できなかった操作");
    assert!(told.text.contains("登録：厚生労働省"), "{}", told.text);
    assert_eq!(desk.status(1), "open");
    desk.deliver_at(
        reply("sato@example.jp", &notice, 2, "厚労省に転送してください。\n個人情報付き 至急です。"),
        "2025-07-01T10:12:00+09:00",
    );
    desk.once_at("2025-07-01T10:13:00+09:00");
    assert_eq!(desk.status(1), "waiting");
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    assert!(echo.text.contains("氏名　　：山田 太郎"), "{}", echo.text);
    desk.deliver_at(reply("sato@example.jp", &echo, 3, "取消"), "2025-07-01T10:14:00+09:00");
    desk.once_at("2025-07-01T10:15:00+09:00");
    desk.once_at("2025-07-01T10:40:00+09:00");
    assert!(desk.mails_to(MINISTRY).is_empty());
    assert_eq!(desk.status(1), "open", "the clock runs on");
}

fn a_hold_with_a_day_stays_beside_a_question_to_somebody_outside(desk: &mut Desk) {
    let notice = asked(desk);
    desk.deliver_at(
        reply("sato@example.jp", &notice, 1, "保留 7/10 厚労省に確認中\n転送 厚労省 ご教示ください。"),
        "2025-07-01T10:10:00+09:00",
    );
    desk.once_at("2025-07-01T10:11:00+09:00");
    desk.once_at("2025-07-01T10:30:00+09:00");
    let ticket = desk.ticket(1);
    assert_eq!(
        (&ticket["waiting_for"], &ticket["held_until"]),
        (&"third_party".into(), &"2025-07-10".into())
    );
    assert!(desk.mail_to("yamada1@city.example.jp", "お時間").text.contains("7月10日"));
    let [question] = desk.mails_to(MINISTRY).try_into().unwrap();
    desk.deliver_at(of_ministry(&question, 1, "多職種で構成してください。"), "2025-07-03T10:00:00+09:00");
    desk.once_at("2025-07-03T10:01:00+09:00");
    assert_eq!(desk.status(1), "open");
}

fn a_question_to_somebody_outside_holds_until_a_day_of_its_own(desk: &mut Desk) {
    let notice = asked(desk);
    // A day on which the desk is closed is asked about, and nothing leaves.
    let order = reply("sato@example.jp", &notice, 1, "転送 厚労省 7/12 ご教示ください。");
    desk.deliver_at(order, "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("7月12日（土）は窓口を休む日"));
    assert_eq!(desk.status(1), "open");
    let order = reply("sato@example.jp", &notice, 2, "転送 厚労省 7/10（木） 至急ご教示ください。");
    desk.deliver_at(order, "2025-07-01T10:12:00+09:00");
    desk.once_at("2025-07-01T10:13:00+09:00");
    let told = desk.mail_to("sato@example.jp", "保留にしました");
    assert!(told.text.contains("7月10日（木）まで保留にしました"), "{}", told.text);
    desk.once_at("2025-07-01T10:30:00+09:00");
    let ticket = desk.ticket(1);
    let (held, promised) = (&ticket["held_until"], &ticket["promised_on"]);
    assert_eq!((&ticket["waiting_for"], held), (&"third_party".into(), &"2025-07-10".into()));
    assert_eq!(promised, "2025-07-10");
    assert!(desk.mail_to("yamada1@city.example.jp", "お時間").text.contains("7月10日"));
    let [question] = desk.mails_to(MINISTRY).try_into().unwrap();
    assert!(question.text.contains("\n至急ご教示ください。"), "{}", question.text);
    assert!(!question.text.contains("7/10"), "the day is for the inquirer: {}", question.text);
    // A longer hold keeps waiting for the ministry.
    assert_eq!(desk.run(&["ticket", "hold", "ZT-2025-0001", "--until", "2025-07-15"]).code, Some(0));
    desk.deliver_at(of_ministry(&question, 1, "多職種で構成してください。"), "2025-07-03T10:00:00+09:00");
    desk.once_at("2025-07-03T10:01:00+09:00");
    assert_eq!(desk.status(1), "open");
}

fn a_question_that_is_stopped_leaves_the_day_that_the_inquirer_was_told(desk: &mut Desk) {
    asked(desk);
    desk.set("answers.undo", "30m");
    let ask = ["ticket", "forward", "ZT-2025-0001", "厚労省", "--until", "2025-07-10"];
    let done = desk.run(&ask);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.contains("held until 2025-07-10"), "{}", done.stdout);
    let mails = desk.json(&["outbox", "list"]);
    let id = |purpose: &str| {
        let mail = mails.as_array().unwrap().iter().find(|mail| mail["purpose"] == purpose);
        mail.unwrap_or_else(|| panic!("{purpose}: {mails}"))["id"].to_string()
    };
    let waits_for = |desk: &Desk| {
        let ticket = desk.ticket(1);
        (ticket["waiting_for"].clone(), ticket["held_until"].clone())
    };
    assert_eq!(desk.run(&["outbox", "cancel", &id("forward")]).code, Some(0));
    assert_eq!(waits_for(desk), ("desk".into(), "2025-07-10".into()), "the inquirer is told the day");
    assert_eq!(desk.run(&["outbox", "cancel", &id("interim")]).code, Some(0));
    assert_eq!(desk.status(1), "open");
    // Without the letter to the inquirer, the ministry is still awaited.
    let ask = ["ticket", "forward", "ZT-2025-0001", "厚労省", "--personal", "--until", "2025-07-11"];
    assert_eq!(desk.run(&ask).code, Some(0));
    let mails = desk.json(&["outbox", "list"]);
    let interim = mails.as_array().unwrap().iter().find(|mail| mail["purpose"] == "interim").unwrap();
    assert_eq!(desk.run(&["outbox", "cancel", &interim["id"].to_string()]).code, Some(0));
    assert_eq!(waits_for(desk).0, "third_party");
}

fn nobody_outside_answers_and_the_day_comes(desk: &mut Desk) {
    asked(desk);
    assert_eq!(desk.run(&["ticket", "forward", "ZT-2025-0001", "厚労省"]).code, Some(0));
    desk.once_at("2025-07-01T10:30:00+09:00");
    desk.once_at("2025-07-04T12:00:00+09:00");
    let told = desk.mail_to("sato@example.jp", "保留の期日");
    assert!(told.text.contains("照会先からの返信がないまま、本日が保留の期日です"), "{}", told.text);
}

fn a_mail_of_a_contact_never_becomes_an_inquiry(desk: &mut Desk) {
    asked(desk);
    let mail = |nth, subject: &str| {
        message(nth, subject, "先日の件について、ご連絡します。教えてください。").from(MINISTRY)
    };
    desk.deliver_at(mail(7, "拠点整備・運用に関する照会"), "2025-07-01T10:10:00+09:00");
    desk.deliver_at(mail(8, "[ZT-2025-0001] 照会の件"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    assert_eq!(desk.numbers().len(), 1);
    assert_eq!(desk.parked(), ["contact", "contact"]);
    assert!(desk.mails_to(MINISTRY).is_empty(), "nothing answers them");
    let told = desk.mail_to("sato@example.jp", "照会先からメールが届きました");
    assert!(told.text.contains("先日の件について"), "{}", told.text);
}

fn the_shell_asks_and_uses_the_answer_by_the_same_operations(desk: &mut Desk) {
    asked(desk);
    assert_eq!(desk.pipe(&["ticket", "quote", "ZT-2025-0001"], b"x").code, Some(1), "nobody has answered");
    let done = desk.run(&["ticket", "forward", "ZT-2025-0001", "厚労省", "--personal"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(desk.run(&["ticket", "forward", "ZT-2025-0001", "文科省"]).code, Some(1));
    desk.once_at("2025-07-01T10:30:00+09:00");
    let [question] = desk.mails_to(MINISTRY).try_into().unwrap();
    assert!(question.text.contains("山田 太郎"), "{}", question.text);
    desk.deliver_at(of_ministry(&question, 1, "多職種で構成してください。"), "2025-07-01T11:00:00+09:00");
    desk.once_at("2025-07-01T11:01:00+09:00");
    let done = desk.pipe(&["ticket", "quote", "ZT-2025-0001"], "確認しました。".as_bytes());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    desk.once_at("2025-07-01T11:20:00+09:00");
    let answer = desk.mail_to("yamada1@city.example.jp", "回答");
    assert!(answer.text.contains("確認しました。\n\n多職種で構成してください。"), "{}", answer.text);
}
