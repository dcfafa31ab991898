//! What the schedule does next about a ticket that the desk owes something, and when. Whatever is owed, somebody hears of it:
//! the test here does to a ticket all that people and the clock do.

use chrono::{DateTime, NaiveDate, Utc};

use super::{SlaClock, Status};
use crate::desk::{
    calendar::{Calendar, date_of},
    deadline::Sla,
    window::first_instant,
};

/// How often an inquirer is reminded of the missing inquiry.
const REMINDERS: u32 = 2;

/// A ticket that waits.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    pub clock: &'a SlaClock,
    /// When its inquirer was last asked for the inquiry; `None` if nobody is asked.
    pub asked_at: Option<DateTime<Utc>>,
    /// How often they were reminded.
    pub reminded: u32,
    pub lacks_inquiry: bool,
}

/// What the schedule does about a ticket that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The hold of the desk is over: the clock runs again, and a member is told.
    Resume,
    /// The inquirer is reminded of the missing inquiry.
    Remind,
    /// Staff are told that the inquirer has not answered, and again at the next day.
    TellStaff,
    /// The ticket waits without an end: it gets the day on which staff are told.
    GiveDay,
}

impl Waiting<'_> {
    /// What comes next, and when. `None` unless the ticket waits, and if the desk never opens again.
    #[must_use]
    pub fn next(&self, calendar: &Calendar, sla: &Sla) -> Option<(DateTime<Utc>, Step)> {
        let hold = self.clock.hold()?;
        Some(match (hold.until, self.asked_at) {
            (Some(day), _) if self.clock.is_held_by_desk() => (opening(calendar, day)?, Step::Resume),
            (Some(day), _) => (opening(calendar, day)?, Step::TellStaff),
            (None, Some(asked)) => {
                let reminds = self.lacks_inquiry && self.reminded < REMINDERS;
                let step = if reminds { Step::Remind } else { Step::TellStaff };
                (sla.remind_at(calendar, asked)?, step)
            }
            (None, None) => (DateTime::<Utc>::UNIX_EPOCH, Step::GiveDay),
        })
    }
}

/// What an inquirer was told last, as far as it still holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// When they were asked for the inquiry.
    pub asked_at: Option<DateTime<Utc>>,
    /// The day on which the answer comes.
    pub promised_on: Option<NaiveDate>,
}

impl Told {
    /// The same after the clock moved, `by_inquirer` or by anybody else. A ticket that waits for its inquiry may still do so
    /// after a mail of the inquirer's; a promise is for the answer that was owed.
    #[must_use]
    pub fn moved(self, before: &SlaClock, after: &SlaClock, by_inquirer: bool) -> Self {
        Self {
            asked_at: self.asked_at.filter(|_| by_inquirer && after.status() == Status::Waiting),
            promised_on: self.promised_on.filter(|_| before.is_owed()),
        }
    }
}

/// When the desk opens on a day, or on the next one that is open.
#[must_use]
pub fn opening(calendar: &Calendar, day: NaiveDate) -> Option<DateTime<Utc>> {
    calendar.next_opening(first_instant(day, calendar.time_zone())?)
}

/// How urgent an open ticket is on the day of `now`, or one whose hold the inquirer does not know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The inquirer was told a day, which has come.
    Promised,
    Overdue,
    DueToday,
    Later,
}

impl Urgency {
    #[must_use]
    pub fn of(
        clock: &SlaClock,
        promised_on: Option<NaiveDate>,
        calendar: &Calendar,
        now: DateTime<Utc>,
    ) -> Self {
        let today = date_of(now, calendar.time_zone());
        let is_owed = clock.status() == Status::Open || clock.is_held_by_desk();
        let is_promised = |came: bool| is_owed && came;
        if is_promised(promised_on == Some(today)) {
            Self::Promised
        } else if clock.overdue(now) {
            Self::Overdue
        } else if is_promised(promised_on.is_some_and(|day| day < today)) {
            // Held beyond the day that the inquirer knows.
            Self::Promised
        } else if clock.status() == Status::Open
            && clock.deadline().is_some_and(|at| date_of(at, calendar.time_zone()) <= today)
        {
            Self::DueToday
        } else {
            Self::Later
        }
    }

