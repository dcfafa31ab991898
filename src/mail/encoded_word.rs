//! Decodes encoded-words (RFC 2047, RFC 2231), even if split inside a character, unpadded, or without spaces around.
//! The input is Unicode text: `field` has already decoded the raw 8-bit bytes around the words.

use std::{borrow::Cow, ops::Range};

use super::{charset, transfer};

struct Word<'a> {
    charset: &'a str,
    base64: bool,
    payload: &'a str,
    /// Bytes in the text, from `=?` through `?=`.
    len: usize,
}

/// The bytes of adjacent words of one charset. Decoded together, because senders split words inside a character.
#[derive(Default)]
struct Run {
    charset: String,
    bytes: Vec<u8>,
    /// Base64 text of words that were split inside a group of four digits.
    pending: String,
}

/// Decodes all encoded-words in `text`. Removes whitespace between two of them (RFC 2047, 6.2).
///
/// Adds uncertain charsets to `guesses`.
pub(super) fn decode<'a>(text: &'a str, guesses: &mut Vec<charset::Guess>) -> Cow<'a, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut run: Option<Run> = None;
    let mut rest = text;
    // After the last `?=` we do not search for another: a search for every `=?` would take quadratic time.
    let last_end = text.rfind("?=").unwrap_or(0);
    while let Some(at) = rest.find("=?") {
        let offset = text.len() - rest.len() + at;
        let word = if offset < last_end { parse(&rest[at..]) } else { parse_cut(&rest[at..]) };
        let Some(word) = word else {
            flush(&mut out, run.take(), guesses);
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        let between = &rest[..at];
        if !(run.is_some() && between.trim_ascii().is_empty()) {
            flush(&mut out, run.take(), guesses);
            out.push_str(between);
        }
        if run.as_ref().is_some_and(|r| !r.charset.eq_ignore_ascii_case(word.charset)) {
            flush(&mut out, run.take(), guesses);
        }
        let run = run.get_or_insert_with(|| Run { charset: word.charset.to_owned(), ..Run::default() });
        add(run, &word);
        rest = &rest[at + word.len..];
    }
    flush(&mut out, run, guesses);
    out.push_str(rest);
    Cow::Owned(out)
}

/// The places of the encoded-words whose specials are certainly not those of an address list: `=?utf-8?Q?a@b,_c?=`.
///
/// A word with a blank inside may be two words of which the first has no end, so it must not contain an address.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let last_end = text.rfind("?=").unwrap_or(0);
    let mut from = 0;
    while let Some(at) = text[from..].find("=?").map(|at| from + at).filter(|&at| at < last_end) {
        let word = parse(&text[at..]).filter(|word| {
            let whole = &text[at..at + word.len];
            whole.ends_with("?=") && !(whole.contains(' ') && whole.contains(['<', '>', '"']))
        });
        from = at + word.as_ref().map_or(2, |word| word.len);
        found.extend(word.map(|_| at..from));
    }
    found
}

fn add(run: &mut Run, word: &Word<'_>) {
    if !word.base64 {
        decode_pending(run);
        transfer::q(word.payload.as_bytes(), &mut run.bytes);
        return;
    }
    run.pending.extend(word.payload.chars().filter(|c| !c.is_ascii_whitespace()));
    if transfer::is_whole_base64(run.pending.as_bytes()) {
        decode_pending(run);
    }
}

fn decode_pending(run: &mut Run) {
    transfer::base64_chunk(std::mem::take(&mut run.pending).as_bytes(), &mut run.bytes);
}

fn flush(out: &mut String, run: Option<Run>, guesses: &mut Vec<charset::Guess>) {
    let Some(mut run) = run else { return };
    decode_pending(&mut run);
    let decoded = charset::decode(Some(&run.charset), &run.bytes);
    guesses.extend(decoded.guess());
    out.push_str(&decoded.text);
}

/// Parses `=?charset*language?B|Q?payload?=` at the start of `text`.
fn parse(text: &str) -> Option<Word<'_>> {
    let (charset, base64, start) = head(text)?;
    let payload = &text[start..];
    // A word without `?=` ends where the next one begins.
    let stop = payload.as_bytes().windows(3).position(|w| w == b" =?" || w.starts_with(b"?="));
    let end = match stop {
        Some(at) if payload.as_bytes()[at] == b' ' => {
            return Some(Word {
                charset,
                base64,
                payload: payload[..at].trim_end_matches('?'),
                len: start + at,
            });
        }
        _ if base64 => payload.find("?=")?,
        _ => q_end(payload)?,
    };
    Some(Word { charset, base64, payload: &payload[..end], len: start + end + 2 })
}

/// Parses an encoded-word at the end of a truncated header, without its `?=`.
fn parse_cut(text: &str) -> Option<Word<'_>> {
    let (charset, base64, start) = head(text)?;
    let payload = text[start..].trim_end_matches('?');
    let whole = payload.bytes().all(|b| b.is_ascii_graphic() && b != b'?');
    whole.then_some(Word { charset, base64, payload, len: text.len() })
}

/// Returns the charset, whether the payload is base64, and the offset of the payload.
fn head(text: &str) -> Option<(&str, bool, usize)> {
    let after = text.strip_prefix("=?")?;
    let charset_len = after.bytes().take(80).position(|b| b == b'?')?;
    let charset = &after[..charset_len];
    if !charset.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>@,;()[]".contains(&b)) {
        return None;
    }
    let base64 = match after.as_bytes().get(charset_len + 1..charset_len + 3)? {
        b"B?" | b"b?" => true,
        b"Q?" | b"q?" => false,
        _ => return None,
    };
    let charset = charset.split_once('*').map_or(charset, |(name, _)| name);
    Some((charset, base64, 2 + charset_len + 3))
}

/// Returns the length of a Q payload.
///
/// A raw `?` of ISO-2022-JP before an escaped byte looks like the end but is not: `$?=1B(B?=`.
fn q_end(payload: &str) -> Option<usize> {
    let first = payload.find("?=")?;
    let mut at = first;
    while payload.as_bytes().get(at + 2..at + 4).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
        let Some(next) = payload[at + 2..].find("?=") else {
            return Some(first);
        };
        if payload[at + 2..at + 2 + next].contains("=?") {
            return Some(first);
        }
        at += 2 + next;
    }
    Some(at)
}
