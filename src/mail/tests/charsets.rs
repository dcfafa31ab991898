use super::{codes, mail};

/// Name, charset label, body, expected text, and whether a guess is expected.
type Case<'a> = (&'a str, Option<&'a str>, &'a [u8], &'a str, bool);

fn check(cases: &[Case<'_>]) {
    for (name, label, body, text, guessed) in cases {
        let parameter = label.map(|label| format!("; charset={label}")).unwrap_or_default();
        let header = format!("Content-Type: text/plain{parameter}\r\nContent-Transfer-Encoding: 8bit");
        let read = mail(header.as_bytes(), body);
        assert_eq!(read.text, *text, "{name}");
        assert_eq!(codes(&read).contains(&"charset_guessed"), *guessed, "{name}: {:?}", read.warnings);
        assert!(!codes(&read).contains(&"charset_damaged"), "{name}");
    }
}

#[test]
fn jis_goes_by_many_names() {
    let labels = "iso-2022-jp ISO-2022-JP iso-2022-jp-ms iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 \
        cp50220 cp50221 CP50222 x-iso-2022-jp csiso2022jp csISO2022JP iso2022-jp ISO2022JP \"ISO-2022-JP\" 'iso-2022-jp' jis";
    for label in labels.split_whitespace() {
        check(&[(
            label,
            Some(label),
            b"\x1b$B>H2q-!-j-b|byu\x1b(IJ]68\x1b(B ok",
            "照会①㈱№髙﨑ﾊﾝｶｸ ok",
            false,
        )]);
    }
}

#[test]
fn shift_jis_goes_by_many_names() {
    let labels = "shift_jis Shift-JIS SHIFT_JIS sjis x-sjis cp932 CP932 windows-31j Windows-31J ms932 MS_Kanji x-ms-cp932 \
        csShiftJIS cswindows31j sjis-win windows-932 ibm-943 MacJapanese \"Shift_JIS\"";
    for label in labels.split_whitespace() {
        check(&[(
            label,
            Some(label),
            b"\x8f\xc6\x89\xef\x87@\x87\x8a\x87\x82\xee\xe0\xed\x95\xca\xdd\xb6\xb8 \x83\\\x95\\\x81`\x81|",
            "照会①㈱№髙﨑ﾊﾝｶｸ ソ表～－",
            false,
        )]);
    }
}

#[test]
fn euc_jp_goes_by_many_names() {
    let labels = "euc-jp EUC-JP eucjp x-euc-jp eucjp-ms eucJP-win cp51932 ujis x-eucjp cseucpkdfmtjapanese windows-51932 \
        euc_jp x-euc";
    for label in labels.split_whitespace() {
        check(&[(
            label,
            Some(label),
            b"\xbe\xc8\xb2\xf1\xad\xa1\xad\xea\xad\xe2\xfc\xe2\xf9\xf5\x8e\xca\x8e\xdd\x8e\xb6\x8e\xb8",
            "照会①㈱№髙﨑ﾊﾝｶｸ",
            false,
        )]);
    }
}

#[test]
fn unicode_goes_by_many_names() {
    for label in "utf-8 UTF8 utf_8 x-utf-8 utf8mb4 cp65001 unicode-1-1-utf-8 utf-8n UTF-8-MAC \"utf-8"
        .split_whitespace()
    {
        check(&[(label, Some(label), "照会①髙﨑😀".as_bytes(), "照会①髙﨑😀", false)]);
    }
    check(&[
        (
            "a byte order mark is not text",
            Some("utf-8"),
            b"\xef\xbb\xbf\xe7\x85\xa7\xe4\xbc\x9a",
            "照会",
            false,
        ),
        ("UTF-16, little-endian mark", Some("utf-16"), b"\xff\xfegq\x1aOA\x00", "照会A", false),
        ("UTF-16, big-endian mark", Some("utf-16"), b"\xfe\xffqgO\x1a\x00A", "照会A", false),
        ("UTF-16 without a mark is big-endian", Some("utf-16"), b"qgO\x1a\x00A", "照会A", false),
        ("UTF-16 by its full name", Some("utf-16le"), b"gq\x1aOA\x00", "照会A", false),
        ("undeclared UTF-16", None, b"\xff\xfegq\x1aOA\x00", "照会A", true),
        ("UTF-16 without mark and label", None, b"1\x00)\x00 \x00gq\x1aO \x00A\x00", "1) 照会 A", true),
        ("UTF-7", Some("utf-7"), b"+cWdPGg 1+-1=2 +MGcwWQ-", "照会 1+1=2 です", false),
        ("UTF-7 by its first name", Some("UNICODE-1-1-UTF-7"), b"+cWdPGg-", "照会", false),
    ]);
}

#[test]
fn jis_is_written_in_many_ways() {
    let jis = Some("iso-2022-jp");
    check(&[
        ("half-width kana by ESC ( I", jis, b"\x1b(IJ]68\x1b(B ok", "ﾊﾝｶｸ ok", false),
        ("half-width kana by SO and SI", jis, b"\x0eJ]68\x0f ok", "ﾊﾝｶｸ ok", false),
        ("SO and SI after JIS", jis, b"\x1b$B;aL>\x1b(B \x0eJ]68\x0f ok", "氏名 ﾊﾝｶｸ ok", false),
        ("half-width kana in 8 bits", jis, b"\x1b$B;aL>\x1b(B: \xd4\xcf\xc0\xde", "氏名: ﾔﾏﾀﾞ", false),
        ("nothing but half-width kana in 8 bits", jis, b"\xd4\xcf\xc0\xde \xc0\xdb\xb3", "ﾔﾏﾀﾞ ﾀﾛｳ", false),
        ("JIS X 0212", Some("iso-2022-jp-1"), b"\x1b$(Dl?\x1b$B30\x1b(B \x1b$(D0!\x1b(B", "鷗外 丂", false),
        (
            "JIS X 0212 under the plain label",
            jis,
            b"\x1b$(Dl?\x1b$B30\x1b(B \x1b$(D0!\x1b(B",
            "鷗外 丂",
            false,
        ),
        (
            "ISO-2022-JP-2",
            Some("iso-2022-jp-2"),
            b"\x1b$BF|K\\\x1b(B \x1b$BCf9q\x1b$(A;0\x1b(B \x1b$(CGQ19\x1b(B \x1b$(D+1\x1b(B \x1b$(D&q\x1b(B",
            "日本 中国话 한국 é ά",
            false,
        ),
        (
            "ISO-2022-JP-3",
            Some("iso-2022-jp-3"),
            b"\x1b$(O.:\x1b(B \x1b$(O.\"\x1b(B \x1b$(O-!\x1b(B \x1b$(O$w\x1b(B",
            "俠 𠀋 ① か゚",
            false,
        ),
        ("the set of 1978", jis, b"\x1b$@>H2q\x1b(B", "照会", false),
        ("doubled escapes", jis, b"\x1b$B\x1b$B>H2q\x1b(B\x1b(B ok", "照会 ok", false),
        ("back to Roman", jis, b"\x1b$B>H2q\x1b(J abc 123", "照会 abc 123", false),
        ("no reset at the line end", jis, b"\x1b$B>H2q\r\nFbMF\x1b(B\r\nabc", "照会\n内容\nabc", false),
        (
            "no reset, and the next line is ASCII",
            jis,
            b"\x1b$B>H2q\r\nTEL 03\r\n\x1b$BFbMF\x1b(B",
            "照会\nTEL 03\n内容",
            false,
        ),
        ("no reset at the end", jis, b"\x1b$B>H2q$7$^$9", "照会します", false),
        ("a line cut inside a character", jis, b"\x1b$B>\x1b(B\x1b$BH2q\x1b(B", "照会", false),
        (
            "a UTF-8 footer",
            jis,
            b"\x1b$B>H2q\x1b(B\r\n-- \r\n\xe9\x85\x8d\xe4\xbf\xa1",
            "照会\n-- \n配信",
            false,
        ),
    ]);
}

#[test]
fn euc_jp_has_three_sets() {
    check(&[
        ("JIS X 0212", Some("euc-jp"), b"\x8f\xec\xbf\xb3\xb0 \x8f\xb0\xa1", "鷗外 丂", false),
        ("half-width kana", Some("euc-jp"), b"\x8e\xca\x8e\xdd\x8e\xb6\x8e\xb8", "ﾊﾝｶｸ", false),
        (
            "what eucJP-ms adds",
            Some("eucjp-ms"),
            b"\x8f\xf4\xfb\x8f\xf4\xab\x8f\xf3\xf3\x8f\xf4\xfe\xbe\xc8",
            "髙㈱ⅰ黑照",
            false,
        ),
    ]);
}

#[test]
fn missing_unknown_and_wrong_labels_are_guessed_and_reported() {
    let labels: [Option<&str>; 8] = [
        None,
        Some("us-ascii"),
        Some("x-unknown"),
        Some("iso-8859-1"),
        Some("utf-8"),
        Some("shift_jis"),
        Some("euc-jp"),
        Some("iso-2022-jp"),
    ];
    let texts: [(&str, &[u8]); 4] = [
        ("utf-8", b"\xe6\x8b\xa0\xe7\x82\xb9\xe3\x81\xae\xe6\x95\xb4\xe5\x82\x99\xe3\x81\xab\xe3\x81\xa4\xe3\x81\x84\xe3\x81\xa6\xe3\x80\x81\xe6\x95\x99\xe3\x81\x88\xe3\x81\xa6\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84\xe3\x80\x82"),
        ("shift_jis", b"\x8b\x92\x93_\x82\xcc\x90\xae\x94\xf5\x82\xc9\x82\xc2\x82\xa2\x82\xc4\x81A\x8b\xb3\x82\xa6\x82\xc4\x82\xad\x82\xbe\x82\xb3\x82\xa2\x81B"),
        ("euc-jp", b"\xb5\xf2\xc5\xc0\xa4\xce\xc0\xb0\xc8\xf7\xa4\xcb\xa4\xc4\xa4\xa4\xa4\xc6\xa1\xa2\xb6\xb5\xa4\xa8\xa4\xc6\xa4\xaf\xa4\xc0\xa4\xb5\xa4\xa4\xa1\xa3"),
        ("iso-2022-jp", b"\x1b$B5rE@$N@0Hw$K$D$$$F!\"65$($F$/$@$5$$!#\x1b(B"),
    ];
    for label in labels {
        for (charset, bytes) in texts {
            let guessed = label != Some(charset);
            let name = format!("{charset} as {label:?}");
            check(&[(&name, label, bytes, "拠点の整備について、教えてください。", guessed)]);
        }
    }
}

#[test]
fn short_text_without_a_label_is_still_japanese() {
    for text in ["山田です。", "高橋 様 御中 資料送付", "拠点整備・運用に関する照会"]
    {
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
            check(&[(&format!("{text} in {}", encoding.name()), None, &encoding.encode(text).0, text, true)]);
        }
    }
}

