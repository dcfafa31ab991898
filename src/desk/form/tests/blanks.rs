//! Values that count as blank, and values that only look blank.

use super::{check, check_missing, read};

#[test]
fn placeholders_are_missing() {
    let mut missing: Vec<(&str, String, &str)> = Vec::new();
    for value in [
        "",
        " ",
        "　",
        "なし",
        "無し",
        "無",
        "特になし",
        "特にありません。",
        "該当なし",
        "同上",
        "〃",
        "―",
        "－",
        "ー",
        "-",
        "--",
        "---",
        "…",
        "・・・",
        "（なし）",
        "（）",
        "(　　)",
        "【　】",
        "「」",
        "（記入してください）",
        "（ご記入ください）",
        "ご記入ください",
        "ここに記入",
        "＿＿＿＿",
        "_____",
        "〇〇",
        "○○○",
        "××",
        "***",
        "未記入",
        "空欄",
        "N/A",
        "n/a",
        "※ご記入ください",
        "[記入してください]",
        "＜記入してください＞",
        "（記入欄）",
        "未定",
        "不明",
        "。",
        "、",
    ] {
        let form = |o: &str, n: &str, c: &str, i: &str| {
            format!(
                "1) 自治体・機関名：{o}\n2) 氏名：{n}\n3) 連絡先（TEL/メールアドレス）：{c}\n4) 照会内容（具体的に）：{i}\n"
            )
        };
        missing.push((value, form(value, "高橋", "a@example.jp", "会議の例"), "O"));
        missing.push((value, form("星川市", value, "a@example.jp", "会議の例"), "N"));
        missing.push((value, form("星川市", "高橋", value, "会議の例"), "C"));
        missing.push((value, form("星川市", "高橋", "a@example.jp", value), "I"));
        missing.push((value, form(value, value, value, value), "ONCI"));
    }
    let cases = [
        ("organization", "○○市", "O"),
        ("organization", "〇〇県△△市", "O"),
        ("organization", "●●病院", "O"),
        ("organization", "例：○○市", "O"),
        ("organization", "（例）星川市", "O"),
        ("organization", "例）○○県○○市", "O"),
        ("organization", "XX市", "O"),
        ("organization", "○○市役所 ○○課", "O"),
        ("organization", "（例：○○市保健所）", "O"),
        ("organization", "都道府県名", "O"),
        ("name", "○○ ○○", "N"),
        ("name", "〇〇太郎", "N"),
        ("name", "例：山田太郎", "N"),
        ("name", "（氏名）", "N"),
        ("name", "氏名", "N"),
        ("contact", "00-0000-0000", "C"),
        ("contact", "TEL：", "C"),
        ("contact", "TEL：　　メール：", "C"),
        ("contact", "TEL：\nメールアドレス：", "C"),
        ("contact", "（TEL/メールアドレス）", "C"),
        ("contact", "000-0000-0000／xxx@example.jp", "C"),
        ("contact", "TEL　　　　　　／E-mail", "C"),
        ("contact", "xxx-xxxx-xxxx", "C"),
        ("contact", "電話：　　　メール：", "C"),
        ("contact", "TEL：なし　メール：なし", "C"),
        ("contact", "TEL： FAX： E-mail：", "C"),
        ("contact", "例：03-1234-5678", "C"),
        ("contact", "○○@○○.jp", "C"),
        ("inquiry", "（具体的に）", "I"),
        ("inquiry", "（具体的にご記入ください）", "I"),
        ("inquiry", "できるだけ具体的にご記入ください。", "I"),
        ("inquiry", "○○について", "I"),
        ("inquiry", "（※できる限り具体的にご記載ください）", "I"),
        ("inquiry", "例：会議の参加者の例について教えて欲しい", ""),
        ("organization", "石川県なし", ""),
        ("organization", "無し町", ""),
        ("name", "梨", ""),
        ("name", "無田", ""),
        ("name", "なし子", ""),
        ("contact", "上記のメールアドレスまで", ""),
        ("contact", "このメールに返信してください", ""),
        ("inquiry", "なしの花について", ""),
        ("inquiry", "例を教えてください。", ""),
        ("inquiry", "例：会議、研修。この二つの違いは何ですか。", ""),
        ("inquiry", "記入欄の使い方を教えてください。", ""),
        ("inquiry", "同上の件", ""),
        ("organization", "X市", ""),
        ("organization", "A市", ""),
        ("inquiry", "様式はどこに記入すればよいか教えてください", ""),
        ("inquiry", "ここに記入してよいですか。", ""),
        ("organization", "一般社団法人〇△会", ""),
        ("name", "丸〇", ""),
        ("contact", "080-0000-0000", ""),
        ("contact", "03-0000-0000", ""),
        ("name", "ー山", ""),
        ("inquiry", "？", "I"),
    ];
    for (key, value, expected) in cases {
        let pick = |which: &str, other: &'static str| if key == which { value } else { other };
        let text = format!(
            "1) 自治体・機関名：{}\n2) 氏名：{}\n3) 連絡先（TEL/メールアドレス）：{}\n4) 照会内容（具体的に）：{}\n",
            pick("organization", "星川市"),
            pick("name", "高橋"),
            pick("contact", "a@example.jp"),
            pick("inquiry", "会議の例")
        );
        missing.push((value, text, expected));
    }
    check_missing(&missing);
}

