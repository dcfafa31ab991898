//! Visits of advisers, mistakes of members, and what advisers, calendars and the people of the region write.

use madoguchi::mail::InboundMail;

use super::{CASE, SATO, at, calendar, does, fresh_notice, line, order, refuses, told};
use crate::support::{
    case::{ADVISER, OFFICER, REPRESENTATIVE, SECOND, supported},
    desk::{Desk, on_both},
    mail::{Mail, inquiry},
    members::mail_to,
};

on_both!(
    a_visit_is_asked_for_confirmed_and_counted,
    what_cannot_be_arranged_is_explained,
    an_adviser_who_joins_is_invited_and_one_who_is_replaced_is_excused,
    advisers_and_calendars_get_no_answer,
    questions_belong_to_the_case_and_leads_are_told_what_is_open,
);

fn a_visit_is_asked_for_confirmed_and_counted(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-09-01T10:00:00", "a");
    let before = desk.smtp.mails().len();
    order(
        desk,
        &notice,
        "v1",
        "2025-09-01T10:05:00",
        "派遣 11月5日 13:00-15:00 アドバイザー：山本先生\n場所：拠点\n内容：多職種連携の助言",
    );
    at(desk, "2025-09-01T10:20:00");
    desk.once();
    let request = format!("[{CASE}] 伴走支援 アドバイザー派遣のお願い（鳥取県 花里在宅医療圏域）");
    assert_eq!(told(desk, before), [(ADVISER.to_owned(), request.clone())], "the adviser alone is asked");
    // The adviser declines. Nobody else hears of it, and another one is asked for the same visit.
    order(desk, &notice, "v2", "2025-09-02T10:00:00", "派遣辞退 1");
    order(
        desk,
        &notice,
        "v3",
        "2025-09-02T10:05:00",
        "派遣 11月5日 13:00-15:00\nアドバイザー：黒田\n場所：拠点",
    );
    at(desk, "2025-09-02T10:30:00");
    desk.once();
    assert_eq!(told(desk, before), [(SECOND.to_owned(), request.clone()), (ADVISER.to_owned(), request)]);
    order(desk, &notice, "v4", "2025-09-03T10:00:00", "派遣確定 1");
    at(desk, "2025-09-03T10:20:00");
    desk.once();
    let letter = mail_to(desk, OFFICER, "アドバイザー派遣（1回目）（実施のご案内）").text;
    assert!(letter.contains("　派遣回数：1回目（最大3回）\n"), "{letter}");
    assert!(letter.contains("黒田 恵 様"), "{letter}");
    let ask = ["visit", "ask", CASE];
    for (day, hour) in [("12/2", "11:00"), ("12/3", "11:10")] {
        at(desk, &format!("2025-09-04T{hour}:00"));
        does(desk, &[&ask[..], &[&format!("{day} 10:00-12:00"), "--adviser", ADVISER]].concat());
    }
    refuses(
        desk,
        &[&ask[..], &["12/4 10:00-12:00", "--adviser", SECOND]].concat(),
        "3 visits are not cancelled, and there can be no more",
    );
    order(desk, &notice, "v5", "2025-09-04T12:00:00", "派遣 12月4日 10:00-12:00 アドバイザー：黒田");
    let explained = mail_to(desk, SATO, "できなかった操作").text;
    assert!(explained.contains("すでに3回あり、これ以上はできません"), "{explained}");
    let before = desk.smtp.mails().len();
    does(desk, &["visit", "cancel", CASE, "2"]);
    does(desk, &[&ask[..], &["12/4 10:00-12:00", "--adviser", SECOND]].concat());
    at(desk, "2025-09-04T12:30:00");
    desk.once();
    let told = told(desk, before);
    assert!(
        told.iter().any(|(to, subject)| to == ADVISER && subject.contains("中止"))
            && told.iter().all(|(to, _)| to == ADVISER || to == SECOND),
        "who was only asked is told alone: {told:?}"
    );
}

