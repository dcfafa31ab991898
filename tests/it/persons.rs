//! Who is a person: forms of robots, lists and sites, the call for applications, and mail that was moved here.

use madoguchi::mail::{InboundMail, read};

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
};

on_both!(
    law_15_a_filled_in_form_is_filed_though_a_robot_sent_it_and_only_the_receipt_is_withheld,
    a_mail_that_came_by_a_group_of_the_desk_is_answered_to_its_author,
    a_list_that_only_the_settings_name_is_no_mark_of_a_robot,
    a_form_of_a_site_is_answered_to_the_person_in_it,
    a_mail_about_the_call_is_kept_staff_are_told_and_its_sender_gets_a_receipt,
    mail_that_was_moved_here_long_after_it_came_is_filed_in_silence_and_staff_are_told_once
);

const LEAD: &str =
    "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n[digest]\nat = []\n";

fn sent_to(desk: &Desk, to: &str) -> Vec<InboundMail> {
    let mails = desk.smtp.mails();
    mails.iter().filter(|mail| mail.to == [to]).map(|mail| read(&mail.data)).collect()
}

fn law_15_a_filled_in_form_is_filed_though_a_robot_sent_it_and_only_the_receipt_is_withheld(desk: &Desk) {
    desk.add_settings(LEAD);
    desk.deliver(inquiry(1).header("Auto-Submitted", "auto-generated"));
    desk.deliver(inquiry(2).header("List-Id", "<news.example.com>").header("Precedence", "bulk"));
    desk.deliver(inquiry(3).subject("休暇中・休日の往診体制について"));
    desk.deliver(inquiry(4).header("X-MS-Exchange-Inbox-Rules-Loop", "yamada4@city.example.jp"));
    desk.deliver(
        message(5, "自動応答: 照会", "不在にしております。").header("Auto-Submitted", "auto-replied"),
    );
    desk.once();
    assert_eq!(desk.numbers().len(), 4);
    assert_eq!(desk.parked(), ["automatic"]);
    let receipts = |nth: usize| sent_to(desk, &format!("yamada{nth}@city.example.jp")).len();
    assert_eq!([1, 2, 3, 4, 5].map(receipts), [0, 0, 1, 1, 0]);
    let events = desk.json(&["ticket", "show", "ZT-2025-0001"])["events"].to_string();
    assert!(events.contains("robot: Auto-Submitted"), "{events}");
    let told = sent_to(desk, "sato@example.jp");
    let evidence = "自動送信のメールと判断しました（Auto-Submitted: auto-generated）";
    assert!(told.iter().any(|mail| mail.text.contains(evidence)), "{told:?}");
}

fn a_mail_that_came_by_a_group_of_the_desk_is_answered_to_its_author(desk: &Desk) {
    let by_group = |mail: crate::support::mail::Mail| {
        mail.header("Precedence", "list")
            .header("List-Id", "<zaitaku.tohmatu.co.jp>")
            .header("Mailing-list", "list zaitaku@tohmatu.co.jp; contact zaitaku+owners@tohmatu.co.jp")
            .header("X-Auto-Response-Suppress", "All")
    };
    desk.deliver(by_group(inquiry(1)));
    desk.deliver(
        by_group(inquiry(2))
            .from("\"'Yamada' via Desk\" <zaitaku@tohmatu.co.jp>")
            .header("X-Original-From", "\"Yamada, Taro\" <yamada2@city.example.jp>")
            .header("Reply-To", "zaitaku@tohmatu.co.jp"),
    );
    desk.deliver(by_group(message(3, "お尋ね", "教えてください。")));
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
    for nth in 1..=3 {
        assert_eq!(sent_to(desk, &format!("yamada{nth}@city.example.jp")).len(), 1, "{nth}");
    }
    assert_eq!(desk.tickets()[1]["from"]["address"], "yamada2@city.example.jp");
    // The author takes part in the ticket.
    desk.deliver(
        by_group(message(2, "Re: [ZT-2025-0002] 照会", "追記です。"))
            .id("more@city.example.jp")
            .from("\"'Yamada' via Desk\" <zaitaku@tohmatu.co.jp>")
            .header("X-Original-From", "yamada2@city.example.jp"),
    );
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
}

