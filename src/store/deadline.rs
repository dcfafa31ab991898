//! Deadlines of open tickets: which are near or past, what staff were told of them, and what a window came to.
//! What is told when is `desk::escalation`'s affair.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, any::AnyRow, query::Query};

use super::{
    AnyQuery, Result, Store, TicketRow, Tx, instant_text, list, query, read_instant, read_instant_option,
    ticket::{COLUMNS, read_ticket},
};
use crate::desk::{
    escalation::{Notice, Watched},
    ticket::{Channel, Status},
};

/// Tickets that one look takes up: a pass tells of no more at once.
const AT_ONCE: u32 = 500;

/// What a window came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tickets.
    pub total: u64,
    /// Those that came by telephone.
    pub telephone: u64,
    /// Those that are open.
    pub open: u64,
    /// Those that wait for their inquirer.
    pub waiting: u64,
    /// Those that are answered or closed.
    pub answered: u64,
    /// Answers by their deadline: a ticket has as many as it has answered turns.
    pub answered_in_time: u64,
    /// Answers after their deadline.
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
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection().await?).await?;
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
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_ticket).collect()
    }
}

/// A ticket whose inquirer owes something.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The ticket.
    pub ticket: TicketRow,
    /// Where mails go.
    pub to: Option<String>,
    /// When its inquirer was last asked.
    pub asked_at: DateTime<Utc>,
    /// How often since the first time.
    pub reminded: u32,
}

impl Tx {
    /// Tickets that wait for their inquirer, were last asked at `until` or earlier, and were reminded less often than
    /// `reminders`; the longest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting(&mut self, until: DateTime<Utc>, reminders: u32) -> Result<Vec<Waiting>> {
        let sql = format!(
            "SELECT {COLUMNS}, reminded FROM ticket
             WHERE status = 'waiting' AND asked_at <= $1 AND reminded < $2 ORDER BY asked_at, id LIMIT {AT_ONCE}"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(instant_text(until))
            .bind(i64::from(reminders))
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter()
            .map(|row| {
                let ticket = read_ticket(row)?;
                Ok(Waiting {
                    to: row.try_get("answer_to")?,
                    asked_at: read_instant(row, "ticket", "asked_at", ticket.id)?,
                    reminded: u32::try_from(row.try_get::<i64, _>("reminded")?).unwrap_or(u32::MAX),
                    ticket,
                })
            })
            .collect()
    }

    /// Notes that an inquirer was asked again, or that staff were told that no answer came.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reminded(&mut self, id: i64, now: DateTime<Utc>) -> Result<()> {
        query("UPDATE ticket SET asked_at = $2, reminded = reminded + 1 WHERE id = $1")
            .bind(id)
            .bind(instant_text(now))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// What was sent to an address since an instant, without looking at the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sent_to(&mut self, address: &str, since: DateTime<Utc>) -> Result<u32> {
        let row =
            query("SELECT COUNT(*) FROM outbox WHERE recipient = $1 AND created_at >= $2 AND automatic = 1")
                .bind(address.to_owned())
                .bind(instant_text(since))
                .fetch_one(self.connection().await?)
                .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
    }
}

/// How much of everything there is now.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Tickets by status.
    pub tickets: BTreeMap<String, u64>,
    /// Open tickets whose answer is late.
    pub overdue: u64,
    /// Mails that wait to leave.
    pub queued: u64,
    /// How long the oldest of them has been due, in seconds.
    pub oldest_queued: Option<u64>,
    /// Mails that did not arrive.
    pub undelivered: u64,
    /// Messages still to be decided.
    pub pending: u64,
    /// Messages that are parked.
    pub parked: u64,
}

