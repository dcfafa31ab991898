//! The report as a page for print: the browser makes the PDF.

use minijinja::{Environment, Value, context};

use super::{Cell, Page, svg::svg};
use crate::letter::WordingError;

/// # Errors
/// Never for the template that is shipped; a test renders it.
pub fn html(page: &Page) -> Result<String, WordingError> {
    rendered(page).map_err(|error| WordingError::Template {
        name: "report.html.j2".to_owned(),
        detail: error.to_string(),
    })
}

fn rendered(page: &Page) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.add_template("report.html", include_str!("../../../templates/report.html.j2"))?;
    let sections: Vec<Value> = page
        .sections
        .iter()
        .map(|section| {
            let tables: Vec<Value> = section
                .tables
                .iter()
                .map(|table| {
                    let rows: Vec<Vec<Value>> = table
                        .rows
                        .iter()
                        .map(|row| {
                            row.iter()
                                .map(|cell| {
                                    let is_number = matches!(cell, Cell::Count(_) | Cell::Hours(_));
                                    context!(text => cell.text(), number => is_number)
                                })
                                .collect()
                        })
                        .collect();
                    let chart = svg(table).map(Value::from_safe_string);
                    context!(name => table.name, columns => &table.columns, rows, chart)
                })
                .collect();
            context!(title => &section.title, paragraphs => &section.paragraphs, tables)
        })
        .collect();
    templates
        .get_template("report.html")?
        .render(context!(title => &page.title, head => &page.head, sections))
}
