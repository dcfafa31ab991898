//! The report as one tidy table: a figure a line, the header first (デジタル庁, rules of machine readability).

use super::{Cell, Page};
use crate::{desk::report::Period, paper::csv_cell};

const HEADER: [&str; 7] = ["期間開始", "期間終了", "表", "コード", "項目", "指標", "値"];

/// UTF-8 with a byte order mark, for Excel.
///
/// # Errors
/// When memory runs out.
pub fn csv(page: &Page, period: Period) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    writer.write_record(HEADER)?;
    let (first, last) = (period.first.to_string(), period.last.to_string());
    for table in page.sections.iter().flat_map(|section| &section.tables) {
        for row in &table.rows {
            let code = match row.first() {
                Some(Cell::Code(code)) => code.clone(),
                _ => String::new(),
            };
            let named = usize::from(matches!(row.first(), Some(Cell::Code(_))));
            let item = row.get(named).map(Cell::text).unwrap_or_default();
            for (cell, column) in row.iter().zip(&table.columns).skip(named + 1) {
                let value = cell.text();
                writer.write_record([
                    &first,
                    &last,
                    table.name,
                    &code,
                    &csv_cell(&item),
                    column,
                    &csv_cell(&value),
                ])?;
            }
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
