//! Letters about a meeting or a visit, one mail to each who takes part: rendered and looked at together, then queued, then
//! shown to their author.

use chrono::{DateTime, Utc};

use super::Course;
use crate::{
    desk::{
        feedback::{Leaves, Refused},
        last_guard::OwnWords,
        meeting::{Meeting, MeetingStage, Span},
        own_marks::disarmed,
    },
    letter::{
        self, CalendarEvent, Change, Content, DraftContext, MeetingContext, MeetingFacts, MeetingWords,
        Purpose, Rendered, feedback::leaving_in_words, ics,
    },
    mail::Attachment,
    notify::{Outgoing, Thread, enqueue_all},
    service::{Desk, Fault, Operation},
    store::{CaseRow, TicketRow},
    tickets::{
        answer::{leaves, show, unsent},
        commands::take_on,
        recipients::{Recipient, adviser_alone, everybody},
    },
};

/// What letters tell of.
pub(super) struct Announced<'a> {
    pub(super) meeting: &'a Meeting,
    pub(super) change: Change,
    /// As it was before the change.
    pub(super) before: Option<&'a Meeting>,
    /// The addresses, in lower case, that know of it as it was.
    pub(super) told: &'a [String],
    /// The member's own sentences.
    pub(super) message: &'a str,
    /// The part of the Message-IDs that names the version.
    pub(super) fingerprint: &'a str,
}

impl Announced<'_> {
    /// Whether only an adviser reads of it: a request, or its end.
    fn is_for_adviser(&self) -> bool {
        self.meeting.stage == MeetingStage::Asked || self.change == Change::Withdrawn
    }

    fn knows(&self, recipient: &Recipient) -> bool {
        self.told.contains(&recipient.address.to_lowercase())
    }

    /// Who gets a letter, what it tells of, and the meeting that it shows.
    fn readers(&self, course: &Course<'_>) -> Vec<(Recipient, Change, Meeting)> {
        let adviser_of = |meeting: &Meeting| course.support.adviser(meeting.adviser.as_deref()?);
        let adviser = adviser_of(self.meeting);
        let present = match self.is_for_adviser() {
            true => adviser_alone(adviser),
            false => everybody(course.ticket, &course.case, adviser),
        };
        let takes_part = |address: &str| present.iter().any(|one| one.address.eq_ignore_ascii_case(address));
        // Another adviser has taken the place of one who was told to come.
        let before = self.before.filter(|before| before.adviser != self.meeting.adviser);
        let excused: Vec<_> = before
            .into_iter()
            .flat_map(|before| adviser_alone(adviser_of(before)).into_iter().map(move |one| (one, before)))
            .filter(|(one, _)| self.knows(one) && !takes_part(&one.address))
            .map(|(one, before)| {
                let as_it_was = Meeting { sequence: self.meeting.sequence, ..before.clone() };
                (one, Change::Excused, as_it_was)
            })
            .collect();
        // A change is news to who has not heard of the meeting.
        let told = present.into_iter().map(|one| {
            let is_news = self.change == Change::Changed && !self.knows(&one);
            (one, if is_news { Change::New } else { self.change }, self.meeting.clone())
        });
        told.chain(excused).collect()
    }
}

/// When everybody is reminded of a meeting. `None`: never, because the calendar has too little business time before it.
pub fn remind_at(desk: &Desk, starts: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let support = desk.rules.support.as_ref()?;
    desk.rules.calendar.subtract_business(starts, support.remind_before)
}

/// A meeting in words, as letters and reminders tell of it.
pub fn in_words(
    desk: &Desk,
    case: &CaseRow,
    meeting: &Meeting,
    (change, was): (Change, Option<Span>),
    now: DateTime<Utc>,
) -> MeetingWords {
    let support = desk.rules.support.as_ref();
    let adviser = meeting.adviser.as_deref();
    let known = adviser.and_then(|address| support?.adviser(address));
    MeetingWords::new(&MeetingFacts {
        number: case.number.to_string(),
        region: &case.region(),
        meeting,
        change,
        was,
        adviser: known
            .map(|adviser| (adviser.name.as_str(), adviser.affiliation.as_str()))
            .or(adviser.map(|address| (address, ""))),
        most_visits: support.map_or(0, |support| support.call.visits),
        zone: desk.rules.calendar.time_zone(),
        now,
    })
}

/// The calendar file of a meeting. Its UID is one of our keyed identifiers, so that an answer to it finds its ticket.
fn calendar_file(
    operation: &Operation<'_>,
    case: &CaseRow,
    meeting: &Meeting,
    words: &MeetingWords,
) -> Attachment {
    let desk = operation.desk;
    let is_expected = meeting.is_live() && words.change != Change::Excused;
    let uid = desk.ids.of_ticket(&case.number, &format!("{}-{}", meeting.kind, meeting.nth));
    ics(&CalendarEvent {
        uid: &uid,
        sequence: meeting.sequence,
        stamp: operation.now,
        starts: meeting.starts,
        ends: meeting.ends,
        title: &words.calendar_title(),
        place: &words.place,
        url: &words.url,
        description: &words.description(),
        cancelled: !is_expected,
        organizer: (&desk.profile.name, &desk.profile.address),
    })
}

