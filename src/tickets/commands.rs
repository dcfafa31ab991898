//! What staff and operators do with a ticket, by mail or from the shell: one function an operation, inside the caller's
//! transaction. A refusal is a value with its reason, and then nothing was done.

use super::{
    accept,
    answer::write,
    application,
    draft::{Named, cancel, reject, release},
    faq, handling, hold,
    meetings::{self, Brought},
    merge, results,
};
use crate::{
    desk::{
        calendar::BusinessTime,
        faq::{EntryCommand, EntryRefused},
        feedback::{Done, Refused, Written},
        report::Unreported,
        staff::Member,
        staff_mail::{Command, SupportCommand},
        ticket::{Direction, Hold, Status, TicketKind, TicketNumber, WaitingFor},
        turn::Ending,
    },
    letter::Purpose,
    mail::Mailbox,
    notify::staff_notice::notify_assignee,
    service::{Actor, Fault, Operation, Outcome},
    store::{AuditEvent, NewEntry, TicketRow, Tx},
};

/// Looks a ticket up. The number of a parked mail means the ticket that it has become. The inner error says that there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn find(tx: &mut Tx, number: &TicketNumber) -> Result<Result<TicketRow, Refused>, Fault> {
    if let Some(message) = number.parked() {
        return handling::ticket_of(tx, number, message).await;
    }
    if number.is_entry() {
        return Ok(Err(EntryRefused::NotOnAnEntry(number.clone()).into()));
    }
    Ok(tx.ticket_by_number(number).await?.ok_or_else(|| Refused::NoSuchTicket(number.clone())))
}

/// Carries out a command on a ticket. `named` says which draft 取消, 承認 and the like mean, `brought` has the files of the mail.
///
/// # Errors
/// When the database or a template fails. Then the caller must not commit.
pub async fn carry_out(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &Command,
    named: &Named<'_>,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    match command {
        Command::Assign(who) => assign(operation, ticket, who).await,
        Command::Note(text) if text.is_empty() => Ok(Err(Refused::EmptyNote(number.clone()))),
        Command::Note(text) => {
            note(operation, ticket, text);
            Ok(Ok(Done::Noted(number.clone())))
        }
        Command::Ask(text) => write(operation, ticket, Written::Question, brought.with(text)).await,
        Command::Close(reason) => close(operation, ticket, reason).await,
        Command::Reopen => reopen(operation, ticket).await,
        Command::Wait => wait(operation, ticket).await,
        Command::Hold { day, reason } => hold::hold(operation, ticket, *day, reason).await,
        Command::Merge(into) => merge::merge(operation, ticket, into).await,
        Command::Tag(tags) => {
            let mut all = ticket.tags.clone();
            all.extend(tags.iter().filter(|tag| !ticket.tags.contains(tag)).cloned());
            operation.tx.set_tags(ticket.id, &all).await?;
            operation.record(ticket, AuditEvent::Tagged { tags: all.clone() });
            Ok(Ok(Done::Tagged { number: number.clone(), tags: all }))
        }
        Command::CalledBack(text) => called_back(operation, ticket, text).await,
        Command::Cancel => match cancel(operation, ticket, named).await? {
            // In the thread of 結果案, 取消 means these letters.
            Err(Refused::NothingWaits(number)) => {
                let stopped = results::stop_waiting(operation, ticket).await?;
                Ok(stopped.ok_or(Refused::NothingWaits(number)))
            }
            outcome => Ok(outcome),
        },
        Command::Approve => release(operation, ticket, named, true).await,
        Command::Send => release(operation, ticket, named, false).await,
        Command::Reject(reason) => reject(operation, ticket, reason, named).await,
        Command::PartOf(case) => meetings::part_of(operation, ticket, case).await,
        Command::Handling(command) => handling::carry_out(operation, ticket, command, brought).await,
        Command::Entry(EntryCommand::Propose) => faq::propose(operation, ticket).await,
        Command::Support(_) if ticket.kind == TicketKind::Inquiry => {
            Ok(Err(Refused::NoApplication(number.clone())))
        }
        Command::Support(command) => support(operation, ticket, command, brought).await,
        Command::Issue => Ok(Err(Unreported::NotAReport.into())),
        Command::Away(_)
        | Command::Back
        | Command::List(_)
        | Command::Sheet(_)
        | Command::Search(_)
        | Command::Report(_)
        | Command::Phrases
        | Command::KeepPhrase { .. }
        | Command::Entry(_)
        | Command::Help => Ok(Err(Refused::NotOnATicket)),
    }
}

