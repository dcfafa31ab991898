//! The support of the region that was selected, and its end.

use std::fmt::Write as _;

use madoguchi::{desk::form::FieldKey, paper};

use super::{CASE, ITO, SATO, SELECTED, Year, answers, digest};
use crate::support::{
    case::{ADVISER, SECOND},
    mail::inquiry,
    members::mails_to,
};

pub(super) fn the_region_is_supported(year: &mut Year<'_>) {
    let follow_up = format!("[{CASE}] 伴走支援の応募への返信");
    let officer = ("鳥取県医療政策課 谷口", "tanto@pref.tottori.example.jp");
    // A meeting: set, moved, reminded of, held.
    let names = answers(
        year.desk,
        officer,
        "受領のお知らせ",
        "n1@pref.tottori.example.jp",
        "構成員の名簿は、8月中にお送りします。第1回の日程をお知らせください。",
    );
    year.arrive("2025-08-18T10:00", vec![names]);
    let meeting = "会議 1 9月2日（火）14時～16時\n場所：鳥取県庁 第2会議室\n議題：\n現状の把握\n課題の確認\nアドバイザー：山本";
    year.orders("2025-08-18T10:05", "", &[(SATO, &follow_up, meeting)]);
    // The invitation is all that the officer has asked for.
    year.orders("2025-08-18T10:16", "", &[(SATO, &follow_up, "完了")]);
    year.orders(
        "2025-08-25T10:00",
        "2025-08-25T10:11",
        &[(SATO, &follow_up, "会議 1 9月9日 14:00-16:00\n連絡：会場の都合により、日程を変更いたします。")],
    );
    year.pass("2025-09-04T14:00");
    let minutes = year
        .order(SATO, &follow_up, "議事録 1\n出席12名。夜間の往診の分担を課題とした。")
        .files(&[("第1回議事録.docx", b"PK x")]);
    year.arrive("2025-09-09T17:00", vec![minutes]);
    // A visit: an adviser declines, another one comes.
    let visit = |adviser: &str| {
        format!(
            "派遣 10月8日 13:00-15:00 アドバイザー：{adviser}\n場所：汐見在宅医療連携拠点\n内容：多職種連携の助言"
        )
    };
    year.orders("2025-09-17T10:00", "2025-09-17T10:11", &[(SATO, &follow_up, &visit("山本"))]);
    let declines = answers(
        year.desk,
        ("Yamamoto", ADVISER),
        "派遣のお願い",
        "d1@univ.example.jp",
        "申し訳ございません。その日は都合がつきません。",
    );
    year.arrive("2025-09-18T09:30", vec![declines]);
    let another = visit("黒田");
    let orders = [(SATO, follow_up.as_str(), "派遣辞退 1"), (SATO, &follow_up, &another)];
    year.orders("2025-09-18T10:00", "2025-09-18T10:11", &orders);
    let accepts = answers(
        year.desk,
        ("Kuroda", SECOND),
        "派遣のお願い",
        "d2@clinic.example.jp",
        "承知いたしました。伺います。",
    );
    year.arrive("2025-09-19T09:30", vec![accepts]);
    year.orders("2025-09-19T10:00", "2025-09-19T10:11", &[(SATO, &follow_up, "派遣確定 1")]);
    year.pass("2025-10-03T13:00");
    year.orders("2025-10-08T16:00", "", &[(ITO, &follow_up, "議事録 派遣 1 役割分担表の案を作成した。")]);
    // The second and the third visit are asked for; there is no fourth.
    let visits = [
        "派遣 11月12日 10:00-12:00 アドバイザー：山本",
        "派遣 12月3日 10:00-12:00 アドバイザー：黒田",
        "派遣 1月14日 10:00-12:00 アドバイザー：山本",
    ];
    let visits = visits.map(|visit| (SATO, follow_up.as_str(), visit));
    year.orders("2025-10-14T10:00", "2025-10-14T10:11", &visits);
    year.orders("2025-10-15T10:00", "2025-10-15T10:11", &[(SATO, &follow_up, "派遣中止 3")]);
    // A meeting is cancelled.
    year.orders(
        "2025-10-16T10:00",
        "2025-10-16T10:11",
        &[(SATO, &follow_up, "会議 2 10月28日 14:00-16:00\n場所：鳥取県庁")],
    );
    year.orders(
        "2025-10-23T10:00",
        "2025-10-23T10:11",
        &[(
            SATO,
            &follow_up,
            "会議中止 2\n連絡：台風の接近が見込まれるため、中止いたします。改めて日程をご相談いたします。",
        )],
    );
}

