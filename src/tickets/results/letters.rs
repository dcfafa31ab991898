//! The letters about results: for which applications one is still to leave, and what each says.

use crate::{
    desk::{
        application::{
            ApplicationForm, Call, Stage,
            decision::{Candidate, Decision, ResultLetter, Review},
        },
        form::addresses,
        ticket::Status,
    },
    letter::{
        Content, Purpose, Rendered,
        results::{ResultContext, region},
    },
    service::{Fault, Operation},
    store::{DecisionRow, OutboxState, TicketRow},
    tickets::recipients::officer,
};

/// Letters about one application that are tried at most: the first, and one after each that did not arrive.
const MOST_TRIES: usize = 20;

/// An application with all that its letter is made from.
pub(super) struct Case {
    pub ticket: TicketRow,
    pub stage: Stage,
    pub form: ApplicationForm,
    pub decision: DecisionRow,
    pub reviews: Vec<Review>,
}

impl Case {
    pub fn candidate(&self) -> Candidate {
        Candidate {
            number: self.ticket.number.clone(),
            decision: self.decision.decision,
            has_address: self.representative().is_some(),
            is_at_rest: match self.stage {
                Stage::Received => false,
                Stage::Accepted => {
                    matches!(self.ticket.clock.status(), Status::Answered | Status::Closed)
                }
                // Its result is known; a question since then stops no other letter.
                Stage::Withdrawn | Stage::Notified | Stage::Supported | Stage::Closed => true,
            },
            reviews: self.reviews.clone(),
        }
    }

    pub fn region(&self) -> String {
        region(&self.form)
    }

    fn representative(&self) -> Option<String> {
        addresses(&self.form.representative.email).into_iter().next()
    }

    /// What the applicant has told of themselves, for the last guard.
    pub fn told(&self) -> String {
        let person = &self.form.representative;
        let told = [&person.organization, &person.department, &person.name, &person.email, &self.form.area];
        let sender = [&self.ticket.from.address, &self.form.prefecture];
        told.into_iter().chain(sender).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Recipients of the result, with the purpose of each letter.
    fn recipients(&self, decision: Decision, copy_to_sender: bool) -> Vec<(Purpose, String)> {
        let purpose = match decision {
            Decision::Selected => Purpose::ResultSelected,
            Decision::Declined => Purpose::ResultDeclined,
        };
        let Some(representative) = self.representative() else { return Vec::new() };
        let sender = officer(&self.ticket).address;
        let copy = copy_to_sender && !sender.is_empty() && !sender.eq_ignore_ascii_case(&representative);
        let copy = copy.then_some((Purpose::ResultCopy, sender));
        std::iter::once((purpose, representative)).chain(copy).collect()
    }
}

/// A letter that is still to leave, with what only the outbox needs.
pub(super) struct Pending {
    pub letter: ResultLetter,
    pub purpose: Purpose,
    pub message_id: String,
}

impl Pending {
    pub fn is_copy(&self) -> bool {
        self.purpose == Purpose::ResultCopy
    }
}

/// The applications of a call that get a result, in the order of their numbers.
pub(super) async fn cases(operation: &mut Operation<'_>, call: &Call) -> Result<Vec<Case>, Fault> {
    let mut cases = Vec::new();
    for known in operation.tx.applications_of(call.closes).await? {
        if known.stage == Stage::Withdrawn {
            continue;
        }
        let Some(ticket) = operation.tx.ticket(known.id).await? else { continue };
        let Some(application) = operation.tx.application(known.id).await? else { continue };
        let submissions = operation.tx.submissions(known.id).await?;
        let form =
            application.in_force(&submissions).and_then(|row| row.result.clone().ok()).unwrap_or_default();
        let decision = operation.tx.decision(known.id).await?;
        let reviews = operation.tx.reviews(known.id).await?;
        cases.push(Case { ticket, stage: known.stage, form, decision, reviews });
    }
    Ok(cases)
}

/// The letters that are still to leave: of each decided application, those that neither wait nor have arrived.
pub(super) async fn pending(
    operation: &mut Operation<'_>,
    call: &Call,
    cases: &[Case],
) -> Result<Vec<Pending>, Fault> {
    let desk = operation.desk;
    let copy = desk.rules.support.as_ref().is_some_and(|support| support.copy_results_to_sender);
    let mut pending = Vec::new();
    for case in cases {
        let Some(decision) = case.decision.decision else { continue };
        let number = &case.ticket.number;
        for (purpose, to) in case.recipients(decision, copy) {
            let Some(message_id) = fresh_id(operation, case, purpose).await? else { continue };
            let context = ResultContext::new(
                &desk.profile,
                &desk.rules,
                call,
                number,
                (&case.form, officer(&case.ticket).addressed()),
                (decision, &case.decision.notice),
            );
            let content = match purpose {
                Purpose::ResultCopy => Content::ResultCopy(context),
                _ => Content::Result(decision, context),
            };
            let Rendered { subject, body, .. } = desk.wording.render(&content)?;
            let letter = ResultLetter { number: number.clone(), decision, to, subject, body };
            pending.push(Pending { letter, purpose, message_id });
        }
    }
    Ok(pending)
}

/// The Message-ID of the next letter. `None` if one waits, or has left and did not bounce.
async fn fresh_id(
    operation: &mut Operation<'_>,
    case: &Case,
    purpose: Purpose,
) -> Result<Option<String>, Fault> {
    let word = if purpose == Purpose::ResultCopy { "result-copy" } else { "result" };
    for nth in 1..=MOST_TRIES {
        let event = if nth == 1 { word.to_owned() } else { format!("{word}-{nth}") };
        let message_id = operation.desk.ids.of_ticket(&case.ticket.number, &event);
        match operation.tx.mail_state(&message_id).await? {
            None => return Ok(Some(message_id)),
            Some(OutboxState::Failed | OutboxState::Bounced | OutboxState::Cancelled) => {}
            Some(OutboxState::Queued | OutboxState::Held | OutboxState::Deferred | OutboxState::Sent) => {
                return Ok(None);
            }
        }
    }
    Ok(None)
}
