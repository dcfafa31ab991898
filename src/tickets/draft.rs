//! Mails of a person's that have not left: their author or a colleague stops them, a lead approves or rejects them, and a
//! doubtful reply makes them wait.

use super::{colleagues::is_by_colleague, hold, meetings};
use crate::{
    desk::{
        feedback::{Done, Refused, Written},
        staff::Member,
        ticket::Status,
    },
    letter::{self, Content, DecisionWord, Purpose, StaffReplyContext, WaitingContext, feedback::to_staff},
    notify::{
        drafts::{self, asked, mark, needs_lead},
        staff_notice::{notice_id, notify_about},
    },
    service::{Actor, Fault, Operation, Outcome},
    store::{AuditEvent, StoreError, TicketRow, WrittenMail},
};

/// What a mail says about the draft that it means.
#[derive(Debug, Clone, Default)]
pub struct Named<'a> {
    /// Message-IDs that it answers, without brackets.
    pub answers: Vec<&'a str>,
    /// The mark in its subject.
    pub mark: Option<&'a str>,
}

/// The drafts that a mail may mean. Letters about one meeting, or an answer and its copies, are one draft: they wait, leave and stop
/// together.
enum Meant {
    /// At least one.
    One(Vec<WrittenMail>),
    None,
    /// The mail names none, and several wait.
    Several,
}

/// Mails that wait, leave and stop together have the same one: the copies of an answer are a part of it.
fn family(purpose: Purpose) -> Purpose {
    match purpose {
        Purpose::AnswerCopy => Purpose::Answer,
        purpose => purpose,
    }
}

/// The draft of a ticket that a mail means: by its mark, by the echo or the approval request that the mail answers, else
/// the only one.
async fn meant(operation: &mut Operation<'_>, ticket: &TicketRow, named: &Named<'_>) -> Result<Meant, Fault> {
    let mut drafts = together(operation.tx.drafts(ticket.id).await?);
    if matches!(operation.actor, Actor::Operator) {
        // The operator sees the outbox, and means the newest.
        return Ok(drafts.into_iter().next().map_or(Meant::None, Meant::One));
    }
    let is_named = |draft: &WrittenMail| match named.mark {
        Some(wanted) => mark(draft.purpose, &draft.message_id) == wanted,
        None => shown_as(operation, draft).iter().any(|id| named.answers.contains(&id.as_str())),
    };
    if let Some(at) = drafts.iter().position(|letters| letters.iter().any(is_named)) {
        return Ok(Meant::One(drafts.swap_remove(at)));
    }
    // The mail names a draft that waits no more. Another one is not meant.
    let names_another = named.mark.is_some() || named.answers.iter().any(|id| shows_draft(operation, id));
    Ok(match drafts.len() {
        0 => Meant::None,
        _ if names_another => Meant::None,
        1 => drafts.into_iter().next().map_or(Meant::None, Meant::One),
        _ => Meant::Several,
    })
}

/// Drafts of the same mark together, the newest first. An answer is queued behind its copies, and so stands before them.
pub(super) fn together(drafts: Vec<WrittenMail>) -> Vec<Vec<WrittenMail>> {
    let mut groups: Vec<Vec<WrittenMail>> = Vec::new();
    for draft in drafts {
        let is_of = |group: &&mut Vec<WrittenMail>| {
            group.iter().any(|other| {
                family(other.purpose) == family(draft.purpose)
                    && mark(other.purpose, &other.message_id) == mark(draft.purpose, &draft.message_id)
            })
        };
        match groups.iter_mut().find(is_of) {
            Some(group) => group.push(draft),
            None => groups.push(vec![draft]),
        }
    }
    groups
}

/// The Message-IDs of the echo and of the approval request by which the actor was shown a draft.
fn shown_as(operation: &Operation<'_>, draft: &WrittenMail) -> Vec<String> {
    let Actor::Staff(member) = operation.actor else { return Vec::new() };
    let id =
        |purpose: Purpose| notice_id(operation.desk, member, purpose, &occasion(purpose, &draft.message_id));
    [Purpose::Echo, Purpose::Approval].map(id).to_vec()
}

/// Whether a Message-ID is that of an echo or an approval request.
fn shows_draft(operation: &Operation<'_>, id: &str) -> bool {
    let event = operation.desk.ids.event(id);
    [Purpose::Echo, Purpose::Approval].iter().any(|purpose| event == Some(purpose.as_str()))
}

/// What makes the mail that shows a draft unique.
pub(super) fn occasion(purpose: Purpose, message_id: &str) -> String {
    format!("{purpose} {message_id}")
}

/// Stops a mail. When a question is stopped, the clock runs on.
pub(super) async fn cancel(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    named: &Named<'_>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let letters = match meant(operation, ticket, named).await? {
        Meant::One(letters) => letters,
        Meant::None => return Ok(Err(Refused::NothingWaits(number.clone()))),
        Meant::Several => return Ok(Err(Refused::WhichDraft(number.clone()))),
    };
    let Some(draft) = letters.first() else { return Ok(Err(Refused::NothingWaits(number.clone()))) };
    let text = beginning(operation, draft).await?;
    if !withdraw(operation, ticket, &letters).await? {
        return Ok(Err(Refused::BeingSent(number.clone())));
    }
    let written = written(draft);
    operation.record(ticket, AuditEvent::Cancelled { outbox: draft.id });
    let waiting = together(operation.tx.drafts(ticket.id).await?).len();
    let done = Done::Cancelled { number: number.clone(), written, text, waiting };
    tell_author(operation, ticket, draft, &done)?;
    Ok(Ok(done))
}

