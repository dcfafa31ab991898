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
    /// 保留 until so many days later, whose letter leaves or waits for somebody's word.
    Hold(u64, bool),
    /// 質問
    Ask,
    /// 取消 of a question or of a hold.
    TakeBack,
    /// 転送
    Forward,
    /// Who was asked outside answers.
    HearOutside,
    /// An answer leaves; the inquirer may have written since.
    Answer(bool),
    /// A mail is written that waits for somebody's word.
    Write(Draft),
    /// The word comes: the oldest mail that waits leaves, or is stopped.
    Decide(bool),
    Close,
    Reopen,
    /// The answer comes back.
    Bounce,
    /// Another ticket with a running clock is merged into this one.
    Absorb,
    /// So many seconds pass.
    Pass(i64),
}

/// What a mail that waits will do when it leaves.
#[derive(Debug, Clone, Copy)]
enum Draft {
    Answer,
    Question,
    Forward,
    /// The letter about a hold. The clock is held already.
    Interim,
}

fn draft() -> impl Strategy<Value = Draft> {
    prop_oneof![Just(Draft::Answer), Just(Draft::Question), Just(Draft::Forward)]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        any::<bool>().prop_map(Act::Hear),
        (1..180_u64, any::<bool>()).prop_map(|(days, leaves)| Act::Hold(days, leaves)),
        Just(Act::Ask),
        Just(Act::Forward),
        Just(Act::HearOutside),
        draft().prop_map(Act::Write),
        any::<bool>().prop_map(Act::Decide),
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
    drafts: Vec<(Draft, Undecided)>,
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
            drafts: Vec::new(),
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

    /// When somebody is told next, and whether by a digest: those of business days list what is urgent and what waits for a word.
    fn next(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, bool)> {
        let (calendar, sla) = (&self.calendar, &self.sla);
        let step = self.waiting().next(calendar, sla).and_then(|(at, _)| calendar.next_opening(at.max(now)));
        let notice = self.watched().and_then(|watched| watched.next(calendar, sla, now));
        let reminders = self.drafts.iter().filter_map(|(_, draft)| draft.next(calendar, sla));
        let reminder = reminders.min().and_then(|at| calendar.next_opening(at.max(now)));
        let digest = calendar.next_opening(now).filter(|at| {
            let urgency = Urgency::of(&self.clock, self.told.promised_on, calendar, *at);
            !self.drafts.is_empty() || self.clock.is_owed() && urgency.is_news()
        });
        let told = [step, notice, reminder].into_iter().flatten().map(|at| (at, false));
        told.chain(digest.map(|at| (at, true))).min()
    }

    fn moved(&mut self, after: SlaClock, by_inquirer: bool, now: DateTime<Utc>) {
        self.turn = self.turn.moved(&self.clock, &after, &self.calendar, now);
        self.told = self.told.moved(&self.clock, &after, by_inquirer);
        self.clock = after;
    }

    /// What the schedule does. `true` if something was due.
    fn tick(&mut self, now: DateTime<Utc>) -> bool {
        let (calendar, sla) = (self.calendar.clone(), self.sla);
        let step = self.waiting().next(&calendar, &sla).filter(|(at, _)| *at <= now && calendar.is_open(now));
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
        let is_due = |draft: &Undecided| {
            draft.next(&calendar, &sla).is_some_and(|at| at <= now) && calendar.is_open(now)
        };
        if self.drafts.iter().any(|(_, draft)| is_due(draft)) {
            self.drafts
                .iter_mut()
                .filter(|(_, draft)| is_due(draft))
                .for_each(|(_, draft)| draft.is_reminded = true);
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
                if !leaves {
                    self.write(Draft::Interim, now);
                }
            }
            Act::Ask => self.wait(WaitingFor::Inquirer, now),
            Act::Forward if clock.status() == Status::Open || clock.is_held_by_desk() => {
                self.wait(WaitingFor::ThirdParty, now);
            }
            Act::HearOutside
                if clock.hold().is_some_and(|hold| hold.waiting_for == WaitingFor::ThirdParty) =>
            {
                self.moved(clock.resumed(&calendar, now), false, now);
            }
            Act::Write(draft) => self.write(draft, now),
            Act::Decide(leaves) if !self.drafts.is_empty() => {
                let (draft, _) = self.drafts.remove(0);
                match (draft, leaves) {
                    (Draft::Answer, true) => self.act(Act::Answer(false), now),
                    (Draft::Question, true) if clock.status() == Status::Open => self.act(Act::Ask, now),
                    (Draft::Forward, true) => self.act(Act::Forward, now),
                    (Draft::Interim, true) if clock.is_held_by_desk() => {
                        self.told.promised_on = clock.hold().and_then(|hold| hold.until);
                    }
                    (Draft::Interim, false) => self.act(Act::TakeBack, now),
                    _ => {}
                }
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
            Act::Absorb | Act::Hold(..) | Act::Forward | Act::HearOutside | Act::Decide(_) | Act::Pass(_) => {
            }
        }
    }

    fn write(&mut self, draft: Draft, now: DateTime<Utc>) {
        self.drafts.push((draft, Undecided { since: now, is_reminded: false }));
    }

    /// A question has left, to the inquirer or to somebody outside.
    fn wait(&mut self, waiting_for: WaitingFor, now: DateTime<Utc>) {
        let hold = Hold { waiting_for, until: self.sla.remind_on(&self.calendar, now) };
        self.moved(self.clock.clone().held(&self.calendar, now, hold), false, now);
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
        /// A closure of the desk.
        const CLOSED: TimeDelta = TimeDelta::days(14);
        /// A hold, and a closure of the desk at its end.
        const LONGEST: TimeDelta = TimeDelta::days(180 + 14);
        let mut now = "2025-06-27T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(start);
        let mut ticket = Ticket::new(now, lacks_inquiry, is_asked);
        for act in acts {
            ticket.act(act, now);
            let until = now + TimeDelta::seconds(if let Act::Pass(seconds) = act { seconds } else { 60 });
            while ticket.clock.is_owed() || !ticket.drafts.is_empty() {
                let next = ticket.next(now);
                prop_assert!(next.is_some(), "{act:?} at {now}: {:?}", ticket.clock);
                let (next, by_digest) = next.unwrap();
                let longest = if ticket.drafts.is_empty() { LONGEST } else { CLOSED };
                prop_assert!(next - now < longest, "{act:?} at {now}: {:?} {next}", ticket.clock);
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
