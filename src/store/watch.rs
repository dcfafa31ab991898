//! Tickets whose time runs: deadlines and the notices sent about them, and reminders to inquirers. `desk::escalation`
//! decides when a notice is due.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, TicketRow, Tx, instant_text, list, partial, query, query_text, read_instant,
    read_instant_option,
    ticket::{COLUMNS, read_option, read_ticket},
};
use crate::desk::{
    escalation::{Notice, Watched},
    ticket,
};

/// Most tickets that one query returns.
const AT_ONCE: u32 = 500;

/// A ticket that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub ticket: TicketRow,
    /// Number of reminders so far.
    pub reminded: u32,
}

impl Waiting {
    /// What the rules look at.
    #[must_use]
    pub fn rule(&self) -> ticket::Waiting<'_> {
        let TicketRow { clock, asked_at, fields, .. } = &self.ticket;
        let lacks_inquiry = fields.inquiry.is_none();
        ticket::Waiting { clock, asked_at: *asked_at, reminded: self.reminded, lacks_inquiry }
    }
}

impl Tx {
    /// Open tickets that are due by `until` and may need a notice at `now`, earliest deadline first.
    pub async fn watched(
        &mut self,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TicketRow, Watched)>> {
        let open = partial::open();
        let sql = format!(
            "SELECT {COLUMNS}, warned_for, missed_for FROM ticket
             WHERE {open} AND deadline <= $1
               AND COALESCE(missed_for, '') <> deadline AND (COALESCE(warned_for, '') <> deadline OR deadline < $2)
             ORDER BY deadline, id LIMIT {AT_ONCE}"
        );
        let rows = query_text(sql)
            .bind(instant_text(until))
            .bind(instant_text(now))
            .fetch_all(self.connection().await?)
            .await?;
        let mut watched = Vec::with_capacity(rows.len());
        for row in &rows {
            let ticket = read_ticket(row)?;
            if let Some(deadline) = ticket.clock.deadline() {
                watched.push((ticket, read_watched(row, deadline)?));
            }
        }
        Ok(watched)
    }

    /// Records a notice about the present deadlines of these tickets.
    pub async fn told(&mut self, notice: Notice, tickets: &[i64]) -> Result<()> {
        if tickets.is_empty() {
            return Ok(());
        }
        // After the missed-deadline notice, a warning makes no sense.
        let columns = match notice {
            Notice::Warning => "warned_for = deadline",
            Notice::Miss => "warned_for = deadline, missed_for = deadline",
        };
        let sql = format!("UPDATE ticket SET {columns} WHERE id IN ({})", list(tickets));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection().await?).await?;
        Ok(())
    }

    /// The next open tickets after the id `after`, to calculate their deadlines again. Empty at the end.
    pub async fn open_tickets(&mut self, after: i64) -> Result<Vec<TicketRow>> {
        let open = partial::open();
        let sql =
            format!("SELECT {COLUMNS} FROM ticket WHERE {open} AND id > $1 ORDER BY id LIMIT {AT_ONCE}");
        let rows = query_text(sql).bind(after).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_ticket).collect()
    }

    /// Tickets whose hold ends on `today` or has ended before, tickets whose inquirers were asked by `now`, and tickets that
    /// wait without an end.
    pub async fn waiting(&mut self, today: NaiveDate, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
        let waiting = partial::waiting();
        let sql = format!(
            "SELECT {COLUMNS}, reminded FROM ticket
             WHERE {waiting} AND (held_until <= $1 OR held_until IS NULL AND COALESCE(asked_at, $2) <= $2)
             ORDER BY held_until, asked_at, id LIMIT {AT_ONCE}"
        );
        let query = query_text(sql).bind(today.to_string()).bind(instant_text(now));
        let rows = query.fetch_all(self.connection().await?).await?;
        rows.iter()
            .map(|row| {
                let reminded = u32::try_from(row.try_get::<i64, _>("reminded")?).unwrap_or(u32::MAX);
                Ok(Waiting { ticket: read_ticket(row)?, reminded })
            })
            .collect()
    }

    /// The inquirer of a ticket was told a day.
    pub async fn set_promise(&mut self, id: i64, day: NaiveDate) -> Result<()> {
        let query = query("UPDATE ticket SET promised_on = $2 WHERE id = $1").bind(id).bind(day.to_string());
        query.execute(self.connection().await?).await?;
        Ok(())
    }

    /// The inquirer of an answered ticket wrote nothing but thanks.
    pub async fn set_thanked(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        let query = query("UPDATE ticket SET thanked_at = $2 WHERE id = $1").bind(id).bind(instant_text(at));
        query.execute(self.connection().await?).await?;
        Ok(())
    }

    /// Records a reminder, or the notice to staff that the inquirer did not answer the reminders.
    pub async fn reminded(&mut self, id: i64, now: DateTime<Utc>) -> Result<()> {
        query("UPDATE ticket SET asked_at = $2, reminded = reminded + 1 WHERE id = $1")
            .bind(id)
            .bind(instant_text(now))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }
}

impl Store {
    /// When the inquirer who waits longest to be reminded was last asked.
    pub async fn longest_asked(&self) -> Result<Option<DateTime<Utc>>> {
        let waiting = partial::waiting();
        let sql =
            format!("SELECT MIN(asked_at) AS asked_at FROM ticket WHERE {waiting} AND held_until IS NULL");
        read_instant_option(&query_text(sql).fetch_one(&self.pool).await?, "ticket", "asked_at", 0)
    }

    /// The earliest day on which a hold ends: long ago, if a ticket waits without an end.
    pub async fn next_hold(&self) -> Result<Option<NaiveDate>> {
        let waiting = partial::waiting();
        let sql = format!(
            "SELECT MIN(COALESCE(held_until, CASE WHEN asked_at IS NULL THEN '1970-01-01' END)) AS held_until
             FROM ticket WHERE {waiting}"
        );
        read_option(&query_text(sql).fetch_one(&self.pool).await?, "held_until", 0)
    }

    /// The earliest deadline without a warning, and the earliest without a missed-deadline notice.
    pub async fn next_watched(&self) -> Result<Vec<Watched>> {
        let mut found = Vec::new();
        let open = partial::open();
        for column in ["warned_for", "missed_for"] {
            let sql = format!(
                "SELECT deadline, warned_for, missed_for FROM ticket
                 WHERE {open} AND deadline IS NOT NULL AND COALESCE({column}, '') <> deadline
                 ORDER BY deadline LIMIT 1"
            );
            let row = query_text(sql).fetch_optional(&self.pool).await?;
            if let Some(row) = row {
                found.push(read_watched(&row, read_instant(&row, "ticket", "deadline", 0)?)?);
            }
        }
        Ok(found)
    }

    /// The latest deadline of all open tickets.
    pub async fn latest_deadline(&self) -> Result<Option<DateTime<Utc>>> {
        let open = partial::open();
        let row = query_text(format!(
            "SELECT deadline FROM ticket WHERE {open} AND deadline IS NOT NULL ORDER BY deadline DESC LIMIT 1",
        ))
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read_instant(&row, "ticket", "deadline", 0)).transpose()
    }
}

fn read_watched(row: &AnyRow, deadline: DateTime<Utc>) -> Result<Watched> {
    Ok(Watched {
        deadline,
        warned_for: read_instant_option(row, "ticket", "warned_for", 0)?,
        missed_for: read_instant_option(row, "ticket", "missed_for", 0)?,
    })
}
