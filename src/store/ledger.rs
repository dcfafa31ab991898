//! The ledger: every message that the desk has ever taken, where it lay, and what became of it.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Result, Store, Table, Tx, flag, instant_text, list, query, read_instant, read_word, unpack};
use crate::words::closed_set;

closed_set! {
    /// What became of a message: each is accounted for exactly once.
    Outcome {
        /// FetchedMessage, and not decided yet: processing failed and is tried again.
        Pending = "pending",
        /// It became a ticket.
        Ticket = "ticket",
        /// It became part of a ticket.
        FollowUp = "follow_up",
        /// Staff wrote it, and it was done or explained.
        Staff = "staff",
        /// It is kept and shown to staff.
        Parked = "parked",
        /// It was here before.
        Duplicate = "duplicate",
        /// It was parked, and the operator put it aside.
        Discarded = "discarded",
    }
}

/// Where a message lay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// In an IMAP folder (RFC 9051, 2.3.1.1: the three together never mean another message).
    Imap {
        /// Folder name.
        folder: String,
        /// UIDVALIDITY of the folder.
        uidvalidity: u32,
        /// UID in it.
        uid: u32,
    },
    /// In a Maildir or a file.
    File {
        /// Maildir path, or `file`.
        folder: String,
        /// File name.
        name: String,
    },
}

impl Place {
    /// The columns folder, uidvalidity, uid, file.
    pub(super) fn columns(&self) -> (String, i64, Option<i64>, Option<String>) {
        match self {
            Self::Imap { folder, uidvalidity, uid } => {
                (folder.clone(), i64::from(*uidvalidity), Some(i64::from(*uid)), None)
            }
            Self::File { folder, name } => (folder.clone(), 0, None, Some(name.clone())),
        }
    }
}

/// A message to enter.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// Its identifier, from [`Tx::fresh_id`].
    pub id: i64,
    /// Where it lies.
    pub place: &'a Place,
    /// Message-ID without brackets, or one made from the hash.
    pub message_id: &'a str,
    /// Content hash, hex.
    pub hash: &'a str,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
    /// Now.
    pub taken_at: DateTime<Utc>,
    /// Bytes in the mailbox.
    pub size: u64,
    /// What was fetched, from [`super::pack`].
    pub raw: &'a Arc<Vec<u8>>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is parked.
    pub reason: Option<&'static str>,
    /// More, for staff and operator.
    pub detail: Option<&'a str>,
    /// The ticket it became, or part of which.
    pub ticket_id: Option<i64>,
    /// The ledger row it repeats.
    pub duplicate_of: Option<i64>,
    /// How often processing was tried.
    pub attempts: u32,
    /// Whether nothing is left to do in the mailbox; said once, when it is entered.
    pub settled: bool,
}

/// A ledger row as `parked` prints it.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// Identifier.
    pub id: i64,
    /// Where it lay.
    pub place: Place,
    /// Message-ID.
    pub message_id: String,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
    /// Bytes in the mailbox.
    pub size: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is parked.
    pub reason: Option<String>,
    /// More.
    pub detail: Option<String>,
    /// The ticket it became, or part of which.
    pub ticket_id: Option<i64>,
    /// How often processing was tried.
    pub attempts: u32,
}

/// What a message is known by.
#[derive(Debug, Clone, Copy)]
pub enum LedgerKey<'a> {
    /// Name of its file.
    File(&'a str),
    /// Its Message-ID.
    MessageId(&'a str),
    /// Its Message-ID, or the one made for it, and its content hash.
    Content(&'a str, &'a str),
}

/// A message whose place in the mailbox still shows it as new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// Ledger row.
    pub id: i64,
    /// UID in the folder.
    pub uid: Option<u32>,
    /// File name in the Maildir.
    pub file: Option<String>,
    /// Whether it goes to the folder of parked mail.
    pub parked: bool,
}

const COLUMNS: &str = "id, folder, uidvalidity, uid, file, message_id, received_at, size, outcome, reason, detail, ticket_id, attempts";

impl Tx {
    /// Enters a message.
    pub fn add_message(&mut self, message: &NewMessage<'_>) {
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

    /// Writes what became of a message that was entered before. `false` when somebody else has decided on it since: each decision
    /// is an attempt more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn conclude_message(&mut self, message: &NewMessage<'_>) -> Result<bool> {
        let done = query(
            "UPDATE message SET outcome = $2, reason = $3, detail = $4, ticket_id = $5, duplicate_of = $6, attempts = $7
             WHERE id = $1 AND attempts = $8",
        )
        .bind(message.id)
        .bind(message.outcome.as_str())
        .bind(message.reason)
        .bind(message.detail.map(str::to_owned))
        .bind(message.ticket_id)
        .bind(message.duplicate_of)
        .bind(i64::from(message.attempts))
        .bind(i64::from(message.attempts) - 1)
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Enters the bytes of a message that was parked without them. `false` when it is not parked so (any more).
    ///
    /// # Errors
    /// When the database refuses.
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
        Ok(done.rows_affected() == 1)
    }

