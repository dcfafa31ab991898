//! Lists of tickets. `ticket` has one ticket, `entry` its conversation.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::{Row, any::AnyRow};

use super::{
    AnyQuery, Result, Store, TicketRow, instant_text, list, query_once, query_text, read_instant, read_word,
    ticket::{COLUMNS, read_clock, read_option, read_ticket},
};
use crate::desk::ticket::{Channel, SlaClock, Status, TicketKind};

/// The part of a ticket that decides whether a list shows it. [`Store::tickets_of`] then reads the shown ones whole.
#[derive(Debug, Clone)]
pub struct TicketHead {
    pub id: i64,
    pub kind: TicketKind,
    pub channel: Channel,
    pub clock: SlaClock,
    pub received_at: DateTime<Utc>,
    pub assignee: Option<String>,
    /// Address of the inquirer.
    pub from: String,
    pub promised_on: Option<NaiveDate>,
}

impl TicketHead {
    /// The sender, if the ticket may be a part of a flood: nobody works on it, and it came by mail. Empty without a sender.
    #[must_use]
    pub fn flooder(&self) -> Option<&str> {
        flooder(self.kind, self.channel, self.assignee.as_deref(), &self.from)
    }
}

impl TicketRow {
    /// As [`TicketHead::flooder`].
    #[must_use]
    pub fn flooder(&self) -> Option<&str> {
        flooder(self.kind, self.channel, self.assignee.as_deref(), &self.from.address)
    }
}

fn flooder<'t>(kind: TicketKind, channel: Channel, assignee: Option<&str>, from: &'t str) -> Option<&'t str> {
    let may_be = assignee.is_none() && kind != TicketKind::Application && channel == Channel::Email;
    may_be.then_some(from)
}

/// The columns of a [`TicketHead`].
pub(super) const HEAD: &str = "id, kind, channel, status, deadline, budget_left, running_since, received_at, assignee, from_address, waiting_for, \
     held_until, promised_on";

impl Store {
    /// All tickets, or those with `status`; oldest first.
    pub async fn tickets(&self, status: Option<&str>) -> Result<Vec<TicketRow>> {
        let which = if status.is_some() { "status = $1" } else { "$1 = ''" };
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE {which} ORDER BY fiscal_year, serial");
        self.read_tickets(query_text(sql).bind(status.unwrap_or_default().to_owned())).await
    }

    /// The newest `count` tickets, or the newest with `status`; oldest first.
    pub async fn newest_tickets(&self, status: Option<&str>, count: u32) -> Result<Vec<TicketRow>> {
        let which = if status.is_some() { "status = $1" } else { "$1 = ''" };
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE {which} ORDER BY fiscal_year DESC, serial DESC LIMIT $2"
        );
        let query = query_text(sql).bind(status.unwrap_or_default().to_owned()).bind(i64::from(count));
        let mut tickets = self.read_tickets(query).await?;
        tickets.reverse();
        Ok(tickets)
    }

    /// All tickets with a status, in the order of their numbers. Without their texts, because there may be many.
    pub async fn ticket_heads(&self, status: Status) -> Result<Vec<TicketHead>> {
        let sql = format!("SELECT {HEAD} FROM ticket WHERE status = $1 ORDER BY fiscal_year, serial");
        self.read_heads(query_text(sql).bind(status.as_str())).await
    }

    /// Tickets that were answered after `since` and need no action now, oldest answer first.
    pub async fn answered_since(&self, since: DateTime<Utc>) -> Result<Vec<TicketHead>> {
        // NOT IN, because with IN SQLite takes the index of the status and reads all closed tickets.
        let sql = format!(
            "SELECT {HEAD} FROM ticket WHERE answered_at > $1 AND status NOT IN ($2, $3) ORDER BY answered_at"
        );
        let query = query_text(sql).bind(instant_text(since));
        self.read_heads(query.bind(Status::Open.as_str()).bind(Status::Waiting.as_str())).await
    }

    /// Tickets that were answered after `answered`, and whose inquirers have only thanked since `since`.
    pub async fn thanked_since(
        &self,
        since: DateTime<Utc>,
        answered: DateTime<Utc>,
    ) -> Result<Vec<TicketHead>> {
        let sql = format!(
            "SELECT {HEAD} FROM ticket WHERE answered_at > $1 AND thanked_at > $2 ORDER BY thanked_at"
        );
        self.read_heads(query_text(sql).bind(instant_text(answered)).bind(instant_text(since))).await
    }

    /// Tickets by their row ids, in the given order. For a list that a person reads: a few hundred at most.
    pub async fn tickets_of(&self, ids: &[i64]) -> Result<Vec<TicketRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id IN ({})", list(ids));
        let mut tickets = self.read_tickets(query_once(sql)).await?;
        tickets.sort_by_key(|ticket| ids.iter().position(|id| *id == ticket.id));
        Ok(tickets)
    }

    /// The same without contact and inquiry, which may be long.
    pub async fn ticket_lines_of(&self, ids: &[i64]) -> Result<Vec<TicketRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let columns = COLUMNS
            .replace(" contact, inquiry,", " CAST(NULL AS TEXT) AS contact, CAST(NULL AS TEXT) AS inquiry,");
        let sql = format!("SELECT {columns} FROM ticket WHERE id IN ({})", list(ids));
        let mut tickets = self.read_tickets(query_once(sql)).await?;
        tickets.sort_by_key(|ticket| ids.iter().position(|id| *id == ticket.id));
        Ok(tickets)
    }

    /// Reads tickets row by row, because a row takes more memory than its ticket.
    async fn read_tickets(&self, query: AnyQuery) -> Result<Vec<TicketRow>> {
        let rows = query.fetch(&self.pool).map(|row| read_ticket(&row?));
        rows.try_collect().await
    }

    async fn read_heads(&self, query: AnyQuery) -> Result<Vec<TicketHead>> {
        let read = |row: Result<AnyRow, sqlx::Error>| {
            let row = row?;
            let id = row.try_get("id")?;
            Ok(TicketHead {
                id,
                kind: read_word(&row, "ticket", "kind", id)?,
                channel: read_word(&row, "ticket", "channel", id)?,
                clock: read_clock(&row, id)?,
                received_at: read_instant(&row, "ticket", "received_at", id)?,
                assignee: row.try_get("assignee")?,
                from: row.try_get("from_address")?,
                promised_on: read_option(&row, "promised_on", id)?,
            })
        };
        query.fetch(&self.pool).map(read).try_collect().await
    }
}
