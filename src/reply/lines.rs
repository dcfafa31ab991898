//! Splits a text into lines with their quote marks, their folded length and a hash of what they say.
//! `anchors` and `window` compare them.

use std::ops::Range;

use super::{
    fold::{Folds, hash},
    marks::Marks,
};

/// One line. Offsets are bytes in the whole text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) start: usize,
    /// Behind the quote marks and blanks.
    pub(super) body: usize,
    /// Before the line break.
    pub(super) end: usize,
    /// Number of quote marks.
    pub(super) depth: u8,
    /// Number of folded characters; 0 in a blank line.
    pub(super) size: usize,
    pub(super) hash: u64,
}

pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    pub(super) all: Vec<Line>,
    /// Indices of the lines that are compared: not blank, and not hidden.
    pub(super) full: Vec<usize>,
    /// Folded characters of all lines.
    pub(super) size: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str, marks: &Marks) -> Self {
        let mut all = Vec::new();
        let mut full = Vec::new();
        let mut start = 0;
        let mut total = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let prefix = marks.prefix(content);
            let (hash, size) = hash(content.get(prefix.length..).unwrap_or_default());
            if size > 0 {
                full.push(all.len());
            }
            let (body, end) = (start + prefix.length, start + content.len());
            all.push(Line { start, body, end, depth: prefix.depth, size, hash });
            total += size;
            start += line.len();
        }
        Self { text, all, full, size: total }
    }

    pub(super) fn get(&self, index: usize) -> Line {
        let end = self.text.len();
        self.all.get(index).copied().unwrap_or(Line {
            start: end,
            body: end,
            end,
            depth: 0,
            size: 0,
            hash: 0,
        })
    }

    /// Index of the line that contains a byte.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.all.partition_point(|line| line.start <= byte).saturating_sub(1)
    }

    /// Takes lines out of the comparison.
    pub(super) fn hide(&mut self, hidden: &[Range<usize>]) {
        self.full.retain(|line| {
            let after = hidden.partition_point(|range| range.end <= *line);
            hidden.get(after).is_none_or(|range| !range.contains(line))
        });
    }

    /// The lines that are not blank, within a range of all lines, as a range of `full`.
    pub(super) fn full_within(&self, lines: &Range<usize>) -> Range<usize> {
        let at = |line: usize| self.full.partition_point(|full| *full < line);
        at(lines.start)..at(lines.end)
    }

    /// The line behind an index of `full`.
    pub(super) fn full_line(&self, index: usize) -> Line {
        self.full.get(index).map_or_else(|| self.get(usize::MAX), |line| self.get(*line))
    }

    pub(super) fn body(&self, line: Line) -> &'a str {
        self.text.get(line.body..line.end).unwrap_or_default()
    }

    /// Whether two lines say the same. Equal hashes are not enough: anybody can look for a collision.
    pub(super) fn same(&self, line: Line, other: &Lines<'_>, theirs: Line) -> bool {
        line.hash == theirs.hash
            && line.size == theirs.size
            && Folds::of(self.body(line), 0)
                .map(|folded| folded.c)
                .eq(Folds::of(other.body(theirs), 0).map(|folded| folded.c))
    }
}
