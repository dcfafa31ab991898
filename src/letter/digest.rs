//! The digest (日次一覧) in words: its groups, its summary line, its alarms.
//! Which tickets and mails a member sees is decided elsewhere.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    FiguresContext, Purpose, StaffCommon, StaffTicket, purpose_in_words, reason_in_words, sender_in_words,
};
use crate::desk::{
    calendar::{BusinessTime, LAST_PUBLISHED_HOLIDAY_YEAR},
    japanese_time, own_marks,
    triage::{ParkReason, Rules},
};

/// As much of a sender or a subject as a digest shows, in characters.
const SHORT: usize = 60;

/// The values of one member's digest.
#[derive(Debug, Clone, Serialize)]
pub struct DigestContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// What the digest is about, in a few words.
    pub summary: String,
    pub groups: Vec<Group>,
    pub parked: Vec<ParkedMail>,
    /// How many parked mails there are; `parked` may hold fewer.
    pub parked_count: usize,
    pub undelivered_mails: Vec<UndeliveredMail>,
    /// All zero where the reader does not get figures.
    pub figures: FiguresContext,
    /// Sentences of [`Alarm`]s; empty where there are none.
    pub alarm: String,
}

/// Tickets under one title.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    pub title: Title,
    /// How many tickets there are; `tickets` may hold fewer.
    pub count: usize,
    pub tickets: Vec<StaffTicket>,
}

/// What the tickets of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Title {
    #[serde(rename = "回答期限を過ぎた照会")]
    Overdue,
    #[serde(rename = "本日が回答期限の照会")]
    DueToday,
    #[serde(rename = "担当している照会")]
    Own,
    #[serde(rename = "担当が決まっていない照会")]
    Unassigned,
    #[serde(rename = "照会者の返信待ちの照会")]
    Waiting,
    #[serde(rename = "前回以降に回答した照会")]
    Answered,
}

/// What the summary line counts. A count of zero is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub overdue: usize,
    pub due_today: usize,
    pub own: usize,
    pub unassigned: usize,
    pub parked: usize,
    pub undelivered: usize,
}

impl Counts {
    /// 「超過1件・担当2件」
    #[must_use]
    pub fn summary(self) -> String {
        let counts: Vec<String> = [
            ("超過", self.overdue),
            ("本日期限", self.due_today),
            ("担当", self.own),
            ("担当未定", self.unassigned),
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

/// A parked mail.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedMail {
    pub received: String,
    pub reason: &'static str,
    pub from: String,
    pub subject: String,
}

impl ParkedMail {
    /// `reason` is `None` where this version does not know the stored one.
    #[must_use]
    pub fn new(
        rules: &Rules,
        received_at: DateTime<Utc>,
        reason: Option<ParkReason>,
        from: &str,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let short = |text: &str| own_marks::disarmed(text).chars().take(SHORT).collect();
        Self {
            received: japanese_time::instant(received_at, rules.calendar.time_zone(), now),
            reason: reason_in_words(reason),
            from: short(sender_in_words(reason, from)),
            subject: short(subject),
        }
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
        Self { number, what: purpose_in_words(purpose), recipient: own_marks::disarmed(recipient) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_there_is() {
        let all = Counts { overdue: 1, due_today: 2, own: 3, unassigned: 4, parked: 5, undelivered: 6 };
        assert_eq!(all.summary(), "超過1件・本日期限2件・担当3件・担当未定4件・要確認5件・不達6件");
        assert_eq!(Counts { unassigned: 2, ..Counts::default() }.summary(), "担当未定2件");
        assert_eq!(Counts::default().summary(), "新しい照会はありません");
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
