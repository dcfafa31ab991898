//! How many tickets and mails came today from one sender and from one domain.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{Result, Tx, instant_text, query, query_text, ticket::RECENT};
use crate::{
    desk::{flood::Today, ticket::Direction},
    mail::person_of,
};

/// Tickets by person, and by domain.
#[derive(Debug, Clone, Default)]
pub(super) struct Senders(HashMap<String, u32>);

impl Senders {
    pub(super) fn add(&mut self, address: &str) {
        let person = person_of(address);
        *self.0.entry(domain(&person)).or_default() += 1;
        *self.0.entry(person).or_default() += 1;
    }

    pub(super) fn today(&self, address: &str) -> Today {
        let person = person_of(address);
        let count = |key: &str| self.0.get(key).copied().unwrap_or_default();
        Today { from_domain: count(&domain(&person)), from_sender: count(&person) }
    }
}

/// `@city.example.jp`, which is no person.
fn domain(person: &str) -> String {
    person.rfind('@').and_then(|at| person.get(at..)).unwrap_or("@").to_owned()
}

impl Tx {
    /// The newest tickets, as far as they came since midnight, by their senders.
    pub(super) async fn senders_since(&mut self, midnight: DateTime<Utc>) -> Result<Senders> {
        // In one row, because the driver hands over each row by itself.
        let sql = format!(
            "SELECT STRING_AGG(from_address, $2) FROM ticket
             WHERE id >= COALESCE((SELECT id FROM ticket ORDER BY id DESC LIMIT 1 OFFSET {}), 0) AND received_at >= $1",
            RECENT - 1
        );
        let query = query_text(sql).bind(instant_text(midnight)).bind("\n");
        let addresses: Option<String> = query.fetch_one(self.connection().await?).await?.try_get(0)?;
        let mut senders = Senders::default();
        addresses.iter().flat_map(|addresses| addresses.split('\n')).for_each(|address| senders.add(address));
        Ok(senders)
    }

    /// New tickets of today from a sender and from their domain, those of this transaction among them.
    pub async fn tickets_today(&mut self, address: &str, midnight: DateTime<Utc>) -> Result<Today> {
        let known = self.facts.as_ref().map(|facts| facts.today(address));
        match known {
            Some(today) => Ok(today),
            None => Ok(self.senders_since(midnight).await?.today(address)),
        }
    }

    /// Mails of today from inquirers on a ticket.
    pub async fn mails_today(&mut self, ticket_id: i64, midnight: DateTime<Utc>) -> Result<Today> {
        let row = query("SELECT COUNT(*) FROM entry WHERE ticket_id = $1 AND direction = $2 AND at >= $3")
            .bind(ticket_id)
            .bind(Direction::In.as_str())
            .bind(instant_text(midnight))
            .fetch_one(self.connection().await?)
            .await?;
        let count = u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX);
        Ok(Today { from_sender: count, from_domain: 0 })
    }
}
