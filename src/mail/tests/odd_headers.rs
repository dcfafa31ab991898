//! Headers that break a rule: folds, encoded-words, comments, brackets, raw bytes.

use super::mail;

#[test]
fn an_identifier_is_taken_as_it_is_written() {
    let read = |ids: &str| {
        let mail = crate::mail::read(format!("Message-ID: {ids}\r\nReferences: {ids}\r\n\r\n").as_bytes());
        (mail.message_id.unwrap_or_default(), mail.references)
    };
    for (written, id) in [
        ("<1@a.example>", "1@a.example"),
        ("<=?utf-8?B?YQ==?=@a.example>", "=?utf-8?B?YQ==?=@a.example"),
        // Some programs encode a long field as a whole.
        ("=?utf-8?q?=3C1=40a=2Eexample=3E?=", "1@a.example"),
    ] {
        assert_eq!(read(written), (id.to_owned(), vec![id.to_owned()]), "{written}");
    }
}

#[test]
fn header_lines_that_are_neither_fields_nor_folds() {
    let cases: [(&str, &str, &str, &str); 14] = [
        ("a line of one blank in a value", "Subject: a\r\n \r\n\tb\r\nTo: c@d\r\n\r\nx", "a b", "x"),
        ("two lines of blanks", "Subject: a\r\n  \r\n\t\r\n b\r\n\r\nx", "a b", "x"),
        ("a line of blanks before a field", "Subject: a\r\n \r\nMIME-Version: 1.0\r\n\r\nx", "a", "x"),
        (
            "a line of blanks before a field that may be repeated",
            "Subject: a\n\t\nReceived: b\n\nx",
            "a",
            "x",
        ),
        ("a line of blanks before the body", "Subject: a\r\n \r\nx\r\n", "a", "x"),
        (
            "a line of blanks before a quoted header",
            "From: a@b\nSubject: a\n \nFrom: c@d\nx",
            "a",
            "From: c@d\nx",
        ),
        (
            "a line of blanks before labels",
            "Subject: a\n \nTEL: 03-0000-1301\nFAX: x",
            "a",
            "TEL: 03-0000-1301\nFAX: x",
        ),
        ("two unfolded lines", "Subject: a\nb\nc\nTo: c@d\n\nx", "a b c", "x"),
        ("many unfolded lines", "Subject: a\nb\nc\nd\ne\nX-Mailer: y\n\nx", "a b c d e", "x"),
        ("one unfolded line before any field", "Subject: a\nb\nZ: c\n\nx", "a b", "x"),
        ("no empty line before the body", "Subject: a\nb\nc\nTEL: 03\n\nx", "a", "b\nc\nTEL: 03\n\nx"),
        (
            "no empty line before a quoted header",
            "Subject: a\nb\nc\nSubject: d\n\nx",
            "a",
            "b\nc\nSubject: d\n\nx",
        ),
        ("an empty line ends all", "Subject: a\nb\nc\n\nTo: c@d\n\nx", "a", "b\nc\n\nTo: c@d\n\nx"),
        ("a field with a blank in front of its colon", "From : a@b\nSubject : a\n\nx", "a", "x"),
    ];
    for (name, raw, subject, text) in cases {
        let read = crate::mail::read(raw.as_bytes());
        assert_eq!((read.subject.as_str(), read.text.as_str()), (subject, text), "{name}");
    }
    let first = crate::mail::read(b"From : a@b.example\r\nSubject: s\r\n\r\nx");
    assert_eq!(first.from.map(|from| from.address).as_deref(), Some("a@b.example"));
}

#[test]
fn specials_inside_a_name_are_not_those_of_a_list() {
    let cases: [(&str, &[u8], Option<&str>, &str); 19] = [
        ("@ and comma", b"=?UTF-8?Q?X@Y,_Z?= <a@b.example>", Some("X@Y, Z"), "a@b.example"),
        ("a comma and a blank", b"=?UTF-8?Q?X, Y?= <a@b.example>", Some("X, Y"), "a@b.example"),
        ("semicolon", b"=?UTF-8?Q?=E7=B7=91;=E8=AA=B2?= <a@b.example>", Some("緑;課"), "a@b.example"),
        ("colon", b"=?UTF-8?Q?X:Y?= <a@b.example>", Some("X:Y"), "a@b.example"),
        ("angles", b"=?UTF-8?Q?X<Y>?= <a@b.example>", Some("X<Y>"), "a@b.example"),
        ("an opening angle", b"=?UTF-8?Q?X<Y?= <a@b.example>", Some("X<Y"), "a@b.example"),
        ("an opening bracket", b"=?UTF-8?Q?X(Y?= <a@b.example>", Some("X(Y"), "a@b.example"),
        ("a quote", b"=?UTF-8?Q?X\"Y?= <a@b.example>", Some("X\"Y"), "a@b.example"),
        ("without brackets", b"=?UTF-8?Q?X@Y?= a@b.example", Some("X@Y"), "a@b.example"),
        ("two words", b"=?UTF-8?Q?X@?= =?UTF-8?Q?Y,?= <a@b.example>", Some("X@Y,"), "a@b.example"),
        (
            "a word without an end",
            b"=?UTF-8?Q?X <a@b.example>, =?UTF-8?Q?Y?= <c@d.example>",
            Some("X"),
            "a@b.example",
        ),
        ("all of it", b"=?UTF-8?Q?X_<a@b.example>?=", Some("X"), "a@b.example"),
        ("a comment in a comment", b"a@b.example (X (Y))", Some("X (Y)"), "a@b.example"),
        ("three comments", b"(A (B (C) D)) <a@b.example>", Some("A (B (C) D)"), "a@b.example"),
        ("an unclosed comment in a comment", b"(A (B) <a@b.example>", Some("A (B"), "a@b.example"),
        ("comments in the address", b"X <a(desk)@b.example(host (1))>", Some("X"), "a@b.example"),
        ("brackets in the name", b"X <Y> <a@b.example>", Some("X <Y>"), "a@b.example"),
        ("brackets behind the address", b"X <a@b.example> <>", Some("X"), "a@b.example"),
        ("a lone angle in the name", b"X <3 <a@b.example>", Some("X <3"), "a@b.example"),
    ];
    for (name, from, shown, address) in cases {
        let read = mail(&[b"From: ", from].concat(), b"x");
        let from = read.from.unwrap_or_else(|| panic!("{name}: no sender"));
        assert_eq!((from.name.as_deref(), from.address.as_str()), (shown, address), "{name}");
    }
    let read = mail(b"To: =?UTF-8?Q?X,Y?= <a@b.example>, (Z (1)) c@d.example", b"x");
    assert_eq!(
        read.to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(),
        ["a@b.example", "c@d.example"]
    );
}

