//! Reports: the figures equal an independent count over the export, and an issued edition never changes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
};

on_both!(
    figures_equal_an_independent_count,
    an_issued_edition_is_frozen,
    a_month_without_mail_is_reported,
    a_desk_of_one_day_and_odd_months_are_reported
);

/// Inquiries at the edges of July and in it; one late answer, one in time, one by telephone.
pub fn a_month(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    for (nth, received) in [
        (1, "2025-06-30T23:59:59+09:00"),
        (2, "2025-07-01T00:00:00+09:00"),
        (3, "2025-07-15T10:00:00+09:00"),
        (4, "2025-07-31T23:59:59+09:00"),
        (5, "2025-08-01T00:00:00+09:00"),
    ] {
        desk.starts_at(received);
        desk.deliver_at(inquiry(nth), received);
        desk.once();
    }
    desk.starts_at("2025-08-04T10:00:00+09:00");
    let call =
        ["phone", "--organization", "長野県松本市", "--name", "木村", "--contact", "0263-00-0000", "-"];
    assert_eq!(desk.pipe(&call, "様式はどこですか。".as_bytes()).code, Some(0));
    // The second inquiry is late, the fourth in time.
    for number in ["ZT-2025-0002", "ZT-2025-0004"] {
        assert_eq!(desk.pipe(&["ticket", "answer", number], "差し支えありません。".as_bytes()).code, Some(0));
    }
    assert_eq!(desk.run(&["ticket", "tag", "ZT-2025-0002", "様式", "連携"]).code, Some(0));
    desk.once();
}

