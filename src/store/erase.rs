//! Erases raw mails by age, and a person's data in a ticket; `desk::redact` decides which words. Numbers, instants,
//! hashes, Message-IDs and the audit stay: they name no person.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use sqlx::{Row, any::AnyRow};

use super::{
    AnyQuery, Dialect, OutboxState, Outcome, Result, Store, TicketRow, Tx, instant_text, list,
    numbered_places, partial, query, query_once, query_text, read_word,
};
use crate::{
    desk::{
        application::Stage,
        ticket::{Direction, Status},
    },
    mail::{Mailbox, names_person, person_of},
};

/// Most rows that one statement erases.
pub(super) const AT_ONCE: u32 = 200;
/// Entries whose texts one transaction rewrites: intake writes in between.
const ENTRIES_AT_ONCE: u32 = 50;
/// And characters, unless one entry has more.
const CHARACTERS_AT_ONCE: i64 = 1_000_000;

const PEOPLE: &str = "SELECT id, message_ref, direction, from_name, from_address, recipients FROM entry WHERE ticket_id = $1 ORDER BY id";

/// The people of an entry.
#[derive(Debug, Clone)]
pub struct EntryPeople {
    pub id: i64,
    /// Row id in the ledger of the message that it came as.
    pub message: Option<i64>,
    pub direction: Direction,
    pub from: Mailbox,
    /// To and Cc.
    pub recipients: Vec<String>,
}

/// The texts of an entry.
#[derive(Debug, Clone)]
pub struct EntryText {
    pub id: i64,
    pub text: String,
    /// Row id and name of each attachment.
    pub attachments: Vec<(i64, String)>,
}

