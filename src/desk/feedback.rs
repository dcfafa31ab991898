//! What came of an operation on a ticket, as values: [`Done`] or [`Refused`].
//! `letter::feedback` has the sentences for staff and for the operator.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    application::{
        ApplicationField, Stage, Unread,
        decision::{ResultsDone, ResultsRefused},
    },
    calendar::BusinessTime,
    faq::{EntryDone, EntryRefused},
    handling::{Handled, Unhandled},
    japanese_date::SpanFault,
    last_guard::Violation,
    meeting::{Meeting, MeetingKind, Unarranged},
    report::Unreported,
    ticket::{Status, TicketNumber},
};

/// What a person writes to an inquirer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// 回答
    Answer,
    /// 質問; it holds the clock.
    Question,
    /// 中間連絡: the desk holds the clock.
    Interim,
    /// 会議 and 派遣: everybody is told of a meeting or a visit.
    Meeting,
    /// 派遣: an adviser is asked.
    VisitRequest,
    /// 転送: somebody outside is asked about a question; it holds the clock.
    Forward,
}

/// When a mail that a person wrote leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    At(DateTime<Utc>),
    /// When a lead approves it.
    Approved,
    /// When a member says 送信, as the settings want for each mail.
    Confirmed,
    /// When a member says 送信: a colleague has written to the same inquirer.
    Chosen,
    /// When a member says 送信: something of it seems to be meant for somebody else.
    Doubted,
}

/// What a merge does to the ticket that takes the other one in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Debt {
    /// It stands as before.
    Kept,
    /// It was closed, and an answer is owed again.
    Reopened,
    /// It was answered, and the inquirer of the other one still waits.
    OtherWaits,
}

impl From<ResultsRefused> for Refused {
    fn from(refused: ResultsRefused) -> Self {
        Self::Results(refused)
    }
}

impl From<Unreported> for Refused {
    fn from(unreported: Unreported) -> Self {
        Self::Unreported(unreported)
    }
}

impl Leaves {
    /// `None` while it waits for somebody's word.
    #[must_use]
    pub fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(at),
            Self::Approved | Self::Confirmed | Self::Chosen | Self::Doubted => None,
        }
    }
}

/// An operation that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// メモ
    Noted(TicketNumber),
    /// 分類; `tags` are all tags that the ticket now has.
    Tagged { number: TicketNumber, tags: Vec<String> },
    /// 担当
    Assigned { number: TicketNumber, name: String, address: String },
    /// 完了
    Closed(TicketNumber),
    /// 再開; `deadline` is `None` when the desk never opens again.
    Reopened { number: TicketNumber, deadline: Option<DateTime<Utc>> },
    /// 再開 of a ticket that waited for its inquiry; the inquirer is told the day unless a limit of automatic mails is reached.
    Accepted { number: TicketNumber, deadline: Option<DateTime<Utc>>, told: bool },
    /// 保留; `left` is the business time that remains. `leaves` is that of the letter, if one is sent. Without `until` the
    /// ticket waits for its inquirer.
    Held { number: TicketNumber, left: BusinessTime, until: Option<NaiveDate>, leaves: Option<Leaves> },
    /// 統合
    Merged { number: TicketNumber, into: TicketNumber, debt: Debt },
    /// 折返済
    CalledBack(TicketNumber),
    /// 回答 or 質問
    Queued { number: TicketNumber, written: Written, leaves: Leaves },
    /// 転送 with a day; `leaves` is that of the question, `told` that of the letter to the inquirer, if one is sent.
    Forwarded { number: TicketNumber, leaves: Leaves, until: NaiveDate, told: Option<Leaves> },
    /// 取消; `text` is the beginning of what was stopped, `waiting` the number of drafts of the ticket that still wait.
    Cancelled { number: TicketNumber, written: Written, text: String, waiting: usize },
    /// 送信; the mail leaves at `leaves_at`.
    Sending { number: TicketNumber, leaves_at: DateTime<Utc> },
    /// 承認
    Approved { number: TicketNumber, leaves_at: DateTime<Utc> },
    /// 差戻
    Rejected(TicketNumber),
    /// 受理
    ApplicationAccepted(TicketNumber),
    /// 取下
    ApplicationWithdrawn(TicketNumber),
    /// 様式
    FormTyped { number: TicketNumber, missing: Vec<ApplicationField> },
    /// 項目
    FieldSet { number: TicketNumber, field: ApplicationField },
    /// 会議, 派遣 and the like; `told` people get a letter.
    /// `owed`: a mail of the region waits for an answer.
    Arranged { number: TicketNumber, meeting: Box<Meeting>, told: usize, leaves: Leaves, owed: bool },
    /// 派遣辞退
    VisitDeclined { number: TicketNumber, nth: u32 },
    /// 議事録, with so many files
    Minutes { number: TicketNumber, kind: MeetingKind, nth: u32, files: usize },
    /// 所属
    PartOf { number: TicketNumber, case: TicketNumber },
    /// 審査, 採択, 結果送信 and the like
    Results(ResultsDone),
    /// 休暇; without a substitute the leads stand in.
    Away { name: String, first: NaiveDate, last: NaiveDate, substitute: Option<String> },
    /// 休暇 取消
    Back(String),
    /// 受付, 破棄, 全文 and the like
    Handled(Handled),
    /// FAQ候補, 公開 and the like
    Entry(EntryDone),
}

