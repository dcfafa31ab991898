//! The outbox: every mail leaves through it. A mail is queued in the transaction that decided on it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, Table, Tx, instant_text, pack, partial, query, query_text, read_instant,
    read_instant_option, read_word, unpack,
};
use crate::{letter::Purpose, mail::person_of, words::closed_set};

closed_set! {
    /// State of a mail in the outbox.
    OutboxState {
        /// To be sent when due.
        Queued = "queued",
        /// Waits for a lead.
        Held = "held",
        /// Waits until the daily limit of automatic mails allows it.
        Deferred = "deferred",
        /// The mail server accepted it.
        Sent = "sent",
        /// Refused for good, or given up.
        Failed = "failed",
        /// The mail server accepted it, and a delivery report says that it did not arrive.
        Bounced = "bounced",
        /// Cancelled before it left.
        Cancelled = "cancelled",
    }
}

impl OutboxState {
    /// States in which no process sends the mail any more.
    pub(super) const FINISHED: [Self; 4] = [Self::Sent, Self::Failed, Self::Bounced, Self::Cancelled];
}

/// A mail to queue.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    pub ticket_id: Option<i64>,
    /// Row id in the ledger of the message that it answers.
    pub message_ref: Option<i64>,
    pub purpose: Purpose,
    /// Envelope sender.
    pub sender: &'a str,
    /// Envelope recipient.
    pub recipient: &'a str,
    /// Without brackets. The idempotency key: a second mail with the same one is not queued.
    pub message_id: &'a str,
    /// The whole message.
    pub bytes: &'a [u8],
    /// Now.
    pub at: DateTime<Utc>,
    /// When the mail leaves; `None` holds it for a lead.
    pub leaves_at: Option<DateTime<Utc>>,
    /// It waits for the daily limit.
    pub deferred: bool,
    /// Who wrote the mail, if a person did.
    pub author: Option<&'a str>,
    /// Row id of its entry in the conversation, which is deleted if the mail is cancelled.
    pub entry: Option<i64>,
}

/// A mail of `outbox list`.
#[derive(Debug, Clone, Serialize)]
pub struct OutboxRow {
    pub id: i64,
    /// Number of its ticket.
    pub ticket: Option<String>,
    pub purpose: Purpose,
    /// Envelope recipient.
    pub recipient: String,
    /// Without brackets.
    pub message_id: String,
    pub state: OutboxState,
    /// Attempts so far.
    pub attempts: u32,
    /// When the mail was queued.
    pub created_at: DateTime<Utc>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the mail was sent or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// The server's last reply.
    pub last_reply: Option<String>,
}

impl Tx {
    /// Queues a mail, unless the outbox has one with the same Message-ID. Returns its row id.
    pub fn add_mail(&mut self, mail: &NewMail<'_>) -> Result<i64> {
        let (state, leaves_at) = match mail.leaves_at {
            _ if mail.deferred => (OutboxState::Deferred, None),
            Some(at) => (OutboxState::Queued, Some(at)),
            None => (OutboxState::Held, None),
        };
        if let Some(facts) = &mut self.facts {
            facts.add_mail(mail);
        }
        let id = self.fresh_id();
        self.writes.push(
            Table::Outbox,
            [
                id.into(),
                mail.ticket_id.into(),
                mail.message_ref.into(),
                mail.purpose.as_str().into(),
                i64::from(mail.purpose.is_automatic()).into(),
                mail.sender.into(),
                mail.recipient.into(),
                mail.message_id.into(),
                pack(mail.bytes)?.into(),
                state.as_str().into(),
                0.into(),
                instant_text(mail.at).into(),
                leaves_at.map(instant_text).into(),
                mail.author.into(),
                mail.entry.into(),
                person_of(mail.recipient).into(),
            ],
        );
        Ok(id)
    }

    /// The states of the mails that asked for missing fields of a ticket.
    pub async fn requests_of(&mut self, ticket_id: i64) -> Result<Vec<OutboxState>> {
        let rows = query("SELECT id, state FROM outbox WHERE ticket_id = $1 AND purpose IN ($2, $3)")
            .bind(ticket_id)
            .bind(Purpose::AskMissing.as_str())
            .bind(Purpose::RemindMissing.as_str())
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter().map(|row| read_word(row, "outbox", "state", row.try_get("id")?)).collect()
    }

