//! A mail of a member of staff: its commands are carried out, its answers queued, and what cannot be done is explained
//! to its writer alone.

use super::{
    absence,
    answer::{self, Draft},
    commands,
    draft::{self, Named},
    meetings::Brought,
    results,
};
use crate::{
    desk::{
        application::decision::ResultsDone,
        feedback::{Done, Refused, Written},
        staff::Member,
        staff_key::Invitation,
        staff_mail::{
            Command, Order, Problem, StaffMail, SupportCommand, Whose,
            order::{Doubt, Doubtful},
        },
        ticket::TicketNumber,
        window::start_of_day,
    },
    letter::{
        Content, StaffReplyContext, WaitingContext, as_in_envelope,
        feedback::{refusal_to_staff, to_staff},
        problem_in_words, refused_order,
    },
    notify::{digest, staff_notice::notify_about},
    service::{Actor, Fault, Operation, Outcome, PreparedMail},
    store::TicketRow,
};

/// Does what a member of staff asks for, and tells them what was done, what was not and what waits for their word. `message`
/// is the ledger row of the mail.
pub async fn work_on(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    member: &Member,
    mail: &StaffMail,
    message: i64,
) -> Result<(), Fault> {
    let mut operation = operation.on_behalf_of(Actor::Staff(member));
    let operation = &mut operation;
    let midnight = start_of_day(operation.now, operation.desk.rules.calendar.time_zone());
    let silenced =
        mail.is_silenced(&operation.tx.replied_to(&as_in_envelope(&member.address), midnight).await?);
    let occasion = prepared.hash.clone();
    let mut result = Worked { nothing_sent: true, occasion, ..Worked::default() };
    let named = named(prepared, mail);
    let files = prepared.reading.mail.attachments.as_slice();
    let brought = Brought { files, message: Some(message) };
    for order in &mail.orders {
        result.carry_out(operation, member, order, &named, brought).await?;
    }
    for answer in &mail.answers {
        let outcome = match commands::find(operation.tx, &answer.ticket).await? {
            Ok(ticket) => {
                let draft = Draft { text: &answer.text, files, left_out: &answer.left_out };
                answer::write(operation, &ticket, Written::Answer, draft).await?
            }
            Err(none) => Err(none),
        };
        // What was taken is shown by a mail of its own.
        match outcome {
            Ok(_) => (result.nothing_sent, result.answered) = (false, true),
            Err(refused) => result.problems.push(refusal_to_staff(&refused)),
        }
    }
    result.problems.extend(mail.problems.iter().map(problem_in_words));
    if let Some(number) = &mail.stopped
        && let Ok(ticket) = commands::find(operation.tx, number).await?
    {
        result.stop(operation, &ticket, member, &named).await?;
    }
    if let Some(whose) = &result.list
        && let Err(refused) = digest::send_one(operation, member, whose).await?
    {
        result.problems.push(refusal_to_staff(&refused));
    }
    // A draft that does not leave is told of in any case, so that nobody thinks it has left.
    if silenced && !result.stopped {
        return Ok(());
    }
    let about = match mail.only_ticket() {
        Some(number) => commands::find(operation.tx, &number).await?.ok().map(|ticket| ticket.id),
        None => None,
    };
    if result.is_nothing() {
        let doubt = Doubtful { opening: String::new(), why: Doubt::Nothing };
        result.problems.push(problem_in_words(&Problem::Unclear { ticket: None, doubt }));
    }
    result.tell(operation, prepared, member, about, mail.is_doubt())
}

/// What the mail says about the draft that it is about.
fn named<'a>(prepared: &'a PreparedMail, mail: &'a StaffMail) -> Named<'a> {
    let message = &prepared.reading.mail;
    let answers = message.in_reply_to.iter().chain(message.references.last());
    Named { answers: answers.map(String::as_str).collect(), mark: mail.mark.as_deref() }
}

/// What came of a mail.
#[derive(Debug, Default)]
struct Worked {
    /// Content hash of the mail.
    occasion: String,
    done: Vec<String>,
    problems: Vec<String>,
    waiting: Vec<WaitingContext>,
    /// A draft that was about to leave waits now.
    stopped: bool,
    /// The ticket whose key a reply needs to stop the letters about the results.
    decides: Option<TicketNumber>,
    nothing_sent: bool,
    /// A mail of its own tells: the echo of an answer, or the letters about the results.
    answered: bool,
    manual: bool,
    /// The list that is asked for.
    list: Option<Whose>,
}

impl Worked {
    /// The mail had no effect, and nothing else would tell its writer.
    fn is_nothing(&self) -> bool {
        self.done.is_empty()
            && self.problems.is_empty()
            && !self.answered
            && !self.manual
            && self.list.is_none()
    }

