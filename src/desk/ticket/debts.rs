//! The law that no ticket is forgotten, over a model of what people and the clock do to it: whatever the desk or the inquirer
//! owes, there is a next instant at which somebody is told.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{Hold, SlaClock, Status, WaitingFor};
use crate::desk::{
    calendar::{BusinessTime, Calendar, HoursRules, date_of, earliest},
    deadline::Sla,
    escalation::Watched,
};

#[derive(Debug, Clone, Copy)]
enum Act {
    InquirerWrites,
    /// 保留 until so many days later.
    Hold(u64),
    /// 質問
    Ask,
    Answer,
    Close,
    Reopen,
    /// The answer comes back.
    Bounce,
    /// So many seconds pass.
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::InquirerWrites),
        (1..60_u64).prop_map(Act::Hold),
        Just(Act::Ask),
        Just(Act::Answer),
        Just(Act::Close),
        Just(Act::Reopen),
        Just(Act::Bounce),
        (0..900_000_i64).prop_map(Act::Wait),
    ]
}

struct Ticket {
    calendar: Calendar,
    sla: Sla,
    clock: SlaClock,
    /// Reminders of the missing inquiry count from here.
    asked_at: Option<DateTime<Utc>>,
    warned_for: Option<DateTime<Utc>>,
    missed_for: Option<DateTime<Utc>>,
}

impl Ticket {
    fn new(now: DateTime<Utc>, has_inquiry: bool) -> Self {
        let calendar = Calendar::new(HoursRules::default());
        let sla = Sla {
            answer_within: BusinessTime::from_hours(16),
            warn_before: BusinessTime::from_hours(4),
            remind_after: BusinessTime::from_hours(24),
        };
        let clock = if has_inquiry {
            SlaClock::open(&calendar, sla.answer_within, now).unwrap()
        } else {
            SlaClock::waiting(sla.answer_within)
        };
        let asked_at = (!has_inquiry).then_some(now);
        Self { calendar, sla, clock, asked_at, warned_for: None, missed_for: None }
    }

    /// When somebody is told next. After a missed deadline the digest of every business day lists the ticket.
    fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let zone = self.calendar.time_zone();
        match self.clock.hold() {
            Some(Hold { until: Some(day), .. }) => {
                self.calendar.next_opening(earliest(day.and_time(NaiveTime::MIN), zone)?)
            }
            Some(Hold { until: None, .. }) => {
                let asked = self.calendar.add_business(self.asked_at?, self.sla.remind_after)?;
                self.calendar.next_opening(asked)
            }
            None => {
                let (warned_for, missed_for) = (self.warned_for, self.missed_for);
                let watched = Watched { deadline: self.clock.deadline()?, warned_for, missed_for };
                let notice = watched.next(&self.calendar, &self.sla, now);
                notice.or_else(|| self.calendar.next_opening(now))
            }
        }
    }

    /// What the schedule does at an instant of [`Ticket::next`].
    fn tell(&mut self, now: DateTime<Utc>) {
        match self.clock.hold() {
            Some(_) if self.clock.is_held_by_desk() => {
                self.clock = self.clock.clone().resumed(&self.calendar, now);
            }
            Some(Hold { until: Some(_), .. }) => {
                let day = self.sla.remind_on(&self.calendar, now).unwrap();
                self.clock = self.clock.clone().waits_until(day);
            }
            Some(Hold { until: None, .. }) => self.asked_at = Some(now),
            None => {
                let deadline = self.clock.deadline();
                if now > deadline.unwrap() {
                    self.missed_for = deadline;
                }
                self.warned_for = deadline;
            }
        }
    }

    fn do_act(&mut self, act: Act, now: DateTime<Utc>) {
        let (calendar, sla) = (&self.calendar, &self.sla);
        let clock = self.clock.clone();
        self.clock = match act {
            Act::InquirerWrites => clock.heard_from_inquirer(calendar, sla.answer_within, now),
            Act::Hold(days) if clock.status() == Status::Open || clock.is_held_by_desk() => {
                let until = date_of(now, calendar.time_zone()).checked_add_days(chrono::Days::new(days));
                clock.held(calendar, now, Hold { waiting_for: WaitingFor::Desk, until })
            }
            Act::Ask => {
                let until = sla.remind_on(calendar, now);
                clock.held(calendar, now, Hold { waiting_for: WaitingFor::Inquirer, until })
            }
            Act::Answer => clock.answered(),
            Act::Close => clock.closed(),
            Act::Reopen => clock.reopened(calendar, sla.answer_within, now),
            Act::Bounce => clock.unanswered(calendar, now),
            Act::Hold(_) | Act::Wait(_) => clock,
        };
    }
}

proptest! {
    #[test]
    fn no_ticket_is_in_a_state_in_which_nobody_will_hear_of_it(
        start in 0..15_000_000_i64,
        has_inquiry in any::<bool>(),
        acts in proptest::collection::vec(act(), 1..40),
    ) {
        /// No hold and no closure of the desk together last longer.
        const LONGEST: TimeDelta = TimeDelta::days(100);
        let mut now = "2025-06-27T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(start);
        let mut ticket = Ticket::new(now, has_inquiry);
        for act in acts {
            ticket.do_act(act, now);
            let until = now + TimeDelta::seconds(if let Act::Wait(seconds) = act { seconds } else { 60 });
            while ticket.clock.is_owed() {
                let next = ticket.next(now);
                prop_assert!(next.is_some(), "{act:?} {:?}", ticket.clock);
                let next = next.unwrap();
                prop_assert!(next - now < LONGEST, "{act:?} {:?} {next}", ticket.clock);
                if next > until {
                    break;
                }
                // What the digest lists every day is told at once in this model.
                now = now.max(next) + TimeDelta::seconds(1);
                ticket.tell(now);
                if now > until {
                    break;
                }
            }
            now = now.max(until);
        }
    }
}
