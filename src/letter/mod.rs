//! The mails that leave the desk: their purposes, their wording and their bytes; and all Japanese sentences that people
//! read. `desk::gate` decides whether a mail may leave.

mod addressee;
mod application;
mod application_words;
mod arrival;
pub mod bounds;
pub mod calendar;
mod compose;
mod content;
mod digest;
mod due;
pub mod faq;
pub mod feedback;
mod flood;
mod forward;
mod frame;
mod handling;
mod hours;
mod ics;
mod inquirer;
mod meeting;
mod parked;
mod problem;
mod remark;
pub mod report;
pub mod results;
mod samples;
mod search_words;
mod second_look;
pub mod sheet;
mod staff;
mod support_report;
mod ticket;
mod wording;
mod words;

pub use addressee::{addressee, officer};
pub use application::{
    ApplicationContext, ApplicationFacts, ApplicationNoticeContext, Bringing, ReceiptContext, SupportContext,
};
pub use application_words::{check_in_words, field_in_words, stage_in_words};
pub use arrival::{Arrival, ArrivalContext, ArrivedMail};
pub use compose::{
    ComposeError, Envelope, Letter, as_in_envelope, compose, envelope_address, with_ascii_domain,
};
pub use content::Content;
pub use digest::{
    Alarm, Counts, DigestContext, Group, HeldDraft, LIST_OF_ALL, Title, UndeliveredMail, call_in_words,
    list_of,
};
pub use feedback::{OPERATOR, span_fault_to_operator};
pub use flood::{daily_limit_reached, notices_gathered, undelivered_gathered};
pub use forward::ForwardContext;
pub use frame::{own_text, own_words};
pub use hours::hours_in_words;
pub use ics::{CalendarEvent, ics};
pub use inquirer::{Facts, InquirerContext, Profile, WrittenContext};
pub use meeting::{
    CaseContext, Change, MeetingContext, MeetingFacts, MeetingWords, OpenPointsContext, another_letter,
    meeting_in_words, minutes_in_words, open_meeting, open_question, status_of_meeting,
};
pub use parked::{ParkedFacts, ParkedMail};
pub use problem::{problem_in_words, span_fault_in_words};
pub use remark::{
    NoEffect, Remark, Unsent, decided_by, done_by, drafts_wait, limit_reached, no_more_explanations,
    not_sent_in_words, note_in_words, refused_order, rejected_answer, unanswered_in_words, unsent_in_words,
};
pub use report::{ReportContext, ReportMail};
pub use search_words::{
    NO_SEARCH, no_such_member_to_operator, no_such_member_to_staff, query_fault_to_operator,
    query_fault_to_staff, similar_in_words,
};
pub use second_look::{GOT_DIRECTLY, concern_in_words, only_writer_in_words};
pub use staff::{
    DeadlineContext, DraftContext, DraftShownContext, FiguresContext, FoundContext, LinkContext,
    NoticeContext, OriginalContext, OtherMailContext, ParkedContext, SheetContext, StaffCommon,
    StaffReplyContext, SummaryContext, UndeliverableContext, UndeliveredContext, UnprovenContext,
    WaitingContext,
};
pub use support_report::support_report;
pub use ticket::{
    DecisionWord, Resend, StaffTicket, TicketFacts, UnsentMail, decision_link, news, resend_link,
};
pub use wording::{Rendered, Wording, WordingError, strangers};
pub use words::{
    ABSENCE, ABSENT, AND, HELD, LEAVING, UNCONFIRMED, attachments_for_staff, attachments_in_words,
    colleague_in_words, field_line, left_out_in_words, purpose_in_words, reason_in_words, refusal_in_words,
    sender_in_words, status_in_words, status_word, writer_in_words,
};

use crate::{
    desk::{escalation::Notice, feedback::Written, triage::Reply},
    words::closed_set,
};

