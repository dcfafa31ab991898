//! The report of a period in words: ten sections of paragraphs and tables. The page for print, the CSV and the workbook are
//! made from the same sections, so they show the same figures.

mod csv;
mod entries;
mod html;
mod mail;
mod svg;
mod words;
mod xlsx;
mod year;

pub use csv::csv;
pub use html::html;
pub use mail::{ReportContext, ReportMail, file_name};
pub(super) use mail::{refused_in_words, refused_to_operator};
pub use xlsx::xlsx;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::reason_in_words;
use crate::desk::{
    japanese_time::instant,
    report::{Difference, Edition, Named, Report, Row},
};
use words::{DEFINITIONS, PURPOSE, asker_in_words, figure_in_words};

/// A report as it is shown.
#[derive(Debug)]
pub struct Page {
    pub title: String,
    /// When the figures were counted, in the desk's time zone.
    pub made_at: NaiveDateTime,
    /// Lines under the title.
    pub head: Vec<String>,
    pub sections: Vec<Section>,
}

#[derive(Debug)]
pub struct Section {
    pub title: String,
    pub paragraphs: Vec<String>,
    pub tables: Vec<Table>,
}

#[derive(Debug)]
pub struct Table {
    /// For the CSV and the names of sheets.
    pub name: &'static str,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
    pub chart: Option<Chart>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    /// A code with leading zeros.
    Code(String),
    Count(u64),
    Hours(f64),
    Date(NaiveDate),
    /// Suppressed, or not known: not zero.
    Blank,
}

/// How a table is drawn: its first column against its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Columns over time.
    Columns,
    /// Bars, one a line.
    Bars,
}

/// What a report is shown with.
#[derive(Debug)]
pub struct Shown<'a> {
    pub report: &'a Report,
    /// The desk's name and organization.
    pub desk: (&'a str, &'a str),
    pub zone: Tz,
    /// The paragraph that staff wrote; empty if they wrote none.
    pub note: &'a str,
    /// The edition that is shown; `None` for a draft.
    pub edition: Option<&'a Edition>,
    /// What differs from the edition before.
    pub differences: &'a [Difference],
    /// Counts below three are not shown where they tell of single organizations.
    pub suppress: bool,
}

/// Counts below this are suppressed.
const FEWEST: u64 = 3;

#[must_use]
pub fn page(shown: &Shown<'_>) -> Page {
    let Shown { report, zone, .. } = *shown;
    let period = report.period;
    let name = mail::period_in_words(period);
    let mut head = vec![shown.desk.1.to_owned(), shown.desk.0.to_owned()];
    head.push(match shown.edition {
        Some(edition) => format!(
            "第{}版　{}確定（{}）",
            edition.nth,
            instant(edition.issued_at, zone, edition.issued_at),
            edition.hash.get(..12).unwrap_or_default()
        ),
        None => format!("案　{}現在", instant(report.as_of, zone, report.as_of)),
    });
    if !report.complete {
        head.push("期間の途中までの集計です。".to_owned());
    }
    let made_at = report.as_of.with_timezone(&zone).naive_local();
    Page { title: format!("{name}　照会対応報告"), made_at, head, sections: sections(shown) }
}

