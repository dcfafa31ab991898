//! Folds text for comparison: NFKC, lower case, one kind of dot, dash and wave, no invisible characters.
//! Works a character at a time, so that matching a label allocates nothing; what is compared is the callers' affair.

use std::str::Chars;

use unicode_normalization::{UnicodeNormalization, char::compose};

/// The folded characters of a text, each with the byte offset behind the source that it came from.
pub(super) struct Folds<'a> {
    length: usize,
    rest: Chars<'a>,
    pending: Option<std::vec::IntoIter<char>>,
}

impl<'a> Folds<'a> {
    /// Folds `text` from byte `at` on.
    pub(super) fn from(text: &'a str, at: usize) -> Self {
        Self { length: text.len(), rest: text.get(at..).unwrap_or_default().chars(), pending: None }
    }

    fn at(&self) -> usize {
        self.length - self.rest.as_str().len()
    }

    /// Folds by the tables of Unicode, into several characters maybe.
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
        // Half-width kana and text from macOS carry the voicing mark as a character of its own.
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

/// Folds a whole text.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(Folds::from(text, 0).map(|(c, _)| c));
    folded
}

/// Folds a whole text and drops blanks and the dots and commas that people put between words.
pub(super) fn squash(text: &str) -> String {
    let mut squashed = String::with_capacity(text.len());
    squashed.extend(Folds::from(text, 0).map(|(c, _)| c).filter(|c| !c.is_whitespace() && !is_joint(*c)));
    squashed
}

/// If the text at byte `at` begins with `pattern` (squashed), the offset behind it.
/// Blanks and joints between the pattern's characters are skipped, a tab or line break is not.
pub(super) fn match_at(text: &str, at: usize, pattern: &str) -> Option<usize> {
    /// More blanks than anybody puts inside a label; the limit keeps matching linear.
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
    // Half of an expanded character is no match: 「㈱」 does not end in the middle.
    folds.pending.is_none_or(|mut rest| rest.next().is_none()).then_some(end)
}

/// A blank within a line, or a tab.
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

/// One character, where folding it needs no look at the tables; `None` where it does.
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

/// What the half-width kana U+FF66 to U+FF9D stand for.
const KANA: [char; 56] = [
    'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ', 'カ',
    'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ',
    'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ',
    'ル', 'レ', 'ロ', 'ワ', 'ン',
];

/// Dots, commas and strokes that come and go between the words of a label or a subject.
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
