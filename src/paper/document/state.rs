//! What is open while a document is read: holders of text, tables, controls, shapes; and the rows that are complete.

use std::collections::BTreeSet;

use quick_xml::events::BytesStart;

use super::element;
use crate::paper::{
    CELL_END, Cell, Finding, LINE_END, Paper, Row, Unread,
    holder::{Holder, PROMPT, PROMPT_END},
    symbol,
};

/// Of a document. The form has some 120.
const MAX_CELLS: usize = 20_000;

/// An open element, and what its end needs.
#[derive(Debug)]
pub(super) enum Open {
    Plain,
    Text,
    Instruction,
    /// `is_joined`: its mark was deleted, so the next paragraph goes on with it.
    Paragraph {
        is_joined: bool,
    },
    ParagraphProperties,
    MarkProperties,
    Run,
    RunProperties,
    Table,
    Row,
    RowProperties,
    Cell,
    CellProperties,
    TextBox,
    Control,
    ControlProperties,
    ControlBox,
    Alternate {
        is_taken: bool,
    },
    Branch,
    Shape,
    CheckBox,
    DropDown,
    SimpleField,
}

#[derive(Debug, Default)]
pub(super) struct Style {
    pub is_hidden: bool,
    pub is_struck: bool,
    /// The symbol font, or blank.
    pub font: String,
}

/// A content control (`w:sdt`).
#[derive(Debug, Default)]
pub(super) struct Control {
    pub shows_prompt: bool,
    /// It is a check box.
    pub checked: Option<bool>,
    is_shown: bool,
}

#[derive(Debug)]
pub(super) struct Shape {
    pub is_drawn: bool,
    pub has_text: bool,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    /// 0: in a cell or in a text box.
    number: usize,
    pub col: usize,
    cells: Vec<Cell>,
    is_row_deleted: bool,
}

#[derive(Debug)]
struct OpenCell {
    span: usize,
    is_continued: bool,
    is_deleted: bool,
}

pub(super) struct State {
    /// The first is the body.
    pub holders: Vec<Holder>,
    pub runs: Vec<Style>,
    pub tables: Vec<Table>,
    cells: Vec<OpenCell>,
    pub controls: Vec<Control>,
    pub shapes: Vec<Shape>,
    table_count: usize,
    cell_count: usize,
    rows: Vec<Row>,
    findings: BTreeSet<Finding>,
}

impl State {
    pub fn new(findings: BTreeSet<Finding>) -> Self {
        Self {
            holders: vec![Holder::default()],
            runs: Vec::new(),
            tables: Vec::new(),
            cells: Vec::new(),
            controls: Vec::new(),
            shapes: Vec::new(),
            table_count: 0,
            cell_count: 0,
            rows: Vec::new(),
            findings,
        }
    }

    pub fn finish(mut self) -> Paper {
        self.end_paragraph();
        Paper { rows: self.rows, findings: self.findings }
    }

    pub fn note(&mut self, finding: Finding) {
        self.findings.insert(finding);
    }

    /// Adds text as the run shows it.
    pub fn push(&mut self, text: &str) {
        if let Some(control) = self.controls.last_mut()
            && let Some(checked) = control.checked
        {
            // The sign depends on the control; whether it is checked does not.
            if !std::mem::replace(&mut control.is_shown, true) {
                self.push_plain(sign(checked));
            }
            return;
        }
        let Self { runs, findings, .. } = self;
        let (is_struck, font) = runs.last().map_or((false, ""), |run| (run.is_struck, run.font.as_str()));
        if is_struck {
            if !text.trim().is_empty() && !runs.last().is_some_and(|run| run.is_hidden) {
                findings.insert(Finding::StruckText);
            }
            return;
        }
        let mut shown = String::with_capacity(text.len());
        for c in text.chars().map(|c| if c.is_whitespace() && c.is_control() { ' ' } else { c }) {
            match symbol::glyph(font, c) {
                _ if c.is_control() => {}
                Ok(c) => shown.push(c),
                Err(Finding::Symbol) => {
                    findings.insert(Finding::Symbol);
                    shown.push(char::REPLACEMENT_CHARACTER);
                }
                Err(finding) => {
                    findings.insert(finding);
                    shown.push(c);
                }
            }
        }
        if self.controls.iter().any(|control| control.shows_prompt) {
            shown = format!("{PROMPT}{shown}{PROMPT_END}");
        }
        self.push_plain(&shown);
    }

