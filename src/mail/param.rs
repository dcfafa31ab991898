//! Parses Content-Type and Content-Disposition with parameters (RFC 2045, 2183, 2231), even if separators are missing.
//! Returns decoded values; `attachment` makes file names safe.

use super::{charset, clean, encoded_word, field, transfer};

/// Limits memory; no real mail has so many parameters.
const MAX_PARAMETERS: usize = 200;

/// A structured MIME field: `text/plain; charset=utf-8` or `attachment; filename=…`.
#[derive(Debug, Default, Clone)]
pub(super) struct Structured {
    /// Lower case, without whitespace.
    pub value: String,
    params: Vec<(String, String)>,
}

impl Structured {
    pub fn read(raw: field::Raw<'_>) -> Self {
        let (text, _) = field::to_unicode(raw);
        let text = without_comments(&text);
        // `text/plain charset=x` lacks the semicolon; `text/plain, charset=x` has a comma instead.
        let end =
            text.find(|c: char| matches!(c, ';' | ',' | '"') || c.is_whitespace()).unwrap_or(text.len());
        let (value, mut rest) = text.split_at(end);
        if let Some(equals) = value.find('=') {
            // The value has parameters but no type.
            rest = if equals == 0 { rest } else { &text };
            return Self { value: String::new(), params: params(rest) };
        }
        Self { value: value.to_ascii_lowercase(), params: params(rest) }
    }

    /// A parameter as written; the first one if the name is repeated. Decodes the RFC 2231 form if there is no other.
    pub fn get(&self, name: &str) -> Option<String> {
        let plain = self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        plain.or_else(|| self.text(name, &mut Vec::new())).filter(|v| !v.is_empty())
    }

    /// A parameter with human-readable text: RFC 2231 continuations and charsets, or raw 8-bit.
    ///
    /// Also decodes RFC 2047 encoded-words, although that RFC does not allow them here.
    pub fn text(&self, name: &str, guesses: &mut Vec<charset::Guess>) -> Option<String> {
        best(self.texts(name)).map(|text| text.take(guesses))
    }

    /// The extended form of a parameter and the plain one, as far as they are there.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = Text> {
        let plain = self.params.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| Text::plain(v));
        let both = [self.extended(name), plain].into_iter().flatten();
        both.map(Text::clean).filter(|text| !text.value.is_empty())
    }

    /// Joins and decodes `name*`, `name*0*`, `name*1` … (RFC 2231, 3 and 4).
    ///
    /// Joins the octets before it decodes the charset, because a piece may end inside a character.
    fn extended(&self, name: &str) -> Option<Text> {
        let mut pieces: Vec<(u32, bool, &str)> = Vec::new();
        for (key, value) in &self.params {
            let Some(tail) = key.strip_prefix(name).and_then(|tail| tail.strip_prefix('*')) else {
                continue;
            };
            let (number, encoded) =
                tail.strip_suffix('*').map_or((tail, tail.is_empty()), |number| (number, true));
            let number = if number.is_empty() { 0 } else { number.parse().ok()? };
            pieces.push((number, encoded, value));
        }
        pieces.sort_by_key(|(number, ..)| *number);
        pieces.dedup_by_key(|(number, ..)| *number);
        let all = (0..).zip(&pieces).all(|(number, piece)| piece.0 == number);
        let any_encoded = pieces.iter().any(|(_, encoded, _)| *encoded);
        let (_, first_encoded, first) = *pieces.first()?;
        let (label, first) = match first.splitn(3, '\'').collect::<Vec<_>>()[..] {
            [label, _, rest] if first_encoded => (Some(label), rest),
            _ => (None, first),
        };
        let mut bytes = Vec::new();
        let mut is_intact = all;
        for (i, (_, encoded, value)) in pieces.iter().enumerate() {
            let value = if i == 0 { first } else { *value };
            if *encoded || (any_encoded && value.contains('%')) {
                is_intact &= percent(value, &mut bytes);
            } else {
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        if !any_encoded {
            return Some(Text { is_intact, ..Text::plain(&String::from_utf8_lossy(&bytes)) });
        }
        let decoded = charset::decode(label.filter(|label| !label.is_empty()), &bytes);
        let guesses: Vec<_> = decoded.guess().into_iter().collect();
        // Octets that do not fit their charset are those of a name that was cut.
        let is_intact = is_intact && !decoded.lossy && (label.is_none() || !decoded.guessed);
        Some(Text { is_intact, value: decoded.text, guesses })
    }
}

/// A decoded parameter.
#[derive(Debug)]
pub(super) struct Text {
    value: String,
    /// No piece is missing, and every octet could be decoded.
    is_intact: bool,
    guesses: Vec<charset::Guess>,
}

impl Text {
    fn plain(value: &str) -> Self {
        let mut guesses = Vec::new();
        let decoded = encoded_word::decode(value, &mut guesses).into_owned();
        let value = percent_utf8(&decoded).unwrap_or(decoded);
        Self { is_intact: !value.contains('\u{fffd}'), value, guesses }
    }

    fn clean(self) -> Self {
        Self { value: clean::one_line(&self.value), ..self }
    }

    pub fn take(self, guesses: &mut Vec<charset::Guess>) -> String {
        guesses.extend(self.guesses);
        self.value
    }
}

/// The first text that is intact, else the first one.
pub(super) fn best(mut texts: impl Iterator<Item = Text>) -> Option<Text> {
    let first = texts.next()?;
    if first.is_intact { Some(first) } else { Some(texts.find(|text| text.is_intact).unwrap_or(first)) }
}

/// Removes `(comments)` outside quotes (RFC 2045, 5.1).
///
/// Keeps brackets that are part of an unquoted file name: `filename=a(1).pdf`, `filename=a (1).pdf`.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut depth, mut escaped, mut blank_before) = (false, 0_usize, false, true);
    let mut start = 0;
    let ends_word = |at: usize| text[at..].chars().next().is_none_or(|c| c == ';' || c.is_whitespace());
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted && (depth > 0 || blank_before) => {
                start = if depth == 0 { at } else { start };
                depth += 1;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        } else if c == ')' {
            depth -= 1;
            if depth == 0 && !ends_word(at + 1) {
                out.push_str(&text[start..=at]);
            }
        }
        blank_before = matches!(c, ' ' | '\t' | ';');
    }
    // An unclosed bracket does not start a comment.
    if depth > 0 { text.to_owned() } else { out }
}

