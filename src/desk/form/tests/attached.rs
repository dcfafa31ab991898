//! Forms in attached mails.

use super::{SUBJECT, fields};
use crate::desk::form::{FormRules, read_form};

const FOUR: [&str; 4] = ["星川市", "高橋", "03-0000-1201", "会議の例を教えてください。"];
const FORM: &str = "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：03-0000-1201\n4) 照会内容：会議の例を教えてください。";
const OTHER: &str = "1) 自治体・機関名：月野町\n2) 氏名：青木\n3) 連絡先：03-0000-1202\n4) 照会内容：別の件";
const BLANK: &str = "1) 自治体・機関名：\n2) 氏名：\n3) 連絡先：\n4) 照会内容：";

/// Name, subject, text, attached mails (subject and text), fields, findings.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    [&'static str; 4],
    &'static [&'static str],
);

#[test]
fn an_attached_form_fills_in_what_the_text_lacks() {
    let half = "1) 自治体・機関名：月野町\n2) 氏名：青木\n3) 連絡先：\n4) 照会内容：";
    let note = "転送します。ご回答をお願いします。";
    let cases: [Case; 8] = [
        ("a note", "Fw: 照会", note, &[("照会", FORM)], FOUR, &["attached_form"]),
        ("a note under the prescribed subject", SUBJECT, note, &[(SUBJECT, FORM)], FOUR, &["attached_form"]),
        ("the blank template in the text", SUBJECT, BLANK, &[("照会", FORM)], FOUR, &["attached_form"]),
        (
            "half of the form in the text",
            SUBJECT,
            half,
            &[("照会", FORM)],
            ["月野町", "青木", FOUR[2], FOUR[3]],
            &["attached_form"],
        ),
        (
            "the whole form in the text",
            SUBJECT,
            OTHER,
            &[("照会", FORM)],
            ["月野町", "青木", "03-0000-1202", "別の件"],
            &[],
        ),
        (
            "another mail first",
            "Fw: 照会",
            note,
            &[("x", "こんにちは。"), ("x", FORM)],
            FOUR,
            &["attached_form"],
        ),
        ("two forms", "Fw: 照会", note, &[("x", FORM), ("x", OTHER)], FOUR, &["attached_form", "other_form"]),
        ("no form", "Fw: x", note, &[("x", "こんにちは。"), ("x", BLANK)], [""; 4], &[]),
    ];
    let rules = FormRules::default();
    for (name, subject, text, attached, expected, findings) in cases {
        let form = read_form(subject, text, &rules).with_attached(attached.iter().copied(), &rules);
        assert_eq!(form.fields, fields(expected), "{name}");
        assert_eq!(form.missing, form.fields.missing(), "{name}");
        let codes: Vec<&str> =
            form.findings.iter().map(|finding| finding.code).filter(|code| code.ends_with("_form")).collect();
        assert_eq!(codes, findings, "{name}");
        assert_eq!(form.telephones.is_empty(), form.fields.contact.is_none(), "{name}");
    }
}
