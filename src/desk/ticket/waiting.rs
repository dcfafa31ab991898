//! What the schedule does next about a ticket that waits, and when. Somebody hears of every debt: the test here does to a ticket
//! all that people and the clock do.

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

/// A mail of a member's that waits for somebody's word. They are reminded once, and the digests of business days list it until
/// they decide.
#[derive(Debug, Clone, Copy)]
pub struct Undecided {
    pub since: DateTime<Utc>,
    pub is_reminded: bool,
}

impl Undecided {
    /// When the reminder is due. `None` if it was sent, and if the desk never opens again.
    #[must_use]
    pub fn next(&self, calendar: &Calendar, sla: &Sla) -> Option<DateTime<Utc>> {
        if self.is_reminded { None } else { sla.decide_by(calendar, self.since) }
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
mod tests;
