//! Mails to staff of the desk's own accord: composed and queued in the transaction that decides them.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Desk, process::Fault};
use crate::{
    desk::staff::Member,
    hex,
    letter::{self, FiguresContext, Letter, Purpose, StaffTicket, TicketFacts},
    store::{NewMail, TicketRow, Tx},
};

/// A mail to staff.
pub(super) struct Notice<'a> {
    pub(super) purpose: Purpose,
    /// What it is about: the same occasion gives the same Message-ID, and is never queued twice.
    pub(super) occasion: &'a str,
    pub(super) tickets: Vec<StaffTicket>,
    pub(super) figures: FiguresContext,
}

/// Queues a mail to one member of staff.
pub(super) fn notify(
    desk: &Desk,
    tx: &mut Tx,
    to: &Member,
    notice: Notice<'_>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let Notice { purpose, occasion, tickets, figures } = notice;
    let context = letter::staff_context(&desk.profile, &desk.rules, &to.name, tickets, figures);
    let (subject, body) = desk.wording.render(purpose, &context)?;
    let hash = hex::encode(&Sha256::digest(format!("{occasion} {}", to.address.to_lowercase())));
    let message_id = desk.ids.of_message(&hash, purpose.as_str());
    let composed = letter::compose(&Letter {
        from: (&desk.profile.name, &desk.profile.address),
        to: &to.address,
        subject: &subject,
        body: &body,
        date: now,
        message_id: &message_id,
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: purpose.auto_submitted(),
    });
    let envelope = composed.map_err(Fault::Staff)?;
    tx.add_mail(&NewMail {
        ticket_id: None,
        message_ref: None,
        purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: &message_id,
        bytes: &envelope.bytes,
        at: now,
    })?;
    Ok(())
}

/// A ticket in the words of a mail to staff.
pub(super) fn in_words(desk: &Desk, ticket: &TicketRow, now: DateTime<Utc>) -> StaffTicket {
    let assignee = ticket.assignee.as_deref();
    let known = assignee.and_then(|address| desk.rules.staff.find(address));
    let facts = TicketFacts {
        number: ticket.number.to_string(),
        fields: &ticket.fields,
        received_at: ticket.received_at,
        deadline: ticket.standing.deadline(),
        assignee: known.map(|member| member.name.as_str()).or(assignee),
    };
    letter::staff_ticket(&desk.rules, &facts, now)
}
