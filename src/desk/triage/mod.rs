//! Decides how to file one message (new ticket, existing ticket, parked, duplicate) and which automatic reply it gets.
//! Pure: all facts are arguments, so that `inspect` and a rehearsal run the same code as the service.

mod decision;
mod follow_up;
mod from_staff;
mod reading;
#[cfg(test)]
mod tests;

use follow_up::{follow_up, joinable};
use from_staff::from_staff;

use super::{
    calendar::Calendar,
    deadline::Sla,
    form::{Fields, FormRules},
    gate::{Asking, GateFacts, GateRules, gate},
    staff::Staff,
    staff_mail::Replied,
    thread::TicketFacts,
    ticket::{Channel, NewTicket, SlaClock, TicketNumber},
    window::{Window, WindowState},
};
use crate::mail::{Warning, bounce::Action};

pub use decision::{Decision, Filing, Kind, ParkReason, Reply, Reported};
pub use follow_up::address;
pub use from_staff::TELEPHONE_SUBJECT;
pub use reading::Reading;

/// The rules of a desk, built from its settings.
#[derive(Debug, Clone)]
pub struct Rules {
    pub staff: Staff,
    pub form: FormRules,
    pub calendar: Calendar,
    pub window: Window,
    pub sla: Sla,
    pub gate: GateRules,
    /// First part of every ticket number, such as `ZT`.
    pub ticket_prefix: String,
    /// Display name of the desk in its mails.
    pub desk_name: String,
}

/// Facts about a message that come from the database.
#[derive(Debug, Clone)]
pub struct Known {
    /// Ledger row that already holds this message.
    pub duplicate_of: Option<i64>,
    /// Another message has the same Message-ID.
    pub message_id_reused: bool,
    /// The ticket that the message refers to, if it exists.
    pub ticket: Option<TicketFacts>,
    /// The outbound mail that this delivery report is about.
    pub reported: Option<Reported>,
    /// Replies that the member who wrote the message got today.
    pub replied: Replied,
    pub gate: GateFacts,
}

impl Known {
    /// No facts, as in `inspect`, which has no database.
    #[must_use]
    pub fn nothing() -> Self {
        let gate = GateFacts::default();
        Self {
            duplicate_of: None,
            message_id_reused: false,
            ticket: None,
            reported: None,
            replied: Replied::new(),
            gate,
        }
    }
}

#[must_use]
pub fn triage(reading: &Reading, rules: &Rules, known: &Known) -> Decision {
    let window = rules.window.state(reading.received_at);
    let mut warnings = reading.mail.warnings.clone();
    if known.message_id_reused {
        warnings.push(Warning {
            code: "message_id_reused",
            detail: "another message has the same Message-ID".into(),
        });
    }
    if let Some(doubt) = reading.sender_doubt {
        warnings.push(Warning { code: doubt.code(), detail: doubt.detail().to_owned() });
    }
    let (kind, filing, reply) = file(reading, rules, known, window);
    let to = address(reading, known.ticket.as_ref()).map(str::to_owned);
    let deadline = match &filing {
        Filing::Ticket { ticket, .. } => ticket.clock.deadline(),
        Filing::Join { change: Some(change), .. } => change.0.deadline(),
        _ => None,
    };
    let pass = |reply: Reply| {
        let asking = Asking {
            mail: &reading.mail,
            automatic: reading.automatic.as_ref(),
            received_at: reading.received_at,
            unasked: reply.is_unasked(&reading.form),
            is_form: reply == Reply::SendForm,
        };
        gate(asking, &rules.gate, known.gate).map(|()| reply)
    };
    Decision { kind, filing, reply: reply.map(pass), to, window, deadline, warnings }
}

