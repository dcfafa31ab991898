//! Whether a member's text may leave by itself, or waits for one more word because it seems to be meant for somebody else.

use crate::{
    desk::{
        feedback::Written,
        second_look::{self, second_look},
        ticket::TicketKind,
    },
    letter,
    service::{Actor, Fault, Operation},
    store::TicketRow,
};

/// Why a text waits although it would leave by itself otherwise, in words. `readers`: what each has told of themselves.
pub(super) async fn concerns(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    (written, text): (Written, &str),
    readers: &[&str],
) -> Result<Vec<String>, Fault> {
    // A contact is no inquirer, and an operator names the ticket and the text in one command.
    if written == Written::Forward || !matches!(operation.actor, Actor::Staff(_)) {
        return Ok(Vec::new());
    }
    let mut numbers = vec![ticket.number.to_string()];
    let absorbed = operation.tx.absorbed(&ticket.number).await?;
    numbers.extend(absorbed.iter().map(|absorbed| absorbed.number.to_string()));
    let awaits_result = ticket.kind == TicketKind::Application
        && operation.tx.decision(ticket.id).await?.notified_at.is_none();
    let concerns = second_look(&second_look::Written {
        text,
        numbers: &numbers,
        readers,
        staff: &operation.desk.rules.staff,
        shows_names: operation.desk.answers.sign_with_name,
        awaits_result,
    });
    Ok(concerns.iter().map(letter::concern_in_words).collect())
}