#[test]
fn a_label_that_decodes_is_kept() {
    check(&[
        ("German", Some("iso-8859-1"), b"Gr\xfc\xdfe aus M\xfcnchen", "Grüße aus München", false),
        ("curly quotes", Some("windows-1252"), b"\x93quote\x94", "“quote”", false),
        ("Chinese", Some("gb2312"), b"\xd6\xd0\xce\xc4\xd7\xc9\xd1\xaf", "中文咨询", false),
        ("Korean", Some("euc-kr"), b"\xc7\xd1\xb1\xb9\xbe\xee", "한국어", false),
        ("half-width kana alone", Some("shift_jis"), b"\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ", false),
        ("ASCII under any label", Some("iso-2022-kr"), b"plain", "plain", false),
    ]);
}

#[test]
fn damage_is_reported_and_stays_small() {
    let cases: [(&str, &str, &[u8], &str); 3] = [
        (
            "UTF-8 cut inside a character",
            "utf-8",
            b"\xe6\x8b\xa0\xe7\x82\xb9\xe3\x81\xae\xe6\x95\xb4\xe5\x82\x99\xe3\x81",
            "拠点の整備\u{fffd}",
        ),
        (
            "Shift_JIS cut inside a character",
            "shift_jis",
            b"\x8b\x92\x93_\x82\xcc\x90\xae\x94\xf5\x8f",
            "拠点の整備\u{fffd}",
        ),
        ("JIS cut inside a character", "iso-2022-jp", b"\x1b$B5rE@$N@0Hw$", "拠点の整備\u{fffd}"),
    ];
    for (name, label, body, text) in cases {
        let read = mail(format!("Content-Type: text/plain; charset={label}").as_bytes(), body);
        assert_eq!(read.text, text, "{name}");
        assert_eq!(codes(&read).iter().filter(|code| **code == "charset_damaged").count(), 1, "{name}");
    }
}
