//! Notices to staff of a mail that is no inquiry like others: what came, and what the desk did with it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    ParkedMail, StaffCommon,
    bounds::{Shown, shortened},
};
use crate::desk::{
    japanese_time,
    triage::{Reading, Rules},
};

/// Names of files that a notice shows.
const MOST_FILES: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// A mail about the call for applications. `receipt`: its sender gets one.
    Call { receipt: bool },
    /// A mail that another mailbox had received long before.
    LongAgo,
    /// An adviser wrote without naming an application.
    Adviser,
    /// A contact wrote, and not in reply to a question of the desk.
    Contact,
}

impl Arrival {
    /// `support` is the name of what the call is for.
    fn title(self, support: &str) -> String {
        match self {
            Self::Call { .. } => format!("{support}の公募に関するメールが届きました"),
            Self::LongAgo => "以前に受信されたメールが移されています".to_owned(),
            Self::Adviser => "アドバイザーからメールが届きました".to_owned(),
            Self::Contact => "照会先からメールが届きました".to_owned(),
        }
    }

    fn note(self, support: &str) -> String {
        let call = format!(
            "{support}の公募に関するとみられるメールが届きました。照会としては扱わず、要確認メールとしています。"
        );
        match self {
            Self::Call { receipt: true } => format!(
                "{call}\n差出人には、到着日時と、事務局で確認のうえご連絡することを自動でお知らせしました。\n\
                 内容をご確認ください。"
            ),
            Self::Call { receipt: false } => format!("{call}\n内容をご確認ください。"),
            Self::Adviser => format!(
                "{support}のアドバイザーから、応募の受付番号のないメールが届きました。\n\
                 自動のメールは送らず、要確認メールとしています。内容をご確認ください。"
            ),
            Self::Contact => "照会先から、どの照会についてか分からないメールが届きました。\n\
                 照会としては扱わず、自動のメールも送らず、要確認メールとしています。内容をご確認ください。"
                .to_owned(),
            Self::LongAgo => {
                "以前に別のメールボックスなどで受信されたメールが、窓口のメールボックスに移されました。\n\
                 通常どおり記録しましたが、差出人への自動のメールと、1通ごとのお知らせは送っていません。\n\
                 日次一覧と要確認メールをご確認ください。\n\
                 本日これからも同じように届く場合がありますが、お知らせは1日に1通です。"
                    .to_owned()
            }
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct ArrivalContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub title: String,
    /// What came, and what the desk did.
    pub note: String,
    /// What staff should know besides.
    pub remarks: Vec<String>,
    pub mail: ArrivedMail,
    /// The parked mail that the reader can work on by reply; `None` where there is none.
    pub parked: Option<ParkedMail>,
}

impl ArrivalContext {
    #[must_use]
    pub fn new(
        common: StaffCommon,
        arrival: Arrival,
        mail: ArrivedMail,
        remarks: Vec<String>,
        parked: Option<ParkedMail>,
    ) -> Self {
        let (title, note) = (arrival.title(&common.desk.support), arrival.note(&common.desk.support));
        Self { common, title, note, remarks, mail, parked }
    }
}

/// A mail as a notice shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ArrivedMail {
    /// Address of the sender; empty where there is none.
    pub from: String,
    pub subject: String,
    pub received: String,
    /// Names of its files.
    pub attachments: Vec<String>,
    /// Only its header was read.
    pub oversize: bool,
}

impl ArrivedMail {
    #[must_use]
    pub fn new(rules: &Rules, reading: &Reading, now: DateTime<Utc>) -> Self {
        let mail = &reading.mail;
        let shown = |text: &str, kind| shortened(text, kind).into_owned();
        Self {
            from: mail.from.as_ref().map(|from| shown(&from.address, Shown::Address)).unwrap_or_default(),
            subject: shown(&mail.subject, Shown::Line),
            received: japanese_time::instant(reading.received_at, rules.calendar.time_zone(), now),
            attachments: mail
                .attachments
                .iter()
                .take(MOST_FILES)
                .map(|file| shown(&file.name, Shown::File))
                .collect(),
            oversize: reading.oversize.is_some(),
        }
    }
}
