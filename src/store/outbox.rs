//! The outbox: the only way out. A mail is queued in the transaction that decided it; each attempt and the
//! server's reply stay readable. Decides no retries; `delivery` does.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    ClaimedMail, NewEvent, Result, Store, Table, Tx, instant_text, pack, query, read_instant,
    read_instant_option, read_word, ticket::storable, unpack,
};
use crate::desk::triage::Reported;
use crate::letter::Purpose;
use crate::words::closed_set;

closed_set! {
    /// What became of a mail in the outbox.
    OutboxState {
        /// It is sent when it is due.
        Queued = "queued",
        /// A lead has to let it leave.
        Held = "held",
        /// The mail server has accepted it.
        Sent = "sent",
        /// It was refused for good, or given up.
        Failed = "failed",
        /// The mail server accepted it, and a delivery report says that it did not arrive.
        Bounced = "bounced",
        /// The operator stopped it.
        Cancelled = "cancelled",
    }
}

/// A mail to queue.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    /// The ticket it belongs to.
    pub ticket_id: Option<i64>,
    /// The ledger row it answers.
    pub message_ref: Option<i64>,
    /// What it is for.
    pub purpose: Purpose,
    /// Envelope sender.
    pub sender: &'a str,
    /// Envelope recipient.
    pub recipient: &'a str,
    /// Message-ID without brackets: a mail with the same one is never queued twice.
    pub message_id: &'a str,
    /// The whole message.
    pub bytes: &'a [u8],
    /// Now.
    pub at: DateTime<Utc>,
    /// When it leaves; `None`: when a lead lets it.
    pub leaves_at: Option<DateTime<Utc>>,
    /// Who wrote it, where a person did.
    pub author: Option<&'a str>,
    /// Its step of the conversation, which goes with it when it is stopped.
    pub entry: Option<i64>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted.
    Sent,
    /// To be tried again.
    Retry {
        /// Not before this instant.
        at: DateTime<Utc>,
    },
    /// Not to be tried again.
    Failed,
}

/// The result of an attempt, with the server's own words.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What was sent.
    pub due: ClaimedMail,
    /// When.
    pub at: DateTime<Utc>,
    /// The server's reply, or what went wrong.
    pub reply: String,
    /// How it ended.
    pub verdict: Verdict,
}

/// A mail as `outbox list` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct OutboxRow {
    /// Identifier.
    pub id: i64,
    /// Number of its ticket.
    pub ticket: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
    /// Envelope recipient.
    pub recipient: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// What became of it.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was sent or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// The server's last reply.
    pub last_reply: Option<String>,
}

