//! Tickets, their conversation and the numbers they get.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Result, Store, Table, Tx, instant_text, query, read_instant, read_instant_option, read_word};
use crate::desk::{
    calendar::BusinessTime,
    form::{FieldKey, Fields},
    thread::TicketFacts,
    ticket::{Channel, Direction, NewTicket, SlaClock, TicketNumber},
    turn::Turn,
};
use crate::mail::{Attachment, Mailbox};

/// A ticket as it is remembered.
#[derive(Debug, Clone)]
pub struct TicketRow {
    /// Identifier of the row.
    pub id: i64,
    /// Its number.
    pub number: TicketNumber,
    /// How it came.
    pub channel: Channel,
    /// Where it stands.
    pub clock: SlaClock,
    /// The four fields.
    pub fields: Fields,
    /// Evident from the organization.
    pub prefecture: Option<String>,
    /// Who wrote.
    pub from: Mailbox,
    /// Subject of the first mail.
    pub subject: String,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
    /// Who works on it.
    pub assignee: Option<String>,
    /// When the acknowledgement was accepted by the mail server.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the answer was.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The ticket that it became part of.
    pub merged_into: Option<TicketNumber>,
    /// Where mails to its inquirer go.
    pub answer_to: Option<String>,
    /// Since when its inquirer owes a field of the form.
    pub asked_at: Option<DateTime<Utc>>,
}

/// Where automatic mails of a ticket go, and since when its inquirer owes something that may be asked for again.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The address.
    pub to: Option<&'a str>,
    /// When reminders begin to count.
    pub at: Option<DateTime<Utc>>,
    /// Who works on it.
    pub assignee: Option<&'a str>,
}

/// One step of the conversation to remember.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// The ticket.
    pub ticket_id: i64,
    /// The ledger row of a mail that came.
    pub message_ref: Option<i64>,
    /// Which way it went.
    pub direction: Direction,
    /// Who wrote.
    pub from: Option<&'a Mailbox>,
    /// To and Cc.
    pub recipients: Vec<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
    /// The whole text.
    pub text: &'a str,
    /// Attachments, whose bytes stay in the ledger's raw message.
    pub attachments: &'a [Attachment],
}

/// One step of the conversation as `ticket show` prints it.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Which way it went.
    pub direction: Direction,
    /// Who wrote.
    pub from: Mailbox,
    /// To and Cc.
    pub recipients: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The whole text.
    pub text: String,
    /// Name, media type and size of each attachment.
    pub attachments: Vec<(String, String, u64)>,
}

pub(super) const COLUMNS: &str = "id, number, status, channel, organization, name, contact, inquiry, prefecture, from_name, from_address, \
                       subject, received_at, deadline, budget_left, running_since, assignee, acknowledged_at, answered_at, closed_at, tags, merged_into, answer_to, asked_at";

impl Tx {
    /// Takes the next number of a fiscal year: without gaps, since it comes back when this transaction does not commit.
    pub fn take_number(&mut self, prefix: &str, fiscal_year: i32) -> TicketNumber {
        let last = self.desk.numbers.entry(i64::from(fiscal_year)).or_default();
        *last += 1;
        TicketNumber::new(prefix, fiscal_year, u32::try_from(*last).unwrap_or(u32::MAX))
    }

    /// Files a ticket and returns its row identifier.
    pub fn add_ticket(
        &mut self,
        number: &TicketNumber,
        ticket: &NewTicket,
        from: &Mailbox,
        subject: &str,
        received_at: DateTime<Utc>,
        asking: Asking<'_>,
    ) -> i64 {
        let id = self.fresh_id();
        let NewTicket { fields, clock, .. } = ticket;
        self.writes.push(
            Table::Ticket,
            [
                id.into(),
                number.to_string().into(),
                i64::from(number.fiscal_year()).into(),
                i64::from(number.serial()).into(),
                clock.status().as_str().into(),
                ticket.channel.as_str().into(),
                fields.organization.clone().into(),
                fields.name.clone().into(),
                fields.contact.clone().into(),
                fields.inquiry.clone().into(),
                ticket.prefecture.into(),
                from.name.clone().into(),
                from.address.clone().into(),
                subject.into(),
                instant_text(received_at).into(),
                clock.deadline().map(instant_text).into(),
                clock.budget_left().seconds().into(),
                clock.running_since().map(instant_text).into(),
                asking.to.into(),
                asking.at.map(instant_text).into(),
                asking.assignee.into(),
            ],
        );
        self.add_turn(id, &Turn::first(clock, received_at));
        id
    }

