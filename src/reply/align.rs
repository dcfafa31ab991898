//! Finds one mail of ours in a part of a reply: whole lines first, then the characters of what lies between them.
//! `copies` decides which mail to look for, and whether what was found is a quotation.

use std::ops::Range;

use super::{
    anchors::{Occurrence, Token, anchors},
    fold::Grams,
    lines::{Line, Lines},
    window::{self, Run, Unit, units},
};

/// Text of ours that came back: bytes in the reply, and bytes in what we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) reply: Range<usize>,
    pub(super) sent: Range<usize>,
    /// Folded characters.
    pub(super) size: usize,
}

/// Where one mail of ours came back in a part of a reply.
#[derive(Debug)]
pub(super) struct Alignment {
    /// Rising in both texts.
    pub(super) matches: Vec<Match>,
    /// The mail program put quote marks in front of our lines.
    pub(super) marked: bool,
}

impl Alignment {
    pub(super) fn size(&self) -> usize {
        self.matches.iter().map(|found| found.size).sum()
    }
}

/// Cells of a window, and of all windows of a reply: some 10 ns each.
const MOST_CELLS: usize = 8_000_000;
const ALL_CELLS: usize = 48_000_000;

/// What is left of the work that a reply may cost.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(ALL_CELLS)
    }

    fn take(&mut self, cells: usize) -> bool {
        if cells > MOST_CELLS.min(self.0) {
            return false;
        }
        self.0 -= cells;
        true
    }
}

/// Aligns a mail of ours with the lines `range` of a reply.
pub(super) fn align(
    sent: &Lines<'_>,
    reply: &Lines<'_>,
    range: &Range<usize>,
    budget: &mut Budget,
) -> Alignment {
    let theirs = reply.full_within(range);
    let (marked, mut pairs) = line_pairs(sent, reply, theirs.clone());
    extend(sent, reply, theirs.clone(), marked, &mut pairs);
    let mut matches = Vec::new();
    let (mut ours_from, mut theirs_from) = (0, theirs.start);
    let end = (sent.full.len(), theirs.end);
    for (ours, theirs) in pairs.into_iter().chain([end]) {
        let window = Window { sent, reply, marked, ours: ours_from..ours, theirs: theirs_from..theirs };
        window.align(budget, &mut matches);
        if (ours, theirs) != end {
            let (line, back) = (sent.full_line(ours), reply.full_line(theirs));
            matches.push(Match { reply: back.body..back.end, sent: line.body..line.end, size: line.size });
        }
        (ours_from, theirs_from) = (ours + 1, theirs + 1);
    }
    Alignment { matches, marked }
}

/// Whether a line of the reply has more quote marks than the line of ours that it repeats.
fn is_marked(ours: Line, theirs: Line) -> bool {
    theirs.depth > ours.depth
}

/// Lines of ours that came back whole and that occur once in both texts, as indices of `Lines::full`; and whether the
/// program marks our lines. If it does, a line without mark is the person's, even if it says the same.
fn line_pairs(sent: &Lines<'_>, reply: &Lines<'_>, theirs: Range<usize>) -> (bool, Vec<(usize, usize)>) {
    /// Shorter lines say the same by chance.
    const LEAST_SIZE: usize = 4;
    /// Marks in front of as many lines and characters of ours are those of the program.
    const MARKED_LINES: usize = 2;
    const MARKED_SIZE: usize = 16;
    /// The same, if no line of ours came back without mark.
    const MARKED_ALONE: usize = 8;
    let ours = || (0..sent.full.len()).map(|at| (at, sent.full_line(at)));
    let depths: std::collections::HashMap<u64, u8> =
        ours().map(|(_, line)| (line.hash, line.depth)).collect();
    let (mut lines, mut size, mut unmarked) = (0, 0, 0);
    for line in theirs.clone().map(|at| reply.full_line(at)) {
        match depths.get(&line.hash) {
            Some(depth) if line.depth > *depth => (lines, size) = (lines + 1, size + line.size),
            Some(_) => unmarked += 1,
            None => {}
        }
    }
    let marked = (lines >= MARKED_LINES && size >= MARKED_SIZE) || (unmarked == 0 && size >= MARKED_ALONE);
    let long = |line: Line| line.size >= LEAST_SIZE;
    let pairs = |occurrence| {
        let theirs = theirs.clone().map(|at| (at, reply.full_line(at)));
        let possible =
            |line: Line| depths.get(&line.hash).is_some_and(|depth| !marked || line.depth > *depth);
        anchors(
            ours().filter(|(_, line)| long(*line)).map(|(at, line)| Token { hash: line.hash, at }),
            theirs
                .filter(|(_, line)| long(*line) && possible(*line))
                .map(|(at, line)| Token { hash: line.hash, at }),
            occurrence,
        )
    };
    let mut found = pairs(Occurrence::Only);
    // Few of many lines that came back occur once: the mail is quoted several times.
    let came_back = if marked { lines } else { unmarked };
    if found.len() * 4 < came_back.min(depths.len()) {
        found = pairs(Occurrence::First);
    }
    let same =
        |(ours, theirs): &(usize, usize)| sent.same(sent.full_line(*ours), reply, reply.full_line(*theirs));
    (marked, found.into_iter().filter(same).collect())
}

