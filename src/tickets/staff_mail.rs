//! A mail of a member of staff: its commands are carried out, its answers queued, and what cannot be done is explained
//! to its writer alone.

mod entries;
mod reports;

use super::{
    absence,
    answer::{self, Draft},
    commands,
    draft::{self, Named},
    handling,
    meetings::Brought,
    phrases, results,
};
use crate::{
    desk::{
        application::decision::ResultsDone,
        faq::{EntryCommand, EntryDone, EntryRefused},
        feedback::{Debt, Done, Refused, Written},
        handling::{Handled, HandlingCommand},
        staff::Member,
        staff_key::Invitation,
        staff_mail::{
            Command, Order, Problem, StaffMail, SupportCommand, Whose,
            order::{Doubt, Doubtful},
        },
        ticket::TicketNumber,
    },
    letter::{
        self, Content, Resend, StaffReplyContext, WaitingContext, as_in_envelope,
        feedback::{refusal_to_staff, to_staff},
        problem_in_words, refused_order, resend_link,
    },
    mail::Mailbox,
    notify::{digest, search, sheet, staff_notice::notify_about},
    service::{Actor, Fault, Operation, Outcome, PreparedMail},
    store::TicketRow,
};

/// Does what a member of staff asks for, and tells them what was done, what was not and what waits for their word. `message`
/// is the ledger row of the mail, `taken` what came of the parked mails that it takes in.
pub async fn work_on(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    member: &Member,
    mail: &StaffMail,
    message: i64,
    taken: Vec<(TicketNumber, Outcome)>,
) -> Result<(), Fault> {
    let mut operation = operation.on_behalf_of(Actor::Staff(member));
    let operation = &mut operation;
    let midnight = operation.midnight();
    let silenced =
        mail.is_silenced(&operation.tx.replied_to(&as_in_envelope(&member.address), midnight).await?);
    let occasion = prepared.hash.clone();
    let mut result = Worked { nothing_sent: true, occasion, ..Worked::default() };
    let named = named(prepared, mail);
    let files = prepared.reading.mail.attachments.as_slice();
    let sent_to: Vec<Mailbox> =
        prepared.reading.mail.to.iter().chain(&prepared.reading.mail.cc).cloned().collect();
    let brought = Brought { files, message: Some(message), sent_to: &sent_to };
    for (_, outcome) in &taken {
        result.note(operation, "", outcome);
    }
    // Why the mail of an order or an answer was not taken in is told already.
    let is_refused =
        |number: &TicketNumber| taken.iter().any(|(known, outcome)| known == number && outcome.is_err());
    for order in mail.orders.iter().filter(|order| !order.ticket.as_ref().is_some_and(is_refused)) {
        result.carry_out(operation, member, order, &named, brought).await?;
    }
    for answer in mail.answers.iter().filter(|answer| !is_refused(&answer.ticket)) {
        if answer.ticket.is_report() {
            result.keep_note(operation, member, answer).await?;
            continue;
        }
        let outcome = match commands::find(operation.tx, &answer.ticket).await? {
            Ok(ticket) => {
                let draft = Draft { left_out: &answer.left_out, ..brought.with(&answer.text) };
                answer::write(operation, &ticket, Written::Answer, draft).await?
            }
            Err(none) => Err(none),
        };
        // A mail of its own shows what was taken.
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
    result.show_entries(operation, member).await?;
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
    /// The ticket whose answer can leave again, and why.
    resends: Option<(TicketNumber, Resend)>,
    /// A draft that was about to leave waits now.
    stopped: bool,
    /// The ticket whose key a reply needs to stop the letters about the results.
    decides: Option<TicketNumber>,
    nothing_sent: bool,
    /// A mail of its own tells: the echo of an answer, or the letters about the results.
    answered: bool,
    /// The entries for the guidebook that the mail is about.
    entries: Vec<TicketNumber>,
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
        let mut unsure = None;
        let outcome = match (&order.command, &order.ticket) {
            (Command::Help, _) => {
                self.manual = true;
                return Ok(());
            }
            (Command::List(whose), _) => {
                self.list = Some(whose.clone());
                return Ok(());
            }
            (Command::Away(away), _) => absence::away(operation, away).await?,
            (Command::Back, _) => absence::back(operation, "").await?,
            (Command::Sheet(format), _) => sheet::send(operation, member, *format, &self.occasion).await?,
            (Command::KeepPhrase { name, text }, _) => phrases::keep(operation, name, text).await?,
            (Command::Phrases, _) => phrases::list(operation).await?,
            (Command::Entry(command), about) if !matches!(command, EntryCommand::Propose) => {
                return self.work_on_entry(operation, order, command, about.as_ref(), named).await;
            }
            (Command::Search(words), _) => {
                match search::send(operation, member, words, &self.occasion).await? {
                    Ok(()) => self.answered = true,
                    Err(why) => self.problems.push(refused_order(&order.line, &why)),
                }
                return Ok(());
            }
            (Command::Report(asked), _) => return self.send_report(operation, member, order, asked).await,
            (Command::Issue, Some(number)) if number.is_report() => {
                return self.issue_report(operation, member, order, number).await;
            }
            (Command::Support(SupportCommand::Results), _) => {
                results::show(operation, member, &self.occasion).await?
            }
            (Command::Support(SupportCommand::SendResults(code)), _) => {
                let sent = results::send(operation, code).await?;
                self.decides = order.ticket.clone().filter(|_| sent.is_ok());
                sent
            }
            (Command::Support(SupportCommand::StopResults), _) => results::stop(operation).await?,
            // `taken` has told it.
            (Command::Handling(HandlingCommand::TakeIn), Some(number)) if number.parked().is_some() => {
                return Ok(());
            }
            (Command::Handling(HandlingCommand::Discard(reason)), Some(number)) => {
                handling::discard(operation, number, Some(reason)).await?
            }
            (Command::Handling(HandlingCommand::Original), Some(number)) => {
                handling::send_original(operation, member, number, &self.occasion).await?
            }
            (command, Some(number)) => match commands::find(operation.tx, number).await? {
                Ok(ticket) => {
                    let outcome = commands::carry_out(operation, &ticket, command, named, brought).await?;
                    unsure = matches!(outcome, Err(Refused::WhichDraft(_))).then_some(ticket);
                    outcome
                }
                Err(none) => Err(none),
            },
            (_, None) => return Ok(()),
        };
        self.note(operation, &order.line, &outcome);
        self.tell_unsent(order, outcome.is_ok());
        // The member is asked which draft is meant. Meanwhile none of them leaves.
        if let Some(ticket) = &unsure {
            self.stop(operation, ticket, member, named).await?;
        }
        Ok(())
    }

    /// `line` is the order as it was written; empty if there was none.
    fn note(&mut self, operation: &Operation<'_>, line: &str, outcome: &Outcome) {
        match outcome {
            // The letters that are shown are the reply.
            Ok(Done::Results(ResultsDone::Shown { .. })) => self.answered = true,
            // So are the original mails, unless one of them is left out.
            Ok(Done::Handled(Handled::Original { left_out: 0, .. } | Handled::SheetSent)) => {
                self.answered = true;
            }
            Ok(what) => {
                if let Done::Entry(EntryDone::Proposed { entry, .. }) = what {
                    self.add_entry(entry);
                }
                self.nothing_sent &= !matches!(
                    what,
                    Done::Queued { .. }
                        | Done::Forwarded { .. }
                        | Done::Sending { .. }
                        | Done::Approved { .. }
                        | Done::Arranged { .. }
                        | Done::Results(ResultsDone::Queued { .. })
                        | Done::Handled(Handled::TakenIn { acknowledged: true, .. })
                );
                if let Done::Handled(Handled::Corrected { number, resends: true, .. }) = what {
                    self.resends = Some((number.clone(), Resend::Bounced));
                }
                if let Done::Merged { into, debt: Debt::OtherWaits, .. } = what {
                    self.resends = Some((into.clone(), Resend::Unanswered));
                }
                let zone = operation.desk.rules.calendar.time_zone();
                self.done.push(to_staff(what, zone, operation.now));
            }
            Err(refused) if line.is_empty() => self.problems.push(refusal_to_staff(refused)),
            Err(refused) => {
                if let Refused::Entry(EntryRefused::HasEntry { entry, .. }) = refused {
                    self.add_entry(entry);
                }
                if let Refused::CloseUnanswered { number, .. } = refused {
                    self.resends = Some((number.clone(), Resend::Unanswered));
                }
                self.problems.push(refused_order(line, &refusal_to_staff(refused)));
            }
        }
    }

    /// A text behind 取消 may be a reason, a new answer or a word to a colleague. Nobody gets it.
    fn tell_unsent(&mut self, order: &Order, is_done: bool) {
        if order.command == Command::Cancel && !order.remark.is_empty() {
            let told = if is_done { &mut self.done } else { &mut self.problems };
            told.push(letter::not_sent_in_words(&order.remark));
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
        self.stopped |= stopped.was_leaving;
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
        let Self { done, problems, waiting, resends, decides, nothing_sent, manual, .. } = self;
        if done.is_empty() && problems.is_empty() && !manual {
            return Ok(());
        }
        // A reply to this mail decides, if it is about one ticket; or it orders what the mail offers.
        let first = waiting.first().map(|first| first.number.clone());
        let decided = first.or(decides.map(|number| number.to_string()));
        let desk = operation.desk;
        let key_for = |number: &TicketNumber, invitation| desk.key(member, number, invitation, operation.now);
        let resends = resends.filter(|_| decided.is_none());
        let (number, key) = match (&decided, &resends) {
            (Some(number), _) => {
                let one = waiting.iter().all(|draft| draft.number == *number).then(|| number.parse().ok());
                let key = one.flatten().map(|number| key_for(&number, Invitation::Decide));
                (number.clone(), key.unwrap_or_default())
            }
            (None, Some((number, _))) => (number.to_string(), key_for(number, Invitation::Answer)),
            (None, None) => Default::default(),
        };
        let links = resends
            .iter()
            .map(|(ticket, what)| resend_link(&desk.profile.address, ticket, &key, *what))
            .collect();
        let content = if is_doubt { Content::StaffDoubt } else { Content::StaffReply };
        notify_about(operation, member, about, &prepared.hash, |common| {
            content(StaffReplyContext {
                done,
                problems,
                waiting,
                links,
                nothing_sent,
                manual,
                number,
                key,
                ..StaffReplyContext::new(common)
            })
        })
    }
}