/// Carries out an order on an application.
async fn support(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &SupportCommand,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    use SupportCommand::{
        Accept, Conflict, Decline, Form, Notice, Results, Review, Select, SendResults, Set, StopResults,
        Withdraw,
    };
    match command {
        Accept(reason) => application::accept(operation, ticket, reason).await,
        Withdraw(reason) => application::withdraw(operation, ticket, reason).await,
        Form => application::type_form(operation, ticket, brought).await,
        Set { field, value } => application::set(operation, ticket, field, value).await,
        Review { .. } | Conflict(_) | Select(_) | Decline(_) | Notice(_) => {
            let reviewer = results::reviewer(operation, None);
            results::carry_out(operation, ticket, command, reviewer).await
        }
        SendResults(code) => results::send(operation, code).await,
        StopResults => results::stop(operation).await,
        // `staff_mail` shows them; the shell prints them.
        Results => Ok(Err(Refused::NotOnATicket)),
        command => meetings::carry_out(operation, ticket, command, brought).await,
    }
}

pub(super) fn note(operation: &mut Operation<'_>, ticket: &TicketRow, text: &str) {
    let actor = operation.actor;
    let from = Mailbox { name: Some(actor.name()), address: actor.audit() };
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
    operation.record(ticket, AuditEvent::Noted);
}

/// The single member of a name; the actor for an empty one.
pub(super) fn one_member<'a>(operation: &Operation<'a>, who: &str) -> Result<&'a Member, Refused> {
    let staff = &operation.desk.rules.staff;
    let found: Vec<&Member> = match operation.actor {
        Actor::Staff(actor) if who.is_empty() => vec![actor],
        _ => staff.named(who),
    };
    match found.as_slice() {
        [member] => Ok(member),
        _ => Err(Refused::NoSingleMember {
            who: who.to_owned(),
            known: staff.all().map(|member| member.name.clone()).collect(),
        }),
    }
}

async fn assign(operation: &mut Operation<'_>, ticket: &TicketRow, who: &str) -> Result<Outcome, Fault> {
    let member = match one_member(operation, who) {
        Ok(member) => member,
        Err(refused) => return Ok(Err(refused)),
    };
    operation.tx.set_assignee(ticket.id, &member.address).await?;
    operation.record(ticket, AuditEvent::Assigned { to: member.address.to_lowercase() });
    let is_actor = matches!(operation.actor, Actor::Staff(actor) if actor.address == member.address);
    if !is_actor && ticket.assignee.as_deref() != Some(member.address.as_str()) {
        notify_assignee(operation, ticket, member).await?;
    }
    let (name, address) = (member.name.clone(), member.address.clone());
    Ok(Ok(Done::Assigned { number: ticket.number.clone(), name, address }))
}

