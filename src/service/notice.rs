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
        self, Content, Letter, NoticeContext, Purpose, Rendered, StaffCommon, StaffTicket, TicketFacts,
        UndeliverableContext, UndeliveredContext,
    },
    settings::NewTicketTo,
    store::{NewMail, TicketRow, Tx},
};

/// Queues a mail to one member of staff. The same occasion gives the same Message-ID, and is never queued twice.
pub(super) fn notify(
    desk: &Desk,
    tx: &mut Tx,
    to: &Member,
    occasion: &str,
    now: DateTime<Utc>,
    content: impl FnOnce(StaffCommon) -> Content,
) -> Result<(), Fault> {
    let content = content(StaffCommon::new(&desk.profile, &desk.rules, &to.name, now));
    let purpose = content.purpose();
    let Rendered { subject, body, html } = desk.wording.render(&content)?;
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
        let ticket = ticket.map(|ticket| in_words(desk, ticket, now));
        notify(desk, tx, member, &occasion, now, |common| {
            Content::Undeliverable(UndeliverableContext { common, undelivered: undelivered.clone(), ticket })
        })?;
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
    let ticket = StaffTicket::new(&desk.rules, &facts, now);
    for member in receivers {
        let key = desk.key(member, told.number, now);
        let shown = ticket.clone().answerable(told.number, key, &desk.profile.address);
        notify(desk, tx, member, &hand.hash, now, |common| {
            let (news, remarks) = (told.news.to_owned(), told.remarks.clone());
            let context = NoticeContext { common, ticket: shown, news, remarks };
            if purpose == Purpose::NewTicket {
                Content::NewTicket(context)
            } else {
                Content::FollowUp(context)
            }
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
    StaffTicket::new(&desk.rules, &facts, now)
}
