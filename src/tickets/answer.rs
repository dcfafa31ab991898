//! Mails that a person writes to an inquirer: composed, queued, and shown to their author before they leave. What stops or
//! approves them is in `draft`.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    colleagues,
    commands::{self, take_on},
    draft,
};
use crate::{
    desk::{
        feedback::{Done, Leaves, Refused, Written},
        form::addresses,
        last_guard::OwnWords,
        own_marks::disarmed,
        staff_key::Invitation,
        ticket::TicketNumber,
    },
    hex,
    letter::{
        self, Content, DecisionWord, DraftContext, DraftShownContext, InquirerContext, LinkContext, Purpose,
        Rendered, WrittenContext, decision_link, feedback::leaving_in_words,
    },
    mail::Attachment,
    notify::{
        Outgoing, Thread, composed, enqueue,
        staff_notice::{in_words, notify_about},
    },
    service::{Actor, Fault, Operation, Outcome, Unsent},
    store::{AuditEvent, OutboxState, TicketRow, WrittenMail},
};

/// What a person writes to an inquirer.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The exact text.
    pub text: &'a str,
    pub files: &'a [Attachment],
    /// What its author wrote with it and is not sent, such as a signature.
    pub left_out: &'a str,
}

/// Writes to the inquirer: the mail waits, and its author is shown what will leave.
///
/// # Errors
/// When the database or a template fails.
pub async fn write(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    written: Written,
    draft: Draft<'_>,
) -> Result<Outcome, Fault> {
    let (desk, now, actor) = (operation.desk, operation.now, operation.actor);
    let (number, purpose) = (&ticket.number, Purpose::from(written));
    let Draft { text, files, left_out } = draft;
    if text.trim().is_empty() {
        return Ok(Err(Refused::NoText(number.clone())));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(Refused::WriteToMerged { number: number.clone(), into: into.clone() }));
    }
    let Some(to) = address_of(ticket) else { return Ok(Err(Refused::NoAddress(number.clone()))) };
    let Rendered { subject, body, .. } = rendered(operation, ticket, written, text)?;
    let event = format!("{purpose}-{}", fingerprint(text, files));
    let Some(message_id) = fresh_id(operation, number, &event).await? else {
        return Ok(Err(Refused::SameText(number.clone())));
    };
    let Others { mails, refused } = to_absorbed(operation, ticket, written, &draft, &to).await?;
    if let Some(refused) = refused {
        return Ok(Err(refused));
    }
    let beside = colleagues::beside(operation, ticket).await?;
    let leaves = leaves(operation, &beside);
    let thread = operation.tx.thread_of(ticket.id).await?;
    let theirs = told_by_inquirer(ticket, &to);
    let own_words = OwnWords {
        text,
        staff: &desk.rules.staff,
        shows_names: desk.answers.sign_with_name,
        desk: &desk.rules.gate.own_addresses,
        theirs: &theirs,
    };
    let outgoing = Outgoing {
        purpose,
        to: &to,
        subject: &subject,
        body: &body,
        html: None,
        files,
        message_id: &message_id,
        thread: Thread::of(&thread),
        ticket: Some(ticket.id),
        message_ref: None,
        leaves_at: leaves.at(),
        written: Some((&actor.audit(), own_words)),
    };
    if let Err(why) = enqueue(operation, &outgoing)? {
        return Ok(Err(unsent(number, &to, why)));
    }
    for other in &mails {
        queue_also(operation, ticket, other, &draft, (purpose, leaves))?;
    }
    // A question that waits for a word has not been asked yet.
    if written == Written::Question && leaves.at().is_some() {
        commands::wait_for_inquirer(operation, ticket).await?;
    }
    operation.record(ticket, AuditEvent::Written { written, leaves });
    let shown = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: actor.name(),
        to: disarmed(&all_of(&to, &mails)),
        subject,
        text: body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: leaving_in_words(leaves, desk.rules.calendar.time_zone(), now),
        left_out: letter::left_out_in_words(&disarmed(left_out)),
        assigned: take_on(operation, ticket).await?,
        links: Vec::new(),
        others: Vec::new(),
    };
    show(operation, ticket, &shown, leaves, (purpose, &message_id), &beside).await?;
    colleagues::tell(operation, ticket, &shown, &message_id, &beside).await?;
    Ok(Ok(Done::Queued { number: number.clone(), written, leaves }))
}

/// A mail of the same text to the inquirer of a ticket that was merged into another one.
struct Other {
    to: String,
    /// What they have told of themselves.
    theirs: String,
    rendered: Rendered,
    message_id: String,
}

