//! Reads the main part of a .docx (WordprocessingML, ECMA-376 part 1, 17) in one pass, with a stack and without recursion.
//! Elements are told by their local names, so the strict variant is read, too.

mod element;
mod state;

use std::collections::BTreeSet;

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{Finding, Paper, Unread};
use element::flag;
pub(super) use element::value as attribute;
use state::{Control, Open, Shape, State, Style};

/// Elements within each other. Word nests a table in a text box in a table some 60 deep; a stack has an end.
const MAX_DEPTH: usize = 200;

/// Shapes that people draw around or over a word.
const DRAWN: [&str; 8] = [
    "ellipse",
    "donut",
    "flowChartConnector",
    "flowChartTerminator",
    "flowChartAlternateProcess",
    "roundRect",
    "arc",
    "blockArc",
];

/// Of `xml`, the text of the main part.
pub(super) fn read(xml: &str, findings: BTreeSet<Finding>) -> Result<Paper, Unread> {
    let mut walker = Walker { open: Vec::new(), skipped: 0, state: State::new(findings) };
    let mut reader = Reader::from_str(xml);
    let mut has_root = false;
    loop {
        match reader.read_event().map_err(|_| Unread::Broken)? {
            Event::Start(element) => walker.start(&element)?,
            Event::Empty(element) => {
                walker.start(&element)?;
                walker.end()?;
            }
            Event::End(_) => walker.end()?,
            Event::Text(text) => walker.text(&text.xml10_content()),
            Event::CData(text) => walker.text(&text.xml10_content()),
            Event::GeneralRef(reference) => walker.text(character(&reference)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) => return Err(Unread::Unsafe),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        has_root |= !walker.open.is_empty();
    }
    if !has_root || !walker.open.is_empty() || walker.skipped > 0 {
        return Err(Unread::Broken);
    }
    Ok(walker.state.finish())
}

/// A character reference, or one of the five entities of XML. Others need a document type.
fn character(reference: &BytesRef<'_>) -> Result<char, Unread> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| Unread::Broken)? {
        return Ok(c);
    }
    match reference.xml10_content().as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Unread::Unsafe),
    }
}

struct Walker {
    open: Vec<Open>,
    /// Open elements from the skipped one on.
    skipped: usize,
    state: State,
}

impl Walker {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Unread> {
        if self.open.len() + self.skipped >= MAX_DEPTH {
            return Err(Unread::TooLarge);
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return Ok(());
        }
        let name = element.local_name();
        let name: &str = name.as_ref();
        let open = match self.open.last() {
            Some(Open::ControlProperties) => self.control_property(name, element),
            Some(Open::RunProperties) => self.run_property(name, element),
            Some(Open::MarkProperties | Open::RowProperties | Open::CellProperties) => {
                self.property(name, element)?
            }
            Some(Open::CheckBox | Open::DropDown | Open::ControlBox) => self.form_value(name, element),
            _ => match self.structure(name) {
                Some(open) => open,
                None => self.content(name, element),
            },
        };
        match open {
            Some(open) => self.open.push(open),
            None => self.skipped = 1,
        }
        Ok(())
    }

    /// Elements that hold others. `Some(None)`: skip it. `None`: not one of these.
    fn structure(&mut self, name: &str) -> Option<Option<Open>> {
        Some(Some(match name {
            "p" => Open::Paragraph { is_joined: false },
            "pPr" => Open::ParagraphProperties,
            "r" => {
                self.state.runs.push(Style::default());
                Open::Run
            }
            "rPr" => match self.open.last() {
                Some(Open::Run) => Open::RunProperties,
                Some(Open::ParagraphProperties) => Open::MarkProperties,
                _ => Open::Plain,
            },
            "t" => Open::Text,
            "instrText" => Open::Instruction,
            "tbl" => {
                self.state.begin_table();
                Open::Table
            }
            "tr" => Open::Row,
            "trPr" => Open::RowProperties,
            "tc" => {
                self.state.begin_cell();
                Open::Cell
            }
            "tcPr" => Open::CellProperties,
            "txbxContent" => {
                self.state.holders.push(Default::default());
                Open::TextBox
            }
            "sdt" => {
                self.state.controls.push(Control::default());
                Open::Control
            }
            "sdtPr" if matches!(self.open.last(), Some(Open::Control)) => Open::ControlProperties,
            "AlternateContent" => Open::Alternate { is_taken: false },
            // Programs that know the first choice, as Word does, show it. The fallback repeats it for old programs.
            "Choice" | "Fallback" => match self.open.last_mut() {
                Some(Open::Alternate { is_taken: true }) => return Some(None),
                Some(Open::Alternate { is_taken }) => {
                    *is_taken = true;
                    Open::Branch
                }
                _ => Open::Plain,
            },
            // The reading above a word, and what properties were before a tracked change.
            "rt" | "delText" | "delInstrText" | "sdtEndPr" => return Some(None),
            _ if name.ends_with("PrChange") => return Some(None),
            _ => return None,
        }))
    }

