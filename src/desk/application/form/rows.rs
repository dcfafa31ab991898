//! Prepares the rows of a document: unfolds frames around whole parts of the form, and cuts the document at its titles.

use super::words::{self, Labels};
use crate::paper::{CELL_END, Cell, LINE_END, Row};

/// Of a table in a frame: fewer labels make a table that the applicant added.
const LABELS_OF_A_FORM: usize = 3;

/// The rows with frames unfolded: a frame with a table that has labels becomes the rows of that table; a frame with
/// several headings becomes paragraphs. Other tables in a cell become its text.
pub(super) fn unfolded(rows: &[Row], labels: &Labels) -> Vec<Row> {
    let mut unfolded = Vec::with_capacity(rows.len());
    let mut next_table = rows.iter().map(|row| row.table).max().unwrap_or_default() + 1;
    for row in rows {
        let [cell] = row.cells.as_slice() else {
            let cells = row.cells.iter().map(plain).collect();
            unfolded.push(Row { table: row.table, cells });
            continue;
        };
        let cells_in = |line: &str| line.split(CELL_END).filter(|cell| labels.of(cell).is_some()).count();
        let has_form = cell.text.contains(CELL_END)
            && cell.text.lines().map(cells_in).sum::<usize>() >= LABELS_OF_A_FORM;
        let headings = cell.text.lines().filter(|line| words::heading(line).is_some()).count();
        if !has_form && headings < 2 {
            unfolded.push(Row { table: row.table, cells: vec![plain(cell)] });
            continue;
        }
        let mut is_table = false;
        for (at, line) in cell.text.lines().enumerate() {
            // Consecutive rows belong to one table.
            let has_cells = line.contains(CELL_END);
            next_table += usize::from(has_cells && !is_table);
            is_table = has_cells;
            let drawn = if cell.drawn.contains(&at) { vec![0] } else { Vec::new() };
            let cells = line.split(CELL_END).enumerate().map(|(col, text)| Cell {
                col,
                text: text.replace(LINE_END, "\n"),
                continued: false,
                drawn: drawn.clone(),
            });
            unfolded.push(Row { table: if has_cells { next_table } else { 0 }, cells: cells.collect() });
        }
    }
    unfolded
}

/// A cell without the marks of a table in it.
fn plain(cell: &Cell) -> Cell {
    Cell { text: cell.text.replace([CELL_END, LINE_END], " "), ..cell.clone() }
}

/// The parts of a document from one title of the form to the next. The first begins at the first row: the circular, or a
/// form without a title.
pub(super) fn parts(rows: &[Row]) -> Vec<&[Row]> {
    let is_title = |row: &Row| matches!(row.cells.as_slice(), [cell] if words::is_title(&cell.text));
    let starts = rows.iter().enumerate().filter(|(_, row)| is_title(row)).map(|(at, _)| at);
    let mut parts = Vec::new();
    let mut from = 0;
    for at in starts.chain([rows.len()]) {
        parts.extend(rows.get(from..at).filter(|part| !part.is_empty()));
        from = at;
    }
    parts
}
