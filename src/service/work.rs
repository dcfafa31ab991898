//! What staff and operators do with a ticket, by mail or from the shell: one function an operation, each inside the
//! caller's transaction. What cannot be done is a value with its reason; nothing is done by half.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    Desk,
    process::Fault,
    writing::{Writing, approve, cancel, reject, write},
};
use crate::{
    desk::{
        feedback::Written,
        form::{Fields, prefecture},
        japanese_time,
        staff::Member,
        staff_mail::Command,
        ticket::{Channel, Direction, NewTicket, Standing, Status, TicketNumber},
        window::fiscal_year,
    },
    letter,
    mail::Mailbox,
    store::{Asking, NewEntry, NewEvent, TicketRow, Tx},
};

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// A member of staff, by mail.
    Staff(&'a Member),
    /// The operator, from the shell.
    Operator,
}

impl Actor<'_> {
    pub(super) fn audit(self) -> String {
        match self {
            Self::Staff(member) => member.address.to_lowercase(),
            Self::Operator => "operator".to_owned(),
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::Staff(member) => member.name.clone(),
            Self::Operator => letter::feedback::OPERATOR.to_owned(),
        }
    }

    pub(super) fn may_let_leave(self, desk: &Desk) -> bool {
        match self {
            Self::Staff(member) => desk.rules.staff.leads().any(|lead| lead == member),
            Self::Operator => true,
        }
    }
}

/// What was done, or why not: a sentence for staff and one for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// For staff.
    pub japanese: String,
    /// For the operator.
    pub english: String,
}

pub(super) fn said(japanese: impl Into<String>, english: impl Into<String>) -> Said {
    Said { japanese: japanese.into(), english: english.into() }
}

/// Done, or refused.
pub type Outcome = Result<Said, Said>;

/// Looks a ticket up.
///
/// # Errors
/// When the database does not answer. The inner error says that there is none.
pub async fn find(tx: &mut Tx, number: &TicketNumber) -> Result<Result<TicketRow, Said>, Fault> {
    let none =
        || said(format!("受付番号 {number} の照会票はありません"), format!("there is no ticket {number}"));
    Ok(tx.ticket_by_number(number).await?.ok_or_else(none))
}

/// Carries out a command on a ticket.
///
/// # Errors
/// When the database or a template fails; then nothing was done.
pub async fn carry_out(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    command: &Command,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    match command {
        Command::Assign(who) => assign(desk, tx, actor, ticket, who, now).await,
        Command::Note(text) | Command::CalledBack(text)
            if text.is_empty() && matches!(command, Command::Note(_)) =>
        {
            Ok(Err(said(
                format!("{number} のメモの文がありません"),
                format!("{number}: the note has no text"),
            )))
        }
        Command::Note(text) => {
            note(tx, actor, ticket, text, now);
            Ok(Ok(said(format!("{number} にメモを残しました"), format!("{number}: noted"))))
        }
        Command::Ask(text) => {
            write(desk, tx, actor, ticket, Written::Question, Writing { text, files: &[] }, now).await
        }
        Command::Close => close(tx, actor, ticket, now).await,
        Command::Reopen => reopen(desk, tx, actor, ticket, now).await,
        Command::Wait => wait(desk, tx, actor, ticket, now).await,
        Command::Merge(into) => merge(tx, actor, ticket, into, now).await,
        Command::Tag(tags) => {
            let mut all = ticket.tags.clone();
            all.extend(tags.iter().filter(|tag| !ticket.tags.contains(tag)).cloned());
            tx.set_tags(ticket.id, &all).await?;
            record(tx, actor, ticket, "tagged", all.join(", "), now);
            let words = all.join("、");
            Ok(Ok(said(
                format!("{number} の分類を「{words}」にしました"),
                format!("{number}: tagged {words}"),
            )))
        }
        Command::CalledBack(text) => called_back(tx, actor, ticket, text, now).await,
        Command::Cancel => cancel(desk, tx, actor, ticket, now).await,
        Command::Approve => approve(desk, tx, actor, ticket, now).await,
        Command::Reject(reason) => reject(desk, tx, actor, ticket, reason, now).await,
        Command::List | Command::Help => {
            Ok(Err(said("照会票の操作ではありません", "not an operation on a ticket")))
        }
    }
}

pub(super) fn record(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    what: &'static str,
    detail: impl Into<String>,
    now: DateTime<Utc>,
) {
    let event = NewEvent { actor: actor.audit(), ..NewEvent::by_desk(what, detail) };
    tx.append_event(now, event.on_ticket(ticket.id));
}

fn note(tx: &mut Tx, actor: Actor<'_>, ticket: &TicketRow, text: &str, now: DateTime<Utc>) {
    let from = Mailbox { name: Some(actor.name()), address: actor.audit() };
    tx.add_entry(&NewEntry {
        ticket_id: ticket.id,
        message_ref: None,
        direction: Direction::Note,
        from: Some(&from),
        recipients: Vec::new(),
        at: now,
        text,
        attachments: &[],
    });
    record(tx, actor, ticket, "noted", "", now);
}

async fn assign(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    who: &str,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let found: Vec<&Member> = match (actor, who) {
        (Actor::Staff(member), "") => vec![member],
        _ => desk.rules.staff.named(who),
    };
    let [member] = found.as_slice() else {
        let names: Vec<&str> = desk.rules.staff.all().map(|member| member.name.as_str()).collect();
        return Ok(Err(said(
            format!("「{who}」に当たる担当者が一人に決まりません（登録：{}）", names.join("、")),
            format!("{who:?} names no single member of staff; known: {}", names.join(", ")),
        )));
    };
    tx.set_assignee(ticket.id, &member.address).await?;
    record(tx, actor, ticket, "assigned", member.address.to_lowercase(), now);
    Ok(Ok(said(
        format!("{number} の担当を{}さんにしました", member.name),
        format!("{number}: assigned to {}", member.address),
    )))
}

