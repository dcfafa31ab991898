//! The commands at the top of a staff mail, one a line, in Japanese and ASCII spellings.

use super::Problem;
use crate::desk::ticket::TicketNumber;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// 担当: somebody takes the ticket; a name or address, nothing for oneself.
    Assign(String),
    /// メモ: a note among staff.
    Note(String),
    /// 質問: a question to the inquirer, which holds the clock.
    Ask(String),
    /// 完了: nothing more is expected.
    Close,
    /// 再開: an answer is owed again.
    Reopen,
    /// 保留: the clock is held.
    Wait,
    /// 統合: it is the same matter as another ticket.
    Merge(TicketNumber),
    /// 分類: words to find it by.
    Tag(Vec<String>),
    /// 折返済: the caller was called back; with a note.
    CalledBack(String),
    /// 取消: an answer that waits is not sent.
    Cancel,
    /// 承認: an answer of a colleague's may be sent.
    Approve,
    /// 差戻: it may not, and why.
    Reject(String),
    /// 一覧: the digest, now.
    List,
    /// ヘルプ: the manual.
    Help,
}

impl Command {
    /// Whether the lines below belong to it.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self, Self::Note(_) | Self::Ask(_) | Self::CalledBack(_) | Self::Reject(_))
    }

    fn needs_ticket(&self) -> bool {
        !matches!(self, Self::List | Self::Help)
    }
}

/// A command, and the ticket it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What to do.
    pub command: Command,
    /// To which ticket; `None` for those that need none.
    pub ticket: Option<TicketNumber>,
    /// As it was written.
    pub line: String,
}

impl Order {
    /// Lines below a note, a question or a reason.
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

/// What a line is.
pub(super) enum Parsed {
    Order(Order),
    Problem(Problem),
    /// Words, and no command.
    Text,
}

/// The spellings. A command stands alone on its line, or in front of a blank or a colon.
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

/// Reads a line. `subject` is the ticket that the mail is about, if it is about one.
pub(super) fn parse(line: &str, subject: Option<&TicketNumber>) -> Parsed {
    use unicode_normalization::UnicodeNormalization as _;
    let folded: String = line.nfkc().collect();
    let line = folded.trim();
    let command_like = line.starts_with('/') || line.starts_with('!');
    let bare = line.trim_start_matches(['/', '!']).trim_start();
    let end = bare.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(bare.len());
    let (word, rest) = bare.split_at(end);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':').trim_end();
    let argument = rest;
    let lower = word.to_lowercase();
    let Some((name, _)) = WORDS.iter().find(|(_, words)| words.contains(&lower.as_str())) else {
        // Only what is marked as a command, and is none, is a mistake; everything else is text.
        return if command_like {
            Parsed::Problem(Problem::UnknownCommand(line.to_owned()))
        } else {
            Parsed::Text
        };
    };
    let (mut own, mut rest) = leading_number(rest);
    if *name == "merge" && rest.is_empty() {
        // The number is that of the other ticket; this one is what the mail is about.
        (own, rest) = (None, argument);
    }
    let Some(command) = command(name, rest) else {
        return Parsed::Problem(Problem::UnknownCommand(line.to_owned()));
    };
    let ticket = own.or_else(|| subject.cloned());
    if command.needs_ticket() && ticket.is_none() {
        return Parsed::Problem(Problem::NoTicket(line.to_owned()));
    }
    Parsed::Order(Order { command, ticket, line: line.to_owned() })
}

/// A ticket number in front of the rest.
fn leading_number(rest: &str) -> (Option<TicketNumber>, &str) {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let word = word.trim_matches(['[', ']', ':']);
    match word.to_ascii_uppercase().parse() {
        Ok(number) => (Some(number), after.trim_start()),
        Err(_) => (None, rest),
    }
}

/// `None` where a word is missing or one too many.
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
