//! The JSON shape of a form that was read.

use serde_json::{Value, json};

use crate::desk::application::{ApplicationForm, Check, Submitted};

/// One file of a mail, or of the command line.
#[must_use]
pub fn object(submitted: &Submitted, checks: &[Check]) -> Value {
    let form = submitted.form();
    let is_certain = !submitted.findings().iter().any(|finding| finding.makes_issues_uncertain());
    json!({
        "part": submitted.part,
        "file": submitted.file,
        "inner_name": submitted.inner_name,
        "format": submitted.format,
        "unread": submitted.unread(),
        "fields": form,
        "issues_certain": form.map(|_| is_certain),
        "missing": form.map(ApplicationForm::missing).unwrap_or_default(),
        "findings": submitted.findings(),
        "checks": checks,
    })
}
