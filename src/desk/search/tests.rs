use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Document, Likeness, Query, QueryFault, Term};

fn document(text: &str) -> Document {
    let mut document = Document::default();
    document.add(text);
    document
}

/// Whether the index would propose the document.
fn proposes(document: &Document, term: &Term) -> bool {
    let grams: BTreeSet<String> = document.grams();
    term.grams().iter().all(|gram| grams.contains(gram))
}

#[test]
fn words_are_found_as_people_type_them() {
    for (text, query, found) in [
        ("在宅医療の拠点について", "在宅医療", true),
        ("在宅医療の拠点について", "宅医", true),
        ("在宅と医療", "在宅医療", false),
        ("在宅医療の拠点", "在宅　拠点", true),
        ("在宅医療の拠点", "在宅 協議体", false),
        ("在宅医療の拠点", "在宅 -拠点", false),
        ("在宅医療の拠点", "在宅 －協議体", true),
        ("在宅医療の拠点", "-協議体", true),
        ("ＷＡＭ ＮＥＴの掲載", "wam", true),
        ("WAMNETの掲載", "wam", false),
        ("WAM NETの掲載", "\"wam net\"", true),
        ("NET WAM", "\"wam net\"", false),
        ("NET WAM", "wam net", true),
        ("在宅医療\n積極的", "「在宅医療 積極的」", true),
        ("ﾃﾚﾋﾞ会議", "テレビ会議", true),
        ("髙﨑市の濵田", "高崎 浜田", true),
        ("高崎市", "髙﨑市", true),
        ("鎌ヶ谷市", "鎌ケ谷", true),
        ("薬", "薬", true),
        ("服薬", "薬", true),
        ("服薬", "服", true),
        ("3階の会議室", "3階", true),
        ("13階の会議室", "3階", false),
        ("令和７年７月", "令和7年", true),
        ("電話 03-1234-5678 まで", "03(1234)5678", true),
        ("電話 0312345678", "03-1234-5678", true),
        ("電話 03-1234-5679", "03-1234-5678", false),
        ("Taro@City.Example.lg.jp", "taro@city.example.lg.jp", true),
        ("xtaro@city.example.lg.jp", "taro@city.example.lg.jp", false),
        ("A OR B", "or", true),
        ("NEAR(在宅, 医療)", "near", true),
        ("100%_*", "100", true),
        ("𠮷野家", "𠮷野", true),
    ] {
        let (document, query) = (document(text), Query::read(query).unwrap());
        assert_eq!(query.finds(&document), found, "{text} · {query:?}");
        if found {
            assert!(query.words.iter().all(|term| proposes(&document, term)), "{text} · {query:?}");
        }
    }
}

#[test]
fn queries_that_ask_for_nothing_are_told() {
    let no_letters = |text: &str| Err(QueryFault::NoLetters(text.into()));
    for (text, expected) in [
        ("", Err(QueryFault::Empty)),
        (" 　\n", Err(QueryFault::Empty)),
        ("*", no_letters("*")),
        ("\"", Err(QueryFault::Empty)),
        ("-", Err(QueryFault::Empty)),
        ("在宅 ？", no_letters("？")),
        ("\u{1F600}", no_letters("\u{1F600}")),
        ("状態:なぞ", Err(QueryFault::UnknownValue { filter: "状態".into(), value: "なぞ".into() })),
        ("から:昨日", Err(QueryFault::UnknownValue { filter: "から".into(), value: "昨日".into() })),
    ] {
        assert_eq!(Query::read(text), expected, "{text:?}");
    }
}

#[test]
fn filters_are_read_beside_words() {
    let query = Query::read(
        "在宅 状態：回答済 から:令和7年7月1日 まで:2025/7/31 分類:\"連携 体制\" 担当:伊藤 都道府県:長野県",
    )
    .unwrap();
    assert_eq!(query.words, [Term::new("在宅").unwrap()]);
    let filter = query.filter;
    assert_eq!(filter.status.map(crate::desk::ticket::Status::as_str), Some("answered"));
    assert_eq!(filter.from.map(|day| day.to_string()).as_deref(), Some("2025-07-01"));
    assert_eq!(filter.to.map(|day| day.to_string()).as_deref(), Some("2025-07-31"));
    assert_eq!(filter.tag.as_deref(), Some("連携 体制"));
    assert_eq!(filter.assignee.as_deref(), Some("伊藤"));
    assert_eq!(filter.prefecture.as_deref(), Some("長野県"));
    let (from, until) =
        Query::read("から:2025-07-01 まで:2025-07-31").unwrap().filter.instants(chrono_tz::Asia::Tokyo);
    assert_eq!(from.unwrap().to_rfc3339(), "2025-06-30T15:00:00+00:00");
    assert_eq!(until.unwrap().to_rfc3339(), "2025-07-31T15:00:00+00:00");
}

proptest! {
    /// The index never hides a hit: what a scan of the text finds, the grams propose.
    #[test]
    fn the_index_proposes_every_hit(text in "[在宅医療薬の、 aB1３\n]{0,60}", word in "[在宅医療薬の aB1３]{1,4}") {
        let document = document(&text);
        if let Some(term) = Term::new(&word)
            && document.holds(&term)
        {
            prop_assert!(proposes(&document, &term), "{term:?} in {document:?}");
        }
    }

    /// A word of Japanese letters is found exactly where the text has it.
    #[test]
    fn letters_are_found_as_a_scan_finds_them(text in "[在宅医療拠点]{0,40}", word in "[在宅医療拠点]{1,3}") {
        let term = Term::new(&word).unwrap();
        prop_assert_eq!(document(&text).holds(&term), text.contains(&word));
    }

    #[test]
    fn no_query_breaks(text in any::<String>()) {
        if let Ok(query) = Query::read(&text) {
            let _ = query.finds(&document(&text));
        }
    }
}

#[test]
fn an_inquiry_is_alike_to_one_about_the_same_matter() {
    let past = [
        "在宅医療に必要な連携を担う拠点の構成員に、訪問看護ステーションを含めてよいでしょうか。",
        "補助金の交付申請書の提出期限を教えてください。",
        "拠点の構成員として訪問看護ステーションを加えることは可能ですか。",
    ];
    let asked = document("連携を担う拠点の構成員に訪問看護ステーションが入っていてもよいか。");
    let mut found_in = BTreeMap::new();
    for gram in asked.subject_grams() {
        let count = past.iter().filter(|text| document(text).grams().contains(gram)).count() as u64;
        found_in.insert(gram.to_owned(), count + 1);
    }
    let likeness = Likeness::new(&asked, &found_in, 1_000);
    let alike: Vec<bool> = past.iter().map(|text| likeness.of(&document(text)).is_some()).collect();
    assert_eq!(alike, [true, false, true]);
}
