//! 結果取消: stops letters about the results that have not left.

use super::{call, cases};
use crate::{
    desk::{
        application::decision::{ResultsDone, ResultsRefused},
        feedback::{Done, Refused},
        ticket::TicketKind,
    },
    service::{Fault, Operation, Outcome},
    store::{AuditEvent, OutboxState, ResultMail, TicketRow},
};

/// 結果取消: stops all letters about the results that have not left.
///
/// # Errors
/// When the database fails.
pub async fn stop(operation: &mut Operation<'_>) -> Result<Outcome, Fault> {
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    let Some(call) = call(operation) else { return Ok(Err(ResultsRefused::NoCall.into())) };
    let (mut stopped, mut left) = (0, 0);
    for case in cases(operation, &call).await? {
        let (these, sent) = stop_of(operation, &case.ticket).await?;
        (stopped, left) = (stopped + these, left + sent);
    }
    if stopped == 0 {
        return Ok(Err(ResultsRefused::NoneWait { left }.into()));
    }
    Ok(Ok(Done::Results(ResultsDone::Stopped { stopped, left })))
}

/// Stops all letters about the results if that of this application waits, and the actor may stop them: 取消, and a doubt in the
/// thread of 結果案. `None` if there is nothing to stop.
///
/// # Errors
/// When the database fails.
pub async fn stop_waiting(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Option<Done>, Fault> {
    let is_waiting = |mail: &ResultMail| mail.attempts == 0 && mail.state == OutboxState::Queued;
    if ticket.kind != TicketKind::Application || !operation.may_approve() {
        return Ok(None);
    }
    if !operation.tx.result_mails(ticket.id).await?.iter().any(is_waiting) {
        return Ok(None);
    }
    Ok(stop(operation).await?.ok())
}

/// Whether a letter about the result has left, or may have left.
///
/// # Errors
/// When the database fails.
pub async fn has_left(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<bool, Fault> {
    let mails = operation.tx.result_mails(ticket.id).await?;
    Ok(mails.iter().any(|mail| match mail.state {
        OutboxState::Sent => true,
        OutboxState::Queued | OutboxState::Held | OutboxState::Deferred => mail.attempts > 0,
        OutboxState::Failed | OutboxState::Bounced | OutboxState::Cancelled => false,
    }))
}

/// Stops the letters about one application, as when it is withdrawn. Returns how many were stopped, and how many have left.
///
/// # Errors
/// When the database fails.
pub async fn stop_of(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<(usize, usize), Fault> {
    let (mut stopped, mut left) = (0, 0);
    for mail in operation.tx.result_mails(ticket.id).await? {
        match mail.state {
            OutboxState::Queued | OutboxState::Held | OutboxState::Deferred => {
                // One attempt may have arrived without a verdict.
                if mail.attempts > 0 || !operation.tx.cancel(mail.id, operation.now).await? {
                    left += 1;
                    continue;
                }
                if let Some(entry) = mail.entry {
                    operation.tx.forget_entry(entry).await?;
                }
                stopped += 1;
            }
            OutboxState::Sent => left += 1,
            OutboxState::Failed | OutboxState::Bounced | OutboxState::Cancelled => {}
        }
    }
    if stopped > 0 {
        operation.record(ticket, AuditEvent::ResultStopped);
    }
    Ok((stopped, left))
}
