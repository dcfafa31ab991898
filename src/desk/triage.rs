//! Decides what becomes of one message: a ticket, part of a ticket, parked, or a duplicate; and what answers it.
//! Pure: the facts it needs are arguments, so that `inspect` explains and a rehearsal repeats the real thing.

mod follow_up;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use super::{
    calendar::{Calendar, date_of},
    deadline::Sla,
    form::{Fields, Form, FormRules, read_form},
    gate::{Asking, GateFacts, GateRules, Refusal, gate},
    staff::Staff,
    staff_mail::{self, Command, Input, StaffMail},
    thread::{MessageIds, Reference, TicketFacts},
    ticket::{Channel, NewTicket, Standing, TicketNumber},
    window::{Window, WindowState},
};
use follow_up::{follow_up, joinable};

use crate::{
    mail::{
        InboundMail, Warning, authentication,
        automatic::{Automatic, Own, detect},
        bounce::Action,
    },
    words::closed_set,
};

closed_set! {
    /// What a message is.
    Kind {
        /// It carries the form or the prescribed subject.
        Inquiry = "inquiry",
        /// It names a ticket.
        FollowUp = "follow_up",
        /// It comes from a staff address.
        Staff = "staff",
        /// Out of office, a list, a robot.
        Automatic = "automatic",
        /// A delivery report.
        Bounce = "bounce",
        /// A person's mail without the form.
        Other = "other",
        /// Nothing can be read in it.
        Unreadable = "unreadable",
    }
}

closed_set! {
    /// What the desk would do with a message, as `inspect` prints it.
    Step {
        /// A ticket is filed.
        FileTicket = "file_ticket",
        /// The inquirer gets the acknowledgement.
        Acknowledge = "acknowledge",
        /// The inquirer is asked for the fields that are missing.
        AskMissingFields = "ask_missing_fields",
        /// The sender gets the form.
        SendForm = "send_form",
        /// It becomes part of a ticket.
        AddToTicket = "add_to_ticket",
        /// What a member of staff wrote is done: an answer is sent, a command carried out.
        RelayAnswer = "relay_answer",
        /// It is kept and shown to staff.
        Park = "park",
        /// The sender is told when inquiries are accepted.
        TellWindowClosed = "tell_window_closed",
    }
}

closed_set! {
    /// Why a message is parked.
    ParkReason {
        /// Nothing can be read in it.
        Unreadable = "unreadable",
        /// It is larger than `mailbox.max_message_size`.
        Oversize = "oversize",
        /// A delivery report.
        Bounce = "bounce",
        /// Out of office, a list, a robot.
        Automatic = "automatic",
        /// From staff.
        Staff = "staff",
        /// A person's mail without the form.
        NoForm = "no_form",
        /// Received before the acceptance window.
        BeforeWindow = "before_window",
        /// Received after the acceptance window.
        AfterWindow = "after_window",
        /// The mail server has not handed it over, again and again.
        Withheld = "withheld",
        /// Processing failed again and again.
        Failed = "failed",
    }
}

/// The rules of a desk, as its settings give them.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The members of the secretariat.
    pub staff: Staff,
    /// The prescribed form.
    pub form: FormRules,
    /// Business hours.
    pub calendar: Calendar,
    /// Acceptance window.
    pub window: Window,
    /// How soon an answer is owed.
    pub sla: Sla,
    /// What the gate in front of automatic mail goes by.
    pub gate: GateRules,
    /// What ticket numbers begin with.
    pub ticket_prefix: String,
    /// The desk's name, as it stands in its mails.
    pub desk_name: String,
}

/// A message as it was read, before any fact is known.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The message.
    pub mail: InboundMail,
    /// The form in it.
    pub form: Form,
    /// What shows that a robot wrote it.
    pub automatic: Option<Automatic>,
    /// Its size in bytes, when it is larger than allowed and only its headers were read.
    pub oversize: Option<u64>,
    /// The ticket it names.
    pub reference: Option<Reference>,
    /// What a member of staff asks for, if one wrote it.
    pub staff: Option<StaffMail>,
    /// It bears the address of a member of staff, but our own mail server does not vouch for it.
    pub not_authentic: bool,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
}