fn what_cannot_be_arranged_is_explained(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-09-01T10:00:00", "a");
    let before = desk.smtp.mails().len();
    let mistakes = [
        ("会議 1 8月29日 14:00-16:00", "開始の日時を過ぎています"),
        ("会議 1 9月2日 16:00-14:00", "終了の時刻が開始より後になっていません"),
        ("会議 1 3月3日 14:00-16:00", "伴走支援の実施期間の外の日付です"),
        ("会議 1 9月2日（水）14:00-16:00", "9月2日は火曜日です"),
        ("会議 1 9月2日 2時～4時", "午前か午後か判断できませんでした"),
        ("会議 5 9月2日 14:00-16:00", "会議は、第1回から第4回までです"),
        ("会議中止 2", "第2回会議の予定はありません"),
        ("派遣 11月5日 13:00-15:00", "アドバイザーのお名前を"),
        ("派遣 11月5日 13:00-15:00 アドバイザー：田中", "一人に決まりません"),
        ("派遣 11月5日 13:00-15:00 アドバイザー：宛先なし", "一人に決まりません"),
        ("派遣確定 1", "アドバイザー派遣（1回目）の予定はありません"),
        ("議事録 1 出席12名", "第1回会議の予定はありません"),
    ];
    for (nth, (text, why)) in mistakes.iter().enumerate() {
        order(desk, &notice, &format!("x{nth}"), &format!("2025-09-01T10:{:02}:00", nth + 5), text);
        let explained = mail_to(desk, SATO, "できなかった操作").text;
        assert!(explained.contains(why), "{text}: {explained}");
    }
    at(desk, "2025-09-01T11:00:00");
    desk.once();
    assert_eq!(told(desk, before), []);
    let set = |when: &'static str| ["meeting", "set", CASE, "1", when];
    refuses(desk, &set("8/29 14:00-16:00"), "it has begun already");
    refuses(desk, &set("9/2 16:00-14:00"), "it does not end after its beginning");
    refuses(desk, &set("7/31 14:00-16:00"), "outside support.starts to support.ends");
    // An inquiry is no application.
    desk.deliver_at(inquiry(2), "2025-09-01T11:10:00+09:00");
    at(desk, "2025-09-01T11:12:00");
    desk.once();
    let notice = mail_to(desk, SATO, "[ZT-2025-0002] 新しい照会");
    order(desk, &notice, "y", "2025-09-01T11:20:00", "会議 1 9月2日 14:00-16:00");
    let explained = mail_to(desk, SATO, "できなかった操作").text;
    assert!(explained.contains("ZT-2025-0002 は照会のため、伴走支援の操作"), "{explained}");
    order(desk, &notice, "z", "2025-09-01T11:25:00", "採択は1地域程度です。");
    at(desk, "2025-09-01T11:40:00");
    desk.once();
    assert!(mail_to(desk, "yamada2@city.example.jp", "回答").text.contains("採択は1地域程度です。"));
}

/// A mail of the adviser's.
fn from_adviser(id: &str) -> Mail {
    Mail::new().from("\"Yamamoto\" <yamamoto@univ.example.jp>").id(&format!("{id}@univ.example.jp"))
}

fn an_adviser_who_joins_is_invited_and_one_who_is_replaced_is_excused(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    order(desk, &notice, "o1", "2025-08-18T10:05:00", "会議 1 9月2日 14:00-16:00\n場所：県庁");
    at(desk, "2025-08-18T10:20:00");
    desk.once();
    let subject = |what: &str| format!("[{CASE}] 伴走支援 第1回会議（{what}のご案内）");
    let expect = |desk: &mut Desk, id: &str, day: u32, text: &str, expected: &[(&str, &str)]| {
        let before = desk.smtp.mails().len();
        order(desk, &notice, id, &format!("2025-08-{day}T10:00:00"), text);
        at(desk, &format!("2025-08-{day}T10:20:00"));
        desk.once();
        let mut expected: Vec<_> =
            expected.iter().map(|(to, what)| ((*to).to_owned(), subject(what))).collect();
        expected.sort();
        assert_eq!(told(desk, before), expected, "{text}");
    };
    let joins = [(REPRESENTATIVE, "変更"), (OFFICER, "変更"), (ADVISER, "開催")];
    expect(desk, "o2", 19, "会議 1\nアドバイザー：山本", &joins);
    let echo = mail_to(desk, SATO, "送信前のご確認").text;
    for part in ["下記のとおり変更いたしますので", "への本文です", "下記のとおり開催いたしますので"]
    {
        assert!(echo.contains(part), "{part}: {echo}");
    }
    let invited = mail_to(desk, ADVISER, "開催").text;
    assert!(!invited.contains("変更"), "{invited}");
    // Another adviser comes, on another day.
    let replaced =
        [(REPRESENTATIVE, "変更"), (OFFICER, "変更"), (SECOND, "開催"), (ADVISER, "ご出席の見合わせ")];
    expect(
        desk,
        "o3",
        20,
        "会議 1 9月9日 14:00-16:00\nアドバイザー：黒田\n連絡：資料をお持ちください。",
        &replaced,
    );
    let echo = mail_to(desk, SATO, "送信前のご確認").text;
    assert!(echo.contains("ご出席をお願いしないこととなりました"), "{echo}");
    let excused = mail_to(desk, ADVISER, "見合わせ").text;
    for part in ["山本 一郎 様", "ご出席をお願いしないこととなりました", "令和7年9月2日（火）14:00～16:00"]
    {
        assert!(excused.contains(part), "{part}: {excused}");
    }
    for part in ["中止", "9月9日", "黒田", "資料をお持ちください"] {
        assert!(!excused.contains(part), "{part}: {excused}");
    }
    let file = calendar(desk, ADVISER);
    assert_eq!(
        (line(&file, "STATUS:"), line(&file, "DTSTART:"), line(&file, "SEQUENCE:")),
        ("CANCELLED", "20250902T050000Z", "2")
    );
    // Who was excused hears no more, and the other one is told of the next move.
    let moved = [(REPRESENTATIVE, "変更"), (OFFICER, "変更"), (SECOND, "変更")];
    expect(desk, "o4", 21, "会議 1 9月16日 14:00-16:00", &moved);
}

