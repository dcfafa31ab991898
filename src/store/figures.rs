//! Counts of the present for monitoring, and figures of a period for people.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow, query::Query};

use super::{
    AnyQuery, OutboxState, Outcome, Result, Store, instant_text, partial, query, query_text, read_instant,
    read_instant_option,
};
use crate::desk::ticket::{Channel, Status, TicketKind};

/// Counts of the present.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Tickets by status.
    pub tickets: BTreeMap<String, u64>,
    /// Open tickets past their deadline.
    pub overdue: u64,
    /// Mails in the outbox that are to be sent.
    pub queued: u64,
    /// Age in seconds of the oldest queued mail that was tried at least once.
    pub oldest_queued: Option<u64>,
    /// Mails that failed or bounced.
    pub undelivered: u64,
    /// Messages whose decision failed and is tried again.
    pub pending: u64,
    pub parked: u64,
}

/// Figures of the tickets received in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub total: u64,
    pub telephone: u64,
    pub open: u64,
    /// Tickets that wait for their inquirer.
    pub waiting: u64,
    /// Tickets that are answered or closed.
    pub answered: u64,
    /// Answers in time. A ticket has one answer for each answered turn.
    pub answered_in_time: u64,
    pub answered_late: u64,
    /// Parked messages by reason.
    pub parked: BTreeMap<String, u64>,
}

impl Store {
    pub async fn counts(&self, now: DateTime<Utc>) -> Result<Counts> {
        let mut counts = Counts::default();
        let rows = query("SELECT status, COUNT(*) AS count FROM ticket GROUP BY status")
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            counts.tickets.insert(row.try_get("status")?, count(row, "count")?);
        }
        let (open, queued, troubled, undecided) =
            (partial::open(), partial::queued(), partial::troubled(), partial::undecided());
        let row = query_text(format!(
            "SELECT (SELECT COUNT(*) FROM ticket WHERE {open} AND deadline < $1) AS overdue,
                    (SELECT COUNT(*) FROM outbox WHERE {queued}) AS queued,
                    (SELECT COUNT(*) FROM outbox WHERE ({troubled}) AND state <> $2) AS undelivered,
                    (SELECT COUNT(*) FROM message WHERE {undecided} AND outcome = $3) AS pending,
                    (SELECT COUNT(*) FROM message WHERE {undecided} AND outcome = $4) AS parked,
                    (SELECT MIN(created_at) FROM outbox WHERE {queued} AND attempts > 0) AS oldest
             FROM desk",
        ))
        .bind(instant_text(now))
        .bind(OutboxState::Held.as_str())
        .bind(Outcome::Pending.as_str())
        .bind(Outcome::Parked.as_str())
        .fetch_one(&self.pool)
        .await?;
        counts.overdue = count(&row, "overdue")?;
        counts.queued = count(&row, "queued")?;
        counts.undelivered = count(&row, "undelivered")?;
        counts.pending = count(&row, "pending")?;
        counts.parked = count(&row, "parked")?;
        let oldest = read_instant_option(&row, "outbox", "oldest", 0)?;
        counts.oldest_queued = oldest.and_then(|at| u64::try_from((now - at).num_seconds()).ok());
        Ok(counts)
    }

    /// When the newest message of the ledger was fetched.
    pub async fn last_taken(&self) -> Result<Option<DateTime<Utc>>> {
        let row =
            query("SELECT taken_at FROM message ORDER BY id DESC LIMIT 1").fetch_optional(&self.pool).await?;
        row.map(|row| read_instant(&row, "message", "taken_at", 0)).transpose()
    }

    /// Figures of all inquiries, and of everything parked, received in `[from, until)`. `fiscal_years` are the fiscal years of these two instants.
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
        // One row without GROUP BY, for which SQLite would sort all counted rows. The fiscal years have an index.
        let tickets = query(
            "SELECT COUNT(*) AS total,
                    COUNT(CASE WHEN channel = $5 THEN 1 END) AS telephone,
                    COUNT(CASE WHEN status = $6 THEN 1 END) AS open,
                    COUNT(CASE WHEN status = $7 THEN 1 END) AS waiting,
                    COUNT(CASE WHEN status IN ($8, $9) THEN 1 END) AS answered
             FROM ticket WHERE fiscal_year >= $3 AND fiscal_year <= $4 AND received_at >= $1 AND received_at < $2
                 AND kind = $10",
        );
        let words = [Status::Open, Status::Waiting, Status::Answered, Status::Closed].map(Status::as_str);
        let tickets = range(tickets).bind(Channel::Telephone.as_str());
        let tickets = words.into_iter().fold(tickets, Query::bind).bind(TicketKind::Inquiry.as_str());
        let tickets = tickets.fetch_one(&self.pool).await?;
        let turns = query(
            "SELECT COUNT(CASE WHEN in_time = 1 THEN 1 END) AS in_time, COUNT(CASE WHEN in_time = 0 THEN 1 END) AS late
             FROM ticket JOIN turn ON turn.ticket_id = ticket.id
             WHERE fiscal_year >= $3 AND fiscal_year <= $4 AND received_at >= $1 AND received_at < $2 AND kind = $5",
        );
        let turns = range(turns).bind(TicketKind::Inquiry.as_str()).fetch_one(&self.pool).await?;
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
        let undecided = partial::undecided();
        let parked = query_text(format!(
            "SELECT COALESCE(reason, '') AS reason, COUNT(*) AS count FROM message
             WHERE {undecided} AND outcome = $3 AND received_at >= $1 AND received_at < $2 GROUP BY reason",
        ))
        .bind(instant_text(from))
        .bind(instant_text(until))
        .bind(Outcome::Parked.as_str())
        .fetch_all(&self.pool)
        .await?;
        for row in &parked {
            figures.parked.insert(row.try_get("reason")?, count(row, "count")?);
        }
        Ok(figures)
    }
}

fn count(row: &AnyRow, column: &str) -> Result<u64> {
    Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
}
