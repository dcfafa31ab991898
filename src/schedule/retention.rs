//! Erases raw mails and inquirers' personal data after the retention periods, and one person's data on request.
//! The audit records each erasure, but not the erased data.

mod application;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep};
use tracing::info;

use self::application::{add_representatives, forget_in_application};
use crate::{
    desk::{
        calendar::date_of,
        form::FieldKey,
        marks::masked,
        redact::{MARK, Person, Removal},
        ticket::{Direction, Status, TicketKind},
    },
    mail::{self, names_person, person_of},
    service::{Desk, Retention},
    store::{AuditEvent, EntryText, Erasure, FIRST_RAW, NewEvent, StoreError, TicketRow, Tx},
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
                if let Some(ticket) = desk.store.tickets_of(&[*id]).await?.pop() {
                    erase_inquirer(desk, &ticket, Erasure::Retention, now).await?;
                }
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

/// Looks only at what has become old enough since the last time, and at what was left then.
async fn forget_raw(desk: &Desk, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let from = desk.store.state(FIRST_RAW).await?.and_then(|from| from.parse().ok()).unwrap_or(0);
    let range = desk.store.raw_range(from, before).await?;
    let mut total = 0;
    loop {
        let mut tx = desk.store.write().await?;
        let erased = tx.erase_raw(before, range.clone()).await?;
        total += erased;
        if erased > 0 {
            tx.append_event(now, NewEvent::by_desk(AuditEvent::RawErased { mails: erased, before }));
        }
        tx.commit().await?;
        if erased == 0 {
            break;
        }
    }
    let first = desk.store.first_raw(range).await?;
    let mut tx = desk.store.write().await?;
    tx.set_state(FIRST_RAW, &first.to_string()).await?;
    tx.commit().await?;
    if total > 0 {
        info!(total, "retention: raw mails erased");
    }
    Ok(total > 0)
}

/// Erases the inquirer's data from a ticket, its conversation and its mails. If the process is killed in between, the ticket is
/// still one to erase.
async fn erase_inquirer(
    desk: &Desk,
    ticket: &TicketRow,
    why: Erasure,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let people = desk.store.people_of(ticket.id).await?;
    let mut person =
        desk.writers(&ticket.fields, people.iter().map(|entry| &entry.from).chain([&ticket.from]));
    if ticket.kind == TicketKind::Application {
        add_representatives(&mut person, &desk.store.submissions(ticket.id).await?, |_| true);
    }
    let removal = Removal::of(&person);
    let without = |text: &str| {
        let text = removal.redact(text);
        if desk.retention.third_persons { masked(&text, MARK) } else { text }
    };
    let mut tx = erase_texts(desk, ticket.id, without).await?;
    for mut entry in tx.people_of(ticket.id).await? {
        if entry.direction != Direction::Out && !desk.knows(&entry.from.address) {
            entry.from = mail::Mailbox::default();
        }
        entry.recipients.retain(|address| desk.knows(address));
        tx.rewrite_people(&entry).await?;
    }
    let inquiry = ticket.fields.get(FieldKey::Inquiry).map(without);
    tx.erase_inquirer(ticket.id, &without(&ticket.subject), inquiry.as_deref(), now).await?;
    tx.erase_bytes_of(ticket.id).await?;
    tx.forget_faq_of(ticket.id).await?;
    if ticket.kind == TicketKind::Application {
        tx.erase_application(ticket.id).await?;
    }
    tx.append_event(now, NewEvent::by_desk(AuditEvent::PersonalErased(why)).on_ticket(ticket.id));
    tx.commit().await?;
    info!(ticket.number = %ticket.number, %why, "personal data erased");
    Ok(())
}

/// Rewrites the texts of a ticket's conversation in short transactions, between which intake writes. The people stay until the
/// last one, which is returned: their names are needed to find them in the texts, also after a restart.
async fn erase_texts(desk: &Desk, ticket: i64, without: impl Fn(&str) -> String) -> Result<Tx, StoreError> {
    let mut after = 0;
    loop {
        let mut tx = desk.store.write().await?;
        let began = Instant::now();
        let entries = tx.entry_texts(ticket, after).await?;
        let Some(last) = entries.last() else { return Ok(tx) };
        after = last.id;
        for mut entry in entries {
            forget_words(&mut entry, &without);
            tx.rewrite_text(&entry).await?;
        }
        tx.commit().await?;
        // `erase` runs beside the desk, in a process of its own. SQLite keeps no queue, and the one that asks at once would be first.
        sleep(began.elapsed()).await;
    }
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
    /// When the first of these messages came.
    first_message: Option<DateTime<Utc>>,
}

impl Holdings {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.only_open()
    }

    /// Whether the desk stores nothing but open tickets.
    #[must_use]
    pub fn only_open(&self) -> bool {
        self.own.is_empty() && self.others.is_empty() && self.messages.is_empty()
    }
}