closed_set! {
    /// What a mail is for.
    Purpose {
        /// 受付通知: the number and the deadline.
        Acknowledgement = "acknowledgement",
        /// The missing fields are asked for.
        AskMissing = "ask_missing",
        /// The blank form, with a request to fill it in.
        SendForm = "send_form",
        /// Inquiries are not accepted yet.
        BeforeWindow = "before_window",
        /// Inquiries are no longer accepted.
        AfterWindow = "after_window",
        /// When a mail about the call for applications arrived.
        CallReceipt = "call_receipt",
        /// Which applications arrived, when, and what was read in them.
        ApplicationReceived = "application_received",
        /// To staff: a deadline comes near.
        DeadlineWarning = "deadline_warning",
        /// To staff: a deadline has passed.
        DeadlineMissed = "deadline_missed",
        /// To leads: figures of the acceptance window when it has closed.
        WindowSummary = "window_summary",
        /// The missing fields are asked for again.
        RemindMissing = "remind_missing",
        /// To staff: an inquirer does not answer.
        WaitingUnanswered = "waiting_unanswered",
        /// To staff: a mail did not arrive.
        Undeliverable = "undeliverable",
        /// 回答: what a person wrote.
        Answer = "answer",
        /// The same answer to somebody in Cc of the inquiry.
        AnswerCopy = "answer_copy",
        /// A question that a person wrote.
        Question = "question",
        /// 転送: somebody outside is asked about a question.
        Forward = "forward",
        /// 中間連絡: a member holds the ticket, and the answer comes on another day.
        Interim = "interim",
        /// To staff: a hold ends today.
        HoldOver = "hold_over",
        /// 日次一覧.
        Digest = "digest",
        /// To staff: an inquiry came.
        NewTicket = "new_ticket",
        /// To staff: an application came, or a further form of one.
        NewApplication = "new_application",
        /// To staff: the inquirer wrote again.
        FollowUp = "follow_up",
        /// To its author: the mail that is about to leave, and how to stop it.
        Echo = "echo",
        /// To leads: a colleague's answer waits for them.
        Approval = "approval",
        /// To the author of a draft or an answer: a colleague has written to the same inquirer.
        SecondDraft = "second_draft",
        /// To a member of staff: the mails that came in a ticket, as files.
        Original = "original",
        /// To a member of staff: the list of all tickets, as a file.
        Sheet = "sheet",
        /// To a member of staff: the tickets that they searched for.
        Found = "found",
        /// To leads, and to who asks for it: a report of a month or of the whole window.
        Report = "report",
        /// To a member of staff: an entry for the guidebook with its marks.
        Faq = "faq",
        /// To a member of staff: what their mail did, and what it could not do.
        StaffReply = "staff_reply",
        /// The same, where nothing in their mail was surely meant.
        StaffDoubt = "staff_doubt",
        /// To a member of staff and the leads: a mail from the member's address had no effect, and nothing proves that the
        /// member wrote it.
        Unproven = "unproven",
        /// To the representative of an application: its region was selected.
        ResultSelected = "result_selected",
        /// To the representative of an application: its region was not selected.
        ResultDeclined = "result_declined",
        /// To the officer who sent an application: what its representative was told.
        ResultCopy = "result_copy",
        /// To a lead: all letters about the results, before they leave.
        ResultsPreview = "results_preview",
        /// To leads: the day for the results comes near, or has passed.
        ResultsDue = "results_due",
        /// To staff: a mail came that is no inquiry like others.
        Arrival = "arrival",
        /// A meeting or a visit is set, changed or cancelled.
        Meeting = "meeting",
        /// An adviser is asked for a visit.
        VisitRequest = "visit_request",
        /// A meeting or a visit comes near.
        MeetingReminder = "meeting_reminder",
        /// To leads: what is open when the 伴走支援 ends.
        OpenPoints = "open_points",
    }
}

impl Purpose {
    /// The value of `Auto-Submitted` (RFC 3834, 5): `auto-replied` for a reply to a mail, `auto-generated` for any
    /// other automatic mail, `None` for what a person wrote.
    #[must_use]
    pub fn auto_submitted(self) -> Option<&'static str> {
        match self {
            Self::Acknowledgement
            | Self::AskMissing
            | Self::SendForm
            | Self::BeforeWindow
            | Self::AfterWindow
            | Self::CallReceipt
            | Self::ApplicationReceived
            | Self::RemindMissing => Some("auto-replied"),
            Self::DeadlineWarning
            | Self::DeadlineMissed
            | Self::WindowSummary
            | Self::WaitingUnanswered
            | Self::HoldOver
            | Self::Undeliverable
            | Self::Digest
            | Self::NewTicket
            | Self::NewApplication
            | Self::FollowUp
            | Self::Echo
            | Self::Approval
            | Self::SecondDraft
            | Self::Original
            | Self::Sheet
            | Self::Found
            | Self::Report
            | Self::Faq
            | Self::StaffReply
            | Self::StaffDoubt
            | Self::Unproven
            | Self::Arrival
            | Self::MeetingReminder
            | Self::OpenPoints
            | Self::ResultsPreview
            | Self::ResultsDue => Some("auto-generated"),
            Self::Answer
            | Self::AnswerCopy
            | Self::Question
            | Self::Forward
            | Self::Interim
            | Self::Meeting
            | Self::VisitRequest
            | Self::ResultSelected
            | Self::ResultDeclined
            | Self::ResultCopy => None,
        }
    }

    /// Whether it is an automatic mail to an inquirer, and so counts against the budgets.
    #[must_use]
    pub fn is_automatic(self) -> bool {
        self.auto_submitted() == Some("auto-replied") || self == Self::MeetingReminder
    }

    /// Whether it may leave on another day if the daily limit is reached. A meeting does not wait.
    #[must_use]
    pub fn may_wait(self) -> bool {
        self.is_automatic() && self != Self::MeetingReminder
    }

    #[must_use]
    pub fn is_for_staff(self) -> bool {
        self.auto_submitted() == Some("auto-generated") && self != Self::MeetingReminder
    }
}

impl From<Notice> for Purpose {
    fn from(notice: Notice) -> Self {
        match notice {
            Notice::Warning => Self::DeadlineWarning,
            Notice::Miss => Self::DeadlineMissed,
        }
    }
}

impl From<Written> for Purpose {
    fn from(written: Written) -> Self {
        match written {
            Written::Answer => Self::Answer,
            Written::Question => Self::Question,
            Written::Interim => Self::Interim,
            Written::Meeting => Self::Meeting,
            Written::VisitRequest => Self::VisitRequest,
            Written::Forward => Self::Forward,
        }
    }
}

impl From<Reply> for Purpose {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Acknowledgement => Self::Acknowledgement,
            Reply::AskMissing => Self::AskMissing,
            Reply::SendForm => Self::SendForm,
            Reply::CallReceipt => Self::CallReceipt,
            Reply::ApplicationReceived => Self::ApplicationReceived,
            Reply::BeforeWindow => Self::BeforeWindow,
            Reply::AfterWindow => Self::AfterWindow,
        }
    }
}

#[cfg(test)]
mod tests;
