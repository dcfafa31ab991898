//! Operations on mails as such: a parked mail is discarded, a member gets the original, what is known of an inquirer is
//! corrected, and a mail that did not arrive leaves again. `inbound::take_in` makes tickets of parked mails.

use super::{
    forward::{forward, quote},
    meetings::Brought,
    resend::{bounced, send_again},
    rewrite::rewrite,
};
use crate::{
    desk::{
        feedback::Refused,
        form::addresses,
        handling::{Corrected, Correction, Handled, HandlingCommand, Unhandled},
        staff::Member,
        staff_key::Invitation,
        ticket::{Status, TicketKind, TicketNumber},
    },
    letter::{Content, OriginalContext, envelope_address},
    mail::Attachment,
    notify::staff_notice::notify_with,
    service::{Fault, Operation, Outcome},
    store::{self, AuditEvent, TicketRow, Tx},
};

/// Bytes of the original mails in one mail to a member. In base64 they grow by a third, and most mail servers take 25 MB.
const MOST_BYTES: usize = 15_000_000;

/// The ticket that a parked mail has become. The inner error says that it has become none.
pub(super) async fn ticket_of(
    tx: &mut Tx,
    number: &TicketNumber,
    message: i64,
) -> Result<Result<TicketRow, Refused>, Fault> {
    let row = tx.message_row(message).await?;
    let ticket = match row.as_ref().and_then(|row| row.ticket_id) {
        Some(ticket) => tx.ticket(ticket).await?,
        None => None,
    };
    let is_parked = row.is_some_and(|row| row.outcome == store::Outcome::Parked);
    let why = if is_parked { Unhandled::StillParked } else { Unhandled::NotParked };
    Ok(ticket.ok_or_else(|| why(number.clone()).into()))
}

/// Carries out an order about the mails of a ticket.
pub(super) async fn carry_out(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &HandlingCommand,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    match command {
        HandlingCommand::TakeIn | HandlingCommand::Discard(_) => {
            Ok(Err(Unhandled::IsTicket(ticket.number.clone()).into()))
        }
        // `send_original` needs the member who gets them.
        HandlingCommand::Original => Ok(Err(Refused::NotOnATicket)),
        HandlingCommand::Correct(corrections) => correct(operation, ticket, corrections).await,
        HandlingCommand::Resend => send_again(operation, ticket, brought.message).await,
        HandlingCommand::Forward(text) => forward(operation, ticket, text, brought.files).await,
        HandlingCommand::Quote(text) => quote(operation, ticket, text, brought).await,
    }
}

/// 破棄: a parked mail needs nothing. A member gives a reason, which the ledger keeps; the operator may.
pub async fn discard(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
    reason: Option<&str>,
) -> Result<Outcome, Fault> {
    let Some(message) = number.parked() else { return Ok(Err(Unhandled::IsTicket(number.clone()).into())) };
    if let Ok(ticket) = ticket_of(operation.tx, number, message).await? {
        let (mail, ticket) = (number.clone(), ticket.number);
        return Ok(Err(Unhandled::TakenBefore { mail, ticket }.into()));
    }
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Ok(Err(Unhandled::NoReason(number.clone()).into()));
    }
    if !operation.tx.discard_message(message, reason.map(str::trim)).await? {
        return Ok(Err(Unhandled::NotParked(number.clone()).into()));
    }
    let event = operation.event(AuditEvent::Discarded);
    operation.tx.append_event(operation.now, event.on_message(message));
    Ok(Ok(Handled::Discarded(number.clone()).into()))
}

/// The mails that came in a ticket, or a parked one.
#[derive(Debug, Default)]
pub struct Originals {
    /// Each as the mailbox had it, the oldest first.
    pub files: Vec<Attachment>,
    /// Mails that are too large for one mail.
    pub left_out: usize,
}

