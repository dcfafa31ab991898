//! Entries for the guidebook: a ticket becomes one, its marks are resolved, a second person releases it, and released entries
//! leave as a file. By mail or from the shell.

use sha2::{Digest, Sha256};

use crate::{
    desk::{
        faq::{EntryCommand, EntryDone, EntryRefused, EntryState, Texts, Unreleased},
        marks::masked,
        redact::{MARK, redact},
        ticket::{TicketKind, TicketNumber},
        window::fiscal_year,
    },
    hex,
    letter::{
        faq::{About, ExportError, Exported, Format, file},
        own_text,
        sheet::BETWEEN_TAGS,
    },
    notify::faq::ask_to_release,
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, FaqRow, TicketRow},
};

/// Characters of a question that the list shows.
const SHOWN: usize = 30;

/// Carries out a command on an entry. `version` is the beginning of the hash of the texts that the actor has seen.
///
/// # Errors
/// When the database or a template fails. Then the caller must not commit.
pub async fn carry_out(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
    command: &EntryCommand,
    version: Option<&str>,
) -> Result<Outcome, Fault> {
    let entry = match find(operation, number).await? {
        Ok(entry) => entry,
        Err(none) => return Ok(Err(none.into())),
    };
    let done = match command {
        EntryCommand::Resolve { which, how } => {
            let mut texts = entry.texts.clone();
            let known = known(operation, &entry).await?;
            match texts.resolve(which, how, &known) {
                Ok(marks) => {
                    change(operation, &entry, &texts).await?;
                    EntryDone::Resolved { entry: entry.number, marks, how: how.clone() }
                }
                Err(why) => return Ok(Err(EntryRefused::Unresolved { entry: entry.number, why }.into())),
            }
        }
        EntryCommand::Write(part, text) => {
            let mut texts = entry.texts.clone();
            texts.write(*part, text, &known(operation, &entry).await?);
            change(operation, &entry, &texts).await?;
            EntryDone::Written { entry: entry.number, part: *part }
        }
        EntryCommand::Release => return release(operation, entry, version).await,
        EntryCommand::Withdraw if entry.state == EntryState::Withdrawn => {
            return Ok(Err(EntryRefused::AlreadyWithdrawn(entry.number).into()));
        }
        EntryCommand::Withdraw => {
            operation.tx.withdraw_faq(entry.id).await?;
            record(operation, &entry, AuditEvent::FaqWithdrawn(entry.number.clone()));
            EntryDone::Withdrawn(entry.number)
        }
        EntryCommand::Show(_) => EntryDone::Shown(entry.number),
        EntryCommand::Propose | EntryCommand::List => {
            return Ok(Err(EntryRefused::NotOnAnEntry(entry.number).into()));
        }
    };
    Ok(Ok(done.into()))
}

/// The entry of a number. The inner error says that there is none.
pub async fn find(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
) -> Result<Result<FaqRow, EntryRefused>, Fault> {
    let found = operation.tx.faq_by_number(number).await?;
    let found = found.filter(|entry| entry.state != EntryState::Erased);
    Ok(found.ok_or_else(|| EntryRefused::NoEntry(number.clone())))
}

/// FAQ候補: question and answer of a ticket, without what the desk knows of its inquirer.
pub async fn propose(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let refused = if let Some(entry) = operation.tx.faq_of(ticket.id).await? {
        Some(EntryRefused::HasEntry { ticket: number.clone(), entry: entry.number })
    } else if ticket.kind == TicketKind::Application {
        Some(EntryRefused::IsApplication(number.clone()))
    } else {
        ticket.fields.inquiry.is_none().then(|| EntryRefused::NoInquiry(number.clone()))
    };
    if let Some(refused) = refused {
        return Ok(Err(refused.into()));
    }
    let desk = operation.desk;
    let people = operation.tx.people_of(ticket.id).await?;
    let person = desk.writers(&ticket.fields, people.iter().map(|entry| &entry.from).chain([&ticket.from]));
    let answer = desk.store.answer_of(ticket.id).await?.map(|answer| own_text(&answer));
    let texts = Texts::new(
        &redact(ticket.fields.inquiry.as_deref().unwrap_or_default(), &person),
        &redact(answer.as_deref().unwrap_or_default(), &person),
        &ticket.tags.join(BETWEEN_TAGS),
        &desk.known_names(Some(ticket)),
    );
    let zone = desk.rules.calendar.time_zone();
    let month = ticket.received_at.with_timezone(&zone).format("%Y-%m").to_string();
    let (year, by, now) = (fiscal_year(operation.now, zone), operation.actor.audit(), operation.now);
    let entry = operation.tx.add_faq(ticket.id, year, &month, &texts, &by, now).await?;
    operation.record(ticket, AuditEvent::FaqProposed(entry.clone()));
    if let Ok(entry) = find(operation, &entry).await? {
        ask_to_release(operation, &entry)?;
    }
    Ok(Ok(EntryDone::Proposed { entry, ticket: number, open: texts.open().len() }.into()))
}

