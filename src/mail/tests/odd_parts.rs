//! Parts that break a rule or need opening: types, roots, transfer encodings, signed and Outlook's containers.

use super::{codes, mail};

const UTF8: &str = "Content-Type: text/plain; charset=utf-8";

/// Name, header lines, body, expected text.
fn check(cases: &[(&str, &str, &str, &str)]) {
    for (name, header, body, text) in cases {
        let read = mail(header.as_bytes(), body.as_bytes());
        assert_eq!(read.text, *text, "{name}: {:?}", read.attachments);
        assert_eq!(read.unreadable, None, "{name}");
    }
}

#[test]
fn a_content_type_that_cannot_be_read_is_text_or_a_multipart() {
    let parts = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n照会\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>照会</p>\r\n--b--\r\n";
    let html = "<html><body>照会<br>内容</body></html>";
    check(&[
        ("multipart/*", "Content-Type: multipart/*; boundary=b", parts, "照会"),
        ("quoted", "Content-Type: \"multipart/mixed\"; boundary=b", parts, "照会"),
        ("only a boundary", "Content-Type: boundary=b", parts, "照会"),
        ("multipart alone", "Content-Type: multipart; boundary=\"b\"", parts, "照会"),
        ("a word, with the boundary", "Content-Type: mixed; boundary=b", parts, "照会"),
        ("a word, the boundary in the body only", "Content-Type: alternative", parts, "照会"),
        ("a boundary that never occurs", "Content-Type: mixed; boundary=c", "照会", "照会"),
        ("three words", "Content-Type: text/plain/flowed", "照会", "照会"),
        ("a number", "Content-Type: 8bit", "照会", "照会"),
        ("a charset", "Content-Type: utf-8", "照会", "照会"),
        ("HTML", "Content-Type: HTML", html, "照会\n内容"),
        ("brackets", "Content-Type: <text/html>", html, "照会\n内容"),
        ("an address", "Content-Type: a@b/c", "照会", "照会"),
    ]);
    let koi8 = mail(b"Content-Type: koi8-r", b"\xf7\xcf\xd0\xd2\xcf\xd3");
    assert_eq!(koi8.text, "Вопрос", "a charset where the type should be");
    let named = mail(b"Content-Type: pdf; name=a.pdf\r\nContent-Disposition: attachment", b"%PDF");
    assert_eq!(
        (named.text.as_str(), named.attachments[0].name.as_str()),
        ("", "a.pdf"),
        "a file stays a file"
    );
}

#[test]
fn the_root_of_a_related_is_the_part_that_people_read() {
    let image = "Content-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\n\r\nPNG";
    let text = "Content-Type: text/plain; charset=utf-8\r\nContent-ID: <text>\r\n\r\n照会";
    let other = "Content-Type: text/html; charset=utf-8\r\nContent-ID: <other>\r\n\r\n<p>別</p>";
    for (name, parameters, parts, expected) in [
        ("the image first", "", [image, text], "照会"),
        ("the image last", "", [text, image], "照会"),
        ("named by start", "; start=\"<text>\"", [other, text], "照会"),
        ("named without brackets", "; start=text", [other, text], "照会"),
        ("start names nothing", "; start=\"<none>\"", [image, text], "照会"),
    ] {
        let body = parts.map(|part| format!("--b\r\n{part}\r\n")).concat();
        let read = mail(
            format!("Content-Type: multipart/related; boundary=b{parameters}").as_bytes(),
            body.as_bytes(),
        );
        assert_eq!((read.text.as_str(), read.attachments.len()), (expected, 1), "{name}");
    }
}

