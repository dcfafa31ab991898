//! Which application a further form belongs to, and which form is in force.

use super::{IN_TIME, OFFICER, applications, handed_in, once_at, region, standing};
use crate::support::{
    desk::{Desk, on_both},
    docx::{Form, text},
    mail::Mail,
    members::{STAFF, mail_to, mails_to},
};

on_both!(
    a_revised_form_takes_the_place_of_the_first_and_the_same_one_is_a_note,
    a_stranger_cannot_change_an_application,
    a_form_after_the_deadline_waits_for_a_person,
    a_region_that_was_forgotten_is_added_in_the_thread
);

fn revised(area: &str, reason: &str) -> Vec<u8> {
    Form { area: text(area), reason: text(reason), ..Form::filled() }.docx()
}

fn bring(id: &str, file: &[u8]) -> Mail {
    handed_in(id, "伴走支援 申込書", "申込書を提出します。", &[("申込書.docx", file)])
}

fn a_revised_form_takes_the_place_of_the_first_and_the_same_one_is_a_note(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let (first, second) = (
        region("汐見在宅医療圏域"),
        revised("汐見圏域", "拠点の役割分担を整理し、夜間の体制を検討したいため。"),
    );
    desk.deliver_at(bring("1", &first), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    desk.deliver_at(bring("2", &second), "2025-07-28T15:40:00+09:00");
    desk.deliver_at(bring("3", &second), "2025-07-29T09:10:00+09:00");
    once_at(desk, "2025-07-29T09:11:00+09:00");
    let all = applications(desk);
    assert_eq!((all.len(), standing(&all[0])), (1, ("accepted", "answered", 2)), "{all:?}");
    assert_eq!(all[0]["area"], "汐見圏域");
    let receipts = mails_to(desk, OFFICER);
    assert_eq!(receipts.len(), 3, "each mail gets its receipt");
    // Several connections send them, in any order.
    let with = |words: &str| receipts.iter().filter(|receipt| receipt.text.contains(words)).count();
    assert_eq!(with("令和7年7月24日（木）10:15に受信した申込書に代えて"), 1);
    assert_eq!(with("同じ内容です"), 1);
    let notices: Vec<_> = mails_to(desk, "ito@example.jp")
        .into_iter()
        .filter(|mail| mail.subject.contains("伴走支援の"))
        .collect();
    assert_eq!(notices.len(), 2, "the same form again is no news");
    assert!(notices[1].text.contains("変わった項目：応募地域名、応募の理由"), "{}", notices[1].text);
    let messages = &desk.json(&["ticket", "show", "ZT-2025-0001"])["messages"];
    let directions: Vec<&str> =
        messages.as_array().unwrap().iter().map(|message| message["direction"].as_str().unwrap()).collect();
    assert_eq!(directions.iter().filter(|direction| **direction == "note").count(), 1, "{directions:?}");
}

fn a_stranger_cannot_change_an_application(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(bring("1", &region("汐見圏域")), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let other = revised("汐見圏域", "この申込書は、別の人が差し替えのつもりで送ったものである。");
    // The number and the region can be guessed.
    desk.deliver_at(
        bring("2", &other)
            .from("x@pref.tottori.example.jp")
            .subject("[ZT-2025-0001] 伴走支援 申込書（差し替え）"),
        "2025-07-25T09:00:00+09:00",
    );
    once_at(desk, "2025-07-25T09:01:00+09:00");
    let all = applications(desk);
    assert_eq!((all.len(), standing(&all[0])), (2, ("accepted", "answered", 1)), "{all:?}");
    assert_eq!(standing(&all[1]), ("received", "open", 1));
    let notice = mail_to(desk, "sato@example.jp", "ZT-2025-0002");
    assert!(notice.text.contains("同じ地域の応募：ZT-2025-0001 があります"), "{}", notice.text);
    // A member who knows better merges them. The forms go along.
    assert_eq!(desk.run(&["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"]).code, Some(0));
    assert_eq!(desk.run(&["application", "accept", "ZT-2025-0001"]).code, Some(0));
    let shown = desk.json(&["application", "show", "ZT-2025-0001"]);
    assert!(shown["fields"]["reason"].as_str().unwrap().contains("別の人"), "{shown}");
}

fn a_form_after_the_deadline_waits_for_a_person(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(bring("1", &region("汐見圏域")), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    desk.deliver_at(
        bring("2", &revised("汐見圏域", "締切の後に直した内容である。体制を検討したいため。")),
        "2025-08-01T09:30:00+09:00",
    );
    once_at(desk, "2025-08-01T09:31:00+09:00");
    let reason = |desk: &Desk| {
        desk.json(&["application", "show", "ZT-2025-0001"])["fields"]["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(standing(&applications(desk)[0]), ("accepted", "open", 2));
    assert!(reason(desk).contains("拠点を昨年設けた"));
    let receipt = mails_to(desk, OFFICER).pop().unwrap();
    assert!(receipt.text.contains("取扱いにつきましては"), "{}", receipt.text);
    assert_eq!(desk.run(&["application", "accept", "ZT-2025-0001"]).code, Some(0));
    assert!(reason(desk).contains("締切の後に直した"));
    assert_eq!(standing(&applications(desk)[0]), ("accepted", "answered", 2));
}

fn a_region_that_was_forgotten_is_added_in_the_thread(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(bring("1", &region("汐見圏域")), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let receipt = mail_to(desk, OFFICER, "受領のお知らせ");
    let answer = |id: &str, body: &str, file: &[u8]| {
        handed_in(id, &format!("Re: {}", receipt.subject), body, &[("申込書.docx", file)])
            .in_reply_to(receipt.message_id.as_deref().unwrap())
    };
    desk.deliver_at(
        answer("2", "もう1地域の申込書を提出します。", &region("浜里圏域")),
        "2025-07-25T09:00:00+09:00",
    );
    // A colleague answers the same receipt with another name of the first region.
    desk.deliver_at(
        answer("3", "地域名に誤りがありましたので、差し替えます。", &region("汐見東圏域"))
            .from("other@pref.tottori.example.jp"),
        "2025-07-25T09:01:00+09:00",
    );
    once_at(desk, "2025-07-25T09:02:00+09:00");
    let all = applications(desk);
    let areas: Vec<(&str, u64)> = all
        .iter()
        .map(|application| (application["area"].as_str().unwrap(), standing(application).2))
        .collect();
    assert_eq!(areas, [("汐見東圏域", 2), ("浜里圏域", 1)]);
}