#[test]
fn some_fields_only() {
    check(&[
        (
            "no name",
            "1) 自治体・機関名：星川市\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "", "a@example.jp", "会議の例"],
        ),
        (
            "no contact, numbers moved up",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 照会内容：会議の例",
            ["星川市", "高橋", "", "会議の例"],
        ),
        (
            "a blank name",
            "1) 自治体・機関名：星川市\n2) 氏名：\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "", "a@example.jp", "会議の例"],
        ),
        (
            "a blank contact, then a signature with one",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：\n4) 照会内容：会議の例\n\n--\n星川市 高橋\nTEL：03-0000-1201\nメール：a@example.jp",
            ["星川市", "高橋", "", "会議の例"],
        ),
        (
            "no contact, then a signature with one",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n4) 照会内容：会議の例\n\n--\n星川市 高橋\nTEL：03-0000-1201\nメール：a@example.jp",
            ["星川市", "高橋", "", "会議の例"],
        ),
        (
            "no contact, plain labels, then a signature with one",
            "自治体・機関名：星川市\n氏名：高橋\n照会内容：会議の例を教えてください。\n\n----------\n星川市 高橋\nTEL：03-0000-1201\nメール：a@example.jp\n----------",
            ["星川市", "高橋", "", "会議の例を教えてください。"],
        ),
        (
            "blank values below",
            "自治体・機関名\n\n氏名\n高橋\n\n連絡先\n\n照会内容\n会議の例",
            ["", "高橋", "", "会議の例"],
        ),
        (
            "blank cells",
            "自治体・機関名\t星川市\n氏名\t\n連絡先\t\n照会内容\t会議の例",
            ["星川市", "", "", "会議の例"],
        ),
        (
            "one line with blanks",
            "1) 自治体・機関名： 2) 氏名：高橋 3) 連絡先： 4) 照会内容：会議の例",
            ["", "高橋", "", "会議の例"],
        ),
        (
            "one label, the rest free",
            "照会内容：会議の例を教えてください。",
            ["", "", "", "会議の例を教えてください。"],
        ),
    ]);
}

#[test]
fn the_subject_alone_makes_the_free_text_the_inquiry() {
    check(&[
        ("free text", "会議の例を教えてください。", ["", "", "", "会議の例を教えてください。"]),
        (
            "free text with a signature",
            "お世話になっております。星川市の高橋です。\n会議の例を教えてください。\n\n--\n星川市 高橋\nTEL 03-0000-1201",
            ["", "", "", "お世話になっております。星川市の高橋です。\n会議の例を教えてください。"],
        ),
        (
            "free text with label words",
            "氏名の公表について教えてください。連絡先は公開されますか。",
            ["", "", "", "氏名の公表について教えてください。連絡先は公開されますか。"],
        ),
        (
            "free text above a blank template",
            "会議の例を教えてください。\n\n1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n",
            ["", "", "", "会議の例を教えてください。"],
        ),
        (
            "free text above a quoted mail",
            "会議の例を教えてください。\n\n2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n> 1) 自治体・機関名：\n> 2) 氏名：\n> 3) 連絡先（TEL/メールアドレス）：\n> 4) 照会内容（具体的に）：\n",
            ["", "", "", "会議の例を教えてください。"],
        ),
        ("nothing", "", ["", "", "", ""]),
        ("only a signature", "-- \n星川市 高橋\nTEL 03-0000-1201", ["", "", "", ""]),
    ]);
    assert!(!read("会議の例を教えてください。").has_form);
    assert!(read("1) 自治体・機関名：\n2) 氏名：\n3) 連絡先：\n4) 照会内容：\n").has_form);
}
