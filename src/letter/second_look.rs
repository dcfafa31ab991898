//! What the desk noticed in a member's text, in words.

use crate::desk::{own_marks::disarmed, second_look::Concern};

/// The line that tells the writer why their mail waits.
#[must_use]
pub fn concern_in_words(concern: &Concern) -> String {
    /// Characters of the line that are shown.
    const LONGEST: usize = 40;
    let quoted = |line: &str| {
        let line: String = line.trim().chars().take(LONGEST).collect();
        format!("「{}」", disarmed(&line.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    match concern {
        Concern::Addressee(line) => {
            format!("{}は、宛先の方のお名前と異なるようです。", quoted(line))
        }
        Concern::OtherTicket(line) => {
            format!("{}に、ほかの照会の番号があります。", quoted(line))
        }
        Concern::Colleague(line) => {
            format!("{}は、事務局の方に宛てたことばのようです。", quoted(line))
        }
        Concern::Internal(line) => {
            format!("{}は、事務局の中でのご連絡のようです。", quoted(line))
        }
        Concern::Selection(line) => {
            format!(
                "{}は、選定に関することばのようです。この応募の結果は、まだお知らせしていません。",
                quoted(line)
            )
        }
        Concern::Signature(line) => {
            format!("{}は、お名前または署名のようです。", quoted(line))
        }
    }
}