/// Adds the equal lines next to each pair.
fn extend(
    sent: &Lines<'_>,
    reply: &Lines<'_>,
    theirs: Range<usize>,
    marked: bool,
    pairs: &mut Vec<(usize, usize)>,
) {
    let same = |ours: usize, theirs: usize| {
        let (line, back) = (sent.full_line(ours), reply.full_line(theirs));
        (!marked || is_marked(line, back)) && sent.same(line, reply, back)
    };
    let mut all: Vec<(usize, usize)> = Vec::with_capacity(pairs.len());
    let (mut ours_free, mut theirs_free) = (0, theirs.start);
    for (index, pair) in pairs.iter().enumerate() {
        let (mut ours, mut back) = *pair;
        if ours < ours_free || back < theirs_free {
            continue;
        }
        let mut before = Vec::new();
        while ours > ours_free && back > theirs_free && same(ours - 1, back - 1) {
            (ours, back) = (ours - 1, back - 1);
            before.push((ours, back));
        }
        all.extend(before.into_iter().rev());
        all.push(*pair);
        let (ours_end, theirs_end) = pairs.get(index + 1).copied().unwrap_or((sent.full.len(), theirs.end));
        (ours, back) = (pair.0 + 1, pair.1 + 1);
        while ours < ours_end && back < theirs_end && same(ours, back) {
            all.push((ours, back));
            (ours, back) = (ours + 1, back + 1);
        }
        (ours_free, theirs_free) = (ours, back);
    }
    *pairs = all;
}

/// Lines of ours and of the reply between two pairs.
struct Window<'a> {
    sent: &'a Lines<'a>,
    reply: &'a Lines<'a>,
    marked: bool,
    ours: Range<usize>,
    theirs: Range<usize>,
}

impl Window<'_> {
    fn align(&self, budget: &mut Budget, matches: &mut Vec<Match>) {
        /// Characters of a window; of more, only the ends are compared.
        const MOST_UNITS: usize = 400_000;
        if self.ours.is_empty() || self.theirs.is_empty() {
            return;
        }
        let ours = units(self.sent, self.ours.clone(), false, MOST_UNITS);
        let theirs = units(self.reply, self.theirs.clone(), self.marked, MOST_UNITS);
        for run in runs(&ours, &theirs, budget) {
            self.push(run, &ours, &theirs, matches);
        }
    }

    /// Adds a run, in parts that end where the lines of the reply end.
    fn push(&self, run: Run, ours: &[Unit], theirs: &[Unit], matches: &mut Vec<Match>) {
        let pairs = ours.iter().skip(run.sent).zip(theirs.iter().skip(run.reply)).take(run.length);
        for (index, (our, their)) in pairs.enumerate() {
            match matches.last_mut() {
                Some(last) if index > 0 && !their.first => {
                    last.reply.end = their.end;
                    last.sent.end = our.end;
                    last.size += 1;
                }
                _ => matches.push(Match { reply: their.start..their.end, sent: our.start..our.end, size: 1 }),
            }
        }
    }
}

/// Aligns two windows. If they are large, runs of characters that occur once in both divide them first.
fn runs(ours: &[Unit], theirs: &[Unit], budget: &mut Budget) -> Vec<Run> {
    /// Cells of a window that is not worth dividing.
    const FEW_CELLS: usize = 60_000;
    let cells = ours.len().saturating_mul(theirs.len());
    if cells <= FEW_CELLS && budget.take(cells) {
        return window::align(ours, theirs);
    }
    let mut runs = Vec::new();
    let (mut our_start, mut their_start) = (0, 0);
    let end = Run { sent: ours.len(), reply: theirs.len(), length: 0 };
    for run in long_runs(ours, theirs).into_iter().chain([end]) {
        let our_part = ours.get(our_start..run.sent).unwrap_or_default();
        let their_part = theirs.get(their_start..run.reply).unwrap_or_default();
        if !our_part.is_empty()
            && !their_part.is_empty()
            && budget.take(our_part.len().saturating_mul(their_part.len()))
        {
            runs.extend(window::align(our_part, their_part).into_iter().map(|part| Run {
                sent: our_start + part.sent,
                reply: their_start + part.reply,
                length: part.length,
            }));
        }
        if run.length > 0 {
            runs.push(run);
        }
        (our_start, their_start) = (run.sent + run.length, run.reply + run.length);
    }
    runs
}

/// Characters of an anchor.
const GRAM: usize = 16;

/// Runs that are too long for chance, rising in both texts; without their ends, which may belong to what was typed.
fn long_runs(ours: &[Unit], theirs: &[Unit]) -> Vec<Run> {
    const LEAST_LENGTH: usize = 40;
    const EDGE: usize = 12;
    let mut runs: Vec<Run> = Vec::new();
    let (mut our_free, mut their_free) = (0, 0);
    for (our, their) in anchors(grams(ours), grams(theirs), Occurrence::Only) {
        if our < our_free || their < their_free {
            continue;
        }
        let same = |ours_at: usize, theirs_at: usize| match (ours.get(ours_at), theirs.get(theirs_at)) {
            (Some(a), Some(b)) => a.c == b.c && !(b.bare && b.first && a.first),
            _ => false,
        };
        let ahead = (0..).take_while(|step| same(our + step, their + step)).count();
        let back = (1..)
            .take_while(|step| {
                our >= our_free + step && their >= their_free + step && same(our - step, their - step)
            })
            .count();
        let length = back + ahead;
        if length >= LEAST_LENGTH {
            let (sent, reply) = (our + EDGE - back, their + EDGE - back);
            runs.push(Run { sent, reply, length: length - 2 * EDGE });
            (our_free, their_free) = (our + ahead, their + ahead);
        }
    }
    runs
}

fn grams(units: &[Unit]) -> impl Iterator<Item = Token> + '_ {
    let mut grams = Grams::<GRAM>::new();
    units.iter().enumerate().filter_map(move |(at, unit)| {
        let hash = grams.push(unit.c)?;
        Some(Token { hash, at: at + 1 - GRAM })
    })
}
