//! The figures of a report: what came in a period, who asked about what, and how it was answered. Pure: tickets go in one by
//! one, so that a desk with a million of them needs no more memory than its figures.

mod difference;
mod gathering;
mod number;
mod organization;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    calendar::date_of,
    ticket::{Channel, TicketKind, TicketNumber},
    turn::Turn,
    window::fiscal_year_of,
};

pub use difference::{Difference, differences};
pub use gathering::Gathering;
pub use organization::{AskerKind, asker_kind};

/// Why an operation on a report was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreported {
    /// What a member asked for names no report.
    NoSuchReport(String),
    /// 発行 before the period is over.
    NotOver(Period),
    /// 発行 where the last edition has the same figures and the same paragraph.
    SameAs { period: Period, nth: u32 },
    /// 発行 by a member who is no lead.
    OnlyLeads,
    /// 発行 in a thread that is about no report.
    NotAReport,
}

/// The days of a report, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Period {
    /// A month. `None` if there is no such month.
    #[must_use]
    pub fn month(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Self { first, last: first.checked_add_months(Months::new(1))?.pred_opt()? })
    }

    /// A whole calendar month.
    #[must_use]
    pub fn is_month(&self) -> bool {
        Self::month(self.first.year(), self.first.month()) == Some(*self)
    }

    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        (self.first..=self.last).contains(&date_of(at, zone))
    }
}

/// What a report needs to know of a ticket.
#[derive(Debug, Clone)]
pub struct Counted {
    pub number: TicketNumber,
    pub kind: TicketKind,
    pub channel: Channel,
    pub received_at: DateTime<Utc>,
    pub prefecture: Option<String>,
    pub organization: Option<String>,
    pub tags: Vec<String>,
    /// The inquirer was asked for missing fields or a detail.
    pub asked_back: bool,
    /// It has become part of another ticket.
    pub is_merged: bool,
    /// Oldest first.
    pub turns: Vec<Turn>,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Code of the area (JIS X 0401) or word of a closed set; empty for free words such as tags.
    pub code: String,
    pub name: String,
    pub count: u64,
}

/// A ticket that is named in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub number: String,
    pub asked_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    /// When it was answered; `None` if it is open.
    pub answered_on: Option<NaiveDate>,
    /// Business days behind the deadline.
    pub days_late: u64,
}

/// The figures. Every number counts what was received in the period, as it stood at `as_of`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub period: Period,
    pub as_of: DateTime<Utc>,
    /// The period is over.
    pub complete: bool,
    pub received: Received,
    pub prefectures: Vec<Row>,
    pub askers: Vec<Row>,
    /// A ticket with two tags counts in both.
    pub topics: Vec<Row>,
    pub untagged: u64,
    pub answers: Answered,
    pub telephone: Telephone,
    pub quality: Quality,
    pub support: Support,
    /// The whole fiscal year before that of a window, where the database has it.
    #[serde(default)]
    pub last_year: Option<LastYear>,
    /// What may be read outside of the inquiries of these months. Editions of before have none.
    #[serde(default)]
    pub entries: Vec<ReportedEntry>,
}

/// Figures of last year's desk. It may have had another window, so its whole fiscal year counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastYear {
    /// The calendar year in which it began.
    pub fiscal_year: i32,
    pub received: u64,
    pub email: u64,
    pub telephone: u64,
    pub asked: u64,
    pub in_time: u64,
    pub late: u64,
    pub median_hours: Option<f64>,
    pub ninth_decile_hours: Option<f64>,
    pub undelivered: u64,
    pub applications: u64,
}

impl LastYear {
    /// `None` if nothing came in that year.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        let Report { received, answers, quality, support, .. } = report;
        (received.total + answers.asked + support.applications > 0).then(|| Self {
            fiscal_year: fiscal_year_of(report.period.first),
            received: received.total,
            email: received.email,
            telephone: received.telephone,
            asked: answers.asked,
            in_time: answers.in_time,
            late: answers.late,
            median_hours: answers.median_hours,
            ninth_decile_hours: answers.ninth_decile_hours,
            undelivered: quality.undelivered,
            applications: support.applications,
        })
    }
}

/// A released entry for the guidebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedEntry {
    pub number: String,
    pub question: String,
    pub answer: String,
    pub place: String,
    pub topic: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub total: u64,
    pub email: u64,
    pub telephone: u64,
    /// Inquiries from the beginning of the fiscal year to the end of the period.
    pub cumulative: u64,
    /// Every day of a period of up to two months, else every month by its first day.
    pub over_time: Vec<Row>,
}

/// Answers owed: one for each question of a ticket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    pub asked: u64,
    pub in_time: u64,
    pub late: u64,
    pub without_answer: u64,
    pub merged: u64,
    /// The inquirer or a third party owes something.
    pub waiting: u64,
    pub open: u64,
    /// Open and behind the deadline.
    pub overdue: u64,
    /// Business hours from the question to the answer, without holds. `None` without answers.
    pub median_hours: Option<f64>,
    /// Nine of ten answers took at most as long.
    pub ninth_decile_hours: Option<f64>,
    pub late_ones: Vec<Named>,
    pub open_ones: Vec<Named>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telephone {
    pub received: u64,
    pub called_back: u64,
    pub called_back_in_time: u64,
    /// Answered by mail.
    pub answered: u64,
    pub open: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// Mails to inquirers that could not be delivered.
    pub undelivered: u64,
    /// Tickets with a further question.
    pub asked_again: u64,
    pub merged: u64,
    pub asked_back: u64,
    /// Messages of the period that are no tickets, by reason.
    pub parked: Vec<Row>,
    /// Copies of messages.
    pub duplicates: u64,
}

/// The 伴走支援.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    pub applications: u64,
    /// Meetings and visits that were held in the period.
    pub meetings: u64,
    pub visits: u64,
}

/// Counts from beside the tickets of the period.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Inquiries from the beginning of the fiscal year to the end of the period.
    pub cumulative: u64,
    pub undelivered: u64,
    pub parked: BTreeMap<String, u64>,
    pub duplicates: u64,
    pub meetings: u64,
    pub visits: u64,
    pub entries: Vec<ReportedEntry>,
}

/// A report as it was issued.
#[derive(Debug, Clone)]
pub struct Edition {
    /// From 1.
    pub nth: u32,
    pub issued_at: DateTime<Utc>,
    /// As the audit names the actor.
    pub issued_by: String,
    /// SHA-256 of the figures as JSON.
    pub hash: String,
    /// The paragraph that staff wrote.
    pub note: String,
    pub report: Report,
}

#[cfg(test)]
mod tests;
