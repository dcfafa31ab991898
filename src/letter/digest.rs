//! The digest (日次一覧) in words: its groups, its summary line, its alarms.
//! `notify::digest` decides which tickets and mails a member sees.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    CaseContext, FiguresContext, ParkedMail, Purpose, StaffCommon, StaffTicket, WaitingContext,
    bounds::{Shown, for_staff},
    purpose_in_words,
};
use crate::desk::{
    application::{Call, Stage},
    calendar::{BusinessTime, LAST_PUBLISHED_HOLIDAY_YEAR, date_of},
    japanese_time,
};

/// The values of one member's digest.
#[derive(Debug, Clone, Serialize)]
pub struct DigestContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// Whose list it is; empty for the reader's own.
    pub of: String,
    /// What the digest is about, in a few words.
    pub summary: String,
    pub groups: Vec<Group>,
    /// Meetings and visits of regions that are supported.
    pub meetings: Vec<CaseContext>,
    pub parked: Vec<ParkedMail>,
    /// How many parked mails there are; `parked` may hold fewer.
    pub parked_count: usize,
    pub undelivered_mails: Vec<UndeliveredMail>,
    /// How many of them there are; `undelivered_mails` may hold fewer.
    pub undelivered_count: usize,
    /// Mails that wait for the reader's word.
    pub drafts: Vec<HeldDraft>,
    /// All zero where the reader does not get figures.
    pub figures: FiguresContext,
    /// Hash of the newest event of the audit; empty where the reader does not get it. It leaves the machine so that a cut end of
    /// the audit shows.
    pub audit: String,
    /// Where the call for the 伴走支援 stands; empty where there is none now.
    pub support: String,
    /// Sentences of [`Alarm`]s; empty where there are none.
    pub alarm: String,
}

/// Tickets under one title.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    pub title: Title,
    /// How many tickets there are; `tickets` and `listed` may hold fewer.
    pub count: usize,
    /// The first of them.
    pub tickets: Vec<StaffTicket>,
    /// Further ones, which are shown in one line each.
    pub listed: Vec<StaffTicket>,
}

/// What the tickets of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Title {
    #[serde(rename = "本日までに回答するとお伝えした照会")]
    Promised,
    #[serde(rename = "回答期限を過ぎた照会")]
    Overdue,
    #[serde(rename = "本日が回答期限の照会")]
    DueToday,
    #[serde(rename = "担当している照会")]
    Own,
    #[serde(rename = "担当が決まっている照会")]
    Assigned,
    #[serde(rename = "担当が決まっていない照会")]
    Unassigned,
    #[serde(rename = "同じ差出人・ドメインから続けて届いた照会")]
    Flood,
    #[serde(rename = "確認・回答が必要な伴走支援の応募")]
    Support,
    #[serde(rename = "保留中（事務局）の伴走支援の応募")]
    SupportHeld,
    #[serde(rename = "返信待ちの伴走支援の応募")]
    SupportWaiting,
    #[serde(rename = "お礼の返信があった伴走支援の応募（対応は要りません）")]
    SupportThanked,
    #[serde(rename = "前回以降に対応した伴走支援の応募")]
    SupportAnswered,
    #[serde(rename = "保留中（事務局）の照会")]
    Held,
    #[serde(rename = "照会者の返信待ちの照会")]
    Waiting,
    #[serde(rename = "お礼の返信があった照会（対応は要りません）")]
    Thanked,
    #[serde(rename = "メモが加わった照会")]
    Noted,
    #[serde(rename = "前回以降に回答した照会")]
    Answered,
}

/// The title of a list of everybody's tickets.
pub const LIST_OF_ALL: &str = "全員の照会";

/// The title of a list of one member's tickets.
#[must_use]
pub fn list_of(name: &str) -> String {
    format!("{name}さんの照会")
}

/// What the summary line counts. A count of zero is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub promised: usize,
    pub overdue: usize,
    pub due_today: usize,
    pub own: usize,
    pub unassigned: usize,
    /// Further ones from senders who have written very often.
    pub flood: usize,
    pub applications: usize,
    /// Meetings and visits that are today, or wait for minutes or an answer.
    pub meetings: usize,
    pub parked: usize,
    pub undelivered: usize,
    /// Mails that wait for the reader's word.
    pub drafts: usize,
}

impl Counts {
    /// 「超過1件・担当2件」
    #[must_use]
    pub fn summary(self) -> String {
        let counts: Vec<String> = [
            ("本日お約束", self.promised),
            ("超過", self.overdue),
            ("本日期限", self.due_today),
            ("送信待ち", self.drafts),
            ("担当", self.own),
            ("担当未定", self.unassigned),
            ("続けて届いた照会", self.flood),
            ("伴走支援", self.applications),
            ("会議等", self.meetings),
            ("要確認", self.parked),
            ("不達", self.undelivered),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(words, count)| format!("{words}{count}件"))
        .collect();
        if counts.is_empty() { "新しい照会はありません".to_owned() } else { counts.join("・") }
    }
}

