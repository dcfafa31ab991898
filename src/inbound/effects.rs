//! Effects of a filed message on staff: sends notices, and passes a member's orders to `tickets::staff_mail`.

use chrono::{DateTime, Utc};

use super::take_in::take_in_named;
use crate::{
    desk::{
        flood::Notified,
        form::{FieldKey, Fields, FormRules, telephones},
        ticket::{Channel, NewTicket, SlaClock, Status, TicketKind, WaitingFor},
        triage::{Apart, Decision, Filing, Mention, Note, ParkReason, Reading, Reported},
    },
    letter::{Arrival, Purpose, Remark},
    mail::Bounce,
    notify::{
        arrival::notify_of_arrival,
        auto_reply::FiledTicket,
        staff_notice::{
            NoticeContent, gathered, gathered_remark, is_by_inquirer, notes_in_words, notify_of_ticket,
        },
        undeliverable::{Undelivered, notify_undelivered},
    },
    service::{Actor, Counted, Fault, Operation, PreparedMail},
    store::{AuditEvent, NewEvent, TicketRow},
    tickets::{
        no_effect::{explain_limit, explain_refusal},
        staff_mail::work_on,
    },
};

/// Carries out what a member's mail says. `message` is its ledger row.
pub(super) async fn work_of_staff(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    message: i64,
) -> Result<(), Fault> {
    let from = mail.reading.mail.from.as_ref();
    let member = from.and_then(|from| operation.desk.rules.staff.find(&from.address));
    let (Some(member), Some(orders)) = (member, &mail.reading.staff) else { return Ok(()) };
    let taken = take_in_named(&mut operation.on_behalf_of(Actor::Staff(member)), orders).await?;
    work_on(operation, mail, member, orders, message, taken).await
}

/// Notifies staff of a new ticket, of a follow-up from an inquirer, and of a mail that only claims to be from a member.
/// `message` is its ledger row.
pub(super) async fn notify_staff(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    message: i64,
    (ticket, assignee): (Option<&FiledTicket>, Option<&str>),
) -> Result<(), Fault> {
    let (desk, reading) = (operation.desk, &mail.reading);
    // Mail received before `accept_since` is filed without notices.
    let is_told = decision.taken_in || reading.received_at >= desk.accept_since;
    let concerns_staff = match decision.filing {
        Filing::Ticket { .. } | Filing::Join { .. } => true,
        Filing::Park { .. } => decision.reply.is_some(),
        _ => false,
    };
    if is_told && !decision.taken_in && concerns_staff && reading.long_ago(Some(desk.accept_since)).is_some()
    {
        let occasion = format!("long ago {}", operation.day());
        return notify_of_arrival(operation, mail, None, Arrival::LongAgo, &occasion, &[]);
    }
    match (&decision.filing, ticket) {
        (Filing::Park { reason, .. }, _) => {
            notify_of_parked(operation, mail, decision, (message, *reason), is_told).await
        }
        (Filing::Note { note, .. }, Some(filed)) if is_told && is_news(*note, reading) => {
            notify_of_note(operation, mail, decision, filed, *note).await
        }
        (Filing::Ticket { ticket: new, .. }, Some(filed)) if is_told => {
            notify_of_new_ticket(operation, mail, decision, (new, filed), assignee).await
        }
        (Filing::Join { change: Some(change), .. }, Some(filed)) if is_told => {
            notify_of_addition(operation, mail, decision, (filed, change), assignee).await
        }
        _ => Ok(()),
    }
}

fn is_from_staff(operation: &Operation<'_>, reading: &Reading) -> bool {
    let staff = &operation.desk.rules.staff;
    reading.mail.from.as_ref().is_some_and(|from| staff.find(&from.address).is_some())
}

/// Mail of members without effect is explained. Of other parked mails, these do not wait for the digest.
async fn notify_of_parked(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    (message, reason): (i64, ParkReason),
    is_told: bool,
) -> Result<(), Fault> {
    let (arrival, mut remarks) = match reason {
        ParkReason::Staff => return explain_refusal(operation, mail).await,
        ParkReason::Oversize | ParkReason::Unreadable if is_from_staff(operation, &mail.reading) => {
            return explain_refusal(operation, mail).await;
        }
        ParkReason::StaffLimit => return explain_limit(operation, mail),
        ParkReason::Call => {
            let receipt = matches!(decision.reply, Some(Ok(_)));
            (Arrival::Call { receipt }, remarks(&mail.reading, decision))
        }
        ParkReason::Adviser => (Arrival::Adviser, Vec::new()),
        ParkReason::Contact => (Arrival::Contact, Vec::new()),
        _ => return Ok(()),
    };
    if !is_told {
        return Ok(());
    }
    if reason == ParkReason::Call {
        let limits = operation.desk.notices;
        let Some(gathered) = gathered(operation, &mail.reading, Counted::Kept, limits) else { return Ok(()) };
        remarks.extend(gathered);
    }
    notify_of_arrival(operation, mail, Some((message, reason)), arrival, &mail.hash, &remarks)
}

