//! Groups labels to forms: where a form begins, which labels belong to it, which are words of a value.
//! `reading` selects the form and extracts the values.

use std::borrow::Borrow;

use super::{
    FieldKey,
    blank::blank,
    decoration::Style,
    fold::{squash, trim},
    history::Boundary,
    labels::Mark,
    lines::Lines,
    signature::{is_rule, is_sentence},
    spelling::Rank,
    tail::Separator,
};

/// One form in the body: at least one label.
#[derive(Debug, Default)]
pub(super) struct Block<'m> {
    pub(super) marks: Vec<&'m Mark>,
    /// Number of other mails that begin above it.
    pub(super) section: usize,
    /// Byte offset of its end, exclusive.
    pub(super) end: usize,
}

impl Block<'_> {
    pub(super) fn has(&self, key: FieldKey) -> bool {
        self.marks.iter().any(|mark| mark.key == key)
    }

    pub(super) fn first_line(&self, lines: &Lines<'_>) -> usize {
        self.marks.first().map_or(0, |mark| lines.at(mark.start))
    }

    /// Whether these labels are the form, and not words that occur in any mail.
    pub(super) fn is_form(&self, subject_conforms: bool) -> bool {
        let keys = self.keys();
        let numbered = count(&self.marks, Mark::is_numbered);
        let inquiry = self.marks.iter().any(|mark| mark.key == FieldKey::Inquiry && mark.rank <= Rank::Alias);
        let prescribed =
            self.marks.iter().any(|mark| mark.key == FieldKey::Organization && mark.rank == Rank::Prescribed);
        let is_similar = numbered >= 2 || inquiry || (keys >= 3 && prescribed) || keys == 4;
        (keys >= 2 && (is_similar || subject_conforms)) || (subject_conforms && (inquiry || numbered > 0))
    }

    fn keys(&self) -> usize {
        count(&self.marks, |_| true)
    }

    /// Whether no label so far has a value.
    fn is_unfilled(&self, lines: &Lines<'_>, end: usize) -> bool {
        /// Templates leave less space between two labels. The limit keeps this check fast: it runs for every
        /// repeated label.
        const MAX_BLANK: usize = 1_000;
        let ends = self.marks.iter().skip(1).map(|mark| mark.start).chain([end]);
        self.marks.iter().zip(ends).all(|(mark, end)| {
            let text = lines.text.get(mark.value..end).unwrap_or_default();
            text.len() <= MAX_BLANK && blank(trim(text), mark.key).is_some()
        })
    }
}

/// The number of fields with a label that `which` accepts.
fn count<M: Borrow<Mark>>(marks: &[M], which: impl Fn(&Mark) -> bool) -> usize {
    let has = |key| marks.iter().map(Borrow::borrow).any(|mark: &Mark| mark.key == key && which(mark));
    FieldKey::ALL.iter().filter(|key| has(**key)).count()
}

pub(super) fn blocks<'m>(lines: &Lines<'_>, found: &'m [Mark], sections: &[Boundary]) -> Vec<Block<'m>> {
    let kept = certain_labels(found);
    let mut blocks: Vec<Block<'m>> = Vec::new();
    for (index, mark) in kept.iter().enumerate() {
        let section = sections.partition_point(|boundary| boundary.line <= mark.line);
        let boundary = sections.get(section).map_or(usize::MAX, |boundary| boundary.line);
        let end = kept.partition_point(|mark| mark.line < boundary);
        let current = blocks.last_mut().filter(|block| block.section == section);
        let decision = match &current {
            Some(block) => decide(lines, block, mark, kept.get(index..end).unwrap_or_default()),
            None if mark.rank == Rank::Weak => Decision::Ignore,
            None => Decision::Begin,
        };
        match (decision, current) {
            (Decision::Join, Some(block)) => block.join(mark),
            (Decision::Begin, current) => {
                if let Some(block) = current {
                    block.end = template_start(lines, mark);
                }
                blocks.push(Block { marks: vec![mark], section, end: 0 });
            }
            _ => {}
        }
    }
    for block in &mut blocks {
        let boundary =
            sections.get(block.section).map_or(lines.text.len(), |boundary| lines.get(boundary.line).start);
        block.end = if block.end == 0 { boundary } else { block.end.min(boundary) };
    }
    blocks
}

/// Labels that are certain by themselves or because of the other labels.
fn certain_labels(found: &[Mark]) -> Vec<&Mark> {
    let leading = count(found, |mark| mark.leads && mark.rank <= Rank::Alias);
    let numbered = count(found, Mark::is_numbered);
    found
        .iter()
        .filter(|mark| match mark.separator {
            _ if mark.rank == Rank::Weak => mark.leads,
            Separator::Blank => mark.is_firm() || leading >= 3,
            Separator::Nothing => numbered >= 2,
            _ => mark.is_firm() || mark.rank == Rank::Part,
        })
        .collect()
}

