//! A ticket as JSON: in a list, shown with its conversation, and exported.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;

use super::{rfc3339, rfc3339_option};
use crate::{
    desk::{
        calendar::Calendar,
        form::FieldKey,
        ticket::{Channel, Direction, Status, TicketKind, TicketNumber, WaitingFor},
        turn::{self, Ending},
    },
    mail::Mailbox,
    service::{Desk, search},
    store::{self, EntryRow, EventKind, StoreError, TicketRow},
};

/// One ticket of `ticket list`.
#[derive(Debug, Serialize)]
pub struct Ticket<'a> {
    pub number: &'a TicketNumber,
    pub status: Status,
    pub channel: Channel,
    pub organization: Option<&'a str>,
    pub name: Option<&'a str>,
    pub contact: Option<&'a str>,
    pub inquiry: Option<&'a str>,
    pub missing: Vec<FieldKey>,
    pub prefecture: Option<&'a str>,
    pub from: &'a Mailbox,
    pub subject: &'a str,
    pub received_at: String,
    pub deadline: Option<String>,
    pub overdue: bool,
    /// Business time such as `7h30m`.
    pub left: Option<String>,
    pub assignee: Option<&'a str>,
    pub acknowledged_at: Option<String>,
    pub answered_at: Option<String>,
    pub closed_at: Option<String>,
    pub tags: &'a [String],
    pub merged_into: Option<&'a TicketNumber>,
    pub kind: TicketKind,
    /// The application that a question belongs to.
    pub part_of: Option<&'a TicketNumber>,
    pub waiting_for: Option<WaitingFor>,
    /// Local day.
    pub held_until: Option<String>,
    /// The day that the inquirer was told.
    pub promised_on: Option<String>,
}

impl<'a> Ticket<'a> {
    /// The ticket as it is at `now`.
    #[must_use]
    pub fn new(row: &'a TicketRow, calendar: &Calendar, now: DateTime<Utc>) -> Self {
        let zone = calendar.time_zone();
        Self {
            number: &row.number,
            status: row.clock.status(),
            channel: row.channel,
            organization: row.fields.organization.as_deref(),
            name: row.fields.name.as_deref(),
            contact: row.fields.contact.as_deref(),
            inquiry: row.fields.inquiry.as_deref(),
            missing: row.fields.missing(),
            prefecture: row.prefecture.as_deref(),
            from: &row.from,
            subject: &row.subject,
            received_at: rfc3339(row.received_at, zone),
            deadline: rfc3339_option(row.clock.deadline(), zone),
            overdue: row.clock.overdue(now),
            left: row.clock.left(calendar, now).map(|left| left.to_string()),
            assignee: row.assignee.as_deref(),
            acknowledged_at: rfc3339_option(row.acknowledged_at, zone),
            answered_at: rfc3339_option(row.answered_at, zone),
            closed_at: rfc3339_option(row.closed_at, zone),
            tags: &row.tags,
            merged_into: row.merged_into.as_ref(),
            kind: row.kind,
            part_of: row.part_of.as_ref(),
            waiting_for: row.clock.hold().map(|hold| hold.waiting_for),
            held_until: row.clock.hold().and_then(|hold| hold.until).map(|day| day.to_string()),
            promised_on: row.promised_on.map(|day| day.to_string()),
        }
    }
}

/// One message of a ticket's conversation.
#[derive(Debug, Serialize)]
pub struct Message {
    pub direction: Direction,
    pub from: Mailbox,
    pub to: Vec<String>,
    pub at: String,
    pub text: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Serialize)]
pub struct Attachment {
    pub name: String,
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Message {
    #[must_use]
    pub fn new(entry: EntryRow, zone: Tz) -> Self {
        let attachment = |(name, media_type, bytes)| Attachment { name, media_type, bytes };
        Self {
            direction: entry.direction,
            from: entry.from,
            to: entry.recipients,
            at: rfc3339(entry.at, zone),
            text: entry.text,
            attachments: entry.attachments.into_iter().map(attachment).collect(),
        }
    }

    /// The conversation of a ticket, oldest message first.
    pub async fn all(desk: &Desk, ticket: i64) -> Result<Vec<Self>, StoreError> {
        let zone = desk.rules.calendar.time_zone();
        Ok(desk.store.entries_of(ticket).await?.into_iter().map(|entry| Self::new(entry, zone)).collect())
    }
}

/// One entry of a ticket's audit.
#[derive(Debug, Serialize)]
pub struct Event {
    pub at: String,
    pub actor: String,
    pub what: EventKind,
    pub detail: String,
}

impl Event {
    #[must_use]
    pub fn new(event: store::Event, zone: Tz) -> Self {
        Self { at: rfc3339(event.at, zone), actor: event.actor, what: event.what, detail: event.detail }
    }
}

/// One period in which the desk owed an answer.
#[derive(Debug, Serialize)]
pub struct Turn {
    /// Number within the ticket, starting at 1.
    pub nth: u32,
    pub asked: String,
    /// The deadline; `null` while the clock is paused.
    pub due: Option<String>,
    /// Business time of all finished pauses of the clock. A pause that goes on does not count yet.
    pub held_seconds: i64,
    /// When the turn ended, if it ended with an answer.
    pub answered: Option<String>,
    /// When the turn ended, with or without an answer.
    pub ended: Option<String>,
    pub ending: Option<Ending>,
    /// The actor, as in the audit.
    pub by: Option<String>,
    /// Whether the answer was in time; `null` if the inquirer got no answer.
    pub in_time: Option<bool>,
}

impl Turn {
    #[must_use]
    pub fn new(turn: turn::Turn, zone: Tz) -> Self {
        let ended = turn.ended.as_ref();
        Self {
            nth: turn.nth,
            asked: rfc3339(turn.asked_at, zone),
            due: rfc3339_option(turn.due_at, zone),
            held_seconds: turn.held.seconds(),
            answered: ended.filter(|ended| ended.ending.is_answer()).map(|ended| rfc3339(ended.at, zone)),
            ended: ended.map(|ended| rfc3339(ended.at, zone)),
            ending: ended.map(|ended| ended.ending),
            in_time: ended.and_then(|ended| ended.in_time),
            by: turn.ended.map(|ended| ended.by),
        }
    }

