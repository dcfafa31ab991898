//! Charts as SVG: columns over time, and bars. Each has a title and a description, and stands beside the table with the same
//! figures.

use std::fmt::Write as _;

use super::{Cell, Chart, Table};

const WIDTH: f64 = 640.0;
const COLOR: &str = "#1f5a96";

/// The chart of a table. `None` if it has none, or nothing to draw.
pub(super) fn svg(table: &Table) -> Option<String> {
    let points: Vec<(String, &Cell)> =
        table.rows.iter().filter_map(|row| Some((label(row), row.last()?))).collect();
    let most = points.iter().map(|(_, cell)| cell.value()).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let unit = table.columns.last().copied().unwrap_or_default();
    let described: Vec<String> =
        points.iter().map(|(label, cell)| format!("{label} {}", cell.text())).collect();
    let (height, drawn) = match table.chart? {
        Chart::Columns => columns(&points, most),
        Chart::Bars => bars(&points, most),
    };
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" width=\"100%\" \
         style=\"max-width:{WIDTH}px\" font-family=\"sans-serif\" font-size=\"12\"><title>{}</title><desc>{}</desc>{drawn}</svg>",
        escaped(&format!("{}（{unit}）", table.name)),
        escaped(&described.join("、")),
    ))
}

/// The cell before the last that names the line.
fn label(row: &[Cell]) -> String {
    let name = row.len().checked_sub(2).and_then(|at| row.get(at)).map(Cell::text);
    name.unwrap_or_default()
}

fn columns(points: &[(String, &Cell)], most: f64) -> (f64, String) {
    const HEIGHT: f64 = 200.0;
    const LEFT: f64 = 40.0;
    const TOP: f64 = 16.0;
    const BOTTOM: f64 = 24.0;
    let plot = HEIGHT - TOP - BOTTOM;
    #[expect(clippy::cast_precision_loss, reason = "a report has few columns")]
    let step = (WIDTH - LEFT) / points.len() as f64;
    let mut drawn = axis(LEFT, TOP, plot, most);
    for (nth, (label, cell)) in points.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a report has few columns")]
        let x = LEFT + step * nth as f64;
        let height = plot * cell.value() / most;
        let (y, width) = (TOP + plot - height, (step * 0.8).max(1.0));
        let _ = write!(
            drawn,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{COLOR}\"/>"
        );
        // Every label would be too many for a month.
        if nth % points.len().div_ceil(8).max(1) == 0 {
            // 07/15 for a day, 2025/07 for a month.
            let day = label.get(5..).filter(|_| label.len() > 7).unwrap_or(label).replace('-', "/");
            let _ = write!(drawn, "<text x=\"{x:.1}\" y=\"{:.1}\">{}</text>", HEIGHT - 6.0, escaped(&day));
        }
    }
    (HEIGHT, drawn)
}

fn axis(left: f64, top: f64, plot: f64, most: f64) -> String {
    let bottom = top + plot;
    format!(
        "<line x1=\"{left}\" y1=\"{bottom}\" x2=\"{WIDTH}\" y2=\"{bottom}\" stroke=\"#666\"/>\
         <text x=\"{:.1}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{most}</text>",
        left - 6.0,
        left - 6.0,
        top + 8.0
    )
}

fn bars(points: &[(String, &Cell)], most: f64) -> (f64, String) {
    /// Lines of the longest chart; the table has all.
    const MOST_LINES: usize = 20;
    const LEFT: f64 = 170.0;
    const LINE: f64 = 24.0;
    let mut drawn = String::new();
    let mut y = 4.0;
    for (label, cell) in points.iter().take(MOST_LINES) {
        let width = (WIDTH - LEFT - 60.0) * cell.value() / most;
        let shown: String = label.chars().take(13).collect();
        let _ = write!(
            drawn,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"16\" fill=\"{COLOR}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LEFT - 8.0,
            y + 13.0,
            escaped(&shown),
            LEFT + width + 6.0,
            y + 13.0,
            escaped(&cell.text())
        );
        y += LINE;
    }
    (y + 4.0, drawn)
}

fn escaped(text: &str) -> String {
    minijinja::HtmlEscape(text).to_string()
}
