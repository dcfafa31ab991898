//! Makes insertions of the text between the quotations: removes the program's quote marks and attributions, separates
//! signatures and text of other mails, and drops what says nothing.

use std::ops::Range;

use super::{
    Insertion, Place, Source, Spot,
    align::Match,
    attribution::{self, Names},
    copies::Copy,
    fold::{is_blank, squash},
    lines::Lines,
    marks::Marks,
    patterns::{LINK, PART_LABEL},
    signature::{self, Signer},
};

pub(super) struct Context<'a> {
    pub(super) reply: &'a Lines<'a>,
    pub(super) marks: &'a Marks,
    pub(super) ours: &'a [Lines<'a>],
    pub(super) sources: &'a [Source],
    /// A quotation follows the text.
    pub(super) above_quotation: bool,
    pub(super) names: Names,
    pub(super) signer: Signer,
}

/// A part of a line that no mail of ours explains.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    /// With quote marks, without line break.
    raw: &'a str,
    /// Without quote marks and blanks.
    body: &'a str,
    depth: u8,
    /// It begins behind text of ours.
    inline: bool,
}

/// The text of ours next to a piece.
#[derive(Clone, Copy)]
struct Neighbour<'c> {
    copy: usize,
    source: usize,
    found: &'c Match,
    /// The first of its copy.
    first: bool,
}

/// Consecutive parts of one author.
struct Group<'a> {
    parts: Vec<Part<'a>>,
    quoted: bool,
}

impl<'a> Context<'a> {
    pub(super) fn insertions(&self, copies: &[Copy]) -> Vec<Insertion> {
        let mut ours: Vec<Neighbour<'_>> = Vec::new();
        for (copy, Copy { source, matches }) in copies.iter().enumerate() {
            ours.extend(matches.iter().enumerate().map(|(index, found)| Neighbour {
                copy,
                source: *source,
                found,
                first: index == 0,
            }));
        }
        ours.sort_by_key(|ours| ours.found.reply.start);
        let mut insertions = Vec::new();
        let mut from = 0;
        let mut before: Option<Neighbour<'_>> = None;
        for next in ours.iter().copied().map(Some).chain([None]) {
            let to = next.map_or(self.reply.text.len(), |next| next.found.reply.start);
            if to > from {
                self.piece(from..to, before, next, &mut insertions);
            }
            from = next.map_or(to, |next| next.found.reply.end).max(from);
            before = next;
        }
        insertions
    }

    fn piece(
        &self,
        bytes: Range<usize>,
        before: Option<Neighbour<'_>>,
        next: Option<Neighbour<'_>>,
        insertions: &mut Vec<Insertion>,
    ) {
        let parts = self.parts(&bytes);
        if parts.iter().all(|part| part.body.is_empty()) {
            return;
        }
        let own_depth = |ours: Neighbour<'_>| self.reply.get(self.reply.at(ours.found.reply.start)).depth;
        let depth = before.or(next).map_or(0, own_depth);
        let between_copies = before.map(|ours| ours.copy) != next.map(|ours| ours.copy);
        let above = before.is_none() || (between_copies && next.is_some());
        let mut first = true;
        for (parts, in_quotation) in
            self.without_attributions(&parts, above, next.map_or(self.above_quotation, |next| next.first))
        {
            // Text above a quotation that has a mark is another mail's, unless the quotation has it too.
            let most = if before.is_none() && !in_quotation { 0 } else { depth };
            let foreign = in_quotation && before.is_none() && next.is_none();
            for mut group in self.groups(parts, most) {
                group.quoted |= foreign;
                let inline = first && group.parts.first().is_some_and(|part| part.inline);
                first = false;
                let place = self.place(before, next, inline);
                insertions.extend(self.insertion(group, most, place));
            }
        }
    }

