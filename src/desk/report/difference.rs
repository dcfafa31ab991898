//! What changed between two editions of a report.

use serde_json::Value;

use super::Report;

/// A figure that differs. `None`: the line is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Keys of the report and names of lines, such as `answers.late` or `topics.連携`.
    pub figure: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The figures that differ, in the order of the report. The time of making is no difference.
#[must_use]
pub fn differences(before: &Report, after: &Report) -> Vec<Difference> {
    let (before, after) = (figures(before), figures(after));
    let mut found: Vec<Difference> = Vec::new();
    for (figure, value) in &after {
        let old = before.iter().find(|(name, _)| name == figure).map(|(_, value)| value.clone());
        if old.as_ref() != Some(value) {
            found.push(Difference { figure: figure.clone(), before: old, after: Some(value.clone()) });
        }
    }
    for (figure, value) in &before {
        if !after.iter().any(|(name, _)| name == figure) {
            found.push(Difference { figure: figure.clone(), before: Some(value.clone()), after: None });
        }
    }
    found
}

/// Every figure with its name.
fn figures(report: &Report) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(Value::Object(mut report)) = serde_json::to_value(report) {
        report.remove("as_of");
        walk("", &Value::Object(report), &mut found);
    }
    found
}

fn walk(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(&below(key), value, found)),
        Value::Array(lines) => {
            for line in lines {
                // A line of a table is one figure; a named ticket has several.
                let key = line.get("name").or_else(|| line.get("number")).and_then(Value::as_str);
                match (key, line.get("count")) {
                    (Some(key), Some(count)) => found.push((below(key), count.to_string())),
                    (Some(key), None) => found.push((below(key), line.to_string())),
                    (None, _) => {}
                }
            }
        }
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Null => {}
        value => found.push((name.to_owned(), value.to_string())),
    }
}
