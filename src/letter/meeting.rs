//! What templates of mails about meetings and visits may name, in words.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    StaffCommon, addressee,
    bounds::{Shown, for_letter},
    inquirer::{DeskContext, Profile, TicketContext},
};
use crate::desk::{
    calendar::date_of,
    japanese_time,
    meeting::{Meeting, MeetingKind, MeetingStage, Span},
    own_marks,
    ticket::TicketNumber,
};

/// What the letter tells of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    New,
    Changed,
    Cancelled,
    /// A visit that nobody but its adviser knows of is cancelled.
    Withdrawn,
    /// The meeting takes place, but with another adviser than the reader. Templates of before this word read a cancellation.
    #[serde(rename = "cancelled")]
    Excused,
}

/// The values that a letter about a meeting is written from.
#[derive(Debug, Clone)]
pub struct MeetingFacts<'a> {
    pub number: String,
    /// Prefecture and area.
    pub region: &'a str,
    pub meeting: &'a Meeting,
    pub change: Change,
    /// From and to before the change.
    pub was: Option<Span>,
    /// Name and affiliation of the adviser.
    pub adviser: Option<(&'a str, &'a str)>,
    /// Visits that the call gives.
    pub most_visits: usize,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// A meeting in words. Unknown values are empty.
#[derive(Debug, Clone, Serialize)]
pub struct MeetingWords {
    /// 「第1回会議」 or 「アドバイザー派遣（1回目）」
    pub title: String,
    /// 「会議」 or 「アドバイザーの派遣」
    pub what: &'static str,
    pub is_visit: bool,
    pub change: Change,
    /// The meeting takes place without the reader.
    pub is_excused: bool,
    pub region: String,
    /// 「令和7年9月2日（火）14:00～16:00」
    pub when: String,
    /// 「9月2日（火）」
    pub day: String,
    /// When it was before the change; empty if the time stays.
    pub was: String,
    pub place: String,
    pub url: String,
    /// 「山本 一郎 様（北山大学）」
    pub adviser: String,
    /// 「1回目（最大3回）」 of a visit.
    pub count: String,
    /// Line by line.
    pub agenda: Vec<String>,
}

impl MeetingWords {
    #[must_use]
    pub fn new(facts: &MeetingFacts<'_>) -> Self {
        let MeetingFacts { meeting, change, was, zone, .. } = facts;
        let is_visit = meeting.kind == MeetingKind::Visit;
        let moved = was.filter(|was| *was != (meeting.starts, meeting.ends) && *change == Change::Changed);
        let text =
            |value: &Option<String>| own_marks::disarmed_if_marked(value.as_deref().unwrap_or_default());
        let adviser = facts.adviser.map(|(name, affiliation)| {
            let place = if affiliation.is_empty() { String::new() } else { format!("（{affiliation}）") };
            format!("{}{place}", addressee(None, Some(name)))
        });
        Self {
            title: meeting_in_words(meeting.kind, meeting.nth),
            what: if is_visit { "アドバイザーの派遣" } else { "会議" },
            is_visit,
            change: *change,
            is_excused: *change == Change::Excused,
            region: for_letter(facts.region, Shown::Line),
            when: japanese_time::official_span(meeting.starts, meeting.ends, *zone),
            day: japanese_time::day(date_of(meeting.starts, *zone), date_of(facts.now, *zone)),
            was: moved.map(|(from, to)| japanese_time::official_span(from, to, *zone)).unwrap_or_default(),
            place: text(&meeting.place),
            url: text(&meeting.url),
            adviser: adviser.unwrap_or_default(),
            count: if is_visit {
                format!("{}回目（最大{}回）", meeting.nth, facts.most_visits)
            } else {
                String::new()
            },
            agenda: text(&meeting.agenda).lines().map(str::to_owned).collect(),
        }
    }