    /// Puts a parked message aside. `false` when there is no parked message with this identifier.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn discard_message(&mut self, id: i64) -> Result<bool> {
        let done = query("UPDATE message SET outcome = 'discarded' WHERE id = $1 AND outcome = 'parked'")
            .bind(id)
            .execute(self.connection().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Says that nothing is left to do in the mailbox for these messages.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_settled(&mut self, ids: &[i64]) -> Result<()> {
        let sql = format!("DELETE FROM unsettled WHERE message_ref IN ({})", list(ids));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection().await?).await?;
        Ok(())
    }
}

impl Store {
    /// The highest UID taken from a folder; 0 when none was, or the folder's UIDVALIDITY is new.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn highest_uid(&self, folder: &str, uidvalidity: u32) -> Result<u32> {
        let row = query("SELECT COALESCE(MAX(uid), 0) FROM message WHERE folder = $1 AND uidvalidity = $2")
            .bind(folder.to_owned())
            .bind(i64::from(uidvalidity))
            .fetch_one(&self.pool)
            .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }

    /// Whether a file of a Maildir has been taken.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_file(&self, folder: &str, name: &str) -> Result<bool> {
        let row = query("SELECT id FROM message WHERE folder = $1 AND file = $2 LIMIT 1")
            .bind(folder.to_owned())
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Messages of a folder that are accounted for but still lie in the mailbox as new, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsettled(&self, folder: &str, uidvalidity: u32, most: usize) -> Result<Vec<Unsettled>> {
        // SQLite keeps to the order of a CROSS JOIN: these few first, not all of the folder.
        let rows = query(
            "SELECT id, uid, file, CASE WHEN outcome IN ('ticket', 'follow_up', 'staff', 'duplicate') THEN 0 ELSE 1 END AS parked
             FROM unsettled CROSS JOIN message
             WHERE id = message_ref AND folder = $1 AND uidvalidity = $2 AND outcome <> 'pending'
             ORDER BY message_ref LIMIT $3",
        )
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            let uid: Option<i64> = row.try_get("uid")?;
            Ok(Unsettled {
                id: row.try_get("id")?,
                uid: uid.and_then(|uid| u32::try_from(uid).ok()),
                file: row.try_get("file")?,
                parked: flag(row, "parked")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Messages with an outcome, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages_with(&self, outcome: Outcome) -> Result<Vec<LedgerRow>> {
        // SQLite takes a partial index only where its own condition stands in the query.
        let few = match outcome {
            Outcome::Pending | Outcome::Parked => "outcome IN ('pending', 'parked') AND ",
            _ => "",
        };
        let sql = format!("SELECT {COLUMNS} FROM message WHERE {few}outcome = $1 ORDER BY id");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(outcome.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(read_row).collect()
    }

    /// One message and its raw bytes.
    ///
    /// # Errors
    /// When the database does not answer, or the bytes cannot be decompressed.
    pub async fn message(&self, id: i64) -> Result<Option<(LedgerRow, Vec<u8>)>> {
        let sql = format!("SELECT {COLUMNS}, raw FROM message WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let raw = unpack(&row, "message", "raw", id)?;
        Ok(Some((read_row(&row)?, raw)))
    }

    /// What became of the messages that were taken from a folder, by UID.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outcomes_in(&self, folder: &str, uidvalidity: u32) -> Result<HashMap<u32, Outcome>> {
        let rows = query(
            "SELECT id, uid, outcome FROM message WHERE folder = $1 AND uidvalidity = $2 AND uid IS NOT NULL",
        )
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let uid = u32::try_from(row.try_get::<i64, _>("uid")?).unwrap_or(0);
                Ok((uid, read_word(row, "message", "outcome", row.try_get("id")?)?))
            })
            .collect()
    }

    /// What became of a message wherever it was taken from: by its file name, its Message-ID, or its content hash.
    ///
    /// # Errors
    /// When the database does not answer.
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

    /// Messages parked since an instant, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked_since(&self, since: DateTime<Utc>) -> Result<Vec<i64>> {
        let rows = query(
            "SELECT id FROM message WHERE outcome IN ('pending', 'parked') AND outcome = 'parked' AND taken_at > $1 ORDER BY id DESC",
        )
        .bind(instant_text(since))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// How many messages there are with an outcome.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_messages(&self, outcome: Outcome) -> Result<u64> {
        let row = query("SELECT COUNT(*) FROM message WHERE outcome = $1")
            .bind(outcome.as_str())
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }
}

fn read_row(row: &AnyRow) -> Result<LedgerRow> {
    let id = row.try_get("id")?;
    let folder: String = row.try_get("folder")?;
    let (uidvalidity, uid): (i64, Option<i64>) = (row.try_get("uidvalidity")?, row.try_get("uid")?);
    let place = match uid {
        Some(uid) => Place::Imap {
            folder,
            uidvalidity: u32::try_from(uidvalidity).unwrap_or(0),
            uid: u32::try_from(uid).unwrap_or(0),
        },
        None => Place::File { folder, name: row.try_get::<Option<String>, _>("file")?.unwrap_or_default() },
    };
    Ok(LedgerRow {
        id,
        place,
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
