//! Search over tickets: hits are those of a full scan, on both databases and in the same order; what is erased is not found.

use std::{collections::BTreeSet, fs};

use madoguchi::{
    clock::Clock,
    desk::{form::FieldKey, search::Query},
    server,
    service::search::{index, search},
    settings::Settings,
};

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    members::{mail_to, mails_to, reply},
};

on_both!(
    hits_are_those_of_a_full_scan,
    tickets_are_found_by_every_text_they_have,
    what_is_erased_is_not_found,
    a_lost_index_is_rebuilt,
    a_damaged_index_hides_nothing,
    an_index_that_is_behind_catches_up_or_says_so,
    odd_bytes_and_syntax_in_the_words_are_only_words
);

const WORDS: [&str; 24] = [
    "在宅医療",
    "拠点",
    "協議体",
    "訪問看護",
    "薬剤師会",
    "連携体制",
    "補助金",
    "交付申請",
    "市町村",
    "医師会",
    "多職種",
    "研修",
    "退院支援",
    "看取り",
    "急変時",
    "調整役",
    "構成員",
    "名簿",
    "様式",
    "提出期限",
    "会議",
    "オンライン",
    "ICT",
    "2025",
];

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Numbers of the tickets that `search` lists.
pub fn found(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let found = desk.json(&[&["search"], arguments].concat());
    let number = |ticket: &serde_json::Value| ticket["number"].as_str().unwrap().to_owned();
    found.as_array().unwrap().iter().map(number).collect()
}

fn hits_are_those_of_a_full_scan(desk: &mut Desk) {
    const TICKETS: usize = 1_000;
    desk.set("delivery.daily_limit", "5");
    let mut random = Random(7);
    let mut mbox = String::new();
    let mut texts = Vec::new();
    for nth in 0..TICKETS {
        let words: Vec<&str> = (0..2 + random.below(5)).map(|_| WORDS[random.below(WORDS.len())]).collect();
        let text = format!("{}についてお尋ねします。", words.join(["と", "の", "、"][random.below(3)]));
        let mail = String::from_utf8(inquiry(nth).field(FieldKey::Inquiry, &text).bytes()).unwrap();
        mbox += &format!("From yamada Tue Jul  1 09:29:00 2025\n{mail}\n");
        texts.push(mail);
    }
    let file = desk.dir.path().join("mbox");
    fs::write(&file, mbox).unwrap();
    assert_eq!(desk.run(&["ingest", &file.display().to_string()]).code, Some(0));
    assert_eq!(desk.numbers().len(), TICKETS);
    let pairs: BTreeSet<String> = texts
        .iter()
        .flat_map(|text| {
            text.chars().zip(text.chars().skip(1)).map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>()
        })
        .filter(|pair| pair.chars().all(|c| matches!(c, '一'..='鿿')))
        .collect();
    assert!(pairs.len() > 40, "{pairs:?}");
    let settings = Settings::load(Some(&desk.config())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let opened = server::open(&settings, Clock::real()).await.unwrap();
        assert!(index(&opened, None).await.unwrap());
        let joined = |nth: usize| (WORDS[nth % 21], WORDS[(nth * 5 + 1) % 21]);
        let queries = pairs.iter().map(|pair| (pair.clone(), pair.clone(), None, &[TICKETS][..]));
        let queries = queries.chain((0..8).flat_map(|nth| {
            let (one, other) = joined(nth);
            let phrase = format!("{one}の{other}");
            [
                (format!("「{phrase}」"), phrase, None, &[3, TICKETS][..]),
                (format!("{one} -{other}"), one.into(), Some(other), &[3, TICKETS]),
            ]
        }));
        for (text, part, without, sizes) in queries {
            let query = Query::read(&text).unwrap();
            let scanned: Vec<String> = (0..TICKETS)
                .rev()
                .filter(|nth| texts[*nth].contains(&part))
                .filter(|nth| without.is_none_or(|word| !texts[*nth].contains(word)))
                .map(|nth| format!("ZT-2025-{:04}", nth + 1))
                .collect();
            for &most in sizes {
                let hits = search(&opened, &query, most, false).await.unwrap().unwrap();
                let numbers: Vec<String> =
                    hits.tickets.iter().map(|ticket| ticket.number.to_string()).collect();
                assert_eq!(numbers, scanned[..most.min(scanned.len())], "{text}");
                assert_eq!(hits.more, scanned.len() > most, "{text}");
            }
        }
        opened.store.close().await;
    });
}

