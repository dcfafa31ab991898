//! The SLA clock of a ticket, with the legal transitions. `triage` and the staff decide which one happens.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Status, WaitingFor};
use crate::desk::calendar::{BusinessTime, Calendar};

/// Why a clock is paused, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub waiting_for: WaitingFor,
    /// The day on whose morning the hold ends, or staff are told that the inquirer has not answered. `None` while reminders
    /// of the missing inquiry are sent.
    pub until: Option<NaiveDate>,
}

impl Hold {
    /// The inquirer owes the inquiry itself.
    pub const FORM: Self = Self { waiting_for: WaitingFor::Inquirer, until: None };
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
    /// `Some` while the ticket waits.
    hold: Option<Hold>,
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
            hold: None,
        })
    }

    /// A paused clock with this budget left: the inquirer owes something.
    #[must_use]
    pub fn waiting(budget: BusinessTime) -> Self {
        Self::paused(budget, Hold::FORM)
    }

    fn paused(budget: BusinessTime, hold: Hold) -> Self {
        let status = Status::Waiting;
        Self { status, deadline: None, budget_left: budget, running_since: None, hold: Some(hold) }
    }

    /// The desk owes nothing, and never did. If the inquirer writes again, the clock starts with this budget.
    #[must_use]
    pub fn resting(budget: BusinessTime) -> Self {
        let status = Status::Answered;
        Self { status, deadline: None, budget_left: budget, running_since: None, hold: None }
    }

    /// Rebuilds a clock from its database columns. Only the store calls this.
    #[must_use]
    pub fn stored(
        status: Status,
        deadline: Option<DateTime<Utc>>,
        budget_left: BusinessTime,
        running_since: Option<DateTime<Utc>>,
        hold: Option<Hold>,
    ) -> Self {
        let hold = (status == Status::Waiting).then(|| hold.unwrap_or(Hold::FORM));
        Self { status, deadline, budget_left, running_since, hold }
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

    /// Why the clock is paused; `None` unless the ticket waits.
    #[must_use]
    pub fn hold(&self) -> Option<Hold> {
        self.hold
    }

    /// Whether the ticket waits for something that its inquirer does not owe.
    #[must_use]
    pub fn is_held_by_desk(&self) -> bool {
        self.hold.is_some_and(|hold| hold.waiting_for != WaitingFor::Inquirer)
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

    /// Pauses the clock of an open ticket at `now`. A ticket that waits gets the new hold. Other clocks do not change.
    #[must_use]
    pub fn held(self, calendar: &Calendar, now: DateTime<Utc>, hold: Hold) -> Self {
        match self.left(calendar, now) {
            Some(left) => Self::paused(left, hold),
            None if self.status == Status::Waiting => Self::paused(self.budget_left, hold),
            None => self,
        }
    }

    /// Staff are told again on another day that the inquirer has not answered. Changes only tickets that wait.
    #[must_use]
    pub fn waits_until(self, day: NaiveDate) -> Self {
        let hold = self.hold.map(|hold| Hold { until: Some(day), ..hold });
        Self { hold, ..self }
    }

    /// The clock of a waiting ticket continues at `at` with the budget left.
    #[must_use]
    pub fn resumed(self, calendar: &Calendar, at: DateTime<Utc>) -> Self {
        if self.status != Status::Waiting {
            return self;
        }
        Self::open(calendar, self.budget_left, at).unwrap_or(self)
    }

    /// The inquirer wrote again, and the desk received it at `at`. An answered or closed ticket starts with the full
    /// budget. A ticket that waits for its inquirer continues with the budget left. Others keep their clock: what the
    /// inquirer adds does not bring what the desk waits for.
    #[must_use]
    pub fn heard_from_inquirer(
        self,
        calendar: &Calendar,
        answer_within: BusinessTime,
        at: DateTime<Utc>,
    ) -> Self {
        match self.status {
            Status::Answered | Status::Closed => Self::open(calendar, answer_within, at).unwrap_or(self),
            Status::Waiting if !self.is_held_by_desk() => self.resumed(calendar, at),
            Status::Waiting | Status::Open => self,
        }
    }

    /// Keeps the deadline, so that reports can compare it with the time of the answer.
    #[must_use]
    pub fn answered(self) -> Self {
        Self { status: Status::Answered, hold: None, ..self }
    }

    #[must_use]
    pub fn closed(self) -> Self {
        Self { status: Status::Closed, hold: None, ..self }
    }

    /// The answer did not arrive: the desk owes it again, with the same deadline. Changes only answered tickets.
    #[must_use]
    pub fn unanswered(self, calendar: &Calendar, now: DateTime<Utc>) -> Self {
        match self.status {
            Status::Answered if self.deadline.is_some() => Self { status: Status::Open, ..self },
            // Staff answered while the clock was paused. Nothing is waited for any more.
            Status::Answered => Self::open(calendar, self.budget_left, now).unwrap_or(self),
            _ => self,
        }
    }

    /// Staff reopened the ticket at `now`. A waiting ticket continues with the budget left, an answered or closed one
    /// starts with the full budget.
    #[must_use]
    pub fn reopened(self, calendar: &Calendar, answer_within: BusinessTime, now: DateTime<Utc>) -> Self {
        match self.status {
            Status::Waiting => self.resumed(calendar, now),
            _ => self.heard_from_inquirer(calendar, answer_within, now),
        }
    }

    /// The same clock with its deadline computed from a changed calendar; `None` if the deadline stays the same.
    #[must_use]
    pub fn recalculated(&self, calendar: &Calendar) -> Option<Self> {
        let since = self.running_since.filter(|_| self.status == Status::Open)?;
        Self::open(calendar, self.budget_left, since).filter(|again| again.deadline != self.deadline)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::desk::calendar::HoursRules;

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
        let held = open.clone().held(&calendar, at("2025-07-02T12:00:00"), Hold::FORM);
        assert_eq!((held.status(), held.deadline()), (Status::Waiting, None));
        assert_eq!(held.budget_left(), BusinessTime::from_hours(6));
        let again = held.clone().heard_from_inquirer(&calendar, sla, at("2025-07-04T16:00:00"));
        assert_eq!(
            (again.status(), again.deadline()),
            (Status::Open, Some(at("2025-07-07T14:00:00"))),
            "one hour on Friday, five on Monday"
        );
        assert_eq!(held.clone().held(&calendar, at("2025-07-03T12:00:00"), Hold::FORM), held, "held is held");
        let answered = SlaClock::stored(Status::Answered, open.deadline(), sla, open.running_since(), None);
        let reopened = answered.heard_from_inquirer(&calendar, sla, at("2025-07-04T16:00:00"));
        assert_eq!(reopened.deadline(), Some(at("2025-07-08T16:00:00")));
        let kept = open.clone().heard_from_inquirer(&calendar, sla, at("2025-07-02T12:00:00"));
        assert_eq!(kept, open, "an open ticket keeps its clock");
    }

    #[test]
    fn what_the_inquirer_adds_does_not_end_a_hold_of_the_desk() {
        let (calendar, sla) = (desk(), BusinessTime::from_hours(16));
        let open = SlaClock::open(&calendar, sla, at("2025-07-01T10:00:00")).unwrap();
        let until = |day: &str| Hold { waiting_for: WaitingFor::Desk, until: Some(day.parse().unwrap()) };
        let held = open.held(&calendar, at("2025-07-02T12:00:00"), until("2025-07-10"));
        assert_eq!(held.clone().heard_from_inquirer(&calendar, sla, at("2025-07-04T16:00:00")), held);
        let longer = held.clone().held(&calendar, at("2025-07-04T16:00:00"), until("2025-07-15"));
        assert_eq!((longer.budget_left(), longer.hold()), (held.budget_left(), Some(until("2025-07-15"))));
        let again = held.clone().resumed(&calendar, at("2025-07-10T09:00:00"));
        assert_eq!((again.deadline(), again.hold()), (Some(at("2025-07-10T15:00:00")), None));
        let reopened = held.clone().reopened(&calendar, sla, at("2025-07-07T09:00:00"));
        assert_eq!(reopened.deadline(), Some(at("2025-07-07T15:00:00")));
        // An answer to a held ticket that bounces is owed at once.
        let revoked = held.answered().unanswered(&calendar, at("2025-07-07T09:00:00"));
        assert_eq!((revoked.deadline(), revoked.hold()), (Some(at("2025-07-07T15:00:00")), None));
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
            let open = SlaClock::stored(Status::Open, Some(at(deadline)), BusinessTime::ZERO, None, None);
            let held = open.held(&calendar, at(held_at), Hold::FORM);
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
            let held = open.clone().held(&calendar, now, Hold::FORM);
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
