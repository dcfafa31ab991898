//! What leaves the desk: which letters there are, their wording, and their bytes. Only this room builds MIME.
//! Never decides whether a letter may leave; that is `desk::gate`.

mod compose;
mod context;
pub mod feedback;
mod hours;
mod problem;
mod remark;
mod staff;
mod wording;
mod words;

pub use compose::{ComposeError, Envelope, Letter, compose, envelope_address};
pub use context::{Facts, Profile, context};
pub use hours::hours_in_words;
pub use problem::problem_in_words;
pub use remark::{NoEffect, Remark, refused_order, rejected_answer};
pub use staff::{
    DraftContext, FiguresContext, Group, ParkedContext, ParkedMail, StaffContext, StaffTicket, TicketFacts,
    UndeliveredContext, UndeliveredMail, staff_context, ticket as staff_ticket,
};
pub use wording::{
    Context, DeskContext, FormContext, Item, TicketContext, WindowContext, Wording, WordingError,
};
pub use words::{
    purpose_in_words, reason_in_words, refusal_in_words, sender_in_words, status_in_words, status_word,
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
        /// The form.
        SendForm = "send_form",
        /// Inquiries are not accepted yet.
        BeforeWindow = "before_window",
        /// Inquiries are no longer accepted.
        AfterWindow = "after_window",
        /// To staff: a deadline comes near.
        DeadlineWarning = "deadline_warning",
        /// To leads: a deadline has passed.
        DeadlineMissed = "deadline_missed",
        /// To leads: what the window came to.
        WindowSummary = "window_summary",
        /// The missing fields are asked for again.
        RemindMissing = "remind_missing",
        /// To leads: an inquirer does not answer.
        WaitingUnanswered = "waiting_unanswered",
        /// To staff: a mail did not arrive.
        Undeliverable = "undeliverable",
        /// 回答: what a person wrote.
        Answer = "answer",
        /// A question that a person wrote.
        Question = "question",
        /// 日次一覧.
        Digest = "digest",
        /// To staff: an inquiry came.
        NewTicket = "new_ticket",
        /// To staff: the inquirer wrote again.
        FollowUp = "follow_up",
        /// To staff: what is about to leave, and how to stop it.
        Echo = "echo",
        /// To leads: a colleague's answer waits for them.
        Approval = "approval",
        /// To staff: what their mail did, and what it could not do.
        StaffReply = "staff_reply",
    }
}

impl Purpose {
    /// Every purpose, for tests and for checking an operator's templates.
    pub const ALL: [Self; 19] = [
        Self::Acknowledgement,
        Self::AskMissing,
        Self::SendForm,
        Self::BeforeWindow,
        Self::AfterWindow,
        Self::DeadlineWarning,
        Self::DeadlineMissed,
        Self::WindowSummary,
        Self::RemindMissing,
        Self::WaitingUnanswered,
        Self::Undeliverable,
        Self::Answer,
        Self::Question,
        Self::Digest,
        Self::NewTicket,
        Self::FollowUp,
        Self::Echo,
        Self::Approval,
        Self::StaffReply,
    ];

    /// The value of `Auto-Submitted` (RFC 3834, 5): a reply to a mail, or a mail of the desk's own accord.
    /// `None` for what a person wrote.
    #[must_use]
    pub fn auto_submitted(self) -> Option<&'static str> {
        match self {
            Self::Acknowledgement
            | Self::AskMissing
            | Self::SendForm
            | Self::BeforeWindow
            | Self::AfterWindow
            | Self::RemindMissing => Some("auto-replied"),
            Self::DeadlineWarning
            | Self::DeadlineMissed
            | Self::WindowSummary
            | Self::WaitingUnanswered
            | Self::Undeliverable
            | Self::Digest
            | Self::NewTicket
            | Self::FollowUp
            | Self::Echo
            | Self::Approval
            | Self::StaffReply => Some("auto-generated"),
            Self::Answer | Self::Question => None,
        }
    }

    /// Whether it answers an inquirer by itself, and so counts against the budgets.
    #[must_use]
    pub fn is_automatic(self) -> bool {
        self.auto_submitted() == Some("auto-replied")
    }

    /// Whether staff read it, and its template a [`StaffContext`].
    #[must_use]
    pub fn is_for_staff(self) -> bool {
        self.auto_submitted() == Some("auto-generated")
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
        }
    }
}

impl From<Reply> for Purpose {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Acknowledgement => Self::Acknowledgement,
            Reply::AskMissing => Self::AskMissing,
            Reply::SendForm => Self::SendForm,
            Reply::BeforeWindow => Self::BeforeWindow,
            Reply::AfterWindow => Self::AfterWindow,
        }
    }
}

#[cfg(test)]
mod tests;
