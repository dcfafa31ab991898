//! What the desk noticed in a member's text, in words.

use super::remark::who_in_words;
use crate::desk::{form::Fields, own_marks::disarmed, second_look::Concern};

/// Why a mail waits that a member has also sent to the inquirer, who would read it twice.
pub const GOT_DIRECTLY: &str = "お送りいただいたメールの宛先（To・Cc）に照会者のアドレスがあり、照会者には直接届いています。窓口からもお送りするかどうかをご確認ください。";

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

/// Why a text to the inquirers of merged tickets waits: only `from` has written since they got an answer. `fields` are theirs, if
/// they are an inquirer.
#[must_use]
pub fn only_writer_in_words(fields: Option<&Fields>, from: &str) -> String {
    let who = who_in_words(fields, from);
    let title = if fields.is_some() { " 様" } else { "" };
    format!(
        "前の回答の後にお便りをいただいたのは {who}{title} だけです。この文は、まとめた照会のほかの方にも送られます。"
    )
}