    /// Adds text that no font changes.
    pub fn push_plain(&mut self, text: &str) {
        let is_hidden = self.runs.last().is_some_and(|run| run.is_hidden);
        if let Some(holder) = self.holders.last_mut().filter(|_| !is_hidden) {
            holder.push(text);
        }
    }

    pub fn push_symbol(&mut self, element: &BytesStart<'_>) {
        let code = element::value(element, "char").and_then(|code| u32::from_str_radix(&code, 16).ok());
        let Some(c) = code.and_then(char::from_u32) else { return };
        // The font of the symbol, not of its run.
        let font = element::value(element, "font").unwrap_or_default();
        let replaced = self.runs.last_mut().map(|run| std::mem::replace(&mut run.font, font.clone()));
        if replaced.is_none() {
            self.runs.push(Style { font, ..Style::default() });
        }
        self.push(c.encode_utf8(&mut [0; 4]));
        match (replaced, self.runs.last_mut()) {
            (Some(font), Some(run)) => run.font = font,
            _ => {
                self.runs.pop();
            }
        }
    }

    pub fn instruct(&mut self, text: &str) {
        if let Some(holder) = self.holders.last_mut() {
            holder.instruct(text);
        }
    }

    pub fn field_char(&mut self, element: &BytesStart<'_>) {
        let Some(holder) = self.holders.last_mut() else { return };
        match element::value(element, "fldCharType").as_deref() {
            Some("begin") => holder.begin_field(),
            Some("separate") => {
                if let Some(field) = holder.field() {
                    field.has_result = true;
                }
            }
            Some("end") => holder.end_field(),
            _ => {}
        }
    }

    pub fn begin_simple_field(&mut self, element: &BytesStart<'_>) {
        let Some(holder) = self.holders.last_mut() else { return };
        holder.begin_field();
        holder.instruct(&element::value(element, "instr").unwrap_or_default());
        if let Some(field) = holder.field() {
            field.has_result = true;
        }
    }

    pub fn end_field(&mut self) {
        if let Some(holder) = self.holders.last_mut() {
            holder.end_field();
        }
    }

    pub fn form_value(&mut self, is_list: bool, name: &str, element: &BytesStart<'_>) {
        let Some(field) = self.holders.last_mut().and_then(Holder::field) else { return };
        let number = || element::value(element, "val").and_then(|value| value.parse().ok());
        match name {
            "listEntry" if is_list => field.entries.extend(element::value(element, "val")),
            "result" | "default" if is_list => field.chosen = number().unwrap_or_default(),
            "checked" => field.checked = Some(element::flag(element)),
            "default" => field.default = element::flag(element),
            _ => {}
        }
    }

    pub fn end_control(&mut self) {
        if let Some(Control { checked: Some(checked), is_shown: false, .. }) = self.controls.pop() {
            self.push_plain(sign(checked));
        }
    }

    pub fn draw_shape(&mut self, is_drawn: bool) {
        if let Some(shape) = self.shapes.last_mut() {
            shape.is_drawn |= is_drawn;
        }
    }

    pub fn end_shape(&mut self) {
        if let Some(Shape { is_drawn: true, has_text: false }) = self.shapes.pop() {
            self.draw();
        }
    }

    pub fn draw(&mut self) {
        self.note(Finding::DrawnMark);
        if let Some(holder) = self.holders.last_mut() {
            holder.draw();
        }
    }

