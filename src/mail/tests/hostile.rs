//! Strangers' bytes: reading never panics, and nothing decoded can break out of its place.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};
use proptest::prelude::*;

use crate::mail::{self, InboundMail};

/// No line break, NUL, other control character or bidi override.
fn is_clean(text: &str) -> bool {
    let bidi = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    !text.chars().any(|c| c.is_control() || bidi(c))
}

fn check(mail: &InboundMail) {
    assert!(is_clean(&mail.subject), "{:?}", mail.subject);
    for mailbox in mail.from.iter().chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc) {
        assert!(is_clean(&mailbox.address) && mailbox.name.as_deref().is_none_or(is_clean), "{mailbox:?}");
    }
    for attachment in &mail.attachments {
        assert!(
            is_clean(&attachment.name) && !attachment.name.contains(['/', '\\']),
            "{:?}",
            attachment.name
        );
        assert!(attachment.name.chars().count() <= 120, "{:?}", attachment.name);
    }
    for header in &mail.headers {
        assert!(is_clean(&header.value), "{header:?}");
    }
    assert!(!mail.text.contains('\r') && !mail.text.contains('\0'), "{:?}", mail.text);
}

/// Pieces that mail is made of, so that random messages reach past the first header.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "From: ",
        "Subject: ",
        "To: ",
        "Content-Type: ",
        "multipart/mixed; boundary=x",
        "text/plain; charset=",
        "iso-2022-jp",
        "text/html",
        "message/rfc822",
        "message/delivery-status",
        "multipart/report; report-type=delivery-status; boundary=x",
        "Content-Transfer-Encoding: ",
        "base64",
        "quoted-printable",
        "Content-Disposition: attachment; filename",
        "*0*=utf-8''",
        "*1=",
        "=?utf-8?B?",
        "=?iso-2022-jp?Q?",
        "?=",
        "\x1b$B",
        "\x1b(B",
        "\x1b(I",
        "\r\n",
        "\n",
        "\n\n",
        "\n--x\n",
        "--x--",
        "<",
        ">",
        "<div>",
        "&#x202e;",
        "&nbsp",
        "<!--",
        "(",
        "\"",
        "\\",
        "@",
        ";",
        ":",
        "=0A",
        "=",
        "%0d%0a",
        "44GC",
        "\u{202e}",
        "あ",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
        1 => "[ -~]{0,12}".prop_map(String::into_bytes),
    ]
}

fn charset() -> impl Strategy<Value = &'static Encoding> {
    prop::sample::select(vec![UTF_8, ISO_2022_JP, SHIFT_JIS, EUC_JP])
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&mail::read(&bytes));
    }

    #[test]
    fn any_pieces_of_mail_are_read(pieces in prop::collection::vec(piece(), 0..60)) {
        check(&mail::read(&pieces.concat()));
    }

    #[test]
    fn japanese_text_is_read_back_from_every_charset(
        subject in "[ぁ-んァ-ヶ一-龠]{1,30}",
        text in "[ぁ-んァ-ヶ亜-腕0-9A-Za-z、。（）]{1,60}",
        charset in charset(),
        transfer in 0..3,
    ) {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let (subject_bytes, _, subject_lost) = charset.encode(&subject);
        let (text_bytes, _, text_lost) = charset.encode(&text);
        prop_assume!(!subject_lost && !text_lost);
        let (encoding, body) = match transfer {
            0 => ("8bit", text_bytes.to_vec()),
            1 => ("base64", BASE64_STANDARD.encode(&text_bytes).into_bytes()),
            _ => ("quoted-printable", text_bytes.iter().flat_map(|b| format!("={b:02X}").into_bytes()).collect()),
        };
        let name = charset.name();
        let head = format!(
            "From: a@example.jp\r\nSubject: =?{name}?B?{}?=\r\nContent-Type: text/plain; charset={name}\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n",
            BASE64_STANDARD.encode(&subject_bytes)
        );
        let mail = mail::read(&[head.as_bytes(), &body].concat());
        prop_assert_eq!(mail.subject, subject);
        prop_assert_eq!(mail.text, text);
    }
}
