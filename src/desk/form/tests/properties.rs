//! Property tests: random forms in random layouts and charsets are parsed correctly; random text causes no panic.

use base64::{Engine, prelude::BASE64_STANDARD};
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};
use proptest::prelude::*;

use super::{fields, matrix};
use crate::{
    desk::form::{FormRules, read_form},
    mail,
};

/// Words for values. None of them is a label, a list number or a placeholder by itself.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "星川市",
        "健康福祉部",
        "高橋",
        "真由美",
        "医師会",
        "会議の例",
        "参加者",
        "Smith",
        "A-1",
        "（主任）",
        "3丁目",
        "２号館",
        "訪問看護",
        "ｶﾅ",
        "ひらがな",
        "カタカナ",
        "㈱",
        "髙﨑",
        "10:30",
        "50%",
        "・",
        "と",
        "の",
        "１",
        "12",
        "「拠点」",
        "A＆B",
        "é",
        "🏥",
        "e.g.",
        "100円～",
        "x=1",
    ]);
    prop::collection::vec((word, prop::sample::select(vec!["", " ", "　", ""])), 1..6).prop_map(|words| {
        let text: String = words.into_iter().flat_map(|(word, gap)| [word, gap]).collect();
        format!("山{}", text.trim())
    })
}

fn contact() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "03-0000-1201",
        "０３（１２３４）５６７８",
        "a@example.jp",
        "高橋\nTEL：03-0000-1201\nメール：a@example.jp",
        "03-0000-1201／FAX 03-0000-1202",
        "090-0000-1111（携帯）、taro@example.jp",
        "<a@example.jp>",
    ])
    .prop_map(str::to_owned)
}

/// Sentences with lists and with words of labels.
fn inquiry() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "会議の参加者の例を教えてください。",
        "(1) 職種",
        "(2) 機関",
        "1) 費用について",
        "2) 期間について",
        "①対象",
        "・医師",
        "- 看護師",
        "連絡先が分からない場合はどうしますか。",
        "氏名の公表について伺います。",
        "",
        "　なお、昨年度は4回開催しました。",
        "「照会内容」の欄の書き方も知りたいです。",
        "以上、よろしくお願いいたします。",
        "【背景】",
        "費用：100円",
        "電話で03-0000-0000に聞きました。",
        "参考 https://www.example.jp/a?b=c です。",
    ]);
    prop::collection::vec(line, 1..9).prop_map(|lines| {
        // No blank line at the start or the end. The last line is a sentence, because other lines may be read as a
        // signature.
        format!("拠点の運用について。\n{}\nご教示ください。", lines.join("\n").trim_matches('\n'))
    })
}

fn layout() -> impl Strategy<Value = String> {
    let orders = vec![[0, 1, 2, 3], [1, 0, 2, 3], [2, 1, 0, 3], [3, 0, 1, 2], [0, 1, 3, 2]];
    let decorations = vec![
        ("", ""),
        ("お世話になっております。星川市の高橋です。\n\n", "\n-- \n星川市\nTEL 03-0000-1201\n"),
        ("本文：", ""),
        ("\n\n", "\n\n"),
        ("", "\n\n----------\n星川市 高橋\nTEL：03-0000-1201\n"),
        ("", "\n2025年6月27日(金) 9:12 事務局 <desk@example.jp>:\n> 1) 自治体・機関名：\n> 2) 氏名：\n"),
        (
            "1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n\n",
            "",
        ),
    ];
    (
        prop::sample::select(matrix::NUMBERINGS.to_vec()),
        prop::sample::select(matrix::LABELS.to_vec()),
        prop::sample::select(matrix::SEPARATORS.to_vec()),
        prop::sample::select(orders),
        prop::sample::select(decorations),
        prop::sample::select(vec!["\n", "\n\n"]),
        prop::sample::select(vec!["", "> "]),
    )
        .prop_map(|(numbers, labels, separator, order, (above, below), gap, quote)| {
            let fields: Vec<String> =
                order.iter().map(|index| matrix::field(numbers, labels, separator, *index)).collect();
            let text = format!("{above}{}{below}", fields.join(gap));
            text.lines().map(|line| format!("{quote}{line}\n")).collect()
        })
}

/// A mail with this body in a charset, or in UTF-8 if the charset cannot encode it.
fn message(text: &str, charset: &'static Encoding, base64: bool) -> Vec<u8> {
    let holds = |text: &str| charset.decode(&charset.encode(text).0).0 == text;
    let charset = if holds(text) && holds(super::SUBJECT) { charset } else { UTF_8 };
    let name = charset.name();
    let subject = BASE64_STANDARD.encode(charset.encode(super::SUBJECT).0);
    let (transfer, body) = match base64 {
        true => ("base64", BASE64_STANDARD.encode(charset.encode(text).0).into_bytes()),
        false => ("8bit", charset.encode(text).0.into_owned()),
    };
    let head = format!(
        "From: a@example.jp\r\nSubject: =?{name}?B?{subject}?=\r\nContent-Type: text/plain; charset={name}\r\n\
         Content-Transfer-Encoding: {transfer}\r\n\r\n"
    );
    [head.as_bytes(), &body].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_random_form_is_parsed_correctly(
        layout in layout(), organization in words(), name in words(), contact in contact(), inquiry in inquiry(),
        charset in prop::sample::select(vec![UTF_8, ISO_2022_JP, SHIFT_JIS, EUC_JP]), base64 in any::<bool>(),
    ) {
        // 「電話番号：… TEL：…」 without 連絡先 may be one field or two: skip such cases.
        prop_assume!(!contact.contains('\n') || !layout.contains("所属") && !layout.contains("所　属"));
        let values = [organization.as_str(), &name, &contact, &inquiry];
        let quoted = layout.starts_with("> ");
        let mut text = layout;
        for (index, value) in values.iter().enumerate() {
            let value = if quoted { value.replace('\n', "\n> ") } else { (*value).to_owned() };
            text = text.replace(&format!("{{{index}}}"), &value);
        }
        let mail = mail::read(&message(&text, charset, base64));
        let form = read_form(&mail.subject, &mail.text, &FormRules::default());
        prop_assert!(form.subject_conforms);
        prop_assert_eq!(form.fields, fields(values), "{} in {}", text, charset.name());
    }

    #[test]
    fn any_text_is_parsed_without_a_panic(subject in ".{0,80}", text in "(?s).{0,400}") {
        let form = read_form(&subject, &text, &FormRules::default());
        for finding in form.findings {
            prop_assert!(finding.detail.is_ascii(), "a finding repeats the mail: {}", finding.detail);
        }
    }

    #[test]
    fn any_mixture_of_form_pieces_is_parsed_without_a_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "1)", "氏名", "：", "\n", "> ", "連絡先（", "TEL", "）", "照会内容", " ", "　", "\t", "|", "--", "----\n", "On a wrote:", "From: a\n", "令和7年6月25日\n御中", "【", "】", "自治体・機関名", "03-0000-0000", "+81", "@", "(at)", "a.jp",
        "ﾒ", "ﾞ", "\u{3099}", "㍿", "①", "、", "なし", "本文：", "*", "お", "内線", "FAX", "（TEL/\n", "\r", "〇〇", "無し",
    ]), 0..60)) {
        let text = pieces.concat();
        let form = read_form(&text, &text, &FormRules::default());
        for &key in crate::desk::form::FieldKey::ALL {
            if let Some(value) = form.fields.get(key) {
                prop_assert!(!value.is_empty() && value.trim() == value, "{value:?}");
            }
        }
    }
}