#[test]
fn a_second_text_in_an_alternative_is_kept() {
    let long = "お世話になっております。緑川です。";
    for (name, parts, expected) in [
        ("two plain texts", vec![("plain", long), ("plain", "追伸")], format!("{long}\n追伸")),
        ("the same twice", vec![("plain", long), ("plain", long)], long.to_owned()),
        ("a piece of the first", vec![("plain", long), ("plain", "緑川です")], long.to_owned()),
        ("HTML between", vec![("plain", long), ("html", long), ("plain", "追伸")], format!("{long}\n追伸")),
        ("two HTML texts", vec![("html", long), ("html", "追伸")], format!("{long}\n\n追伸")),
        ("a stub", vec![("plain", "HTMLです"), ("html", long)], long.to_owned()),
    ] {
        let part = |(kind, text): &(&str, &str)| {
            format!("--b\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n")
        };
        let body: String = parts.iter().map(part).collect();
        check(&[(name, "Content-Type: multipart/alternative; boundary=b", &body, &expected)]);
    }
}

#[test]
fn words_behind_the_padding_are_text() {
    let base64 = format!("{UTF8}\r\nContent-Transfer-Encoding: base64");
    check(&[
        ("a blank between", &base64, "54Wn5LyaeA== checked", "照会x\nchecked"),
        ("nothing between", &base64, "54Wn5LyaeA==(checked)", "照会x\n(checked)"),
        ("on a later line", &base64, "54Wn\r\n5LyaeA== checked\r\nby us\r\n", "照会x\nchecked\nby us"),
        ("a value is no base64", &base64, "TEL=03-0000-1301", "TEL=03-0000-1301"),
    ]);
}

#[test]
fn uuencoded_files_in_a_text_are_attachments() {
    let file = "begin 644 besshi.csv\r\n&YX6GY+R:\r\n`\r\nend\r\n";
    for (name, body, text, files) in [
        ("one", format!("照会\r\n\r\n{file}"), "照会", vec!["besshi.csv"]),
        (
            "two, text between",
            format!("照会\r\n{file}続き\r\n{file}"),
            "照会\n続き",
            vec!["besshi.csv", "besshi.csv"],
        ),
        (
            "base64",
            "照会\r\nbegin-base64 644 a.csv\r\n54Wn5Lya\r\n====\r\n続き".to_owned(),
            "照会\n続き",
            vec!["a.csv"],
        ),
        ("a name with blanks", file.replace("besshi.csv", "別紙 1.csv"), "", vec!["別紙 1.csv"]),
        ("without an end", "照会\r\nbegin 644 a\r\n&YX6GY+R:\r\n`\r\n".to_owned(), "照会", vec!["a"]),
        ("a sentence", "begin 644 a\r\nand so on\r\n".to_owned(), "begin 644 a\nand so on", vec![]),
        ("in a line", format!("to {file}"), "to begin 644 besshi.csv\n&YX6GY+R:\n`\nend", vec![]),
    ] {
        let read = mail(UTF8.as_bytes(), body.as_bytes());
        assert_eq!(read.text, text, "{name}");
        assert_eq!(read.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), files, "{name}");
        assert!(read.attachments.iter().all(|a| a.bytes == "照会".as_bytes()), "{name}");
    }
}

#[test]
fn a_body_that_may_be_in_an_unnamed_part_is_reported() {
    for (name, header, body, reported) in [
        ("alone", "Content-Type: application/x-unknown", "x", true),
        ("an image", "Content-Type: image/jpeg", "x", true),
        (
            "beside an empty text",
            "Content-Type: multipart/mixed; boundary=b",
            "--b\r\n\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--",
            true,
        ),
        ("a named one", "Content-Type: application/pdf; name=a.pdf", "x", false),
        (
            "beside a text",
            "Content-Type: multipart/mixed; boundary=b",
            "--b\r\n\r\nx\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--",
            false,
        ),
    ] {
        assert_eq!(
            codes(&mail(header.as_bytes(), body.as_bytes())).contains(&"body_missing"),
            reported,
            "{name}"
        );
    }
}

