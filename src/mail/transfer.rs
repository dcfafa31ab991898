//! Decodes transfer encodings (RFC 2045, 6), even if unpadded, followed by a list footer, or declared but not applied.
//! Returns bytes; `charset` decodes them to text.

use std::borrow::Cow;

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};

use super::{field::cut_line, uuencode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Encoding {
    /// Parses Content-Transfer-Encoding. Tolerant, because its spelling varies in real mail.
    pub fn from_label(label: &str) -> Self {
        let label = label.trim().to_ascii_lowercase();
        if label.contains("base64") || label.contains("base-64") || label == "b" {
            Self::Base64
        } else if label.contains("quoted") || label == "q" {
            Self::QuotedPrintable
        } else if label.contains("uue") {
            Self::Uuencode
        } else {
            Self::Identity
        }
    }
}

#[derive(Debug)]
pub(super) struct Content<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// Plain text that a mailing list server added after the base64.
    pub footer: &'a [u8],
    /// The body was not in the declared encoding, so `bytes` is the raw body.
    pub wrong: bool,
}

impl<'a> Content<'a> {
    fn plain(bytes: impl Into<Cow<'a, [u8]>>, wrong: bool) -> Self {
        Self { bytes: bytes.into(), footer: b"", wrong }
    }
}

/// Decodes `encoding`. A body that is not in this encoding is returned unchanged.
pub(super) fn decode(body: &[u8], encoding: Encoding) -> Content<'_> {
    match encoding {
        Encoding::Identity => Content::plain(body, false),
        Encoding::Base64 => base64_body(body),
        // Raw escape sequences mean unencoded ISO-2022-JP, where `=` may be half of a kanji.
        Encoding::QuotedPrintable if body.windows(2).any(|w| w == b"\x1b$") => Content::plain(body, true),
        Encoding::QuotedPrintable => Content::plain(quoted_printable(body), false),
        Encoding::Uuencode => match uuencode::decode(body) {
            Some(bytes) => Content::plain(bytes, false),
            None => Content::plain(body, true),
        },
    }
}

/// In bytes. A line of this length is base64; a shorter one may be a word of a footer.
const LONG_LINE: usize = 40;

/// Fast path for nearly all base64: each line consists of whole groups of four digits.
fn base64_lines(body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        STANDARD.decode_vec(line, &mut bytes)?;
        rest = after;
    }
    Ok(bytes)
}

fn base64_body(body: &[u8]) -> Content<'_> {
    if let Ok(bytes) = base64_lines(body) {
        return Content::plain(bytes, false);
    }
    let mut decoder = Base64::with_capacity(body.len() / 4 * 3);
    let mut offset = 0;
    let mut bad = None;
    for line in body.split_inclusive(|&b| b == b'\n') {
        let text = line.trim_ascii();
        let may_follow = bad.is_none() || text.len() >= LONG_LINE;
        if !text.is_empty() {
            if may_follow && decoder.line(text) {
                bad = None;
            } else if bad.is_none() && padded(text).is_some_and(|end| decoder.line(&text[..end])) {
                // A gateway wrote its words behind the padding.
                let words = text[padded(text).unwrap_or_default()..].trim_ascii_start();
                bad = Some(offset + line.trim_ascii_end().len() - words.len());
            } else {
                bad = bad.or(Some(offset));
            }
        }
        offset += line.len();
    }
    let bytes = decoder.finish();
    if bytes.is_empty() && bad.is_some() {
        return Content::plain(body, true);
    }
    Content { bytes: bytes.into(), footer: bad.map_or(b"", |at| &body[at..]), wrong: false }
}

/// The length of a line up to its padding, if that is whole base64. A short word before `=` is none: `TEL=`.
fn padded(line: &[u8]) -> Option<usize> {
    let digits = line.iter().position(|&b| b == b'=')?;
    let end = digits + line[digits..].iter().take_while(|&&b| b == b'=').count();
    (end >= 8 && end.is_multiple_of(4) && end - digits <= 2).then_some(end)
}

const INVALID: u8 = 0xff;

