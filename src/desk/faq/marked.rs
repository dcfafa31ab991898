//! A text with marks that a person resolves: what may be personal is a piece of its own, with a number that never changes.

use serde::{Deserialize, Serialize};

use super::{Resolution, Unresolved};
use crate::desk::{
    marks::{MarkKind, marks_with},
    redact::MARK,
};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Plain(String),
    Mark(Mark),
}

/// What may be personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its number in the entry.
    pub nth: u32,
    pub kind: MarkKind,
    pub words: String,
    /// そのまま: why the words may stay. `None` while nobody has resolved the mark.
    pub kept: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marked(Vec<Piece>);

impl From<Vec<Piece>> for Marked {
    fn from(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }
}

impl Marked {
    /// A text with the marks that `desk::marks` finds in it. `next` is the number of the next mark.
    #[must_use]
    pub fn of(text: &str, known: &[String], next: &mut u32) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        for mark in marks_with(text, known) {
            let Some(words) = text.get(mark.range.clone()) else { continue };
            pieces.push(Piece::Plain(text.get(from..mark.range.start).unwrap_or_default().to_owned()));
            pieces.push(Piece::Mark(Mark {
                nth: *next,
                kind: mark.kind,
                words: words.to_owned(),
                kept: None,
            }));
            *next += 1;
            from = mark.range.end;
        }
        pieces.push(Piece::Plain(text.get(from..).unwrap_or_default().to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Plain(text) if text.is_empty()));
        Self(pieces)
    }

    /// As [`Self::of`]. Words that may stay in the text before may stay in this one, for the same reason.
    #[must_use]
    pub fn rewritten(&self, text: &str, known: &[String], next: &mut u32) -> Self {
        let mut new = Self::of(text, known, next);
        for piece in &mut new.0 {
            let Piece::Mark(mark) = piece else { continue };
            let before = self.marks().find(|before| before.words == mark.words && before.kept.is_some());
            mark.kept = before.and_then(|before| before.kept.clone());
        }
        new
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Mark(mark) => Some(mark),
            Piece::Plain(_) => None,
        })
    }

    /// Marks that nobody has resolved.
    pub fn open(&self) -> impl Iterator<Item = &Mark> {
        self.marks().filter(|mark| mark.kept.is_none())
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        let words = |piece: &Piece| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Mark(mark) => mark.words.clone(),
        };
        self.0.iter().map(words).collect()
    }

    /// Resolves a mark. `None` if it is in another text, or in none.
    pub(super) fn resolve(
        &mut self,
        nth: u32,
        how: &Resolution,
        known: &[String],
        next: &mut u32,
    ) -> Option<Result<(), Unresolved>> {
        let at = self.0.iter().position(|piece| matches!(piece, Piece::Mark(mark) if mark.nth == nth))?;
        let Some(Piece::Mark(mark)) = self.0.get_mut(at) else { return None };
        let instead = match how {
            Resolution::Keep(reason) if reason.trim().is_empty() => return Some(Err(Unresolved::NoReason)),
            Resolution::Keep(reason) => {
                mark.kept = Some(reason.trim().to_owned());
                return Some(Ok(()));
            }
            Resolution::Generalize(text) if text.trim().is_empty() => return Some(Err(Unresolved::NoText)),
            // Personal data in the new words is marked again.
            Resolution::Generalize(text) => Self::of(text.trim(), known, next).0,
            Resolution::Erase => vec![Piece::Plain(MARK.to_owned())],
        };
        self.0.splice(at..=at, instead);
        Some(Ok(()))
    }
}
