//! What a report counts, and its issued editions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    OutboxState, Outcome, Result, Store, StoreError, Tx, instant_text, list, query, query_once, read_instant,
    read_word, turn,
};
use crate::{
    desk::{
        meeting::{MeetingKind, MeetingStage},
        report::{Beside, Counted, Edition, Period},
        ticket::TicketKind,
        turn::Turn,
    },
    letter::Purpose,
};

impl Store {
    /// Row ids of the tickets that a report on what came in `[from, until)` counts: received then, or with a question then.
    pub async fn tickets_to_report(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<i64>> {
        let rows = query(
            "SELECT id FROM ticket WHERE received_at >= $1 AND received_at < $2
             UNION SELECT ticket_id FROM turn WHERE asked_at >= $1 AND asked_at < $2 ORDER BY 1",
        )
        .bind(instant_text(from))
        .bind(instant_text(until))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tickets as a report counts them, with their turns. Some hundreds at most.
    pub async fn counted(&self, ids: &[i64]) -> Result<Vec<Counted>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = list(ids);
        let sql =
            format!("SELECT {} FROM turn WHERE ticket_id IN ({ids}) ORDER BY ticket_id, nth", turn::COLUMNS);
        let mut turns: BTreeMap<i64, Vec<Turn>> = BTreeMap::new();
        for row in &query_once(sql).fetch_all(&self.pool).await? {
            turns.entry(row.try_get("ticket_id")?).or_default().push(turn::read_turn(row)?);
        }
        let sql = format!(
            "SELECT id, number, kind, channel, received_at, prefecture, organization, tags, merged_into,
                    (SELECT COUNT(*) FROM outbox WHERE ticket_id = ticket.id AND purpose IN ($1, $2)) AS asked
             FROM ticket WHERE id IN ({ids}) ORDER BY id"
        );
        let tickets = query_once(sql)
            .bind(Purpose::AskMissing.as_str())
            .bind(Purpose::Question.as_str())
            .fetch_all(&self.pool)
            .await?;
        tickets
            .iter()
            .map(|row| {
                let id = row.try_get("id")?;
                Ok(Counted {
                    number: read_word(row, "ticket", "number", id)?,
                    kind: read_word(row, "ticket", "kind", id)?,
                    channel: read_word(row, "ticket", "channel", id)?,
                    received_at: read_instant(row, "ticket", "received_at", id)?,
                    prefecture: row.try_get("prefecture")?,
                    organization: row.try_get("organization")?,
                    tags: row.try_get::<String, _>("tags")?.lines().map(str::to_owned).collect(),
                    asked_back: row.try_get::<i64, _>("asked")? > 0,
                    is_merged: row.try_get::<Option<String>, _>("merged_into")?.is_some(),
                    turns: turns.remove(&id).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// What a report counts beside the tickets of `[from, until)`.
    /// The cumulative count begins at `year`.
    pub async fn counted_beside(
        &self,
        year: DateTime<Utc>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Beside> {
        let row = query(
            "SELECT (SELECT COUNT(*) FROM ticket WHERE kind = $3 AND received_at >= $15 AND received_at < $2) AS cumulative,
                    (SELECT COUNT(*) FROM outbox WHERE state IN ($4, $5) AND created_at >= $1 AND created_at < $2
                        AND ticket_id IS NOT NULL AND purpose IN ($6, $7, $8, $9)) AS undelivered,
                    (SELECT COUNT(*) FROM message WHERE outcome = $10 AND received_at >= $1 AND received_at < $2) AS duplicates,
                    (SELECT COUNT(*) FROM meeting WHERE kind = $11 AND stage IN ($13, $14) AND ends_at >= $1 AND ends_at < $2) AS meetings,
                    (SELECT COUNT(*) FROM meeting WHERE kind = $12 AND stage IN ($13, $14) AND ends_at >= $1 AND ends_at < $2) AS visits
             FROM desk",
        )
        .bind(instant_text(from))
        .bind(instant_text(until))
        .bind(TicketKind::Inquiry.as_str())
        .bind(OutboxState::Failed.as_str())
        .bind(OutboxState::Bounced.as_str())
        .bind(Purpose::Acknowledgement.as_str())
        .bind(Purpose::AskMissing.as_str())
        .bind(Purpose::Answer.as_str())
        .bind(Purpose::Question.as_str())
        .bind(Outcome::Duplicate.as_str())
        .bind(MeetingKind::Meeting.as_str())
        .bind(MeetingKind::Visit.as_str())
        .bind(MeetingStage::Set.as_str())
        .bind(MeetingStage::Held.as_str())
        .bind(instant_text(year))
        .fetch_one(&self.pool)
        .await?;
        let count =
            |column: &str| -> Result<u64> { Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0)) };
        let mut beside = Beside {
            cumulative: count("cumulative")?,
            undelivered: count("undelivered")?,
            duplicates: count("duplicates")?,
            meetings: count("meetings")?,
            visits: count("visits")?,
            parked: BTreeMap::new(),
            entries: Vec::new(),
        };
        let rows = query(
            "SELECT COALESCE(reason, '') AS reason, COUNT(*) AS count FROM message
             WHERE outcome IN ($3, $4) AND received_at >= $1 AND received_at < $2 GROUP BY reason",
        )
        .bind(instant_text(from))
        .bind(instant_text(until))
        .bind(Outcome::Parked.as_str())
        .bind(Outcome::Discarded.as_str())
        .fetch_all(&self.pool)
        .await?;
        for row in &rows {
            let count = u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0);
            beside.parked.insert(row.try_get("reason")?, count);
        }
        Ok(beside)
    }

    /// The issued editions of a period, oldest first.
    pub async fn editions(&self, period: Period) -> Result<Vec<Edition>> {
        editions(&mut *self.pool.acquire().await?, period).await
    }

    /// The paragraph that staff wrote for a period's report; empty if they wrote none.
    pub async fn report_note(&self, period: Period) -> Result<String> {
        Ok(self.state(&note_key(period)).await?.unwrap_or_default())
    }
}

impl Tx {
    /// As [`Store::editions`].
    pub async fn editions(&mut self, period: Period) -> Result<Vec<Edition>> {
        editions(self.connection().await?, period).await
    }

    /// As [`Store::report_note`].
    pub async fn report_note(&mut self, period: Period) -> Result<String> {
        self.state_or_insert(&note_key(period), "").await
    }

    /// Freezes an edition. It never changes.
    pub async fn add_edition(&mut self, edition: &Edition, figures: &str) -> Result<()> {
        query(
            "INSERT INTO edition (first_day, last_day, nth, issued_at, issued_by, hash, figures, note)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(edition.report.period.first.to_string())
        .bind(edition.report.period.last.to_string())
        .bind(i64::from(edition.nth))
        .bind(instant_text(edition.issued_at))
        .bind(edition.issued_by.clone())
        .bind(edition.hash.clone())
        .bind(figures.to_owned())
        .bind(edition.note.clone())
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Replaces the paragraph of staff for a period's report.
    pub async fn set_report_note(&mut self, period: Period, text: &str) -> Result<()> {
        self.set_state(&note_key(period), text).await.map(|_| ())
    }
}

async fn editions(connection: &mut AnyConnection, period: Period) -> Result<Vec<Edition>> {
    let rows = query(
        "SELECT nth, issued_at, issued_by, hash, figures, note FROM edition
         WHERE first_day = $1 AND last_day = $2 ORDER BY nth",
    )
    .bind(period.first.to_string())
    .bind(period.last.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_edition).collect()
}

fn read_edition(row: &AnyRow) -> Result<Edition> {
    let nth: i64 = row.try_get("nth")?;
    let figures: String = row.try_get("figures")?;
    let unreadable =
        |_| StoreError::Row { table: "edition", column: "figures", id: nth, value: figures.clone() };
    Ok(Edition {
        nth: u32::try_from(nth).unwrap_or(u32::MAX),
        issued_at: read_instant(row, "edition", "issued_at", nth)?,
        issued_by: row.try_get("issued_by")?,
        hash: row.try_get("hash")?,
        note: row.try_get("note")?,
        report: serde_json::from_str(&figures).map_err(unreadable)?,
    })
}

/// Key in the state table.
fn note_key(period: Period) -> String {
    format!("report_note:{}..{}", period.first, period.last)
}
