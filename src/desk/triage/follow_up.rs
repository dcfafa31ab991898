//! A message that names a ticket: whether it may join it, and what it changes there.

use chrono::TimeDelta;

use super::{Filing, Kind, Known, Reading, Reply, Rules, inquiry};
use crate::desk::{
    form::Fields,
    thread::{Reference, TicketFacts},
    ticket::Status,
};

/// A closed ticket is opened again for so long; a later message is a new matter.
const REOPENS_FOR: TimeDelta = TimeDelta::days(14);

/// The named ticket, if the message may join it: by a keyed Message-ID, or by its number and a sender who takes part.
pub(super) fn joinable<'a>(reading: &Reading, known: &'a Known) -> Option<&'a TicketFacts> {
    let ticket = known.ticket.as_ref()?;
    let takes_part = || reading.mail.from.as_ref().is_some_and(|from| ticket.has_participant(&from.address));
    match reading.reference.as_ref()? {
        Reference::Keyed(_) => Some(ticket),
        Reference::Subject(_) => takes_part().then_some(ticket),
    }
}

/// Decides on a person's message that names a ticket.
pub(super) fn follow_up(reading: &Reading, rules: &Rules, known: &Known) -> (Kind, Filing, Option<Reply>) {
    // `inspect` knows no tickets: it says what would happen if the sender takes part.
    if known.ticket.is_none() && known.gate.accept_since.is_none() {
        return (Kind::FollowUp, Filing::Join { ticket: None, change: None }, None);
    }
    let named = joinable(reading, known);
    if let Some(ticket) = named.filter(|ticket| !is_over(ticket, reading)) {
        return join(reading, rules, ticket);
    }
    let mentions = reading.reference.as_ref().map(|reference| reference.number().clone());
    let window = rules.window.state(reading.received_at);
    // Who takes part in the old ticket need not say again who they are.
    let inherited = named.map(|ticket| Fields { inquiry: None, ..ticket.fields.clone() }).unwrap_or_default();
    let (_, filing, reply) = inquiry(reading, rules, window, mentions, &inherited);
    (Kind::FollowUp, filing, reply)
}

fn is_over(ticket: &TicketFacts, reading: &Reading) -> bool {
    let closed = ticket.closed_at.filter(|_| ticket.standing.status() == Status::Closed);
    closed.is_some_and(|at| reading.received_at - at > REOPENS_FOR)
}

/// The message completes the form where it can, and opens a ticket that was answered. One that waits for missing
/// fields goes on waiting until it has them; then its clock starts, and its inquirer gets the receipt.
fn join(reading: &Reading, rules: &Rules, ticket: &TicketFacts) -> (Kind, Filing, Option<Reply>) {
    let mut fields = ticket.fields.clone();
    if reading.form.has_form {
        fields.complete(&reading.form.fields);
    }
    let waited = ticket.standing.status() == Status::Waiting
        && ticket.waits_for_form
        && !ticket.fields.missing().is_empty();
    let still_waits = waited && !fields.missing().is_empty();
    let standing = if still_waits {
        ticket.standing.clone()
    } else {
        let answer_within = rules.sla.answer_within;
        ticket.standing.clone().heard_from_inquirer(&rules.calendar, answer_within, reading.received_at)
    };
    let completes = waited && !still_waits;
    let filing = Filing::Join {
        ticket: Some((ticket.id, ticket.number.clone())),
        change: Some(Box::new((standing, fields))),
    };
    (Kind::FollowUp, filing, completes.then_some(Reply::Acknowledgement))
}
