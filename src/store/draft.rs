//! Mails that a person wrote to an inquirer: held for somebody's word, and released.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    AnyQuery, OutboxState, Result, Store, Tx, instant_text, list, partial, query, query_once, query_text,
    read_instant, read_instant_option, read_word, unpack,
};
use crate::{
    desk::ticket::{TicketNumber, Undecided},
    letter::Purpose,
};

/// A mail that a person wrote to an inquirer, and that was not cancelled and did not fail.
#[derive(Debug, Clone)]
pub struct WrittenMail {
    /// Row id in the outbox.
    pub id: i64,
    pub purpose: Purpose,
    /// Address of the member who wrote it; `operator` for the shell.
    pub author: Option<String>,
    /// Row id of its entry in the conversation.
    pub entry: Option<i64>,
    /// Without brackets.
    pub message_id: String,
    /// Envelope recipient.
    pub recipient: String,
    pub state: OutboxState,
    /// Attempts so far.
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
    /// When it leaves; `None` while it is held, and when it has left.
    pub leaves_at: Option<DateTime<Utc>>,
    /// When the mail server accepted it.
    pub sent_at: Option<DateTime<Utc>>,
}

impl WrittenMail {
    /// Whether it waits for a lead, or for a member's word.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.state == OutboxState::Held
    }

    /// Whether it can still be stopped: no attempt was made to send it.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.state != OutboxState::Sent && self.attempts == 0
    }
}

/// An answer or a question.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// Row id in the outbox.
    pub id: i64,
    pub purpose: Purpose,
    /// Without brackets.
    pub message_id: String,
    /// Envelope recipient.
    pub recipient: String,
    pub state: OutboxState,
}

impl LetterRow {
    /// Whether it has left and did not arrive.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self.state, OutboxState::Bounced | OutboxState::Failed)
    }

    /// Whether it has not left.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.state, OutboxState::Queued | OutboxState::Held)
    }
}

/// What persons write or order, each with an author. The copies of an answer are a part of it.
const LETTERS: [Purpose; 6] = [
    Purpose::Answer,
    Purpose::Question,
    Purpose::Interim,
    Purpose::Meeting,
    Purpose::VisitRequest,
    Purpose::Forward,
];

/// Purposes as a list of SQL.
fn words(purposes: &[Purpose]) -> String {
    purposes.iter().map(|purpose| format!("'{purpose}'")).collect::<Vec<_>>().join(", ")
}

/// A mail that a person wrote and that waits for somebody's word.
#[derive(Debug, Clone)]
pub struct HeldMail {
    pub number: TicketNumber,
    pub written: WrittenMail,
    /// The letter.
    pub text: String,
    /// Those who decide about it were reminded.
    pub is_reminded: bool,
}

impl HeldMail {
    /// What the rule looks at.
    #[must_use]
    pub fn rule(&self) -> Undecided {
        Undecided { since: self.written.created_at, is_reminded: self.is_reminded }
    }
}

/// The mails that wait, the oldest first.
fn held_mails() -> AnyQuery {
    query_text(format!(
        "SELECT outbox.id AS id, number, purpose, author, entry_id, state, attempts, message_id, recipient, created_at,
                next_attempt_at, finished_at, reminded_at, entry.text AS text
         FROM outbox JOIN ticket ON ticket.id = outbox.ticket_id LEFT JOIN entry ON entry.id = outbox.entry_id
         WHERE ({}) AND state = $1 AND purpose IN ({}) ORDER BY outbox.id",
        partial::troubled(),
        words(&LETTERS)
    ))
    .bind(OutboxState::Held.as_str())
}

fn read_held(row: &AnyRow) -> Result<HeldMail> {
    let written = read_written(row)?;
    Ok(HeldMail {
        number: read_word(row, "ticket", "number", written.id)?,
        text: row.try_get::<Option<String>, _>("text")?.unwrap_or_default(),
        is_reminded: row.try_get::<Option<String>, _>("reminded_at")?.is_some(),
        written,
    })
}

fn read_written(row: &AnyRow) -> Result<WrittenMail> {
    let id = row.try_get("id")?;
    Ok(WrittenMail {
        id,
        purpose: read_word(row, "outbox", "purpose", id)?,
        author: row.try_get("author")?,
        entry: row.try_get("entry_id")?,
        message_id: row.try_get("message_id")?,
        recipient: row.try_get("recipient")?,
        state: read_word(row, "outbox", "state", id)?,
        attempts: row.try_get("attempts")?,
        created_at: read_instant(row, "outbox", "created_at", id)?,
        leaves_at: read_instant_option(row, "outbox", "next_attempt_at", id)?,
        sent_at: read_instant_option(row, "outbox", "finished_at", id)?,
    })
}

