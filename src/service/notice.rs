//! Mails to staff of the desk's own accord: composed and queued in the transaction that decides them.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    Desk,
    process::{Fault, InHand},
};
use crate::{
    desk::{
        form::{Fields, telephones},
        staff::Member,
        ticket::{Standing, TicketNumber},
    },
    hex,
    letter::{
        self, FiguresContext, Letter, Purpose, StaffContext, StaffTicket, TicketFacts, UndeliveredContext,
    },
    settings::NewTicketTo,
    store::{NewMail, TicketRow, Tx},
};

/// A mail to staff.
pub(super) struct Notice<'a> {
    pub(super) purpose: Purpose,
    /// What it is about: the same occasion gives the same Message-ID, and is never queued twice.
    pub(super) occasion: &'a str,
    pub(super) tickets: Vec<StaffTicket>,
    pub(super) figures: FiguresContext,
    pub(super) undelivered: UndeliveredContext,
}

impl<'a> Notice<'a> {
    /// A mail about tickets.
    pub(super) fn about(purpose: Purpose, occasion: &'a str, tickets: Vec<StaffTicket>) -> Self {
        let (figures, undelivered) = (FiguresContext::default(), UndeliveredContext::default());
        Self { purpose, occasion, tickets, figures, undelivered }
    }
}

/// Queues a mail to one member of staff.
pub(super) fn notify(
    desk: &Desk,
    tx: &mut Tx,
    to: &Member,
    notice: Notice<'_>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let Notice { purpose, occasion, tickets, figures, undelivered } = notice;
    notify_with(desk, tx, to, purpose, occasion, now, |context| {
        (context.tickets, context.figures, context.undelivered) = (tickets, figures, undelivered);
    })
}

/// Queues a mail to one member of staff, whose template sees what `fill` puts in.
pub(super) fn notify_with(
    desk: &Desk,
    tx: &mut Tx,
    to: &Member,
    purpose: Purpose,
    occasion: &str,
    now: DateTime<Utc>,
    fill: impl FnOnce(&mut StaffContext),
) -> Result<(), Fault> {
    let (figures, undelivered) = (FiguresContext::default(), UndeliveredContext::default());
    let (profile, rules) = (&desk.profile, &desk.rules);
    let mut context = letter::staff_context(profile, rules, &to.name, Vec::new(), figures, undelivered, now);
    fill(&mut context);
    let (subject, body) = desk.wording.render(purpose, &context)?;
    let html = match purpose {
        Purpose::Digest => Some(desk.wording.render_html(&context)?),
        _ => None,
    };
    let hash = hex::encode(&Sha256::digest(format!("{occasion} {}", to.address.to_lowercase())));
    let message_id = desk.ids.of_message(&hash, purpose.as_str());
    let composed = letter::compose(&Letter {
        from: (&desk.profile.name, &desk.profile.address),
        to: &to.address,
        subject: &subject,
        body: &body,
        html: html.as_deref(),
        files: &[],
        date: now,
        message_id: &message_id,
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: purpose.auto_submitted(),
    });
    let envelope = composed.map_err(Fault::Staff)?;
    tx.add_mail(&NewMail {
        ticket_id: None,
        message_ref: None,
        purpose,
        sender: &envelope.sender,
        recipient: &envelope.recipient,
        message_id: &message_id,
        bytes: &envelope.bytes,
        at: now,
        leaves_at: Some(now),
        author: None,
        entry: None,
        claim: None,
    })?;
    Ok(())
}

