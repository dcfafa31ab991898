//! Tickets as text: a line in a list, or whole.

use chrono::{DateTime, Utc};

use super::print;
use crate::{
    desk::{
        calendar::{BusinessTime, Calendar},
        form::FieldKey,
    },
    letter::{ABSENT, field_line},
    service::Desk,
    store::TicketRow,
    views::ticket::{Shown, Ticket},
};

/// Prints tickets as JSON.
pub(super) fn print_list(desk: &Desk, tickets: &[TicketRow]) -> anyhow::Result<()> {
    let (calendar, now) = (&desk.rules.calendar, desk.clock.now());
    let tickets: Vec<Ticket<'_>> = tickets.iter().map(|row| Ticket::new(row, calendar, now)).collect();
    print::json(&tickets)
}

/// Business time without seconds, for lists.
fn to_the_minute(time: BusinessTime) -> BusinessTime {
    BusinessTime::from_seconds(time.seconds() / 60 * 60)
}

/// One line for people.
pub(super) fn line(ticket: &TicketRow, calendar: &Calendar, now: DateTime<Utc>) -> String {
    let short = |at| print::short(at, calendar.time_zone());
    let due = match ticket.clock.deadline() {
        Some(at) if ticket.clock.overdue(now) => format!("{} OVERDUE", short(at)),
        Some(at) => match ticket.clock.left(calendar, now) {
            Some(left) => format!("{} left {}", short(at), to_the_minute(left)),
            None => short(at),
        },
        None => "-".to_owned(),
    };
    let organization = print::one_line(ticket.fields.organization.as_deref().unwrap_or(ABSENT), 20);
    let inquiry = print::one_line(ticket.fields.inquiry.as_deref().unwrap_or(ABSENT), 40);
    format!("{}  {:<8}  due {due}  {organization}  {inquiry}", ticket.number, ticket.clock.status().as_str())
}

/// Prints the form, the conversation and the events for people.
pub(super) fn print_shown(shown: &Shown<'_>) {
    let ticket = &shown.ticket;
    for (key, value) in [
        (FieldKey::Organization, ticket.organization),
        (FieldKey::Name, ticket.name),
        (FieldKey::Contact, ticket.contact),
        (FieldKey::Inquiry, ticket.inquiry),
    ] {
        print::line(format!("  {}", print::text(&field_line(key, value)).replace('\n', "\n    ")));
    }
    for message in &shown.messages {
        let from = print::one_line(&message.from.address, 80);
        print::line(format!("\n── {} {} {from}", message.direction, message.at));
        print::line(print::text(&message.text));
        for file in &message.attachments {
            print::line(format!("  [{}]", print::one_line(&file.name, 120)));
        }
    }
    for past in shown.similar.iter().flatten() {
        print::line(format!("\n══ {} {}", past.number, print::text(&past.inquiry)));
        print::line(print::text(&past.answer));
    }
    print::line("");
    for event in &shown.events {
        let detail = print::one_line(&event.detail, 120);
        print::line(format!("{}  {}  {}  {detail}", event.at, event.actor, event.what));
    }
}
