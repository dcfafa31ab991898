//! Reads telephone numbers and mail addresses out of a contact field.

use super::{Finding, fold::fold};

/// How the inquirer can be reached.
#[derive(Debug, Default)]
pub(super) struct Contact {
    pub(super) telephones: Vec<String>,
    pub(super) addresses: Vec<String>,
}

/// Reads a contact field.
pub(super) fn read(text: &str, _findings: &mut Vec<Finding>) -> Contact {
    let folded = fold(text);
    let mut contact = Contact::default();
    for word in folded.split(|c: char| !(c.is_ascii_alphanumeric() || "@._+-".contains(c))) {
        if word.contains('@') {
            contact.addresses.push(word.to_owned());
        } else if word.chars().filter(char::is_ascii_digit).count() >= 10 {
            contact.telephones.push(word.to_owned());
        }
    }
    contact
}