fn sections(shown: &Shown<'_>) -> Vec<Section> {
    let report = shown.report;
    let fold = |rows: &[Row]| if shown.suppress { suppressed(rows) } else { plain(rows) };
    let section = |title: &str, paragraphs: Vec<String>, tables: Vec<Table>| Section {
        title: title.to_owned(),
        paragraphs,
        tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
    };
    let note = if shown.note.trim().is_empty() {
        "（事務局の記載はありません）"
    } else {
        shown.note.trim()
    };
    let mut overview = vec![words::overview(report)];
    overview.extend(note.lines().map(str::to_owned));
    let received = &report.received;
    let places = report.prefectures.iter().map(|row| {
        let name = if row.name.is_empty() { "不明" } else { &row.name };
        Row { name: name.to_owned(), ..row.clone() }
    });
    let askers =
        report.askers.iter().map(|row| Row { name: asker_in_words(&row.code).to_owned(), ..row.clone() });
    let parked = report
        .quality
        .parked
        .iter()
        .map(|row| Row { name: reason_in_words(row.code.parse().ok()).to_owned(), ..row.clone() });
    let count = |rows: Vec<(&str, u64)>| -> Vec<Vec<Cell>> {
        rows.into_iter().map(|(name, count)| vec![Cell::Text(name.to_owned()), Cell::Count(count)]).collect()
    };
    let coded = |name, columns: [&'static str; 3], rows: Vec<Row>, chart| Table {
        name,
        columns: columns.to_vec(),
        rows: fold(&rows),
        chart,
    };
    let simple =
        |name, rows, chart| Table { name, columns: vec!["項目", "件数"], rows: count(rows), chart };
    let answers = &report.answers;
    let mut sections = vec![
        section("1　概要", overview, vec![]),
        section(
            "2　受付件数",
            vec![format!("年度の初め（4月1日）からの累計は{}件です。", received.cumulative)],
            vec![
                simple(
                    "受付方法別",
                    vec![("メール", received.email), ("電話", received.telephone), ("合計", received.total)],
                    None,
                ),
                year::over_time(report),
                year::beside_last_year(report),
            ],
        ),
        section(
            "3　照会元",
            vec![],
            vec![
                coded("都道府県別", ["コード", "都道府県", "件数"], places.collect(), Some(Chart::Bars)),
                coded("機関の種別", ["コード", "種別", "件数"], askers.collect(), Some(Chart::Bars)),
            ],
        ),
        section(
            "4　内容",
            vec![format!(
                "分類は延べ件数です（一つの照会に複数の分類が付くことがあります）。分類のない照会は{}件です。",
                report.untagged
            )],
            vec![Table {
                name: "分類別",
                columns: vec!["分類", "件数"],
                rows: report
                    .topics
                    .iter()
                    .map(|row| vec![Cell::Text(row.name.clone()), Cell::Count(row.count)])
                    .collect(),
                chart: Some(Chart::Bars),
            }],
        ),
        section("5　回答", vec![words::answered(answers)], answer_tables(report)),
        section(
            "6　電話",
            vec![],
            vec![simple(
                "電話照会",
                vec![
                    ("受付", report.telephone.received),
                    ("折返し済み", report.telephone.called_back),
                    ("うち期限内", report.telephone.called_back_in_time),
                    ("メールで回答", report.telephone.answered),
                    ("対応中", report.telephone.open),
                ],
                None,
            )],
        ),
        section(
            "7　品質",
            vec![],
            vec![
                simple(
                    "品質",
                    vec![
                        ("不達となったメール", report.quality.undelivered),
                        ("再度の質問があった照会", report.quality.asked_again),
                        ("他の照会に統合した照会", report.quality.merged),
                        ("記載事項や詳細を確認した照会", report.quality.asked_back),
                        ("重複して届いたメール", report.quality.duplicates),
                    ],
                    None,
                ),
                coded("照会票としなかったメール", ["コード", "理由", "件数"], parked.collect(), None),
            ],
        ),
        section("8　主な照会と回答", entries::opening(report), vec![entries::answers(report)]),
        section("9　ガイドブックへの示唆", vec![PURPOSE.to_owned()], vec![entries::places(report)]),
    ];
    if report.support != crate::desk::report::Support::default() {
        sections.push(section(
            "伴走支援",
            vec![],
            vec![simple(
                "伴走支援",
                vec![
                    ("応募", report.support.applications),
                    ("会議", report.support.meetings),
                    ("アドバイザー派遣", report.support.visits),
                ],
                None,
            )],
        ));
    }
    sections.push(section(
        "10　付表・定義・版",
        DEFINITIONS.iter().map(|line| (*line).to_owned()).collect(),
        vec![Table {
            name: "前の版との違い",
            columns: vec!["項目", "前の版", "この版"],
            rows: shown.differences.iter().map(difference).collect(),
            chart: None,
        }],
    ));
    sections
}

fn answer_tables(report: &Report) -> Vec<Table> {
    let answers = &report.answers;
    let named = |name, rows: &[Named]| Table {
        name,
        columns: vec!["受付番号", "質問を受けた日", "回答期限の日", "回答した日", "超過（営業日）"],
        rows: rows.iter().map(one_by_one).collect(),
        chart: None,
    };
    let counts = [
        ("期限内に回答", answers.in_time),
        ("期限後に回答", answers.late),
        ("回答せずに完了", answers.without_answer),
        ("他の照会に統合", answers.merged),
        ("返信待ち・保留中", answers.waiting),
        ("回答準備中", answers.open),
        ("うち期限超過", answers.overdue),
    ];
    let hours = |name: &str, hours: Option<f64>| {
        vec![Cell::Text(name.to_owned()), hours.map_or(Cell::Blank, Cell::Hours)]
    };
    vec![
        Table {
            name: "回答の状況",
            columns: vec!["項目", "件数"],
            rows: counts
                .iter()
                .map(|(name, count)| vec![Cell::Text((*name).to_owned()), Cell::Count(*count)])
                .collect(),
            chart: Some(Chart::Bars),
        },
        Table {
            name: "所要時間",
            columns: vec!["項目", "営業時間"],
            rows: vec![
                hours("中央値", answers.median_hours),
                hours("90パーセンタイル", answers.ninth_decile_hours),
            ],
            chart: None,
        },
        named("期限後に回答した照会", &answers.late_ones),
        named("未回答の照会", &answers.open_ones),
    ]
}

fn one_by_one(named: &Named) -> Vec<Cell> {
    let date = |date: Option<NaiveDate>| date.map_or(Cell::Blank, Cell::Date);
    vec![
        Cell::Text(named.number.clone()),
        Cell::Date(named.asked_on),
        date(named.due_on),
        date(named.answered_on),
        Cell::Count(named.days_late),
    ]
}

fn plain(rows: &[Row]) -> Vec<Vec<Cell>> {
    rows.iter()
        .map(|row| vec![Cell::Code(row.code.clone()), Cell::Text(row.name.clone()), Cell::Count(row.count)])
        .collect()
}

/// Counts below [`FEWEST`] are blank.
fn suppressed(rows: &[Row]) -> Vec<Vec<Cell>> {
    let mut cells = plain(rows);
    for (cells, row) in cells.iter_mut().zip(rows) {
        if row.count < FEWEST
            && let Some(count) = cells.last_mut()
        {
            *count = Cell::Blank;
        }
    }
    cells
}

fn difference(difference: &Difference) -> Vec<Cell> {
    let value = |value: &Option<String>| value.clone().map_or(Cell::Blank, Cell::Text);
    vec![Cell::Text(figure_in_words(&difference.figure)), value(&difference.before), value(&difference.after)]
}

impl Cell {
    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Hours(hours) => format!("{hours:.1}"),
            Self::Date(date) => date.to_string(),
            Self::Blank => String::new(),
        }
    }

    /// Its length in a chart.
    fn value(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        match self {
            Self::Count(count) => *count as f64,
            Self::Hours(hours) => *hours,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
