//! Entries for the guidebook (FAQ): question and answer of a ticket without personal data, which a second person releases as
//! they stand. The circular allows inquiries to serve the revision of the guidebook and nothing else (別紙1).

mod marked;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    feedback::{Done, Refused},
    ticket::TicketNumber,
};
use crate::{hex, words::closed_set};

pub use marked::{Mark, Marked, Piece};

closed_set! {
    /// Where an entry stands.
    EntryState {
        Draft = "draft",
        Released = "released",
        /// 取下
        Withdrawn = "withdrawn",
        /// Its ticket was erased before it was released. Only its number is left.
        Erased = "erased",
    }
}

/// Hexadecimal digits of a version in subjects and commands.
pub const VERSION_DIGITS: usize = 12;

/// What a member does with a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// 消す
    Erase,
    /// 一般化: other words stand there.
    Generalize(String),
    /// そのまま, with a reason.
    Keep(String),
}

/// Which marks a resolution is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    These(Vec<u32>),
    /// All that nobody has resolved.
    Open,
}

/// What a member orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryCommand {
    /// FAQ候補: the ticket becomes an entry.
    Propose,
    /// FAQ一覧
    List,
    /// FAQ表示
    Show(TicketNumber),
    Resolve {
        which: Which,
        how: Resolution,
    },
    /// One of the texts becomes another one.
    Write(Part, String),
    /// 公開
    Release,
    /// 取下
    Withdraw,
}

closed_set! {
    /// A text of an entry.
    Part {
        Question = "question",
        Answer = "answer",
        /// The place in the guidebook.
        Place = "place",
        Topic = "topic",
    }
}

/// The texts of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    pub question: Marked,
    pub answer: Marked,
    pub place: Marked,
    pub topic: Marked,
    /// The number of the next mark.
    pub next_mark: u32,
}

/// Why a mark was not resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    NoMark(u32),
    /// そのまま without a reason.
    NoReason,
    /// 一般化 without words.
    NoText,
    NothingOpen,
}

/// Why an entry is not released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreleased {
    /// Marks that nobody has resolved.
    Open(Vec<u32>),
    /// The question or the answer is empty.
    Empty,
    /// The text is another one than the releaser has seen, or the mail does not say which one that was.
    Changed,
    /// The releaser proposed the entry, or was the last to change it.
    SamePerson,
}

impl Texts {
    /// Question and answer of a ticket, without what the desk knows of its inquirer. `known` are names that the desk knows.
    #[must_use]
    pub fn new(question: &str, answer: &str, topic: &str, known: &[String]) -> Self {
        let mut next = 1;
        let question = Marked::of(question.trim(), known, &mut next);
        let answer = Marked::of(answer.trim(), known, &mut next);
        let topic = Marked::of(topic.trim(), known, &mut next);
        Self { question, answer, topic, place: Marked::default(), next_mark: next }
    }

    #[must_use]
    pub fn part(&self, part: Part) -> &Marked {
        match part {
            Part::Question => &self.question,
            Part::Answer => &self.answer,
            Part::Place => &self.place,
            Part::Topic => &self.topic,
        }
    }

    fn parts_mut(&mut self) -> [&mut Marked; 4] {
        [&mut self.question, &mut self.answer, &mut self.place, &mut self.topic]
    }

    /// Every mark, in the order of the texts.
    pub fn marks(&self) -> impl Iterator<Item = (Part, &Mark)> {
        Part::ALL.iter().flat_map(|part| self.part(*part).marks().map(|mark| (*part, mark)))
    }

    /// The numbers of the marks that nobody has resolved.
    #[must_use]
    pub fn open(&self) -> Vec<u32> {
        Part::ALL.iter().flat_map(|part| self.part(*part).open()).map(|mark| mark.nth).collect()
    }

