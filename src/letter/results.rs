//! Letters about the results of a call, and what leads are shown before these leave.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    StaffCommon, SupportContext,
    application_words::stage_in_words,
    bounds::{Shown, for_letter, for_staff},
    inquirer::{DeskContext, Profile, TicketContext, WindowContext},
    ticket::percent,
};
use crate::desk::{
    application::{
        ApplicationForm, Call, Stage,
        decision::{Caution, Decision, Obstacle, ResultLetter, ResultsDone, ResultsRefused},
    },
    japanese_time,
    ticket::TicketNumber,
    triage::Rules,
};

/// A letter to a representative: whether the region was selected.
#[derive(Debug, Clone, Serialize)]
pub struct ResultContext {
    pub desk: DeskContext,
    pub ticket: TicketContext,
    pub support: SupportContext,
    pub window: WindowContext,
    /// Opening hours.
    pub hours: String,
    /// The first lines of a copy to the officer who sent the application.
    pub recipient: String,
    /// Of the representative; empty where it does not fit into an address line.
    pub organization: String,
    pub name: String,
    /// 「島根県 灘浜圏域」
    pub region: String,
    pub selected: bool,
    /// A lead's words; may be empty.
    pub text: String,
}

impl ResultContext {
    #[must_use]
    pub fn new(
        profile: &Profile,
        rules: &Rules,
        call: &Call,
        number: &TicketNumber,
        (form, recipient): (&ApplicationForm, String),
        (decision, text): (Decision, &str),
    ) -> Self {
        let person = &form.representative;
        let office = join(&[&person.organization, &person.department]);
        Self {
            desk: profile.into(),
            ticket: TicketContext { number: number.to_string() },
            support: call.into(),
            window: rules.into(),
            hours: profile.hours.clone(),
            recipient,
            organization: office,
            name: person.name.clone(),
            region: region(form),
            selected: decision == Decision::Selected,
            text: text.trim().to_owned(),
        }
    }
}

/// 「島根県 灘浜圏域」
#[must_use]
pub fn region(form: &ApplicationForm) -> String {
    for_letter(&join(&[&form.prefecture, &form.area]), Shown::Line)
}

fn join(parts: &[&String]) -> String {
    let words = parts.iter().flat_map(|part| part.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// To a lead: all letters about the results, before they leave.
#[derive(Debug, Clone, Serialize)]
pub struct ResultsPreviewContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// Number and key that let the lead reply.
    pub number: String,
    pub key: String,
    pub code: String,
    /// Link to a mail that sends the letters.
    pub send_link: String,
    /// Why they cannot leave yet.
    pub obstacles: Vec<String>,
    pub cautions: Vec<String>,
    pub letters: Vec<ResultWords>,
}

/// A letter about a result, as a lead is shown it.
#[derive(Debug, Clone, Serialize)]
pub struct ResultWords {
    pub number: String,
    /// 「採択」
    pub decision: &'static str,
    /// Goes to the officer who sent the application.
    pub copy: bool,
    pub region: String,
    pub to: String,
    /// 「平均 16.5点（2名）、利害関係 1名」
    pub score: String,
    pub subject: String,
    pub body: String,
}

impl ResultWords {
    #[must_use]
    pub fn new(letter: &ResultLetter, region: String, score: String, copy: bool) -> Self {
        Self {
            number: letter.number.to_string(),
            decision: decision_in_words(letter.decision),
            copy,
            region,
            to: for_staff(&letter.to, Shown::Address),
            score,
            subject: letter.subject.clone(),
            body: letter.body.clone(),
        }
    }
}

/// To a lead: the day for the results comes near, or has passed.
#[derive(Debug, Clone, Serialize)]
pub struct ResultsDueContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// 「令和7年8月14日」
    pub results_by: String,
    /// Business days until then.
    pub days: usize,
    pub passed: bool,
    /// What is still to be done for each application.
    pub waiting: Vec<String>,
}

/// Link to a new mail that lets the results leave.
#[must_use]
pub fn results_link(desk: &str, number: &TicketNumber, key: &str, code: &str) -> String {
    let order = format!("結果送信 {code}");
    format!(
        "mailto:{desk}?subject={}&body={}",
        percent(&format!("[{number}] {order} {key}")),
        percent(&order)
    )
}

