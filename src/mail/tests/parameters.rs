use super::mail;

/// Name, header lines of the attached part, expected file name.
fn check(cases: &[(&str, &[u8], &str)]) {
    for (name, lines, expected) in cases {
        let body = [b"--b\r\n\r\ntext\r\n--b\r\n", *lines, b"\r\n\r\nabc\r\n--b--\r\n"].concat();
        let read = mail(b"Content-Type: multipart/mixed; boundary=b", &body);
        let names: Vec<_> = read.attachments.iter().map(|a| (a.name.as_str(), a.bytes.as_slice())).collect();
        assert_eq!(names, [(*expected, &b"abc"[..])], "{name}");
        assert_eq!(read.text, "text", "{name}");
    }
}

#[test]
fn names_by_rfc_2231() {
    check(&[
        ("UTF-8", b"Content-Disposition: attachment; filename*=utf-8''%E5%88%A5%E7%B4%99%20%E4%B8%80%E8%A6%A7.xlsx", "別紙 一覧.xlsx"),
        ("JIS", b"Content-Disposition: attachment; filename*=iso-2022-jp'ja'%1B%24BJL%3Bf-%21%1B%28B.xlsx", "別紙①.xlsx"),
        ("Shift_JIS", b"Content-Disposition: attachment; filename*=Shift_JIS''%95%5C%83%5C.xlsx", "表ソ.xlsx"),
        ("quoted", b"Content-Disposition: attachment; filename*=\"utf-8''%E5%88%A5%E7%B4%99.xlsx\"", "別紙.xlsx"),
        ("without a charset", b"Content-Disposition: attachment; filename*=%E5%88%A5%E7%B4%99.xlsx", "別紙.xlsx"),
        ("with an empty charset", b"Content-Disposition: attachment; filename*=''%95%CA%8E%86%82%C5%82%B7.xlsx", "別紙です.xlsx"),
        (
            "continued inside a character",
            b"Content-Disposition: attachment;\r\n filename*0*=utf-8''%E5%88%A5%E7;\r\n filename*1*=%B4%99.xlsx",
            "別紙.xlsx",
        ),
        (
            "JIS continued inside a character",
            b"Content-Disposition: attachment;\r\n filename*0*=iso-2022-jp''%1B%24BJ;\r\n filename*1*=L%3Bf%1B%28B.xlsx",
            "別紙.xlsx",
        ),
        (
            "out of order",
            b"Content-Disposition: attachment;\r\n filename*1*=%B4%99.xlsx;\r\n filename*0*=UTF-8''%E5%88%A5%E7",
            "別紙.xlsx",
        ),
        (
            "encoded and plain pieces",
            b"Content-Disposition: attachment; filename*0*=utf-8''%E5%88%A5%E7%B4%99; filename*1=\"-a.xlsx\"",
            "別紙-a.xlsx",
        ),
        (
            "beside a plain name for old readers",
            b"Content-Disposition: attachment; filename=\"__.xlsx\"; filename*=utf-8''%E5%88%A5%E7%B4%99.xlsx",
            "別紙.xlsx",
        ),
        ("in Content-Type", b"Content-Type: application/octet-stream; name*=utf-8''%E5%88%A5%E7%B4%99.xlsx", "別紙.xlsx"),
    ]);
}

