//! Several mails of persons to one inquirer: what a writer should know of the others, and who is told. Two members who
//! answer one ticket without knowing of each other would both be read by the inquirer.

use super::draft::{beginning, occasion, written};
use crate::{
    desk::{
        feedback::{Leaves, Refused},
        own_marks::disarmed,
        staff::Member,
        staff_key::Invitation,
    },
    letter::{
        self, Content, DecisionWord, DraftContext, DraftShownContext, OtherMailContext, Purpose,
        decision_link,
        feedback::{OPERATOR, leaving_in_words, sent_in_words},
    },
    notify::{
        drafts::mark,
        staff_notice::{in_words, notify},
    },
    service::{Actor, Fault, Operation},
    store::{OutboxState, TicketRow, WrittenMail},
};

/// Mails of persons that a mail shows besides its own draft.
const MOST_SHOWN: usize = 5;

/// Mails to the inquirer of a ticket that the actor should know before another text leaves, the newest first: all drafts, and
/// what colleagues have sent since the inquirer wrote last. Earlier mails answer an earlier text of the inquirer's.
pub(super) async fn beside(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
) -> Result<Vec<WrittenMail>, Fault> {
    let mut found = Vec::new();
    for mail in operation.tx.written_mails(ticket.id).await? {
        let counts = mail.is_draft()
            || is_by_colleague(operation.actor, &mail) && {
                let written = operation.tx.written_at(mail.id).await?;
                !operation.tx.heard_since(ticket.id, written).await?
            };
        if counts {
            found.push(mail);
        }
    }
    found.truncate(MOST_SHOWN);
    Ok(found)
}

pub(super) fn is_by_colleague(actor: Actor<'_>, mail: &WrittenMail) -> bool {
    mail.author.as_deref() != Some(actor.audit().as_str())
}

/// The mails in words for `reader`, with a link that stops each draft.
pub(super) async fn in_others_words(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reader: &Member,
    mails: &[WrittenMail],
) -> Result<Vec<OtherMailContext>, Fault> {
    let desk = operation.desk;
    let key = desk.key(reader, &ticket.number, Invitation::Decide, operation.now);
    let mut shown: Vec<OtherMailContext> = Vec::new();
    let mut before: Option<&WrittenMail> = None;
    for mail in mails {
        // The letters of one answer are one mail to several.
        let is_of = |other: &WrittenMail| {
            (other.purpose, other.created_at, other.state) == (mail.purpose, mail.created_at, mail.state)
        };
        if let Some(last) = shown.last_mut()
            && before.replace(mail).is_some_and(is_of)
        {
            last.to = format!("{}{}{}", disarmed(&mail.recipient), letter::AND, last.to);
            continue;
        }
        let text = beginning(operation, mail).await?;
        let cancel = |mark: &str| {
            decision_link(&desk.profile.address, &ticket.number, mark, &key, DecisionWord::Cancel)
        };
        shown.push(OtherMailContext {
            author: author_of(operation, mail),
            what: letter::purpose_in_words(mail.purpose),
            text: disarmed(&text),
            when: when(operation, mail),
            to: disarmed(&mail.recipient),
            cancel: if mail.is_draft() {
                cancel(mark(mail.purpose, &mail.message_id))
            } else {
                String::new()
            },
        });
    }
    Ok(shown)
}

fn author_of(operation: &Operation<'_>, mail: &WrittenMail) -> String {
    let address = mail.author.as_deref().unwrap_or_default();
    match operation.desk.rules.staff.find(address) {
        Some(member) => letter::colleague_in_words(&member.name),
        None if address == Actor::Operator.audit() => OPERATOR.to_owned(),
        None => address.to_owned(),
    }
}

fn when(operation: &Operation<'_>, mail: &WrittenMail) -> String {
    let zone = operation.desk.rules.calendar.time_zone();
    match (mail.state, mail.sent_at, mail.leaves_at) {
        (OutboxState::Sent, Some(at), _) => sent_in_words(at, zone, operation.now),
        (OutboxState::Held, ..) => letter::HELD.to_owned(),
        (_, _, Some(at)) if mail.is_draft() => leaving_in_words(Leaves::At(at), zone, operation.now),
        _ => letter::LEAVING.to_owned(),
    }
}

/// Tells colleagues who have written to the same inquirer of a new draft, each with what they wrote.
pub(super) async fn tell(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    draft: &DraftContext,
    message_id: &str,
    mails: &[WrittenMail],
) -> Result<(), Fault> {
    let desk = operation.desk;
    for member in desk.rules.staff.all() {
        let is_theirs = |mail: &&WrittenMail| {
            let author = mail.author.as_deref().unwrap_or_default();
            is_by_colleague(operation.actor, mail) && author.eq_ignore_ascii_case(&member.address)
        };
        let theirs: Vec<WrittenMail> = mails.iter().filter(is_theirs).cloned().collect();
        if theirs.is_empty() {
            continue;
        }
        let others = in_others_words(operation, ticket, member, &theirs).await?;
        let key = desk.key(member, &ticket.number, Invitation::Decide, operation.now);
        let shown = in_words(desk, ticket, operation.now).answerable(
            &ticket.number,
            key,
            &desk.profile.address,
            &member.name,
        );
        notify(operation, member, &occasion(Purpose::SecondDraft, message_id), |common| {
            let draft = DraftContext { others, ..draft.clone() };
            Content::SecondDraft(DraftShownContext { common, ticket: shown, draft })
        })?;
    }
    Ok(())
}

/// The refusal of an order while such a mail of a person waits.
pub(super) async fn in_the_way(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    counts: impl Fn(&WrittenMail) -> bool,
) -> Result<Option<Refused>, Fault> {
    let waiting = operation.tx.unsent_of(ticket.id).await?;
    let Some(mail) = waiting.iter().find(|mail| counts(mail)) else { return Ok(None) };
    let (number, written) = (ticket.number.clone(), written(mail));
    Ok(Some(Refused::MailWaits { number, written, text: beginning(operation, mail).await? }))
}

/// Whether the inquirer has written what the author of an answer could not know.
pub(super) async fn crossed(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    message: Option<i64>,
) -> Result<bool, Fault> {
    let written = operation.tx.written_by(message, operation.now).await?;
    Ok(operation.tx.heard_since(ticket.id, written).await?)
}