fn a_list_that_only_the_settings_name_is_no_mark_of_a_robot(desk: &mut Desk) {
    let by_list = |nth| inquiry(nth).header("Precedence", "list").to("madoguchi-all@groups.example.jp");
    desk.deliver(by_list(1));
    desk.once();
    assert_eq!(sent_to(desk, "yamada1@city.example.jp").len(), 0, "nothing names the list as ours");
    desk.add_settings("[desk]\nlists = [\"madoguchi-all@groups.example.jp\"]\n");
    desk.deliver(by_list(2));
    desk.once();
    assert_eq!(sent_to(desk, "yamada2@city.example.jp").len(), 1);
}

fn a_form_of_a_site_is_answered_to_the_person_in_it(desk: &Desk) {
    let by_site = |nth: usize, from: &str| {
        inquiry(nth).from(from).header("Reply-To", &format!("Yamada <yamada{nth}@city.example.jp>"))
    };
    desk.deliver(by_site(1, "no-reply@forms.example.com"));
    desk.deliver(by_site(2, "zaitaku@tohmatu.co.jp"));
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
    for nth in 1..=2 {
        assert_eq!(sent_to(desk, &format!("yamada{nth}@city.example.jp")).len(), 1, "{nth}");
    }
}

fn a_mail_about_the_call_is_kept_staff_are_told_and_its_sender_gets_a_receipt(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.deliver(message(1, "伴走支援の申込書の提出について", "申込書を提出いたします。"));
    desk.deliver(inquiry(2).body("伴走支援にも関心があります。\n"));
    desk.once();
    assert_eq!(desk.parked(), ["call"]);
    assert_eq!(desk.numbers(), ["ZT-2025-0001"], "a filled-in form that mentions it is an inquiry");
    let receipts = sent_to(desk, "yamada1@city.example.jp");
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].subject, "伴走支援の公募に関するメールの到着のお知らせ");
    assert!(receipts[0].text.contains("到着日時：令和7年7月1日（火）9:30"), "{}", receipts[0].text);
    assert!(!receipts[0].text.contains("自治体・機関名"), "{}", receipts[0].text);
    let told = sent_to(desk, "sato@example.jp");
    let told = told.iter().find(|mail| mail.subject.contains("伴走支援")).unwrap();
    assert!(
        told.text.contains("yamada1@city.example.jp") && told.text.contains("申込書の提出"),
        "{}",
        told.text
    );
    // A second look changes nothing, and nothing is sent twice.
    let id = desk.json(&["parked", "list"])[0]["id"].to_string();
    let sent = desk.smtp.mails().len();
    assert_eq!(desk.run(&["parked", "retry", &id]).code, Some(0));
    desk.once();
    assert_eq!((desk.parked(), desk.smtp.mails().len()), (vec!["call".to_owned()], sent));
    // The call is over later than the acceptance window of this desk.
    desk.set("window.closes", "2025-06-30");
    desk.deliver(message(3, "モデル地域の応募について", "お送りします。"));
    desk.once();
    assert_eq!(desk.parked(), ["call", "call"]);
}

fn mail_that_was_moved_here_long_after_it_came_is_filed_in_silence_and_staff_are_told_once(desk: &Desk) {
    desk.add_settings(LEAD);
    let moved = "from mx.city.example.jp by mx.example.jp; Mon, 2 Jun 2025 09:29:30 +0900";
    desk.deliver(inquiry(1).header("Received", moved));
    desk.deliver(inquiry(2).header("Received", moved));
    desk.deliver(message(3, "お尋ね", "教えてください。").header("Received", moved));
    desk.once();
    assert_eq!((desk.numbers().len(), desk.parked()), (2, vec!["no_form".to_owned()]));
    let mails: Vec<Vec<String>> = desk.smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(mails, [["sato@example.jp"]]);
    let told = &sent_to(desk, "sato@example.jp")[0];
    assert!(told.subject.contains("以前に受信されたメール"), "{}", told.subject);
    let events = desk.json(&["ticket", "show", "ZT-2025-0001"])["events"].to_string();
    assert!(events.contains("long_ago"), "{events}");
}
