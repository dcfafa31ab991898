//! Reads the form 別紙2-② from the rows of an office file, by its labels and headings in any order. Never fails: what is not
//! certain is a finding.

mod issues;
mod members;
mod rows;
mod sheet;
pub(super) mod values;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::{ApplicationForm, FormFinding, Unread};
use crate::paper::{self, Paper, Row};
use sheet::Sheet;

pub use words::Labels;

/// Of 18: ten labels, seven headings, the header of the list of members. A form that lacks more is another one.
const ANCHORS_OF_THE_FORM: usize = 12;
/// Fewer are in any document.
const ANCHORS_OF_A_FORM: usize = 4;

/// The forms in a document: usually one.
pub fn read(paper: &Paper, labels: &Labels) -> Result<Vec<(ApplicationForm, Vec<FormFinding>)>, Unread> {
    let rows = rows::unfolded(&paper.rows, labels);
    let of = |rows: &[Row]| Sheet::of(rows, labels, &paper.findings);
    // A file may have the circular before the form, and a second form after it.
    let parts = rows::parts(&rows).into_iter().map(of);
    let mut sheets: Vec<Sheet> = parts.filter(|sheet| sheet.anchors() >= ANCHORS_OF_THE_FORM).collect();
    if sheets.is_empty() {
        let whole = of(&rows);
        match whole.anchors() {
            ANCHORS_OF_THE_FORM.. => sheets.push(whole),
            ANCHORS_OF_A_FORM.. if whole.is_about_the_call() => return Err(Unread::WrongForm),
            _ => return Err(Unread::NotTheForm),
        }
    }
    let mut forms: Vec<_> = sheets.into_iter().map(|sheet| sheet.form(&paper.findings)).collect();
    // A blank form beside a filled-in one is the one to copy.
    if forms.iter().any(|(form, _)| !form.is_blank()) {
        forms.retain(|(form, _)| !form.is_blank());
    }
    Ok(forms)
}

/// Finding of the paper that concern the form.
fn of_paper(findings: &BTreeSet<paper::Finding>) -> impl Iterator<Item = FormFinding> {
    findings.iter().map(|finding| match finding {
        paper::Finding::TrackedChanges => FormFinding::TrackedChanges,
        paper::Finding::DrawnMark => FormFinding::DrawnMark,
        paper::Finding::StruckText => FormFinding::StruckText,
        paper::Finding::Placeholder => FormFinding::Placeholder,
        paper::Finding::Symbol => FormFinding::Symbol,
        paper::Finding::Macro => FormFinding::Macro,
        paper::Finding::PrivateUse => FormFinding::PrivateUse,
    })
}
