//! The words of a report.

use crate::desk::report::{Answered, AskerKind, Report};

pub(super) const PURPOSE: &str =
    "照会の内容は、ガイドブックの改訂に資する目的に限って利用します（事務連絡の取扱いによります）。";

pub(super) const DEFINITIONS: [&str; 8] = [
    "受付：期間中（窓口の時刻で初日の0時から末日の24時まで）にメールボックスが受信した照会と、登録した電話照会の件数です。",
    "回答：質問ごとに数えます。一つの照会に再度の質問があれば、それぞれ一件です。",
    "期限内：質問を受けたときの回答期限（営業時間で計算）までに、メールサーバーが回答を受け付けたものです。",
    "所要時間：質問から回答までの営業時間で、返信待ち・保留の時間を除きます。",
    "都道府県：機関名から補い、コードは全国地方公共団体コード（JIS X 0401）です。機関名から分からないものは不明とします。",
    "前年度：前の年度の4月1日から3月31日までの全体です。今年度は、この報告の期間です。",
    "空欄：値がないか、少数のため示さないものです。ゼロではありません。",
    "版：確定した版の数値は変わりません。その後の変更は次の版に示します。個人情報を消去しても、確定した数値は変わりません。",
];

/// The first paragraph.
pub(super) fn overview(report: &Report) -> String {
    let answers = &report.answers;
    if report.received.total == 0 && answers.asked == 0 {
        return "この期間に受け付けた照会はありません。".to_owned();
    }
    format!(
        "照会{}件（メール{}件、電話{}件）を受け付けました。期間中の質問{}件のうち{}件に回答し、{}件が期限内でした。",
        report.received.total,
        report.received.email,
        report.received.telephone,
        answers.asked,
        answers.in_time + answers.late,
        answers.in_time
    )
}

pub(super) fn answered(answers: &Answered) -> String {
    let given = answers.in_time + answers.late;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    match (given, answers.median_hours) {
        (0, _) | (_, None) => "この期間の質問への回答はありません。".to_owned(),
        (given, Some(median)) => format!(
            "期限内の割合は{:.1}％、所要時間の中央値は{median:.1}営業時間です。",
            answers.in_time as f64 * 100.0 / given as f64
        ),
    }
}

pub(super) fn asker_in_words(code: &str) -> &'static str {
    match code.parse() {
        Ok(AskerKind::Prefecture) => "都道府県",
        Ok(AskerKind::Municipality) => "市区町村",
        Ok(AskerKind::Union) => "広域連合・組合",
        Ok(AskerKind::Association) => "医師会等の団体",
        Ok(AskerKind::Medical) => "医療機関",
        Ok(AskerKind::Care) => "訪問看護・介護事業所",
        Ok(AskerKind::University) => "大学・研究機関",
        Ok(AskerKind::Company) => "企業",
        Ok(AskerKind::State) => "国の機関",
        Ok(AskerKind::Other) => "その他",
        Ok(AskerKind::Unknown) | Err(_) => "不明",
    }
}

/// A figure of a report, by its keys.
pub(super) fn figure_in_words(figure: &str) -> String {
    /// Keys of the report, the longest first.
    const NAMES: [(&str, &str); 36] = [
        ("entries", "公開した照会と回答"),
        ("received.total", "受付件数"),
        ("received.email", "受付件数（メール）"),
        ("received.telephone", "受付件数（電話）"),
        ("received.cumulative", "累計"),
        ("received.over_time", "時期別"),
        ("prefectures", "都道府県別"),
        ("askers", "機関の種別"),
        ("topics", "分類別"),
        ("untagged", "分類のない照会"),
        ("answers.asked", "質問"),
        ("answers.in_time", "期限内に回答"),
        ("answers.late_ones", "期限後に回答した照会"),
        ("answers.late", "期限後に回答"),
        ("answers.without_answer", "回答せずに完了"),
        ("answers.merged", "他の照会に統合"),
        ("answers.waiting", "返信待ち・保留中"),
        ("answers.open_ones", "未回答の照会"),
        ("answers.open", "回答準備中"),
        ("answers.overdue", "期限超過"),
        ("answers.median_hours", "所要時間の中央値"),
        ("answers.ninth_decile_hours", "所要時間の90パーセンタイル"),
        ("telephone.received", "電話の受付"),
        ("telephone.called_back_in_time", "期限内の折返し"),
        ("telephone.called_back", "折返し済み"),
        ("telephone.answered", "電話照会へのメールの回答"),
        ("telephone.open", "対応中の電話照会"),
        ("quality.undelivered", "不達となったメール"),
        ("quality.asked_again", "再度の質問があった照会"),
        ("quality.merged", "統合した照会"),
        ("quality.asked_back", "記載事項や詳細を確認した照会"),
        ("quality.parked", "照会票としなかったメール"),
        ("quality.duplicates", "重複して届いたメール"),
        ("support", "伴走支援"),
        ("last_year", "前年度"),
        ("complete", "期間の終了"),
    ];
    let found = NAMES.iter().find_map(|(key, words)| figure.strip_prefix(key).map(|rest| (words, rest)));
    match found {
        Some((words, "")) => (*words).to_owned(),
        Some((words, rest)) => format!("{words}：{}", rest.trim_start_matches('.')),
        None => figure.to_owned(),
    }
}