    /// Elements that are text, or make a difference to the text in them.
    fn content(&mut self, name: &str, element: &BytesStart<'_>) -> Option<Open> {
        let is_in_run = matches!(self.open.last(), Some(Open::Run | Open::Branch));
        match name {
            "ins" | "moveTo" => self.state.note(Finding::TrackedChanges),
            "del" | "moveFrom" => {
                self.state.note(Finding::TrackedChanges);
                return None;
            }
            "tab" | "ptab" if is_in_run => self.state.push_plain(" "),
            "br" | "cr" if is_in_run => self.state.push_plain("\n"),
            "noBreakHyphen" if is_in_run => self.state.push_plain("-"),
            "sym" | "symEx" => self.state.push_symbol(element),
            "fldChar" => self.state.field_char(element),
            "checkBox" => return Some(Open::CheckBox),
            "ddList" => return Some(Open::DropDown),
            "fldSimple" => {
                self.state.begin_simple_field(element);
                return Some(Open::SimpleField);
            }
            "prstGeom" => {
                let is_drawn =
                    element::value(element, "prst").is_some_and(|kind| DRAWN.contains(&kind.as_str()));
                self.state.draw_shape(is_drawn);
            }
            "custGeom" => self.state.draw_shape(true),
            // Ink: a stroke of a pen.
            "contentPart" => self.state.draw(),
            "wsp" | "oval" | "roundrect" | "arc" | "shape" => {
                let is_drawn = match name {
                    "wsp" => false,
                    // VML: the numbers of an ellipse, a donut and a connector.
                    "shape" => element::value(element, "type")
                        .is_some_and(|kind| ["_t3", "_t23", "_t120"].iter().any(|end| kind.ends_with(end))),
                    _ => true,
                };
                self.state.shapes.push(Shape { is_drawn, has_text: false });
                return Some(Open::Shape);
            }
            _ => {}
        }
        Some(Open::Plain)
    }

    fn run_property(&mut self, name: &str, element: &BytesStart<'_>) -> Option<Open> {
        match (name, self.state.runs.last_mut()) {
            ("vanish", Some(style)) => style.is_hidden = flag(element),
            ("strike" | "dstrike", Some(style)) => style.is_struck |= flag(element),
            ("rFonts", Some(style)) => style.font = element::symbol_font(element),
            ("ins" | "moveTo", _) => self.state.note(Finding::TrackedChanges),
            ("AlternateContent", _) => return Some(Open::Plain),
            _ => {}
        }
        (!name.ends_with("PrChange")).then_some(Open::Plain)
    }

    /// Properties of a paragraph mark, of a row and of a cell.
    fn property(&mut self, name: &str, element: &BytesStart<'_>) -> Result<Option<Open>, Unread> {
        let table = self.state.tables.last_mut();
        match (self.open.last(), name) {
            (_, "ins" | "moveTo" | "cellIns" | "cellMerge") => self.state.note(Finding::TrackedChanges),
            (Some(Open::MarkProperties), "del" | "moveFrom") => {
                self.state.note(Finding::TrackedChanges);
                if let Some(Open::Paragraph { is_joined }) = self.open.iter_mut().nth_back(2) {
                    *is_joined = true;
                }
            }
            (Some(Open::RowProperties), "del") => {
                self.state.note(Finding::TrackedChanges);
                self.state.delete_row();
            }
            (Some(Open::RowProperties), "gridBefore") => {
                if let Some(table) = table {
                    table.col += element::span(element)?;
                }
            }
            (Some(Open::CellProperties), "gridSpan" | "vMerge" | "cellDel") => {
                self.state.cell_property(name, element)?;
            }
            _ => {}
        }
        Ok(None)
    }

    fn control_property(&mut self, name: &str, element: &BytesStart<'_>) -> Option<Open> {
        match (name, self.state.controls.last_mut()) {
            ("showingPlcHdr", Some(control)) => control.shows_prompt = flag(element),
            ("checkbox", _) => return Some(Open::ControlBox),
            _ => {}
        }
        None
    }

    /// What a check box or a list holds.
    fn form_value(&mut self, name: &str, element: &BytesStart<'_>) -> Option<Open> {
        match (self.open.last(), name) {
            (Some(Open::ControlBox), "checked") => {
                if let Some(control) = self.state.controls.last_mut() {
                    control.checked = Some(flag(element));
                }
            }
            (Some(kind), name) => {
                let is_list = matches!(kind, Open::DropDown);
                self.state.form_value(is_list, name, element);
            }
            _ => {}
        }
        None
    }

    fn text(&mut self, text: &str) {
        match self.open.last() {
            _ if self.skipped > 0 => {}
            Some(Open::Text) => self.state.push(text),
            Some(Open::Instruction) => self.state.instruct(text),
            _ => {}
        }
    }

    fn end(&mut self) -> Result<(), Unread> {
        if self.skipped > 0 {
            self.skipped -= 1;
            return Ok(());
        }
        match self.open.pop() {
            Some(Open::Paragraph { is_joined: false }) => self.state.end_paragraph(),
            Some(Open::Run) => {
                self.state.runs.pop();
            }
            Some(Open::Cell) => self.state.end_cell()?,
            Some(Open::Row) => self.state.end_row(),
            Some(Open::Table) => {
                self.state.tables.pop();
            }
            Some(Open::TextBox) => self.state.end_text_box(),
            Some(Open::Control) => self.state.end_control(),
            Some(Open::Shape) => self.state.end_shape(),
            Some(Open::SimpleField) => self.state.end_field(),
            _ => {}
        }
        Ok(())
    }
}
