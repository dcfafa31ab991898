//! Erases raw mails and inquirers' personal data after the retention periods, and one person's data on request.
//! The audit records each erasure, but not the erased data.

mod application;

use chrono::{DateTime, Utc};
use tracing::info;

use self::application::{add_representatives, forget_in_application};
use crate::{
    desk::{
        calendar::date_of,
        form::FieldKey,
        marks::masked,
        redact::{MARK, Person, redact},
        ticket::{Direction, Status, TicketKind},
    },
    mail,
    service::{Desk, Retention},
    store::{AuditEvent, EntryText, Erasure, NewEvent, StoreError, TicketRow, Tx},
};

/// Key in the state table. The value is the local day of the last retention run.
const LAST: &str = "retention";

/// Erases data whose retention period is over, once a day.
pub(super) async fn forget_due(desk: &Desk) -> Result<(), StoreError> {
    let Retention { raw, personal, .. } = desk.retention;
    if raw.is_none() && personal.is_none() {
        return Ok(());
    }
    let now = desk.clock.now();
    let today = date_of(now, desk.rules.calendar.time_zone()).to_string();
    if desk.store.state(LAST).await?.is_some_and(|last| last == today) {
        return Ok(());
    }
    let mut forgotten = false;
    if let Some(age) = raw {
        forgotten |= forget_raw(desk, now - age, now).await?;
    }
    if let Some(age) = personal {
        loop {
            let tickets = desk.store.tickets_to_erase(now - age).await?;
            for id in &tickets {
                let mut tx = desk.store.write().await?;
                if let Some(ticket) = tx.ticket(*id).await? {
                    erase_inquirer(desk, &mut tx, &ticket, Erasure::Retention, now).await?;
                }
                tx.commit().await?;
            }
            forgotten |= !tickets.is_empty();
            if tickets.is_empty() {
                break;
            }
        }
    }
    let mut tx = desk.store.write().await?;
    tx.set_state(LAST, &today).await?;
    tx.commit().await?;
    if forgotten {
        desk.store.fold_log().await?;
    }
    Ok(())
}

async fn forget_raw(desk: &Desk, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut total = 0;
    loop {
        let mut tx = desk.store.write().await?;
        let erased = tx.erase_raw(before).await?;
        total += erased;
        if erased > 0 {
            tx.append_event(now, NewEvent::by_desk(AuditEvent::RawErased { mails: erased, before }));
        }
        tx.commit().await?;
        if erased == 0 {
            break;
        }
    }
    if total > 0 {
        info!(total, "retention: raw mails erased");
    }
    Ok(total > 0)
}

/// Erases the inquirer's data from a ticket, its conversation and its mails.
async fn erase_inquirer(
    desk: &Desk,
    tx: &mut Tx,
    ticket: &TicketRow,
    why: Erasure,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut entries = tx.entry_texts(ticket.id).await?;
    let mut person = desk.writers(&ticket.fields, &ticket.from, &entries);
    if ticket.kind == TicketKind::Application {
        add_representatives(&mut person, &tx.submissions(ticket.id).await?, |_| true);
    }
    let without = |text: &str| {
        let text = redact(text, &person);
        if desk.retention.third_persons { masked(&text, MARK) } else { text }
    };
    for entry in &mut entries {
        if entry.direction != Direction::Out && !desk.knows(&entry.from.address) {
            entry.from = mail::Mailbox::default();
        }
        entry.recipients.retain(|address| desk.knows(address));
        forget_words(entry, without);
        tx.rewrite_entry(entry).await?;
    }
    let inquiry = ticket.fields.get(FieldKey::Inquiry).map(without);
    tx.erase_inquirer(ticket.id, &without(&ticket.subject), inquiry.as_deref(), now).await?;
    tx.erase_bytes_of(ticket.id).await?;
    tx.forget_faq_of(ticket.id).await?;
    if ticket.kind == TicketKind::Application {
        tx.erase_application(ticket.id).await?;
    }
    tx.append_event(now, NewEvent::by_desk(AuditEvent::PersonalErased(why)).on_ticket(ticket.id));
    info!(ticket.number = %ticket.number, %why, "personal data erased");
    Ok(())
}

fn forget_words(entry: &mut EntryText, without: impl Fn(&str) -> String) {
    entry.text = without(&entry.text);
    for (_, name) in &mut entry.attachments {
        *name = without(name);
    }
}

/// The data that the desk stores about a person.
#[derive(Debug, Default)]
pub struct Holdings {
    /// Tickets that the person opened, except those in `open`.
    pub own: Vec<TicketRow>,
    /// The person's tickets that are open or waiting. They are erased only if `erase` is called with `open_too`.
    pub open: Vec<TicketRow>,
    /// Other persons' tickets in which the person took part.
    pub others: Vec<TicketRow>,
    /// Messages that mention the person and belong to no ticket.
    pub messages: Vec<i64>,
}

