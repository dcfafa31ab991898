//! Tickets. `numbers` gives them their numbers, `entry` has the conversation, `turn` the clock.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, Table, Tx, instant_text, places, query, query_text, read_instant, read_instant_option,
    read_word, writes::Value,
};
use crate::desk::{
    calendar::BusinessTime,
    form::{FieldKey, Fields, bounded, longest},
    thread::TicketFacts,
    ticket::{Channel, Direction, Hold, NewTicket, SlaClock, TicketKind, TicketNumber},
    triage::EarlierTicket,
    turn::Turn,
};
use crate::mail::Mailbox;

#[derive(Debug, Clone)]
pub struct TicketRow {
    pub id: i64,
    pub number: TicketNumber,
    pub kind: TicketKind,
    /// The application that the question belongs to.
    pub part_of: Option<TicketNumber>,
    pub channel: Channel,
    pub clock: SlaClock,
    pub fields: Fields,
    /// Derived from the organization.
    pub prefecture: Option<String>,
    /// The inquirer.
    pub from: Mailbox,
    /// Subject of the first mail.
    pub subject: String,
    /// When the mailbox received the first mail.
    pub received_at: DateTime<Utc>,
    /// Address of the member who works on it.
    pub assignee: Option<String>,
    /// When the mail server accepted the acknowledgement.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the mail server accepted the answer.
    pub answered_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub tags: Vec<String>,
    /// The ticket that it is now part of.
    pub merged_into: Option<TicketNumber>,
    /// Address for mails to the inquirer.
    pub answer_to: Option<String>,
    /// When the inquirer was last asked for missing fields; `None` if the ticket waits for none.
    pub asked_at: Option<DateTime<Utc>>,
    /// The day on which the inquirer was told that the answer comes; `None` if they were told none.
    pub promised_on: Option<NaiveDate>,
}

/// The inquirer's address, when reminders begin to count, the assignee of a new ticket, and the promised day.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Address for automatic mails.
    pub to: Option<&'a str>,
    /// When reminders begin to count.
    pub at: Option<DateTime<Utc>>,
    pub assignee: Option<&'a str>,
    /// The day that the inquirer is told.
    pub promised_on: Option<NaiveDate>,
}

pub(super) const COLUMNS: &str = "id, number, status, channel, organization, name, contact, inquiry, prefecture, from_name, \
     from_address, subject, received_at, deadline, budget_left, running_since, assignee, acknowledged_at, answered_at, \
     closed_at, tags, merged_into, answer_to, asked_at, kind, part_of, waiting_for, held_until, promised_on";

pub(super) fn read_earlier(row: &AnyRow) -> Result<EarlierTicket> {
    let id = row.try_get("id")?;
    Ok(EarlierTicket {
        id,
        number: read_word(row, "ticket", "number", id)?,
        subject: row.try_get("subject")?,
        fields: read_fields(row)?,
        received_at: read_instant(row, "ticket", "received_at", id)?,
        same_message_id: false,
    })
}

fn read_fields(row: &AnyRow) -> Result<Fields> {
    let mut fields = Fields::default();
    for &key in FieldKey::ALL {
        fields.set(key, row.try_get(key.as_str())?);
    }
    Ok(fields)
}

impl From<TicketRow> for EarlierTicket {
    fn from(ticket: TicketRow) -> Self {
        let TicketRow { id, number, subject, fields, received_at, .. } = ticket;
        Self { id, number, subject, fields, received_at, same_message_id: false }
    }
}

