//! Removes characters that must not reach a header, a log or a terminal, and composes the decomposed kana of macOS.
//! Keeps compatibility ideographs, because full NFC would change names such as 神 (U+FA19).

use unicode_normalization::char::compose;

/// For headers, subjects and names: one line, no control characters, no bidi overrides, trimmed.
#[must_use]
pub(super) fn one_line(text: &str) -> String {
    if text.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return text.trim().to_owned();
    }
    let kept = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200b}' => None,
        c if is_harmful(c) => None,
        c => Some(c),
    });
    composed(kept, text.len()).trim().to_owned()
}

/// For bodies: keeps `\n` and tabs, removes other control characters and bidi overrides.
///
/// Also removes blank lines at the start and the end.
#[must_use]
pub(super) fn body(text: String) -> String {
    let unix = unix_lines(text);
    let mut text = if is_plain(unix.as_bytes()) { unix } else { cleaned(&unix) };
    text.truncate(text.trim_end().len());
    let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len());
    // Keep the indentation of the first line.
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    text.drain(..start);
    text
}

/// Converts CR LF to LF; a lone CR stays.
fn unix_lines(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memchr_iter(b'\r', text.as_bytes()) {
        if text.as_bytes().get(at + 1) == Some(&b'\n') {
            out.push_str(&text[from..at]);
            from = at + 1;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Bytes that may belong to a harmful character or a combining mark. Nearly all mail needs no cleaning.
static SUSPECT_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] =
            matches!(b, 0..=8 | 11..=31 | 0x7f | 0x99 | 0x9a | 0xc2 | 0xcc | 0xcd | 0xd8 | 0xe2 | 0xef);
        b += 1;
    }
    table
};

/// Fast check on the bytes: whether nothing in the text needs cleaning.
fn is_plain(text: &[u8]) -> bool {
    let needs_cleaning = |at: usize| match (&text[..at], &text[at..]) {
        ([.., 0xe3, 0x82], [0x99 | 0x9a, ..]) => true,
        (_, [0x99 | 0x9a, ..]) => false,
        (_, [0xc2, next, ..]) => *next < 0xa0,
        (_, [0xd8, next, ..]) => *next == 0x9c,
        (_, [0xe2, next, ..]) => matches!(next, 0x80 | 0x81),
        (_, [0xef, next, ..]) => matches!(next, 0xbb | 0xbf),
        _ => true,
    };
    let mut from = 0;
    while let Some(next) = text[from..].iter().position(|&b| SUSPECT_BYTES[usize::from(b)]) {
        if needs_cleaning(from + next) {
            return false;
        }
        from += next + 1;
    }
    true
}

fn cleaned(text: &str) -> String {
    let mut previous = '\0';
    let kept = text.chars().filter_map(|c| {
        let before = std::mem::replace(&mut previous, c);
        match c {
            '\n' if before == '\r' => None,
            '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\n' | '\t' => Some(c),
            c if is_harmful(c) => None,
            c => Some(c),
        }
    });
    composed(kept, text.len())
}

/// Control characters, direction marks and overrides (UAX #9), byte order marks, interlinear annotation, noncharacters.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// Joins a base character and a combining mark if Unicode has one character for both (か + ゙ = が).
fn composed(chars: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut out = String::with_capacity(capacity);
    let mut last: Option<char> = None;
    for c in chars {
        if matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
            && let Some(whole) = last.and_then(|base| compose(base, c))
        {
            last = Some(whole);
            continue;
        }
        out.extend(last.replace(c));
    }
    out.extend(last);
    out
}
