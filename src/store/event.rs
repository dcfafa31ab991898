//! The audit: append-only, each row holding the hash of the one before. Details carry no personal data,
//! so that erasing a person never breaks the chain.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{Result, Store, Table, Tx, instant_text, query, read_instant};

/// An event to append.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `desk`, `operator`, or a member of staff.
    pub actor: String,
    /// The ticket it concerns.
    pub ticket_id: Option<i64>,
    /// The ledger row it concerns.
    pub message_ref: Option<i64>,
    /// A word such as `filed`, `refused`, `sent`.
    pub what: &'static str,
    /// More, for people; no personal data.
    pub detail: String,
}

impl NewEvent {
    /// An event of the desk's own doing.
    pub fn by_desk(what: &'static str, detail: impl Into<String>) -> Self {
        Self { actor: "desk".into(), ticket_id: None, message_ref: None, what, detail: detail.into() }
    }

    /// An event of the operator's doing, from the shell.
    pub fn by_operator(what: &'static str, detail: impl Into<String>) -> Self {
        Self { actor: "operator".into(), ..Self::by_desk(what, detail) }
    }

    /// Says which ticket it concerns.
    #[must_use]
    pub fn on_ticket(self, ticket_id: impl Into<Option<i64>>) -> Self {
        Self { ticket_id: ticket_id.into(), ..self }
    }

    /// Says which ledger row it concerns.
    #[must_use]
    pub fn on_message(self, message_ref: impl Into<Option<i64>>) -> Self {
        Self { message_ref: message_ref.into(), ..self }
    }
}

/// An event as `ticket show` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What.
    pub what: String,
    /// More.
    pub detail: String,
}

impl Tx {
    /// Appends an event to the chain.
    pub fn append_event(&mut self, at: DateTime<Utc>, event: NewEvent) {
        let id = self.fresh_id();
        let at = instant_text(at);
        self.desk.event_hash = chain(
            &self.desk.event_hash,
            id,
            &at,
            &event.actor,
            event.ticket_id,
            event.message_ref,
            event.what,
            &event.detail,
        );
        self.writes.push(
            Table::Event,
            [
                id.into(),
                at.into(),
                event.actor.into(),
                event.ticket_id.into(),
                event.message_ref.into(),
                event.what.into(),
                event.detail.into(),
                self.desk.event_hash.clone().into(),
            ],
        );
    }
}

impl Store {
    /// The events of a ticket, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
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
                what: row.try_get("what")?,
                detail: row.try_get("detail")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Walks the whole chain and returns the first event whose hash does not follow from the one before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_broken_event(&self) -> Result<Option<i64>> {
        let (mut hash, mut last) = (String::new(), 0_i64);
        loop {
            let rows = query(
                "SELECT id, at, actor, ticket_id, message_ref, what, detail, hash FROM event WHERE id > $1 ORDER BY id LIMIT 1000",
            )
            .bind(last)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                let row = query("SELECT event_hash FROM desk").fetch_one(&self.pool).await?;
                let newest: String = row.try_get(0)?;
                return Ok((newest != hash).then_some(last));
            }
            for row in rows {
                let id: i64 = row.try_get("id")?;
                let (at, actor, what, detail): (String, String, String, String) =
                    (row.try_get("at")?, row.try_get("actor")?, row.try_get("what")?, row.try_get("detail")?);
                hash = chain(
                    &hash,
                    id,
                    &at,
                    &actor,
                    row.try_get("ticket_id")?,
                    row.try_get("message_ref")?,
                    &what,
                    &detail,
                );
                if hash != row.try_get::<String, _>("hash")? {
                    return Ok(Some(id));
                }
                last = id;
            }
        }
    }
}

/// The hash of an event: of the hash before it and of every column, each with its length in front.
#[expect(clippy::too_many_arguments, reason = "one argument a column; the chain covers them all")]
fn chain(
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