impl Tx {
    /// Adds a ticket with its first turn, and returns its row id.
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
        let clock = &ticket.clock;
        let fields = ticket.fields.bounded();
        let subject = bounded(subject, longest(FieldKey::Name));
        self.recent = None;
        if let Some(today) = &mut self.today {
            today.add(&from.address, received_at);
        }
        if let Some(facts) = &mut self.facts {
            facts.add_ticket(&from.address, || EarlierTicket {
                id,
                number: number.clone(),
                subject: subject.clone(),
                fields: fields.clone(),
                received_at,
                same_message_id: false,
            });
        }
        self.writes.push(
            Table::Ticket,
            [
                id.into(),
                number.to_string().into(),
                i64::from(number.fiscal_year()).into(),
                i64::from(number.serial()).into(),
                clock.status().as_str().into(),
                ticket.channel.as_str().into(),
                fields.organization.into(),
                fields.name.into(),
                fields.contact.into(),
                fields.inquiry.into(),
                ticket.prefecture.into(),
                from.name.as_deref().map(|name| bounded(name, longest(FieldKey::Name))).into(),
                from.address.clone().into(),
                subject.into(),
                instant_text(received_at).into(),
                clock.deadline().map(instant_text).into(),
                clock.budget_left().seconds().into(),
                asking.assignee.into(),
                clock.running_since().map(instant_text).into(),
                asking.to.into(),
                asking.at.map(instant_text).into(),
                ticket.kind.as_str().into(),
                clock.hold().map(|hold| hold.waiting_for.as_str()).into(),
                clock.hold().and_then(|hold| hold.until).map(|day| day.to_string()).into(),
                asking.promised_on.map(|day| day.to_string()).into(),
            ],
        );
        self.add_turn(id, &Turn::first(clock, received_at));
        id
    }

    pub async fn set_fields(&mut self, id: i64, fields: &Fields) -> Result<()> {
        let fields = fields.bounded();
        query("UPDATE ticket SET organization = $2, name = $3, contact = $4, inquiry = $5 WHERE id = $1")
            .bind(id)
            .bind(fields.organization)
            .bind(fields.name)
            .bind(fields.contact)
            .bind(fields.inquiry)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The tickets of the applications that came with the mail which a receipt answers.
    pub async fn tickets_of_receipt(&mut self, outbox: i64) -> Result<Vec<i64>> {
        let rows = query(
            "SELECT DISTINCT submission.ticket_id AS id FROM submission
             JOIN outbox ON outbox.message_ref = submission.message_ref WHERE outbox.id = $1 ORDER BY 1",
        )
        .bind(outbox)
        .fetch_all(self.connection().await?)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Records when the mail server first accepted the acknowledgements of tickets.
    pub fn set_acknowledged(&mut self, tickets: &[i64], at: DateTime<Utc>) {
        if tickets.is_empty() {
            return;
        }
        let sql = format!(
            "UPDATE ticket SET acknowledged_at = ? WHERE acknowledged_at IS NULL AND id IN ({})",
            places(tickets.len())
        );
        let ids = tickets.iter().map(|id| Value::from(*id));
        self.writes.change(sql, std::iter::once(Value::from(instant_text(at))).chain(ids).collect());
    }

    pub async fn set_assignee(&mut self, id: i64, address: &str) -> Result<()> {
        query("UPDATE ticket SET assignee = $2 WHERE id = $1")
            .bind(id)
            .bind(address.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Where mails to the inquirer go from now on.
    pub async fn set_answer_to(&mut self, id: i64, address: &str) -> Result<()> {
        query("UPDATE ticket SET answer_to = $2 WHERE id = $1")
            .bind(id)
            .bind(address.to_owned())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn set_tags(&mut self, id: i64, tags: &[String]) -> Result<()> {
        query("UPDATE ticket SET tags = $2 WHERE id = $1")
            .bind(id)
            .bind(storable(&tags.join("\n")))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn ticket_by_number(&mut self, number: &TicketNumber) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE number = $1");
        let row = query_text(sql).bind(number.to_string()).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_ticket).transpose()
    }

    /// The facts of a ticket for triage. For a merged ticket, those of the ticket that it is part of.
    pub async fn ticket_facts(&mut self, number: &TicketNumber) -> Result<Option<TicketFacts>> {
        let Some(mut ticket) = self.ticket_by_number(number).await? else { return Ok(None) };
        // `tickets::commands` merges no circles. The limit stops this loop if the database has one.
        for _ in 0..10 {
            let Some(into) = ticket.merged_into.clone() else { break };
            let Some(next) = self.ticket_by_number(&into).await? else { break };
            ticket = next;
        }
        let entries =
            query("SELECT from_address, recipients FROM entry WHERE ticket_id = $1 AND direction = $2")
                .bind(ticket.id)
                .bind(Direction::In.as_str())
                .fetch_all(self.connection().await?)
                .await?;
        // An erased participant has an empty address, which must not match a mail without a sender.
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
            address: ticket.answer_to.filter(|address| !address.is_empty()),
            participants,
        }))
    }

    pub async fn ticket(&mut self, id: i64) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id = $1");
        let row = query_text(sql).bind(id).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_ticket).transpose()
    }
}

impl Store {
    pub async fn ticket(&self, number: &TicketNumber) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE number = $1");
        let row = query_text(sql).bind(number.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(read_ticket).transpose()
    }
}

/// PostgreSQL's TEXT cannot hold NUL. The parsers remove it from mail; this is a second safeguard.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "")
}

pub(super) fn read_clock(row: &AnyRow, id: i64) -> Result<SlaClock> {
    let until = read_option(row, "held_until", id)?;
    let hold = read_option(row, "waiting_for", id)?.map(|waiting_for| Hold { waiting_for, until });
    Ok(SlaClock::stored(
        read_word(row, "ticket", "status", id)?,
        read_instant_option(row, "ticket", "deadline", id)?,
        BusinessTime::from_seconds(row.try_get("budget_left")?),
        read_instant_option(row, "ticket", "running_since", id)?,
        hold,
    ))
}

pub(super) fn read_option<T: FromStr>(row: &AnyRow, column: &'static str, id: i64) -> Result<Option<T>> {
    match row.try_get::<Option<String>, _>(column)? {
        Some(_) => Some(read_word(row, "ticket", column, id)).transpose(),
        None => Ok(None),
    }
}

pub(super) fn read_ticket(row: &AnyRow) -> Result<TicketRow> {
    let id = row.try_get("id")?;
    let fields = read_fields(row)?;
    Ok(TicketRow {
        id,
        number: read_word(row, "ticket", "number", id)?,
        kind: read_word(row, "ticket", "kind", id)?,
        part_of: read_option(row, "part_of", id)?,
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
        merged_into: read_option(row, "merged_into", id)?,
        answer_to: row.try_get("answer_to")?,
        asked_at: read_instant_option(row, "ticket", "asked_at", id)?,
        promised_on: read_option(row, "promised_on", id)?,
    })
}
