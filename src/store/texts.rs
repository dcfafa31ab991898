//! The words of tickets, as search and the suggestions read them. `search` decides which tickets.

use std::collections::BTreeMap;

use sqlx::Row;

use super::{OutboxState, Result, Store, list, query, query_once, read_word};
use crate::{
    desk::{search::Document, ticket::Direction},
    letter::{Purpose, own_words},
};

impl Store {
    /// The words of tickets, in the order of their row ids.
    pub async fn documents(&self, ids: &[i64]) -> Result<BTreeMap<i64, Document>> {
        let mut connection = self.pool.acquire().await?;
        documents(&mut connection, ids).await
    }

    /// The inquiries of those of the tickets that are answered.
    pub async fn answered_inquiries(&self, tickets: &[i64]) -> Result<Vec<(i64, String)>> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, inquiry FROM ticket
             WHERE id IN ({}) AND answered_at IS NOT NULL AND inquiry IS NOT NULL",
            list(tickets)
        );
        let rows = query_once(sql).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The newest answer that a person wrote in a ticket, whole.
    pub async fn answer_of(&self, ticket: i64) -> Result<Option<String>> {
        let row = query(
            "SELECT text FROM entry WHERE ticket_id = $1 AND id IN
                 (SELECT entry_id FROM outbox WHERE ticket_id = $1 AND purpose = $2 AND state = $3)
             ORDER BY id DESC LIMIT 1",
        )
        .bind(ticket)
        .bind(Purpose::Answer.as_str())
        .bind(OutboxState::Sent.as_str())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

/// What people wrote in tickets: fields, mails, notes, their own words in answers, names of files. Not our automatic mails,
/// which say the same in every ticket.
pub(super) async fn documents(
    connection: &mut sqlx::AnyConnection,
    ids: &[i64],
) -> Result<BTreeMap<i64, Document>> {
    let mut documents: BTreeMap<i64, Document> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(documents);
    }
    let ids = list(ids);
    let of_tickets = format!(
        "SELECT id, number, tags, subject, organization, name, contact, inquiry, from_name, from_address
         FROM ticket WHERE id IN ({ids})"
    );
    let of_files = format!(
        "SELECT entry.ticket_id, attachment.name FROM attachment JOIN entry ON entry.id = attachment.entry_id
         WHERE entry.ticket_id IN ({ids}) ORDER BY attachment.id"
    );
    for sql in [of_tickets, of_files] {
        for row in &query_once(sql).fetch_all(&mut *connection).await? {
            let document = documents.entry(row.try_get(0)?).or_default();
            for column in 1..row.len() {
                if let Some(text) = row.try_get::<Option<String>, _>(column)? {
                    document.add(&text);
                }
            }
        }
    }
    let of_entries = format!(
        "SELECT ticket_id, id, direction, from_name, from_address, text FROM entry
         WHERE ticket_id IN ({ids})
             AND (direction <> $1 OR id IN (SELECT entry_id FROM outbox WHERE ticket_id IN ({ids})))
         ORDER BY id"
    );
    let rows = query_once(of_entries).bind(Direction::Out.as_str());
    for row in &rows.fetch_all(&mut *connection).await? {
        let document = documents.entry(row.try_get(0)?).or_default();
        let text: String = row.try_get("text")?;
        if read_word::<Direction>(row, "entry", "direction", row.try_get("id")?)? == Direction::Out {
            document.add(&own_words(&text));
            continue;
        }
        document.add(&text);
        document.add(&row.try_get::<Option<String>, _>("from_name")?.unwrap_or_default());
        document.add(&row.try_get::<String, _>("from_address")?);
    }
    Ok(documents)
}