/// The answer of a contact also ends the hold that waited for it.
async fn notify_of_note(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    filed: &FiledTicket,
    note: Note,
) -> Result<(), Fault> {
    let (desk, reading) = (operation.desk, &mail.reading);
    let Some(mut ticket) = operation.tx.ticket(filed.id).await? else { return Ok(()) };
    let gathered = match note {
        Note::Copy => gathered(operation, reading, Counted::Copies, desk.notices),
        _ => Some(Vec::new()),
    };
    let Some(gathered) = gathered else { return Ok(()) };
    if note == Note::Contact {
        resume(operation, &mut ticket, reading.received_at).await?;
    }
    let from = reading.mail.from.as_ref().filter(|_| note == Note::Contact);
    let contact = from.and_then(|from| desk.rules.contacts.find(&from.address));
    let content = NoticeContent {
        kind: ticket.kind,
        number: &filed.number,
        fields: &ticket.fields,
        received_at: ticket.received_at,
        by_telephone: false,
        clock: &ticket.clock,
        assignee: ticket.assignee.as_deref(),
        news: reading.written(),
        by_inquirer: by_inquirer(&ticket, reading),
        contact: contact.map(|contact| contact.name.as_str()),
        remarks: gathered.into_iter().chain(remarks(reading, decision)).collect(),
        notes: notes(operation, filed.id).await?,
        unsent: operation.tx.unsent_of(filed.id).await?,
    };
    notify_of_ticket(operation, mail, Purpose::FollowUp, &content)
}

async fn notify_of_new_ticket(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    (new, filed): (&NewTicket, &FiledTicket),
    assignee: Option<&str>,
) -> Result<(), Fault> {
    let (limits, reading) = (operation.desk.notices, &mail.reading);
    let is_counted = new.channel == Channel::Email && !is_from_staff(operation, reading);
    let notified = if is_counted {
        // Mails without a sender count as those of one.
        let from = reading.mail.from_address();
        let midnight = operation.midnight();
        limits.notified(operation.tx.tickets_today(from, midnight).await?)
    } else {
        Notified::Each
    };
    let Some(flood) = gathered_remark(limits, notified) else { return Ok(()) };
    let remarks = flood.into_iter().chain(remarks(reading, decision)).chain(mail.similar.iter().cloned());
    let content = NoticeContent {
        kind: new.kind,
        number: &filed.number,
        fields: &filed.fields,
        received_at: filed.received_at,
        by_telephone: new.channel == Channel::Telephone,
        clock: &new.clock,
        assignee,
        news: "",
        by_inquirer: true,
        contact: None,
        remarks: remarks.collect(),
        notes: Vec::new(),
        unsent: Vec::new(),
    };
    notify_of_ticket(operation, mail, Purpose::NewTicket, &content)
}

async fn notify_of_addition(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    (filed, change): (&FiledTicket, &(SlaClock, Fields)),
    assignee: Option<&str>,
) -> Result<(), Fault> {
    let (desk, reading) = (operation.desk, &mail.reading);
    let (clock, fields) = change;
    let midnight = operation.midnight();
    let today = operation.tx.mails_today(filed.id, midnight).await?;
    let gathered = gathered_remark(desk.notices, desk.notices.notified(today));
    let Some(mut remarks) = gathered else { return Ok(()) };
    remarks.extend(self::remarks(reading, decision));
    if filed.kind == TicketKind::Inquiry {
        remarks.extend(said_otherwise(&desk.rules.form, reading, clock, fields).map(Remark::in_words));
    }
    let joined = operation.tx.ticket(filed.id).await?;
    let content = NoticeContent {
        kind: filed.kind,
        number: &filed.number,
        fields: &filed.fields,
        received_at: filed.received_at,
        by_telephone: false,
        clock,
        assignee,
        news: reading.written(),
        by_inquirer: joined.is_some_and(|joined| by_inquirer(&joined, reading)),
        contact: None,
        remarks,
        notes: notes(operation, filed.id).await?,
        unsent: operation.tx.unsent_of(filed.id).await?,
    };
    notify_of_ticket(operation, mail, Purpose::FollowUp, &content)
}

