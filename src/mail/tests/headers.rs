use super::mail;

fn check(cases: &[(&str, &[u8], &str)]) {
    for (name, subject, expected) in cases {
        let header = [b"From: a@b.example\r\nSubject: ", *subject].concat();
        let read = mail(&header, b"x");
        assert_eq!(read.subject, *expected, "{name}");
        assert_eq!(read.text, "x", "{name}");
        assert_eq!(read.from.map(|from| from.address).as_deref(), Some("a@b.example"), "{name}");
    }
}

#[test]
fn encoded_words_in_every_charset() {
    check(&[
        ("JIS in B", b"=?ISO-2022-JP?B?GyRCNXJFQCROPkgycRsoQg==?=", "拠点の照会"),
        ("JIS in Q", b"=?iso-2022-jp?Q?=1B$B=3FM=3F4$N=3D`Hw=1B(B?=", "人心の準備"),
        ("JIS in Q with raw question marks", b"=?iso-2022-jp?Q?=1B$B=3FM?4$N=1B(B?=", "人心の"),
        ("NEC and IBM letters in JIS", b"=?ISO-2022-JP?B?GyRCLSEtanxieXUbKEI=?=", "①㈱髙﨑"),
        ("half-width kana in JIS", b"=?cp50221?B?GyhJQz1EGyhC?=", "ﾃｽﾄ"),
        ("Shift_JIS in B", b"=?Shift_JIS?B?7uDtlYdAg1yVXA==?=", "髙﨑①ソ表"),
        ("Shift_JIS in Q", b"=?windows-31j?q?=EE=E0=ED=95=87@=83=5C=95=5C?=", "髙﨑①ソ表"),
        ("EUC-JP in B", b"=?eucJP-ms?b?/OL59a2h?=", "髙﨑①"),
        ("UTF-8 in Q with underscores for spaces", b"=?utf-8?Q?Re:_=E7=85=A7=E4=BC=9A_1?=", "Re: 照会 1"),
        ("UTF-7", b"=?utf-7?Q?+cWdPGg-?=", "照会"),
        ("UTF-16", b"=?utf-16?B?//5ncRpP?=", "照会"),
        ("language suffix", b"=?utf-8*ja?B?54Wn5Lya?=", "照会"),
    ]);
}

#[test]
fn encoded_words_that_were_cut_and_glued() {
    check(&[
        ("two of them, the fold between goes", b"=?utf-8?B?5oug54K5?=\r\n =?utf-8?B?5pW05YKZ?=", "拠点整備"),
        ("split inside a character", b"=?utf-8?B?5oug5w==?=\r\n =?utf-8?B?grnmlbTlgpk=?=", "拠点整備"),
        (
            "split inside a character, Q",
            b"=?utf-8?Q?=E6=8B=A0=E7?= =?UTF-8?q?=82=B9=E6=95=B4=E5=82=99?=",
            "拠点整備",
        ),
        (
            "JIS split inside a character",
            b"=?iso-2022-jp?B?GyRCNXJF?=\r\n =?iso-2022-jp?B?QEAwSHcbKEI=?=",
            "拠点整備",
        ),
        (
            "JIS split after a reset",
            b"=?iso-2022-jp?B?GyRCNXJFQBsoQg==?=\r\n\t=?iso-2022-jp?B?GyRCQDBIdxsoQg==?=",
            "拠点整備",
        ),
        ("Shift_JIS split inside a character", b"=?sjis?B?i5KT?= =?sjis?B?X5CulPU=?=", "拠点整備"),
        ("unpadded", b"=?utf-8?B?5oug5w?= =?utf-8?B?grnmlbTlgpk?=", "拠点整備"),
        ("base64 cut inside a group of four", b"=?utf-8?B?5oug5?=\r\n =?utf-8?B?4K5?=", "拠点"),
        ("glued to ASCII", b"Re:=?utf-8?B?54Wn5Lya?=(1)", "Re:照会(1)"),
        ("glued to each other", b"=?utf-8?B?5oug54K5?==?utf-8?B?5pW05YKZ?=", "拠点整備"),
        (
            "ASCII between keeps its spaces",
            b"[ml 1] =?utf-8?B?5oug54K5?= and =?utf-8?B?5pW05YKZ?=",
            "[ml 1] 拠点 and 整備",
        ),
        ("B beside Q", b"=?utf-8?B?5oug54K5?= =?utf-8?Q?=E6=95=B4=E5=82=99?=", "拠点整備"),
        ("two charsets", b"=?utf-8?B?5oug54K5?= =?iso-2022-jp?B?GyRCQDBIdxsoQg==?=", "拠点整備"),
        ("in quotes", b"\"=?utf-8?B?54Wn5Lya?=\"", "\"照会\""),
        ("folded inside the word", b"=?utf-8?B?5oug\r\n 54K5?=", "拠点"),
        ("raw spaces in Q", b"=?utf-8?Q?Hello =E7=85=A7=E4=BC=9A world?=", "Hello 照会 world"),
        ("without an end", b"=?utf-8?B?54Wn5Lya", "照会"),
        ("no encoded-word", b"=? =?x? =?utf-8?Z?abc?= ?=", "=? =?x? =?utf-8?Z?abc?= ?="),
    ]);
}

