//! Mails that a person writes to an inquirer. The author sees each before it leaves, and it can be stopped or, where a lead
//! has to approve it, approved or rejected.

use sha2::{Digest, Sha256};

use super::feedback::{name, said};
use crate::{
    desk::{form::addresses, japanese_time, ticket::Status},
    hex,
    letter::{self, DraftContext, Purpose},
    mail::Attachment,
    notify::{
        Outgoing, Thread, enqueue,
        staff_notice::{in_words, notify_with},
    },
    service::{Actor, Fault, Feedback, Operation, Outcome},
    store::{QueuedDraft, TicketRow},
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
    purpose: Purpose,
    draft: Draft<'_>,
) -> Result<Outcome, Fault> {
    let (desk, now, actor) = (operation.desk, operation.now, operation.actor);
    let number = &ticket.number;
    let Draft { text, files } = draft;
    if text.trim().is_empty() {
        return Ok(Err(said(
            format!("{number} に送る文がありません"),
            format!("{number}: there is no text"),
        )));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(said(
            format!("{number} は {into} にまとめられています。{into} にご回答ください"),
            format!("{number} was merged into {into}; answer that"),
        )));
    }
    let Some(to) = address_of(ticket) else {
        return Ok(Err(said(
            format!("{number} の照会者にはメールアドレスがありません。お電話でご連絡ください"),
            format!("{number}: the inquirer has no mail address"),
        )));
    };
    let facts = letter::Facts {
        number: number.to_string(),
        fields: ticket.fields.clone(),
        received_at: ticket.received_at,
        deadline: ticket.clock.deadline(),
        now,
        text: text.trim().to_owned(),
        author: if desk.answers.sign_with_name { name(actor) } else { String::new() },
    };
    let (subject, body) =
        desk.wording.render(purpose, &letter::context(&desk.profile, &desk.rules, &facts))?;
    let message_id = desk.ids.of_ticket(number, &format!("{purpose}-{}", fingerprint(text, files)));
    if operation.tx.has_mail(&message_id).await? {
        return Ok(Err(said(
            format!("{number} には同じ文をすでに承っています。二度は送りません"),
            format!("{number}: the very same text was taken before, and is not sent twice"),
        )));
    }
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
        return Ok(Err(said(
            format!("{number} の宛先 {to} には送れません。お電話でご連絡ください"),
            format!("{number}: {to} is no address that mail can be sent to"),
        )));
    }
    if purpose == Purpose::Question {
        operation.move_clock(ticket, &ticket.clock.clone().held(&desk.rules.calendar, now)).await?;
    }
    let what = if purpose == Purpose::Question { "question_written" } else { "answer_written" };
    operation.record(ticket, what, if needs_approval { "waits for a lead" } else { "" });
    let when = japanese_time::instant(leaves_at, desk.rules.calendar.time_zone(), now);
    let shown = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: name(actor),
        to: to.clone(),
        subject,
        text: body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: if needs_approval {
            "責任者の承認後に送信します".to_owned()
        } else {
            format!("{when}に送信します")
        },
    };
    show(operation, ticket, &shown, needs_approval, &message_id)?;
    Ok(Ok(said(
        format!("{number} の{}を承りました（{}）", shown.what, shown.when),
        format!("{number}: queued for {}", operation.instant_text(Some(leaves_at))),
    )))
}

/// Shows a mail to its author before it leaves, and to the leads where one of them has to approve it.
fn show(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    draft: &DraftContext,
    needs_approval: bool,
    message_id: &str,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let author = match operation.actor {
        Actor::Staff(member) => Some((member, Purpose::Echo)),
        Actor::Desk | Actor::Operator => None,
    };
    let leads = desk.rules.staff.leads().filter(|_| needs_approval).map(|lead| (lead, Purpose::Approval));
    for (member, purpose) in author.into_iter().chain(leads) {
        let occasion = format!("{purpose} {message_id}");
        let key = desk.key(member, &ticket.number, now);
        let shown = in_words(desk, ticket, now).answerable(&ticket.number, key, &desk.profile.address);
        notify_with(operation, member, purpose, &occasion, |context| {
            context.tickets.push(shown);
            context.draft = draft.clone();
        })?;
    }
    Ok(())
}

