//! The list of all tickets as a file: 一覧 csv and 一覧 xlsx by mail, and `export` from the shell.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::staff_notice::notify_with;
use crate::{
    desk::{
        calendar::BusinessTime,
        form::prefecture,
        handling::{Handled, SheetFormat},
        staff::Member,
    },
    letter::{Content, SheetContext, sheet},
    mail::Attachment,
    paper::{self, SheetError, Table},
    service::{Desk, Fault, Operation, Outcome},
    store::{SheetFacts, StoreError, TicketRow},
};

/// Tickets of a list that a member gets by mail, the newest. No desk has so many in several years, and a mail with more would be
/// refused by many servers.
const MOST_TICKETS: u32 = 5_000;

/// The tickets as a table, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn table(desk: &Desk, tickets: &[TicketRow], now: DateTime<Utc>) -> Result<Table, StoreError> {
    let first = tickets.iter().map(|ticket| ticket.id).min().unwrap_or(i64::MAX);
    let facts = desk.store.sheet_facts(first).await?;
    let rows = tickets.iter().map(|ticket| row(desk, ticket, &facts, now)).collect();
    Ok(Table { name: sheet::NAME, columns: &sheet::LIST, rows })
}

fn row(desk: &Desk, ticket: &TicketRow, facts: &SheetFacts, now: DateTime<Utc>) -> Vec<paper::Value> {
    let calendar = &desk.rules.calendar;
    let assignee = ticket.assignee.as_deref();
    let member = assignee.and_then(|address| desk.rules.staff.find(address));
    let derived = || prefecture(ticket.fields.organization.as_deref()?);
    let turn = facts.turns.get(&ticket.id);
    let ended = turn.and_then(|turn| turn.ended.as_ref()).filter(|ended| ended.ending.is_answer());
    let took = turn.zip(ended).map(|(turn, ended)| {
        let whole = calendar.business_between(turn.asked_at, ended.at);
        BusinessTime::from_seconds(whole.seconds() - turn.held.seconds())
    });
    let is_late = ticket.clock.overdue(now).then_some(false);
    let none: &[String] = &[];
    sheet::row(&sheet::ListedTicket {
        number: &ticket.number,
        kind: ticket.kind,
        status: ticket.clock.status(),
        channel: ticket.channel,
        received_at: local(desk, ticket.received_at),
        fields: &ticket.fields,
        prefecture: ticket.prefecture.as_deref().or_else(derived),
        from: &ticket.from.address,
        subject: &ticket.subject,
        attachments: facts.attachments.get(&ticket.id).map_or(none, Vec::as_slice),
        assignee: member.map(|member| member.name.as_str()).or(assignee),
        deadline: ticket.clock.deadline().map(|at| local(desk, at)),
        answered_at: ticket.answered_at.map(|at| local(desk, at)),
        in_time: ended.and_then(|ended| ended.in_time).or(is_late),
        took,
        closed_at: ticket.closed_at.map(|at| local(desk, at)),
        tags: &ticket.tags,
        answers: facts.answers.get(&ticket.id).map_or(none, Vec::as_slice),
    })
}

fn local(desk: &Desk, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&desk.rules.calendar.time_zone()).naive_local()
}

/// The bytes of a table.
///
/// # Errors
/// When the table is larger than a sheet can be.
pub fn bytes(
    desk: &Desk,
    table: &Table,
    format: SheetFormat,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, SheetError> {
    match format {
        SheetFormat::Csv => paper::csv(table),
        SheetFormat::Xlsx => paper::xlsx(table, local(desk, now)),
    }
}

/// 一覧 csv and 一覧 xlsx: sends a member the list of all tickets, once for each mail in which they ask.
pub async fn send(
    operation: &mut Operation<'_>,
    member: &Member,
    format: SheetFormat,
    occasion: &str,
) -> Result<Outcome, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let mut tickets = desk.store.newest_tickets(None, MOST_TICKETS).await?;
    tickets.sort_by_key(|ticket| ticket.id);
    let count = tickets.len();
    let table = table(desk, &tickets, now).await?;
    let bytes = bytes(desk, &table, format, now)?;
    let day = local(desk, now).format("%Y%m%d");
    let name = format!("{}_{day}.{format}", sheet::NAME);
    let file = Attachment { name, media_type: format.media_type().to_owned(), bytes };
    notify_with(operation, member, None, &[file], &format!("sheet {format} {occasion}"), |common| {
        Content::Sheet(SheetContext { common, count })
    })?;
    Ok(Ok(Handled::SheetSent.into()))
}
