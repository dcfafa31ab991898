//! Writes text with HTML's whitespace rules; the line break after a block is written only when more text follows.
//! The parent module interprets the tags.

use super::entity;

/// The separator to write before the next text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Nothing,
    /// Whitespace; `true` if it contained a line break in the source.
    Space(bool),
    Cell,
    Line,
}

pub(super) struct Writer {
    out: String,
    pending: Pending,
    /// The marker of a list item that has no content yet.
    marker: Option<String>,
    /// Number of open elements that preserve whitespace.
    preserved: usize,
    /// For each open blockquote: whether its lines get a quote mark.
    quotes: Vec<bool>,
    /// Number of quote marks before each line.
    depth: usize,
}

impl Writer {
    pub fn with_capacity(capacity: usize) -> Self {
        let out = String::with_capacity(capacity);
        Self { out, pending: Pending::Nothing, marker: None, preserved: 0, quotes: Vec::new(), depth: 0 }
    }

    /// Writes text of the document and decodes its character references.
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
                _ => self.whitespace(rest),
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

    fn whitespace(&mut self, text: &str) -> usize {
        let len = text.bytes().take_while(u8::is_ascii_whitespace).count();
        let spaces = &text[..len];
        if self.preserved > 0 {
            for c in spaces.chars().filter(|&c| c != '\r') {
                if c == '\n' {
                    self.line_break();
                } else {
                    self.word(if c == '\t' { "\t" } else { " " });
                }
            }
        } else {
            let broken = spaces.contains(['\n', '\r']);
            self.pending = match self.pending {
                Pending::Nothing => Pending::Space(broken),
                Pending::Space(before) => Pending::Space(before || broken),
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
            Pending::Space(broken) if !self.at_line_start() => {
                // Senders wrap source lines inside Japanese words. Such a line break is not a space.
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

    /// Start or end of a block element. At the start of a cell it has no effect.
    pub fn block(&mut self) {
        if self.pending != Pending::Cell {
            self.pending = Pending::Line;
        }
    }

    /// Start or end of a table row.
    pub fn row(&mut self) {
        self.pending = Pending::Line;
    }

    /// Start of a second or later cell of the row.
    pub fn cell(&mut self) {
        self.pending = Pending::Cell;
    }

    pub fn marker(&mut self, marker: String) {
        self.marker = Some(marker);
    }

    pub fn preserve(&mut self, on: bool) {
        self.preserved = if on { self.preserved + 1 } else { self.preserved.saturating_sub(1) };
    }

    /// Start of a blockquote. `cites` is true for a quotation and false for an indentation.
    pub fn begin_quote(&mut self, cites: bool) {
        // Deeper quotations get no further marks, because their number could grow quadratically.
        let counts = cites && self.depth < 10;
        self.quotes.push(counts);
        self.depth += usize::from(counts);
    }

    pub fn end_quote(&mut self) {
        self.depth -= usize::from(self.quotes.pop().unwrap_or(false));
    }

    /// Returns the text without trailing whitespace and with at most one blank line in a row.
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

/// Characters without spaces between words: kana, kanji, full-width forms, CJK punctuation.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