async fn release(
    operation: &mut Operation<'_>,
    entry: FaqRow,
    version: Option<&str>,
) -> Result<Outcome, Fault> {
    let by = operation.actor.audit();
    if entry.state == EntryState::Released {
        return Ok(Err(EntryRefused::AlreadyReleased(entry.number).into()));
    }
    let is_second = entry.has_second_in(&by);
    let allowed = entry.texts.is_ready().and_then(|()| entry.texts.is_seen(version));
    let allowed = allowed.and(if is_second { Ok(()) } else { Err(Unreleased::SamePerson) });
    if let Err(why) = allowed {
        return Ok(Err(EntryRefused::Unreleased { entry: entry.number, why }.into()));
    }
    let hash = entry.texts.hash();
    operation.tx.release_faq(entry.id, &hash, &by, operation.now).await?;
    record(operation, &entry, AuditEvent::FaqReleased { entry: entry.number.clone(), hash });
    Ok(Ok(EntryDone::Released(entry.number).into()))
}

/// Writes changed texts: the entry is a draft again.
async fn change(operation: &mut Operation<'_>, entry: &FaqRow, texts: &Texts) -> Result<(), Fault> {
    let by = operation.actor.audit();
    operation.tx.change_faq(entry.id, texts, &by, operation.now).await?;
    record(operation, entry, AuditEvent::FaqChanged(entry.number.clone()));
    Ok(())
}

fn record(operation: &mut Operation<'_>, entry: &FaqRow, event: AuditEvent) {
    let event = operation.event(event).on_ticket(entry.ticket_id);
    operation.tx.append_event(operation.now, event);
}

async fn known(operation: &mut Operation<'_>, entry: &FaqRow) -> Result<Vec<String>, Fault> {
    let ticket = match entry.ticket_id {
        Some(ticket) => operation.tx.ticket(ticket).await?,
        None => None,
    };
    Ok(operation.desk.known_names(ticket.as_ref()))
}

/// FAQ一覧
pub async fn list(operation: &mut Operation<'_>) -> Result<Outcome, Fault> {
    let entries = operation.desk.store.faq().await?.into_iter();
    let listed = entries.map(|entry| {
        let question = masked(&entry.texts.question.text(), MARK);
        let words = question.split_whitespace().collect::<Vec<_>>().join(" ");
        (entry.number, entry.state, entry.texts.open().len(), words.chars().take(SHOWN).collect())
    });
    Ok(Ok(EntryDone::Listed(listed.collect()).into()))
}

/// The released entries as a file. The export is an event of the same transaction, so no entry changes between them.
///
/// # Errors
/// When the database fails, or the file cannot be made.
pub async fn export(
    operation: &mut Operation<'_>,
    format: Format,
) -> Result<Result<(usize, Vec<u8>), ExportError>, Fault> {
    let exported = |entry: FaqRow| Exported {
        number: entry.number,
        question: entry.texts.question.text(),
        answer: entry.texts.answer.text(),
        place: entry.texts.place.text(),
        topic: entry.texts.topic.text(),
        month: entry.month,
    };
    let entries: Vec<Exported> = operation.tx.released_faq().await?.into_iter().map(exported).collect();
    let (title, purpose) = &operation.desk.profile.faq;
    let bytes = match file(About { title, purpose }, &entries, format) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(error)),
    };
    let hash = hex::encode(&Sha256::digest(&bytes));
    let event = operation.event(AuditEvent::FaqExported { entries: entries.len(), format, hash });
    operation.tx.append_event(operation.now, event);
    Ok(Ok((entries.len(), bytes)))
}