/// What persons wrote about these tickets and has not left, each with the row id of its ticket, the oldest first.
fn unsent(tickets: &[i64]) -> AnyQuery {
    let sql = format!(
        "SELECT id, ticket_id, purpose, author, entry_id, state, attempts, message_id, recipient, created_at,
                next_attempt_at, finished_at FROM outbox
         WHERE ticket_id IN ({}) AND purpose IN ({}) AND state IN ($1, $2) ORDER BY id",
        list(tickets),
        words(&LETTERS)
    );
    query_once(sql).bind(OutboxState::Queued.as_str()).bind(OutboxState::Held.as_str())
}

fn read_unsent(row: &AnyRow) -> Result<(i64, WrittenMail)> {
    Ok((row.try_get("ticket_id")?, read_written(row)?))
}

impl Store {
    /// As [`Tx::unsent`].
    pub async fn unsent(&self, tickets: &[i64]) -> Result<Vec<(i64, WrittenMail)>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        unsent(tickets).fetch_all(&self.pool).await?.iter().map(read_unsent).collect()
    }

    /// The mails of persons that wait for somebody's word, the oldest first.
    pub async fn held_mails(&self) -> Result<Vec<HeldMail>> {
        held_mails().fetch_all(&self.pool).await?.iter().map(read_held).collect()
    }
}

impl Tx {
    /// As [`Store::held_mails`].
    pub async fn held_mails(&mut self) -> Result<Vec<HeldMail>> {
        held_mails().fetch_all(self.connection().await?).await?.iter().map(read_held).collect()
    }

    /// Records that those who decide about these mails were reminded.
    pub async fn reminded_of(&mut self, mails: &[i64], now: DateTime<Utc>) -> Result<()> {
        if mails.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE outbox SET reminded_at = $1 WHERE id IN ({})", list(mails));
        query_once(sql).bind(instant_text(now)).execute(self.connection().await?).await?;
        Ok(())
    }