/// Reads the mails that came in a ticket, or a parked one, the newest first, up to `most` bytes.
///
/// # Errors
/// When the database fails. The inner error says why there are none.
pub async fn originals(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
    most: usize,
) -> Result<Result<Originals, Refused>, Fault> {
    let mails = match number.parked() {
        Some(message) => vec![message],
        None => match operation.tx.ticket_by_number(number).await? {
            Some(ticket) => operation.tx.mails_in(ticket.id).await?,
            None => return Ok(Err(Refused::NoSuchTicket(number.clone()))),
        },
    };
    let (count, mut found, mut bytes) = (mails.len(), Originals::default(), 0);
    for (nth, id) in mails.into_iter().enumerate() {
        let Some((_, raw)) = operation.tx.message(id).await? else { continue };
        if raw.is_empty() {
            continue;
        }
        if bytes + raw.len() > most {
            found.left_out += 1;
            continue;
        }
        bytes += raw.len();
        let name = if count > 1 { format!("{number}_{}.eml", count - nth) } else { format!("{number}.eml") };
        found.files.push(Attachment { name, media_type: "message/rfc822".to_owned(), bytes: raw });
    }
    found.files.reverse();
    Ok(match (found.files.is_empty(), found.left_out, count) {
        (true, 0, 0) => Err(Unhandled::NoMail(number.clone()).into()),
        (true, 0, _) => Err(Unhandled::Erased(number.clone()).into()),
        (true, ..) => Err(Unhandled::TooLarge(number.clone()).into()),
        _ => Ok(found),
    })
}

/// 全文: a member gets the mails that came as files, once for each mail in which they ask.
pub async fn send_original(
    operation: &mut Operation<'_>,
    member: &Member,
    number: &TicketNumber,
    occasion: &str,
) -> Result<Outcome, Fault> {
    let Originals { files, left_out } = match originals(operation, number, MOST_BYTES).await? {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    let ticket = operation.tx.ticket_by_number(number).await?.map(|ticket| ticket.id);
    let key = operation.desk.key(member, number, Invitation::Answer, operation.now);
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let (count, number_in_words) = (files.len(), number.to_string());
    notify_with(operation, member, ticket, &files, &format!("original {number} {occasion}"), |common| {
        Content::Original(OriginalContext { common, number: number_in_words, key, files: names, left_out })
    })?;
    let event = operation.event(AuditEvent::OriginalSent);
    operation.tx.append_event(operation.now, event.on_message(number.parked()).on_ticket(ticket));
    Ok(Ok(Handled::Original { number: number.clone(), files: count, left_out }.into()))
}

/// 訂正: sets fields of the form, and the address of the inquirer. A ticket that waited for these fields is open again.
async fn correct(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    corrections: &[Correction],
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let (mut fields, mut address) = (ticket.fields.clone(), None);
    for Correction { what, value } in corrections {
        match what {
            Corrected::Field(_) if ticket.kind == TicketKind::Application => {
                return Ok(Err(Unhandled::IsApplication(number.clone()).into()));
            }
            Corrected::Field(key) => fields.set(*key, Some(value.clone())),
            Corrected::Address => match one_address(operation, value) {
                Some(found) => address = Some(found),
                None => {
                    let (number, value) = (number.clone(), value.clone());
                    return Ok(Err(Unhandled::NoAddress { number, value }.into()));
                }
            },
        }
    }
    operation.tx.set_fields(ticket.id, &fields).await?;
    if let Some(address) = &address {
        operation.tx.set_answer_to(ticket.id, address).await?;
    }
    let waited = ticket.clock.status() == Status::Waiting && ticket.asked_at.is_some();
    if waited && ticket.fields.inquiry.is_none() && fields.inquiry.is_some() {
        let clock = ticket.clock.clone().resumed(&operation.desk.rules.calendar, operation.now);
        operation.move_clock(ticket, &clock).await?;
    }
    let what: Vec<Corrected> = corrections.iter().map(|correction| correction.what).collect();
    operation.record(ticket, AuditEvent::Corrected(what.clone()));
    let rewritten = rewrite(operation, ticket).await?;
    let resends = bounced(operation, ticket).await?.is_some();
    Ok(Ok(Handled::Corrected { number: number.clone(), what, resends, rewritten }.into()))
}

/// The one address of a text, if mail can be sent to it and it is none of the desk's.
fn one_address(operation: &Operation<'_>, value: &str) -> Option<String> {
    let found = addresses(value);
    let [address] = found.as_slice() else { return None };
    let is_usable = envelope_address(address).is_some() && !operation.desk.rules.gate.own().has(address);
    is_usable.then(|| address.clone())
}