impl Store {
    /// Tickets that hold personal data and ended before an instant: closed, or answered and never closed. Some of them;
    /// call again until there are none.
    pub async fn tickets_to_erase(&self, ended_before: DateTime<Utc>) -> Result<Vec<i64>> {
        // UNION, so that each part has an index of its own. CROSS JOIN, so that SQLite reads the applications first: they are few.
        let sql = format!(
            "SELECT id FROM (SELECT id FROM ticket WHERE {closed} AND closed_at < $1
                 UNION SELECT id FROM ticket WHERE {answered} AND answered_at < $1
                 UNION SELECT ticket.id FROM application CROSS JOIN ticket
                     WHERE ticket.id = application.ticket_id AND {answered} AND notified_at < $1) AS due
             WHERE {live} ORDER BY id LIMIT {AT_ONCE}",
            closed = partial::whole(Status::Closed),
            answered = partial::whole(Status::Answered),
            live = no_live_application("id", 2)
        );
        let rows = query_text(sql).bind(instant_text(ended_before));
        let rows = bind_live(rows).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tickets with an address of a person, and whether it is the inquirer's.
    pub async fn tickets_with(&self, person: &str) -> Result<Vec<(TicketRow, bool)>> {
        let is = |address: &str| person_of(address) == person;
        let mut found = BTreeMap::new();
        let mut look = |ticket: i64, theirs: bool, own: bool| {
            if theirs {
                *found.entry(ticket).or_insert(false) |= own;
            }
        };
        // SQL knows no canonical spelling, so the addresses are compared here, row by row.
        let mut rows = query("SELECT id, from_address, answer_to FROM ticket").fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let answer_to: Option<String> = row.try_get(2)?;
            look(row.try_get(0)?, is(row.try_get(1)?) || answer_to.is_some_and(|to| is(&to)), true);
        }
        drop(rows);
        let mut rows = query("SELECT ticket_id, from_address, recipients FROM entry").fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let recipients: &str = row.try_get(2)?;
            look(row.try_get(0)?, is(row.try_get(1)?) || recipients.lines().any(is), false);
        }
        drop(rows);
        let mut rows = query("SELECT ticket_id, form FROM submission").fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let form: Option<String> = row.try_get(1)?;
            look(row.try_get(0)?, form.is_some_and(|form| names_person(&form, person)), false);
        }
        drop(rows);
        let mut rows =
            query("SELECT ticket_id, adviser FROM meeting WHERE adviser IS NOT NULL").fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            look(row.try_get(0)?, is(row.try_get(1)?), false);
        }
        drop(rows);
        let ids: Vec<i64> = found.keys().copied().collect();
        let tickets = self.tickets_of(&ids).await?;
        let own = |ticket: &TicketRow| found.get(&ticket.id).copied().unwrap_or_default();
        Ok(tickets
            .into_iter()
            .map(|ticket| (own(&ticket), ticket))
            .map(|(own, ticket)| (ticket, own))
            .collect())
    }

    /// The people of a ticket's entries, without their texts.
    pub async fn people_of(&self, ticket_id: i64) -> Result<Vec<EntryPeople>> {
        let rows = query(PEOPLE).bind(ticket_id).fetch_all(&self.pool).await?;
        rows.iter().map(read_people).collect()
    }

    /// Messages that belong to no ticket and still have their bytes.
    pub async fn messages_without_ticket(&self) -> Result<Vec<i64>> {
        let rows = query("SELECT id FROM message WHERE ticket_id IS NULL AND LENGTH(raw) > 0 ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Tidies the search index, and checkpoints and truncates the WAL of SQLite, so that they hold no erased data.
    pub async fn fold_log(&self) -> Result<()> {
        self.tidy_search().await?;
        if self.dialect == Dialect::Sqlite {
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        }
        Ok(())
    }
}

impl Tx {
    /// As [`Store::people_of`].
    pub async fn people_of(&mut self, ticket_id: i64) -> Result<Vec<EntryPeople>> {
        let rows = query(PEOPLE).bind(ticket_id).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_people).collect()
    }

    /// The texts of some entries of a ticket, those after the entry `after` first.
    pub async fn entry_texts(&mut self, ticket_id: i64, after: i64) -> Result<Vec<EntryText>> {
        let sql = format!(
            "SELECT id, LENGTH(text) AS size FROM entry WHERE ticket_id = $1 AND id > $2
             ORDER BY id LIMIT {ENTRIES_AT_ONCE}"
        );
        let sizes = query_text(sql).bind(ticket_id).bind(after).fetch_all(self.connection().await?).await?;
        let (mut last, mut total) = (after, 0);
        for row in &sizes {
            total += row.try_get::<Option<i64>, _>("size")?.unwrap_or(0);
            if last > after && total > CHARACTERS_AT_ONCE {
                break;
            }
            last = row.try_get("id")?;
        }
        let rows =
            query("SELECT id, text FROM entry WHERE ticket_id = $1 AND id > $2 AND id <= $3 ORDER BY id")
                .bind(ticket_id)
                .bind(after)
                .bind(last)
                .fetch_all(self.connection().await?)
                .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = row.try_get(0)?;
            let names = query("SELECT id, name FROM attachment WHERE entry_id = $1")
                .bind(id)
                .fetch_all(self.connection().await?)
                .await?;
            let attachments = names.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
            entries.push(EntryText {
                id,
                text: row.try_get(1)?,
                attachments: attachments.collect::<Result<_, sqlx::Error>>()?,
            });
        }
        Ok(entries)
    }

    /// Writes the changed texts of an entry.
    pub async fn rewrite_text(&mut self, entry: &EntryText) -> Result<()> {
        query("UPDATE entry SET text = $2 WHERE id = $1")
            .bind(entry.id)
            .bind(entry.text.clone())
            .execute(self.connection().await?)
            .await?;
        for (id, name) in &entry.attachments {
            query("UPDATE attachment SET name = $2 WHERE id = $1")
                .bind(*id)
                .bind(name.clone())
                .execute(self.connection().await?)
                .await?;
        }
        Ok(())
    }

    /// Writes the changed people of an entry.
    pub async fn rewrite_people(&mut self, entry: &EntryPeople) -> Result<()> {
        query("UPDATE entry SET from_name = $2, from_address = $3, recipients = $4 WHERE id = $1")
            .bind(entry.id)
            .bind(entry.from.name.clone())
            .bind(entry.from.address.clone())
            .bind(entry.recipients.join("\n"))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Erases the inquirer from a ticket's row, and writes its redacted texts. The organisation and all times stay.
    pub async fn erase_inquirer(
        &mut self,
        id: i64,
        subject: &str,
        inquiry: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        query(
            "UPDATE ticket SET name = NULL, contact = NULL, from_name = NULL, from_address = '', answer_to = NULL,
                    subject = $2, inquiry = $3, erased_at = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(subject.to_owned())
        .bind(inquiry.map(str::to_owned))
        .bind(instant_text(now))
        .execute(self.connection().await?)
        .await?;
        query("DELETE FROM cc WHERE ticket_id = $1").bind(id).execute(self.connection().await?).await?;
        self.forget_in_search(&[id]).await
    }

    /// Erases the messages of a ticket, and the bytes, recipients and reply texts of its finished mails.
    pub async fn erase_bytes_of(&mut self, ticket_id: i64) -> Result<()> {
        // A message may hold forms of several applications: it stays until the last of them is erased.
        query(
            "UPDATE message SET raw = $2, detail = NULL
             WHERE outcome <> $3
                 AND (ticket_id = $1 OR id IN (SELECT message_ref FROM submission WHERE ticket_id = $1))
                 AND NOT EXISTS (SELECT 1 FROM submission JOIN ticket ON ticket.id = submission.ticket_id
                     WHERE submission.message_ref = message.id AND ticket.id <> $1 AND ticket.erased_at IS NULL)",
        )
            .bind(ticket_id)
            .bind(Vec::<u8>::new())
            .bind(Outcome::Pending.as_str())
            .execute(self.connection().await?)
            .await?;
        let replies = format!(
            "UPDATE attempt SET reply = SUBSTR(reply, 1, 3)
             WHERE outbox_id IN (SELECT id FROM outbox WHERE ticket_id = $1 AND {})",
            finished(2)
        );
        bind_finished(query_text(replies).bind(ticket_id)).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2, recipient = '', person = '' WHERE ticket_id = $1 AND {}",
            finished(3)
        );
        let mails = query_text(mails).bind(ticket_id).bind(Vec::<u8>::new());
        bind_finished(mails).execute(self.connection().await?).await?;
        Ok(())
    }

    /// Erases finished mails to an address, and the bytes of finished mails to staff since an instant: digests and
    /// notices name the people who wrote to the desk. Returns how many mails.
    pub async fn erase_mails(
        &mut self,
        address: &str,
        staff: &[String],
        since: DateTime<Utc>,
    ) -> Result<u64> {
        let person = person_of(address);
        // Mails of before persons had one spelling.
        let tagged = query("SELECT DISTINCT person FROM outbox WHERE person LIKE '%+%@%'");
        for row in &tagged.fetch_all(self.connection().await?).await? {
            let known: String = row.try_get(0)?;
            if known != person && person_of(&known) == person {
                let respelled = query("UPDATE outbox SET person = $2 WHERE person = $1").bind(known);
                respelled.bind(person.clone()).execute(self.connection().await?).await?;
            }
        }
        let copies = query("SELECT DISTINCT address FROM cc").fetch_all(self.connection().await?).await?;
        for copy in &copies {
            let address: String = copy.try_get(0)?;
            if person_of(&address) == person {
                let copies = query("DELETE FROM cc WHERE address = $1").bind(address);
                copies.execute(self.connection().await?).await?;
            }
        }
        let replies = format!(
            "UPDATE attempt SET reply = SUBSTR(reply, 1, 3)
             WHERE outbox_id IN (SELECT id FROM outbox WHERE person = $1 AND {})",
            finished(2)
        );
        let replies = query_text(replies).bind(person.clone());
        bind_finished(replies).execute(self.connection().await?).await?;
        let mails = format!(
            "UPDATE outbox SET bytes = $2, recipient = '', person = '' WHERE person = $1 AND {}",
            finished(3)
        );
        let mails = query_text(mails).bind(person).bind(Vec::<u8>::new());
        let mut erased = bind_finished(mails).execute(self.connection().await?).await?.rows_affected();
        for member in staff {
            let mails = format!(
                "UPDATE outbox SET bytes = $2
                 WHERE person = $1 AND created_at >= $3 AND LENGTH(bytes) > 0 AND {}",
                finished(4)
            );
            let mails =
                query_text(mails).bind(person_of(member)).bind(Vec::<u8>::new()).bind(instant_text(since));
            erased += bind_finished(mails).execute(self.connection().await?).await?.rows_affected();
        }
        Ok(erased)
    }

    pub async fn erase_messages(&mut self, ids: &[i64]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE message SET raw = $1, detail = NULL WHERE id IN ({})", list(ids));
        query_once(sql).bind(Vec::<u8>::new()).execute(self.connection().await?).await?;
        Ok(())
    }
}

