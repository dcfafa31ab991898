//! Reads a reply by subtraction: what came back, minus what we sent, is what the person wrote, each part with its place in
//! our text. Pure; knows neither tickets nor forms: callers say which lines of our text mean what.

use std::{collections::HashSet, ops::Range};

use memchr::memmem;

mod align;
mod anchors;
mod attribution;
mod copies;
mod fold;
mod lines;
mod marks;
mod patterns;
mod pieces;
mod signature;
mod window;

#[cfg(test)]
pub(crate) mod tests;

use attribution::Names;
use fold::squash;
use lines::Lines;
use marks::Marks;
use signature::Signer;

/// A mail of ours that the reply names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent<'a> {
    /// The plain text.
    pub plain: &'a str,
    /// The HTML part, converted to text by [`crate::mail::html::to_text`].
    pub html: Option<&'a str>,
}

impl<'a> Sent<'a> {
    /// A mail without HTML part.
    #[must_use]
    pub fn plain(plain: &'a str) -> Self {
        Self { plain, html: None }
    }

    /// The text of a rendering; `None` if the mail has no HTML part.
    #[must_use]
    pub fn text(&self, rendering: Rendering) -> Option<&'a str> {
        match rendering {
            Rendering::Plain => Some(self.plain),
            Rendering::Html => self.html,
        }
    }
}

/// Which of the two texts of a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rendering {
    Plain,
    Html,
}

/// A text of ours that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// Index into the mails that were given.
    pub mail: usize,
    pub rendering: Rendering,
}

/// Names that attributions and signatures contain.
#[derive(Debug, Clone, Copy, Default)]
pub struct People<'a> {
    pub desk_name: &'a str,
    pub desk_address: &'a str,
    /// Display name of the person who replies; may be empty.
    pub sender_name: &'a str,
    /// Address of the person who replies; may be empty.
    pub sender_address: &'a str,
}

/// A text in front of its writer's signature, and the signature.
#[must_use]
pub fn without_signature<'t>(text: &'t str, name: &str, address: &str) -> (&'t str, &'t str) {
    let lines: Vec<&str> = text.lines().collect();
    let start = signature::start(&lines, &Signer::of(name, address));
    let at = start.map_or(text.len(), |start| text.split_inclusive('\n').take(start).map(str::len).sum());
    text.split_at(at)
}

/// A point in a text of ours: behind a character that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub source: Source,
    /// Index of the line of our text.
    pub line: usize,
    /// Characters of that line in front of the point.
    pub column: usize,
    /// The text begins on the same line: a value behind its label.
    pub inline: bool,
    /// The next line of the same text that came back. `None` if none did.
    pub next: Option<usize>,
}

/// Where a text was typed, relative to what we sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Above everything of ours that came back.
    Above,
    /// Behind this point, and above something of ours.
    At(Spot),
    /// Below everything of ours that came back; the point is the end of that.
    Below(Spot),
}

/// Text that no mail of ours explains. `text` and `signature` are not both empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// As typed, without the quote marks of the program and without blank lines around it. Empty if there is only a
    /// signature.
    pub text: String,
    /// The person's own signature below it, with its delimiter.
    pub signature: Option<String>,
    /// The program marked all lines as text of another mail. Its marks stay in `text`.
    pub quoted: bool,
    pub place: Place,
}

impl Insertion {
    /// Whether the text was typed in these lines of a text of ours and surely in no others: all lines that were removed
    /// around it are in the range, too. Blank lines of ours count for nothing.
    #[must_use]
    pub fn between(&self, source: Source, ours: &str, lines: &Range<usize>) -> bool {
        let (Place::At(spot) | Place::Below(spot)) = self.place else { return false };
        if spot.source != source || !lines.contains(&spot.line) {
            return false;
        }
        let Some(next) = spot.next else { return true };
        let outside = lines.end..next;
        let removed = ours.lines().enumerate().skip(outside.start).take(outside.len());
        removed.into_iter().all(|(_, line)| line.trim().is_empty())
    }

