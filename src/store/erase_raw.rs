//! Erases the bytes of mails by age. Looks at each row once: rows have their ids in the order of time.

use std::ops::Range;

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{
    Outcome, Result, Store, Tx,
    erase::{AT_ONCE, bind_finished, bind_live, finished, no_live_application},
    instant_text, query, query_text,
};
use crate::desk::ticket::Status;

/// Key in the state table. The value is the first row id that still has bytes: nothing before it is due.
pub const FIRST_RAW: &str = "retention:raw";

impl Store {
    /// The ids from `from` on whose messages and mails may be due for [`Tx::erase_raw`]: all before the first message that is too
    /// young. Ids grow with time.
    pub async fn raw_range(&self, from: i64, before: DateTime<Utc>) -> Result<Range<i64>> {
        let young = query("SELECT id FROM message WHERE id >= $1 AND taken_at >= $2 ORDER BY id LIMIT 1")
            .bind(from)
            .bind(instant_text(before))
            .fetch_optional(&self.pool)
            .await?;
        let end = match young {
            Some(row) => row.try_get(0)?,
            None => query("SELECT next_id FROM desk").fetch_one(&self.pool).await?.try_get(0)?,
        };
        Ok(from..end)
    }

    /// The first id in a range that still has bytes: of a ticket that owes an answer, or of a mail that has not left.
    pub async fn first_raw(&self, range: Range<i64>) -> Result<i64> {
        let mut first = range.end;
        for (table, bytes) in [("message", "raw"), ("outbox", "bytes")] {
            let sql = format!(
                "SELECT id FROM {table} WHERE id >= $1 AND id < $2 AND LENGTH({bytes}) > 0 ORDER BY id LIMIT 1"
            );
            let row = query_text(sql).bind(range.start).bind(range.end).fetch_optional(&self.pool).await?;
            first = row.map(|row| row.try_get(0)).transpose()?.map_or(first, |id: i64| first.min(id));
        }
        Ok(first)
    }
}

impl Tx {
    /// Erases the bytes of messages fetched before an instant whose ticket, if any, owes no answer, and of mails that
    /// were finished before it: of those with ids in a range. Some of them: returns how many; call again until there are none.
    pub async fn erase_raw(&mut self, before: DateTime<Utc>, range: Range<i64>) -> Result<u64> {
        let messages = format!(
            "UPDATE message SET raw = $2 WHERE id IN (
               SELECT id FROM message WHERE id >= $6 AND id < $7 AND taken_at < $1 AND LENGTH(raw) > 0 AND outcome <> $3
                  AND (ticket_id IS NULL OR EXISTS (SELECT 1 FROM ticket WHERE ticket.id = message.ticket_id AND status IN ($4, $5)))
                  AND id NOT IN (SELECT message_ref FROM submission WHERE message_ref IS NOT NULL AND NOT {})
               ORDER BY id LIMIT {AT_ONCE})",
            no_live_application("ticket_id", 8)
        );
        let messages = query_text(messages)
            .bind(instant_text(before))
            .bind(Vec::<u8>::new())
            .bind(Outcome::Pending.as_str())
            .bind(Status::Answered.as_str())
            .bind(Status::Closed.as_str())
            .bind(range.start)
            .bind(range.end);
        let messages = bind_live(messages).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2 WHERE id IN (
               SELECT id FROM outbox WHERE id >= $3 AND id < $4 AND finished_at < $1 AND LENGTH(bytes) > 0 AND {}
               ORDER BY id LIMIT {AT_ONCE})",
            finished(5)
        );
        let mails = query_text(mails)
            .bind(instant_text(before))
            .bind(Vec::<u8>::new())
            .bind(range.start)
            .bind(range.end);
        let mails = bind_finished(mails).execute(self.connection().await?).await?;
        Ok(messages.rows_affected() + mails.rows_affected())
    }
}