    /// Writes the fields of a ticket's form.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_fields(&mut self, id: i64, fields: &Fields) -> Result<()> {
        query("UPDATE ticket SET organization = $2, name = $3, contact = $4, inquiry = $5 WHERE id = $1")
            .bind(id)
            .bind(fields.organization.clone())
            .bind(fields.name.clone())
            .bind(fields.contact.clone())
            .bind(fields.inquiry.clone())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Remembers a step of the conversation; returns its row.
    pub fn add_entry(&mut self, entry: &NewEntry<'_>) -> i64 {
        let id = self.fresh_id();
        self.writes.push(
            Table::Entry,
            [
                id.into(),
                entry.ticket_id.into(),
                entry.message_ref.into(),
                entry.direction.as_str().into(),
                entry.from.and_then(|from| from.name.clone()).into(),
                entry.from.map(|from| from.address.clone()).unwrap_or_default().into(),
                entry.recipients.join("\n").into(),
                instant_text(entry.at).into(),
                storable(entry.text).into(),
            ],
        );
        for (position, attachment) in (0_i64..).zip(entry.attachments) {
            let attachment_id = self.fresh_id();
            let size = i64::try_from(attachment.bytes.len()).unwrap_or(i64::MAX);
            self.writes.push(
                Table::Attachment,
                [
                    attachment_id.into(),
                    id.into(),
                    position.into(),
                    attachment.name.clone().into(),
                    attachment.media_type.clone().into(),
                    size.into(),
                ],
            );
        }
        id
    }

    /// Notes when the mail server accepted the acknowledgement.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_acknowledged(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        query("UPDATE ticket SET acknowledged_at = $2 WHERE id = $1 AND acknowledged_at IS NULL")
            .bind(id)
            .bind(instant_text(at))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Whether an inquirer wrote in a ticket after an instant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heard_since(&mut self, id: i64, since: DateTime<Utc>) -> Result<bool> {
        let row = query("SELECT id FROM entry WHERE ticket_id = $1 AND direction = $2 AND at > $3 LIMIT 1")
            .bind(id)
            .bind(Direction::In.as_str())
            .bind(instant_text(since))
            .fetch_optional(self.connection().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Sets who works on a ticket.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_assignee(&mut self, id: i64, address: &str) -> Result<()> {
        query("UPDATE ticket SET assignee = $2 WHERE id = $1")
            .bind(id)
            .bind(address.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Sets the words to find a ticket by.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_tags(&mut self, id: i64, tags: &[String]) -> Result<()> {
        query("UPDATE ticket SET tags = $2 WHERE id = $1")
            .bind(id)
            .bind(storable(&tags.join("\n")))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Makes a ticket's conversation part of another's.
    ///
    /// # Errors
    /// When the database refuses.
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

    /// A ticket by its number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket_by_number(&mut self, number: &TicketNumber) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE number = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(number.to_string())
            .fetch_optional(self.connection().await?)
            .await?;
        row.as_ref().map(read_ticket).transpose()
    }

    /// What triage needs to know of a ticket: where it stands and who takes part.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket_facts(&mut self, number: &TicketNumber) -> Result<Option<TicketFacts>> {
        let Some(mut ticket) = self.ticket_by_number(number).await? else { return Ok(None) };
        // A merged ticket goes on in the other one; nobody merges in circles, but a loop would never end.
        for _ in 0..10 {
            let Some(into) = ticket.merged_into.clone() else { break };
            let Some(next) = self.ticket_by_number(&into).await? else { break };
            ticket = next;
        }
        let entries =
            query("SELECT from_address, recipients FROM entry WHERE ticket_id = $1 AND direction = 'in'")
                .bind(ticket.id)
                .fetch_all(self.connection().await?)
                .await?;
        // Whoever was erased does not take part any more, and no mail without an address takes their place.
        let mut participants = vec![ticket.from.address.to_lowercase()];
        for entry in &entries {
            participants.push(entry.try_get::<String, _>(0)?.to_lowercase());
            participants.extend(entry.try_get::<String, _>(1)?.lines().map(str::to_lowercase));
        }
        participants.retain(|address| !address.is_empty());
        Ok(Some(TicketFacts {
            id: ticket.id,
            number: ticket.number,
            clock: ticket.clock,
            fields: ticket.fields,
            closed_at: ticket.closed_at,
            waits_for_form: ticket.asked_at.is_some(),
            participants,
        }))
    }
}

impl Tx {
    /// One ticket by its row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket(&mut self, id: i64) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_ticket).transpose()
    }

    /// Message-IDs of the mails that came in a ticket, oldest first: the last few.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn thread_of(&mut self, ticket_id: i64) -> Result<Vec<String>> {
        let rows = query("SELECT message_id FROM message WHERE ticket_id = $1 ORDER BY id DESC LIMIT 20")
            .bind(ticket_id)
            .fetch_all(self.connection().await?)
            .await?;
        rows.iter().rev().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

impl Store {
    /// One ticket by its number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket(&self, number: &TicketNumber) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE number = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(number.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(read_ticket).transpose()
    }

    /// The conversation of a ticket, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entries_of(&self, ticket_id: i64) -> Result<Vec<EntryRow>> {
        let rows = query(
            "SELECT id, direction, from_name, from_address, recipients, at, text FROM entry WHERE ticket_id = $1 ORDER BY at, id",
        )
        .bind(ticket_id)
        .fetch_all(&self.pool)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: i64 = row.try_get("id")?;
            entries.push(EntryRow {
                direction: read_word(row, "entry", "direction", id)?,
                from: Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? },
                recipients: row.try_get::<String, _>("recipients")?.lines().map(str::to_owned).collect(),
                at: read_instant(row, "entry", "at", id)?,
                text: row.try_get("text")?,
                attachments: self.attachments_of(id).await?,
            });
        }
        Ok(entries)
    }

    async fn attachments_of(&self, entry_id: i64) -> Result<Vec<(String, String, u64)>> {
        let rows =
            query("SELECT name, media_type, size FROM attachment WHERE entry_id = $1 ORDER BY position")
                .bind(entry_id)
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                let size: i64 = row.try_get("size")?;
                Ok((row.try_get("name")?, row.try_get("media_type")?, u64::try_from(size).unwrap_or(0)))
            })
            .collect()
    }
}