    /// Whether a digest is sent for it.
    #[must_use]
    pub fn is_news(self) -> bool {
        self != Self::Later
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::desk::{
        calendar::{BusinessTime, HoursRules},
        deadline::promised_day,
        escalation::{Notice, Watched},
        ticket::{Hold, WaitingFor},
        turn::{Turn, after_answer},
    };

    #[derive(Debug, Clone, Copy)]
    enum Act {
        /// The inquirer writes; the inquiry may be in it.
        Hear(bool),
        /// 保留 until so many days later, whose letter leaves or not.
        Hold(u64, bool),
        /// 質問
        Ask,
        /// 取消 of a question or of a hold.
        TakeBack,
        /// An answer leaves; the inquirer may have written since.
        Answer(bool),
        Close,
        Reopen,
        /// The answer comes back.
        Bounce,
        /// Another ticket with a running clock is merged into this one.
        Absorb,
        /// So many seconds pass.
        Pass(i64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            any::<bool>().prop_map(Act::Hear),
            (1..180_u64, any::<bool>()).prop_map(|(days, leaves)| Act::Hold(days, leaves)),
            Just(Act::Ask),
            Just(Act::TakeBack),
            any::<bool>().prop_map(Act::Answer),
            Just(Act::Close),
            Just(Act::Reopen),
            Just(Act::Bounce),
            Just(Act::Absorb),
            (0..900_000_i64).prop_map(Act::Pass),
        ]
    }

    /// A row of the ticket table, as far as it matters here. All rules are the desk's own.
    struct Ticket {
        calendar: Calendar,
        sla: Sla,
        clock: SlaClock,
        turn: Turn,
        told: Told,
        reminded: u32,
        lacks_inquiry: bool,
        warned_for: Option<DateTime<Utc>>,
        missed_for: Option<DateTime<Utc>>,
    }

    impl Ticket {
        /// Nobody is asked where the gate refuses the mail.
        fn new(now: DateTime<Utc>, lacks_inquiry: bool, is_asked: bool) -> Self {
            let calendar = Calendar::new(HoursRules::default());
            let sla = Sla {
                answer_within: BusinessTime::from_hours(16),
                warn_before: BusinessTime::from_hours(4),
                remind_after: BusinessTime::from_hours(24),
            };
            let clock = if lacks_inquiry {
                SlaClock::waiting(sla.answer_within)
            } else {
                SlaClock::open(&calendar, sla.answer_within, now).unwrap()
            };
            Self {
                turn: Turn::first(&clock, now),
                told: Told {
                    asked_at: (lacks_inquiry && is_asked).then_some(now),
                    promised_on: clock.deadline().filter(|_| is_asked).map(|at| promised_day(&calendar, at)),
                },
                reminded: 0,
                lacks_inquiry,
                warned_for: None,
                missed_for: None,
                calendar,
                sla,
                clock,
            }
        }

        fn waiting(&self) -> Waiting<'_> {
            let Self { clock, told, reminded, lacks_inquiry, .. } = self;
            Waiting { clock, asked_at: told.asked_at, reminded: *reminded, lacks_inquiry: *lacks_inquiry }
        }

        fn watched(&self) -> Option<Watched> {
            let deadline = self.clock.deadline().filter(|_| self.clock.status() == Status::Open)?;
            Some(Watched { deadline, warned_for: self.warned_for, missed_for: self.missed_for })
        }

        /// When somebody is told next, and whether by a digest. After all notices the digests of business days list the ticket.
        fn next(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, bool)> {
            if let Some((at, _)) = self.waiting().next(&self.calendar, &self.sla) {
                return Some((self.calendar.next_opening(at.max(now))?, false));
            }
            if let Some(at) = self.watched()?.next(&self.calendar, &self.sla, now) {
                return Some((at, false));
            }
            let digest = self.calendar.next_opening(now)?;
            let urgency = Urgency::of(&self.clock, self.told.promised_on, &self.calendar, digest);
            urgency.is_news().then_some((digest, true))
        }

        fn moved(&mut self, after: SlaClock, by_inquirer: bool, now: DateTime<Utc>) {
            self.turn = self.turn.moved(&self.clock, &after, &self.calendar, now);
            self.told = self.told.moved(&self.clock, &after, by_inquirer);
            self.clock = after;
        }

        /// What the schedule does. `true` if something was due.
        fn tick(&mut self, now: DateTime<Utc>) -> bool {
            let (calendar, sla) = (self.calendar.clone(), self.sla);
            let step =
                self.waiting().next(&calendar, &sla).filter(|(at, _)| *at <= now && calendar.is_open(now));
            if let Some((at, step)) = step {
                let day = sla.remind_on(&calendar, now).unwrap();
                match step {
                    Step::Resume => self.moved(self.clock.clone().resumed(&calendar, at), false, now),
                    Step::TellStaff | Step::GiveDay => {
                        self.moved(self.clock.clone().waits_until(day), false, now);
                    }
                    Step::Remind => (self.told.asked_at, self.reminded) = (Some(now), self.reminded + 1),
                }
                return true;
            }
            let notice = self.watched().and_then(|watched| watched.due(&calendar, &sla, now));
            let deadline = self.clock.deadline();
            match notice {
                Some(Notice::Warning) => self.warned_for = deadline,
                Some(Notice::Miss) => (self.warned_for, self.missed_for) = (deadline, deadline),
                None => {}
            }
            notice.is_some()
        }

        fn act(&mut self, act: Act, now: DateTime<Utc>) {
            let (calendar, sla, clock) = (self.calendar.clone(), self.sla, self.clock.clone());
            let until = |days| date_of(now, calendar.time_zone()).checked_add_days(chrono::Days::new(days));
            match act {
                Act::Hear(has_inquiry) => {
                    self.lacks_inquiry &= !has_inquiry;
                    if !self.lacks_inquiry || clock.status() != Status::Waiting {
                        self.moved(clock.heard_from_inquirer(&calendar, sla.answer_within, now), true, now);
                    }
                }
                Act::Hold(days, leaves) if clock.status() == Status::Open || clock.is_held_by_desk() => {
                    let hold = Hold { waiting_for: WaitingFor::Desk, until: until(days) };
                    self.moved(clock.held(&calendar, now, hold), false, now);
                    self.told.promised_on = if leaves { hold.until } else { self.told.promised_on };
                }
                Act::Ask => {
                    let hold =
                        Hold { waiting_for: WaitingFor::Inquirer, until: sla.remind_on(&calendar, now) };
                    self.moved(clock.held(&calendar, now, hold), false, now);
                }
                Act::TakeBack => self.moved(clock.resumed(&calendar, now), false, now),
                Act::Answer(heard_again) => {
                    let (clock, turn) = after_answer(&clock, &self.turn, heard_again, "sato@example.jp", now);
                    self.told.asked_at = self.told.asked_at.filter(|_| clock.status() == Status::Waiting);
                    (self.clock, self.turn) = (clock, turn);
                }
                Act::Close => self.clock = clock.closed(),
                Act::Reopen => self.moved(clock.reopened(&calendar, sla.answer_within, now), false, now),
                Act::Bounce => {
                    let after = clock.unanswered(&calendar, now);
                    if after != self.clock {
                        (self.clock, self.told.asked_at) = (after, None);
                    }
                }
                Act::Absorb if clock.status() != Status::Open => {
                    let other = SlaClock::open(&calendar, sla.answer_within, now).unwrap();
                    self.moved(other, false, now);
                }
                Act::Absorb | Act::Hold(..) | Act::Pass(_) => {}
            }
        }
    }

