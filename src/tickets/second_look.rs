//! Whether a member's text may leave by itself, or waits for one more word because it seems to be meant for somebody else.

use super::{answer::Draft, letters::Letter};
use crate::{
    desk::{
        feedback::Written,
        second_look::{self, second_look},
        ticket::TicketKind,
    },
    letter,
    mail::is_same_person,
    notify::staff_notice::is_by_inquirer,
    service::{Actor, Fault, Operation},
    store::TicketRow,
};

/// Why a text waits although it would leave by itself otherwise, in words. `absorbed` are the tickets merged into this one.
pub(super) async fn concerns(
    operation: &mut Operation<'_>,
    (ticket, absorbed): (&TicketRow, &[TicketRow]),
    (written, draft): (Written, &Draft<'_>),
    letters: &[Letter],
) -> Result<Vec<String>, Fault> {
    // A contact is no inquirer, and an operator names the ticket and the text in one command.
    if written == Written::Forward || !matches!(operation.actor, Actor::Staff(_)) {
        return Ok(Vec::new());
    }
    let mut numbers = vec![ticket.number.to_string()];
    numbers.extend(absorbed.iter().map(|absorbed| absorbed.number.to_string()));
    let awaits_result = ticket.kind == TicketKind::Application
        && operation.tx.decision(ticket.id).await?.notified_at.is_none();
    let readers: Vec<&str> = letters.iter().map(|letter| letter.theirs.as_str()).collect();
    let concerns = second_look(&second_look::Written {
        text: draft.text,
        numbers: &numbers,
        readers: &readers,
        staff: &operation.desk.rules.staff,
        shows_names: operation.desk.answers.sign_with_name,
        awaits_result,
    });
    let has_got_it = |letter: &Letter| draft.sent_to.iter().any(|to| is_same_person(&to.address, &letter.to));
    let direct = letters.iter().any(has_got_it).then(|| letter::GOT_DIRECTLY.to_owned());
    let only = only_writer(operation, ticket, absorbed, letters).await?;
    let concerns = concerns.iter().map(letter::concern_in_words);
    Ok(direct.into_iter().chain(only).chain(concerns).collect())
}

/// Of several readers, one alone has written since the last answer: the others may learn what is not for them.
async fn only_writer(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    absorbed: &[TicketRow],
    letters: &[Letter],
) -> Result<Option<String>, Fault> {
    if letters.len() < 2 {
        return Ok(None);
    }
    let Some(writer) = operation.tx.only_writer_since_answer(ticket.id).await? else { return Ok(None) };
    let known = std::iter::once(ticket).chain(absorbed).find(|ticket| is_by_inquirer(ticket, &writer));
    Ok(Some(letter::only_writer_in_words(known.map(|known| &known.fields), &writer)))
}