    /// Resolves marks: all of them, or none. `known` are names that the desk knows.
    ///
    /// # Errors
    /// When a mark is not there, or a reason or the words are missing.
    pub fn resolve(
        &mut self,
        which: &Which,
        how: &Resolution,
        known: &[String],
    ) -> Result<Vec<u32>, Unresolved> {
        let numbers = match which {
            Which::These(numbers) => numbers.clone(),
            Which::Open => self.open(),
        };
        if numbers.is_empty() {
            return Err(Unresolved::NothingOpen);
        }
        let mut resolved = self.clone();
        let mut next = self.next_mark;
        for nth in &numbers {
            let mut parts = resolved.parts_mut().into_iter();
            let found = parts.find_map(|part| part.resolve(*nth, how, known, &mut next));
            found.unwrap_or(Err(Unresolved::NoMark(*nth)))?;
        }
        resolved.next_mark = next;
        *self = resolved;
        Ok(numbers)
    }

    /// Replaces one of the texts.
    pub fn write(&mut self, part: Part, text: &str, known: &[String]) {
        let mut next = self.next_mark;
        let new = self.part(part).rewritten(text.trim(), known, &mut next);
        let [question, answer, place, topic] = self.parts_mut();
        *match part {
            Part::Question => question,
            Part::Answer => answer,
            Part::Place => place,
            Part::Topic => topic,
        } = new;
        self.next_mark = next;
    }

    /// The hash over everything that a releaser sees, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        };
        for part in Part::ALL {
            add(&self.part(*part).text());
        }
        for (_, mark) in self.marks() {
            add(&mark.words);
            add(mark.kept.as_deref().unwrap_or_default());
        }
        hex::encode(&hasher.finalize())
    }

    /// The beginning of the hash, as subjects and commands have it.
    #[must_use]
    pub fn version(&self) -> String {
        self.hash().chars().take(VERSION_DIGITS).collect()
    }

    /// What is missing before somebody may release the entry.
    ///
    /// # Errors
    /// An open mark, or an empty text.
    pub fn is_ready(&self) -> Result<(), Unreleased> {
        let open = self.open();
        if !open.is_empty() {
            return Err(Unreleased::Open(open));
        }
        let is_empty = |part: &Marked| part.text().trim().is_empty();
        if is_empty(&self.question) || is_empty(&self.answer) { Err(Unreleased::Empty) } else { Ok(()) }
    }

    /// Whether `version` is the beginning of the hash, as long as subjects have it.
    ///
    /// # Errors
    /// [`Unreleased::Changed`]
    pub fn is_seen(&self, version: Option<&str>) -> Result<(), Unreleased> {
        let hash = self.hash();
        let same = version.is_some_and(|version| {
            version.len() >= VERSION_DIGITS && hash.starts_with(&version.to_ascii_lowercase())
        });
        if same { Ok(()) } else { Err(Unreleased::Changed) }
    }
}

/// An operation on an entry that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryDone {
    Proposed {
        entry: TicketNumber,
        ticket: TicketNumber,
        /// Marks to resolve.
        open: usize,
    },
    Resolved {
        entry: TicketNumber,
        marks: Vec<u32>,
        how: Resolution,
    },
    Written {
        entry: TicketNumber,
        part: Part,
    },
    Released(TicketNumber),
    Withdrawn(TicketNumber),
    /// Each with where it stands, how many marks are open, and the beginning of its question.
    Listed(Vec<(TicketNumber, EntryState, usize, String)>),
    Shown(TicketNumber),
}

/// Why an operation on an entry was not carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryRefused {
    /// There is no such entry, or it was erased with its ticket.
    NoEntry(TicketNumber),
    /// The ticket has an entry already.
    HasEntry {
        ticket: TicketNumber,
        entry: TicketNumber,
    },
    /// FAQ候補 of an application.
    IsApplication(TicketNumber),
    /// FAQ候補 of a ticket without an inquiry.
    NoInquiry(TicketNumber),
    Unresolved {
        entry: TicketNumber,
        why: Unresolved,
    },
    Unreleased {
        entry: TicketNumber,
        why: Unreleased,
    },
    /// 公開 of an entry that is released.
    AlreadyReleased(TicketNumber),
    /// 取下 of an entry that is withdrawn.
    AlreadyWithdrawn(TicketNumber),
    /// An order on a ticket, about an entry.
    NotOnAnEntry(TicketNumber),
}

impl From<EntryDone> for Done {
    fn from(done: EntryDone) -> Self {
        Self::Entry(done)
    }
}

impl From<EntryRefused> for Refused {
    fn from(refused: EntryRefused) -> Self {
        Self::Entry(refused)
    }
}
