//! Decides how to file one message (new ticket, existing ticket, parked, duplicate) and which automatic reply it gets.
//! Pure: all facts are arguments, so that `inspect` and a rehearsal run the same code as the service.

mod application;
mod call;
mod decision;
mod follow_up;
mod from_adviser;
mod from_staff;
mod note;
mod reading;
mod taken_in;
#[cfg(test)]
mod tests;
mod thanks;

pub use application::may_be_application;
use call::asks_a_question;
pub use call::is_about_the_call;
use follow_up::{follow_up, joinable};
use from_adviser::from_adviser;
use from_staff::from_staff;
use note::note;

use chrono::{DateTime, Utc};

use super::{
    application::{KnownApplication, Support},
    calendar::Calendar,
    contacts::Contacts,
    deadline::Sla,
    form::{Fields, FormRules},
    gate::{Asking, GateFacts, GateRules, gate},
    sender::SenderDoubt,
    staff::Staff,
    staff_mail::Replies,
    thread::TicketFacts,
    ticket::{Channel, NewTicket, SlaClock, TicketKind, TicketNumber},
    window::{Window, WindowState},
};
use crate::mail::{Warning, bounce::Action};

pub use application::{Becomes, HandedIn, ticket_fields};
pub use decision::{Apart, Decision, Filing, Kind, Mention, ParkReason, Reply, Reported};
pub use follow_up::address;
pub use from_staff::{TELEPHONE_SUBJECT, is_about_a_call};
pub use note::{EARLIER_WITHIN, Note};
pub use reading::Reading;
pub use taken_in::taken_in;

/// The rules of a desk, built from its settings.
#[derive(Debug, Clone)]
pub struct Rules {
    pub staff: Staff,
    /// The contacts (照会先), who are asked about tickets.
    pub contacts: Contacts,
    pub form: FormRules,
    pub calendar: Calendar,
    pub window: Window,
    pub sla: Sla,
    pub gate: GateRules,
    /// First part of every ticket number, such as `ZT`.
    pub ticket_prefix: String,
    /// Display name of the desk in its mails.
    pub desk_name: String,
    /// The 伴走支援; `None` if the desk takes no applications.
    pub support: Option<Support>,
}

/// A ticket that the message may repeat or belong to.
#[derive(Debug, Clone)]
pub struct EarlierTicket {
    /// Row id.
    pub id: i64,
    pub number: TicketNumber,
    pub subject: String,
    pub fields: Fields,
    pub received_at: DateTime<Utc>,
    /// Its mail has the Message-ID of this one.
    pub same_message_id: bool,
}

/// Facts about a message that come from the database.
#[derive(Debug, Clone)]
pub struct Known {
    /// Ledger row that already holds this message.
    pub duplicate_of: Option<i64>,
    /// Another message has the same Message-ID.
    pub message_id_reused: bool,
    /// Tickets of the same sender from the last days, newest first, and one that a mail with the same Message-ID became.
    pub earlier: Vec<EarlierTicket>,
    /// The ticket that the message refers to, if it exists.
    pub ticket: Option<TicketFacts>,
    /// What mails with the same Message-ID said in that ticket.
    pub said_before: Vec<String>,
    /// The outbound mail that this delivery report is about.
    pub reported: Option<Reported>,
    /// The applications of the call. Read only for a mail that brings one.
    pub applications: Vec<KnownApplication>,
    /// Replies that the member who wrote the message got today.
    pub replied: Vec<Replies>,
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
            earlier: Vec::new(),
            ticket: None,
            said_before: Vec::new(),
            reported: None,
            applications: Vec::new(),
            replied: Vec::new(),
            gate,
        }
    }
}

#[must_use]
pub fn triage(reading: &Reading, rules: &Rules, known: &Known) -> Decision {
    let window = rules.window.state(reading.received_at);
    let filed = file(reading, rules, known, window);
    decision(reading, rules, known, window, filed)
}