fn figures_equal_an_independent_count(desk: &mut Desk) {
    a_month(desk);
    let report = desk.json(&["report", "2025-07"]);
    let export = desk.run(&["export"]);
    let tickets: Vec<Value> = serde_json::from_str(&export.stdout).unwrap();
    let local = |at: &Value| at.as_str().unwrap_or_default().get(..7).unwrap_or_default().to_owned();
    let july: Vec<&Value> =
        tickets.iter().filter(|ticket| local(&ticket["received_at"]) == "2025-07").collect();
    let figures = &report["report"];
    assert_eq!(figures["received"]["total"], july.len());
    assert_eq!((july.len(), &figures["received"]["cumulative"]), (3, &Value::from(4)));
    let mut topics: BTreeMap<String, u64> = BTreeMap::new();
    for tag in july.iter().flat_map(|ticket| ticket["tags"].as_array().unwrap()) {
        *topics.entry(tag.as_str().unwrap().to_owned()).or_default() += 1;
    }
    let reported = figures["topics"].as_array().unwrap().iter();
    let reported: BTreeMap<String, u64> = reported
        .map(|row| (row["name"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(reported, topics);
    let mut by_day: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_prefecture: BTreeMap<String, u64> = BTreeMap::new();
    for ticket in &july {
        *by_day.entry(ticket["received_at"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
        *by_prefecture.entry(ticket["prefecture"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let rows = |table: &str| -> BTreeMap<String, u64> {
        let rows =
            figures[table].as_array().or_else(|| figures["received"][table].as_array()).unwrap().iter();
        let rows = rows.map(|row| (row["name"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap()));
        rows.filter(|(_, count)| *count > 0).collect()
    };
    assert_eq!((rows("over_time"), rows("prefectures")), (by_day, by_prefecture));
    assert_eq!(figures["received"]["over_time"].as_array().unwrap().len(), 31);
    let turns: Vec<&Value> = tickets
        .iter()
        .flat_map(|ticket| ticket["turns"].as_array().unwrap())
        .filter(|turn| local(&turn["asked"]) == "2025-07")
        .collect();
    let count = |in_time: bool| turns.iter().filter(|turn| turn["in_time"] == in_time).count();
    let answers = &figures["answers"];
    assert_eq!(answers["asked"], turns.len());
    assert_eq!(
        (&answers["in_time"], &answers["late"]),
        (&Value::from(count(true)), &Value::from(count(false)))
    );
    assert_eq!((count(true), count(false)), (1, 1));
    assert_eq!(answers["late_ones"][0]["number"], "ZT-2025-0002");
    let august = desk.json(&["report", "2025-08"]);
    assert_eq!(august["report"]["telephone"]["received"], 1);
    assert_eq!(august["report"]["complete"], false);
    let window = desk.json(&["report", "--window"]);
    assert_eq!(window["report"]["received"]["total"], tickets.len());
    // The page, the table and the workbook show the same.
    let page = desk.run(&["report", "2025-07", "--html"]).stdout;
    assert!(page.contains("令和7年7月分") && page.contains("照会3件（メール3件、電話0件）"), "{page}");
    let table = desk.run(&["report", "2025-07", "--csv"]).stdout;
    assert!(table.contains("受付方法別,,合計,件数,3"), "{table}");
    let file = desk.dir.path().join("report.xlsx");
    assert_eq!(desk.run(&["report", "2025-07", "--xlsx", &file.display().to_string()]).code, Some(0));
    assert!(std::fs::read(file).unwrap().starts_with(b"PK"));
    for (arguments, said) in [(&["report", "2025-13"][..], "not a month"), (&["report", "7"], "not a month")]
    {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(2));
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
}

fn an_issued_edition_is_frozen(desk: &mut Desk) {
    a_month(desk);
    let early = desk.run(&["report", "2025-08", "--issue"]);
    assert_eq!(early.code, Some(1));
    assert!(early.error().contains("issue the report from 2025-09-01"), "{}", early.stderr);
    let note =
        desk.pipe(&["report", "2025-07", "--note", "-"], "様式の質問が多く寄せられました。".as_bytes());
    assert_eq!(note.code, Some(0));
    let first = desk.json(&["report", "2025-07", "--issue"]);
    assert_eq!(first["edition"]["nth"], 1);
    let again = desk.run(&["report", "2025-07", "--issue"]);
    assert!(again.error().contains("the same figures"), "{}", again.stderr);
    // A late answer after the issue, and an erasure.
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0003"], "可能です。".as_bytes()).code, Some(0));
    desk.once();
    assert_eq!(desk.run(&["erase", "--address", "yamada2@city.example.jp", "--yes"]).code, Some(0));
    let kept = desk.json(&["report", "2025-07", "--edition", "1"]);
    assert_eq!(kept["report"], first["report"]);
    assert_eq!((&kept["edition"]["hash"], &kept["note"]), (&first["edition"]["hash"], &first["note"]));
    let second = desk.json(&["report", "2025-07", "--issue"]);
    assert_eq!(second["edition"]["nth"], 2);
    let changed: Vec<&str> =
        second["differences"].as_array().unwrap().iter().map(|one| one["figure"].as_str().unwrap()).collect();
    assert!(changed.contains(&"answers.late"), "{changed:?}");
    assert!(!changed.contains(&"received.total"), "erasure changes no figure: {changed:?}");
    let page = desk.run(&["report", "2025-07", "--edition", "2"]).stdout;
    assert!(page.contains("第2版") && page.contains("前の版との違い"), "{page}");
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
}

fn a_month_without_mail_is_reported(desk: &mut Desk) {
    desk.deliver(message(1, "不在", "休みです。").header("Auto-Submitted", "auto-replied"));
    desk.once();
    desk.starts_at("2025-09-02T10:00:00+09:00");
    let report = desk.json(&["report"]);
    assert_eq!(report["report"]["period"]["first"], "2025-08-01");
    assert_eq!(report["report"]["received"]["total"], 0);
    assert!(desk.run(&["report"]).stdout.contains("照会はありません"));
    let july = desk.json(&["report", "2025-07"]);
    assert_eq!(july["report"]["quality"]["parked"][0]["count"], 1);
}

fn a_desk_of_one_day_and_odd_months_are_reported(desk: &mut Desk) {
    desk.set("window.opens", "2025-07-01");
    desk.set("window.closes", "2025-07-01");
    for (nth, received) in
        [(1, "2025-06-30T23:59:59+09:00"), (2, "2025-07-01T00:00:00+09:00"), (3, "2025-07-02T00:00:00+09:00")]
    {
        desk.starts_at(received);
        desk.deliver_at(inquiry(nth), received);
        desk.once();
    }
    let day = desk.json(&["report", "--window"]);
    assert_eq!((&day["report"]["received"]["total"], &day["report"]["complete"]), (&1.into(), &true.into()));
    assert_eq!(day["report"]["received"]["over_time"].as_array().unwrap().len(), 1);
    assert!(desk.run(&["report", "--window", "--html"]).stdout.contains("<svg"));
    assert!(desk.run(&["report", "--window"]).stdout.contains("令和7年7月1日から令和7年7月1日まで"));
    // A month that runs, one that has not begun, and months far away.
    let running = desk.run(&["report", "2025-07"]).stdout;
    assert!(running.contains("期間の途中までの集計です。"), "{running}");
    for (month, complete) in [("2025-08", false), ("9999-12", false), ("1999-02", true), ("0001-01", true)] {
        let report = desk.json(&["report", month]);
        assert_eq!(
            (&report["report"]["received"]["total"], &report["report"]["complete"]),
            (&0.into(), &complete.into())
        );
        assert!(desk.run(&["report", month, "--html"]).stdout.contains("照会はありません"), "{month}");
        let csv = desk.run(&["report", month, "--csv"]);
        assert!(csv.code == Some(0) && csv.stdout.contains("受付方法別,,合計,件数,0"), "{}", csv.stdout);
    }
    for month in ["2025-00", "2025-13", "25-07", "2025-7", "2025/07", "-2025-07", "99999-01", "２０２５-07"]
    {
        assert_eq!(desk.run(&["report", "--", month]).code, Some(2), "{month}");
    }
}
