//! Every mail that no person wrote, and the one way into the outbox: [`enqueue`].

pub mod application;
pub mod arrival;
pub mod auto_reply;
pub mod digest;
pub mod drafts;
pub mod faq;
pub mod reminder;
pub mod report;
pub mod search;
pub mod sheet;
pub mod staff_notice;
pub mod undeliverable;
mod unfinished;

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        last_guard::{Guarded, OwnWords, guard},
        ticket::Direction,
    },
    letter::{
        self, Letter, Purpose,
        bounds::{Shown, fits, fitted, shortened},
    },
    mail::{Attachment, InboundMail, Mailbox},
    service::{Operation, Unsent},
    store::{AuditEvent, NewEntry, NewEvent, NewMail, StoreError},
};

/// Message-IDs in References. The last few identify a thread as well as all of them.
const MOST_REFERENCES: usize = 20;
/// Longest Message-ID in bytes that a mail of ours names: a line has at most 998 (RFC 5322, 2.1.1).
const LONGEST_ID: usize = 900;

/// A mail that is rendered and not composed yet.
#[derive(Clone)]
pub struct Outgoing<'a> {
    pub purpose: Purpose,
    pub to: &'a str,
    /// Who else is named in its Cc field. Each of them gets a mail of their own.
    pub cc: &'a [String],
    /// The one of `cc` whose mail this is; `None` for that of `to`.
    pub copy_for: Option<&'a str>,
    pub subject: &'a str,
    pub body: &'a str,
    pub html: Option<&'a str>,
    pub files: &'a [Attachment],
    /// Without brackets. A mail with the same one is never queued twice.
    pub message_id: &'a str,
    pub thread: Thread<'a>,
    /// The ticket that it is about. A mail to an inquirer becomes part of its conversation.
    pub ticket: Option<i64>,
    /// The ledger row it answers.
    pub message_ref: Option<i64>,
    /// When it leaves; `None`: when a member lets it leave.
    pub leaves_at: Option<DateTime<Utc>>,
    /// The author as the audit names them, and their words, where a person wrote it.
    pub written: Option<(&'a str, OwnWords<'a>)>,
}

/// The thread that a mail belongs to, by Message-IDs without brackets.
#[derive(Debug, Clone, Default)]
pub struct Thread<'a> {
    pub in_reply_to: Option<&'a str>,
    /// Oldest first.
    pub references: Vec<&'a str>,
}

impl<'a> Thread<'a> {
    /// The thread of a message that is answered.
    pub fn answering(mail: &'a InboundMail) -> Self {
        let references = mail.references.iter().chain(&mail.message_id);
        Self { in_reply_to: mail.message_id.as_deref(), references: references.map(String::as_str).collect() }
    }

    /// A thread whose last mail is answered.
    pub fn of(messages: &'a [String]) -> Self {
        Self {
            in_reply_to: messages.last().map(String::as_str),
            references: messages.iter().map(String::as_str).collect(),
        }
    }
}

/// Composes a mail, queues it, counts it against the budgets where it is automatic, and adds it to its ticket's conversation.
/// A mail to an inquirer passes the last guard first (law 14).
///
/// The inner error says why the mail cannot leave. Then nothing was written.
///
/// # Errors
/// When memory runs out.
pub fn enqueue(operation: &mut Operation<'_>, mail: &Outgoing<'_>) -> Result<Result<(), Unsent>, StoreError> {
    let now = operation.now;
    let (envelope, body) = match composed(operation, mail) {
        Ok(composed) => composed,
        Err(unsent) => return Ok(Err(unsent)),
    };
    let profile = &operation.desk.profile;
    let is_entry = !mail.purpose.is_for_staff() && mail.copy_for.is_none();
    let entry = mail.ticket.filter(|_| is_entry).map(|ticket_id| {
        let from = Mailbox { name: Some(profile.name.clone()), address: profile.address.clone() };
        operation.tx.add_entry(&NewEntry {
            ticket_id,
            message_ref: None,
            direction: Direction::Out,
            from: Some(&from),
            recipients: std::iter::once(mail.to).chain(mail.cc.iter().map(String::as_str)).collect(),
            at: now,
            text: &body,
            attachments: mail.files,
        })
    });
    let day = operation.day();
    // Mails of one budget beyond it wait for the next day; `schedule` lets them leave.
    let budgets = operation.desk.rules.gate.budgets;
    let is_full = operation.tx.automatic_sent_on(&day) >= budgets.per_day
        || !operation.tx.has_share(&envelope.recipient, &day, budgets.per_domain);
    let deferred = mail.purpose.may_wait() && is_full;
    let outbox = operation.tx.add_mail(&NewMail {
        ticket_id: mail.ticket,
        message_ref: mail.message_ref,
        purpose: mail.purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: mail.message_id,
        bytes: &envelope.bytes,
        at: now,
        leaves_at: mail.leaves_at,
        deferred,
        author: mail.written.map(|(author, _)| author),
        // A person's mail that is stopped takes its step of the conversation with it.
        entry: entry.filter(|_| mail.written.is_some()),
    })?;
    if deferred {
        let event = NewEvent::by_desk(AuditEvent::Deferred { purpose: mail.purpose, outbox });
        operation.tx.append_event(now, event.on_ticket(mail.ticket).on_message(mail.message_ref));
    }
    if mail.purpose.is_automatic() && !deferred {
        operation.tx.count_automatic(&day, &envelope.recipient);
    }
    Ok(Ok(()))
}

