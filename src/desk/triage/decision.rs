//! What triage decides about a message, and the words for it in the database and in `inspect`.

use chrono::{DateTime, Utc};

use super::{HandedIn, Note, Reading, application::brings_application};
use crate::{
    desk::{
        form::Fields,
        gate::Refusal,
        ticket::{NewTicket, SlaClock, TicketNumber},
        window::WindowState,
    },
    mail::Warning,
    words::closed_set,
};

closed_set! {
    Kind {
        /// Contains the form, or has the prescribed subject.
        Inquiry = "inquiry",
        /// Brings an application for the 伴走支援.
        Application = "application",
        /// Refers to a ticket.
        FollowUp = "follow_up",
        /// Comes from a staff address.
        Staff = "staff",
        /// Out-of-office reply, mailing list or other machine-sent mail.
        Automatic = "automatic",
        /// Delivery report (bounce).
        Bounce = "bounce",
        /// A person wrote it, without the form.
        Other = "other",
        /// The parser found no usable content, or the message is too large to read.
        Unreadable = "unreadable",
    }
}

closed_set! {
    /// An action of the desk on a message, as `inspect` prints it.
    Step {
        /// File a new ticket.
        FileTicket = "file_ticket",
        /// Send the acknowledgement to the inquirer.
        Acknowledge = "acknowledge",
        /// File an application, or a further form of one.
        FileApplication = "file_application",
        /// Send the receipt to the sender of an application.
        AcknowledgeApplication = "acknowledge_application",
        /// Ask the inquirer for the missing fields.
        AskMissingFields = "ask_missing_fields",
        /// Send the form to the sender.
        SendForm = "send_form",
        /// Add the message to an existing ticket.
        AddToTicket = "add_to_ticket",
        /// Keep the message for the call for applications (伴走支援).
        KeepCall = "keep_call",
        /// Tell staff at once.
        NotifyStaff = "notify_staff",
        /// Process a staff mail: send its answers, run its commands.
        RelayAnswer = "relay_answer",
        /// Keep the message and show it to staff.
        Park = "park",
        /// Tell the sender when the desk accepts inquiries.
        TellWindowClosed = "tell_window_closed",
    }
}

closed_set! {
    /// Why a message is parked.
    ParkReason {
        Unreadable = "unreadable",
        /// Larger than `mailbox.max_message_size`.
        Oversize = "oversize",
        /// Delivery report on a mail that the desk did not send.
        Bounce = "bounce",
        Automatic = "automatic",
        /// From a staff address, without a valid key or without proof of its sender.
        Staff = "staff",
        /// From a member who got too many automatic mails about the ticket today.
        StaffLimit = "staff_limit",
        /// A person wrote it, without the form.
        NoForm = "no_form",
        /// About the call for the 伴走支援, or with an application.
        Call = "call",
        /// An adviser wrote it, and it belongs to no application.
        Adviser = "adviser",
        /// A contact (照会先) wrote it, and it belongs to no ticket.
        Contact = "contact",
        /// Received before the acceptance window.
        BeforeWindow = "before_window",
        /// Received after the acceptance window.
        AfterWindow = "after_window",
        /// The mail server did not return the message in any of the attempts.
        Unfetchable = "withheld",
        /// All attempts to process the message failed.
        Failed = "failed",
    }
}

impl ParkReason {
    /// Whether somebody may wait for an answer, so that the digest shows the mail until a member decides. All others are
    /// shown once.
    #[must_use]
    pub fn waits_for_a_decision(self) -> bool {
        match self {
            Self::NoForm
            | Self::Call
            | Self::Adviser
            | Self::Contact
            | Self::BeforeWindow
            | Self::Unreadable
            | Self::Oversize
            | Self::Unfetchable
            | Self::Failed => true,
            Self::Bounce | Self::Automatic | Self::Staff | Self::StaffLimit | Self::AfterWindow => false,
        }
    }

    /// Whether such a mail may become a ticket: its sender may be an inquirer.
    #[must_use]
    pub fn may_be_taken_in(self) -> bool {
        !matches!(self, Self::Bounce | Self::Staff | Self::StaffLimit | Self::Unfetchable)
    }
}

/// The outbound mail that a delivery report is about. The store finds it by its Message-ID, which cannot be guessed.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Row id in the outbox.
    pub outbox: i64,
    /// Row id and number of the ticket.
    pub ticket: Option<(i64, TicketNumber)>,
}

/// A ticket that a message refers to without becoming part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub ticket: TicketNumber,
    pub why: Apart,
}

/// Why a message that refers to a ticket became another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// Its sender takes no part in the ticket, or the ticket was closed long before.
    NotJoined,
    /// It has another inquiry, and the ticket's was answered.
    AnotherInquiry,
}

