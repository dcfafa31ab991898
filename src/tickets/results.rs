//! Reviews, decisions, and the letters about them: shown to a lead as they will leave, and sent together, once.
//!
//! A letter's Message-ID follows from its application and from how many of its letters did not arrive, so a second 結果送信, a
//! second process or a crash queues nothing twice.

mod letters;
mod stop;

use chrono::{DateTime, Utc};

use self::letters::{Case, Pending, cases, pending};
pub use self::stop::{has_left, stop, stop_of, stop_waiting};
use super::answer::unsent;
use crate::{
    desk::{
        application::{
            Call, Stage,
            decision::{
                Decision, ResultLetter, ResultsDone, ResultsRefused, Review, ReviewVerdict, cautions, code,
                fits, mean, obstacles,
            },
        },
        feedback::{Done, Refused},
        last_guard::OwnWords,
        staff::Member,
        staff_key::Invitation,
        staff_mail::SupportCommand,
    },
    letter::{
        Content, Purpose,
        results::{
            ResultWords, ResultsPreviewContext, caution_in_words, obstacle_in_words, results_link,
            score_in_words,
        },
    },
    notify::{Outgoing, Thread, enqueue_all, staff_notice::notify},
    service::{Actor, Fault, Operation, Outcome},
    store::{AuditEvent, OutboxState, StoreError, TicketRow},
};

/// What leads are shown of the results.
#[derive(Debug, Clone)]
pub struct Preview {
    pub code: String,
    /// Why the letters cannot leave yet.
    pub obstacles: Vec<String>,
    pub cautions: Vec<String>,
    pub letters: Vec<ResultWords>,
}

/// Carries out an order about one application. `reviewer` gives the review: the member who wrote, or one that the operator names.
///
/// # Errors
/// When the database or a template fails. Then the caller must not commit.
pub async fn carry_out(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &SupportCommand,
    reviewer: Option<&Member>,
) -> Result<Outcome, Fault> {
    match command {
        SupportCommand::Review { scores, comment } => {
            let verdict = ReviewVerdict::Scored { scores: scores.clone(), comment: comment.clone() };
            review(operation, ticket, reviewer, verdict).await
        }
        SupportCommand::Conflict(reason) => {
            review(operation, ticket, reviewer, ReviewVerdict::Conflict(reason.clone())).await
        }
        SupportCommand::Select(reason) => decide(operation, ticket, Decision::Selected, reason).await,
        SupportCommand::Decline(reason) => decide(operation, ticket, Decision::Declined, reason).await,
        SupportCommand::Notice(text) => keep_notice(operation, ticket, text).await,
        _ => Ok(Err(Refused::NotOnATicket)),
    }
}

/// 審査: keeps a review. It takes the place of the reviewer's earlier one.
async fn review(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reviewer: Option<&Member>,
    verdict: ReviewVerdict,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    let Some(reviewer) = reviewer else {
        let known = operation.desk.rules.staff.all().map(|member| member.name.clone()).collect();
        return Ok(Err(ResultsRefused::NoReviewer { known }.into()));
    };
    if let Err(refused) = undecided(operation, ticket).await? {
        return Ok(Err(refused));
    }
    let criteria = operation.desk.rules.support.as_ref().map(|support| support.criteria.clone());
    let criteria = criteria.unwrap_or_default();
    if let ReviewVerdict::Scored { scores, .. } = &verdict
        && !fits(scores, criteria.len())
    {
        return Ok(Err(ResultsRefused::BadScores { number, criteria }.into()));
    }
    let conflict = verdict.is_conflict();
    let review = Review { reviewer: reviewer.address.to_lowercase(), at: operation.now, verdict };
    operation.tx.set_review(ticket.id, &review).await?;
    operation.record(ticket, AuditEvent::Reviewed { conflict });
    Ok(Ok(Done::Results(ResultsDone::Reviewed { number, conflict })))
}

/// 採択, 不採択: pending until the letters leave.
async fn decide(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    decision: Decision,
    reason: &str,
) -> Result<Outcome, Fault> {
    let number = ticket.number.clone();
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    if let Err(refused) = undecided(operation, ticket).await? {
        return Ok(Err(refused));
    }
    if reason.trim().is_empty() {
        return Ok(Err(ResultsRefused::NoReason(number).into()));
    }
    let by = operation.actor.audit();
    let earlier = operation.tx.decision(ticket.id).await?;
    let other = earlier.decided_by.filter(|other| *other != by);
    let name = |address: String| {
        let member = operation.desk.rules.staff.find(&address);
        member.map_or(address.clone(), |member| member.name.clone())
    };
    let before = earlier.decision.zip(other.map(name));
    operation.tx.set_decision(ticket.id, decision, reason.trim(), operation.now, &by).await?;
    operation.record(ticket, AuditEvent::Decided { decision });
    Ok(Ok(Done::Results(ResultsDone::Decided { number, decision, before })))
}

