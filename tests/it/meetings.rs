//! Meetings and visits of a region that is supported, from August to February on a rehearsed clock.

use madoguchi::mail::InboundMail;

use crate::support::{
    case::{ADVISER, OFFICER, REPRESENTATIVE, SECOND, supported},
    desk::{Desk, Done, on_both},
    mail::{Mail, inquiry, message},
    members::{mail_to, mails_to, reply},
};

on_both!(
    everybody_is_told_of_a_meeting_and_of_its_moves,
    a_change_that_is_stopped_in_time_never_was,
    a_visit_is_asked_for_confirmed_and_counted,
    what_cannot_be_arranged_is_explained,
    everybody_is_reminded_once_in_business_hours,
    minutes_are_kept_with_their_files,
    advisers_and_calendars_get_no_answer,
    questions_belong_to_the_case_and_leads_are_told_what_is_open,
);

const CASE: &str = "ZT-2025-0001";
const SATO: &str = "sato@example.jp";

/// The parts of a mail to these people, in the order of the addresses: address, subject, and the lines that matter.
fn told(desk: &Desk, since: usize) -> Vec<(String, String)> {
    let mails = desk.smtp.mails();
    let mut told: Vec<(String, String)> = mails[since..]
        .iter()
        .map(|mail| (mail.to.join(","), madoguchi::mail::read(&mail.data).subject))
        .filter(|(to, _)| !to.ends_with("@example.jp"))
        .collect();
    told.sort();
    told
}

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("{now}+09:00"));
}

fn shell(desk: &Desk, words: &[&str]) -> Done {
    desk.run(&[&["application"], words].concat())
}

#[track_caller]
fn does(desk: &Desk, words: &[&str]) {
    let done = shell(desk, words);
    assert_eq!(done.code, Some(0), "{words:?}: {}", done.stderr);
}

#[track_caller]
fn refuses(desk: &Desk, words: &[&str], why: &str) {
    let done = shell(desk, words);
    assert_eq!(done.code, Some(1), "{words:?}: {}", done.stdout);
    assert!(done.stderr.contains(why), "{words:?}: {}", done.stderr);
}

/// The officer writes, so that members get a notice with a fresh key.
fn fresh_notice(desk: &mut Desk, now: &str, id: &str) -> InboundMail {
    let question = message(1, &format!("Re: [{CASE}] 申込書"), "よろしくお願いいたします。")
        .id(&format!("{id}@city.example.jp"));
    desk.deliver_at(question, &format!("{now}+09:00"));
    at(desk, now);
    desk.once();
    mail_to(desk, SATO, "照会者からの返信")
}

fn order(desk: &mut Desk, notice: &InboundMail, id: &str, now: &str, text: &str) {
    desk.deliver_at(reply(SATO, notice, id, text), &format!("{now}+09:00"));
    at(desk, now);
    desk.once();
}

/// The .ics of the newest mail to an address, unfolded.
fn calendar(desk: &Desk, to: &str) -> String {
    let mail = mails_to(desk, to).pop().unwrap();
    let file = mail.attachments.iter().find(|file| file.name == "meeting.ics").unwrap();
    assert_eq!(file.media_type, "text/calendar");
    String::from_utf8(file.bytes.clone()).unwrap().replace("\r\n ", "")
}

fn line<'t>(calendar: &'t str, key: &str) -> &'t str {
    calendar.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default()
}

