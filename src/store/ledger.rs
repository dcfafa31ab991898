//! The ledger: every message that the desk has fetched, its place in the mailbox, and its outcome.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    FIRST_RAW, Result, Store, Table, Tx, instant_text, list, partial, query, query_text, read_instant,
    read_word, unpack,
};
use crate::words::closed_set;

closed_set! {
    /// What became of a message. Each message has exactly one outcome.
    Outcome {
        /// Fetched but not decided: the decision failed and is tried again.
        Pending = "pending",
        /// Became a ticket.
        Ticket = "ticket",
        /// Was added to a ticket.
        FollowUp = "follow_up",
        /// A mail of staff, carried out or explained.
        Staff = "staff",
        /// Kept and shown to staff.
        Parked = "parked",
        /// Repeats an earlier message.
        Duplicate = "duplicate",
        /// Was parked, and the operator discarded it.
        Discarded = "discarded",
    }
}

/// The place of a message in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// In an IMAP folder. The three values together never refer to another message (RFC 9051, 2.3.1.1).
    Imap { folder: String, uidvalidity: u32, uid: u32 },
    /// In a Maildir, or a file from the shell.
    File {
        /// Maildir path, or `file`.
        folder: String,
        /// File name.
        name: String,
    },
}

impl Place {
    /// The columns `folder`, `uidvalidity`, `uid` and `file`.
    pub(super) fn columns(&self) -> (String, i64, Option<i64>, Option<String>) {
        match self {
            Self::Imap { folder, uidvalidity, uid } => {
                (folder.clone(), i64::from(*uidvalidity), Some(i64::from(*uid)), None)
            }
            Self::File { folder, name } => (folder.clone(), 0, None, Some(name.clone())),
        }
    }
}

/// A row to add to the ledger.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// From [`Tx::fresh_id`].
    pub id: i64,
    pub place: &'a Place,
    /// Without brackets. Derived from the hash if the message has none.
    pub message_id: &'a str,
    /// Content hash in hex.
    pub hash: &'a str,
    pub received_at: DateTime<Utc>,
    /// Now.
    pub taken_at: DateTime<Utc>,
    /// Size in bytes in the mailbox.
    pub size: u64,
    /// The fetched bytes, from [`super::pack`].
    pub raw: &'a Arc<Vec<u8>>,
    pub outcome: Outcome,
    /// Why the message is parked.
    pub reason: Option<&'static str>,
    /// Explanation for staff and the operator.
    pub detail: Option<&'a str>,
    /// The ticket that it belongs to.
    pub ticket_id: Option<i64>,
    /// Row id of the message that it repeats.
    pub duplicate_of: Option<i64>,
    /// Number of decisions tried so far.
    pub attempts: u32,
    /// Whether the mailbox needs no change for this message. Used only when the row is added.
    pub settled: bool,
}

/// A row of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    pub id: i64,
    pub place: Place,
    pub message_id: String,
    pub received_at: DateTime<Utc>,
    /// Size in bytes in the mailbox.
    pub size: u64,
    pub outcome: Outcome,
    /// Why the message is parked.
    pub reason: Option<String>,
    pub detail: Option<String>,
    /// The ticket that it belongs to.
    pub ticket_id: Option<i64>,
    /// Number of decisions tried so far.
    pub attempts: u32,
}

/// How to find a message.
#[derive(Debug, Clone, Copy)]
pub enum LedgerKey<'a> {
    /// File name.
    File(&'a str),
    MessageId(&'a str),
    /// Message-ID, as in [`NewMessage`], and content hash.
    Content(&'a str, &'a str),
}

/// A message that has an outcome but still looks new in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// Row id in the ledger.
    pub id: i64,
    pub uid: Option<u32>,
    pub file: Option<String>,
    /// Whether the message belongs in the folder of parked mail.
    pub parked: bool,
}

pub(super) const COLUMNS: &str = "id, folder, uidvalidity, uid, file, message_id, received_at, size, outcome, reason, detail, \
     ticket_id, attempts";

