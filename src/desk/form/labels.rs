//! Finds labels: a number, bullet or bracket before the words, a separator after them.
//! `blocks` groups them to forms, `values` finds the end of each value.

use super::{
    FieldKey,
    decoration::{Front, Style, front, is_inside_word},
    fold::Folds,
    lines::Lines,
    spelling::{Rank, Spellings},
    tail::{Separator, hint_below, tail},
};

/// Limit on labels per body, to bound memory. No real form has as many; the rest of the body is read as text.
const MAX_MARKS: usize = 500;

/// A label and its position. Offsets are bytes in the whole text.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) key: FieldKey,
    pub(super) rank: Rank,
    pub(super) line: usize,
    /// Start of the decoration; the previous value ends here.
    pub(super) start: usize,
    /// Start of the label's words.
    pub(super) label: usize,
    pub(super) value: usize,
    pub(super) separator: Separator,
    pub(super) style: Style,
    pub(super) number: Option<u8>,
    /// Only decoration comes before it on its line.
    pub(super) leads: bool,
}

impl Mark {
    /// Whether its list number is the circular's, or differs by one: people leave out a field or split one in two.
    pub(super) fn is_numbered(&self) -> bool {
        self.number.is_some_and(|number| number.abs_diff(self.key as u8 + 1) <= 1)
    }

    /// Whether it is a label regardless of the rest of the mail.
    pub(super) fn is_firm(&self) -> bool {
        let strong = matches!(self.separator, Separator::Colon | Separator::Cell | Separator::Bracket);
        let numbered = self.is_numbered() && self.separator != Separator::Nothing;
        let alone = self.leads && matches!(self.separator, Separator::LineEnd | Separator::Dash);
        self.rank <= Rank::Alias && (strong || numbered || alone)
    }
}

/// All positions in the text that look like a label, in order.
pub(super) fn find(lines: &Lines<'_>, spellings: &Spellings) -> Vec<Mark> {
    let mut marks = Vec::new();
    for line in 0..lines.len() {
        find_in_line(lines, line, spellings, &mut marks);
    }
    marks
}

fn find_in_line(lines: &Lines<'_>, line: usize, spellings: &Spellings, marks: &mut Vec<Mark>) {
    let place = lines.get(line);
    let body = lines.body(line);
    let mut from = place.body;
    let mut next = None;
    for (offset, c) in body.char_indices() {
        let before = next.replace(c);
        let at = place.body + offset;
        if !spellings.may_begin(c) || at < from || (at > from && before.is_some_and(is_inside_word)) {
            continue;
        }
        if marks.len() >= MAX_MARKS {
            return;
        }
        let Some((first, _)) = Folds::from(lines.text, at).next() else { continue };
        if let Some(mark) = mark_at(lines, line, from, at, first, spellings) {
            from = mark.value;
            marks.push(mark);
        }
    }
}

/// The label at byte `at`, if there is one. `from` is the end of the previous label on the line.
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
    let mut mark = Mark {
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
    if tail.separator == Separator::LineEnd
        && let Some(hint) = hint_below(lines.body(line + 1))
    {
        mark.value = lines.get(line + 1).body + hint.length;
        mark.separator = hint.separator;
    }
    if let (true, None, Some((above, number))) = (leads, number, number_above(lines, line, spelled.key)) {
        mark.start = above;
        mark.style = Style::Numbered;
        mark.number = Some(number);
    }
    let quoted = matches!(bracket, Some('」' | '』' | ')'));
    let may_be_here = leads || ((parted || mark.is_numbered()) && start >= from);
    let value = behind.get(tail.length..).unwrap_or_default();
    (may_be_here && is_plausible(&mark, quoted, value)).then_some(mark)
}

/// The number of a label and its place, if it stands alone above the label. Lists of Word and HTML become such lines.
fn number_above(lines: &Lines<'_>, line: usize, key: FieldKey) -> Option<(usize, u8)> {
    /// Paragraphs become text with a blank line between them.
    const MAX_DISTANCE: usize = 2;
    let above =
        (1..=MAX_DISTANCE).filter_map(|up| line.checked_sub(up)).find(|above| !lines.is_empty(*above))?;
    let body = lines.body(above);
    // `front` takes a short text only for decoration: no line of a value is as short.
    let found = (body.chars().count() <= 6).then(|| front(body, key as u8 + 1))?;
    let number = found.number.filter(|number| number.abs_diff(key as u8 + 1) <= 1)?;
    let alike = lines.get(above).depth == lines.get(line).depth;
    (alike && found.length == body.len()).then_some((lines.get(above).body, number))
}

/// Whether a word at this position can be a label. `quoted` means that it is in brackets that sentences use too.
fn is_plausible(mark: &Mark, quoted: bool, value: &str) -> bool {
    match mark.separator {
        Separator::Bracket if quoted => mark.leads && !continues(value) && !begins_with_particle(value),
        // 「氏名：」の欄 is a sentence about the label.
        Separator::Colon if value.starts_with(['」', '』']) || value.starts_with("の欄") => false,
        Separator::Colon | Separator::Cell | Separator::Bracket => mark.leads || mark.rank <= Rank::Part,
        Separator::LineEnd | Separator::Dash => mark.leads || (mark.is_numbered() && mark.rank <= Rank::Part),
        Separator::Blank => {
            mark.rank <= Rank::Part && (mark.leads || mark.is_numbered()) && !continues(value)
        }
        Separator::Nothing => {
            mark.rank <= Rank::Part && mark.is_numbered() && !continues(value) && !begins_with_particle(value)
        }
    }
}

/// Whether the text continues an enumeration or a sentence: 「氏名・連絡先を」, 「氏名 及び 連絡先」.
fn continues(value: &str) -> bool {
    value.starts_with(['等', '及', '・', '、', '。', '，', '欄', ')', '）'])
        || ["など", "または", "から", "について", "および"].iter().any(|word| value.starts_with(word))
}

/// Whether a particle directly follows the label: 「氏名の公表」, 「連絡先は」. After a blank, the same character may
/// begin a name: 「氏名 にしだ」.
fn begins_with_particle(value: &str) -> bool {
    value.starts_with(['の', 'は', 'が', 'を', 'に', 'と', 'も', 'や', 'で', 'へ'])
}
