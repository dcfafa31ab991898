//! Reads a query as people type it: words, `-word`, `"words that follow each other"`, and filters such as 分類:在宅.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::text::{Document, Term};
use crate::desk::{form::fold, japanese_date::WrittenDay, ticket::Status, window::first_instant};

/// Restricts a search without looking at texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<Status>,
    /// First day of receipt.
    pub from: Option<NaiveDate>,
    /// Last day of receipt.
    pub to: Option<NaiveDate>,
    pub tag: Option<String>,
    pub prefecture: Option<String>,
    /// Name or address of a member, as typed.
    pub assignee: Option<String>,
}

impl Filter {
    /// The instants of receipt, half-open, in the desk's zone.
    #[must_use]
    pub fn instants(&self, zone: Tz) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let start = |date: NaiveDate| first_instant(date, zone);
        let behind = self.to.and_then(|date| date.checked_add_days(Days::new(1)));
        (self.from.and_then(start), behind.and_then(start))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Every one must be in the ticket.
    pub words: Vec<Term>,
    /// None of them may be.
    pub without: Vec<Term>,
    pub filter: Filter,
}

/// What a query cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFault {
    /// Neither a word nor a filter.
    Empty,
    /// A word without a letter or a digit.
    NoLetters(String),
    /// A filter whose value is unknown.
    UnknownValue { filter: String, value: String },
}

/// Most words that a query takes; more are ignored.
const MOST_WORDS: usize = 20;

impl Query {
    /// # Errors
    /// If the query asks for nothing, or a filter's value is unknown.
    pub fn read(text: &str) -> Result<Self, QueryFault> {
        let mut query = Self::default();
        for piece in pieces(text).into_iter().take(MOST_WORDS) {
            if !piece.quoted && !piece.without && query.filter.take(&piece.text)? {
                continue;
            }
            let term = Term::new(&piece.text).ok_or_else(|| QueryFault::NoLetters(piece.text.clone()))?;
            if piece.without { &mut query.without } else { &mut query.words }.push(term);
        }
        query.checked()
    }

    /// # Errors
    /// If the query asks for nothing.
    pub fn checked(self) -> Result<Self, QueryFault> {
        let is_empty = self.words.is_empty() && self.without.is_empty() && self.filter == Filter::default();
        if is_empty { Err(QueryFault::Empty) } else { Ok(self) }
    }

    /// The grams that the words of a hit have.
    #[must_use]
    pub fn grams(&self) -> BTreeSet<String> {
        self.words.iter().flat_map(Term::grams).collect()
    }

    /// Whether a ticket with these texts is a hit.
    #[must_use]
    pub fn finds(&self, document: &Document) -> bool {
        self.words.iter().all(|term| document.holds(term))
            && !self.without.iter().any(|term| document.holds(term))
    }

    /// How much of a document is about the words: each counts less the more often it stands there, and the longer the
    /// document is.
    #[must_use]
    pub fn relevance(&self, document: &Document) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts and lengths are small")]
        let (count, length) =
            (|term| document.count(term) as f64, (document.length() as f64 / USUAL_LENGTH).max(0.25));
        self.words.iter().map(|term| count(term) / (count(term) + length)).sum()
    }
}

/// Bytes of a usual ticket's text.
const USUAL_LENGTH: f64 = 3_000.0;

#[derive(Debug, Default)]
struct Piece {
    text: String,
    quoted: bool,
    without: bool,
}

/// The words between blanks; quotation marks of both widths keep blanks together.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let mut end = None;
    for c in text.chars() {
        match (end, c) {
            (Some(mark), c) if c == mark || (mark == '"' && matches!(c, '”' | '“')) => end = None,
            (Some(_), c) => piece.text.push(c),
            (None, '"' | '”' | '“' | '＂' | '「')
                if piece.text.is_empty() || piece.text.ends_with([':', '：']) =>
            {
                end = Some(match c {
                    '「' => '」',
                    '＂' => '＂',
                    _ => '"',
                });
                piece.quoted = piece.text.is_empty();
            }
            (None, '-' | '－' | '−') if piece.text.is_empty() && !piece.without => piece.without = true,
            (None, c) if c.is_whitespace() => pieces.extend(finished(&mut piece)),
            (None, c) => piece.text.push(c),
        }
    }
    pieces.extend(finished(&mut piece));
    pieces
}

fn finished(piece: &mut Piece) -> Option<Piece> {
    let piece = std::mem::take(piece);
    (!piece.text.trim().is_empty()).then_some(piece)
}

impl Filter {
    /// Takes a `name:value`. `false` if the text is none.
    fn take(&mut self, text: &str) -> Result<bool, QueryFault> {
        let Some((name, value)) = text.split_once([':', '：']) else { return Ok(false) };
        let value = value.trim();
        let unknown = || QueryFault::UnknownValue { filter: name.to_owned(), value: value.to_owned() };
        let day = || WrittenDay::read(value).ok().and_then(|day| day.whole()).map(Some).ok_or_else(unknown);
        match fold(name).as_str() {
            "状態" | "status" => self.status = Some(status(value).ok_or_else(unknown)?),
            "から" | "以降" | "from" => self.from = day()?,
            "まで" | "以前" | "to" => self.to = day()?,
            "分類" | "タグ" | "tag" => self.tag = Some(value.to_owned()),
            "都道府県" | "prefecture" => self.prefecture = Some(value.to_owned()),
            "担当" | "担当者" | "assignee" => self.assignee = Some(value.to_owned()),
            _ => return Ok(false),
        }
        if value.is_empty() { Err(unknown()) } else { Ok(true) }
    }
}

fn status(value: &str) -> Option<Status> {
    value.parse().ok().or(match value {
        "未回答" | "対応中" | "受付" => Some(Status::Open),
        "返信待ち" | "保留" | "保留中" => Some(Status::Waiting),
        "回答済" | "回答済み" => Some(Status::Answered),
        "完了" => Some(Status::Closed),
        _ => None,
    })
}
