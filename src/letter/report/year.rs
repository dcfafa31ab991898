//! Last year's desk beside this year's.

use super::{Cell, Table};
use crate::desk::report::Report;

/// No lines where the database does not have last year.
pub(super) fn beside_last_year(report: &Report) -> Table {
    let count = |name: &str, before: u64, now: u64| {
        vec![Cell::Text(name.to_owned()), Cell::Count(before), Cell::Count(now)]
    };
    let cell = |hours: Option<f64>| hours.map_or(Cell::Blank, Cell::Hours);
    let hours = |name: &str, before, now| vec![Cell::Text(name.to_owned()), cell(before), cell(now)];
    let rows = report.last_year.iter().flat_map(|before| {
        let Report { received, answers, quality, support, .. } = report;
        [
            count("照会の受付", before.received, received.total),
            count("うちメール", before.email, received.email),
            count("うち電話", before.telephone, received.telephone),
            count("質問", before.asked, answers.asked),
            count("期限内に回答", before.in_time, answers.in_time),
            count("期限後に回答", before.late, answers.late),
            hours("所要時間の中央値（営業時間）", before.median_hours, answers.median_hours),
            hours(
                "所要時間の90パーセンタイル（営業時間）",
                before.ninth_decile_hours,
                answers.ninth_decile_hours,
            ),
            count("不達となったメール", before.undelivered, quality.undelivered),
            count("伴走支援の応募", before.applications, support.applications),
        ]
    });
    Table {
        name: "前年度との比較",
        columns: vec!["項目", "前年度", "今年度"],
        rows: rows.collect(),
        chart: None,
    }
}