/// Where mail to the inquirer goes: back to who wrote, else to the address in the form.
fn address_of(ticket: &TicketRow) -> Option<String> {
    let known = ticket.answer_to.clone().filter(|address| !address.is_empty());
    known.or_else(|| addresses(ticket.fields.contact.as_deref().unwrap_or_default()).into_iter().next())
}

fn fingerprint(text: &str, files: &[Attachment]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(text.trim());
    for file in files {
        hasher.update(&file.name);
        hasher.update(&file.bytes);
    }
    hex::encode(&hasher.finalize()).chars().take(16).collect()
}

/// Stops what is about to leave; a question that is stopped lets the clock run on.
pub async fn cancel(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let number = &ticket.number;
    let drafts = operation.tx.drafts(ticket.id).await?;
    let Some(draft) = drafts.first() else {
        return Ok(Err(said(
            format!("{number} に送信前のメールはありません（すでに送信されたか、取りやめられています）"),
            format!("{number}: nothing is about to leave"),
        )));
    };
    if !withdraw(operation, draft).await? {
        return Ok(Err(said(
            format!("{number} のメールはちょうど送信中です"),
            format!("{number}: it is leaving now"),
        )));
    }
    if draft.purpose == Purpose::Question && ticket.clock.status() == Status::Waiting {
        let (calendar, answer_within) = (&desk.rules.calendar, desk.rules.sla.answer_within);
        let clock = ticket.clock.clone().reopened(calendar, answer_within, now);
        operation.move_clock(ticket, &clock).await?;
    }
    operation.record(ticket, "cancelled", format!("outbox {}", draft.id));
    let what = letter::purpose_in_words(draft.purpose);
    Ok(Ok(said(
        format!("{number} の{what}を取りやめました。照会者には送られません"),
        format!("{number}: cancelled"),
    )))
}

pub async fn approve(operation: &mut Operation<'_>, ticket: &TicketRow) -> Result<Outcome, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let number = &ticket.number;
    let draft = match held(operation, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    let leaves_at = now + desk.answers.undo;
    operation.tx.release(draft.id, leaves_at).await?;
    operation.record(ticket, "approved", format!("outbox {}", draft.id));
    let when = japanese_time::instant(leaves_at, desk.rules.calendar.time_zone(), now);
    Ok(Ok(said(format!("{number} を承認しました（{when}に送信します）"), format!("{number}: approved"))))
}

pub async fn reject(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let desk = operation.desk;
    let number = &ticket.number;
    let draft = match held(operation, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    // A mail that is held cannot be leaving.
    withdraw(operation, &draft).await?;
    operation.record(ticket, "rejected", format!("outbox {}", draft.id));
    let author = draft.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    if let Some(author) = author {
        let reason = if reason.is_empty() { "理由の記載はありません" } else { reason };
        let line = format!("{number} の回答は{}さんが差し戻しました。理由：{reason}", name(operation.actor));
        notify_with(operation, author, Purpose::StaffReply, &format!("rejected {}", draft.id), |context| {
            context.problems.push(line);
        })?;
    }
    Ok(Ok(said(format!("{number} を差し戻しました"), format!("{number}: rejected"))))
}

/// Stops a mail, and takes its step out of the conversation. `false` when it is leaving.
async fn withdraw(operation: &mut Operation<'_>, draft: &QueuedDraft) -> Result<bool, Fault> {
    let stopped = operation.tx.cancel(draft.id, operation.now).await?;
    if let Some(entry) = draft.entry.filter(|_| stopped) {
        operation.tx.forget_entry(entry).await?;
    }
    Ok(stopped)
}

/// The mail that waits for a lead.
async fn held(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Result<QueuedDraft, Feedback>, Fault> {
    let number = &ticket.number;
    if !operation.actor.may_approve(operation.desk) {
        return Ok(Err(said("承認・差戻は責任者だけができます", "only a lead may let an answer leave")));
    }
    let drafts = operation.tx.drafts(ticket.id).await?;
    let none = || {
        said(format!("{number} に承認待ちの回答はありません"), format!("{number}: nothing waits for a lead"))
    };
    Ok(drafts.into_iter().find(|draft| draft.held).ok_or_else(none))
}
