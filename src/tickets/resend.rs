//! 再送: what did not arrive leaves once more, as it was, to the address that its inquirer has now.

use super::{
    answer::{Draft, queue, write},
    letters::{FINGERPRINT, Letter, Letters, exact_text, fresh_id},
    merge::head_of,
    recipients::{Reader, reader_of, told_by_inquirer},
};
use crate::{
    desk::{
        feedback::{Refused, Written},
        handling::Unhandled,
        ticket::TicketNumber,
    },
    letter::{Purpose, Rendered},
    mail::{self, OwnMail},
    service::{Fault, Operation, Outcome},
    store::{LetterRow, OutboxState, TicketRow, WrittenMail},
};

/// Queues the answer or question that did not arrive.
pub(super) async fn send_again(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    message: Option<i64>,
) -> Result<Outcome, Fault> {
    let nothing = || Err(Unhandled::NothingBounced(ticket.number.clone()).into());
    let Some(Bounced { of, number, letter }) = bounced(operation, ticket).await? else {
        return Ok(to_waiting(operation, ticket, message).await?.unwrap_or_else(nothing));
    };
    let bytes = operation.tx.mail_bytes(letter.id).await?;
    if bytes.is_empty() {
        return Ok(nothing());
    }
    let Some(theirs) = operation.tx.ticket_by_number(&number).await? else { return Ok(nothing()) };
    let Some(Reader { address: to, .. }) = reader_of(operation.tx, &theirs).await? else {
        return Ok(Err(Refused::NoAddress(number)));
    };
    let written = if letter.purpose == Purpose::Question { Written::Question } else { Written::Answer };
    let (OwnMail { subject, text, .. }, files) = (OwnMail::read(&bytes), mail::read(&bytes).attachments);
    let event = event_of(letter.purpose, &letter.message_id);
    let Some(message_id) = fresh_id(operation, &number, &event).await? else { return Ok(nothing()) };
    let draft = Draft { text: &text, files: &files, message, ..Draft::default() };
    let theirs = told_by_inquirer(&theirs, &to);
    let rendered = Rendered { subject, body: text.clone(), html: None };
    let letter = Letter { number, to, theirs, rendered, message_id };
    // Its text has left before.
    let letters = Letters { first: &letter, others: &[], concerns: &[] };
    queue(operation, &of, written, draft, letters).await
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
    let letter = operation.tx.entry_text(*entry).await?.unwrap_or_default();
    let files = mail::read(&operation.tx.mail_bytes(*id).await?).attachments;
    let Some(text) = exact_text(message_id, &letter, &files) else {
        return Ok(Some(Err(Unhandled::NotExact(head.number).into())));
    };
    let draft = Draft { text: &text, files: &files, message, ..Draft::default() };
    write(operation, &head, Written::Answer, draft).await.map(Some)
}

/// An answer or a question that did not arrive.
pub(super) struct Bounced {
    /// The ticket that has it. That of a merged ticket is the one that it is a part of.
    of: TicketRow,
    /// The ticket of its inquirer.
    number: TicketNumber,
    letter: LetterRow,
}

/// What did not arrive and may leave again: the letter to the ticket's own inquirer, else one to that of a ticket merged into it.
pub(super) async fn bounced(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Option<Bounced>, Fault> {
    let head = head_of(operation, ticket).await?;
    let ids = &operation.desk.ids;
    let number =
        |letter: &LetterRow| ids.recognise(&letter.message_id).unwrap_or_else(|| head.number.clone());
    let mut letters = operation.tx.letters(ticket.id).await?;
    if head.id != ticket.id {
        let of_head = operation.tx.letters(head.id).await?;
        letters.splice(0..0, of_head.into_iter().filter(|letter| number(letter) == ticket.number));
    }
    let mut lost = lost(letters, number);
    let own = lost.iter().position(|(number, _)| *number == ticket.number).unwrap_or_default();
    if lost.is_empty() {
        return Ok(None);
    }
    let (number, letter) = lost.swap_remove(own);
    Ok(Some(Bounced { of: head, number, letter }))
}

/// The last letter to each inquirer, where it did not arrive and does not wait to leave once more. A later text that waits does
/// not hide it.
fn lost(
    letters: Vec<LetterRow>,
    number: impl Fn(&LetterRow) -> TicketNumber,
) -> Vec<(TicketNumber, LetterRow)> {
    let mut lost = Vec::new();
    let (mut waiting, mut seen) = (Vec::new(), Vec::new());
    for letter in letters {
        let event = event_of(letter.purpose, &letter.message_id);
        let key = (number(&letter), event);
        if letter.waits() {
            waiting.push(key);
        } else if !seen.contains(&key.0) {
            seen.push(key.0.clone());
            if letter.is_lost() && !waiting.contains(&key) {
                lost.push((key.0, letter));
            }
        }
    }
    lost
}

/// What a letter and each repetition of it have in common.
fn event_of(purpose: Purpose, message_id: &str) -> String {
    let fingerprint = message_id.split_once(&format!(".{purpose}-")).map_or("", |(_, behind)| behind);
    format!("{purpose}-{}", fingerprint.get(..FINGERPRINT).unwrap_or_default())
}

/// Whether the last letter about a ticket to an address did not arrive. Another text would not, either.
pub(super) async fn is_unreached(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    to: &str,
) -> Result<bool, Fault> {
    let letters = operation.tx.letters(ticket.id).await?;
    let last = letters.iter().find(|letter| !letter.waits() && letter.recipient.eq_ignore_ascii_case(to));
    Ok(last.is_some_and(LetterRow::is_lost))
}