fn tickets_are_found_by_every_text_they_have(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    let staff = "[[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n";
    desk.add_settings(staff);
    desk.deliver(inquiry(1).field(FieldKey::Inquiry, "訪問看護ステーションを構成員に加えてもよいですか。"));
    let form = "1) 自治体・機関名：第2市 健康福祉部
2) 氏名：山田
3) 連絡先：03-0000-0002
4) 照会内容：ＷＡＭ ＮＥＴの様式はどこですか。
";
    desk.deliver(message(2, "拠点整備・運用に関する照会", form).files(&[("協議体名簿.xlsx", b"x")]));
    desk.deliver(inquiry(3).field(FieldKey::Inquiry, "髙﨑市の拠点について。"));
    desk.once();
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "差し支えありません。".as_bytes()).code,
        Some(0)
    );
    assert_eq!(desk.pipe(&["ticket", "note", "ZT-2025-0002"], "厚労省に電話済み".as_bytes()).code, Some(0));
    assert_eq!(desk.run(&["ticket", "tag", "ZT-2025-0003", "広域連携"]).code, Some(0));
    assert_eq!(desk.run(&["ticket", "assign", "ZT-2025-0003", "伊藤"]).code, Some(0));
    desk.once();
    let numbers = |of: &[usize]| of.iter().map(|nth| format!("ZT-2025-000{nth}")).collect::<Vec<_>>();
    for (arguments, expected) in [
        (&["訪問看護"][..], &[1][..]),
        (&["差し支え"], &[1]),
        (&["\"wam net\""], &[2]),
        (&["厚労省"], &[2]),
        (&["名簿"], &[2]),
        (&["高崎"], &[3]),
        (&["広域連携"], &[3]),
        (&["健康福祉部"], &[3, 2, 1]),
        (&["健康福祉部 -構成員"], &[3, 2]),
        (&["健康福祉部", "--last", "1"], &[3]),
        (&["健康福祉部", "--status", "answered"], &[1]),
        (&["状態:回答済", "健康福祉部"], &[1]),
        (&["--assignee", "伊藤"], &[3]),
        (&["--tag", "広域連携"], &[3]),
        (&["健康福祉部", "--from", "2025-07-02"], &[]),
        (&["健康福祉部", "--to", "2025-07-01"], &[3, 2, 1]),
        (&["03(0000)0002"], &[2]),
        (&["YAMADA3@city.example.jp"], &[3]),
        (&["ZT-2025-0002"], &[2]),
        (&["師"], &[]),
        (&["護"], &[1]),
        (&["\" OR 1=1; DROP TABLE ticket; --"], &[]),
        (&["NEAR(在宅, 医療)"], &[]),
    ] {
        assert_eq!(found(desk, arguments), numbers(expected), "{arguments:?}");
    }
    for (arguments, said) in [
        (&["search"][..], "nothing to search for"),
        (&["search", "？"], "no letter or digit"),
        (&["search", "--assignee", "鈴木"], "not one member of staff"),
    ] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(1), "{arguments:?}");
        assert!(done.error().contains(said), "{}", done.stderr);
    }
    // A past inquiry that was answered is alike; one that is open is not shown.
    desk.deliver(
        message(4, "照会", "構成員に訪問看護ステーションが入ることは可能ですか。")
            .field(FieldKey::Organization, "第4市")
            .field(FieldKey::Name, "山田")
            .field(FieldKey::Inquiry, "構成員に訪問看護ステーションが入ることは可能でしょうか。"),
    );
    desk.once();
    assert_eq!(found(desk, &["--similar", "ZT-2025-0004"]), numbers(&[1]));
    let shown = desk.json(&["ticket", "show", "ZT-2025-0004", "--similar"]);
    assert_eq!(shown["similar"][0]["number"], "ZT-2025-0001");
    assert_eq!(shown["similar"][0]["answer"], "差し支えありません。");
    assert_eq!(found(desk, &["--similar", "ZT-2025-0003"]), numbers(&[]));
}

fn what_is_erased_is_not_found(desk: &mut Desk) {
    desk.deliver(inquiry(1).field(FieldKey::Inquiry, "鴨志田の件です。"));
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(found(desk, &["鴨志田"]).len(), 1);
    assert_eq!(desk.run(&["ticket", "close", "ZT-2025-0001"]).code, Some(0));
    assert_eq!(desk.run(&["erase", "--address", "yamada1@city.example.jp", "--yes"]).code, Some(0));
    assert_eq!(found(desk, &["yamada1@city.example.jp"]), Vec::<String>::new());
    assert_eq!(found(desk, &["03-0000-0001"]), Vec::<String>::new());
    assert_eq!(found(desk, &["03-0000-0002"]), ["ZT-2025-0002"]);
}