#[test]
fn names_by_rfc_2047_where_they_do_not_belong() {
    check(&[
        ("UTF-8", b"Content-Disposition: attachment; filename=\"=?utf-8?B?5Yil57SZIOS4gOimpy54bHN4?=\"", "別紙 一覧.xlsx"),
        ("JIS", b"Content-Disposition: attachment; filename=\"=?ISO-2022-JP?B?GyRCSkw7Zi0hGyhCLnhsc3g=?=\"", "別紙①.xlsx"),
        ("Q", b"Content-Disposition: attachment; filename=\"=?utf-8?Q?=E5=88=A5=E7=B4=99_1.xlsx?=\"", "別紙 1.xlsx"),
        ("unquoted", b"Content-Disposition: attachment; filename==?utf-8?B?5Yil57SZLnhsc3g=?=", "別紙.xlsx"),
        (
            "folded inside a character",
            b"Content-Disposition: attachment;\r\n filename=\"=?utf-8?B?5Yil5w==?=\r\n =?utf-8?B?tJkueGxzeA==?=\"",
            "別紙.xlsx",
        ),
        (
            "an encoded-word in continuations",
            b"Content-Disposition: attachment; filename*0=\"=?utf-8?B?5Yil57SZ\";\r\n filename*1=\"Lnhsc3g=?=\"",
            "別紙.xlsx",
        ),
        ("only in Content-Type", b"Content-Type: application/pdf; name=\"=?iso-2022-jp?B?GyRCSkw7ZhsoQi5wZGY=?=\"", "別紙.pdf"),
        (
            "only in Content-Type, with a bare disposition",
            b"Content-Type: application/pdf;\r\n\tname=\"=?utf-8?B?5Yil57SZLnBkZg==?=\"\r\nContent-Disposition: attachment",
            "別紙.pdf",
        ),
    ]);
}

#[test]
fn raw_names() {
    check(&[
        ("UTF-8", b"Content-Disposition: attachment; filename=\"\xe5\x88\xa5\xe7\xb4\x99 \xe4\xba\x88\xe5\xae\x9a.xlsx\"", "別紙 予定.xlsx"),
        ("Shift_JIS with a backslash byte", b"Content-Disposition: attachment; filename=\"\x97\\\x92\xe8\x95\\\x82\xcc\x94\\\x97\xcd\x83\\.xlsx\"", "予定表の能力ソ.xlsx"),
        ("EUC-JP", b"Content-Disposition: attachment; filename=\"\xca\xcc\xbb\xe6\xa4\xce\xcd\xbd\xc4\xea.xlsx\"", "別紙の予定.xlsx"),
        ("JIS with quotes among its bytes", b"Content-Disposition: attachment; filename=\"\x1b$B$\"$$$&$($*!V!W\x1b(B.xlsx\"", "あいうえお「」.xlsx"),
        ("JIS, unquoted", b"Content-Disposition: attachment; filename=\x1b$BJL;f\x1b(B.xlsx", "別紙.xlsx"),
        ("percent-encoded without a star", b"Content-Disposition: attachment; filename=\"%E5%88%A5%E7%B4%99.xlsx\"", "別紙.xlsx"),
        ("a percent sign that means itself", b"Content-Disposition: attachment; filename=\"100%25.txt\"", "100%25.txt"),
        ("decomposed by macOS", "Content-Disposition: attachment; filename=\"カ\u{3099}イト\u{3099}.pdf\"".as_bytes(), "ガイド.pdf"),
        ("spaces without quotes", b"Content-Disposition: attachment; filename=my file (1).pdf", "my file (1).pdf"),
        ("a closing quote is missing", b"Content-Disposition: attachment; filename=\"a.pdf; size=3", "a.pdf"),
        ("single quotes", b"Content-Disposition: attachment; filename='a.pdf'", "a.pdf"),
    ]);
}

#[test]
fn malformed_content_types() {
    let cases: [(&str, &[u8]); 8] = [
        ("no semicolon", b"text/plain charset=shift_jis"),
        ("a comma", b"text/plain, charset=shift_jis"),
        ("spaces everywhere", b"text/plain ; charset = \"shift_jis\" ; format=fixed"),
        ("a comment", b"text/plain; charset=shift_jis (Windows)"),
        ("upper case", b"TEXT/PLAIN; CHARSET=SHIFT_JIS"),
        ("folded", b"text/plain;\r\n\tcharset=\"Shift_JIS\""),
        ("two semicolons", b"text/plain;; charset=shift_jis;"),
        ("by RFC 2231", b"text/plain; charset*=us-ascii''shift_jis"),
    ];
    for (name, content_type) in cases {
        let read = mail(&[b"Content-Type: ", content_type].concat(), b"\xee\xe0\xed\x95");
        assert_eq!(read.text, "髙﨑", "{name}");
        assert!(read.warnings.iter().all(|w| w.code == "no_sender"), "{name}: {:?}", read.warnings);
    }
}
