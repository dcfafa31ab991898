//! Values that outlive a process, by name: keys, instants, fingerprints.

use std::collections::HashMap;

use sqlx::Row;

use super::{AnyQuery, Result, Store, Tx, numbered_places, query, query_text};

impl Store {
    /// `None` if the value was never set.
    pub async fn state(&self, name: &str) -> Result<Option<String>> {
        let row = query("SELECT value FROM state WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Several values in one query, as [`Store::state`].
    pub async fn states<const N: usize>(&self, names: [&'static str; N]) -> Result<[Option<String>; N]> {
        let sql = format!("SELECT name, value FROM state WHERE name IN ({})", numbered_places(1, N));
        let rows = names.into_iter().fold(query_text(sql), AnyQuery::bind).fetch_all(&self.pool).await?;
        let mut values: HashMap<String, String> =
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_>>()?;
        Ok(names.map(|name| values.remove(name)))
    }
}

impl Tx {
    /// Sets a value unless it is set already, and returns the value that is set now.
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

    /// Sets a value, and returns the one before.
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
