//! Sections 8 and 9: the released entries of the period, and where in the guidebook they belong.

use std::collections::BTreeMap;

use super::{Cell, Table};
use crate::desk::report::Report;

/// Stands for a place that nobody has set.
const NO_PLACE: &str = "（未定）";

pub(super) fn opening(report: &Report) -> Vec<String> {
    vec![match report.entries.len() {
        0 => "公開を決定した照会と回答はありません。".to_owned(),
        count => format!("公開を決定した照会と回答は{count}件です。個人や機関が分かる部分は除いています。"),
    }]
}

pub(super) fn answers(report: &Report) -> Table {
    let text = |text: &str| if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) };
    let rows = report.entries.iter().map(|entry| {
        vec![text(&entry.number), text(&entry.question), text(&entry.answer), text(&entry.topic)]
    });
    Table {
        name: "公開した照会と回答",
        columns: vec!["番号", "質問", "回答", "分類"],
        rows: rows.collect(),
        chart: None,
    }
}

pub(super) fn places(report: &Report) -> Table {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &report.entries {
        let place = if entry.place.is_empty() { NO_PLACE } else { &entry.place };
        places.entry(place).or_default().push(&entry.number);
    }
    let rows = places.into_iter().map(|(place, numbers)| {
        let count = u64::try_from(numbers.len()).unwrap_or(u64::MAX);
        vec![Cell::Text(place.to_owned()), Cell::Count(count), Cell::Text(numbers.join("、"))]
    });
    Table {
        name: "ガイドブックの箇所別の照会",
        columns: vec!["掲載箇所", "件数", "番号"],
        rows: rows.collect(),
        chart: None,
    }
}
