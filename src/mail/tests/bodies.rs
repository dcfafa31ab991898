use super::{codes, mail};

/// Name, header lines, body, expected text.
fn check(cases: &[(&str, &[u8], &[u8], &str)]) {
    for (name, header, body, text) in cases {
        let read = mail(header, body);
        assert_eq!(read.text, *text, "{name}: {:?}", read.warnings);
        assert_eq!(read.unreadable, None, "{name}");
    }
}

const JIS: &str = "Content-Type: text/plain; charset=iso-2022-jp";
const UTF8: &str = "Content-Type: text/plain; charset=utf-8";

fn transfer(content_type: &str, encoding: &str) -> Vec<u8> {
    format!("{content_type}\r\nContent-Transfer-Encoding: {encoding}").into_bytes()
}

#[test]
fn transfer_encodings_under_every_spelling() {
    check(&[
        ("base64", &transfer(UTF8, "base64"), b"5oug54K544Gu54Wn5Lya\r\n", "拠点の照会"),
        ("base64 in quotes", &transfer(UTF8, "\"base64\""), b"5oug54K544Gu54Wn5Lya", "拠点の照会"),
        ("base64 with a comment", &transfer(UTF8, "BASE64 (yes)"), b"5oug54K544Gu54Wn5Lya", "拠点の照会"),
        ("base64, unpadded", &transfer(UTF8, "base64"), b"5oug54K544Gu54Wn5LyaeA", "拠点の照会x"),
        (
            "base64, padding cut in two",
            &transfer(UTF8, "base64"),
            b"5oug54K544Gu54Wn5LyaeA=\r\n=\r\n",
            "拠点の照会x",
        ),
        ("base64 of JIS", &transfer(JIS, "base64"), b"GyRCfGJ5dS0hGyhC", "髙﨑①"),
        (
            "two encodings, one after the other",
            &transfer(UTF8, "base64"),
            b"5oug54K5eA==\r\n54Wn5Lya",
            "拠点x照会",
        ),
        (
            "quoted-printable",
            &transfer(UTF8, "quoted-printable"),
            b"=E6=8B=A0=E7=82=B9=\r\n=E7=85=A7=E4=BC=9A=20\r\n=3D",
            "拠点照会 \n=",
        ),
        ("lower-case digits", &transfer(UTF8, "Quoted-Printable"), b"=e7=85=a7=E4=bc=9a", "照会"),
        ("quoted-printable JIS", &transfer(JIS, "quoted-printable"), b"=1B$B>H2q=1B(B", "照会"),
        (
            "no escape at all",
            &transfer(UTF8, "quoted-printable"),
            b"100% =ZZ a=b =E7=85=A7",
            "100% =ZZ a=b 照",
        ),
        ("uuencode", &transfer(UTF8, "x-uuencode"), b"begin 644 a\r\n&YX6GY+R:\r\n`\r\nend\r\n", "照会"),
        ("an unknown encoding", &transfer(UTF8, "x-none"), "照会".as_bytes(), "照会"),
    ]);
}

#[test]
fn wrong_transfer_encodings() {
    let long = b"5oug54K544Gu5pW05YKZ44Gr44Gk44GE44Gm44CB5pWZ44GI44Gm44GP44Gg44GV44GE44CC";
    check(&[
        (
            "base64 declared on plain text",
            &transfer(UTF8, "base64"),
            "拠点の照会です。".as_bytes(),
            "拠点の照会です。",
        ),
        ("base64 declared on raw JIS", &transfer(JIS, "base64"), b"\x1b$B5rE@$N>H2q\x1b(B", "拠点の照会"),
        (
            "base64 declared on English",
            &transfer(UTF8, "base64"),
            b"Hello, this is\r\nplain.",
            "Hello, this is\nplain.",
        ),
        ("undeclared base64", UTF8.as_bytes(), long, "拠点の整備について、教えてください。"),
        ("base64 declared as 7bit", &transfer(UTF8, "7bit"), long, "拠点の整備について、教えてください。"),
        (
            "base64 declared as quoted-printable",
            &transfer(UTF8, "quoted-printable"),
            b"5oug54K544Gu54Wn5LyaeA==",
            "拠点の照会x",
        ),
        ("undeclared base64 of JIS", JIS.as_bytes(), b"GyRCNXJFQCROPkgycRsoQg==", "拠点の照会"),
        (
            "undeclared quoted-printable",
            UTF8.as_bytes(),
            b"=E6=8B=A0=E7=82=B9=E3=81=AE=E7=85=A7=E4=BC=9A",
            "拠点の照会",
        ),
        ("undeclared quoted-printable JIS", JIS.as_bytes(), b"=1b$B>H2q=1b(B", "照会"),
        (
            "quoted-printable declared as base64",
            &transfer(UTF8, "base64"),
            b"=E6=8B=A0=E7=82=B9=E3=81=AE=E7=85=A7=E4=BC=9A",
            "拠点の照会",
        ),
        (
            "quoted-printable declared on 8-bit",
            &transfer(UTF8, "quoted-printable"),
            "拠点 a=b".as_bytes(),
            "拠点 a=b",
        ),
        (
            "quoted-printable declared on raw JIS",
            &transfer(JIS, "quoted-printable"),
            b"\x1b$B=3FM?4\x1b(B",
            "蹴突心",
        ),
    ]);
}

