//! What a text at a place of a mail means: orders, an answer, or a doubt. `order` reads the text; the place says which
//! ticket it is about and whether it may be an answer.

use super::{
    Answer, Problem, StaffMail,
    command::{Command, Order},
    order::{self, Doubt, Doubtful, Reading},
};
use crate::desk::{staff_key::Invitation, ticket::TicketNumber};

/// A text in the place for an answer to `ticket`, or for a decision about its draft.
pub(super) fn of_text(
    text: &str,
    ticket: Option<&TicketNumber>,
    invitation: Invitation,
    writer: &str,
    mail: &mut StaffMail,
) {
    // A section of a digest that nobody wrote into is no message.
    if text.trim().is_empty() && invitation == Invitation::Answer {
        return;
    }
    match order::read(text, invitation, writer) {
        Reading::Surely { orders, rest, doubts } => {
            take_orders(orders, ticket, mail);
            mail.problems.extend(doubts.into_iter().map(|doubt| unclear(ticket, doubt)));
            answer(&rest, ticket, mail);
        }
        Reading::Unclear(doubt) => {
            mail.problems.push(unclear(ticket, doubt));
            mail.stopped = ticket.filter(|_| invitation == Invitation::Decide).cloned();
        }
        Reading::Text => answer(text, ticket, mail),
    }
}

/// A text where no answer is expected: above a digest, or in a mail without a key.
pub(super) fn of_outside(text: &str, writer: &str, mail: &mut StaffMail) {
    match order::read(text, Invitation::Answer, writer) {
        Reading::Surely { orders, rest, doubts } => {
            take_orders(orders, None, mail);
            mail.problems.extend(doubts.into_iter().map(|doubt| unclear(None, doubt)));
            outside(&rest, mail);
        }
        // A greeting above the answers of a digest needs no reply.
        Reading::Unclear(Doubtful { why: Doubt::Nothing, .. }) => {}
        Reading::Unclear(doubt) => mail.problems.push(unclear(None, doubt)),
        Reading::Text => outside(text, mail),
    }
}

fn unclear(ticket: Option<&TicketNumber>, doubt: Doubtful) -> Problem {
    Problem::Unclear { ticket: ticket.cloned(), doubt }
}

fn outside(text: &str, mail: &mut StaffMail) {
    if !text.trim().is_empty() {
        mail.problems.push(Problem::TextOutside(text.trim().to_owned()));
    }
}

fn answer(text: &str, ticket: Option<&TicketNumber>, mail: &mut StaffMail) {
    let text = text.trim();
    if let Some(ticket) = ticket.filter(|_| !text.is_empty()) {
        mail.answers.push(Answer { ticket: ticket.clone(), text: text.to_owned() });
    }
}

/// Orders without a number of their own are about the ticket of the place.
fn take_orders(orders: Vec<Order>, ticket: Option<&TicketNumber>, mail: &mut StaffMail) {
    for mut order in orders {
        let needs_ticket = !matches!(order.command, Command::List | Command::Help);
        order.ticket = order.ticket.filter(|_| needs_ticket).or_else(|| ticket.cloned());
        if needs_ticket && order.ticket.is_none() {
            mail.problems.push(Problem::NoTicket(order.line));
        } else {
            mail.orders.push(order);
        }
    }
}
