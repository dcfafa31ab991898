//! Mails that bring an application in another way, or seem to.

use super::{IN_TIME, OFFICER, applications, handed_in, once_at, region, standing};
use crate::support::{
    desk::{Desk, on_both},
    docx::{self, Form, docx, text},
    mail::message,
    members::{STAFF, mail_to, mails_to},
};

on_both!(
    what_nobody_can_read_is_filed_and_a_form_after_it_is_its_version,
    a_form_in_a_mail_that_somebody_sends_on_is_filed,
    what_is_no_application_is_filed_as_what_it_is,
    a_wrong_or_a_blank_form_is_filed_and_its_officer_is_told,
    a_locked_zip_and_the_mail_with_its_password_are_told_at_once,
    what_is_too_large_is_told_at_once_and_its_sender_hears_when_it_came
);

/// A file of Office with a password: a compound file with the stream that holds the encrypted package.
fn locked() -> Vec<u8> {
    let mut bytes = vec![0; 2048];
    bytes[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    for (at, unit) in "EncryptedPackage".encode_utf16().enumerate() {
        bytes[1024 + 2 * at..1026 + 2 * at].copy_from_slice(&unit.to_le_bytes());
    }
    bytes
}

fn what_nobody_can_read_is_filed_and_a_form_after_it_is_its_version(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let locked = locked();
    desk.deliver_at(
        handed_in("1", "伴走支援申込書の送付", "パスワードは別途お送りします。", &[("申込書.docx", &locked)]),
        IN_TIME,
    );
    desk.deliver_at(
        handed_in(
            "2",
            "【パスワード通知】伴走支援申込書の送付",
            "ファイルのパスワードをお知らせします。\nパスワード：Tottori0725",
            &[],
        ),
        "2025-07-24T10:15:20+09:00",
    );
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    assert_eq!((standing(&all[0]), all[0]["unread"].as_str()), (("received", "open", 1), Some("password")));
    let receipts = mails_to(desk, OFFICER);
    assert_eq!(receipts.len(), 1, "the password is a note, and nothing answers it");
    assert!(receipts[0].text.contains("パスワードが設定されているため"), "{}", receipts[0].text);
    // The same officer sends the form in the open, in a mail of its own.
    desk.deliver_at(
        handed_in(
            "3",
            "伴走支援申込書",
            "パスワードなしでお送りします。",
            &[("申込書.docx", &region("汐見圏域"))],
        ),
        "2025-07-25T09:30:00+09:00",
    );
    once_at(desk, "2025-07-25T09:31:00+09:00");
    let all = applications(desk);
    // The mail with the password waits for nobody, but it was written by a person.
    assert_eq!((all.len(), standing(&all[0])), (1, ("accepted", "answered", 2)), "{all:?}");
    assert_eq!(all[0]["area"], "汐見圏域");
    let receipt = mails_to(desk, OFFICER).pop().unwrap();
    assert!(receipt.text.contains("に受信した申込書に代えて"), "{}", receipt.text);
}

fn a_form_in_a_mail_that_somebody_sends_on_is_filed(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let inner =
        handed_in("1", "伴走支援 申込書の提出", "提出します。", &[("申込書.docx", &region("汐見圏域"))])
            .bytes();
    let mail = message(1, "Fw: 伴走支援 申込書の提出", "鳥取県から届きましたので、転送します。")
        .from("chiiki@mhlw.example.jp")
        .id("2@mhlw.example.jp")
        .files(&[("申込書の提出.eml", &inner)]);
    desk.deliver_at(mail, IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    assert_eq!((all.len(), standing(&all[0])), (1, ("received", "open", 1)), "the sender is no prefecture");
    assert_eq!(all[0]["area"], "汐見圏域");
    assert_eq!(mails_to(desk, "chiiki@mhlw.example.jp").len(), 1);
    let notice = mail_to(desk, "sato@example.jp", "伴走支援の応募");
    assert!(notice.text.contains("△ 差出人"), "{}", notice.text);
}

fn what_is_no_application_is_filed_as_what_it_is(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let form = region("汐見圏域");
    let away = handed_in("1", "自動応答: 伴走支援 申込書", "不在にしております。", &[("申込書.docx", &form)])
        .header("Auto-Submitted", "auto-replied");
    desk.deliver_at(away, IN_TIME);
    let question = message(2, "伴走支援の応募について", "1県から複数の地域を応募できますか。");
    desk.deliver_at(question, IN_TIME);
    desk.deliver_at(message(3, "伴走支援について", "公募要領を拝受しました。"), IN_TIME);
    let paper = docx(&text("会議の次第"));
    desk.deliver_at(
        message(4, "拠点整備・運用に関する照会", "1) 自治体・機関名：第4市\n2) 氏名：山田\n3) 連絡先：03-0000-0004\n4) 照会内容：添付の次第について助言ください。\n")
            .files(&[("次第.docx", &paper)]),
        IN_TIME,
    );
    once_at(desk, "2025-07-24T10:16:00+09:00");
    assert!(applications(desk).is_empty());
    assert_eq!(desk.parked(), ["automatic", "call"]);
    assert_eq!(mails_to(desk, OFFICER).len(), 0);
    let tickets = desk.tickets();
    let kinds: Vec<&str> = tickets.iter().map(|ticket| ticket["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["inquiry", "inquiry"]);
    assert_eq!(tickets[0]["status"], "open", "no missing field is asked for");
    let answers = |nth: usize| -> Vec<String> {
        mails_to(desk, &format!("yamada{nth}@city.example.jp")).into_iter().map(|mail| mail.subject).collect()
    };
    assert!(answers(2)[0].starts_with("[ZT-2025-0001]"), "{:?}", answers(2));
    assert_eq!(answers(3), ["伴走支援の公募に関するメールの到着のお知らせ"]);
    assert!(answers(4)[0].starts_with("[ZT-2025-0002]"), "{:?}", answers(4));
}

fn a_wrong_or_a_blank_form_is_filed_and_its_officer_is_told(desk: &mut Desk) {
    desk.add_settings(STAFF);
    // Last year's form: some labels, and the title of the call.
    let other = docx(
        &[
            text("令和6年度 在宅医療の拠点整備・運用に向けた伴走支援 申込書"),
            text("都道府県：鳥取県"),
            text("所属：鳥取県"),
            text("氏名：岸本 遥"),
            text("電話番号：0857-00-1234"),
            text("E-mail：kishimoto@pref.tottori.example.jp"),
        ]
        .concat(),
    );
    desk.deliver_at(
        handed_in("1", "伴走支援の申込", "申込書をお送りします。", &[("別の様式.docx", &other)]),
        IN_TIME,
    );
    desk.deliver_at(
        handed_in("2", "伴走支援申込書", "申込書を提出します。", &[("申込書.docx", &Form::blank().docx())])
            .from("nakata@pref.shimane.example.jp"),
        IN_TIME,
    );
    desk.deliver_at(
        handed_in(
            "3",
            "伴走支援の申込について",
            "汐見市の谷口です。申込書をお送りします。",
            &[("申込書.docx", &region("汐見圏域"))],
        )
        .from("choju@city.shiomi.example.jp"),
        IN_TIME,
    );
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    assert_eq!(all[0]["unread"], "wrong_form");
    assert_eq!(all[1]["unread"], serde_json::Value::Null);
    assert!(all[1]["missing"].as_array().unwrap().len() > 10, "{}", all[1]);
    assert!(all.iter().all(|application| standing(application) == ("received", "open", 1)), "{all:?}");
    let receipt = |to: &str| mail_to(desk, to, "受領のお知らせ").text;
    assert!(receipt(OFFICER).contains("今回の公募の申込書の様式であることを確認できませんでした"));
    assert!(
        receipt("nakata@pref.shimane.example.jp")
            .contains("記入前の様式をお送りいただいた可能性がございます")
    );
    assert!(receipt("choju@city.shiomi.example.jp").contains("汐見圏域"), "a city gets its receipt, too");
}

/// What an officer got, as subjects.
fn subjects(desk: &Desk, to: &str) -> Vec<String> {
    mails_to(desk, to).into_iter().map(|mail| mail.subject).collect()
}

fn a_locked_zip_and_the_mail_with_its_password_are_told_at_once(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let archive = docx::locked(docx::zip(&[("申込書.docx", &region("汐見圏域"))]));
    let subject = "伴走支援の申込書の送付";
    let files: &[(&str, &[u8])] = &[("20250724101500.zip", &archive)];
    desk.deliver_at(handed_in("1", subject, "申込書を提出いたします。", files), IN_TIME);
    let password = "先にお送りしたファイルのパスワードは次のとおりです。\nパスワード：Tottori0725";
    desk.deliver_at(
        handed_in("2", &format!("【パスワード】{subject}"), password, &[]),
        "2025-07-24T10:15:30+09:00",
    );
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    assert_eq!((all.len(), standing(&all[0])), (1, ("received", "open", 1)), "{all:?}");
    assert_eq!(all[0]["unread"], "password");
    let receipt = mail_to(desk, OFFICER, "受領のお知らせ").text;
    for part in [
        "受信日時：令和7年7月24日（木）10:15",
        "20250724101500.zip",
        "パスワードが設定されているため",
        "パスワードのないWord形式",
    ] {
        assert!(receipt.contains(part), "{part}: {receipt}");
    }
    assert_eq!(subjects(desk, OFFICER).len(), 1, "nothing answers the password");
    for member in ["sato@example.jp", "ito@example.jp"] {
        assert!(
            mail_to(desk, member, "[ZT-2025-0001] 伴走支援の応募：")
                .text
                .contains("パスワードが設定されているため")
        );
        let note = mail_to(desk, member, "伴走支援の応募への返信").text;
        assert!(note.contains("パスワードを知らせるメール") && note.contains("Tottori0725"), "{note}");
    }
}

fn what_is_too_large_is_told_at_once_and_its_sender_hears_when_it_came(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("mailbox.max_message_size", "30kB");
    let photo = vec![7; 40_000];
    let form = region("汐見圏域");
    let large = |id: &str, subject: &str| {
        handed_in(id, subject, "お送りします。", &[("申込書.docx", &form), ("写真.jpg", &photo)])
    };
    // An application by its subject: filed, though nobody can read it.
    desk.deliver_at(large("1", "伴走支援の申込書の提出について"), IN_TIME);
    once_at(desk, "2025-07-24T10:16:00+09:00");
    let all = applications(desk);
    assert_eq!((standing(&all[0]), all[0]["unread"].as_str()), (("received", "open", 1), Some("too_large")));
    let receipt = mail_to(desk, OFFICER, "受領のお知らせ");
    for part in ["受信日時：令和7年7月24日（木）10:15", "ファイルが大きく"] {
        assert!(receipt.text.contains(part), "{part}: {}", receipt.text);
    }
    for member in ["sato@example.jp", "ito@example.jp"] {
        let notice = mail_to(desk, member, "[ZT-2025-0001] 伴走支援の応募：").text;
        assert!(notice.contains("容量が大きいため"), "{notice}");
    }
    // In its thread, and about the call in general: kept for a person, who hears of it at once.
    let again =
        large("2", &format!("Re: {}", receipt.subject)).in_reply_to(receipt.message_id.as_deref().unwrap());
    desk.deliver_at(again, "2025-07-25T09:00:00+09:00");
    once_at(desk, "2025-07-25T09:01:00+09:00");
    desk.deliver_at(
        large("3", "伴走支援について").from("nakata@pref.shimane.example.jp"),
        "2025-07-25T09:02:00+09:00",
    );
    once_at(desk, "2025-07-25T09:03:00+09:00");
    assert_eq!((applications(desk).len(), desk.parked()), (1, vec!["call".to_owned(), "call".to_owned()]));
    let arrived = "伴走支援の公募に関するメールの到着のお知らせ";
    assert_eq!(subjects(desk, OFFICER), [receipt.subject.as_str(), arrived]);
    assert_eq!(subjects(desk, "nakata@pref.shimane.example.jp"), [arrived]);
    let told = mail_to(desk, "ito@example.jp", "公募に関するメールが届きました").text;
    assert!(told.contains("容量が大きいため") && told.contains("添付　　：（確認できません）"), "{told}");
    // A small mail with the form alone is the application.
    desk.deliver_at(
        handed_in("4", "伴走支援の申込書", "申込書のみお送りします。", &[("申込書.docx", &form)]),
        "2025-07-25T10:00:00+09:00",
    );
    once_at(desk, "2025-07-25T10:01:00+09:00");
    assert_eq!(standing(&applications(desk)[0]), ("accepted", "answered", 2));
}