fn advisers_and_calendars_get_no_answer(desk: &mut Desk) {
    supported(desk);
    at(desk, "2025-09-01T10:00:00");
    does(desk, &["visit", "ask", CASE, "11/5 13:00-15:00", "--adviser", "山本"]);
    does(desk, &["meeting", "set", CASE, "1", "10/7 14:00-16:00"]);
    at(desk, "2025-09-01T10:30:00");
    desk.once();
    let ticket = desk.json(&["ticket", "show", CASE]);
    let request = mail_to(desk, ADVISER, "派遣のお願い");
    let before = desk.smtp.mails().len();
    let answer = from_adviser("1")
        .subject(&format!("Re: {}", request.subject))
        .in_reply_to(request.message_id.as_deref().unwrap())
        .body("承知いたしました。伺います。\n");
    desk.deliver_at(answer, "2025-09-01T11:00:00+09:00");
    desk.deliver_at(
        from_adviser("2").subject("日程の件").body("別の日程でもお引き受けできます。\n"),
        "2025-09-01T11:01:00+09:00",
    );
    let event = calendar(desk, REPRESENTATIVE);
    let accepted = Mail::new()
        .from("Hayakawa <hayakawa@hosp.example.jp>")
        .subject("承諾: 第1回会議")
        .id("3@hosp.example.jp")
        .header("Content-Type", "text/calendar; method=REPLY; charset=UTF-8")
        .body(format!(
            "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{}\nEND:VEVENT\nEND:VCALENDAR\n",
            line(&event, "UID:")
        ));
    desk.deliver_at(accepted, "2025-09-01T11:02:00+09:00");
    at(desk, "2025-09-01T11:10:00");
    desk.once();
    assert_eq!(told(desk, before), [], "nobody outside gets an answer");
    let notice = mail_to(desk, SATO, "伴走支援の応募への返信").text;
    assert!(notice.contains("アドバイザーからの返信です") && notice.contains("伺います。"), "{notice}");
    let arrived = mail_to(desk, SATO, "届きました").text;
    assert!(arrived.contains("アドバイザーから、応募の受付番号のないメール"), "{arrived}");
    assert_eq!(desk.parked(), ["adviser"]);
    let now = desk.json(&["ticket", "show", CASE]);
    assert_eq!(now["status"], ticket["status"], "an adviser's mail changes no clock");
    let notes = now["messages"].as_array().unwrap().iter().filter(|entry| entry["direction"] == "note");
    assert_eq!(notes.count(), 2, "the adviser's reply and the calendar's");
}

fn questions_belong_to_the_case_and_leads_are_told_what_is_open(desk: &mut Desk) {
    supported(desk);
    at(desk, "2026-01-13T10:00:00");
    does(desk, &["meeting", "set", CASE, "3", "2/10 14:00-16:00"]);
    does(desk, &["visit", "ask", CASE, "2/20 13:00-15:00", "--adviser", "山本"]);
    at(desk, "2026-01-13T10:30:00");
    desk.once();
    // The representative inquires with the form; another inquirer does so, too.
    let question = inquiry(7).from("Hayakawa <hayakawa@hosp.example.jp>");
    desk.deliver_at(question, "2026-02-26T16:00:00+09:00");
    desk.deliver_at(inquiry(8), "2026-02-26T16:01:00+09:00");
    at(desk, "2026-02-26T16:05:00");
    desk.once();
    let part_of = |number: &str| desk.json(&["ticket", "show", number])["part_of"].clone();
    assert_eq!((part_of("ZT-2025-0002"), part_of("ZT-2025-0003")), (CASE.into(), serde_json::Value::Null));
    let done = desk.run(&["ticket", "part-of", "ZT-2025-0003", "ZT-2025-0002"]);
    assert!(done.stderr.contains("cannot be a part of ZT-2025-0002"), "{}", done.stderr);
    let notice = mail_to(desk, SATO, "[ZT-2025-0003] 新しい照会");
    order(desk, &notice, "p", "2026-02-26T16:10:00", &format!("所属 {CASE}"));
    assert_eq!(desk.json(&["ticket", "show", "ZT-2025-0003"])["part_of"], CASE);
    let before = desk.smtp.mails().len();
    at(desk, "2026-02-27T08:59:00");
    desk.once();
    at(desk, "2026-02-27T09:00:01");
    desk.once();
    desk.once();
    let told: Vec<InboundMail> = desk.smtp.mails()[before..]
        .iter()
        .map(|mail| madoguchi::mail::read(&mail.data))
        .filter(|mail| mail.subject.starts_with("【要確認】伴走支援の終了"))
        .collect();
    assert_eq!(told.len(), 1, "the lead, once");
    for part in [
        "第3回会議（2月10日（火））の議事録がありません",
        "アドバイザー派遣（1回目）（2月20日（金））は、アドバイザーのお返事がありません",
        "ZT-2025-0002 のご質問に回答していません",
        "ZT-2025-0003 のご質問に回答していません",
    ] {
        assert!(told[0].text.contains(part), "{part}: {}", told[0].text);
    }
}