impl Store {
    /// Counts for monitoring.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn counts(&self, now: DateTime<Utc>) -> Result<Counts> {
        let mut counts = Counts::default();
        let rows = query("SELECT status, COUNT(*) AS count FROM ticket GROUP BY status")
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            let count = u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0);
            counts.tickets.insert(row.try_get("status")?, count);
        }
        let row = query(
            "SELECT (SELECT COUNT(*) FROM ticket WHERE status = 'open' AND deadline < $1) AS overdue,
                    (SELECT COUNT(*) FROM outbox WHERE state = 'queued') AS queued,
                    (SELECT COUNT(*) FROM outbox WHERE (state = 'held' OR state = 'failed' OR state = 'bounced') AND state <> 'held') AS undelivered,
                    (SELECT COUNT(*) FROM message WHERE outcome IN ('pending', 'parked') AND outcome = 'pending') AS pending,
                    (SELECT COUNT(*) FROM message WHERE outcome IN ('pending', 'parked') AND outcome = 'parked') AS parked,
                    (SELECT MIN(created_at) FROM outbox WHERE state = 'queued' AND attempts > 0) AS oldest
             FROM desk",
        )
        .bind(instant_text(now))
        .fetch_one(&self.pool)
        .await?;
        let count =
            |column| -> Result<u64> { Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0)) };
        counts.overdue = count("overdue")?;
        counts.queued = count("queued")?;
        counts.undelivered = count("undelivered")?;
        counts.pending = count("pending")?;
        counts.parked = count("parked")?;
        let oldest = read_instant_option(&row, "outbox", "oldest", 0)?;
        counts.oldest_queued = oldest.and_then(|at| u64::try_from((now - at).num_seconds()).ok());
        Ok(counts)
    }

    /// When the inquirer was last asked who is to be reminded first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn longest_waiting(&self, reminders: u32) -> Result<Option<DateTime<Utc>>> {
        let row = query(
            "SELECT asked_at FROM ticket WHERE status = 'waiting' AND asked_at IS NOT NULL AND reminded < $1
             ORDER BY asked_at LIMIT 1",
        )
        .bind(i64::from(reminders))
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read_instant(&row, "ticket", "asked_at", 0)).transpose()
    }

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

    /// When the newest message of the ledger was taken.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_taken(&self) -> Result<Option<DateTime<Utc>>> {
        let row =
            query("SELECT taken_at FROM message ORDER BY id DESC LIMIT 1").fetch_optional(&self.pool).await?;
        row.map(|row| read_instant(&row, "message", "taken_at", 0)).transpose()
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

    /// Figures of everything received in `[from, until)`, in the fiscal years of these two instants.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn figures(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        fiscal_years: (i32, i32),
    ) -> Result<Figures> {
        let range = |query: AnyQuery| {
            query
                .bind(instant_text(from))
                .bind(instant_text(until))
                .bind(i64::from(fiscal_years.0))
                .bind(i64::from(fiscal_years.1))
        };
        // One row and no GROUP BY, for which SQLite would sort all that it counts. The fiscal years have an index.
        let tickets = query(
            "SELECT COUNT(*) AS total,
                    COUNT(CASE WHEN channel = $5 THEN 1 END) AS telephone,
                    COUNT(CASE WHEN status = $6 THEN 1 END) AS open,
                    COUNT(CASE WHEN status = $7 THEN 1 END) AS waiting,
                    COUNT(CASE WHEN status IN ($8, $9) THEN 1 END) AS answered
             FROM ticket WHERE fiscal_year >= $3 AND fiscal_year <= $4 AND received_at >= $1 AND received_at < $2",
        );
        let words = [Status::Open, Status::Waiting, Status::Answered, Status::Closed].map(Status::as_str);
        let tickets = range(tickets).bind(Channel::Telephone.as_str());
        let tickets = words.into_iter().fold(tickets, Query::bind).fetch_one(&self.pool).await?;
        let turns = query(
            "SELECT COUNT(CASE WHEN in_time = 1 THEN 1 END) AS in_time, COUNT(CASE WHEN in_time = 0 THEN 1 END) AS late
             FROM ticket JOIN turn ON turn.ticket_id = ticket.id
             WHERE fiscal_year >= $3 AND fiscal_year <= $4 AND received_at >= $1 AND received_at < $2",
        );
        let turns = range(turns).fetch_one(&self.pool).await?;
        let count = |row: &AnyRow, column: &str| -> Result<u64> {
            Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
        };
        let mut figures = Figures {
            total: count(&tickets, "total")?,
            telephone: count(&tickets, "telephone")?,
            open: count(&tickets, "open")?,
            waiting: count(&tickets, "waiting")?,
            answered: count(&tickets, "answered")?,
            answered_in_time: count(&turns, "in_time")?,
            answered_late: count(&turns, "late")?,
            parked: BTreeMap::new(),
        };
        let parked = query(
            "SELECT COALESCE(reason, '') AS reason, COUNT(*) AS count FROM message
             WHERE outcome IN ('pending', 'parked') AND outcome = 'parked' AND received_at >= $1 AND received_at < $2 GROUP BY reason",
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
