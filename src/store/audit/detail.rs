//! The detail text of each event. The hash chain covers it: a test holds every text.

use std::fmt;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;

use super::{AuditEvent, DeliveryAttempt, Erasure};
use crate::desk::{
    feedback::Leaves,
    triage::{Apart, Mention},
};

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filed { mentions: Some(Mention { ticket, why }), warnings } => {
                let why = match why {
                    Apart::NotJoined => "whose thread it could not join",
                    Apart::AnotherInquiry => "which is answered, and has another inquiry",
                };
                with_warnings(f, &format!("mentions {ticket}, {why}"), warnings)
            }
            Self::Filed { mentions: None, warnings }
            | Self::Joined { warnings }
            | Self::StaffMail { warnings } => with_warnings(f, "", warnings),
            Self::ApplicationFiled { submission, version, in_time, unread, stage, warnings } => {
                let time = if *in_time { "in time" } else { "late" };
                let unread = unread.map(|why| format!(", unread: {why}")).unwrap_or_default();
                let text = format!("form {submission}, version {version}, {time}{unread}: {stage}");
                with_warnings(f, &text, warnings)
            }
            Self::ApplicationAccepted { submission } | Self::FormTyped { submission } => {
                write!(f, "form {submission}")
            }
            Self::FieldSet { submission, field } => write!(f, "{field}, form {submission}"),
            Self::FiledByTelephone => f.write_str("by telephone"),
            Self::DeliveryReport { failed, warnings } => {
                with_warnings(f, if *failed { "failed" } else { "nothing changes" }, warnings)
            }
            Self::Parked { reason, warnings } => with_warnings(f, reason.as_str(), warnings),
            Self::Duplicate { of, warnings } => with_warnings(f, &format!("of message {of}"), warnings),
            Self::Refused(refusal) => f.write_str(&refusal.audit()),
            Self::Withheld { attempts } | Self::Failed { attempts } => write!(f, "attempt {attempts}"),
            Self::Deferred { purpose, outbox } | Self::Queued { purpose, outbox } => {
                write!(f, "{purpose} (outbox {outbox})")
            }
            Self::Sent(attempt) | Self::Delayed(attempt) | Self::Undeliverable(attempt) => attempt.fmt(f),
            Self::Unconfirmed(attempt) => write!(f, "{attempt} after the final dot: the mail may have left"),
            Self::Bounced { purpose, outbox, status } => {
                write!(f, "{purpose} (outbox {outbox}): {}", status.as_deref().unwrap_or_default())
            }
            Self::MailRetried { outbox }
            | Self::MailCancelled { outbox }
            | Self::Cancelled { outbox }
            | Self::Approved { outbox }
            | Self::Released { outbox }
            | Self::Stopped { outbox }
            | Self::Rejected { outbox } => write!(f, "outbox {outbox}"),
            Self::Written { leaves: Leaves::Approved, .. } => f.write_str("waits for a lead"),
            Self::Written { leaves: Leaves::Confirmed, .. } => f.write_str("waits for its author"),
            Self::Written { leaves: Leaves::Chosen, .. } => {
                f.write_str("waits for a member, because a colleague wrote too")
            }
            Self::Written { leaves: Leaves::Doubted, .. } => {
                f.write_str("waits for a member, because it may be meant for somebody else")
            }
            Self::Absent(absence) => absence.fmt(f),
            Self::Back { member } => f.write_str(member),
            Self::Corrected(what) => {
                f.write_str(&what.iter().map(|what| what.as_str()).collect::<Vec<_>>().join(", "))
            }
            Self::Assigned { to } => f.write_str(to),
            Self::Tagged { tags } => f.write_str(&tags.join(", ")),
            Self::Reopened { deadline } | Self::HoldEnded { deadline } => f.write_str(&local_text(*deadline)),
            Self::Held { left, until: None } => write!(f, "{left}"),
            Self::Held { left, until: Some(until) } => write!(f, "until {until}, {left}"),
            Self::MergedInto(into) => write!(f, "into {into}"),
            Self::Absorbed(number) => write!(f, "{number} became part of this"),
            Self::Unanswered => f.write_str("no answer yet; staff decide"),
            Self::Recounted { before, after } => {
                write!(f, "the calendar has changed: {} → {}", local_text(*before), local_text(*after))
            }
            Self::RawErased { mails, before } => {
                write!(f, "{mails} mails from before {}", before.format("%Y-%m-%d"))
            }
            Self::PersonalErased(erasure) => erasure.fmt(f),
            Self::Meeting { kind, nth, stage, sequence } => {
                write!(f, "{kind} {nth} {stage}, version {sequence}")
            }
            Self::Reminded { kind, nth } => write!(f, "{kind} {nth}"),
            Self::PartOf(case) => write!(f, "of {case}"),
            Self::FaqProposed(entry) | Self::FaqChanged(entry) | Self::FaqWithdrawn(entry) => {
                write!(f, "{entry}")
            }
            Self::FaqReleased { entry, hash } => write!(f, "{entry}, SHA-256 {hash}"),
            Self::FaqExported { entries, format, hash } => {
                write!(f, "{entries} entries as {format}, SHA-256 {hash}")
            }
            Self::ReportIssued { first, last, nth, hash } => {
                write!(f, "{first} to {last}, edition {nth}, SHA-256 {hash}")
            }
            Self::NumbersSkipped { count, next } => write!(f, "{count} ticket numbers; the next is {next}"),
            Self::Reviewed { conflict: true } => f.write_str("conflict of interest"),
            Self::Reviewed { conflict: false } => Ok(()),
            // The letter names the selected region; the audit says only that somebody decided.
            Self::Decided { decision } | Self::ResultQueued { decision } => write!(f, "{decision}"),
            Self::Written { leaves: Leaves::At(_), .. }
            | Self::HandedOver
            | Self::Discarded
            | Self::TakenIn
            | Self::OriginalSent
            | Self::ApplicationWithdrawn
            | Self::NoticeWritten
            | Self::ResultStopped
            | Self::ResultSent
            | Self::Noted
            | Self::Closed
            | Self::CalledBack
            | Self::Deadline(_)
            | Self::KeyRotated => Ok(()),
        }
    }
}

impl fmt::Display for DeliveryAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, outbox, attempt, codes } = self;
        write!(f, "{purpose} (outbox {outbox}, attempt {attempt}): {codes}")
    }
}

impl fmt::Display for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retention => f.write_str("retention"),
            Self::OnRequest => f.write_str("on request"),
            Self::OnRequestElsewhere { messages, mails } => {
                write!(f, "on request: {messages} messages without a ticket, {mails} mails")
            }
        }
    }
}

/// `text [code, code]`.
fn with_warnings(f: &mut fmt::Formatter<'_>, text: &str, codes: &[&str]) -> fmt::Result {
    let codes = if codes.is_empty() { String::new() } else { format!("[{}]", codes.join(", ")) };
    let space = if text.is_empty() || codes.is_empty() { "" } else { " " };
    write!(f, "{text}{space}{codes}")
}

/// RFC 3339 in the desk's time zone; empty for `None`.
fn local_text(at: Option<DateTime<Tz>>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
