//! Decisions about applications, and the letters about them in the outbox.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    OutboxState, Result, Store, Tx, instant_text, query, read_instant_option, read_word, ticket::storable,
};
use crate::{desk::application::decision::Decision, letter::Purpose};

/// What leads have decided about an application.
#[derive(Debug, Clone, Default)]
pub struct DecisionRow {
    pub decision: Option<Decision>,
    /// Why. It is never sent.
    pub reason: String,
    /// A lead's words in the letter.
    pub notice: String,
    pub decided_at: Option<DateTime<Utc>>,
    /// As the audit names the actor.
    pub decided_by: Option<String>,
    /// When the mail server accepted the letter.
    pub notified_at: Option<DateTime<Utc>>,
}

/// A letter about a result in the outbox.
#[derive(Debug, Clone)]
pub struct ResultMail {
    pub id: i64,
    pub ticket_id: i64,
    pub message_id: String,
    pub recipient: String,
    pub state: OutboxState,
    pub attempts: i64,
    /// Its step of the conversation.
    pub entry: Option<i64>,
}

const OF_TICKET: &str = "SELECT ticket_id, decision, reason, notice, decided_at, decided_by, notified_at FROM application WHERE ticket_id = $1";

impl Tx {
    /// What was decided about an application. Blank if nothing was, or if the ticket is none.
    pub async fn decision(&mut self, ticket: i64) -> Result<DecisionRow> {
        let row = query(OF_TICKET).bind(ticket).fetch_optional(self.connection().await?).await?;
        Ok(row.as_ref().map(read_decision).transpose()?.unwrap_or_default())
    }

    pub async fn set_decision(
        &mut self,
        ticket: i64,
        decision: Decision,
        reason: &str,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<()> {
        query("UPDATE application SET decision = $2, reason = $3, decided_at = $4, decided_by = $5 WHERE ticket_id = $1")
            .bind(ticket)
            .bind(decision.as_str())
            .bind(storable(reason))
            .bind(instant_text(at))
            .bind(by.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn set_notice(&mut self, ticket: i64, notice: &str) -> Result<()> {
        query("UPDATE application SET notice = $2 WHERE ticket_id = $1")
            .bind(ticket)
            .bind(storable(notice))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Writes the changed texts of a decision.
    pub async fn rewrite_decision(&mut self, ticket: i64, reason: &str, notice: &str) -> Result<()> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        query("UPDATE application SET reason = $2, notice = $3 WHERE ticket_id = $1")
            .bind(ticket)
            .bind(text(reason))
            .bind(text(notice))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The representative was told the result. The first time counts.
    pub async fn set_notified(&mut self, ticket: i64, at: DateTime<Utc>) -> Result<()> {
        query("UPDATE application SET notified_at = $2 WHERE ticket_id = $1 AND notified_at IS NULL")
            .bind(ticket)
            .bind(instant_text(at))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Letters about the result of an application, copies included, oldest first.
    pub async fn result_mails(&mut self, ticket: i64) -> Result<Vec<ResultMail>> {
        let rows = query(
            "SELECT id, ticket_id, message_id, recipient, state, attempts, entry_id FROM outbox
             WHERE ticket_id = $1 AND purpose IN ($2, $3, $4) ORDER BY id",
        )
        .bind(ticket)
        .bind(Purpose::ResultSelected.as_str())
        .bind(Purpose::ResultDeclined.as_str())
        .bind(Purpose::ResultCopy.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            Ok(ResultMail {
                id,
                ticket_id: row.try_get("ticket_id")?,
                message_id: row.try_get("message_id")?,
                recipient: row.try_get("recipient")?,
                state: read_word(row, "outbox", "state", id)?,
                attempts: row.try_get("attempts")?,
                entry: row.try_get("entry_id")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Store {
    /// What was decided about an application. Blank if nothing was, or if the ticket is none.
    pub async fn decision(&self, ticket: i64) -> Result<DecisionRow> {
        let row = query(OF_TICKET).bind(ticket).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(read_decision).transpose()?.unwrap_or_default())
    }
}

fn read_decision(row: &AnyRow) -> Result<DecisionRow> {
    let id = row.try_get("ticket_id")?;
    let decided = row.try_get::<Option<String>, _>("decision")?.is_some();
    let text =
        |column| -> Result<String> { Ok(row.try_get::<Option<String>, _>(column)?.unwrap_or_default()) };
    Ok(DecisionRow {
        decision: if decided { Some(read_word(row, "application", "decision", id)?) } else { None },
        reason: text("reason")?,
        notice: text("notice")?,
        decided_at: read_instant_option(row, "application", "decided_at", id)?,
        decided_by: row.try_get("decided_by")?,
        notified_at: read_instant_option(row, "application", "notified_at", id)?,
    })
}
