//! Picks the form that was filled in: templates above, below and inside quoted mail are passed over. Takes the four values out of it.
//! Which labels belong together is `blocks`' affair, where a value ends is `values`'.

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

/// What the body holds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) has_form: bool,
    pub(super) fields: Fields,
    pub(super) findings: Vec<Finding>,
}

/// Reads the form in a body.
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
    let best = (0..forms.len()).max_by_key(|index| forms.get(*index).map(Filled::worth));
    let own_end = sections.first().map_or(lines.len(), |boundary| boundary.line);
    let Some(best) = best.map(|index| forms.swap_remove(index)) else {
        let mut reading = Reading::default();
        if subject_conforms {
            take_free_text(&mut reading, &lines, own_end);
        }
        return reading;
    };
    let template = if best.block.section == 0 { best.block.first_line() } else { own_end };
    let unasked = !best.block.has(FieldKey::Inquiry);
    let mut reading = Reading { has_form: true, fields: best.fields, findings: best.findings };
    if forms.iter().any(|other| other.count > 0 && other.block.section == best.block.section) {
        reading.findings.push(Finding::of("other_form", "the body holds another form that is filled in"));
    }
    // The label is there and nothing behind it: what stands above is a greeting as long as other fields are filled in.
    let free = reading.fields == Fields::default() || unasked;
    // A template at the end of its own circular has the circular above it, not a question.
    let circular = is_document(&lines, lines.first_text());
    if subject_conforms && reading.fields.inquiry.is_none() && free && !circular {
        take_free_text(&mut reading, &lines, template);
    }
    reading
}

/// The writer's own text up to a line becomes the inquiry, where no form holds one.
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

fn is_question(text: &str) -> bool {
    ["か。", "か？", "？", "教え", "教示", "伺い", "知りたい"].iter().any(|word| text.contains(word))
}

/// A form with its values.
struct Filled<'b, 'm> {
    block: &'b Block<'m>,
    fields: Fields,
    findings: Vec<Finding>,
    /// How many values it holds.
    count: usize,
    /// How often its least quoted label is quoted.
    depth: u8,
}

impl Filled<'_, '_> {
    /// A template that is only quoted or forwarded makes no inquiry, unless the subject says so.
    fn is_form(&self, subject_conforms: bool) -> bool {
        let own = self.count > 0 || (self.depth == 0 && self.block.section == 0);
        self.block.is_form(subject_conforms) && (own || subject_conforms)
    }

    /// Filled in before blank, own before forwarded, plain before quoted, more values before fewer, and of equals the last.
    fn worth(&self) -> impl Ord + use<> {
        let nearness = std::cmp::Reverse((self.block.section, self.depth));
        let own = self.block.section == 0;
        (self.count > 0, own, std::cmp::Reverse(self.depth), self.count, nearness)
    }
}

/// Takes the values of a form.
fn fill<'b, 'm>(lines: &Lines<'_>, block: &'b Block<'m>) -> Filled<'b, 'm> {
    let depth = block.marks.iter().map(|mark| lines.get(mark.line).depth).min().unwrap_or(0);
    let mut filled = Filled { block, fields: Fields::default(), findings: Vec::new(), count: 0, depth };
    for key in FieldKey::ALL {
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
        filled.findings.push(Finding::of("forwarded_form", "the form stands in a quoted or forwarded mail"));
    }
    order_findings(block, &mut filled.findings);
    filled
}

/// Labels that come twice or out of the circular's order.
fn order_findings(block: &Block<'_>, findings: &mut Vec<Finding>) {
    let mut keys: Vec<FieldKey> = block.marks.iter().map(|mark| mark.key).collect();
    // Telephone and mail with a label each are one field.
    keys.dedup();
    for key in FieldKey::ALL {
        if keys.iter().filter(|other| **other == key).count() > 1 {
            findings.push(Finding::of("duplicate_field", format!("{}: labelled twice", key.as_str())));
        }
    }
    if !keys.is_sorted() {
        findings.push(Finding::of("out_of_order", "the fields are not in the prescribed order"));
    }
}

/// The text behind a key's label, or behind its labels where it has several.
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
        // 「機関名：… 所属：…」 is one text; telephone and mail in fields of their own keep their labels.
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