impl Reading {
    /// Reads a message. Never fails: what is odd is in the result.
    #[must_use]
    pub fn of(
        mail: InboundMail,
        oversize: Option<u64>,
        received_at: DateTime<Utc>,
        rules: &Rules,
        ids: &MessageIds,
    ) -> Self {
        let form = read_form(&mail.subject, &mail.text, &rules.form);
        let automatic = detect(&mail, &Own { addresses: &rules.gate.own_addresses });
        let reference = ids.reference(&mail);
        let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
        let member = rules.staff.find(from).filter(|_| automatic.is_none() && mail.bounce.is_none());
        let vouched = rules.gate.authserv_id.as_deref().is_none_or(|id| is_vouched_for(&mail, id));
        let staff = member.filter(|_| vouched).map(|member| {
            let input = Input {
                subject: &mail.subject,
                text: &mail.text,
                address: &member.address,
                prefix: &rules.ticket_prefix,
                desk: (&rules.desk_name, rules.gate.own_addresses.first().map_or("", String::as_str)),
                files: !mail.attachments.is_empty(),
                today: date_of(received_at, rules.calendar.time_zone()),
            };
            staff_mail::read(&input, &ids.staff_keys())
        });
        let not_authentic = member.is_some() && !vouched;
        Self { form, automatic, oversize, reference, staff, not_authentic, received_at, mail }
    }
}

/// What the desk knows of a message besides its text.
#[derive(Debug, Clone)]
pub struct Known {
    /// The ledger row that holds the very same message.
    pub duplicate_of: Option<i64>,
    /// Another message carries the same Message-ID.
    pub message_id_reused: bool,
    /// The ticket that the message names, if it exists.
    pub ticket: Option<TicketFacts>,
    /// The mail of ours that the message reports on.
    pub reported: Option<Reported>,
    /// What the gate is told.
    pub gate: GateFacts,
}

impl Known {
    /// As `inspect` knows it: nothing.
    #[must_use]
    pub fn nothing() -> Self {
        let gate = GateFacts::default();
        Self { duplicate_of: None, message_id_reused: false, ticket: None, reported: None, gate }
    }
}

/// A mail of ours that a delivery report is about, found by its unguessable Message-ID.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Its row in the outbox.
    pub outbox: i64,
    /// Row and number of its ticket.
    pub ticket: Option<(i64, TicketNumber)>,
}

/// What becomes of a message.
#[derive(Debug, Clone)]
pub enum Filing {
    /// A ticket of its own; `mentions` is a ticket it names without belonging to it.
    Ticket {
        /// What is filed.
        ticket: Box<NewTicket>,
        /// The other ticket.
        mentions: Option<TicketNumber>,
    },
    /// Part of a ticket.
    Join {
        /// Row and number of the ticket; `None` in `inspect`, which knows no tickets.
        ticket: Option<(i64, TicketNumber)>,
        /// Where the ticket stands from now on, and its fields; `None`: unchanged.
        change: Option<Box<(Standing, Fields)>>,
    },
    /// A delivery report on a mail of ours: it is shown there, and in the ticket.
    Report {
        /// The mail.
        mail: Reported,
        /// The mail did not arrive; otherwise it takes longer, or nothing happened.
        failed: bool,
    },
    /// A member of staff wants something done.
    Staff,
    /// Kept, and shown to staff.
    Park {
        /// Why.
        reason: ParkReason,
        /// More, for staff.
        detail: String,
    },
    /// The same message as this ledger row.
    Duplicate {
        /// The row.
        of: i64,
    },
}

/// What answers a message, before the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The number and the deadline.
    Acknowledgement,
    /// The missing fields are asked for.
    AskMissing,
    /// The form.
    SendForm,
    /// Inquiries are not accepted yet.
    BeforeWindow,
    /// Inquiries are no longer accepted.
    AfterWindow,
}

impl Reply {
    /// Whether the mail shows no sign that its sender wants this: only who fills in the form surely is a person.
    fn is_unasked(self, form: &Form) -> bool {
        match self {
            Self::Acknowledgement => false,
            Self::AskMissing => !form.has_form,
            Self::SendForm | Self::BeforeWindow | Self::AfterWindow => true,
        }
    }
}

/// The decision on one message.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What it is.
    pub kind: Kind,
    /// What becomes of it.
    pub filing: Filing,
    /// What answers it, if the gate lets it out.
    pub reply: Option<Result<Reply, Refusal>>,
    /// Where its receipt lies.
    pub window: WindowState,
    /// When an answer would be due.
    pub deadline: Option<DateTime<Utc>>,
    /// What staff should know.
    pub warnings: Vec<Warning>,
}

