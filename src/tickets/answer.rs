//! Mails that a person writes to an inquirer: composed, queued, and shown to their author before they leave. What stops or
//! approves them is in `draft`.

use sha2::{Digest, Sha256};

use super::draft;
use crate::{
    desk::{
        feedback::{Done, Refused, Written},
        form::addresses,
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
        Outgoing, Thread, enqueue,
        staff_notice::{in_words, notify_about},
    },
    service::{Actor, Fault, Operation, Outcome},
    store::{AuditEvent, OutboxState, TicketRow},
};

/// What a person writes to an inquirer.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The exact text.
    pub text: &'a str,
    pub files: &'a [Attachment],
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
    let Draft { text, files } = draft;
    if text.trim().is_empty() {
        return Ok(Err(Refused::NoText(number.clone())));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(Refused::WriteToMerged { number: number.clone(), into: into.clone() }));
    }
    let Some(to) = address_of(ticket) else { return Ok(Err(Refused::NoAddress(number.clone()))) };
    let facts = letter::Facts {
        number: number.to_string(),
        fields: ticket.fields.clone(),
        received_at: ticket.received_at,
        deadline: ticket.clock.deadline(),
        now,
    };
    let content = Content::Written(
        written,
        WrittenContext {
            inquirer: InquirerContext::new(&desk.profile, &desk.rules, &facts),
            text: text.trim().to_owned(),
            author: if desk.answers.sign_with_name { actor.name() } else { String::new() },
        },
    );
    let Rendered { subject, body, .. } = desk.wording.render(&content)?;
    let event = format!("{purpose}-{}", fingerprint(text, files));
    let Some(message_id) = fresh_id(operation, number, &event).await? else {
        return Ok(Err(Refused::SameText(number.clone())));
    };
    let thread = operation.tx.thread_of(ticket.id).await?;
    let needs_approval = desk.answers.approval && !actor.may_approve(desk);
    let leaves_at = now + desk.answers.undo;
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
        leaves_at: (!needs_approval).then_some(leaves_at),
        author: Some(&actor.audit()),
    };
    if enqueue(operation, &outgoing)?.is_err() {
        return Ok(Err(Refused::BadAddress { number: number.clone(), to }));
    }
    if written == Written::Question {
        operation.move_clock(ticket, &ticket.clock.clone().held(&desk.rules.calendar, now)).await?;
    }
    operation.record(ticket, AuditEvent::Written { written, needs_approval });
    let zone = desk.rules.calendar.time_zone();
    let shown = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: actor.name(),
        to: to.clone(),
        subject,
        text: body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: leaving_in_words((!needs_approval).then_some(leaves_at), zone, now),
        links: Vec::new(),
    };
    show(operation, ticket, &shown, needs_approval, (purpose, &message_id))?;
    Ok(Ok(Done::Queued { number: number.clone(), written, leaves_at, held: needs_approval }))
}

/// Shows a mail to its author before it leaves, and to the leads where one of them has to approve it.
fn show(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    shown_draft: &DraftContext,
    needs_approval: bool,
    (written, message_id): (Purpose, &str),
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let author = match operation.actor {
        Actor::Staff(member) => Some((member, Purpose::Echo)),
        Actor::Desk | Actor::Operator => None,
    };
    let leads = desk.rules.staff.leads().filter(|_| needs_approval).map(|lead| (lead, Purpose::Approval));
    let mark = draft::mark(written, message_id);
    for (member, purpose) in author.into_iter().chain(leads) {
        let key = desk.key(member, &ticket.number, Invitation::Decide, now);
        let words: &[DecisionWord] = match purpose {
            Purpose::Echo => &[DecisionWord::Cancel],
            _ => &[DecisionWord::Approve, DecisionWord::Reject],
        };
        let link = |&word: &DecisionWord| LinkContext {
            word,
            link: decision_link(&desk.profile.address, &ticket.number, mark, &key, word),
        };
        let links: Vec<LinkContext> = words.iter().map(link).collect();
        let shown = in_words(desk, ticket, now).answerable(&ticket.number, key, &desk.profile.address);
        let occasion = draft::occasion(purpose, message_id);
        notify_about(operation, member, Some(ticket.id), &occasion, |common| {
            let context = DraftShownContext {
                common,
                ticket: shown,
                draft: DraftContext { links, ..shown_draft.clone() },
            };
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
