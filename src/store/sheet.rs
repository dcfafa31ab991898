//! What a list of all tickets shows of each, read with few queries.

use std::collections::HashMap;

use sqlx::{Row, any::AnyRow};

use super::{OutboxState, Result, Store, query, query_text, turn};
use crate::{
    desk::{ticket::Direction, turn::Turn},
    letter::Purpose,
};

/// By the row id of the ticket.
#[derive(Debug, Default)]
pub struct SheetFacts {
    /// The letters with the answers that left, oldest first.
    pub answers: HashMap<i64, Vec<String>>,
    /// Names of the files that came, oldest first.
    pub attachments: HashMap<i64, Vec<String>>,
    /// The newest turn.
    pub turns: HashMap<i64, Turn>,
}

impl Store {
    /// The facts of all tickets from row id `first` on.
    pub async fn sheet_facts(&self, first: i64) -> Result<SheetFacts> {
        let mut facts = SheetFacts::default();
        let texts = |rows: &[AnyRow]| -> Result<HashMap<i64, Vec<String>>> {
            let mut found: HashMap<i64, Vec<String>> = HashMap::new();
            for row in rows {
                found.entry(row.try_get("ticket_id")?).or_default().push(row.try_get("text")?);
            }
            Ok(found)
        };
        let answers = query(
            "SELECT entry.ticket_id AS ticket_id, entry.text AS text FROM outbox
             JOIN entry ON entry.id = outbox.entry_id
             WHERE outbox.purpose = $1 AND outbox.state = $2 AND entry.ticket_id >= $3 ORDER BY entry.id",
        )
        .bind(Purpose::Answer.as_str())
        .bind(OutboxState::Sent.as_str())
        .bind(first)
        .fetch_all(&self.pool)
        .await?;
        facts.answers = texts(&answers)?;
        let attachments = query(
            "SELECT entry.ticket_id AS ticket_id, attachment.name AS text FROM attachment
             JOIN entry ON entry.id = attachment.entry_id
             WHERE entry.direction = $1 AND entry.ticket_id >= $2 ORDER BY entry.id, position",
        )
        .bind(Direction::In.as_str())
        .bind(first)
        .fetch_all(&self.pool)
        .await?;
        facts.attachments = texts(&attachments)?;
        let turns = query_text(format!(
            "SELECT {} FROM turn WHERE ticket_id >= $1 ORDER BY ticket_id, nth",
            turn::COLUMNS
        ))
        .bind(first)
        .fetch_all(&self.pool)
        .await?;
        for row in &turns {
            facts.turns.insert(row.try_get("ticket_id")?, turn::read_turn(row)?);
        }
        Ok(facts)
    }
}
