//! Parses telephone numbers and mail addresses in a contact field, in any spelling.
//! Does not check whether a number exists, and leaves out fax numbers, because staff cannot call them.

use unicode_normalization::UnicodeNormalization;

use super::{Finding, address, telephone};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) telephones: Vec<String>,
    pub(super) addresses: Vec<String>,
}

/// Parses a contact field. Text that only resembles a number or an address becomes a finding.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> Contact {
    /// Longer than any real contact; the rest is other text.
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

/// Maps all hyphens and blanks to one kind each.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | 'ー' => '-',
        '\t' | '\u{3000}' => ' ',
        _ => c,
    }
}