fn a_lost_index_is_rebuilt(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(found(desk, &["参加者"]), ["ZT-2025-0001"]);
    let done = desk.run(&["search", "--rebuild"]);
    assert_eq!((done.code, done.stdout.trim()), (Some(0), "the search index is built"));
    assert_eq!(found(desk, &["参加者"]), ["ZT-2025-0001"]);
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(found(desk, &["参加者"]), ["ZT-2025-0002", "ZT-2025-0001"]);
}

/// Ways in which an index is lost, in part or as a whole.
fn damages(desk: &Desk) -> &'static [&'static str] {
    if desk.database_url().starts_with("sqlite") {
        &[
            "DELETE FROM search_index_data",
            "DELETE FROM search_index_data WHERE id > 10",
            "UPDATE search_index_data SET block = x'00'",
            "UPDATE search_index_data SET block = zeroblob(LENGTH(block)) WHERE id > 10",
            "DELETE FROM search_index_docsize",
            "DELETE FROM search_index_idx",
            "DROP TABLE search_index_data",
            "DROP TABLE search_index_config",
            "ALTER TABLE search_progress DROP COLUMN oldest",
            "DROP TABLE search_index",
        ]
    } else {
        &[
            "TRUNCATE search_index",
            "DELETE FROM search_index WHERE rowid = (SELECT MAX(rowid) FROM search_index)",
            "UPDATE search_index SET grams = ''",
            "ALTER TABLE search_index DROP COLUMN grams",
            "DROP INDEX search_grams",
            "ALTER TABLE search_progress DROP COLUMN oldest",
            "DROP TABLE search_index",
        ]
    }
}

fn a_damaged_index_hides_nothing(desk: &mut Desk) {
    let staff = "[[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\nlead = true\n";
    desk.add_settings(staff);
    let text = |nth: usize| format!("{}と{}について。", WORDS[nth], WORDS[nth + 1]);
    for nth in 0..20 {
        desk.deliver(inquiry(nth + 1).field(FieldKey::Inquiry, &text(nth)));
    }
    desk.once();
    let hits = found(desk, &["連携体制"]);
    assert_eq!(hits.len(), 2);
    for damage in damages(desk) {
        desk.sql(damage);
        assert_eq!(found(desk, &["連携体制"]), hits, "{damage}");
        assert_eq!(found(desk, &["\"薬剤師会と連携体制\""]), hits[1..], "{damage}");
    }
    // By mail, and an erasure, over an index that is damaged.
    for (nth, damage) in damages(desk).iter().enumerate() {
        desk.sql(damage);
        let asked = format!("検索 連携体制\n\n{nth}");
        let notice = mail_to(desk, "ito@example.jp", "ZT-2025-0001");
        desk.deliver(reply(
            "ito@example.jp",
            &notice,
            &format!("search-{nth}"),
            asked.lines().next().unwrap(),
        ));
        desk.once();
        let mails = mails_to(desk, "ito@example.jp");
        let answers: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("【検索】")).collect();
        assert_eq!(answers.len(), nth + 1, "{damage}");
        let answer = &answers.last().unwrap().text;
        assert!(hits.iter().all(|number| answer.contains(number)), "{damage}\n{answer}");
        assert!(!answer.contains("まだ検索の対象になっていません"), "{answer}");
    }
    desk.sql(damages(desk)[0]);
    assert_eq!(desk.run(&["ticket", "close", "ZT-2025-0001", "--reason", "電話で回答済み"]).code, Some(0));
    assert_eq!(desk.run(&["erase", "--address", "yamada1@city.example.jp", "--yes"]).code, Some(0));
    assert_eq!(found(desk, &["yamada1@city.example.jp"]), Vec::<String>::new());
    assert_eq!(found(desk, &["yamada2@city.example.jp"]).len(), 1);
}

fn an_index_that_is_behind_catches_up_or_says_so(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(found(desk, &["参加者"]).len(), 1);
    // As after a restore of an older index: it has seen too little, or tickets that are no more there.
    desk.sql("DELETE FROM search_progress");
    assert_eq!(found(desk, &["参加者"]).len(), 1, "each ticket once");
    desk.deliver(inquiry(2));
    desk.once();
    desk.sql("UPDATE search_progress SET event_id = 0");
    assert_eq!(found(desk, &["参加者"]).len(), 2);
    // It believes to have seen what it never saw.
    desk.deliver(inquiry(3));
    desk.once();
    desk.sql("UPDATE search_progress SET event_id = (SELECT MAX(id) FROM event)");
    assert_eq!(found(desk, &["参加者"]).len(), 3);
}

