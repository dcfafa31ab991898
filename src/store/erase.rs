//! Erases raw mails by age, and a person's data in a ticket; `desk::redact` decides which words. What stays (numbers,
//! instants, hashes, Message-IDs, the audit) names no person.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{
    AnyQuery, Dialect, OutboxState, Outcome, Result, Store, TicketRow, Tx, instant_text, list, query,
    query_text, read_word,
    ticket::{COLUMNS, read_ticket},
};
use crate::{
    desk::{
        application::Stage,
        ticket::{Direction, Status},
    },
    mail::{Mailbox, person_of},
};

/// Most rows that one statement erases.
const AT_ONCE: u32 = 200;

/// The part of an entry that may be personal.
#[derive(Debug, Clone)]
pub struct EntryText {
    pub id: i64,
    /// Row id in the ledger of the message that it came as.
    pub message: Option<i64>,
    pub direction: Direction,
    pub from: Mailbox,
    /// To and Cc.
    pub recipients: Vec<String>,
    pub text: String,
    /// Row id and name of each attachment.
    pub attachments: Vec<(i64, String)>,
}

impl Store {
    /// Tickets that hold personal data and ended before an instant: closed, or answered and never closed. Some of them;
    /// call again until there are none.
    pub async fn tickets_to_erase(&self, ended_before: DateTime<Utc>) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM ticket WHERE erased_at IS NULL
               AND ((status = $2 AND closed_at < $1) OR (status = $3 AND answered_at < $1)
                    OR (status = $3 AND id IN (SELECT ticket_id FROM application WHERE notified_at < $1)))
               AND {}
             ORDER BY id LIMIT {AT_ONCE}",
            no_live_application("id", 4)
        );
        let rows = query_text(sql)
            .bind(instant_text(ended_before))
            .bind(Status::Closed.as_str())
            .bind(Status::Answered.as_str());
        let rows = bind_live(rows).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tickets with an address (in lower case), and whether it is the inquirer's.
    pub async fn tickets_with(&self, address: &str) -> Result<Vec<(TicketRow, bool)>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE LOWER(from_address) = $1 OR LOWER(answer_to) = $1
                OR id IN (SELECT ticket_id FROM entry WHERE LOWER(from_address) = $1
                             OR (CHR10 || LOWER(recipients) || CHR10) LIKE $2 ESCAPE '!')
                OR id IN (SELECT ticket_id FROM submission WHERE LOWER(form) LIKE $3 ESCAPE '!')
                OR id IN (SELECT ticket_id FROM meeting WHERE LOWER(adviser) = $1) ORDER BY id"
        )
        .replace("CHR10", "'\n'");
        let escaped: String =
            address.chars().flat_map(|c| if "!%_".contains(c) { vec!['!', c] } else { vec![c] }).collect();
        let rows = query_text(sql)
            .bind(address.to_owned())
            .bind(format!("%\n{escaped}\n%"))
            .bind(format!("%\"{escaped}\"%"))
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
    pub async fn messages_without_ticket(&self) -> Result<Vec<i64>> {
        let rows = query("SELECT id FROM message WHERE ticket_id IS NULL AND LENGTH(raw) > 0 ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tidies the search index, and checkpoints and truncates the WAL of SQLite, so that they hold no erased data.
    pub async fn fold_log(&self) -> Result<()> {
        self.tidy_search().await?;
        if self.dialect == Dialect::Sqlite {
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Erases the bytes of messages fetched before an instant whose ticket, if any, owes no answer, and of mails that
    /// were finished before it. Some of them: returns how many; call again until there are none.
    pub async fn erase_raw(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let messages = format!(
            "UPDATE message SET raw = $2 WHERE id IN (
               SELECT id FROM message WHERE taken_at < $1 AND LENGTH(raw) > 0 AND outcome <> $3
                  AND (ticket_id IS NULL OR ticket_id IN (SELECT id FROM ticket WHERE status IN ($4, $5)))
                  AND id NOT IN (SELECT message_ref FROM submission WHERE message_ref IS NOT NULL AND NOT {})
               LIMIT {AT_ONCE})",
            no_live_application("ticket_id", 6)
        );
        let messages = query_text(messages)
            .bind(instant_text(before))
            .bind(Vec::<u8>::new())
            .bind(Outcome::Pending.as_str())
            .bind(Status::Answered.as_str())
            .bind(Status::Closed.as_str());
        let messages = bind_live(messages).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2 WHERE id IN (
               SELECT id FROM outbox WHERE finished_at < $1 AND LENGTH(bytes) > 0 AND {} LIMIT {AT_ONCE})",
            finished(3)
        );
        let mails = query_text(mails).bind(instant_text(before)).bind(Vec::<u8>::new());
        let mails = bind_finished(mails).execute(self.connection().await?).await?;
        Ok(messages.rows_affected() + mails.rows_affected())
    }

    /// The entries of a ticket, as far as they may be personal.
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

    /// Writes the changed texts of an entry.
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

    /// Erases the inquirer from a ticket's row, and writes its redacted texts. The organisation and all times stay.
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
        query("DELETE FROM cc WHERE ticket_id = $1").bind(id).execute(self.connection().await?).await?;
        self.forget_in_search(&[id]).await
    }

    /// Erases the messages of a ticket, and the bytes, recipients and reply texts of its finished mails.
    pub async fn erase_bytes_of(&mut self, ticket_id: i64) -> Result<()> {
        // A message may hold forms of several applications: it stays until the last of them is erased.
        query(
            "UPDATE message SET raw = $2, detail = NULL
             WHERE outcome <> $3
                 AND (ticket_id = $1 OR id IN (SELECT message_ref FROM submission WHERE ticket_id = $1))
                 AND NOT EXISTS (SELECT 1 FROM submission JOIN ticket ON ticket.id = submission.ticket_id
                     WHERE submission.message_ref = message.id AND ticket.id <> $1 AND ticket.erased_at IS NULL)",
        )
            .bind(ticket_id)
            .bind(Vec::<u8>::new())
            .bind(Outcome::Pending.as_str())
            .execute(self.connection().await?)
            .await?;
        let replies = format!(
            "UPDATE attempt SET reply = SUBSTR(reply, 1, 3)
             WHERE outbox_id IN (SELECT id FROM outbox WHERE ticket_id = $1 AND {})",
            finished(2)
        );
        bind_finished(query_text(replies).bind(ticket_id)).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2, recipient = '', person = '' WHERE ticket_id = $1 AND {}",
            finished(3)
        );
        let mails = query_text(mails).bind(ticket_id).bind(Vec::<u8>::new());
        bind_finished(mails).execute(self.connection().await?).await?;
        Ok(())
    }

    /// Erases finished mails to an address, and the bytes of finished mails to staff since an instant: digests and
    /// notices name the people who wrote to the desk. Returns how many mails.
    pub async fn erase_mails(
        &mut self,
        address: &str,
        staff: &[String],
        since: DateTime<Utc>,
    ) -> Result<u64> {
        let copies = query("DELETE FROM cc WHERE address = $1").bind(address.to_owned());
        copies.execute(self.connection().await?).await?;
        let replies = format!(
            "UPDATE attempt SET reply = SUBSTR(reply, 1, 3)
             WHERE outbox_id IN (SELECT id FROM outbox WHERE person = $1 AND {})",
            finished(2)
        );
        let replies = query_text(replies).bind(person_of(address));
        bind_finished(replies).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2, recipient = '', person = '' WHERE person = $1 AND {}",
            finished(3)
        );
        let mails = query_text(mails).bind(person_of(address)).bind(Vec::<u8>::new());
        let mut erased = bind_finished(mails).execute(self.connection().await?).await?.rows_affected();
        for member in staff {
            let mails = format!(
                "UPDATE outbox SET bytes = $2
                 WHERE person = $1 AND created_at >= $3 AND LENGTH(bytes) > 0 AND {}",
                finished(4)
            );
            let mails =
                query_text(mails).bind(person_of(member)).bind(Vec::<u8>::new()).bind(instant_text(since));
            erased += bind_finished(mails).execute(self.connection().await?).await?.rows_affected();
        }
        Ok(erased)
    }

    pub async fn erase_messages(&mut self, ids: &[i64]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE message SET raw = $1, detail = NULL WHERE id IN ({})", list(ids));
        query_text(sql).bind(Vec::<u8>::new()).execute(self.connection().await?).await?;
        Ok(())
    }
}

/// Stages in which an application is still needed whole.
const LIVE: [Stage; 3] = [Stage::Received, Stage::Accepted, Stage::Supported];

/// Condition: a ticket is no application that is still needed. Its values are bound by [`bind_live`], the first one at
/// `$first`.
fn no_live_application(ticket: &str, first: usize) -> String {
    let places: Vec<String> = (first..).take(LIVE.len()).map(|nth| format!("${nth}")).collect();
    format!("{ticket} NOT IN (SELECT ticket_id FROM application WHERE stage IN ({}))", places.join(", "))
}

fn bind_live(query: AnyQuery) -> AnyQuery {
    LIVE.into_iter().fold(query, |query, stage| query.bind(stage.as_str()))
}

/// Condition: no process sends the mail any more. Its values are bound by [`bind_finished`], the first one at `$first`.
fn finished(first: usize) -> String {
    let places: Vec<String> =
        (first..).take(OutboxState::FINISHED.len()).map(|nth| format!("${nth}")).collect();
    format!("state IN ({})", places.join(", "))
}

fn bind_finished(query: AnyQuery) -> AnyQuery {
    OutboxState::FINISHED.into_iter().fold(query, |query, state| query.bind(state.as_str()))
}
