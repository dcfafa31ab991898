//! Mails that a person writes to an inquirer: shown to their writer before they leave, stopped, or let go by a lead.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{
    Desk,
    notice::{in_words, notify},
    process::Fault,
    work::{Actor, Outcome, Said, deadline_text, record, said},
};
use crate::{
    desk::{
        feedback::Written,
        form::addresses,
        japanese_time,
        staff::Member,
        ticket::{Direction, Status},
    },
    hex,
    letter::{
        self, Content, DraftContext, DraftShownContext, InquirerContext, Letter, Purpose, Rendered,
        StaffReplyContext, WrittenContext, feedback::leaving_in_words,
    },
    mail::{Attachment, Mailbox},
    store::{Draft, NewEntry, NewMail, TicketRow, Tx},
};

/// How staff answer.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// How long an answer waits before it leaves.
    pub undo: TimeDelta,
    /// Whether a lead has to let it.
    pub approval: bool,
    /// Whether the signature names who wrote it.
    pub sign_with_name: bool,
}

/// A message that a person writes to an inquirer.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The exact text.
    pub text: &'a str,
    /// Files that go with it.
    pub files: &'a [Attachment],
}

/// Writes to the inquirer: the mail waits, and its writer is shown what will leave.
///
/// # Errors
/// When the database or a template fails.
pub async fn write(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    written: Written,
    writing: Writing<'_>,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let (number, purpose) = (&ticket.number, Purpose::from(written));
    let Writing { text, files } = writing;
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
        deadline: ticket.standing.deadline(),
        now,
    };
    let context = WrittenContext {
        inquirer: InquirerContext::new(&desk.profile, &desk.rules, &facts),
        text: text.trim().to_owned(),
        author: if desk.answers.sign_with_name { actor.name() } else { String::new() },
    };
    let Rendered { subject, body, .. } = desk.wording.render(&Content::Written(written, context))?;
    let message_id = desk.ids.of_ticket(number, &format!("{purpose}-{}", fingerprint(text, files)));
    if tx.has_mail(&message_id).await? {
        return Ok(Err(said(
            format!("{number} には同じ文をすでに承っています。二度は送りません"),
            format!("{number}: the very same text was taken before, and is not sent twice"),
        )));
    }
    let thread = tx.thread_of(ticket.id).await?;
    let composed = letter::compose(&Letter {
        from: (&desk.profile.name, &desk.profile.address),
        to: &to,
        subject: &subject,
        body: &body,
        html: None,
        files,
        date: now,
        message_id: &message_id,
        in_reply_to: thread.last().map(String::as_str),
        references: thread.iter().map(String::as_str).collect(),
        auto_submitted: purpose.auto_submitted(),
    });
    let Ok(envelope) = composed else {
        return Ok(Err(said(
            format!("{number} の宛先 {to} には送れません。お電話でご連絡ください"),
            format!("{number}: {to} is no address that mail can be sent to"),
        )));
    };
    let from = Mailbox { name: Some(desk.profile.name.clone()), address: desk.profile.address.clone() };
    let entry = tx.add_entry(&NewEntry {
        ticket_id: ticket.id,
        message_ref: None,
        direction: Direction::Out,
        from: Some(&from),
        recipients: vec![&to],
        at: now,
        text: &body,
        attachments: files,
    });
    let held = desk.answers.approval && !actor.may_let_leave(desk);
    let leaves_at = now + desk.answers.undo;
    tx.add_mail(&NewMail {
        ticket_id: Some(ticket.id),
        message_ref: None,
        purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: &message_id,
        bytes: &envelope.bytes,
        at: now,
        leaves_at: (!held).then_some(leaves_at),
        author: Some(&actor.audit()),
        entry: Some(entry),
        claim: None,
    })?;
    if written == Written::Question {
        tx.set_standing(ticket.id, &ticket.standing.clone().held(&desk.rules.calendar, now)).await?;
    }
    let what = if written == Written::Question { "question_written" } else { "answer_written" };
    record(tx, actor, ticket, what, if held { "waits for a lead" } else { "" }, now);
    let zone = desk.rules.calendar.time_zone();
    let draft = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: actor.name(),
        to: to.clone(),
        subject,
        text: body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: leaving_in_words((!held).then_some(leaves_at), zone, now),
    };
    show(desk, tx, actor, ticket, &draft, held, &message_id, now)?;
    Ok(Ok(said(
        format!("{number} の{}を承りました（{}）", draft.what, draft.when),
        format!("{number}: queued for {}", deadline_text(desk, Some(leaves_at))),
    )))
}

