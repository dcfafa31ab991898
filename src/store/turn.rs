//! Turns of tickets, and the only place that writes a ticket's clock: a clock and its turn change together.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, Table, Tx, instant_text, query, query_text, read_instant, read_instant_option, read_word,
    writes::{Value, bind},
};
use crate::desk::{
    calendar::BusinessTime,
    ticket::SlaClock,
    turn::{Ended, Turn},
};

/// Instants in a ticket's row that change with its clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Course {
    /// When the inquirer was last asked for missing fields; `None` if the ticket waits for none.
    pub asked_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    /// The day that the inquirer was told.
    pub promised_on: Option<NaiveDate>,
}

pub(super) const COLUMNS: &str =
    "ticket_id, nth, asked_at, due_at, held, held_since, ended_at, ending, ended_by, in_time";

impl Tx {
    /// Adds the first turn of a new ticket.
    pub(super) fn add_turn(&mut self, ticket: i64, turn: &Turn) {
        self.writes.push(Table::Turn, values(ticket, turn));
    }

    /// The last turn of a ticket. Each ticket has at least one.
    pub async fn last_turn(&mut self, ticket: i64) -> Result<Turn> {
        let sql = format!("SELECT {COLUMNS} FROM turn WHERE ticket_id = $1 ORDER BY nth DESC LIMIT 1");
        let query = query_text(sql).bind(ticket);
        read_turn(&query.fetch_one(self.connection().await?).await?)
    }

    /// Writes a ticket's clock, its course, and its last turn, which may be a new one.
    pub async fn set_clock(
        &mut self,
        ticket: i64,
        clock: &SlaClock,
        course: Course,
        turn: &Turn,
    ) -> Result<()> {
        query(
            "UPDATE ticket SET status = $2, deadline = $3, budget_left = $4, running_since = $5,
                               asked_at = $6, closed_at = $7, answered_at = $8, promised_on = $9,
                               waiting_for = $10, held_until = $11 WHERE id = $1",
        )
        .bind(ticket)
        .bind(clock.status().as_str())
        .bind(clock.deadline().map(instant_text))
        .bind(clock.budget_left().seconds())
        .bind(clock.running_since().map(instant_text))
        .bind(course.asked_at.map(instant_text))
        .bind(course.closed_at.map(instant_text))
        .bind(course.answered_at.map(instant_text))
        .bind(course.promised_on.map(|day| day.to_string()))
        .bind(clock.hold().map(|hold| hold.waiting_for.as_str()))
        .bind(clock.hold().and_then(|hold| hold.until).map(|day| day.to_string()))
        .execute(self.connection().await?)
        .await?;
        let upsert = format!(
            "INSERT INTO turn ({COLUMNS})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (ticket_id, nth) DO UPDATE SET due_at = excluded.due_at, held = excluded.held,
                held_since = excluded.held_since, ended_at = excluded.ended_at, ending = excluded.ending,
                ended_by = excluded.ended_by, in_time = excluded.in_time"
        );
        bind(query_text(upsert), values(ticket, turn)).execute(self.connection().await?).await?;
        Ok(())
    }
}

impl Store {
    /// The turns of a ticket, oldest first.
    pub async fn turns_of(&self, ticket: i64) -> Result<Vec<Turn>> {
        let sql = format!("SELECT {COLUMNS} FROM turn WHERE ticket_id = $1 ORDER BY nth");
        let rows = query_text(sql).bind(ticket).fetch_all(&self.pool).await?;
        rows.iter().map(read_turn).collect()
    }
}

fn values(ticket: i64, turn: &Turn) -> [Value; 10] {
    let ended = turn.ended.as_ref();
    [
        ticket.into(),
        i64::from(turn.nth).into(),
        instant_text(turn.asked_at).into(),
        turn.due_at.map(instant_text).into(),
        turn.held.seconds().into(),
        turn.held_since.map(instant_text).into(),
        ended.map(|ended| instant_text(ended.at)).into(),
        ended.map(|ended| ended.ending.as_str()).into(),
        ended.map(|ended| ended.by.as_str()).into(),
        ended.and_then(|ended| ended.in_time).map(i64::from).into(),
    ]
}

pub(super) fn read_turn(row: &AnyRow) -> Result<Turn> {
    let id = row.try_get("ticket_id")?;
    let ended = match read_instant_option(row, "turn", "ended_at", id)? {
        Some(at) => Some(Ended {
            at,
            ending: read_word(row, "turn", "ending", id)?,
            by: row.try_get::<Option<String>, _>("ended_by")?.unwrap_or_default(),
            in_time: row.try_get::<Option<i64>, _>("in_time")?.map(|in_time| in_time != 0),
        }),
        None => None,
    };
    Ok(Turn {
        nth: u32::try_from(row.try_get::<i64, _>("nth")?).unwrap_or(u32::MAX),
        asked_at: read_instant(row, "turn", "asked_at", id)?,
        due_at: read_instant_option(row, "turn", "due_at", id)?,
        held: BusinessTime::from_seconds(row.try_get("held")?),
        held_since: read_instant_option(row, "turn", "held_since", id)?,
        ended,
    })
}
