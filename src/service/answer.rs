//! The desk's own mails to inquirers: composed and queued in the transaction that decides them.

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
    letter::{self, Content, InquirerContext, Letter, Purpose, Rendered},
    mail::Mailbox,
    store::{NewEntry, NewMail, Tx},
};

/// Message-IDs in References: the last few tell a thread as well as all.
const MOST_REFERENCES: usize = 20;

/// A mail to an inquirer.
pub(super) struct Outgoing<'a> {
    pub(super) to: &'a str,
    pub(super) message_id: &'a str,
    pub(super) in_reply_to: Option<&'a str>,
    /// The thread, oldest first.
    pub(super) references: Vec<&'a str>,
    pub(super) ticket: Option<i64>,
    /// The ledger row it answers.
    pub(super) message_ref: Option<i64>,
    /// The local day, for the budget.
    pub(super) day: &'a str,
    /// It leaves past the queue: who queues it hands it over after the commit, and no mail can have its Message-ID yet.
    pub(super) express: bool,
}

/// Queues the reply to a message, if there is one and the gate lets it out; a refusal is returned for the audit.
#[expect(clippy::too_many_arguments, reason = "the parts of one transaction, passed once")]
pub(super) async fn answer(
    desk: &Desk,
    hand: &InHand,
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
    let is_new = matches!(decision.filing, Filing::Ticket { .. });
    if !is_new && tx.has_mail(&message_id).await? {
        return Ok(None);
    }
    let facts = letter::Facts {
        number: ticket.map(|(_, number, _)| number.to_string()).unwrap_or_default(),
        fields: ticket.map_or_else(|| hand.reading.form.fields.clone(), |(_, _, fields)| fields.clone()),
        received_at: hand.reading.received_at,
        deadline: decision.deadline,
        now,
    };
    let content = Content::Reply(reply, InquirerContext::new(&desk.profile, &desk.rules, &facts));
    let mut references: Vec<&str> = mail.references.iter().map(String::as_str).collect();
    references.extend(mail.message_id.as_deref());
    let outgoing = Outgoing {
        to,
        message_id: &message_id,
        in_reply_to: mail.message_id.as_deref(),
        references,
        ticket: ticket.map(|(id, ..)| *id),
        message_ref: Some(message),
        day,
        express: is_new,
    };
    queue(desk, tx, &outgoing, &content, now)
}

/// Composes a mail and queues it; it becomes part of its ticket's conversation. A refusal says that it cannot be sent.
pub(super) fn queue(
    desk: &Desk,
    tx: &mut Tx,
    outgoing: &Outgoing<'_>,
    content: &Content,
    now: DateTime<Utc>,
) -> Result<Option<Refusal>, Fault> {
    let purpose = content.purpose();
    let Rendered { subject, body, .. } = desk.wording.render(content)?;
    let composed = letter::compose(&Letter {
        from: (&desk.profile.name, &desk.profile.address),
        to: outgoing.to,
        subject: &subject,
        body: &body,
        html: None,
        files: &[],
        date: now,
        message_id: outgoing.message_id,
        in_reply_to: outgoing.in_reply_to,
        references: last(&outgoing.references, MOST_REFERENCES),
        auto_submitted: purpose.auto_submitted(),
    });
    let envelope = match composed {
        Ok(envelope) => envelope,
        Err(error) => {
            warn!(message.id = outgoing.message_ref, "no mail leaves: {}", error.kind());
            return Ok(Some(Refusal::NoSender));
        }
    };
    tx.add_mail(&NewMail {
        ticket_id: outgoing.ticket,
        message_ref: outgoing.message_ref,
        purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: outgoing.message_id,
        bytes: &envelope.bytes,
        at: now,
        leaves_at: Some(now),
        author: None,
        entry: None,
        claim: outgoing.express.then(|| desk.express.claim(&desk.clock)).flatten(),
    })?;
    if purpose.is_automatic() {
        tx.count_automatic(outgoing.day);
    }
    if let Some(ticket_id) = outgoing.ticket {
        let from = Mailbox { name: Some(desk.profile.name.clone()), address: desk.profile.address.clone() };
        tx.add_entry(&NewEntry {
            ticket_id,
            message_ref: None,
            direction: Direction::Out,
            from: Some(&from),
            recipients: vec![outgoing.to],
            at: now,
            text: &body,
            attachments: &[],
        });
    }
    Ok(None)
}

fn last<'a>(items: &[&'a str], most: usize) -> Vec<&'a str> {
    items.get(items.len().saturating_sub(most)..).unwrap_or_default().to_vec()
}
