//! Folds text for comparison: NFKC, lower case, one kind of dot, dash and wave dash, no invisible characters.
//! Works on one character at a time, so that matching a label usually allocates nothing.

use std::str::Chars;

use unicode_normalization::{UnicodeNormalization, char::compose};

/// Iterator over the folded characters of a text, each with the byte offset after its source character.
pub(in crate::desk) struct Folds<'a> {
    length: usize,
    rest: Chars<'a>,
    pending: Option<std::vec::IntoIter<char>>,
}

impl<'a> Folds<'a> {
    /// Starts at byte `at`.
    pub(in crate::desk) fn from(text: &'a str, at: usize) -> Self {
        Self { length: text.len(), rest: text.get(at..).unwrap_or_default().chars(), pending: None }
    }

    fn at(&self) -> usize {
        self.length - self.rest.as_str().len()
    }

    /// Folds with the Unicode tables; one character may become several.
    fn expand(&mut self, c: char) -> Option<(char, usize)> {
        let mut pending =
            std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect::<Vec<_>>().into_iter();
        let first = pending.next()?;
        self.pending = Some(pending);
        Some((first, self.at()))
    }
}

impl Iterator for Folds<'_> {
    type Item = (char, usize);

    fn next(&mut self) -> Option<(char, usize)> {
        if let Some(c) = self.pending.as_mut().and_then(Iterator::next) {
            return Some((c, self.at()));
        }
        let mut folded = loop {
            let c = self.rest.next()?;
            if let Some(folded) = fold_char(c) {
                break folded;
            }
            if !is_invisible(c) {
                return self.expand(c);
            }
        };
        // Half-width kana and text from macOS have the voicing mark as a separate character.
        if matches!(folded, 'ぁ'..='ヿ')
            && let Some(mark) = self.rest.clone().next().and_then(voicing)
            && let Some(composed) = compose(folded, mark)
        {
            self.rest.next();
            folded = composed;
        }
        Some((folded, self.at()))
    }
}

pub(in crate::desk) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(Folds::from(text, 0).map(|(c, _)| c));
    folded
}

/// Folds a text, and removes blanks and the dots and commas that people put between words.
pub(in crate::desk) fn squash(text: &str) -> String {
    let mut squashed = String::with_capacity(text.len());
    squashed.extend(Folds::from(text, 0).map(|(c, _)| c).filter(|c| !c.is_whitespace() && !is_joint(*c)));
    squashed
}

/// If the text at byte `at` begins with `pattern` (squashed), the offset after the match.
/// Skips blanks and joints between the characters of the pattern, but not tabs and line breaks.
pub(super) fn match_at(text: &str, at: usize, pattern: &str) -> Option<usize> {
    /// No real label has as many blanks between two characters. The limit keeps matching linear.
    const MAX_SKIPPED: usize = 8;
    let mut folds = Folds::from(text, at);
    let mut end = at;
    for (index, wanted) in pattern.chars().enumerate() {
        let mut skipped = 0;
        loop {
            let (c, behind) = folds.next()?;
            if c == wanted {
                end = behind;
                break;
            }
            let skippable = (is_blank(c) && c != '\t') || is_joint(c);
            skipped += 1;
            if index == 0 || !skippable || skipped > MAX_SKIPPED {
                return None;
            }
        }
    }
    // A match must not end in the middle of an expanded character such as 「㈱」.
    folds.pending.is_none_or(|mut rest| rest.next().is_none()).then_some(end)
}

/// Any white space (including tabs) or invisible character, except a line feed.
pub(super) fn is_blank(c: char) -> bool {
    c != '\n' && (c.is_whitespace() || is_invisible(c))
}

/// Trims white space and invisible characters.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Zero-width characters, joiners, byte order marks and variation selectors.
pub(super) fn is_invisible(c: char) -> bool {
    !('\u{3000}'..'\u{FE00}').contains(&c)
        && matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// Folds one character without the Unicode tables; `None` if it needs them.
#[inline]
pub(super) fn fold_char(c: char) -> Option<char> {
    Some(match c {
        'ぁ'..='ゖ' | 'ァ'..='ー' | '一'..='\u{9FFF}' => c,
        '\0'..='\u{7F}' => c.to_ascii_lowercase(),
        '\u{3000}' | '\u{A0}' | '\u{2002}'..='\u{200A}' => ' ',
        '\u{FF01}'..='\u{FF5D}' => char::from_u32(u32::from(c) - 0xFEE0)?.to_ascii_lowercase(),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' => '-',
        '\u{B7}' | '\u{2022}' | '\u{2219}' | '\u{22C5}' | '\u{2027}' | '\u{FF65}' => '・',
        '\u{301C}' | '\u{FF5E}' | '\u{223C}' | '\u{2053}' => '~',
        '\u{FF66}'..='\u{FF9D}' => *KANA.get(u32::from(c) as usize - 0xFF66)?,
        '、'..='〃' | '〈'..='】' | '〒' | '〔'..='〕' => c,
        _ => return None,
    })
}

/// Full-width forms of the half-width kana U+FF66 to U+FF9D.
const KANA: [char; 56] = [
    'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ', 'カ',
    'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ',
    'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ',
    'ル', 'レ', 'ロ', 'ワ', 'ン',
];

/// Dots, commas and dashes between the words of a label or a subject, which people often change.
fn is_joint(c: char) -> bool {
    matches!(c, '・' | '、' | '/' | ',' | '.' | '。' | '-' | '&')
}

fn voicing(c: char) -> Option<char> {
    match c {
        '\u{3099}' | '\u{FF9E}' => Some('\u{3099}'),
        '\u{309A}' | '\u{FF9F}' => Some('\u{309A}'),
        _ => None,
    }
}
