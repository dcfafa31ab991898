//! Small facts that outlive a process.

use sqlx::Row;

use super::{Result, Store, Tx, query};

impl Store {
    /// The value of a fact, once it is set.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn state(&self, name: &str) -> Result<Option<String>> {
        let row = query("SELECT value FROM state WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

impl Tx {
    /// Sets a fact unless it is set already, and returns what holds afterwards.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn state_or_insert(&mut self, name: &str, value: &str) -> Result<String> {
        query("INSERT INTO state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_owned())
            .bind(value.to_owned())
            .execute(self.connection().await?)
            .await?;
        let row = query("SELECT value FROM state WHERE name = $1")
            .bind(name.to_owned())
            .fetch_one(self.connection().await?)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Sets a fact, and returns what held before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_state(&mut self, name: &str, value: &str) -> Result<Option<String>> {
        let before = query("SELECT value FROM state WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.connection().await?)
            .await?;
        query("INSERT INTO state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(name.to_owned())
            .bind(value.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(before.map(|row| row.try_get(0)).transpose()?)
    }
}