/// A member who answers a ticket without an assignee becomes its assignee. `true` if the actor did.
pub(super) async fn take_on(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<bool, Fault> {
    let Actor::Staff(member) = operation.actor else { return Ok(false) };
    if ticket.assignee.is_some() {
        return Ok(false);
    }
    operation.tx.set_assignee(ticket.id, &member.address).await?;
    operation.record(ticket, AuditEvent::Assigned { to: member.address.to_lowercase() });
    Ok(true)
}

async fn close(operation: &mut Operation<'_>, ticket: &TicketRow, reason: &str) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    if ticket.clock.status() == Status::Closed {
        return Ok(Err(Refused::AlreadyClosed(number)));
    }
    if ticket.kind == TicketKind::Application && application::goes_on(operation, ticket).await? {
        return application::done(operation, ticket, reason).await;
    }
    // The shell has nobody to ask, and what came of an application its stage says.
    let is_asked = matches!(operation.actor, Actor::Staff(_)) && ticket.kind == TicketKind::Inquiry;
    if is_asked && reason.is_empty() && ticket.clock.is_owed() && ticket.answered_at.is_none() {
        let drafts = operation.tx.drafts(ticket.id).await?;
        if !drafts.iter().any(|draft| draft.purpose == Purpose::Answer) {
            return Ok(Err(Refused::CloseWithoutReason(number)));
        }
    }
    if is_asked && reason.is_empty() {
        let parts = operation.tx.unanswered_parts(ticket.id).await?;
        let waiting: Vec<TicketNumber> = parts.into_iter().map(|part| part.number).collect();
        if !waiting.is_empty() {
            return Ok(Err(Refused::CloseUnanswered { number, waiting }));
        }
    }
    if !reason.is_empty() {
        note(operation, ticket, reason);
    }
    operation.end_turn(ticket, Ending::Closed).await?;
    operation.record(ticket, AuditEvent::Closed);
    Ok(Ok(Done::Closed(number)))
}

async fn reopen(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    if ticket.clock.status() == Status::Open {
        return Ok(Err(Refused::AlreadyOpen(number)));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(Refused::ReopenMerged { number, into: into.clone() }));
    }
    let accepted = accept::with_last_words(operation, ticket).await?;
    let rules = &operation.desk.rules;
    let clock = ticket.clock.clone().reopened(&rules.calendar, rules.sla.answer_within, operation.now);
    operation.move_clock(ticket, &clock).await?;
    application::resumed(operation, ticket).await?;
    let local = clock.deadline().map(|at| operation.local(at));
    operation.record(ticket, AuditEvent::Reopened { deadline: local });
    let deadline = clock.deadline();
    let Some(fields) = accepted else { return Ok(Ok(Done::Reopened { number, deadline })) };
    operation.tx.set_fields(ticket.id, &fields).await?;
    let told = accept::acknowledge(operation, &TicketRow { fields, clock, ..ticket.clone() }).await?;
    Ok(Ok(Done::Accepted { number, deadline, told }))
}

async fn wait(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let (number, status) = (ticket.number.clone(), ticket.clock.status());
    if status != Status::Open {
        return Ok(Err(Refused::NotOpen { number, status }));
    }
    let left = wait_for_inquirer(operation, ticket).await?;
    operation.record(ticket, AuditEvent::Held { left, until: None });
    Ok(Ok(Done::Held { number, left, until: None, leaves: None }))
}

/// Pauses the clock until the inquirer writes. If nothing comes, staff are told at intervals.
pub(super) async fn wait_for_inquirer(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<BusinessTime, Fault> {
    let (rules, now) = (&operation.desk.rules, operation.now);
    let until = rules.sla.remind_on(&rules.calendar, now);
    let hold = Hold { waiting_for: WaitingFor::Inquirer, until };
    let clock = ticket.clock.clone().held(&rules.calendar, now, hold);
    operation.move_clock(ticket, &clock).await?;
    Ok(clock.budget_left())
}

async fn called_back(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    if !ticket.clock.is_owed() {
        return Ok(Err(Refused::AlreadyAnswered { number, status: ticket.clock.status() }));
    }
    if !text.is_empty() {
        note(operation, ticket, text);
    }
    operation.end_turn(ticket, Ending::CalledBack).await?;
    operation.record(ticket, AuditEvent::CalledBack);
    take_on(operation, ticket).await?;
    Ok(Ok(Done::CalledBack(number)))
}
