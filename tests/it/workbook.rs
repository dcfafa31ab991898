//! The workbook of a report, opened by LibreOffice, shows the figures of `report --json`, each sheet and each cell.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    report::a_month,
    support::desk::{Desk, on_both},
};

on_both!(the_workbook_shows_the_figures_of_the_json);

/// Rows under the header, by the name of the sheet.
type Sheets = BTreeMap<String, Vec<Vec<String>>>;

/// What LibreOffice shows of each sheet. `None` where it is not installed.
fn opened(folder: &Path, name: &str) -> Option<Sheets> {
    /// Comma, quotation mark, UTF-8, from line 1, cells as shown, all sheets.
    const FILTER: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    let out = folder.join("sheets");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", FILTER, "--outdir"])
        .arg(&out)
        .arg(folder.join(format!("{name}.xlsx")))
        .output()
        .ok()?;
    assert!(done.status.success(), "{done:?}");
    let mut sheets = Sheets::new();
    for file in fs::read_dir(out).unwrap() {
        let path = file.unwrap().path();
        let sheet = path.file_stem().unwrap().to_str().unwrap().strip_prefix(&format!("{name}-")).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        sheets.insert(sheet.to_owned(), rows.collect());
    }
    Some(sheets)
}

/// The sheets that the figures make, without the names in words where the figures have a code.
fn expected(figures: &Value) -> Sheets {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let named = |of: &Value, keys: &[(&str, &str)]| -> Vec<Vec<String>> {
        keys.iter().map(|(name, key)| vec![(*name).to_owned(), text(&of[*key])]).collect()
    };
    let rows = |of: &Value, keys: &[&str]| -> Vec<Vec<String>> {
        let row = |row: &Value| keys.iter().map(|key| text(&row[*key])).collect();
        of.as_array().unwrap().iter().map(row).collect()
    };
    let mut over_time = rows(&figures["received"]["over_time"], &["name", "count"]);
    if over_time.get(1).is_some_and(|row| row[0].ends_with("-01")) {
        over_time.iter_mut().for_each(|row| row[0].truncate("2025-07".len()));
    }
    let ones = ["number", "asked_on", "due_on", "answered_on", "days_late"];
    let (answers, quality) = (&figures["answers"], &figures["quality"]);
    let sheets = [
        (
            "受付方法別",
            named(&figures["received"], &[("メール", "email"), ("電話", "telephone"), ("合計", "total")]),
        ),
        ("時期別", over_time),
        ("都道府県別", rows(&figures["prefectures"], &["code", "name", "count"])),
        ("機関の種別", rows(&figures["askers"], &["code", "", "count"])),
        ("分類別", rows(&figures["topics"], &["name", "count"])),
        (
            "回答の状況",
            named(
                answers,
                &[
                    ("期限内に回答", "in_time"),
                    ("期限後に回答", "late"),
                    ("回答せずに完了", "without_answer"),
                    ("他の照会に統合", "merged"),
                    ("返信待ち・保留中", "waiting"),
                    ("回答準備中", "open"),
                    ("うち期限超過", "overdue"),
                ],
            ),
        ),
        (
            "所要時間",
            named(answers, &[("中央値", "median_hours"), ("90パーセンタイル", "ninth_decile_hours")]),
        ),
        ("期限後に回答した照会", rows(&answers["late_ones"], &ones)),
        ("未回答の照会", rows(&answers["open_ones"], &ones)),
        (
            "電話照会",
            named(
                &figures["telephone"],
                &[
                    ("受付", "received"),
                    ("折返し済み", "called_back"),
                    ("うち期限内", "called_back_in_time"),
                    ("メールで回答", "answered"),
                    ("対応中", "open"),
                ],
            ),
        ),
        (
            "品質",
            named(
                quality,
                &[
                    ("不達となったメール", "undelivered"),
                    ("再度の質問があった照会", "asked_again"),
                    ("他の照会に統合した照会", "merged"),
                    ("記載事項や詳細を確認した照会", "asked_back"),
                    ("重複して届いたメール", "duplicates"),
                ],
            ),
        ),
        ("照会票としなかったメール", rows(&quality["parked"], &["code", "", "count"])),
    ];
    let sheets = sheets.into_iter().filter(|(_, rows)| !rows.is_empty());
    sheets.map(|(name, rows)| (name.to_owned(), rows)).collect()
}

/// Numbers as numbers, dates in the order of LibreOffice's language, everything else as it is.
fn same(shown: &str, expected: &str) -> bool {
    match (shown.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(shown), Ok(expected)) => (shown - expected).abs() < 1e-6,
        _ => {
            let date =
                ["%Y/%m/%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(shown, form).ok());
            date.map_or_else(|| shown.to_owned(), |date| date.to_string()) == expected
        }
    }
}

fn the_workbook_shows_the_figures_of_the_json(desk: &mut Desk) {
    a_month(desk);
    let folder = desk.dir.path().to_owned();
    for period in ["2025-07", "2025-08", "--window"] {
        let name = format!("report{period}");
        let file = folder.join(format!("{name}.xlsx"));
        assert_eq!(desk.run(&["report", period, "--xlsx", &file.display().to_string()]).code, Some(0));
        let report = desk.json(&["report", period]);
        let Some(mut shown) = opened(&folder, &name) else {
            eprintln!("skipped: soffice is not installed");
            return;
        };
        fs::remove_dir_all(folder.join("sheets")).unwrap();
        let overview = shown.remove("概要").unwrap().concat().concat();
        assert!(overview.contains("照会"), "{overview}");
        let expected = expected(&report["report"]);
        let names = |sheets: &Sheets| sheets.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&shown), names(&expected), "{period}");
        for (sheet, rows) in &expected {
            let cells = &shown[sheet];
            assert_eq!(cells.len(), rows.len(), "{period} {sheet}: {cells:?}");
            for (cells, row) in cells.iter().zip(rows) {
                // A name in words stands beside its code.
                let is_named = row.len() == 3 && row[1].is_empty();
                let fits = row.iter().enumerate().all(|(nth, value)| {
                    if is_named && nth == 1 { !cells[1].is_empty() } else { same(&cells[nth], value) }
                });
                assert!(cells.len() == row.len() && fits, "{period} {sheet}: {cells:?} {row:?}");
            }
        }
    }
}
