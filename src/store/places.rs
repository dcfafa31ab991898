//! Places in the ledger: which messages of a folder were taken, by UID or file name.

use std::collections::{BTreeSet, HashMap};

use sqlx::{Row, any::AnyRow};

use super::{Outcome, Result, Store, Tx, list, query, query_once, read_word};

/// UIDs that one query names.
const UIDS_AT_ONCE: usize = 1000;

fn uid_list(uids: &[u32]) -> String {
    list(&uids.iter().copied().map(i64::from).collect::<Vec<_>>())
}

impl Tx {
    /// Separates the places of a folder's messages from new ones with the same UIDs, after the server assigned new ones under the
    /// same UIDVALIDITY. The old UIDVALIDITY gets a number above its 32 bits, higher each time.
    pub async fn set_places_aside(&mut self, folder: &str, uidvalidity: u32) -> Result<()> {
        let row = query("SELECT COALESCE(MAX(uidvalidity), 0) FROM message WHERE folder = $1")
            .bind(folder.to_owned())
            .fetch_one(self.connection().await?)
            .await?;
        let next = (row.try_get::<i64, _>(0)? >> 32) + 1;
        query("UPDATE message SET uidvalidity = $3 WHERE folder = $1 AND uidvalidity = $2")
            .bind(folder.to_owned())
            .bind(i64::from(uidvalidity))
            .bind((next << 32) + i64::from(uidvalidity))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }
}

impl Store {
    /// The highest UID fetched from a folder; 0 if there is none, or the folder's UIDVALIDITY is new.
    pub async fn highest_uid(&self, folder: &str, uidvalidity: u32) -> Result<u32> {
        let row = query("SELECT COALESCE(MAX(uid), 0) FROM message WHERE folder = $1 AND uidvalidity = $2")
            .bind(folder.to_owned())
            .bind(i64::from(uidvalidity))
            .fetch_one(&self.pool)
            .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }

    /// Whether messages were fetched from a folder under another UIDVALIDITY. Places that were set aside do not count.
    pub async fn had_other_uids(&self, folder: &str, uidvalidity: u32) -> Result<bool> {
        let row = query(
            "SELECT id FROM message WHERE folder = $1 AND uidvalidity <> $2 AND uidvalidity <= $3 LIMIT 1",
        )
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .bind(i64::from(u32::MAX));
        Ok(row.fetch_optional(&self.pool).await?.is_some())
    }

    /// Those of the given UIDs that the ledger holds.
    pub async fn known_uids(&self, folder: &str, uidvalidity: u32, uids: &[u32]) -> Result<BTreeSet<u32>> {
        let mut known = BTreeSet::new();
        for uids in uids.chunks(UIDS_AT_ONCE) {
            let rows = query_once(format!(
                "SELECT uid FROM message WHERE folder = $1 AND uidvalidity = $2 AND uid IN ({})",
                uid_list(uids)
            ))
            .bind(folder.to_owned())
            .bind(i64::from(uidvalidity))
            .fetch_all(&self.pool)
            .await?;
            for row in rows {
                known.extend(u32::try_from(row.try_get::<i64, _>(0)?).ok());
            }
        }
        Ok(known)
    }

    /// Message-IDs by UID, without messages that were never fetched (`parked_as`).
    pub async fn message_ids_at(
        &self,
        folder: &str,
        uidvalidity: u32,
        uids: &[u32],
        parked_as: &'static str,
    ) -> Result<HashMap<u32, String>> {
        let rows = query_once(format!(
            "SELECT uid, message_id FROM message WHERE folder = $1 AND uidvalidity = $2 AND uid IN ({})
                AND (reason IS NULL OR reason <> $3)",
            uid_list(uids)
        ))
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .bind(parked_as)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            Ok((u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(), row.try_get(1)?))
        };
        rows.iter().map(read).collect()
    }

    /// Whether a file of a Maildir is in the ledger.
    pub async fn knows_file(&self, folder: &str, name: &str) -> Result<bool> {
        let row = query("SELECT id FROM message WHERE folder = $1 AND file = $2 LIMIT 1")
            .bind(folder.to_owned())
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Outcomes of the messages of a folder, by UID.
    pub async fn outcomes_in(&self, folder: &str, uidvalidity: u32) -> Result<HashMap<u32, Outcome>> {
        let rows = query(
            "SELECT id, uid, outcome FROM message WHERE folder = $1 AND uidvalidity = $2 AND uid IS NOT NULL",
        )
        .bind(folder.to_owned())
        .bind(i64::from(uidvalidity))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let uid = u32::try_from(row.try_get::<i64, _>("uid")?).unwrap_or(0);
                Ok((uid, read_word(row, "message", "outcome", row.try_get("id")?)?))
            })
            .collect()
    }
}
