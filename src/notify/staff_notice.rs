//! Mails to staff of the desk's own accord: composed and queued in the transaction that decides them.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Outgoing, Thread, enqueue};
use crate::{
    desk::{
        form::Fields,
        staff::Member,
        ticket::{SlaClock, TicketNumber},
    },
    hex,
    letter::{self, FiguresContext, Purpose, StaffContext, StaffTicket, TicketFacts, UndeliveredContext},
    service::{Desk, Fault, Operation, PreparedMail},
    settings::NewTicketTo,
    store::TicketRow,
};

/// A mail to staff.
pub struct Notice<'a> {
    pub purpose: Purpose,
    /// What it is about: the same occasion gives the same Message-ID, and is never queued twice.
    pub occasion: &'a str,
    pub tickets: Vec<StaffTicket>,
    pub figures: FiguresContext,
    pub undelivered: UndeliveredContext,
}

impl<'a> Notice<'a> {
    /// A mail about tickets.
    pub fn about(purpose: Purpose, occasion: &'a str, tickets: Vec<StaffTicket>) -> Self {
        let (figures, undelivered) = (FiguresContext::default(), UndeliveredContext::default());
        Self { purpose, occasion, tickets, figures, undelivered }
    }
}

/// Queues a mail to one member of staff.
pub fn notify(operation: &mut Operation<'_>, to: &Member, notice: Notice<'_>) -> Result<(), Fault> {
    let Notice { purpose, occasion, tickets, figures, undelivered } = notice;
    notify_with(operation, to, purpose, occasion, |context| {
        (context.tickets, context.figures, context.undelivered) = (tickets, figures, undelivered);
    })
}

/// Queues a mail to one member of staff, whose template sees what `fill` puts in.
pub fn notify_with(
    operation: &mut Operation<'_>,
    to: &Member,
    purpose: Purpose,
    occasion: &str,
    fill: impl FnOnce(&mut StaffContext),
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let (figures, undelivered) = (FiguresContext::default(), UndeliveredContext::default());
    let mut context =
        letter::staff_context(&desk.profile, &desk.rules, &to.name, Vec::new(), figures, undelivered, now);
    fill(&mut context);
    let (subject, body) = desk.wording.render(purpose, &context)?;
    let html = match purpose {
        Purpose::Digest => Some(desk.wording.render_html(&context)?),
        _ => None,
    };
    let hash = hex::encode(&Sha256::digest(format!("{occasion} {}", to.address.to_lowercase())));
    let message_id = desk.ids.of_message(&hash, purpose.as_str());
    let outgoing = Outgoing {
        purpose,
        to: &to.address,
        subject: &subject,
        body: &body,
        html: html.as_deref(),
        files: &[],
        message_id: &message_id,
        thread: Thread::default(),
        ticket: None,
        message_ref: None,
        leaves_at: Some(now),
        author: None,
    };
    enqueue(operation, &outgoing)?.map_err(Fault::Staff)
}

/// Whether a ticket is this member's affair: its assignee's, and the leads'.
pub fn concerns(desk: &Desk, ticket: Option<&TicketRow>, member: &Member) -> bool {
    let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
    let is_assignee = assignee.is_some_and(|address| address.eq_ignore_ascii_case(&member.address));
    is_assignee || desk.rules.staff.is_lead(member)
}

/// What a notice about one ticket shows.
pub struct NoticeContent<'a> {
    pub number: &'a TicketNumber,
    pub fields: &'a Fields,
    pub clock: &'a SlaClock,
    pub assignee: Option<&'a str>,
    /// What the inquirer wrote again; empty for a new ticket.
    pub news: &'a str,
    /// What staff should know of it.
    pub remarks: Vec<String>,
}

/// Notifies staff of a new ticket, or of an inquirer who wrote again. Each notice can be answered.
pub fn notify_of_ticket(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    purpose: Purpose,
    content: &NoticeContent<'_>,
) -> Result<(), Fault> {
    let desk = operation.desk;
    let staff = &desk.rules.staff;
    let assignee = content.assignee.and_then(|address| staff.find(address));
    let receives = |member: &Member| match (assignee, desk.new_ticket) {
        (Some(assignee), _) => assignee == member,
        (None, NewTicketTo::None) if purpose == Purpose::NewTicket => false,
        (None, NewTicketTo::All) => true,
        (None, _) => staff.is_lead(member),
    };
    let receivers: Vec<&Member> = staff.all().filter(|member| receives(member)).collect();
    if receivers.is_empty() {
        return Ok(());
    }
    let facts = TicketFacts {
        number: content.number.to_string(),
        fields: content.fields,
        received_at: mail.reading.received_at,
        clock: content.clock,
        assignee: assignee.map(|member| member.name.as_str()),
    };
    let ticket = letter::staff_ticket(&desk.rules, &facts, operation.now);
    for member in receivers {
        let key = desk.key(member, content.number, operation.now);
        let shown = ticket.clone().answerable(content.number, key, &desk.profile.address);
        notify_with(operation, member, purpose, &mail.hash, |context| {
            context.tickets.push(shown);
            context.news = content.news.to_owned();
            context.remarks.clone_from(&content.remarks);
        })?;
    }
    Ok(())
}

/// A ticket in the words of a mail to staff.
pub fn in_words(desk: &Desk, ticket: &TicketRow, now: DateTime<Utc>) -> StaffTicket {
    let assignee = ticket.assignee.as_deref();
    let known = assignee.and_then(|address| desk.rules.staff.find(address));
    let facts = TicketFacts {
        number: ticket.number.to_string(),
        fields: &ticket.fields,
        received_at: ticket.received_at,
        clock: &ticket.clock,
        assignee: known.map(|member| member.name.as_str()).or(assignee),
    };
    letter::staff_ticket(&desk.rules, &facts, now)
}
