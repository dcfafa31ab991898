//! Cc of an inquiry: who is named there takes part, and gets the answer, too.

use super::{STAFF, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
};

on_both!(
    people_in_cc_of_an_inquiry_get_the_answer_and_its_author_sees_them,
    a_stopped_answer_reaches_nobody_and_a_setting_turns_copies_off,
    a_cc_counts_in_mails_that_answer_ours_and_never_by_the_number_alone,
    a_copy_that_bounces_says_nothing_of_the_answer,
    nobody_in_cc_gets_the_letter_to_the_inquirer_of_a_merged_ticket
);

const KACHO: &str = "kacho@city.example.jp";

fn answered(desk: &mut Desk, minute: u32) {
    let notice = desk.mail_to("sato@example.jp", "ZT-2025-0001");
    let answer = reply("sato@example.jp", &notice, 90, "手引きの12ページをご覧ください。");
    desk.deliver_at(answer.files(&[("例.pdf", b"%PDF")]), &format!("2025-07-01T11:{minute:02}:00+09:00"));
    desk.once_at(&format!("2025-07-01T11:{minute:02}:30+09:00"));
}

fn people_in_cc_of_an_inquiry_get_the_answer_and_its_author_sees_them(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let cc = format!("課長 <{KACHO}>, ito@example.jp, no-reply@city.example.jp, zaitaku@tohmatu.co.jp");
    desk.deliver(inquiry(1).header("Cc", &cc));
    desk.once();
    assert!(desk.mails_to(KACHO).is_empty(), "the acknowledgement goes to the inquirer alone");
    answered(desk, 0);
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    assert!(echo.text.contains(&format!("Ｃｃ　　：{KACHO}\n")), "{}", echo.text);
    desk.once_at("2025-07-01T11:15:00+09:00");
    let answer = desk.mail_to("yamada1@city.example.jp", "回答");
    let [copy] = desk.mails_to(KACHO).try_into().unwrap();
    assert_eq!(
        (&copy.subject, &copy.text, &copy.attachments),
        (&answer.subject, &answer.text, &answer.attachments)
    );
    assert_eq!(
        (copy.to[0].address.as_str(), copy.cc[0].address.as_str()),
        ("yamada1@city.example.jp", KACHO)
    );
    assert_eq!(answer.cc[0].address, KACHO);
    assert_ne!(copy.message_id, answer.message_id);
    let ticket = desk.ticket(1);
    assert_eq!(ticket["status"], "answered");
    let mut out = ticket["messages"].as_array().unwrap().iter().rev();
    let out = out.find(|message| message["direction"] == "out").unwrap();
    assert_eq!(out["to"], serde_json::json!(["yamada1@city.example.jp", KACHO]));
    // The reader of a copy may go on in the ticket.
    let more = message(7, &format!("Re: {}", copy.subject), "続きの質問です。教えてください。")
        .from(KACHO)
        .in_reply_to(copy.message_id.as_deref().unwrap());
    desk.deliver_at(more, "2025-07-01T12:00:00+09:00");
    desk.once_at("2025-07-01T12:01:00+09:00");
    assert_eq!((desk.numbers().len(), desk.status(1).as_str()), (1, "open"));
}

fn a_stopped_answer_reaches_nobody_and_a_setting_turns_copies_off(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).header("Cc", KACHO));
    desk.once();
    answered(desk, 0);
    let echo = desk.mail_to("sato@example.jp", "ご確認");
    desk.deliver_at(reply("sato@example.jp", &echo, 91, "取消"), "2025-07-01T11:05:00+09:00");
    desk.once_at("2025-07-01T11:06:00+09:00");
    desk.once_at("2025-07-01T11:20:00+09:00");
    assert!(desk.mails_to(KACHO).is_empty() && desk.mails_to("yamada1@city.example.jp").len() == 1);
    // The same text may be written again, and then both get it.
    let sent =
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "手引きの12ページをご覧ください。".as_bytes());
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    desk.once_at("2025-07-01T11:40:00+09:00");
    assert_eq!((desk.mails_to(KACHO).len(), desk.mails_to("yamada1@city.example.jp").len()), (1, 2));
    desk.set("answers.copy_to_cc", "false");
    let sent = desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "補足です。別表もご覧ください。".as_bytes());
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    desk.once_at("2025-07-01T12:00:00+09:00");
    assert_eq!((desk.mails_to(KACHO).len(), desk.mails_to("yamada1@city.example.jp").len()), (1, 3));
}

fn a_cc_counts_in_mails_that_answer_ours_and_never_by_the_number_alone(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let receipt = desk.mail_to("yamada1@city.example.jp", "ZT-2025-0001");
    let by_number = message(1, "[ZT-2025-0001] 追加", "追記です。ご確認ください。")
        .id("number@city.example.jp")
        .header("Cc", "stranger@x.example");
    desk.deliver_at(by_number, "2025-07-01T10:05:00+09:00");
    let keyed = message(1, &format!("Re: {}", receipt.subject), "課長にも写しをお願いします。")
        .id("keyed@city.example.jp")
        .in_reply_to(receipt.message_id.as_deref().unwrap())
        .header("Cc", KACHO);
    desk.deliver_at(keyed, "2025-07-01T10:06:00+09:00");
    desk.once_at("2025-07-01T10:07:00+09:00");
    assert_eq!(desk.numbers().len(), 1);
    answered(desk, 0);
    desk.once_at("2025-07-01T11:15:00+09:00");
    assert_eq!((desk.mails_to(KACHO).len(), desk.mails_to("stranger@x.example").len()), (1, 0));
}

fn a_copy_that_bounces_says_nothing_of_the_answer(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1).header("Cc", KACHO));
    desk.once();
    answered(desk, 0);
    desk.once_at("2025-07-01T11:15:00+09:00");
    let [copy] = desk.mails_to(KACHO).try_into().unwrap();
    let report = super::corrections::report(copy.message_id.as_deref().unwrap(), 1);
    desk.deliver_at(report, "2025-07-01T11:20:00+09:00");
    desk.once_at("2025-07-01T11:21:00+09:00");
    assert_eq!(desk.status(1), "answered");
    assert!(desk.mail_to("sato@example.jp", "不達").text.contains(KACHO));
    assert_eq!(desk.run(&["ticket", "resend", "ZT-2025-0001"]).code, Some(1), "the answer has arrived");
}

fn nobody_in_cc_gets_the_letter_to_the_inquirer_of_a_merged_ticket(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let colleagues = [KACHO, "kakaricho@city.example.jp", "tanto@city.example.jp"];
    desk.deliver(inquiry(1).header("Cc", &colleagues.join(", ")));
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(desk.run(&["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"]).code, Some(0));
    let answer = "手引きの12ページをご覧ください。";
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], answer.as_bytes()).code, Some(0));
    desk.once_at("2025-07-01T10:20:00+09:00");
    for colleague in colleagues {
        let [copy] = desk.mails_to(colleague).try_into().unwrap();
        assert!(copy.subject.starts_with("[ZT-2025-0001]"), "{colleague}: {}", copy.subject);
        assert_eq!(copy.to[0].address, "yamada1@city.example.jp", "{colleague}");
        assert!(!copy.text.contains("第2市"), "{colleague}: {}", copy.text);
    }
    let other = desk.mail_to("yamada2@city.example.jp", "回答");
    assert!(other.subject.starts_with("[ZT-2025-0002]") && other.cc.is_empty(), "{}", other.subject);
}
