//! Mails of persons that wait for somebody's word: who decides, and how they are shown to them. The digest lists them, and
//! the schedule reminds of them as of deadlines.

use chrono::{DateTime, Utc};

use super::staff_notice::notify;
use crate::{
    desk::{
        own_marks::disarmed, staff::Member, staff_key::Invitation, staff_mail::MARK_DIGITS,
        ticket::TicketNumber,
    },
    letter::{
        self, Content, DecisionWord, HeldDraft, LinkContext, Purpose, StaffReplyContext, Unsent, UnsentMail,
        WaitingContext, decision_link,
    },
    service::{Desk, Fault, Operation},
    store::{HeldMail, WrittenMail},
};

/// The mark of a draft in links and notices: the beginning of its fingerprint, which its Message-ID has.
#[must_use]
pub fn mark(purpose: Purpose, message_id: &str) -> &str {
    let fingerprint = message_id.split_once(&format!(".{purpose}-")).map_or("", |(_, behind)| behind);
    fingerprint.get(..MARK_DIGITS).unwrap_or_default()
}

/// Whether a draft waits for a lead's approval, as the settings are now.
#[must_use]
pub fn needs_lead(desk: &Desk, draft: &WrittenMail, now: DateTime<Utc>) -> bool {
    let author = draft.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    desk.answers.approval && author.is_some_and(|author| !desk.duty(now).may_lead(author))
}

/// The members who decide about a draft: the leads, or its author or who stands in for them.
#[must_use]
pub fn deciders<'a>(desk: &'a Desk, draft: &WrittenMail, now: DateTime<Utc>) -> Vec<&'a Member> {
    let duty = desk.duty(now);
    if needs_lead(desk, draft, now) { duty.leads() } else { duty.responsible(draft.author.as_deref()) }
}

/// The first words of a letter that its author wrote, on one line.
#[must_use]
pub fn beginning(text: &str) -> String {
    /// Characters.
    const SHOWN: usize = 60;
    let words = letter::own_words(text);
    let shown: String = words.chars().take(SHOWN).collect();
    if shown.len() < words.len() { format!("{shown}…") } else { shown }
}

/// A draft as `reader` is asked about it: its beginning, and a link for yes and for no.
#[must_use]
pub fn asked(
    desk: &Desk,
    reader: &Member,
    (number, to): (&TicketNumber, &str),
    draft: &WrittenMail,
    text: &str,
    now: DateTime<Utc>,
) -> WaitingContext {
    let link = |word| link(desk, reader, number, draft, word, now);
    let (yes, no) = words(desk, reader, draft, now);
    WaitingContext {
        number: number.to_string(),
        what: letter::purpose_in_words(draft.purpose),
        to: disarmed(to),
        text: beginning(text),
        yes,
        yes_link: yes.map(link).unwrap_or_default(),
        no,
        no_link: link(no),
    }
}

/// The words by which a member lets a draft leave, if they may, and stops it.
fn words(
    desk: &Desk,
    reader: &Member,
    draft: &WrittenMail,
    now: DateTime<Utc>,
) -> (Option<DecisionWord>, DecisionWord) {
    match (needs_lead(desk, draft, now), desk.duty(now).may_lead(reader)) {
        (true, true) => (Some(DecisionWord::Approve), DecisionWord::Reject),
        (true, false) => (None, DecisionWord::Cancel),
        (false, _) => (Some(DecisionWord::Send), DecisionWord::Cancel),
    }
}

fn link(
    desk: &Desk,
    reader: &Member,
    number: &TicketNumber,
    draft: &WrittenMail,
    word: DecisionWord,
    now: DateTime<Utc>,
) -> String {
    let key = desk.key(reader, number, Invitation::Decide, now);
    decision_link(&desk.profile.address, number, mark(draft.purpose, &draft.message_id), &key, word)
}

