//! Values that outlive a process, by name: keys, instants, fingerprints.

use sqlx::Row;

use super::{Result, Store, Tx, query};

impl Store {
    /// `None` if the value was never set.
    pub async fn state(&self, name: &str) -> Result<Option<String>> {
        let row = query("SELECT value FROM state WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Two values, as [`Store::state`].
    pub async fn states(&self, names: [&'static str; 2]) -> Result<[Option<String>; 2]> {
        let rows = query("SELECT name, value FROM state WHERE name IN ($1, $2)")
            .bind(names[0])
            .bind(names[1])
            .fetch_all(&self.pool)
            .await?;
        let mut found = [None, None];
        for row in rows {
            let name: String = row.try_get(0)?;
            for (of, value) in names.iter().zip(&mut found) {
                if *of == name {
                    *value = Some(row.try_get(1)?);
                }
            }
        }
        Ok(found)
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
