use super::mail;

/// Name, raw From, expected display name, expected address.
fn check(cases: &[(&str, &[u8], Option<&str>, &str)]) {
    for (name, from, shown, address) in cases {
        let read = mail(&[b"From: ", *from].concat(), b"x");
        let from = read.from.unwrap_or_else(|| panic!("{name}: no sender"));
        assert_eq!((from.name.as_deref(), from.address.as_str()), (*shown, *address), "{name}");
    }
}

#[test]
fn addresses_of_carriers() {
    check(&[
        ("two dots", b"<a..b@docomo.ne.jp>", None, "a..b@docomo.ne.jp"),
        ("a dot before the @", b"a.b.@ezweb.ne.jp", None, "a.b.@ezweb.ne.jp"),
        ("quoted as RFC 5322 wants", b"\"a..b.\"@docomo.ne.jp", None, "a..b.@docomo.ne.jp"),
        (
            "quoted in brackets",
            b"=?utf-8?B?6Iqx5a2Q?= <\"a..b.\"@docomo.ne.jp>",
            Some("花子"),
            "a..b.@docomo.ne.jp",
        ),
        ("a dot in front", b"<.a-@docomo.ne.jp>", None, ".a-@docomo.ne.jp"),
        ("quotes that are needed", b"<\"a b\"@example.jp>", None, "\"a b\"@example.jp"),
    ]);
}

#[test]
fn raw_names_do_not_hide_the_address() {
    let cases: [(&str, &[u8]); 4] = [
        ("utf-8", b"\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa\xe9\x83\x8e"),
        ("jis", b"\x1b$B;3ED\x1b(B \x1b$BB@O:\x1b(B"),
        ("sjis", b"\x8eR\x93c \x91\xbe\x98Y"),
        ("euc", b"\xbb\xb3\xc5\xc4 \xc2\xc0\xcf\xba"),
    ];
    for (name, raw) in cases {
        let shown = Some("山田 太郎");
        check(&[
            (name, &[raw, b" <a@b.example>"].concat(), shown, "a@b.example"),
            (name, &[b"\"", raw, b"\" <a@b.example>"].concat(), shown, "a@b.example"),
            (name, &[raw, b"<a@b.example>"].concat(), shown, "a@b.example"),
            (name, &[b"a@b.example (", raw, b")"].concat(), shown, "a@b.example"),
        ]);
    }
    check(&[
        ("no reset before the address", b"\x1b$B;3ED <a@b.example>", Some("山田"), "a@b.example"),
        ("no reset, quoted", b"\"\x1b$B;3ED\" <a@b.example>", Some("山田"), "a@b.example"),
        (
            "brackets among the bytes of JIS",
            b"\x1b$B$\"$$$&!JAmL3!K\x1b(B <a@b.example>",
            Some("あいう（総務）"),
            "a@b.example",
        ),
    ]);
}

#[test]
fn short_raw_values_share_a_charset() {
    let cases: [(&str, &[u8], &[u8], &str); 3] = [
        ("Shift_JIS", b"\xd4\xcf\xc0\xde", b"\x8f\xc6\x89\xef\x82\xcc\x8c\x8f", "ﾔﾏﾀﾞ"),
        ("EUC-JP", b"\x8e\xd4\x8e\xcf\x8e\xc0\x8e\xde", b"\xbe\xc8\xb2\xf1\xa4\xce\xb7\xef", "ﾔﾏﾀﾞ"),
        ("EUC-JP that is UTF-8 by chance", b"\xc9\xbd", b"\xbe\xc8\xb2\xf1\xa4\xce\xb7\xef", "表"),
    ];
    for (name, from, subject, shown) in cases {
        let read = mail(&[b"From: ", from, b" <a@b.example>\r\nSubject: ", subject].concat(), b"x");
        assert_eq!(read.from.and_then(|from| from.name).as_deref(), Some(shown), "{name}");
        assert_eq!(read.subject, "照会の件", "{name}");
    }
}

