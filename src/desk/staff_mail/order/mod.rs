//! Reads the text that a member typed: sure orders, a doubt that the writer is asked about, or an answer. The text has no
//! quotes any more; the callers check keys and carry out.

mod absence;
mod away;
mod doubt;
mod entry;
mod folded;
mod found;
mod frame;
mod handling;
mod hold;
mod line;
mod meetings;
mod orders;
mod parts;
mod support;
mod table;
#[cfg(test)]
mod tests;
mod verb;
mod words;

pub(in crate::desk) use hold::day_in_front;

use super::command::{Command, Order};
use crate::desk::{japanese_date::SpanFault, staff_key::Invitation};
use folded::Folded;
use frame::Writer;
use orders::Text;
use table::Verb;

/// What a member's text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    Surely {
        /// At least one, in the order written.
        orders: Vec<Order>,
        /// A letter to the inquirer behind orders that end nothing, such as 担当; empty otherwise.
        rest: String,
        /// Further lines that look like orders and are none. The writer is asked about them.
        doubts: Vec<Doubtful>,
    },
    /// Nothing may be done or sent. The writer is asked.
    Unclear(Doubtful),
    /// An answer to the inquirer. Never in a thread that asks for a decision.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubtful {
    /// The beginning of the text in question, on one line.
    pub opening: String,
    pub why: Doubt,
}

/// Why a text is neither a sure order nor an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing but a greeting, a closing or marks.
    Nothing,
    /// Looks like an order: misspelt, a question, or a wording that the table does not have.
    Almost,
    /// The line has the prefix of a command, which no order has.
    UnknownOrder,
    /// There is text behind an order that takes none.
    TextBehind,
    /// The order lacks its argument: 統合 without a number, 分類 without words.
    Incomplete,
    /// 訂正 without a value, or of something that cannot be corrected.
    NoField,
    /// The day or the hours of a meeting cannot be taken as written.
    Span(SpanFault),
    /// A detail of a meeting is written twice.
    TwiceSaid,
    /// One order names several tickets.
    SeveralTickets,
    /// Two decisions that exclude each other.
    Contradiction,
    /// A question to the inquirer that may hold its answer, or a note that may hold a letter.
    Mixed,
    /// Talk to the desk or among colleagues.
    Talk,
    /// One or two words.
    Short,
    /// The text of a vacation responder.
    Away,
    /// The thread asks for a decision, and this is none.
    NoDecision,
    /// The thread is about an entry for the guidebook, and this is no order on it.
    NotOnEntry,
}

/// Characters of a doubtful text that are shown to its writer.
const SHOWN: usize = 60;
/// Characters that decide whether a text is long. More are not counted.
const COUNTED: usize = 240;

/// Reads a text. `writer` is the member's name as the settings have it, for introductions and signatures; it may be empty.
#[must_use]
pub fn read(text: &str, invitation: Invitation, writer: &str) -> Reading {
    let lines: Vec<&str> = text.lines().collect();
    let writer = Writer::new(writer);
    let text = Text { lines: &lines, writer: &writer, invitation };
    if invitation == Invitation::Entry {
        return entry::read(&text);
    }
    let (at, first) = text.behind_greetings();
    let read = orders::read(&text, at, first.clone()).unwrap_or_else(|| otherwise(&text, at, &first));
    match read {
        Reading::Text if invitation == Invitation::Decide => {
            Reading::Unclear(doubtful(text.from(at), Doubt::NoDecision))
        }
        read => read,
    }
}

/// Whether the first line of a text names 取消 or the like, behind greetings. Where the rest is in doubt, what waits must wait.
#[must_use]
pub fn stops(text: &str, writer: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let writer = Writer::new(writer);
    let text = Text { lines: &lines, writer: &writer, invitation: Invitation::Answer };
    words::stops(text.behind_greetings().1.as_str())
}

/// What a text is whose first line is no sure order.
fn otherwise(text: &Text<'_>, at: usize, first: &Folded) -> Reading {
    let remaining = text.from(at);
    if first.is_empty() {
        return Reading::Unclear(doubtful(text.lines, Doubt::Nothing));
    }
    let beginning = beginning(first, remaining, text.writer);
    let opening = doubt::Opening {
        first,
        beginning: &beginning,
        chars: beginning.chars().filter(|c| !c.is_whitespace()).count(),
        prefixed: is_prefixed(remaining.first().copied().unwrap_or_default()),
    };
    let clause = clause(text, at, first, &opening);
    if let Some(order) = clause.as_ref().filter(|order| text.is_decide() && order.command == Command::Cancel)
    {
        return Reading::Surely { orders: vec![order.clone()], rest: String::new(), doubts: Vec::new() };
    }
    let why = doubt::about(&opening).or(clause.map(|_| Doubt::Almost));
    why.map_or(Reading::Text, |why| Reading::Unclear(doubtful(remaining, why)))
}

/// The order of a short text that has something else in front: 「間違えたので、取消してください」, or a letter's addressee.
/// Alone this is no sure order; where the desk asked whether to send, the wish to stop is enough.
fn clause(text: &Text<'_>, at: usize, first: &Folded, opening: &doubt::Opening<'_>) -> Option<Order> {
    if opening.chars >= doubt::SHORT_CHARS {
        return None;
    }
    let line = first.as_str();
    let last = ["ので", "ため", "ますが", "ですが", "から", "、", ",", "。"];
    let behind = last.iter().filter_map(|word| Some(line.find(word)? + word.len()));
    let tails = behind.map(|start| first.from(start).trimmed());
    let next = text.from(at + 1).iter().map(|line| Folded::of(line)).find(|line| !line.is_empty());
    let next = next.filter(|_| words::begins_letter(line));
    let raw = text.lines.get(at).copied().unwrap_or_default();
    tails.chain(next).find_map(|tail| {
        let tail = tail.from(tail.as_str().len() - tail.as_str().trim_start_matches(['、', ',']).len());
        let found = line::parse(&tail, text.invitation)
            .filter(|found| found.behind.is_empty() || found.verb == Verb::Wait)?;
        found::order(found, raw).ok()
    })
}

/// The first lines of a text joined, without closings, up to [`COUNTED`] characters.
fn beginning(first: &Folded, lines: &[&str], writer: &Writer) -> String {
    let mut joined = first.as_str().to_owned();
    for line in lines.iter().skip(1) {
        if joined.chars().count() >= COUNTED {
            break;
        }
        let line: String = line.chars().take(COUNTED).collect();
        let line = Folded::of(&line);
        if !line.is_empty() && !writer.closes(line.as_str()) {
            joined.push('\n');
            joined.push_str(line.as_str());
        }
    }
    joined
}

fn is_prefixed(line: &str) -> bool {
    let mut chars = line.trim_start().chars();
    matches!(chars.next(), Some('/' | '!' | '／' | '！')) && chars.next().is_some_and(char::is_alphabetic)
}

/// The beginning of the lines, on one line.
fn doubtful(lines: &[&str], why: Doubt) -> Doubtful {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let mut opening = String::new();
    for word in words {
        if opening.chars().count() >= SHOWN {
            break;
        }
        if !opening.is_empty() {
            opening.push(' ');
        }
        opening.push_str(word);
    }
    Doubtful { opening: opening.chars().take(SHOWN).collect(), why }
}