/// Tells its author, the assignee and the leads that a mail did not arrive, and how else its receiver can be reached.
pub(super) async fn tell_undelivered(
    desk: &Desk,
    tx: &mut Tx,
    ticket: Option<&TicketRow>,
    mail: &Undelivered<'_>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let contact = ticket.and_then(|ticket| ticket.fields.contact.as_deref()).unwrap_or_default();
    let undelivered = UndeliveredContext {
        what: letter::purpose_in_words(mail.purpose),
        recipient: mail.recipient.to_owned(),
        reason: letter::status_in_words(mail.status),
        diagnostic: mail.diagnostic.chars().take(300).collect(),
        telephones: telephones(contact),
    };
    let occasion = format!("undelivered {}", mail.outbox);
    let author = tx.author_of(mail.outbox).await?;
    let wrote =
        |member: &Member| author.as_deref().is_some_and(|who| who.eq_ignore_ascii_case(&member.address));
    let told = |member: &&Member| wrote(member) || concerns(desk, ticket, member);
    for member in desk.rules.staff.all().filter(told) {
        let tickets = ticket.map(|ticket| in_words(desk, ticket, now)).into_iter().collect();
        let mut notice = Notice::about(Purpose::Undeliverable, &occasion, tickets);
        notice.undelivered = undelivered.clone();
        notify(desk, tx, member, notice, now)?;
    }
    Ok(())
}

/// Whether a ticket is this member's affair: its assignee's, and the leads'.
pub(super) fn concerns(desk: &Desk, ticket: Option<&TicketRow>, member: &Member) -> bool {
    let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
    let is_assignee = assignee.is_some_and(|address| address.eq_ignore_ascii_case(&member.address));
    is_assignee || desk.rules.staff.leads().any(|lead| lead == member)
}

/// A mail that did not arrive.
pub(super) struct Undelivered<'a> {
    pub(super) outbox: i64,
    pub(super) purpose: Purpose,
    pub(super) recipient: &'a str,
    /// Enhanced status code, or nothing.
    pub(super) status: &'a str,
    /// What the server said.
    pub(super) diagnostic: &'a str,
}

/// A ticket that staff are told of at once.
pub(super) struct Told<'a> {
    pub(super) number: &'a TicketNumber,
    pub(super) fields: &'a Fields,
    pub(super) standing: &'a Standing,
    pub(super) assignee: Option<&'a str>,
    /// What the inquirer wrote again; empty for a new ticket.
    pub(super) news: &'a str,
    /// What staff should know of it.
    pub(super) remarks: Vec<String>,
}

/// Tells staff of a new ticket, or of an inquirer who wrote again; each gets a mail that can be answered.
pub(super) fn announce(
    desk: &Desk,
    hand: &InHand,
    tx: &mut Tx,
    purpose: Purpose,
    told: &Told<'_>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let assignee = told.assignee.and_then(|address| desk.rules.staff.find(address));
    let receives = |member: &Member| match (assignee, desk.new_ticket) {
        (Some(assignee), _) => assignee == member,
        (None, NewTicketTo::None) if purpose == Purpose::NewTicket => false,
        (None, NewTicketTo::All) => true,
        (None, _) => desk.rules.staff.leads().any(|lead| lead == member),
    };
    let receivers: Vec<&Member> = desk.rules.staff.all().filter(|member| receives(member)).collect();
    if receivers.is_empty() {
        return Ok(());
    }
    let facts = TicketFacts {
        number: told.number.to_string(),
        fields: told.fields,
        received_at: hand.reading.received_at,
        standing: told.standing,
        assignee: assignee.map(|member| member.name.as_str()),
    };
    let ticket = letter::staff_ticket(&desk.rules, &facts, now);
    for member in receivers {
        let key = desk.key(member, told.number, now);
        let shown = ticket.clone().answerable(told.number, key, &desk.profile.address);
        notify_with(desk, tx, member, purpose, &hand.hash, now, |context| {
            context.tickets.push(shown);
            context.news = told.news.to_owned();
            context.remarks.clone_from(&told.remarks);
        })?;
    }
    Ok(())
}

/// A ticket in the words of a mail to staff.
pub(super) fn in_words(desk: &Desk, ticket: &TicketRow, now: DateTime<Utc>) -> StaffTicket {
    let assignee = ticket.assignee.as_deref();
    let known = assignee.and_then(|address| desk.rules.staff.find(address));
    let facts = TicketFacts {
        number: ticket.number.to_string(),
        fields: &ticket.fields,
        received_at: ticket.received_at,
        standing: &ticket.standing,
        assignee: known.map(|member| member.name.as_str()).or(assignee),
    };
    letter::staff_ticket(&desk.rules, &facts, now)
}
