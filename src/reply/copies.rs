//! Finds every quotation of our mails in a reply: the mail that fits best first, then the others in what is left.
//! `align` compares one mail with one part; this file decides which, and whether the result is a quotation.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    align::{Alignment, Budget, Match, align},
    attribution::{self, Names},
    fold::{Folds, Grams},
    lines::Lines,
};

/// One quotation of one mail of ours.
#[derive(Debug)]
pub(super) struct Copy {
    /// Index of the text of ours.
    pub(super) source: usize,
    /// Rising in both texts.
    pub(super) matches: Vec<Match>,
}

/// Texts of ours that are compared; a thread has fewer.
pub(super) const MOST_SOURCES: usize = 64;

/// Characters of a run that shows that a text of ours may be in a part of a reply.
const GRAM: usize = 8;

/// Finds all quotations, in the order of the reply. None if there are more than anybody quotes: what is left of such a reply
/// would be text of ours.
pub(super) fn find(reply: &Lines<'_>, sources: &[Lines<'_>], names: &Names) -> Vec<Copy> {
    /// Comparisons of one mail with one part, whether they succeed or not.
    const MOST_TRIES: usize = 24;
    /// Readings of the whole reply, and characters that are always read.
    const MOST_READINGS: usize = 4;
    const FREE_READING: usize = 400_000;
    let mut unread = MOST_READINGS * reply.size + FREE_READING;
    let index = Index::of(sources);
    let mut parts = vec![index.part(reply, 0..reply.all.len())];
    let mut copies: Vec<Copy> = Vec::new();
    let mut budget = Budget::new();
    for _ in 0..MOST_TRIES {
        let Some((part, source)) = index.best(&parts, copies.is_empty()) else { break };
        let (Some(lines), Some(sent)) = (parts.get(part).map(|part| part.lines.clone()), sources.get(source))
        else {
            break;
        };
        let found = align(sent, reply, &lines, &mut budget);
        if !is_quotation(&found, sent, reply, copies.is_empty(), names) {
            if let Some(score) = parts.get_mut(part).and_then(|part| part.scores.get_mut(source)) {
                *score = 0;
            }
            continue;
        }
        parts.swap_remove(part);
        for lines in rest(reply, &lines, &found.matches) {
            let size: usize = reply.full_within(&lines).map(|full| reply.full_line(full).size).sum();
            let Some(less) = unread.checked_sub(size) else { return Vec::new() };
            unread = less;
            parts.push(index.part(reply, lines));
        }
        copies.push(Copy { source, matches: found.matches });
    }
    copies.sort_by_key(|copy| copy.matches.first().map(|found| found.reply.start));
    copies
}

/// Lines of a part that a quotation leaves: above it, below it, and between its lines.
fn rest(reply: &Lines<'_>, part: &Range<usize>, matches: &[Match]) -> Vec<Range<usize>> {
    let mut rest = Vec::new();
    let mut from = part.start;
    for found in matches {
        let first = reply.at(found.reply.start);
        if first > from {
            rest.push(from..first);
        }
        from = reply.at(found.reply.end.saturating_sub(1)) + 1;
    }
    if part.end > from {
        rest.push(from..part.end);
    }
    rest.retain(|lines| reply.full_within(lines).len() > 1);
    rest
}

/// Whether what was found was quoted by a mail program. A person may write sentences of ours, too: a label, a greeting, an
/// answer once more. A program's additions tell the difference: quote marks, an attribution, the frame of our mail.
fn is_quotation(
    found: &Alignment,
    sent: &Lines<'_>,
    reply: &Lines<'_>,
    first_copy: bool,
    names: &Names,
) -> bool {
    const LEAST_MARKED: usize = 16;
    const LEAST_ATTRIBUTED: usize = 12;
    const LEAST_UNMARKED: usize = 60;
    let size = found.size();
    let share = |parts: usize| size * parts >= sent.size;
    let Some(start) = found.matches.first().map(|found| found.reply.start) else { return false };
    let opening = came_back(sent, found, 0..sent.full.len().min(3));
    let closing = came_back(sent, found, sent.full.len().saturating_sub(3)..sent.full.len());
    if first_copy && found.marked && size >= LEAST_MARKED {
        return true;
    }
    let attributed = attribution_above(reply, start, names);
    if first_copy {
        return (attributed && size >= LEAST_ATTRIBUTED)
            || (opening && closing && (size >= LEAST_UNMARKED || share(3)));
    }
    // Without marks and attribution: the frame of our mail, and half of it.
    ((attributed || (found.marked && opening)) && (size >= LEAST_UNMARKED || share(3)))
        || (opening && closing && share(2))
}

