//! Files one message: reads the known facts, has triage decide, takes the ticket's number, and writes ledger row, ticket,
//! conversation, audit and mails. `pipeline` commits.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    application::{file_applications, take_tickets},
    effects::{notify_staff, remarks, undelivered, work_of_staff},
    known::known,
};
use crate::{
    desk::{
        calendar::date_of,
        cc::carbon_copies,
        deadline::promised_day,
        form::Fields,
        gate::Refusal,
        staff::Member,
        thread::Reference,
        ticket::{Channel, Direction, NewTicket, SlaClock, TicketKind, TicketNumber},
        triage::{
            Decision, Filing, Kind, Note, ParkReason, Reading, Reply, Reported, Rules, taken_in, triage,
        },
        window::fiscal_year,
    },
    mail::Mailbox,
    notify::{
        application::{self, FiledApplication, notify_of_applications},
        auto_reply::{self, FiledTicket},
    },
    service::{Fault, Operation, PreparedMail, Processed},
    settings::NewTicketTo,
    store::{Asking, AuditEvent, NewEntry, NewEvent, NewMessage, Outcome, StoreError},
};

/// Where the store keeps whose turn it is.
const ROTATION: &str = "rotation";

/// Files a message. Nothing is written when it was accounted for before.
pub(super) async fn file(operation: &mut Operation<'_>, mail: &PreparedMail) -> Result<Processed, Fault> {
    let desk = operation.desk;
    // Another process may have decided on the message since this one read its row.
    if let Some((id, attempts)) = mail.entered
        && !operation.tx.is_undecided(id, attempts).await?
    {
        return Ok(Processed::BEFORE);
    }
    let Some(known) = known(operation, mail).await? else { return Ok(Processed::BEFORE) };
    let decision = triage(&mail.reading, &desk.rules, &known);
    let processed = file_as_decided(operation, mail, &decision).await?;
    if let (Filing::Staff, Some(message)) = (&decision.filing, processed.message) {
        work_of_staff(operation, mail, message).await?;
    }
    Ok(processed)
}

/// Files a parked message as a ticket, because a member has ordered it.
pub(super) async fn file_as_ticket(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
) -> Result<Processed, Fault> {
    let Some(known) = known(operation, mail).await? else { return Ok(Processed::BEFORE) };
    let decision = taken_in(&mail.reading, &operation.desk.rules, &known, operation.now);
    file_as_decided(operation, mail, &decision).await
}

async fn file_as_decided(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
) -> Result<Processed, Fault> {
    let now = operation.now;
    let id = mail.entered.map_or_else(|| operation.tx.fresh_id(), |(id, _)| id);
    let mut row = mail.ledger_row(id, now);
    let (mut ticket, mut assignee) = (None, None);
    let mut applications = Vec::new();
    match &decision.filing {
        Filing::Ticket { ticket: new, .. } => {
            assignee = next_assignee(operation, mail, decision).await?;
            let filed = file_ticket(operation, mail, new, decision, assignee.as_deref());
            if new.kind == TicketKind::Inquiry {
                attach_to_case(operation, mail, &filed).await?;
            }
            (row.outcome, row.ticket_id) = (Outcome::Ticket, Some(filed.id));
            ticket = Some(filed);
        }
        Filing::Applications(handed_in) => {
            applications = take_tickets(operation, mail, decision, handed_in);
            let first = applications.first();
            let is_new = first.is_some_and(|first| first.is_new);
            row.outcome = if is_new { Outcome::Ticket } else { Outcome::FollowUp };
            row.ticket_id = first.map(|first| first.id);
        }
        Filing::Join { ticket: Some(into), change } => {
            let mut filed = unchanged(into, mail);
            if let Some(change) = change {
                assignee = join(operation, &mut filed, change, decision).await?;
            }
            (row.outcome, row.ticket_id) = (Outcome::FollowUp, Some(filed.id));
            ticket = Some(filed);
        }
        Filing::Note { ticket: Some(into), .. }
        | Filing::Report { mail: Reported { ticket: Some(into), .. }, .. } => {
            let filed = unchanged(into, mail);
            if matches!(decision.filing, Filing::Note { note: Note::Thanks, .. }) {
                operation.tx.set_thanked(filed.id, now).await?;
            }
            (row.outcome, row.ticket_id) = (Outcome::FollowUp, Some(filed.id));
            ticket = Some(filed);
        }
        Filing::Join { ticket: None, .. } | Filing::Note { ticket: None, .. } => {
            row.reason = Some(ParkReason::Failed.as_str());
        }
        Filing::Report { .. } => row.reason = Some(ParkReason::Bounce.as_str()),
        Filing::Staff => row.outcome = Outcome::Staff,
        Filing::Park { reason, detail } => {
            (row.reason, row.detail) = (Some(reason.as_str()), Some(detail.as_str()));
        }
        Filing::Duplicate { of } => (row.outcome, row.duplicate_of) = (Outcome::Duplicate, Some(*of)),
    }
    match mail.entered {
        Some(_) => operation.tx.conclude_message(&row).await?,
        None => operation.tx.add_message(&row),
    }
    if !applications.is_empty() {
        return applied(operation, mail, decision, &row, applications).await;
    }
    if let Some(ticket) = &ticket {
        // Such a mail is kept, but nobody takes part in a ticket by it.
        let is_note = matches!(decision.filing, Filing::Note { .. } | Filing::Report { .. });
        let direction = if is_note { Direction::Note } else { Direction::In };
        add_entry(operation, ticket.id, id, &mail.reading, direction);
        if ticket.kind == TicketKind::Inquiry && has_cc(decision, &mail.reading) {
            let rules = &operation.desk.rules;
            let addresses = carbon_copies(&mail.reading.mail, &rules.gate, &rules.staff);
            operation.tx.add_cc(ticket.id, &addresses).await?;
        }
    }
    record_filing(operation, id, &row, decision);
    notify_staff(operation, mail, decision, id, (ticket.as_ref(), assignee.as_deref())).await?;
    if let Filing::Report { mail: reported, failed: true } = &decision.filing {
        undelivered(operation, reported, mail.reading.mail.bounce.as_ref()).await?;
    }
    let refusal = auto_reply::reply(operation, mail, decision, id, ticket.as_ref()).await?;
    record_refusal(operation, &row, refusal);
    Ok(Processed {
        message: Some(id),
        outcome: row.outcome,
        ticket: ticket.map(|ticket| ticket.number.to_string()),
        reason: row.reason,
    })
}

