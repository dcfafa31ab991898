//! Counts over time: by day, by month, and last year's desk beside this year's.

use super::{Cell, Chart, Table};
use crate::desk::report::Report;

/// Days of a short period, else months.
pub(super) fn over_time(report: &Report) -> Table {
    let rows = &report.received.over_time;
    let next = report.period.first.succ_opt().map(|day| day.to_string());
    let by_day = rows.len() == 1 || rows.get(1).map(|row| &row.name) == next.as_ref();
    let when = |name: &str| match name.parse() {
        Ok(day) if by_day => Cell::Date(day),
        Ok(_) => Cell::Text(name.get(..7).unwrap_or_default().to_owned()),
        Err(_) => Cell::Blank,
    };
    Table {
        name: "時期別",
        columns: vec![if by_day { "日付" } else { "月" }, "件数"],
        rows: rows.iter().map(|row| vec![when(&row.name), Cell::Count(row.count)]).collect(),
        chart: Some(Chart::Columns),
    }
}

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