fn params(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while found.len() < MAX_PARAMETERS {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '"'));
        let Some(at) = rest.find(['=', ';']) else { break };
        let (name, after) = rest.split_at(at);
        if after.starts_with(';') {
            rest = after;
            continue;
        }
        // Ignore words without a value before the name.
        let name = name.trim().rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
        let (value, after) = value(after[1..].trim_start(), is_file_name(&name));
        if !name.is_empty() {
            found.push((name, value));
        }
        rest = after;
    }
    found
}

fn is_file_name(name: &str) -> bool {
    name == "name" || name == "filename"
}

/// Returns a quoted or unquoted value, and the remaining text. Unquoted file names may contain spaces.
fn value(text: &str, with_spaces: bool) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted_value(quoted);
    }
    let end = text.find(|c: char| c == ';' || (!with_spaces && c.is_whitespace())).unwrap_or(text.len());
    (text[..end].trim().trim_matches(|c| matches!(c, '\'' | '"')).to_owned(), &text[end..])
}

fn quoted_value(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, &text[at + 1..]),
            // Senders do not escape the backslashes of a Windows path (`C:\temp\別紙.doc`).
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => out.push(escaped),
                Some((_, other)) => out.extend(['\\', other]),
                None => {}
            },
            _ => out.push(c),
        }
    }
    // The closing quote is missing: the value ends where the next parameter may begin.
    let end = out.find(';').unwrap_or(out.len());
    out.truncate(end);
    (out, "")
}

/// Decodes percent-encoding. Returns whether every `%` had its two digits.
fn percent(text: &str, out: &mut Vec<u8>) -> bool {
    let mut rest = text.as_bytes();
    let mut is_intact = true;
    while let Some((&b, after)) = rest.split_first() {
        rest = after;
        match (b, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(transfer::hex(*high) << 4 | transfer::hex(*low));
                rest = after;
            }
            _ => {
                is_intact &= b != b'%';
                out.push(b);
            }
        }
    }
    is_intact
}

/// Decodes percent-encoding without a charset, as webmail services write it.
///
/// `None` if the result is not multi-byte UTF-8.
fn percent_utf8(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::new();
    percent(text, &mut bytes);
    String::from_utf8(bytes).ok().filter(|decoded| {
        decoded.chars().filter(|c| !c.is_ascii()).count() > text.chars().filter(|c| !c.is_ascii()).count()
    })
}
