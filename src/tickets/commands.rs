//! What staff and operators do with a ticket, by mail or from the shell: one function an operation, inside the caller's
//! transaction. A refusal is a value with its reason, and then nothing was done.

use super::{
    answer::{Draft, approve, cancel, reject, write},
    feedback::{name, said},
};
use crate::{
    desk::{
        japanese_time,
        staff::Member,
        staff_mail::Command,
        ticket::{Direction, Status, TicketNumber},
        turn::Ending,
    },
    letter::{self, Purpose},
    mail::Mailbox,
    service::{Actor, Fault, Feedback, Operation, Outcome},
    store::{NewEntry, TicketRow, Tx},
};

/// Looks a ticket up.
///
/// # Errors
/// When the database does not answer. The inner error says that there is none.
pub async fn find(tx: &mut Tx, number: &TicketNumber) -> Result<Result<TicketRow, Feedback>, Fault> {
    let none =
        || said(format!("受付番号 {number} の照会票はありません"), format!("there is no ticket {number}"));
    Ok(tx.ticket_by_number(number).await?.ok_or_else(none))
}

/// Carries out a command on a ticket.
///
/// # Errors
/// When the database or a template fails; then nothing was done.
pub async fn carry_out(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &Command,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    match command {
        Command::Assign(who) => assign(operation, ticket, who).await,
        Command::Note(text) | Command::CalledBack(text)
            if text.is_empty() && matches!(command, Command::Note(_)) =>
        {
            Ok(Err(said(
                format!("{number} のメモの文がありません"),
                format!("{number}: the note has no text"),
            )))
        }
        Command::Note(text) => {
            note(operation, ticket, text);
            Ok(Ok(said(format!("{number} にメモを残しました"), format!("{number}: noted"))))
        }
        Command::Ask(text) => write(operation, ticket, Purpose::Question, Draft { text, files: &[] }).await,
        Command::Close => close(operation, ticket).await,
        Command::Reopen => reopen(operation, ticket).await,
        Command::Wait => wait(operation, ticket).await,
        Command::Merge(into) => merge(operation, ticket, into).await,
        Command::Tag(tags) => {
            let mut all = ticket.tags.clone();
            all.extend(tags.iter().filter(|tag| !ticket.tags.contains(tag)).cloned());
            operation.tx.set_tags(ticket.id, &all).await?;
            operation.record(ticket, "tagged", all.join(", "));
            let words = all.join("、");
            Ok(Ok(said(
                format!("{number} の分類を「{words}」にしました"),
                format!("{number}: tagged {words}"),
            )))
        }
        Command::CalledBack(text) => called_back(operation, ticket, text).await,
        Command::Cancel => cancel(operation, ticket).await,
        Command::Approve => approve(operation, ticket).await,
        Command::Reject(reason) => reject(operation, ticket, reason).await,
        Command::List | Command::Help => {
            Ok(Err(said("照会票の操作ではありません", "not an operation on a ticket")))
        }
    }
}

fn note(operation: &mut Operation<'_>, ticket: &TicketRow, text: &str) {
    let actor = operation.actor;
    let from = Mailbox { name: Some(name(actor)), address: actor.audit() };
    operation.tx.add_entry(&NewEntry {
        ticket_id: ticket.id,
        message_ref: None,
        direction: Direction::Note,
        from: Some(&from),
        recipients: Vec::new(),
        at: operation.now,
        text,
        attachments: &[],
    });
    operation.record(ticket, "noted", "");
}

async fn assign(operation: &mut Operation<'_>, ticket: &TicketRow, who: &str) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let found: Vec<&Member> = match (operation.actor, who) {
        (Actor::Staff(member), "") => vec![member],
        _ => operation.desk.rules.staff.named(who),
    };
    let [member] = found.as_slice() else {
        let names: Vec<&str> = operation.desk.rules.staff.all().map(|member| member.name.as_str()).collect();
        return Ok(Err(said(
            format!("「{who}」に当たる担当者が一人に決まりません（登録：{}）", names.join("、")),
            format!("{who:?} names no single member of staff; known: {}", names.join(", ")),
        )));
    };
    operation.tx.set_assignee(ticket.id, &member.address).await?;
    operation.record(ticket, "assigned", member.address.to_lowercase());
    Ok(Ok(said(
        format!("{number} の担当を{}さんにしました", member.name),
        format!("{number}: assigned to {}", member.address),
    )))
}

async fn close(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.clock.status() == Status::Closed {
        return Ok(Err(said(
            format!("{number} はすでに完了しています"),
            format!("{number} is closed already"),
        )));
    }
    let by = operation.actor.audit();
    operation.end_turn(ticket, Ending::Closed, &by).await?;
    operation.record(ticket, "closed", "");
    Ok(Ok(said(format!("{number} を完了にしました"), format!("{number}: closed"))))
}

async fn reopen(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.clock.status() == Status::Open {
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
    let (calendar, answer_within) = (&operation.desk.rules.calendar, operation.desk.rules.sla.answer_within);
    let clock = ticket.clock.clone().reopened(calendar, answer_within, operation.now);
    operation.move_clock(ticket, &clock).await?;
    let due = operation.instant_text(clock.deadline());
    operation.record(ticket, "reopened", due.clone());
    let zone = operation.desk.rules.calendar.time_zone();
    let words = clock.deadline().map(|at| japanese_time::instant(at, zone, operation.now));
    Ok(Ok(said(
        format!("{number} を再開しました（回答期限 {}）", words.unwrap_or_default()),
        format!("{number}: open, due {due}"),
    )))
}

async fn wait(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.clock.status() != Status::Open {
        return Ok(Err(said(
            format!("{number} は未回答の状態ではないため、保留にできません"),
            format!("{number} is {}, and only an open ticket can wait", ticket.clock.status()),
        )));
    }
    let clock = ticket.clock.clone().held(&operation.desk.rules.calendar, operation.now);
    operation.move_clock(ticket, &clock).await?;
    operation.record(ticket, "held", clock.budget_left().to_string());
    Ok(Ok(said(
        format!("{number} を保留にしました（残り{}）", japanese_time::duration(clock.budget_left())),
        format!("{number}: waiting, {} left", clock.budget_left()),
    )))
}

async fn merge(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    into: &TicketNumber,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let other = match find(operation.tx, into).await? {
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
    operation.tx.merge(ticket.id, &other).await?;
    let by = operation.actor.audit();
    operation.end_turn(ticket, Ending::Merged, &by).await?;
    operation.record(ticket, "merged", format!("into {into}"));
    operation.record(&other, "merged", format!("{number} became part of this"));
    Ok(Ok(said(format!("{number} を {into} にまとめました"), format!("{number}: merged into {into}"))))
}

async fn called_back(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if !matches!(ticket.clock.status(), Status::Open | Status::Waiting) {
        return Ok(Err(said(
            format!("{number} はすでに{}です", letter::status_word(ticket.clock.status())),
            format!("{number} is {} already", ticket.clock.status()),
        )));
    }
    if !text.is_empty() {
        note(operation, ticket, text);
    }
    let by = operation.actor.audit();
    operation.end_turn(ticket, Ending::CalledBack, &by).await?;
    operation.record(ticket, "called_back", "");
    Ok(Ok(said(format!("{number} の折り返しを終えました"), format!("{number}: called back"))))
}