#[test]
fn an_over_long_encoded_word_is_read() {
    let long = "拠点整備に関する照会".repeat(20);
    let word = format!("=?utf-8?Q?{}?=", long.bytes().map(|b| format!("={b:02X}")).collect::<String>());
    check(&[("600 octets", word.as_bytes(), &long)]);
}

#[test]
fn encoded_words_with_wrong_labels() {
    check(&[
        ("unknown charset", b"=?x-unknown?B?GyRCPkgycRsoQg==?=", "照会"),
        ("JIS called UTF-8", b"=?utf-8?B?GyRCPkgycRsoQg==?=", "照会"),
        ("UTF-8 called JIS", b"=?iso-2022-jp?B?54Wn5Lya44Gu5Lu2?=", "照会の件"),
        ("Shift_JIS called UTF-8", b"=?utf-8?B?j8aJ74LMjI8=?=", "照会の件"),
        ("UTF-8 called Latin", b"=?iso-8859-1?Q?=E7=85=A7=E4=BC=9A=E3=81=AE=E4=BB=B6?=", "照会の件"),
    ]);
}

#[test]
fn raw_headers() {
    check(&[
        ("UTF-8", b"\xe6\x8b\xa0\xe7\x82\xb9\xe3\x81\xae\xe7\x85\xa7\xe4\xbc\x9a", "拠点の照会"),
        ("Shift_JIS", b"\x8b\x92\x93_\x82\xcc\x8f\xc6\x89\xef", "拠点の照会"),
        ("EUC-JP", b"\xb5\xf2\xc5\xc0\xa4\xce\xbe\xc8\xb2\xf1", "拠点の照会"),
        ("JIS", b"\x1b$B5rE@$N>H2q\x1b(B", "拠点の照会"),
        ("JIS without a reset", b"\x1b$B5rE@$N>H2q", "拠点の照会"),
        ("JIS, folded", b"\x1b$B5rE@$N\x1b(B\r\n \x1b$B>H2q\x1b(B", "拠点の 照会"),
        (
            "raw beside an encoded-word",
            b"\xe3\x80\x90\xe5\xa4\x96\xe9\x83\xa8\xe3\x80\x91 =?iso-2022-jp?B?GyRCPkgycRsoQg==?=",
            "【外部】 照会",
        ),
        (
            "decomposed by macOS",
            b"\xe3\x82\xac\xe3\x82\xa4\xe3\x83\x88\xe3\x82\x99\xe3\x83\x8f\xe3\x82\x9a\xe3\x82\xb9",
            "ガイドパス",
        ),
    ]);
}

#[test]
fn no_value_can_break_a_header() {
    check(&[
        ("line break, NUL, override", b"=?utf-8?Q?a=0D=0ABcc:_x=00=E2=80=AEb?=", "a  Bcc: xb"),
        ("next line and line separator", b"=?utf-8?Q?a=C2=85b=E2=80=A8c?=", "ab c"),
        ("escape codes of terminals", b"=?utf-8?Q?=1B[31mred?=", "[31mred"),
        ("raw control characters", b"a\x07b\x7fc", "abc"),
        ("isolates and marks", "a\u{2066}b\u{200f}c\u{feff}d".as_bytes(), "abcd"),
    ]);
}

#[test]
fn broken_header_blocks() {
    let cases: [(&str, &[u8], &str, &str); 7] = [
        ("a line of an mbox before", b"From a@b Tue Jul  1 09:45:33 2025\nSubject: s\n\nx\n", "s", "x"),
        ("blank lines before", b"\r\n\r\nSubject: s\r\n\r\nx\r\n", "s", "x"),
        ("a fold without indentation", b"Subject: long\ncontinues\nTo: c@d\n\nx\n", "long continues", "x"),
        ("bare line feeds", b"Subject: s\n\nx\ny\n", "s", "x\ny"),
        ("bare carriage returns", b"Subject: s\r\rx\r", "s", "x"),
        ("no body", b"Subject: s", "s", ""),
        ("two subjects, the first counts", b"Subject: s\nSubject: t\n\nx", "s", "x"),
    ];
    for (name, raw, subject, text) in cases {
        let read = crate::mail::read(raw);
        assert_eq!((read.subject.as_str(), read.text.as_str()), (subject, text), "{name}");
    }
}

#[test]
fn identifiers_and_dates() {
    let read = mail(
        b"Message-ID: <1@a.example>\r\nIn-Reply-To: <0@a.example> (yesterday)\r\nReferences: <x@a.example>\r\n\t<y@a.example><z@a\r\n .example>\r\n\
          Date: Tue, 1 Jul 2025 09:45:33 +0900 (JST)\r\nReceived: from a by b; Tue, 01 Jul 2025 09:46:00 GMT",
        b"x",
    );
    assert_eq!(read.message_id.as_deref(), Some("1@a.example"));
    assert_eq!(read.in_reply_to, ["0@a.example"]);
    assert_eq!(read.references, ["x@a.example", "y@a.example", "z@a.example"]);
    assert_eq!(read.date.map(|date| date.to_rfc3339()).as_deref(), Some("2025-07-01T09:45:33+09:00"));
    assert_eq!(read.received.map(|date| date.to_rfc3339()).as_deref(), Some("2025-07-01T09:46:00+00:00"));
}
