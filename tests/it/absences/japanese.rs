//! Japanese text stands in `letter`, where people read it, or where the desk reads it. Nowhere else.

use regex::Regex;

use super::{Source, all_sources, code_of, source};

/// Where Japanese text may stand in string and character literals, and why. Everywhere else `letter` has the words.
const JAPANESE: [(&str, &str); 37] = [
    ("letter/", "the sentences that people read"),
    (
        "desk/application/",
        "labels of the 申込書 and what people write in it, names of prefectures and of their offices",
    ),
    (
        "desk/contacts.rs",
        "forms of address behind a name, and the words that let personal data go with a question",
    ),
    ("desk/form/", "labels of the form, and what inquirers write instead of them or around them"),
    ("desk/japanese_date", "how people write days and hours"),
    ("desk/japanese_time.rs", "dates in words"),
    ("desk/last_guard.rs", "labels of header fields in quoted mails"),
    ("desk/marks/", "titles, ages, addresses and other marks of personal data"),
    ("desk/meeting.rs", "titles behind the name of an adviser"),
    (
        "desk/own_marks.rs",
        "the marks that only the desk writes, and what stands for them in strangers' texts",
    ),
    ("desk/phrase.rs", "the lines that stand for a phrase or an answer, and the placeholders"),
    ("desk/redact.rs", "forms of address that show a person's name, and the mark of an erasure"),
    ("desk/report/number.rs", "how members write a month or the year"),
    ("desk/report/organization.rs", "words in the names of organizations"),
    ("desk/search/", "letters, their variants, and the filters that members write"),
    ("desk/second_look", "words that are not meant for an inquirer"),
    ("desk/staff.rs", "forms of address behind a member's name"),
    ("desk/staff_mail/", "marker lines, and the orders that members write"),
    ("desk/ticket/number.rs", "full-width brackets around a number"),
    ("desk/triage/application.rs", "the words with which an application is handed in"),
    ("desk/triage/call.rs", "the words of the call for applications"),
    ("desk/triage/from_staff.rs", "the subjects of telephone inquiries"),
    ("desk/triage/note.rs", "what programs write about recalls and passwords"),
    ("desk/triage/thanks.rs", "what people write who only thank"),
    ("mail/address.rs", "commas between addresses"),
    ("mail/automatic/", "subjects of robots"),
    ("mail/bounce/prose.rs", "the prose of delivery reports"),
    ("mail/charset/", "ranges of characters that tell charsets apart"),
    ("mail/clean.rs", "marks that combine with kana"),
    ("mail/euc_jp.rs", "a table of a charset"),
    ("mail/html/", "the marks of lists"),
    ("paper/", "marks of forms, and the prompts of Word"),
    ("reply/", "attribution lines, quote marks and signatures of mail programs"),
    ("settings/sections/faq.rs", "default title and purpose of released entries"),
    ("settings/sections/mod.rs", "default names of the desk"),
    ("settings/sections/mail.rs", "default names of folders"),
    ("settings/sections/support.rs", "default names of the call"),
];

/// Kana, kanji, and full-width or half-width forms, with the punctuation among them.
fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// The string and character literals of a code with Japanese characters in them.
fn japanese_literals(code: &str) -> Vec<String> {
    // In this order: a comment, a raw string, a string, a character. The first in the code wins.
    let literal = Regex::new(
        r#####"(?s)//[^\n]*|/\*.*?\*/|r###"(.*?)"###|r##"(.*?)"##|r#"(.*?)"#|\br"([^"]*)"|"((?:[^"\\]|\\.)*)"|'([^'\\]|\\u\{[^}]*\}|\\.)'"#####,
    );
    let literals = literal.unwrap();
    let texts = literals.captures_iter(code).filter_map(|found| found.iter().skip(1).flatten().next());
    texts
        .map(|text| text.as_str().to_owned())
        .filter(|text| spelled_out(text).chars().any(is_japanese))
        .collect()
}

/// The text of a literal with its `\u{…}` as characters.
fn spelled_out(literal: &str) -> String {
    let mut parts = literal.split("\\u{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap_or_default();
        text.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
        text.push_str(rest);
    }
    text
}

/// Files with Japanese literals where none belongs: `file: literal`.
fn japanese_outside_its_places(files: &[Source]) -> Vec<String> {
    let may = |path: &str| JAPANESE.iter().any(|(place, _)| path.starts_with(place));
    let outside = files.iter().filter(|file| !may(&file.path));
    outside
        .flat_map(|file| {
            japanese_literals(&file.code).into_iter().map(|text| format!("{}: {text}", file.path))
        })
        .collect()
}

#[test]
fn japanese_stands_where_people_read_it_or_where_it_is_read() {
    let files = all_sources();
    assert_eq!(japanese_outside_its_places(&files), Vec::<String>::new());
    for (place, why) in JAPANESE {
        let used = files
            .iter()
            .any(|file| file.path.starts_with(place) && !japanese_literals(&file.code).is_empty());
        assert!(used, "{place} has no Japanese any more: {why}");
    }
}

#[test]
fn planted_japanese_is_found_in_literals_alone() {
    // (code, literals found)
    let check: [(&str, &[&str]); 9] = [
        (r#"let a = "照会";"#, &["照会"]),
        ("let a = format!(\"{n}件\\\n  です\"); // 件", &["{n}件\\\n  です"]),
        (r##"let a = r#"a "様" b"#; let b = r"、";"##, &[r#"a "様" b"#, "、"]),
        (r"let a = '月'; let b = '\u{ff0d}'; let c = '\''; let d = '年';", &["月", r"\u{ff0d}", "年"]),
        (r#"let a = "\u{3042}"; let b = "\\"; let c = "ア";"#, &[r"\u{3042}", "ア"]),
        ("/// 照会\nfn of<'a>(a: &'a str) -> &'a str { a } // 「様」\n/* \"回答\" */", &[]),
        ("#[cfg(test)]\nmod tests {\n    const A: &str = \"照会\";\n}\nconst B: &str = \"件\";", &["件"]),
        (r#"let a = "https://example.jp"; let b = "ｶﾅ";"#, &["ｶﾅ"]),
        ("let a = \"→ … –\";", &[]),
    ];
    for (code, expected) in check {
        assert_eq!(japanese_literals(&code_of(code)), expected, "{code}");
    }
    let planted = [
        source("tickets/phone.rs", "const A: &str = \"電話照会\";"),
        source("letter/words.rs", "const A: &str = \"回答\";"),
    ];
    assert_eq!(japanese_outside_its_places(&planted), ["tickets/phone.rs: 電話照会"]);
}
