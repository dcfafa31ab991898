//! Meetings and visits of an application that is supported (伴走支援): what a member orders, and the legal transitions.

use super::japanese_date::WrittenSpan;
use crate::words::closed_set;

closed_set! {
    MeetingKind {
        /// 会議
        Meeting = "meeting",
        /// アドバイザーの派遣
        Visit = "visit",
    }
}

/// What a member writes about a meeting or a visit besides its day. `None`: as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    pub place: Option<String>,
    /// Address of an online meeting.
    pub url: Option<String>,
    pub agenda: Option<String>,
    /// Name of an adviser in the settings.
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
