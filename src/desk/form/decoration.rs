//! Parses the decoration before a label, backwards from the label: numbers, bullets, brackets, 「本文：」.

use super::fold::{fold_char, is_blank};

/// Kind of decoration of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    #[default]
    Plain,
    /// A bullet: ・氏名.
    Bulleted,
    /// Brackets: 【氏名】.
    Bracketed,
    /// A list number: 2) 氏名.
    Numbered,
}

/// The decoration before a label.
#[derive(Debug, Default)]
pub(super) struct Front {
    /// In bytes.
    pub(super) length: usize,
    pub(super) style: Style,
    pub(super) number: Option<u8>,
    /// The label is separated from the text before it.
    pub(super) parted: bool,
    /// The closing bracket that must follow the label.
    pub(super) bracket: Option<char>,
}

/// Parses the decoration at the end of `before`, the text between the previous label and this one.
/// A digit without closing mark in the middle of a line counts only if it is the label's `position`: in
/// 「内線 12 氏名：」 it does not.
pub(super) fn front(before: &str, position: u8) -> Front {
    /// Limit on pieces of decoration.
    const MAX_PARTS: usize = 8;
    let mut found = Front::default();
    let mut rest = before;
    for _ in 0..MAX_PARTS {
        let Some((part, shorter)) = last_part(rest, position) else {
            break;
        };
        if part == Part::Delimiter {
            found.parted = true;
            break;
        }
        // A second number belongs to the text before: 「03-1234-5678 2)氏名」.
        if matches!(part, Part::Number(_)) && found.number.is_some() {
            break;
        }
        rest = shorter;
        found.parted |= matches!(part, Part::Blank | Part::Bullet | Part::Heading | Part::Bracket(_));
        match part {
            Part::Number(number) => found.number = Some(number),
            Part::Bracket(close) if found.bracket.is_none() => found.bracket = Some(close),
            _ => {}
        }
        found.style = found.style.max_by(part);
    }
    found.length = before.len() - rest.len();
    found.parted |= rest.is_empty();
    found
}

/// Whether a label never begins after this character, because it is a letter of a word and not decoration.
/// Must be fast: runs for every character of a body.
pub(super) fn is_inside_word(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='\u{9FFF}')
        && !matches!(
            c,
            'お' | 'ご' | '御' | '貴' | '一' | '二' | '三' | '四' | '五' | 'ア' | 'イ' | 'ウ' | 'エ'
        )
}

impl Style {
    fn max_by(self, part: Part) -> Self {
        match (part, self) {
            (Part::Number(_), _) => Self::Numbered,
            (Part::Bracket(_), Self::Plain | Self::Bulleted) => Self::Bracketed,
            (Part::Bullet, Self::Plain) => Self::Bulleted,
            _ => self,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Blank,
    Honorific,
    Bracket(char),
    Number(u8),
    Bullet,
    /// 「本文：」
    Heading,
    /// The end of another sentence or cell.
    Delimiter,
}

/// The last piece of decoration, and the text before it.
fn last_part(text: &str, position: u8) -> Option<(Part, &str)> {
    let (without, c) = split_last(text)?;
    if is_blank(c) {
        return Some((Part::Blank, text.trim_end_matches(is_blank)));
    }
    if let Some(close) = closing(c) {
        return Some((Part::Bracket(close), without));
    }
    if let Some((number, rest)) = number(text, position) {
        return Some((Part::Number(number), rest));
    }
    match c {
        'お' | 'ご' | '御' | '貴' => Some((Part::Honorific, without)),
        '・' | '･' | '·' | '•' | '●' | '○' | '◎' | '◆' | '◇' | '■' | '□' | '▪' | '▫' | '▼' | '▽' | '▲'
        | '△' | '▶' | '▷' | '★' | '☆' | '*' | '＊' | '-' | '－' | '–' | '‐' | '—' | '―' | '※' | '‣' | '◦'
        | '⚫' | '✓' | '✔' | '→' | '⇒' | '»' | '＋' | '+' | '#' | '＃' | '\u{F06C}' | '\u{F0B7}' => {
            Some((Part::Bullet, without))
        }
        ':' | '：' => {
            heading(without).map_or(Some((Part::Delimiter, text)), |rest| Some((Part::Heading, rest)))
        }
        '、' | '，' | ',' | '。' | '.' | '．' | ';' | '；' | '/' | '／' | '|' | '｜' | '│' | ')' | '）'
        | '】' | ']' | '］' | '」' | '』' | '>' | '＞' => Some((Part::Delimiter, text)),
        _ => None,
    }
}

fn heading(text: &str) -> Option<&str> {
    text.trim_end_matches(is_blank).strip_suffix("本文")
}

/// A list number at the end, and the text before it: `1)`, `（１）`, `①`, `1.`, `一、`, `Ⅱ`, `a)`, `1`.
fn number(text: &str, position: u8) -> Option<(u8, &str)> {
    let bare = text.trim_end_matches(is_closer);
    let closers = text.get(bare.len()..)?;
    // Longer runs of closing marks are text: 「……」.
    if closers.len() > 6 {
        return None;
    }
    // ( 1 )
    let bare = if closers.is_empty() { bare } else { trim_few(bare) };
    let (without, c) = split_last(bare)?;
    let closed = !closers.is_empty() || enclosed(c).is_some();
    let (value, rest) = match (enclosed(c), single(c)) {
        (Some(value), _) => (value, without),
        (None, Some(digit)) => two_digits(without, digit, position, closed),
        (None, None) => (letter(c)?, without),
    };
    let rest = without_opening(rest, closers);
    let alone = rest.chars().take(MAX_INDENT).all(is_blank);
    let drawn = enclosed(c).is_some() || single(c).is_some();
    if (!closed && value != position && !alone) || (!drawn && !alone) {
        return None;
    }
    // A digit at the end of a word or a larger number is not a list number, except if it is closed and is the
    // label's position.
    let glued = rest.chars().next_back().is_some_and(|c| {
        c.is_ascii_alphanumeric() || fold_char(c).is_some_and(|c| c.is_ascii_digit() || c == '-')
    });
    (!glued || (closed && value == position)).then_some((value, rest))
}

/// Removes the prefix of a list number from the end of the text: its opening bracket, or 「No.」.
fn without_opening<'a>(text: &'a str, closers: &str) -> &'a str {
    let shorter = trim_few(text);
    let bracket = split_last(shorter)
        .filter(|(_, open)| closing(*open).is_some_and(|close| closers.contains(|c| closes(c, close))));
    let word = ["No.", "NO.", "no.", "Ｎｏ．", "№", "第", "問", "項目"];
    bracket.map_or_else(
        || word.iter().find_map(|word| shorter.strip_suffix(word)).unwrap_or(text),
        |(outside, _)| outside,
    )
}