/// 通知文: a lead's words in the letter about the result.
async fn keep_notice(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
) -> Result<Outcome, Fault> {
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    if let Err(refused) = undecided(operation, ticket).await? {
        return Ok(Err(refused));
    }
    operation.tx.set_notice(ticket.id, text.trim()).await?;
    operation.record(ticket, AuditEvent::NoticeWritten);
    Ok(Ok(Done::Results(ResultsDone::NoticeKept(ticket.number.clone()))))
}

/// Whether an application may still be judged: it takes part, and no letter about it waits or has left.
async fn undecided(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Result<(), Refused>, Fault> {
    let number = || ticket.number.clone();
    let Some(application) = operation.tx.application(ticket.id).await? else {
        return Ok(Err(Refused::NoApplication(number())));
    };
    if !matches!(application.stage, Stage::Received | Stage::Accepted) {
        return Ok(Err(Refused::Stage { number: number(), stage: application.stage }));
    }
    let mails = operation.tx.result_mails(ticket.id).await?;
    let waits = mails.iter().any(|mail| matches!(mail.state, OutboxState::Queued | OutboxState::Sent));
    Ok(if waits { Err(ResultsRefused::OnTheWay(number()).into()) } else { Ok(()) })
}

/// 結果案: all letters as they would leave now.
///
/// # Errors
/// When the database or a template fails.
pub async fn preview(operation: &mut Operation<'_>) -> Result<Option<Preview>, Fault> {
    let Some(call) = call(operation) else { return Ok(None) };
    let cases = cases(operation, &call).await?;
    let pending = pending(operation, &call, &cases).await?;
    Ok(Some(shown(&call, &cases, &pending, operation.now)))
}

fn shown(call: &Call, cases: &[Case], pending: &[Pending], now: DateTime<Utc>) -> Preview {
    let candidates: Vec<_> = cases.iter().map(Case::candidate).collect();
    let words = |pending: &Pending| {
        let case = cases.iter().find(|case| case.ticket.number == pending.letter.number);
        let (region, score) = case.map(|case| (case.region(), score(case))).unwrap_or_default();
        ResultWords::new(&pending.letter, region, score, pending.is_copy())
    };
    Preview {
        code: code(&letters_of(pending)),
        obstacles: obstacles(&candidates, call, now).iter().map(obstacle_in_words).collect(),
        cautions: cautions(&candidates, call).iter().map(caution_in_words).collect(),
        letters: pending.iter().map(words).collect(),
    }
}

fn letters_of(pending: &[Pending]) -> Vec<ResultLetter> {
    pending.iter().map(|pending| pending.letter.clone()).collect()
}

fn score(case: &Case) -> String {
    let conflicts = case.reviews.iter().filter(|review| review.verdict.is_conflict()).count();
    let mean = mean(&case.reviews);
    score_in_words(mean, case.reviews.len() - conflicts, conflicts)
}

/// Sends the preview to a lead who asked for it.
///
/// # Errors
/// When the database or a template fails.
pub async fn show(operation: &mut Operation<'_>, lead: &Member, occasion: &str) -> Result<Outcome, Fault> {
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    let desk = operation.desk;
    let Some(call) = call(operation) else { return Ok(Err(ResultsRefused::NoCall.into())) };
    let cases = cases(operation, &call).await?;
    let Some(first) = cases.first().map(|case| case.ticket.number.clone()) else {
        return Ok(Err(ResultsRefused::NoApplications.into()));
    };
    let pending = pending(operation, &call, &cases).await?;
    let Preview { code, obstacles, cautions, letters } = shown(&call, &cases, &pending, operation.now);
    if letters.is_empty() && obstacles.is_empty() {
        return Ok(Err(ResultsRefused::NonePending.into()));
    }
    let key = desk.key(lead, &first, Invitation::Decide, operation.now);
    let count = letters.len();
    notify(operation, lead, occasion, |common| {
        let send_link = results_link(&desk.profile.address, &first, &key, &code);
        let number = first.to_string();
        Content::ResultsPreview(ResultsPreviewContext {
            common,
            number,
            key,
            code,
            send_link,
            obstacles,
            cautions,
            letters,
        })
    })?;
    Ok(Ok(Done::Results(ResultsDone::Shown { letters: count })))
}

/// 結果送信: queues exactly the letters that the code stands for, all or none.
///
/// # Errors
/// When the database or a template fails. Then the caller must not commit.
pub async fn send(operation: &mut Operation<'_>, wanted: &str) -> Result<Outcome, Fault> {
    let desk = operation.desk;
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    let Some(call) = call(operation) else { return Ok(Err(ResultsRefused::NoCall.into())) };
    let cases = cases(operation, &call).await?;
    let pending = pending(operation, &call, &cases).await?;
    let candidates: Vec<_> = cases.iter().map(Case::candidate).collect();
    let obstacles = obstacles(&candidates, &call, operation.now);
    if !obstacles.is_empty() {
        return Ok(Err(ResultsRefused::NotReady(obstacles).into()));
    }
    if pending.is_empty() {
        return Ok(Err(ResultsRefused::NonePending.into()));
    }
    if code(&letters_of(&pending)) != wanted {
        return Ok(Err(ResultsRefused::Changed.into()));
    }
    let leaves_at = operation.now + desk.answers.undo;
    if let Err(refused) = queue(operation, &cases, &pending, leaves_at).await? {
        return Ok(Err(refused));
    }
    Ok(Ok(Done::Results(ResultsDone::Queued { letters: pending.len(), leaves_at })))
}

/// Queues all letters, or none of them.
async fn queue(
    operation: &mut Operation<'_>,
    cases: &[Case],
    pending: &[Pending],
    leaves_at: DateTime<Utc>,
) -> Result<Result<(), Refused>, Fault> {
    let (desk, author) = (operation.desk, operation.actor.audit());
    let mut letters = Vec::new();
    for letter in pending {
        let Some(case) = cases.iter().find(|case| case.ticket.number == letter.letter.number) else {
            continue;
        };
        letters.push((case, letter, case.told(), operation.tx.thread_of(case.ticket.id).await?));
    }
    let mails = letters.iter().map(|(case, pending, theirs, thread)| Outgoing {
        purpose: pending.purpose,
        to: &pending.letter.to,
        cc: &[],
        copy_for: None,
        subject: &pending.letter.subject,
        body: &pending.letter.body,
        html: None,
        files: &[],
        message_id: &pending.message_id,
        thread: Thread::of(thread),
        ticket: Some(case.ticket.id),
        message_ref: None,
        leaves_at: Some(leaves_at),
        // The whole letter counts as a person's words: it may have a lead's.
        written: Some((
            author.as_str(),
            OwnWords {
                text: &pending.letter.body,
                staff: &desk.rules.staff,
                shows_names: desk.answers.sign_with_name,
                desk: &desk.rules.gate.own_addresses,
                theirs,
            },
        )),
    });
    let mails: Vec<Outgoing<'_>> = mails.collect();
    let failed = enqueue_all(operation, &mails)?.err();
    if let Some(((case, pending, ..), why)) = failed.and_then(|(nth, why)| Some((letters.get(nth)?, why))) {
        return Ok(Err(unsent(&case.ticket.number, &pending.letter.to, why)));
    }
    for (case, pending, ..) in letters.iter().filter(|(_, pending, ..)| !pending.is_copy()) {
        operation.record(&case.ticket, AuditEvent::ResultQueued { decision: pending.letter.decision });
    }
    Ok(Ok(()))
}

/// The mail server has accepted a letter to the representative.
///
/// # Errors
/// When the database fails.
pub async fn left(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    purpose: Purpose,
) -> Result<(), StoreError> {
    operation.tx.set_notified(ticket.id, operation.now).await?;
    let stage = match purpose {
        Purpose::ResultSelected => Stage::Supported,
        _ => Stage::Notified,
    };
    operation.tx.set_stage(ticket.id, stage).await?;
    operation.record(ticket, AuditEvent::ResultSent);
    Ok(())
}

fn call(operation: &Operation<'_>) -> Option<Call> {
    operation.desk.rules.support.as_ref().map(|support| support.call.clone())
}

/// The member who gives a review: who wrote the mail; the operator names one.
#[must_use]
pub fn reviewer<'a>(operation: &Operation<'a>, named: Option<&str>) -> Option<&'a Member> {
    let staff = &operation.desk.rules.staff;
    match (operation.actor, named) {
        (Actor::Staff(member), None) => Some(member),
        (_, Some(who)) => match staff.named(who).as_slice() {
            [member] => Some(*member),
            _ => None,
        },
        _ => None,
    }
}