#[must_use]
pub fn decision_in_words(decision: Decision) -> &'static str {
    match decision {
        Decision::Selected => "採択",
        Decision::Declined => "不採択",
    }
}

/// 「平均 16.5点（2名）、利害関係 1名」; empty without a review.
#[must_use]
pub fn score_in_words(mean: Option<f64>, scored: usize, conflicts: usize) -> String {
    let scored = mean.map(|mean| format!("平均 {mean:.1}点（{scored}名）"));
    let conflicts = (conflicts > 0).then(|| format!("利害関係 {conflicts}名"));
    scored.into_iter().chain(conflicts).collect::<Vec<_>>().join("、")
}

#[must_use]
pub fn obstacle_in_words(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::CallOpen(closes) => {
            format!("申込締切（{}）を過ぎるまで、お送りできません", japanese_time::official_date(*closes))
        }
        Obstacle::NoApplication => "応募がありません".to_owned(),
        Obstacle::NobodySelected => {
            "採択の地域がありません。採択する地域の応募のお知らせに、「採択」と理由を返信してください"
                .to_owned()
        }
        Obstacle::Undecided(number) => {
            format!(
                "{number} の採否が決まっていません。この応募のお知らせに、「採択」または「不採択」と理由を返信してください"
            )
        }
        Obstacle::NoAddress(number) => {
            format!(
                "{number} の代表者のメールアドレスが分かりません。この応募のお知らせに、「項目 E-mail」に続けて返信してください"
            )
        }
        Obstacle::NotAtRest(number) => {
            format!(
                "{number} に未対応または返信待ちの事項があります。対応を終えてから、この応募のお知らせに「受理」と返信してください"
            )
        }
    }
}

#[must_use]
pub fn caution_in_words(caution: &Caution) -> String {
    match caution {
        Caution::Places { selected, places } => {
            format!("採択は{selected}地域です（公募は{places}地域程度）")
        }
        Caution::Unreviewed(number) => format!("{number} は、審査した方がいません"),
        Caution::Conflict(number) => format!("{number} は、審査者に利害関係のある方がいます"),
    }
}

/// An application without a result, in the notice about the day for the results.
#[must_use]
pub fn waiting_in_words(number: &TicketNumber, stage: Stage, decision: Option<Decision>) -> String {
    let decision = decision.map_or("採否は未定", decision_in_words);
    format!("{number}（{}、{decision}）", stage_in_words(stage))
}

/// What an operation did, for staff.
#[must_use]
pub fn done_in_words(done: &ResultsDone, zone: Tz, now: DateTime<Utc>) -> String {
    match done {
        ResultsDone::Reviewed { number, conflict: false } => format!("{number} の審査を記録しました"),
        ResultsDone::Reviewed { number, conflict: true } => {
            format!("{number} に利害関係があることを記録しました。この応募の採点からは除きます")
        }
        ResultsDone::Decided { number, decision, before } => {
            let decision = decision_in_words(*decision);
            let before = before.as_ref().map(|(before, by)| {
                format!("。これまでは{by}さんの「{}」でした", decision_in_words(*before))
            });
            let before = before.unwrap_or_default();
            format!("{number} を{decision}としました{before}。応募者へは、「結果送信」まで何も送りません")
        }
        ResultsDone::NoticeKept(number) => format!("{number} の通知に添える文を記録しました"),
        ResultsDone::Shown { letters } => format!("選定結果の通知の案（{letters}通）をお送りしました"),
        ResultsDone::Queued { letters, leaves_at } => {
            let at = japanese_time::instant(*leaves_at, zone, now);
            format!(
                "選定結果の通知{letters}通を{at}に送ります。それまでは、このメールに「結果取消」と返信いただくと、全て取りやめられます"
            )
        }
        ResultsDone::Stopped { stopped, left: 0 } => {
            format!(
                "選定結果の通知{stopped}通を取りやめました。送ったものはありません。お送りするときは、改めて「結果案」と返信してください"
            )
        }
        ResultsDone::Stopped { stopped, left } => {
            format!("選定結果の通知{stopped}通を取りやめました。{left}通は、すでに送られたか送信中です")
        }
    }
}

