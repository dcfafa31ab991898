//! 実施報告 as a document.

use super::{meeting_in_words, results::decision_in_words, status_of_meeting};
use crate::{
    desk::{
        application::{
            Stage,
            decision::Decision,
            report::{Applied, Asked, Local, Met, Reviewed, SupportReport, Supported},
        },
        calendar::BusinessTime,
        japanese_time::{duration, official, official_date},
        meeting::MeetingStage,
    },
    paper::Block,
};

/// The report from top to bottom.
#[must_use]
pub fn support_report(report: &SupportReport) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(format!("{}　実施報告", report.title)),
        Block::Paragraph(format!("作成日：{}", day(&report.made_at))),
        Block::Paragraph(format!(
            "申込締切：{}\n実施期間：{}から{}まで",
            official_date(report.closes),
            official_date(report.starts),
            official_date(report.ends)
        )),
        Block::Heading("1　応募の状況".to_owned()),
        Block::Paragraph(summary(&report.applications)),
    ];
    if !report.applications.is_empty() {
        let head = ["受付番号", "都道府県", "応募地域", "受信", "版", "結果", "通知"];
        blocks.push(table(&head, report.applications.iter().map(application)));
    }
    blocks.push(Block::Heading("2　伴走支援の実施状況".to_owned()));
    if report.cases.is_empty() {
        blocks.push(Block::Paragraph("実施地域はありません。".to_owned()));
    }
    report.cases.iter().for_each(|case| blocks.extend(supported(case)));
    blocks.extend(records(report));
    blocks
}

/// How the applications were decided, where that was asked for.
fn records(report: &SupportReport) -> Vec<Block> {
    let mut blocks = Vec::new();
    for application in &report.applications {
        let Some(record) = &application.record else { continue };
        if blocks.is_empty() {
            blocks.push(Block::Heading("3　審査と採否の記録（事務局限り）".to_owned()));
            blocks.push(Block::Paragraph(format!("審査の観点（各1～5点）：{}", report.criteria.join("、"))));
        }
        let region = format!("{} {}", application.prefecture, application.area);
        let decision = application.decision.map_or("採否は未定", decision_in_words);
        let decided = record.decided_at.as_ref().map(|at| {
            let by = record.decided_by.as_deref().unwrap_or_default();
            format!("（{}、{by}）", day(at))
        });
        let reason =
            if record.reason.is_empty() { String::new() } else { format!("\n理由：{}", record.reason) };
        blocks.push(Block::Paragraph(format!(
            "{}　{}\n{decision}{}{reason}",
            application.number,
            region.trim(),
            decided.unwrap_or_default()
        )));
        if !record.reviews.is_empty() {
            let head = ["審査した担当者", "点数", "合計", "所見", "審査日"];
            blocks.push(table(&head, record.reviews.iter().map(reviewed)));
        }
    }
    blocks
}

fn reviewed(review: &Reviewed) -> [String; 5] {
    let scores: Vec<String> = review.scores.iter().map(u32::to_string).collect();
    let sum = review.scores.iter().sum::<u32>().to_string();
    [
        review.reviewer.clone(),
        if review.conflict { "利害関係のため除外".to_owned() } else { scores.join("・") },
        if review.conflict { String::new() } else { sum },
        review.comment.clone(),
        day(&review.at),
    ]
}

fn table<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Block {
    let head = head.iter().map(|word| (*word).to_owned()).collect();
    Block::Table(std::iter::once(head).chain(rows.map(Vec::from)).collect())
}

fn summary(applications: &[Applied]) -> String {
    let count = |is: fn(&Applied) -> bool| applications.iter().filter(|application| is(application)).count();
    format!(
        "応募：{}件（うち締切後{}件、読み取れない申込書{}件、取下げ{}件）",
        applications.len(),
        count(|application| !application.in_time),
        count(|application| application.unread.is_some()),
        count(|application| application.stage == Stage::Withdrawn)
    )
}

fn application(application: &Applied) -> [String; 7] {
    let late = if application.in_time { "" } else { "（締切後）" };
    let unread = if application.unread.is_some() { "（読取不可）" } else { "" };
    let result = match (application.stage, application.decision) {
        (Stage::Withdrawn, _) => "取下げ",
        (_, Some(Decision::Selected)) => "採択",
        (_, Some(Decision::Declined)) => "不採択",
        (_, None) => "未定",
    };
    let told = match (&application.notified_at, application.days_to_result) {
        (Some(at), Some(days)) => format!("{}（締切から{days}日）", day(at)),
        _ if application.stage == Stage::Withdrawn => "―".to_owned(),
        _ => "未通知".to_owned(),
    };
    [
        application.number.to_string(),
        application.prefecture.clone(),
        application.area.clone(),
        format!("{}{late}", day(&application.received_at)),
        format!("{}{unread}", application.versions),
        result.to_owned(),
        told,
    ]
}

fn supported(case: &Supported) -> Vec<Block> {
    let mut blocks = vec![
        Block::Paragraph(format!("実施地域：{}（{}）", case.region, case.number)),
        Block::Paragraph("会議・アドバイザーの派遣".to_owned()),
    ];
    if case.meetings.is_empty() {
        blocks.push(Block::Paragraph("記録はありません。".to_owned()));
    } else {
        let head = ["件名", "日時", "場所・アドバイザー", "議題・内容", "状況", "議事録"];
        blocks.push(table(&head, case.meetings.iter().map(met)));
    }
    blocks.push(Block::Paragraph(format!("構成員からの質問：{}件", case.questions.len())));
    if !case.questions.is_empty() {
        let head = ["受付番号", "受信", "回答", "回答までの受付時間", "期限"];
        blocks.push(table(&head, case.questions.iter().map(asked)));
    }
    blocks.push(Block::Paragraph(if case.open == 0 {
        "残っている事項はありません。".to_owned()
    } else {
        format!("残っている事項：{}件", case.open)
    }));
    blocks
}

fn met(met: &Met) -> [String; 6] {
    let online = met.url.as_ref().map(|_| "オンライン".to_owned());
    let with = [met.place.clone().or(online), met.adviser.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n");
    let changes = if met.changes > 0 { format!("（変更{}回）", met.changes) } else { String::new() };
    [
        meeting_in_words(met.kind, met.nth),
        span(&met.starts_at, &met.ends_at),
        with,
        met.agenda.clone().unwrap_or_default(),
        format!("{}{changes}", status_of_meeting(met.stage)),
        match met.stage {
            MeetingStage::Held if met.minutes.is_empty() => "本文のみ".to_owned(),
            _ => met.minutes.join("\n"),
        },
    ]
}

fn asked(asked: &Asked) -> [String; 5] {
    let took = asked.business_seconds.map(|seconds| duration(BusinessTime::from_seconds(seconds)));
    let in_time = match asked.in_time {
        Some(true) => "期限内",
        Some(false) => "期限後",
        None => "",
    };
    [
        asked.number.to_string(),
        day(&asked.asked_at),
        asked.answered_at.as_ref().map_or_else(|| "未回答".to_owned(), day),
        took.unwrap_or_default(),
        in_time.to_owned(),
    ]
}

fn day(at: &Local) -> String {
    official_date(at.date_naive())
}

fn span(from: &Local, to: &Local) -> String {
    let (day, from, to) = (official(from.date_naive()), from.format("%-H:%M"), to.format("%-H:%M"));
    format!("{day}{from}～{to}")
}