    /// The point of our text that the text follows. `None` above everything.
    #[must_use]
    pub fn spot(&self) -> Option<&Spot> {
        match &self.place {
            Place::Above => None,
            Place::At(spot) | Place::Below(spot) => Some(spot),
        }
    }
}

/// A reply without what we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// In the order of the reply.
    pub insertions: Vec<Insertion>,
    /// The texts of ours that came back, in the order of the reply; a text may have come back twice.
    pub sources: Vec<Source>,
}

impl Reply {
    /// What the person wrote: without text that is quoted from other mails, and without signatures alone.
    pub fn written(&self) -> impl Iterator<Item = &Insertion> {
        self.insertions.iter().filter(|insertion| !insertion.quoted && !insertion.text.is_empty())
    }
}

/// Subtracts the mails that we sent, newest first, from the text of a reply.
///
/// `None` if none of them came back: nothing is known about the text then. Never fails and never panics. Takes linear
/// time, but for parts that match in no line; these are bounded.
#[must_use]
pub fn subtract(text: &str, sent: &[Sent<'_>], people: &People<'_>) -> Option<Reply> {
    if sent.is_empty() {
        return None;
    }
    let bare = Marks::default();
    let (mut sources, mut ours) = (Vec::new(), Vec::new());
    for (mail, sent) in sent.iter().enumerate() {
        for rendering in [Rendering::Plain, Rendering::Html] {
            if let Some(text) = sent.text(rendering)
                && ours.len() < copies::MOST_SOURCES
            {
                sources.push(Source { mail, rendering });
                ours.push(Lines::of(text, &bare));
            }
        }
    }
    let reply = read(text, &ours, &sources, false, people);
    (!reply.sources.is_empty()).then_some(reply)
}

/// Reads a text that quotes no known mail of ours: a new mail, a reply whose quotation was deleted, or the part of a reply
/// above a quotation. The text below an attribution is another mail's.
#[must_use]
pub fn unquoted(text: &str, above_quotation: bool, people: &People<'_>) -> Reply {
    read(text, &[], &[], above_quotation, people)
}

fn read(
    text: &str,
    ours: &[Lines<'_>],
    sources: &[Source],
    above_quotation: bool,
    people: &People<'_>,
) -> Reply {
    let marks = Marks::learn(text, &long_lines(ours));
    let names = Names::of(people);
    let mut reply = Lines::of(text, &marks);
    // An attribution has our name, and so do our mails.
    let mut attributions = attribution::all(&reply, &names);
    if !attributions.is_empty() {
        // An inquirer's mail that we sent on may have one, too.
        let ours: Vec<String> = ours.iter().map(|ours| squash(ours.text)).collect();
        attributions.retain(|found| {
            let lines = reply.all.get(found.clone()).unwrap_or_default();
            let text: String = lines.iter().map(|line| squash(reply.body(*line))).collect();
            !ours.iter().any(|ours| memmem::find(ours.as_bytes(), text.as_bytes()).is_some())
        });
    }
    reply.hide(&attributions);
    let copies = copies::find(&reply, ours, &names);
    let signer = Signer::of(people.sender_name, people.sender_address);
    let context =
        pieces::Context { reply: &reply, marks: &marks, ours, sources, above_quotation, names, signer };
    let insertions = context.insertions(&copies);
    let sources = copies.iter().filter_map(|copy| sources.get(copy.source).copied()).collect();
    Reply { insertions, sources }
}

/// Hashes of the lines of ours that are long enough to teach the prefix of a quotation.
fn long_lines(ours: &[Lines<'_>]) -> HashSet<u64> {
    const LEAST_SIZE: usize = 6;
    ours.iter()
        .flat_map(|lines| &lines.all)
        .filter(|line| line.size >= LEAST_SIZE)
        .map(|line| line.hash)
        .collect()
}
