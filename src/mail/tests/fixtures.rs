//! Parses the samples in tests/fixtures/mail: one for every way of encoding that we have seen in Japanese mail.
//! The generator `make.py` writes the expected results with codecs other than ours.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::mail::{self, InboundMail};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mail")
}

/// Returns the differences between the mail and the expected values; empty if there are none.
fn check(mail: &InboundMail, expected: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, is: Value, wanted: &Value| {
        if is != *wanted {
            wrong.push(format!("{what} is {is}, expected {wanted}"));
        }
    };
    if let Some(subject) = expected.get("subject") {
        let folded = expected.get("subject_alt").is_some_and(|other| other == &mail.subject);
        same("subject", if folded { subject.clone() } else { mail.subject.as_str().into() }, subject);
    }
    if let Some(from) = expected.get("frm") {
        let is = mail.from.as_ref().map(|from| serde_json::json!([from.name, from.address]));
        same("from", is.unwrap_or_default(), from);
    }
    if let Some(text) = expected.get("exact") {
        same("text", mail.text.as_str().into(), text);
    }
    if let Some(attachments) = expected.get("att") {
        let is = mail.attachments.iter().map(|a| serde_json::json!([a.name, a.bytes.len()])).collect();
        same("attachments", is, attachments);
    }
    if let Some(count) = expected.get("attn") {
        same("number of attachments", mail.attachments.len().into(), count);
    }
    let unreadable = expected.get("unreadable").cloned().unwrap_or(false.into());
    same("unreadable", mail.unreadable.is_some().into(), &unreadable);
    let has = |code: &Value| mail.warnings.iter().any(|warning| code == warning.code);
    if expected.get("warn").is_some_and(|code| !has(code))
        || expected.get("nowarn").is_some() && !mail.warnings.is_empty()
    {
        wrong.push(format!("warnings are {:?}", mail.warnings));
    }
    for part in ["text", "text2"].into_iter().filter_map(|key| expected.get(key)?.as_str()) {
        if !mail.text.contains(part.trim_end()) {
            wrong.push(format!("{part:?} is not in {:?}", mail.text));
        }
    }
    wrong
}

#[test]
fn every_encoding_is_read_as_its_writer_meant_it() {
    let expected: Value = serde_json::from_slice(&fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let mut report = Vec::new();
    for (name, expected) in expected.as_object().unwrap() {
        let mail = mail::read(&fs::read(folder().join(format!("{name}.eml"))).unwrap());
        let wrong = check(&mail, expected);
        if !wrong.is_empty() {
            report.push(format!("{name}\n  {}", wrong.join("\n  ")));
        }
    }
    assert!(report.is_empty(), "{} read wrongly:\n{}", report.len(), report.join("\n"));
}
