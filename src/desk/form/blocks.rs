//! Puts labels together to forms, and picks the one that was filled in: templates above, below and inside quoted mail are passed over.
//! The text of each field is taken by `values`.

use super::{
    FieldKey, Fields, Finding, FormRules,
    blank::{Blank, blank},
    fold::trim,
    history::{Boundary, boundaries},
    labels::{self, Mark, Separator},
    lines::Lines,
    spelling::{Rank, Spellings},
    values::{Span, value},
};

/// What the body holds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) has_form: bool,
    pub(super) fields: Fields,
    pub(super) findings: Vec<Finding>,
}

/// One form in the body: labels that belong together.
#[derive(Debug, Default)]
struct Block<'m> {
    marks: Vec<&'m Mark>,
    /// How many other mails begin above it.
    section: usize,
    /// The byte behind it.
    end: usize,
}

/// A form with its values.
struct Filled {
    fields: Fields,
    findings: Vec<Finding>,
    count: usize,
    depth: u8,
    section: usize,
}

/// Reads the form in a body.
pub(super) fn read(text: &str, rules: &FormRules, subject_conforms: bool) -> Reading {
    let lines = Lines::of(text);
    let sections = boundaries(&lines);
    let found = labels::find(&lines, &Spellings::of(rules));
    let blocks = blocks(&lines, &found, &sections);
    let filled: Vec<Filled> = blocks.iter().map(|block| fill(&lines, block)).collect();
    let best = filled.iter().zip(&blocks).filter(|(_, block)| block.is_form(subject_conforms)).max_by_key(
        |(filled, _)| {
            (
                filled.count > 0,
                filled.section == 0,
                std::cmp::Reverse(filled.depth),
                filled.count,
                std::cmp::Reverse(filled.section),
            )
        },
    );
    let mut reading = Reading::default();
    if let Some((filled, _)) = best {
        reading.has_form = true;
        reading.fields = filled.fields.clone();
        reading.findings.clone_from(&filled.findings);
    }
    if subject_conforms
        && reading.fields.inquiry.is_none()
        && (best.is_none() || reading.fields == Fields::default())
    {
        reading.fields.inquiry = free_text(&lines, &sections, blocks.first().map(Block::start));
    }
    reading
}

/// The writer's own text, where there is no form.
fn free_text(lines: &Lines<'_>, sections: &[Boundary], template: Option<usize>) -> Option<String> {
    let own = sections.first().map_or(lines.text.len(), |boundary| lines.get(boundary.line).start);
    let to = template.map_or(own, |template| template.min(own));
    let span = Span { from: 0, to, depth: 0, cut_short: false };
    let (text, _) = value(lines, span, FieldKey::Inquiry, &Fields::default());
    (!text.is_empty()).then_some(text)
}

impl Block<'_> {
    fn has(&self, key: FieldKey) -> bool {
        self.marks.iter().any(|mark| mark.key == key)
    }

    fn keys(&self) -> usize {
        FieldKey::ALL.into_iter().filter(|key| self.has(*key)).count()
    }

    fn start(&self) -> usize {
        self.marks.first().map_or(0, |mark| mark.start)
    }

    /// Whether these labels are the form, and not words that any mail holds.
    fn is_form(&self, subject_conforms: bool) -> bool {
        let known = self.marks.iter().filter(|mark| mark.rank <= Rank::Alias);
        let numbered = FieldKey::ALL
            .into_iter()
            .filter(|key| self.marks.iter().any(|mark| mark.key == *key && mark.is_numbered()))
            .count();
        let prescribed =
            self.marks.iter().any(|mark| mark.key == FieldKey::Organization && mark.rank == Rank::Prescribed);
        let inquiry = self.marks.iter().any(|mark| mark.key == FieldKey::Inquiry && mark.rank <= Rank::Alias);
        let keys = self.keys();
        if subject_conforms {
            return known.count() > 0;
        }
        keys >= 2 && (numbered >= 2 || inquiry || (keys >= 3 && prescribed))
    }
}

/// Groups labels to forms.
fn blocks<'m>(lines: &Lines<'_>, found: &'m [Mark], sections: &[Boundary]) -> Vec<Block<'m>> {
    let leading = FieldKey::ALL
        .into_iter()
        .filter(|key| found.iter().any(|mark| mark.key == *key && mark.leads && mark.rank <= Rank::Alias))
        .count();
    let numbered = FieldKey::ALL
        .into_iter()
        .filter(|key| found.iter().any(|mark| mark.key == *key && mark.is_numbered()))
        .count();
    let has_contact =
        found.iter().any(|mark| mark.key == FieldKey::Contact && mark.rank <= Rank::Alias && mark.is_firm());
    let kept: Vec<&Mark> = found
        .iter()
        .filter(|mark| match mark.rank {
            Rank::Part => !has_contact,
            Rank::Weak => mark.leads,
            Rank::Prescribed | Rank::Alias => {
                mark.is_firm()
                    || (mark.separator == Separator::Blank && leading >= 3)
                    || (mark.separator == Separator::Nothing && numbered >= 2)
            }
        })
        .collect();
    let mut blocks: Vec<Block<'m>> = Vec::new();
    for (index, mark) in kept.iter().enumerate() {
        let section = sections.partition_point(|boundary| boundary.line <= mark.line);
        let fits = blocks.last().is_some_and(|block| block.section == section);
        let decision = match blocks.last() {
            Some(block) if fits => decide(lines, block, mark, &kept[index..]),
            _ if mark.rank == Rank::Weak => Decision::Ignore,
            _ => Decision::Begin,
        };
        match decision {
            Decision::Begin => {
                if let Some(block) = blocks.last_mut() {
                    block.end = mark.start;
                }
                blocks.push(Block { marks: vec![mark], section, end: 0 });
            }
            Decision::Join => {
                if let Some(block) = blocks.last_mut() {
                    block.marks.push(mark);
                }
            }
            Decision::Ignore => {}
        }
    }
    limit(lines, &mut blocks, sections);
    blocks
}

