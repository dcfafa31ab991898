//! Meetings and visits of a region that is supported (伴走支援): what a member orders, and the legal changes. A change is a new
//! version of the meeting, so history is rows and a change that is stopped in time leaves no trace.
//! `tickets::meetings` decides who is told.

use chrono::{DateTime, Utc};

use super::{form::fold, japanese_date::WrittenSpan};
use crate::words::closed_set;

closed_set! {
    MeetingKind {
        /// 会議
        Meeting = "meeting",
        /// アドバイザーの派遣
        Visit = "visit",
    }
}

closed_set! {
    MeetingStage {
        /// The adviser is asked whether they come.
        Asked = "asked",
        /// Everybody is invited.
        Set = "set",
        /// It took place, and there are minutes.
        Held = "held",
        Cancelled = "cancelled",
    }
}

/// From and to.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// What a member writes about a meeting or a visit besides its day. `None`: as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    pub place: Option<String>,
    /// Address of an online meeting.
    pub url: Option<String>,
    pub agenda: Option<String>,
    /// Name of an adviser in the settings, or their address.
    pub adviser: Option<String>,
    /// A sentence of the letter that announces it.
    pub message: Option<String>,
}

/// An order that sets a meeting, asks for a visit, or changes one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranged {
    pub kind: MeetingKind,
    /// `None`: a further visit.
    pub nth: Option<u32>,
    /// `None`: the day stays.
    pub span: Option<WrittenSpan>,
    pub details: Details,
}

/// One version of a meeting or a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub kind: MeetingKind,
    /// From 1, for each kind. A visit that is cancelled leaves its number to the next one.
    pub nth: u32,
    pub stage: MeetingStage,
    pub starts: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    pub place: Option<String>,
    pub url: Option<String>,
    pub agenda: Option<String>,
    /// Address.
    pub adviser: Option<String>,
    /// Versions before this one.
    pub sequence: u32,
}

/// Why a meeting cannot be arranged so. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unarranged {
    /// As many as the call gives: `count` are not cancelled.
    TooMany {
        kind: MeetingKind,
        count: usize,
    },
    NoSuch {
        kind: MeetingKind,
        nth: u32,
    },
    NoDay,
    NoAdviser,
    InPast,
    AlreadyHeld,
    AlreadySet,
    /// The adviser has not answered yet.
    NotSet,
    /// Only a visit that is asked for can be declined.
    NotAsked,
    /// Another adviser has to be asked first.
    OtherAdviser,
    NothingChanges,
    /// Minutes of a meeting that has not begun.
    NotYet,
}

/// How many meetings and visits the call gives.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub meetings: usize,
    pub visits: usize,
}

/// A day, a place and so on, with the year and the adviser's address found.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub span: Option<Span>,
    pub place: Option<String>,
    pub url: Option<String>,
    pub agenda: Option<String>,
    pub adviser: Option<String>,
}

impl Meeting {
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.stage != MeetingStage::Cancelled
    }

    fn next(self, stage: MeetingStage) -> Self {
        Self { stage, sequence: self.sequence + 1, ..self }
    }

    /// With what the plan says; what it does not say stays.
    fn changed(self, plan: Plan, now: DateTime<Utc>) -> Result<Self, Unarranged> {
        if self.stage == MeetingStage::Held {
            return Err(Unarranged::AlreadyHeld);
        }
        let before = self.clone();
        if plan.adviser.is_some() && before.kind == MeetingKind::Visit && plan.adviser != before.adviser {
            return Err(Unarranged::OtherAdviser);
        }
        let (starts, ends) = plan.span.unwrap_or((self.starts, self.ends));
        if starts <= now {
            return Err(Unarranged::InPast);
        }
        let changed = Self {
            starts,
            ends,
            place: plan.place.or(self.place),
            url: plan.url.or(self.url),
            agenda: plan.agenda.or(self.agenda),
            adviser: plan.adviser.or(self.adviser),
            ..self
        };
        if changed == before {
            return Err(Unarranged::NothingChanges);
        }
        let stage = changed.stage;
        Ok(changed.next(stage))
    }

    fn cancelled(self) -> Result<Self, Unarranged> {
        match self.stage {
            MeetingStage::Held => Err(Unarranged::AlreadyHeld),
            _ => Ok(self.next(MeetingStage::Cancelled)),
        }
    }

    fn declined(self) -> Result<Self, Unarranged> {
        match self.stage {
            MeetingStage::Asked => Ok(self.next(MeetingStage::Cancelled)),
            _ => Err(Unarranged::NotAsked),
        }
    }

    fn confirmed(self, now: DateTime<Utc>) -> Result<Self, Unarranged> {
        match self.stage {
            MeetingStage::Asked if self.starts <= now => Err(Unarranged::InPast),
            MeetingStage::Asked => Ok(self.next(MeetingStage::Set)),
            _ => Err(Unarranged::AlreadySet),
        }
    }

    /// It took place. This is no new version, because nobody outside is told.
    fn held(self, now: DateTime<Utc>) -> Result<Self, Unarranged> {
        match self.stage {
            MeetingStage::Asked => Err(Unarranged::NotSet),
            _ if now < self.starts => Err(Unarranged::NotYet),
            _ => Ok(Self { stage: MeetingStage::Held, ..self }),
        }
    }
}

