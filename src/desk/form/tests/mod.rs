//! Table tests of the form parser, with forms as people fill them in.

mod attached;
mod blanks;
mod contacts;
mod endings;
mod layouts;
mod matrix;
mod others;
mod people;
mod properties;
mod quotations;
mod replies;
mod subjects;

use super::{Fields, Form, FormRules, read_form};

const SUBJECT: &str = "拠点整備・運用に関する照会";

fn read(text: &str) -> Form {
    read_form(SUBJECT, text, &FormRules::default())
}

fn fields([organization, name, contact, inquiry]: [&str; 4]) -> Fields {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Fields {
        organization: some(organization),
        name: some(name),
        contact: some(contact),
        inquiry: some(inquiry),
    }
}

/// Parses bodies under the prescribed subject and compares the four fields. An empty string means a missing field.
fn check(cases: &[(&str, &str, [&str; 4])]) {
    let mut wrong = Vec::new();
    for (name, text, expected) in cases {
        let form = read(text);
        if form.fields != fields(*expected) {
            wrong.push(format!("{name}\n  is       {:?}\n  expected {expected:?}", form.fields));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Parses bodies under the prescribed subject and compares the missing fields, given by their initials (ONCI).
fn check_missing(cases: &[(&str, String, &str)]) {
    let mut wrong = Vec::new();
    for (name, text, expected) in cases {
        let form = read(text);
        let missing: String = form.missing.iter().filter_map(|key| key.as_str().chars().next()).collect();
        if missing.to_uppercase() != *expected || !form.has_form {
            wrong.push(format!("{name}\n  is       {:?}\n  missing expected {expected:?}", form.fields));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