/// Lets a mail leave: a lead approves it, or its author says 送信 after a doubt.
pub(super) async fn release(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    named: &Named<'_>,
    approves: bool,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if approves && !operation.may_approve() && operation.desk.answers.approval {
        return Ok(Err(Refused::OnlyLeads));
    }
    let letters = match meant(operation, ticket, named).await? {
        Meant::One(letters) => letters,
        Meant::None if approves => return Ok(Err(Refused::NothingToApprove(number.clone()))),
        Meant::None => return Ok(Err(Refused::NothingWaits(number.clone()))),
        Meant::Several => return Ok(Err(Refused::WhichDraft(number.clone()))),
    };
    let Some(draft) = letters.first() else { return Ok(Err(Refused::NothingWaits(number.clone()))) };
    if let Some(leaves_at) = draft.leaves_at.filter(|_| !draft.is_held()) {
        return Ok(Ok(Done::Sending { number: number.clone(), leaves_at }));
    }
    let needs_lead = needs_lead(operation.desk, draft, operation.now);
    if needs_lead && !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    let leaves_at = operation.now + operation.desk.answers.undo;
    for letter in &letters {
        operation.tx.release(letter.id, leaves_at).await?;
    }
    if ticket.clock.status() == Status::Open || draft.purpose == Purpose::Forward {
        hold::wait_for(operation, ticket, written(draft)).await?;
    }
    let outbox = draft.id;
    operation.record(
        ticket,
        if needs_lead { AuditEvent::Approved { outbox } } else { AuditEvent::Released { outbox } },
    );
    let number = number.clone();
    let done =
        if needs_lead { Done::Approved { number, leaves_at } } else { Done::Sending { number, leaves_at } };
    tell_author(operation, ticket, draft, &done)?;
    Ok(Ok(done))
}

/// Tells the author of a draft what somebody else has decided about it.
pub(super) fn tell_author(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    draft: &WrittenMail,
    done: &Done,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let author = draft.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    let Some(author) = author.filter(|_| is_by_colleague(operation.actor, draft)) else { return Ok(()) };
    let line = to_staff(done, desk.rules.calendar.time_zone(), now);
    let word = match done {
        Done::Approved { .. } => DecisionWord::Approve,
        Done::Cancelled { .. } => DecisionWord::Cancel,
        _ => DecisionWord::Send,
    };
    let title = letter::decided_by(&ticket.number, word, &operation.actor.name());
    let told = vec![letter::done_by(&operation.actor.name(), &line)];
    let occasion = format!("decided {} {}", draft.id, now.to_rfc3339());
    notify_about(operation, author, Some(ticket.id), &occasion, |common| {
        Content::StaffReply(StaffReplyContext { told, title, ..StaffReplyContext::new(common) })
    })
}

pub(super) async fn reject(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
    named: &Named<'_>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if !operation.may_approve() {
        return Ok(Err(Refused::OnlyLeads));
    }
    let letters = match meant(operation, ticket, named).await? {
        Meant::One(letters) if letters.iter().all(WrittenMail::is_held) => letters,
        Meant::One(_) | Meant::None => return Ok(Err(Refused::NothingToApprove(number.clone()))),
        Meant::Several => return Ok(Err(Refused::WhichDraft(number.clone()))),
    };
    let Some(draft) = letters.first() else { return Ok(Err(Refused::NothingToApprove(number.clone()))) };
    // A mail that is held cannot be leaving.
    withdraw(operation, ticket, &letters).await?;
    operation.record(ticket, AuditEvent::Rejected { outbox: draft.id });
    let author = draft.author.as_deref().and_then(|address| operation.desk.rules.staff.find(address));
    if let Some(author) = author {
        let lead = operation.actor.name();
        let told = vec![letter::rejected_answer(number, &lead, reason)];
        let title = letter::decided_by(number, DecisionWord::Reject, &lead);
        let occasion = format!("rejected {}", draft.id);
        notify_about(operation, author, Some(ticket.id), &occasion, |common| {
            Content::StaffReply(StaffReplyContext { told, title, ..StaffReplyContext::new(common) })
        })?;
    }
    Ok(Ok(Done::Rejected(number.clone())))
}

/// Drafts that wait until a member decides.
#[derive(Debug, Default)]
pub(super) struct Stopped {
    /// What is asked about them.
    pub asked: Vec<WaitingContext>,
    /// One of them was about to leave.
    pub was_leaving: bool,
}

