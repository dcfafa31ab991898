//! Notices to staff that no member requested. They are queued in the same transaction as the change that causes them.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Outgoing, Thread, drafts, enqueue};
use crate::{
    desk::{
        flood::{NoticeLimits, Notified},
        form::Fields,
        japanese_time, own_marks,
        staff::Member,
        staff_key::Invitation,
        ticket::{Channel, SlaClock, TicketKind, TicketNumber},
        triage::Reading,
    },
    hex,
    letter::{
        self, Content, DeadlineContext, NoticeContext, ParkedFacts, ParkedMail, Purpose, Rendered,
        StaffCommon, StaffTicket, TicketFacts, attachments_for_staff, news, notices_gathered,
        writer_in_words,
    },
    mail::{Attachment, is_same_person},
    service::{Actor, Counted, Desk, Fault, Operation, PreparedMail},
    settings::NewTicketTo,
    store::{NoteRow, TicketRow, WrittenMail},
};

/// Queues a mail to one member of staff. The Message-ID is derived from the occasion and serves as the idempotency key:
/// the same occasion is never queued twice.
pub fn notify(
    operation: &mut Operation<'_>,
    to: &Member,
    occasion: &str,
    content: impl FnOnce(StaffCommon) -> Content,
) -> Result<(), Fault> {
    notify_about(operation, to, None, occasion, content)
}

/// As [`notify`], about a ticket. Replies to a member's own mails are counted by ticket.
pub fn notify_about(
    operation: &mut Operation<'_>,
    to: &Member,
    ticket: Option<i64>,
    occasion: &str,
    content: impl FnOnce(StaffCommon) -> Content,
) -> Result<(), Fault> {
    notify_with(operation, to, ticket, &[], occasion, content)
}

/// As [`notify_about`], with files.
pub fn notify_with(
    operation: &mut Operation<'_>,
    to: &Member,
    ticket: Option<i64>,
    files: &[Attachment],
    occasion: &str,
    content: impl FnOnce(StaffCommon) -> Content,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let content = content(StaffCommon::new(&desk.profile, &desk.rules, &to.name, now));
    let purpose = content.purpose();
    let Rendered { subject, body, html } = desk.wording.render(&content)?;
    let message_id = notice_id(desk, to, purpose, occasion);
    let outgoing = Outgoing {
        purpose,
        to: &to.address,
        cc: &[],
        copy_for: None,
        subject: &subject,
        body: &body,
        html: html.as_deref(),
        files,
        message_id: &message_id,
        thread: Thread::default(),
        ticket,
        message_ref: None,
        leaves_at: Some(now),
        written: None,
    };
    enqueue(operation, &outgoing)?.map_err(Fault::Staff)
}

/// The Message-ID, without angle brackets, of the mail to a member about an occasion.
#[must_use]
pub fn notice_id(desk: &Desk, to: &Member, purpose: Purpose, occasion: &str) -> String {
    let hash = hex::encode(&Sha256::digest(format!("{occasion} {}", to.address.to_lowercase())));
    desk.ids.of_message(&hash, purpose.as_str())
}

/// What a notice says of a flood; `None` if staff get no notice.
#[must_use]
pub fn gathered_remark(limits: NoticeLimits, notified: Notified) -> Option<Vec<String>> {
    match notified {
        Notified::Each => Some(Vec::new()),
        Notified::Gathered { count, of_domain } => {
            let limit = if of_domain { limits.per_domain } else { limits.per_sender };
            Some(vec![notices_gathered(count, of_domain, limit)])
        }
        Notified::Later => None,
    }
}

/// As [`gathered_remark`], of what the database does not count.
#[must_use]
pub fn gathered(
    operation: &Operation<'_>,
    reading: &Reading,
    what: Counted,
    limits: NoticeLimits,
) -> Option<Vec<String>> {
    let from = reading.mail.from_address();
    let today = operation.desk.notice_counts.next(what, from, operation.midnight());
    gathered_remark(limits, limits.notified(today))
}

/// Tickets that a mail about deadlines shows.
const MOST_TICKETS: usize = 20;

/// Sends each member one mail about those of the tickets that concern them. Returns the number of mails.
pub async fn notify_each(
    operation: &mut Operation<'_>,
    tickets: &[TicketRow],
    occasion: impl Fn(&[&TicketRow]) -> String,
    concerns: impl Fn(&TicketRow, &Member) -> bool,
    content: impl Fn(DeadlineContext) -> Content,
) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.id).collect();
    let notes = operation.tx.notes_of(&ids).await?;
    let unsent = operation.tx.unsent(&ids).await?;
    let shown = |ticket: &TicketRow, member: &Member| {
        let own = unsent.iter().filter(|(of, _)| *of == ticket.id).map(|(_, mail)| mail);
        for_member(desk, ticket, member, now)
            .with_notes(notes_in_words(desk, &notes, ticket.id, now))
            .with_unsent(drafts::unsent(desk, member, &ticket.number, own, now))
    };
    let mut queued = 0;
    for member in desk.rules.staff.all() {
        let own: Vec<&TicketRow> = tickets.iter().filter(|ticket| concerns(ticket, member)).collect();
        if own.is_empty() {
            continue;
        }
        let occasion = occasion(&own);
        let (flood, mut own) = desk.notices.without_flood(own, |ticket| ticket.flooder());
        own.extend(flood);
        let tickets: Vec<StaffTicket> =
            own.iter().take(MOST_TICKETS).map(|ticket| shown(ticket, member)).collect();
        let more = own.len() - tickets.len();
        notify(operation, member, &occasion, |common| content(DeadlineContext::new(common, tickets, more)))?;
        queued += 1;
    }
    Ok(queued)
}

