//! A line folded for matching that remembers where each character came from. So arguments are taken from the text as
//! typed, which a question to the inquirer needs: folding changes ① and ㈱.

use std::ops::Range;

use crate::desk::form::Folds;

#[derive(Debug, Clone, Default)]
pub(super) struct Folded {
    text: String,
    /// For each byte of `text`, the offset in the source where its character starts; then the end of the last one.
    source: Vec<usize>,
}

impl Folded {
    pub(super) fn of(line: &str) -> Self {
        Self::lines(line).trimmed()
    }

    /// A text of several lines, its line breaks kept.
    pub(super) fn lines(text: &str) -> Self {
        let mut folded = Self::default();
        let mut start = 0;
        for (c, end) in Folds::from(text, 0) {
            folded.text.push(c);
            folded.source.resize(folded.text.len(), start);
            start = end;
        }
        folded.source.push(start);
        folded
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The offset in the source of the character at byte `at`.
    pub(super) fn source(&self, at: usize) -> usize {
        self.source.get(at).or(self.source.last()).copied().unwrap_or_default()
    }

    /// Whether byte `at` is inside what one typed character folds to: ㈱ folds to (株).
    pub(super) fn is_inside(&self, at: usize) -> bool {
        let next = self.text.get(at..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| self.source(at) == self.source(at + c.len_utf8()))
    }

    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let Some(text) = self.text.get(range.clone()) else { return Self::default() };
        let source = self.source.get(range.start..=range.end).unwrap_or_default().to_vec();
        Self { text: text.to_owned(), source }
    }

    pub(super) fn from(&self, start: usize) -> Self {
        self.slice(start..self.text.len())
    }

    /// The text with a blank in the place of `range`, which may hold a number or a bracket.
    pub(super) fn blanked(&self, range: Range<usize>) -> Self {
        let mut rest = self.clone();
        if self.text.get(range.clone()).is_some() {
            rest.text.replace_range(range.clone(), " ");
            rest.source.splice(range.clone(), [self.source(range.start)]);
        }
        rest
    }

    pub(super) fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_folded_line_leads_back_to_the_typed_one() {
        let line = "　「ﾒﾓ」 ㈱星川①　";
        let folded = Folded::of(line);
        assert_eq!(folded.as_str(), "「メモ」 (株)星川1");
        let at = folded.as_str().find('(').unwrap();
        assert_eq!(line.get(folded.source(at)..).unwrap(), "㈱星川①　");
        let inside = |at: usize| folded.is_inside(at);
        assert!(inside(at + 1) && !inside(at) && !inside(at + "(株)".len()) && !inside(0));
        let blanked = folded.blanked("「メモ".len().."「メモ」".len()).from("「".len());
        assert_eq!(blanked.as_str(), "メモ  (株)星川1");
        assert_eq!(line.get(blanked.source("メモ ".len())..).unwrap(), " ㈱星川①　");
        assert!(Folded::of("").is_empty() && Folded::of(" \u{200b} ").is_empty());
    }
}