#[test]
fn a_list_footer_behind_base64_is_text() {
    let base64 = transfer(UTF8, "base64");
    check(&[
        (
            "after padding",
            &base64,
            b"54Wn5LyaeA==\r\n____\r\nml@example.jp\r\n",
            "照会x\n____\nml@example.jp",
        ),
        (
            "without padding",
            &base64,
            b"54Wn5Lya\r\n\r\n-- \r\n\xe9\x85\x8d\xe4\xbf\xa1\r\n",
            "照会\n-- \n配信",
        ),
        (
            "in JIS",
            &transfer(JIS, "base64"),
            b"GyRCPkgycRsoQg==\r\n--\r\n\x1b$BG[?.\x1b(B\r\n",
            "照会\n--\n配信",
        ),
    ]);
}

#[test]
fn flowed_text() {
    let flowed = |more: &str| format!("{UTF8}; format=flowed{more}").into_bytes();
    check(&[
        ("soft breaks", &flowed(""), b"This is \r\nlong.\r\n\r\nNext\r\n", "This is long.\n\nNext"),
        ("DelSp", &flowed("; delsp=yes"), "拠点の \r\n照会 \r\nです\r\n".as_bytes(), "拠点の照会です"),
        ("quoted depth", &flowed(""), b"> a \r\n> b\r\nc \r\n> d\r\n", "> a b\nc \n> d"),
        ("the signature keeps its space", &flowed(""), b"a \r\n-- \r\nb\r\n", "a \n-- \nb"),
        ("stuffed lines", &flowed(""), b" >a\r\n From b\r\n", ">a\nFrom b"),
        ("fixed", UTF8.as_bytes(), b"a \r\nb\r\n", "a \nb"),
        (
            "JIS with DelSp",
            b"Content-Type: text/plain; charset=iso-2022-jp; format=flowed; delsp=yes",
            b"\x1b$B5rE@$N\x1b(B \r\n\x1b$B>H2q\x1b(B\r\n",
            "拠点の照会",
        ),
    ]);
}

#[test]
fn body_text_is_clean() {
    check(&[
        ("control characters and overrides", UTF8.as_bytes(), "a\0b\u{202e}c\u{85}\td".as_bytes(), "abc\td"),
        ("decomposed by macOS", UTF8.as_bytes(), "カ\u{3099}イト\u{3099}".as_bytes(), "ガイド"),
        ("a compatibility ideograph is a name", UTF8.as_bytes(), "神\u{fa19}".as_bytes(), "神\u{fa19}"),
        ("every line end", UTF8.as_bytes(), b"a\r\nb\nc\rd\r\n\r\n", "a\nb\nc\nd"),
        ("the first line keeps its indentation", UTF8.as_bytes(), "\r\n\r\n　a\r\n".as_bytes(), "　a"),
    ]);
}