    /// What the calendar entry says besides title, time and place.
    #[must_use]
    pub fn description(&self) -> String {
        let label = if self.is_visit { "内容" } else { "議題" };
        let mut lines = Vec::new();
        lines.extend((!self.url.is_empty()).then(|| format!("接続先：{}", self.url)));
        lines.extend((!self.adviser.is_empty()).then(|| format!("アドバイザー：{}", self.adviser)));
        lines.extend((!self.agenda.is_empty()).then(|| format!("{label}：")));
        lines.extend(self.agenda.iter().cloned());
        lines.join("\n")
    }

    /// The title of the calendar entry.
    #[must_use]
    pub fn calendar_title(&self) -> String {
        format!("伴走支援 {}（{}）", self.title, self.region)
    }
}

/// 「第1回会議」, 「アドバイザー派遣（1回目）」
#[must_use]
pub fn meeting_in_words(kind: MeetingKind, nth: u32) -> String {
    match kind {
        MeetingKind::Meeting => format!("第{nth}回会議"),
        MeetingKind::Visit => format!("アドバイザー派遣（{nth}回目）"),
    }
}

#[must_use]
pub fn status_of_meeting(stage: MeetingStage) -> &'static str {
    match stage {
        MeetingStage::Asked => "依頼中",
        MeetingStage::Set => "予定",
        MeetingStage::Held => "開催済",
        MeetingStage::Cancelled => "中止",
    }
}

/// What stands above a letter that tells of something else than the one before it.
#[must_use]
pub fn another_letter(to: &str, subject: &str) -> String {
    format!("\n\n──── 次は、{to} への本文です ────\n件名：{subject}\n\n")
}

/// The title of a note with minutes.
#[must_use]
pub fn minutes_in_words(kind: MeetingKind, nth: u32) -> String {
    format!("議事録：{}", meeting_in_words(kind, nth))
}

/// What is open of a meeting or a visit that is neither held nor cancelled.
#[must_use]
pub fn open_meeting(meeting: &Meeting, zone: Tz, now: DateTime<Utc>) -> String {
    let title = meeting_in_words(meeting.kind, meeting.nth);
    let day = japanese_time::day(date_of(meeting.starts, zone), date_of(now, zone));
    if meeting.stage == MeetingStage::Asked {
        format!("{title}（{day}）は、アドバイザーのお返事がありません")
    } else if meeting.ends > now {
        format!("{title}（{}）の予定があります", japanese_time::instant(meeting.starts, zone, now))
    } else {
        format!("{title}（{day}）の議事録がありません")
    }
}

/// A question that is not answered at the end of the support.
#[must_use]
pub fn open_question(number: &TicketNumber) -> String {
    format!("{number} のご質問に回答していません")
}

/// A letter about a meeting to one of those who take part.
#[derive(Debug, Clone, Serialize)]
pub struct MeetingContext {
    pub desk: DeskContext,
    /// Opening hours.
    pub hours: String,
    pub ticket: TicketContext,
    /// Organization and name with their title, in one or two lines.
    pub recipient: String,
    pub to_adviser: bool,
    pub meeting: MeetingWords,
    /// A member's own sentences; empty if there are none.
    pub text: String,
}

impl MeetingContext {
    #[must_use]
    pub fn new(profile: &Profile, number: &str, recipient: String, meeting: MeetingWords) -> Self {
        Self {
            desk: profile.into(),
            hours: profile.hours.clone(),
            ticket: TicketContext { number: number.to_owned() },
            recipient,
            to_adviser: false,
            meeting,
            text: String::new(),
        }
    }
}

/// What is open of one case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseContext {
    pub number: String,
    pub region: String,
    /// One sentence each.
    pub lines: Vec<String>,
}

/// What is open when the 伴走支援 ends.
#[derive(Debug, Clone, Serialize)]
pub struct OpenPointsContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// Last day.
    pub ends: String,
    pub cases: Vec<CaseContext>,
}
