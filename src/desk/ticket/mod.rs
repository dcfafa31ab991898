//! A ticket (照会票): its number, its status and its SLA clock, with the legal transitions.
//! `triage` decides what a mail does to a ticket.

mod clock;
mod number;
mod waiting;

use super::form::Fields;
use crate::words::closed_set;

pub use clock::{Hold, SlaClock};
pub use number::{ENTRY, PARKED, REPORT, TicketNumber};
pub use waiting::{Step, Told, Undecided, Urgency, Waiting, opening};

closed_set! {
    /// Status of a ticket.
    Status {
        /// The desk owes an answer; the SLA clock runs.
        Open = "open",
        /// Somebody else owes something first, or the desk holds the ticket; the SLA clock is paused.
        Waiting = "waiting",
        Answered = "answered",
        /// Neither the desk nor the inquirer owes anything.
        Closed = "closed",
    }
}

closed_set! {
    /// The party that a waiting ticket waits for.
    WaitingFor {
        /// The inquiry, or a detail that staff asked for.
        Inquirer = "inquirer",
        /// The desk holds the ticket itself (保留).
        Desk = "desk",
        /// Somebody outside who was asked.
        ThirdParty = "third_party",
    }
}

closed_set! {
    /// What a ticket is about.
    TicketKind {
        /// A question to the desk (circular, 別紙1).
        Inquiry = "inquiry",
        /// An application for the 伴走支援 (circular, 別紙2).
        Application = "application",
    }
}

closed_set! {
    /// How the desk received an inquiry.
    Channel {
        Email = "email",
        Telephone = "telephone",
    }
}

closed_set! {
    /// Direction of one entry in a ticket's conversation.
    Direction {
        /// From the inquirer.
        In = "in",
        /// To the inquirer.
        Out = "out",
        /// Internal, among staff.
        Note = "note",
    }
}

/// A ticket that is not in the database yet.
#[derive(Debug, Clone)]
pub struct NewTicket {
    pub kind: TicketKind,
    pub channel: Channel,
    pub fields: Fields,
    /// Derived from the organization's name.
    pub prefecture: Option<&'static str>,
    pub clock: SlaClock,
}
