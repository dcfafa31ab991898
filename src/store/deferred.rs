//! Automatic mails beyond the daily limit: they wait in the outbox, and leave in their order once the limit allows it.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{OutboxState, Result, Store, Tx, instant_text, list, partial, query, query_text};
use crate::{desk::ticket::Status, letter::Purpose};

/// Purposes of mails that say nothing new once their ticket is answered.
const OUTDATED: [Purpose; 3] = [Purpose::Acknowledgement, Purpose::AskMissing, Purpose::RemindMissing];

impl Store {
    /// How many mails wait for the daily limit.
    pub async fn deferred(&self) -> Result<u64> {
        let sql = format!("SELECT COUNT(*) FROM outbox WHERE {}", partial::deferred());
        let row = query_text(sql).fetch_one(&self.pool).await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }

    /// Number of automatic mails on `day`, the desk's local date. A transaction knows better.
    pub async fn automatic_on(&self, day: &str) -> Result<u32> {
        let row = query("SELECT automatic_sent FROM desk WHERE automatic_day = $1").bind(day.to_owned());
        let row = row.fetch_optional(&self.pool).await?;
        let sent = row.map(|row| row.try_get::<i64, _>(0)).transpose()?;
        Ok(sent.map_or(0, |sent| u32::try_from(sent).unwrap_or(u32::MAX)))
    }
}

impl Tx {
    /// Makes the first deferred mails due, `most` of them, and counts them on `day`. Cancels those whose tickets are answered.
    /// Returns how many are due.
    pub async fn release_deferred(&mut self, most: u32, day: &str, now: DateTime<Utc>) -> Result<usize> {
        let [ack, ask, remind] = OUTDATED.map(Purpose::as_str);
        query_text(format!(
            "UPDATE outbox SET state = $1, finished_at = $2 WHERE {} AND purpose IN ($3, $4, $5)
                 AND ticket_id IN (SELECT id FROM ticket WHERE status IN ($6, $7))",
            partial::deferred()
        ))
        .bind(OutboxState::Cancelled.as_str())
        .bind(instant_text(now))
        .bind(ack)
        .bind(ask)
        .bind(remind)
        .bind(Status::Answered.as_str())
        .bind(Status::Closed.as_str())
        .execute(self.connection().await?)
        .await?;
        let sql = format!("SELECT id FROM outbox WHERE {} ORDER BY id LIMIT $1", partial::deferred());
        let rows = query_text(sql).bind(i64::from(most)).fetch_all(self.connection().await?).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, sqlx::Error>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let sql = format!("UPDATE outbox SET state = $1, next_attempt_at = $2 WHERE id IN ({})", list(&ids));
        query_text(sql)
            .bind(OutboxState::Queued.as_str())
            .bind(instant_text(now))
            .execute(self.connection().await?)
            .await?;
        for _ in &ids {
            self.count_automatic(day);
        }
        Ok(ids.len())
    }
}