#[test]
fn encoded_names() {
    check(&[
        (
            "quoted",
            b"\"=?iso-2022-jp?B?GyRCOzNFRBsoQiAbJEJCQE86GyhC?=\" <a@b.example>",
            Some("山田 太郎"),
            "a@b.example",
        ),
        ("glued", b"=?utf-8?B?5bGx55Sw?=<a@b.example>", Some("山田"), "a@b.example"),
        (
            "two words",
            b"=?utf-8?Q?=E5=B1=B1=E7=94=B0?=\r\n =?utf-8?Q?=E5=A4=AA=E9=83=8E?= <a@b.example>",
            Some("山田太郎"),
            "a@b.example",
        ),
        (
            "a comma and an address inside",
            b"=?utf-8?B?5bGx55SwLCA8eEB5Pg==?= <a@b.example>",
            Some("山田, <x@y>"),
            "a@b.example",
        ),
        ("all of it", b"=?utf-8?B?5bGx55SwIDxhQGIuZXhhbXBsZT4=?=", Some("山田"), "a@b.example"),
        ("in a comment", b"a@b.example (=?utf-8?B?5bGx55Sw?=)", Some("山田"), "a@b.example"),
        (
            "a line break inside",
            b"=?utf-8?Q?a=0D=0ABcc:_c@d?= <a@b.example>",
            Some("a  Bcc: c@d"),
            "a@b.example",
        ),
    ]);
}

#[test]
fn broken_addresses() {
    check(&[
        ("an unclosed bracket", "山田 <a@b.example".as_bytes(), Some("山田"), "a@b.example"),
        ("an unclosed quote", "\"山田 <a@b.example>".as_bytes(), Some("山田"), "a@b.example"),
        ("an unquoted comma", "山田, 太郎 <a@b.example>".as_bytes(), Some("山田, 太郎"), "a@b.example"),
        ("an @ in the name", b"yamada@home <a@b.example>", Some("yamada@home"), "a@b.example"),
        ("the address as name", b"'a@b.example' <a@b.example>", None, "a@b.example"),
        ("doubled brackets", b"<<a@b.example>>", None, "a@b.example"),
        ("mailto", b"<mailto:a@b.example>", None, "a@b.example"),
        ("a domain with its last dot", b"<a@b.example.>", None, "a@b.example"),
        ("a route", b"<@x.example,@y.example:a@b.example>", None, "a@b.example"),
        ("blanks", b"a @ b.example", None, "a@b.example"),
        ("a group", b"Undisclosed: a@b.example;", None, "a@b.example"),
        ("a colon in the name", "総務課:山田 <a@b.example>".as_bytes(), Some("総務課:山田"), "a@b.example"),
        (
            "escaped quotes",
            "\"山田 \\\"太郎\\\"\" <a@b.example>".as_bytes(),
            Some("山田 \"太郎\""),
            "a@b.example",
        ),
        ("a comment behind", "山田(総務)<a@b.example>".as_bytes(), Some("山田"), "a@b.example"),
    ]);
}

#[test]
fn lists_of_addresses() {
    let read = mail(
        "From: a@b.example\r\nTo: 山田 <c@d.example>, \"e, f\" <e@f.example>;g@h.example\r\nCc: undisclosed-recipients:;\r\nReply-To: i@j.example".as_bytes(),
        b"x",
    );
    let addresses =
        |list: &[crate::mail::Mailbox]| list.iter().map(|m| m.address.clone()).collect::<Vec<_>>();
    assert_eq!(addresses(&read.to), ["c@d.example", "e@f.example", "g@h.example"]);
    assert!(read.cc.is_empty());
    assert_eq!(addresses(&read.reply_to), ["i@j.example"]);
}

#[test]
fn a_mail_without_a_sender_says_so() {
    for from in ["", "<>", "山田", "a@", "@b"] {
        let read = mail(format!("From: {from}\r\nSubject: s").as_bytes(), b"x");
        assert_eq!(read.from, None, "{from}");
        assert!(super::codes(&read).contains(&"no_sender"), "{from}");
    }
}
