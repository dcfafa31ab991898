//! Phrases that staff keep (定型文): a line 「定型 名前」 in an answer stands for a phrase, and words in braces for what the desk knows
//! of the ticket.

use std::sync::LazyLock;

use regex::Regex;

use super::{form::fold, ticket::TicketNumber};

/// What a placeholder stands for.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub organization: Option<String>,
    pub name: Option<String>,
    pub number: String,
    /// The day by which the inquirer was promised an answer.
    pub promised: Option<String>,
    pub member: Option<String>,
}

impl Values {
    /// The value of a placeholder. The outer `None`: there is no such placeholder.
    fn of(&self, placeholder: &str) -> Option<Option<&str>> {
        Some(match placeholder.trim() {
            "機関名" => self.organization.as_deref(),
            "氏名" => self.name.as_deref(),
            "受付番号" => Some(&self.number),
            "回答期限" | "回答予定" => self.promised.as_deref(),
            "担当者" => self.member.as_deref(),
            _ => return None,
        })
    }
}

/// A placeholder that cannot be filled: the mail must not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled(pub String);

static PLACEHOLDER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[{｛]{1,2}\s*([^{}｛｝\n]{1,12}?)\s*[}｝]{1,2}").ok());

/// Longest name of a phrase, in characters.
pub const LONGEST_NAME: usize = 40;

/// The phrase that a line of an answer stands for.
#[must_use]
pub fn named(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest = line.strip_prefix("定型文").or_else(|| line.strip_prefix("定型"))?;
    let name = rest.trim_start_matches([' ', '\u{3000}', ':', '：']);
    let is_gap = name.len() < rest.len();
    (is_gap && !name.is_empty() && name.chars().count() <= LONGEST_NAME).then_some(name.trim())
}

/// The ticket whose answer a line of an answer stands for: 「引用 ZT-2025-0001」.
#[must_use]
pub fn quoted(line: &str) -> Option<TicketNumber> {
    let rest = line.trim().strip_prefix("引用")?;
    let number = rest.trim_start_matches([' ', '\u{3000}', ':', '：']).trim_end_matches('。');
    fold(number).to_uppercase().parse().ok()
}

/// A name as phrases are found by it.
#[must_use]
pub fn key(name: &str) -> String {
    fold(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The phrase with its placeholders filled.
///
/// # Errors
/// A placeholder for which there is no value, or which nobody knows.
pub fn filled(text: &str, values: &Values) -> Result<String, Unfilled> {
    let Some(pattern) = PLACEHOLDER.as_ref() else { return Ok(text.to_owned()) };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in pattern.captures_iter(text) {
        let (whole, name) = (found.get(0), found.get(1).map_or("", |name| name.as_str()));
        let Some(whole) = whole else { continue };
        let Some(Some(value)) = values.of(name) else { return Err(Unfilled(name.to_owned())) };
        out.push_str(text.get(from..whole.start()).unwrap_or_default());
        out.push_str(value);
        from = whole.end();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_for_a_phrase() {
        for (line, expected) in [
            ("定型 お礼", Some("お礼")),
            ("　定型文：様式の 案内 ", Some("様式の 案内")),
            ("定型お礼", None),
            ("定型", None),
            ("定型 ", None),
            ("定型的な業務です。", None),
        ] {
            assert_eq!(named(line), expected, "{line}");
        }
        assert_eq!(key("ＱＡ　お礼 "), key("qa お礼"));
        let quotes = |line: &str| quoted(line).map(|number| number.to_string());
        assert_eq!(quotes("引用 ZT-2025-0001"), Some("ZT-2025-0001".into()));
        assert_eq!(quotes("引用：ｚｔ－２０２５－０００１。"), Some("ZT-2025-0001".into()));
        assert_eq!((quotes("引用"), quotes("引用元は要綱です。")), (None, None));
    }

    #[test]
    fn placeholders_are_filled_or_the_mail_stays() {
        let values = Values {
            organization: Some("星川市".into()),
            number: "ZT-2025-0001".into(),
            member: Some("伊藤 健一".into()),
            ..Values::default()
        };
        for (text, expected) in [
            ("{機関名} ご担当者様", Ok("星川市 ご担当者様")),
            ("｛受付番号｝の件、{{ 担当者 }}より", Ok("ZT-2025-0001の件、伊藤 健一より")),
            ("{氏名}様", Err("氏名")),
            ("{回答期限}まで", Err("回答期限")),
            ("{宛名}様", Err("宛名")),
            ("波括弧 {} と { だけ", Ok("波括弧 {} と { だけ")),
            ("", Ok("")),
        ] {
            let expected = expected.map(str::to_owned).map_err(|name: &str| Unfilled(name.into()));
            assert_eq!(filled(text, &values), expected, "{text}");
        }
    }
}
