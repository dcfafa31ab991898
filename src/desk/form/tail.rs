//! What stands behind a label: remarks in brackets, the bracket that closes it, the separator. Reads forwards from the label.
//! Whether the word in front is a label at all is `labels`' affair.

use super::{
    decoration::{closes, closing},
    fold::{fold_char, is_blank, squash},
};

/// What parts a label from its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// A colon, an equals sign or an arrow.
    Colon,
    /// A tab or a vertical stroke: the border of a table cell.
    Cell,
    /// The label stands in brackets: 【氏名】.
    Bracket,
    /// A dash or leaders.
    Dash,
    /// The line ends.
    LineEnd,
    /// A blank.
    Blank,
    /// Nothing.
    Nothing,
}

/// What stands between a label's words and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Bytes of it.
    pub(super) length: usize,
    pub(super) separator: Separator,
}

/// Reads remarks, the closing bracket and the separator behind a label; `bracket` is what must close.
pub(super) fn tail(behind: &str, bracket: Option<char>) -> Tail {
    let mut length = 0;
    let mut closed = false;
    // A label has at most a remark or two: （TEL/メールアドレス）, （必須）, ※.
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
    // **氏名：** 山田
    let bold = behind.get(length..).is_some_and(|rest| rest.starts_with("**") && !rest.starts_with("***"));
    length += if bold { 2 } else { 0 };
    Tail { length, separator }
}

/// A label of two lines, as a narrow cell breaks it: what the second line holds besides the value. `None` if it is no hint.
pub(super) fn hint_below(line: &str) -> Option<Tail> {
    let length = remark(line);
    let (skipped, separator) = separator(line.get(length..)?, false);
    let parted = matches!(separator, Separator::Colon | Separator::Cell | Separator::LineEnd);
    (length > 0 && parted).then_some(Tail { length: length + skipped, separator })
}

/// The length of a remark in brackets at the beginning, 0 if there is none or if it is the value: 「氏名（山田）」.
fn remark(rest: &str) -> usize {
    /// Longer than any remark that a form makes.
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
    if headed || says_how(&squash(inside)) { end } else { 0 }
}

fn says_how(remark: &str) -> bool {
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

/// The length and kind of the separator at the beginning.
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

/// The length of the blanks at the beginning, tabs not counted.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c| c != '\t' && is_blank(c)).len()
}
