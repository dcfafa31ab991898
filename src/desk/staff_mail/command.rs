//! What a member orders. `order` reads orders from a text.

use crate::desk::{
    faq::EntryCommand,
    handling::{HandlingCommand, SheetFormat},
    japanese_date::{WrittenDay, WrittenDays},
    meeting::{Arranged, MeetingKind},
    ticket::TicketNumber,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// 担当: assign the ticket to a member, by name or address. Empty means the sender.
    Assign(String),
    /// メモ: add an internal note.
    Note(String),
    /// 質問: send a question to the inquirer and pause the SLA clock.
    Ask(String),
    /// 完了: close the ticket. One that was never answered needs a reason.
    Close(String),
    /// 再開: reopen the ticket; the desk owes an answer again.
    Reopen,
    /// Pause the SLA clock: the inquirer owes something. Members write 質問 or 保留; the shell has it.
    Wait,
    /// 保留: hold the SLA clock until a day, and tell the inquirer. Without a day, one is asked for.
    Hold { day: Option<WrittenDay>, reason: String },
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
    /// 所属: the ticket is a question that belongs to an application.
    PartOf(TicketNumber),
    /// An order about mails as such: 受付, 破棄, 全文, 訂正, 再送.
    Handling(HandlingCommand),
    /// An order on an application for 伴走支援.
    Support(SupportCommand),
    /// An order on an entry for the guidebook, or on the ticket that becomes one.
    Entry(EntryCommand),
    /// 休暇: a member is away, and another stands in.
    Away(Away),
    /// 休暇 取消: the member is back.
    Back,
    /// 一覧: send a list of tickets now.
    List(Whose),
    /// 一覧 csv, 一覧 xlsx: send the list of all tickets as a file.
    Sheet(SheetFormat),
    /// 定型 保存: keep a phrase; a name and a text.
    KeepPhrase { name: String, text: String },
    /// 定型 一覧: name the phrases.
    Phrases,
    /// 検索: send the tickets that hold these words.
    Search(String),
    /// 月次報告, 年度のまとめ: send a report; the month as it is typed.
    Report(String),
    /// 発行: freeze an edition of the report that the thread is about.
    Issue,
    /// ヘルプ: send the manual.
    Help,
}

/// Days on which a member is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The member's name; empty for the writer.
    pub who: String,
    pub days: WrittenDays,
    /// The name of the substitute, or `Some(None)` where the leads stand in. `None`: the order does not say who.
    pub substitute: Option<Option<String>>,
}

/// The tickets that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    /// Those of the digest of its reader.
    #[default]
    Own,
    /// Those of one member, by name.
    Member(String),
    /// 全員
    All,
}

/// What a member orders on an application. Reasons and comments may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupportCommand {
    /// 受理: a late or incomplete application counts, with a reason.
    Accept(String),
    /// 取下: the applicant withdraws, with a reason.
    Withdraw(String),
    /// 様式: the attached form is in force.
    Form,
    /// 項目: one field has another value.
    Set { field: String, value: String },
    /// 審査: the scores of a reviewer, with a comment.
    Review { scores: Vec<u32>, comment: String },
    /// 審査 利害関係: the reviewer has a conflict of interest, with a reason.
    Conflict(String),
    /// 採択, with a reason.
    Select(String),
    /// 不採択, with a reason.
    Decline(String),
    /// 通知文: a text of the letter about the result.
    Notice(String),
    /// 結果案: show all letters about the results.
    Results,
    /// 結果送信: send the letters that have this code.
    SendResults(String),
    /// 結果取消: stop all letters about the results.
    StopResults,
    /// 会議 and 派遣: set a meeting, ask for a visit, or change one.
    Arrange(Box<Arranged>),
    /// 会議中止 and 派遣中止, with a sentence of the letter.
    Cancel { kind: MeetingKind, nth: u32, message: Option<String> },
    /// 派遣確定: the adviser comes.
    ConfirmVisit { nth: u32, message: Option<String> },
    /// 派遣辞退: the adviser does not come.
    VisitDeclined { nth: u32 },
    /// 議事録, with a text; the files are those of the mail.
    Minutes { kind: MeetingKind, nth: u32, text: String },
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

impl Command {
    /// Whether it is about no ticket.
    #[must_use]
    pub fn is_of_the_desk(&self) -> bool {
        self.only_reads() || matches!(self, Self::KeepPhrase { .. } | Self::Away(_) | Self::Back)
    }

    /// Whether the files of the mail go with it, outside or into the ticket.
    #[must_use]
    pub fn takes_files(&self) -> bool {
        matches!(
            self,
            Self::Ask(_)
                | Self::Handling(HandlingCommand::Forward(_) | HandlingCommand::Quote(_))
                | Self::Support(SupportCommand::Form | SupportCommand::Minutes { .. })
        )
    }

    /// Whether it is about no ticket, and only sends something to its writer.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::List(_)
                | Self::Sheet(_)
                | Self::Search(_)
                | Self::Report(_)
                | Self::Phrases
                | Self::Entry(EntryCommand::List | EntryCommand::Show(_))
                | Self::Help
        )
    }
}

impl Order {
    /// Adds lines to the text of a note, a question or a reason. No effect on other commands.
    pub(super) fn append(&mut self, more: &str) {
        use SupportCommand::{Accept, Decline, Minutes, Notice, Review, Select, Set, Withdraw};
        let text = match &mut self.command {
            Command::Note(text)
            | Command::Ask(text)
            | Command::CalledBack(text)
            | Command::Reject(text)
            | Command::Close(text)
            | Command::Hold { reason: text, .. }
            | Command::KeepPhrase { text, .. }
            | Command::Handling(
                HandlingCommand::Discard(text)
                | HandlingCommand::Forward(text)
                | HandlingCommand::Quote(text),
            ) => text,
            // `order::handling` reads it when it is whole.
            Command::Handling(HandlingCommand::Correct(_)) => &mut self.remark,
            Command::Support(
                Accept(text)
                | Withdraw(text)
                | Select(text)
                | Decline(text)
                | Notice(text)
                | Set { value: text, .. }
                | Review { comment: text, .. }
                | Minutes { text, .. },
            ) => text,
            _ => return,
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(more);
    }
}
