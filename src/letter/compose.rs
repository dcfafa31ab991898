//! Composes a letter to the bytes of a mail. The caller gives date and Message-ID, so that composing the same letter
//! again gives the same bytes.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, FixedOffset};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MaybeString, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use crate::mail::Attachment;

#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("{0:?} is not an address that mail can be sent to")]
    Address(String),
    #[error("cannot compose the letter: {0}")]
    Message(#[from] lettre::error::Error),
}

impl ComposeError {
    /// What failed, for the log: without the address, which is personal data.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "the sender's address cannot be written in an envelope",
            Self::Message(_) => "the letter cannot be composed",
        }
    }
}

/// The parts of a mail. Header values are one line of text without control characters.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// Name and address.
    pub from: (&'a str, &'a str),
    pub to: &'a str,
    /// Addresses in the Cc field.
    pub cc: &'a [String],
    /// The envelope's recipient where it is not `to`: one of `cc`.
    pub recipient: Option<&'a str>,
    pub subject: &'a str,
    /// Text with `\n` line ends.
    pub body: &'a str,
    /// The same text as HTML.
    pub html: Option<&'a str>,
    pub files: &'a [Attachment],
    /// In the desk's time zone: mail programs quote it as it is written.
    pub date: DateTime<FixedOffset>,
    /// Without angle brackets, as all Message-IDs here.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    /// Message-IDs of the thread, oldest first.
    pub references: Vec<&'a str>,
    /// The value of `Auto-Submitted` (RFC 3834, 5); `None` for what a person wrote.
    pub auto_submitted: Option<&'static str>,
}

/// Envelope and bytes, ready for the outbox.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub sender: String,
    /// Quoted where RFC 5321, 4.1.2 requires it, with A-labels.
    pub recipient: String,
    /// The whole message.
    pub bytes: Vec<u8>,
}

/// # Errors
/// When the sender's or the recipient's address cannot be written in an envelope.
pub fn compose(letter: &Letter<'_>) -> Result<Envelope, ComposeError> {
    let (from_name, from_address) = letter.from;
    let (sender, to) = (address(from_address)?, address(letter.to)?);
    let recipient = letter.recipient.map_or_else(|| Ok(to.clone()), address)?;
    let envelope = lettre::address::Envelope::new(Some(sender.clone()), vec![recipient.clone()])?;
    // Without an explicit envelope, lettre parses the header fields again, and cannot parse the quoted addresses that it
    // writes itself.
    let mut builder = Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(Some(from_name.to_owned()), sender.clone()))
        .to(Mailbox::new(None, to))
        .subject(letter.subject)
        .date(letter.date.into())
        .message_id(Some(format!("<{}>", letter.message_id)));
    for copy in letter.cc {
        builder = builder.cc(Mailbox::new(None, address(copy)?));
    }
    if let Some(id) = letter.in_reply_to {
        builder = builder.in_reply_to(format!("<{id}>"));
    }
    if !letter.references.is_empty() {
        let ids: Vec<String> = letter.references.iter().map(|id| format!("<{id}>")).collect();
        builder = builder.references(ids.join(" "));
    }
    if let Some(value) = letter.auto_submitted {
        for (name, value) in [
            ("Auto-Submitted", value),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Madoguchi-Loop", &with_ascii_domain(from_address)),
        ] {
            builder =
                builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
        }
    }
    let body = text(letter.body);
    let mut message = match (letter.html, letter.files) {
        (None, []) => builder.header(ContentType::TEXT_PLAIN).body(body)?,
        (Some(html), []) => {
            let html = SinglePart::html(text(html));
            builder.multipart(
                MultiPart::alternative()
                    .boundary(boundary(letter, "a"))
                    .singlepart(SinglePart::plain(body))
                    .singlepart(html),
            )?
        }
        (_, files) => {
            let mixed =
                MultiPart::mixed().boundary(boundary(letter, "m")).singlepart(SinglePart::plain(body));
            builder.multipart(files.iter().fold(mixed, |mixed, file| mixed.singlepart(part(file))))?
        }
    };
    let headers = message.headers_mut();
    // lettre writes every date in UTC.
    headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str("Date"), letter.date.to_rfc2822()));
    if looks_encoded(letter.subject) {
        headers.insert_raw(encoded("Subject", letter.subject, ""));
    }
    if looks_encoded(from_name) {
        headers.insert_raw(encoded("From", from_name, &format!("\r\n <{sender}>")));
    }
    Ok(Envelope { sender: sender.to_string(), recipient: recipient.to_string(), bytes: message.formatted() })
}

/// Whether a text may hold an encoded word (RFC 2047, 2). lettre would write it as it is, and the reader's program would
/// show what it stands for: other words, or a line break.
fn looks_encoded(text: &str) -> bool {
    text.contains("=?")
}

/// A header whose text is encoded as a whole, so that a reader's program shows exactly this text.
fn encoded(name: &'static str, text: &str, rest: &str) -> HeaderValue {
    /// Bytes in a word, so that a line has at most 76 characters (RFC 2047, 2).
    const BYTES: usize = 39;
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= BYTES => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let words: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?b?{}?=", BASE64_STANDARD.encode(word))).collect();
    let value = words.join("\r\n ") + rest;
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), text.to_owned(), value)
}

