//! Splits a header block into fields and decodes their raw bytes from any charset to Unicode.
//! `address`, `param` and `encoded_word` interpret the values.

use std::borrow::Cow;

use memchr::memchr;

use super::{charset, clean, encoded_word};

/// Real mail has 20 to 100 fields. Limits memory for a header block that consists only of colons.
const MAX_FIELDS: usize = 2_000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub name: &'a str,
    pub value: Raw<'a>,
}

/// A raw field value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    /// Still folded.
    pub bytes: &'a [u8],
    /// The charset guessed from all raw 8-bit values of the mail together.
    pub charset: Charset,
}

/// A guessed charset. A static name, so that every field can hold one without allocation.
pub(super) type Charset = Option<&'static str>;

/// The fields of one header block, in order.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(pub Vec<Field<'a>>);

impl<'a> Fields<'a> {
    /// The raw value of the topmost field with this name.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }

    /// The raw values of all fields with this name.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Raw<'a>> {
        self.0.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }
}

impl Fields<'_> {
    /// Detects the charset that the raw 8-bit values share.
    ///
    /// `inherited` is the charset of the enclosing part or message and takes precedence; `declared` is that of the body.
    pub fn share_charset(
        &mut self,
        inherited: Charset,
        declared: impl FnOnce() -> Option<String>,
    ) -> Charset {
        let raw = |value: &Raw<'_>| !value.bytes.is_ascii() && !value.bytes.contains(&0x1b);
        let values: Vec<_> = self.0.iter().map(|f| f.value).filter(raw).map(|value| value.bytes).collect();
        if values.is_empty() {
            return inherited;
        }
        let charset = inherited.or_else(|| charset::common(declared().as_deref(), &values.join(&b'\n')));
        self.0.iter_mut().for_each(|field| field.value.charset = charset);
        charset
    }
}

/// Splits an entity into its header fields and its body.
///
/// Lines may be neither a field nor a continuation. If another field follows, they belong to the value before them:
/// broken software folded the value without indentation. Otherwise the body begins there.
pub(super) fn split(entity: &[u8]) -> (Fields<'_>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = entity;
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        if is_blank(line) {
            return (Fields(fields), after);
        }
        let Some(name_len) = field_name(line) else {
            return (Fields(fields), rest);
        };
        let mut kept = None;
        if let (Ok(name), true) = (std::str::from_utf8(&rest[..name_len]), fields.len() < MAX_FIELDS) {
            kept = Some(fields.len());
            fields.push(Field { name: name.trim_end(), value: Raw { bytes: b"", charset: None } });
        }
        let (bytes, after) = cut_value(rest, name_len + 1, &fields);
        if let Some(field) = kept.and_then(|at| fields.get_mut(at)) {
            field.value.bytes = bytes;
        }
        rest = after;
    }
    (Fields(fields), rest)
}

/// Returns the raw value from `start` with its continuation lines, and the remaining bytes. `before` are the fields
/// up to this one.
fn cut_value<'a>(bytes: &'a [u8], start: usize, before: &[Field<'_>]) -> (&'a [u8], &'a [u8]) {
    let mut end = start + cut_line(&bytes[start..]).0.len();
    let mut next = next_line(bytes, end);
    while next < bytes.len() {
        let (line, after) = cut_line(&bytes[next..]);
        let indented = matches!(line.first(), Some(b' ' | b'\t'));
        let line_end = next + line.len();
        end = if is_blank(line) {
            // A line of blanks is a fold (RFC 5322, 4.2), unless the body follows.
            let folds = matches!(after.first(), Some(b' ' | b'\t')) || continues_header(after, before);
            if !(indented && folds) {
                break;
            }
            line_end
        } else if indented {
            line_end
        } else if field_name(line).is_some() {
            break;
        } else if let Some(unfolded) = unfolded(&bytes[next..], before) {
            next + unfolded
        } else {
            break;
        };
        next = next_line(bytes, end);
    }
    (&bytes[start..end], &bytes[next..])
}