/// Shows a mail to its writer before it leaves, and to the leads where one of them has to let it.
#[expect(clippy::too_many_arguments, reason = "the parts of one mail, passed once")]
fn show(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    draft: &DraftContext,
    held: bool,
    message_id: &str,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let mut tell = |member: &Member, purpose, content: fn(DraftShownContext) -> Content| {
        let occasion = format!("{purpose} {message_id}");
        let shown = in_words(desk, ticket, now).answerable(
            &ticket.number,
            desk.key(member, &ticket.number, now),
            &desk.profile.address,
        );
        notify(desk, tx, member, &occasion, now, |common| {
            content(DraftShownContext { common, ticket: shown, draft: draft.clone() })
        })
    };
    if let Actor::Staff(member) = actor {
        tell(member, Purpose::Echo, Content::Echo)?;
    }
    if held {
        for lead in desk.rules.staff.leads() {
            tell(lead, Purpose::Approval, Content::Approval)?;
        }
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
pub(super) async fn cancel(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let drafts = tx.drafts(ticket.id).await?;
    let Some(draft) = drafts.first() else {
        return Ok(Err(said(
            format!("{number} に送信前のメールはありません（すでに送信されたか、取りやめられています）"),
            format!("{number}: nothing is about to leave"),
        )));
    };
    if !withdraw(tx, draft, now).await? {
        return Ok(Err(said(
            format!("{number} のメールはちょうど送信中です"),
            format!("{number}: it is leaving now"),
        )));
    }
    if draft.purpose == Purpose::Question && ticket.standing.status() == Status::Waiting {
        let (calendar, answer_within) = (&desk.rules.calendar, desk.rules.sla.answer_within);
        tx.set_standing(ticket.id, &ticket.standing.clone().reopened(calendar, answer_within, now)).await?;
    }
    record(tx, actor, ticket, "cancelled", format!("outbox {}", draft.id), now);
    let what = letter::purpose_in_words(draft.purpose);
    Ok(Ok(said(
        format!("{number} の{what}を取りやめました。照会者には送られません"),
        format!("{number}: cancelled"),
    )))
}

pub(super) async fn approve(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let draft = match held(desk, tx, actor, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    let leaves_at = now + desk.answers.undo;
    tx.release(draft.id, leaves_at).await?;
    record(tx, actor, ticket, "approved", format!("outbox {}", draft.id), now);
    let when = japanese_time::instant(leaves_at, desk.rules.calendar.time_zone(), now);
    Ok(Ok(said(format!("{number} を承認しました（{when}に送信します）"), format!("{number}: approved"))))
}

pub(super) async fn reject(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let draft = match held(desk, tx, actor, ticket).await? {
        Ok(draft) => draft,
        Err(refused) => return Ok(Err(refused)),
    };
    // A mail that is held cannot be leaving.
    withdraw(tx, &draft, now).await?;
    record(tx, actor, ticket, "rejected", format!("outbox {}", draft.id), now);
    let author = draft.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    if let Some(author) = author {
        let problems = vec![letter::rejected_answer(number, &actor.name(), reason)];
        notify(desk, tx, author, &format!("rejected {}", draft.id), now, |common| {
            Content::StaffReply(StaffReplyContext { common, done: Vec::new(), problems, manual: false })
        })?;
    }
    Ok(Ok(said(format!("{number} を差し戻しました"), format!("{number}: rejected"))))
}

/// Stops a mail, and takes its step out of the conversation. `false` when it is leaving.
async fn withdraw(tx: &mut Tx, draft: &Draft, now: DateTime<Utc>) -> Result<bool, Fault> {
    let stopped = tx.cancel(draft.id, now).await?;
    if let Some(entry) = draft.entry.filter(|_| stopped) {
        tx.forget_entry(entry).await?;
    }
    Ok(stopped)
}

/// The mail that waits for a lead.
async fn held(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
) -> Result<Result<Draft, Said>, Fault> {
    let number = &ticket.number;
    if !actor.may_let_leave(desk) {
        return Ok(Err(said("承認・差戻は責任者だけができます", "only a lead may let an answer leave")));
    }
    let drafts = tx.drafts(ticket.id).await?;
    let none = || {
        said(format!("{number} に承認待ちの回答はありません"), format!("{number}: nothing waits for a lead"))
    };
    Ok(drafts.into_iter().find(|draft| draft.held).ok_or_else(none))
}
