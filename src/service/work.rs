//! What staff and operators do with a ticket, by mail or from the shell: one function an operation, each inside the
//! caller's transaction. What cannot be done is a value with its reason; nothing is done by half.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{
    Desk,
    notice::{in_words, notify_with},
    process::Fault,
};
use crate::{
    desk::{
        form::{Fields, addresses, prefecture},
        japanese_time,
        staff::Member,
        staff_mail::Command,
        ticket::{Channel, Direction, NewTicket, Standing, Status, TicketNumber},
        window::fiscal_year,
    },
    hex,
    letter::{self, DraftContext, Letter, Purpose},
    mail::{Attachment, Mailbox},
    store::{Asking, NewEntry, NewEvent, NewMail, TicketRow, Tx},
};

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// A member of staff, by mail.
    Staff(&'a Member),
    /// The operator, from the shell.
    Operator,
}

impl Actor<'_> {
    fn audit(self) -> String {
        match self {
            Self::Staff(member) => member.address.to_lowercase(),
            Self::Operator => "operator".to_owned(),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Staff(member) => member.name.clone(),
            Self::Operator => "運用者".to_owned(),
        }
    }

    fn may_let_leave(self, desk: &Desk) -> bool {
        match self {
            Self::Staff(member) => desk.rules.staff.leads().any(|lead| lead == member),
            Self::Operator => true,
        }
    }
}

/// What was done, or why not: a sentence for staff and one for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// For staff.
    pub japanese: String,
    /// For the operator.
    pub english: String,
}

fn said(japanese: impl Into<String>, english: impl Into<String>) -> Said {
    Said { japanese: japanese.into(), english: english.into() }
}

/// Done, or refused.
pub type Outcome = Result<Said, Said>;

/// A message that a person writes to an inquirer.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The exact text.
    pub text: &'a str,
    /// Files that go with it.
    pub files: &'a [Attachment],
}

/// Looks a ticket up.
///
/// # Errors
/// When the database does not answer. The inner error says that there is none.
pub async fn find(tx: &mut Tx, number: &TicketNumber) -> Result<Result<TicketRow, Said>, Fault> {
    let none =
        || said(format!("受付番号 {number} の照会票はありません"), format!("there is no ticket {number}"));
    Ok(tx.ticket_by_number(number).await?.ok_or_else(none))
}

/// Carries out a command on a ticket.
///
/// # Errors
/// When the database or a template fails; then nothing was done.
pub async fn carry_out(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    command: &Command,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    match command {
        Command::Assign(who) => assign(desk, tx, actor, ticket, who, now).await,
        Command::Note(text) | Command::CalledBack(text)
            if text.is_empty() && matches!(command, Command::Note(_)) =>
        {
            Ok(Err(said(
                format!("{number} のメモの文がありません"),
                format!("{number}: the note has no text"),
            )))
        }
        Command::Note(text) => {
            note(tx, actor, ticket, text, now);
            Ok(Ok(said(format!("{number} にメモを残しました"), format!("{number}: noted"))))
        }
        Command::Ask(text) => {
            write(desk, tx, actor, ticket, Purpose::Question, Writing { text, files: &[] }, now).await
        }
        Command::Close => close(tx, actor, ticket, now).await,
        Command::Reopen => reopen(desk, tx, actor, ticket, now).await,
        Command::Wait => wait(desk, tx, actor, ticket, now).await,
        Command::Merge(into) => merge(tx, actor, ticket, into, now).await,
        Command::Tag(tags) => {
            let mut all = ticket.tags.clone();
            all.extend(tags.iter().filter(|tag| !ticket.tags.contains(tag)).cloned());
            tx.set_tags(ticket.id, &all).await?;
            record(tx, actor, ticket, "tagged", all.join(", "), now);
            let words = all.join("、");
            Ok(Ok(said(
                format!("{number} の分類を「{words}」にしました"),
                format!("{number}: tagged {words}"),
            )))
        }
        Command::CalledBack(text) => called_back(tx, actor, ticket, text, now).await,
        Command::Cancel => cancel(desk, tx, actor, ticket, now).await,
        Command::Approve => approve(desk, tx, actor, ticket, now).await,
        Command::Reject(reason) => reject(desk, tx, actor, ticket, reason, now).await,
        Command::List | Command::Help => {
            Ok(Err(said("照会票の操作ではありません", "not an operation on a ticket")))
        }
    }
}

fn record(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    what: &'static str,
    detail: impl Into<String>,
    now: DateTime<Utc>,
) {
    let event = NewEvent { actor: actor.audit(), ..NewEvent::by_desk(what, detail) };
    tx.append_event(now, event.on_ticket(ticket.id));
}

fn note(tx: &mut Tx, actor: Actor<'_>, ticket: &TicketRow, text: &str, now: DateTime<Utc>) {
    let from = Mailbox { name: Some(actor.name()), address: actor.audit() };
    tx.add_entry(&NewEntry {
        ticket_id: ticket.id,
        message_ref: None,
        direction: Direction::Note,
        from: Some(&from),
        recipients: Vec::new(),
        at: now,
        text,
        attachments: &[],
    });
    record(tx, actor, ticket, "noted", "", now);
}

