//! A correction reaches the mails that wait: they are written once more, with what is known of the inquirer now.

use super::{
    answer::{Draft, write},
    draft::{beginning, tell_author, together, withdraw, written},
    letters::exact_text,
    merge::head_of,
};
use crate::{
    desk::{
        feedback::{Done, Written},
        handling::Rewritten,
    },
    mail,
    service::{Actor, Fault, Operation},
    store::{TicketRow, WrittenMail},
};

/// Writes the mails to the inquirer of a ticket once more that wait, each on behalf of its author. One whose text cannot be told
/// from the letter around it is stopped.
pub(super) async fn rewrite(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Rewritten, Fault> {
    let mut rewritten = Rewritten::default();
    let head = head_of(operation, ticket).await?;
    for letters in together(operation.tx.drafts(head.id).await?) {
        let is_theirs = |letter: &&WrittenMail| {
            operation.desk.ids.recognise(&letter.message_id).as_ref() == Some(&ticket.number)
        };
        let Some(own) = letters.iter().find(is_theirs) else { continue };
        let what = written(own);
        if !matches!(what, Written::Answer | Written::Question | Written::Interim) {
            continue;
        }
        let letter = match own.entry {
            Some(entry) => operation.tx.entry_text(entry).await?.unwrap_or_default(),
            None => String::new(),
        };
        let shown = beginning(operation, own).await?;
        let files = mail::read(&operation.tx.mail_bytes(own.id).await?).attachments;
        let message = operation.tx.written_in(own.id).await?;
        if !withdraw(operation, &head, &letters).await? {
            continue;
        }
        if let Some(text) = exact_text(&own.message_id, &letter, &files) {
            let draft = Draft { text: &text, files: &files, message, ..Draft::default() };
            if write_as_before(operation, &head, own, draft).await? {
                rewritten.again += 1;
                continue;
            }
        }
        rewritten.stopped += 1;
        let number = head.number.clone();
        let stopped = Done::Cancelled { number, written: what, text: shown, waiting: 0 };
        tell_author(operation, &head, own, &stopped)?;
    }
    Ok(rewritten)
}

async fn write_as_before(
    operation: &mut Operation<'_>,
    head: &TicketRow,
    before: &WrittenMail,
    draft: Draft<'_>,
) -> Result<bool, Fault> {
    let Some(head) = operation.tx.ticket(head.id).await? else { return Ok(false) };
    let author = before.author.as_deref().and_then(|address| operation.desk.rules.staff.find(address));
    let actor = author.map_or(operation.actor, Actor::Staff);
    let mut operation = operation.on_behalf_of(actor);
    Ok(write(&mut operation, &head, written(before), draft).await?.is_ok())
}
