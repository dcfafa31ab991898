//! Mails that a person writes to an inquirer: composed, queued, and shown to their author before they leave. `draft`
//! stops and approves them.

use super::{
    colleagues,
    commands::take_on,
    copies::{copied_to, copy_ids},
    draft, hold,
    letters::{Letter, Letters, letter, to_absorbed},
    phrases::expanded,
    recipients::reader_of,
    resend::is_unreached,
    second_look::concerns,
};
use crate::{
    desk::{
        feedback::{Done, Leaves, Refused, Written},
        handling::Unhandled,
        last_guard::OwnWords,
        own_marks::disarmed,
        staff_key::Invitation,
        ticket::TicketNumber,
    },
    letter::{
        self, Content, DecisionWord, DraftContext, DraftShownContext, LinkContext, Purpose, decision_link,
        feedback::leaving_in_words,
    },
    mail::{Attachment, Mailbox},
    notify::{
        Outgoing, Thread, drafts, enqueue_all,
        staff_notice::{in_words, notes_in_words, notify_about},
    },
    service::{Actor, Fault, Operation, Outcome, Unsent},
    store::{AuditEvent, TicketRow, WrittenMail},
};

/// What a person writes to an inquirer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    /// The exact text.
    pub text: &'a str,
    pub files: &'a [Attachment],
    /// What its author wrote with it and is not sent, such as a signature.
    pub left_out: &'a str,
    /// The ledger row of the mail by which its author wrote it.
    pub message: Option<i64>,
    /// To and Cc of that mail.
    pub sent_to: &'a [Mailbox],
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
    let number = &ticket.number;
    if draft.text.trim().is_empty() {
        return Ok(Err(Refused::NoText(number.clone())));
    }
    let text = match expanded(operation, ticket, draft.text).await? {
        Ok(text) => text,
        Err(refused) => return Ok(Err(refused)),
    };
    let draft = Draft { text: &text, ..draft };
    let Some(reader) = reader_of(operation.tx, ticket).await? else {
        return Ok(Err(Refused::NoAddress(number.clone())));
    };
    let to = reader.address.clone();
    if matches!(written, Written::Answer | Written::Question) && is_unreached(operation, ticket, &to).await? {
        return Ok(Err(Unhandled::Unreached { number: number.clone(), to }.into()));
    }
    let own = letter(operation, ticket, reader, written, &draft).await?;
    let absorbed = operation.tx.absorbed(number).await?;
    let others = match own {
        Some(_) => to_absorbed(operation, &absorbed, written, &draft, &to).await?,
        // The inquirer has it, and those may wait for it whose tickets became a part of this one since.
        None => {
            let waiting = operation.tx.unanswered_parts(ticket.id).await?;
            to_absorbed(operation, &waiting, written, &draft, &to).await?
        }
    };
    let letters: Vec<Letter> = own.into_iter().chain(others).collect();
    let [first, others @ ..] = letters.as_slice() else { return Ok(Err(Refused::SameText(number.clone()))) };
    let concerns = concerns(operation, (ticket, &absorbed), (written, &draft), &letters).await?;
    queue(operation, ticket, written, draft, Letters { first, others, concerns: &concerns }).await
}

