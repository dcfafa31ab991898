//! Notices to staff that a mail to an inquirer did not arrive, or may not have arrived.

use super::staff_notice::{concerns, for_member, notes_in_words, notify};
use crate::{
    desk::{flood::Notified, form::telephones, staff::Member},
    letter::{
        self, Content, Purpose, UndeliverableContext, UndeliveredContext,
        bounds::{Shown, for_staff, shortened},
    },
    mail::EnhancedStatus,
    service::{Counted, Fault, Operation},
    store::{StoreError, TicketRow},
};

pub struct Undelivered<'a> {
    pub outbox: i64,
    pub purpose: Purpose,
    pub recipient: &'a str,
    pub status: Option<EnhancedStatus>,
    /// The server's reply.
    pub diagnostic: &'a str,
    /// The mail may have arrived.
    pub unconfirmed: bool,
}

/// Notifies the author, the assignee and the leads. The notice lists the inquirer's telephone numbers.
pub async fn notify_undelivered(
    operation: &mut Operation<'_>,
    ticket: Option<&TicketRow>,
    mail: &Undelivered<'_>,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let Some(gathered) = gathered(operation, mail) else { return Ok(()) };
    let about = reader_of(operation, ticket, mail.outbox).await?;
    let concerned = ticket;
    let ticket = about.as_ref().or(ticket);
    let contact = ticket.and_then(|ticket| ticket.fields.contact.as_deref()).unwrap_or_default();
    let undelivered = UndeliveredContext {
        what: letter::purpose_in_words(mail.purpose),
        recipient: for_staff(mail.recipient, Shown::Address),
        reason: if mail.unconfirmed { letter::UNCONFIRMED } else { letter::status_in_words(mail.status) },
        unconfirmed: mail.unconfirmed,
        is_result: matches!(mail.purpose, Purpose::ResultSelected | Purpose::ResultDeclined),
        diagnostic: for_staff(mail.diagnostic, Shown::Beginning),
        telephones: telephones(&shortened(contact, Shown::Beginning)),
        gathered,
    };
    // The same occasion is told once, however often the mail is tried.
    let occasion =
        format!("{} {}", if mail.unconfirmed { "unconfirmed" } else { "undelivered" }, mail.outbox);
    let author = operation.tx.author_of(mail.outbox).await?;
    let wrote =
        |member: &Member| author.as_deref().is_some_and(|who| who.eq_ignore_ascii_case(&member.address));
    let told = |member: &&Member| wrote(member) || concerns(desk, concerned, member, now);
    let notes = match concerned {
        Some(ticket) => {
            let notes = operation.tx.notes_of(&[ticket.id]).await?;
            notes_in_words(desk, &notes, ticket.id, now)
        }
        None => Vec::new(),
    };
    for member in desk.rules.staff.all().filter(told) {
        let ticket = ticket.map(|ticket| for_member(desk, ticket, member, now).with_notes(notes.clone()));
        notify(operation, member, &occasion, |common| {
            Content::Undeliverable(UndeliverableContext { common, undelivered: undelivered.clone(), ticket })
        })?;
    }
    Ok(())
}

/// What the notice says of many automatic mails that did not arrive; `None` if there is none of this one, because the list shows it.
/// What a person wrote, and what may have arrived, is told of each time.
fn gathered(operation: &Operation<'_>, mail: &Undelivered<'_>) -> Option<String> {
    let desk = operation.desk;
    if mail.unconfirmed || !mail.purpose.is_automatic() {
        return Some(String::new());
    }
    let today = desk.notice_counts.next(Counted::Undelivered, mail.recipient, operation.midnight());
    match desk.notices.notified(today) {
        Notified::Each => Some(String::new()),
        Notified::Gathered { count, of_domain } => Some(letter::undelivered_gathered(count, of_domain)),
        Notified::Later => None,
    }
}

/// The ticket whose inquirer the mail was for, where it is another one: a letter to the inquirer of a merged ticket has their
/// number. Their address is the one to correct.
async fn reader_of(
    operation: &mut Operation<'_>,
    ticket: Option<&TicketRow>,
    outbox: i64,
) -> Result<Option<TicketRow>, StoreError> {
    let Some(message_id) = operation.tx.message_id_of(outbox).await? else { return Ok(None) };
    let number = operation.desk.ids.recognise(&message_id);
    match number.filter(|number| ticket.is_some_and(|ticket| ticket.number != *number)) {
        Some(number) => operation.tx.ticket_by_number(&number).await,
        None => Ok(None),
    }
}