/// Finds the data that the desk stores about an address.
pub async fn holdings(desk: &Desk, address: &str) -> Result<Holdings, StoreError> {
    let address = address.to_lowercase();
    let mut found = Holdings::default();
    for (ticket, own) in desk.store.tickets_with(&address).await? {
        let is_open = matches!(ticket.clock.status(), Status::Open | Status::Waiting);
        match (own, is_open) {
            (true, true) => found.open.push(ticket),
            (true, false) => found.own.push(ticket),
            (false, _) => found.others.push(ticket),
        }
    }
    for id in desk.store.messages_without_ticket().await? {
        let Some((_, raw)) = desk.store.message(id).await? else { continue };
        let mail = mail::read(&raw);
        if String::from_utf8_lossy(&raw).to_lowercase().contains(&address)
            || mail.text.to_lowercase().contains(&address)
        {
            found.messages.push(id);
        }
    }
    Ok(found)
}

/// Erases the data about an address, in one transaction. Returns the number of outbox mails whose content was erased.
///
/// # Errors
/// If the transaction fails, nothing is erased.
pub async fn erase(
    desk: &Desk,
    address: &str,
    holdings: &Holdings,
    open_too: bool,
) -> Result<u64, StoreError> {
    let (address, now) = (address.to_lowercase(), desk.clock.now());
    let mut tx = desk.store.write().await?;
    let open = holdings.open.iter().filter(|_| open_too);
    let mut since = now;
    for ticket in holdings.own.iter().chain(open) {
        since = since.min(ticket.received_at);
        erase_inquirer(desk, &mut tx, ticket, Erasure::OnRequest, now).await?;
    }
    for ticket in &holdings.others {
        since = since.min(ticket.received_at);
        erase_participant(desk, &mut tx, ticket, &address, now).await?;
    }
    tx.erase_messages(&holdings.messages).await?;
    let staff: Vec<String> = desk.rules.staff.all().map(|member| member.address.clone()).collect();
    let mails = tx.erase_mails(&address, &staff, since).await?;
    let erased = Erasure::OnRequestElsewhere { messages: holdings.messages.len(), mails };
    tx.append_event(now, NewEvent::by_operator(AuditEvent::PersonalErased(erased)));
    tx.commit().await?;
    desk.store.fold_log().await?;
    Ok(mails)
}

/// Erases a person's data from another person's ticket.
async fn erase_participant(
    desk: &Desk,
    tx: &mut Tx,
    ticket: &TicketRow,
    address: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut entries = tx.entry_texts(ticket.id).await?;
    let is_theirs = |entry: &EntryText| entry.from.address.to_lowercase() == address;
    let adviser = desk.rules.support.as_ref().and_then(|support| support.adviser(address));
    let mut person = Person {
        names: entries
            .iter()
            .filter(|entry| is_theirs(entry))
            .filter_map(|entry| entry.from.name.clone())
            .chain(adviser.map(|adviser| adviser.name.clone()))
            .collect(),
        texts: vec![address.to_owned()],
    };
    if ticket.kind == TicketKind::Application {
        let forms = tx.submissions(ticket.id).await?;
        add_representatives(&mut person, &forms, |of| of.email.eq_ignore_ascii_case(address));
    }
    let theirs: Vec<i64> =
        entries.iter().filter(|entry| is_theirs(entry)).filter_map(|entry| entry.message).collect();
    for entry in &mut entries {
        if is_theirs(entry) {
            entry.from = mail::Mailbox::default();
        }
        entry.recipients.retain(|recipient| recipient.to_lowercase() != address);
        forget_words(entry, |text| redact(text, &person));
        tx.rewrite_entry(entry).await?;
    }
    if ticket.kind == TicketKind::Application {
        forget_in_application(tx, ticket, address, &person).await?;
    }
    tx.forget_in_search(&[ticket.id]).await?;
    tx.forget_faq_of(ticket.id).await?;
    // Header fields of the other mails in the ticket name the person, too. But staff need those mails until the ticket
    // is answered, so of an unanswered ticket only the person's own mails are erased.
    match ticket.clock.status() {
        Status::Open | Status::Waiting => tx.erase_messages(&theirs).await?,
        Status::Answered | Status::Closed => tx.erase_bytes_of(ticket.id).await?,
    }
    let event = NewEvent::by_operator(AuditEvent::PersonalErased(Erasure::OnRequest));
    tx.append_event(now, event.on_ticket(ticket.id));
    Ok(())
}
