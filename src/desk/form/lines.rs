//! Splits a body into lines and measures their quote marks. The other files interpret the lines.

use super::fold::is_blank;

/// From this line on, the rest of the body counts as part of the last field. No person writes as many lines.
const MAX_LINES: usize = 50_000;

/// One line. Offsets are bytes in the whole text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Start of the line, before its quote marks.
    pub(super) start: usize,
    /// After the quote marks and one blank.
    pub(super) indent: usize,
    /// Start of the text, after quote marks and all blanks.
    pub(super) body: usize,
    /// End of the text, before trailing blanks and the line break.
    pub(super) end: usize,
    /// Number of quote marks.
    pub(super) depth: u8,
}

pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    all: Vec<Line>,
}

impl<'a> Lines<'a> {
    /// Line breaks may be `\n` or `\r\n`.
    pub(super) fn of(text: &'a str) -> Self {
        let mut all = Vec::with_capacity(64);
        let mut start = 0;
        for line in text.split_inclusive('\n').take(MAX_LINES) {
            all.push(measure(line, start));
            start += line.len();
        }
        Self { text, all }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The line at `index`, or an empty line at the end of the text if there is none.
    pub(super) fn get(&self, index: usize) -> Line {
        let end = self.text.len();
        self.all.get(index).copied().unwrap_or(Line { start: end, indent: end, body: end, end, depth: 0 })
    }

    /// The text of a line, without quote marks and surrounding blanks.
    pub(super) fn body(&self, index: usize) -> &'a str {
        let line = self.get(index);
        self.text.get(line.body..line.end).unwrap_or_default()
    }

    /// Whether the line has only quote marks and blanks.
    pub(super) fn is_empty(&self, index: usize) -> bool {
        let line = self.get(index);
        line.body >= line.end
    }

    /// Index of the first line that is not empty; 0 if all are empty.
    pub(super) fn first_text(&self) -> usize {
        (0..self.len()).find(|line| !self.is_empty(*line)).unwrap_or_default()
    }

    /// Index of the line that contains a byte.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.all.partition_point(|line| line.start <= byte).saturating_sub(1)
    }
}

fn measure(line: &str, start: usize) -> Line {
    let content = line.trim_end_matches(|c| c == '\n' || is_blank(c));
    // A vertical stroke at the start is a quote mark, unless the line also ends with one: then it is a table border.
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
