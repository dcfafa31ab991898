//! Entries for the guidebook.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Result, Store, StoreError, Tx, instant_text, query, query_text, read_word, ticket::storable};
use crate::desk::{
    faq::{EntryState, Texts},
    ticket::{ENTRY, TicketNumber},
};

pub(super) const COLUMNS: &str =
    "id, number, ticket_id, month, state, texts, created_by, changed_by, released_by, hash";

/// An entry.
#[derive(Debug, Clone)]
pub struct FaqRow {
    pub id: i64,
    pub number: TicketNumber,
    /// `None` if its ticket was erased.
    pub ticket_id: Option<i64>,
    /// Such as 2025-07.
    pub month: String,
    pub state: EntryState,
    pub texts: Texts,
    /// As the audit names the actor, like the others.
    pub created_by: String,
    pub changed_by: String,
    pub released_by: Option<String>,
    /// Of the texts as they were released.
    pub hash: Option<String>,
}

impl FaqRow {
    /// Whether somebody, as the audit names them, neither proposed nor last changed the entry, and so may release it.
    #[must_use]
    pub fn has_second_in(&self, by: &str) -> bool {
        ![&self.created_by, &self.changed_by].iter().any(|author| author.eq_ignore_ascii_case(by))
    }
}

fn read(row: &AnyRow) -> Result<FaqRow> {
    let id = row.try_get("id")?;
    let state = read_word(row, "faq", "state", id)?;
    let texts: String = row.try_get("texts")?;
    let texts = match state {
        EntryState::Erased => Texts::default(),
        _ => serde_json::from_str(&texts).map_err(|_| StoreError::Row {
            table: "faq",
            column: "texts",
            id,
            value: "[redacted]".to_owned(),
        })?,
    };
    Ok(FaqRow {
        id,
        number: read_word(row, "faq", "number", id)?,
        ticket_id: row.try_get("ticket_id")?,
        month: row.try_get("month")?,
        state,
        texts,
        created_by: row.try_get("created_by")?,
        changed_by: row.try_get("changed_by")?,
        released_by: row.try_get("released_by")?,
        hash: row.try_get("hash")?,
    })
}

/// The texts as the column holds them.
fn json(texts: &Texts) -> String {
    storable(&serde_json::to_string(texts).unwrap_or_default())
}

impl Store {
    /// Every entry that was not erased, the oldest first.
    pub async fn faq(&self) -> Result<Vec<FaqRow>> {
        let sql = format!("SELECT {COLUMNS} FROM faq WHERE state <> $1 ORDER BY id");
        let rows = query_text(sql).bind(EntryState::Erased.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Released entries, the oldest first.
    pub async fn released_faq(&self) -> Result<Vec<FaqRow>> {
        released(&mut *self.pool.acquire().await?).await
    }
}

async fn released(connection: &mut sqlx::AnyConnection) -> Result<Vec<FaqRow>> {
    let sql = format!("SELECT {COLUMNS} FROM faq WHERE state = $1 ORDER BY id");
    let rows = query_text(sql).bind(EntryState::Released.as_str()).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

impl Tx {
    /// As [`Store::released_faq`].
    pub async fn released_faq(&mut self) -> Result<Vec<FaqRow>> {
        released(self.connection().await?).await
    }

    pub async fn faq_by_number(&mut self, number: &TicketNumber) -> Result<Option<FaqRow>> {
        let sql = format!("SELECT {COLUMNS} FROM faq WHERE number = $1");
        let row = query_text(sql).bind(number.to_string());
        row.fetch_optional(self.connection().await?).await?.as_ref().map(read).transpose()
    }

    /// The entry that a ticket has become, unless it was erased.
    pub async fn faq_of(&mut self, ticket: i64) -> Result<Option<FaqRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM faq WHERE ticket_id = $1 AND state <> $2 ORDER BY id LIMIT 1");
        let row = query_text(sql).bind(ticket).bind(EntryState::Erased.as_str());
        row.fetch_optional(self.connection().await?).await?.as_ref().map(read).transpose()
    }

    /// Adds a draft. No number is given twice, not even that of an erased entry.
    pub async fn add_faq(
        &mut self,
        ticket: i64,
        fiscal_year: i32,
        month: &str,
        texts: &Texts,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<TicketNumber> {
        let id = self.fresh_id();
        let row = query("SELECT COUNT(*) FROM faq WHERE number LIKE $1")
            .bind(format!("{ENTRY}-{fiscal_year}-%"))
            .fetch_one(self.connection().await?)
            .await?;
        let serial = u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX).saturating_add(1);
        let number = TicketNumber::new(ENTRY, fiscal_year, serial);
        query(
            "INSERT INTO faq (id, number, ticket_id, month, state, texts, created_by, changed_at, changed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
        )
        .bind(id)
        .bind(number.to_string())
        .bind(ticket)
        .bind(month.to_owned())
        .bind(EntryState::Draft.as_str())
        .bind(json(texts))
        .bind(by.to_owned())
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        Ok(number)
    }

    /// Writes changed texts. The entry is a draft again.
    pub async fn change_faq(&mut self, id: i64, texts: &Texts, by: &str, now: DateTime<Utc>) -> Result<()> {
        query(
            "UPDATE faq SET state = $2, texts = $3, changed_by = $4, changed_at = $5,
                 released_at = NULL, released_by = NULL, hash = NULL WHERE id = $1",
        )
        .bind(id)
        .bind(EntryState::Draft.as_str())
        .bind(json(texts))
        .bind(by.to_owned())
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    pub async fn release_faq(&mut self, id: i64, hash: &str, by: &str, now: DateTime<Utc>) -> Result<()> {
        query("UPDATE faq SET state = $2, hash = $3, released_by = $4, released_at = $5 WHERE id = $1")
            .bind(id)
            .bind(EntryState::Released.as_str())
            .bind(hash.to_owned())
            .bind(by.to_owned())
            .bind(instant_text(now))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn withdraw_faq(&mut self, id: i64) -> Result<()> {
        query("UPDATE faq SET state = $2, released_at = NULL, released_by = NULL, hash = NULL WHERE id = $1")
            .bind(id)
            .bind(EntryState::Withdrawn.as_str())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Of an erased ticket: erases the entries that are not released. A released one holds only what was released; it loses
    /// its ticket.
    pub async fn forget_faq_of(&mut self, ticket: i64) -> Result<()> {
        query("UPDATE faq SET state = $3, texts = '' WHERE ticket_id = $1 AND state <> $2")
            .bind(ticket)
            .bind(EntryState::Released.as_str())
            .bind(EntryState::Erased.as_str())
            .execute(self.connection().await?)
            .await?;
        query("UPDATE faq SET ticket_id = NULL WHERE ticket_id = $1")
            .bind(ticket)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }
}
