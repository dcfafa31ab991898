//! What members do to an application, and what becomes of its data.

use madoguchi::mail::InboundMail;

use super::{IN_TIME, OFFICER, applications, handed_in, once_at, region, standing};
use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{STAFF, mail_to, mails_to, reply},
};

on_both!(
    members_accept_type_correct_and_withdraw_by_mail,
    the_shell_does_the_same_and_refuses_what_is_not_possible,
    a_hold_of_an_application_tells_its_officer_a_day,
    an_application_is_erased_when_nobody_needs_it_any_more
);

/// An application that the desk cannot read has come. Returns the notice to a member.
fn with_unread_application(desk: &mut Desk) -> InboundMail {
    desk.add_settings(STAFF);
    desk.deliver_at(
        handed_in("1", "伴走支援 申込書", "申込書を提出します。", &[("申込書.pdf", b"%PDF-1.4 x")]),
        IN_TIME,
    );
    once_at(desk, "2025-07-24T10:16:00+09:00");
    mail_to(desk, "sato@example.jp", "伴走支援の応募")
}

fn members_accept_type_correct_and_withdraw_by_mail(desk: &mut Desk) {
    let notice = with_unread_application(desk);
    let order = |id: &str, body: &str| reply("sato@example.jp", &notice, id, body);
    desk.deliver_at(
        order("2", "様式").files(&[("入力.docx", &region("汐見圏域"))]),
        "2025-07-24T11:00:00+09:00",
    );
    once_at(desk, "2025-07-24T11:01:00+09:00");
    let all = applications(desk);
    assert_eq!(
        (standing(&all[0]), all[0]["area"].as_str()),
        (("received", "open", 2), Some("汐見圏域")),
        "{all:?}"
    );
    let shown = desk.json(&["application", "show", "ZT-2025-0001"]);
    assert_eq!(shown["submissions"][1]["author"], "sato@example.jp");
    assert_eq!(shown["submissions"][0]["form"]["unread"], "no_text", "the original stays");
    desk.deliver_at(order("3", "項目 電話番号 0857-00-9999"), "2025-07-24T11:10:00+09:00");
    desk.deliver_at(order("4", "受理 内容を確認したため"), "2025-07-24T11:20:00+09:00");
    once_at(desk, "2025-07-24T11:21:00+09:00");
    let all = applications(desk);
    assert_eq!(standing(&all[0]), ("accepted", "answered", 3), "{all:?}");
    assert_eq!(all[0]["representative"]["telephone"], "0857-00-9999");
    desk.deliver_at(order("5", "取下 電話で連絡あり"), "2025-07-24T11:30:00+09:00");
    once_at(desk, "2025-07-24T11:31:00+09:00");
    assert_eq!(standing(&applications(desk)[0]), ("withdrawn", "closed", 3));
    // The region applies again: an application of its own.
    desk.deliver_at(
        handed_in("6", "伴走支援 申込書", "提出します。", &[("申込書.docx", &region("汐見圏域"))]),
        "2025-07-25T09:00:00+09:00",
    );
    once_at(desk, "2025-07-25T09:01:00+09:00");
    let all = applications(desk);
    assert_eq!([standing(&all[0]).0, standing(&all[1]).0], ["withdrawn", "accepted"]);
}

