//! Writes a table as .xlsx and as CSV: texts, instants and numbers, and never a formula. The same table always gives the same
//! bytes.

use chrono::{Datelike, NaiveDateTime, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

/// UTF-16 units of the longest text of a cell. Excel refuses files with more than 32,767.
const LONGEST: usize = 32_000;
/// How instants are shown.
const DATE: &str = "yyyy/mm/dd hh:mm";

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Empty,
    Text(String),
    /// In the desk's time zone.
    Instant(NaiveDateTime),
    Number(f64),
}

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    /// In characters.
    pub width: f64,
}

#[derive(Debug, Clone)]
pub struct Table {
    /// Name of the sheet.
    pub name: &'static str,
    pub columns: &'static [Column],
    pub rows: Vec<Vec<Value>>,
}

#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("cannot write the .xlsx: {0}")]
    Xlsx(#[from] XlsxError),
    #[error("cannot write the CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("cannot write the CSV: {0}")]
    Buffer(String),
}

/// The table as .xlsx. `now` is written into it as the time of its making.
///
/// # Errors
/// When the table is larger than a sheet can be.
pub fn xlsx(table: &Table, now: NaiveDateTime) -> Result<Vec<u8>, SheetError> {
    let head = Format::new().set_bold().set_background_color("#E8EEF5").set_align(FormatAlign::Top);
    // The apostrophe that Excel hides: a text stays a text when somebody edits the cell.
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_quote_prefix();
    let date = Format::new().set_num_format(DATE).set_align(FormatAlign::Top);
    let number = Format::new().set_num_format("0.0").set_align(FormatAlign::Top);
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&excel(now)?));
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.name)?;
    for (col, Column { title, width }) in (0_u16..).zip(table.columns) {
        sheet.set_column_width(col, *width)?;
        sheet.write_string_with_format(0, col, *title, &head)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (col, cell) in (0_u16..).zip(cells) {
            match cell {
                Value::Empty => continue,
                Value::Text(value) => sheet.write_string_with_format(row, col, cut(value), &text)?,
                Value::Instant(at) => sheet.write_datetime_with_format(row, col, &excel(*at)?, &date)?,
                Value::Number(value) => sheet.write_number_with_format(row, col, *value, &number)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    let last_row = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let last_col = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last_row, last_col)?;
    Ok(workbook.save_to_buffer()?)
}

fn excel(at: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(at.year()).unwrap_or(1900);
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = ExcelDateTime::from_ymd(year, small(at.month()), small(at.day()))?;
    date.and_hms(u16::from(small(at.hour())), small(at.minute()), f64::from(at.second()))
}

/// The table as CSV that Excel opens: UTF-8 with a byte order mark, CRLF.
///
/// # Errors
/// When memory runs out.
pub fn csv(table: &Table) -> Result<Vec<u8>, SheetError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(table.columns.iter().map(|column| column.title))?;
    for cells in &table.rows {
        writer.write_record(cells.iter().map(|cell| match cell {
            Value::Empty => String::new(),
            Value::Text(text) => csv_cell(text),
            Value::Instant(at) => at.format("%Y/%m/%d %H:%M").to_string(),
            Value::Number(number) => format!("{number:.1}"),
        }))?;
    }
    writer.into_inner().map_err(|error| SheetError::Buffer(error.to_string()))
}

/// A text as a cell of a CSV. A record is one line, because programs that read line by line, and people who look for something, see
/// half a record otherwise, and its second half could begin like a formula.
#[must_use]
pub fn csv_cell(text: &str) -> String {
    const BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    if !text.contains(BREAKS) {
        return escape_formula(text);
    }
    let lines = text.split(BREAKS).map(str::trim).filter(|line| !line.is_empty());
    escape_formula(&lines.collect::<Vec<_>>().join(" ／ "))
}

/// Escapes a cell that a spreadsheet would run as a formula. The text comes from untrusted mail. A Japanese Excel takes the
/// full-width signs for formulas, too.
fn escape_formula(cell: &str) -> String {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '\t', '\r'];
    let runs = cell.starts_with(signs) || cell.trim_start().starts_with(signs);
    if runs { format!("'{cell}") } else { cell.to_owned() }
}

fn cut(text: &str) -> String {
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= LONGEST
    });
    let kept: String = kept.collect();
    if kept.len() < text.len() { kept + "…" } else { kept }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const COLUMNS: &[Column] =
        &[Column { title: "受付番号", width: 14.0 }, Column { title: "時", width: 16.0 }];

    fn table(rows: Vec<Vec<Value>>) -> Table {
        Table { name: "照会", columns: COLUMNS, rows }
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    /// A part of the .xlsx.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn formulas_become_text() {
        for (cell, escaped) in [
            ("=HYPERLINK(1)", true),
            ("＝1+1", true),
            ("＋81-3", true),
            ("－1", true),
            ("−1", true),
            ("＠SUM(1)", true),
            (" =1", true),
            ("\n\u{2028}=1", true),
            ("\t=1", true),
            ("会議", false),
            ("1=1", false),
            ("", false),
        ] {
            assert_eq!(csv_cell(cell).starts_with('\''), escaped, "{cell}");
        }
    }

    #[test]
    fn a_sheet_has_real_dates_and_no_formulas() {
        let rows = vec![
            vec![Value::Text("=1+1".into()), Value::Instant(at("2025-07-01T09:12:00"))],
            vec![Value::Empty, Value::Number(1.5)],
            vec![Value::Text("長".repeat(40_000)), Value::Empty],
        ];
        let table = table(rows);
        let bytes = xlsx(&table, at("2025-07-02T10:00:00")).unwrap();
        assert_eq!(bytes, xlsx(&table, at("2025-07-02T10:00:00")).unwrap(), "the same table, the same bytes");
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>") && sheet.contains("<v>45839.38333"), "{sheet}");
        assert!(part(&bytes, "xl/styles.xml").contains(DATE));
        let texts = part(&bytes, "xl/sharedStrings.xml");
        assert!(texts.contains("<t>=1+1</t>") && texts.contains("長…</t>"));
    }

    #[test]
    fn a_csv_opens_in_excel() {
        let text = "a,\"b\"\r\n\n=c\u{2028}d\n";
        let rows = vec![vec![Value::Text(text.into()), Value::Instant(at("2025-07-01T09:12:00"))]];
        let text = String::from_utf8(csv(&table(rows)).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}受付番号,時\r\n\"a,\"\"b\"\" ／ =c ／ d\",2025/07/01 09:12\r\n");
    }
}