    pub fn end_text_box(&mut self) {
        let Some(mut text_box) = self.holders.pop() else { return };
        text_box.finish(&mut self.findings);
        if let Some(shape) = self.shapes.last_mut() {
            shape.has_text |= text_box.lines.iter().any(|line| !line.trim().is_empty());
        }
        if let Some(holder) = self.holders.last_mut() {
            holder.take_box(text_box);
        }
    }

    pub fn end_paragraph(&mut self) {
        let is_body = self.holders.len() == 1;
        let Some(holder) = self.holders.last_mut() else { return };
        let own = holder.end_paragraph(&mut self.findings);
        if !is_body {
            return;
        }
        let (mut lines, drawn) = (std::mem::take(&mut holder.lines), std::mem::take(&mut holder.drawn));
        let boxed = lines.split_off(own);
        let drawn_in = |from: usize, to: usize| {
            drawn.iter().filter(|line| (from..to).contains(*line)).map(|line| line - from).collect::<Vec<_>>()
        };
        let paragraph = (lines.join("\n"), drawn_in(0, own));
        let boxed = boxed.into_iter().enumerate().map(|(at, line)| (line, drawn_in(own + at, own + at + 1)));
        for (text, drawn) in std::iter::once(paragraph).chain(boxed) {
            if !text.trim().is_empty() || !drawn.is_empty() {
                let cell = Cell { text, drawn, ..Cell::default() };
                self.rows.push(Row { table: 0, cells: vec![cell] });
            }
        }
    }

    pub fn begin_table(&mut self) {
        let number = if self.holders.len() == 1 {
            self.table_count += 1;
            self.table_count
        } else {
            0
        };
        self.tables.push(Table { number, ..Table::default() });
    }

    pub fn begin_cell(&mut self) {
        self.holders.push(Holder::default());
        self.cells.push(OpenCell { span: 1, is_continued: false, is_deleted: false });
    }

    pub fn delete_row(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            table.is_row_deleted = true;
        }
    }

    pub fn cell_property(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), Unread> {
        let Some(cell) = self.cells.last_mut() else { return Ok(()) };
        match name {
            "gridSpan" => cell.span = element::span(element)?.max(1),
            "vMerge" => {
                cell.is_continued = element::value(element, "val").is_none_or(|value| value != "restart");
            }
            _ => {
                cell.is_deleted = true;
                self.note(Finding::TrackedChanges);
            }
        }
        Ok(())
    }

    pub fn end_cell(&mut self) -> Result<(), Unread> {
        let (Some(mut holder), Some(open)) = (self.holders.pop(), self.cells.pop()) else { return Ok(()) };
        holder.finish(&mut self.findings);
        self.cell_count += 1;
        if self.cell_count > MAX_CELLS {
            return Err(Unread::TooLarge);
        }
        let Some(table) = self.tables.last_mut() else { return Ok(()) };
        if !open.is_deleted {
            table.cells.push(Cell {
                col: table.col,
                text: holder.lines.join("\n"),
                continued: open.is_continued,
                drawn: holder.drawn,
            });
        }
        table.col += open.span;
        Ok(())
    }

    pub fn end_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let cells = std::mem::take(&mut table.cells);
        table.col = 0;
        if std::mem::take(&mut table.is_row_deleted) || cells.is_empty() {
            return;
        }
        if table.number > 0 {
            self.rows.push(Row { table: table.number, cells });
            return;
        }
        let Some(holder) = self.holders.last_mut() else { return };
        if cells.iter().any(|cell| !cell.drawn.is_empty()) {
            holder.drawn.push(holder.lines.len());
        }
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push(CELL_END);
            }
            line.extend(cell.text.chars().map(|c| if c == '\n' { LINE_END } else { c }));
        }
        holder.lines.push(line);
    }
}

fn sign(checked: bool) -> &'static str {
    if checked { "☑" } else { "☐" }
}