pub(super) fn the_support_ends(year: &mut Year<'_>) {
    let follow_up = format!("[{CASE}] 伴走支援の応募への返信");
    // The representative inquires with the form, beside another inquirer, who forgets a field.
    let question = inquiry(7)
        .from(&format!("岸本 遥 <{SELECTED}>"))
        .field(FieldKey::Organization, "汐見病院 地域連携室")
        .field(FieldKey::Name, "岸本 遥")
        .field(FieldKey::Contact, &format!("0857-00-1234 / {SELECTED}"))
        .field(FieldKey::Inquiry, "構成員に、介護支援専門員の方を加えることはできますか。");
    let incomplete = inquiry(8).without_field(FieldKey::Inquiry);
    year.arrive("2025-11-10T10:00", vec![question, incomplete]);
    year.orders(
        "2025-11-10T14:00",
        "2025-11-10T14:11",
        &[(ITO, "[ZT-2025-0009] 新しい照会", "はい。名簿に追記のうえ、ご提出ください。")],
    );
    // A new key is needed after some time.
    let officer = ("鳥取県医療政策課 谷口", "tanto@pref.tottori.example.jp");
    let writes = answers(
        year.desk,
        officer,
        "第2回会議",
        "n2@pref.tottori.example.jp",
        "第3回は1月20日で調整できます。",
    );
    year.arrive("2026-01-07T10:00", vec![writes]);
    year.orders(
        "2026-01-07T10:30",
        "2026-01-07T10:41",
        &[
            (SATO, &follow_up, "完了"),
            (SATO, &follow_up, "会議 3 1月20日 14:00-16:00\n接続先：https://meet.example.jp/j/123"),
        ],
    );
    year.pass("2026-01-15T14:00");
    digest(year, "2026-01-21T09:00");
    let last = answers(
        year.desk,
        ("岸本 遥", SELECTED),
        "第3回会議",
        "n3@shiomi.example.jp",
        "報告書に載せる写真は必要でしょうか。",
    );
    year.arrive("2026-02-26T16:00", vec![last]);
    year.pass("2026-02-27T09:00");
    year.orders(
        "2026-02-27T10:00",
        "2026-02-27T10:11",
        &[
            (SATO, &follow_up, "写真は不要です。"),
            (SATO, &follow_up, "議事録 3 対応策をとりまとめた。"),
            (SATO, &follow_up, "派遣中止 2"),
        ],
    );
    year.orders("2026-02-27T17:00", "", &[(SATO, &follow_up, "完了")]);
    year.pass("2026-03-02T09:00");
    let case = year.desk.json(&["application", "show", CASE]);
    assert_eq!(case["stage"], "closed", "{case}");
    let report = year.desk.json(&["application", "report"]);
    assert_eq!(report["applications"].as_array().unwrap().len(), 6);
    assert_eq!(year.desk.run(&["check"]).code, Some(0), "the audit chain is whole");
    let file = year.desk.dir.path().join("report.docx");
    assert_eq!(year.desk.run(&["application", "report", "--out", file.to_str().unwrap()]).code, Some(0));
    let opened = paper::read("report.docx", &std::fs::read(&file).unwrap());
    let rows = opened.files.into_iter().next().unwrap().paper.unwrap().rows;
    year.told += "════ 実施報告\n\n";
    for row in rows {
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.text.replace('\n', "／")).collect();
        writeln!(year.told, "{}", cells.join("｜")).unwrap();
    }
    assert_eq!(
        mails_to(year.desk, SELECTED).iter().filter(|mail| mail.subject.contains("選定結果")).count(),
        1
    );
}
