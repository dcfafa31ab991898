//! What a text at a place of a mail means: orders, an answer, or a doubt. `order` reads the text; the place says which
//! ticket it is about and whether it may be an answer.

use super::{
    Answer, Problem, StaffMail,
    command::Order,
    order::{self, Doubt, Doubtful, Reading},
    typed::Text,
};
use crate::desk::{staff_key::Invitation, ticket::TicketNumber};

/// The texts in the place for an answer to `ticket`, or for a decision about its draft. Together they are one answer, unless
/// one of them is an order.
pub(super) fn of_texts(
    texts: &[Text],
    ticket: Option<&TicketNumber>,
    invitation: Invitation,
    writer: &str,
    mail: &mut StaffMail,
) {
    let read = |text: &str| order::read(text, invitation, writer);
    let says_nothing =
        |text: &&Text| matches!(read(&text.text), Reading::Unclear(Doubtful { why: Doubt::Nothing, .. }));
    let mut texts: Vec<&Text> = texts.iter().collect();
    if texts.len() > 1 && !texts.iter().all(says_nothing) {
        let (greetings, rest): (Vec<&Text>, Vec<&Text>) = texts.iter().partition(|text| says_nothing(text));
        let has_order = rest.iter().any(|text| matches!(read(&text.text), Reading::Surely { .. }));
        if has_order || greetings.iter().all(|text| text.text.is_empty()) {
            texts = rest;
        }
        if has_order {
            for text in texts {
                of_text(&text.text, &text.left_out, ticket, invitation, writer, mail);
            }
            return;
        }
    }
    let joined = |part: fn(&Text) -> &str| {
        texts.iter().map(|text| part(text)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let (text, left_out) = (joined(|text| &text.text), joined(|text| &text.left_out));
    of_text(&text, &left_out, ticket, invitation, writer, mail);
}

fn of_text(
    text: &str,
    left_out: &str,
    ticket: Option<&TicketNumber>,
    invitation: Invitation,
    writer: &str,
    mail: &mut StaffMail,
) {
    match order::read(text, invitation, writer) {
        Reading::Surely { orders, rest, doubts } => {
            take_orders(orders, ticket, mail);
            mail.problems.extend(doubts.into_iter().map(|doubt| unclear(ticket, doubt)));
            answer(&rest, left_out, ticket, mail);
        }
        Reading::Unclear(doubt) => {
            mail.problems.push(unclear(ticket, doubt));
            if invitation == Invitation::Decide || order::stops(text, writer) {
                mail.stopped = ticket.cloned();
            }
        }
        Reading::Text => answer(text, left_out, ticket, mail),
    }
}

/// A text where no answer is expected: above a digest, or in a mail without a key.
pub(super) fn of_outside(text: &Text, writer: &str, mail: &mut StaffMail) {
    let below = text.below.as_ref();
    match order::read(&text.text, Invitation::Answer, writer) {
        Reading::Surely { orders, rest, doubts } => {
            take_orders(orders, None, mail);
            mail.problems.extend(doubts.into_iter().map(|doubt| unclear(None, doubt)));
            outside(&rest, below, mail);
        }
        // A greeting above the answers of a digest needs no reply.
        Reading::Unclear(Doubtful { why: Doubt::Nothing, .. }) => {}
        Reading::Unclear(doubt) if below.is_none() => mail.problems.push(unclear(None, doubt)),
        Reading::Unclear(_) | Reading::Text => outside(&text.text, below, mail),
    }
}

fn unclear(ticket: Option<&TicketNumber>, doubt: Doubtful) -> Problem {
    Problem::Unclear { ticket: ticket.cloned(), doubt }
}

fn outside(text: &str, below: Option<&TicketNumber>, mail: &mut StaffMail) {
    let text = text.trim();
    if !text.is_empty() {
        mail.problems.push(match below {
            Some(ticket) => Problem::TextBeside { ticket: ticket.clone(), text: text.to_owned() },
            None => Problem::TextOutside(text.to_owned()),
        });
    }
}

fn answer(text: &str, left_out: &str, ticket: Option<&TicketNumber>, mail: &mut StaffMail) {
    let text = text.trim();
    if let Some(ticket) = ticket.filter(|_| !text.is_empty()) {
        let (text, left_out) = (text.to_owned(), left_out.to_owned());
        mail.answers.push(Answer { ticket: ticket.clone(), text, left_out });
    }
}

/// Orders without a number of their own are about the ticket of the place.
fn take_orders(orders: Vec<Order>, ticket: Option<&TicketNumber>, mail: &mut StaffMail) {
    for mut order in orders {
        let needs_ticket = !order.command.is_of_the_desk();
        order.ticket = order.ticket.filter(|_| needs_ticket).or_else(|| ticket.cloned());
        if needs_ticket && order.ticket.is_none() {
            mail.problems.push(Problem::NoTicket(order.line));
        } else {
            mail.orders.push(order);
        }
    }
}