/// Whether an address is that of the ticket's own inquirer. Others take part: those in Cc, and the inquirers of merged tickets.
#[must_use]
pub fn is_by_inquirer(ticket: &TicketRow, address: &str) -> bool {
    let mut own = ticket.answer_to.as_deref().into_iter().chain([ticket.from.address.as_str()]);
    own.any(|own| is_same_person(own, address))
}

/// Whether a member gets notices about a ticket.
pub fn concerns(desk: &Desk, ticket: Option<&TicketRow>, member: &Member, now: DateTime<Utc>) -> bool {
    let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
    match ticket {
        Some(_) => desk.duty(now).concerns(assignee, member),
        None => desk.duty(now).acts_as_lead(member),
    }
}

pub struct NoticeContent<'a> {
    pub kind: TicketKind,
    pub number: &'a TicketNumber,
    pub fields: &'a Fields,
    /// When the ticket's first message was received.
    pub received_at: DateTime<Utc>,
    /// A member has written down a call.
    pub by_telephone: bool,
    pub clock: &'a SlaClock,
    pub assignee: Option<&'a str>,
    /// Text of the inquirer's follow-up; empty for a new ticket.
    pub news: &'a str,
    /// The ticket's own inquirer wrote: the ticket names them.
    pub by_inquirer: bool,
    /// The name of the contact who wrote; `None` for the inquirer.
    pub contact: Option<&'a str>,
    pub remarks: Vec<String>,
    pub notes: Vec<String>,
    /// What members have written about it and has not left.
    pub unsent: Vec<WrittenMail>,
}

/// Notifies staff of a new ticket or of a follow-up. Each notice has a staff key, so that members can answer by reply.
pub fn notify_of_ticket(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    purpose: Purpose,
    content: &NoticeContent<'_>,
) -> Result<(), Fault> {
    let desk = operation.desk;
    let staff = &desk.rules.staff;
    let assignee = content.assignee.and_then(|address| staff.find(address));
    // A member who has written down a call, or has taken a parked mail in, always hears of its ticket.
    let writer = match operation.actor {
        Actor::Staff(member) => staff.find(&member.address),
        _ => mail.reading.mail.from.as_ref().and_then(|from| staff.find(&from.address)),
    };
    let duty = desk.duty(operation.now);
    let receives = |member: &Member| match (assignee, desk.new_ticket) {
        (Some(_), _) => duty.responsible(content.assignee).contains(&member),
        (None, NewTicketTo::None) if purpose == Purpose::NewTicket => false,
        (None, NewTicketTo::All) => duty.present().contains(&member),
        (None, _) => duty.acts_as_lead(member),
    };
    let receivers: Vec<&Member> =
        staff.all().filter(|member| receives(member) || writer == Some(*member)).collect();
    if receivers.is_empty() {
        return Ok(());
    }
    let facts = TicketFacts {
        kind: content.kind,
        number: content.number.to_string(),
        fields: content.fields,
        received_at: content.received_at,
        clock: content.clock,
        assignee: assignee.map(|member| member.name.as_str()),
    };
    let ticket = StaffTicket::new(&desk.rules, &facts, operation.now).whole(content.fields);
    let ticket = ticket.with_notes(content.notes.clone());
    let files: Vec<String> = mail.reading.mail.attachments.iter().map(|file| file.name.clone()).collect();
    let attachments = attachments_for_staff(&files);
    let zone = desk.rules.calendar.time_zone();
    let arrived = japanese_time::instant(mail.reading.received_at, zone, operation.now);
    let news_received = if purpose == Purpose::NewTicket { String::new() } else { arrived };
    // Of a call, the sender is the member who wrote it down.
    let is_named = purpose == Purpose::FollowUp
        && content.kind == TicketKind::Inquiry
        && (content.by_inquirer || content.contact.is_some());
    let from = mail.reading.mail.from.as_ref().filter(|_| !content.by_telephone && !is_named);
    let news_from = from.map(writer_in_words).unwrap_or_default();
    // A message that is filed again after a restore has another number, and its notice says something else.
    let occasion = format!("{} {}", mail.hash, content.number);
    for member in receivers {
        let key = desk.key(member, content.number, Invitation::Answer, operation.now);
        let unsent = drafts::unsent(desk, member, content.number, content.unsent.iter(), operation.now);
        let shown = ticket.clone().with_unsent(unsent);
        let shown = shown.answerable(content.number, key, &desk.profile.address, &member.name);
        notify(operation, member, &occasion, |common| {
            let (news, remarks) = (news(content.news), content.remarks.clone());
            let context = NoticeContext {
                common,
                ticket: shown,
                news,
                news_from: news_from.clone(),
                contact: content.contact.unwrap_or_default().to_owned(),
                news_received: news_received.clone(),
                attachments: own_marks::disarmed(&attachments),
                by_telephone: content.by_telephone,
                assigned_by: String::new(),
                remarks,
            };
            if purpose == Purpose::NewTicket {
                Content::NewTicket(context)
            } else {
                Content::FollowUp(context)
            }
        })?;
    }
    Ok(())
}

