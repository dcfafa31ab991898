//! Phrases that staff keep for their answers.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{Result, Store, Tx, instant_text, query, ticket::storable};

/// A phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseRow {
    pub name: String,
    pub text: String,
    /// As the audit names the actor.
    pub changed_by: String,
}

impl Store {
    /// All phrases, by their names.
    pub async fn phrases(&self) -> Result<Vec<PhraseRow>> {
        let rows =
            query("SELECT name, text, changed_by FROM phrase ORDER BY name").fetch_all(&self.pool).await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(PhraseRow {
                name: row.try_get("name")?,
                text: row.try_get("text")?,
                changed_by: row.try_get("changed_by")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Tx {
    pub async fn phrase(&mut self, name: &str) -> Result<Option<String>> {
        let row = query("SELECT text FROM phrase WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Adds a phrase, or replaces its text.
    pub async fn set_phrase(&mut self, name: &str, text: &str, by: &str, now: DateTime<Utc>) -> Result<()> {
        query(
            "INSERT INTO phrase (name, text, changed_at, changed_by) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at,
                 changed_by = excluded.changed_by",
        )
        .bind(name.to_owned())
        .bind(storable(text))
        .bind(instant_text(now))
        .bind(by.to_owned())
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// `false` if there is no such phrase.
    pub async fn remove_phrase(&mut self, name: &str) -> Result<bool> {
        let removed = query("DELETE FROM phrase WHERE name = $1")
            .bind(name.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(removed.rows_affected() > 0)
    }
}