    async fn carry_out(
        &mut self,
        operation: &mut Operation<'_>,
        member: &Member,
        order: &Order,
        named: &Named<'_>,
        brought: Brought<'_>,
    ) -> Result<(), Fault> {
        let number = match (&order.command, &order.ticket) {
            (Command::Help, _) => {
                self.manual = true;
                return Ok(());
            }
            (Command::List(whose), _) => {
                self.list = Some(whose.clone());
                return Ok(());
            }
            (Command::Away(away), _) => {
                let outcome = absence::away(operation, away).await?;
                self.note(operation, order, &outcome);
                return Ok(());
            }
            (Command::Back, _) => {
                let outcome = absence::back(operation, "").await?;
                self.note(operation, order, &outcome);
                return Ok(());
            }
            (Command::Support(SupportCommand::Results), _) => {
                let shown = results::show(operation, member, &self.occasion).await?;
                self.note(operation, order, &shown);
                return Ok(());
            }
            (Command::Support(SupportCommand::SendResults(code)), _) => {
                let sent = results::send(operation, code).await?;
                self.decides = order.ticket.clone().filter(|_| sent.is_ok());
                self.note(operation, order, &sent);
                return Ok(());
            }
            (Command::Support(SupportCommand::StopResults), _) => {
                let stopped = results::stop(operation).await?;
                self.note(operation, order, &stopped);
                return Ok(());
            }
            (_, Some(number)) => number,
            (_, None) => return Ok(()),
        };
        let found = commands::find(operation.tx, number).await?;
        let outcome = match &found {
            Ok(ticket) => commands::carry_out(operation, ticket, &order.command, named, brought).await?,
            Err(none) => Err(none.clone()),
        };
        self.note(operation, order, &outcome);
        // Which draft is meant is asked, and meanwhile none of them leaves.
        if let (Err(Refused::WhichDraft(_)), Ok(ticket)) = (&outcome, &found) {
            self.stop(operation, ticket, member, named).await?;
        }
        Ok(())
    }

    fn note(&mut self, operation: &Operation<'_>, order: &Order, outcome: &Outcome) {
        match outcome {
            // The letters that are shown are the reply.
            Ok(Done::Results(ResultsDone::Shown { .. })) => self.answered = true,
            Ok(what) => {
                self.nothing_sent &= !matches!(
                    what,
                    Done::Queued { .. }
                        | Done::Sending { .. }
                        | Done::Approved { .. }
                        | Done::Arranged { .. }
                        | Done::Results(ResultsDone::Queued { .. })
                );
                let zone = operation.desk.rules.calendar.time_zone();
                self.done.push(to_staff(what, zone, operation.now));
            }
            Err(refused) => {
                self.problems.push(refused_order(&order.line, &refusal_to_staff(refused)));
            }
        }
    }

    async fn stop(
        &mut self,
        operation: &mut Operation<'_>,
        ticket: &TicketRow,
        member: &Member,
        named: &Named<'_>,
    ) -> Result<(), Fault> {
        let stopped = draft::stop(operation, ticket, member, named).await?;
        if stopped.asked.is_empty() {
            match results::stop_waiting(operation, ticket).await? {
                Some(done) => {
                    let zone = operation.desk.rules.calendar.time_zone();
                    self.done.push(to_staff(&done, zone, operation.now));
                    self.stopped = true;
                }
                None => {
                    self.problems.push(refusal_to_staff(&Refused::NothingWaits(ticket.number.clone())));
                }
            }
        }
        self.waiting.extend(stopped.asked);
        self.stopped |= stopped.anew;
        Ok(())
    }

    fn tell(
        self,
        operation: &mut Operation<'_>,
        prepared: &PreparedMail,
        member: &Member,
        about: Option<i64>,
        is_doubt: bool,
    ) -> Result<(), Fault> {
        let Self { done, problems, waiting, decides, nothing_sent, manual, .. } = self;
        if done.is_empty() && problems.is_empty() && !manual {
            return Ok(());
        }
        // A reply to this mail decides, if it is about one ticket.
        let first = waiting.first().map(|first| first.number.clone());
        let number = first.or(decides.map(|number| number.to_string())).unwrap_or_default();
        let one = waiting.iter().all(|draft| draft.number == number).then(|| number.parse().ok()).flatten();
        let key = one.map(|number| operation.desk.key(member, &number, Invitation::Decide, operation.now));
        let key = key.unwrap_or_default();
        let content = if is_doubt { Content::StaffDoubt } else { Content::StaffReply };
        notify_about(operation, member, about, &prepared.hash, |common| {
            content(StaffReplyContext {
                done,
                problems,
                waiting,
                nothing_sent,
                manual,
                number,
                key,
                ..StaffReplyContext::new(common)
            })
        })
    }
}
