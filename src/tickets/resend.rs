//! 再送: what did not arrive leaves once more, as it was, to the address that its inquirer has now.

use super::{
    answer::{Draft, FINGERPRINT, Letter, fresh_id, is_of, queue, write},
    merge::head_of,
    recipients::{Reader, reader_of, told_by_inquirer},
};
use crate::{
    desk::{
        feedback::{Refused, Written},
        handling::Unhandled,
        ticket::TicketNumber,
    },
    letter::{Purpose, Rendered, own_text},
    mail::{self, OwnMail},
    service::{Fault, Operation, Outcome},
    store::{OutboxState, StoreError, TicketRow, WrittenMail},
};

/// Queues the answer or question that did not arrive.
pub(super) async fn send_again(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    message: Option<i64>,
) -> Result<Outcome, Fault> {
    let nothing = || Ok(Err(Unhandled::NothingBounced(ticket.number.clone()).into()));
    let Some(Bounced { of, number, purpose, message_id, bytes }) = bounced(operation, ticket).await? else {
        return Ok(to_waiting(operation, ticket, message)
            .await?
            .unwrap_or_else(|| Err(Unhandled::NothingBounced(ticket.number.clone()).into())));
    };
    if bytes.is_empty() {
        return nothing();
    }
    let Some(theirs) = operation.tx.ticket_by_number(&number).await? else { return nothing() };
    let Some(Reader { address: to, .. }) = reader_of(operation.tx, &theirs).await? else {
        return Ok(Err(Refused::NoAddress(number)));
    };
    let written = if purpose == Purpose::Question { Written::Question } else { Written::Answer };
    let (OwnMail { subject, text, .. }, files) = (OwnMail::read(&bytes), mail::read(&bytes).attachments);
    let fingerprint = message_id.split_once(&format!(".{purpose}-")).map_or("", |(_, behind)| behind);
    let fingerprint = fingerprint.get(..FINGERPRINT).unwrap_or_default();
    let event = format!("{purpose}-{fingerprint}");
    let Some(message_id) = fresh_id(operation, &number, &event).await? else { return nothing() };
    let draft = Draft { text: &text, files: &files, left_out: "", message };
    let theirs = told_by_inquirer(&theirs, &to);
    let rendered = Rendered { subject, body: text.clone(), html: None };
    let letter = Letter { number, to, theirs, rendered, message_id };
    queue(operation, &of, written, draft, &letter, &[]).await
}

/// Writes the last answer once more, for the inquirers of merged tickets who have none. `None` if there is nobody, or no answer.
async fn to_waiting(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    message: Option<i64>,
) -> Result<Option<Outcome>, Fault> {
    let head = head_of(operation, ticket).await?;
    if operation.tx.unanswered_parts(head.id).await?.is_empty() {
        return Ok(None);
    }
    let mut mails = operation.tx.written_mails(head.id).await?;
    mails.retain(|mail| mail.purpose == Purpose::Answer && mail.state == OutboxState::Sent);
    let Some(WrittenMail { id, message_id, entry: Some(entry), .. }) = mails.first() else { return Ok(None) };
    let text = own_text(&operation.tx.entry_text(*entry).await?.unwrap_or_default());
    let files = mail::read(&operation.tx.mail_bytes(*id).await?).attachments;
    // What it puts around a person's text cannot always be told from the text.
    if !is_of(message_id, &text, &files) {
        return Ok(Some(Err(Unhandled::NotExact(head.number).into())));
    }
    let draft = Draft { text: &text, files: &files, left_out: "", message };
    write(operation, &head, Written::Answer, draft).await.map(Some)
}

/// An answer or a question that did not arrive.
pub(super) struct Bounced {
    /// The ticket that has it. That of a merged ticket is the one that it is a part of.
    of: TicketRow,
    /// The ticket of its inquirer.
    number: TicketNumber,
    purpose: Purpose,
    message_id: String,
    bytes: Vec<u8>,
}

/// What did not arrive and may leave again: the letter to the ticket's own inquirer, else one to that of a ticket merged into it.
pub(super) async fn bounced(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Option<Bounced>, StoreError> {
    /// As in `Tx::absorbed`.
    const DEPTH: usize = 10;
    let ids = &operation.desk.ids;
    let mut of = ticket.clone();
    let mut mails = operation.tx.bounced_mails(of.id).await?;
    for _ in 0..DEPTH {
        let Some(into) = &of.merged_into else { break };
        let Some(head) = operation.tx.ticket_by_number(into).await? else { break };
        of = head;
        let of_others = operation.tx.bounced_mails(of.id).await?;
        let is_own =
            |(_, id, _): &(Purpose, String, Vec<u8>)| ids.recognise(id).as_ref() == Some(&ticket.number);
        mails.extend(of_others.into_iter().filter(is_own));
    }
    let number = |id: &str| ids.recognise(id).unwrap_or_else(|| ticket.number.clone());
    let own = mails.iter().position(|(_, id, _)| number(id) == ticket.number).unwrap_or_default();
    if mails.is_empty() {
        return Ok(None);
    }
    let (purpose, message_id, bytes) = mails.swap_remove(own);
    Ok(Some(Bounced { of, number: number(&message_id), purpose, message_id, bytes }))
}
