//! Parked messages as members work on them: looked up, discarded, listed; and the mails that came in a ticket.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{
    LedgerRow, Outcome, Result, Store, Tx, instant_text,
    ledger::{COLUMNS, read_row},
    partial, query, query_text, unpack, unpack_beginning,
};
use crate::desk::triage::ParkReason;

/// Bytes that are read of a message whose beginning is enough.
const BEGINNING: usize = 64 * 1024;

impl Tx {
    /// A message and its raw bytes, which are empty if they are erased or were never fetched.
    pub async fn message(&mut self, id: i64) -> Result<Option<(LedgerRow, Vec<u8>)>> {
        let sql = format!("SELECT {COLUMNS}, raw FROM message WHERE id = $1");
        let row = query_text(sql).bind(id).fetch_optional(self.connection().await?).await?;
        let Some(row) = row else { return Ok(None) };
        let raw = unpack(&row, "message", "raw", id)?;
        Ok(Some((read_row(&row)?, raw)))
    }

    /// A message without its bytes.
    pub async fn message_row(&mut self, id: i64) -> Result<Option<LedgerRow>> {
        let sql = format!("SELECT {COLUMNS} FROM message WHERE id = $1");
        let row = query_text(sql).bind(id).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_row).transpose()
    }

    /// Discards a parked message, with the reason that a person gave. `false` if there is no parked message with this id.
    pub async fn discard_message(&mut self, id: i64, reason: Option<&str>) -> Result<bool> {
        let done = query(
            "UPDATE message SET outcome = $2, detail = COALESCE($4, detail) WHERE id = $1 AND outcome = $3",
        )
        .bind(id)
        .bind(Outcome::Discarded.as_str())
        .bind(Outcome::Parked.as_str())
        .bind(reason.map(str::to_owned))
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Row ids of the mails that came in a ticket, the newest first.
    pub async fn mails_in(&mut self, ticket_id: i64) -> Result<Vec<i64>> {
        let rows = query(
            "SELECT message_ref FROM entry WHERE ticket_id = $1 AND message_ref IS NOT NULL ORDER BY at DESC, id DESC",
        )
        .bind(ticket_id)
        .fetch_all(self.connection().await?)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

impl Store {
    /// A message and the beginning of its raw bytes: enough for header and text, and without the bytes of large files.
    /// Also returns whether there are more bytes.
    pub async fn message_beginning(&self, id: i64) -> Result<Option<(LedgerRow, Vec<u8>, bool)>> {
        let sql =
            format!("SELECT {COLUMNS}, SUBSTR(raw, 1, {BEGINNING}) AS beginning FROM message WHERE id = $1");
        let row = query_text(sql).bind(id).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        // SQLite's SUBSTR of no bytes is NULL.
        let stored = row.try_get::<Option<Vec<u8>>, _>("beginning")?.unwrap_or_default();
        let is_filled = stored.len() >= BEGINNING;
        let beginning = unpack_beginning(stored, BEGINNING);
        let is_cut = is_filled || beginning.len() >= BEGINNING;
        Ok(Some((read_row(&row)?, beginning, is_cut)))
    }

    /// Parked messages for a digest, the newest first: those that were fetched after `since`, and those that a person
    /// waits for until a member decides.
    pub async fn parked_for_digest(&self, since: DateTime<Utc>) -> Result<Vec<LedgerRow>> {
        let waits: Vec<String> = ParkReason::ALL
            .iter()
            .filter(|reason| reason.waits_for_a_decision())
            .map(|reason| format!("'{reason}'"))
            .collect();
        let (undecided, waits) = (partial::undecided(), waits.join(", "));
        let rows = query_text(format!(
            "SELECT {COLUMNS} FROM message WHERE {undecided} AND outcome = $2
                 AND (taken_at > $1 OR reason IN ({waits})) ORDER BY id DESC"
        ))
        .bind(instant_text(since))
        .bind(Outcome::Parked.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read_row).collect()
    }

    /// How many messages were parked after `since`.
    pub async fn parked_count_since(&self, since: DateTime<Utc>) -> Result<usize> {
        let undecided = partial::undecided();
        let row = query_text(format!(
            "SELECT COUNT(*) FROM message WHERE {undecided} AND outcome = $2 AND taken_at > $1"
        ))
        .bind(instant_text(since))
        .bind(Outcome::Parked.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }
}
