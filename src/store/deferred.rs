//! Automatic mails beyond the daily limit: they wait in the outbox, and leave in their order once the limit allows it.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    OutboxState, Result, Store, Tx, instant_text, list, partial, query, query_once, query_text, read_word,
};
use crate::{desk::ticket::Status, letter::Purpose};

/// Purposes of mails that say nothing new once their ticket is answered.
const OUTDATED: [Purpose; 3] = [Purpose::Acknowledgement, Purpose::AskMissing, Purpose::RemindMissing];

/// A mail that no longer waits for the daily limit.
#[derive(Debug, Clone)]
pub struct DeferredMail {
    /// Row id in the outbox.
    pub id: i64,
    pub ticket_id: Option<i64>,
    /// The ledger row it answers.
    pub message_ref: Option<i64>,
    pub purpose: Purpose,
}

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
    /// Cancels the deferred mails whose tickets are answered, and returns them.
    pub async fn cancel_outdated(&mut self, now: DateTime<Utc>) -> Result<Vec<DeferredMail>> {
        let [ack, ask, remind] = OUTDATED.map(Purpose::as_str);
        let rows = query_text(format!(
            "UPDATE outbox SET state = $1, finished_at = $2 WHERE {} AND purpose IN ($3, $4, $5)
                 AND ticket_id IN (SELECT id FROM ticket WHERE status IN ($6, $7))
             RETURNING id, ticket_id, message_ref, purpose",
            partial::deferred()
        ))
        .bind(OutboxState::Cancelled.as_str())
        .bind(instant_text(now))
        .bind(ack)
        .bind(ask)
        .bind(remind)
        .bind(Status::Answered.as_str())
        .bind(Status::Closed.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        read_mails(&rows)
    }

    /// Makes the first deferred mails due, `most` of them and at most `share` a day for one domain, counts them on `day`, and
    /// returns them.
    pub async fn release_deferred(
        &mut self,
        most: u32,
        share: u32,
        day: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeferredMail>> {
        self.read_domains().await?;
        let rows =
            query_text(format!("SELECT id, recipient FROM outbox WHERE {} ORDER BY id", partial::deferred()))
                .fetch_all(self.connection().await?)
                .await?;
        let mut due = Vec::new();
        for row in &rows {
            let recipient: String = row.try_get("recipient")?;
            if due.len() < most as usize && self.has_share(&recipient, day, share) {
                due.push(row.try_get("id")?);
                self.count_automatic(day, &recipient);
            }
        }
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let rows = query_once(format!(
            "UPDATE outbox SET state = $1, next_attempt_at = $2 WHERE id IN ({})
             RETURNING id, ticket_id, message_ref, purpose",
            list(&due)
        ))
        .bind(OutboxState::Queued.as_str())
        .bind(instant_text(now))
        .fetch_all(self.connection().await?)
        .await?;
        read_mails(&rows)
    }
}

fn read_mails(rows: &[AnyRow]) -> Result<Vec<DeferredMail>> {
    let read = |row: &AnyRow| {
        let id = row.try_get("id")?;
        Ok(DeferredMail {
            id,
            ticket_id: row.try_get("ticket_id")?,
            message_ref: row.try_get("message_ref")?,
            purpose: read_word(row, "outbox", "purpose", id)?,
        })
    };
    let mut mails: Vec<DeferredMail> = rows.iter().map(read).collect::<Result<_>>()?;
    // RETURNING gives no order.
    mails.sort_by_key(|mail| mail.id);
    Ok(mails)
}