/// The meetings and visits of a case, each in its newest version.
#[derive(Debug, Clone, Default)]
pub struct Meetings(pub Vec<Meeting>);

impl Meetings {
    #[must_use]
    pub fn live(&self, kind: MeetingKind, nth: u32) -> Option<&Meeting> {
        self.0.iter().find(|meeting| meeting.kind == kind && meeting.nth == nth && meeting.is_live())
    }

    fn of(&self, kind: MeetingKind, nth: u32) -> Result<Meeting, Unarranged> {
        self.live(kind, nth).cloned().ok_or(Unarranged::NoSuch { kind, nth })
    }

    fn live_of(&self, kind: MeetingKind) -> impl Iterator<Item = &Meeting> {
        self.0.iter().filter(move |meeting| meeting.kind == kind && meeting.is_live())
    }

    /// Sets a meeting, asks for a visit, or changes one of them.
    ///
    /// # Errors
    /// When the call gives no more, the day is past, or a detail is missing.
    pub fn arranged(
        &self,
        (kind, nth): (MeetingKind, Option<u32>),
        plan: Plan,
        most: Most,
        now: DateTime<Utc>,
    ) -> Result<Meeting, Unarranged> {
        if let Some(known) = nth.and_then(|nth| self.live(kind, nth)) {
            return known.clone().changed(plan, now);
        }
        let count = self.live_of(kind).count();
        let nth = match (kind, nth) {
            (MeetingKind::Meeting, Some(nth)) if (1..=most.meetings).contains(&(nth as usize)) => nth,
            (MeetingKind::Meeting, _) => return Err(Unarranged::TooMany { kind, count: most.meetings }),
            (MeetingKind::Visit, Some(nth)) => return Err(Unarranged::NoSuch { kind, nth }),
            (MeetingKind::Visit, None) if count >= most.visits => {
                return Err(Unarranged::TooMany { kind, count });
            }
            (MeetingKind::Visit, None) => {
                (1..).find(|nth| self.live(kind, *nth).is_none()).unwrap_or_default()
            }
        };
        let (starts, ends) = plan.span.ok_or(Unarranged::NoDay)?;
        if starts <= now {
            return Err(Unarranged::InPast);
        }
        if kind == MeetingKind::Visit && plan.adviser.is_none() {
            return Err(Unarranged::NoAdviser);
        }
        let stage = if kind == MeetingKind::Visit { MeetingStage::Asked } else { MeetingStage::Set };
        // One that was cancelled has the same number, so its versions go on.
        let earlier = self.0.iter().filter(|meeting| meeting.kind == kind && meeting.nth == nth);
        let sequence = earlier.map(|meeting| meeting.sequence + 1).max().unwrap_or_default();
        let Plan { place, url, agenda, adviser, .. } = plan;
        Ok(Meeting { kind, nth, stage, starts, ends, place, url, agenda, adviser, sequence })
    }

    /// # Errors
    /// When there is none, or it took place.
    pub fn cancelled(&self, kind: MeetingKind, nth: u32) -> Result<Meeting, Unarranged> {
        self.of(kind, nth)?.cancelled()
    }

    /// The adviser comes.
    ///
    /// # Errors
    /// When no adviser is asked, or the day is past.
    pub fn confirmed(&self, nth: u32, now: DateTime<Utc>) -> Result<Meeting, Unarranged> {
        self.of(MeetingKind::Visit, nth)?.confirmed(now)
    }

    /// The adviser does not come.
    ///
    /// # Errors
    /// When no adviser is asked.
    pub fn declined(&self, nth: u32) -> Result<Meeting, Unarranged> {
        self.of(MeetingKind::Visit, nth)?.declined()
    }

    /// # Errors
    /// When it has not begun, or its adviser has not answered.
    pub fn held(&self, kind: MeetingKind, nth: u32, now: DateTime<Utc>) -> Result<Meeting, Unarranged> {
        self.of(kind, nth)?.held(now)
    }
}

/// Whether a member means the person of this name: the whole name, or its beginning, with or without a title.
#[must_use]
pub fn is_named(name: &str, wanted: &str) -> bool {
    const TITLES: [&str; 4] = ["先生", "様", "氏", "さん"];
    let bare = |text: &str| {
        let text: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
        TITLES.iter().find_map(|title| text.strip_suffix(title)).map(str::to_owned).unwrap_or(text)
    };
    let wanted = bare(wanted);
    !wanted.is_empty() && bare(name).starts_with(&wanted)
}

#[cfg(test)]
mod tests;
