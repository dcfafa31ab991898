//! Claims on due mails: the outbox loop claims a mail before it sends it, and releases what it does not send.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Result, Tx, instant_text, partial, query_text, read_instant, read_word, unpack};
use crate::letter::Purpose;

/// A mail that is due, claimed by this process.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// Row id in the outbox.
    pub id: i64,
    pub ticket_id: Option<i64>,
    pub purpose: Purpose,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipient.
    pub recipient: String,
    /// Without brackets.
    pub message_id: String,
    /// The whole message.
    pub bytes: Vec<u8>,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// When the mail was queued.
    pub created_at: DateTime<Utc>,
}

impl Tx {
    /// Claims up to `limit` due mails. Counts the attempt and sets the next one to `retry_at` before the mail is sent,
    /// so that a process that crashes in a loop does not flood the receiving server.
    pub async fn claim_due(
        &mut self,
        now: DateTime<Utc>,
        retry_at: DateTime<Utc>,
        process: i64,
        limit: u32,
    ) -> Result<Vec<ClaimedMail>> {
        let queued = partial::queued();
        let rows = query_text(format!(
            "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2, claimed_by = $3
             WHERE id IN (SELECT id FROM outbox WHERE {queued} AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $4)
             RETURNING id, ticket_id, purpose, sender, recipient, message_id, bytes, attempts, created_at",
        ))
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
        // RETURNING gives no order.
        due.sort_by_key(|due| due.id);
        Ok(due)
    }

    /// Releases the claims of this process: those mails are due at `now`.
    pub async fn release_claims(&mut self, now: DateTime<Utc>, process: i64) -> Result<()> {
        query_text(format!(
            "UPDATE outbox SET next_attempt_at = $1, claimed_by = NULL WHERE {} AND claimed_by = $2",
            partial::queued()
        ))
        .bind(instant_text(now))
        .bind(process)
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Releases the claims of processes that died while they sent, and returns how many: those mails are due at `now`.
    pub async fn release_dead_claims(&mut self, now: DateTime<Utc>, process: i64) -> Result<u64> {
        let sql = format!(
            "UPDATE outbox SET next_attempt_at = $1, claimed_by = NULL WHERE {} AND {}",
            partial::queued(),
            self.dialect.is_dead_claim()
        );
        let done =
            query_text(sql).bind(instant_text(now)).bind(process).execute(self.connection().await?).await?;
        Ok(done.rows_affected())
    }
}
