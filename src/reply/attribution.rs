//! Recognises what a mail program writes between a reply and its quotation: attribution lines and copied header fields.
//! They are recognised by what they consist of, so that a person's line next to them is never taken for a part of them.

use std::ops::Range;

use super::{
    People,
    fold::squash,
    lines::Lines,
    patterns::{DATE, HEADER, MAILBOX, OPENER, RULE, SEPARATOR, TIME, VERB, header},
};

/// The desk's name and address, folded.
#[derive(Debug)]
pub(super) struct Names {
    name: String,
    address: String,
    /// As given.
    raw: [String; 2],
}

impl Names {
    pub(super) fn of(people: &People<'_>) -> Self {
        let raw = [people.desk_name.trim().to_owned(), people.desk_address.trim().to_owned()];
        Self { name: squash(people.desk_name), address: squash(people.desk_address), raw }
    }

    /// Whether a short line names the desk as it is written. Cheap: every line of a reply is asked.
    fn may_stand_in(&self, line: &str) -> bool {
        line.len() < MOST_BYTES
            && self.raw.iter().any(|name| !name.is_empty() && line.contains(name.as_str()))
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
    let mut named = (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| names.may_stand_in(line)));
    let found = named.find_map(|at| around(lines, at, names))?;
    let block = lines.get(found.start).is_some_and(|line| kind(line).is_some());
    let start = if block { rule_above(lines, found.start) } else { found.start };
    Some(start..found.end)
}

/// All attributions that name the desk, in the order of the lines. Looks at a bounded number of lines.
pub(super) fn all(lines: &Lines<'_>, names: &Names) -> Vec<Range<usize>> {
    /// Attributions of a thread, and lines of ours that name the desk.
    const MOST_LINES: usize = 200;
    const CONTEXT: usize = 30;
    let body = |at: usize| lines.body(lines.get(at));
    let named = (0..lines.all.len()).filter(|at| names.may_stand_in(body(*at))).take(MOST_LINES);
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in named {
        if found.last().is_some_and(|last| last.end > at) {
            continue;
        }
        let from = at.saturating_sub(CONTEXT);
        let near: Vec<&str> = (from..(at + CONTEXT).min(lines.all.len())).map(body).collect();
        found.extend(around(&near, at - from, names).map(|range| from + range.start..from + range.end));
    }
    found
}

/// The attribution that contains this line, which names the desk. 「wrote:」 or more header fields may follow it.
fn around(lines: &[&str], at: usize, names: &Names) -> Option<Range<usize>> {
    const MOST_BELOW: usize = 12;
    let ends = at + 1..=(at + MOST_BELOW).min(lines.len());
    let until = |end: usize, start: fn(&[&str], &Names) -> Option<usize>| {
        let above =
            lines.get(..end).filter(|above| above.last().is_some_and(|line| !squash(line).is_empty()))?;
        let start = start(above, names).filter(|start| *start <= at)?;
        names.stand_in(&joined(lines.get(start..end)?)).then_some(start..end)
    };
    let block = ends.clone().rev().find_map(|end| until(end, header_block));
    let mut found = block.or_else(|| ends.clone().find_map(|end| until(end, sentence)))?;
    // s-nail: the sentence ends with the Message-ID.
    let rest = lines.get(found.end).map(|line| squash(line)).filter(|line| line.ends_with(':'));
    let mailbox = rest.map(|line| parts(&line, names)).is_some_and(|rest| rest.other == 0 && rest.mailbox);
    found.end += usize::from(mailbox);
    Some(found)
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
    // Lines below which no field was found yet that they go on: a list of addresses, a long subject.
    let mut pending = 0;
    for index in (lowest..lines.len()).rev() {
        let line = lines.get(index)?;
        if let Some(kind) = kind(line) {
            (start, pending) = (Some(index), 0);
            // The first field is From, and a person's line may look like a field.
            if kind == header::FROM {
                break;
            }
        } else if squash(line).is_empty() {
            if pending > 0 {
                break;
            }
        } else {
            let folded = start == Some(index + 1 + pending);
            let indented = start.is_none() && (line.starts_with([' ', '\t']) || is_key(line));
            pending += 1;
            if pending > 2 || !(folded || indented) {
                break;
            }
        }
    }
    let start = start?;
    // Other orders have a separator above.
    let field = |at: usize| lines.get(at).is_some_and(|line| kind(line).is_some());
    let top = (lowest..start).rev().take_while(|at| field(*at)).last().unwrap_or(start);
    let parted = lines.get(..top).and_then(separator).is_some_and(|above| above + 1 == top);
    let start = if parted { top } else { start };
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
    time: bool,
    mailbox: bool,
    verb: bool,
    /// It has an opening word: On, At, In message.
    opener: bool,
    /// It ends as an attribution does.
    ends: bool,
    /// It begins with one of its parts.
    begins: bool,
    /// Characters that are none of its parts: a name from an address book.
    other: usize,
    /// These are all Latin, Greek or Cyrillic.
    foreign: bool,
}