#[test]
fn mails_under_a_note_are_read() {
    let inner = "From: Midori <midori@city.example>\r\nSubject: =?utf-8?B?54Wn5Lya?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n内側";
    for (name, header) in [
        ("forwarded", "Content-Type: message/rfc822"),
        ("a file", "Content-Type: application/octet-stream; name=\"a.EML\""),
        ("without a type", "Content-Disposition: attachment; filename=a.eml"),
    ] {
        let body =
            format!("--b\r\n{UTF8}\r\n\r\n転送します。\r\n--b\r\n{header}\r\n\r\n{inner}\r\n--b--\r\n");
        let read = mail(b"Content-Type: multipart/mixed; boundary=b", body.as_bytes());
        assert_eq!(read.text, "転送します。", "{name}");
        let [attached] = &read.attached[..] else { panic!("{name}: {:?}", read.attached) };
        assert_eq!(attached.from.as_deref(), Some("midori@city.example"), "{name}");
        assert_eq!((attached.subject.as_str(), attached.text.as_str()), ("照会", "内側"), "{name}");
    }
}

/// One value of BER: definite length, or indefinite if `indefinite`.
fn ber(tag: u8, content: &[u8], indefinite: bool) -> Vec<u8> {
    if indefinite {
        return [&[tag, 0x80], content, &[0, 0]].concat();
    }
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

/// Signed data around a content; `None` if it is detached. The pieces are those of a constructed octet string.
fn signed(pieces: Option<&[&[u8]]>, indefinite: bool) -> Vec<u8> {
    let oid = |last: u8| vec![6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last];
    let content = pieces.map(|pieces| {
        let strings = pieces.iter().map(|piece| ber(4, piece, false)).collect::<Vec<_>>().concat();
        let string = if indefinite { ber(0x24, &strings, true) } else { strings };
        ber(0xa0, &string, indefinite)
    });
    let encapsulated = ber(0x30, &[oid(1), content.unwrap_or_default()].concat(), indefinite);
    let body = [&[2, 1, 1][..], &ber(0x31, &[], false), &encapsulated, &ber(0x31, &[], false)].concat();
    ber(0x30, &[oid(2), ber(0xa0, &ber(0x30, &body, indefinite), indefinite)].concat(), indefinite)
}

#[test]
fn opaque_signatures_are_opened() {
    let message = format!("{UTF8}\r\n\r\n照会").into_bytes();
    let (first, rest) = message.split_at(7);
    let parts = b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nabc\r\n--c\r\nContent-Type: text/csv; name=a.csv\r\n\r\nx\r\n--c--";
    let cases = [
        ("definite length", signed(Some(&[&message]), false), "照会", 0),
        ("indefinite length", signed(Some(&[&message]), true), "照会", 0),
        ("in pieces", signed(Some(&[first, rest]), true), "照会", 0),
        ("with a file", signed(Some(&[parts]), false), "abc", 1),
        ("certificates cut off", signed(Some(&[&message]), true)[..message.len() + 60].to_vec(), "照会", 0),
        (
            "twice",
            signed(
                Some(&[&[
                    b"Content-Type: application/pkcs7-mime\r\n\r\n",
                    &signed(Some(&[&message]), false)[..],
                ]
                .concat()]),
                false,
            ),
            "照会",
            0,
        ),
    ];
    for (name, data, text, files) in cases {
        for header in
            ["application/pkcs7-mime; smime-type=signed-data", "application/octet-stream; name=smime.p7m"]
        {
            let read = mail(format!("Content-Type: {header}").as_bytes(), &data);
            assert_eq!((read.text.as_str(), read.attachments.len()), (text, files), "{name}: {header}");
            assert_eq!(read.unreadable, None, "{name}: {header}");
        }
    }
    let mut encrypted = signed(Some(&[&message]), false);
    encrypted[14] = 3;
    for (name, data) in
        [("detached", signed(None, false)), ("encrypted", encrypted), ("damaged", b"0\x80".to_vec())]
    {
        let read = mail(b"Content-Type: application/pkcs7-mime", &data);
        assert!(read.text.is_empty() && read.unreadable.is_some(), "{name}");
    }
}

/// An attribute of TNEF.
fn attribute(id: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    [&[1][..], &id.to_le_bytes(), &[0, 0], &length, data, &[0, 0]].concat()
}

/// A property of variable length, padded to four bytes.
fn property(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_le_bytes();
    let pad = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&kind.to_le_bytes()[..], &id.to_le_bytes(), &[1, 0, 0, 0], &length, value, &pad].concat()
}

