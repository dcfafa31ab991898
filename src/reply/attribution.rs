//! Recognises what a mail program writes between a reply and its quotation: attribution lines and copied header fields.
//! They are recognised by what they consist of, so that a person's line next to them is never taken for a part of them.

use std::ops::Range;

use super::{
    People,
    fold::squash,
    patterns::{DATE, HEADER, MAILBOX, OPENER, RULE, SEPARATOR, TIME, VERB, header},
};

/// The desk's name and address, folded.
#[derive(Debug)]
pub(super) struct Names {
    name: String,
    address: String,
}

impl Names {
    pub(super) fn of(people: &People<'_>) -> Self {
        Self { name: squash(people.desk_name), address: squash(people.desk_address) }
    }

    /// Whether a folded text names the desk.
    fn stand_in(&self, folded: &str) -> bool {
        [&self.name, &self.address].iter().any(|name| !name.is_empty() && folded.contains(name.as_str()))
    }
}

/// Index of the first line of the attribution at the end of the lines, which stand without quote marks directly above
/// a quotation. Blank lines around it belong to it.
pub(super) fn start(lines: &[&str], names: &Names) -> Option<usize> {
    let end = lines.iter().rposition(|line| !squash(line).is_empty())? + 1;
    let above = lines.get(..end)?;
    if let Some(start) = header_block(above, names) {
        return Some(rule_above(above, start));
    }
    let start = sentence(above, names).or_else(|| separator(above))?;
    Some(separator(above.get(..start)?).unwrap_or(start))
}

/// An attribution that names the desk anywhere in the lines.
pub(super) fn anywhere(lines: &[&str], names: &Names) -> Option<Range<usize>> {
    let named = lines.iter().enumerate().filter(|(_, line)| line.len() < MOST_BYTES);
    for (index, line) in named {
        if !(line.contains('@') || line.ends_with([':', '：'])) {
            continue;
        }
        // The line with the name may be followed by 「wrote:」, or by more header fields.
        for end in (index + 1..=(index + 6).min(lines.len())).rev() {
            let Some(above) =
                lines.get(..end).filter(|_| !squash(lines.get(end - 1).unwrap_or(&"")).is_empty())
            else {
                continue;
            };
            let found = header_block(above, names).or_else(|| sentence(above, names));
            if let Some(start) = found.filter(|start| *start <= index)
                && names.stand_in(&joined(lines.get(start..end).unwrap_or_default()))
            {
                return Some(rule_above(lines, start)..end);
            }
        }
    }
    None
}

/// Index of the first line of a complete block of header fields of any mail: what follows is quoted.
pub(super) fn other_mail(lines: &[&str]) -> Option<usize> {
    const LEAST_KINDS: usize = 3;
    let mut index = 0;
    while index < lines.len() {
        if kind(lines.get(index)?).is_none() {
            index += 1;
            continue;
        }
        let end = (index..lines.len()).find(|at| lines.get(*at).is_none_or(|line| kind(line).is_none()));
        let block = lines.get(index..end.unwrap_or(lines.len()))?;
        let kinds = kinds(block);
        if kinds.len() >= LEAST_KINDS && kinds.contains(&header::FROM) && kinds.contains(&header::DATE) {
            return Some(rule_above(lines, index));
        }
        index += block.len().max(1);
    }
    None
}

/// Longer lines are text.
const MOST_BYTES: usize = 600;

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| squash(line)).collect()
}

/// A line that only separates, at the end of the lines.
fn separator(lines: &[&str]) -> Option<usize> {
    let last = lines.iter().rposition(|line| !squash(line).is_empty())?;
    let line = lines.get(last).filter(|line| line.len() < MOST_BYTES)?;
    SEPARATOR.is_match(&squash(line)).then_some(last)
}

/// Index of the separator or the rule above header fields that begin at `start`, or `start`.
fn rule_above(lines: &[&str], start: usize) -> usize {
    let above = lines.get(..start).unwrap_or_default();
    let rule = above.iter().rposition(|line| !line.is_empty()).filter(|at| {
        above.get(*at).is_some_and(|line| line.len() < MOST_BYTES && RULE.is_match(&squash(line)))
    });
    separator(above).or(rule).unwrap_or(start)
}

/// The kind of header field that a line begins.
fn kind(line: &str) -> Option<usize> {
    (line.len() < MOST_BYTES).then(|| HEADER.matches(&squash(line)).iter().next()).flatten()
}

