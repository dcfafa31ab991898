//! The call for the 伴走支援: applications as they come, and what becomes of each.

mod odd;
mod orders;
mod versions;

use serde_json::Value;

use crate::support::{
    desk::{Desk, on_both},
    docx::{Form, text, zip},
    mail::{Mail, message},
    members::{STAFF, mail_to, mails_to},
};

on_both!(
    an_application_is_filed_its_officer_gets_a_receipt_and_staff_the_checks,
    one_receipt_names_all_regions_of_a_mail,
    an_application_that_came_ten_seconds_late_waits_for_a_person,
    the_digest_counts_down_and_figures_are_about_inquiries
);

pub const OFFICER: &str = "kishimoto@pref.tottori.example.jp";
pub const IN_TIME: &str = "2025-07-24T10:15:00+09:00";

/// The form of a region, filled in.
pub fn region(area: &str) -> Vec<u8> {
    Form { area: text(area), ..Form::filled() }.docx()
}

/// A mail of an officer with files.
pub fn handed_in(id: &str, subject: &str, body: &str, files: &[(&str, &[u8])]) -> Mail {
    message(1, subject, body)
        .from(&format!("岸本 <{OFFICER}>"))
        .id(&format!("{id}@pref.tottori.example.jp"))
        .files(files)
}

pub fn once_at(desk: &mut Desk, now: &str) {
    desk.starts_at(now);
    desk.once();
}

pub fn applications(desk: &Desk) -> Vec<Value> {
    desk.json(&["application", "list"]).as_array().unwrap().clone()
}

/// Stage, status of the ticket, and number of forms.
pub fn standing(application: &Value) -> (&str, &str, u64) {
    let word = |key: &str| application[key].as_str().unwrap();
    (word("stage"), word("status"), application["versions"].as_u64().unwrap())
}

