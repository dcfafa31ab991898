//! Tickets by their senders: the newest ones of a person, and how many came today from a person and from a domain.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Tx, instant_text, list, query, query_once, query_text, read_instant, ticket::read_earlier,
};
use crate::{
    desk::{
        flood::{Senders, Today},
        ticket::Direction,
        triage::EarlierTicket,
    },
    mail::person_of,
};

/// How many of the newest tickets are searched for those of a person. No desk gets more in the time in which somebody
/// repeats a mail, and reading them takes less time than an index on the person would take for each ticket.
const RECENT: usize = 200;

/// A ticket that may be of the sender of a message.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    pub(super) id: i64,
    /// See [`person_of`].
    pub(super) person: String,
    received_at: DateTime<Utc>,
}

/// How many filed tickets lie back at most between two of today: some mails that are filed today were received before.
const OLDER_BETWEEN: u32 = 200;

/// Counts of the tickets of today, as far as they were read. A flood is counted once, and not again by every batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    midnight: Option<DateTime<Utc>>,
    /// Row id of the last ticket that was read.
    last: i64,
    senders: Arc<Senders>,
}

/// New tickets of today, as one transaction sees them.
#[derive(Debug)]
pub(super) struct TicketsToday {
    midnight: DateTime<Utc>,
    before: Arc<Senders>,
    own: Senders,
}

impl TicketsToday {
    pub(super) fn add(&mut self, sender: &str, received_at: DateTime<Utc>) {
        if received_at >= self.midnight {
            self.own.add(&person_of(sender));
        }
    }

    fn of(&self, person: &str) -> Today {
        let (before, own) = (self.before.today(person), self.own.today(person));
        Today {
            from_sender: before.from_sender + own.from_sender,
            from_domain: before.from_domain + own.from_domain,
        }
    }
}

/// [`Counted`] of a store.
pub(super) type CountedToday = Arc<Mutex<Counted>>;

fn read_recent(row: &AnyRow) -> Result<Recent> {
    let id = row.try_get("id")?;
    let person = person_of(row.try_get("from_address")?);
    Ok(Recent { id, person, received_at: read_instant(row, "ticket", "received_at", id)? })
}

impl Tx {
    /// Counts the tickets that the desk received since midnight. Reads only those that came since `counted`, and mostly they
    /// are among the newest.
    async fn count_today(&mut self, mut counted: Counted, midnight: DateTime<Utc>) -> Result<Counted> {
        let newest = self.recent().await?;
        let are_all = newest.len() < RECENT;
        if counted.midnight != Some(midnight) {
            let last = if are_all { 0 } else { self.last_before(midnight).await? };
            counted = Counted { midnight: Some(midnight), last, senders: Arc::default() };
        }
        let later = if are_all || newest.last().is_some_and(|oldest| oldest.id <= counted.last) {
            newest
        } else {
            let sql = "SELECT id, from_address, received_at FROM ticket WHERE id > $1 ORDER BY id DESC";
            let rows = query(sql).bind(counted.last).fetch_all(self.connection().await?).await?;
            rows.iter().map(read_recent).collect::<Result<_>>()?
        };
        let before = counted.last;
        for ticket in later.iter().take_while(|ticket| ticket.id > before) {
            counted.last = counted.last.max(ticket.id);
            if ticket.received_at >= midnight {
                Arc::make_mut(&mut counted.senders).add(&ticket.person);
            }
        }
        Ok(counted)
    }

    /// A ticket behind which all of the day stand; 0 if there is none.
    async fn last_before(&mut self, midnight: DateTime<Utc>) -> Result<i64> {
        let sql = format!(
            "SELECT id FROM ticket WHERE received_at < $1 ORDER BY id DESC LIMIT 1 OFFSET {OLDER_BETWEEN}"
        );
        let row =
            query_text(sql).bind(instant_text(midnight)).fetch_optional(self.connection().await?).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }

    fn lock_counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the counts of today for [`Tx::tickets_today`]. They are kept for the next transaction, so this one must not have
    /// written yet.
    pub(super) async fn read_today(&mut self, midnight: DateTime<Utc>) -> Result<()> {
        // Taken out, so that they are not copied to be changed. After an error everything is counted again.
        let kept = std::mem::take(&mut *self.lock_counted());
        let counted = self.count_today(kept, midnight).await?;
        *self.lock_counted() = counted.clone();
        self.today = Some(TicketsToday { midnight, before: counted.senders, own: Senders::default() });
        Ok(())
    }

    /// The newest tickets, the newest first. They are read once, until a ticket is added.
    pub(super) async fn recent(&mut self) -> Result<Arc<[Recent]>> {
        if let Some(recent) = &self.recent {
            return Ok(Arc::clone(recent));
        }
        let sql = format!("SELECT id, from_address, received_at FROM ticket ORDER BY id DESC LIMIT {RECENT}");
        let rows = query_text(sql).fetch_all(self.connection().await?).await?;
        let recent: Arc<[Recent]> = rows.iter().map(read_recent).collect::<Result<_>>()?;
        self.recent = Some(Arc::clone(&recent));
        Ok(recent)
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
        let rows = query_once(sql).fetch_all(self.connection().await?).await?;
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
        let recent = self.recent().await?;
        let theirs = recent.iter().filter(|ticket| ticket.person == person);
        let ids: Vec<i64> =
            theirs.filter(|ticket| ticket.received_at >= since).map(|ticket| ticket.id).collect();
        self.earlier(&ids).await
    }

    /// New tickets of today from a sender and from their domain, those of this transaction among them.
    pub async fn tickets_today(&mut self, address: &str, midnight: DateTime<Utc>) -> Result<Today> {
        let person = person_of(address);
        if let Some(today) = &self.today {
            return Ok(today.of(&person));
        }
        let kept = self.lock_counted().clone();
        Ok(self.count_today(kept, midnight).await?.senders.today(&person))
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