    /// The turns of a ticket, oldest first.
    pub async fn all(desk: &Desk, ticket: i64) -> Result<Vec<Self>, StoreError> {
        let zone = desk.rules.calendar.time_zone();
        Ok(desk.store.turns_of(ticket).await?.into_iter().map(|turn| Self::new(turn, zone)).collect())
    }
}

/// The ticket of `ticket show`.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    #[serde(flatten)]
    pub ticket: Ticket<'a>,
    pub messages: Vec<Message>,
    pub events: Vec<Event>,
    pub turns: Vec<Turn>,
    /// Only where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar: Option<Vec<Past>>,
}

/// A past inquiry that may be alike.
#[derive(Debug, Serialize)]
pub struct Past {
    pub number: String,
    pub inquiry: String,
    pub answer: String,
}

impl Past {
    pub async fn all(desk: &Desk, row: &TicketRow) -> Result<Vec<Self>, StoreError> {
        let inquiry = row.fields.inquiry.as_deref().unwrap_or_default();
        let tickets = search::similar(desk, inquiry, Some(row.id)).await?;
        let past = search::with_answers(desk, &tickets).await?;
        let shown = |past: search::Past| Self {
            number: past.number.to_string(),
            inquiry: past.inquiry,
            answer: past.answer,
        };
        Ok(past.into_iter().map(shown).collect())
    }
}

impl<'a> Shown<'a> {
    pub async fn load(desk: &Desk, row: &'a TicketRow, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let calendar = &desk.rules.calendar;
        let events = desk.store.events_of(row.id).await?;
        Ok(Self {
            ticket: Ticket::new(row, calendar, now),
            messages: Message::all(desk, row.id).await?,
            events: events.into_iter().map(|event| Event::new(event, calendar.time_zone())).collect(),
            turns: Turn::all(desk, row.id).await?,
            similar: None,
        })
    }
}

/// One ticket of `export --format json`. The order of its keys differs from that of [`Ticket`], and it has no key that
/// depends on the time of the export.
#[derive(Debug, Serialize)]
pub struct Exported<'a> {
    pub number: &'a TicketNumber,
    pub status: Status,
    pub channel: Channel,
    pub received_at: String,
    pub organization: Option<&'a str>,
    pub prefecture: Option<&'a str>,
    pub name: Option<&'a str>,
    pub contact: Option<&'a str>,
    pub inquiry: Option<&'a str>,
    pub from: &'a Mailbox,
    pub subject: &'a str,
    pub assignee: Option<&'a str>,
    pub deadline: Option<String>,
    pub acknowledged_at: Option<String>,
    pub answered_at: Option<String>,
    pub closed_at: Option<String>,
    pub tags: &'a [String],
    pub merged_into: Option<&'a TicketNumber>,
    pub messages: Vec<ExportedMessage>,
    pub turns: Vec<Turn>,
    pub kind: TicketKind,
    pub part_of: Option<&'a TicketNumber>,
    /// Forms, reviews, decision and meetings of an application; `null` for an inquiry.
    pub application: Option<Value>,
}

/// One message of an exported ticket.
#[derive(Debug, Serialize)]
pub struct ExportedMessage {
    pub direction: Direction,
    pub at: String,
    pub from: Mailbox,
    pub to: Vec<String>,
    pub text: String,
    /// File names.
    pub attachments: Vec<String>,
}

impl<'a> Exported<'a> {
    #[must_use]
    pub fn new(
        ticket: Ticket<'a>,
        messages: Vec<Message>,
        turns: Vec<Turn>,
        application: Option<Value>,
    ) -> Self {
        Self {
            number: ticket.number,
            status: ticket.status,
            channel: ticket.channel,
            received_at: ticket.received_at,
            organization: ticket.organization,
            prefecture: ticket.prefecture,
            name: ticket.name,
            contact: ticket.contact,
            inquiry: ticket.inquiry,
            from: ticket.from,
            subject: ticket.subject,
            assignee: ticket.assignee,
            deadline: ticket.deadline,
            acknowledged_at: ticket.acknowledged_at,
            answered_at: ticket.answered_at,
            closed_at: ticket.closed_at,
            tags: ticket.tags,
            merged_into: ticket.merged_into,
            messages: messages.into_iter().map(ExportedMessage::from).collect(),
            turns,
            kind: ticket.kind,
            part_of: ticket.part_of,
            application,
        }
    }
}

impl From<Message> for ExportedMessage {
    fn from(message: Message) -> Self {
        Self {
            direction: message.direction,
            at: message.at,
            from: message.from,
            to: message.to,
            text: message.text,
            attachments: message.attachments.into_iter().map(|file| file.name).collect(),
        }
    }
}