/// PostgreSQL's TEXT cannot hold NUL; readers of mail remove it, and this is the last line of defence.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "")
}

pub(super) fn read_clock(row: &AnyRow, id: i64) -> Result<SlaClock> {
    Ok(SlaClock::stored(
        read_word(row, "ticket", "status", id)?,
        read_instant_option(row, "ticket", "deadline", id)?,
        BusinessTime::from_seconds(row.try_get("budget_left")?),
        read_instant_option(row, "ticket", "running_since", id)?,
    ))
}

pub(super) fn read_ticket(row: &AnyRow) -> Result<TicketRow> {
    let id = row.try_get("id")?;
    let mut fields = Fields::default();
    for key in FieldKey::ALL {
        fields.set(key, row.try_get(key.as_str())?);
    }
    Ok(TicketRow {
        id,
        number: read_word(row, "ticket", "number", id)?,
        channel: read_word(row, "ticket", "channel", id)?,
        clock: read_clock(row, id)?,
        fields,
        prefecture: row.try_get("prefecture")?,
        from: Mailbox { name: row.try_get("from_name")?, address: row.try_get("from_address")? },
        subject: row.try_get("subject")?,
        received_at: read_instant(row, "ticket", "received_at", id)?,
        assignee: row.try_get("assignee")?,
        acknowledged_at: read_instant_option(row, "ticket", "acknowledged_at", id)?,
        answered_at: read_instant_option(row, "ticket", "answered_at", id)?,
        closed_at: read_instant_option(row, "ticket", "closed_at", id)?,
        tags: row.try_get::<String, _>("tags")?.lines().map(str::to_owned).collect(),
        merged_into: match row.try_get::<Option<String>, _>("merged_into")? {
            Some(_) => Some(read_word(row, "ticket", "merged_into", id)?),
            None => None,
        },
        answer_to: row.try_get("answer_to")?,
        asked_at: read_instant_option(row, "ticket", "asked_at", id)?,
    })
}
