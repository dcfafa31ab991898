//! Whether a mail names one sender, and names the same one to every reader. Programs that check senders may read a
//! malformed From otherwise than we do, and so vouch for somebody else.

use std::sync::LazyLock;

use mail_parser::{Address, HeaderName, MessageParser};

static SECOND_READER: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().header_address(HeaderName::From).default_header_ignore());

/// Whether `mail_parser` finds one From field in these raw header fields, with this one address and no group.
pub(super) fn reads_same(head: &[u8], sender: &str) -> bool {
    let Some(message) = SECOND_READER.parse_headers(head) else { return false };
    let mut found = message.header_values(HeaderName::From);
    let (Some(value), None) = (found.next(), found.next()) else { return false };
    match value.as_address() {
        Some(Address::List(list)) => match list.as_slice() {
            [only] => only.address.as_ref().is_some_and(|address| address.eq_ignore_ascii_case(sender)),
            _ => false,
        },
        Some(Address::Group(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sender_is_clear_if_two_readers_find_the_same_one_address() {
        for (head, clear) in [
            ("From: sato@example.jp", true),
            ("From: <sato@example.jp>", true),
            ("from: =?ISO-2022-JP?B?GyRCOjRGIxsoQg==?= <Sato@example.jp>", true),
            ("From: \"佐藤, 花子\" <sato@example.jp>", true),
            ("From: 佐藤 花子 <sato@example.jp>", true),
            ("From: 佐藤 花子\r\n <sato@example.jp> (事務局)", true),
            ("From: \"a@b.example\" <sato@example.jp>", true),
            ("From: sato@example.jp\r\nFrom: sato@example.jp", false),
            ("From: sato@example.jp\r\nX: y\r\nFrom : evil@x.example", false),
            ("From: sato@example.jp, evil@x.example", false),
            ("From: evil@x.example, sato@example.jp", false),
            ("From: sato@example.jp, <evil@x.example>", false),
            ("From: staff: sato@example.jp;", false),
            ("From: staff: sato@example.jp, evil@x.example;", false),
            ("From: <sato@example.jp> <evil@x.example>", false),
            ("From: <evil@x.example>, <sato@example.jp", false),
            ("From: =?utf-8?q?sato=40example=2Ejp?=", false),
            ("From: =?utf-8?q?sato=40example=2Ejp?=, evil@x.example", false),
            ("From: sato@example.jp;evil@x.example", false),
            ("From: (comment", false),
            ("From:", false),
            ("Sender: sato@example.jp", false),
        ] {
            let mail = crate::mail::read(format!("{head}\r\nTo: a@b.example\r\n\r\nx\r\n").as_bytes());
            assert_eq!(mail.sender_is_clear(), clear, "{head}: {:?}", mail.from);
        }
    }
}