#[test]
fn raw_latin_headers_have_the_charset_of_the_body() {
    let cases: [(&str, &str, &[u8], &str); 8] = [
        ("declared", "text/plain; charset=iso-8859-1", b"Frage von J\xf6rg H\xf6fer", "Frage von Jörg Höfer"),
        ("declared in a part", "multipart/mixed; boundary=b", b"Gr\xfc\xdfe", "Grüße"),
        ("declared Cyrillic", "text/plain; charset=koi8-r", b"\xf7\xcf\xd0\xd2\xcf\xd3", "Вопрос"),
        ("undeclared", "text/plain", b"Frage von J\xf6rg H\xf6fer", "Frage von Jörg Höfer"),
        ("a short word", "text/plain", b"J\xf6rg", "Jörg"),
        ("two letters beside each other", "text/plain", b"Viele Gr\xfc\xdfe", "Viele Grüße"),
        (
            "Japanese under a Latin label",
            "text/plain; charset=iso-8859-1",
            b"\x8f\xc6\x89\xef\x82\xcc\x8c\x8f",
            "照会の件",
        ),
        ("katakana of one high byte each", "text/plain", b"\x83e\x83X\x83g", "テスト"),
    ];
    for (name, content_type, subject, expected) in cases {
        let head = [b"Subject: ", subject, format!("\r\nContent-Type: {content_type}").as_bytes()].concat();
        let read =
            mail(&head, b"--b\r\nContent-Type: text/plain; charset=\"iso-8859-1\"\r\n\r\nx\r\n--b--\r\n");
        assert_eq!(read.subject, expected, "{name}");
    }
}

#[test]
fn raw_latin_bodies_and_labels_without_hyphens() {
    let german = "ich hätte eine Frage über die häusliche Pflege. Grüße";
    let french = "Créée à l’hôpital, une équipe… « déjà vu »";
    let latin = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let russian =
        |encoding: &'static encoding_rs::Encoding| encoding.encode("Привет, вопрос.").0.into_owned();
    let cases = [
        ("German without a label", "X: y", latin(german), german),
        ("French without a label", "X: y", latin(french), french),
        ("German called us-ascii", "Content-Type: text/plain; charset=us-ascii", latin(german), german),
        ("German called UTF-8", "Content-Type: text/plain; charset=utf-8", latin(german), german),
        ("German called Shift_JIS", "Content-Type: text/plain; charset=shift_jis", latin(german), german),
        ("German called ISO-2022-JP", "Content-Type: text/plain; charset=iso-2022-jp", latin(german), german),
        ("KOI8R", "Content-Type: text/plain; charset=KOI8R", russian(encoding_rs::KOI8_R), "Привет, вопрос."),
        (
            "x-koi8r",
            "Content-Type: text/plain; charset=x-koi8r",
            russian(encoding_rs::KOI8_R),
            "Привет, вопрос.",
        ),
        (
            "win1251",
            "Content-Type: text/plain; charset=win1251",
            russian(encoding_rs::WINDOWS_1251),
            "Привет, вопрос.",
        ),
        (
            "WINDOWS1251",
            "Content-Type: text/plain; charset=WINDOWS1251",
            russian(encoding_rs::WINDOWS_1251),
            "Привет, вопрос.",
        ),
        ("ISO 8859 1", "Content-Type: text/plain; charset=\"ISO 8859 1\"", latin(german), german),
        (
            "EUCKR",
            "Content-Type: text/plain; charset=EUCKR",
            encoding_rs::EUC_KR.encode("안녕").0.into_owned(),
            "안녕",
        ),
    ];
    for (name, header, body, expected) in cases {
        assert_eq!(mail(header.as_bytes(), &body).text, expected, "{name}");
    }
}
