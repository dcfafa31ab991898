//! Parses the text after a label: remarks in brackets, the closing bracket, the separator.
//! `labels` decides whether the word is a label.

use super::{
    decoration::{closes, closing},
    fold::{fold_char, is_blank, squash},
};

/// The separator between a label and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// A colon, an equals sign or an arrow.
    Colon,
    /// A tab or a vertical stroke: the border of a table cell.
    Cell,
    /// The closing bracket of a label in brackets: 【氏名】.
    Bracket,
    /// A dash or dot leaders.
    Dash,
    LineEnd,
    Blank,
    Nothing,
}

/// The text between the words of a label and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// In bytes.
    pub(super) length: usize,
    pub(super) separator: Separator,
}

/// Parses remarks, the closing bracket and the separator after a label. `bracket` is the expected closing bracket.
pub(super) fn tail(behind: &str, bracket: Option<char>) -> Tail {
    let mut length = 0;
    let mut closed = false;
    // A label has one or two remarks: （TEL/メールアドレス）, （必須）, ※.
    for _ in 0..4 {
        let rest = behind.get(length..).unwrap_or_default();
        let blanks = blanks(rest);
        let rest = rest.get(blanks..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        let skipped = if !closed && bracket.is_some_and(|bracket| closes(c, bracket)) {
            closed = true;
            c.len_utf8()
        } else if matches!(c, '*' | '＊' | '※') || rest.starts_with("必須") {
            rest.char_indices()
                .find(|(_, c)| !matches!(c, '*' | '＊' | '※' | '必' | '須'))
                .map_or(rest.len(), |(at, _)| at)
        } else {
            remark(rest)
        };
        if skipped == 0 {
            break;
        }
        length += blanks + skipped;
    }
    let rest = behind.get(length..).unwrap_or_default();
    let (skipped, separator) = separator(rest, closed);
    length += skipped;
    // Bold in Markdown: **氏名：** 山田
    let bold = behind.get(length..).is_some_and(|rest| rest.starts_with("**") && !rest.starts_with("***"));
    length += if bold { 2 } else { 0 };
    Tail { length, separator }
}

/// Parses the second line of a label that a narrow table cell broke after its words: the remark and the separator.
/// `None` if the line does not begin with a remark.
pub(super) fn hint_below(line: &str) -> Option<Tail> {
    let length = remark(line);
    let (skipped, separator) = separator(line.get(length..)?, false);
    let parted = matches!(separator, Separator::Colon | Separator::Cell | Separator::LineEnd);
    (length > 0 && parted).then_some(Tail { length: length + skipped, separator })
}

/// Length in bytes of a remark in brackets at the start. 0 if there is none, or if the brackets contain the value:
/// 「氏名（山田）」.
fn remark(rest: &str) -> usize {
    /// Longer than any remark of a form, in characters.
    const MAX_REMARK: usize = 40;
    let Some(close) = rest.chars().next().and_then(closing) else {
        return 0;
    };
    let Some((at, _)) = rest.char_indices().take(MAX_REMARK).find(|(_, c)| closes(*c, close)) else {
        return 0;
    };
    let end = at + rest.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (inside, behind) = rest.split_at(end);
    let headed =
        behind.trim_start_matches(is_blank).starts_with([':', '：', '】', ']', '］', '』', '」', '=', '＝']);
    if headed || explains_field(&squash(inside)) { end } else { 0 }
}

/// Whether a remark says what to fill in.
fn explains_field(remark: &str) -> bool {
    [
        "tel",
        "mail",
        "メール",
        "電話",
        "具体的",
        "必須",
        "任意",
        "ふりがな",
        "フリガナ",
        "カナ",
        "漢字",
        "役職",
        "部署",
        "所属",
        "担当",
        "複数",
        "可能",
        "記入",
        "記載",
        "入力",
        "詳し",
        "詳細",
        "アドレス",
        "番号",
        "フルネーム",
        "名称",
        "できるだけ",
        "日中",
    ]
    .iter()
    .any(|word| remark.contains(word))
}

/// Length in bytes and kind of the separator at the start.
fn separator(rest: &str, closed: bool) -> (usize, Separator) {
    let blank = blanks(rest);
    let tail = rest.get(blank..).unwrap_or_default();
    let Some(c) = tail.chars().next() else {
        return (rest.len(), if closed { Separator::Bracket } else { Separator::LineEnd });
    };
    let behind = tail.get(c.len_utf8()..).unwrap_or_default();
    let folded = fold_char(c).unwrap_or(c);
    let one = blank + c.len_utf8();
    match folded {
        ':' | ';' | '=' | '→' | '⇒' | '➡' | '︰' | '∶' | '﹕' => (one, Separator::Colon),
        '\t' | '|' | '│' | '┃' => (one, Separator::Cell),
        _ if closed => (blank, Separator::Bracket),
        '-' if blank > 0 || behind.starts_with(is_blank) || behind.is_empty() || folded != c => {
            (one, Separator::Dash)
        }
        '…' | '‥' => (blank + tail.len() - tail.trim_start_matches(['…', '‥']).len(), Separator::Dash),
        '・' | '.' if behind.starts_with(c) => {
            (blank + tail.len() - tail.trim_start_matches(c).len(), Separator::Dash)
        }
        _ if blank > 0 => (blank, Separator::Blank),
        _ => (0, Separator::Nothing),
    }
}

/// Length in bytes of the blanks at the start, without tabs.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c| c != '\t' && is_blank(c)).len()
}
