//! Reads telephone numbers and mail addresses out of a contact field, however they are written.
//! Whether a number exists is not asked; a fax number is no way to be called back.

use unicode_normalization::UnicodeNormalization;

use super::{Finding, address, telephone};

/// How the inquirer can be reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) telephones: Vec<String>,
    pub(super) addresses: Vec<String>,
}

/// Reads a contact field. What looks like a number or an address and is none is a finding.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> Contact {
    /// Longer than any contact; the rest is somebody's letter.
    const MAX_CHARS: usize = 4_000;
    let mut chars = Vec::with_capacity(text.len().min(MAX_CHARS));
    chars.extend(text.nfkc().take(MAX_CHARS).map(plain));
    let addresses = address::take(&mut chars, findings);
    let telephones = telephone::find(&chars, findings);
    if addresses.is_empty() && telephones.is_empty() && !chars.is_empty() {
        findings.push(Finding::of(
            "contact_unusable",
            "neither a telephone number nor a mail address is in the contact field",
        ));
    }
    Contact { telephones, addresses }
}

/// One kind of hyphen and blank.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | 'ー' => '-',
        '\t' | '\u{3000}' => ' ',
        _ => c,
    }
}
