//! Compares a subject with the prescribed one; ignores reply marks, tags, dots and character widths.
//! `triage` decides about inquiries under other subjects.

use super::fold::{fold, match_at};

/// Whether `subject` is the prescribed one. `wanted` is the prescribed subject, squashed.
pub(super) fn conforms(subject: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let folded = fold(subject);
    let mut rest = folded.trim();
    loop {
        if let Some(end) = match_at(rest, 0, wanted) {
            return rest.get(end..).is_some_and(may_follow);
        }
        match without_front(rest) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
}

/// Removes the first tag, reply mark, bracket or word; `None` at the end.
fn without_front(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    if is_delimiter(first) {
        return text.get(first.len_utf8()..);
    }
    // A word in front must be separated from the subject: 「A市 拠点整備…」, 「照会：拠点整備…」.
    text.find(is_delimiter).and_then(|at| text.get(at..))
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || !(c.is_alphanumeric() || c == '・' || c == 'ー' || c == '々')
}

/// Whether `tail` may follow the prescribed subject: nothing, separated text, or a polite ending.
fn may_follow(tail: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "について",
        "につきまして",
        "の件",
        "です",
        "します",
        "いたします",
        "致します",
        "のお願い",
        "の送付",
        "事項",
        "(",
        "その",
    ];
    let tail = tail.trim_end();
    match tail.chars().next() {
        None => true,
        Some(c) if is_delimiter(c) || c.is_ascii_digit() => true,
        Some(_) => ENDINGS.iter().any(|ending| tail.starts_with(ending)),
    }
}
