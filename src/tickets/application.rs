//! What a person does to an application for the 伴走支援: 受理, 取下, 様式 and 項目.

use super::{
    commands::note,
    meetings::Brought,
    results::{has_left, stop_of},
};
use crate::{
    desk::{
        application::{
            ApplicationForm, FormFinding, Stage, Submitted, Unread, decision::ResultsRefused, field_named,
            submitted_in,
        },
        feedback::{Done, Refused},
        ticket::Status,
        triage::ticket_fields,
        turn::Ending,
    },
    paper::Format,
    service::{Fault, Operation, Outcome},
    store::{ApplicationRow, AuditEvent, NewSubmission, SubmissionRow, TicketRow},
};

/// An application with its forms, as an order finds it.
struct Found {
    row: ApplicationRow,
    /// Oldest first, at least one.
    forms: Vec<SubmissionRow>,
}

impl Found {
    /// The form in force.
    fn in_force(&self) -> Option<&SubmissionRow> {
        self.row.in_force(&self.forms).or(self.forms.last())
    }
}

async fn found(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Option<Found>, Fault> {
    let Some(row) = operation.tx.application(ticket.id).await? else { return Ok(None) };
    let forms = operation.tx.submissions(ticket.id).await?;
    Ok(Some(Found { row, forms }))
}

/// An application with the stage to which an order moves it.
async fn moved(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    to: fn(Stage) -> Result<Stage, Stage>,
) -> Result<Result<(Found, Stage), Refused>, Fault> {
    let number = ticket.number.clone();
    let Some(found) = found(operation, ticket).await? else { return Ok(Err(Refused::NoApplication(number))) };
    Ok(match to(found.row.stage) {
        Ok(stage) => Ok((found, stage)),
        Err(stage) => Err(Refused::Stage { number, stage }),
    })
}

/// 受理: a late, incomplete or unreadable application counts, with the newest form that somebody could read.
///
/// # Errors
/// When the database fails. Then the caller must not commit.
pub async fn accept(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let (found, stage) = match moved(operation, ticket, Stage::accept).await? {
        Ok(moved) => moved,
        Err(refused) => return Ok(Err(refused)),
    };
    let newest = found.forms.iter().rev().find(|form| form.result.is_ok()).or(found.forms.last());
    let Some(newest) = newest else { return Ok(Err(Refused::NoApplication(number))) };
    operation.tx.put_in_force(ticket.id, newest.id, newest.result.as_ref().ok()).await?;
    if let Ok(form) = &newest.result {
        operation.tx.set_fields(ticket.id, &ticket_fields(form)).await?;
    }
    operation.tx.set_stage(ticket.id, stage).await?;
    if ticket.clock.is_owed() {
        operation.end_turn(ticket, Ending::Accepted).await?;
    }
    explain(operation, ticket, reason);
    operation.record(ticket, AuditEvent::ApplicationAccepted { submission: newest.id });
    Ok(Ok(Done::ApplicationAccepted(number)))
}

/// 取下: the applicant withdraws.
///
/// # Errors
/// As [`accept`].
pub async fn withdraw(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let stage = match moved(operation, ticket, Stage::withdraw).await? {
        Ok((_, stage)) => stage,
        Err(refused) => return Ok(Err(refused)),
    };
    if has_left(operation, ticket).await? {
        return Ok(Err(ResultsRefused::OnTheWay(number).into()));
    }
    // The letter about its result may wait to leave.
    stop_of(operation, ticket).await?;
    operation.tx.set_stage(ticket.id, stage).await?;
    if ticket.clock.status() != Status::Closed {
        operation.end_turn(ticket, Ending::Closed).await?;
    }
    explain(operation, ticket, reason);
    operation.record(ticket, AuditEvent::ApplicationWithdrawn);
    Ok(Ok(Done::ApplicationWithdrawn(number)))
}

/// 完了: whether the application goes on, so that it ends only what the desk owes now. From the last business day of the support on,
/// it closes the case.
///
/// # Errors
/// As [`accept`].
pub(super) async fn goes_on(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<bool, Fault> {
    let desk = operation.desk;
    let last =
        desk.rules.support.as_ref().and_then(|support| support.call.last_opening(&desk.rules.calendar));
    let is_over = last.is_some_and(|last| operation.now >= last);
    let Some(application) = operation.tx.application(ticket.id).await? else { return Ok(false) };
    Ok(match application.stage {
        Stage::Received | Stage::Accepted => true,
        Stage::Supported if is_over => {
            operation.tx.set_stage(ticket.id, Stage::Closed).await?;
            false
        }
        Stage::Supported => true,
        Stage::Withdrawn | Stage::Notified | Stage::Closed => false,
    })
}

/// 完了 of an application that goes on: its ticket rests, and the next mail in its thread opens it, however late it comes.
///
/// # Errors
/// As [`accept`].
pub(super) async fn done(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    if !ticket.clock.is_owed() {
        return Ok(Err(Refused::AlreadyAnswered { number, status: ticket.clock.status() }));
    }
    explain(operation, ticket, reason);
    operation.end_turn(ticket, Ending::Accepted).await?;
    operation.record(ticket, AuditEvent::Closed);
    Ok(Ok(Done::Closed(number)))
}

/// 再開: the case of a ticket that was closed is supported again.
///
/// # Errors
/// As [`accept`].
pub(super) async fn resumed(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<(), Fault> {
    if operation.tx.application(ticket.id).await?.is_some_and(|known| known.stage == Stage::Closed) {
        operation.tx.set_stage(ticket.id, Stage::Supported).await?;
    }
    Ok(())
}

/// The audit holds no personal data, so a reason is a note.
fn explain(operation: &mut Operation<'_>, ticket: &TicketRow, reason: &str) {
    if !reason.trim().is_empty() {
        note(operation, ticket, reason.trim());
    }
}

/// 様式: the one attached form is in force. The original stays.
///
/// # Errors
/// As [`accept`].
pub async fn type_form(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let Some(found) = found(operation, ticket).await? else { return Ok(Err(Refused::NoApplication(number))) };
    if !found.row.stage.takes_forms() {
        return Ok(Err(Refused::Stage { number, stage: found.row.stage }));
    }
    let Some(support) = &operation.desk.rules.support else { return Ok(Err(Refused::NoApplication(number))) };
    let files = brought.files.iter().enumerate();
    let read = files.flat_map(|(part, file)| submitted_in(part, &file.name, &file.bytes, &support.labels));
    let (forms, unread): (Vec<_>, Vec<_>) = read.partition(|file| file.result.is_ok());
    let [file] = forms.as_slice() else {
        let why = unread.first().and_then(Submitted::unread);
        return Ok(Err(Refused::NoSingleForm { number, forms: forms.len(), why }));
    };
    let Some(form) = file.form() else { return Ok(Err(Refused::NoApplication(number))) };
    let typed = Typed {
        message: brought.message,
        part: file.part,
        file: &file.file,
        inner_name: file.inner_name.as_deref(),
        format: file.format,
        findings: file.findings(),
    };
    let submission = put(operation, ticket, &found, form, typed).await?;
    operation.record(ticket, AuditEvent::FormTyped { submission });
    Ok(Ok(Done::FormTyped { number, missing: form.missing() }))
}

/// 項目: one field of the form in force has another value.
///
/// # Errors
/// As [`accept`].
pub async fn set(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    name: &str,
    value: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let Some(found) = found(operation, ticket).await? else { return Ok(Err(Refused::NoApplication(number))) };
    let Some(field) = field_named(name) else {
        return Ok(Err(Refused::NoField { number, name: name.to_owned() }));
    };
    if !found.row.stage.takes_value(field) {
        return Ok(Err(Refused::Stage { number, stage: found.row.stage }));
    }
    let Some(before) = found.in_force() else { return Ok(Err(Refused::NoApplication(number))) };
    let form = before.result.clone().unwrap_or_default();
    let Some(form) = form.with(field, value.trim()) else {
        return Ok(Err(Refused::BadValue { number, field }));
    };
    let typed = Typed {
        message: before.message_ref,
        part: before.part,
        file: &before.file,
        inner_name: before.inner_name.as_deref(),
        format: before.format,
        findings: &before.findings,
    };
    let submission = put(operation, ticket, &found, &form, typed).await?;
    operation.record(ticket, AuditEvent::FieldSet { submission, field });
    Ok(Ok(Done::FieldSet { number, field }))
}

/// Where a form comes from that a member wrote.
#[derive(Clone, Copy)]
struct Typed<'a> {
    message: Option<i64>,
    part: usize,
    file: &'a str,
    inner_name: Option<&'a str>,
    format: Format,
    findings: &'a [FormFinding],
}

/// Adds a form of a member's, and puts it in force. It was handed in when the applicant's was.
async fn put(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    found: &Found,
    form: &ApplicationForm,
    typed: Typed<'_>,
) -> Result<i64, Fault> {
    let author = operation.actor.audit();
    let original = found.forms.iter().rev().find(|form| form.author.is_none());
    let Typed { message, part, file, inner_name, format, findings } = typed;
    let new = NewSubmission {
        ticket_id: ticket.id,
        message_ref: message,
        part,
        file,
        inner_name,
        format,
        received_at: original.map_or(ticket.received_at, |form| form.received_at),
        in_time: original.is_some_and(|form| form.in_time),
        result: Ok::<_, Unread>(form),
        findings,
        hash: &form.hash(),
        author: Some(&author),
    };
    let submission = operation.tx.add_submission(&new).await?;
    operation.tx.put_in_force(ticket.id, submission, Some(form)).await?;
    operation.tx.set_fields(ticket.id, &ticket_fields(form)).await?;
    Ok(submission)
}
