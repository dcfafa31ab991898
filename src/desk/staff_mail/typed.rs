//! Finds the texts that a member typed, and what each is about by its place in our mail: a digest's ticket, the ticket of
//! the subject, or none. `meaning` says what a text means.

use std::ops::Range;

use super::{
    TOP_LINE,
    cut_line::is_cut_line,
    sections::{Section, sections},
};
use crate::{
    desk::{quotation::Quotation, ticket::TicketNumber},
    reply::{self, Insertion, People, Source},
};

/// A text that the member typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// What the text was separated from and the desk never sends: the member's signature, text of another mail.
    pub(super) left_out: String,
    /// The ticket whose end marker is directly above.
    pub(super) below: Option<TicketNumber>,
}

impl Text {
    fn of(insertion: &Insertion) -> Self {
        let left_out = insertion.signature.clone().unwrap_or_default();
        Self { text: insertion.text.clone(), left_out, below: None }
    }
}

/// The place of a ticket in a digest, and what was typed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TicketPlace {
    pub(super) ticket: TicketNumber,
    pub(super) key: String,
    pub(super) texts: Vec<Text>,
}

#[derive(Debug, Default)]
pub(super) struct Typed {
    /// The places of a digest's tickets, also those without text.
    pub(super) places: Vec<TicketPlace>,
    /// Texts that are in no ticket's place.
    pub(super) others: Vec<Text>,
    /// Text of other mails that the member quotes.
    pub(super) quoted: Vec<String>,
    /// Tickets with a begin marker and no end marker.
    pub(super) without_end: Vec<TicketNumber>,
    /// Below the cut line of a notice there is text whose writer is unknown.
    pub(super) unknown_below: bool,
}

/// The texts of a reply to mails of ours that are known. `one_ticket`: the whole mail is about the ticket of its subject.
pub(super) fn of_reply(quotation: &Quotation<'_>, one_ticket: bool) -> Typed {
    let mut typed = Typed::default();
    let mut regions = Vec::new();
    for (source, _, text) in quotation.sources().filter(|_| !one_ticket) {
        for section in sections(text).sections {
            let place =
                TicketPlace { ticket: section.ticket.clone(), key: section.key.clone(), texts: vec![] };
            let known = typed.places.iter().position(|known| known.ticket == place.ticket);
            let place_at = known.unwrap_or(typed.places.len());
            if known.is_none() {
                typed.places.push(place);
            }
            let before = regions.last().filter(|region: &&Region| region.source == source);
            regions.push(Region::of(
                source,
                text,
                &section,
                before.map_or(0, |before| before.lines.end + 1),
                place_at,
            ));
        }
    }
    for insertion in &quotation.reply.insertions {
        if insertion.quoted {
            typed.quoted.push(insertion.text.clone());
            continue;
        }
        let mut text = Text::of(insertion);
        let within =
            |region: &&Region| insertion.between(region.source, quotation.text(region.source), &region.lines);
        match regions.iter().find(within).and_then(|region| typed.places.get_mut(region.place)) {
            Some(place) => place.texts.push(text),
            None => {
                let above = regions.iter().find(|region| {
                    insertion
                        .spot()
                        .is_some_and(|spot| spot.source == region.source && spot.line == region.lines.end)
                });
                text.below =
                    above.and_then(|above| typed.places.get(above.place)).map(|place| place.ticket.clone());
                typed.others.push(text);
            }
        }
    }
    typed
}

/// What stands beside a number in the heading of a ticket. The table above all tickets has other words there.
const STATUS: [&str; 6] = ["未回答", "返信待ち", "保留中", "回答済", "完了", "要確認"];

/// The lines of a ticket in a digest: from its heading to the line before its end marker.
struct Region {
    source: Source,
    lines: Range<usize>,
    /// Index of its place.
    place: usize,
}

impl Region {
    fn of(source: Source, text: &str, section: &Section, from: usize, place: usize) -> Self {
        let number = section.ticket.to_string();
        let above = text.lines().enumerate().take(section.begin).skip(from);
        let is_heading = |line: &str| {
            line.contains(&number)
                && (line.starts_with('■') || STATUS.iter().any(|status| line.contains(status)))
        };
        let heading = above.filter(|(_, line)| is_heading(line)).map(|(at, _)| at).next();
        Self { source, lines: heading.unwrap_or(section.begin)..section.end, place }
    }
}

/// The texts of a mail that quotes no known mail of ours. Takes marker lines and quote marks for what they seem to be.
pub(super) fn of_unknown(text: &str, people: &People<'_>) -> Typed {
    let found = sections(text);
    let head_end = found.first_line.min(cut_line(text));
    let count = text.lines().count();
    let head = text.lines().take(head_end).map(|line| format!("{line}\n")).collect::<String>();
    let above_quotation = head_end < count;
    let mut typed = own(if above_quotation { &head } else { text }, above_quotation, people);
    typed.without_end = found.without_end;
    if found.sections.is_empty() {
        match below_cut_line(text, people) {
            Below::Nothing => {}
            Below::AtTheEnd(below) if typed.others.is_empty() => typed.others = below,
            Below::AtTheEnd(_) | Below::Between => typed.unknown_below = true,
        }
    }
    typed.places = found
        .sections
        .into_iter()
        .map(|Section { ticket, key, text, .. }| {
            let texts = if text.is_empty() { vec![] } else { vec![Text { text, ..Text::default() }] };
            TicketPlace { ticket, key, texts }
        })
        .collect();
    typed
}

/// What the member typed in a text without any mail of ours.
fn own(text: &str, above_quotation: bool, people: &People<'_>) -> Typed {
    let mut typed = Typed::default();
    for insertion in reply::unquoted(text, above_quotation, people).insertions {
        if insertion.quoted {
            typed.quoted.push(insertion.text);
        } else {
            typed.others.push(Text::of(&insertion));
        }
    }
    typed
}

/// Index of the first line of our own quoted text, or the number of lines.
fn cut_line(text: &str) -> usize {
    text.lines()
        .position(|line| is_cut_line(line) || line.contains(TOP_LINE))
        .unwrap_or_else(|| text.lines().count())
}

/// Text without quote marks below a quoted cut line.
enum Below {
    Nothing,
    /// After all quoted lines, so the member wrote it.
    AtTheEnd(Vec<Text>),
    /// Between quoted lines, so the author is unclear.
    Between,
}

fn below_cut_line(text: &str, people: &People<'_>) -> Below {
    let quoted = |line: &str| line.trim_start().starts_with(['>', '＞', '|']);
    let below: Vec<&str> = text.lines().skip_while(|line| !is_cut_line(line)).collect();
    if !below.first().is_some_and(|line| quoted(line)) {
        return Below::Nothing;
    }
    let last = below.iter().rposition(|line| quoted(line)).unwrap_or_default();
    let (ours, tail) = below.split_at(last + 1);
    if ours.iter().any(|line| !quoted(line) && !line.trim().is_empty()) {
        return Below::Between;
    }
    let tail = own(&tail.join("\n"), false, people).others;
    if tail.iter().all(|text| text.text.is_empty()) { Below::Nothing } else { Below::AtTheEnd(tail) }
}