impl Decision {
    /// The decision in the words of `inspect`.
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

/// Decides on one message. `Err` of a reply says why it does not leave.
#[must_use]
pub fn triage(reading: &Reading, rules: &Rules, known: &Known) -> Decision {
    let window = rules.window.state(reading.received_at);
    let mut warnings = reading.mail.warnings.clone();
    if known.message_id_reused {
        warnings.push(Warning {
            code: "message_id_reused",
            detail: "another message carries the same Message-ID".into(),
        });
    }
    let (kind, filing, reply) = file(reading, rules, known, window);
    let deadline = match &filing {
        Filing::Ticket { ticket, .. } => ticket.standing.deadline(),
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
    Decision { kind, filing, reply: reply.map(pass), window, deadline, warnings }
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
            None => park(kind, ParkReason::Bounce, "a delivery report on no mail of ours"),
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
    } else if reading.staff.is_some() {
        Kind::Staff
    } else if reading.reference.is_some() {
        Kind::FollowUp
    } else if reading.form.has_form || reading.form.subject_conforms {
        Kind::Inquiry
    } else {
        Kind::Other
    }
}

/// A member of staff is recognised by address and key together. Without a key a telephone inquiry can be filed and the
/// manual asked for, and nothing else: anybody can write an address.
fn from_staff(reading: &Reading, rules: &Rules, known: &Known) -> (Kind, Filing, Option<Reply>) {
    let Some(staff) = &reading.staff else {
        return (Kind::Staff, Filing::Staff, None);
    };
    let harmless = |order: &staff_mail::Order| matches!(order.command, Command::Help | Command::List);
    let asks = !staff.orders.is_empty() && staff.orders.iter().all(harmless) && staff.answers.is_empty();
    if staff.keyed || asks || known.gate.accept_since.is_none() {
        return (Kind::Staff, Filing::Staff, None);
    }
    let subject = reading.mail.subject.replace([' ', '\u{3000}'], "");
    if subject.contains("電話照会") && reading.form.has_form {
        return (Kind::Staff, telephone(reading, rules), None);
    }
    let detail = "from a staff address, without a key".to_owned();
    (Kind::Staff, Filing::Park { reason: ParkReason::Staff, detail }, None)
}

/// A call that staff wrote down: an answer is owed like to a mail, and what is missing is not asked for.
fn telephone(reading: &Reading, rules: &Rules) -> Filing {
    let fields = reading.form.fields.clone();
    let budget = rules.sla.answer_within;
    let standing = Standing::open(&rules.calendar, budget, reading.received_at)
        .unwrap_or_else(|| Standing::waiting(budget));
    let ticket = NewTicket {
        channel: Channel::Telephone,
        missing: fields.missing(),
        fields,
        prefecture: reading.form.prefecture,
        standing,
    };
    Filing::Ticket { ticket: Box::new(ticket), mentions: None }
}

/// Whether our own mail server found that the sender's domain sent it: by DMARC, or else by DKIM or SPF.
fn is_vouched_for(mail: &InboundMail, authserv_id: &str) -> bool {
    let Some(results) = authentication::results(mail, authserv_id) else { return false };
    let pass = |result: &Option<String>| result.as_deref() == Some("pass");
    match results.dmarc.as_deref() {
        Some("pass") => true,
        Some("none") | None => pass(&results.dkim) || pass(&results.spf),
        Some(_) => false,
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
    let missing = fields.missing();
    let budget = rules.sla.answer_within;
    let running = Standing::open(&rules.calendar, budget, reading.received_at);
    let (standing, reply) = match running.filter(|_| missing.is_empty()) {
        Some(standing) => (standing, Reply::Acknowledgement),
        None => (Standing::waiting(budget), Reply::AskMissing),
    };
    let prefecture = reading.form.prefecture;
    let ticket = NewTicket { channel: Channel::Email, fields, missing, prefecture, standing };
    (Kind::Inquiry, Filing::Ticket { ticket: Box::new(ticket), mentions }, Some(reply))
}

/// Outside the window nothing is dropped: it is kept for staff, and the sender is told.
fn outside(kind: Kind, window: WindowState) -> (Kind, Filing, Option<Reply>) {
    let (reason, reply) = match window {
        WindowState::Before => (ParkReason::BeforeWindow, Reply::BeforeWindow),
        WindowState::Open | WindowState::After => (ParkReason::AfterWindow, Reply::AfterWindow),
    };
    (kind, Filing::Park { reason, detail: "received outside the acceptance window".into() }, Some(reply))
}