impl Found {
    /// Nothing is left to find in the line above.
    fn complete(self) -> bool {
        self.date && (self.desk || self.mailbox)
    }

    /// A line above an attribution belongs to it only if it has what that lacks: the name, date and time, or
    /// only an opening word: 「In message <…>」. Else somebody wrote an address or a day.
    fn adds_to(self, below: Self) -> bool {
        let named = |found: Self| found.desk || found.mailbox;
        (named(self) && !named(below))
            || (self.date && self.time && !below.date)
            || (self.opener && !below.opener && self.other == below.other)
    }

    fn is_attribution(self) -> bool {
        /// Characters of a name with its office.
        const LONGEST_NAME: usize = 40;
        if self.other == 0 {
            return self.ends && (self.verb || self.date || self.desk);
        }
        let dated = self.date && (self.mailbox || self.desk || self.verb);
        let written = self.verb && (self.mailbox || self.desk);
        // In a language that the tables do not have.
        let foreign = self.foreign && self.date && self.time && (self.mailbox || self.desk);
        self.ends && self.other <= LONGEST_NAME && ((self.begins && (dated || written)) || foreign)
    }
}

/// An attribution sentence at the end of the lines, folded over up to five of them.
fn sentence(lines: &[&str], names: &Names) -> Option<usize> {
    const MOST_LINES: usize = 5;
    let mut best: Option<(usize, Found)> = None;
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate().rev().take(MOST_LINES) {
        let folded = squash(line);
        if folded.is_empty() || line.len() > MOST_BYTES {
            break;
        }
        text.insert_str(0, &folded);
        let found = parts(&text, names);
        let more = best.is_none_or(|(_, best)| found.adds_to(best));
        if more && (found.is_attribution() || (best.is_none() && signed(&text, found))) {
            best = Some((index, found));
            if found.complete() {
                break;
            }
        }
    }
    best.map(|(index, _)| index)
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
    let mut found = Found { ends: text.ends_with(':') || ends_with_verb(text), ..Found::default() };
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
    found.time = take(&TIME);
    found.verb = take(&VERB);
    found.mailbox = take(&MAILBOX);
    found.opener = take(&OPENER);
    take(&OPENER);
    found.begins = !rest.starts_with(char::is_alphanumeric);
    found.other = rest.chars().filter(|c| c.is_alphanumeric()).count();
    // Below U+0500: Latin, Greek and Cyrillic letters.
    found.foreign = found.other > 0 && rest.chars().all(|c| c < '\u{500}');
    if rest.contains('。') {
        found.other = usize::MAX;
    }
    found
}

fn ends_with_verb(text: &str) -> bool {
    VERB.find_iter(text).last().is_some_and(|verb| text.len() - verb.end() <= 2)
}