#[derive(Default)]
struct Others {
    mails: Vec<Other>,
    refused: Option<Refused>,
}

fn all_of(to: &str, others: &[Other]) -> String {
    let all: Vec<&str> = std::iter::once(to).chain(others.iter().map(|other| other.to.as_str())).collect();
    all.join(letter::AND)
}

/// An answer goes to the inquirers of merged tickets as well: each of them was promised a day. Each gets a mail of their own
/// under their own number, so that nobody learns of the other.
async fn to_absorbed(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    written: Written,
    draft: &Draft<'_>,
    first: &str,
) -> Result<Others, Fault> {
    let mut others = Others::default();
    if !matches!(written, Written::Answer | Written::Interim) {
        return Ok(others);
    }
    for absorbed in operation.tx.absorbed(&ticket.number).await? {
        let Some(to) = address_of(&absorbed) else { continue };
        let known = |known: &str| known.eq_ignore_ascii_case(&to);
        if known(first) || others.mails.iter().any(|other| known(&other.to)) {
            continue;
        }
        let event = format!("{}-{}", Purpose::from(written), fingerprint(draft.text, draft.files));
        let Some(message_id) = fresh_id(operation, &absorbed.number, &event).await? else { continue };
        let rendered = rendered(operation, &absorbed, written, draft.text)?;
        let other = Other { theirs: told_by_inquirer(&absorbed, &to), to, rendered, message_id };
        match composed(
            operation,
            &outgoing_to(operation, ticket, &other, draft, (Purpose::from(written), None)),
        ) {
            Ok(_) => others.mails.push(other),
            Err(Unsent::Compose(_)) => {
                let number = absorbed.number.clone();
                others.refused = Some(Refused::BadAddress { number, to: other.to });
            }
            Err(Unsent::Guarded(violation)) => {
                others.refused = Some(Refused::Guarded { number: absorbed.number.clone(), violation });
            }
        }
    }
    Ok(others)
}

fn outgoing_to<'a>(
    operation: &Operation<'a>,
    ticket: &TicketRow,
    other: &'a Other,
    draft: &'a Draft<'a>,
    (purpose, leaves_at): (Purpose, Option<DateTime<Utc>>),
) -> Outgoing<'a> {
    let desk = operation.desk;
    let own_words = OwnWords {
        text: draft.text,
        staff: &desk.rules.staff,
        shows_names: desk.answers.sign_with_name,
        desk: &desk.rules.gate.own_addresses,
        theirs: &other.theirs,
    };
    Outgoing {
        purpose,
        to: &other.to,
        subject: &other.rendered.subject,
        body: &other.rendered.body,
        html: None,
        files: draft.files,
        message_id: &other.message_id,
        thread: Thread::default(),
        ticket: Some(ticket.id),
        message_ref: None,
        leaves_at,
        written: Some(("", own_words)),
    }
}

/// Queues a mail of which `to_absorbed` has made sure that it can leave.
fn queue_also(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    other: &Other,
    draft: &Draft<'_>,
    (purpose, leaves): (Purpose, Leaves),
) -> Result<(), Fault> {
    let author = operation.actor.audit();
    let mut outgoing = outgoing_to(operation, ticket, other, draft, (purpose, leaves.at()));
    outgoing.written = outgoing.written.map(|(_, words)| (author.as_str(), words));
    enqueue(operation, &outgoing)?.map_err(Fault::Staff)
}

fn rendered(
    operation: &Operation<'_>,
    ticket: &TicketRow,
    written: Written,
    text: &str,
) -> Result<Rendered, Fault> {
    let desk = operation.desk;
    let facts = letter::Facts {
        number: ticket.number.to_string(),
        fields: ticket.fields.clone(),
        subject: String::new(),
        attachments: Vec::new(),
        received_at: ticket.received_at,
        deadline: ticket.clock.deadline(),
        now: operation.now,
    };
    let author = if desk.answers.sign_with_name { operation.actor.name() } else { String::new() };
    let inquirer = InquirerContext::new(&desk.profile, &desk.rules, &facts);
    let context = WrittenContext::new(inquirer, &facts, text, author);
    Ok(desk.wording.render(&Content::Written(written, context))?)
}

/// Why a mail of a person's about a ticket was not queued.
pub(super) fn unsent(number: &TicketNumber, to: &str, why: Unsent) -> Refused {
    let number = number.clone();
    match why {
        Unsent::Compose(_) => Refused::BadAddress { number, to: to.to_owned() },
        Unsent::Guarded(violation) => Refused::Guarded { number, violation },
    }
}

