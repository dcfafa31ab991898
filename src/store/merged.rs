//! 統合: tickets that became a part of another one, and which of their inquirers still wait.

use std::collections::BTreeSet;

use sqlx::Row;

use super::{
    AnyQuery, OutboxState, Outcome, Result, Store, TicketRow, Tx, list, query, query_once, query_text,
    ticket::{COLUMNS, read_ticket},
};
use crate::{
    desk::{
        ticket::{Direction, TicketNumber},
        turn::Ending,
    },
    letter::Purpose,
};

/// The tickets that became a part of these, are owed an answer since before, and got none since; each with the row id of
/// that one. An answer to the same address counts, and one under its number to another.
fn unanswered_parts(tickets: &[i64]) -> AnyQuery {
    // No circle is merged. The limit stops this query if the database has one.
    let sql = format!(
        "WITH RECURSIVE part (member, head, depth) AS (
             SELECT merged.id, ticket.id, 1 FROM ticket JOIN ticket AS merged ON merged.merged_into = ticket.number
             WHERE ticket.id IN ({})
             UNION ALL
             SELECT merged.id, part.head, part.depth + 1 FROM part JOIN ticket ON ticket.id = part.member
                 JOIN ticket AS merged ON merged.merged_into = ticket.number WHERE part.depth < 10)
         SELECT {COLUMNS}, head FROM ticket JOIN part ON part.member = ticket.id
         WHERE EXISTS (SELECT 1 FROM turn WHERE turn.ticket_id = ticket.id AND turn.ending = $1
             AND NOT EXISTS (SELECT 1 FROM outbox
                 WHERE (outbox.ticket_id = part.head OR outbox.ticket_id IN (SELECT member FROM part))
                     AND outbox.purpose = $2 AND outbox.state IN ($3, $4, $5) AND outbox.created_at >= turn.ended_at
                     AND (LOWER(outbox.recipient) = LOWER(ticket.answer_to)
                         OR outbox.message_id LIKE LOWER(ticket.number) || '.%')))
         ORDER BY ticket.id",
        list(tickets)
    );
    query_once(sql)
        .bind(Ending::Merged.as_str())
        .bind(Purpose::Answer.as_str())
        .bind(OutboxState::Queued.as_str())
        .bind(OutboxState::Held.as_str())
        .bind(OutboxState::Sent.as_str())
}

impl Store {
    /// As [`Tx::unanswered_parts`], each with the row id of the ticket that it became a part of.
    pub async fn unanswered_parts(&self, tickets: &[i64]) -> Result<Vec<(i64, TicketRow)>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        let rows = unanswered_parts(tickets).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get("head")?, read_ticket(row)?))).collect()
    }
}

impl Tx {
    /// The tickets that became a part of this one, and whose inquirers still wait for an answer, the oldest first.
    pub async fn unanswered_parts(&mut self, ticket: i64) -> Result<Vec<TicketRow>> {
        let rows = unanswered_parts(&[ticket]).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_ticket).collect()
    }

    /// The address that alone has written since the last answer about a ticket left, and not only by the mail that began one
    /// of its parts.
    pub async fn only_writer_since_answer(&mut self, ticket: i64) -> Result<Option<String>> {
        let rows = query(
            "SELECT LOWER(entry.from_address) AS writer, message.outcome AS outcome
             FROM entry JOIN message ON message.id = entry.message_ref
             WHERE entry.ticket_id = $1 AND entry.direction = $2 AND COALESCE(message.taken_at, entry.at) >
                 (SELECT MAX(COALESCE(own.received_at, outbox.created_at))
                  FROM outbox JOIN entry AS said ON said.id = outbox.entry_id
                      LEFT JOIN message AS own ON own.id = outbox.message_ref
                  WHERE said.ticket_id = $1 AND outbox.purpose = $3 AND outbox.state = $4)",
        )
        .bind(ticket)
        .bind(Direction::In.as_str())
        .bind(Purpose::Answer.as_str())
        .bind(OutboxState::Sent.as_str())
        .fetch_all(self.connection().await?)
        .await?;
        let (mut writers, mut goes_on) = (BTreeSet::new(), false);
        for row in &rows {
            writers.extend(row.try_get::<Option<String>, _>("writer")?);
            goes_on |= row.try_get::<String, _>("outcome")? == Outcome::FollowUp.as_str();
        }
        Ok(writers.pop_first().filter(|_| goes_on && writers.is_empty()))
    }

    /// Moves a ticket's conversation into another ticket.
    pub async fn merge(&mut self, from: i64, into: &TicketRow) -> Result<()> {
        query("UPDATE ticket SET merged_into = $2 WHERE id = $1")
            .bind(from)
            .bind(into.number.to_string())
            .execute(self.connection().await?)
            .await?;
        query("UPDATE entry SET ticket_id = $2 WHERE ticket_id = $1")
            .bind(from)
            .bind(into.id)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The tickets that became part of a ticket, directly or through another one, oldest first.
    pub async fn absorbed(&mut self, into: &TicketNumber) -> Result<Vec<TicketRow>> {
        /// As above.
        const DEPTH: usize = 10;
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE merged_into = $1 ORDER BY id");
        let (mut found, mut next) = (Vec::<TicketRow>::new(), vec![into.clone()]);
        for _ in 0..DEPTH {
            let Some(number) = next.pop() else { break };
            let query = query_text(sql.clone()).bind(number.to_string());
            for row in &query.fetch_all(self.connection().await?).await? {
                let ticket = read_ticket(row)?;
                next.push(ticket.number.clone());
                found.push(ticket);
            }
        }
        Ok(found)
    }
}