    /// What persons wrote about these tickets and has not left, each with the row id of its ticket, the oldest first.
    pub async fn unsent(&mut self, tickets: &[i64]) -> Result<Vec<(i64, WrittenMail)>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        unsent(tickets).fetch_all(self.connection().await?).await?.iter().map(read_unsent).collect()
    }

    /// What persons wrote about one ticket and has not left, the oldest first.
    pub async fn unsent_of(&mut self, ticket: i64) -> Result<Vec<WrittenMail>> {
        Ok(self.unsent(&[ticket]).await?.into_iter().map(|(_, mail)| mail).collect())
    }

    /// Drafts of a ticket, the newest first.
    pub async fn drafts(&mut self, ticket_id: i64) -> Result<Vec<WrittenMail>> {
        let mut mails = self.ordered_mails(ticket_id).await?;
        mails.retain(WrittenMail::is_draft);
        Ok(mails)
    }

    /// What persons wrote to the inquirer of a ticket: drafts and sent mails, the newest first.
    pub async fn written_mails(&mut self, ticket_id: i64) -> Result<Vec<WrittenMail>> {
        let mut mails = self.ordered_mails(ticket_id).await?;
        mails.retain(|mail| matches!(mail.purpose, Purpose::Answer | Purpose::Question));
        Ok(mails)
    }

    /// What persons wrote or ordered on a ticket, letters about meetings among it, the newest first.
    pub async fn ordered_mails(&mut self, ticket_id: i64) -> Result<Vec<WrittenMail>> {
        let sql = format!(
            "SELECT id, purpose, author, entry_id, state, attempts, message_id, recipient, created_at,
                    next_attempt_at, finished_at FROM outbox
             WHERE ticket_id = $1 AND purpose IN ({}, {}) AND state IN ($2, $3, $4) ORDER BY id DESC",
            words(&LETTERS),
            words(&[Purpose::AnswerCopy])
        );
        let rows = query_text(sql)
            .bind(ticket_id)
            .bind(OutboxState::Queued.as_str())
            .bind(OutboxState::Held.as_str())
            .bind(OutboxState::Sent.as_str())
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter().map(read_written).collect()
    }

    /// The answers and questions of a ticket that wait, have left or did not arrive, the newest first. The letters to the
    /// inquirers of merged tickets are among them.
    pub async fn letters(&mut self, ticket_id: i64) -> Result<Vec<LetterRow>> {
        let rows = query(
            "SELECT id, purpose, message_id, recipient, state FROM outbox
             WHERE ticket_id = $1 AND purpose IN ($2, $3) AND state <> $4 ORDER BY id DESC",
        )
        .bind(ticket_id)
        .bind(Purpose::Answer.as_str())
        .bind(Purpose::Question.as_str())
        .bind(OutboxState::Cancelled.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            Ok(LetterRow {
                id,
                purpose: read_word(row, "outbox", "purpose", id)?,
                message_id: row.try_get("message_id")?,
                recipient: row.try_get("recipient")?,
                state: read_word(row, "outbox", "state", id)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A mail that a person wrote about a ticket, with the ticket's row id.
    pub async fn written_mail(&mut self, id: i64) -> Result<Option<(i64, WrittenMail)>> {
        let row = query("SELECT ticket_id FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        let ticket: Option<i64> = row.map(|row| row.try_get("ticket_id")).transpose()?.flatten();
        let Some(ticket) = ticket else { return Ok(None) };
        let mails = self.ordered_mails(ticket).await?;
        Ok(mails.into_iter().find(|mail| mail.id == id).map(|mail| (ticket, mail)))
    }

    /// The bytes of a mail; empty if they are erased.
    pub async fn mail_bytes(&mut self, id: i64) -> Result<Vec<u8>> {
        let row = query("SELECT bytes FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_one(self.connection().await?)
            .await?;
        unpack(&row, "outbox", "bytes", id)
    }

    /// The ledger row of the mail by which a mail was written.
    pub async fn written_in(&mut self, id: i64) -> Result<Option<i64>> {
        let row = query("SELECT message_ref FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_one(self.connection().await?)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// When a mail was written: when its author's own mail came, else when it was queued.
    pub async fn written_at(&mut self, id: i64) -> Result<DateTime<Utc>> {
        let row = query("SELECT message_ref, created_at FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_one(self.connection().await?)
            .await?;
        let queued = read_instant(&row, "outbox", "created_at", id)?;
        self.written_by(row.try_get("message_ref")?, queued).await
    }

    /// When the author of a mail that is queued at `queued` wrote it, by the mail that `message` is.
    pub async fn written_by(&mut self, message: Option<i64>, queued: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let Some(message) = message else { return Ok(queued) };
        let row = query("SELECT received_at FROM message WHERE id = $1")
            .bind(message)
            .fetch_one(self.connection().await?)
            .await?;
        Ok(read_instant(&row, "message", "received_at", message)?.min(queued))
    }

    /// The author of a mail, if a person wrote it.
    pub async fn author_of(&mut self, id: i64) -> Result<Option<String>> {
        let row = query("SELECT author FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
    }

    /// The Message-ID of a mail, without brackets.
    pub async fn message_id_of(&mut self, id: i64) -> Result<Option<String>> {
        let row = query("SELECT message_id FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Holds a mail that waits to leave. `false` if it is being sent or does not wait.
    pub async fn hold(&mut self, id: i64) -> Result<bool> {
        let done = query(
            "UPDATE outbox SET state = $2, next_attempt_at = NULL
             WHERE id = $1 AND state = $3 AND attempts = 0 AND claimed_by IS NULL",
        )
        .bind(id)
        .bind(OutboxState::Held.as_str())
        .bind(OutboxState::Queued.as_str())
        .execute(self.connection().await?)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The state of the mail with this Message-ID.
    pub async fn mail_state(&mut self, message_id: &str) -> Result<Option<OutboxState>> {
        let row = query("SELECT id, state FROM outbox WHERE message_id = $1")
            .bind(message_id.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(read_word(&row, "outbox", "state", row.try_get("id")?)?))
    }

    /// Queues a held mail, which then leaves at `at`.
    pub async fn release(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        query("UPDATE outbox SET state = $3, next_attempt_at = $2 WHERE id = $1 AND state = $4")
            .bind(id)
            .bind(instant_text(at))
            .bind(OutboxState::Queued.as_str())
            .bind(OutboxState::Held.as_str())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }
}
