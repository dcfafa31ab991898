//! Selects the form that the sender filled in, skips templates and quoted forms, and extracts the four values.
//! `blocks` groups the labels, `values` finds the end of each value.

use super::{
    FieldKey, Fields, Finding,
    blank::blank,
    blocks::{Block, blocks},
    history::{boundaries, is_document},
    labels,
    lines::Lines,
    spelling::{Rank, Spellings},
    values::{Span, value},
};

#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) has_form: bool,
    pub(super) fields: Fields,
    pub(super) findings: Vec<Finding>,
}

pub(super) fn read(text: &str, spellings: &Spellings, subject_conforms: bool) -> Reading {
    let lines = Lines::of(text);
    let sections = boundaries(&lines);
    let found = labels::find(&lines, spellings);
    let blocks = blocks(&lines, &found, &sections);
    let mut forms: Vec<Filled<'_, '_>> = blocks
        .iter()
        .map(|block| fill(&lines, block))
        .filter(|filled| filled.is_form(subject_conforms))
        .collect();
    let best = (0..forms.len()).max_by_key(|index| forms.get(*index).map(Filled::priority));
    let own_end = sections.first().map_or(lines.len(), |boundary| boundary.line);
    let Some(best) = best.map(|index| forms.swap_remove(index)) else {
        let mut reading = Reading::default();
        if subject_conforms {
            take_free_text(&mut reading, &lines, own_end);
        }
        return reading;
    };
    let free_text_end = if best.block.section == 0 { best.block.first_line(&lines) } else { own_end };
    let no_inquiry_label = !best.block.has(FieldKey::Inquiry);
    let mut reading = Reading { has_form: true, fields: best.fields, findings: best.findings };
    if forms.iter().any(|other| other.count > 0 && other.block.section == best.block.section) {
        reading.findings.push(Finding::of("other_form", "the body contains another form that is filled in"));
    }
    // If the inquiry label has no value but other fields have one, the text above the form is only a greeting.
    let may_be_inquiry = reading.fields == Fields::default() || no_inquiry_label;
    // The text above the template at the end of the circular is the circular itself, not a question.
    let circular = is_document(&lines, lines.first_text());
    if subject_conforms && reading.fields.inquiry.is_none() && may_be_inquiry && !circular {
        take_free_text(&mut reading, &lines, free_text_end);
    }
    reading
}

/// Takes the sender's own text up to line `end` as the inquiry, because the form has none.
fn take_free_text(reading: &mut Reading, lines: &Lines<'_>, end: usize) {
    let to = lines.get(end).start;
    let span = Span { from: 0, to, depth: 0, cut_short: false };
    let text = value(lines, span, FieldKey::Inquiry, &reading.fields);
    let asks = reading.fields == Fields::default() || is_question(&text);
    if blank(&text, FieldKey::Inquiry).is_none() && asks {
        reading.fields.inquiry = Some(text);
        reading.findings.push(Finding::of("free_text", "the text outside the form counts as the inquiry"));
    }
}

pub(super) fn is_question(text: &str) -> bool {
    ["か。", "か？", "？", "教え", "教示", "伺い", "知りたい"].iter().any(|word| text.contains(word))
}

struct Filled<'b, 'm> {
    block: &'b Block<'m>,
    fields: Fields,
    findings: Vec<Finding>,
    /// Number of fields with a value.
    count: usize,
    /// Smallest quote depth of its labels.
    depth: u8,
}

impl Filled<'_, '_> {
    /// Whether this is the form. Under other subjects than the prescribed one, a quoted or forwarded template without
    /// values does not count.
    fn is_form(&self, subject_conforms: bool) -> bool {
        let own = self.count > 0 || (self.depth == 0 && self.block.section == 0);
        self.block.is_form(subject_conforms) && (own || subject_conforms)
    }

    /// Sort key; the form with the greatest key is selected, the last one of equals. Filled in before blank, own before
    /// forwarded, unquoted before quoted, more values before fewer.
    fn priority(&self) -> impl Ord + use<> {
        let nearness = std::cmp::Reverse((self.block.section, self.depth));
        let own = self.block.section == 0;
        (self.count > 0, own, std::cmp::Reverse(self.depth), self.count, nearness)
    }
}

/// Extracts the values of a form.
fn fill<'b, 'm>(lines: &Lines<'_>, block: &'b Block<'m>) -> Filled<'b, 'm> {
    let depth = block.marks.iter().map(|mark| lines.get(mark.line).depth).min().unwrap_or(0);
    let mut filled = Filled { block, fields: Fields::default(), findings: Vec::new(), count: 0, depth };
    for &key in FieldKey::ALL {
        let Some(text) = text_of(lines, block, key, &filled.fields) else {
            continue;
        };
        match blank(&text, key) {
            None => {
                filled.fields.set(key, Some(text));
                filled.count += 1;
            }
            Some(blank) if !text.is_empty() => {
                let detail = format!("{}: {} counts as blank", key.as_str(), blank.describe());
                filled.findings.push(Finding::of("placeholder", detail));
            }
            Some(_) => {}
        }
    }
    if depth > 0 {
        filled.findings.push(Finding::of("quoted_form", "the labels of the form are quoted"));
    }
    if block.section > 0 {
        filled.findings.push(Finding::of("forwarded_form", "the form is in a quoted or forwarded mail"));
    }
    order_findings(block, &mut filled.findings);
    filled
}

/// Reports duplicate labels and labels that are not in the circular's order.
fn order_findings(block: &Block<'_>, findings: &mut Vec<Finding>) {
    let mut keys: Vec<FieldKey> = block.marks.iter().map(|mark| mark.key).collect();
    // Adjacent labels of one field (telephone and mail) count once.
    keys.dedup();
    for &key in FieldKey::ALL {
        if keys.iter().filter(|other| **other == key).count() > 1 {
            findings.push(Finding::of("duplicate_field", format!("{}: labelled twice", key.as_str())));
        }
    }
    if !keys.is_sorted() {
        findings.push(Finding::of("out_of_order", "the fields are not in the prescribed order"));
    }
}

/// The text after the labels of `key`, joined if there are several; `None` if it has no label.
fn text_of(lines: &Lines<'_>, block: &Block<'_>, key: FieldKey, fields: &Fields) -> Option<String> {
    let parts = block.marks.iter().filter(|mark| mark.key == key && mark.rank == Rank::Part).count();
    let mut texts = Vec::new();
    let mut marks = block.marks.iter().peekable();
    let mut found = false;
    while let Some(mark) = marks.next() {
        if mark.key != key {
            continue;
        }
        found = true;
        // 「機関名：… 所属：…」 is one text. Telephone and mail with separate labels keep these labels in the text.
        let part = mark.rank == Rank::Part && parts > 1;
        while !part && marks.next_if(|next| next.key == key).is_some() {}
        let next = marks.peek();
        let from = if part { mark.label } else { mark.value };
        let to = next.map_or(block.end, |next| next.start).max(from);
        let depth = lines.get(mark.line).depth;
        texts.push(value(
            lines,
            Span { from, to, depth, cut_short: next.is_some_and(|next| !next.leads) },
            key,
            fields,
        ));
    }
    texts.retain(|text| !text.is_empty());
    found.then(|| texts.join("\n"))
}
