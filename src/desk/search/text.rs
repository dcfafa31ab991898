//! Text as search compares it. Words of Latin letters and digits stand alone; letters of Japanese stand in runs; everything
//! else is one blank. The full-text engines of both databases get the grams that are cut here, because neither knows where
//! a Japanese word ends.

use std::collections::BTreeSet;

use crate::desk::form::{addresses, fold, telephones};

/// Characters of a ticket that are compared. A longer conversation is found by its beginning.
pub const MOST_TEXT: usize = 200_000;

/// One ticket's words.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Folded, with one blank between words and at both ends.
    plain: String,
    /// As they are. Telephone numbers and addresses are read from them only when they are asked for, because that takes
    /// longer than everything else.
    texts: Vec<String>,
}

/// What a query asks for: a document holds it, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Words that follow each other, as in [`Document::plain`].
    Words(String),
    /// A telephone number as digits.
    Telephone(String),
    /// A mail address in lower case.
    Address(String),
}

/// How a character takes part in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter of a script that writes no blanks between words.
    Letter,
    /// A letter or digit of a script that does.
    Word,
    Blank,
}

fn class(c: char) -> Class {
    match c {
        'ぁ'..='ゖ'
        | 'ァ'..='ヺ'
        | 'ー'
        | '々'
        | '〆'
        | '〇'
        | '一'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}' => Class::Letter,
        '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => Class::Letter,
        c if c.is_alphanumeric() => Class::Word,
        _ => Class::Blank,
    }
}

/// Variants of characters that people write for each other in names and places.
pub(in crate::desk) fn usual(c: char) -> char {
    match c {
        '髙' => '高',
        '﨑' | '碕' | '嵜' => '崎',
        '濵' | '濱' => '浜',
        '德' => '徳',
        '邊' | '邉' => '辺',
        '齋' => '斎',
        '齊' => '斉',
        '廣' => '広',
        '澤' => '沢',
        '櫻' => '桜',
        '國' => '国',
        '嶋' | '嶌' => '島',
        'ヶ' | 'ヵ' | 'ゖ' | 'ゕ' => 'ケ',
        c => c,
    }
}

/// Folds a text; one blank stands for everything between words, and between a word and a run of letters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    let mut before = Class::Blank;
    plain.push(' ');
    for c in fold(text).chars().map(usual) {
        let class = class(c);
        if class == Class::Blank {
            if before != Class::Blank {
                plain.push(' ');
            }
        } else {
            if before != Class::Blank && before != class {
                plain.push(' ');
            }
            plain.push(c);
        }
        before = class;
    }
    if before != Class::Blank {
        plain.push(' ');
    }
    plain
}

