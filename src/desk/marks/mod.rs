//! Marks what may be personal in a text of anybody: names with titles, ages, care levels, birth dates, addresses, numbers,
//! facilities, municipalities. A mark is a question to a person, not a verdict: text without marks is not anonymous.

mod names;
mod surnames;
mod table;

use std::ops::Range;

use super::form::{Folds, fold, is_place};
use crate::words::closed_set;
use table::TABLE;

closed_set! {
    /// What a mark may be.
    MarkKind {
        Name = "name",
        Age = "age",
        CareLevel = "care_level",
        BirthDate = "birth_date",
        Postal = "postal",
        Street = "street",
        Telephone = "telephone",
        Extension = "extension",
        Number = "number",
        MailAddress = "mail_address",
        Link = "link",
        Facility = "facility",
        Municipality = "municipality",
        /// A name that the desk knows: of the inquirer's organization, of a member of staff.
        Known = "known",
    }
}

/// A part of a text that may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub kind: MarkKind,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// A text folded for the patterns, with the way back.
struct Folded {
    text: String,
    /// For each byte of `text`, where its source character begins.
    begins: Vec<usize>,
    /// For each byte of `text`, where its source character ends.
    ends: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded =
            Self { text: String::with_capacity(text.len()), begins: Vec::new(), ends: Vec::new() };
        let mut begin = 0;
        for (c, end) in Folds::from(text, 0) {
            folded.text.push(c);
            folded.begins.resize(folded.text.len(), begin);
            folded.ends.resize(folded.text.len(), end);
            begin = end;
        }
        folded
    }

    fn source(&self, range: Range<usize>) -> Option<Range<usize>> {
        let last = range.end.checked_sub(1)?;
        Some(*self.begins.get(range.start)?..*self.ends.get(last)?)
    }
}

/// The marks of a text, in order and without overlap. Where two overlap, they become one of the first kind.
#[must_use]
pub fn marks(text: &str) -> Vec<Mark> {
    marks_with(text, &[])
}

/// As [`marks`], with the names that the desk knows.
#[must_use]
pub fn marks_with(text: &str, known: &[String]) -> Vec<Mark> {
    let folded = Folded::of(text);
    let mut found: Vec<(MarkKind, Range<usize>)> = Vec::new();
    for row in TABLE.iter() {
        let mut at = 0;
        while let Some(captures) = row.pattern.captures_at(&folded.text, at) {
            let Some(whole) = captures.get(0) else { break };
            if row.accepts(&folded.text, &captures) {
                found.push((row.kind, captures.name("part").unwrap_or(whole).range()));
            }
            // の主治医はあおぞらクリニック has a name in it that begins later.
            let first = whole.as_str().chars().next().map_or(1, char::len_utf8);
            at =
                if row.begins_early(&captures) { whole.start() + first } else { whole.end().max(at + first) };
        }
    }
    found.extend(places(&folded.text).map(|range| (MarkKind::Municipality, range)));
    for name in known.iter().map(|name| fold(name)).filter(|name| name.chars().count() > 1) {
        let places = folded.text.match_indices(&name);
        found.extend(places.map(|(at, name)| (MarkKind::Known, at..at + name.len())));
    }
    found.sort_by_key(|(_, range)| (range.start, std::cmp::Reverse(range.end)));
    let mut merged: Vec<(MarkKind, Range<usize>)> = Vec::new();
    for (kind, range) in found {
        match merged.last_mut() {
            Some((_, before)) if range.start < before.end => before.end = before.end.max(range.end),
            _ => merged.push((kind, range)),
        }
    }
    let mark = |(kind, range)| Some(Mark { kind, range: folded.source(range)? });
    merged.into_iter().filter_map(mark).collect()
}

/// Names of prefectures and municipalities.
fn places(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    /// Characters of the longest name.
    const LONGEST: usize = 7;
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(rest) = text.get(at..) {
            let step = rest.chars().next()?.len_utf8();
            let start = at;
            let ends = rest.char_indices().skip(1).map(|(end, _)| end).chain([rest.len()]).take(LONGEST);
            let longest = ends.filter(|end| rest.get(..*end).is_some_and(is_place)).last();
            if let Some(end) = longest {
                at += end;
                return Some(start..start + end);
            }
            at += step;
        }
        None
    })
}

/// Replaces every mark.
#[must_use]
pub fn masked(text: &str, mask: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for mark in marks(text) {
        out.push_str(text.get(from..mark.range.start).unwrap_or_default());
        out.push_str(mask);
        from = mark.range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
