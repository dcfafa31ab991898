//! Which process sends which mail: a claim is on record before the network is touched, and is given back where nobody sends.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Result, Tx, instant_text, query, read_instant, read_word, unpack};
use crate::letter::Purpose;

/// A mail that is due, claimed by this process.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// Identifier.
    pub id: i64,
    /// The ticket it belongs to.
    pub ticket_id: Option<i64>,
    /// What it is for.
    pub purpose: Purpose,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipient.
    pub recipient: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// The whole message.
    pub bytes: Vec<u8>,
    /// This attempt's number, from 1.
    pub attempt: u32,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
}

impl Tx {
    /// Claims up to `limit` due mails. The attempt is counted and the next one set to `retry_at` before the network
    /// is touched, so that a crash loop cannot hammer a server.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_due(
        &mut self,
        now: DateTime<Utc>,
        retry_at: DateTime<Utc>,
        process: i64,
        limit: u32,
    ) -> Result<Vec<ClaimedMail>> {
        let rows = query(
            "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2, claimed_by = $3
             WHERE id IN (SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $4)
             RETURNING id, ticket_id, purpose, sender, recipient, message_id, bytes, attempts, created_at",
        )
        .bind(instant_text(now))
        .bind(instant_text(retry_at))
        .bind(process)
        .bind(i64::from(limit))
        .fetch_all(self.connection().await?)
        .await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            Ok(ClaimedMail {
                id,
                ticket_id: row.try_get("ticket_id")?,
                purpose: read_word(row, "outbox", "purpose", id)?,
                sender: row.try_get("sender")?,
                recipient: row.try_get("recipient")?,
                message_id: row.try_get("message_id")?,
                bytes: unpack(row, "outbox", "bytes", id)?,
                attempt: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
                created_at: read_instant(row, "outbox", "created_at", id)?,
            })
        };
        let mut due: Vec<ClaimedMail> = rows.iter().map(read).collect::<Result<_>>()?;
        // Rows come back in no order.
        due.sort_by_key(|due| due.id);
        Ok(due)
    }

    /// Makes mails due again that this process has claimed and will not send.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_claims(&mut self, now: DateTime<Utc>, process: i64) -> Result<()> {
        query(
            "UPDATE outbox SET next_attempt_at = $1, claimed_by = NULL WHERE state = 'queued' AND claimed_by = $2",
        )
        .bind(instant_text(now))
        .bind(process)
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Makes mails due again whose process died while it was sending them; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_dead_claims(
        &mut self,
        sql: &'static str,
        now: DateTime<Utc>,
        process: i64,
    ) -> Result<u64> {
        let done = query(sql).bind(instant_text(now)).bind(process).execute(self.connection().await?).await?;
        Ok(done.rows_affected())
    }
}
