//! A ticket (照会票): its number, its status and its SLA clock, with the legal transitions.
//! `triage` decides what a mail does to a ticket.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    calendar::{BusinessTime, Calendar},
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
    /// Does not check the prefix; the settings do.
    #[must_use]
    pub fn new(prefix: &str, fiscal_year: i32, serial: u32) -> Self {
        Self { prefix: prefix.to_owned(), fiscal_year, serial }
    }

    /// The calendar year in which the Japanese fiscal year begins.
    #[must_use]
    pub fn fiscal_year(&self) -> i32 {
        self.fiscal_year
    }

    /// Serial within the fiscal year, starting at 1.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The ticket number in a subject: the first one in square brackets, as our mails have it, else the first one that is
    /// no part of a longer word or number. Accepts full-width characters and any dash.
    #[must_use]
    pub fn in_subject(subject: &str, prefix: &str) -> Option<Self> {
        let folded: String = subject.chars().map(half_width).collect();
        let ours = |text: &str| -> Option<Self> {
            let number: Self = text.trim().to_ascii_uppercase().parse().ok()?;
            (number.prefix == prefix).then_some(number)
        };
        let bracketed = folded.split('[').skip(1).find_map(|rest| ours(rest.split(']').next()?));
        let mut words = folded.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        bracketed.or_else(|| words.find_map(|word| ours(word.trim_matches('-'))))
    }
}

/// Maps full-width ASCII, which phones may send, to half width, and the characters that people type as dashes to `-`.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        // Hyphens and dashes, minus signs, the long vowel mark in both widths, and a box drawing line.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | 'ー' | 'ｰ' | '─' => '-',
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
    /// Status of a ticket.
    Status {
        /// The desk owes an answer; the SLA clock runs.
        Open = "open",
        /// The inquirer owes missing fields or a detail; the SLA clock is paused.
        Waiting = "waiting",
        Answered = "answered",
        /// Neither the desk nor the inquirer owes anything.
        Closed = "closed",
    }
}

closed_set! {
    /// How the desk received an inquiry.
    Channel {
        Email = "email",
        Telephone = "telephone",
    }
}

closed_set! {
    /// Direction of one entry in a ticket's conversation.
    Direction {
        /// From the inquirer.
        In = "in",
        /// To the inquirer.
        Out = "out",
        /// Internal, among staff.
        Note = "note",
    }
}

/// The SLA clock of a ticket: status, deadline, budget left and running since.
///
/// A paused clock has no deadline; it keeps the rest of its budget. A running clock keeps its start time and the
/// budget at that time, so that [`SlaClock::recalculated`] can compute the deadline again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlaClock {
    status: Status,
    deadline: Option<DateTime<Utc>>,
    budget_left: BusinessTime,
    running_since: Option<DateTime<Utc>>,
}

impl SlaClock {
    /// A running clock: the desk owes an answer within `budget`, counted from `since`.
    /// `None` if the calendar has too little business time left after `since`.
    #[must_use]
    pub fn open(calendar: &Calendar, budget: BusinessTime, since: DateTime<Utc>) -> Option<Self> {
        let deadline = calendar.add_business(since, budget)?;
        Some(Self {
            status: Status::Open,
            deadline: Some(deadline),
            budget_left: budget,
            running_since: Some(since),
        })
    }

    /// A paused clock with this budget left: the inquirer owes something.
    #[must_use]
    pub fn waiting(budget: BusinessTime) -> Self {
        Self { status: Status::Waiting, deadline: None, budget_left: budget, running_since: None }
    }

