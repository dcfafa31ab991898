//! Extracts the text of one field from the body: finds its end and removes quote marks, but changes nothing else.
//! `blank` decides whether the text counts as blank.

use super::{
    FieldKey, Fields,
    fold::{is_invisible, trim},
    lines::Lines,
    signature::{end_of_text, has_contact, is_closing, is_delimiter, is_rule},
};

/// Stands behind a label in our letters where the inquirer is asked for the value.
pub const PLACEHOLDER: &str = "〔こちらにご記入ください〕";

/// The part of the body that may contain the text of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Byte offset of the start.
    pub(super) from: usize,
    /// Byte offset of the end, exclusive.
    pub(super) to: usize,
    /// Quote depth of the label.
    pub(super) depth: u8,
    /// Another label follows on the last line.
    pub(super) cut_short: bool,
}

pub(super) fn value(lines: &Lines<'_>, span: Span, key: FieldKey, fields: &Fields) -> String {
    let first = lines.at(span.from);
    let last = if span.to > span.from { lines.at(span.to - 1) + 1 } else { first + 1 };
    let end = if key == FieldKey::Inquiry {
        // The line of the label is never part of a signature.
        let least = first + usize::from(span.from > lines.get(first).start);
        end_of_text(lines, first, last, span.depth, fields).max(least)
    } else {
        end_of_short(lines, span, key, first, last)
    };
    let to = if end < last { lines.get(end).start.max(span.from) } else { span.to };
    let text = join(lines, Span { to, ..span }, first, end);
    let text = trim(&text).trim_end_matches(|c: char| {
        // The border of a table cell, and separators before a label on the same line.
        matches!(c, '|' | '｜' | '│' | '┃')
            || c.is_whitespace()
            || (span.cut_short && matches!(c, '、' | '，' | ',' | '/' | '／' | ';' | '；'))
    });
    without_placeholder(without_underscores(text))
}

/// The end line (exclusive) of a field other than the inquiry. A blank line after its text ends it, as do a ruled line,
/// a signature and the closing words of the mail.
fn end_of_short(lines: &Lines<'_>, span: Span, key: FieldKey, first: usize, last: usize) -> usize {
    let same_line = lines.text.get(span.from..lines.get(first).end.min(span.to)).unwrap_or_default();
    let mut begun = !trim(same_line).is_empty();
    let mut line = first + 1;
    while line < last {
        let body = lines.body(line);
        if body.is_empty() && begun {
            let next = (line + 1..last).find(|next| !lines.is_empty(*next)).unwrap_or(last);
            if key != FieldKey::Contact || !has_contact(lines.body(next)) {
                return line;
            }
            line = next;
            continue;
        }
        if begun && (is_rule(body) || is_delimiter(lines, line, last) || is_closing(body)) {
            return line;
        }
        begun |= !body.is_empty();
        line += 1;
    }
    last
}

/// The lines of a span: verbatim, or without quote marks if the form is quoted.
fn join(lines: &Lines<'_>, span: Span, first: usize, end: usize) -> String {
    if span.depth == 0 {
        let text = lines.text.get(span.from..span.to).unwrap_or_default();
        return if text.contains('\r') { text.replace("\r\n", "\n") } else { text.to_owned() };
    }
    let answered = (first + 1..end).any(|line| lines.get(line).depth < span.depth && !lines.is_empty(line));
    let mut pieces = Vec::new();
    for line in first..end {
        let place = lines.get(line);
        let from = if line == first { span.from } else { place.indent };
        let piece = lines.text.get(from..place.end.min(span.to)).unwrap_or_default();
        // If the value is unquoted below a quoted label, the quoted lines around it are the template.
        if !(answered && line > first && place.depth >= span.depth) {
            pieces.push(piece);
        }
    }
    pieces.join("\n")
}

/// Removes underscores around a value, which some templates have as the line to write on: 「＿＿山田＿＿」.
fn without_underscores(text: &str) -> &str {
    text.trim_matches(|c: char| matches!(c, '_' | '＿') || c.is_whitespace() || is_invisible(c))
}

/// Removes our placeholder where a value was written beside or into it: 「〔山田〕」, 「山田〔こちらにご記入ください〕」. A bracket
/// may have been read with the label. A value that is nothing else stays, and counts as blank.
fn without_placeholder(text: &str) -> String {
    // Searched as strings, which is many times as fast as by characters in an inquiry of some pages.
    if !text.contains("〔") && !text.contains("〕") {
        return text.to_owned();
    }
    let words = PLACEHOLDER.trim_matches(['〔', '〕']);
    let beside = text.replacen(PLACEHOLDER, "", 1);
    let beside = beside.strip_prefix(&format!("{words}〕")).unwrap_or(&beside);
    if trim(beside).is_empty() {
        return text.to_owned();
    }
    let (mut value, count) = (trim(beside), |text: &str, bracket: char| text.matches(bracket).count());
    if value.starts_with('〔') && count(value, '〔') == 1 {
        value = value.strip_prefix('〔').unwrap_or(value);
    }
    if value.ends_with('〕') && count(value, '〕') > count(value, '〔') {
        value = value.strip_suffix('〕').unwrap_or(value);
    }
    trim(value).to_owned()
}
