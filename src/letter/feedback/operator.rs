//! What came of an operation on a ticket, in English for the operator.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::{meetings, span_fault_to_operator};
use crate::{
    desk::{
        feedback::{Debt, Done, Leaves, Refused},
        japanese_date::SpanFault,
    },
    letter::{Purpose, faq, handling, report, results},
};

#[must_use]
pub fn to_operator(done: &Done, zone: Tz) -> String {
    match done {
        Done::Noted(number) => format!("{number}: noted"),
        Done::Tagged { number, tags } => format!("{number}: tagged {}", tags.join("、")),
        Done::Assigned { number, address, .. } => format!("{number}: assigned to {address}"),
        Done::Closed(number) => format!("{number}: closed"),
        Done::Reopened { number, deadline } => {
            format!("{number}: open, due {}", deadline.map(|at| local(at, zone)).unwrap_or_default())
        }
        Done::Accepted { number, deadline, told } => {
            let due = deadline.map(|at| local(at, zone)).unwrap_or_default();
            let receipt = if *told { "the receipt leaves" } else { "no receipt leaves" };
            format!("{number}: the last mail is the inquiry, due {due}; {receipt}")
        }
        Done::Held { number, left, until: None, .. } => format!("{number}: waiting, {left} left"),
        Done::Held { number, left, until: Some(until), leaves } => {
            let letter = leaves.map_or("no letter".to_owned(), |leaves| leaves_to_operator(leaves, zone));
            format!("{number}: held until {until}, {left} left; the inquirer is told: {letter}")
        }
        Done::Merged { number, into, debt } => {
            let debt = match debt {
                Debt::Kept => String::new(),
                Debt::Reopened => format!("; {into} is open again"),
                Debt::OtherWaits => format!(
                    "; {into} is open again, because the inquirer of {number} has no answer; `ticket resend {into}` sends them that of {into}"
                ),
            };
            format!("{number}: merged into {into}{debt}")
        }
        Done::Away { name, first, last, substitute } => {
            let substitute = substitute.as_deref().unwrap_or("the leads");
            format!("{name}: away from {first} to {last}; {substitute} gets the mails")
        }
        Done::Back(name) => format!("{name}: no absence is registered any more"),
        Done::CalledBack(number) => format!("{number}: called back"),
        Done::Queued { number, leaves, .. } => format!("{number}: {}", leaves_to_operator(*leaves, zone)),
        Done::Forwarded { number, leaves, until, told } => {
            let letter = told.map_or("no letter".to_owned(), |leaves| leaves_to_operator(leaves, zone));
            format!(
                "{number}: {}; held until {until}; the inquirer is told: {letter}",
                leaves_to_operator(*leaves, zone)
            )
        }
        Done::Cancelled { number, .. } => format!("{number}: cancelled"),
        Done::Sending { number, leaves_at } => format!("{number}: leaves at {}", local(*leaves_at, zone)),
        Done::Approved { number, .. } => format!("{number}: approved"),
        Done::Rejected(number) => format!("{number}: rejected"),
        Done::ApplicationAccepted(number) => format!("{number}: accepted"),
        Done::ApplicationWithdrawn(number) => format!("{number}: withdrawn"),
        Done::FormTyped { number, missing } => {
            let missing: Vec<&str> = missing.iter().map(|field| field.as_str()).collect();
            let missing = if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") };
            format!("{number}: the form is in force, missing: {missing}")
        }
        Done::FieldSet { number, field } => format!("{number}: {field} is set"),
        Done::Arranged { number, meeting, told, leaves, .. } => format!(
            "{number}: {} {} is {}, from {}; {told} letters: {}",
            meeting.kind,
            meeting.nth,
            meeting.stage,
            local(meeting.starts, zone),
            leaves_to_operator(*leaves, zone)
        ),
        Done::VisitDeclined { number, nth } => format!("{number}: visit {nth} is declined"),
        Done::Minutes { number, kind, nth, .. } => format!("{number}: {kind} {nth} is held"),
        Done::Results(done) => results::done_to_operator(done),
        Done::Handled(done) => handling::done_to_operator(done),
        Done::Entry(done) => faq::done_to_operator(done),
        Done::PartOf { number, case } => format!("{number}: belongs to {case}"),
    }
}

fn leaves_to_operator(leaves: Leaves, zone: Tz) -> String {
    match leaves {
        Leaves::At(at) => format!("queued for {}", local(at, zone)),
        Leaves::Approved => "waits for a lead".to_owned(),
        Leaves::Confirmed => "waits for `ticket send`".to_owned(),
        Leaves::Chosen => {
            "waits for `ticket send`, because somebody else has written to this inquirer".to_owned()
        }
        Leaves::Doubted => "waits for `ticket send`, because it may be meant for somebody else".to_owned(),
    }
}

