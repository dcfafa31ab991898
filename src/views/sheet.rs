//! A ticket as one row of a spreadsheet: the CSV of `export --format csv`.

use super::ticket::{Message, Ticket};
use crate::{
    desk::ticket::Direction,
    letter::{sheet, status_word},
    paper::csv_cell,
};

pub use crate::letter::sheet::COLUMNS;

/// The cells of a ticket, in the order of [`COLUMNS`], safe to open in a spreadsheet.
#[must_use]
pub fn row(ticket: &Ticket<'_>, messages: &[Message]) -> [String; 18] {
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let answers: Vec<&str> = messages
        .iter()
        .filter(|message| message.direction == Direction::Out)
        .map(|message| message.text.trim())
        .collect();
    let cells = [
        ticket.number.to_string(),
        status_word(ticket.status).to_owned(),
        if ticket.from.address.is_empty() {
            sheet::BY_TELEPHONE.to_owned()
        } else {
            ticket.channel.to_string()
        },
        ticket.received_at.clone(),
        optional(ticket.organization),
        optional(ticket.prefecture),
        optional(ticket.name),
        optional(ticket.contact),
        optional(ticket.inquiry),
        ticket.from.address.clone(),
        ticket.subject.to_owned(),
        optional(ticket.assignee),
        optional(ticket.deadline.as_deref()),
        optional(ticket.answered_at.as_deref()),
        optional(ticket.closed_at.as_deref()),
        ticket.tags.join(sheet::BETWEEN_TAGS),
        answers.join(sheet::BETWEEN_ANSWERS),
        sheet::kind_in_words(ticket.kind).to_owned(),
    ];
    cells.map(|cell| csv_cell(&cell))
}
