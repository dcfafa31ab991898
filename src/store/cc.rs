//! Who has an inquiry by its sender's Cc.

use sqlx::Row;

use super::{Result, Tx, query};

impl Tx {
    /// Adds addresses, which are in lower case.
    pub async fn add_cc(&mut self, ticket_id: i64, addresses: &[String]) -> Result<()> {
        for address in addresses {
            query("INSERT INTO cc (ticket_id, address) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(ticket_id)
                .bind(address.clone())
                .execute(self.connection().await?)
                .await?;
        }
        Ok(())
    }

    pub async fn cc_of(&mut self, ticket_id: i64) -> Result<Vec<String>> {
        let rows = query("SELECT address FROM cc WHERE ticket_id = $1 ORDER BY address")
            .bind(ticket_id)
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
