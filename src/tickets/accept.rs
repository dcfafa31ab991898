//! What an inquirer wrote last: 再開 of a ticket that waits for its inquiry takes it as the inquiry, and an answer to it repeats it.

use crate::{
    desk::{
        deadline::promised_day,
        form::Fields,
        quotation::{Quotation, SentMail},
        ticket::{Status, TicketKind},
        triage::Reply,
    },
    letter::{Content, Facts, InquirerContext, Purpose, as_in_envelope},
    mail::OwnMail,
    notify::{
        Thread,
        auto_reply::{Automatic, over_budget, queue},
    },
    reply::{self, People},
    service::{Desk, Fault, Operation},
    store::{AuditEvent, NewEvent, TicketRow},
};

/// Mails of ours that the inquirer's words may quote.
const MOST_QUOTED: usize = 5;

/// The fields of a ticket with what its inquirer wrote last as the inquiry. `None` if nothing is missing or nothing came.
pub(super) async fn with_last_words(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Option<Fields>, Fault> {
    let is_inquiry = ticket.kind == TicketKind::Inquiry && ticket.fields.inquiry.is_none();
    if !is_inquiry || ticket.clock.status() != Status::Waiting {
        return Ok(None);
    }
    let Some(text) = operation.tx.last_words(ticket.id).await? else { return Ok(None) };
    let own = own_words(operation.desk, ticket, &text).await?;
    Ok((!own.is_empty()).then(|| Fields { inquiry: Some(own), ..ticket.fields.clone() }))
}

/// What the inquirer asked after an answer, which a letter repeats instead of their first inquiry. The words of a merged ticket's
/// inquirer are theirs alone.
pub(super) async fn open_question(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Option<String>, Fault> {
    let is_first = operation.tx.last_turn(ticket.id).await?.nth == 1;
    if ticket.kind != TicketKind::Inquiry
        || is_first
        || !operation.tx.absorbed(&ticket.number).await?.is_empty()
    {
        return Ok(None);
    }
    let Some(text) = operation.tx.last_words(ticket.id).await? else { return Ok(None) };
    let question = own_words(operation.desk, ticket, &text).await?;
    Ok((!question.is_empty()).then_some(question))
}

/// The text without the mails of ours that came back with it.
async fn own_words(desk: &Desk, ticket: &TicketRow, text: &str) -> Result<String, Fault> {
    let address = ticket.answer_to.as_deref().unwrap_or(&ticket.from.address);
    let mut sent = Vec::new();
    for id in desk.store.newest_mails_to(&as_in_envelope(address), MOST_QUOTED).await? {
        if let Some((recipient, bytes)) = desk.store.sent_mail(&id).await? {
            sent.push(SentMail { recipient, mail: OwnMail::read(&bytes) });
        }
    }
    let people = People {
        desk_name: &desk.profile.name,
        desk_address: &desk.profile.address,
        sender_name: ticket.from.name.as_deref().unwrap_or_default(),
        sender_address: &ticket.from.address,
    };
    let typed = match Quotation::of(text, &sent, &people) {
        Some(quotation) => quotation.news().unwrap_or_default(),
        None => {
            let own = reply::unquoted(text, true, &people).insertions;
            own.iter().map(|part| part.text.trim()).collect::<Vec<_>>().join("\n\n")
        }
    };
    Ok(typed.trim().to_owned())
}

/// Sends the receipt with the promised day, unless the gate's budgets are used up. `true` if it was queued.
pub(super) async fn acknowledge(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<bool, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let (Some(to), Some(deadline)) = (&ticket.answer_to, ticket.clock.deadline()) else { return Ok(false) };
    let message_id = desk.ids.of_ticket(&ticket.number, Purpose::Acknowledgement.as_str());
    if operation.tx.has_mail(&message_id).await? {
        return Ok(false);
    }
    let refusal = match over_budget(operation, ticket.id, to).await? {
        Some(refusal) => Some(refusal),
        None => {
            let facts = Facts {
                number: ticket.number.to_string(),
                fields: ticket.fields.clone(),
                subject: ticket.subject.clone(),
                attachments: Vec::new(),
                received_at: ticket.received_at,
                deadline: Some(deadline),
                is_about_call: false,
                now,
            };
            let context = InquirerContext::new(&desk.profile, &desk.rules, &facts);
            let thread = operation.tx.thread_of(ticket.id).await?;
            let automatic = Automatic {
                to,
                message_id: &message_id,
                thread: Thread::of(&thread),
                ticket: Some(ticket.id),
                message_ref: None,
            };
            queue(operation, automatic, &Content::Reply(Reply::Acknowledgement, context))?
        }
    };
    let Some(refusal) = refusal else {
        operation.tx.set_promise(ticket.id, promised_day(&desk.rules.calendar, deadline)).await?;
        return Ok(true);
    };
    let event = NewEvent::by_desk(AuditEvent::Refused(refusal)).on_ticket(ticket.id);
    operation.tx.append_event(now, event);
    Ok(false)
}
