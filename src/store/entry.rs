//! The conversation of a ticket: its entries and the names of their attachments.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    AnyQuery, Result, Store, Table, Tx, instant_text, list, query, query_once, read_instant, read_word,
    ticket::storable,
};
use crate::{
    desk::ticket::{Direction, Status},
    mail::{Attachment, Mailbox},
};

/// An entry to add to a conversation.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    pub ticket_id: i64,
    /// Row id in the ledger, if the entry is a mail that came.
    pub message_ref: Option<i64>,
    pub direction: Direction,
    pub from: Option<&'a Mailbox>,
    /// To and Cc.
    pub recipients: Vec<&'a str>,
    pub at: DateTime<Utc>,
    /// The whole text.
    pub text: &'a str,
    /// Only names, types and sizes are stored here; the bytes stay in the ledger's raw message.
    pub attachments: &'a [Attachment],
}

/// An entry of a conversation.
#[derive(Debug, Clone)]
pub struct EntryRow {
    pub direction: Direction,
    pub from: Mailbox,
    /// To and Cc.
    pub recipients: Vec<String>,
    pub at: DateTime<Utc>,
    /// The whole text.
    pub text: String,
    /// Name, media type and size of each attachment.
    pub attachments: Vec<(String, String, u64)>,
}

impl Tx {
    /// Adds an entry, and returns its row id.
    pub fn add_entry(&mut self, entry: &NewEntry<'_>) -> i64 {
        let id = self.fresh_id();
        self.writes.push(
            Table::Entry,
            [
                id.into(),
                entry.ticket_id.into(),
                entry.message_ref.into(),
                entry.direction.as_str().into(),
                entry.from.and_then(|from| from.name.clone()).into(),
                entry.from.map(|from| from.address.clone()).unwrap_or_default().into(),
                entry.recipients.join("\n").into(),
                instant_text(entry.at).into(),
                storable(entry.text).into(),
            ],
        );
        for (position, attachment) in (0_i64..).zip(entry.attachments) {
            let attachment_id = self.fresh_id();
            let size = i64::try_from(attachment.bytes.len()).unwrap_or(i64::MAX);
            self.writes.push(
                Table::Attachment,
                [
                    attachment_id.into(),
                    id.into(),
                    position.into(),
                    attachment.name.clone().into(),
                    attachment.media_type.clone().into(),
                    size.into(),
                ],
            );
        }
        id
    }

