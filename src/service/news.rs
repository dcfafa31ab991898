//! What a decided message means to staff: mails that tell them of it, and what a colleague's mail asks for.

use chrono::{DateTime, Utc};

use super::{
    Desk,
    notice::{Told, Undelivered, announce, tell_undelivered},
    process::{Fault, InHand},
    staff::{explain_refusal, work_on},
};
use crate::{
    desk::{
        form::Fields,
        ticket::TicketNumber,
        triage::{Decision, Filing, ParkReason, Reported},
    },
    letter::{NoEffect, Purpose, Remark},
    mail::Bounce,
    store::{NewEvent, Tx},
};

/// What staff are told at once: of a new ticket, of an inquirer who wrote again, of a mail in a colleague's name. Does
/// what a colleague asks for.
pub(super) async fn tell_staff(
    desk: &Desk,
    hand: &InHand,
    tx: &mut Tx,
    decision: &Decision,
    (ticket, assignee): (Option<&(i64, TicketNumber, Fields)>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let reading = &hand.reading;
    if reading.not_authentic {
        explain_refusal(desk, hand, tx, NoEffect::NotAuthentic, now).await?;
    }
    match (&decision.filing, ticket) {
        (Filing::Staff, _) => {
            let from = reading.mail.from.as_ref().and_then(|from| desk.rules.staff.find(&from.address));
            if let (Some(member), Some(mail)) = (from, &reading.staff) {
                work_on(desk, hand, tx, member, mail, now).await?;
            }
        }
        (Filing::Park { reason: ParkReason::Staff, .. }, _) => {
            explain_refusal(desk, hand, tx, NoEffect::NoKey, now).await?;
        }
        // Mail from before the desk began is filed in silence.
        (Filing::Ticket { ticket: new, .. }, Some((_, number, fields)))
            if reading.received_at >= desk.accept_since =>
        {
            let told = Told {
                number,
                fields,
                standing: &new.standing,
                assignee,
                news: "",
                remarks: remarks(decision),
            };
            announce(desk, hand, tx, Purpose::NewTicket, &told, now)?;
        }
        (Filing::Join { change: Some(change), .. }, Some((id, number, fields)))
            if reading.received_at >= desk.accept_since =>
        {
            let assignee = tx.ticket(*id).await?.and_then(|ticket| ticket.assignee);
            let told = Told {
                number,
                fields,
                standing: &change.0,
                assignee: assignee.as_deref(),
                news: &reading.mail.text,
                remarks: remarks(decision),
            };
            announce(desk, hand, tx, Purpose::FollowUp, &told, now)?;
        }
        _ => {}
    }
    Ok(())
}

/// What staff should know of a message besides its text: why it is a ticket of its own, and why nothing answered it.
fn remarks(decision: &Decision) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Filing::Ticket { mentions: Some(other), .. } = &decision.filing {
        remarks.push(Remark::NotJoined(other).in_words());
    }
    if let Some(Err(refusal)) = &decision.reply {
        remarks.push(Remark::NotAnswered(refusal).in_words());
    }
    remarks
}

/// A delivery report says that a mail of ours did not arrive: it is shown there, and staff are told.
pub(super) async fn undelivered(
    desk: &Desk,
    tx: &mut Tx,
    mail: &Reported,
    bounce: Option<&Bounce>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let Some((recipient, purpose)) = tx.mark_bounced(mail.outbox, now).await? else { return Ok(()) };
    let status = bounce.and_then(|bounce| bounce.status.as_deref()).unwrap_or_default();
    let ticket_id = mail.ticket.as_ref().map(|(id, _)| *id);
    let event = NewEvent::by_desk("bounced", format!("{purpose} (outbox {}): {status}", mail.outbox));
    tx.append_event(now, event.on_ticket(ticket_id));
    let ticket = match ticket_id {
        Some(id) => {
            if purpose == Purpose::Answer {
                tx.unanswer(id).await?;
            }
            tx.ticket(id).await?
        }
        None => None,
    };
    let mail = Undelivered {
        outbox: mail.outbox,
        purpose,
        recipient: &recipient,
        status,
        diagnostic: bounce.and_then(|bounce| bounce.diagnostic.as_deref()).unwrap_or_default(),
    };
    tell_undelivered(desk, tx, ticket.as_ref(), &mail, now).await
}