/// The decision about a message that is filed so: its warnings, its deadline, and what the gate says of the reply.
fn decision(
    reading: &Reading,
    rules: &Rules,
    known: &Known,
    window: WindowState,
    (kind, filing, reply): (Kind, Filing, Option<Reply>),
) -> Decision {
    let mut warnings = reading.mail.warnings.clone();
    let is_copy = matches!(filing, Filing::Note { note: Note::Copy, .. });
    if known.message_id_reused && !is_copy {
        warnings.push(Warning {
            code: "message_id_reused",
            detail: "another message has the same Message-ID".into(),
        });
    }
    if let Some(doubt) = reading.sender_doubt {
        warnings.push(Warning { code: doubt.code(), detail: doubt.detail().to_owned() });
    }
    if let Filing::Note { note, .. } = &filing {
        warnings.push(Warning {
            code: note.code(),
            detail: "a note on the ticket, which does not change".into(),
        });
    }
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
            long_ago: reading.long_ago(known.gate.accept_since),
            unasked: reply.is_unasked(reading),
            is_form: reply == Reply::SendForm,
        };
        let mut facts = known.gate;
        if reply == Reply::CallReceipt {
            // Other mails to this address say nothing about the call.
            facts.last_to_recipient = facts.last_call_receipt;
        }
        gate(asking, &rules.gate, facts).map(|()| reply)
    };
    Decision { kind, filing, reply: reply.map(pass), to, window, deadline, warnings, taken_in: false }
}

fn file(
    reading: &Reading,
    rules: &Rules,
    known: &Known,
    window: WindowState,
) -> (Kind, Filing, Option<Reply>) {
    let park = |kind, reason, detail: &str| (kind, Filing::Park { reason, detail: detail.to_owned() }, None);
    let kind = kind(reading, rules, known);
    if let Some(of) = known.duplicate_of {
        return (kind, Filing::Duplicate { of }, None);
    }
    match note(reading, known, kind) {
        // `inspect` has no database; it shows the result for a sender with a ticket.
        Some((note, ticket)) if ticket.is_some() || known.gate.accept_since.is_none() => {
            return (kind, Filing::Note { note, ticket }, None);
        }
        Some((Note::Recall, _)) => {
            return park(kind, ParkReason::Automatic, "recalls a mail that is not a ticket");
        }
        Some((_, _)) if kind != Kind::Automatic => {
            return park(kind, ParkReason::NoForm, "the password of a mail that is not a ticket");
        }
        _ => {}
    }
    if let Some(filing) = from_adviser(reading, rules, known, kind) {
        return (kind, filing, None);
    }
    match kind {
        Kind::Unreadable => match reading.oversize {
            // An application may be in it. Its sender hears when it came, and staff hear of it at once.
            Some(bytes) if is_about_the_call(reading) && !is_from_staff(reading, rules) => {
                let detail = format!("about the call for applications, {bytes} bytes");
                (kind, Filing::Park { reason: ParkReason::Call, detail }, Some(Reply::CallReceipt))
            }
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
                let ticket = Some((ticket.id, ticket.number.clone()));
                (kind, Filing::Note { note: Note::Automatic, ticket }, None)
            }
            None => park(
                kind,
                ParkReason::Automatic,
                reading.automatic.as_ref().map_or("", |found| &found.evidence),
            ),
        },
        Kind::Staff => from_staff(reading, rules, known),
        Kind::Application if let Some(support) = &rules.support => {
            application::application(reading, rules, support, known)
        }
        Kind::FollowUp => follow_up(reading, rules, known),
        Kind::Inquiry | Kind::Other if is_about_the_call(reading) => call(reading, rules, kind),
        Kind::Inquiry | Kind::Application => inquiry(reading, rules, window, None, &Fields::default()),
        // An adviser knows the desk.
        Kind::Other if is_from_an_adviser(reading, rules) => {
            park(kind, ParkReason::NoForm, "from an adviser")
        }
        Kind::Other if window == WindowState::Open => {
            let (kind, filing, _) =
                park(kind, ParkReason::NoForm, "neither the form nor the prescribed subject");
            (kind, filing, Some(Reply::SendForm))
        }
        Kind::Other => outside(kind, window),
    }
}

fn kind(reading: &Reading, rules: &Rules, known: &Known) -> Kind {
    let mail = &reading.mail;
    let is_robot = reading.is_robot(&rules.staff);
    // A member has written to the inquirer, too, who replies to that mail with its subject.
    let is_inquirer = reading.sender_doubt == Some(SenderDoubt::ForeignAddress)
        && joinable(reading, known).is_some_and(|ticket| ticket.has_participant(follow_up::from(reading)));
    let is_staff = reading.staff.is_some() || reading.sender_doubt.is_some() && !is_inquirer;
    let is_person = mail.bounce.is_none() && !is_robot && !is_staff;
    let is_application =
        is_person && mail.unreadable.is_none() && application::is_application(reading, rules, known);
    if reading.oversize.is_some() && !is_application {
        Kind::Unreadable
    } else if mail.bounce.is_some() {
        Kind::Bounce
    } else if is_robot {
        Kind::Automatic
    } else if mail.unreadable.is_some() {
        Kind::Unreadable
    } else if is_staff {
        Kind::Staff
    } else if is_application {
        Kind::Application
    } else if reading.reference.is_some() {
        Kind::FollowUp
    } else if reading.form.has_form || reading.form.subject_conforms {
        Kind::Inquiry
    } else {
        Kind::Other
    }
}