async fn assign(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    who: &str,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let found: Vec<&Member> = match (actor, who) {
        (Actor::Staff(member), "") => vec![member],
        _ => desk.rules.staff.named(who),
    };
    let [member] = found.as_slice() else {
        let names: Vec<&str> = desk.rules.staff.all().map(|member| member.name.as_str()).collect();
        return Ok(Err(said(
            format!("「{who}」に当たる担当者が一人に決まりません（登録：{}）", names.join("、")),
            format!("{who:?} names no single member of staff; known: {}", names.join(", ")),
        )));
    };
    tx.set_assignee(ticket.id, &member.address).await?;
    record(tx, actor, ticket, "assigned", member.address.to_lowercase(), now);
    Ok(Ok(said(
        format!("{number} の担当を{}さんにしました", member.name),
        format!("{number}: assigned to {}", member.address),
    )))
}

async fn close(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() == Status::Closed {
        return Ok(Err(said(
            format!("{number} はすでに完了しています"),
            format!("{number} is closed already"),
        )));
    }
    tx.set_standing(ticket.id, &ticket.standing.clone().closed()).await?;
    tx.set_ended(ticket.id, Some(now), None).await?;
    record(tx, actor, ticket, "closed", "", now);
    Ok(Ok(said(format!("{number} を完了にしました"), format!("{number}: closed"))))
}

async fn reopen(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() == Status::Open {
        return Ok(Err(said(
            format!("{number} はすでに未回答の状態です"),
            format!("{number} is open already"),
        )));
    }
    if let Some(into) = &ticket.merged_into {
        return Ok(Err(said(
            format!("{number} は {into} にまとめられています"),
            format!("{number} was merged into {into}"),
        )));
    }
    let (calendar, answer_within) = (&desk.rules.calendar, desk.rules.sla.answer_within);
    let standing = ticket.standing.clone().reopened(calendar, answer_within, now);
    tx.set_standing(ticket.id, &standing).await?;
    tx.set_ended(ticket.id, None, None).await?;
    record(tx, actor, ticket, "reopened", deadline_text(desk, standing.deadline()), now);
    let words = standing.deadline().map(|at| japanese_time::instant(at, calendar.time_zone(), now));
    Ok(Ok(said(
        format!("{number} を再開しました（回答期限 {}）", words.unwrap_or_default()),
        format!("{number}: open, due {}", deadline_text(desk, standing.deadline())),
    )))
}

fn deadline_text(desk: &Desk, at: Option<DateTime<Utc>>) -> String {
    let zone = desk.rules.calendar.time_zone();
    at.map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

async fn wait(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if ticket.standing.status() != Status::Open {
        return Ok(Err(said(
            format!("{number} は未回答の状態ではないため、保留にできません"),
            format!("{number} is {}, and only an open ticket can wait", ticket.standing.status()),
        )));
    }
    let standing = ticket.standing.clone().held(&desk.rules.calendar, now);
    tx.set_standing(ticket.id, &standing).await?;
    record(tx, actor, ticket, "held", standing.budget_left().to_string(), now);
    Ok(Ok(said(
        format!("{number} を保留にしました（残り{}）", japanese_time::duration(standing.budget_left())),
        format!("{number}: waiting, {} left", standing.budget_left()),
    )))
}

async fn merge(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    into: &TicketNumber,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    let other = match find(tx, into).await? {
        Ok(other) => other,
        Err(none) => return Ok(Err(none)),
    };
    if other.id == ticket.id || ticket.merged_into.is_some() || other.merged_into.is_some() {
        return Ok(Err(said(
            format!("{number} は {into} にまとめられません（同じ番号か、すでにまとめられています）"),
            format!(
                "{number} cannot be merged into {into}: it is the same, or one of them was merged before"
            ),
        )));
    }
    tx.merge(ticket.id, &other).await?;
    tx.set_standing(ticket.id, &ticket.standing.clone().closed()).await?;
    tx.set_ended(ticket.id, Some(now), None).await?;
    record(tx, actor, ticket, "merged", format!("into {into}"), now);
    record(tx, actor, &other, "merged", format!("{number} became part of this"), now);
    Ok(Ok(said(format!("{number} を {into} にまとめました"), format!("{number}: merged into {into}"))))
}

async fn called_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
    if !matches!(ticket.standing.status(), Status::Open | Status::Waiting) {
        return Ok(Err(said(
            format!("{number} はすでに{}です", letter::status_word(ticket.standing.status())),
            format!("{number} is {} already", ticket.standing.status()),
        )));
    }
    if !text.is_empty() {
        note(tx, actor, ticket, text, now);
    }
    tx.set_standing(ticket.id, &ticket.standing.clone().answered()).await?;
    tx.set_ended(ticket.id, None, Some(now)).await?;
    record(tx, actor, ticket, "called_back", "", now);
    Ok(Ok(said(format!("{number} の折り返しを終えました"), format!("{number}: called back"))))
}