/// Whether the ticket's own inquirer wrote the mail.
fn by_inquirer(ticket: &TicketRow, reading: &Reading) -> bool {
    reading.mail.from.as_ref().is_some_and(|from| is_by_inquirer(ticket, &from.address))
}

/// What members have noted on a ticket.
async fn notes(operation: &mut Operation<'_>, ticket: i64) -> Result<Vec<String>, Fault> {
    let notes = operation.tx.notes_of(&[ticket]).await?;
    Ok(notes_in_words(operation.desk, &notes, ticket, operation.now))
}

/// The answer of a contact is there: the desk owes its own again.
async fn resume(
    operation: &mut Operation<'_>,
    ticket: &mut TicketRow,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    if ticket.clock.hold().is_some_and(|hold| hold.waiting_for == WaitingFor::ThirdParty) {
        let clock = ticket.clock.clone().resumed(&operation.desk.rules.calendar, at);
        operation.move_clock(ticket, &clock).await?;
        ticket.clock = clock;
    }
    Ok(())
}

/// What the message may say in other words than those of the form.
fn said_otherwise(
    rules: &FormRules,
    reading: &Reading,
    clock: &SlaClock,
    fields: &Fields,
) -> Option<Remark<'static>> {
    let text = reading.written();
    let names_blank = || {
        rules.fields().iter().filter(|rule| fields.get(rule.key).is_none()).any(|rule| {
            text.contains(rule.label.as_str())
                || rule.aliases.iter().any(|alias| text.contains(alias.as_str()))
                || rule.key == FieldKey::Contact && !telephones(text).is_empty()
        })
    };
    if clock.status() == Status::Waiting && fields.inquiry.is_none() && !text.trim().is_empty() {
        Some(Remark::MaybeInquiry)
    } else {
        names_blank().then_some(Remark::MaybeFields)
    }
}

/// Whether staff are notified of a note. The files of a copy may be the reason why it was sent once more.
fn is_news(note: Note, reading: &Reading) -> bool {
    match note {
        Note::Recall | Note::Password | Note::Adviser | Note::Contact => true,
        Note::Copy => !reading.mail.attachments.is_empty(),
        Note::Automatic | Note::Thanks => false,
    }
}

/// Remarks for staff: why the message is a note, or did not join the ticket that it mentions, and why no automatic reply was
/// sent.
pub(super) fn remarks(reading: &Reading, decision: &Decision) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(reading.oversize.map(|_| Remark::HeaderOnly.in_words()));
    match &decision.filing {
        Filing::Ticket { mentions: Some(Mention { ticket, why }), .. } => {
            let remark = match why {
                Apart::NotJoined => Remark::NotJoined(ticket),
                Apart::AnotherInquiry => Remark::AnotherInquiry(ticket),
            };
            remarks.push(remark.in_words());
        }
        Filing::Note { note, .. } => remarks.push(Remark::Noted(*note).in_words()),
        _ => {}
    }
    if let Some(Err(refusal)) = &decision.reply {
        remarks.push(Remark::NotAnswered(refusal).in_words());
    }
    remarks
}

/// Handles a delivery report for one of our mails: marks the mail as bounced, and notifies staff. If the mail was an
/// answer, the ticket becomes unanswered again.
pub(super) async fn undelivered(
    operation: &mut Operation<'_>,
    mail: &Reported,
    bounce: Option<&Bounce>,
) -> Result<(), Fault> {
    let (tx, now) = (&mut *operation.tx, operation.now);
    let Some((recipient, purpose)) = tx.mark_bounced(mail.outbox, now).await? else { return Ok(()) };
    let status = bounce.and_then(|bounce| bounce.status.as_deref()).unwrap_or_default();
    let ticket_id = mail.ticket.as_ref().map(|(id, _)| *id);
    let bounced = AuditEvent::Bounced {
        purpose,
        outbox: mail.outbox,
        status: bounce.and_then(|bounce| bounce.status.clone()),
    };
    tx.append_event(now, NewEvent::by_desk(bounced).on_ticket(ticket_id));
    let mut ticket = match ticket_id {
        Some(id) => tx.ticket(id).await?,
        None => None,
    };
    if let Some(bounced) = &mut ticket
        && purpose == Purpose::Answer
    {
        bounced.clock = operation.revoke_answer(bounced).await?;
    }
    let mail = Undelivered {
        outbox: mail.outbox,
        purpose,
        recipient: &recipient,
        status: status.parse().ok(),
        diagnostic: bounce.and_then(|bounce| bounce.diagnostic.as_deref()).unwrap_or_default(),
        unconfirmed: false,
    };
    notify_undelivered(operation, ticket.as_ref(), &mail).await
}
