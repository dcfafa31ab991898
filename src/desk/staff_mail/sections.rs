//! Finds the marker lines of a digest in a reply, and the text between them. Mail programs may quote or fold the lines.

use crate::desk::{staff_key::find_key, ticket::TicketNumber};

/// The text between the two markers of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) ticket: TicketNumber,
    pub(super) key: String,
    pub(super) text: String,
    /// Index of the line with the begin marker.
    pub(super) begin: usize,
    /// Index of the line with the end marker.
    pub(super) end: usize,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) sections: Vec<Section>,
    /// Tickets with a begin marker and no end marker.
    pub(super) without_end: Vec<TicketNumber>,
    /// Index of the line with the first marker, or the number of lines.
    pub(super) first_line: usize,
}

struct Line<'a> {
    /// Number of quote marks.
    depth: usize,
    /// The line without quote marks and one blank after them.
    text: &'a str,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let mut depth = 0;
        let mut rest = line;
        loop {
            let bare = rest.trim_start_matches([' ', '\u{3000}', '\t']);
            match bare.strip_prefix(['>', '＞']) {
                Some(after) => {
                    depth += 1;
                    rest = after;
                }
                None => break,
            }
        }
        let text = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { line };
        Self { depth, text: text.trim_end() }
    }
}

pub(super) fn sections(text: &str) -> Found {
    let lines: Vec<Line<'_>> = text.lines().map(Line::of).collect();
    let mut found = Found { first_line: lines.len(), ..Found::default() };
    let mut at = 0;
    while at < lines.len() {
        let Some((ticket, key, after)) = begin(&lines, at) else {
            at += 1;
            continue;
        };
        found.first_line = found.first_line.min(at);
        let end = (after..lines.len())
            .find(|line| begin(&lines, *line).is_some() || is_end(&lines, *line, &ticket));
        match end.filter(|line| is_end(&lines, *line, &ticket)) {
            Some(end) => {
                let depth = lines.get(at).map_or(0, |line| line.depth);
                let text = between(lines.get(after..end).unwrap_or_default(), depth);
                found.sections.push(Section { ticket, key, text, begin: at, end });
                at = end + 1;
            }
            None => {
                found.without_end.push(ticket);
                at = after;
            }
        }
    }
    found
}

/// Parses a begin marker at line `at`. Mail programs may have folded it over up to three lines. Returns ticket, key and
/// the index of the line after the marker.
fn begin(lines: &[Line<'_>], at: usize) -> Option<(TicketNumber, String, usize)> {
    let first = lines.get(at)?.text;
    if !first.contains('▼') {
        return None;
    }
    (1..=3).find_map(|count| {
        let joined = joined(lines, at, count)?;
        let ticket = number(&joined)?;
        let key = find_key(&joined)?.to_owned();
        joined.trim_end().ends_with('▼').then_some((ticket, key, at + count))
    })
}

fn is_end(lines: &[Line<'_>], at: usize, ticket: &TicketNumber) -> bool {
    let Some(line) = lines.get(at).filter(|line| line.text.contains('▲')) else { return false };
    let mut whole = line.text.to_owned();
    if number(&whole).is_none() {
        whole = joined(lines, at, 2).unwrap_or_default();
    }
    number(&whole).as_ref() == Some(ticket)
}

fn joined(lines: &[Line<'_>], at: usize, count: usize) -> Option<String> {
    Some(lines.get(at..at + count)?.iter().map(|line| line.text).collect::<Vec<_>>().concat())
}

fn number(marker: &str) -> Option<TicketNumber> {
    marker
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .find_map(|word| word.parse::<TicketNumber>().ok())
}

/// The text between two markers. The digest has no text there, so the member wrote all of it, with or without quote
/// marks. Lines with more quote marks than the marker come from another mail.
fn between(lines: &[Line<'_>], depth: usize) -> String {
    let kept = lines.iter().filter(|line| line.depth <= depth).map(|line| line.text);
    let text = kept.collect::<Vec<_>>().join("\n");
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}').to_owned()
}