/// A letter, ready to be looked at.
struct Prepared {
    recipient: Recipient,
    change: Change,
    files: Vec<Attachment>,
    rendered: Rendered,
    message_id: String,
}

/// Queues the letters about a version, and shows them to their author. Returns how many there are, and when they leave.
pub(super) async fn announce(
    operation: &mut Operation<'_>,
    course: &Course<'_>,
    announced: &Announced<'_>,
) -> Result<Result<(usize, Leaves), Refused>, Fault> {
    let (desk, ticket) = (operation.desk, course.ticket);
    let number = &ticket.number;
    let is_request = announced.meeting.stage == MeetingStage::Asked;
    let purpose = if is_request { Purpose::VisitRequest } else { Purpose::Meeting };
    let was = announced.before.map(|before| (before.starts, before.ends));
    let mut letters = Vec::new();
    for (nth, (recipient, change, meeting)) in announced.readers(course).into_iter().enumerate() {
        let words = in_words(desk, &course.case, &meeting, (change, was), operation.now);
        let files = match announced.is_for_adviser() {
            true => Vec::new(),
            false => vec![calendar_file(operation, &course.case, &meeting, &words)],
        };
        // A member speaks to those who take part.
        let text = if change == Change::Excused { "" } else { announced.message.trim() };
        let context = MeetingContext {
            to_adviser: recipient.is_adviser,
            text: text.to_owned(),
            ..MeetingContext::new(&desk.profile, &number.to_string(), recipient.addressed(), words)
        };
        let content = match purpose {
            Purpose::VisitRequest => Content::VisitRequest(context),
            _ => Content::Meeting(context),
        };
        let rendered = desk.wording.render(&content)?;
        let message_id =
            desk.ids.of_ticket(number, &format!("{purpose}-{}-{}", announced.fingerprint, nth + 1));
        letters.push(Prepared { recipient, change, files, rendered, message_id });
    }
    let leaves = leaves(operation, &[]);
    if let Err(refused) = queue(operation, ticket, purpose, &letters, leaves).await? {
        return Ok(Err(refused));
    }
    let Some(first) = letters.first() else { return Ok(Err(Refused::NoAddress(number.clone()))) };
    let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.address.as_str()).collect();
    let shown = DraftContext {
        crossed: false,
        what: letter::purpose_in_words(purpose),
        author: operation.actor.name(),
        cc: String::new(),
        to: disarmed(&to.join(letter::AND)),
        subject: first.rendered.subject.clone(),
        text: texts(&letters),
        attachments: first.files.iter().map(|file| file.name.clone()).collect(),
        when: leaving_in_words(leaves, desk.rules.calendar.time_zone(), operation.now),
        left_out: String::new(),
        assigned: take_on(operation, ticket).await?,
        links: Vec::new(),
        concerns: Vec::new(),
        others: Vec::new(),
    };
    show(operation, ticket, &shown, leaves, (purpose, &first.message_id), &[]).await?;
    Ok(Ok((letters.len(), leaves)))
}

/// The first letter whole, and each that tells of something else. The others differ only in their first lines.
fn texts(letters: &[Prepared]) -> String {
    let (mut shown, mut text) = (Vec::new(), String::new());
    for letter in letters {
        if shown.contains(&letter.change) {
            continue;
        }
        if !shown.is_empty() {
            text += &letter::another_letter(&disarmed(&letter.recipient.address), &letter.rendered.subject);
        }
        shown.push(letter.change);
        text += letter.rendered.body.trim_end();
    }
    text
}

/// Queues all letters, or none of them.
async fn queue(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    purpose: Purpose,
    letters: &[Prepared],
    leaves: Leaves,
) -> Result<Result<(), Refused>, Fault> {
    let (desk, author) = (operation.desk, operation.actor.audit());
    let thread = operation.tx.thread_of(ticket.id).await?;
    let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.address.as_str()).collect();
    let theirs = to.join("\n");
    let mails = letters.iter().map(|letter| Outgoing {
        purpose,
        to: &letter.recipient.address,
        cc: &[],
        copy_for: None,
        subject: &letter.rendered.subject,
        body: &letter.rendered.body,
        html: None,
        files: &letter.files,
        message_id: &letter.message_id,
        // An adviser has seen nothing of the region's thread.
        thread: if letter.recipient.is_adviser { Thread::default() } else { Thread::of(&thread) },
        ticket: Some(ticket.id),
        message_ref: None,
        leaves_at: leaves.at(),
        written: Some((
            author.as_str(),
            OwnWords {
                text: &letter.rendered.body,
                staff: &desk.rules.staff,
                shows_names: desk.answers.sign_with_name,
                desk: &desk.rules.gate.own_addresses,
                theirs: &theirs,
            },
        )),
    });
    let mails: Vec<Outgoing<'_>> = mails.collect();
    let queued = enqueue_all(operation, &mails)?;
    Ok(queued.map_err(|(nth, why)| unsent(&ticket.number, mails.get(nth).map_or("", |mail| mail.to), why)))
}
