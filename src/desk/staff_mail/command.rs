//! What a member orders. `order` reads orders from a text.

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

/// A command with its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub command: Command,
    /// `None` for commands that need no ticket.
    pub ticket: Option<TicketNumber>,
    /// The line as the member wrote it.
    pub line: String,
    /// What follows an order that takes no text, such as the reason of 取消. Empty if there is nothing.
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