    proptest! {
        #[test]
        fn no_ticket_is_in_a_state_in_which_nobody_will_hear_of_it(
            start in 0..15_000_000_i64,
            lacks_inquiry in any::<bool>(),
            is_asked in any::<bool>(),
            acts in proptest::collection::vec(act(), 1..40),
        ) {
            /// A hold, and a closure of the desk at its end.
            const LONGEST: TimeDelta = TimeDelta::days(180 + 14);
            let mut now = "2025-06-27T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(start);
            let mut ticket = Ticket::new(now, lacks_inquiry, is_asked);
            for act in acts {
                ticket.act(act, now);
                let until = now + TimeDelta::seconds(if let Act::Pass(seconds) = act { seconds } else { 60 });
                while ticket.clock.is_owed() {
                    let next = ticket.next(now);
                    prop_assert!(next.is_some(), "{act:?} at {now}: {:?}", ticket.clock);
                    let (next, by_digest) = next.unwrap();
                    prop_assert!(next - now < LONGEST, "{act:?} at {now}: {:?} {next}", ticket.clock);
                    if next > until {
                        break;
                    }
                    now = next;
                    prop_assert!(ticket.tick(now) != by_digest, "{act:?} at {now}: {:?}", ticket.clock);
                    if by_digest {
                        now += TimeDelta::days(1);
                    }
                }
                now = now.max(until);
            }
        }
    }

    #[test]
    fn a_ticket_is_as_urgent_as_its_promise_and_its_deadline() {
        let calendar = Calendar::new(HoursRules::default());
        let at = |text: &str| {
            format!("2025-07-{text}+09:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
        };
        let open = SlaClock::open(&calendar, BusinessTime::from_hours(16), at("01T10:00:00")).unwrap();
        let held = |until: &str| {
            let hold = Hold { waiting_for: WaitingFor::Desk, until: Some(until.parse().unwrap()) };
            open.clone().held(&calendar, at("01T12:00:00"), hold)
        };
        for (name, clock, promised_on, now, expected) in [
            ("not today", open.clone(), "2025-07-04", "02T16:00:00", Urgency::Later),
            ("the day of the deadline", open.clone(), "2025-07-04", "03T09:00:00", Urgency::DueToday),
            ("after the deadline", open.clone(), "2025-07-04", "03T10:00:01", Urgency::Overdue),
            ("the promised day", open.clone(), "2025-07-03", "03T09:00:00", Urgency::Promised),
            ("after the promised day", open.clone(), "2025-07-03", "07T09:00:00", Urgency::Overdue),
            ("a hold beyond it", held("2025-07-10"), "2025-07-03", "07T09:00:00", Urgency::Promised),
            (
                "a hold that the inquirer knows of",
                held("2025-07-10"),
                "2025-07-10",
                "09T09:00:00",
                Urgency::Later,
            ),
            ("a hold whose letter waits", held("2025-07-10"), "2025-07-03", "03T09:00:00", Urgency::Promised),
            ("answered", open.clone().answered(), "2025-07-03", "07T09:00:00", Urgency::Later),
        ] {
            let urgency = Urgency::of(&clock, Some(promised_on.parse().unwrap()), &calendar, at(now));
            assert_eq!(urgency, expected, "{name}");
        }
    }
}
