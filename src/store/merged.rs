//! 統合: tickets that became a part of another one, and which of their inquirers still wait.

use sqlx::Row;

use super::{
    AnyQuery, OutboxState, Result, Store, TicketRow, Tx, list, query, query_text,
    ticket::{COLUMNS, read_ticket},
};
use crate::{
    desk::{ticket::TicketNumber, turn::Ending},
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
    query_text(sql)
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