#[must_use]
pub fn refusal_to_operator(refused: &Refused) -> String {
    match refused {
        Refused::AbsenceDays(SpanFault::OutsidePeriod) => {
            "an absence lies within half a year from today".to_owned()
        }
        Refused::AbsenceDays(fault) => span_fault_to_operator(*fault).to_owned(),
        Refused::NoSubstitute => "name another member as the substitute".to_owned(),
        Refused::SubstituteAway(name) => format!("{name} is away on some of these days, too"),
        Refused::NotAway(name) => format!("{name} has registered no absence"),
        Refused::NoSuchTicket(number) => format!("there is no ticket {number}"),
        Refused::NotOnATicket => "not an operation on a ticket".to_owned(),
        Refused::NoApplication(number) => format!("{number}: is an inquiry, not an application"),
        Refused::Results(refused) => results::refused_to_operator(refused),
        Refused::Unhandled(refused) => handling::refused_to_operator(refused),
        Refused::Unreported(refused) => report::refused_to_operator(refused),
        Refused::Entry(refused) => faq::refused_to_operator(refused),
        Refused::NotSupported(number) => format!("{number}: is not supported (yet)"),
        Refused::Span { number, fault } => format!("{number}: {}", span_fault_to_operator(*fault)),
        Refused::Unarranged { number, why } => format!("{number}: {}", meetings::to_operator(*why)),
        Refused::NoSingleAdviser { who, known } => {
            format!("{who:?} is not one adviser with an address; known: {}", known.join(", "))
        }
        Refused::LettersWait(number) => {
            format!(
                "{number}: the letters about the last change wait in the outbox; cancel them, or wait until they have left"
            )
        }
        Refused::NoMinutes(number) => format!("{number}: the minutes have no text"),
        Refused::CannotBePart { number, case } => {
            format!("{number}: cannot be a part of {case}; name an inquiry and an application")
        }
        Refused::Stage { number, stage } => format!("{number} is {stage}, which does not allow this"),
        Refused::NoSingleForm { number, forms, why } => {
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{number}: {forms} application forms{why}; give one .docx with one form")
        }
        Refused::NoField { number, name } => format!("{number}: the form has no field {name:?}"),
        Refused::BadValue { number, field } => format!("{number}: {field} cannot have this value"),
        Refused::EmptyNote(number) => format!("{number}: the note has no text"),
        Refused::NoSingleMember { who, known } => {
            format!("{who:?} names no single member of staff; known: {}", known.join(", "))
        }
        Refused::CloseWithoutReason(number) => format!("{number} was never answered; say why it is closed"),
        Refused::CloseUnanswered { number, waiting } => {
            let waiting = waiting.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!(
                "{number}: the inquirers of {waiting} have no answer; `ticket resend {number}`, or say why it is closed"
            )
        }
        Refused::AlreadyClosed(number) => format!("{number} is closed already"),
        Refused::AlreadyOpen(number) => format!("{number} is open already"),
        Refused::ReopenMerged { number, into } => format!("{number} was merged into {into}"),
        Refused::HoldWithoutDay(number) => format!("{number}: say until which day, with --until"),
        Refused::HoldDay { number, fault: SpanFault::OutsidePeriod } => {
            format!("{number}: a hold ends on a day after today, within half a year")
        }
        Refused::HoldDay { number, fault } => format!("{number}: {}", span_fault_to_operator(*fault)),
        Refused::HoldOnClosedDay { number, day } => format!("{number}: the desk is closed on {day}"),
        Refused::HeldAlready { number, day } => format!("{number} is held until {day} already"),
        Refused::NotOpen { number, status } => {
            format!("{number} is {status}, and only an open ticket can wait")
        }
        Refused::CannotMerge { number, into } => {
            format!("{number} cannot be merged into {into}: it is the same, or one of them was merged before")
        }
        Refused::AlreadyAnswered { number, status } => format!("{number} is {status} already"),
        Refused::NoText(number) => format!("{number}: there is no text"),
        Refused::WriteToMerged { number, into } => format!("{number} was merged into {into}; answer that"),
        Refused::NoAddress(number) => format!("{number}: the inquirer has no mail address"),
        Refused::SameText(number) => {
            format!("{number}: the very same text was taken before, and is not sent twice")
        }
        Refused::Guarded { number, violation } => {
            format!(
                "{number}: the text must not reach an inquirer: {} {:?}",
                violation.code(),
                violation.line()
            )
        }
        Refused::TooLarge(number) => {
            format!("{number}: the text is larger than delivery.max_mail_size; shorten or attach it")
        }
        Refused::BadAddress { number, to } => {
            format!("{number}: {to} is no address that mail can be sent to")
        }
        Refused::MailWaits { number, written, .. } => format!(
            "{number}: its {} waits in the outbox; cancel it, or wait until it has left",
            Purpose::from(*written)
        ),
        Refused::NothingWaits(number) => format!("{number}: nothing is about to leave"),
        Refused::WhichDraft(number) => format!("{number}: several mails wait; name one by its outbox id"),
        Refused::BeingSent(number) => format!("{number}: it is leaving now"),
        Refused::OnlyLeads => "only a lead may do this".to_owned(),
        Refused::NothingToApprove(number) => format!("{number}: nothing waits for a lead"),
    }
}

/// An instant for the operator: RFC 3339, in the desk's time zone.
fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)
}
