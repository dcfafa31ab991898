//! Automatic mails to inquirers: receipts, questions about missing fields, the form, the window's opening and closing.

use chrono::{DateTime, Utc};
use tracing::{error, warn};

use super::{Outgoing, Thread, enqueue, staff_notice::notify};
use crate::{
    desk::{
        form::Fields,
        gate::{GateFacts, Refusal, within},
        ticket::{TicketKind, TicketNumber},
        triage::{Decision, Filing, Reply, is_about_the_call},
    },
    letter::{self, Content, InquirerContext, Purpose, Rendered, StaffReplyContext},
    service::{Fault, Operation, PreparedMail, Unsent},
    store::StoreError,
};

/// The ticket that a message became or joined.
#[derive(Debug, Clone)]
pub struct FiledTicket {
    pub id: i64,
    pub kind: TicketKind,
    pub number: TicketNumber,
    pub fields: Fields,
    /// When its first message was received.
    pub received_at: DateTime<Utc>,
}

/// Queues the reply to a message, if there is one and the gate lets it out. A refusal is returned for the audit.
pub async fn reply(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    message: i64,
    ticket: Option<&FiledTicket>,
) -> Result<Option<Refusal>, Fault> {
    let reply: Reply = match &decision.reply {
        None => return Ok(None),
        Some(Err(refusal)) => return Ok(Some(refusal.clone())),
        Some(Ok(reply)) => *reply,
    };
    let inbound = &mail.reading.mail;
    let Some(to) = decision.to.as_deref() else { return Ok(Some(Refusal::NoSender)) };
    let purpose = Purpose::from(reply);
    let ids = &operation.desk.ids;
    let of_message = |hash: &str| ids.of_message(hash, purpose.as_str());
    let message_id = match ticket {
        // An application that was sent twice gets one receipt.
        None if reply == Reply::CallReceipt => unsent_to_files(operation, mail, of_message).await?,
        _ => {
            let of_ticket = |filed: &FiledTicket| ids.of_ticket(&filed.number, purpose.as_str());
            let message_id = ticket.map_or_else(|| of_message(&mail.hash), of_ticket);
            // A new ticket has a new number, and no mail yet that could be the same.
            let is_new = matches!(decision.filing, Filing::Ticket { .. });
            let is_unsent = is_new || !operation.tx.has_mail(&message_id).await?;
            is_unsent.then_some(message_id)
        }
    };
    let Some(message_id) = message_id else { return Ok(None) };
    let facts = letter::Facts {
        number: ticket.map(|ticket| ticket.number.to_string()).unwrap_or_default(),
        fields: ticket.map_or_else(|| mail.reading.form.fields.clone(), |ticket| ticket.fields.clone()),
        subject: inbound.subject.clone(),
        attachments: inbound.attachments.iter().map(|file| file.name.clone()).collect(),
        received_at: mail.reading.received_at,
        deadline: decision.deadline,
        is_about_call: is_about_the_call(&mail.reading),
        now: operation.now,
    };
    let desk = operation.desk;
    let content = Content::Reply(reply, InquirerContext::new(&desk.profile, &desk.rules, &facts));
    let automatic = Automatic {
        to,
        message_id: &message_id,
        thread: Thread::answering(inbound),
        ticket: ticket.map(|ticket| ticket.id),
        message_ref: Some(message),
    };
    queue(operation, automatic, &content)
}

/// The Message-ID of a receipt that `of` makes from a hash: of the sender and the files, or of the mail if it has none. `None`
/// if the same files got one within the hour.
pub async fn unsent_to_files(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    of: impl Fn(&str) -> String,
) -> Result<Option<String>, StoreError> {
    let (this, earlier) = match mail.files_hashes() {
        Some([this, earlier]) => (of(&this), Some(of(&earlier))),
        None => (of(&mail.hash), None),
    };
    for id in [Some(&this), earlier.as_ref()].into_iter().flatten() {
        if operation.tx.has_mail(id).await? {
            return Ok(None);
        }
    }
    Ok(Some(this))
}

/// An automatic mail to an inquirer.
pub struct Automatic<'a> {
    pub to: &'a str,
    pub message_id: &'a str,
    pub thread: Thread<'a>,
    pub ticket: Option<i64>,
    /// The ledger row it answers.
    pub message_ref: Option<i64>,
}

/// The budget that another automatic mail about a ticket exceeds. For mails that answer no message of now.
pub async fn over_budget(
    operation: &mut Operation<'_>,
    ticket: i64,
    to: &str,
) -> Result<Option<Refusal>, StoreError> {
    let midnight = operation.midnight();
    let tx = &mut *operation.tx;
    let facts = GateFacts {
        sent_to_recipient: tx.sent_to(&letter::as_in_envelope(to), midnight).await?,
        sent_in_thread: tx.sent_in_thread(ticket, midnight).await?,
        ..GateFacts::default()
    };
    Ok(within(facts, operation.desk.rules.gate.budgets).err())
}

/// Renders and queues an automatic mail. A refusal says that it cannot be sent.
pub fn queue(
    operation: &mut Operation<'_>,
    automatic: Automatic<'_>,
    content: &Content,
) -> Result<Option<Refusal>, Fault> {
    let Automatic { to, message_id, thread, ticket, message_ref } = automatic;
    let Rendered { subject, body, .. } = operation.desk.wording.render(content)?;
    let outgoing = Outgoing {
        purpose: content.purpose(),
        to,
        cc: &[],
        copy_for: None,
        subject: &subject,
        body: &body,
        html: None,
        files: &[],
        message_id,
        thread,
        ticket,
        message_ref,
        leaves_at: Some(operation.now),
        written: None,
    };
    let (day, limit) = (operation.day(), operation.desk.rules.gate.budgets.per_day);
    let waits = content.purpose().may_wait() && operation.tx.automatic_sent_on(&day) >= limit;
    match enqueue(operation, &outgoing)? {
        Ok(()) if waits => {
            tell_daily_limit(operation, &day, limit)?;
            Ok(None)
        }
        Ok(()) => Ok(None),
        Err(Unsent::Compose(error)) => {
            warn!(message.id = message_ref, "no mail leaves: {}", error.kind());
            Ok(Some(Refusal::NoSender))
        }
        // Only what a person wrote is refused for its size.
        Err(Unsent::TooLarge) => Ok(Some(Refusal::NoSender)),
        Err(Unsent::Guarded(violation)) => {
            let (purpose, code) = (content.purpose(), violation.code());
            error!(message.id = message_ref, %purpose, code, "the last guard stopped our own wording");
            Ok(Some(Refusal::Guarded(code)))
        }
    }
}

/// Tells leads, once a day, that automatic mails wait from now on: the occasion is the same all day.
fn tell_daily_limit(operation: &mut Operation<'_>, day: &str, limit: u32) -> Result<(), Fault> {
    let desk = operation.desk;
    for lead in desk.duty(operation.now).leads() {
        notify(operation, lead, &format!("daily limit {day}"), |common| {
            let (title, told) = letter::daily_limit_reached(limit);
            Content::StaffReply(StaffReplyContext { title, told, ..StaffReplyContext::new(common) })
        })?;
    }
    Ok(())
}
