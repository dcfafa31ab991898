//! What the order on a line asks for, before the text that belongs to it.

use super::{Doubt, handling, line::Found, support, table::Verb};
use crate::desk::{
    faq::EntryCommand,
    handling::{HandlingCommand, SheetFormat},
    staff_mail::command::{Command, Order, Whose},
};

/// The order on a line, with a name or numbers as its argument and no text yet.
pub(super) fn order(found: Found, raw: &str) -> Result<Order, Doubt> {
    let Found { verb, name, mut numbers, command, .. } = found;
    let name = name.and_then(|range| raw.get(range)).unwrap_or_default().trim().to_owned();
    let command = match verb {
        _ if command.is_some() => command.unwrap_or(Err(Doubt::Incomplete))?,
        Verb::Merge => Command::Merge(numbers.pop().ok_or(Doubt::Incomplete)?),
        Verb::PartOf => Command::PartOf(numbers.pop().ok_or(Doubt::Incomplete)?),
        Verb::Assign => Command::Assign(name.trim_end_matches(" please").to_owned()),
        Verb::Note => Command::Note(String::new()),
        Verb::Ask => Command::Ask(String::new()),
        Verb::Close => Command::Close(String::new()),
        Verb::Reopen => Command::Reopen,
        Verb::Wait => Command::Hold { day: None, reason: String::new() },
        Verb::Tag => Command::Tag(Vec::new()),
        Verb::CalledBack => Command::CalledBack(String::new()),
        Verb::Cancel => Command::Cancel,
        Verb::Approve => Command::Approve,
        Verb::Reject => Command::Reject(String::new()),
        Verb::Send => Command::Send,
        Verb::List => Command::List(match name.as_str() {
            "" => Whose::Own,
            "全員" | "全て" | "すべて" | "全部" | "all" => Whose::All,
            _ => Whose::Member(name),
        }),
        Verb::Search => Command::Search(String::new()),
        Verb::Report => Command::Report(String::new()),
        Verb::YearReport => Command::Report("年度".to_owned()),
        Verb::Issue => Command::Issue,
        Verb::Phrases => Command::Phrases,
        Verb::KeepPhrase => Command::KeepPhrase { name: String::new(), text: String::new() },
        // 引用 ZT-2025-0001: the number is that of the answer, not of the ticket that is answered.
        Verb::Quote if let Some(of) = numbers.pop() => {
            Command::Handling(HandlingCommand::Quote(format!("引用 {of}")))
        }
        Verb::Propose => Command::Entry(EntryCommand::Propose),
        Verb::Entries => Command::Entry(EntryCommand::List),
        Verb::ShowEntry => Command::Entry(EntryCommand::Show(numbers.pop().ok_or(Doubt::Incomplete)?)),
        Verb::SheetCsv => Command::Sheet(SheetFormat::Csv),
        Verb::SheetXlsx => Command::Sheet(SheetFormat::Xlsx),
        Verb::Help => Command::Help,
        // 「厚労省に転送」 names the contact before the word.
        Verb::Forward => Command::Handling(HandlingCommand::Forward(name)),
        verb if let Some(command) = handling::command(verb) => Command::Handling(command),
        verb => Command::Support(support::command(verb).ok_or(Doubt::Almost)?),
    };
    let ticket = numbers.pop();
    if !numbers.is_empty() {
        return Err(Doubt::SeveralTickets);
    }
    Ok(Order { command, ticket, line: raw.trim().to_owned(), remark: String::new() })
}
