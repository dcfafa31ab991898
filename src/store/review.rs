//! Reviews of applications. They never leave the desk.

use sqlx::{Row, any::AnyRow};

use super::{Result, Store, StoreError, Tx, instant_text, query, read_instant, ticket::storable};
use crate::desk::application::decision::{Review, ReviewVerdict};

const OF_TICKET: &str =
    "SELECT reviewer, at, conflict, scores, comment FROM review WHERE ticket_id = $1 ORDER BY reviewer";

impl Tx {
    /// Reviews of an application, by reviewer.
    pub async fn reviews(&mut self, ticket: i64) -> Result<Vec<Review>> {
        let rows = query(OF_TICKET).bind(ticket).fetch_all(self.connection().await?).await?;
        rows.iter().map(|row| read_review(row, ticket)).collect()
    }

    /// Keeps a review. It takes the place of an earlier one of the same reviewer, scores and comment included.
    pub async fn set_review(&mut self, ticket: i64, review: &Review) -> Result<()> {
        let (scores, comment) = match &review.verdict {
            ReviewVerdict::Conflict(reason) => (String::new(), reason),
            ReviewVerdict::Scored { scores, comment } => {
                (scores.iter().map(u32::to_string).collect::<Vec<_>>().join(" "), comment)
            }
        };
        query(
            "INSERT INTO review (ticket_id, reviewer, at, conflict, scores, comment)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (ticket_id, reviewer) DO UPDATE SET
                 at = excluded.at, conflict = excluded.conflict, scores = excluded.scores, comment = excluded.comment",
        )
        .bind(ticket)
        .bind(review.reviewer.clone())
        .bind(instant_text(review.at))
        .bind(i64::from(review.verdict.is_conflict()))
        .bind(scores)
        .bind(storable(comment))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }
}

impl Store {
    /// Reviews of an application, by reviewer.
    pub async fn reviews(&self, ticket: i64) -> Result<Vec<Review>> {
        let rows = query(OF_TICKET).bind(ticket).fetch_all(&self.pool).await?;
        rows.iter().map(|row| read_review(row, ticket)).collect()
    }
}

fn read_review(row: &AnyRow, ticket: i64) -> Result<Review> {
    let comment: String = row.try_get("comment")?;
    let scores: String = row.try_get("scores")?;
    let verdict = if row.try_get::<i64, _>("conflict")? == 0 {
        let parsed: std::result::Result<Vec<u32>, _> = scores.split_whitespace().map(str::parse).collect();
        let scores = parsed.map_err(|_| StoreError::Row {
            table: "review",
            column: "scores",
            id: ticket,
            value: scores.clone(),
        })?;
        ReviewVerdict::Scored { scores, comment }
    } else {
        ReviewVerdict::Conflict(comment)
    };
    Ok(Review { reviewer: row.try_get("reviewer")?, at: read_instant(row, "review", "at", ticket)?, verdict })
}
