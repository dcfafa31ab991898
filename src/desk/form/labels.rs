//! Finds the places where a label heads a value: number, bullet or bracket in front, a separator behind.
//! Which of them make up the form, and where each value ends, is `blocks`' and `values`' affair.

use super::{
    FieldKey,
    decoration::{Front, Style, front},
    fold::{Folds, fold_char, is_blank, squash},
    lines::Lines,
    spelling::{Rank, Spellings},
};

/// More labels than any form has; behind them a body is read as text, so that memory stays bounded.
const MAX_MARKS: usize = 500;

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

/// A label in its place; offsets are bytes of the whole text.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) key: FieldKey,
    pub(super) rank: Rank,
    pub(super) line: usize,
    /// Where the label's decoration begins; the value before ends here.
    pub(super) start: usize,
    /// Where the label's words begin.
    pub(super) label: usize,
    /// Where the value begins.
    pub(super) value: usize,
    pub(super) separator: Separator,
    pub(super) style: Style,
    pub(super) number: Option<u8>,
    /// Nothing but decoration is in front of it on its line.
    pub(super) leads: bool,
}

impl Mark {
    /// Its number is the one the circular gives it, or one off: people leave out a field or split one in two.
    pub(super) fn is_numbered(&self) -> bool {
        self.number.is_some_and(|number| number.abs_diff(self.key as u8 + 1) <= 1)
    }

    /// It is a label beyond doubt, whatever the rest of the mail looks like.
    pub(super) fn is_firm(&self) -> bool {
        let strong = matches!(self.separator, Separator::Colon | Separator::Cell | Separator::Bracket);
        let numbered = self.is_numbered() && self.separator != Separator::Nothing;
        let alone = self.leads && matches!(self.separator, Separator::LineEnd | Separator::Dash);
        self.rank <= Rank::Alias && (strong || numbered || alone)
    }
}

/// Every place in the text that looks like a label, in order.
pub(super) fn find(lines: &Lines<'_>, spellings: &Spellings) -> Vec<Mark> {
    let mut marks = Vec::new();
    for line in 0..lines.len() {
        if marks.len() >= MAX_MARKS {
            break;
        }
        find_in_line(lines, line, spellings, &mut marks);
    }
    marks
}

fn find_in_line(lines: &Lines<'_>, line: usize, spellings: &Spellings, marks: &mut Vec<Mark>) {
    let place = lines.get(line);
    let body = lines.body(line);
    let mut from = place.body;
    for (offset, c) in body.char_indices() {
        let at = place.body + offset;
        let first = fold_char(c).unwrap_or(c);
        if at < from || !spellings.may_begin(first) {
            continue;
        }
        // A character that unfolds into several cannot begin a label, a half-width one with a voicing mark can.
        let first = if c >= '\u{FF66}' {
            Folds::from(lines.text, at).next().map_or(first, |(c, _)| c)
        } else {
            first
        };
        if let Some(mark) = mark_at(lines, line, from, at, first, spellings) {
            from = mark.value;
            marks.push(mark);
        }
    }
}

/// The label at byte `at` of a line, if one is there; `from` is where the last one on the line ended.
fn mark_at(
    lines: &Lines<'_>,
    line: usize,
    from: usize,
    at: usize,
    first: char,
    spellings: &Spellings,
) -> Option<Mark> {
    let place = lines.get(line);
    let spelled = spellings.at(lines.text, at, first)?;
    let before = lines.text.get(from..at)?;
    let Front { length, style, number, parted, bracket } = front(before, spelled.key as u8 + 1);
    let start = at - length;
    let leads = start == place.body;
    let behind = lines.text.get(spelled.end..place.end)?;
    let tail = tail(behind, bracket);
    let mark = Mark {
        key: spelled.key,
        rank: spelled.rank,
        line,
        start,
        label: at,
        value: spelled.end + tail.length,
        separator: tail.separator,
        style,
        number,
        leads,
    };
    let placed = leads || ((parted || mark.is_numbered()) && start >= from);
    (placed && is_plausible(&mark, behind.get(tail.length..).unwrap_or_default())).then_some(mark)
}

/// Whether a word in this place can be a label at all.
fn is_plausible(mark: &Mark, value: &str) -> bool {
    match mark.separator {
        Separator::Colon | Separator::Cell | Separator::Bracket => mark.leads || mark.rank <= Rank::Part,
        Separator::LineEnd | Separator::Dash => {
            mark.leads || (mark.is_numbered() && mark.rank <= Rank::Alias)
        }
        Separator::Blank => {
            mark.rank <= Rank::Alias && (mark.leads || mark.is_numbered()) && !is_particle(value)
        }
        Separator::Nothing => mark.rank <= Rank::Alias && mark.is_numbered() && !is_particle(value),
    }
}

/// Words that go on with a sentence: 「氏名の公表」, 「連絡先は」, 「氏名・連絡先を」.
fn is_particle(value: &str) -> bool {
    value.starts_with([
        'の', 'は', 'が', 'を', 'に', 'と', 'も', 'や', 'で', 'へ', '等', '及', '・', '、', '。', '，', '欄',
        ')', '）',
    ]) || ["など", "また", "から", "について", "および"].iter().any(|word| value.starts_with(word))
}

/// What stands between a label's words and its value.
struct Tail {
    length: usize,
    separator: Separator,
}

fn tail(behind: &str, bracket: Option<char>) -> Tail {
    let mut length = 0;
    let mut closed = false;
    // A label has at most a remark or two: （TEL/メールアドレス）, （必須）, ※.
    for _ in 0..4 {
        let rest = behind.get(length..).unwrap_or_default();
        let blanks = blanks(rest);
        let rest = rest.get(blanks..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        let skipped = if !closed && bracket == Some(c) {
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
    Tail { length: length + skipped, separator }
}

/// The length of a remark in brackets at the beginning, 0 if there is none or if it is the value: 「氏名（山田）」.
fn remark(rest: &str) -> usize {
    /// Longer than any remark that a form makes.
    const MAX_REMARK: usize = 40;
    let Some(close) = rest.chars().next().and_then(closing) else {
        return 0;
    };
    let Some((at, _)) = rest.char_indices().take(MAX_REMARK).find(|(_, c)| closing_alike(*c, close)) else {
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

/// The bracket that closes another.
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

fn closing_alike(c: char, close: char) -> bool {
    c == close || fold_char(c) == Some(close) || (close == '>' && matches!(c, '〉' | '》'))
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
