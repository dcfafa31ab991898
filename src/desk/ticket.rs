//! A ticket (照会票): its number, its states, and the legal moves between them.
//! Decides nothing about mail; `triage` does.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    calendar::BusinessTime,
    form::{FieldKey, Fields},
};
use crate::words::closed_set;

/// A ticket number such as `ZT-2025-0001`: prefix, Japanese fiscal year, serial of four or more digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketNumber {
    prefix: String,
    fiscal_year: i32,
    serial: u32,
}

impl TicketNumber {
    /// Puts a number together. The prefix is checked in the settings.
    #[must_use]
    pub fn new(prefix: &str, fiscal_year: i32, serial: u32) -> Self {
        Self { prefix: prefix.to_owned(), fiscal_year, serial }
    }

    /// The Japanese fiscal year, by the calendar year in which it begins.
    #[must_use]
    pub fn fiscal_year(&self) -> i32 {
        self.fiscal_year
    }

    /// The serial within the fiscal year, from 1.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The first number in `[…]` in a subject, as ticket mail carries it.
    #[must_use]
    pub fn in_subject(subject: &str, prefix: &str) -> Option<Self> {
        let folded: String = subject.chars().map(half_width).collect();
        folded.split('[').skip(1).find_map(|rest| {
            let number: Self = rest.split(']').next()?.trim().to_ascii_uppercase().parse().ok()?;
            (number.prefix == prefix).then_some(number)
        })
    }
}

/// Full-width ASCII as a phone may send it, in half width.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' => '[',
        '】' => ']',
        '−' | '‐' | '–' => '-',
        _ => c,
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.prefix, self.fiscal_year, self.serial)
    }
}

impl FromStr for TicketNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is not a ticket number; allowed: PREFIX-YEAR-NUMBER such as ZT-2025-0001");
        let mut parts = text.split('-');
        let (Some(prefix), Some(year), Some(serial), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let good = (2..=6).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_uppercase())
            && year.len() == 4
            && serial.len() >= 4
            && digits(year)
            && digits(serial);
        if !good {
            return Err(wrong());
        }
        Ok(Self::new(prefix, year.parse().map_err(|_| wrong())?, serial.parse().map_err(|_| wrong())?))
    }
}

impl Serialize for TicketNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

closed_set! {
    /// Where a ticket stands.
    Status {
        /// The desk owes an answer.
        Open = "open",
        /// The inquirer owes missing fields or a detail; the clock is held.
        Waiting = "waiting",
        /// The answer has been given.
        Answered = "answered",
        /// Nothing more is expected.
        Closed = "closed",
    }
}

closed_set! {
    /// How an inquiry came.
    Channel {
        /// By mail.
        Email = "email",
        /// By telephone.
        Telephone = "telephone",
    }
}

closed_set! {
    /// Which way a step of the conversation went.
    Direction {
        /// From the inquirer.
        In = "in",
        /// To the inquirer.
        Out = "out",
        /// Among staff.
        Note = "note",
    }
}

/// Where a ticket stands, and its clock. A held clock has no deadline but keeps what was left of the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    status: Status,
    deadline: Option<DateTime<Utc>>,
    budget_left: BusinessTime,
}

impl Standing {
    /// A ticket to which the desk owes an answer until `deadline`.
    #[must_use]
    pub fn open(deadline: DateTime<Utc>, budget: BusinessTime) -> Self {
        Self { status: Status::Open, deadline: Some(deadline), budget_left: budget }
    }

    /// A ticket whose inquirer owes something: the clock has not started.
    #[must_use]
    pub fn waiting(budget: BusinessTime) -> Self {
        Self { status: Status::Waiting, deadline: None, budget_left: budget }
    }

    /// As it was stored; the store's border is the only caller.
    #[must_use]
    pub fn stored(status: Status, deadline: Option<DateTime<Utc>>, budget_left: BusinessTime) -> Self {
        Self { status, deadline, budget_left }
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// When the answer is due; `None` while nothing is owed by the desk.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        self.deadline
    }

    /// Business time that was left when the clock was last started or held.
    #[must_use]
    pub fn budget_left(&self) -> BusinessTime {
        self.budget_left
    }

    /// Whether the answer is late at `now`: exact to the second, and not at the deadline itself.
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Open && self.deadline.is_some_and(|deadline| now > deadline)
    }

    /// The inquirer wrote again: an answered or waiting ticket is owed an answer until `deadline`;
    /// an open one keeps its clock; a closed one stays closed.
    #[must_use]
    pub fn heard_from_inquirer(self, deadline: DateTime<Utc>, budget: BusinessTime) -> Self {
        match self.status {
            Status::Answered | Status::Waiting => Self::open(deadline, budget),
            Status::Open | Status::Closed => self,
        }
    }
}

/// A ticket to file.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// How it came.
    pub channel: Channel,
    /// The four fields as read.
    pub fields: Fields,
    /// Those that are absent or blank.
    pub missing: Vec<FieldKey>,
    /// Evident from the organization.
    pub prefecture: Option<&'static str>,
    /// Where it stands.
    pub standing: Standing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_only_in_their_one_form() {
        for (text, good) in [
            ("ZT-2025-0001", true),
            ("ZT-2025-12345", true),
            ("ZT-2025-001", false),
            ("zt-2025-0001", false),
            ("ZT-25-0001", false),
            ("ZT-2025-0001-2", false),
            ("ZT-2025-00a1", false),
            ("", false),
            ("ZT-2025-99999999999", false),
        ] {
            assert_eq!(
                text.parse::<TicketNumber>().map(|n| n.to_string()).ok(),
                good.then(|| text.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_subject_names_a_ticket_only_in_brackets_and_with_our_prefix() {
        let check = |subject: &str| TicketNumber::in_subject(subject, "ZT").map(|number| number.to_string());
        assert_eq!(check("Re: [ZT-2025-0001] 拠点整備・運用に関する照会").as_deref(), Some("ZT-2025-0001"));
        assert_eq!(check("RE: ［ＺＴ－２０２５－０００１］ 照会").as_deref(), Some("ZT-2025-0001"));
        assert_eq!(check("[外部] Re: [zt-2025-0012] x").as_deref(), Some("ZT-2025-0012"));
        assert_eq!(check("ZT-2025-0001 について"), None);
        assert_eq!(check("[AB-2025-0001] x"), None);
    }

    #[test]
    fn a_ticket_is_overdue_after_its_deadline_and_not_at_it() {
        let deadline = "2025-07-02T08:00:00Z".parse().unwrap();
        let standing = Standing::open(deadline, BusinessTime::from_hours(16));
        assert!(!standing.overdue(deadline));
        assert!(standing.overdue(deadline + chrono::TimeDelta::seconds(1)));
    }
}
