//! A report in the mails of staff: what its mail says beside the files, and why an operation on a report was not carried out.

use serde::Serialize;

use super::words;
use crate::{
    desk::{
        japanese_time::{official_date, official_month},
        own_marks,
        report::{Edition, Period, Report, Unreported},
    },
    letter::{
        StaffCommon,
        bounds::{Shown, for_staff},
    },
};

/// What the mail of a report says.
#[derive(Debug, Clone, Serialize)]
pub struct ReportMail {
    /// A reply with this number and `key` is about the report.
    pub number: String,
    pub key: String,
    /// 「令和7年7月分」
    pub name: String,
    pub monthly: bool,
    pub overview: String,
    /// The paragraph of staff, a line each.
    pub note: Vec<String>,
    /// The edition that is attached; `None` for a draft.
    pub edition: Option<u32>,
    /// The edition that 発行 would make.
    pub next: u32,
    /// Figures that differ from the edition before.
    pub changed: usize,
    /// The period is over.
    pub complete: bool,
    /// Names of the files.
    pub files: Vec<String>,
}

/// The mail of a report.
#[derive(Debug, Clone, Serialize)]
pub struct ReportContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub report: ReportMail,
}

impl ReportMail {
    /// `editions` are the issued ones, `edition` the one that is shown.
    #[must_use]
    pub fn new(report: &Report, note: &str, edition: Option<&Edition>, editions: u32, key: String) -> Self {
        let period = report.period;
        Self {
            number: period.number().to_string(),
            key,
            name: period_in_words(period),
            monthly: period.is_month(),
            overview: words::overview(report),
            note: note.lines().map(own_marks::disarmed).collect(),
            edition: edition.map(|edition| edition.nth),
            next: editions + 1,
            changed: 0,
            complete: report.complete,
            files: Vec::new(),
        }
    }
}

/// 「令和7年7月分」, 「令和7年6月27日から令和8年2月28日まで」
pub(super) fn period_in_words(period: Period) -> String {
    if period.is_month() {
        format!("{}分", official_month(period.first))
    } else {
        format!("{}から{}まで", official_date(period.first), official_date(period.last))
    }
}

/// The name of a report's files, without their endings.
#[must_use]
pub fn file_name(period: Period, edition: Option<u32>) -> String {
    let period = if period.is_month() {
        period.first.format("%Y-%m").to_string()
    } else {
        format!("{}年度", period.number().fiscal_year())
    };
    let edition = edition.map_or_else(|| "案".to_owned(), |nth| format!("第{nth}版"));
    format!("照会対応報告_{period}_{edition}")
}

pub(in crate::letter) fn refused_in_words(refused: &Unreported) -> String {
    match refused {
        Unreported::NoSuchReport(text) => format!(
            "「{}」の報告が分かりませんでした。「月次報告 2025年7月」または「年度のまとめ」のようにお書きください",
            for_staff(text, Shown::Line)
        ),
        Unreported::NotOver(period) => format!(
            "{}の報告は、期間が終わっていないため確定していません。{}より後に「発行」とご返信ください",
            period_in_words(*period),
            official_date(period.last)
        ),
        Unreported::SameAs { period, nth } => {
            format!("{}の報告は、第{nth}版から変わっていないため、新しい版を作っていません", period_in_words(*period))
        }
        Unreported::OnlyLeads => "報告の確定（発行）は責任者だけができます".to_owned(),
        Unreported::NotAReport => {
            "「発行」は報告のメールへの返信に書いてください（「月次報告」と書いてお送りいただくと、報告をお送りします）"
                .to_owned()
        }
    }
}

pub(in crate::letter) fn refused_to_operator(refused: &Unreported) -> String {
    match refused {
        Unreported::NoSuchReport(text) => {
            format!("there is no report {text:?}; allowed: YYYY-MM such as 2025-07")
        }
        Unreported::NotOver(period) => {
            let behind = period.last.succ_opt().unwrap_or(period.last);
            format!("the period is not over: issue the report from {behind}")
        }
        Unreported::SameAs { nth, .. } => format!("edition {nth} has the same figures: nothing to issue"),
        Unreported::OnlyLeads => "only leads issue reports".to_owned(),
        Unreported::NotAReport => "only a report is issued".to_owned(),
    }
}
