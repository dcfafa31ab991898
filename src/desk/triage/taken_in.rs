//! Makes a ticket of a parked message, because a member has ordered it.

use chrono::{DateTime, Utc};

use super::{Decision, Filing, Kind, Known, Reading, Reply, Rules, decision, fields_of};
use crate::desk::ticket::{Channel, NewTicket, SlaClock, TicketKind};

/// The decision about a parked message that becomes a ticket. Its text is the inquiry where it has no form, and nothing is asked
/// for. Its clock starts now: until then it was no inquiry.
#[must_use]
pub fn taken_in(reading: &Reading, rules: &Rules, known: &Known, now: DateTime<Utc>) -> Decision {
    let mut fields = fields_of(reading);
    let text = reading.written().trim();
    fields.inquiry = fields.inquiry.or_else(|| Some(text.to_owned()).filter(|text| !text.is_empty()));
    let budget = rules.sla.answer_within;
    let clock = SlaClock::open(&rules.calendar, budget, now).unwrap_or_else(|| SlaClock::waiting(budget));
    let ticket = NewTicket {
        kind: TicketKind::Inquiry,
        channel: Channel::Email,
        fields,
        prefecture: reading.form.prefecture,
        clock,
    };
    let window = rules.window.state(reading.received_at);
    let filing = Filing::Ticket { ticket: Box::new(ticket), mentions: None };
    let filed = (Kind::Inquiry, filing, Some(Reply::Acknowledgement));
    Decision { taken_in: true, ..decision(reading, rules, known, window, filed) }
}