/// A ticket that a message becomes part of and does not change.
fn unchanged((id, number): &(i64, TicketNumber), mail: &PreparedMail) -> FiledTicket {
    let (fields, received_at) = (Fields::default(), mail.reading.received_at);
    FiledTicket { id: *id, kind: TicketKind::Inquiry, number: number.clone(), fields, received_at }
}

/// Changes the ticket that a message joins, and returns its assignee.
async fn join(
    operation: &mut Operation<'_>,
    filed: &mut FiledTicket,
    change: &(SlaClock, Fields),
    decision: &Decision,
) -> Result<Option<String>, Fault> {
    let Some(joined) = operation.tx.ticket(filed.id).await? else { return Ok(None) };
    let (clock, fields) = change;
    operation.hear(&joined, clock).await?;
    operation.tx.set_fields(filed.id, fields).await?;
    if let Some(day) = promised(&operation.desk.rules, decision) {
        operation.tx.set_promise(filed.id, day).await?;
    }
    (filed.kind, filed.fields, filed.received_at) = (joined.kind, fields.clone(), joined.received_at);
    Ok(joined.assignee)
}

/// Whether the people in Cc of a message about an inquiry get the answer, too: of the first one, and of a mail that names one of our
/// own. Anyone can write a number.
fn has_cc(decision: &Decision, reading: &Reading) -> bool {
    match &decision.filing {
        Filing::Ticket { ticket, .. } => ticket.channel == Channel::Email,
        Filing::Join { change: Some(_), .. } => matches!(reading.reference, Some(Reference::Keyed(_))),
        _ => false,
    }
}

/// Files the applications of a message whose ledger row is written, tells staff, and sends the receipt.
async fn applied(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    row: &NewMessage<'_>,
    mut filed: Vec<FiledApplication<'_>>,
) -> Result<Processed, Fault> {
    let desk = operation.desk;
    let Some(support) = &desk.rules.support else { return Ok(Processed::BEFORE) };
    let warnings: Vec<&'static str> = decision.warnings.iter().map(|warning| warning.code).collect();
    file_applications(operation, &support.call, mail, row.id, &mut filed, &warnings).await?;
    // Mail received before `accept_since` is filed without notices.
    if mail.reading.received_at >= desk.accept_since {
        notify_of_applications(operation, &support.call, mail, &filed, &remarks(&mail.reading, decision))
            .await?;
    }
    let refusal = application::receipt(operation, &support.call, mail, decision, row.id, &filed).await?;
    record_refusal(operation, row, refusal);
    Ok(Processed {
        message: Some(row.id),
        outcome: row.outcome,
        ticket: filed.first().map(|first| first.number.to_string()),
        reason: None,
    })
}

fn record_refusal(operation: &mut Operation<'_>, row: &NewMessage<'_>, refusal: Option<Refusal>) {
    let Some(refusal) = refusal else { return };
    let event = NewEvent::by_desk(AuditEvent::Refused(refusal)).on_message(row.id).on_ticket(row.ticket_id);
    operation.tx.append_event(operation.now, event);
}

pub(super) fn file_ticket(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    new: &NewTicket,
    decision: &Decision,
    assignee: Option<&str>,
) -> FiledTicket {
    let (rules, now) = (&operation.desk.rules, operation.now);
    let reading = &mail.reading;
    let fiscal_year = fiscal_year(reading.received_at, rules.calendar.time_zone());
    let number = operation.tx.take_number(&rules.ticket_prefix, fiscal_year);
    let nobody = Mailbox { name: None, address: String::new() };
    let from = reading.mail.from.as_ref().unwrap_or(&nobody);
    let asking = Asking {
        to: decision.to.as_deref().filter(|_| new.channel != Channel::Telephone),
        at: asked_at(decision, now),
        assignee,
        promised_on: promised(rules, decision),
    };
    let id = operation.tx.add_ticket(&number, new, from, &reading.mail.subject, reading.received_at, asking);
    let received_at = reading.received_at;
    FiledTicket { id, kind: new.kind, number, fields: new.fields.clone(), received_at }
}

