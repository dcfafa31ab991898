//! Reads office files as rows of cells, with findings about what paper would show and text does not. Reads .docx only;
//! of other files it says why it does not. Writes .docx, .xlsx and CSV. `desk` knows what the rows mean.

mod archive;
mod document;
mod field;
mod format;
mod holder;
mod sheet;
mod symbol;
mod write;

#[cfg(test)]
#[path = "../../tests/it/support/docx.rs"]
pub(crate) mod docx;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::words::closed_set;

pub use format::Format;
pub use sheet::{Column, SheetError, Table, Value, csv, csv_cell, xlsx};
pub use write::{Block, write};

/// A document from top to bottom. A paragraph outside tables is a row of one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    pub rows: Vec<Row>,
    pub findings: BTreeSet<Finding>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Counts tables from 1; 0 for a paragraph.
    pub table: usize,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Column of the grid at which the cell begins.
    pub col: usize,
    /// Lines end in `\n`. A row of a table in the cell is one line: [`CELL_END`] separates its cells, [`LINE_END`] their
    /// lines.
    pub text: String,
    /// The cell is merged with the one above.
    pub continued: bool,
    /// Lines at which a shape is anchored that has no text, such as a circle around a word.
    pub drawn: Vec<usize>,
}

/// Between the cells of a table in a cell.
pub const CELL_END: char = '\t';
/// Between the lines of such a cell.
pub const LINE_END: char = '\u{b}';

closed_set! {
    /// What the text alone does not tell.
    Finding {
        /// Insertions and deletions that nobody accepted. Read as if accepted.
        TrackedChanges = "tracked_changes",
        /// A shape without text is drawn over the page.
        DrawnMark = "drawn_mark",
        /// Text that is struck out. Left out.
        StruckText = "struck_text",
        /// A content control shows a prompt that is not Word's own. Kept.
        Placeholder = "placeholder",
        /// An unknown character of a symbol font.
        Symbol = "symbol",
        Macro = "macro",
        /// A character that only fonts of the author's machine have (外字).
        PrivateUse = "private_use",
    }
}

closed_set! {
    /// Why a file is not read.
    Unread {
        Password = "password",
        Broken = "broken_file",
        TooLarge = "too_large",
        /// It has a document type or entities, which no office program writes.
        Unsafe = "unsafe_file",
        /// Pictures of pages.
        NoText = "no_text",
        UnknownFormat = "unknown_format",
    }
}

/// A file, or the files in a zip.
#[derive(Debug, Clone)]
pub struct Opened {
    /// By the content if it is known, else by the name.
    pub format: Format,
    /// Never empty.
    pub files: Vec<OpenedFile>,
}

#[derive(Debug, Clone)]
pub struct OpenedFile {
    /// Name in the zip. `None`: the file itself.
    pub inner_name: Option<String>,
    pub paper: Result<Paper, Unread>,
}

/// The text of the main part of a .docx, which [`read`] finds in the file.
pub fn read_main_part(xml: &str, findings: BTreeSet<Finding>) -> Result<Paper, Unread> {
    document::read(xml, findings)
}

/// Never fails: each file is read, or has a reason. Needs time linear in the size of the file.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Opened {
    let format = Format::of(name, bytes);
    let alone = |paper| vec![OpenedFile { inner_name: None, paper }];
    let (format, files) = match format {
        Format::Zip if format::is_zip(bytes) => archive::read(name, bytes),
        _ => (format, alone(Err(format::why_unread(format, bytes)))),
    };
    Opened { format, files }
}