fn kinds(lines: &[&str]) -> Vec<usize> {
    let mut kinds: Vec<usize> = lines.iter().filter_map(|line| kind(line)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Copied header fields at the end of the lines: at least two kinds, of the desk or with a date.
fn header_block(lines: &[&str], names: &Names) -> Option<usize> {
    /// Fields, folded lines of theirs, and blank lines between them.
    const MOST_LINES: usize = 24;
    const LEAST_KINDS: usize = 2;
    let lowest = lines.len().saturating_sub(MOST_LINES);
    let mut start: Option<usize> = None;
    let mut seen = Vec::new();
    // Lines below which no field was found yet that they go on: a list of addresses, a long subject.
    let mut pending = 0;
    for index in (lowest..lines.len()).rev() {
        let line = lines.get(index)?;
        if let Some(kind) = kind(line) {
            (start, pending) = (Some(index), 0);
            seen.push(kind);
        } else if squash(line).is_empty() {
            if pending > 0 {
                break;
            }
        } else {
            // The first field is From: what stands above it is text.
            let folded = start == Some(index + 1 + pending) && !seen.contains(&header::FROM);
            let indented = start.is_none() && (line.starts_with([' ', '\t']) || is_key(line));
            pending += 1;
            if pending > 2 || !(folded || indented) {
                break;
            }
        }
    }
    let start = start?;
    let block = lines.get(start..)?;
    let kinds = kinds(block);
    let text = joined(block);
    let from = kinds.contains(&header::FROM) || kinds.contains(&header::DATE);
    let ours = names.stand_in(&text) || DATE.is_match(&text);
    (kinds.len() >= LEAST_KINDS && from && ours).then_some(start)
}

/// The end of a folded subject of ours: `#20250830-0123…`.
fn is_key(line: &str) -> bool {
    let word = line.trim();
    word.starts_with('#') && word.len() > 8 && !word.contains(char::is_whitespace) && word.is_ascii()
}

/// What an attribution consists of.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    desk: bool,
    date: bool,
    mailbox: bool,
    verb: bool,
    /// It ends as an attribution does.
    ends: bool,
    /// It begins with one of its parts.
    begins: bool,
    /// Characters that are none of its parts: a name from an address book.
    other: usize,
}

impl Found {
    /// Nothing is left to find in the line above.
    fn complete(self) -> bool {
        self.date && (self.desk || self.mailbox)
    }

    fn is_attribution(self) -> bool {
        /// Characters of a name with its office.
        const LONGEST_NAME: usize = 40;
        if self.other == 0 {
            return self.ends && (self.verb || self.date || self.desk);
        }
        let dated = self.date && (self.mailbox || self.desk || self.verb);
        let written = self.verb && (self.mailbox || self.desk);
        self.ends && self.other <= LONGEST_NAME && self.begins && (dated || written)
    }
}

/// An attribution sentence at the end of the lines, folded over up to five of them.
fn sentence(lines: &[&str], names: &Names) -> Option<usize> {
    const MOST_LINES: usize = 5;
    let mut best = None;
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate().rev().take(MOST_LINES) {
        let folded = squash(line);
        if folded.is_empty() || line.len() > MOST_BYTES {
            break;
        }
        text.insert_str(0, &folded);
        let found = parts(&text, names);
        if found.is_attribution() || (best.is_none() && signed(&text, found)) {
            best = Some(index);
            if found.complete() {
                break;
            }
        }
    }
    best
}

/// 「髙橋 さんが書きました」, without date and address: one short line that says only this.
fn signed(text: &str, found: Found) -> bool {
    const MOST_CHARS: usize = 40;
    found.verb
        && found.ends
        && !text.is_ascii()
        && text.chars().count() <= MOST_CHARS
        && !text.contains(['。', '、'])
}

fn parts(text: &str, names: &Names) -> Found {
    let mut found = Found { ends: text.ends_with([':', '>']) || ends_with_verb(text), ..Found::default() };
    let mut rest = text.to_owned();
    for name in [&names.address, &names.name] {
        if !name.is_empty() && rest.contains(name.as_str()) {
            found.desk = true;
            rest = rest.replace(name.as_str(), " ");
        }
    }
    let mut take = |pattern: &regex::Regex| {
        let replaced = pattern.replace_all(&rest, " ").into_owned();
        let taken = replaced != rest;
        rest = replaced;
        taken
    };
    found.date = take(&DATE);
    take(&TIME);
    found.verb = take(&VERB);
    found.mailbox = take(&MAILBOX);
    take(&OPENER);
    take(&OPENER);
    found.begins = !rest.starts_with(char::is_alphanumeric);
    found.other = rest.chars().filter(|c| c.is_alphanumeric()).count();
    if rest.contains('。') {
        found.other = usize::MAX;
    }
    found
}

fn ends_with_verb(text: &str) -> bool {
    VERB.find_iter(text).last().is_some_and(|verb| text.len() - verb.end() <= 2)
}