fn read_people(row: &AnyRow) -> Result<EntryPeople> {
    let id = row.try_get("id")?;
    Ok(EntryPeople {
        id,
        message: row.try_get("message_ref")?,
        direction: read_word(row, "entry", "direction", id)?,
        from: Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? },
        recipients: row.try_get::<String, _>("recipients")?.lines().map(str::to_owned).collect(),
    })
}

/// Stages in which an application is still needed whole.
const LIVE: [Stage; 3] = [Stage::Received, Stage::Accepted, Stage::Supported];

/// Condition: a ticket is no application that is still needed. Its values are bound by [`bind_live`], the first one at
/// `$first`.
pub(super) fn no_live_application(ticket: &str, first: usize) -> String {
    let places = numbered_places(first, LIVE.len());
    format!("{ticket} NOT IN (SELECT ticket_id FROM application WHERE stage IN ({places}))")
}

pub(super) fn bind_live(query: AnyQuery) -> AnyQuery {
    LIVE.into_iter().fold(query, |query, stage| query.bind(stage.as_str()))
}

/// Condition: no process sends the mail any more. Its values are bound by [`bind_finished`], the first one at `$first`.
pub(super) fn finished(first: usize) -> String {
    let places = numbered_places(first, OutboxState::FINISHED.len());
    format!("state IN ({places})")
}

pub(super) fn bind_finished(query: AnyQuery) -> AnyQuery {
    OutboxState::FINISHED.into_iter().fold(query, |query, state| query.bind(state.as_str()))
}