/// Stops what is about to leave; a question that is stopped lets the clock run on.
async fn cancel(
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
    if !tx.cancel(draft.id, now).await? {
        return Ok(Err(said(
            format!("{number} のメールはちょうど送信中です"),
            format!("{number}: it is leaving now"),
        )));
    }
    if let Some(entry) = draft.entry {
        tx.forget_entry(entry).await?;
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

async fn approve(
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

async fn reject(
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
    tx.cancel(draft.id, now).await?;
    if let Some(entry) = draft.entry {
        tx.forget_entry(entry).await?;
    }
    record(tx, actor, ticket, "rejected", format!("outbox {}", draft.id), now);
    let author = draft.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    if let Some(author) = author {
        let reason = if reason.is_empty() { "理由の記載はありません" } else { reason };
        let line = format!("{number} の回答は{}さんが差し戻しました。理由：{reason}", actor.name());
        notify_with(
            desk,
            tx,
            author,
            Purpose::StaffReply,
            &format!("rejected {}", draft.id),
            now,
            |context| {
                context.problems.push(line);
            },
        )?;
    }
    Ok(Ok(said(format!("{number} を差し戻しました"), format!("{number}: rejected"))))
}

/// The mail that waits for a lead.
async fn held(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
) -> Result<Result<crate::store::Draft, Said>, Fault> {
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

/// Writes to the inquirer: the mail waits, and its writer is shown what will leave.
///
/// # Errors
/// When the database or a template fails.
pub async fn write(
    desk: &Desk,
    tx: &mut Tx,
    actor: Actor<'_>,
    ticket: &TicketRow,
    purpose: Purpose,
    writing: Writing<'_>,
    now: DateTime<Utc>,
) -> Result<Outcome, Fault> {
    let number = &ticket.number;
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
        text: text.trim().to_owned(),
        author: if desk.answers.sign_with_name { actor.name() } else { String::new() },
    };
    let (subject, body) =
        desk.wording.render(purpose, &letter::context(&desk.profile, &desk.rules, &facts))?;
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
    if purpose == Purpose::Question {
        tx.set_standing(ticket.id, &ticket.standing.clone().held(&desk.rules.calendar, now)).await?;
    }
    let what = if purpose == Purpose::Question { "question_written" } else { "answer_written" };
    record(tx, actor, ticket, what, if held { "waits for a lead" } else { "" }, now);
    let when = japanese_time::instant(leaves_at, desk.rules.calendar.time_zone(), now);
    let draft = DraftContext {
        what: letter::purpose_in_words(purpose),
        author: actor.name(),
        to: to.clone(),
        subject,
        text: body.trim_end().to_owned(),
        attachments: files.iter().map(|file| file.name.clone()).collect(),
        when: if held {
            "責任者の承認後に送信します".to_owned()
        } else {
            format!("{when}に送信します")
        },
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
    let mut tell = |member: &Member, purpose| {
        let occasion = format!("{purpose} {message_id}");
        let shown = in_words(desk, ticket, now).answerable(
            &ticket.number,
            desk.key(member, &ticket.number, now),
            &desk.profile.address,
        );
        notify_with(desk, tx, member, purpose, &occasion, now, |context| {
            context.tickets.push(shown);
            context.draft = draft.clone();
        })
    };
    if let Actor::Staff(member) = actor {
        tell(member, Purpose::Echo)?;
    }
    if held {
        for lead in desk.rules.staff.leads() {
            tell(lead, Purpose::Approval)?;
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

/// Files a telephone inquiry from the shell; its call-back is owed like an answer.
///
/// # Errors
/// When the database fails, or the desk never opens again.
pub async fn file_call(desk: &Desk, fields: Fields) -> Result<TicketNumber, Fault> {
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let (rules, zone) = (&desk.rules, desk.rules.calendar.time_zone());
    let budget = rules.sla.answer_within;
    let standing = Standing::open(&rules.calendar, budget, now).unwrap_or_else(|| Standing::waiting(budget));
    let number = tx.take_number(&rules.ticket_prefix, fiscal_year(now, zone));
    let prefecture = fields.organization.as_deref().and_then(prefecture);
    let ticket =
        NewTicket { channel: Channel::Telephone, missing: fields.missing(), fields, prefecture, standing };
    let nobody = Mailbox { name: None, address: String::new() };
    let asking = Asking { to: None, at: None, assignee: None };
    let id = tx.add_ticket(&number, &ticket, &nobody, "電話照会", now, asking);
    let text = ticket.fields.inquiry.as_deref().unwrap_or_default();
    tx.add_entry(&NewEntry {
        ticket_id: id,
        message_ref: None,
        direction: Direction::In,
        from: None,
        recipients: Vec::new(),
        at: now,
        text,
        attachments: &[],
    });
    tx.append_event(now, NewEvent::by_operator("filed", "by telephone").on_ticket(id));
    tx.commit().await?;
    Ok(number)
}

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
