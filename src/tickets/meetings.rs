//! Meetings and visits of a region that is supported: set, moved, cancelled and held. Everybody is told by letters that wait
//! like answers, and a change whose letters are stopped is taken back.

mod letters;

use sha2::{Digest, Sha256};

use self::letters::{Announced, announce};
pub use self::letters::{in_words, remind_at};
use super::{answer::Draft, commands::find};
use crate::{
    desk::{
        application::{Adviser, Stage, Support},
        calendar::earliest,
        feedback::{Done, Refused},
        meeting::{Arranged, Details, Meeting, MeetingStage, Meetings, Most, Plan, Unarranged, is_named},
        staff_mail::SupportCommand,
        ticket::{Direction, TicketKind, TicketNumber},
    },
    hex,
    letter::{Change, minutes_in_words},
    mail::{Attachment, Mailbox},
    notify::drafts,
    service::{Desk, Fault, Operation, Outcome},
    store::{AuditEvent, CaseRow, MeetingRow, NewEntry, TicketRow},
};

/// What came with an order besides its words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brought<'a> {
    pub files: &'a [Attachment],
    /// The ledger row that has the files.
    pub message: Option<i64>,
    /// To and Cc of the mail.
    pub sent_to: &'a [Mailbox],
}

impl<'a> Brought<'a> {
    /// A text that leaves with what came with its order.
    pub(super) fn with(self, text: &'a str) -> Draft<'a> {
        Draft { text, files: self.files, left_out: "", message: self.message, sent_to: self.sent_to }
    }
}

/// A case with its meetings, as an order finds it.
struct Course<'a> {
    ticket: &'a TicketRow,
    case: CaseRow,
    support: &'a Support,
    rows: Vec<MeetingRow>,
}

impl Course<'_> {
    fn meetings(&self) -> Meetings {
        Meetings(self.rows.iter().map(|row| row.meeting.clone()).collect())
    }

    fn row(&self, meeting: &Meeting) -> Option<&MeetingRow> {
        self.rows.iter().find(|row| row.meeting.kind == meeting.kind && row.meeting.nth == meeting.nth)
    }

    fn unarranged(&self, why: Unarranged) -> Refused {
        Refused::Unarranged { number: self.ticket.number.clone(), why }
    }
}

/// Carries out an order about a meeting or a visit.
///
/// # Errors
/// When the database or a template fails. Then the caller must not commit.
pub async fn carry_out(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    command: &SupportCommand,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    let course = match course(operation, operation.desk, ticket).await? {
        Ok(course) => course,
        Err(refused) => return Ok(Err(refused)),
    };
    let (meetings, now) = (course.meetings(), operation.now);
    let (made, message) = match command {
        SupportCommand::Arrange(arranged) => {
            let plan = match plan(operation, &course, arranged) {
                Ok(plan) => plan,
                Err(refused) => return Ok(Err(refused)),
            };
            let call = &course.support.call;
            let most = Most { meetings: *call.meetings.end(), visits: call.visits };
            let made = meetings.arranged((arranged.kind, arranged.nth), plan, most, now);
            (made, arranged.details.message.as_deref())
        }
        SupportCommand::Cancel { kind, nth, message } => {
            (meetings.cancelled(*kind, *nth), message.as_deref())
        }
        SupportCommand::ConfirmVisit { nth, message } => (meetings.confirmed(*nth, now), message.as_deref()),
        SupportCommand::VisitDeclined { nth } => (meetings.declined(*nth), None),
        SupportCommand::Minutes { kind, nth, text } => {
            return match meetings.held(*kind, *nth, now) {
                Ok(held) => minutes(operation, &course, &held, text, brought).await,
                Err(why) => Ok(Err(course.unarranged(why))),
            };
        }
        _ => return Ok(Err(Refused::NotOnATicket)),
    };
    let made = match made {
        Ok(made) => made,
        Err(why) => return Ok(Err(course.unarranged(why))),
    };
    let before = course.row(&made).filter(|row| row.meeting.is_live());
    if let Some(before) = before
        && letters_wait(operation, ticket, before).await?
    {
        return Ok(Err(Refused::LettersWait(ticket.number.clone())));
    }
    if matches!(command, SupportCommand::VisitDeclined { .. }) {
        operation.tx.add_meeting(ticket.id, &made, None).await?;
        record(operation, ticket, &made);
        return Ok(Ok(Done::VisitDeclined { number: ticket.number.clone(), nth: made.nth }));
    }
    tell(operation, &course, before, made, message.unwrap_or_default()).await
}

