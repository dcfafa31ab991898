//! `[support]`: the 伴走支援 (事務連絡 別紙2).

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    desk::{application::ApplicationField, calendar::BusinessTime},
    settings::values::{Period, date, list, parsed, range},
};

/// `[support]`: the call for the 伴走支援, and the support that follows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Support {
    /// Whether the desk takes applications. Otherwise mails about the call are parked for staff.
    pub enabled: bool,
    /// Name of the 伴走支援 in the desk's mails.
    pub title: String,
    /// Short name, as mails say in front of 「の公募」.
    pub name: String,
    /// First day of the call.
    #[serde(deserialize_with = "date")]
    pub opens: NaiveDate,
    /// Last day for applications, in the desk's time zone. The whole day counts. Another day is another call.
    #[serde(deserialize_with = "date")]
    pub closes: NaiveDate,
    /// Period after `closes` within which the results are sent. The last business day in it counts.
    #[serde(deserialize_with = "parsed")]
    pub results_within: Period,
    /// First day of the support.
    #[serde(deserialize_with = "date")]
    pub starts: NaiveDate,
    /// Last day of the support.
    #[serde(deserialize_with = "date")]
    pub ends: NaiveDate,
    /// Number of regions to be selected.
    pub places: usize,
    /// Least and largest number of meetings: `3..4`.
    #[serde(deserialize_with = "range")]
    pub meetings: RangeInclusive<usize>,
    /// Largest number of visits of advisers.
    pub visits: usize,
    /// Least and largest number of 構成員: `10..15`.
    #[serde(deserialize_with = "range")]
    pub members: RangeInclusive<usize>,
    /// What reviewers give points for, 1 to 5 each.
    #[serde(deserialize_with = "list")]
    pub criteria: Vec<String>,
    /// Business time before a meeting at which everybody is reminded.
    #[serde(deserialize_with = "parsed")]
    pub remind_before: BusinessTime,
    /// Whether the officer who sent an application gets a copy of its result.
    pub copy_results_to_sender: bool,
    /// Other spellings of the form's labels.
    pub fields: Vec<SupportField>,
    /// The advisers.
    pub advisers: Vec<SupportAdviser>,
}

/// `[[support.fields]]`: spellings of one field of the 申込書, beside the built-in ones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportField {
    /// Key of the field, such as `area`.
    #[serde(deserialize_with = "parsed")]
    pub key: ApplicationField,
    /// Label of the field in the form.
    pub label: String,
    /// Other spellings of the label.
    #[serde(default, deserialize_with = "list")]
    pub aliases: Vec<String>,
}

/// `[[support.advisers]]`: one adviser.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportAdviser {
    /// Name of the adviser.
    pub name: String,
    /// Mail address of the adviser. Requests and invitations need it.
    pub address: Option<String>,
    /// Place of work, as the desk's mails name it.
    #[serde(default)]
    pub affiliation: String,
}

impl Default for Support {
    fn default() -> Self {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
        Self {
            enabled: true,
            title: "在宅医療の拠点整備・運用に向けた伴走支援".into(),
            name: "伴走支援".into(),
            // 要領 8: 申込締切 令和7年7月31日
            opens: day(2025, 6, 25),
            closes: day(2025, 7, 31),
            // 要領 9: 申込締切から2週間程度
            results_within: Period(std::time::Duration::from_hours(14 * 24)),
            // 要領 3: 令和7年8月頃から令和8年2月末（予定）まで
            starts: day(2025, 8, 1),
            ends: day(2026, 2, 28),
            // 要領 5, 3, 6
            places: 1,
            meetings: 3..=4,
            visits: 3,
            members: 10..=15,
            criteria: ["課題の具体性", "拠点の取組", "参加者の構成", "実現の見込み"].map(Into::into).to_vec(),
            remind_before: BusinessTime::from_hours(24),
            copy_results_to_sender: false,
            fields: Vec::new(),
            advisers: Vec::new(),
        }
    }
}