/// Notifies the new assignee of a ticket, by somebody else's order.
pub async fn notify_assignee(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    member: &Member,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let notes = operation.tx.notes_of(&[ticket.id]).await?;
    let unsent = operation.tx.unsent_of(ticket.id).await?;
    let assigned = TicketRow { assignee: Some(member.address.clone()), ..ticket.clone() };
    let shown = for_member(desk, &assigned, member, now)
        .whole(&ticket.fields)
        .with_notes(notes_in_words(desk, &notes, ticket.id, now))
        .with_unsent(drafts::unsent(desk, member, &ticket.number, unsent.iter(), now));
    let by_telephone = ticket.channel == Channel::Telephone;
    let assigned_by = operation.actor.name();
    let occasion = format!("assigned {} {}", ticket.number, now.to_rfc3339());
    notify(operation, member, &occasion, |common| {
        Content::NewTicket(NoticeContext {
            common,
            ticket: shown,
            news: String::new(),
            news_from: if by_telephone { String::new() } else { writer_in_words(&ticket.from) },
            contact: String::new(),
            news_received: String::new(),
            attachments: String::new(),
            by_telephone,
            assigned_by,
            remarks: Vec::new(),
        })
    })
}

/// The numbers of tickets, for an occasion.
#[must_use]
pub fn numbers(tickets: &[&TicketRow]) -> String {
    tickets.iter().map(|ticket| ticket.number.to_string()).collect::<Vec<_>>().join(" ")
}

/// The last notes of a ticket.
#[must_use]
pub fn notes_in_words(desk: &Desk, notes: &[NoteRow], ticket: i64, now: DateTime<Utc>) -> Vec<String> {
    const MOST: usize = 3;
    let own: Vec<&NoteRow> = notes.iter().filter(|note| note.ticket == ticket).collect();
    let last = own.get(own.len().saturating_sub(MOST)..).unwrap_or_default();
    let shown = |note: &&NoteRow| {
        let member = desk.rules.staff.find(&note.author.address);
        let who = member
            .map_or_else(|| letter::OPERATOR.to_owned(), |member| letter::colleague_in_words(&member.name));
        letter::note_in_words(&who, note.at, &note.text, desk.rules.calendar.time_zone(), now)
    };
    last.iter().map(shown).collect()
}

/// A ticket in words for a member, who can work on it by this mail.
pub fn for_member(desk: &Desk, ticket: &TicketRow, member: &Member, now: DateTime<Utc>) -> StaffTicket {
    let key = desk.key(member, &ticket.number, Invitation::Answer, now);
    in_words(desk, ticket, now).answerable(&ticket.number, key, &desk.profile.address, &member.name)
}

/// A parked mail in words for a member, who can work on it by this mail.
pub fn parked_for_member(
    desk: &Desk,
    facts: ParkedFacts<'_>,
    member: &Member,
    now: DateTime<Utc>,
) -> ParkedMail {
    let parked = ParkedMail::new(&desk.rules, facts, now);
    let from = facts.mail.from_address();
    let by_member = desk.rules.staff.find(from).is_some();
    match facts.number(&desk.rules) {
        Some(number) => {
            let key = desk.key(member, &number, Invitation::Answer, now);
            parked.answerable(&number, key, &desk.profile.address, (facts.reason, by_member))
        }
        None => parked,
    }
}

pub fn in_words(desk: &Desk, ticket: &TicketRow, now: DateTime<Utc>) -> StaffTicket {
    let assignee = ticket.assignee.as_deref();
    let known = assignee.and_then(|address| desk.rules.staff.find(address));
    let facts = TicketFacts {
        kind: ticket.kind,
        number: ticket.number.to_string(),
        fields: &ticket.fields,
        received_at: ticket.received_at,
        clock: &ticket.clock,
        assignee: known.map(|member| member.name.as_str()).or(assignee),
    };
    StaffTicket::new(&desk.rules, &facts, now)
}