/// Why an operation was not carried out, for staff.
#[must_use]
pub fn refused_in_words(refused: &ResultsRefused) -> String {
    match refused {
        ResultsRefused::BadScores { number, criteria } => format!(
            "{number}：採点は{}つの観点（{}）について、それぞれ1～5点でお書きください",
            criteria.len(),
            criteria.join("、")
        ),
        ResultsRefused::NoReviewer { known } => {
            format!("審査した担当者が一人に決まりません（登録：{}）", known.join("、"))
        }
        ResultsRefused::NoReason(number) => {
            format!("{number}：採否の理由をお書きください（応募者には送りません）")
        }
        ResultsRefused::OnTheWay(number) => format!(
            "{number} の選定結果の通知は、送信を待っているか、すでに送られています。変更するには、先に「結果取消」と返信してください"
        ),
        ResultsRefused::NoCall => "この窓口では伴走支援の公募を行っていません".to_owned(),
        ResultsRefused::NoApplications => "応募がありません".to_owned(),
        ResultsRefused::NonePending => "これから送る選定結果の通知はありません".to_owned(),
        ResultsRefused::NotReady(obstacles) => {
            let lines: Vec<String> = obstacles.iter().map(obstacle_in_words).collect();
            format!("選定結果の通知は、まだお送りできません。{}", lines.join("。"))
        }
        ResultsRefused::Changed => {
            "通知の内容が案から変わりました。改めて「結果案」と返信し、新しい番号でお送りください".to_owned()
        }
        ResultsRefused::NoneWait { left: 0 } => "送信を待っている選定結果の通知はありません".to_owned(),
        ResultsRefused::NoneWait { left } => {
            format!("選定結果の通知{left}通は、すでに送られたか送信中のため、取りやめられません")
        }
    }
}

/// The same for the operator.
#[must_use]
pub fn done_to_operator(done: &ResultsDone) -> String {
    match done {
        ResultsDone::Reviewed { number, conflict } => {
            format!("{number}: {}", if *conflict { "conflict of interest recorded" } else { "reviewed" })
        }
        ResultsDone::Decided { number, decision, before: None } => format!("{number}: {decision}, pending"),
        ResultsDone::Decided { number, decision, before: Some((before, by)) } => {
            format!("{number}: {decision}, pending; {by} had decided {before}")
        }
        ResultsDone::NoticeKept(number) => format!("{number}: the text of the letter is recorded"),
        ResultsDone::Shown { letters } => format!("{letters} letters shown"),
        ResultsDone::Queued { letters, leaves_at } => {
            format!("{letters} letters leave at {}", leaves_at.to_rfc3339())
        }
        ResultsDone::Stopped { stopped, left } => format!("{stopped} letters stopped, {left} had left"),
    }
}

#[must_use]
pub fn refused_to_operator(refused: &ResultsRefused) -> String {
    match refused {
        ResultsRefused::BadScores { number, criteria } => {
            format!("{number}: give {} scores from 1 to 5", criteria.len())
        }
        ResultsRefused::NoReviewer { known } => format!("name one reviewer; known: {}", known.join(", ")),
        ResultsRefused::NoReason(number) => format!("{number}: give a reason"),
        ResultsRefused::OnTheWay(number) => {
            format!("{number}: the letter waits or has left; stop it with `application results --stop`")
        }
        ResultsRefused::NoCall => "support.enabled is false".to_owned(),
        ResultsRefused::NoApplications => "there is no application".to_owned(),
        ResultsRefused::NonePending => "no letter is left to send".to_owned(),
        ResultsRefused::NotReady(obstacles) => {
            let lines: Vec<String> = obstacles.iter().map(obstacle_in_words).collect();
            format!("the results cannot be sent yet: {}", lines.join("; "))
        }
        ResultsRefused::Changed => {
            "the letters are not those of this code: see `application results` again".to_owned()
        }
        ResultsRefused::NoneWait { left } => format!("no letter waits; {left} have left"),
    }
}