/// The telephone number and the address that a text is, if it is nothing else.
fn alone(text: &str) -> Option<Term> {
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '(' | ')' | ' ' | '+' | '.');
    match (telephones(text).as_slice(), addresses(text).as_slice()) {
        ([number], []) if fold(text).chars().all(is_number) => Some(Term::Telephone(digits(number))),
        ([], [address]) if fold(text) == address.to_lowercase() => {
            Some(Term::Address(address.to_lowercase()))
        }
        _ => None,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Document {
    /// Adds a text: a field, a mail, a note, the name of a file.
    pub fn add(&mut self, text: &str) {
        let room = MOST_TEXT.saturating_sub(self.plain.len());
        let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= room).unwrap_or(text.len());
        let text = text.get(..end).unwrap_or_default();
        self.plain.push_str(&plain(text));
        self.texts.push(text.to_owned());
    }

    /// Telephone numbers as digits.
    fn telephones(&self) -> impl Iterator<Item = String> + '_ {
        self.texts.iter().flat_map(|text| telephones(text)).map(|number| digits(&number))
    }

    /// Mail addresses in lower case.
    fn addresses(&self) -> impl Iterator<Item = String> + '_ {
        self.texts.iter().flat_map(|text| addresses(text)).map(|address| address.to_lowercase())
    }

    #[must_use]
    pub fn holds(&self, term: &Term) -> bool {
        match term {
            Term::Words(words) => self.plain.contains(words.as_str()),
            Term::Telephone(digits) => self.telephones().any(|own| own == *digits),
            Term::Address(address) => self.addresses().any(|own| own == *address),
        }
    }

    /// How often the document holds a term.
    #[must_use]
    pub fn count(&self, term: &Term) -> usize {
        match term {
            Term::Words(words) => self.plain.matches(words.as_str()).count(),
            term => usize::from(self.holds(term)),
        }
    }

    /// Length in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.plain.len()
    }

    /// What the index holds: each gram once.
    #[must_use]
    pub fn grams(&self) -> BTreeSet<String> {
        let mut grams: BTreeSet<String> = BTreeSet::new();
        for run in self.plain.split_ascii_whitespace() {
            if run.chars().next().map(class) == Some(Class::Letter) {
                grams.extend(pairs(run).map(str::to_owned));
                grams.extend(run.chars().map(String::from));
            } else {
                grams.insert(run.to_owned());
            }
        }
        grams.extend(self.telephones().map(|digits| format!("{TEL}{digits}")));
        grams.extend(self.addresses().map(|address| wide(&address)));
        grams
    }

    /// Grams that say what an inquiry is about: words, and pairs inside runs of kanji or katakana. Pairs with hiragana are
    /// grammar: without them, similar inquiries are found better.
    #[must_use]
    pub fn subject_grams(&self) -> Vec<&str> {
        self.subject_runs().concat()
    }

    /// The same, by the runs that they stand in.
    #[must_use]
    pub(super) fn subject_runs(&self) -> Vec<Vec<&str>> {
        let mut runs = Vec::new();
        for run in self.plain.split_ascii_whitespace() {
            if run.chars().next().map(class) == Some(Class::Letter) {
                for piece in run.split(|c| matches!(c, 'ぁ'..='ゖ')) {
                    runs.push(pairs(piece).collect());
                }
            } else if run.chars().any(char::is_alphabetic) {
                runs.push(vec![run]);
            }
        }
        runs
    }
}

/// Marks the gram of a telephone number. Folded text has no full-width letter.
const TEL: char = 'Ｔ';

/// A text as one gram: blanks and signs in full width, which folded text does not have.
#[must_use]
pub fn wide(text: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
    text.chars()
        .map(|c| if is_kept(c) { c } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) })
        .collect()
}

/// The pairs of letters in a run.
fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let mut letters = run.char_indices();
    std::iter::from_fn(move || {
        let (at, first) = letters.next()?;
        let rest = run.get(at + first.len_utf8()..)?;
        let next = rest.chars().next()?;
        run.get(at..at + first.len_utf8() + next.len_utf8())
    })
}

impl Term {
    /// What a word of a query asks for. `None` if no letter or digit is in it.
    #[must_use]
    pub fn new(word: &str) -> Option<Self> {
        if let Some(term) = alone(word) {
            return Some(term);
        }
        let words = plain(word);
        let words = match (ends(&words, true), ends(&words, false)) {
            (None, _) | (_, None) => return None,
            // A run of letters may stand inside a longer one.
            (first, last) => {
                let words = if first == Some(Class::Letter) { words.trim_start() } else { &words };
                if last == Some(Class::Letter) { words.trim_end() } else { words }
            }
        };
        Some(Self::Words(words.to_owned()))
    }

    /// The grams that a document with this term has.
    #[must_use]
    pub fn grams(&self) -> Vec<String> {
        let words = match self {
            Self::Telephone(digits) => return vec![format!("{TEL}{digits}")],
            Self::Address(address) => return vec![wide(address)],
            Self::Words(words) => words,
        };
        let mut grams = Vec::new();
        for run in words.split_ascii_whitespace() {
            match ends(run, true) {
                Some(Class::Letter) if run.chars().nth(1).is_some() => {
                    grams.extend(pairs(run).map(str::to_owned));
                }
                _ => grams.push(run.to_owned()),
            }
        }
        grams
    }
}

/// Class of the first or last character of a plain text that is not blank.
fn ends(plain: &str, first: bool) -> Option<Class> {
    let trimmed = plain.trim();
    let c = if first { trimmed.chars().next() } else { trimmed.chars().next_back() };
    c.map(class)
}