/// A text with CRLF line ends (RFC 5322, 2.3). Text that is not ASCII is passed as bytes, which lettre encodes in base64;
/// it would choose base64 for nearly all Japanese strings, too, but only after a second search for line ends.
fn text(text: &str) -> MaybeString {
    let text = text.replace('\n', "\r\n");
    if text.is_ascii() { text.into() } else { text.into_bytes().into() }
}

/// A MIME boundary that depends on the Message-ID alone, so that composing again gives the same bytes.
fn boundary(letter: &Letter<'_>, kind: &str) -> String {
    let local = letter.message_id.split('@').next().unwrap_or_default();
    let kept: String = local.chars().filter(char::is_ascii_alphanumeric).rev().take(40).collect();
    format!("{kind}={kept}")
}

fn part(file: &Attachment) -> SinglePart {
    let kind = ContentType::parse(&file.media_type)
        .ok()
        .filter(|_| !file.media_type.starts_with("multipart/") && !file.media_type.starts_with("message/"));
    let octets = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    lettre::message::Attachment::new(file.name.clone()).body(file.bytes.clone(), kind.unwrap_or_else(octets))
}

/// An address for the envelope and the header. Japanese carriers have issued local parts such as `a..b` and `a.` that are no
/// dot-atom; RFC 5321, 4.1.2 allows them as quoted strings. A character that could end a line or an SMTP path is refused.
#[must_use]
pub fn envelope_address(text: &str) -> Option<Address> {
    // A longer path is in no mail server (RFC 5321, 4.5.3.1).
    const LONGEST: usize = 64 + 1 + 255;
    let text = with_ascii_domain(text);
    if text.len() > LONGEST {
        return None;
    }
    let (local, domain) = text.rsplit_once('@')?;
    if let Ok(address) = Address::new(local, domain) {
        return Some(address);
    }
    // Checks the domain alone.
    Address::new("x", domain).ok()?;
    let bare = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(local);
    let plain = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\'));
    plain.then(|| Address::new_dangerous(format!("\"{bare}\""), domain))
}

/// An address as the outbox has it; as written if it cannot be sent to.
#[must_use]
pub fn as_in_envelope(text: &str) -> String {
    envelope_address(text).map_or_else(|| text.to_owned(), |address| address.to_string())
}

/// An address with the A-labels of its domain (RFC 5890, 2.3.2.1): servers without SMTPUTF8 know no others.
#[must_use]
pub fn with_ascii_domain(text: &str) -> Cow<'_, str> {
    match text.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => idna::domain_to_ascii(domain)
            .map_or(Cow::Borrowed(text), |domain| Cow::Owned(format!("{local}@{domain}"))),
        _ => Cow::Borrowed(text),
    }
}

fn address(text: &str) -> Result<Address, ComposeError> {
    envelope_address(text).ok_or_else(|| ComposeError::Address(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail;

    #[test]
    fn a_text_that_looks_encoded_is_read_as_it_is() {
        let long = format!("{} =?utf-8?q?=0D=0ABcc:_x@example.jp?= 終", "長い件名".repeat(30));
        for text in [
            "[ZT-2025-0001] =?utf-8?B?DQpCY2M6IHhAZXhhbXBsZS5qcA==?=",
            "=?utf-8?Q?=0D=0A?=",
            "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= と続く",
            "照会 =?utf-8?b?DQo=?==?utf-8?b?DQo=?=",
            "=?utf-8?b?DQo=",
            "半端な =? のある件名",
            long.as_str(),
            "ふつうの件名",
        ] {
            let envelope = compose(&Letter {
                from: (text, "desk@example.jp"),
                to: "sato@example.jp",
                cc: &[],
                recipient: None,
                subject: text,
                body: "本文",
                html: None,
                files: &[],
                date: "2025-07-01T10:00:00+09:00".parse().unwrap(),
                message_id: "x@example.jp",
                in_reply_to: None,
                references: vec![],
                auto_submitted: None,
            })
            .unwrap();
            let written = String::from_utf8(envelope.bytes.clone()).unwrap();
            let (head, _) = written.split_once("\r\n\r\n").unwrap();
            assert!(head.lines().all(|line| line.len() <= 76), "{head}");
            let read = mail::read(&envelope.bytes);
            let from = read.from.unwrap();
            assert_eq!((read.subject.as_str(), from.address.as_str()), (text, "desk@example.jp"));
            assert_eq!(from.name.as_deref(), Some(text));
            let other = decoded_subject(head);
            assert_eq!(other, text, "as RFC 2047 has it, with one decoding");
        }
    }

    /// The subject as a reader without the mends of `mail` decodes it: every word once.
    fn decoded_subject(head: &str) -> String {
        let unfolded = head.replace("\r\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
        let mut text = String::new();
        let mut before = "";
        for word in line.split(' ') {
            let payload = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
            let decoded = payload.map(|payload| String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()));
            let is_encoded = |word: &str| word.starts_with("=?utf-8?b?");
            if !(before.is_empty() || is_encoded(before) && is_encoded(word)) {
                text.push(' ');
            }
            text.push_str(&decoded.map_or_else(|| word.to_owned(), Result::unwrap));
            before = word;
        }
        text
    }
}