/// Adds the version and queues the letters about it.
async fn tell(
    operation: &mut Operation<'_>,
    course: &Course<'_>,
    before: Option<&MeetingRow>,
    made: Meeting,
    message: &str,
) -> Result<Outcome, Fault> {
    let ticket = course.ticket;
    let known = before.map(|row| &row.meeting);
    let change = match (made.stage, known.map(|known| known.stage)) {
        (MeetingStage::Cancelled, Some(MeetingStage::Asked)) => Change::Withdrawn,
        (MeetingStage::Cancelled, _) => Change::Cancelled,
        (stage, Some(known)) if stage == known => Change::Changed,
        _ => Change::New,
    };
    let reminded = before.and_then(|row| row.reminded_for).filter(|at| *at == made.starts);
    // A letter about a near meeting makes the reminder needless.
    let due = remind_at(operation.desk, made.starts);
    let reminded = reminded.or_else(|| due.is_none_or(|due| due <= operation.now).then_some(made.starts));
    let id = operation.tx.add_meeting(ticket.id, &made, reminded).await?;
    let told = match before {
        Some(before) => operation.tx.told_of_meeting(ticket.id, &fingerprint(before.id)).await?,
        None => Vec::new(),
    };
    let announced = Announced {
        meeting: &made,
        before: known,
        change,
        told: &told,
        message,
        fingerprint: &fingerprint(id),
    };
    let (told, leaves) = match announce(operation, course, &announced).await? {
        Ok(announced) => announced,
        Err(refused) => {
            operation.tx.forget_meeting(id).await?;
            return Ok(Err(refused));
        }
    };
    record(operation, ticket, &made);
    let number = ticket.number.clone();
    let owed = ticket.clock.is_owed();
    Ok(Ok(Done::Arranged { number, meeting: Box::new(made), told, leaves, owed }))
}

fn record(operation: &mut Operation<'_>, ticket: &TicketRow, meeting: &Meeting) {
    let Meeting { kind, nth, stage, sequence, .. } = *meeting;
    operation.record(ticket, AuditEvent::Meeting { kind, nth, stage, sequence });
}

/// The case of a ticket, if it is supported.
async fn course<'a>(
    operation: &mut Operation<'_>,
    desk: &'a Desk,
    ticket: &'a TicketRow,
) -> Result<Result<Course<'a>, Refused>, Fault> {
    let number = || ticket.number.clone();
    let Some(case) = operation.tx.case(ticket.id).await? else {
        return Ok(Err(Refused::NoApplication(number())));
    };
    let support = desk.rules.support.as_ref();
    match support.filter(|_| case.stage == Stage::Supported) {
        Some(support) => {
            let rows = operation.tx.meetings_of(ticket.id).await?;
            Ok(Ok(Course { ticket, case, support, rows }))
        }
        None => Ok(Err(Refused::NotSupported(number()))),
    }
}

/// What an order says, with its year and its adviser found.
fn plan(operation: &Operation<'_>, course: &Course<'_>, arranged: &Arranged) -> Result<Plan, Refused> {
    let (call, zone) = (&course.support.call, operation.desk.rules.calendar.time_zone());
    let number = || course.ticket.number.clone();
    let span = arranged.span.map(|span| span.within(call.starts, call.ends)).transpose();
    let span = span.map_err(|fault| Refused::Span { number: number(), fault })?;
    let Details { place, url, agenda, adviser, .. } = arranged.details.clone();
    let adviser = adviser.map(|who| adviser_of(course.support, &who)).transpose()?;
    Ok(Plan {
        span: span.and_then(|(from, to)| Some((earliest(from, zone)?, earliest(to, zone)?))),
        place,
        url,
        agenda,
        adviser,
    })
}

