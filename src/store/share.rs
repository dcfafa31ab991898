//! How many automatic mails of today went to each domain, so that one domain cannot use up the daily limit. The counts are a value of
//! the table `state`: read with the facts of a batch, and written with its commit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Result, Tx, query};
use crate::mail::{domain_of, person_of};

/// Name in the state table.
const NAME: &str = "automatic:domains";

/// Counts of one day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Domains {
    day: String,
    counts: BTreeMap<String, u32>,
}

fn domain(recipient: &str) -> String {
    domain_of(&person_of(recipient)).to_owned()
}

impl Domains {
    fn on(&self, day: &str, domain: &str) -> u32 {
        if self.day == day { self.counts.get(domain).copied().unwrap_or_default() } else { 0 }
    }

    pub(super) fn count(&mut self, day: &str, recipient: &str) {
        if self.day != day {
            *self = Self { day: day.to_owned(), counts: BTreeMap::new() };
        }
        *self.counts.entry(domain(recipient)).or_default() += 1;
    }

    /// Takes one count back.
    pub(super) fn discount(&mut self, recipient: &str) {
        if let Some(count) = self.counts.get_mut(&domain(recipient)) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Tx {
    /// Reads the counts. Without them no domain has a limit in this transaction, and none is counted: one mail of a person's
    /// order is no flood.
    pub(super) async fn read_domains(&mut self) -> Result<()> {
        if self.domains.is_none() {
            let row = query("SELECT value FROM state WHERE name = $1").bind(NAME);
            let row = row.fetch_optional(self.connection().await?).await?;
            let text: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
            // Counts that cannot be read are taken for those of another day.
            self.domains = Some(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default());
        }
        Ok(())
    }

    /// Whether the domain of a recipient got fewer automatic mails on `day` than its share.
    #[must_use]
    pub fn has_share(&self, recipient: &str, day: &str, share: u32) -> bool {
        self.domains.as_ref().is_none_or(|domains| domains.on(day, &domain(recipient)) < share)
    }

    /// Gathers the counts for the commit.
    pub(super) fn write_domains(&mut self) {
        let Some(domains) = self.domains.take().filter(|_| self.domains_changed) else { return };
        self.writes.change(
            "INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            vec![NAME.into(), serde_json::to_string(&domains).unwrap_or_default().into()],
        );
    }
}