    /// Rebuilds a clock from its database columns. Only the store calls this.
    #[must_use]
    pub fn stored(
        status: Status,
        deadline: Option<DateTime<Utc>>,
        budget_left: BusinessTime,
        running_since: Option<DateTime<Utc>>,
    ) -> Self {
        Self { status, deadline, budget_left, running_since }
    }

    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// When the answer is due; `None` while the clock is paused. An answered or closed ticket keeps its last deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        self.deadline
    }

    /// Business time that was left when the clock last started or paused.
    #[must_use]
    pub fn budget_left(&self) -> BusinessTime {
        self.budget_left
    }

    /// When the clock last started; `None` while it is paused.
    #[must_use]
    pub fn running_since(&self) -> Option<DateTime<Utc>> {
        self.running_since
    }

    /// Whether the answer is late at `now`. It is not late at the deadline itself.
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Open && self.deadline.is_some_and(|deadline| now > deadline)
    }

    /// Whether the desk owes an answer, now or once the inquirer has written.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        matches!(self.status, Status::Open | Status::Waiting)
    }

    /// Whether an answer at `now` is in time. While the clock is paused it is, unless no budget was left.
    #[must_use]
    pub fn is_in_time(&self, now: DateTime<Utc>) -> bool {
        match self.deadline {
            Some(deadline) => now <= deadline,
            None => self.budget_left > BusinessTime::ZERO,
        }
    }

    /// Business time left at `now`; zero if the answer is late. `None` unless the ticket is open.
    #[must_use]
    pub fn left(&self, calendar: &Calendar, now: DateTime<Utc>) -> Option<BusinessTime> {
        let deadline = self.deadline.filter(|_| self.status == Status::Open)?;
        Some(calendar.business_between(now, deadline))
    }

    /// Pauses the clock of an open ticket at `now`, because the inquirer owes something. Other clocks do not change.
    #[must_use]
    pub fn held(self, calendar: &Calendar, now: DateTime<Utc>) -> Self {
        match self.left(calendar, now) {
            Some(left) => Self::waiting(left),
            None => self,
        }
    }

    /// The inquirer wrote again, and the desk received it at `at`. An answered or closed ticket starts with the full
    /// budget, a waiting ticket continues with the budget left, an open ticket keeps its clock.
    #[must_use]
    pub fn heard_from_inquirer(
        self,
        calendar: &Calendar,
        answer_within: BusinessTime,
        at: DateTime<Utc>,
    ) -> Self {
        let budget = match self.status {
            Status::Answered | Status::Closed => answer_within,
            Status::Waiting => self.budget_left,
            Status::Open => return self,
        };
        Self::open(calendar, budget, at).unwrap_or(self)
    }

    /// Keeps the deadline, so that reports can compare it with the time of the answer.
    #[must_use]
    pub fn answered(self) -> Self {
        Self { status: Status::Answered, ..self }
    }

    #[must_use]
    pub fn closed(self) -> Self {
        Self { status: Status::Closed, ..self }
    }

    /// The answer did not arrive: the desk owes it again, with the same deadline. Changes only answered tickets.
    #[must_use]
    pub fn unanswered(self) -> Self {
        match self.status {
            Status::Answered if self.deadline.is_some() => Self { status: Status::Open, ..self },
            // Staff answered while the clock was paused.
            Status::Answered => Self::waiting(self.budget_left),
            _ => self,
        }
    }

    /// Staff reopened the ticket at `now`. A waiting ticket continues with the budget left, an answered or closed one
    /// starts with the full budget.
    #[must_use]
    pub fn reopened(self, calendar: &Calendar, answer_within: BusinessTime, now: DateTime<Utc>) -> Self {
        self.heard_from_inquirer(calendar, answer_within, now)
    }

    /// The same clock with its deadline computed from a changed calendar; `None` if the deadline stays the same.
    #[must_use]
    pub fn recalculated(&self, calendar: &Calendar) -> Option<Self> {
        let since = self.running_since.filter(|_| self.status == Status::Open)?;
        Self::open(calendar, self.budget_left, since).filter(|again| again.deadline != self.deadline)
    }
}

