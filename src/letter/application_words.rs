//! The closed sets of an application in Japanese words.

use chrono::TimeDelta;

use super::application::late_in_words;
use crate::desk::application::{
    ApplicationField, Check, CheckLevel, CheckRule, FormFinding, Issue, Stage, Unread, roles::Role,
};

#[must_use]
pub fn field_in_words(field: ApplicationField) -> &'static str {
    use ApplicationField as F;
    match field {
        F::Prefecture => "都道府県",
        F::Unit => "応募地域の単位",
        F::Area => "応募地域名",
        F::Organization => "代表者の所属",
        F::Department => "代表者の部署",
        F::Name => "代表者の氏名",
        F::Position => "代表者の役職",
        F::PostalCode => "代表者の郵便番号",
        F::Address => "代表者の住所",
        F::Telephone => "代表者の電話番号",
        F::Email => "代表者のE-mail",
        F::Reason => "応募の理由",
        F::Features => "地域の特徴",
        F::Activities => "拠点の取組内容",
        F::Issues => "地域の課題（○印）",
        F::IssueDetails => "地域の課題の詳細",
        F::Members => "参加者（構成員）",
    }
}

/// 別紙2-②, shortened.
#[must_use]
pub fn issue_in_words(issue: Issue) -> &'static str {
    match issue {
        Issue::Coordination => "多職種協働による提供体制の構築",
        Issue::Training => "人材育成",
        Issue::Awareness => "地域住民への普及啓発",
        Issue::Disaster => "災害時・災害に備えた体制構築",
        Issue::Other => "その他",
    }
}

/// Why nobody could read a file, in a sentence to its sender.
#[must_use]
pub fn unread_in_words(why: Unread) -> &'static str {
    match why {
        Unread::Password => "パスワードが設定されているため、内容を確認できませんでした。",
        Unread::BrokenFile => "ファイルが壊れている可能性があり、開くことができませんでした。",
        Unread::TooLarge => "ファイルが大きく、内容を確認できませんでした。",
        Unread::UnsafeFile => "安全に開くことができないファイルのため、内容を確認できませんでした。",
        Unread::NoText => "画像のファイルのため、記載内容を自動で読み取ることができませんでした。",
        Unread::WrongForm => "今回の公募の申込書の様式であることを確認できませんでした。",
        Unread::UnknownFormat => {
            "Word形式（.docx）のファイルではないため、記載内容を自動で読み取ることができませんでした。"
        }
        Unread::NotTheForm => "申込書であることを確認できませんでした。",
    }
}

#[must_use]
pub fn finding_in_words(finding: FormFinding) -> &'static str {
    match finding {
        FormFinding::TrackedChanges => "変更履歴が残っています（反映後の内容で読み取りました）",
        FormFinding::DrawnMark => "○印が図形で書かれています。原本で確認してください",
        FormFinding::StruckText => "取り消し線の文字があります（除いて読み取りました）",
        FormFinding::Placeholder => "入力欄の案内文とみられる文字があります",
        FormFinding::Symbol => "読み取れない記号があります",
        FormFinding::Macro => "マクロを含むファイルです（実行していません）",
        FormFinding::PrivateUse => "外字があります。原本で確認してください",
        FormFinding::Ditto => "「〃」「同上」を上の欄の内容に読み替えました",
        FormFinding::UnknownColumn => "構成員の表に、様式にない列があります（読み取っていません）",
        FormFinding::SeveralValues => "同じ項目に異なる記載が複数あります（はじめのものを読み取りました）",
        FormFinding::SeveralPersons => "1つの欄に複数の方の記載があります",
        FormFinding::UnitUnclear => "応募地域の単位（1・2）を読み取れません",
        FormFinding::IssuesUnclear => "地域の課題の○印を読み取れません。原本で確認してください",
    }
}

#[must_use]
pub fn stage_in_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Received => "要確認",
        Stage::Accepted => "受理",
        Stage::Withdrawn => "取下げ",
        Stage::Notified => "結果通知済",
        Stage::Supported => "支援中",
        Stage::Closed => "支援終了",
    }
}

#[must_use]
pub fn mark(level: CheckLevel) -> &'static str {
    match level {
        CheckLevel::Ok => "○",
        CheckLevel::Look => "△",
        CheckLevel::Missing => "×",
    }
}

