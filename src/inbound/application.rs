//! Files the applications of a message: tickets of their own, further forms of others, or the same form once more.

use super::file::{add_entry, file_ticket};
use crate::{
    desk::{
        application::Call,
        ticket::Direction,
        triage::{Becomes, Decision, HandedIn, ticket_fields},
        turn::Ending,
    },
    notify::application::FiledApplication,
    service::{Fault, Operation, PreparedMail},
    store::{AuditEvent, NewEvent, NewSubmission},
};

/// Takes the tickets of the applications of a message, before its ledger row is written.
pub(super) fn take_tickets<'a>(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    decision: &Decision,
    handed_in: &'a [HandedIn],
) -> Vec<FiledApplication<'a>> {
    let mut filed = Vec::new();
    for form in handed_in {
        let (id, number, stage, in_force) = match &form.becomes {
            Becomes::New { ticket, stage } => {
                let filed = file_ticket(operation, mail, ticket, decision, None);
                (filed.id, filed.number, *stage, true)
            }
            Becomes::Version { id, number, stage, in_force, .. } => (*id, number.clone(), *stage, *in_force),
            Becomes::Same { id, number, stage } => (*id, number.clone(), *stage, false),
        };
        filed.push(FiledApplication {
            id,
            number,
            handed_in: form,
            stage,
            previous: None,
            version: 1,
            is_same: matches!(form.becomes, Becomes::Same { .. }),
            is_new: matches!(form.becomes, Becomes::New { .. }),
            in_force,
        });
    }
    filed
}

/// Writes the applications of a message whose ledger row is written: forms, stages, clocks, conversation, audit.
pub(super) async fn file_applications(
    operation: &mut Operation<'_>,
    call: &Call,
    mail: &PreparedMail,
    message: i64,
    filed: &mut [FiledApplication<'_>],
    warnings: &[&'static str],
) -> Result<(), Fault> {
    for application in filed {
        let earlier = operation.tx.submissions(application.id).await?;
        application.version = earlier.len() + usize::from(!application.is_same);
        application.previous = earlier.into_iter().next_back();
        let direction = if application.is_same { Direction::Note } else { Direction::In };
        add_entry(operation, application.id, message, &mail.reading, direction);
        if application.is_same {
            let joined = AuditEvent::Joined { warnings: warnings.to_vec() };
            let event = NewEvent::by_desk(joined).on_message(message).on_ticket(application.id);
            operation.tx.append_event(operation.now, event);
            continue;
        }
        if application.is_new {
            operation.tx.add_application(application.id, call.closes, application.stage).await?;
        }
        let form = file_form(operation, call, mail, message, application).await?;
        change(operation, application).await?;
        let submitted = &application.handed_in.submitted;
        let event = AuditEvent::ApplicationFiled {
            submission: form,
            version: application.version,
            in_time: call.late_by(mail.reading.received_at).is_none(),
            unread: submitted.result.as_ref().err().copied(),
            stage: application.stage,
            warnings: warnings.to_vec(),
        };
        let event = NewEvent::by_desk(event).on_message(message).on_ticket(application.id);
        operation.tx.append_event(operation.now, event);
    }
    Ok(())
}

/// Adds the form, and puts it in force if it counts. Returns its row id.
async fn file_form(
    operation: &mut Operation<'_>,
    call: &Call,
    mail: &PreparedMail,
    message: i64,
    application: &FiledApplication<'_>,
) -> Result<i64, Fault> {
    let submitted = &application.handed_in.submitted;
    let (form, findings) = match &submitted.result {
        Ok((form, findings)) => (Ok(form), findings.as_slice()),
        Err(unread) => (Err(*unread), &[][..]),
    };
    let new = NewSubmission {
        ticket_id: application.id,
        message_ref: Some(message),
        part: submitted.part,
        file: &submitted.file,
        inner_name: submitted.inner_name.as_deref(),
        format: submitted.format,
        received_at: mail.reading.received_at,
        in_time: call.late_by(mail.reading.received_at).is_none(),
        result: form,
        findings,
        hash: &application.handed_in.hash,
        author: None,
    };
    let id = operation.tx.add_submission(&new).await?;
    if application.in_force {
        operation.tx.put_in_force(application.id, id, form.ok()).await?;
    }
    Ok(id)
}

/// What a further form changes: stage and clock, and the ticket's columns if the form is in force.
async fn change(operation: &mut Operation<'_>, application: &FiledApplication<'_>) -> Result<(), Fault> {
    let Becomes::Version { clock, in_force, stage, .. } = &application.handed_in.becomes else {
        return Ok(());
    };
    let Some(ticket) = operation.tx.ticket(application.id).await? else { return Ok(()) };
    operation.tx.set_stage(application.id, *stage).await?;
    if ticket.clock.is_owed() && !clock.is_owed() {
        operation.end_turn(&ticket, Ending::Accepted).await?;
    } else {
        operation.move_clock(&ticket, clock).await?;
    }
    if let (true, Ok((form, _))) = (in_force, &application.handed_in.submitted.result) {
        operation.tx.set_fields(application.id, &ticket_fields(form)).await?;
    }
    Ok(())
}