fn odd_bytes_and_syntax_in_the_words_are_only_words(desk: &mut Desk) {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    desk.deliver(
        inquiry(1).field(FieldKey::Inquiry, "在宅医療の拠点について。C++ と a_b の 100% を見ました。"),
    );
    // Half a surrogate pair, in UTF-16 and as CESU-8 calls it UTF-8.
    let head = "From: yamada2@city.example.jp\r\nTo: zaitaku@example.jp\r\nSubject: =?utf-8?B?5oug54K55pW05YKZ44O76YGL55So44Gr6Zai44GZ44KL54Wn5Lya?=\r\nMessage-ID: <2@city.example.jp>\r\nMIME-Version: 1.0\r\n";
    let form = "1) 自治体・機関名：第2市\r\n2) 氏名：山田\r\n3) 連絡先：03-0000-0002\r\n4) 照会内容：在宅医療のX半分X文字です。\r\n";
    let mut utf8 =
        format!("{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
            .into_bytes();
    for piece in form.split('X') {
        utf8.extend(piece.as_bytes());
        utf8.extend(b"\xed\xa0\xbd");
    }
    desk.deliver(utf8);
    let units: Vec<u16> = form.split('X').flat_map(|piece| piece.encode_utf16().chain([0xd83d])).collect();
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let encoded: Vec<String> = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
    let lines: Vec<String> = encoded.chunks(20).map(|line| format!("{}=", line.concat())).collect();
    let utf16 = format!(
        "{}Content-Type: text/plain; charset=utf-16be\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
        head.replace("<2@", "<3@").replace("yamada2", "yamada3"),
        lines.join("\r\n")
    );
    desk.deliver(utf16.into_bytes());
    desk.once();
    let numbers = |of: &[usize]| of.iter().map(|nth| format!("ZT-2025-000{nth}")).collect::<Vec<_>>();
    for (words, expected) in [
        ("在宅医療", &[3, 2, 1][..]),
        ("半分", &[3, 2]),
        ("文字", &[3, 2]),
        ("c", &[1]),
        ("在", &[3, 2, 1]),
        ("療", &[3, 2, 1]),
        // As in 「1) 自治体・機関名」.
        ("1", &[3, 2, 1]),
        ("12", &[]),
        ("100", &[1]),
        ("' OR '1'='1", &[]),
        ("在宅医療' OR 1=1 --", &[]),
        // The subject has it.
        ("拠点*", &[3, 2, 1]),
        ("^拠点", &[3, 2, 1]),
        ("grams:拠点", &[]),
        ("拠点 AND 在宅", &[]),
        ("{grams}:拠点", &[]),
        ("(拠点", &[3, 2, 1]),
        ("拠点:*", &[3, 2, 1]),
        ("拠点 & 在宅", &[]),
        ("!拠点", &[3, 2, 1]),
        ("拠点 <-> 在宅", &[]),
        ("%", &[]),
        ("a_b", &[1]),
        ("\u{0}拠点", &[1]),
        ("👩\u{200d}⚕\u{fe0f}", &[]),
        ("\u{fffd}", &[]),
    ] {
        if words.contains('\0') {
            // No argument has it; a mail may.
            assert!(Query::read(words).is_ok());
            continue;
        }
        let done = desk.run(&["search", "--json", "--", words]);
        if done.code == Some(1) {
            assert!(done.error().contains("no letter or digit"), "{words}: {}", done.stderr);
            assert!(expected.is_empty(), "{words}");
            continue;
        }
        let tickets: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let hits: Vec<&str> =
            tickets.as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
        assert_eq!(hits, numbers(expected), "{words}");
    }
    // An argument that is no text.
    let mut command = desk.command(&["search"]);
    let done = command.arg(OsStr::from_bytes(b"\xed\xa0\xbd\xff")).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("UTF-8"), "{done:?}");
    let long = "在宅医療".repeat(2_000);
    assert_eq!(found(desk, &[&long]), Vec::<String>::new());
    let many: Vec<String> = (0..500).map(|nth| format!("語{nth}")).collect();
    assert_eq!(found(desk, &[&many.join(" ")]), Vec::<String>::new());
}