fn an_application_is_filed_its_officer_gets_a_receipt_and_staff_the_checks(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let mail = handed_in(
        "1",
        "伴走支援への応募について（鳥取県）",
        "申込書を提出します。ご査収ください。",
        &[("申込書.docx", &region("汐見在宅医療圏域"))],
    );
    desk.deliver_at(mail, IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    let application = &all[0];
    assert_eq!((all.len(), standing(application)), (1, ("accepted", "answered", 1)), "{application}");
    assert_eq!(application["area"], "汐見在宅医療圏域");
    assert_eq!((&application["in_time"], &application["late_seconds"]), (&true.into(), &Value::Null));
    let receipt = mail_to(desk, OFFICER, "受領のお知らせ");
    assert!(receipt.subject.starts_with("[ZT-2025-0001] "), "{}", receipt.subject);
    for part in [
        "受信日時：令和7年7月24日（木）10:15",
        "申込締切：令和7年7月31日（木）まで",
        "■ ZT-2025-0001　汐見在宅医療圏域",
        "添付ファイル：申込書.docx",
        "構成員の人数：10名",
        "令和7年8月14日（木）頃まで",
    ] {
        assert!(receipt.text.contains(part), "{part}: {}", receipt.text);
    }
    assert!(!receipt.text.contains("ご確認いただきたい点"), "{}", receipt.text);
    assert_eq!(mails_to(desk, OFFICER).len(), 1, "nobody gets the consultation form");
    for member in ["sato@example.jp", "ito@example.jp"] {
        let notice = mail_to(desk, member, "伴走支援の応募");
        assert!(notice.text.contains("○ 差出人（都道府県の担当者）"), "{}", notice.text);
        assert!(notice.text.contains("構成員の人数：10名"), "{}", notice.text);
    }
    let shown = desk.json(&["application", "show", "ZT-2025-0001"]);
    assert_eq!(shown["fields"]["representative"]["email"], "choju@city.shiomi.example.jp");
    assert_eq!(shown["submissions"][0]["in_force"], true);
    let events = shown["events"].to_string();
    assert!(events.contains("application_filed") && !events.contains("汐見"), "{events}");
    let exported = desk.run(&["export", "--format", "csv"]).stdout;
    assert!(exported.trim_end().ends_with(",応募"), "{exported}");
}

fn one_receipt_names_all_regions_of_a_mail(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let (first, second) = (region("汐見圏域"), region("浜里圏域"));
    let archive = zip(&[("浜里.docx", &second)]);
    let mail = handed_in(
        "1",
        "伴走支援への応募（2地域）",
        "申込書を提出します。計2地域です。",
        &[("汐見.docx", &first), ("浜里.zip", &archive), ("地域の概況.txt", b"x")],
    );
    desk.deliver_at(mail, IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    let areas: Vec<&str> = all.iter().map(|application| application["area"].as_str().unwrap()).collect();
    assert_eq!(areas, ["汐見圏域", "浜里圏域"]);
    let receipts = mails_to(desk, OFFICER);
    assert_eq!(receipts.len(), 1);
    for part in [
        "■ ZT-2025-0001　汐見圏域",
        "■ ZT-2025-0002　浜里圏域",
        "浜里.zip（浜里.docx）",
        "そのほかの添付ファイル（地域の概況.txt）",
    ] {
        assert!(receipts[0].text.contains(part), "{part}: {}", receipts[0].text);
    }
    for number in ["ZT-2025-0001", "ZT-2025-0002"] {
        let shown = desk.json(&["ticket", "show", number]);
        assert!(shown["acknowledged_at"].as_str().is_some(), "{shown}");
        let sent = shown["events"].as_array().unwrap().iter().filter(|event| event["what"] == "sent");
        assert_eq!(sent.count(), 1, "{shown}");
    }
    // An order in a reply is about one application, so each has a notice.
    let notices = mails_to(desk, "sato@example.jp");
    assert_eq!(notices.iter().filter(|mail| mail.subject.contains("伴走支援の応募")).count(), 2);
}

fn an_application_that_came_ten_seconds_late_waits_for_a_person(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let bring = |id: &str, area: &str| {
        handed_in(id, "伴走支援 申込書の提出", "提出します。", &[("申込書.docx", &region(area))])
    };
    desk.deliver_at(bring("1", "汐見圏域"), "2025-07-31T23:59:59+09:00");
    desk.deliver_at(bring("2", "浜里圏域"), "2025-08-01T00:00:10+09:00");
    once_at(desk, "2025-08-01T09:00:00+09:00");
    let all = applications(desk);
    assert_eq!(
        [standing(&all[0]), standing(&all[1])],
        [("accepted", "answered", 1), ("received", "open", 1)]
    );
    assert_eq!((&all[1]["in_time"], &all[1]["late_seconds"]), (&false.into(), &10.into()));
    let receipts = mails_to(desk, OFFICER);
    let late = receipts.iter().find(|receipt| receipt.text.contains("浜里")).unwrap();
    assert!(late.text.contains("申込締切を過ぎております"), "{}", late.text);
    assert!(!late.text.contains("選定結果は、"), "the receipt promises nothing: {}", late.text);
    let notice = mail_to(desk, "sato@example.jp", "【締切後】");
    assert!(notice.text.contains("締切を10秒過ぎています"), "{}", notice.text);
    let done = desk.run(&["application", "accept", "ZT-2025-0002", "送信は締切前のため"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(standing(&applications(desk)[1]), ("accepted", "answered", 1));
    let shown = desk.json(&["ticket", "show", "ZT-2025-0002"]);
    assert!(shown["messages"].to_string().contains("送信は締切前のため"), "{shown}");
    assert!(!shown["events"].to_string().contains("送信は"), "reasons are no part of the audit");
}

fn the_digest_counts_down_and_figures_are_about_inquiries(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(
        handed_in("1", "伴走支援 申込書", "提出します。", &[("申込書.docx", &region("汐見圏域"))]),
        IN_TIME,
    );
    desk.deliver_at(
        handed_in("2", "伴走支援 申込書", "提出します。", &[("申込書.pdf", b"%PDF-1.4 x")]),
        IN_TIME,
    );
    desk.deliver_at(crate::support::mail::inquiry(7), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    once_at(desk, "2025-07-24T13:00:10+09:00");
    let digest = mail_to(desk, "sato@example.jp", "日次一覧");
    for part in [
        "【伴走支援】応募は受理1件・要確認1件。申込締切は令和7年7月31日（木）（あと7日）です。",
        "━━━━ 確認・回答が必要な伴走支援の応募（1件）━━━━",
        "受付 1件",
    ] {
        assert!(digest.text.contains(part), "{part}: {}", digest.text);
    }
    // Asked for by hand, after the deadline.
    desk.starts_at("2025-08-04T09:00:00+09:00");
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(preview.contains("選定結果の通知は令和7年8月14日（木）（あと10日）です。"), "{preview}");
}