    /// The parts of the lines in a range of bytes.
    fn parts(&self, bytes: &Range<usize>) -> Vec<Part<'a>> {
        let text = self.reply.text;
        let mut parts = Vec::new();
        for index in self.reply.at(bytes.start)..=self.reply.at(bytes.end.saturating_sub(1)) {
            let line = self.reply.get(index);
            let (start, end) = (line.start.max(bytes.start), line.end.min(bytes.end));
            if start > end {
                continue;
            }
            let inline = start > line.body || (start > line.start && start == line.body);
            let body = text.get(line.body.max(start)..end.max(line.body.max(start))).unwrap_or_default();
            let raw = text.get(start..end).unwrap_or_default();
            let (body, raw) = if is_part_label(body) { ("", "") } else { (body, raw) };
            // Only quote marks in front of text of ours, or blanks behind it.
            let blank = raw.trim_matches(is_blank).is_empty();
            if (end < line.end && body.is_empty()) || (start > line.start && blank) {
                continue;
            }
            parts.push(Part { raw, body: body.trim_matches(is_blank), depth: line.depth, inline });
        }
        parts
    }

    /// The parts without attributions; and whether they are between an attribution and its quotation.
    fn without_attributions<'p>(
        &self,
        parts: &'p [Part<'a>],
        above: bool,
        quotation_follows: bool,
    ) -> Vec<(&'p [Part<'a>], bool)> {
        if !above && !quotation_follows {
            return vec![(parts, false)];
        }
        let bodies = self.bodies(parts);
        if quotation_follows && let Some(start) = attribution::start(&bodies, &self.names) {
            return vec![(parts.get(..start).unwrap_or_default(), false)];
        }
        match attribution::anywhere(&bodies, &self.names) {
            Some(found) => vec![
                (parts.get(..found.start).unwrap_or_default(), false),
                (parts.get(found.end..).unwrap_or_default(), true),
            ],
            None => vec![(parts, false)],
        }
    }

    /// The lines without any quote mark, with their indentation.
    fn bodies(&self, parts: &[Part<'a>]) -> Vec<&'a str> {
        let body = |part: &Part<'a>| match part.body {
            "" => "",
            _ if part.inline => part.body,
            _ => self.marks.strip(part.raw, part.depth),
        };
        parts.iter().map(body).collect()
    }

    /// Divides parts into those of the person and those of other mails: marked deeper than our own text, or below a block
    /// of header fields. The attribution of another mail is dropped.
    fn groups(&self, parts: &[Part<'a>], depth: u8) -> Vec<Group<'a>> {
        let bodies = self.bodies(parts);
        let other = attribution::other_mail(&bodies).unwrap_or(parts.len());
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let quoted = (part.depth > depth && !part.inline) || index >= other;
            match groups.last_mut() {
                Some(group) if part.body.is_empty() || group.quoted == quoted => group.parts.push(*part),
                Some(group) if quoted => {
                    let bodies = self.bodies(&group.parts);
                    let end = attribution::start(&bodies, &self.names).unwrap_or(bodies.len());
                    group.parts.truncate(end);
                    groups.push(Group { parts: vec![*part], quoted });
                }
                _ => groups.push(Group { parts: vec![*part], quoted }),
            }
        }
        groups
    }

    fn place(&self, before: Option<Neighbour<'_>>, next: Option<Neighbour<'_>>, inline: bool) -> Place {
        let Some(before) = before else { return Place::Above };
        let (Some(source), Some(sent)) = (self.sources.get(before.source), self.ours.get(before.source))
        else {
            return Place::Above;
        };
        let end = before.found.sent.end;
        let line = sent.at(end.saturating_sub(1));
        let column = sent.text.get(sent.get(line).start..end).unwrap_or_default().chars().count();
        let same = next.filter(|next| next.copy == before.copy);
        let spot = Spot {
            source: *source,
            line,
            column,
            inline,
            next: same.map(|next| sent.at(next.found.sent.start)),
        };
        if next.is_some() { Place::At(spot) } else { Place::Below(spot) }
    }

    /// An insertion, unless nothing is left. `depth` is that of our own text next to it.
    fn insertion(&self, group: Group<'a>, depth: u8, place: Place) -> Vec<Insertion> {
        let Group { mut parts, quoted } = group;
        let end = parts.iter().rposition(|part| !part.body.is_empty()).map_or(0, |last| last + 1);
        parts.truncate(end);
        let mut signature = None;
        if !quoted {
            let lines: Vec<&str> = parts.iter().map(|part| self.typed(part, depth)).collect();
            if let Some(start) = signature::start(&lines, &self.signer) {
                signature =
                    Some(joined(lines.get(start..).unwrap_or_default())).filter(|text| says_something(text));
                parts.truncate(start);
            }
        }
        let lines: Vec<&str> =
            parts.iter().map(|part| if quoted { part.raw } else { self.typed(part, depth) }).collect();
        let text = joined(&lines);
        let text = if says_something(&text) { text } else { String::new() };
        let empty = text.is_empty() && signature.is_none();
        if empty { Vec::new() } else { vec![Insertion { text, signature, quoted, place }] }
    }

    /// A line as it was typed: without the quote marks that the program put in front of it.
    fn typed(&self, part: &Part<'a>, depth: u8) -> &'a str {
        if part.inline {
            return part.raw.trim_start_matches(is_blank);
        }
        if part.body.is_empty() {
            return "";
        }
        self.marks.strip(part.raw, part.depth.min(depth))
    }
}

/// The lines without blank ones around them, and without white space at the end.
fn joined(lines: &[&str]) -> String {
    let blank = |line: &&str| line.trim_matches(is_blank).is_empty();
    let start = lines.iter().position(|line| !blank(line)).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !blank(line)).map_or(start, |last| last + 1);
    let mut text = lines.get(start..end).unwrap_or_default().join("\n");
    text.truncate(text.trim_end_matches(is_blank).len());
    text
}

/// Whether a text is more than marks, punctuation and what programs add behind an address.
fn says_something(text: &str) -> bool {
    let folded = squash(text);
    let mark = |c: char| !c.is_alphanumeric() && !is_sign(c);
    !folded.chars().all(mark) && !LINK.is_match(&folded)
}

/// A line of the program about a part of our mail: 「[2  <text/html; utf-8 (base64)>]」.
fn is_part_label(line: &str) -> bool {
    const MOST_BYTES: usize = 300;
    let line = line.trim_matches(is_blank);
    line.starts_with('[') && line.len() <= MOST_BYTES && PART_LABEL.is_match(&squash(line))
}

/// Signs that are an answer: ○, ×, a face.
fn is_sign(c: char) -> bool {
    matches!(c, '○' | '◯' | '◎' | '×' | '✕' | '△' | '✓' | '✔' | '☑' | '☒' | '\u{1F300}'..='\u{1FAFF}')
}