/// A ticket that is not in the database yet.
#[derive(Debug, Clone)]
pub struct NewTicket {
    pub channel: Channel,
    pub fields: Fields,
    /// Fields that are absent or blank.
    pub missing: Vec<FieldKey>,
    /// Derived from the organization's name.
    pub prefecture: Option<&'static str>,
    pub clock: SlaClock,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::desk::calendar::HoursRules;

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
    fn a_subject_names_a_ticket_with_our_prefix_and_not_within_a_longer_word() {
        for (subject, number) in [
            ("Re: [ZT-2025-0001] 拠点整備・運用に関する照会", Some("ZT-2025-0001")),
            ("RE: ［ＺＴ－２０２５－０００１］ 照会", Some("ZT-2025-0001")),
            ("[外部] Re: [zt-2025-0012] x", Some("ZT-2025-0012")),
            ("ZT-2025-0001 について", Some("ZT-2025-0001")),
            ("ZT-2025-0001の件", Some("ZT-2025-0001")),
            ("追加資料（受付番号ZT-2025-0001）", Some("ZT-2025-0001")),
            ("受付番号：ｚｔ－２０２５－０００１", Some("ZT-2025-0001")),
            ("ＺＴ−２０２５−０００１", Some("ZT-2025-0001")),
            ("ZT‐2025‐0001", Some("ZT-2025-0001")),
            ("ZT–2025–0001", Some("ZT-2025-0001")),
            ("ZTー2025ー0001です", Some("ZT-2025-0001")),
            ("ZT-2025-0001ー追加資料-", Some("ZT-2025-0001")),
            ("zt-2025-12345?", Some("ZT-2025-12345")),
            ("AB-2025-0001, ZT-2025-0002", Some("ZT-2025-0002")),
            ("ZT-2025-0003と同じ [ZT-2025-0001]", Some("ZT-2025-0001")),
            ("[AB-2025-0001] x", None),
            ("ABZT-2025-00012", None),
            ("A-ZT-2025-0001", None),
            ("A_ZT-2025-0001", None),
            ("ZT-2025-0001a", None),
            ("ZT-2025-0001-2", None),
            ("ZT-2025-001", None),
            ("ZT-12025-0001", None),
            ("ZT-2025-99999999999", None),
            ("", None),
        ] {
            let found = TicketNumber::in_subject(subject, "ZT").map(|number| number.to_string());
            assert_eq!(found.as_deref(), number, "{subject}");
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn desk() -> Calendar {
        Calendar::new(HoursRules::default())
    }

    #[test]
    fn a_ticket_is_overdue_after_its_deadline_and_not_at_it() {
        let clock = SlaClock::open(&desk(), BusinessTime::from_hours(16), at("2025-07-01T09:00:00")).unwrap();
        let deadline = at("2025-07-02T17:00:00");
        assert_eq!(clock.deadline(), Some(deadline));
        assert!(!clock.overdue(deadline));
        assert!(clock.overdue(deadline + TimeDelta::seconds(1)));
    }

    #[test]
    fn a_clock_is_held_while_the_inquirer_owes_something_and_starts_afresh_after_an_answer() {
        let (calendar, sla) = (desk(), BusinessTime::from_hours(16));
        let open = SlaClock::open(&calendar, sla, at("2025-07-01T10:00:00")).unwrap();
        // At noon of the second day, 6 of 16 hours are left.
        let held = open.clone().held(&calendar, at("2025-07-02T12:00:00"));
        assert_eq!((held.status(), held.deadline()), (Status::Waiting, None));
        assert_eq!(held.budget_left(), BusinessTime::from_hours(6));
        let again = held.clone().heard_from_inquirer(&calendar, sla, at("2025-07-04T16:00:00"));
        assert_eq!(
            (again.status(), again.deadline()),
            (Status::Open, Some(at("2025-07-07T14:00:00"))),
            "one hour on Friday, five on Monday"
        );
        assert_eq!(held.clone().held(&calendar, at("2025-07-03T12:00:00")), held, "held is held");
        let answered = SlaClock::stored(Status::Answered, open.deadline(), sla, open.running_since());
        let reopened = answered.heard_from_inquirer(&calendar, sla, at("2025-07-04T16:00:00"));
        assert_eq!(reopened.deadline(), Some(at("2025-07-08T16:00:00")));
        let kept = open.clone().heard_from_inquirer(&calendar, sla, at("2025-07-02T12:00:00"));
        assert_eq!(kept, open, "an open ticket keeps its clock");
    }

    #[test]
    fn a_held_clock_keeps_what_was_left_and_runs_on_from_the_answer() {
        let calendar = desk();
        // (deadline, paused at, budget left, continues at, new deadline)
        for (deadline, held_at, left, resumed, expected) in [
            (
                "2025-07-03T12:00:00",
                "2025-07-01T12:00:00",
                "16h",
                "2025-07-07T12:00:00",
                "2025-07-09T12:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-02T20:00:00",
                "3h",
                "2025-12-26T16:00:00",
                "2026-01-05T11:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-03T11:59:59",
                "1s",
                "2025-07-05T10:00:00",
                "2025-07-07T09:00:01",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-03T12:00:00",
                "0h",
                "2025-07-07T12:00:00",
                "2025-07-07T12:00:00",
            ),
            (
                "2025-07-03T12:00:00",
                "2025-07-04T12:00:00",
                "0h",
                "2025-07-07T12:00:00",
                "2025-07-07T12:00:00",
            ),
        ] {
            let open = SlaClock::stored(Status::Open, Some(at(deadline)), BusinessTime::ZERO, None);
            let held = open.held(&calendar, at(held_at));
            assert_eq!(held.budget_left().to_string(), left, "{held_at}");
            let again = held.heard_from_inquirer(&calendar, BusinessTime::from_hours(16), at(resumed));
            assert_eq!(again.deadline(), Some(at(expected)), "{held_at} {resumed}");
        }
    }

    proptest! {
        #[test]
        fn a_hold_of_no_length_changes_nothing(start in 0..40_000_000_i64, hours in 1..400_i64, later in 0..9_000_000_i64) {
            let (calendar, sla) = (desk(), BusinessTime::from_hours(hours));
            let received = at("2025-06-27T00:00:00") + TimeDelta::seconds(start);
            let open = SlaClock::open(&calendar, sla, received).unwrap();
            let now = received + TimeDelta::seconds(later);
            prop_assume!(now < open.deadline().unwrap());
            let held = open.clone().held(&calendar, now);
            let used = calendar.business_between(received, now);
            prop_assert_eq!(used.seconds() + held.budget_left().seconds(), sla.seconds());
            prop_assert_eq!(held.heard_from_inquirer(&calendar, sla, now).deadline(), open.deadline());
        }
    }

    #[test]
    fn a_calendar_that_changes_moves_the_deadline_from_where_the_clock_started() {
        let clock = SlaClock::open(&desk(), BusinessTime::from_hours(16), at("2025-08-12T10:00:00")).unwrap();
        assert_eq!(clock.deadline(), Some(at("2025-08-14T10:00:00")));
        assert_eq!(clock.recalculated(&desk()), None);
        let bon = Calendar::new(HoursRules {
            closed: vec!["2025-08-13..2025-08-15".parse().unwrap()],
            ..HoursRules::default()
        });
        let moved = clock.recalculated(&bon).unwrap();
        assert_eq!(moved.deadline(), Some(at("2025-08-19T10:00:00")));
        assert_eq!(moved.recalculated(&desk()), Some(clock), "and back");
    }
}