/// The address of the one adviser who is meant by a name, a part of it or an address.
fn adviser_of(support: &Support, who: &str) -> Result<String, Refused> {
    let names = |adviser: &&Adviser| {
        let address = adviser.address.as_deref().unwrap_or_default();
        is_named(&adviser.name, who) || address.eq_ignore_ascii_case(who.trim())
    };
    let found: Vec<&Adviser> = support.advisers.iter().filter(names).collect();
    let address = match found.as_slice() {
        [adviser] => adviser.address.clone(),
        _ => None,
    };
    address.ok_or_else(|| Refused::NoSingleAdviser {
        who: who.to_owned(),
        known: support.advisers.iter().map(|adviser| adviser.name.clone()).collect(),
    })
}

/// The part of the letters' Message-IDs that names a version.
fn fingerprint(row: i64) -> String {
    hex::encode(&Sha256::digest(format!("meeting {row}"))).chars().take(16).collect()
}

/// Whether letters about a version can still be stopped.
async fn letters_wait(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    row: &MeetingRow,
) -> Result<bool, Fault> {
    let fingerprint = fingerprint(row.id);
    let drafts = operation.tx.drafts(ticket.id).await?;
    Ok(drafts.iter().any(|draft| {
        let mark = drafts::mark(draft.purpose, &draft.message_id);
        !mark.is_empty() && fingerprint.starts_with(mark)
    }))
}

/// Takes back the version whose letters were stopped.
pub(super) async fn take_back(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    mark: &str,
) -> Result<(), Fault> {
    let rows = operation.tx.meetings_of(ticket.id).await?;
    if let Some(row) = rows.iter().find(|row| !mark.is_empty() && fingerprint(row.id).starts_with(mark)) {
        operation.tx.forget_meeting(row.id).await?;
    }
    Ok(())
}

/// A note with the minutes and their files.
async fn minutes(
    operation: &mut Operation<'_>,
    course: &Course<'_>,
    held: &Meeting,
    text: &str,
    brought: Brought<'_>,
) -> Result<Outcome, Fault> {
    let (ticket, actor) = (course.ticket, operation.actor);
    let number = ticket.number.clone();
    let Some(row) = course.row(held) else { return Ok(Err(Refused::NoMinutes(number))) };
    if text.trim().is_empty() && brought.files.is_empty() {
        return Ok(Err(Refused::NoMinutes(number)));
    }
    let title = minutes_in_words(held.kind, held.nth);
    let words = format!("{title}\n{}", text.trim());
    let from = Mailbox { name: Some(actor.name()), address: actor.audit() };
    let entry = operation.tx.add_entry(&NewEntry {
        ticket_id: ticket.id,
        message_ref: brought.message,
        direction: Direction::Note,
        from: Some(&from),
        recipients: Vec::new(),
        at: operation.now,
        text: words.trim_end(),
        attachments: brought.files,
    });
    operation.tx.hold_meeting(row.id, entry).await?;
    record(operation, ticket, held);
    Ok(Ok(Done::Minutes { number, kind: held.kind, nth: held.nth, files: brought.files.len() }))
}

/// 所属: an inquiry belongs to an application.
///
/// # Errors
/// When the database fails.
pub async fn part_of(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    case: &TicketNumber,
) -> Result<Outcome, Fault> {
    let other = match find(operation.tx, case).await? {
        Ok(other) => other,
        Err(none) => return Ok(Err(none)),
    };
    let number = ticket.number.clone();
    if ticket.kind != TicketKind::Inquiry || other.kind != TicketKind::Application {
        return Ok(Err(Refused::CannotBePart { number, case: case.clone() }));
    }
    operation.tx.set_part_of(ticket.id, case).await?;
    operation.record(ticket, AuditEvent::PartOf(case.clone()));
    Ok(Ok(Done::PartOf { number, case: case.clone() }))
}
