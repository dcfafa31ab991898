//! The turns of a ticket: one turn for each answer that the desk owed. Statistics use only turns, so that a later
//! question never changes the result of an earlier one.

use chrono::{DateTime, Utc};

use super::{
    calendar::{BusinessTime, Calendar},
    ticket::{SlaClock, Status},
};
use crate::words::closed_set;

closed_set! {
    /// How a turn ended.
    Ending {
        /// The mail server accepted the answer.
        Answered = "answered",
        CalledBack = "called_back",
        /// Closed without an answer.
        Closed = "closed",
        /// Merged into another ticket.
        Merged = "merged",
        /// An application takes part in the selection: nothing is owed until its result.
        Accepted = "accepted",
    }
}

impl Ending {
    /// Whether the inquirer got an answer.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answered | Self::CalledBack)
    }

    /// The clock after this end.
    #[must_use]
    pub fn clock(self, before: SlaClock) -> SlaClock {
        match self {
            Self::Answered | Self::CalledBack | Self::Accepted => before.answered(),
            Self::Closed | Self::Merged => before.closed(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub at: DateTime<Utc>,
    pub ending: Ending,
    /// The actor, as in the audit.
    pub by: String,
    /// Whether the answer was in time; `None` if the inquirer got no answer.
    pub in_time: Option<bool>,
}

/// One period in which the desk owed an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Number within the ticket, starting at 1.
    pub nth: u32,
    /// When the desk received the question.
    pub asked_at: DateTime<Utc>,
    /// The deadline; `None` while the clock is paused. It stays after the end of the turn.
    pub due_at: Option<DateTime<Utc>>,
    /// Business time of all finished pauses of the clock.
    pub held: BusinessTime,
    /// When the current pause began; `None` while the clock runs.
    pub held_since: Option<DateTime<Utc>>,
    pub ended: Option<Ended>,
}

impl Turn {
    /// The first turn of a ticket. It has ended where nothing is owed.
    #[must_use]
    pub fn first(clock: &SlaClock, asked_at: DateTime<Utc>) -> Self {
        let turn = Self::nth(1, clock, asked_at);
        if clock.is_owed() {
            return turn;
        }
        turn.ended(clock, Ending::Accepted, "desk", asked_at)
    }

    fn nth(nth: u32, clock: &SlaClock, asked_at: DateTime<Utc>) -> Self {
        let held_since = (clock.status() == Status::Waiting).then_some(asked_at);
        Self { nth, asked_at, due_at: clock.deadline(), held: BusinessTime::ZERO, held_since, ended: None }
    }

    /// The turn after the clock changed from `before` to `after`: this one with its new deadline, or the next one if
    /// the desk owes an answer again.
    #[must_use]
    pub fn moved(
        &self,
        before: &SlaClock,
        after: &SlaClock,
        calendar: &Calendar,
        now: DateTime<Utc>,
    ) -> Self {
        if !before.is_owed() && after.is_owed() {
            return Self::nth(self.nth + 1, after, after.running_since().unwrap_or(now));
        }
        if self.ended.is_some() || !after.is_owed() {
            return self.clone();
        }
        let mut turn = Self { due_at: after.deadline(), ..self.clone() };
        match (turn.held_since, after.status()) {
            (None, Status::Waiting) => turn.held_since = Some(now),
            (Some(since), Status::Open) => {
                let until = after.running_since().unwrap_or(now);
                let hold = calendar.business_between(since, until);
                turn.held = BusinessTime::from_seconds(turn.held.seconds() + hold.seconds());
                turn.held_since = None;
            }
            _ => {}
        }
        turn
    }

    /// Ends the turn at `now`; `clock` is the clock before the end. A turn that has ended does not change, with one
    /// exception: an answer that the desk sends after the ticket was closed still answers the turn.
    #[must_use]
    pub fn ended(&self, clock: &SlaClock, ending: Ending, by: &str, now: DateTime<Utc>) -> Self {
        let has_answer = self.ended.as_ref().is_some_and(|ended| ended.ending.is_answer());
        if has_answer || (self.ended.is_some() && !ending.is_answer()) {
            return self.clone();
        }
        let in_time = ending.is_answer().then(|| clock.is_in_time(now));
        let ended = Ended { at: now, ending, by: by.to_owned(), in_time };
        Self { ended: Some(ended), ..self.clone() }
    }

    /// Continues the turn with the clock `after`, because its answer did not arrive.
    #[must_use]
    pub fn resumed(&self, after: &SlaClock, calendar: &Calendar, now: DateTime<Utc>) -> Self {
        Self { ended: None, ..self.clone() }.moved(after, after, calendar, now)
    }
}

/// The clock and the last turn of a ticket after an answer was sent. If the inquirer wrote again after staff wrote the
/// answer (`heard_again`), the desk still owes an answer.
#[must_use]
pub fn after_answer(
    clock: &SlaClock,
    last: &Turn,
    heard_again: bool,
    by: &str,
    now: DateTime<Utc>,
) -> (SlaClock, Turn) {
    match (clock.is_owed(), heard_again) {
        (true, true) => (clock.clone(), last.clone()),
        (true, false) => (clock.clone().answered(), last.ended(clock, Ending::Answered, by, now)),
        (false, _) => (clock.clone(), last.ended(clock, Ending::Answered, by, now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{calendar::HoursRules, ticket::Hold};

    const SLA: BusinessTime = BusinessTime::from_hours(16);

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    /// A ticket on its way: its clock and its turns.
    struct Course {
        calendar: Calendar,
        clock: SlaClock,
        turns: Vec<Turn>,
    }

    impl Course {
        fn asked(received: &str) -> Self {
            let calendar = Calendar::new(HoursRules::default());
            let clock = SlaClock::open(&calendar, SLA, at(received)).unwrap();
            let turns = vec![Turn::first(&clock, at(received))];
            Self { calendar, clock, turns }
        }

        fn put(&mut self, turn: Turn) {
            self.turns.retain(|kept| kept.nth != turn.nth);
            self.turns.push(turn);
        }

        fn moved(mut self, after: SlaClock, now: &str) -> Self {
            let turn = self.turns.last().unwrap().moved(&self.clock, &after, &self.calendar, at(now));
            self.clock = after;
            self.put(turn);
            self
        }

        fn heard(self, now: &str) -> Self {
            let after = self.clock.clone().heard_from_inquirer(&self.calendar, SLA, at(now));
            self.moved(after, now)
        }

        fn held(self, now: &str) -> Self {
            let after = self.clock.clone().held(&self.calendar, at(now), Hold::FORM);
            self.moved(after, now)
        }

        fn answered(mut self, now: &str) -> Self {
            let (clock, turn) =
                after_answer(&self.clock, self.turns.last().unwrap(), false, "sato@example.jp", at(now));
            self.clock = clock;
            self.put(turn);
            self
        }

        fn ended(mut self, ending: Ending, now: &str) -> Self {
            let turn = self.turns.last().unwrap().ended(&self.clock, ending, "operator", at(now));
            let clock = self.clock.clone();
            self.clock = if ending.is_answer() { clock.answered() } else { clock.closed() };
            self.put(turn);
            self
        }

        /// `answered late`, `open`: each turn in a word or two.
        fn words(&self) -> Vec<String> {
            let word = |turn: &Turn| match &turn.ended {
                None => "open".to_owned(),
                Some(ended) => match ended.in_time {
                    Some(true) => format!("{} in time", ended.ending),
                    Some(false) => format!("{} late", ended.ending),
                    None => ended.ending.to_string(),
                },
            };
            self.turns.iter().map(word).collect()
        }
    }

    #[test]
    fn a_later_question_never_changes_how_an_earlier_one_was_answered() {
        let asked = || Course::asked("2026-02-16T10:00:00");
        for (name, course, expected) in [
            (
                "first late, second open",
                asked().answered("2026-02-25T10:00:00").heard("2026-02-26T10:00:00"),
                vec!["answered late", "open"],
            ),
            (
                "first late, second in time",
                asked()
                    .answered("2026-02-25T10:00:00")
                    .heard("2026-02-26T10:00:00")
                    .answered("2026-02-26T12:00:00"),
                vec!["answered late", "answered in time"],
            ),
            (
                "first in time, second open",
                asked().answered("2026-02-16T15:00:00").heard("2026-02-17T10:00:00"),
                vec!["answered in time", "open"],
            ),
            ("merged", asked().ended(Ending::Merged, "2026-02-17T10:00:00"), vec!["merged"]),
            (
                "closed without an answer",
                asked().ended(Ending::Closed, "2026-02-25T10:00:00"),
                vec!["closed"],
            ),
            (
                "reopened",
                asked().ended(Ending::Closed, "2026-02-17T10:00:00").heard("2026-02-18T10:00:00"),
                vec!["closed", "open"],
            ),
            (
                "telephone",
                asked().ended(Ending::CalledBack, "2026-02-17T10:00:00"),
                vec!["called_back in time"],
            ),
            (
                "two questions before the answer",
                asked().heard("2026-02-16T12:00:00").answered("2026-02-17T10:00:00"),
                vec!["answered in time"],
            ),
            (
                "closed before the answer has left",
                asked().ended(Ending::Closed, "2026-02-17T10:00:00").answered("2026-02-17T10:10:00"),
                vec!["answered in time"],
            ),
            (
                "closed after the answer",
                asked().answered("2026-02-25T10:00:00").ended(Ending::Closed, "2026-02-26T10:00:00"),
                vec!["answered late"],
            ),
        ] {
            assert_eq!(course.words(), expected, "{name}");
        }
    }

    #[test]
    fn a_turn_keeps_how_long_its_clock_was_held() {
        let course =
            Course::asked("2026-02-16T10:00:00").held("2026-02-16T12:00:00").heard("2026-02-17T12:00:00");
        let [turn] = course.turns.as_slice() else { panic!("one turn") };
        assert_eq!((turn.held, turn.held_since), (BusinessTime::from_hours(8), None));
        assert_eq!(turn.due_at, course.clock.deadline());
        let late = course.answered("2026-02-20T12:00:00");
        assert_eq!(late.words(), ["answered late"]);
    }

    #[test]
    fn an_answer_that_was_written_before_the_inquirer_wrote_again_leaves_the_turn_open() {
        let course = Course::asked("2026-02-16T10:00:00");
        let last = course.turns.last().unwrap();
        let (clock, turn) =
            after_answer(&course.clock, last, true, "sato@example.jp", at("2026-02-16T15:00:00"));
        assert_eq!((clock, turn), (course.clock.clone(), last.clone()));
    }

    #[test]
    fn an_answer_that_bounces_is_owed_as_before() {
        let course = Course::asked("2026-02-16T10:00:00").answered("2026-02-16T15:00:00");
        let bounced = at("2026-02-16T16:00:00");
        let clock = course.clock.clone().unanswered(&course.calendar, bounced);
        let resumed = course.turns.last().unwrap().resumed(&clock, &course.calendar, bounced);
        assert_eq!((resumed.ended.clone(), resumed.due_at), (None, course.clock.deadline()));
        assert_eq!(clock.status(), Status::Open);
    }
}
