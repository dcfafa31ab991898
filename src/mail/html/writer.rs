//! Writes text with HTML's rules for blanks and line ends; a line end waits until something follows.
//! Knows no tags; that is the module above.

use super::entity;

/// What separates the text so far from what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Nothing,
    /// A blank; `true` if the source had a line break there.
    Blank(bool),
    Cell,
    Line,
}

pub(super) struct Writer {
    out: String,
    pending: Pending,
    /// The mark of a list item that has no content yet.
    marker: Option<String>,
    preserved: usize,
    /// For each open blockquote, whether it quotes.
    quotes: Vec<bool>,
    depth: usize,
}

impl Writer {
    pub fn with_capacity(capacity: usize) -> Self {
        let out = String::with_capacity(capacity);
        Self { out, pending: Pending::Nothing, marker: None, preserved: 0, quotes: Vec::new(), depth: 0 }
    }

    /// Writes text of the document, entities included.
    pub fn text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| matches!(c, '&' | '\u{a0}') || c.is_ascii_whitespace())
                .unwrap_or(rest.len());
            self.word(&rest[..end]);
            rest = &rest[end..];
            let Some(c) = rest.chars().next() else { break };
            let len = match c {
                '&' => self.entity(rest),
                '\u{a0}' => {
                    self.word(" ");
                    c.len_utf8()
                }
                _ => self.blank(rest),
            };
            rest = &rest[len..];
        }
    }

    fn entity(&mut self, text: &str) -> usize {
        let mut decoded = String::new();
        match entity::decode(text, &mut decoded) {
            Some(len) => {
                self.word(if decoded == "\u{a0}" { " " } else { &decoded });
                len
            }
            None => {
                self.word("&");
                1
            }
        }
    }

    fn blank(&mut self, text: &str) -> usize {
        let len = text.bytes().take_while(u8::is_ascii_whitespace).count();
        let blanks = &text[..len];
        if self.preserved > 0 {
            for c in blanks.chars().filter(|&c| c != '\r') {
                if c == '\n' {
                    self.line_break();
                } else {
                    self.word(if c == '\t' { "\t" } else { " " });
                }
            }
        } else {
            let broken = blanks.contains(['\n', '\r']);
            self.pending = match self.pending {
                Pending::Nothing => Pending::Blank(broken),
                Pending::Blank(before) => Pending::Blank(before || broken),
                other => other,
            };
        }
        len
    }

    fn word(&mut self, word: &str) {
        let Some(first) = word.chars().next() else { return };
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Line => self.end_line(),
            Pending::Cell if !self.at_line_start() => self.out.push('\t'),
            Pending::Blank(broken) if !self.at_line_start() => {
                // Senders break source lines inside Japanese words; there is no blank in them.
                let last = self.out.chars().next_back();
                if !(broken && is_wide(first) && last.is_some_and(is_wide)) {
                    self.out.push(' ');
                }
            }
            _ => {}
        }
        if self.at_line_start() {
            self.out.extend(std::iter::repeat_n("> ", self.depth));
        }
        if let Some(marker) = self.marker.take() {
            self.out.push_str(&marker);
        }
        self.out.push_str(word);
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn end_line(&mut self) {
        if !self.at_line_start() {
            self.out.push('\n');
        }
    }

    /// `<br>`.
    pub fn line_break(&mut self) {
        if std::mem::replace(&mut self.pending, Pending::Nothing) == Pending::Line {
            self.end_line();
        }
        self.out.push('\n');
    }

    /// A block begins or ends; at the beginning of a cell it changes nothing.
    pub fn block(&mut self) {
        if self.pending != Pending::Cell {
            self.pending = Pending::Line;
        }
    }

    /// A table row begins or ends.
    pub fn row(&mut self) {
        self.pending = Pending::Line;
    }

    /// Another cell of the row begins.
    pub fn cell(&mut self) {
        self.pending = Pending::Cell;
    }

    pub fn marker(&mut self, marker: String) {
        self.marker = Some(marker);
    }

    pub fn preserve(&mut self, on: bool) {
        self.preserved = if on { self.preserved + 1 } else { self.preserved.saturating_sub(1) };
    }

    /// A blockquote; `cites` if it is a quotation rather than an indentation.
    pub fn begin_quote(&mut self, cites: bool) {
        // Deeper quotations are not told apart, and their marks would take quadratic room.
        let counts = cites && self.depth < 10;
        self.quotes.push(counts);
        self.depth += usize::from(counts);
    }

    pub fn end_quote(&mut self) {
        self.depth -= usize::from(self.quotes.pop().unwrap_or(false));
    }

    /// The text, lines trimmed at their ends, at most one blank line in a row.
    pub fn finish(self) -> String {
        let mut text = String::with_capacity(self.out.len());
        let mut blanks = 0;
        for line in self.out.lines().map(str::trim_end) {
            blanks = if line.is_empty() { blanks + 1 } else { 0 };
            if blanks > 1 || (line.is_empty() && text.is_empty()) {
                continue;
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// Letters that are written without blanks between them: kana, kanji, full-width forms, CJK punctuation.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
