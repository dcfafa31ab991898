//! The newest tickets by their senders: those of one person, and how many came today from a person and from a domain.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Result, Tx, instant_text, list, query, query_text, read_instant, ticket::read_earlier};
use crate::{
    desk::{flood::Today, ticket::Direction, triage::EarlierTicket},
    mail::{domain_of, person_of},
};

/// How many of the newest tickets are searched for those of a person. No desk gets more in the time in which somebody
/// repeats a mail, and reading them takes less time than an index on the person would take for each ticket.
const RECENT: u32 = 200;

/// A ticket that may be of the sender of a message.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    pub(super) id: i64,
    /// See [`person_of`].
    pub(super) person: String,
    received_at: DateTime<Utc>,
}

/// Tickets by person, and by domain.
#[derive(Debug, Clone, Default)]
pub(super) struct Senders(HashMap<String, u32>);

impl Senders {
    /// Counts the tickets that came since midnight.
    pub(super) fn since(midnight: DateTime<Utc>, recent: &[Recent]) -> Self {
        let mut senders = Self::default();
        recent.iter().filter(|ticket| ticket.received_at >= midnight).for_each(|of| senders.add(&of.person));
        senders
    }

    pub(super) fn add(&mut self, person: &str) {
        *self.0.entry(domain_of(person).to_owned()).or_default() += 1;
        *self.0.entry(person.to_owned()).or_default() += 1;
    }

    pub(super) fn today(&self, person: &str) -> Today {
        let count = |key: &str| self.0.get(key).copied().unwrap_or_default();
        Today { from_domain: count(domain_of(person)), from_sender: count(person) }
    }
}

impl Tx {
    /// The newest tickets, the newest first.
    pub(super) async fn recent(&mut self) -> Result<Vec<Recent>> {
        let sql = format!("SELECT id, from_address, received_at FROM ticket ORDER BY id DESC LIMIT {RECENT}");
        let rows = query_text(sql).fetch_all(self.connection().await?).await?;
        let read = |row: &AnyRow| {
            let id = row.try_get("id")?;
            let person = person_of(row.try_get("from_address")?);
            Ok(Recent { id, person, received_at: read_instant(row, "ticket", "received_at", id)? })
        };
        rows.iter().map(read).collect()
    }

    /// Tickets by their row ids, the newest first.
    pub(super) async fn earlier(&mut self, ids: &[i64]) -> Result<Vec<EarlierTicket>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, number, subject, organization, name, contact, inquiry, received_at FROM ticket
             WHERE id IN ({}) ORDER BY id DESC",
            list(ids)
        );
        // Its text depends on the senders, and is not prepared for others.
        let rows = query_text(sql).persistent(false).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_earlier).collect()
    }

    /// The tickets of a sender, in whatever spelling of the address, among the newest of all: received since an instant, the
    /// newest first.
    pub async fn tickets_from(&mut self, sender: &str, since: DateTime<Utc>) -> Result<Vec<EarlierTicket>> {
        if sender.is_empty() {
            return Ok(Vec::new());
        }
        let person = person_of(sender);
        if let Some(known) = self.facts.as_ref().and_then(|facts| facts.tickets_from(&person, since)) {
            return Ok(known);
        }
        let theirs = self.recent().await?.into_iter().filter(|ticket| ticket.person == person);
        let ids: Vec<i64> =
            theirs.filter(|ticket| ticket.received_at >= since).map(|ticket| ticket.id).collect();
        self.earlier(&ids).await
    }

    /// New tickets of today from a sender and from their domain, those of this transaction among them.
    pub async fn tickets_today(&mut self, address: &str, midnight: DateTime<Utc>) -> Result<Today> {
        let person = person_of(address);
        let known = self.facts.as_ref().map(|facts| facts.today(&person));
        match known {
            Some(today) => Ok(today),
            None => Ok(Senders::since(midnight, &self.recent().await?).today(&person)),
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
