//! Decides how to file one message (new ticket, existing ticket, parked, duplicate) and which automatic reply it gets.
//! Pure: all facts are arguments, so that `inspect` and a rehearsal run the same code as the service.

mod follow_up;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use super::{
    calendar::{Calendar, date_of},
    deadline::Sla,
    form::{Fields, Form, FormRules, read_form},
    gate::{Asking, GateFacts, GateRules, Refusal, gate},
    sender::{self, Proofs, SenderDoubt},
    staff::Staff,
    staff_key::StaffKeys,
    staff_mail::{self, Command, Input, StaffMail},
    thread::{MessageIds, Reference, TicketFacts},
    ticket::{Channel, NewTicket, SlaClock, TicketNumber},
    window::{Window, WindowState},
};
pub use follow_up::address;
use follow_up::{follow_up, joinable};

use crate::{
    mail::{
        InboundMail, Warning,
        automatic::{Automatic, Own, detect},
        bounce::Action,
    },
    words::closed_set,
};

closed_set! {
    Kind {
        /// Contains the form, or has the prescribed subject.
        Inquiry = "inquiry",
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
        /// Ask the inquirer for the missing fields.
        AskMissingFields = "ask_missing_fields",
        /// Send the form to the sender.
        SendForm = "send_form",
        /// Add the message to an existing ticket.
        AddToTicket = "add_to_ticket",
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

/// A parsed message, before any database lookup.
#[derive(Debug, Clone)]
pub struct Reading {
    pub mail: InboundMail,
    pub form: Form,
    /// Evidence that a machine sent the message.
    pub automatic: Option<Automatic>,
    /// Size in bytes if the message is larger than allowed; then only its header was read.
    pub oversize: Option<u64>,
    /// The ticket that the message refers to.
    pub reference: Option<Reference>,
    /// Answers and commands, if a member of staff wrote the message.
    pub staff: Option<StaffMail>,
    /// Why a mail with the address or a key of a member is not read as theirs.
    pub sender_doubt: Option<SenderDoubt>,
    /// When the mailbox received the message.
    pub received_at: DateTime<Utc>,
}

impl Reading {
    /// Never fails: the result lists everything unusual.
    #[must_use]
    pub fn of(
        mail: InboundMail,
        oversize: Option<u64>,
        received_at: DateTime<Utc>,
        rules: &Rules,
        ids: &MessageIds,
        staff_keys: &StaffKeys,
    ) -> Self {
        let form = read_form(&mail.subject, &mail.text, &rules.form);
        let automatic = detect(&mail, &Own { addresses: &rules.gate.own_addresses });
        let reference = ids.reference(&mail);
        let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
        let is_person = automatic.is_none() && mail.bounce.is_none();
        let today = date_of(received_at, rules.calendar.time_zone());
        let proofs = Proofs {
            staff: &rules.staff,
            keys: staff_keys,
            authserv_id: rules.gate.authserv_id.as_deref(),
            prefix: &rules.ticket_prefix,
            today,
        };
        let sender_doubt = is_person.then(|| sender::doubt(&mail, &proofs)).flatten();
        let member = rules.staff.find(from).filter(|_| is_person && sender_doubt.is_none());
        let staff = member.map(|member| {
            let input = Input {
                subject: &mail.subject,
                text: &mail.text,
                address: &member.address,
                name: &member.name,
                prefix: &rules.ticket_prefix,
                desk: (&rules.desk_name, rules.gate.own_addresses.first().map_or("", String::as_str)),
                files: !mail.attachments.is_empty(),
                today,
            };
            staff_mail::read(&input, staff_keys)
        });
        Self { form, automatic, oversize, reference, staff, sender_doubt, received_at, mail }
    }
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
    /// Tickets about which the member who wrote the message got [`staff_mail::MOST_REPLIES`] automatic mails today. `None`
    /// stands for mails about no ticket or about several.
    pub exhausted: Vec<Option<TicketNumber>>,
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
            exhausted: Vec::new(),
            gate,
        }
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

/// How the desk files a message.
#[derive(Debug, Clone)]
pub enum Filing {
    /// As a new ticket.
    Ticket {
        ticket: Box<NewTicket>,
        /// Another ticket that the message refers to but may not join.
        mentions: Option<TicketNumber>,
    },
    /// In an existing ticket.
    Join {
        /// Row id and number of the ticket; `None` in `inspect`, which has no database.
        ticket: Option<(i64, TicketNumber)>,
        /// New clock and fields of the ticket; `None` if they do not change.
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
    /// Says that the desk does not accept inquiries yet.
    BeforeWindow,
    /// Says that the desk no longer accepts inquiries.
    AfterWindow,
}

impl Reply {
    /// Whether nothing in the mail shows that a person wants this reply. Only a filled-in form is proof of a person.
    fn is_unasked(self, form: &Form) -> bool {
        match self {
            Self::Acknowledgement => false,
            Self::AskMissing => !form.has_form,
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
}

impl Decision {
    /// The actions of this decision, in the order in which `inspect` prints them.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let filing = match &self.filing {
            Filing::Ticket { .. } => Some(Step::FileTicket),
            Filing::Join { .. } => Some(Step::AddToTicket),
            Filing::Report { mail, .. } if mail.ticket.is_some() => Some(Step::AddToTicket),
            Filing::Report { .. } => Some(Step::Park),
            Filing::Staff => Some(Step::RelayAnswer),
            Filing::Park { .. } => Some(Step::Park),
            Filing::Duplicate { .. } => None,
        };
        let reply = match self.reply {
            Some(Ok(Reply::Acknowledgement)) => Some(Step::Acknowledge),
            Some(Ok(Reply::AskMissing)) => Some(Step::AskMissingFields),
            Some(Ok(Reply::SendForm)) => Some(Step::SendForm),
            Some(Ok(Reply::BeforeWindow | Reply::AfterWindow)) => Some(Step::TellWindowClosed),
            Some(Err(_)) | None => None,
        };
        filing.into_iter().chain(reply).collect()
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

/// Files a mail from a staff address. Anyone can forge an address, so full access needs a valid key as well.
/// Without a key, a member can only file a telephone inquiry or request the manual or the digest.
fn from_staff(reading: &Reading, rules: &Rules, known: &Known) -> (Kind, Filing, Option<Reply>) {
    let park = |reason, detail: &str| (Kind::Staff, Filing::Park { reason, detail: detail.to_owned() }, None);
    if let Some(doubt) = reading.sender_doubt {
        return park(ParkReason::Staff, doubt.detail());
    }
    let Some(staff) = &reading.staff else {
        return (Kind::Staff, Filing::Staff, None);
    };
    let read_only = |order: &staff_mail::Order| matches!(order.command, Command::Help | Command::List);
    let only_reads =
        !staff.orders.is_empty() && staff.orders.iter().all(read_only) && staff.answers.is_empty();
    if staff.keyed || only_reads || known.gate.accept_since.is_none() {
        let is_exhausted = |ticket| known.exhausted.contains(ticket);
        if staff.replied_about().iter().any(is_exhausted) {
            return park(ParkReason::StaffLimit, "too many automatic mails about the ticket today");
        }
        return (Kind::Staff, Filing::Staff, None);
    }
    let subject = reading.mail.subject.replace([' ', '\u{3000}'], "");
    if subject.contains("電話照会") && reading.form.has_form {
        return (Kind::Staff, telephone(reading, rules), None);
    }
    park(ParkReason::Staff, "from a staff address, without a key")
}

/// Builds a ticket from a telephone inquiry that a member wrote down. Its SLA clock runs as for a mail; the desk does
/// not ask for missing fields.
fn telephone(reading: &Reading, rules: &Rules) -> Filing {
    let fields = reading.form.fields.clone();
    let budget = rules.sla.answer_within;
    let clock = SlaClock::open(&rules.calendar, budget, reading.received_at)
        .unwrap_or_else(|| SlaClock::waiting(budget));
    let ticket = NewTicket {
        channel: Channel::Telephone,
        missing: fields.missing(),
        fields,
        prefecture: reading.form.prefecture,
        clock,
    };
    Filing::Ticket { ticket: Box::new(ticket), mentions: None }
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
    let missing = fields.missing();
    let budget = rules.sla.answer_within;
    let running = SlaClock::open(&rules.calendar, budget, reading.received_at);
    let (clock, reply) = match running.filter(|_| missing.is_empty()) {
        Some(clock) => (clock, Reply::Acknowledgement),
        None => (SlaClock::waiting(budget), Reply::AskMissing),
    };
    let prefecture = reading.form.prefecture;
    let ticket = NewTicket { channel: Channel::Email, fields, missing, prefecture, clock };
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