async fn close(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() == Status::Closed {
        return Ok(Err(said(
            format!("{number} はすでに完了しています"),
            format!("{number} is closed already"),
        )));
    }
    tx.set_standing(ticket.id, &ticket.standing.clone().closed()).await?;
    tx.set_ended(ticket.id, Some(now), None).await?;
    record(tx, actor, ticket, "closed", "", now);
    Ok(Ok(said(format!("{number} を完了にしました"), format!("{number}: closed"))))
}

async fn reopen(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() == Status::Open {
        return Ok(Err(said(
            format!("{number} はすでに未回答の状態です"),
            format!("{number} is open already"),
        )));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(said(
            format!("{number} は {into} にまとめられています"),
            format!("{number} was merged into {into}"),
        )));
    }
    let (calendar, answer_within) = (&desk.rules.calendar, desk.rules.sla.answer_within);
    let standing = ticket.standing.clone().reopened(calendar, answer_within, now);
    tx.set_standing(ticket.id, &standing).await?;
    tx.set_ended(ticket.id, None, None).await?;
    record(tx, actor, ticket, "reopened", deadline_text(desk, standing.deadline()), now);
    let words = standing.deadline().map(|at| japanese_time::instant(at, calendar.time_zone(), now));
    Ok(Ok(said(
        format!("{number} を再開しました（回答期限 {}）", words.unwrap_or_default()),
        format!("{number}: open, due {}", deadline_text(desk, standing.deadline())),
    )))
}

pub(super) fn deadline_text(desk: &Desk, at: Option<DateTime<Utc>>) -> String {
    let zone = desk.rules.calendar.time_zone();
    at.map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

async fn wait(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() != Status::Open {
        return Ok(Err(said(
            format!("{number} は未回答の状態ではないため、保留にできません"),
            format!("{number} is {}, and only an open ticket can wait", ticket.standing.status()),
        )));
    }
    let standing = ticket.standing.clone().held(&desk.rules.calendar, now);
    tx.set_standing(ticket.id, &standing).await?;
    record(tx, actor, ticket, "held", standing.budget_left().to_string(), now);
    Ok(Ok(said(
        format!("{number} を保留にしました（残り{}）", japanese_time::duration(standing.budget_left())),
        format!("{number}: waiting, {} left", standing.budget_left()),
    )))
}

async fn merge(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    into: &TicketNumber,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let other = match find(tx, into).await? {
        Ok(other) => other,
        Err(none) => return Ok(Err(none)),
    };
    if other.id == ticket.id || ticket.merged_into.is_some() || other.merged_into.is_some() {
        return Ok(Err(said(
            format!("{number} は {into} にまとめられません（同じ番号か、すでにまとめられています）"),
            format!(
                "{number} cannot be merged into {into}: it is the same, or one of them was merged before"
            ),
        )));
    }
    tx.merge(ticket.id, &other).await?;
    tx.set_standing(ticket.id, &ticket.standing.clone().closed()).await?;
    tx.set_ended(ticket.id, Some(now), None).await?;
    record(tx, actor, ticket, "merged", format!("into {into}"), now);
    record(tx, actor, &other, "merged", format!("{number} became part of this"), now);
    Ok(Ok(said(format!("{number} を {into} にまとめました"), format!("{number}: merged into {into}"))))
}

async fn called_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if !matches!(ticket.standing.status(), Status::Open | Status::Waiting) {
        return Ok(Err(said(
            format!("{number} はすでに{}です", letter::status_word(ticket.standing.status())),
            format!("{number} is {} already", ticket.standing.status()),
        )));
    }
    if !text.is_empty() {
        note(tx, actor, ticket, text, now);
    }
    tx.set_standing(ticket.id, &ticket.standing.clone().answered()).await?;
    tx.set_ended(ticket.id, None, Some(now)).await?;
    record(tx, actor, ticket, "called_back", "", now);
    Ok(Ok(said(format!("{number} の折り返しを終えました"), format!("{number}: called back"))))
}

/// Files a telephone inquiry from the shell; its call-back is owed like an answer.
///
/// # Errors
/// When the database fails, or the desk never opens again.
pub async fn file_call(desk: &Desk, fields: Fields) -> Result<TicketNumber, Fault> {
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let (rules, zone) = (&desk.rules, desk.rules.calendar.time_zone());
    let budget = rules.sla.answer_within;
    let standing = Standing::open(&rules.calendar, budget, now).unwrap_or_else(|| Standing::waiting(budget));
    let number = tx.take_number(&rules.ticket_prefix, fiscal_year(now, zone));
    let prefecture = fields.organization.as_deref().and_then(prefecture);
    let ticket =
        NewTicket { channel: Channel::Telephone, missing: fields.missing(), fields, prefecture, standing };
    let nobody = Mailbox { name: None, address: String::new() };
    let asking = Asking { to: None, at: None, assignee: None };
    let id = tx.add_ticket(&number, &ticket, &nobody, "電話照会", now, asking);
    let text = ticket.fields.inquiry.as_deref().unwrap_or_default();
    tx.add_entry(&NewEntry {
        ticket_id: id,
        message_ref: None,
        direction: Direction::In,
        from: None,
        recipients: Vec::new(),
        at: now,
        text,
        attachments: &[],
    });
    tx.append_event(now, NewEvent::by_operator("filed", "by telephone").on_ticket(id));
    tx.commit().await?;
    Ok(number)
}
