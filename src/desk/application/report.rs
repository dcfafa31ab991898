//! 実施報告: what the report on a call and its support says, as data. `letter` has the words, `views` reads it from the store.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;

use super::{
    Stage, Unread,
    decision::{Decision, ReviewVerdict},
};
use crate::desk::{
    meeting::{MeetingKind, MeetingStage},
    ticket::TicketNumber,
};

/// An instant in the desk's time zone.
pub type Local = DateTime<FixedOffset>;

#[derive(Debug, Clone, Serialize)]
pub struct SupportReport {
    pub title: String,
    /// 申込締切
    pub closes: NaiveDate,
    pub starts: NaiveDate,
    pub ends: NaiveDate,
    /// 観点 of the reviews.
    pub criteria: Vec<String>,
    pub made_at: Local,
    pub applications: Vec<Applied>,
    pub cases: Vec<Supported>,
}

/// An application of the call.
#[derive(Debug, Clone, Serialize)]
pub struct Applied {
    pub number: TicketNumber,
    pub prefecture: String,
    pub area: String,
    pub stage: Stage,
    pub decision: Option<Decision>,
    pub received_at: Local,
    /// Whether the first form came in time.
    pub in_time: bool,
    /// Forms that were handed in or typed.
    pub versions: usize,
    /// Why the last form is not read.
    pub unread: Option<Unread>,
    pub notified_at: Option<Local>,
    /// Days from the last day of the call to the result.
    pub days_to_result: Option<i64>,
    /// How it was decided. Only for the desk itself, so it is there only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
}

/// How an application was decided.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub decided_at: Option<Local>,
    /// Name of the lead.
    pub decided_by: Option<String>,
    pub reason: String,
    pub reviews: Vec<Reviewed>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Reviewed {
    /// Name of the member.
    pub reviewer: String,
    pub at: Local,
    pub conflict: bool,
    /// One for each criterion; none with a conflict.
    pub scores: Vec<u32>,
    /// The comment, or the reason of the conflict.
    pub comment: String,
}

impl Reviewed {
    #[must_use]
    pub fn new(reviewer: String, at: Local, verdict: ReviewVerdict) -> Self {
        let conflict = verdict.is_conflict();
        let (scores, comment) = match verdict {
            ReviewVerdict::Scored { scores, comment } => (scores, comment),
            ReviewVerdict::Conflict(reason) => (Vec::new(), reason),
        };
        Self { reviewer, at, conflict, scores, comment }
    }
}

/// A region that is or was supported.
#[derive(Debug, Clone, Serialize)]
pub struct Supported {
    pub number: TicketNumber,
    pub region: String,
    pub meetings: Vec<Met>,
    pub questions: Vec<Asked>,
    /// Meetings that are neither held nor cancelled, and questions without an answer.
    pub open: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct Met {
    pub kind: MeetingKind,
    pub nth: u32,
    pub stage: MeetingStage,
    pub starts_at: Local,
    pub ends_at: Local,
    pub place: Option<String>,
    pub url: Option<String>,
    pub agenda: Option<String>,
    /// Name of the adviser, or their address.
    pub adviser: Option<String>,
    /// How often it was changed after it was set or asked for.
    pub changes: usize,
    /// Names of the files of the minutes.
    pub minutes: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    pub number: TicketNumber,
    pub asked_at: Local,
    pub answered_at: Option<Local>,
    /// Business time from the question to the answer, without pauses.
    pub business_seconds: Option<i64>,
    pub in_time: Option<bool>,
}
