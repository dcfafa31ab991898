//! The desk's own reply to a message: composed and queued in the transaction that files the message.

use chrono::{DateTime, Utc};
use tracing::warn;

use super::{
    Desk,
    process::{Fault, InHand},
};
use crate::{
    desk::{
        form::Fields,
        gate::{Refusal, recipient},
        ticket::{Direction, TicketNumber},
        triage::{Decision, Filing, Reply},
    },
    letter::{self, Letter, Purpose},
    mail::Mailbox,
    store::{NewEntry, NewMail, Tx},
};

/// Queues the reply, if there is one and the gate lets it out; a refusal is returned for the audit.
#[expect(clippy::too_many_arguments, reason = "the parts of one transaction, passed once")]
pub(super) async fn answer(
    desk: &Desk,
    hand: &InHand<'_>,
    decision: &Decision,
    tx: &mut Tx,
    message: i64,
    ticket: Option<&(i64, TicketNumber, Fields)>,
    now: DateTime<Utc>,
    day: &str,
) -> Result<Option<Refusal>, Fault> {
    let reply: Reply = match &decision.reply {
        None => return Ok(None),
        Some(Err(refusal)) => return Ok(Some(refusal.clone())),
        Some(Ok(reply)) => *reply,
    };
    let mail = &hand.reading.mail;
    let Some(to) = recipient(mail) else { return Ok(Some(Refusal::NoSender)) };
    let purpose = Purpose::from(reply);
    let message_id = match ticket {
        Some((_, number, _)) => desk.ids.of_ticket(number, purpose.as_str()),
        None => desk.ids.of_message(&hand.hash, purpose.as_str()),
    };
    // A new ticket has a new number, and no mail yet that could be the same.
    if !matches!(decision.filing, Filing::Ticket { .. }) && tx.has_mail(&message_id).await? {
        return Ok(None);
    }
    let number = ticket.map(|(_, number, _)| number.to_string()).unwrap_or_default();
    let fields = ticket.map_or_else(|| hand.reading.form.fields.clone(), |(_, _, fields)| fields.clone());
    let facts = letter::Facts {
        number,
        fields,
        received_at: hand.reading.received_at,
        deadline: decision.deadline,
        now,
    };
    let context = letter::context(&desk.profile, &desk.rules, &facts);
    let (subject, body) = desk.wording.render(purpose, &context)?;
    let mut references: Vec<&str> = mail.references.iter().map(String::as_str).collect();
    references.extend(mail.message_id.as_deref());
    let composed = letter::compose(&Letter {
        from: (&desk.profile.name, &desk.profile.address),
        to,
        subject: &subject,
        body: &body,
        date: now,
        message_id: &message_id,
        in_reply_to: mail.message_id.as_deref(),
        references: last(references, 20),
        auto_submitted: purpose.auto_submitted(),
    });
    let envelope = match composed {
        Ok(envelope) => envelope,
        Err(error) => {
            warn!(message.id = message, "no reply leaves: {}", error.kind());
            return Ok(Some(Refusal::NoSender));
        }
    };
    tx.add_mail(&NewMail {
        ticket_id: ticket.map(|(id, ..)| *id),
        message_ref: Some(message),
        purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: &message_id,
        bytes: &envelope.bytes,
        at: now,
    })?;
    if purpose.is_automatic() {
        tx.count_automatic(day);
    }
    if let Some((ticket_id, ..)) = ticket {
        let from = Mailbox { name: Some(desk.profile.name.clone()), address: desk.profile.address.clone() };
        tx.add_entry(&NewEntry {
            ticket_id: *ticket_id,
            message_ref: None,
            direction: Direction::Out,
            from: Some(&from),
            recipients: vec![to],
            at: now,
            text: &body,
            attachments: &[],
        });
    }
    Ok(None)
}

fn last<T>(mut items: Vec<T>, most: usize) -> Vec<T> {
    items.drain(..items.len().saturating_sub(most));
    items
}