/// Makes the draft wait that a mail means, or all of the ticket's where it names none, until a member decides.
pub(super) async fn stop(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    member: &Member,
    named: &Named<'_>,
) -> Result<Stopped, Fault> {
    let drafts = match meant(operation, ticket, named).await? {
        Meant::One(letters) => vec![letters],
        Meant::None => Vec::new(),
        Meant::Several => together(operation.tx.drafts(ticket.id).await?),
    };
    let mut stopped = Stopped::default();
    for letters in drafts {
        let mut held = Vec::new();
        for letter in letters {
            if !letter.is_held() {
                if !operation.tx.hold(letter.id).await? {
                    continue;
                }
                operation.record(ticket, AuditEvent::Stopped { outbox: letter.id });
                stopped.was_leaving = true;
            }
            held.push(letter);
        }
        if let Some(draft) = held.first() {
            stopped.asked.push(question(operation, ticket, member, draft, &held).await?);
        }
    }
    Ok(stopped)
}

/// What a member is asked about a draft: its beginning, and a link for yes and for no.
async fn question(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    member: &Member,
    draft: &WrittenMail,
    letters: &[WrittenMail],
) -> Result<WaitingContext, Fault> {
    let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
    let text = text_of(operation, draft).await?;
    Ok(asked(operation.desk, member, (&ticket.number, &to.join(letter::AND)), draft, &text, operation.now))
}

pub(super) fn written(draft: &WrittenMail) -> Written {
    match draft.purpose {
        Purpose::Question => Written::Question,
        Purpose::Interim => Written::Interim,
        Purpose::Meeting => Written::Meeting,
        Purpose::VisitRequest => Written::VisitRequest,
        Purpose::Forward => Written::Forward,
        _ => Written::Answer,
    }
}

/// The first words of a draft that its author wrote, on one line.
pub(super) async fn beginning(operation: &mut Operation<'_>, draft: &WrittenMail) -> Result<String, Fault> {
    Ok(drafts::beginning(&text_of(operation, draft).await?))
}

async fn text_of(operation: &mut Operation<'_>, draft: &WrittenMail) -> Result<String, Fault> {
    Ok(match draft.entry {
        Some(entry) => operation.tx.entry_text(entry).await?.unwrap_or_default(),
        None => String::new(),
    })
}

/// Stops mails that belong together, and takes their steps out of the conversation. A meeting is again as it was. `false`
/// when one of them is being sent; then nothing is stopped.
pub(super) async fn withdraw(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    letters: &[WrittenMail],
) -> Result<bool, Fault> {
    let Some(draft) = letters.first() else { return Ok(false) };
    let mark = mark(draft.purpose, &draft.message_id);
    let is_of = |other: &WrittenMail| {
        family(other.purpose) == family(draft.purpose)
            && other.created_at == draft.created_at
            && self::mark(other.purpose, &other.message_id) == mark
    };
    let all = operation.tx.ordered_mails(ticket.id).await?;
    if all.iter().any(|other| is_of(other) && !other.is_draft()) {
        return Ok(false);
    }
    for letter in letters {
        // An attempt counts as soon as it is claimed, so that a draft can always be stopped.
        if !operation.tx.cancel(letter.id, operation.now).await? {
            return Ok(false);
        }
        if let Some(entry) = letter.entry {
            operation.tx.forget_entry(entry).await?;
        }
    }
    if matches!(draft.purpose, Purpose::Meeting | Purpose::VisitRequest) {
        meetings::take_back(operation, ticket, mark).await?;
    }
    take_back(operation, ticket, draft).await?;
    Ok(true)
}

/// What a letter that does not leave has done to the clock: a question was not asked, and nobody is told of a hold.
async fn take_back(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    letter: &WrittenMail,
) -> Result<(), StoreError> {
    match letter.purpose {
        Purpose::Interim => hold::take_back(operation, ticket, letter).await,
        Purpose::Question | Purpose::Forward
            if !ticket.clock.is_held_by_desk() || hold::waits_for_third_party(ticket) =>
        {
            if letter.purpose == Purpose::Forward && hold::stay_held(operation, ticket).await? {
                return Ok(());
            }
            let clock = ticket.clock.clone().resumed(&operation.desk.rules.calendar, operation.now);
            operation.move_clock(ticket, &clock).await
        }
        _ => Ok(()),
    }
}

/// Cancels one mail of the outbox, with what follows for its ticket. `false` if it does not wait.
///
/// # Errors
/// When the database fails.
pub async fn cancel_mail(operation: &mut Operation<'_>, id: i64) -> Result<bool, StoreError> {
    let written = operation.tx.written_mail(id).await?;
    if !operation.tx.cancel(id, operation.now).await? {
        return Ok(false);
    }
    let Some((ticket, letter)) = written else { return Ok(true) };
    let Some(ticket) = operation.tx.ticket(ticket).await? else { return Ok(true) };
    let is_beside = |other: &WrittenMail| {
        other.purpose == letter.purpose
            && mark(other.purpose, &other.message_id) == mark(letter.purpose, &letter.message_id)
    };
    // The inquirer of a merged ticket gets the same letter.
    if !operation.tx.ordered_mails(ticket.id).await?.iter().any(is_beside) {
        take_back(operation, &ticket, &letter).await?;
    }
    Ok(true)
}