/// Where a call stands: how many applications there are, and how many days are left until the deadline, and then until the
/// results. Empty before the call, and once nobody waits for a result.
#[must_use]
pub fn call_in_words(call: &Call, stages: &BTreeMap<Stage, usize>, now: DateTime<Utc>) -> String {
    let today = date_of(now, call.time_zone);
    let count = |stage| stages.get(&stage).copied().unwrap_or_default();
    let (received, accepted) = (count(Stage::Received), count(Stage::Accepted));
    let is_over = call.late_by(now).is_some();
    if !call.has_opened(now) || is_over && received + accepted == 0 {
        return String::new();
    }
    let days = |until: NaiveDate| match (until - today).num_days() {
        0 => "本日".to_owned(),
        days @ 1.. => format!("あと{days}日"),
        days => format!("{}日超過", -days),
    };
    let (what, until) =
        if is_over { ("選定結果の通知", call.results_by) } else { ("申込締切", call.closes) };
    let counts: Vec<String> = [("受理", accepted), ("要確認", received), ("取下げ", count(Stage::Withdrawn))]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word}{count}件"))
        .collect();
    let counts = if counts.is_empty() {
        "応募はまだありません".to_owned()
    } else {
        format!("応募は{}", counts.join("・"))
    };
    format!("{counts}。{what}は{}（{}）です。", japanese_time::official(until), days(until))
}

/// What leads should tell the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A deadline or the window reaches beyond the last year whose public holidays are published.
    HolidaysUnpublished,
    /// No mail has come for so much business time.
    Silence(BusinessTime),
}

impl Alarm {
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::HolidaysUnpublished => format!(
                "{LAST_PUBLISHED_HOLIDAY_YEAR}年より後の国民の祝日はまだ公表されていないため、回答期限や受付期間の計算が変わる可能性があります。運用担当者にお知らせください。"
            ),
            Self::Silence(silence) => format!(
                "受付時間で{}のあいだ、メールが1通も届いていません。窓口宛てのメールが届く状態か、運用担当者にご確認ください。",
                japanese_time::duration(silence)
            ),
        }
    }
}

/// A mail that waits for the reader's word.
#[derive(Debug, Clone, Serialize)]
pub struct HeldDraft {
    #[serde(flatten)]
    pub asked: WaitingContext,
    pub author: String,
    /// Since when it waits.
    pub since: String,
}

impl HeldDraft {
    #[must_use]
    pub fn new(
        asked: WaitingContext,
        author: &str,
        since: DateTime<Utc>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        Self { asked, author: author.to_owned(), since: japanese_time::instant(since, zone, now) }
    }
}

/// A mail that did not arrive.
#[derive(Debug, Clone, Serialize)]
pub struct UndeliveredMail {
    /// Number of the ticket; empty where there is none.
    pub number: String,
    /// What the mail was for.
    pub what: &'static str,
    pub recipient: String,
}

impl UndeliveredMail {
    #[must_use]
    pub fn new(number: String, purpose: Purpose, recipient: &str) -> Self {
        Self { number, what: purpose_in_words(purpose), recipient: for_staff(recipient, Shown::Address) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_there_is() {
        let all = Counts {
            promised: 1,
            overdue: 1,
            due_today: 2,
            own: 3,
            unassigned: 4,
            flood: 10,
            applications: 7,
            meetings: 8,
            parked: 5,
            undelivered: 6,
            drafts: 9,
        };
        assert_eq!(
            all.summary(),
            "本日お約束1件・超過1件・本日期限2件・送信待ち9件・担当3件・担当未定4件・続けて届いた照会10件・伴走支援7件・会議等8件・要確認5件・不達6件"
        );
        assert_eq!(Counts { unassigned: 2, ..Counts::default() }.summary(), "担当未定2件");
        assert_eq!(Counts::default().summary(), "新しい照会はありません");
    }

    #[test]
    fn a_call_counts_down_to_its_deadline_and_then_to_its_results() {
        let settings = crate::settings::Settings::from_toml("").unwrap();
        let call = crate::server::rules(&settings).support.unwrap().call;
        let some = BTreeMap::from([(Stage::Received, 1), (Stage::Accepted, 2)]);
        let none = BTreeMap::new();
        let over = BTreeMap::from([(Stage::Notified, 3)]);
        for (at, stages, words) in [
            ("2025-06-24T09:00:00+09:00", &none, ""),
            (
                "2025-06-25T09:00:00+09:00",
                &none,
                "応募はまだありません。申込締切は令和7年7月31日（木）（あと36日）です。",
            ),
            (
                "2025-07-31T23:59:59+09:00",
                &some,
                "応募は受理2件・要確認1件。申込締切は令和7年7月31日（木）（本日）です。",
            ),
            (
                "2025-08-01T00:00:00+09:00",
                &some,
                "応募は受理2件・要確認1件。選定結果の通知は令和7年8月14日（木）（あと13日）です。",
            ),
            (
                "2025-08-16T09:00:00+09:00",
                &some,
                "応募は受理2件・要確認1件。選定結果の通知は令和7年8月14日（木）（2日超過）です。",
            ),
            ("2025-08-16T09:00:00+09:00", &over, ""),
            ("2025-08-16T09:00:00+09:00", &none, ""),
        ] {
            let now = at.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
            assert_eq!(call_in_words(&call, stages, now), words, "{at}");
        }
    }

    #[test]
    fn alarms_say_what_to_tell_the_operator() {
        assert_eq!(
            Alarm::Silence(BusinessTime::from_hours(16)).in_words(),
            "受付時間で16時間のあいだ、メールが1通も届いていません。窓口宛てのメールが届く状態か、運用担当者にご確認ください。"
        );
        assert_eq!(
            Alarm::HolidaysUnpublished.in_words(),
            format!(
                "{LAST_PUBLISHED_HOLIDAY_YEAR}年より後の国民の祝日はまだ公表されていないため、回答期限や受付期間の計算が\
                 変わる可能性があります。運用担当者にお知らせください。"
            )
        );
    }
}