#[test]
fn html_bodies() {
    check(&[
        (
            "Gmail",
            b"Content-Type: text/html; charset=utf-8",
            "<div dir=\"ltr\"><div>1) 青峰県</div><div>2) 山田</div></div>".as_bytes(),
            "1) 青峰県\n2) 山田",
        ),
        (
            "the charset of its meta",
            b"Content-Type: text/html",
            b"<meta charset=shift_jis><p>\xee\xe0\xed\x95</p>",
            "髙﨑",
        ),
        (
            "the older meta",
            b"Content-Type: text/html",
            b"<meta http-equiv=Content-Type content=\"text/html; charset=euc-jp\">\xfc\xe2\xf9\xf5",
            "髙﨑",
        ),
        ("JIS", b"Content-Type: text/html; charset=iso-2022-jp", b"<p>\x1b$B>H2q\x1b(B<</p>", "照会<"),
        ("no Content-Type", b"Subject: s", "<html><body><p>照会</p></body></html>".as_bytes(), "照会"),
    ]);
}

#[test]
fn invalid_content_types() {
    for content_type in [
        "text",
        "plain",
        "text/plain:",
        "text/plain/",
        "text /plain",
        "plain/text",
        "text/*",
        "text/enriched",
        "text/x-any",
        "",
        ";",
    ] {
        let header = format!("Content-Type: {content_type}; charset=shift_jis");
        check(&[(content_type, header.as_bytes(), b"\xee\xe0\xed\x95", "髙﨑")]);
    }
}

#[test]
fn alternatives() {
    let cases: [(&str, &str, &str, &str); 6] = [
        ("plain text wins", "本文です。", "<p>本文<b>です。</b></p>", "本文です。"),
        ("unless it is empty", "", "<p>本文です。</p>", "本文です。"),
        ("unless it is blank", " \u{3000}\r\n\u{a0}", "<p>本文です。</p>", "本文です。"),
        ("unless it is a stub", "HTMLメールです。", "<p>1) 青峰県</p><p>2) 山田</p>", "1) 青峰県\n2) 山田"),
        (
            "unless its letters were lost",
            "1) ??? ??????\r\n2) ?????",
            "<p>1) 青峰県</p><p>2) 山田</p>",
            "1) 青峰県\n2) 山田",
        ),
        ("nothing in either", "", "<p></p>", ""),
    ];
    for (name, plain, html, text) in cases {
        let body = format!(
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"
        );
        check(&[(name, b"Content-Type: multipart/alternative; boundary=b", body.as_bytes(), text)]);
    }
}

#[test]
fn broken_multiparts() {
    let parts =
        |end: &str| format!("--b\r\n{UTF8}\r\n\r\n照会\r\n--b\r\n{UTF8}\r\n\r\n続き{end}").into_bytes();
    let mixed = b"Content-Type: multipart/mixed; boundary=b";
    check(&[
        ("whole", mixed, &parts("\r\n--b--\r\nepilogue"), "照会\n続き"),
        ("no closing boundary", mixed, &parts(""), "照会\n続き"),
        ("no boundary parameter", b"Content-Type: multipart/mixed", &parts("\r\n--b--\r\n"), "照会\n続き"),
        (
            "another boundary",
            b"Content-Type: multipart/mixed; boundary=other",
            &parts("\r\n--b--\r\n"),
            "照会\n続き",
        ),
        ("a preamble", mixed, &[b"This is MIME.\r\n", &parts("\r\n--b--\r\n")[..]].concat(), "照会\n続き"),
        (
            "an encoding of the whole",
            &transfer("Content-Type: multipart/mixed; boundary=b", "base64"),
            &parts("\r\n--b--"),
            "照会\n続き",
        ),
        ("a boundary in a line", mixed, b"--b\r\n\r\nx --b y\r\n--bb\r\n--b--\r\n", "x --b y\n--bb"),
        ("no parts", mixed, "照会".as_bytes(), "照会"),
    ]);
}

#[test]
fn anomalies_are_reported() {
    let cases: [(&str, &[u8], &[u8], &str); 4] = [
        ("base64 declared", &transfer(UTF8, "base64"), "照会です".as_bytes(), "transfer_encoding_wrong"),
        ("base64 undeclared", UTF8.as_bytes(), b"5oug54K544Gu54Wn5Lya", "transfer_encoding_missing"),
        ("no label", b"Content-Type: text/plain", "照会".as_bytes(), "charset_guessed"),
        ("no sender", b"Subject: s", b"x", "no_sender"),
    ];
    for (name, header, body, code) in cases {
        assert!(codes(&mail(header, body)).contains(&code), "{name}");
    }
}
