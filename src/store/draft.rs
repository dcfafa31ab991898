//! Mails of a person's that wait in the outbox: found, held, released, and taken out of the conversation.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{OutboxState, Result, Tx, instant_text, query, read_instant_option, read_word};
use crate::letter::Purpose;

/// A mail of a person's that has not left.
#[derive(Debug, Clone)]
pub struct QueuedDraft {
    /// Its row.
    pub id: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its step of the conversation.
    pub entry: Option<i64>,
    /// Without brackets.
    pub message_id: String,
    /// Envelope recipient.
    pub recipient: String,
    /// It waits for a lead, or for its author's word.
    pub held: bool,
    /// When it leaves, unless it is held.
    pub leaves_at: Option<DateTime<Utc>>,
}

impl Tx {
    /// Mails of a ticket that a person wrote, and that have not left; the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn drafts(&mut self, ticket_id: i64) -> Result<Vec<QueuedDraft>> {
        let rows = query(
            "SELECT id, purpose, author, entry_id, state, message_id, recipient, next_attempt_at FROM outbox
             WHERE ticket_id = $1 AND purpose IN ('answer', 'question') AND state IN ('queued', 'held') AND attempts = 0
             ORDER BY id DESC",
        )
        .bind(ticket_id)
        .fetch_all(self.connection().await?)
        .await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            Ok(QueuedDraft {
                id,
                purpose: read_word(row, "outbox", "purpose", id)?,
                author: row.try_get("author")?,
                entry: row.try_get("entry_id")?,
                message_id: row.try_get("message_id")?,
                recipient: row.try_get("recipient")?,
                held: row.try_get::<String, _>("state")? == OutboxState::Held.as_str(),
                leaves_at: read_instant_option(row, "outbox", "next_attempt_at", id)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Stops the clock of a mail that waits to leave. `false` if it is being sent or does not wait.
    pub async fn hold(&mut self, id: i64) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = 'held', next_attempt_at = NULL
             WHERE id = $1 AND state = 'queued' AND attempts = 0 AND claimed_by IS NULL",
        )
        .bind(id)
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A lead lets a mail leave, at an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        query("UPDATE outbox SET state = 'queued', next_attempt_at = $2 WHERE id = $1 AND state = 'held'")
            .bind(id)
            .bind(instant_text(at))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The state of the mail with this Message-ID.
    pub async fn mail_state(&mut self, message_id: &str) -> Result<Option<OutboxState>> {
        let row = query("SELECT id, state FROM outbox WHERE message_id = $1")
            .bind(message_id.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(read_word(&row, "outbox", "state", row.try_get("id")?)?))
    }

    /// The text of a step of the conversation.
    pub async fn entry_text(&mut self, id: i64) -> Result<Option<String>> {
        let row = query("SELECT text FROM entry WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Takes a step out of the conversation: its mail was stopped before it left.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_entry(&mut self, id: i64) -> Result<()> {
        for sql in ["DELETE FROM attachment WHERE entry_id = $1", "DELETE FROM entry WHERE id = $1"] {
            query(sql).bind(id).execute(self.connection().await?).await?;
        }
        Ok(())
    }
}
