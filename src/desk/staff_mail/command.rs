//! Parses the commands at the top of a staff mail: one per line, in Japanese or ASCII.

use super::Problem;
use crate::desk::ticket::TicketNumber;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// 担当: assign the ticket to a member, by name or address. Empty means the sender.
    Assign(String),
    /// メモ: add an internal note.
    Note(String),
    /// 質問: send a question to the inquirer and pause the SLA clock.
    Ask(String),
    /// 完了: close the ticket.
    Close,
    /// 再開: reopen the ticket; the desk owes an answer again.
    Reopen,
    /// 保留: pause the SLA clock.
    Wait,
    /// 統合: merge the ticket into another one.
    Merge(TicketNumber),
    /// 分類: add tags.
    Tag(Vec<String>),
    /// 折返済: record that a member called the inquirer back, with a note.
    CalledBack(String),
    /// 取消: do not send a waiting answer.
    Cancel,
    /// 承認: approve the answer of another member.
    Approve,
    /// 差戻: reject the answer of another member, with a reason.
    Reject(String),
    /// 送信: let a draft leave that waits for its author's word.
    Send,
    /// 一覧: send the digest now.
    List,
    /// ヘルプ: send the manual.
    Help,
}

impl Command {
    /// Whether the lines below the command belong to it.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self, Self::Note(_) | Self::Ask(_) | Self::CalledBack(_) | Self::Reject(_))
    }

    fn needs_ticket(&self) -> bool {
        !matches!(self, Self::List | Self::Help)
    }
}

/// A command with its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub command: Command,
    /// `None` for commands that need no ticket.
    pub ticket: Option<TicketNumber>,
    /// The line as the member wrote it.
    pub line: String,
    /// What stands behind an order that takes no text, such as the reason of 取消. Empty if there is nothing.
    pub remark: String,
}

impl Order {
    /// Adds lines to the text of a note, a question or a reason. No effect on other commands.
    pub(super) fn append(&mut self, more: &str) {
        if let Command::Note(text) | Command::Ask(text) | Command::CalledBack(text) | Command::Reject(text) =
            &mut self.command
        {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(more);
        }
    }
}

pub(super) enum Parsed {
    Order(Order),
    Problem(Problem),
    /// Not a command.
    Text,
}

/// Spellings of the commands. A command ends at the end of its line, at a blank or at a colon.
const WORDS: [(&str, &[&str]); 14] = [
    ("assign", &["担当", "assign"]),
    ("note", &["メモ", "note"]),
    ("ask", &["質問", "ask"]),
    ("close", &["完了", "close"]),
    ("reopen", &["再開", "reopen"]),
    ("wait", &["保留", "wait"]),
    ("merge", &["統合", "merge"]),
    ("tag", &["分類", "tag"]),
    ("called_back", &["折返済", "折り返し済", "折返し済", "calledback"]),
    ("cancel", &["取消", "取り消し", "取消し", "cancel"]),
    ("approve", &["承認", "approve"]),
    ("reject", &["差戻", "差し戻し", "差戻し", "reject"]),
    ("list", &["一覧", "list"]),
    ("help", &["ヘルプ", "help"]),
];

/// Parses one line. `subject` is the ticket in the subject of the mail, if there is one.
pub(super) fn parse(line: &str, subject: Option<&TicketNumber>) -> Parsed {
    use unicode_normalization::UnicodeNormalization as _;
    let folded: String = line.nfkc().collect();
    let line = folded.trim();
    let has_prefix = line.starts_with('/') || line.starts_with('!');
    let bare = line.trim_start_matches(['/', '!']).trim_start();
    let end = bare.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(bare.len());
    let (word, rest) = bare.split_at(end);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':').trim_end();
    let argument = rest;
    let lower = word.to_lowercase();
    let Some((name, _)) = WORDS.iter().find(|(_, words)| words.contains(&lower.as_str())) else {
        // An unknown word is an error only after a command prefix (`/` or `!`); otherwise the line is text.
        return if has_prefix {
            Parsed::Problem(Problem::UnknownCommand(line.to_owned()))
        } else {
            Parsed::Text
        };
    };
    let (mut own, mut rest) = leading_number(rest);
    if *name == "merge" && rest.is_empty() {
        // A single number is the target of the merge; the source is the ticket in the subject.
        (own, rest) = (None, argument);
    }
    let Some(command) = command(name, rest) else {
        return Parsed::Problem(Problem::UnknownCommand(line.to_owned()));
    };
    let ticket = own.or_else(|| subject.cloned());
    if command.needs_ticket() && ticket.is_none() {
        return Parsed::Problem(Problem::NoTicket(line.to_owned()));
    }
    Parsed::Order(Order { command, ticket, line: line.to_owned(), remark: String::new() })
}

/// Splits a ticket number off the front. Returns the whole text as the rest if there is none.
fn leading_number(rest: &str) -> (Option<TicketNumber>, &str) {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let word = word.trim_matches(['[', ']', ':']);
    match word.to_ascii_uppercase().parse() {
        Ok(number) => (Some(number), after.trim_start()),
        Err(_) => (None, rest),
    }
}

/// `None` if an argument is missing or there is one too many.
fn command(name: &str, rest: &str) -> Option<Command> {
    let alone = rest.is_empty();
    Some(match name {
        "assign" => Command::Assign(rest.to_owned()),
        "note" => Command::Note(rest.to_owned()),
        "ask" => Command::Ask(rest.to_owned()),
        "called_back" => Command::CalledBack(rest.to_owned()),
        "reject" => Command::Reject(rest.to_owned()),
        "close" if alone => Command::Close,
        "reopen" if alone => Command::Reopen,
        "wait" if alone => Command::Wait,
        "cancel" if alone => Command::Cancel,
        "approve" if alone => Command::Approve,
        "list" if alone => Command::List,
        "help" if alone => Command::Help,
        "merge" => match leading_number(rest) {
            (Some(into), "") => Command::Merge(into),
            _ => return None,
        },
        "tag" if !alone => Command::Tag(
            rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、'))
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        _ => return None,
    })
}
