//! Erasure: of raw mails by age, and of a person's data in a ticket. What stays (numbers, instants, hashes, Message-IDs, the
//! audit) names nobody. Which words go is decided by `desk::redact`.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row};

use super::{
    Dialect, Result, Store, TicketRow, Tx, instant_text, list, query, read_word,
    ticket::{COLUMNS, read_ticket},
};
use crate::{desk::ticket::Direction, mail::Mailbox};

/// Rows that one transaction takes up.
const AT_ONCE: u32 = 200;

/// Mails of the outbox that nobody will send any more.
const FINISHED: &str = "state IN ('sent', 'failed', 'bounced', 'cancelled')";

/// What of a step of a conversation can be personal.
#[derive(Debug, Clone)]
pub struct EntryText {
    /// Its identifier.
    pub id: i64,
    /// The message that it came as.
    pub message: Option<i64>,
    /// Which way it went.
    pub direction: Direction,
    /// Who wrote it.
    pub from: Mailbox,
    /// To and Cc.
    pub recipients: Vec<String>,
    /// The text.
    pub text: String,
    /// Names of attachments, by identifier.
    pub attachments: Vec<(i64, String)>,
}

impl Store {
    /// Tickets that were closed (or answered, and never closed) before an instant and still hold personal data.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tickets_to_erase(&self, ended_before: DateTime<Utc>) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM ticket WHERE erased_at IS NULL
               AND ((status = 'closed' AND closed_at < $1) OR (status = 'answered' AND answered_at < $1))
             ORDER BY id LIMIT {AT_ONCE}"
        );
        let rows =
            sqlx::query(AssertSqlSafe(sql)).bind(instant_text(ended_before)).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tickets in which an address (in lower case) takes part, and whether it is the inquirer's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tickets_with(&self, address: &str) -> Result<Vec<(TicketRow, bool)>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE LOWER(from_address) = $1 OR LOWER(answer_to) = $1
                OR id IN (SELECT ticket_id FROM entry WHERE LOWER(from_address) = $1
                             OR (CHR10 || LOWER(recipients) || CHR10) LIKE $2 ESCAPE '!') ORDER BY id"
        )
        .replace("CHR10", "'\n'");
        let escaped: String =
            address.chars().flat_map(|c| if "!%_".contains(c) { vec!['!', c] } else { vec![c] }).collect();
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(address.to_owned())
            .bind(format!("%\n{escaped}\n%"))
            .fetch_all(&self.pool)
            .await?;
        let own = |ticket: &TicketRow| {
            ticket.from.address.to_lowercase() == address
                || ticket.answer_to.as_ref().is_some_and(|to| to.to_lowercase() == address)
        };
        rows.iter()
            .map(|row| read_ticket(row).map(|ticket| (own(&ticket), ticket)))
            .map(|row| row.map(|(own, ticket)| (ticket, own)))
            .collect()
    }

    /// Messages that belong to no ticket and still have their bytes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages_without_ticket(&self) -> Result<Vec<i64>> {
        let rows = query("SELECT id FROM message WHERE ticket_id IS NULL AND LENGTH(raw) > 0 ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Folds the log of an SQLite database back into its file, so that what was erased does not live on in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fold_log(&self) -> Result<()> {
        if self.dialect == Dialect::Sqlite {
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Erases the bytes of messages taken before an instant whose ticket, if any, owes no answer, and of mails that were
    /// finished before it; some at a time. How many there were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_raw(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let messages = format!(
            "UPDATE message SET raw = $2 WHERE id IN (
               SELECT id FROM message WHERE taken_at < $1 AND LENGTH(raw) > 0 AND outcome <> 'pending'
                  AND (ticket_id IS NULL OR ticket_id IN (SELECT id FROM ticket WHERE status IN ('answered', 'closed')))
               LIMIT {AT_ONCE})"
        );
        let mails = format!(
            "UPDATE outbox SET bytes = $2 WHERE id IN (
               SELECT id FROM outbox WHERE finished_at < $1 AND LENGTH(bytes) > 0 AND {FINISHED} LIMIT {AT_ONCE})"
        );
        let mut erased = 0;
        for sql in [messages, mails] {
            let done = sqlx::query(AssertSqlSafe(sql))
                .bind(instant_text(before))
                .bind(Vec::<u8>::new())
                .execute(self.connection().await?)
                .await?;
            erased += done.rows_affected();
        }
        Ok(erased)
    }

    /// The conversation of a ticket, as far as it can be personal.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entry_texts(&mut self, ticket_id: i64) -> Result<Vec<EntryText>> {
        let rows = query(
            "SELECT id, message_ref, direction, from_name, from_address, recipients, text FROM entry WHERE ticket_id = $1 ORDER BY id",
        )
        .bind(ticket_id)
        .fetch_all(self.connection().await?)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = row.try_get("id")?;
            let names = query("SELECT id, name FROM attachment WHERE entry_id = $1")
                .bind(id)
                .fetch_all(self.connection().await?)
                .await?;
            entries.push(EntryText {
                id,
                message: row.try_get("message_ref")?,
                direction: read_word(row, "entry", "direction", id)?,
                from: Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? },
                recipients: row.try_get::<String, _>("recipients")?.lines().map(str::to_owned).collect(),
                text: row.try_get("text")?,
                attachments: names
                    .iter()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                    .collect::<Result<_, sqlx::Error>>()?,
            });
        }
        Ok(entries)
    }

    /// Writes a step of a conversation anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rewrite_entry(&mut self, entry: &EntryText) -> Result<()> {
        query("UPDATE entry SET from_name = $2, from_address = $3, recipients = $4, text = $5 WHERE id = $1")
            .bind(entry.id)
            .bind(entry.from.name.clone())
            .bind(entry.from.address.clone())
            .bind(entry.recipients.join("\n"))
            .bind(entry.text.clone())
            .execute(self.connection().await?)
            .await?;
        for (id, name) in &entry.attachments {
            query("UPDATE attachment SET name = $2 WHERE id = $1")
                .bind(*id)
                .bind(name.clone())
                .execute(self.connection().await?)
                .await?;
        }
        Ok(())
    }

    /// Erases who asked from a ticket's own row; organisation, inquiry and everything that counts time stay.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_inquirer(
        &mut self,
        id: i64,
        subject: &str,
        inquiry: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        query(
            "UPDATE ticket SET name = NULL, contact = NULL, from_name = NULL, from_address = '', answer_to = NULL,
                    subject = $2, inquiry = $3, erased_at = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(subject.to_owned())
        .bind(inquiry.map(str::to_owned))
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Erases the messages that a ticket was made of, and the finished mails about it with whom they went to.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_bytes_of(&mut self, ticket_id: i64) -> Result<()> {
        let mails = format!("SELECT id FROM outbox WHERE ticket_id = $1 AND {FINISHED}");
        for sql in [
            "UPDATE message SET raw = $2, detail = NULL WHERE ticket_id = $1 AND outcome <> 'pending'"
                .to_owned(),
            format!(
                "UPDATE attempt SET reply = SUBSTR(reply, 1, 3) WHERE outbox_id IN ({mails}) AND $2 IS NOT NULL"
            ),
            format!("UPDATE outbox SET bytes = $2, recipient = '' WHERE ticket_id = $1 AND {FINISHED}"),
        ] {
            sqlx::query(AssertSqlSafe(sql))
                .bind(ticket_id)
                .bind(Vec::<u8>::new())
                .execute(self.connection().await?)
                .await?;
        }
        Ok(())
    }

    /// Erases finished mails to an address, and the bytes of those to staff since an instant: lists and notices name
    /// whoever wrote to the desk. Returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_mails(
        &mut self,
        address: &str,
        staff: &[String],
        since: DateTime<Utc>,
    ) -> Result<u64> {
        let to = format!("SELECT id FROM outbox WHERE LOWER(recipient) = $1 AND {FINISHED}");
        let sql = format!("UPDATE attempt SET reply = SUBSTR(reply, 1, 3) WHERE outbox_id IN ({to})");
        sqlx::query(AssertSqlSafe(sql)).bind(address.to_owned()).execute(self.connection().await?).await?;
        let sql = format!(
            "UPDATE outbox SET bytes = $2, recipient = '' WHERE LOWER(recipient) = $1 AND {FINISHED}"
        );
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(address.to_owned())
            .bind(Vec::<u8>::new())
            .execute(self.connection().await?)
            .await?;
        let mut erased = done.rows_affected();
        for member in staff {
            let sql = format!(
                "UPDATE outbox SET bytes = $2 WHERE LOWER(recipient) = $1 AND {FINISHED} AND created_at >= $3 AND LENGTH(bytes) > 0"
            );
            let done = sqlx::query(AssertSqlSafe(sql))
                .bind(member.to_lowercase())
                .bind(Vec::<u8>::new())
                .bind(instant_text(since))
                .execute(self.connection().await?)
                .await?;
            erased += done.rows_affected();
        }
        Ok(erased)
    }

    /// Erases the bytes of messages.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_messages(&mut self, ids: &[i64]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE message SET raw = $1, detail = NULL WHERE id IN ({})", list(ids));
        sqlx::query(AssertSqlSafe(sql)).bind(Vec::<u8>::new()).execute(self.connection().await?).await?;
        Ok(())
    }
}