/// Files a question about the call as a ticket. Keeps any other message about it for staff, in the acceptance window of
/// inquiries or not: the call has its own.
fn call(reading: &Reading, rules: &Rules, kind: Kind) -> (Kind, Filing, Option<Reply>) {
    let window = rules.window.state(reading.received_at);
    let is_served = rules.support.as_ref().is_some_and(|support| {
        window == WindowState::Open
            || support.call.has_opened(reading.received_at) && window == WindowState::Before
    });
    if is_served && asks_a_question(reading.written()) {
        return question(reading, rules, kind);
    }
    let detail = "about the call for applications".to_owned();
    (kind, Filing::Park { reason: ParkReason::Call, detail }, Some(Reply::CallReceipt))
}

/// A question about the call, in any form: 要領 10 makes this mailbox the place to ask, and prescribes no form. So no field is
/// asked for.
fn question(reading: &Reading, rules: &Rules, kind: Kind) -> (Kind, Filing, Option<Reply>) {
    let mut fields = fields_of(reading);
    let text = reading.written().trim();
    fields.inquiry = fields.inquiry.or_else(|| Some(text.to_owned()).filter(|text| !text.is_empty()));
    let budget = rules.sla.answer_within;
    let clock = SlaClock::open(&rules.calendar, budget, reading.received_at)
        .unwrap_or_else(|| SlaClock::waiting(budget));
    let prefecture = reading.form.prefecture;
    let ticket = NewTicket { kind: TicketKind::Inquiry, channel: Channel::Email, fields, prefecture, clock };
    let kind = if kind == Kind::FollowUp { kind } else { Kind::Inquiry };
    (kind, Filing::Ticket { ticket: Box::new(ticket), mentions: None }, Some(Reply::Acknowledgement))
}

fn is_from_staff(reading: &Reading, rules: &Rules) -> bool {
    let from = reading.mail.from.as_ref();
    from.is_some_and(|from| rules.staff.find(&from.address).is_some())
}

fn is_from_an_adviser(reading: &Reading, rules: &Rules) -> bool {
    let from = reading.mail.from_address();
    rules.support.as_ref().is_some_and(|support| support.adviser(from).is_some())
}

fn inquiry(
    reading: &Reading,
    rules: &Rules,
    window: WindowState,
    mentions: Option<Mention>,
    inherited: &Fields,
) -> (Kind, Filing, Option<Reply>) {
    if window != WindowState::Open {
        return outside(Kind::Inquiry, window);
    }
    let mut fields = fields_of(reading);
    fields.complete(inherited);
    let budget = rules.sla.answer_within;
    let running = SlaClock::open(&rules.calendar, budget, reading.received_at);
    let is_complete = fields.inquiry.is_some();
    // A desk that never opens again owes no day. The inquirer is asked only for what is missing.
    let clock = running.filter(|_| is_complete).unwrap_or_else(|| SlaClock::waiting(budget));
    let reply = if is_complete { Reply::Acknowledgement } else { Reply::AskMissing };
    let prefecture = reading.form.prefecture;
    let ticket = NewTicket { kind: TicketKind::Inquiry, channel: Channel::Email, fields, prefecture, clock };
    (Kind::Inquiry, Filing::Ticket { ticket: Box::new(ticket), mentions }, Some(reply))
}

/// The fields of a ticket that the message becomes. Without the form, its text is the inquiry.
fn fields_of(reading: &Reading) -> Fields {
    let mut fields = reading.form.fields.clone();
    if fields.inquiry.is_none() && !reading.form.has_form {
        let text = reading.mail.text.trim();
        fields.inquiry = (!text.is_empty()).then(|| text.to_owned());
    }
    fields
}

/// Parks a message that arrived outside the acceptance window, and tells the sender. No message is dropped.
fn outside(kind: Kind, window: WindowState) -> (Kind, Filing, Option<Reply>) {
    let (reason, reply) = match window {
        WindowState::Before => (ParkReason::BeforeWindow, Reply::BeforeWindow),
        WindowState::Open | WindowState::After => (ParkReason::AfterWindow, Reply::AfterWindow),
    };
    (kind, Filing::Park { reason, detail: "received outside the acceptance window".into() }, Some(reply))
}
