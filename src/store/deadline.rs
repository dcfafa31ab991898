//! Deadlines of open tickets: which are near or past, what staff were told of them, and what a window came to.
//! What is told when is `desk::escalation`'s affair.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, TicketRow, Tx, instant_text, list, query, read_instant, read_instant_option,
    ticket::{COLUMNS, read_ticket},
};
use crate::desk::{
    escalation::{Notice, Watched},
    ticket::Standing,
};

/// Tickets that one look takes up: a pass tells of no more at once.
const AT_ONCE: u32 = 500;

/// What a window came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tickets by channel and status: `("email", "open")`.
    pub tickets: BTreeMap<(String, String), u64>,
    /// Tickets that were answered by their deadline.
    pub answered_in_time: u64,
    /// Tickets that were answered after it.
    pub answered_late: u64,
    /// Parked messages by reason.
    pub parked: BTreeMap<String, u64>,
}

impl Tx {
    /// Open tickets that are due by `until` and of which something may be left to tell at `now`, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn watched(
        &mut self,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TicketRow, Watched)>> {
        let sql = format!(
            "SELECT {COLUMNS}, warned_for, missed_for FROM ticket
             WHERE status = 'open' AND deadline <= $1
               AND COALESCE(missed_for, '') <> deadline AND (COALESCE(warned_for, '') <> deadline OR deadline < $2)
             ORDER BY deadline, id LIMIT {AT_ONCE}"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(instant_text(until))
            .bind(instant_text(now))
            .fetch_all(&mut self.connection)
            .await?;
        let mut watched = Vec::with_capacity(rows.len());
        for row in &rows {
            let ticket = read_ticket(row)?;
            if let Some(deadline) = ticket.standing.deadline() {
                watched.push((ticket, read_watched(row, deadline)?));
            }
        }
        Ok(watched)
    }

    /// Remembers what staff were told of the deadlines that these tickets have now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn told(&mut self, notice: Notice, tickets: &[i64]) -> Result<()> {
        if tickets.is_empty() {
            return Ok(());
        }
        // Whoever knows of the miss needs no warning any more.
        let columns = match notice {
            Notice::Warning => "warned_for = deadline",
            Notice::Miss => "warned_for = deadline, missed_for = deadline",
        };
        let sql = format!("UPDATE ticket SET {columns} WHERE id IN ({})", list(tickets));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Open tickets from an identifier on, some at a time, to count their deadlines again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_tickets(&mut self, after: i64) -> Result<Vec<TicketRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE status = 'open' AND id > $1 ORDER BY id LIMIT {AT_ONCE}"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).fetch_all(&mut self.connection).await?;
        rows.iter().map(read_ticket).collect()
    }

    /// Writes where a ticket stands now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_standing(&mut self, id: i64, standing: &Standing) -> Result<()> {
        query("UPDATE ticket SET status = $2, deadline = $3, budget_left = $4, running_since = $5 WHERE id = $1")
            .bind(id)
            .bind(standing.status().as_str())
            .bind(standing.deadline().map(instant_text))
            .bind(standing.budget_left().seconds())
            .bind(standing.running_since().map(instant_text))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}

impl Store {
    /// The open ticket that is due first among those not yet warned of, and among those whose miss was not told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_watched(&self) -> Result<Vec<Watched>> {
        let mut found = Vec::new();
        for column in ["warned_for", "missed_for"] {
            let sql = format!(
                "SELECT deadline, warned_for, missed_for FROM ticket
                 WHERE status = 'open' AND deadline IS NOT NULL AND COALESCE({column}, '') <> deadline
                 ORDER BY deadline LIMIT 1"
            );
            let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(&self.pool).await?;
            if let Some(row) = row {
                found.push(read_watched(&row, read_instant(&row, "ticket", "deadline", 0)?)?);
            }
        }
        Ok(found)
    }

    /// The latest deadline of all open tickets.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest_deadline(&self) -> Result<Option<DateTime<Utc>>> {
        let row = query(
            "SELECT deadline FROM ticket WHERE status = 'open' AND deadline IS NOT NULL ORDER BY deadline DESC LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read_instant(&row, "ticket", "deadline", 0)).transpose()
    }

    /// Figures of everything received in `[from, until)`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn figures(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Figures> {
        let tickets = query(
            "SELECT channel, status, COUNT(*) AS count,
                    COUNT(CASE WHEN answered_at <= deadline THEN 1 END) AS in_time,
                    COUNT(CASE WHEN answered_at > deadline THEN 1 END) AS late
             FROM ticket WHERE received_at >= $1 AND received_at < $2 GROUP BY channel, status",
        )
        .bind(instant_text(from))
        .bind(instant_text(until))
        .fetch_all(&self.pool)
        .await?;
        let count = |row: &AnyRow, column: &str| -> Result<u64> {
            Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
        };
        let mut figures = Figures::default();
        for row in &tickets {
            let key = (row.try_get("channel")?, row.try_get("status")?);
            figures.tickets.insert(key, count(row, "count")?);
            figures.answered_in_time += count(row, "in_time")?;
            figures.answered_late += count(row, "late")?;
        }
        let parked = query(
            "SELECT COALESCE(reason, '') AS reason, COUNT(*) AS count FROM message
             WHERE outcome = 'parked' AND received_at >= $1 AND received_at < $2 GROUP BY reason",
        )
        .bind(instant_text(from))
        .bind(instant_text(until))
        .fetch_all(&self.pool)
        .await?;
        for row in &parked {
            figures.parked.insert(row.try_get("reason")?, count(row, "count")?);
        }
        Ok(figures)
    }
}

fn read_watched(row: &AnyRow, deadline: DateTime<Utc>) -> Result<Watched> {
    Ok(Watched {
        deadline,
        warned_for: read_instant_option(row, "ticket", "warned_for", 0)?,
        missed_for: read_instant_option(row, "ticket", "missed_for", 0)?,
    })
}