/// Limit on the indentation that is checked.
const MAX_INDENT: usize = 32;

/// Removes up to two blanks at the end, which may be inside the decoration.
fn trim_few(text: &str) -> &str {
    let mut rest = text;
    for _ in 0..2 {
        rest = rest.strip_suffix([' ', '　']).unwrap_or(rest);
    }
    rest
}

fn is_closer(c: char) -> bool {
    matches!(
        fold_char(c).unwrap_or(c),
        ')' | '.' | '、' | ',' | ':' | '】' | ']' | '〕' | '>' | '〉' | '-' | '｡' | '。'
    )
}

/// A number of one or two digits that ends with `digit`, and the text before it.
fn two_digits(before: &str, digit: u8, position: u8, closed: bool) -> (u8, &str) {
    match split_last(before) {
        // The digit before belongs to the previous value: 「03-0000-12014)照会内容」.
        Some((_, c)) if closed && digit == position && single(c).is_some() => (digit, before),
        Some((shorter, c)) => match single(c) {
            Some(ten @ 1..=9) => (ten * 10 + digit, shorter),
            _ => (digit, before),
        },
        None => (digit, before),
    }
}

/// Letters used as list numbers: a) b) c) d), ア イ ウ エ.
fn letter(c: char) -> Option<u8> {
    ["aア", "bイ", "cウ", "dエ"]
        .iter()
        .position(|letters| fold_char(c).is_some_and(|c| letters.contains(c)))
        .and_then(|index| u8::try_from(index + 1).ok())
}

/// The closing bracket for an opening one.
pub(super) fn closing(open: char) -> Option<char> {
    Some(match open {
        '(' | '（' => ')',
        '[' | '［' => ']',
        '【' => '】',
        '〔' => '〕',
        '「' => '」',
        '『' => '』',
        '<' | '＜' | '〈' | '《' => '>',
        '{' | '｛' => '}',
        _ => return None,
    })
}

/// Whether a character is this closing bracket, half-width or full-width.
pub(super) fn closes(c: char, close: char) -> bool {
    c == close || fold_char(c) == Some(close) || (close == '>' && matches!(c, '〉' | '》'))
}

fn split_last(text: &str) -> Option<(&str, char)> {
    let mut chars = text.chars();
    let last = chars.next_back()?;
    Some((chars.as_str(), last))
}

/// Numbers that are one character: ①, ⑴, ⒈, ❶, Ⅰ, ⓵.
fn enclosed(c: char) -> Option<u8> {
    let offset = |base: char| u8::try_from(u32::from(c) - u32::from(base) + 1).ok();
    match c {
        '①'..='⑳' => offset('①'),
        '⑴'..='⒇' => offset('⑴'),
        '⒈'..='⒛' => offset('⒈'),
        '❶'..='❿' => offset('❶'),
        '➀'..='➉' => offset('➀'),
        '➊'..='➓' => offset('➊'),
        '⓵'..='⓾' => offset('⓵'),
        'Ⅰ'..='Ⅻ' => offset('Ⅰ'),
        'ⅰ'..='ⅻ' => offset('ⅰ'),
        _ => None,
    }
}

fn single(c: char) -> Option<u8> {
    match c {
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        _ => fold_char(c)?.to_digit(10).and_then(|digit| u8::try_from(digit).ok()),
    }
}
