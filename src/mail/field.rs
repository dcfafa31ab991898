//! Cuts a header block into fields and makes their raw bytes Unicode, whatever charset they were left in.
//! Does not interpret values: addresses are `address`, parameters `param`, encoded-words `encoded_word`.

use std::borrow::Cow;

use memchr::memchr;

use super::{charset, clean, encoded_word};

/// Real mail has some 20 to 100 fields; the bound keeps memory small for a header block of nothing but colons.
const MAX_FIELDS: usize = 2_000;

/// One raw header field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub name: &'a str,
    pub value: Raw<'a>,
}

/// A value as it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    /// Still folded.
    pub bytes: &'a [u8],
    /// What all raw 8-bit values of the mail together seem to be written in.
    pub charset: Charset,
}

/// A guess that costs no memory.
pub(super) type Charset = Option<&'static str>;

/// The fields of one header block, in order.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(pub Vec<Field<'a>>);

impl<'a> Fields<'a> {
    /// The raw value of the topmost field of that name.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }

    /// The raw values of all fields of that name.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Raw<'a>> {
        self.0.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }
}

impl Fields<'_> {
    /// Finds out which charset raw 8-bit values share; `inherited` is what those of the mail around share.
    pub fn share_charset(&mut self, inherited: Charset) -> Charset {
        let raw = |value: &Raw<'_>| !value.bytes.is_ascii() && !value.bytes.contains(&0x1b);
        let values: Vec<_> = self.0.iter().map(|f| f.value).filter(raw).map(|value| value.bytes).collect();
        if values.is_empty() {
            return inherited;
        }
        let charset = inherited.or_else(|| charset::common(&values.join(&b'\n')));
        self.0.iter_mut().for_each(|field| field.value.charset = charset);
        charset
    }
}

/// Splits an entity into its header fields and its body.
///
/// Lines that are no field and no continuation are what broken software left of a folded value when another field
/// follows, and the beginning of the body otherwise.
pub(super) fn split(entity: &[u8]) -> (Fields<'_>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = entity;
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        if line.iter().all(u8::is_ascii_whitespace) {
            return (Fields(fields), after);
        }
        let Some(name_len) = field_name(line) else {
            return (Fields(fields), rest);
        };
        let (bytes, after) = cut_value(rest, name_len + 1);
        if let (Ok(name), true) = (std::str::from_utf8(&rest[..name_len]), fields.len() < MAX_FIELDS) {
            fields.push(Field { name: name.trim_end(), value: Raw { bytes, charset: None } });
        }
        rest = after;
    }
    (Fields(fields), rest)
}

/// The raw value from `start`, with its continuation lines, and what follows.
fn cut_value(bytes: &[u8], start: usize) -> (&[u8], &[u8]) {
    let mut end = start + cut_line(&bytes[start..]).0.len();
    let mut next = next_line(bytes, end);
    while next < bytes.len() {
        let (line, _) = cut_line(&bytes[next..]);
        let line_end = next + line.len();
        let blank = line.iter().all(u8::is_ascii_whitespace);
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        // A line of blanks within a folded value is a fold; the same line before nothing or before text ends the header.
        let continues = if blank {
            folded && line.len() > 1 && matches!(bytes.get(next_line(bytes, line_end)), Some(b' ' | b'\t'))
        } else {
            folded || (field_name(line).is_none() && starts_field(&bytes[next_line(bytes, line_end)..]))
        };
        if !continues {
            break;
        }
        end = line_end;
        next = next_line(bytes, end);
    }
    (&bytes[start..end], &bytes[next..])
}

fn starts_field(bytes: &[u8]) -> bool {
    field_name(cut_line(bytes).0).is_some()
}

/// The length of the field name, if the line begins with one (RFC 5322, 2.2; blanks before the colon as in 4.5.8).
fn field_name(line: &[u8]) -> Option<usize> {
    let colon = line.iter().take(100).position(|&b| b == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| matches!(b, 33..=126))).then_some(colon)
}

/// A line without its end, and what follows.
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

/// A raw value as Unicode: unfolded, its charset found, encoded-words still encoded.
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

/// Takes the line breaks out; the blanks after one become a single space.
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

/// An unstructured value (RFC 5322, 2.2.1) as one clean line.
pub(super) fn text(raw: Raw<'_>) -> (String, Vec<charset::Guess>) {
    let (value, guess) = to_unicode(raw);
    let mut guesses: Vec<_> = guess.into_iter().collect();
    let value = encoded_word::decode(&value, &mut guesses);
    (clean::one_line(&value), guesses)
}