fn the_shell_does_the_same_and_refuses_what_is_not_possible(desk: &mut Desk) {
    desk.deliver_at(
        handed_in("1", "伴走支援 申込書", "提出します。", &[("申込書.docx", &region("汐見圏域"))]),
        IN_TIME,
    );
    desk.deliver_at(inquiry(2), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let form = desk.dir.path().join("form.docx");
    std::fs::write(&form, region("汐見東圏域")).unwrap();
    let nothing = desk.dir.path().join("nothing.docx");
    std::fs::write(&nothing, b"x").unwrap();
    let (form, nothing) = (form.to_str().unwrap(), nothing.to_str().unwrap());
    for (arguments, code, said) in [
        (vec!["form", "ZT-2025-0001", form], 0, "the form is in force"),
        (vec!["form", "ZT-2025-0001", nothing], 1, "give one .docx with one form"),
        (vec!["set", "ZT-2025-0001", "氏名", "谷口 進"], 0, "name is set"),
        (vec!["set", "ZT-2025-0001", "天気", "晴れ"], 1, "no field"),
        (vec!["set", "ZT-2025-0001", "email", "x"], 1, "cannot have this value"),
        (vec!["accept", "ZT-2025-0002"], 1, "is an inquiry"),
        (vec!["withdraw", "ZT-2025-0001", "取り下げ"], 0, "withdrawn"),
        (vec!["accept", "ZT-2025-0001"], 1, "is withdrawn"),
        (vec!["set", "ZT-2025-0001", "氏名", "x"], 1, "is withdrawn"),
        (vec!["show", "ZT-2025-0002"], 1, "there is no application"),
    ] {
        let done = desk.run(&[&["application"], arguments.as_slice()].concat());
        assert_eq!(done.code, Some(code), "{arguments:?}: {}", done.stderr);
        assert!(
            format!("{}{}", done.stdout, done.stderr).contains(said),
            "{arguments:?}: {} {}",
            done.stdout,
            done.stderr
        );
    }
    let shown = desk.json(&["application", "show", "ZT-2025-0001"]);
    assert_eq!(
        (&shown["area"], &shown["fields"]["representative"]["name"]),
        (&"汐見東圏域".into(), &"谷口 進".into())
    );
    assert!(!shown["events"].to_string().contains("谷口"), "the audit names the field, not its value");
    let listed = desk.run(&["application", "list"]).stdout;
    assert!(listed.contains("withdrawn") && listed.contains("1 applications"), "{listed}");
}

fn a_hold_of_an_application_tells_its_officer_a_day(desk: &mut Desk) {
    let notice = with_unread_application(desk);
    let order = |id: &str, body: &str| reply("sato@example.jp", &notice, id, body);
    desk.deliver_at(order("2", "保留 7/30 厚労省に確認中"), "2025-07-24T11:00:00+09:00");
    once_at(desk, "2025-07-24T11:01:00+09:00");
    once_at(desk, "2025-07-24T11:15:00+09:00");
    let letter = mail_to(desk, OFFICER, "回答にお時間をいただくご連絡");
    assert!(letter.text.starts_with("鳥取県\n岸本 様"), "{}", letter.text);
    assert!(letter.text.contains("ご回答は7月30日（水）頃を予定しております"), "{}", letter.text);
    assert!(!letter.text.contains("照会") && !letter.text.contains("厚労省"), "{}", letter.text);
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(preview.contains("保留中（事務局）の伴走支援の応募"), "{preview}");
    once_at(desk, "2025-07-30T09:00:30+09:00");
    let over = mail_to(desk, "sato@example.jp", "保留の期日");
    for part in ["下記の伴走支援の応募は", "対応期限が再び動き始めました", "　対応期限：7月31日"]
    {
        assert!(over.text.contains(part), "{part}: {}", over.text);
    }
    // Nobody asks why an application needs nothing more now.
    desk.deliver_at(order("3", "完了"), "2025-07-30T09:10:00+09:00");
    once_at(desk, "2025-07-30T09:11:00+09:00");
    assert_eq!(standing(&applications(desk)[0]), ("received", "answered", 1));
    for (nth, (body, status)) in
        [("再開", "open"), ("質問 対象の圏域をお知らせください。", "waiting"), ("再開", "open")]
            .iter()
            .enumerate()
    {
        let hour = 10 + nth;
        desk.deliver_at(order(&format!("more-{nth}"), body), &format!("2025-07-30T{hour}:00:00+09:00"));
        once_at(desk, &format!("2025-07-30T{hour}:01:00+09:00"));
        once_at(desk, &format!("2025-07-30T{hour}:15:00+09:00"));
        assert_eq!(standing(&applications(desk)[0]), ("received", *status, 1), "{body}");
    }
    let subjects: Vec<String> = mails_to(desk, OFFICER).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.len(), 3, "a mail of the officer is no inquiry: {subjects:?}");
}

fn an_application_is_erased_when_nobody_needs_it_any_more(desk: &mut Desk) {
    desk.add_settings("[retention]\nraw_after = \"1d\"\npersonal_after = \"2d\"\n");
    for (id, area) in [("1", "汐見圏域"), ("2", "浜里圏域")] {
        desk.deliver_at(
            handed_in(id, "伴走支援 申込書", "提出します。", &[("岸本.docx", &region(area))]),
            IN_TIME,
        );
    }
    once_at(desk, "2025-07-24T10:16:00+09:00");
    assert_eq!(desk.run(&["application", "withdraw", "ZT-2025-0002"]).code, Some(0));
    once_at(desk, "2025-07-28T10:00:00+09:00");
    let names = |number: &str| desk.json(&["application", "show", number]).to_string();
    assert!(names("ZT-2025-0001").contains("岸本 遥"), "it waits for its result");
    let erased = names("ZT-2025-0002");
    for word in ["岸本", "choju@", "0857-00-1234", OFFICER] {
        assert!(!erased.contains(word), "{word}: {erased}");
    }
    // The representative asks for erasure; the officer had sent the form.
    assert_eq!(desk.run(&["erase", "--address", "choju@city.shiomi.example.jp", "--yes"]).code, Some(0));
    assert!(!names("ZT-2025-0001").contains("choju@"));
}