    /// Whether the outbox has a mail with this Message-ID.
    pub async fn has_mail(&mut self, message_id: &str) -> Result<bool> {
        let row = query("SELECT id FROM outbox WHERE message_id = $1")
            .bind(message_id.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Makes a mail due now: queued, held, deferred, failed, bounced or cancelled. `false` if there is none, or if it was sent,
    /// is claimed, or its bytes are erased.
    pub async fn requeue(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = $3, next_attempt_at = $2, finished_at = NULL,
                               created_at = CASE WHEN state = $3 THEN created_at ELSE $2 END
             WHERE id = $1 AND state <> $4 AND claimed_by IS NULL AND LENGTH(bytes) > 0",
        )
        .bind(id)
        .bind(instant_text(now))
        .bind(OutboxState::Queued.as_str())
        .bind(OutboxState::Sent.as_str())
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Cancels a queued, held or deferred mail. `false` if there is none, or if it is claimed.
    pub async fn cancel(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = $3, next_attempt_at = NULL, finished_at = $2
             WHERE id = $1 AND state IN ($4, $5, $6) AND claimed_by IS NULL",
        )
        .bind(id)
        .bind(instant_text(now))
        .bind(OutboxState::Cancelled.as_str())
        .bind(OutboxState::Queued.as_str())
        .bind(OutboxState::Held.as_str())
        .bind(OutboxState::Deferred.as_str())
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// When the next mail is due; `None` if no mail is queued.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let queued = partial::queued();
        let row = query_text(format!(
            "SELECT next_attempt_at FROM outbox WHERE {queued} ORDER BY next_attempt_at LIMIT 1"
        ))
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read_instant(&row, "outbox", "next_attempt_at", 0)).transpose()
    }

    /// The undelivered mails in the outbox, or `all` mails; oldest first.
    pub async fn outbox(&self, all: bool) -> Result<Vec<OutboxRow>> {
        let which = if all {
            "1 = 1".to_owned()
        } else {
            // UNION ALL, so that SQLite uses a partial index for each part.
            format!(
                "outbox.id IN (SELECT id FROM outbox WHERE {}
                               UNION ALL SELECT id FROM outbox WHERE {}
                               UNION ALL SELECT id FROM outbox WHERE {})",
                partial::queued(),
                partial::deferred(),
                partial::troubled()
            )
        };
        let rows = query_text(format!(
            "SELECT outbox.id AS id, ticket.number AS number, purpose, recipient, message_id, state, attempts, created_at,
                    next_attempt_at, finished_at,
                    (SELECT reply FROM attempt WHERE outbox_id = outbox.id ORDER BY nth DESC LIMIT 1) AS last_reply
             FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id
             WHERE {which} ORDER BY outbox.id"
        ))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            Ok(OutboxRow {
                id,
                ticket: row.try_get("number")?,
                purpose: read_word(row, "outbox", "purpose", id)?,
                recipient: row.try_get("recipient")?,
                message_id: row.try_get("message_id")?,
                state: read_word(row, "outbox", "state", id)?,
                attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
                created_at: read_instant(row, "outbox", "created_at", id)?,
                next_attempt_at: read_instant_option(row, "outbox", "next_attempt_at", id)?,
                finished_at: read_instant_option(row, "outbox", "finished_at", id)?,
                last_reply: row.try_get("last_reply")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The bytes of a mail, as they are sent.
    pub async fn outbox_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let row = query("SELECT bytes FROM outbox WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.map(|row| unpack(&row, "outbox", "bytes", id)).transpose()
    }

    /// Envelope recipient and bytes of the mail with this Message-ID. `None` if there is none, or if its bytes are erased.
    pub async fn sent_mail(&self, message_id: &str) -> Result<Option<(String, Vec<u8>)>> {
        let row =
            query("SELECT id, recipient, bytes FROM outbox WHERE message_id = $1 AND LENGTH(bytes) > 0")
                .bind(message_id.to_owned())
                .fetch_optional(&self.pool)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let bytes = unpack(&row, "outbox", "bytes", row.try_get("id")?)?;
        Ok(Some((row.try_get("recipient")?, bytes)))
    }

    /// Message-IDs of the newest mails to an address, newest first.
    pub async fn newest_mails_to(&self, recipient: &str, most: usize) -> Result<Vec<String>> {
        let rows = query(
            "SELECT message_id FROM outbox WHERE person = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
        )
        .bind(person_of(recipient))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