/// A question of somebody who takes part in the one application that is supported belongs to it.
async fn attach_to_case(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    filed: &FiledTicket,
) -> Result<(), StoreError> {
    let Some(support) = &operation.desk.rules.support else { return Ok(()) };
    let today = date_of(mail.reading.received_at, support.call.time_zone);
    let Some(from) = mail.reading.mail.from.as_ref().filter(|_| support.call.is_running(today)) else {
        return Ok(());
    };
    let mut cases = Vec::new();
    for case in operation.tx.supported_cases().await? {
        let is_representative = case.form.representative.email.eq_ignore_ascii_case(&from.address);
        let facts = operation.tx.ticket_facts(&case.number).await?;
        if is_representative || facts.is_some_and(|facts| facts.has_participant(&from.address)) {
            cases.push(case.number);
        }
    }
    if let [case] = cases.as_slice() {
        operation.tx.set_part_of(filed.id, case).await?;
        let event = NewEvent::by_desk(AuditEvent::PartOf(case.clone())).on_ticket(filed.id);
        operation.tx.append_event(operation.now, event);
    }
    Ok(())
}

/// Who works on a new ticket, where members take turns.
async fn next_assignee(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
) -> Result<Option<String>, Fault> {
    let desk = operation.desk;
    let staff: Vec<&Member> = desk.duty(operation.now).present();
    if desk.new_ticket != NewTicketTo::Rotation || staff.is_empty() || decision.kind == Kind::Staff {
        return Ok(None);
    }
    // A ticket with an assignee stands among those that somebody works on: a flood would hide these.
    let from = mail.reading.mail.from_address();
    let midnight = operation.midnight();
    if desk.notices.are_reached(operation.tx.tickets_today(from, midnight).await?) {
        return Ok(None);
    }
    let last = operation.tx.state_or_insert(ROTATION, "0").await?;
    let turn = last.parse::<usize>().unwrap_or(0);
    operation.tx.set_state(ROTATION, &turn.wrapping_add(1).to_string()).await?;
    Ok(staff.get(turn % staff.len()).map(|member| member.address.clone()))
}

/// The day that the acknowledgement promises.
fn promised(rules: &Rules, decision: &Decision) -> Option<NaiveDate> {
    let is_told = matches!(decision.reply, Some(Ok(Reply::Acknowledgement)));
    decision.deadline.filter(|_| is_told).map(|deadline| promised_day(&rules.calendar, deadline))
}

/// When reminders begin to count: now, if the inquirer is asked for missing fields, or would be but for a limit of today.
fn asked_at(decision: &Decision, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match &decision.reply {
        Some(Ok(Reply::AskMissing)) => Some(now),
        Some(Err(refusal)) if refusal.is_of_today() => Some(now),
        _ => None,
    }
}

pub(super) fn add_entry(
    operation: &mut Operation<'_>,
    ticket_id: i64,
    message: i64,
    reading: &Reading,
    direction: Direction,
) {
    let mail = &reading.mail;
    let contacts = &operation.desk.rules.contacts;
    // A contact answers above or below our question, and a member may use the answer as it is.
    let is_contact = mail.from.as_ref().is_some_and(|from| contacts.find(&from.address).is_some());
    let text = if direction == Direction::Note && is_contact { reading.written() } else { &mail.text };
    let recipients = mail.to.iter().chain(&mail.cc).map(|mailbox| mailbox.address.as_str()).collect();
    operation.tx.add_entry(&NewEntry {
        ticket_id,
        message_ref: Some(message),
        direction,
        from: mail.from.as_ref(),
        recipients,
        at: reading.received_at,
        text,
        attachments: &mail.attachments,
    });
}

fn record_filing(operation: &mut Operation<'_>, id: i64, row: &NewMessage<'_>, decision: &Decision) {
    let warnings = decision.warnings.iter().map(|warning| warning.code).collect();
    let event = match &decision.filing {
        Filing::Ticket { mentions, .. } => AuditEvent::Filed { mentions: mentions.clone(), warnings },
        // `application` records each of them.
        Filing::Applications(_) => return,
        Filing::Join { .. } | Filing::Note { .. } => AuditEvent::Joined { warnings },
        Filing::Report { failed, .. } => AuditEvent::DeliveryReport { failed: *failed, warnings },
        Filing::Staff => AuditEvent::StaffMail { warnings },
        Filing::Park { reason, .. } => AuditEvent::Parked { reason: *reason, warnings },
        Filing::Duplicate { of } => AuditEvent::Duplicate { of: *of, warnings },
    };
    let event = NewEvent::by_desk(event).on_message(id).on_ticket(row.ticket_id);
    operation.tx.append_event(operation.now, event);
}