static BASE64: [u8; 256] = {
    let mut table = [INVALID; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut i = 0;
    while i < 64 {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table
};

#[derive(Clone, Copy, Default)]
struct Group {
    bits: u32,
    count: u8,
    /// Padding has closed the group.
    ended: bool,
}

struct Base64 {
    out: Vec<u8>,
    group: Group,
}

impl Base64 {
    fn with_capacity(capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), group: Group::default() }
    }

    /// Decodes a line. If it is not base64, returns false and changes nothing.
    fn line(&mut self, line: &[u8]) -> bool {
        let (mark, before) = (self.out.len(), self.group);
        // After padding, only more padding or a second complete encoding may follow (gateways append one to the other).
        let fits = !self.group.ended || line.len().is_multiple_of(4) || line.iter().all(|&b| b == b'=');
        self.group.ended = false;
        if fits && line.iter().all(|&b| self.push(b)) {
            return true;
        }
        self.out.truncate(mark);
        self.group = before;
        false
    }

    fn push(&mut self, b: u8) -> bool {
        if b == b'=' {
            self.flush();
            self.group.ended = true;
            return true;
        }
        let value = BASE64[usize::from(b)];
        if value == INVALID || self.group.ended {
            return false;
        }
        self.group.bits = self.group.bits << 6 | u32::from(value);
        self.group.count += 1;
        if self.group.count == 4 {
            let [_, a, b, c] = self.group.bits.to_be_bytes();
            self.out.extend_from_slice(&[a, b, c]);
            self.group.count = 0;
        }
        true
    }

    fn flush(&mut self) {
        match self.group.count {
            2 => self.out.push((self.group.bits >> 4) as u8),
            3 => self.out.extend_from_slice(&[(self.group.bits >> 10) as u8, (self.group.bits >> 2) as u8]),
            _ => {}
        }
        self.group.count = 0;
    }

    fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }
}

/// Decodes base64 without line structure. Skips bytes that are not base64.
pub(super) fn base64_chunk(text: &[u8], out: &mut Vec<u8>) {
    let mut decoder = Base64::with_capacity(text.len() / 4 * 3 + 3);
    for &b in text {
        if b != b'=' {
            decoder.group.ended = false;
        }
        decoder.push(b);
    }
    out.extend_from_slice(&decoder.finish());
}

/// Whether the text ends at a byte boundary: it is padded, or has no bits left over if the padding is missing.
pub(super) fn is_whole_base64(text: &[u8]) -> bool {
    let data = text.iter().filter(|&&b| BASE64[usize::from(b)] != INVALID).count();
    let last = text.last().map_or(0, |&b| BASE64[usize::from(b)]);
    text.ends_with(b"=")
        || match data % 4 {
            0 => true,
            2 => last & 0x0f == 0,
            3 => last & 0x03 == 0,
            _ => false,
        }
}

/// Decodes quoted-printable. Invalid escapes stay as they are (RFC 2045, 6.7 (2) and the note on robustness).
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&b| b == b'\n') {
        let text = line.trim_ascii_end();
        let soft = text.last() == Some(&b'=');
        let (kept, end) = if soft { (&text[..text.len() - 1], &b""[..]) } else { (text, line_end(line)) };
        unescape(kept, b'_', &mut out);
        out.extend_from_slice(end);
    }
    out
}

fn line_end(line: &[u8]) -> &[u8] {
    if line.ends_with(b"\r\n") {
        b"\r\n"
    } else if line.ends_with(b"\n") {
        b"\n"
    } else {
        b""
    }
}

/// Decodes the Q encoding of encoded-words (RFC 2047, 4.2), where an underscore is a space.
pub(super) fn q(payload: &[u8], out: &mut Vec<u8>) {
    unescape(payload, b' ', out);
}

fn unescape(text: &[u8], underscore: u8, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&b, after)) = rest.split_first() {
        rest = after;
        match (b, after) {
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            (b'_', _) => out.push(underscore),
            _ => out.push(b),
        }
    }
}

/// The value of a hexadecimal digit; 0 for any other byte.
pub(super) fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}