/// Whether one of these lines of ours came back whole.
fn came_back(sent: &Lines<'_>, found: &Alignment, mut full: Range<usize>) -> bool {
    full.any(|index| {
        let line = sent.full_line(index);
        let covered: usize = found
            .matches
            .iter()
            .filter(|found| found.sent.start >= line.body && found.sent.end <= line.end)
            .map(|found| found.size)
            .sum();
        covered >= line.size && line.size > 0
    })
}

fn attribution_above(reply: &Lines<'_>, start: usize, names: &Names) -> bool {
    /// The longest attribution: Outlook's header fields.
    const MOST_LINES: usize = 30;
    let line = reply.at(start);
    let above: Vec<&str> =
        (line.saturating_sub(MOST_LINES)..line).map(|at| reply.body(reply.get(at))).collect();
    attribution::start(&above, names).is_some()
}

/// Lines of a reply, and how many runs of each text of ours they contain.
struct Part {
    lines: Range<usize>,
    scores: Vec<usize>,
}

/// The runs of characters of all texts of ours.
struct Index {
    /// The texts that contain a run, one bit each.
    runs: HashMap<u64, u64>,
    /// How many runs each text has.
    sizes: Vec<usize>,
}

impl Index {
    fn of(sources: &[Lines<'_>]) -> Self {
        let mut runs: HashMap<u64, u64> = HashMap::new();
        for (source, lines) in sources.iter().enumerate().take(MOST_SOURCES) {
            each_run(lines, 0..lines.all.len(), |run| *runs.entry(run).or_default() |= 1 << source);
        }
        let mut sizes = vec![0; sources.len().min(MOST_SOURCES)];
        for texts in runs.values() {
            for (source, size) in sizes.iter_mut().enumerate() {
                *size += usize::from(texts & (1 << source) != 0);
            }
        }
        Self { runs, sizes }
    }

    /// The part and the text of ours with the most common runs; of equals, the first text.
    fn best(&self, parts: &[Part], first_copy: bool) -> Option<(usize, usize)> {
        /// Fewer runs are chance.
        const LEAST: usize = 4;
        /// Runs of the shortest further quotation; of a short mail, a part of its runs.
        const LEAST_FURTHER: usize = 24;
        const SHARE_FURTHER: usize = 6;
        let mut best = None;
        for (part, Part { scores, .. }) in parts.iter().enumerate() {
            for (source, (score, size)) in scores.iter().zip(&self.sizes).enumerate() {
                let further = LEAST_FURTHER.min(size / SHARE_FURTHER);
                let least = if first_copy { LEAST } else { LEAST.max(further) };
                if *score >= least && best.is_none_or(|(most, _, _)| *score > most) {
                    best = Some((*score, part, source));
                }
            }
        }
        best.map(|(_, part, source)| (part, source))
    }

    fn part(&self, reply: &Lines<'_>, lines: Range<usize>) -> Part {
        let mut scores = vec![0; self.sizes.len()];
        let mut seen = HashSet::new();
        each_run(reply, lines.clone(), |run| {
            if let Some(sources) = self.runs.get(&run)
                && seen.insert(run)
            {
                for (source, score) in scores.iter_mut().enumerate() {
                    *score += usize::from(sources & (1 << source) != 0);
                }
            }
        });
        Part { lines, scores }
    }
}

fn each_run(lines: &Lines<'_>, range: Range<usize>, mut each: impl FnMut(u64)) {
    let mut grams = Grams::<GRAM>::new();
    for index in lines.full_within(&range) {
        let line = lines.full_line(index);
        for folded in Folds::of(lines.body(line), 0) {
            if let Some(run) = grams.push(folded.c) {
                each(run);
            }
        }
    }
}