impl<'m> Block<'m> {
    /// Adds a label. A 連絡先 label removes earlier parts such as 電話: these are from a letterhead above the form.
    fn join(&mut self, mark: &'m Mark) {
        if mark.key == FieldKey::Contact && mark.rank <= Rank::Alias {
            self.marks.retain(|other| other.rank != Rank::Part);
        }
        self.marks.push(mark);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// The label begins another form.
    Begin,
    /// The label belongs to this form.
    Join,
    /// The label is a word of a value.
    Ignore,
}

fn decide(lines: &Lines<'_>, block: &Block<'_>, mark: &Mark, following: &[&Mark]) -> Decision {
    let Some(last) = block.marks.last() else {
        return Decision::Begin;
    };
    let new = block.marks.iter().all(|other| other.key != mark.key || other.rank == Rank::Part);
    // 「TEL：」 below 連絡先 also repeats that field, but begins another form only after at least three fields.
    let repeated = if mark.rank == Rank::Part { block.keys() >= 3 && block.has(mark.key) } else { !new };
    if (repeated && begins_form(lines, block, mark, following)) || is_heading(block, following) {
        return Decision::Begin;
    }
    // 「担当：」 above 「2) 氏名：」 is a word of the value above.
    let is_stronger = |next: &&Mark| next.key == mark.key && next.rank <= Rank::Alias;
    if mark.rank == Rank::Weak && following.iter().take(MAX_RUN).any(is_stronger) {
        return Decision::Ignore;
    }
    let joins = if mark.rank == Rank::Part {
        part_joins(lines, block, last, mark)
    } else if last.key == FieldKey::Inquiry {
        let may_be_here = mark.leads || (mark.line == last.line && mark.style == last.style);
        new && may_be_here && mark.style == last.style && (mark.is_firm() || mark.separator == last.separator)
    } else {
        let is_word = !mark.leads
            && !mark.is_numbered()
            && following.iter().take(MAX_RUN).any(|next| next.key == mark.key && next.leads);
        !is_word && (new || last.key == mark.key || mark.leads)
    };
    if joins { Decision::Join } else { Decision::Ignore }
}

/// Whether 電話, メール and similar labels are a field of this form, and not words of the contact value or a signature.
fn part_joins(lines: &Lines<'_>, block: &Block<'_>, last: &Mark, mark: &Mark) -> bool {
    let alike = match block.marks.iter().find(|other| other.key == FieldKey::Contact) {
        // 「電話番号：TEL 03-…」 is a word of the value; a heading with its parts below is a field.
        Some(first) => {
            let part = first.rank == Rank::Part && last.key == FieldKey::Contact && mark.start > last.value;
            part && (mark.style == first.style || mark.style != Style::Plain)
        }
        None => last.key != FieldKey::Inquiry || (mark.leads && mark.style == last.style),
    };
    alike && (mark.style != Style::Plain || !in_signature(lines, last, mark))
}

/// Whether the label is in a signature, which may begin after the inquiry or the contact. In a signature, the
/// telephone is below a ruled line, or below a name that follows a blank line.
fn in_signature(lines: &Lines<'_>, last: &Mark, mark: &Mark) -> bool {
    /// Lines between the ruled line and the telephone.
    const MAX_LINES: usize = 20;
    let between = || (last.line + 1..mark.line).rev().take(MAX_LINES);
    let above = lines.body(mark.line.saturating_sub(1));
    let named = !above.is_empty() && !is_sentence(above);
    let ruled = |line| is_rule(lines.body(line)) || lines.body(line) == "--";
    let may_follow = matches!(last.key, FieldKey::Inquiry | FieldKey::Contact);
    may_follow && between().any(|line| ruled(line) || (named && lines.is_empty(line)))
}

/// Whether a repeated label begins another form.
fn begins_form(lines: &Lines<'_>, block: &Block<'_>, mark: &Mark, following: &[&Mark]) -> bool {
    let run = run(following);
    let as_long = run.keys() >= block.keys().min(3);
    // 「氏名：… 所属：… 照会内容：…」 below 自治体名 is the same form with one field twice.
    let whole =
        block.has(FieldKey::Inquiry) || FieldKey::ALL.iter().all(|key| !block.has(*key) || run.has(*key));
    // So is 「自治体名：… 所属：…」. A single label in another style is a word of the greeting.
    let same_field = block.marks.iter().all(|other| other.key == mark.key && other.style == mark.style);
    let another = run.has(FieldKey::Inquiry) && whole && !same_field;
    mark.leads && as_long && (another || block.is_unfilled(lines, mark.start))
}

/// Whether the only label so far is a heading above the form: 「照会内容」, followed by the four fields.
fn is_heading(block: &Block<'_>, following: &[&Mark]) -> bool {
    if block.marks.len() > 1 || !block.has(FieldKey::Inquiry) {
        return false;
    }
    let run = run(following);
    run.has(FieldKey::Inquiry) && run.keys() >= 3
}

/// The first labels of `following` that could be one form: up to the first repeated field.
fn run<'m>(following: &[&'m Mark]) -> Block<'m> {
    let mut run = Block::default();
    for next in following.iter().take(MAX_RUN) {
        if run.has(next.key) && next.rank != Rank::Part {
            break;
        }
        run.marks.push(next);
    }
    run
}

/// Maximum number of labels of a form: four fields, some with parts.
const MAX_RUN: usize = 8;

/// The start of the template whose first label is `mark`, including the instructions above it.
fn template_start(lines: &Lines<'_>, mark: &Mark) -> usize {
    /// Lines of instructions: 「下記を記載のうえご連絡ください」, 「件名：…」, 「本文：」, and blank lines.
    const MAX_LINES: usize = 6;
    let mut start = mark.start;
    for line in (0..mark.line).rev().take(MAX_LINES) {
        let words = squash(lines.body(line));
        let is_instruction = ["下記", "以下"].iter().any(|word| words.contains(word))
            && ["記載", "記入"].iter().any(|word| words.contains(word))
            || ["件名:", "本文", "記入例", "(記入例)", "様式"].iter().any(|word| words.starts_with(word));
        if is_instruction {
            start = lines.get(line).start;
        } else if !words.is_empty() {
            break;
        }
    }
    start
}
