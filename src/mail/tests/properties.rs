//! Properties that hold for any bytes, and for any Japanese text in any encoding.

use base64::{Engine, engine::general_purpose::STANDARD};
use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8};
use proptest::prelude::*;

use super::super::{InboundMail, bounce::Bounce, read};

fn is_one_clean_line(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// All strings of a mail that may get into a header, a log line or a file name.
fn lines(mail: &InboundMail) -> Vec<&str> {
    let mut all = vec![mail.subject.as_str()];
    all.extend(mail.headers.iter().flat_map(|h| [h.name.as_str(), h.value.as_str()]));
    let mailboxes = mail.from.iter().chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc);
    all.extend(mailboxes.flat_map(|m| [Some(m.address.as_str()), m.name.as_deref()]).flatten());
    all.extend(mail.attachments.iter().flat_map(|a| [a.name.as_str(), a.media_type.as_str()]));
    all.extend(mail.message_id.iter().chain(&mail.in_reply_to).chain(&mail.references).map(String::as_str));
    all.extend(mail.warnings.iter().map(|w| w.detail.as_str()));
    all.extend(mail.unreadable.as_deref());
    if let Some(Bounce { recipient, status, diagnostic, original_message_id, .. }) = &mail.bounce {
        all.extend(
            [recipient, status, diagnostic, original_message_id].into_iter().flatten().map(String::as_str),
        );
    }
    all
}

/// Bytes that resemble mail: tokens of the grammar in any order, with arbitrary bytes between them.
fn mail_like() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&[u8]> = vec![
        b"From: ",
        b"To: ",
        b"Subject: ",
        b"Content-Type: ",
        b"multipart/mixed; boundary=b",
        b"multipart/alternative; boundary=b",
        b"text/plain; charset=",
        b"text/html; charset=",
        b"message/rfc822",
        b"message/delivery-status",
        b"multipart/report; boundary=b",
        b"iso-2022-jp",
        b"shift_jis",
        b"utf-8",
        b"utf-7",
        b"utf-16",
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"\n\n",
        b"\r",
        b"--b\r\n",
        b"--b--\r\n",
        b"=?utf-8?B?",
        b"=?iso-2022-jp?Q?",
        b"?=",
        b"=0D=0A",
        b"=00",
        b"=E2=80=AE",
        b"DQo=",
        b"4oCu",
        b"\x1b$B",
        b"\x1b(B",
        b"\x1b(I",
        b"\x0e",
        b"Content-Disposition: attachment; filename*0*=utf-8''",
        b"; filename*1=",
        b"%0d%0a",
        b"%E2%80%AE",
        b"name=",
        b"\"",
        b"<",
        b">",
        b"@",
        b"a@b.jp",
        b"(",
        b")",
        b",",
        b";",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Final-Recipient: rfc822; ",
        b"Status: 5.1.1",
        b"Action: failed",
        b"Message-ID: ",
        b"References: ",
        b"<pre>",
        b"<table>",
        b"<style>",
        b"\xe2\x80\xae",
        b"\xc2\x85",
        b"\x82\xa0",
        b"\xa4\xa2",
        b"\xe3\x81\x82",
        b"\0",
        b"\x07",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
        1 => "[ -~]{0,12}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

/// Sentences of characters that all four charsets contain.
fn japanese() -> impl Strategy<Value = String> {
    let letters: Vec<char> = "あいうえおかがきぎのはばぱをんアイウソテドポー山田太郎照会拠点整備表能予十構、。・「」（）ＡＺ０９　abcXYZ019 :,.?=_<>()\"\\"
        .chars()
        .collect();
    let text = proptest::collection::vec(proptest::sample::select(letters), 1..80);
    text.prop_map(|letters| format!("照会です{}。", letters.into_iter().collect::<String>()))
}

fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let escaped: Vec<String> = bytes.iter().map(|b| format!("={b:02X}")).collect();
    escaped.chunks(25).map(<[String]>::concat).collect::<Vec<_>>().join("=\r\n").into_bytes()
}

fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    STANDARD.encode(bytes).as_bytes().chunks(76).collect::<Vec<_>>().join(&b"\r\n"[..])
}

fn encodings() -> impl Strategy<Value = &'static encoding_rs::Encoding> {
    proptest::sample::select(vec![UTF_8, SHIFT_JIS, EUC_JP, ISO_2022_JP])
}

proptest! {
    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let mail = read(&raw);
        prop_assert!(lines(&mail).into_iter().all(is_one_clean_line));
    }

    #[test]
    fn no_value_breaks_a_header_a_log_or_a_file_name(raw in mail_like()) {
        let mail = read(&raw);
        for line in lines(&mail) {
            prop_assert!(is_one_clean_line(line), "{line:?}");
        }
        prop_assert!(mail.text.chars().all(|c| matches!(c, '\n' | '\t') || is_one_clean_line(&c.to_string())), "{:?}", mail.text);
        for attachment in &mail.attachments {
            prop_assert!(!attachment.name.contains(['/', '\\']) && (1..=120).contains(&attachment.name.chars().count()));
        }
    }

    #[test]
    fn a_body_is_read_back(text in japanese(), encoding in encodings(), transfer in 0..3) {
        let bytes = encoding.encode(&text).0;
        let (transfer, body) = match transfer {
            0 => ("8bit", bytes.to_vec()),
            1 => ("base64", base64_lines(&bytes)),
            _ => ("quoted-printable", quoted_printable(&bytes)),
        };
        let head = format!("From: a@b.jp\r\nContent-Type: text/plain; charset={}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n", encoding.name());
        let mail = read(&[head.as_bytes(), &body].concat());
        prop_assert_eq!(mail.text, text.trim_end());
        prop_assert_eq!(mail.warnings, vec![]);
    }

    #[test]
    fn a_subject_is_read_back_wherever_it_was_cut(text in japanese(), encoding in encodings(), q: bool, size in 3_usize..45) {
        let bytes = encoding.encode(&text).0;
        let words: Vec<String> = bytes
            .chunks(size)
            .map(|piece| {
                let (kind, payload) = if q {
                    ('Q', piece.iter().map(|b| format!("={b:02X}")).collect())
                } else {
                    ('B', STANDARD.encode(piece))
                };
                format!("=?{}?{kind}?{payload}?=", encoding.name())
            })
            .collect();
        let mail = read(format!("From: a@b.jp\r\nSubject: {}\r\n\r\nx", words.join("\r\n ")).as_bytes());
        prop_assert_eq!(mail.subject, text.trim());
    }

    #[test]
    fn a_file_name_is_read_back_wherever_it_was_cut(text in "[あ-ん漢字表能ソa-z0-9]{1,40}", encoding in encodings(), size in 3_usize..30) {
        let name = format!("{text}.xlsx");
        let bytes = encoding.encode(&name).0;
        let pieces: Vec<String> = bytes
            .chunks(size)
            .enumerate()
            .map(|(i, piece)| {
                let charset = if i == 0 { format!("{}''", encoding.name()) } else { String::new() };
                let octets: String = piece.iter().map(|b| format!("%{b:02X}")).collect();
                format!("filename*{i}*={charset}{octets}")
            })
            .collect();
        let raw = format!(
            "From: a@b.jp\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment;\r\n {}\r\n\r\nabc\r\n--b--\r\n",
            pieces.join(";\r\n ")
        );
        let mail = read(raw.as_bytes());
        prop_assert_eq!(mail.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), vec![name.as_str()]);
    }
}
