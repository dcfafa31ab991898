use chrono::{DateTime, Utc};
use chrono_tz::Asia::Tokyo;

use super::{Cell, Page, Shown, csv, html, page, xlsx};
use crate::desk::{
    calendar::{Calendar, HoursRules},
    report::{Beside, Counted, Gathering, Period, Report, ReportedEntry},
    ticket::{Channel, TicketKind, TicketNumber},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

fn report(tickets: u32) -> Report {
    let calendar = Calendar::new(HoursRules::default());
    let mut gathering =
        Gathering::new(Period::month(2025, 7).unwrap(), &calendar, at("2025-08-01T09:00:00+09:00"));
    for serial in 1..=tickets {
        gathering.add(&Counted {
            number: TicketNumber::new("ZT", 2025, serial),
            kind: TicketKind::Inquiry,
            channel: if serial % 4 == 0 { Channel::Telephone } else { Channel::Email },
            received_at: at("2025-07-02T10:00:00+09:00") + chrono::TimeDelta::days(i64::from(serial % 20)),
            prefecture: Some(["長野県", "東京都", "北海道"][serial as usize % 3].into()),
            organization: Some(["長野県松本市", "<b>&株式会社", "北海道"][serial as usize % 3].into()),
            tags: if serial % 2 == 0 { vec!["=1+1".into()] } else { Vec::new() },
            asked_back: false,
            is_merged: false,
            turns: Vec::new(),
        });
    }
    gathering.report(&Beside {
        cumulative: 30,
        parked: [("automatic".into(), 2)].into(),
        ..Beside::default()
    })
}

fn shown(report: &Report, suppress: bool) -> Page {
    page(&Shown {
        report,
        desk: ("相談窓口", "事務局"),
        zone: Tokyo,
        note: "七月は様式の質問が多く寄せられました。",
        edition: None,
        differences: &[],
        suppress,
    })
}

fn table<'a>(page: &'a Page, name: &str) -> &'a [Vec<Cell>] {
    let mut tables = page.sections.iter().flat_map(|section| &section.tables);
    &tables.find(|table| table.name == name).unwrap().rows
}

#[test]
fn the_page_has_ten_sections_and_its_figures() {
    let report = report(8);
    let page = shown(&report, false);
    assert_eq!(page.title, "令和7年7月分　照会対応報告");
    let titles: Vec<&str> = page.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles.len(), 10, "{titles:?}");
    assert_eq!(table(&page, "受付方法別").last().unwrap()[1], Cell::Count(8));
    assert_eq!(table(&page, "都道府県別")[0][..2], [Cell::Code("01".into()), Cell::Text("北海道".into())]);
    assert!(page.sections[0].paragraphs.iter().any(|text| text.contains("七月は様式")));
}

#[test]
fn small_counts_are_blank_and_not_zero() {
    let report = report(2);
    let cells = |page: &Page| table(page, "都道府県別").iter().map(|row| row[2].clone()).collect::<Vec<_>>();
    assert_eq!(cells(&shown(&report, false)), [Cell::Count(1), Cell::Count(1)]);
    assert_eq!(cells(&shown(&report, true)), [Cell::Blank, Cell::Blank]);
}

#[test]
fn the_page_for_print_escapes_and_describes_its_charts() {
    let html = html(&shown(&report(8), false)).unwrap();
    assert!(!html.contains("<b>&"), "names are escaped");
    assert!(html.contains("<title>時期別（件数）</title>"));
    assert!(html.contains("<desc>2025-07-01 0、"), "{html}");
    assert_eq!(html.matches("<svg").count(), 4, "columns over time; bars of places, askers and topics");
}

#[test]
fn the_table_has_one_figure_a_line() {
    let report = report(8);
    let bytes = csv(&shown(&report, false), report.period).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\u{FEFF}期間開始,期間終了,表,コード,項目,指標,値\r\n"));
    assert!(text.contains("2025-07-01,2025-07-31,受付方法別,,合計,件数,8\r\n"), "{text}");
    assert!(text.contains("都道府県別,01,北海道,件数,3\r\n"), "{text}");
    assert!(text.contains(",'=1+1,件数,4\r\n"), "{text}");
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    assert!(reader.records().all(|record| record.unwrap().len() == 7));
}

#[test]
fn an_empty_month_has_every_section_and_says_so() {
    let report = report(0);
    let page = shown(&report, false);
    assert!(page.sections[0].paragraphs[0].contains("照会はありません"));
    assert_eq!(page.sections.len(), 10);
    html(&page).unwrap();
    assert!(xlsx(&page).unwrap().starts_with(b"PK"));
}

#[test]
fn released_entries_are_sections_eight_and_nine() {
    let mut report = report(8);
    let entry = |number: &str, place: &str| ReportedEntry {
        number: number.into(),
        question: "会議の例は。".into(),
        answer: "例です。\n・第一の例".into(),
        place: place.into(),
        topic: "会議".into(),
    };
    report.entries =
        vec![entry("FAQ-2025-0001", "第3章"), entry("FAQ-2025-0002", ""), entry("FAQ-2025-0003", "第3章")];
    let page = shown(&report, true);
    assert_eq!(table(&page, "公開した照会と回答").len(), 3);
    let text = |row: &Vec<Cell>| row.iter().map(Cell::text).collect::<Vec<_>>();
    assert_eq!(
        table(&page, "ガイドブックの箇所別の照会").iter().map(text).collect::<Vec<_>>(),
        [["第3章", "2", "FAQ-2025-0001、FAQ-2025-0003"], ["（未定）", "1", "FAQ-2025-0002"]]
    );
    assert!(html(&page).unwrap().contains("例です。\n・第一の例"));
    // An edition of before reads as one without entries.
    let mut old = serde_json::to_value(&report).unwrap();
    old.as_object_mut().unwrap().remove("entries");
    assert!(serde_json::from_value::<Report>(old).unwrap().entries.is_empty());
}
