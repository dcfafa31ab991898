//! What members are shown of meetings, and what is left of a person who asks to be erased.

use madoguchi::store::{ColumnKind, SCHEMA};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use super::{CASE, SATO, at, does};
use crate::support::{
    case::{ADVISER, ADVISERS, OFFICER, REPRESENTATIVE, application, selected, supported},
    desk::{Desk, on_both},
    mail::inquiry,
    members::{STAFF, mail_to, mails_to},
};

on_both!(
    the_digest_tells_of_meetings_to_those_they_concern,
    nothing_is_left_of_people_who_are_erased_from_an_application,
);

/// The digest that a member would get now.
fn preview(desk: &Desk, member: &str) -> String {
    let all = desk.json(&["digest", "--preview"]);
    let of = all.as_array().unwrap().iter().find(|one| one["staff"] == member).unwrap();
    of["text"].as_str().unwrap().to_owned()
}

fn the_digest_tells_of_meetings_to_those_they_concern(desk: &mut Desk) {
    supported(desk);
    at(desk, "2025-08-18T10:00:00");
    assert_eq!(desk.run(&["ticket", "assign", CASE, "佐藤"]).code, Some(0));
    does(desk, &["meeting", "set", CASE, "1", "8/20 14:00-16:00"]);
    does(desk, &["meeting", "set", CASE, "2", "9/30 14:00-16:00"]);
    does(desk, &["visit", "ask", CASE, "11/5 13:00-15:00", "--adviser", "山本"]);
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    let shown = preview(desk, "佐藤 花子");
    let expected = "━━━━ 伴走支援の会議・派遣 ━━━━\n\n　ZT-2025-0001　鳥取県 花里在宅医療圏域\n　・第1回会議（8月20日（水）14:00）の予定があります\n　・アドバイザー派遣（1回目）（11月5日（水））は、アドバイザーのお返事がありません\n";
    assert!(shown.contains(expected), "{shown}");
    assert!(!preview(desk, "伊藤 健一").contains("伴走支援の会議"), "a colleague works on it");
    // On its day the meeting alone is worth a digest, and until it has minutes.
    for (now, line) in [
        ("2025-08-20T09:00:30", "第1回会議（8月20日（水）14:00）の予定があります"),
        ("2025-08-21T09:00:30", "第1回会議（8月20日（水））の議事録がありません"),
    ] {
        at(desk, now);
        desk.once();
        let digest = mail_to(desk, SATO, "日次一覧");
        assert!(digest.text.contains("現在の状況です：会議等1件"), "{}", digest.text);
        assert!(digest.text.contains(line), "{}", digest.text);
    }
    let minutes = desk.dir.path().join("minutes.txt");
    std::fs::write(&minutes, "出席12名").unwrap();
    does(desk, &["meeting", "minutes", CASE, "1", minutes.to_str().unwrap()]);
    assert!(!preview(desk, "佐藤 花子").contains("第1回会議"));
    for to in [OFFICER, REPRESENTATIVE, ADVISER] {
        assert!(mails_to(desk, to).iter().all(|mail| !mail.text.contains("議事録がありません")), "{to}");
    }
}

/// Where the database holds one of these words: table, column and value. Mails and messages are unpacked.
fn holding(desk: &Desk, words: &[&str]) -> Vec<String> {
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let mut found = Vec::new();
        for table in SCHEMA {
            let sql = AssertSqlSafe(format!("SELECT * FROM {}", table.name));
            for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
                for &(column, kind) in table.columns {
                    let value = match kind {
                        ColumnKind::Integer => continue,
                        ColumnKind::Text => row.try_get::<Option<String>, _>(column).unwrap(),
                        ColumnKind::Bytes => row.try_get::<Option<Vec<u8>>, _>(column).unwrap().map(unpacked),
                    };
                    let value = value.unwrap_or_default();
                    if words.iter().any(|word| value.contains(word)) {
                        found.push(format!("{}.{column}: {value}", table.name));
                    }
                }
            }
        }
        found
    })
}

fn unpacked(bytes: Vec<u8>) -> String {
    let bytes = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
    let mail = madoguchi::mail::read(&bytes);
    format!("{}\n{}", String::from_utf8_lossy(&bytes), mail.text)
}

fn erase(desk: &Desk, address: &str, words: &[&str]) {
    assert!(!holding(desk, words).is_empty(), "{words:?} are kept until then");
    let done = desk.run(&["erase", "--address", address, "--yes", "--open-too"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let left = holding(desk, words);
    assert!(left.is_empty(), "{address}: {left:#?}");
}

fn nothing_is_left_of_people_who_are_erased_from_an_application(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(ADVISERS);
    desk.deliver(application());
    desk.once();
    let review = ["application", "review", CASE, "--reviewer", "佐藤", "4", "4", "3", "5"];
    let review = desk.run(&[&review[..], &["--comment", "早川 望様の説明が明確である。"]].concat());
    assert_eq!(review.code, Some(0), "{}", review.stderr);
    let notice = "早川 望様のお取組みに期待しております。";
    assert_eq!(desk.pipe(&["application", "notice", CASE, "-"], notice.as_bytes()).code, Some(0));
    selected(desk);
    at(desk, "2025-08-18T10:00:00");
    does(
        desk,
        &["meeting", "set", CASE, "1", "8/20 14:00-16:00", "--adviser", "山本", "--place", "病院（早川 望）"],
    );
    does(desk, &["visit", "ask", CASE, "11/5 13:00-15:00", "--adviser", "山本"]);
    desk.deliver_at(inquiry(7).from(&format!("Hayakawa <{REPRESENTATIVE}>")), "2025-08-18T10:10:00+09:00");
    at(desk, "2025-08-18T10:30:00");
    desk.once();
    assert_eq!(desk.json(&["ticket", "show", "ZT-2025-0002"])["part_of"], CASE);
    at(desk, "2025-08-20T17:00:00");
    desk.once();
    let minutes = desk.dir.path().join("早川 望.txt");
    std::fs::write(&minutes, "出席12名").unwrap();
    does(desk, &["meeting", "minutes", CASE, "1", minutes.to_str().unwrap()]);
    let exported = desk.json(&["export"]).to_string();
    for part in ["早川 望様の説明", "早川 望様のお取組み", "病院（早川 望）", ADVISER, "体制が整っているため"]
    {
        assert!(exported.contains(part), "{part}: {exported}");
    }
    erase(desk, REPRESENTATIVE, &["早川", REPRESENTATIVE, "Hayakawa", "0000-00-1234", "浜町1番2号"]);
    let shown = desk.json(&["application", "show", CASE]);
    assert_eq!(
        (&shown["fields"]["representative"]["organization"], &shown["reviews"][0]["scores"][3]),
        (&"花里総合病院".into(), &5.into())
    );
    assert_eq!(shown["meetings"][0]["adviser"], ADVISER, "others stay");
    erase(desk, ADVISER, &["山本", ADVISER]);
    // The other words of letters stay, as answers do.
    erase(desk, OFFICER, &[OFFICER, "Yamada", "説明が明確"]);
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}