/// Queues mails that belong together: all of them, or none if one cannot leave. The inner error has its place among them.
///
/// # Errors
/// When memory runs out.
pub fn enqueue_all(
    operation: &mut Operation<'_>,
    mails: &[Outgoing<'_>],
) -> Result<Result<(), (usize, Unsent)>, StoreError> {
    for (nth, mail) in mails.iter().enumerate() {
        if let Err(unsent) = composed(operation, mail) {
            return Ok(Err((nth, unsent)));
        }
    }
    for (nth, mail) in mails.iter().enumerate() {
        if let Err(unsent) = enqueue(operation, mail)? {
            return Ok(Err((nth, unsent)));
        }
    }
    Ok(Ok(()))
}

/// A mail as it would leave, with its text.
///
/// # Errors
/// Why it cannot leave.
fn composed<'a>(
    operation: &Operation<'_>,
    mail: &Outgoing<'a>,
) -> Result<(letter::Envelope, Cow<'a, str>), Unsent> {
    let profile = &operation.desk.profile;
    if !mail.purpose.is_for_staff() {
        guarded(operation, mail)?;
    }
    let date = operation.local(operation.now).fixed_offset();
    let (body, html) = sized(mail, operation.desk.max_mail_size)?;
    let subject = shortened(mail.subject, Shown::Beginning);
    // Some mail programs decode what looks like an encoded word in any field.
    let is_plain = |id: &&str| id.len() <= LONGEST_ID && !id.contains("=?");
    let references: Vec<&str> = mail.thread.references.iter().copied().filter(is_plain).collect();
    let first = references.len().saturating_sub(MOST_REFERENCES);
    let letter = Letter {
        from: (&profile.name, &profile.address),
        to: mail.to,
        cc: mail.cc,
        recipient: mail.copy_for,
        subject: &subject,
        body: &body,
        html,
        files: mail.files,
        date,
        message_id: mail.message_id,
        in_reply_to: mail.thread.in_reply_to.filter(is_plain),
        references: references.get(first..).unwrap_or_default().to_vec(),
        auto_submitted: mail.purpose.auto_submitted(),
    };
    Ok((letter::compose(&letter)?, body))
}

/// Text and HTML of a mail of at most so many bytes: HTML is left out first, then the text is shortened.
fn sized<'a>(mail: &Outgoing<'a>, most: usize) -> Result<(Cow<'a, str>, Option<&'a str>), Unsent> {
    let texts: Vec<&str> = std::iter::once(mail.body).chain(mail.html).collect();
    if fits(&texts, most) {
        Ok((Cow::Borrowed(mail.body), mail.html))
    } else if fits(&[mail.body], most) {
        Ok((Cow::Borrowed(mail.body), None))
    } else if mail.written.is_some() {
        Err(Unsent::TooLarge)
    } else {
        Ok((Cow::Owned(fitted(mail.body, most, mail.purpose.is_for_staff())), None))
    }
}

/// Has the last guard look at a mail to an inquirer. Our own wording is at fault if it stops an automatic one: the operator
/// is told.
fn guarded(operation: &Operation<'_>, mail: &Outgoing<'_>) -> Result<(), Unsent> {
    let files: Vec<(&str, &[u8])> =
        mail.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    let seen = Guarded {
        subject: mail.subject,
        body: mail.body,
        cc: mail.cc,
        files: &files,
        written: mail.written.map(|(_, words)| words),
    };
    guard(&seen).map_err(|violation| {
        if mail.written.is_none() {
            operation.desk.health.wording_stopped(mail.purpose.as_str(), violation.code());
        }
        Unsent::Guarded(violation)
    })
}