fn rule_in_words(rule: CheckRule) -> &'static str {
    match rule {
        CheckRule::InTime => "申込締切",
        CheckRule::Opened => "公募の開始",
        CheckRule::Sender => "差出人（都道府県の担当者）",
        CheckRule::Form => "様式",
        CheckRule::Prefecture => "都道府県",
        CheckRule::Unit => "応募地域の単位",
        CheckRule::Area => "応募地域名",
        CheckRule::Representative => "代表者",
        CheckRule::Reason => "応募の理由",
        CheckRule::Features => "地域の特徴",
        CheckRule::Activities => "拠点の取組内容",
        CheckRule::Issues => "地域の課題",
        CheckRule::MembersCount => "構成員の人数",
        CheckRule::BasePresent => "拠点担当者の参加",
        CheckRule::PrefecturePresent => "都道府県担当者の参加",
        CheckRule::Variety => "職種・団体の偏り",
        CheckRule::BaseSetUp => "拠点を設置していること",
        CheckRule::BaseActive => "拠点の取組を進めていること",
        CheckRule::Repeated => "同じ地域の応募",
        CheckRule::Findings => "ファイルの状態",
    }
}

/// What a check says, in a line: 「構成員の人数：18名（10～15名程度）」.
#[must_use]
pub fn check_in_words(check: &Check) -> String {
    let rule = rule_in_words(check.rule);
    let said = match (check.rule, check.level) {
        (CheckRule::InTime, CheckLevel::Look) => {
            let late = check.detail.parse().ok().and_then(TimeDelta::try_seconds);
            format!("{}過ぎています", late.map(late_in_words).unwrap_or_default())
        }
        (CheckRule::Opened, CheckLevel::Look) => "公募の開始前に届いています".to_owned(),
        (CheckRule::Sender, CheckLevel::Look) => {
            format!("都道府県のアドレスであることを確認できません（{}）", check.detail)
        }
        (CheckRule::Form, CheckLevel::Missing) => {
            check.detail.parse().map_or_else(|_| check.detail.clone(), |why| unread_in_words(why).to_owned())
        }
        (CheckRule::Reason | CheckRule::Features | CheckRule::Activities, CheckLevel::Look) => {
            format!("{}字です。ご確認ください", check.detail)
        }
        (CheckRule::Variety, CheckLevel::Look) => variety_in_words(&check.detail),
        (CheckRule::MembersCount, _) => format!("{}名", check.detail),
        (CheckRule::Repeated, CheckLevel::Ok) => "ほかにありません".to_owned(),
        (CheckRule::Repeated, _) => format!("{} があります", check.detail),
        (CheckRule::BaseSetUp | CheckRule::BaseActive, _) => "「拠点の取組内容」をご確認ください".to_owned(),
        (_, CheckLevel::Missing) if check.detail.is_empty() => "記載を確認できません".to_owned(),
        (_, CheckLevel::Missing) => format!("{}の記載を確認できません", details(&check.detail)),
        (_, CheckLevel::Look) if check.detail.is_empty() => "ご確認ください".to_owned(),
        (_, CheckLevel::Look) => format!("{}をご確認ください", details(&check.detail)),
        (_, CheckLevel::Ok) => details(&check.detail),
    };
    if said.is_empty() { rule.to_owned() } else { format!("{rule}：{said}") }
}

/// Kinds of participants that are missing, and what more than half have in common.
fn variety_in_words(detail: &str) -> String {
    let (missing, common): (Vec<&str>, Vec<&str>) =
        detail.split(", ").partition(|part| part.parse::<Role>().is_ok());
    // 「prefecture」 is a field, too.
    let roles: Vec<&str> =
        missing.into_iter().filter_map(|role| role.parse().ok()).map(role_in_words).collect();
    let missing = (!roles.is_empty()).then(|| format!("{}を確認できません", roles.join("、")));
    let common = (!common.is_empty()).then(|| format!("「{}」が半数を超えています", common.join("」「")));
    missing.into_iter().chain(common).collect::<Vec<_>>().join("、")
}

/// A kind of participants, as 要領 6 names it.
fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Base => "拠点担当者",
        Role::Prefecture => "都道府県担当者",
        Role::CityHealth => "市の保健所",
        Role::Medical => "在宅医療関係者",
        Role::MedicalBody => "医療関係団体",
        Role::Care => "介護関係者",
        Role::CareBody => "介護・障害福祉関係団体",
        Role::Municipality => "市町村担当者",
    }
}

/// Keys of fields, findings, items and kinds of participants in words; anything else as it is.
fn details(detail: &str) -> String {
    let word = |part: &str| match (part.parse(), part.parse(), part.parse(), part.parse()) {
        (Ok(field), ..) => field_in_words(field).to_owned(),
        (_, Ok(finding), ..) => finding_in_words(finding).to_owned(),
        (_, _, Ok(issue), _) => issue_in_words(issue).to_owned(),
        (.., Ok(role)) => role_in_words(role).to_owned(),
        _ => part.to_owned(),
    };
    detail.split(", ").map(word).collect::<Vec<_>>().join("、")
}
