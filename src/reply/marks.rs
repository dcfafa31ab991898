//! Finds the quote marks in front of a line: `>`, `|`, and the prefixes that a mail program was seen to use.
//! `learn` reads these from the lines of ours that came back whole.

use std::collections::{HashMap, HashSet};

use super::fold::{hash, is_blank};

/// The quote marks of one reply.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Prefixes such as `name>` or `:`, without blanks around them.
    learned: Vec<String>,
    /// A tab in front of a line is a quote mark (s-nail).
    tab: bool,
}

/// Where the text of a line begins, and how often it is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Prefix {
    /// In bytes.
    pub(super) length: usize,
    pub(super) depth: u8,
}

impl Marks {
    /// Quote marks and blanks in front of a line.
    pub(super) fn prefix(&self, line: &str) -> Prefix {
        self.up_to(line, u8::MAX)
    }

    /// The line without its first `count` quote marks and the blank behind the last of them.
    pub(super) fn strip<'a>(&self, line: &'a str, count: u8) -> &'a str {
        if count == 0 {
            return line;
        }
        let mut rest = line;
        for _ in 0..count {
            let Some(after) = self.mark(rest.trim_start_matches(|c| is_blank(c) && !(c == '\t' && self.tab)))
            else {
                break;
            };
            rest = after;
        }
        if rest.len() < line.len() { rest.strip_prefix(' ').unwrap_or(rest) } else { line }
    }

    fn up_to(&self, line: &str, most: u8) -> Prefix {
        let mut rest = line;
        let mut depth = 0;
        while depth < most {
            let bare = rest.trim_start_matches(|c| is_blank(c) && !(c == '\t' && self.tab));
            match self.mark(bare) {
                Some(after) => {
                    depth += 1;
                    rest = after;
                }
                None => {
                    rest = bare;
                    break;
                }
            }
        }
        Prefix { length: line.len() - rest.trim_start_matches(is_blank).len(), depth }
    }

    /// The text behind a quote mark at the start.
    fn mark<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(after) = text.strip_prefix(is_mark) {
            return Some(after);
        }
        if self.tab
            && let Some(after) = text.strip_prefix('\t')
        {
            return Some(after);
        }
        self.learned.iter().find_map(|prefix| text.strip_prefix(prefix.as_str()))
    }

    /// Learns the prefixes of a reply. `known` are the hashes of the lines that we sent.
    pub(super) fn learn(reply: &str, known: &HashSet<u64>) -> Self {
        /// Longer lines come back folded, and teach nothing.
        const MAX_BYTES: usize = 1000;
        let bare = Self::default();
        let mut seen: HashMap<&str, HashSet<u64>> = HashMap::new();
        let (mut tabs, mut others) = (0_usize, 0_usize);
        for line in reply.lines().filter(|line| line.len() <= MAX_BYTES) {
            let prefix = bare.prefix(line);
            let body = line.get(prefix.length..).unwrap_or_default();
            if body.is_empty() {
                continue;
            }
            if known.contains(&hash(body).0) {
                let tab = prefix.depth == 0 && line.starts_with('\t');
                tabs += usize::from(tab);
                others += usize::from(!tab);
                continue;
            }
            for cut in cuts(body) {
                let (front, rest) = body.split_at(cut);
                let (hash, _) = hash(rest);
                if known.contains(&hash) {
                    seen.entry(front).or_default().insert(hash);
                    break;
                }
            }
        }
        let mut learned: Vec<String> = seen
            .into_iter()
            .filter(|(_, lines)| lines.len() >= LEAST_LINES)
            .map(|(front, _)| front.to_owned())
            .collect();
        learned.sort_by_key(|front| std::cmp::Reverse(front.len()));
        Self { learned, tab: tabs >= LEAST_LINES && tabs > others }
    }
}

/// A prefix counts if it comes before two different lines of ours.
const LEAST_LINES: usize = 2;

/// `>` of nearly all programs, `|` of Sylpheed and others, and their full-width forms.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '>' | '＞' | '|' | '｜' | '│' | '┃')
}

/// Where a prefix without blanks may end: behind a punctuation mark within the first characters.
fn cuts(body: &str) -> impl Iterator<Item = usize> + '_ {
    /// A user name and its mark.
    const MAX_BYTES: usize = 40;
    const MOST_CUTS: usize = 3;
    body.char_indices()
        .take_while(|(at, c)| *at < MAX_BYTES && !is_blank(*c))
        .filter(|(_, c)| c.is_ascii_punctuation() || matches!(c, '：' | '》' | '»' | '※' | '＊' | '＃'))
        .filter(|(_, c)| !matches!(c, '-' | '_' | '.' | '@'))
        .map(|(at, c)| at + c.len_utf8())
        .take(MOST_CUTS)
}