/// Finds the data that the desk stores about an address.
pub async fn holdings(desk: &Desk, address: &str) -> Result<Holdings, StoreError> {
    let (address, person) = (address.to_lowercase(), person_of(address));
    let mut found = Holdings::default();
    for (ticket, own) in desk.store.tickets_with(&person).await? {
        let is_open = matches!(ticket.clock.status(), Status::Open | Status::Waiting);
        match (own, is_open) {
            (true, true) => found.open.push(ticket),
            (true, false) => found.own.push(ticket),
            (false, _) => found.others.push(ticket),
        }
    }
    for id in desk.store.messages_without_ticket().await? {
        let Some((row, raw)) = desk.store.message(id).await? else { continue };
        let mail = mail::read(&raw);
        // An address may contain encoded words and comments, so the bytes do not show it.
        let people = mail.from.iter().chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc);
        let is_among = people.map(|mailbox| person_of(&mailbox.address)).any(|one| one == person);
        let names = |text: &str| text.to_lowercase().contains(&address) || names_person(text, &person);
        if is_among || names(&String::from_utf8_lossy(&raw)) || names(&mail.text) {
            found.messages.push(id);
            found.first_message = found.first_message.into_iter().chain([row.received_at]).min();
        }
    }
    Ok(found)
}

/// Erases the data about an address, ticket by ticket, so that intake writes in between. After a fault or a kill, the same command
/// erases the rest. Returns the number of outbox mails whose content was erased.
pub async fn erase(
    desk: &Desk,
    address: &str,
    holdings: &Holdings,
    open_too: bool,
) -> Result<u64, StoreError> {
    /// Messages that one transaction erases.
    const AT_ONCE: usize = 100;
    let now = desk.clock.now();
    let own: Vec<&TicketRow> = holdings.own.iter().chain(holdings.open.iter().filter(|_| open_too)).collect();
    // Mails to staff first: they are those since the first of the tickets and messages, which are not found again once they are
    // erased.
    let tickets = own.iter().copied().chain(&holdings.others).map(|ticket| ticket.received_at);
    let first = tickets.chain(holdings.first_message).min();
    let staff: Vec<String> = desk.rules.staff.all().map(|member| member.address.clone()).collect();
    let mut tx = desk.store.write().await?;
    let mails = tx.erase_mails(address, &staff, first.unwrap_or(now)).await?;
    tx.commit().await?;
    for ticket in own {
        erase_inquirer(desk, ticket, Erasure::OnRequest, now).await?;
    }
    for ticket in &holdings.others {
        erase_participant(desk, ticket, &person_of(address), now).await?;
    }
    for messages in holdings.messages.chunks(AT_ONCE) {
        let mut tx = desk.store.write().await?;
        tx.erase_messages(messages).await?;
        tx.commit().await?;
    }
    if mails > 0 || !holdings.is_empty() {
        let mut tx = desk.store.write().await?;
        let erased = Erasure::OnRequestElsewhere { messages: holdings.messages.len(), mails };
        tx.append_event(now, NewEvent::by_operator(AuditEvent::PersonalErased(erased)));
        tx.commit().await?;
    }
    desk.store.fold_log().await?;
    Ok(mails)
}

/// Erases a person's data from another person's ticket. `whose` is their address in its one spelling.
async fn erase_participant(
    desk: &Desk,
    ticket: &TicketRow,
    whose: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let people = desk.store.people_of(ticket.id).await?;
    let is_theirs = |address: &str| person_of(address) == whose;
    let support = desk.rules.support.as_ref();
    let adviser = support
        .and_then(|support| support.advisers.iter().find(|of| of.address.as_deref().is_some_and(is_theirs)));
    let addresses = people.iter().flat_map(|entry| entry.recipients.iter().chain([&entry.from.address]));
    let mut person = Person {
        names: people
            .iter()
            .filter(|entry| is_theirs(&entry.from.address))
            .filter_map(|entry| entry.from.name.clone())
            .chain(adviser.map(|adviser| adviser.name.clone()))
            .collect(),
        texts: addresses.filter(|address| is_theirs(address)).cloned().chain([whose.to_owned()]).collect(),
    };
    if ticket.kind == TicketKind::Application {
        add_representatives(&mut person, &desk.store.submissions(ticket.id).await?, |of| {
            is_theirs(&of.email)
        });
    }
    let removal = Removal::of(&person);
    let mut tx = erase_texts(desk, ticket.id, |text| removal.redact(text)).await?;
    let people = tx.people_of(ticket.id).await?;
    let theirs: Vec<i64> = people
        .iter()
        .filter(|entry| is_theirs(&entry.from.address))
        .filter_map(|entry| entry.message)
        .collect();
    for mut entry in people {
        if is_theirs(&entry.from.address) {
            entry.from = mail::Mailbox::default();
        }
        entry.recipients.retain(|recipient| !is_theirs(recipient));
        tx.rewrite_people(&entry).await?;
    }
    if ticket.kind == TicketKind::Application {
        forget_in_application(&mut tx, ticket, whose, &removal).await?;
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
    tx.commit().await
}