    /// The texts in a ticket of mails with this Message-ID, oldest first.
    pub async fn said_before(&mut self, ticket_id: i64, message_id: &str) -> Result<Vec<String>> {
        let rows = query(
            "SELECT entry.text AS text FROM entry JOIN message ON message.id = entry.message_ref
             WHERE message.message_id = $1 AND entry.ticket_id = $2 AND direction = $3
             ORDER BY entry.id LIMIT 20",
        )
        .bind(message_id.to_owned())
        .bind(ticket_id)
        .bind(Direction::In.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("text")?)).collect()
    }

    /// Whether the desk has heard of a mail of the inquirer's after `since`, whenever they wrote it: until then no member could
    /// know it. The mail that began the ticket is known to all who answer.
    pub async fn heard_since(&mut self, id: i64, since: DateTime<Utc>) -> Result<bool> {
        let row = query(
            "SELECT entry.id FROM entry LEFT JOIN message ON message.id = entry.message_ref
             WHERE entry.ticket_id = $1 AND entry.direction = $2 AND COALESCE(message.taken_at, entry.at) > $3
                 AND entry.id > (SELECT MIN(id) FROM entry WHERE ticket_id = $1 AND direction = $2) LIMIT 1",
        )
        .bind(id)
        .bind(Direction::In.as_str())
        .bind(instant_text(since))
        .fetch_optional(self.connection().await?)
        .await?;
        Ok(row.is_some())
    }

    /// The sender of the newest mail in a ticket, without notes and our own mails.
    pub async fn last_writer(&mut self, ticket_id: i64) -> Result<Option<String>> {
        let row = query(
            "SELECT from_address FROM entry WHERE ticket_id = $1 AND direction = $2 ORDER BY at DESC, id DESC LIMIT 1",
        )
        .bind(ticket_id)
        .bind(Direction::In.as_str())
        .fetch_optional(self.connection().await?)
        .await?;
        row.map(|row| Ok(row.try_get("from_address")?)).transpose()
    }

    /// Sender and text of the notes that came by mail, the newest first.
    pub async fn notes_by_mail(&mut self, ticket_id: i64) -> Result<Vec<(Mailbox, String)>> {
        let rows = query(
            "SELECT from_name, from_address, text FROM entry
             WHERE ticket_id = $1 AND direction = $2 AND message_ref IS NOT NULL ORDER BY at DESC, id DESC",
        )
        .bind(ticket_id)
        .bind(Direction::Note.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        let read = |row: &AnyRow| {
            let from = Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? };
            Ok((from, row.try_get("text")?))
        };
        rows.iter().map(read).collect()
    }

    /// Message-IDs of the last 20 mails that came in a ticket, oldest first.
    pub async fn thread_of(&mut self, ticket_id: i64) -> Result<Vec<String>> {
        let rows = query("SELECT message_id FROM message WHERE ticket_id = $1 ORDER BY id DESC LIMIT 20")
            .bind(ticket_id)
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter().rev().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// What a member or the operator has noted on a ticket.
#[derive(Debug, Clone)]
pub struct NoteRow {
    pub ticket: i64,
    pub author: Mailbox,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// A ticket to which somebody has added a note.
#[derive(Debug, Clone)]
pub struct Noted {
    pub ticket: i64,
    /// Address of the writer, as the audit names them.
    pub author: String,
    pub assignee: Option<String>,
}

/// The notes of these tickets, oldest first.
fn notes_of(tickets: &[i64]) -> AnyQuery {
    let sql = format!(
        "SELECT id, ticket_id, from_name, from_address, at, text FROM entry
         WHERE ticket_id IN ({}) AND direction = $1 AND message_ref IS NULL ORDER BY ticket_id, id",
        list(tickets)
    );
    query_once(sql).bind(Direction::Note.as_str())
}

fn read_note(row: &AnyRow) -> Result<NoteRow> {
    Ok(NoteRow {
        ticket: row.try_get("ticket_id")?,
        author: Mailbox {
            name: row.try_get("from_name")?,
            address: row.try_get::<Option<String>, _>("from_address")?.unwrap_or_default(),
        },
        at: read_instant(row, "entry", "at", row.try_get("id")?)?,
        text: row.try_get("text")?,
    })
}

impl Tx {
    /// What members and the operator have noted on these tickets, oldest first.
    pub async fn notes_of(&mut self, tickets: &[i64]) -> Result<Vec<NoteRow>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        notes_of(tickets).fetch_all(self.connection().await?).await?.iter().map(read_note).collect()
    }

    /// The text of an entry of the conversation.
    pub async fn entry_text(&mut self, id: i64) -> Result<Option<String>> {
        let row = query("SELECT text FROM entry WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// What the inquirer of a ticket wrote after the first mail, the newest.
    pub async fn last_words(&mut self, ticket_id: i64) -> Result<Option<String>> {
        let rows =
            query("SELECT text FROM entry WHERE ticket_id = $1 AND direction = $2 ORDER BY id DESC LIMIT 2")
                .bind(ticket_id)
                .bind(Direction::In.as_str())
                .fetch_all(self.connection().await?)
                .await?;
        let [last, _] = rows.as_slice() else { return Ok(None) };
        Ok(Some(last.try_get(0)?))
    }

    /// Deletes an entry of the conversation whose mail was cancelled before it left.
    pub async fn forget_entry(&mut self, id: i64) -> Result<()> {
        for sql in ["DELETE FROM attachment WHERE entry_id = $1", "DELETE FROM entry WHERE id = $1"] {
            query(sql).bind(id).execute(self.connection().await?).await?;
        }
        Ok(())
    }
}

impl Store {
    /// As [`Tx::notes_of`].
    pub async fn notes_of(&self, tickets: &[i64]) -> Result<Vec<NoteRow>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        notes_of(tickets).fetch_all(&self.pool).await?.iter().map(read_note).collect()
    }

    /// Tickets to which somebody has added a note after `since`, among those that are owed an answer or got one after `answered`.
    pub async fn noted_since(&self, since: DateTime<Utc>, answered: DateTime<Utc>) -> Result<Vec<Noted>> {
        let rows = query(
            "SELECT entry.ticket_id AS ticket_id, entry.from_address AS author, ticket.assignee AS assignee
             FROM ticket JOIN entry ON entry.ticket_id = ticket.id
             WHERE ticket.id IN (SELECT id FROM ticket WHERE status IN ($1, $2)
                                 UNION SELECT id FROM ticket WHERE answered_at > $3)
               AND entry.direction = $4 AND entry.message_ref IS NULL AND entry.at > $5
             ORDER BY entry.ticket_id, entry.id",
        )
        .bind(Status::Open.as_str())
        .bind(Status::Waiting.as_str())
        .bind(instant_text(answered))
        .bind(Direction::Note.as_str())
        .bind(instant_text(since))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            Ok(Noted {
                ticket: row.try_get("ticket_id")?,
                author: row.try_get::<Option<String>, _>("author")?.unwrap_or_default(),
                assignee: row.try_get("assignee")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The conversation of a ticket, oldest first.
    pub async fn entries_of(&self, ticket_id: i64) -> Result<Vec<EntryRow>> {
        let rows = query(
            "SELECT id, direction, from_name, from_address, recipients, at, text FROM entry WHERE ticket_id = $1 ORDER BY at, id",
        )
        .bind(ticket_id)
        .fetch_all(&self.pool)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: i64 = row.try_get("id")?;
            entries.push(EntryRow {
                direction: read_word(row, "entry", "direction", id)?,
                from: Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? },
                recipients: row.try_get::<String, _>("recipients")?.lines().map(str::to_owned).collect(),
                at: read_instant(row, "entry", "at", id)?,
                text: row.try_get("text")?,
                attachments: self.attachments_of(id).await?,
            });
        }
        Ok(entries)
    }

    async fn attachments_of(&self, entry_id: i64) -> Result<Vec<(String, String, u64)>> {
        let rows =
            query("SELECT name, media_type, size FROM attachment WHERE entry_id = $1 ORDER BY position")
                .bind(entry_id)
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                let size: i64 = row.try_get("size")?;
                Ok((row.try_get("name")?, row.try_get("media_type")?, u64::try_from(size).unwrap_or(0)))
            })
            .collect()
    }
}