/// The mails about a ticket that have not left, as a member is shown them: with links where they decide, and with one that
/// stops what is about to leave. Letters that leave together are one.
pub fn unsent<'m>(
    desk: &Desk,
    reader: &Member,
    number: &TicketNumber,
    mails: impl Iterator<Item = &'m WrittenMail>,
    now: DateTime<Utc>,
) -> Vec<UnsentMail> {
    let mut seen = Vec::new();
    let mut shown = Vec::new();
    for mail in mails {
        if seen.contains(&(mail.purpose, mail.created_at)) {
            continue;
        }
        seen.push((mail.purpose, mail.created_at));
        let why = match mail.leaves_at {
            _ if mail.is_held() && needs_lead(desk, mail, now) => Unsent::Approval,
            _ if mail.is_held() => Unsent::Word,
            Some(at) if mail.attempts == 0 && at > now => Unsent::At(at),
            _ => Unsent::Tried,
        };
        let (yes, no) = words(desk, reader, mail, now);
        let decisions: Vec<DecisionWord> = match why {
            Unsent::Approval | Unsent::Word if deciders(desk, mail, now).contains(&reader) => {
                yes.into_iter().chain([no]).collect()
            }
            Unsent::At(_) => vec![DecisionWord::Cancel],
            _ => Vec::new(),
        };
        let links = decisions.into_iter().map(|word| LinkContext {
            word: word.as_str(),
            link: link(desk, reader, number, mail, word, now),
        });
        let zone = desk.rules.calendar.time_zone();
        let words = letter::unsent_in_words(&author_in_words(desk, mail), mail.purpose, why, zone, now);
        shown.push(UnsentMail { words, links: links.collect() });
    }
    shown
}

fn author_in_words(desk: &Desk, mail: &WrittenMail) -> String {
    let author = mail.author.as_deref().and_then(|address| desk.rules.staff.find(address));
    author.map_or_else(|| letter::OPERATOR.to_owned(), |author| author.name.clone())
}

/// The held drafts that a member decides about, for the digest.
#[must_use]
pub fn of_member(desk: &Desk, held: &[HeldMail], member: &Member, now: DateTime<Utc>) -> Vec<HeldDraft> {
    let zone = desk.rules.calendar.time_zone();
    let shown = |mail: &HeldMail| {
        let waiting = shown_to(desk, member, mail, now);
        HeldDraft::new(waiting, &author_in_words(desk, &mail.written), mail.written.created_at, zone, now)
    };
    held.iter().filter(|mail| deciders(desk, &mail.written, now).contains(&member)).map(shown).collect()
}

fn shown_to(desk: &Desk, member: &Member, mail: &HeldMail, now: DateTime<Utc>) -> WaitingContext {
    asked(desk, member, (&mail.number, &mail.written.recipient), &mail.written, &mail.text, now)
}

/// Reminds each member of the drafts that they decide about. Returns the number of mails.
pub fn remind_of(operation: &mut Operation<'_>, held: &[HeldMail]) -> Result<usize, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let mut queued = 0;
    for member in desk.rules.staff.all() {
        let own: Vec<&HeldMail> =
            held.iter().filter(|mail| deciders(desk, &mail.written, now).contains(&member)).collect();
        let Some(first) = own.first() else { continue };
        let waiting: Vec<WaitingContext> = own.iter().map(|mail| shown_to(desk, member, mail, now)).collect();
        let one = own.iter().all(|mail| mail.number == first.number);
        let key = if one { desk.key(member, &first.number, Invitation::Decide, now) } else { String::new() };
        let number = if one { first.number.to_string() } else { String::new() };
        let title = letter::drafts_wait(&number, waiting.len());
        let occasion = format!("drafts {} {}", first.written.id, now.to_rfc3339());
        notify(operation, member, &occasion, |common| {
            let context = StaffReplyContext { waiting, number, key, title, ..StaffReplyContext::new(common) };
            Content::StaffReply(context)
        })?;
        queued += 1;
    }
    Ok(queued)
}
