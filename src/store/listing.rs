//! Many tickets at once, for the lists that people read. One ticket and its conversation are in `ticket`.

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    AnyQuery, Result, Store, TicketRow, instant_text, list, read_instant,
    ticket::{COLUMNS, read_clock, read_ticket},
};
use crate::desk::ticket::{SlaClock, Status};

/// What decides which tickets a list shows; the few that it does are read whole by [`Store::tickets_of`].
#[derive(Debug, Clone)]
pub struct TicketHead {
    /// Identifier of the row.
    pub id: i64,
    /// Where it stands.
    pub clock: SlaClock,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
    /// Who works on it.
    pub assignee: Option<String>,
}

/// What a [`TicketHead`] is read from.
const HEAD: &str = "id, status, deadline, budget_left, running_since, received_at, assignee";

impl Store {
    /// All tickets, oldest first; with `status`, only those that stand there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tickets(&self, status: Option<&str>) -> Result<Vec<TicketRow>> {
        let which = if status.is_some() { "status = $1" } else { "$1 = ''" };
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE {which} ORDER BY fiscal_year, serial");
        self.read_tickets(sqlx::query(AssertSqlSafe(sql)).bind(status.unwrap_or_default().to_owned())).await
    }

    /// The newest tickets, oldest of them first; with `status`, of those that stand there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_tickets(&self, status: Option<&str>, count: u32) -> Result<Vec<TicketRow>> {
        let which = if status.is_some() { "status = $1" } else { "$1 = ''" };
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE {which} ORDER BY fiscal_year DESC, serial DESC LIMIT $2"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(status.unwrap_or_default().to_owned())
            .bind(i64::from(count));
        let mut tickets = self.read_tickets(query).await?;
        tickets.reverse();
        Ok(tickets)
    }

    /// All tickets that stand there, by their number: as many as there are, so without their texts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket_heads(&self, status: Status) -> Result<Vec<TicketHead>> {
        let sql = format!("SELECT {HEAD} FROM ticket WHERE status = $1 ORDER BY fiscal_year, serial");
        self.read_heads(sqlx::query(AssertSqlSafe(sql)).bind(status.as_str())).await
    }

    /// Tickets that were answered since an instant, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn answered_since(&self, since: DateTime<Utc>) -> Result<Vec<TicketHead>> {
        // Not by what the status is: SQLite would read all tickets that are closed.
        let sql = format!(
            "SELECT {HEAD} FROM ticket WHERE answered_at > $1 AND status NOT IN ('open', 'waiting') ORDER BY answered_at"
        );
        self.read_heads(sqlx::query(AssertSqlSafe(sql)).bind(instant_text(since))).await
    }

    /// Tickets by their rows, in the order that is given. For a list that a person reads: a few hundred at most.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tickets_of(&self, ids: &[i64]) -> Result<Vec<TicketRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id IN ({})", list(ids));
        // The text is another one each time.
        let mut tickets = self.read_tickets(sqlx::query(AssertSqlSafe(sql)).persistent(false)).await?;
        tickets.sort_by_key(|ticket| ids.iter().position(|id| *id == ticket.id));
        Ok(tickets)
    }

    /// Reads tickets row by row: a row takes more memory than its ticket.
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
                clock: read_clock(&row, id)?,
                received_at: read_instant(&row, "ticket", "received_at", id)?,
                assignee: row.try_get("assignee")?,
            })
        };
        query.fetch(&self.pool).map(read).try_collect().await
    }
}