/// Why an operation was not carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    NoSuchTicket(TicketNumber),
    /// 休暇 whose days cannot be taken as written.
    AbsenceDays(SpanFault),
    /// 休暇 that names no substitute, or the absent member.
    NoSubstitute,
    /// The substitute is away, too.
    SubstituteAway(String),
    /// 休暇 取消 of a member who has registered none.
    NotAway(String),
    /// 一覧 and ヘルプ are no operations on a ticket.
    NotOnATicket,
    /// An order of 伴走支援 on the ticket of an inquiry.
    NoApplication(TicketNumber),
    /// 会議 and the like on an application that was not selected, or whose result is not sent yet.
    NotSupported(TicketNumber),
    /// 審査, 採択, 結果送信 and the like
    Results(ResultsRefused),
    /// 受付, 破棄, 全文 and the like
    Unhandled(Unhandled),
    /// 月次報告, 発行
    Unreported(Unreported),
    /// FAQ候補, 公開 and the like
    Entry(EntryRefused),
    /// The day or the hours of a meeting.
    Span {
        number: TicketNumber,
        fault: SpanFault,
    },
    /// 会議 and 派遣
    Unarranged {
        number: TicketNumber,
        why: Unarranged,
    },
    /// `who` names no adviser or several, or one without an address; `known` are the names of all.
    NoSingleAdviser {
        who: String,
        known: Vec<String>,
    },
    /// The letters about the meeting as it was set before have not left.
    LettersWait(TicketNumber),
    /// 議事録 without text and files.
    NoMinutes(TicketNumber),
    /// 所属 of a ticket that is no inquiry, or to one that is no application.
    CannotBePart {
        number: TicketNumber,
        case: TicketNumber,
    },
    /// 受理 and the like where the application stands elsewhere.
    Stage {
        number: TicketNumber,
        stage: Stage,
    },
    /// 様式 with no form, or with several. `why` one of the files is not read.
    NoSingleForm {
        number: TicketNumber,
        forms: usize,
        why: Option<Unread>,
    },
    /// 項目 of a field that the form does not have.
    NoField {
        number: TicketNumber,
        name: String,
    },
    /// 項目 with a value that the field cannot have.
    BadValue {
        number: TicketNumber,
        field: ApplicationField,
    },
    /// メモ without text.
    EmptyNote(TicketNumber),
    /// `who` names no member or several; `known` are the names of all members.
    NoSingleMember {
        who: String,
        known: Vec<String>,
    },
    /// 完了 of a ticket that was never answered, without a reason.
    CloseWithoutReason(TicketNumber),
    /// 完了 without a reason, while the inquirers of these tickets, which were merged into it, still wait for an answer.
    CloseUnanswered {
        number: TicketNumber,
        waiting: Vec<TicketNumber>,
    },
    /// 完了 of a closed ticket.
    AlreadyClosed(TicketNumber),
    /// 再開 of an open ticket.
    AlreadyOpen(TicketNumber),
    /// 再開 of a ticket that was merged.
    ReopenMerged {
        number: TicketNumber,
        into: TicketNumber,
    },
    /// 保留 of a ticket that is not open.
    NotOpen {
        number: TicketNumber,
        status: Status,
    },
    /// 保留 without a day.
    HoldWithoutDay(TicketNumber),
    /// 保留 until a day that is not ahead, or does not exist.
    HoldDay {
        number: TicketNumber,
        fault: SpanFault,
    },
    /// 保留 until a day on which the desk is closed.
    HoldOnClosedDay {
        number: TicketNumber,
        day: NaiveDate,
    },
    /// 保留 until the same day again.
    HeldAlready {
        number: TicketNumber,
        day: NaiveDate,
    },
    /// 統合 of a ticket with itself, or where one of the two was merged before.
    CannotMerge {
        number: TicketNumber,
        into: TicketNumber,
    },
    /// 折返済 of a ticket that is answered or closed.
    AlreadyAnswered {
        number: TicketNumber,
        status: Status,
    },
    /// 回答 or 質問 without text.
    NoText(TicketNumber),
    /// 回答 or 質問 to a ticket that was merged.
    WriteToMerged {
        number: TicketNumber,
        into: TicketNumber,
    },
    /// The inquirer has no mail address.
    NoAddress(TicketNumber),
    /// The same text was queued or sent before.
    SameText(TicketNumber),
    /// The last guard does not let it reach an inquirer.
    Guarded {
        number: TicketNumber,
        violation: Violation,
    },
    /// The text is larger than a mail of the desk's may be.
    TooLarge(TicketNumber),
    /// Mail cannot be sent to this address.
    BadAddress {
        number: TicketNumber,
        to: String,
    },
    /// 統合 or 保留 while a mail to the inquirer waits. `text` is its beginning.
    MailWaits {
        number: TicketNumber,
        written: Written,
        text: String,
    },
    /// 取消 where nothing waits.
    NothingWaits(TicketNumber),
    /// Several drafts wait, and the mail does not say which one it means.
    WhichDraft(TicketNumber),
    /// 取消 of a mail that is being sent.
    BeingSent(TicketNumber),
    /// 承認 or 差戻 by a member who is no lead.
    OnlyLeads,
    /// 承認 or 差戻 where nothing waits for a lead.
    NothingToApprove(TicketNumber),
}