fn file(
    reading: &Reading,
    rules: &Rules,
    known: &Known,
    window: WindowState,
) -> (Kind, Filing, Option<Reply>) {
    let park = |kind, reason, detail: &str| (kind, Filing::Park { reason, detail: detail.to_owned() }, None);
    let kind = kind(reading);
    if let Some(of) = known.duplicate_of {
        return (kind, Filing::Duplicate { of }, None);
    }
    match kind {
        Kind::Unreadable => match reading.oversize {
            Some(bytes) => park(kind, ParkReason::Oversize, &format!("{bytes} bytes")),
            None => {
                park(kind, ParkReason::Unreadable, reading.mail.unreadable.as_deref().unwrap_or("no sender"))
            }
        },
        Kind::Bounce => match &known.reported {
            Some(mail) => {
                let failed =
                    reading.mail.bounce.as_ref().is_some_and(|bounce| bounce.action == Action::Failed);
                (kind, Filing::Report { mail: mail.clone(), failed }, None)
            }
            None => park(kind, ParkReason::Bounce, "a delivery report on a mail that the desk did not send"),
        },
        Kind::Automatic => match joinable(reading, known) {
            Some(ticket) => {
                (kind, Filing::Join { ticket: Some((ticket.id, ticket.number.clone())), change: None }, None)
            }
            None => park(
                kind,
                ParkReason::Automatic,
                reading.automatic.as_ref().map_or("", |found| &found.evidence),
            ),
        },
        Kind::Staff => from_staff(reading, rules, known),
        Kind::FollowUp => follow_up(reading, rules, known),
        Kind::Inquiry => inquiry(reading, rules, window, None, &Fields::default()),
        Kind::Other if window == WindowState::Open => {
            let (kind, filing, _) =
                park(kind, ParkReason::NoForm, "neither the form nor the prescribed subject");
            (kind, filing, Some(Reply::SendForm))
        }
        Kind::Other => outside(kind, window),
    }
}

fn kind(reading: &Reading) -> Kind {
    let mail = &reading.mail;
    if reading.oversize.is_some() {
        Kind::Unreadable
    } else if mail.bounce.is_some() {
        Kind::Bounce
    } else if reading.automatic.is_some() {
        Kind::Automatic
    } else if mail.unreadable.is_some() {
        Kind::Unreadable
    } else if reading.staff.is_some() || reading.sender_doubt.is_some() {
        Kind::Staff
    } else if reading.reference.is_some() {
        Kind::FollowUp
    } else if reading.form.has_form || reading.form.subject_conforms {
        Kind::Inquiry
    } else {
        Kind::Other
    }
}

fn inquiry(
    reading: &Reading,
    rules: &Rules,
    window: WindowState,
    mentions: Option<TicketNumber>,
    inherited: &Fields,
) -> (Kind, Filing, Option<Reply>) {
    if window != WindowState::Open {
        return outside(Kind::Inquiry, window);
    }
    let mut fields = reading.form.fields.clone();
    if fields.inquiry.is_none() && !reading.form.has_form {
        let text = reading.mail.text.trim();
        fields.inquiry = (!text.is_empty()).then(|| text.to_owned());
    }
    fields.complete(inherited);
    let budget = rules.sla.answer_within;
    let running = SlaClock::open(&rules.calendar, budget, reading.received_at);
    let (clock, reply) = match running.filter(|_| fields.missing().is_empty()) {
        Some(clock) => (clock, Reply::Acknowledgement),
        None => (SlaClock::waiting(budget), Reply::AskMissing),
    };
    let prefecture = reading.form.prefecture;
    let ticket = NewTicket { channel: Channel::Email, fields, prefecture, clock };
    (Kind::Inquiry, Filing::Ticket { ticket: Box::new(ticket), mentions }, Some(reply))
}

/// Parks a message that arrived outside the acceptance window, and tells the sender. No message is dropped.
fn outside(kind: Kind, window: WindowState) -> (Kind, Filing, Option<Reply>) {
    let (reason, reply) = match window {
        WindowState::Before => (ParkReason::BeforeWindow, Reply::BeforeWindow),
        WindowState::Open | WindowState::After => (ParkReason::AfterWindow, Reply::AfterWindow),
    };
    (kind, Filing::Park { reason, detail: "received outside the acceptance window".into() }, Some(reply))
}
