//! Lines of IMAP servers that the parser of `async_imap` cannot read or panics at, and what it reads instead.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::{memchr, memmem};

/// What a line is that begins a response.
pub(super) enum Kind {
    /// OK, NO, BAD, BYE or PREAUTH, tagged or not. `text` is the offset of what follows.
    Status {
        refusal: bool,
        text: usize,
    },
    Continuation,
    Data,
}

pub(super) fn kind(line: &[u8]) -> Kind {
    if line.first() == Some(&b'+') {
        return Kind::Continuation;
    }
    let Some(tag) = memchr(b' ', line) else { return Kind::Data };
    let word = line[tag + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let text = tag + 1 + word;
    let is = |status: &[&str]| {
        status.iter().any(|status| line[tag + 1..text].eq_ignore_ascii_case(status.as_bytes()))
    };
    let refusal = is(&["NO", "BAD", "BYE"]);
    if refusal || is(&["OK", "PREAUTH"]) { Kind::Status { refusal, text } } else { Kind::Data }
}

/// The text of a status as one line to print.
pub(super) fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split(|c: char| c.is_whitespace() || c.is_control()).fold(
        String::new(),
        |mut all, word| {
            if !(all.is_empty() || word.is_empty()) {
                all.push(' ');
            }
            all + word
        },
    )
}

/// With a blank in front of the response code, and between it and the text: the parser cuts off one byte there, which panics
/// within a character.
pub(super) fn spaced(mut line: Vec<u8>, text: usize) -> Vec<u8> {
    if line.get(text) == Some(&b'\t') {
        line[text] = b' ';
    }
    if line[text..].starts_with(b" [")
        && let Some(end) = memchr(b']', &line[text..])
        && !matches!(line.get(text + end + 1), Some(b' ' | b'\r'))
    {
        line.insert(text + end + 1, b' ');
    }
    line
}

/// Without a text that is not base64: AUTHENTICATE takes any text of a continuation for a challenge.
pub(super) fn continuation(line: &[u8]) -> &[u8] {
    let text = line[1..].trim_ascii();
    if text.is_empty() || STANDARD.decode(text).is_err() { b"+ \r\n" } else { line }
}

/// The size of the literal that follows a line, `{12}` or `{12+}`.
pub(super) fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}\r\n")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, size) = line.split_at(line.len() - digits);
    before.ends_with(b"{").then_some(())?;
    str::from_utf8(size).ok()?.parse().ok()
}

/// Ends a line with a literal's size as the parser reads it, in place of `~{12}` (RFC 3516) or `{12+}` (RFC 7888).
pub(super) fn announce(line: &mut Vec<u8>, size: usize) {
    line.truncate(line.iter().rposition(|byte| *byte == b'{').unwrap_or(line.len()));
    line.pop_if(|byte| *byte == b'~');
    line.extend(format!("{{{size}}}\r\n").bytes());
}

/// Whether the desk needs this data, so that an error is better than to go on without it.
pub(super) fn is_needed(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ').skip(1);
    let first = words.next().unwrap_or_default();
    let word = if first.iter().all(u8::is_ascii_digit) { words.next().unwrap_or_default() } else { first };
    ["FETCH", "SEARCH"].iter().any(|needed| word.trim_ascii().eq_ignore_ascii_case(needed.as_bytes()))
}

/// A line of data as the parser expects it: single blanks, a date for INTERNALDATE, IMAP4rev1 among the capabilities.
pub(super) fn mended(mut line: Vec<u8>) -> Vec<u8> {
    if memmem::find(&line, b"  ").is_some() {
        line = with_single_blanks(&line);
    }
    if line.get(..12).is_some_and(|start| start.eq_ignore_ascii_case(b"* CAPABILITY")) {
        return capabilities(&line[12..]);
    }
    const DATE: &[u8] = b"INTERNALDATE NIL";
    if let Some(at) = line.windows(DATE.len()).position(|part| part.eq_ignore_ascii_case(DATE)) {
        // The parser panics at NIL. An empty string is no date either.
        line.splice(at + DATE.len() - 3..at + DATE.len(), *b"\"\"");
    }
    line
}

fn with_single_blanks(line: &[u8]) -> Vec<u8> {
    let (mut mended, mut quoted, mut escaped) = (Vec::with_capacity(line.len()), false, false);
    for &byte in line {
        if byte == b' ' && !quoted && mended.last() == Some(&b' ') {
            continue;
        }
        quoted ^= byte == b'"' && !escaped;
        escaped = quoted && byte == b'\\' && !escaped;
        mended.push(byte);
    }
    mended
}

fn capabilities(listed: &[u8]) -> Vec<u8> {
    let is_atom = |byte: &u8| byte.is_ascii_graphic() && !br#"(){%*"\]"#.contains(byte);
    let mut line = b"* CAPABILITY IMAP4rev1".to_vec();
    for word in listed.split(u8::is_ascii_whitespace) {
        if !word.is_empty() && word.iter().all(is_atom) && !word.eq_ignore_ascii_case(b"IMAP4rev1") {
            line.push(b' ');
            line.extend(word);
        }
    }
    line.extend(b"\r\n");
    line
}