/// How the desk files a message.
#[derive(Debug, Clone)]
pub enum Filing {
    /// As a new ticket.
    Ticket {
        ticket: Box<NewTicket>,
        /// Another ticket that the message refers to.
        mentions: Option<Mention>,
    },
    /// As applications for the 伴走支援, one for each form.
    Applications(Vec<HandedIn>),
    /// As a note on an existing ticket, which does not change. `None` in `inspect`, which has no database.
    Note { note: Note, ticket: Option<(i64, TicketNumber)> },
    /// In an existing ticket.
    Join {
        /// Row id and number of the ticket; `None` in `inspect`, which has no database.
        ticket: Option<(i64, TicketNumber)>,
        /// New clock and fields of the ticket; `None` in `inspect`.
        change: Option<Box<(SlaClock, Fields)>>,
    },
    /// As a delivery report on an outbound mail; recorded with that mail and in its ticket.
    Report {
        mail: Reported,
        /// Delivery failed for good. `false` for a delay or a success report.
        failed: bool,
    },
    /// As a staff mail, whose answers and commands are processed.
    Staff,
    /// As parked mail, which the desk keeps and shows to staff.
    Park {
        reason: ParkReason,
        /// Explanation for staff.
        detail: String,
    },
    /// Not at all: ledger row `of` already holds the message.
    Duplicate { of: i64 },
}

/// Kind of automatic reply, before the gate decides on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// States the ticket number and the deadline.
    Acknowledgement,
    /// Asks for the missing fields.
    AskMissing,
    SendForm,
    /// Says when an application arrived, and what was read in it.
    ApplicationReceived,
    /// Says when a mail about the call arrived.
    CallReceipt,
    /// Says that the desk does not accept inquiries yet.
    BeforeWindow,
    /// Says that the desk no longer accepts inquiries.
    AfterWindow,
}

impl Reply {
    /// Whether nothing in the mail shows that a person wants this reply. Only a filled-in form, or an application, is proof
    /// of a person.
    pub(super) fn is_unasked(self, reading: &Reading) -> bool {
        match self {
            // The prescribed subject alone is no proof.
            Self::Acknowledgement => {
                reading.form.subject_conforms && !reading.form.has_form && reading.reference.is_none()
            }
            Self::ApplicationReceived => false,
            Self::AskMissing => !reading.form.has_form,
            Self::CallReceipt => !brings_application(reading),
            Self::SendForm | Self::BeforeWindow | Self::AfterWindow => true,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Decision {
    pub kind: Kind,
    pub filing: Filing,
    /// The automatic reply, or the reason why the gate refused it; `None` if the message gets none.
    pub reply: Option<Result<Reply, Refusal>>,
    /// Where the automatic reply goes, and later mails about a new ticket.
    pub to: Option<String>,
    /// State of the acceptance window when the message was received.
    pub window: WindowState,
    /// Deadline of the ticket after this message.
    pub deadline: Option<DateTime<Utc>>,
    /// Shown to staff.
    pub warnings: Vec<Warning>,
    /// A member has ordered that the message become a ticket.
    pub taken_in: bool,
}

impl Decision {
    /// The actions of this decision, in the order in which `inspect` prints them.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let filing = match &self.filing {
            Filing::Ticket { .. } => Some(Step::FileTicket),
            Filing::Applications(_) => Some(Step::FileApplication),
            Filing::Join { .. } | Filing::Note { .. } => Some(Step::AddToTicket),
            Filing::Report { mail, .. } if mail.ticket.is_some() => Some(Step::AddToTicket),
            Filing::Report { .. } => Some(Step::Park),
            Filing::Staff => Some(Step::RelayAnswer),
            Filing::Park { reason: ParkReason::Call, .. } => Some(Step::KeepCall),
            Filing::Park { .. } => Some(Step::Park),
            Filing::Duplicate { .. } => None,
        };
        let reply = match self.reply {
            Some(Ok(Reply::Acknowledgement | Reply::CallReceipt)) => Some(Step::Acknowledge),
            Some(Ok(Reply::ApplicationReceived)) => Some(Step::AcknowledgeApplication),
            Some(Ok(Reply::AskMissing)) => Some(Step::AskMissingFields),
            Some(Ok(Reply::SendForm)) => Some(Step::SendForm),
            Some(Ok(Reply::BeforeWindow | Reply::AfterWindow)) => Some(Step::TellWindowClosed),
            Some(Err(_)) | None => None,
        };
        let is_of_adviser = matches!(
            self.filing,
            Filing::Note { note: Note::Adviser | Note::Contact, .. }
                | Filing::Park { reason: ParkReason::Adviser | ParkReason::Contact, .. }
        );
        let notice = |after| (filing == Some(after)).then_some(Step::NotifyStaff);
        let of_adviser = is_of_adviser.then_some(Step::NotifyStaff);
        let steps = [filing, of_adviser, notice(Step::KeepCall), reply, notice(Step::FileApplication)];
        steps.into_iter().flatten().collect()
    }
}