fn properties(all: &[Vec<u8>]) -> Vec<u8> {
    [&u32::try_from(all.len()).unwrap().to_le_bytes()[..], &all.concat()].concat()
}

fn winmail(attributes: &[Vec<u8>]) -> Vec<u8> {
    [&[0x78, 0x9f, 0x3e, 0x22, 1, 0][..], &attributes.concat()].concat()
}

#[test]
fn winmail_dat_is_opened() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let codepage = attribute(0x9007, &[0xa4, 3, 0, 0, 0, 0, 0, 0]);
    let file = [
        attribute(0x9002, &[0; 14]),
        attribute(0x8010, b"\x95\xca\x8e\x86.csv\0"),
        attribute(0x800f, b"1,2"),
    ]
    .concat();
    let long_name = attribute(
        0x9005,
        &properties(&[
            [&[3, 0, 5, 0x37, 1, 0, 0, 0][..]].concat(),
            [
                &[0x1f, 0, 0, 0x80][..],
                &[0; 16],
                &[1, 0, 0, 0, 6, 0, 0, 0],
                &utf16("abc"),
                &[0, 0],
                &[1, 0, 0, 0, 2, 0, 0, 0, 65, 0, 0, 0],
            ]
            .concat(),
            property(0x1f, 0x3707, &utf16("長い名前の別紙.csv\0")),
        ]),
    );
    let rtf = attribute(0x9003, &properties(&[property(0x102, 0x1009, b"LZFu")]));
    let body = attribute(0x800c, b"\x8f\xc6\x89\xef\0");
    let unicode = attribute(0x9003, &properties(&[property(0x1f, 0x1000, &utf16("照会\0"))]));
    let html = attribute(0x9003, &properties(&[property(0x102, 0x1013, b"<p>\x8f\xc6\x89\xef</p>")]));
    let cases: [(&str, Vec<u8>, &str, &[&str]); 7] = [
        ("text and file", winmail(&[codepage.clone(), body.clone(), file.clone()]), "照会", &["別紙.csv"]),
        (
            "a long name",
            winmail(&[codepage.clone(), body.clone(), file.clone(), long_name]),
            "照会",
            &["長い名前の別紙.csv"],
        ),
        ("the text as a property", winmail(&[codepage.clone(), unicode]), "照会", &[]),
        ("HTML", winmail(&[codepage.clone(), html]), "照会", &[]),
        ("plain text beside RTF", winmail(&[codepage.clone(), body.clone(), rtf.clone()]), "照会", &[]),
        (
            "files beside RTF",
            winmail(&[codepage.clone(), rtf, file.clone()]),
            "",
            &["別紙.csv", "winmail.dat"],
        ),
        ("cut off", winmail(&[codepage, body, file.clone(), file])[..105].to_vec(), "照会", &["別紙.csv"]),
    ];
    for (name, data, text, files) in cases {
        let read = mail(b"Content-Type: application/ms-tnef", &data);
        assert_eq!(read.text, text, "{name}");
        assert_eq!(read.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), files, "{name}");
        assert_eq!(read.unreadable.is_some(), text.is_empty(), "{name}");
        let parts = [
            b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/ms-tnef\r\n\r\n",
            &data[..],
            b"\r\n--b--",
        ]
        .concat();
        assert_eq!(
            mail(b"Content-Type: multipart/mixed; boundary=b", &parts).text,
            "hello",
            "{name}: beside a text"
        );
    }
}
