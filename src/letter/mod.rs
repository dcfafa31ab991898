//! What leaves the desk: which letters there are, their wording, and their bytes. Only this room builds MIME.
//! Never decides whether a letter may leave; that is `desk::gate`.

mod compose;
mod context;
mod wording;

pub use compose::{ComposeError, Envelope, Letter, compose, envelope_address};
pub use context::{Facts, Profile, context};
pub use wording::{
    Context, DeskContext, FormContext, Item, TicketContext, WindowContext, Wording, WordingError,
};

use crate::{desk::triage::Reply, words::closed_set};

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
    }
}

impl Purpose {
    /// Every purpose, for tests and for checking an operator's templates.
    pub const ALL: [Self; 5] =
        [Self::Acknowledgement, Self::AskMissing, Self::SendForm, Self::BeforeWindow, Self::AfterWindow];

    /// Whether no person wrote it: such a mail says so (RFC 3834, 5) and counts against the budgets.
    #[must_use]
    pub fn is_automatic(self) -> bool {
        match self {
            Self::Acknowledgement
            | Self::AskMissing
            | Self::SendForm
            | Self::BeforeWindow
            | Self::AfterWindow => true,
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
