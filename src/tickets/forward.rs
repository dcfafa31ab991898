//! 転送 and 引用: somebody outside (照会先) is asked about a ticket, and their answer is used in the desk's.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::{
    answer::{Draft, queue, write},
    hold,
    letters::{Letter, Letters, fresh_id},
    meetings::Brought,
    recipients::told_by_inquirer,
};
use crate::{
    desk::{
        calendar::date_of,
        feedback::{Done, Leaves, Refused, Written},
        handling::Unhandled,
        japanese_time,
        phrase::quoted,
        ticket::{Hold, Status, TicketKind, WaitingFor},
    },
    hex,
    letter::{Content, ForwardContext, Purpose},
    mail::Attachment,
    reply::without_signature,
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, TicketRow},
};

/// 転送: the question leaves to the contact that the text names, as every mail of a person does. The clock is held until the answer
/// comes, or until the day that the text names, which the inquirer is told.
pub(super) async fn forward(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
    files: &[Attachment],
) -> Result<Outcome, Fault> {
    let (desk, number) = (operation.desk, &ticket.number);
    if ticket.kind == TicketKind::Application {
        return Ok(Err(Unhandled::IsApplication(number.clone()).into()));
    }
    let contacts = &desk.rules.contacts;
    let Some(forwarding) = contacts.forwarding(text) else {
        let who = text.lines().next().unwrap_or_default().trim().to_owned();
        let known = contacts.names();
        return Ok(Err(Unhandled::NoSingleContact { number: number.clone(), who, known }.into()));
    };
    let until = match forwarding.day.map(|day| hold::until(operation, number, day)).transpose() {
        Ok(until) => until,
        Err(refused) => return Ok(Err(refused)),
    };
    let received = date_of(ticket.received_at, desk.rules.calendar.time_zone());
    let context = ForwardContext::new(
        &desk.profile,
        &desk.rules,
        number.to_string(),
        &ticket.fields,
        japanese_time::official(received),
        &forwarding,
    );
    let rendered = desk.wording.render(&Content::Forward(context))?;
    let to = forwarding.contact.address.clone();
    let mut hasher = Sha256::new_with_prefix(to.to_lowercase());
    hasher.update(&rendered.body);
    files.iter().for_each(|file| hasher.update(&file.bytes));
    let fingerprint: String = hex::encode(&hasher.finalize()).chars().take(16).collect();
    let event = format!("{}-{fingerprint}", Purpose::Forward);
    let Some(message_id) = fresh_id(operation, number, &event).await? else {
        return Ok(Err(Refused::SameText(number.clone())));
    };
    // An empty message has the letter's own words.
    let text = if forwarding.message.is_empty() { number.to_string() } else { forwarding.message.clone() };
    let theirs = told_by_inquirer(ticket, &to);
    let letter = Letter { number: number.clone(), to, theirs, rendered, message_id };
    let draft = Draft { text: &text, files, ..Draft::default() };
    let letters = Letters { first: &letter, others: &[], concerns: &[] };
    let queued = queue(operation, ticket, Written::Forward, draft, letters).await?;
    let (Ok(Done::Queued { leaves, .. }), Some(until)) = (&queued, until) else { return Ok(queued) };
    let told = hold_until(operation, ticket.id, until).await?;
    Ok(Ok(Done::Forwarded { number: number.clone(), leaves: *leaves, until, told }))
}

/// Holds the clock until the day that the order names, and tells the inquirer.
async fn hold_until(
    operation: &mut Operation<'_>,
    ticket: i64,
    until: NaiveDate,
) -> Result<Option<Leaves>, Fault> {
    let Some(ticket) = operation.tx.ticket(ticket).await? else { return Ok(None) };
    // The question has been queued. If no letter to the inquirer can leave, the digest shows the day that they know.
    let told = hold::tell_day(operation, &ticket, until).await?.unwrap_or(None);
    let clock = &ticket.clock;
    if clock.status() == Status::Open || clock.is_held_by_desk() {
        let waiting_for = clock.hold().map_or(WaitingFor::Desk, |hold| hold.waiting_for);
        let hold = Hold { waiting_for, until: Some(until) };
        let clock = clock.clone().held(&operation.desk.rules.calendar, operation.now, hold);
        operation.move_clock(&ticket, &clock).await?;
        let left = clock.budget_left();
        operation.record(&ticket, AuditEvent::Held { left, until: Some(until) });
    }
    Ok(told)
}

/// 引用: an answer with the newest answer of a contact, behind the member's own words.
pub(super) async fn quote(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    // 引用 with a number is the answer to another inquiry, which `answer` puts in.
    if text.lines().any(|line| quoted(line).is_some()) {
        return write(operation, ticket, Written::Answer, brought.with(text)).await;
    }
    let notes = operation.tx.notes_by_mail(ticket.id).await?;
    let contacts = &operation.desk.rules.contacts;
    let answer = notes.into_iter().find(|(from, _)| contacts.find(&from.address).is_some());
    let Some((from, answer)) = answer else {
        return Ok(Err(Unhandled::NothingToQuote(ticket.number.clone()).into()));
    };
    // The inquirer is not told who answered at the contact's.
    let (answer, left_out) =
        without_signature(&answer, from.name.as_deref().unwrap_or_default(), &from.address);
    let text = [text.trim(), answer.trim()].join("\n\n");
    let text = text.trim();
    if text.is_empty() {
        return Ok(Err(Refused::NoText(ticket.number.clone())));
    }
    write(operation, ticket, Written::Answer, Draft { left_out, ..brought.with(text) }).await
}
