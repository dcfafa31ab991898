//! The report as a workbook: a sheet a table, real dates and numbers, native charts, no formulas.

use rust_xlsxwriter::{Chart as Drawing, ChartType, DocProperties, ExcelDateTime, Format, Workbook};

use super::{Cell, Chart, Page};
use crate::paper::SheetError;

/// # Errors
/// When memory runs out.
pub fn xlsx(page: &Page) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&page.made_at.format("%Y-%m-%dT%H:%M:%S").to_string())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    let date = Format::new().set_num_format("yyyy/mm/dd");
    let first = book.add_worksheet();
    first.set_name("概要")?.set_column_width(0, 90)?;
    let lines = std::iter::once(&page.title).chain(&page.head).chain(
        page.sections.iter().flat_map(|section| std::iter::once(&section.title).chain(&section.paragraphs)),
    );
    for (line, text) in (0..).zip(lines) {
        first.write_string(line, 0, text)?;
    }
    for table in page.sections.iter().flat_map(|section| &section.tables) {
        let sheet = book.add_worksheet();
        sheet.set_name(table.name)?;
        for (column, name) in (0..).zip(&table.columns) {
            sheet.write_string_with_format(0, column, *name, &bold)?.set_column_width(column, 18)?;
        }
        for (line, row) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    Cell::Text(text) | Cell::Code(text) => sheet.write_string(line, column, text)?,
                    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
                    Cell::Count(count) => sheet.write_number(line, column, *count as f64)?,
                    Cell::Hours(hours) => sheet.write_number(line, column, *hours)?,
                    Cell::Date(day) => {
                        let day = ExcelDateTime::parse_from_str(&day.to_string())?;
                        sheet.write_datetime_with_format(line, column, &day, &date)?
                    }
                    Cell::Blank => continue,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        let (Some(chart), Some(last)) = (table.chart, table.columns.len().checked_sub(1)) else { continue };
        let (Ok(lines), Ok(last)) = (u32::try_from(table.rows.len()), u16::try_from(last)) else { continue };
        let mut drawing = Drawing::new(match chart {
            Chart::Columns => ChartType::Column,
            Chart::Bars => ChartType::Bar,
        });
        drawing
            .add_series()
            .set_name(table.name)
            .set_categories((table.name, 1, last.saturating_sub(1), lines, last.saturating_sub(1)))
            .set_values((table.name, 1, last, lines, last));
        drawing.legend().set_hidden();
        if chart == Chart::Bars {
            drawing.x_axis().set_reverse();
        }
        sheet.insert_chart(1, last + 2, &drawing)?;
    }
    Ok(book.save_to_buffer()?)
}