/// The length of the unindented lines that belong to the value above them, because a field follows. Behind one such line
/// any field may follow; behind several only one that continues this header, because a body may contain `TEL: 03-…`.
fn unfolded(bytes: &[u8], before: &[Field<'_>]) -> Option<usize> {
    /// A DKIM signature with a long key fills some 20 lines.
    const MAX_LINES: usize = 40;
    let (first, mut rest) = cut_line(bytes);
    if field_name(cut_line(rest).0).is_some() {
        return Some(first.len());
    }
    for _ in 1..MAX_LINES {
        let (line, after) = cut_line(rest);
        if is_blank(line) {
            return None;
        }
        let end = bytes.len() - rest.len() + line.len();
        rest = after;
        if field_name(cut_line(rest).0).is_some() {
            return continues_header(rest, before).then_some(end);
        }
    }
    None
}

/// Whether a field follows that mail headers have and that is not among the fields `before` it, or that may be repeated.
fn continues_header(bytes: &[u8], before: &[Field<'_>]) -> bool {
    const ONCE: [&str; 27] = [
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Content-Language",
        "Content-ID",
        "Content-Description",
        "User-Agent",
        "Bcc",
        "Importance",
        "Priority",
        "Organization",
        "Precedence",
        "Auto-Submitted",
        "Disposition-Notification-To",
        "Errors-To",
        "Feedback-ID",
    ];
    const REPEATED: [&str; 10] = [
        "X-",
        "ARC-",
        "List-",
        "Resent-",
        "Thread-",
        "Received",
        "Return-Path",
        "Delivered-To",
        "DKIM-Signature",
        "Authentication-Results",
    ];
    let (line, _) = cut_line(bytes);
    let Some(name) = field_name(line).and_then(|end| std::str::from_utf8(line[..end].trim_ascii_end()).ok())
    else {
        return false;
    };
    let begins =
        |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    REPEATED.iter().any(begins)
        || (ONCE.iter().any(|once| once.eq_ignore_ascii_case(name))
            && !before.iter().any(|field| field.name.eq_ignore_ascii_case(name)))
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The offset of the colon if the line begins with a field name (RFC 5322, 2.2; whitespace before the colon: 4.5.8).
fn field_name(line: &[u8]) -> Option<usize> {
    let colon = line.iter().take(100).position(|&b| b == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| matches!(b, 33..=126))).then_some(colon)
}

/// Returns the first line without its line break, and the remaining bytes.
pub(super) fn cut_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = &bytes[..end];
    (line.strip_suffix(b"\r").unwrap_or(line), bytes.get(end + 1..).unwrap_or_default())
}

/// The offset of the line after the one whose text ends at `end`.
fn next_line(bytes: &[u8], end: usize) -> usize {
    let rest = &bytes[end..];
    end + if rest.starts_with(b"\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// Unfolds a raw value and decodes its charset. Encoded-words stay encoded.
pub(super) fn to_unicode(raw: Raw<'_>) -> (Cow<'_, str>, Option<charset::Guess>) {
    let Raw { bytes: raw, charset } = raw;
    if raw.iter().all(|b| matches!(b, 0x20..=0x7e | b'\t')) {
        return (String::from_utf8_lossy(raw.trim_ascii()), None);
    }
    let unfolded = unfold(raw);
    let mut decoded = charset::decode(charset, unfolded.trim_ascii());
    decoded.guessed |= !decoded.text.is_ascii();
    let guess = decoded.guess();
    (Cow::Owned(decoded.text), guess)
}

/// Replaces each line break, with the whitespace around it, by a single space.
fn unfold(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut folded = false;
    for &b in raw {
        match b {
            b'\r' | b'\n' => {
                while matches!(out.last(), Some(b' ' | b'\t')) {
                    out.pop();
                }
                folded = true;
            }
            b' ' | b'\t' if folded => {}
            _ => {
                if folded && !out.is_empty() {
                    out.push(b' ');
                }
                folded = false;
                out.push(b);
            }
        }
    }
    out
}

/// Decodes an unstructured value (RFC 5322, 2.2.1) to one line without control characters.
pub(super) fn text(raw: Raw<'_>) -> (String, Vec<charset::Guess>) {
    let (value, guess) = to_unicode(raw);
    let mut guesses: Vec<_> = guess.into_iter().collect();
    let value = encoded_word::decode(&value, &mut guesses);
    (clean::one_line(&value), guesses)
}

/// As [`text`], for values in which encoded-words mean nothing.
pub(super) fn undecoded_text(raw: Raw<'_>) -> (String, Vec<charset::Guess>) {
    let (value, guess) = to_unicode(raw);
    (clean::one_line(&value), guess.into_iter().collect())
}