/// Ends each form at the next one, or where another mail begins.
fn limit(lines: &Lines<'_>, blocks: &mut [Block<'_>], sections: &[Boundary]) {
    for block in blocks {
        let boundary =
            sections.get(block.section).map_or(lines.text.len(), |boundary| lines.get(boundary.line).start);
        block.end = if block.end == 0 { boundary } else { block.end.min(boundary) };
    }
}

enum Decision {
    /// The label begins another form.
    Begin,
    /// It belongs to this form.
    Join,
    /// It is a word of a value.
    Ignore,
}

fn decide(lines: &Lines<'_>, block: &Block<'_>, mark: &Mark, following: &[&Mark]) -> Decision {
    let Some(last) = block.marks.last() else {
        return Decision::Begin;
    };
    let in_inquiry = last.key == FieldKey::Inquiry;
    if block.has(mark.key) {
        return if begins_form(lines, block, mark, following) {
            Decision::Begin
        } else if !in_inquiry && (last.key == mark.key || mark.leads) {
            Decision::Join
        } else {
            Decision::Ignore
        };
    }
    if !in_inquiry {
        return Decision::Join;
    }
    let placed = mark.leads || (mark.line == last.line && mark.style == last.style);
    let styled = mark.style == last.style || mark.style == super::decoration::Style::Plain;
    let strong = mark.is_firm() || (mark.rank == Rank::Part && mark.separator == Separator::Colon);
    if placed && styled && strong { Decision::Join } else { Decision::Ignore }
}

/// Whether a repeated label begins a form of its own.
fn begins_form(lines: &Lines<'_>, block: &Block<'_>, mark: &Mark, following: &[&Mark]) -> bool {
    let mut run = Block::default();
    for next in following.iter().take(8) {
        if run.has(next.key) {
            break;
        }
        run.marks.push(next);
    }
    let as_long = run.keys() >= block.keys().min(3);
    if run.has(FieldKey::Inquiry) && as_long && mark.leads {
        return true;
    }
    mark.leads && as_long && is_unfilled(lines, block, mark.start)
}

/// Nothing stands behind any label of the form so far.
fn is_unfilled(lines: &Lines<'_>, block: &Block<'_>, end: usize) -> bool {
    let ends = block.marks.iter().skip(1).map(|mark| mark.start).chain([end]);
    block.marks.iter().zip(ends).all(|(mark, end)| {
        let text = trim(lines.text.get(mark.value..end).unwrap_or_default());
        blank(text, mark.key).is_some()
    })
}

/// Takes the values of a form.
fn fill(lines: &Lines<'_>, block: &Block<'_>) -> Filled {
    let mut filled = Filled {
        fields: Fields::default(),
        findings: Vec::new(),
        count: 0,
        depth: block.marks.iter().map(|mark| lines.get(mark.line).depth).min().unwrap_or(0),
        section: block.section,
    };
    for key in FieldKey::ALL {
        let Some(text) = text_of(lines, block, key, &filled.fields) else {
            continue;
        };
        match blank(&text, key) {
            None => {
                filled.fields.set(key, Some(text));
                filled.count += 1;
            }
            Some(Blank::Empty) => {}
            Some(Blank::None | Blank::Reference | Blank::Placeholder) => {
                filled.findings.push(Finding {
                    code: "placeholder",
                    detail: format!("{}: {text:?} counts as blank", key.as_str()),
                });
            }
        }
    }
    filled
}

/// The text behind a key's label, or behind its labels where it has several.
fn text_of(lines: &Lines<'_>, block: &Block<'_>, key: FieldKey, fields: &Fields) -> Option<String> {
    let mut texts = Vec::new();
    let mut index = 0;
    while let Some(mark) = block.marks.get(index) {
        if mark.key != key {
            index += 1;
            continue;
        }
        let mut behind = index + 1;
        while block.marks.get(behind).is_some_and(|next| next.key == key) {
            behind += 1;
        }
        let next = block.marks.get(behind);
        let to = next.map_or(block.end, |next| next.start);
        // 電話：… メール：… without 連絡先 above: the parts keep their labels.
        let from = if mark.rank == Rank::Part && behind > index + 1 { mark.label } else { mark.value };
        let span = Span {
            from,
            to: to.max(from),
            depth: lines.get(mark.line).depth,
            cut_short: next.is_some_and(|next| !next.leads),
        };
        texts.push(value(lines, span, key, fields).0);
        index = behind;
    }
    (!texts.is_empty())
        .then(|| texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join("\n"))
}
