//! The audit: append-only, each row with the hash of the row before it. An [`AuditEvent`] says what happened.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{AuditEvent, EventKind, Result, Store, Table, Tx, instant_text, query, read_instant, read_word};

/// An event to append.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `desk`, `operator`, or the address of a member of staff.
    pub actor: String,
    pub ticket_id: Option<i64>,
    /// Row id in the ledger.
    pub message_ref: Option<i64>,
    pub event: AuditEvent,
}

impl NewEvent {
    /// An event of the desk itself.
    #[must_use]
    pub fn by_desk(event: AuditEvent) -> Self {
        Self { actor: "desk".into(), ticket_id: None, message_ref: None, event }
    }

    /// An event of the operator, from the shell.
    #[must_use]
    pub fn by_operator(event: AuditEvent) -> Self {
        Self { actor: "operator".into(), ..Self::by_desk(event) }
    }

    #[must_use]
    pub fn on_ticket(self, ticket_id: impl Into<Option<i64>>) -> Self {
        Self { ticket_id: ticket_id.into(), ..self }
    }

    #[must_use]
    pub fn on_message(self, message_ref: impl Into<Option<i64>>) -> Self {
        Self { message_ref: message_ref.into(), ..self }
    }
}

/// An event as it was recorded.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub what: EventKind,
    pub detail: String,
}

impl Tx {
    /// Appends an event to the chain.
    pub fn append_event(&mut self, at: DateTime<Utc>, event: NewEvent) {
        let id = self.fresh_id();
        let at = instant_text(at);
        let (what, detail) = (event.event.kind().as_str(), event.event.to_string());
        self.desk.event_hash = chain(
            &self.desk.event_hash,
            id,
            &at,
            &event.actor,
            event.ticket_id,
            event.message_ref,
            what,
            &detail,
        );
        self.writes.push(
            Table::Event,
            [
                id.into(),
                at.into(),
                event.actor.into(),
                event.ticket_id.into(),
                event.message_ref.into(),
                what.into(),
                detail.into(),
                self.desk.event_hash.clone().into(),
            ],
        );
    }
}

impl Store {
    /// The events of a ticket, oldest first.
    pub async fn events_of(&self, ticket_id: i64) -> Result<Vec<Event>> {
        let rows = query("SELECT id, at, actor, what, detail FROM event WHERE ticket_id = $1 ORDER BY id")
            .bind(ticket_id)
            .fetch_all(&self.pool)
            .await?;
        let read = |row: &sqlx::any::AnyRow| {
            let id = row.try_get("id")?;
            Ok(Event {
                at: read_instant(row, "event", "at", id)?,
                actor: row.try_get("actor")?,
                what: read_word(row, "event", "what", id)?,
                detail: row.try_get("detail")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

/// The hash of an event: over the hash before it and every column, each with its length in front.
#[expect(clippy::too_many_arguments, reason = "one argument a column; the chain covers them all")]
pub(super) fn chain(
    before: &str,
    id: i64,
    at: &str,
    actor: &str,
    ticket: Option<i64>,
    message: Option<i64>,
    what: &str,
    detail: &str,
) -> String {
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut hasher = Sha256::new();
    for column in [before, &id.to_string(), at, actor, &number(ticket), &number(message), what, detail] {
        hasher.update((column.len() as u64).to_be_bytes());
        hasher.update(column);
    }
    crate::hex::encode(&hasher.finalize())
}
