//! Folds text for comparison: NFKC, lower case, one kind of dash and wave dash, no blanks, no invisible characters.
//! Every folded character keeps the place of its source. `lines` finds the quote marks.

use std::str::CharIndices;

use unicode_normalization::{UnicodeNormalization, char::compose};

/// A folded character and the bytes of the source that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) c: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Iterator over the folded characters of a text. Offsets are bytes, counted from `base`.
pub(super) struct Folds<'a> {
    base: usize,
    length: usize,
    rest: CharIndices<'a>,
    /// Further characters of one source character: ㈱ becomes (株).
    queue: std::vec::IntoIter<char>,
    start: usize,
}

impl<'a> Folds<'a> {
    pub(super) fn of(text: &'a str, base: usize) -> Self {
        let (rest, queue) = (text.char_indices(), Vec::new().into_iter());
        Self { base, length: text.len(), rest, queue, start: 0 }
    }

    fn offset(&self) -> usize {
        self.length - self.rest.as_str().len()
    }

    fn folded(&self, c: char) -> Folded {
        Folded { c, start: self.base + self.start, end: self.base + self.offset() }
    }

    /// Half-width kana and text from macOS have the voicing mark as a separate character.
    fn voiced(&mut self, c: char) -> char {
        let mark = match self.rest.clone().next() {
            Some((_, '\u{3099}' | '\u{FF9E}')) => '\u{3099}',
            Some((_, '\u{309A}' | '\u{FF9F}')) => '\u{309A}',
            _ => return c,
        };
        match compose(c, mark) {
            Some(whole) if matches!(c, 'ぁ'..='ヿ') => {
                self.rest.next();
                whole
            }
            _ => c,
        }
    }
}

impl Iterator for Folds<'_> {
    type Item = Folded;

    fn next(&mut self) -> Option<Folded> {
        if let Some(c) = self.queue.next() {
            return Some(self.folded(c));
        }
        loop {
            let (start, c) = self.rest.next()?;
            self.start = start;
            match simple(c) {
                Simple::Nothing => {}
                Simple::One(c) => {
                    let c = self.voiced(c);
                    return Some(self.folded(c));
                }
                Simple::Tables => {
                    let expanded: Vec<char> =
                        std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter_map(kept).collect();
                    let single = expanded.len() == 1;
                    self.queue = expanded.into_iter();
                    if let Some(c) = self.queue.next() {
                        let c = if single { self.voiced(c) } else { c };
                        return Some(self.folded(c));
                    }
                }
            }
        }
    }
}

enum Simple {
    Nothing,
    One(char),
    /// Needs the tables of Unicode.
    Tables,
}

/// Folds the characters that nearly all mail consists of.
fn simple(c: char) -> Simple {
    match c {
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='\u{9FFF}' | '、' | '。' | '「' | '」' => Simple::One(c),
        '!'..='~' => Simple::One(c.to_ascii_lowercase()),
        '\n' | '\r' | ' ' | '\u{3000}' | '\t' => Simple::Nothing,
        _ => match one_kind(c) {
            Some(c) => Simple::One(c),
            None if is_blank(c) => Simple::Nothing,
            None => Simple::Tables,
        },
    }
}

/// Characters that charset converters and keyboards exchange for each other.
fn one_kind(c: char) -> Option<char> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | '\u{FF0D}' | '\u{FE63}' => '-',
        'ー' | '\u{FF70}' => 'ー',
        '\u{301C}' | '\u{FF5E}' | '\u{223C}' | '\u{2053}' => '~',
        '\u{B7}' | '\u{2022}' | '\u{2219}' | '\u{22C5}' | '\u{2027}' | '\u{FF65}' | '・' => '・',
        '\u{2225}' | '\u{2016}' => '\u{2016}',
        '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
        '\u{201C}' | '\u{201D}' | '\u{2033}' => '"',
        '\u{A5}' | '\u{FFE5}' => '\\',
        _ => return None,
    })
}

fn kept(c: char) -> Option<char> {
    (!is_blank(c)).then(|| one_kind(c).unwrap_or(c))
}

/// White space, zero-width characters, joiners, byte order marks and variation selectors.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// The folded characters of a text as a string.
pub(super) fn squash(text: &str) -> String {
    Folds::of(text, 0).map(|folded| folded.c).collect()
}

/// A hash of the folded characters, and their number.
pub(super) fn hash(text: &str) -> (u64, usize) {
    let mut hash = 0;
    let mut size = 0;
    for folded in Folds::of(text, 0) {
        hash = extend(hash, folded.c);
        size += 1;
    }
    (hash, size)
}

/// An odd number without structure, for polynomial hashes modulo 2^64.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

fn extend(hash: u64, c: char) -> u64 {
    mix(hash).wrapping_mul(FACTOR).wrapping_add(u64::from(c) + 1)
}

/// Spreads the high bits, so that equal sums of different characters do not collide.
fn mix(hash: u64) -> u64 {
    hash ^ (hash >> 29)
}

/// The hash of each run of `N` characters, in a stream of characters. Different runs may have the same hash.
pub(super) struct Grams<const N: usize> {
    last: [u64; N],
    seen: usize,
    sum: u64,
}

impl<const N: usize> Grams<N> {
    /// The weight of the character that leaves the run.
    const OLDEST: u64 = {
        let (mut power, mut n) = (1_u64, 0);
        while n < N {
            power = power.wrapping_mul(FACTOR);
            n += 1;
        }
        power
    };

    pub(super) fn new() -> Self {
        Self { last: [0; N], seen: 0, sum: 0 }
    }

    /// Adds a character. Returns the hash of the last `N` characters, if there are as many.
    pub(super) fn push(&mut self, c: char) -> Option<u64> {
        let new = u64::from(c) + 1;
        let oldest = self.last.get_mut(self.seen % N).map_or(0, |slot| std::mem::replace(slot, new));
        let added = self.sum.wrapping_mul(FACTOR).wrapping_add(new);
        self.sum = added.wrapping_sub(oldest.wrapping_mul(Self::OLDEST));
        self.seen += 1;
        (self.seen >= N).then_some(mix(self.sum))
    }
}