/// Queues a mail of a person's about a ticket, and those that belong to it; shows it to its author, and tells colleagues who
/// have written, too.
pub(super) async fn queue(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    written: Written,
    draft: Draft<'_>,
    Letters { first, others, concerns }: Letters<'_>,
) -> Result<Outcome, Fault> {
    let (desk, now, actor) = (operation.desk, operation.now, operation.actor);
    let (number, purpose) = (&ticket.number, Purpose::from(written));
    let Draft { text, files, left_out, message, .. } = draft;
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(Refused::WriteToMerged { number: number.clone(), into: into.clone() }));
    }
    let letters: Vec<&Letter> = std::iter::once(first).chain(others).collect();
    let (beside, thread) = match written {
        // A contact has none of the mails to the inquirer.
        Written::Forward => (Vec::new(), Vec::new()),
        _ => (colleagues::beside(operation, ticket).await?, operation.tx.thread_of(ticket.id).await?),
    };
    let leaves = match leaves(operation, &beside) {
        Leaves::At(_) if !concerns.is_empty() => Leaves::Doubted,
        leaves => leaves,
    };
    let author = actor.audit();
    // The inquirer of a merged ticket learns nothing of the thread and the Cc of this one.
    let is_own = |letter: &Letter| letter.number == *number;
    let cc = match written {
        Written::Answer if is_own(first) => copied_to(operation, ticket, &first.to).await?,
        _ => Vec::new(),
    };
    let none: &[String] = &[];
    let outgoing = letters.iter().enumerate().map(|(nth, letter)| Outgoing {
        purpose,
        to: &letter.to,
        cc: if nth == 0 { &cc } else { none },
        copy_for: None,
        subject: &letter.rendered.subject,
        body: &letter.rendered.body,
        html: None,
        files,
        message_id: &letter.message_id,
        thread: if nth == 0 && is_own(letter) { Thread::of(&thread) } else { Thread::default() },
        ticket: Some(ticket.id),
        message_ref: message,
        leaves_at: leaves.at(),
        written: Some((
            &author,
            OwnWords {
                text,
                staff: &desk.rules.staff,
                shows_names: desk.answers.sign_with_name,
                desk: &desk.rules.gate.own_addresses,
                theirs: &letter.theirs,
            },
        )),
    });
    let outgoing: Vec<Outgoing<'_>> = outgoing.collect();
    let copies = copy_ids(operation, first, &cc).await?;
    // Each is a copy of the first letter: the others are for other inquirers.
    let copies = outgoing.first().into_iter().flat_map(|answer| {
        copies.iter().map(move |(address, message_id)| Outgoing {
            purpose: Purpose::AnswerCopy,
            copy_for: Some(address),
            message_id,
            ..answer.clone()
        })
    });
    // The letters come last: `draft` takes the newest for the draft.
    let all: Vec<Outgoing<'_>> = copies.chain(outgoing.iter().cloned()).collect();
    if let Err((nth, why)) = enqueue_all(operation, &all)? {
        let failed = all.get(nth).map_or("", |mail| mail.to);
        return Ok(Err(unsent(number, failed, why)));
    }
    // A question that waits for a word has not been asked yet.
    if leaves.at().is_some() {
        hold::wait_for(operation, ticket, written).await?;
    }
    operation.record(ticket, AuditEvent::Written { written, leaves });
    let to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    let shown = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: actor.name(),
        to: disarmed(&to.join(letter::AND)),
        cc: disarmed(&cc.join(letter::AND)),
        subject: first.rendered.subject.clone(),
        text: first.rendered.body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: leaving_in_words(leaves, desk.rules.calendar.time_zone(), now),
        left_out: letter::left_out_in_words(&disarmed(left_out)),
        assigned: take_on(operation, ticket).await?,
        links: Vec::new(),
        concerns: concerns.to_vec(),
        others: Vec::new(),
        crossed: written == Written::Answer && colleagues::crossed(operation, ticket, message).await?,
    };
    show(operation, ticket, &shown, leaves, (purpose, &first.message_id), &beside).await?;
    colleagues::tell(operation, ticket, &shown, &first.message_id, &beside).await?;
    Ok(Ok(Done::Queued { number: number.clone(), written, leaves }))
}

/// Why a mail of a person's about a ticket was not queued.
pub(super) fn unsent(number: &TicketNumber, to: &str, why: Unsent) -> Refused {
    let number = number.clone();
    match why {
        Unsent::Compose(_) => Refused::BadAddress { number, to: to.to_owned() },
        Unsent::TooLarge => Refused::TooLarge(number),
        Unsent::Guarded(violation) => Refused::Guarded { number, violation },
    }
}

/// When a new draft leaves: one word is asked for at most, a lead's before all others.
pub(super) fn leaves(operation: &Operation<'_>, beside: &[WrittenMail]) -> Leaves {
    let (answers, actor) = (operation.desk.answers, operation.actor);
    if answers.approval && !operation.may_approve() {
        Leaves::Approved
    } else if beside.iter().any(|mail| colleagues::is_by_colleague(actor, mail)) {
        Leaves::Chosen
    } else if answers.confirm {
        Leaves::Confirmed
    } else {
        Leaves::At(operation.now + answers.undo)
    }
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
    let leads =
        desk.duty(now).leads().into_iter().filter(|_| needs_lead).map(|lead| (lead, Purpose::Approval));
    let mark = drafts::mark(written, message_id);
    let notes = operation.tx.notes_of(&[ticket.id]).await?;
    let notes = notes_in_words(desk, &notes, ticket.id, now);
    for (member, purpose) in author.into_iter().chain(leads) {
        let key = desk.key(member, &ticket.number, Invitation::Decide, now);
        let words: &[DecisionWord] = match (purpose, leaves) {
            (Purpose::Approval, _) => &[DecisionWord::Approve, DecisionWord::Reject],
            (_, Leaves::Confirmed | Leaves::Chosen | Leaves::Doubted) => {
                &[DecisionWord::Send, DecisionWord::Cancel]
            }
            _ => &[DecisionWord::Cancel],
        };
        let link = |&word: &DecisionWord| LinkContext {
            word: word.as_str(),
            link: decision_link(&desk.profile.address, &ticket.number, mark, &key, word),
        };
        let links: Vec<LinkContext> = words.iter().map(link).collect();
        let others = colleagues::in_others_words(operation, ticket, member, beside).await?;
        let shown = in_words(desk, ticket, now)
            .answerable(&ticket.number, key, &desk.profile.address, &member.name)
            .with_notes(notes.clone());
        let occasion = draft::occasion(purpose, message_id);
        notify_about(operation, member, Some(ticket.id), &occasion, |common| {
            let draft = DraftContext { links, others, ..shown_draft.clone() };
            let context = DraftShownContext { common, ticket: shown, draft };
            if purpose == Purpose::Echo { Content::Echo(context) } else { Content::Approval(context) }
        })?;
    }
    Ok(())
}
