//! Decides whether a message that refers to a ticket may join it, and how it changes that ticket.

use chrono::TimeDelta;

use super::{
    Apart, Filing, Kind, Known, Mention, Note, Reading, Reply, Rules, call, call::is_about_the_call, inquiry,
    note::is_same_inquiry,
};
use crate::desk::{
    form::Fields,
    gate::recipient,
    thread::{Reference, TicketFacts},
    ticket::Status,
};

/// A message within this time after closing reopens the ticket. A later message becomes a new ticket.
const REOPENS_FOR: TimeDelta = TimeDelta::days(14);

/// The ticket that the message refers to, if the message may join it. A keyed Message-ID is enough; a number in the
/// subject counts only if the sender is a participant of the ticket.
pub(super) fn joinable<'a>(reading: &Reading, known: &'a Known) -> Option<&'a TicketFacts> {
    joinable_to(reading, known.ticket.as_ref())
}

fn joinable_to<'a>(reading: &Reading, ticket: Option<&'a TicketFacts>) -> Option<&'a TicketFacts> {
    match reading.reference.as_ref()? {
        Reference::Keyed(_) => ticket,
        Reference::Subject(_) => ticket.filter(|ticket| ticket.has_participant(from(reading))),
    }
}

pub(super) fn from(reading: &Reading) -> &str {
    reading.mail.from_address()
}

/// Where an automatic reply to a message goes, and later mails about a ticket that the message becomes. Anyone can write a
/// participant's address and a number, so a message that joins by them is answered at the ticket's own address alone.
#[must_use]
pub fn address<'a>(reading: &'a Reading, ticket: Option<&'a TicketFacts>) -> Option<&'a str> {
    match joinable_to(reading, ticket) {
        Some(ticket) if joins(reading, ticket) && !is_keyed(reading) => ticket.address.as_deref(),
        Some(ticket) if !is_keyed(reading) && is_owner(reading, ticket) => ticket.address.as_deref(),
        _ => recipient(&reading.mail),
    }
}

fn is_keyed(reading: &Reading) -> bool {
    matches!(reading.reference, Some(Reference::Keyed(_)))
}

/// Whether a message that may join a ticket becomes part of it.
pub(super) fn joins(reading: &Reading, ticket: &TicketFacts) -> bool {
    !is_closed_for_good(ticket, reading) && !is_another_inquiry(reading, ticket)
}

/// Whether the message has the whole form with another inquiry, and the ticket's inquiry was answered.
fn is_another_inquiry(reading: &Reading, ticket: &TicketFacts) -> bool {
    let form = &reading.form;
    matches!(ticket.clock.status(), Status::Answered | Status::Closed)
        && form.has_form
        && form.missing.is_empty()
        && !is_same_inquiry(&form.fields, &ticket.fields)
}

/// Whether the ticket has the form of the message. So it is when a responder returns our acknowledgement.
fn adds_nothing(reading: &Reading, ticket: &TicketFacts) -> bool {
    let missing = ticket.fields.missing();
    is_same_inquiry(&reading.form.fields, &ticket.fields)
        && missing.iter().all(|key| reading.form.fields.get(*key).is_none())
}

/// Whether the message comes from the address to which the mails about a ticket go.
fn is_owner(reading: &Reading, ticket: &TicketFacts) -> bool {
    ticket.address.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(from(reading)))
}

/// Decides on a message that a person wrote and that refers to a ticket.
pub(super) fn follow_up(reading: &Reading, rules: &Rules, known: &Known) -> (Kind, Filing, Option<Reply>) {
    // `inspect` has no database; it shows the result for a participant.
    if known.ticket.is_none() && known.gate.accept_since.is_none() {
        return (Kind::FollowUp, Filing::Join { ticket: None, change: None }, None);
    }
    let joinable = joinable(reading, known);
    if let Some(ticket) = joinable.filter(|ticket| joins(reading, ticket)) {
        if reading.automatic.is_some() && adds_nothing(reading, ticket) {
            let ticket = Some((ticket.id, ticket.number.clone()));
            return (Kind::FollowUp, Filing::Note { note: Note::Automatic, ticket }, None);
        }
        return join(reading, rules, ticket);
    }
    if is_about_the_call(reading) {
        return call(reading, rules, Kind::FollowUp);
    }
    let why = match joinable {
        Some(ticket) if !is_closed_for_good(ticket, reading) => Apart::AnotherInquiry,
        _ => Apart::NotJoined,
    };
    let number = reading.reference.as_ref().map(|reference| reference.number().clone());
    let mentions = number.map(|ticket| Mention { ticket, why });
    let window = rules.window.state(reading.received_at);
    // The inquirer of the closed ticket need not repeat organization, name and contact.
    let is_known = |ticket: &&TicketFacts| is_keyed(reading) || is_owner(reading, ticket);
    let inherited = joinable.filter(is_known);
    let inherited =
        inherited.map(|ticket| Fields { inquiry: None, ..ticket.fields.clone() }).unwrap_or_default();
    let (_, filing, reply) = inquiry(reading, rules, window, mentions, &inherited);
    (Kind::FollowUp, filing, reply)
}

fn is_closed_for_good(ticket: &TicketFacts, reading: &Reading) -> bool {
    let closed = ticket.closed_at.filter(|_| ticket.clock.status() == Status::Closed);
    closed.is_some_and(|at| reading.received_at - at > REOPENS_FOR)
}

/// Fills missing fields from the message and reopens an answered ticket. A ticket that waits for its inquiry keeps
/// waiting until it is there; then its clock starts and the inquirer gets the acknowledgement.
fn join(reading: &Reading, rules: &Rules, ticket: &TicketFacts) -> (Kind, Filing, Option<Reply>) {
    let mut fields = ticket.fields.clone();
    if reading.form.has_form {
        fields.complete(&reading.form.fields);
    }
    let was_waiting =
        ticket.clock.status() == Status::Waiting && ticket.waits_for_form && ticket.fields.inquiry.is_none();
    let still_waits = was_waiting && fields.inquiry.is_none();
    let clock = if still_waits {
        ticket.clock.clone()
    } else {
        let answer_within = rules.sla.answer_within;
        ticket.clock.clone().heard_from_inquirer(&rules.calendar, answer_within, reading.received_at)
    };
    let completes = was_waiting && !still_waits;
    let filing = Filing::Join {
        ticket: Some((ticket.id, ticket.number.clone())),
        change: Some(Box::new((clock, fields))),
    };
    (Kind::FollowUp, filing, completes.then_some(Reply::Acknowledgement))
}
