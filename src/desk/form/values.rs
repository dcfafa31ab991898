//! Takes the text of one field out of the body: where it ends, without quote marks, exact otherwise.
//! Whether it counts as blank is `blank`'s affair.

use super::{
    FieldKey, Fields,
    fold::{is_invisible, trim},
    lines::Lines,
    signature::{end_of_text, has_contact, is_closing, is_delimiter, is_rule},
};

/// Where a field's text may stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// First byte.
    pub(super) from: usize,
    /// Byte behind the last.
    pub(super) to: usize,
    /// How often the label is quoted.
    pub(super) depth: u8,
    /// Another label follows on the line where it ends.
    pub(super) cut_short: bool,
}

/// The text of one field.
pub(super) fn value(lines: &Lines<'_>, span: Span, key: FieldKey, fields: &Fields) -> String {
    let first = lines.at(span.from);
    let last = if span.to > span.from { lines.at(span.to - 1) + 1 } else { first + 1 };
    let end = if key == FieldKey::Inquiry {
        // The line of the label is no signature.
        let least = first + usize::from(span.from > lines.get(first).start);
        end_of_text(lines, first, last, span.depth, fields).max(least)
    } else {
        end_of_short(lines, span, key, first, last)
    };
    let to = if end < last { lines.get(end).start.max(span.from) } else { span.to };
    let text = join(lines, Span { to, ..span }, first, end);
    let text = trim(&text).trim_end_matches(|c: char| {
        // The border of a table's cell, and what parts the value from a label that follows on its line.
        matches!(c, '|' | '｜' | '│' | '┃')
            || c.is_whitespace()
            || (span.cut_short && matches!(c, '、' | '，' | ',' | '/' | '／' | ';' | '；'))
    });
    without_lines_to_fill(text).to_owned()
}

/// The line behind a short field: a blank line behind its text ends it, as does a rule, a signature or the polite end of the mail.
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

/// The lines of a span: verbatim, or without quote marks where the form was quoted.
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
        // The answer stands unquoted below the quoted label: what is quoted around it is the template.
        if !(answered && line > first && place.depth >= span.depth) {
            pieces.push(piece);
        }
    }
    pieces.join("\n")
}

/// 「＿＿山田＿＿」 without the line to write on.
fn without_lines_to_fill(text: &str) -> &str {
    text.trim_matches(|c: char| matches!(c, '_' | '＿') || c.is_whitespace() || is_invisible(c))
}