impl Tx {
    /// Queues a mail, unless one with the same Message-ID is there already.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn add_mail(&mut self, mail: &NewMail<'_>) -> Result<()> {
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
                mail.leaves_at.map_or(OutboxState::Held, |_| OutboxState::Queued).as_str().into(),
                0.into(),
                instant_text(mail.at).into(),
                mail.leaves_at.map(instant_text).into(),
                mail.author.into(),
                mail.entry.into(),
            ],
        );
        Ok(())
    }

    /// Whether a mail with this Message-ID was queued before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_mail(&mut self, message_id: &str) -> Result<bool> {
        let row = query("SELECT id FROM outbox WHERE message_id = $1")
            .bind(message_id.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.is_some())
    }

    /// The mail with this Message-ID, and its ticket.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reported(&mut self, message_id: &str) -> Result<Option<Reported>> {
        let row = query(
            "SELECT outbox.id AS id, ticket.id AS ticket_id, ticket.number AS number
             FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id WHERE message_id = $1",
        )
        .bind(message_id.to_owned())
        .fetch_optional(self.connection().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.try_get("id")?;
        let ticket = match row.try_get::<Option<i64>, _>("ticket_id")? {
            Some(ticket_id) => Some((ticket_id, read_word(&row, "ticket", "number", ticket_id)?)),
            None => None,
        };
        Ok(Some(Reported { outbox: id, ticket }))
    }

    /// Automatic mails queued in a ticket since an instant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sent_in_thread(&mut self, ticket_id: i64, since: DateTime<Utc>) -> Result<u32> {
        let row =
            query("SELECT COUNT(*) FROM outbox WHERE ticket_id = $1 AND automatic = 1 AND created_at >= $2")
                .bind(ticket_id)
                .bind(instant_text(since))
                .fetch_one(self.connection().await?)
                .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
    }

    /// Notes that a mail did not arrive, though the server had accepted it. Returns its recipient and purpose, the
    /// first time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_bounced(&mut self, id: i64, now: DateTime<Utc>) -> Result<Option<(String, Purpose)>> {
        let row = query(
            "UPDATE outbox SET state = 'bounced', next_attempt_at = NULL, finished_at = $2
             WHERE id = $1 AND state <> 'bounced' RETURNING recipient, purpose",
        )
        .bind(id)
        .bind(instant_text(now))
        .fetch_optional(self.connection().await?)
        .await?;
        row.map(|row| Ok((row.try_get("recipient")?, read_word(&row, "outbox", "purpose", id)?))).transpose()
    }

    /// Records how attempts ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_attempts(&mut self, attempts: &[Attempt]) -> Result<()> {
        for Attempt { due, at, reply, verdict } in attempts {
            self.writes.push(
                Table::Attempt,
                [
                    due.id.into(),
                    i64::from(due.attempt).into(),
                    instant_text(*at).into(),
                    storable(reply).into(),
                ],
            );
            let what = match verdict {
                Verdict::Sent => "sent",
                Verdict::Retry { .. } => "delayed",
                Verdict::Failed => "undeliverable",
            };
            let detail = format!(
                "{} (outbox {}, attempt {}): {}",
                due.purpose,
                due.id,
                due.attempt,
                reply_code(reply)
            );
            self.append_event(*at, NewEvent::by_desk(what, detail).on_ticket(due.ticket_id));
        }
        for Attempt { due, at, verdict, .. } in attempts {
            let (state, next, finished) = match verdict {
                Verdict::Sent => (OutboxState::Sent, None, Some(*at)),
                Verdict::Retry { at } => (OutboxState::Queued, Some(*at), None),
                Verdict::Failed => (OutboxState::Failed, None, Some(*at)),
            };
            self.conclude(due.id, state, next, finished).await?;
        }
        Ok(())
    }

    async fn conclude(
        &mut self,
        id: i64,
        state: OutboxState,
        next: Option<DateTime<Utc>>,
        finished: Option<DateTime<Utc>>,
    ) -> Result<()> {
        query("UPDATE outbox SET state = $2, next_attempt_at = $3, finished_at = $4, claimed_by = NULL WHERE id = $1 AND state = 'queued'")
            .bind(id)
            .bind(state.as_str())
            .bind(next.map(instant_text))
            .bind(finished.map(instant_text))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Makes a mail due now, whether it failed, was cancelled or waits. `false` when there is none, or it was sent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn requeue(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = 'queued', next_attempt_at = $2, created_at = CASE WHEN state = 'queued' THEN created_at ELSE $2 END,
                               finished_at = NULL
             WHERE id = $1 AND state <> 'sent' AND claimed_by IS NULL AND LENGTH(bytes) > 0",
        )
        .bind(id)
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Stops a mail that waits and is not being sent. `false` when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cancel(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = 'cancelled', next_attempt_at = NULL, finished_at = $2
             WHERE id = $1 AND state IN ('queued', 'held') AND claimed_by IS NULL",
        )
        .bind(id)
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Mails about their own mails that were queued for a member of staff since an instant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn explained(&mut self, recipient: &str, since: DateTime<Utc>) -> Result<u32> {
        let row = query(
            "SELECT COUNT(*) FROM outbox WHERE recipient = $1 AND purpose = 'staff_reply' AND created_at >= $2",
        )
        .bind(recipient.to_owned())
        .bind(instant_text(since))
        .fetch_one(self.connection().await?)
        .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
    }

    /// The address of who wrote a mail, where a person did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn author_of(&mut self, id: i64) -> Result<Option<String>> {
        let row = query("SELECT author FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
    }
}

impl Store {
    /// When the next mail is due; `None` when none waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let row = query(
            "SELECT next_attempt_at FROM outbox WHERE state = 'queued' ORDER BY next_attempt_at LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read_instant(&row, "outbox", "next_attempt_at", 0)).transpose()
    }

    /// Mails in the outbox, oldest first: those not delivered, or with `all` every one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox(&self, all: bool) -> Result<Vec<OutboxRow>> {
        // Two halves of one index each: SQLite takes a partial index only where its own condition stands in the query.
        let which = if all {
            "1 = 1"
        } else {
            "outbox.id IN (SELECT id FROM outbox WHERE state = 'queued'
                           UNION ALL SELECT id FROM outbox WHERE state = 'held' OR state = 'failed' OR state = 'bounced')"
        };
        let sql = format!(
            "SELECT outbox.id AS id, ticket.number AS number, purpose, recipient, message_id, state, attempts, created_at,
                    next_attempt_at, finished_at,
                    (SELECT reply FROM attempt WHERE outbox_id = outbox.id ORDER BY nth DESC LIMIT 1) AS last_reply
             FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id
             WHERE {which} ORDER BY outbox.id"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
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

    /// The bytes of a mail, as they go out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let row = query("SELECT bytes FROM outbox WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.map(|row| unpack(&row, "outbox", "bytes", id)).transpose()
    }
}

/// A reply's code alone, for audit and log: the rest may name the recipient.
#[must_use]
pub fn reply_code(reply: &str) -> String {
    let code: String = reply.chars().take_while(|c| c.is_ascii_digit() || *c == '.' || *c == ' ').collect();
    if code.trim().is_empty() { "no reply".to_owned() } else { code.trim().to_owned() }
}