impl Tx {
    pub fn add_message(&mut self, message: &NewMessage<'_>) {
        if let Some(facts) = &mut self.facts {
            facts.add_message(message);
        }
        let (folder, uidvalidity, uid, file) = message.place.columns();
        self.writes.push(
            Table::Message,
            [
                message.id.into(),
                folder.into(),
                uidvalidity.into(),
                uid.into(),
                file.into(),
                message.message_id.into(),
                message.hash.into(),
                instant_text(message.received_at).into(),
                instant_text(message.taken_at).into(),
                i64::try_from(message.size).unwrap_or(i64::MAX).into(),
                Arc::clone(message.raw).into(),
                message.outcome.as_str().into(),
                message.reason.into(),
                message.detail.into(),
                message.ticket_id.into(),
                message.duplicate_of.into(),
                i64::from(message.attempts).into(),
            ],
        );
        if !message.settled {
            self.writes.push(Table::Unsettled, [message.id.into()]);
        }
    }

    /// Whether a message in the ledger has still been decided `attempts` times: each decision counts one more.
    pub async fn is_undecided(&mut self, id: i64, attempts: u32) -> Result<bool> {
        let row = query("SELECT id FROM message WHERE id = $1 AND attempts = $2")
            .bind(id)
            .bind(i64::from(attempts))
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Writes the outcome of a message that is in the ledger already.
    pub async fn conclude_message(&mut self, message: &NewMessage<'_>) -> Result<()> {
        query(
            "UPDATE message SET outcome = $2, reason = $3, detail = $4, ticket_id = $5, duplicate_of = $6, attempts = $7
             WHERE id = $1",
        )
        .bind(message.id)
        .bind(message.outcome.as_str())
        .bind(message.reason)
        .bind(message.detail.map(str::to_owned))
        .bind(message.ticket_id)
        .bind(message.duplicate_of)
        .bind(i64::from(message.attempts))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Adds the content of a message that was parked without it, with the reason `parked_as`. `false` if it is not
    /// parked with that reason any more.
    pub async fn complete_message(
        &mut self,
        message: &NewMessage<'_>,
        parked_as: &'static str,
    ) -> Result<bool> {
        let done = query(
            "UPDATE message SET outcome = $2, reason = $3, detail = NULL, message_id = $4, hash = $5, received_at = $6,
             taken_at = $7, size = $8, raw = $9, attempts = $10 WHERE id = $1 AND reason = $11",
        )
        .bind(message.id)
        .bind(message.outcome.as_str())
        .bind(message.reason)
        .bind(message.message_id.to_owned())
        .bind(message.hash.to_owned())
        .bind(instant_text(message.received_at))
        .bind(instant_text(message.taken_at))
        .bind(i64::try_from(message.size).unwrap_or(i64::MAX))
        .bind(message.raw.to_vec())
        .bind(i64::from(message.attempts))
        .bind(parked_as)
        .execute(self.connection().await?)
        .await?;
        if done.rows_affected() == 1 && !message.settled {
            self.writes.push(Table::Unsettled, [message.id.into()]);
        }
        // An old row has bytes again.
        query("DELETE FROM state WHERE name = $1").bind(FIRST_RAW).execute(self.connection().await?).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Records that the mailbox needs no further change for these messages.
    pub async fn mark_settled(&mut self, ids: &[i64]) -> Result<()> {
        let sql = format!("DELETE FROM unsettled WHERE message_ref IN ({})", list(ids));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection().await?).await?;
        Ok(())
    }
}

impl Store {
    /// Messages of a folder that have an outcome but still look new in the mailbox, oldest first.
    pub async fn unsettled(&self, folder: &str, uidvalidity: u32, most: usize) -> Result<Vec<Unsettled>> {
        // CROSS JOIN makes SQLite read the few unsettled rows first, and not all messages of the folder.
        let rows = query(
            "SELECT id, uid, file, outcome FROM unsettled CROSS JOIN message
             WHERE id = message_ref AND folder = $1 AND uidvalidity = $2 AND outcome <> $4
             ORDER BY message_ref LIMIT $3",
        )
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(Outcome::Pending.as_str())
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            let (id, uid): (i64, Option<i64>) = (row.try_get("id")?, row.try_get("uid")?);
            let outcome: Outcome = read_word(row, "message", "outcome", id)?;
            Ok(Unsettled {
                id,
                uid: uid.and_then(|uid| u32::try_from(uid).ok()),
                file: row.try_get("file")?,
                parked: matches!(outcome, Outcome::Parked | Outcome::Discarded),
            })
        };
        rows.iter().map(read).collect()
    }

    /// All messages with an outcome, oldest first.
    pub async fn messages_with(&self, outcome: Outcome) -> Result<Vec<LedgerRow>> {
        let index = match outcome {
            Outcome::Pending | Outcome::Parked => format!("{} AND ", partial::undecided()),
            _ => String::new(),
        };
        let sql = format!("SELECT {COLUMNS} FROM message WHERE {index}outcome = $1 ORDER BY id");
        let rows = query_text(sql).bind(outcome.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(read_row).collect()
    }

    /// A message and its raw bytes, which are empty if they are erased or were never fetched.
    pub async fn message(&self, id: i64) -> Result<Option<(LedgerRow, Vec<u8>)>> {
        let sql = format!("SELECT {COLUMNS}, raw FROM message WHERE id = $1");
        let row = query_text(sql).bind(id).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let raw = unpack(&row, "message", "raw", id)?;
        Ok(Some((read_row(&row)?, raw)))
    }

    /// The outcome of the oldest message with this key, in any folder.
    pub async fn outcome_of(&self, by: LedgerKey<'_>) -> Result<Option<Outcome>> {
        let query = match by {
            LedgerKey::File(name) => {
                query("SELECT id, outcome FROM message WHERE file = $1 ORDER BY id LIMIT 1")
                    .bind(name.to_owned())
            }
            LedgerKey::MessageId(id) => {
                query("SELECT id, outcome FROM message WHERE message_id = $1 ORDER BY id LIMIT 1")
                    .bind(id.to_owned())
            }
            LedgerKey::Content(id, hash) => query(
                "SELECT id, outcome FROM message WHERE message_id = $1 AND hash = $2 ORDER BY id LIMIT 1",
            )
            .bind(id.to_owned())
            .bind(hash.to_owned()),
        };
        let row = query.fetch_optional(&self.pool).await?;
        row.map(|row| read_word(&row, "message", "outcome", row.try_get("id")?)).transpose()
    }
}

pub(super) fn read_row(row: &AnyRow) -> Result<LedgerRow> {
    let id = row.try_get("id")?;
    Ok(LedgerRow {
        id,
        place: read_place(row)?,
        message_id: row.try_get("message_id")?,
        received_at: read_instant(row, "message", "received_at", id)?,
        size: u64::try_from(row.try_get::<i64, _>("size")?).unwrap_or(0),
        outcome: read_word(row, "message", "outcome", id)?,
        reason: row.try_get("reason")?,
        detail: row.try_get("detail")?,
        ticket_id: row.try_get("ticket_id")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(0),
    })
}

pub(super) fn read_place(row: &AnyRow) -> Result<Place> {
    let folder: String = row.try_get("folder")?;
    let (uidvalidity, uid): (i64, Option<i64>) = (row.try_get("uidvalidity")?, row.try_get("uid")?);
    Ok(match uid {
        Some(uid) => Place::Imap {
            folder,
            // Without what `set_places_aside` added.
            uidvalidity: u32::try_from(uidvalidity & i64::from(u32::MAX)).unwrap_or(0),
            uid: u32::try_from(uid).unwrap_or(0),
        },
        None => Place::File { folder, name: row.try_get::<Option<String>, _>("file")?.unwrap_or_default() },
    })
}
