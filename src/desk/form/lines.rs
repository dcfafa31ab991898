//! The lines of a body, with their quote marks set apart. What a line means is left to the other files.

use super::fold::is_blank;

/// Bodies longer than this are read as one long last field from there on: nobody writes that many lines by hand.
const MAX_LINES: usize = 50_000;

/// One line; offsets are bytes of the whole text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Where it begins, quote marks included.
    pub(super) start: usize,
    /// Behind the quote marks and one blank.
    pub(super) indent: usize,
    /// Where its text begins: behind quote marks and blanks.
    pub(super) body: usize,
    /// Where its text ends: before trailing blanks and the line break.
    pub(super) end: usize,
    /// How often it is quoted.
    pub(super) depth: u8,
}

/// A text as lines.
pub(super) struct Lines<'a> {
    /// The whole text.
    pub(super) text: &'a str,
    all: Vec<Line>,
}

impl<'a> Lines<'a> {
    /// Splits a text; line breaks may be `\n` or `\r\n`.
    pub(super) fn of(text: &'a str) -> Self {
        let mut all = Vec::with_capacity(64);
        let mut start = 0;
        for line in text.split_inclusive('\n').take(MAX_LINES) {
            all.push(measure(line, start));
            start += line.len();
        }
        Self { text, all }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// A line; one behind the last is empty.
    pub(super) fn get(&self, index: usize) -> Line {
        let end = self.text.len();
        self.all.get(index).copied().unwrap_or(Line { start: end, indent: end, body: end, end, depth: 0 })
    }

    /// The text of a line, without quote marks and surrounding blanks.
    pub(super) fn body(&self, index: usize) -> &'a str {
        let line = self.get(index);
        self.text.get(line.body..line.end).unwrap_or_default()
    }

    /// A line as it is written, without its line break and trailing blanks.
    pub(super) fn raw(&self, index: usize) -> &'a str {
        let line = self.get(index);
        self.text.get(line.start..line.end).unwrap_or_default()
    }

    /// Whether nothing but quote marks and blanks is on the line.
    pub(super) fn is_empty(&self, index: usize) -> bool {
        let line = self.get(index);
        line.body >= line.end
    }

    /// The first line that is not empty.
    pub(super) fn first_text(&self) -> usize {
        (0..self.len()).find(|line| !self.is_empty(*line)).unwrap_or_default()
    }

    /// The line that holds a byte.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.all.partition_point(|line| line.start <= byte).saturating_sub(1)
    }
}

fn measure(line: &str, start: usize) -> Line {
    let content = line.trim_end_matches(|c| c == '\n' || is_blank(c));
    // A stroke in front quotes, but where one ends the line too it draws the border of a table.
    let row = content.trim_end_matches(is_stroke);
    let bordered = row.len() < content.len();
    let mut body = 0;
    let mut indent = 0;
    let mut depth: u8 = 0;
    for c in content.chars() {
        if matches!(c, '>' | '＞') || (is_stroke(c) && !bordered) {
            depth = depth.saturating_add(1);
            indent = body + c.len_utf8();
        } else if !(is_blank(c) || is_stroke(c)) {
            break;
        }
        body += c.len_utf8();
    }
    indent += usize::from(depth > 0 && content.get(indent..).is_some_and(|rest| rest.starts_with(' ')));
    let end = if line.starts_with(is_stroke) { row } else { content };
    let end = end.trim_end_matches(is_blank).len().max(body);
    Line { start, indent: start + indent.min(body), body: start + body, end: start + end, depth }
}

fn is_stroke(c: char) -> bool {
    matches!(c, '|' | '｜' | '│' | '┃')
}