/// When a new draft leaves: one word is asked for at most, a lead's before all others.
pub(super) fn leaves(operation: &Operation<'_>, beside: &[WrittenMail]) -> Leaves {
    let (answers, actor) = (operation.desk.answers, operation.actor);
    if answers.approval && !actor.may_approve(operation.desk) {
        Leaves::Approved
    } else if beside.iter().any(|mail| colleagues::is_by_colleague(actor, mail)) {
        Leaves::Chosen
    } else if answers.confirm {
        Leaves::Confirmed
    } else {
        Leaves::At(operation.now + answers.undo)
    }
}

/// What the inquirer has told of themselves, for the last guard.
fn told_by_inquirer(ticket: &TicketRow, to: &str) -> String {
    let TicketRow { fields, from, .. } = ticket;
    let told = [&fields.organization, &fields.name, &fields.contact, &fields.inquiry, &from.name];
    let told = told.into_iter().flatten().map(String::as_str);
    told.chain([from.address.as_str(), to]).collect::<Vec<_>>().join("\n")
}

/// Shows a mail to its author before it leaves, and to the leads where one of them has to approve it.
pub(super) async fn show(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    shown_draft: &DraftContext,
    leaves: Leaves,
    (written, message_id): (Purpose, &str),
    beside: &[WrittenMail],
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let author = match operation.actor {
        Actor::Staff(member) => Some((member, Purpose::Echo)),
        Actor::Desk | Actor::Operator => None,
    };
    let needs_lead = leaves == Leaves::Approved;
    let leads = desk.rules.staff.leads().filter(|_| needs_lead).map(|lead| (lead, Purpose::Approval));
    let mark = draft::mark(written, message_id);
    for (member, purpose) in author.into_iter().chain(leads) {
        let key = desk.key(member, &ticket.number, Invitation::Decide, now);
        let words: &[DecisionWord] = match (purpose, leaves) {
            (Purpose::Approval, _) => &[DecisionWord::Approve, DecisionWord::Reject],
            (_, Leaves::Confirmed | Leaves::Chosen) => &[DecisionWord::Send, DecisionWord::Cancel],
            _ => &[DecisionWord::Cancel],
        };
        let link = |&word: &DecisionWord| LinkContext {
            word: word.as_str(),
            link: decision_link(&desk.profile.address, &ticket.number, mark, &key, word),
        };
        let links: Vec<LinkContext> = words.iter().map(link).collect();
        let others = colleagues::in_others_words(operation, ticket, member, beside).await?;
        let shown =
            in_words(desk, ticket, now).answerable(&ticket.number, key, &desk.profile.address, &member.name);
        let occasion = draft::occasion(purpose, message_id);
        notify_about(operation, member, Some(ticket.id), &occasion, |common| {
            let draft = DraftContext { links, others, ..shown_draft.clone() };
            let context = DraftShownContext { common, ticket: shown, draft };
            if purpose == Purpose::Echo { Content::Echo(context) } else { Content::Approval(context) }
        })?;
    }
    Ok(())
}

/// Where mail to the inquirer goes: to the sender, else to the address in the form.
fn address_of(ticket: &TicketRow) -> Option<String> {
    let known = ticket.answer_to.clone().filter(|address| !address.is_empty());
    known.or_else(|| addresses(ticket.fields.contact.as_deref().unwrap_or_default()).into_iter().next())
}

/// The Message-ID of a text that was not sent yet. A text that was stopped may be sent again, under another one.
async fn fresh_id(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
    event: &str,
) -> Result<Option<String>, Fault> {
    /// Times that one text may be stopped.
    const MOST: u32 = 20;
    for time in 1..=MOST {
        let event = if time == 1 { event.to_owned() } else { format!("{event}-{time}") };
        let message_id = operation.desk.ids.of_ticket(number, &event);
        match operation.tx.mail_state(&message_id).await? {
            None => return Ok(Some(message_id)),
            Some(OutboxState::Cancelled) => {}
            Some(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// The same text with the same files is never sent twice for a ticket: its Message-ID follows from both.
fn fingerprint(text: &str, files: &[Attachment]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(text.trim());
    for file in files {
        hasher.update(&file.name);
        hasher.update(&file.bytes);
    }
    hex::encode(&hasher.finalize()).chars().take(16).collect()
}