fn everybody_is_told_of_a_meeting_and_of_its_moves(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    let before = desk.smtp.mails().len();
    order(
        desk,
        &notice,
        "o1",
        "2025-08-18T10:05:00",
        "お疲れ様です。\n会議 1 9月2日（火）14時～16時\n場所：花里県庁 第2会議室\n議題：\n現状の把握\n課題の確認\nアドバイザー：山本\n\nよろしくお願いします。",
    );
    assert_eq!(told(desk, before), [], "nothing leaves before the undo time is over");
    let echo = mail_to(desk, SATO, "送信前のご確認");
    for part in [REPRESENTATIVE, OFFICER, ADVISER, "令和7年9月2日（火）14:00～16:00", "meeting.ics"]
    {
        assert!(echo.text.contains(part), "{part}: {}", echo.text);
    }
    at(desk, "2025-08-18T10:20:00");
    desk.once();
    let subject = |what: &str| format!("[{CASE}] 伴走支援 第1回会議（{what}のご案内）");
    let to_all =
        |what: &str| [REPRESENTATIVE, OFFICER, ADVISER].map(|to| (to.to_owned(), subject(what))).to_vec();
    let sorted = |mut told: Vec<(String, String)>| {
        told.sort();
        told
    };
    assert_eq!(told(desk, before), sorted(to_all("開催")));
    let letter = mail_to(desk, REPRESENTATIVE, "第1回会議").text;
    assert!(letter.starts_with("花里総合病院 地域連携室\n早川 望 様\n"), "{letter}");
    assert!(letter.contains("　アドバイザー：山本 一郎 様（北山大学）\n"), "{letter}");
    let to_adviser = mail_to(desk, ADVISER, "第1回会議");
    assert!(to_adviser.text.starts_with("北山大学\n山本 一郎 様\n"), "{}", to_adviser.text);
    assert!(!to_adviser.text.contains("周知"), "{}", to_adviser.text);
    let first = calendar(desk, REPRESENTATIVE);
    assert_eq!(
        (line(&first, "DTSTART:"), line(&first, "SEQUENCE:"), line(&first, "METHOD:")),
        ("20250902T050000Z", "0", "PUBLISH")
    );
    // Moved three times.
    for (nth, (day, now)) in
        [("9月9日", "2025-08-19"), ("9月16日", "2025-08-20"), ("9月30日", "2025-08-21")].iter().enumerate()
    {
        let before = desk.smtp.mails().len();
        let id = format!("m{nth}");
        order(
            desk,
            &notice,
            &id,
            &format!("{now}T10:00:00"),
            &format!("会議 1 {day} 14:00-16:00 に変更します。"),
        );
        at(desk, &format!("{now}T10:20:00"));
        desk.once();
        assert_eq!(told(desk, before), sorted(to_all("変更")), "{day}");
        let moved = calendar(desk, ADVISER);
        assert_eq!(line(&moved, "SEQUENCE:"), (nth + 1).to_string(), "{day}");
        assert_eq!(line(&moved, "UID:"), line(&first, "UID:"), "{day}");
    }
    let letter = mail_to(desk, OFFICER, "変更").text;
    assert!(letter.contains("（変更前：令和7年9月16日（火）14:00～16:00）"), "{letter}");
    assert!(letter.contains("花里県庁 第2会議室"), "what is not named stays: {letter}");
    let before = desk.smtp.mails().len();
    order(desk, &notice, "c", "2025-08-22T10:00:00", "会議中止 1\n連絡：台風の接近のためです。");
    at(desk, "2025-08-22T10:20:00");
    desk.once();
    assert_eq!(told(desk, before), sorted(to_all("中止")));
    let cancelled = calendar(desk, REPRESENTATIVE);
    assert_eq!((line(&cancelled, "STATUS:"), line(&cancelled, "SEQUENCE:")), ("CANCELLED", "4"));
    assert!(mail_to(desk, OFFICER, "中止").text.contains("台風の接近のためです。"));
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn a_change_that_is_stopped_in_time_never_was(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    order(desk, &notice, "o1", "2025-08-18T10:05:00", "会議 1 9月2日 14:00-16:00");
    at(desk, "2025-08-18T10:20:00");
    desk.once();
    let before = desk.smtp.mails().len();
    order(desk, &notice, "o2", "2025-08-18T11:00:00", "会議 1 9月9日 14:00-16:00");
    order(desk, &notice, "o3", "2025-08-18T11:02:00", "会議 1 9月10日 14:00-16:00");
    let explained = mail_to(desk, SATO, "できなかった操作").text;
    assert!(explained.contains("先の案内が送信を待っています"), "{explained}");
    let echo = mail_to(desk, SATO, "送信前のご確認");
    order(desk, &echo, "o4", "2025-08-18T11:05:00", "取消");
    at(desk, "2025-08-18T11:30:00");
    desk.once();
    assert_eq!(told(desk, before), [], "no letter left");
    let done = mail_to(desk, SATO, "操作の結果").text;
    assert!(done.contains("予定は元のままです"), "{done}");
    // The meeting is where it was, so the same order is a change again, with the number after the first.
    order(desk, &notice, "o5", "2025-08-18T11:40:00", "会議 1 9月11日 14:00-16:00");
    at(desk, "2025-08-18T12:00:00");
    desk.once();
    assert_eq!(line(&calendar(desk, REPRESENTATIVE), "SEQUENCE:"), "1");
    let letter = mail_to(desk, REPRESENTATIVE, "変更").text;
    assert!(letter.contains("（変更前：令和7年9月2日（火）14:00～16:00）"), "{letter}");
}

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
    let request = format!("[{CASE}] 伴走支援 アドバイザー派遣のお願い（花里県 花里在宅医療圏域）");
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
    let letter = mail_to(desk, OFFICER, "アドバイザー派遣（1回目）（開催のご案内）").text;
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

fn everybody_is_reminded_once_in_business_hours(desk: &mut Desk) {
    supported(desk);
    at(desk, "2025-08-18T10:00:00");
    // Tuesday after a Monday holiday: 24 business hours before 14:00 is Wednesday, 14:00.
    does(desk, &["meeting", "set", CASE, "1", "9/16 14:00-16:00", "--adviser", "山本", "--place", "県庁"]);
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    let before = desk.smtp.mails().len();
    at(desk, "2025-09-10T13:59:00");
    desk.once();
    assert_eq!(told(desk, before), []);
    // The desk was down until the evening.
    at(desk, "2025-09-10T18:00:00");
    desk.once();
    assert_eq!(told(desk, before), []);
    at(desk, "2025-09-11T09:00:01");
    desk.once();
    desk.once();
    let reminder = format!("[{CASE}] 伴走支援 第1回会議 9月16日（火）のご確認");
    let mut expected =
        [REPRESENTATIVE, OFFICER, ADVISER].map(|to| (to.to_owned(), reminder.clone())).to_vec();
    expected.sort();
    assert_eq!(told(desk, before), expected);
    // Moved, it is told again. A meeting that is set for tomorrow needs no reminder.
    does(desk, &["meeting", "set", CASE, "1", "9/30 14:00-16:00"]);
    does(desk, &["meeting", "set", CASE, "2", "9/12 10:00-12:00"]);
    at(desk, "2025-09-11T10:00:00");
    desk.once();
    let before = desk.smtp.mails().len();
    at(desk, "2025-09-26T09:30:00");
    desk.once();
    let reminded = told(desk, before);
    assert_eq!(reminded.len(), 3, "{reminded:?}");
    assert!(reminded.iter().all(|(_, subject)| subject.contains("9月30日（火）")), "{reminded:?}");
}

fn minutes_are_kept_with_their_files(desk: &mut Desk) {
    supported(desk);
    let notice = fresh_notice(desk, "2025-08-18T10:00:00", "a");
    order(desk, &notice, "o1", "2025-08-18T10:05:00", "会議 1 9月2日 14:00-16:00");
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    order(desk, &notice, "o2", "2025-09-01T10:00:00", "議事録 1 出席12名");
    assert!(mail_to(desk, SATO, "できなかった操作").text.contains("まだ開催の日時になっていません"));
    let before = desk.smtp.mails().len();
    let mail = reply(SATO, &notice, "o3", "").header("Content-Type", "multipart/mixed; boundary=b").body(
        "--b\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n議事録 1\n出席12名。課題を確認した。\n--b\nContent-Type: application/pdf; name=\"minutes.pdf\"\nContent-Disposition: attachment; filename=\"minutes.pdf\"\n\nPDF\n--b--\n",
    );
    desk.deliver_at(mail, "2025-09-02T17:00:00+09:00");
    at(desk, "2025-09-02T17:05:00");
    desk.once();
    assert_eq!(told(desk, before), [], "minutes stay inside");
    let ticket = desk.json(&["ticket", "show", CASE]);
    let note = ticket["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(note["direction"], "note");
    assert_eq!(note["text"], "議事録：第1回会議\n出席12名。課題を確認した。");
    assert_eq!(note["attachments"][0]["name"], "minutes.pdf");
    refuses(desk, &["meeting", "set", CASE, "1", "9/30 14:00-16:00"], "it took place, and has minutes");
}

/// A mail of the adviser's.
fn from_adviser(id: &str) -> Mail {
    Mail::new().from("\"Yamamoto\" <yamamoto@univ.example.jp>").id(&format!("{id}@univ.example.jp"))
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
    let notice = mail_to(desk, SATO, "照会者からの返信").text;
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
