//! Reads the form in a reply that quotes mails of ours. A text typed at a blank label of ours is that field; labelled lines
//! are read as in any mail; our own words are never a value.

use super::{
    FieldKey, Fields, Finding,
    fold::trim,
    labels,
    lines::Lines,
    reading::{self, Reading, is_question},
    spelling::Spellings,
    values::PLACEHOLDER,
};
use crate::{
    desk::quotation::Quotation,
    reply::{Insertion, Source},
};

/// A label of ours without a value.
struct BlankLabel<'a> {
    source: Source,
    line: usize,
    key: FieldKey,
    /// The label, without surrounding blanks.
    text: &'a str,
}

pub(super) fn read(quotation: &Quotation<'_>, spellings: &Spellings, subject_conforms: bool) -> Reading {
    let labels: Vec<BlankLabel<'_>> =
        quotation.sources().flat_map(|(source, _, text)| blank_labels(source, text, spellings)).collect();
    let mut reading = Reading::default();
    let mut others = Vec::new();
    for insertion in quotation.reply.insertions.iter().filter(|insertion| !insertion.quoted) {
        match label_of(insertion, &labels) {
            Some(label) => {
                let behind = if insertion.spot().is_some_and(|spot| spot.inline) { "" } else { "\n" };
                let text = format!("{}{behind}{}", label.text, whole(insertion));
                add(&mut reading, reading::read(&text, spellings, true));
            }
            None => others.push(whole(insertion)),
        }
    }
    let placed = reading.fields != Fields::default();
    if placed {
        reading.findings.push(Finding::of("quoted_form", "the labels of the form are quoted"));
    }
    let asked = labels.iter().any(|label| label.key == FieldKey::Inquiry);
    let all_asked = FieldKey::ALL.iter().all(|key| labels.iter().any(|label| label.key == *key));
    for text in others {
        let found = reading::read(&text, spellings, subject_conforms);
        // Beside values at their labels, and where other fields are asked for, a text without labels is only a greeting.
        let is_inquiry = labels.is_empty() || all_asked || (asked && is_question(&text));
        if found.has_form || (!placed && is_inquiry) {
            add(&mut reading, found);
        }
    }
    if reading.fields == Fields::default() {
        // A form in a mail of another that the reply quotes, such as one that a colleague filled in.
        for insertion in quotation.reply.insertions.iter().filter(|insertion| insertion.quoted) {
            add(&mut reading, reading::read(&insertion.text, spellings, false));
        }
    }
    reading.has_form |= subject_conforms && labels.len() > 1;
    reading
}

fn add(reading: &mut Reading, found: Reading) {
    reading.has_form |= found.has_form;
    reading.fields.complete(&found.fields);
    reading.findings.extend(found.findings);
}

/// The text with the signature: only the form tells a signature from contact data.
fn whole(insertion: &Insertion) -> String {
    match &insertion.signature {
        Some(signature) => format!("{}\n{signature}", insertion.text),
        None => insertion.text.clone(),
    }
}

fn label_of<'l>(insertion: &Insertion, labels: &'l [BlankLabel<'l>]) -> Option<&'l BlankLabel<'l>> {
    let spot = insertion.spot()?;
    labels.iter().find(|label| label.source == spot.source && label.line == spot.line)
}

/// The lines of our text that are a label and at most a placeholder, and have no value below.
fn blank_labels<'t>(source: Source, text: &'t str, spellings: &Spellings) -> Vec<BlankLabel<'t>> {
    let lines = Lines::of(text);
    let marks = labels::find(&lines, spellings);
    let has_label = |line: usize| marks.iter().any(|mark| mark.leads && mark.line == line);
    marks
        .iter()
        .filter(|mark| mark.leads && mark.is_firm())
        .filter(|mark| {
            let behind = text.get(mark.value..lines.get(mark.line).end).unwrap_or_default();
            let below = mark.line + 1;
            matches!(trim(behind), "" | PLACEHOLDER) && (lines.body(below).is_empty() || has_label(below))
        })
        .map(|mark| {
            let place = lines.get(mark.line);
            let text = trim(text.get(place.start..mark.value).unwrap_or_default());
            BlankLabel { source, line: mark.line, key: mark.key, text }
        })
        .collect()
}
