//! Aligns the characters of a part of our text with those of a part of the reply. The costs depend on the place: people type
//! on lines of their own and behind labels, and remove whole lines. They rarely do either inside a line.

use super::{fold::Folds, lines::Lines};

/// A folded character of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) c: char,
    /// The bytes of the source.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The first character of its line.
    pub(super) first: bool,
    /// In the reply: on a line without quote mark, while the lines of ours have one.
    pub(super) bare: bool,
}

/// The characters of the given lines that are not blank. `lines` are indices of `Lines::full`.
///
/// At most `most` characters, half of them from each end.
pub(super) fn units(lines: &Lines<'_>, full: std::ops::Range<usize>, marked: bool, most: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    let line = |index: usize, room: usize, units: &mut Vec<Unit>| {
        let line = lines.full_line(index);
        let bare = marked && line.depth == 0;
        let body = lines.body(line);
        for (position, folded) in Folds::of(body, line.body).take(room).enumerate() {
            let first = position == 0;
            units.push(Unit { c: folded.c, start: folded.start, end: folded.end, first, bare });
        }
    };
    let mut head = full.start;
    while head < full.end && units.len() < most / 2 {
        line(head, most / 2, &mut units);
        head += 1;
    }
    let mut tail = full.end;
    let mut room = most / 2;
    while tail > head {
        let size = lines.full_line(tail - 1).size;
        if size > room {
            break;
        }
        room -= size;
        tail -= 1;
    }
    for index in tail..full.end {
        line(index, usize::MAX, &mut units);
    }
    units
}

/// Characters that are the same in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) sent: usize,
    pub(super) reply: usize,
    pub(super) length: usize,
}

/// Costs and gains, in half characters.
mod cost {
    pub(super) const MATCH: i32 = 2;
    /// Text begins or ends on a line of its own.
    pub(super) const OWN_LINE: i32 = 2;
    /// Text begins behind a whole line of ours: a value behind its label.
    pub(super) const BEHIND_LINE: i32 = 4;
    /// A line of ours follows on the same line of the reply.
    pub(super) const JOINED: i32 = 10;
    /// Text begins or ends inside a line of ours.
    pub(super) const INSIDE: i32 = 10;
    /// A whole line of ours begins or ends to be missing.
    pub(super) const MISSING_LINE: i32 = 3;
    /// The same, inside a line of ours: who removes lines seldom leaves half of one.
    pub(super) const MISSING_INSIDE: i32 = 24;
    /// The program marks its quotation, but not this line: only the rest of a folded line of ours looks like that.
    pub(super) const UNMARKED: i32 = 10_000;
    /// A line of ours follows a text that goes on on a line without mark.
    pub(super) const JOINED_UNMARKED: i32 = 60;
}

const NEVER: i32 = i32::MIN / 2;

/// The states of the alignment: the last step was a character of both, of the reply alone, or of ours alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Both,
    Typed,
    Missing,
}

#[derive(Clone, Copy)]
struct Cell {
    both: i32,
    typed: i32,
    missing: i32,
}

/// The best alignment. Time and memory grow with the product of the lengths; callers bound it.
pub(super) fn align(sent: &[Unit], reply: &[Unit]) -> Vec<Run> {
    let width = reply.len() + 1;
    let mut trace = vec![0_u8; width * (sent.len() + 1)];
    let mut above = vec![Cell { both: NEVER, typed: NEVER, missing: NEVER }; width];
    let mut row = above.clone();
    for i in 0..=sent.len() {
        let line_of_ours = begins(sent, i);
        let (missing_cost, inside) =
            if line_of_ours { (cost::MISSING_LINE, false) } else { (cost::MISSING_INSIDE, true) };
        let before_ours = i.checked_sub(1).is_none_or(|before| begins(sent, before));
        let missing_open = if before_ours { cost::MISSING_LINE } else { cost::MISSING_INSIDE };
        for j in 0..=reply.len() {
            let both = match (i.checked_sub(1), j.checked_sub(1)) {
                (None, None) => (0, State::Both),
                (Some(before), Some(earlier)) => {
                    both(sent, reply, before, earlier, above.get(earlier).copied())
                }
                _ => (NEVER, State::Both),
            };
            let typed = j.checked_sub(1).map_or((NEVER, State::Both), |earlier| {
                let left = row.get(earlier).copied().unwrap_or(UNREACHABLE);
                let open = open_typed(reply, earlier, inside);
                best(
                    left.both.saturating_sub(open),
                    left.typed,
                    left.missing.saturating_sub(missing_cost + open),
                )
            });
            let missing = if i == 0 {
                (NEVER, State::Both)
            } else {
                let up = above.get(j).copied().unwrap_or(UNREACHABLE);
                best(up.both.saturating_sub(missing_open), NEVER, up.missing)
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = Cell { both: both.0, typed: typed.0, missing: missing.0 };
            }
            if let Some(cell) = trace.get_mut(i * width + j) {
                *cell = both.1 as u8 | (typed.1 as u8) << 2 | (missing.1 as u8) << 4;
            }
        }
        std::mem::swap(&mut above, &mut row);
    }
    let last = above.last().copied().unwrap_or(UNREACHABLE);
    let (_, state) = best(last.both, last.typed, last.missing);
    runs(&trace, width, sent.len(), reply.len(), state)
}

const UNREACHABLE: Cell = Cell { both: NEVER, typed: NEVER, missing: NEVER };

/// Whether a line begins at this position, or the text ends there.
fn begins(units: &[Unit], at: usize) -> bool {
    units.get(at).is_none_or(|unit| unit.first)
}

fn best(both: i32, typed: i32, missing: i32) -> (i32, State) {
    if both >= typed && both >= missing {
        (both, State::Both)
    } else if typed >= missing {
        (typed, State::Typed)
    } else {
        (missing, State::Missing)
    }
}

fn open_typed(reply: &[Unit], at: usize, inside: bool) -> i32 {
    if begins(reply, at) {
        cost::OWN_LINE
    } else if inside {
        cost::INSIDE
    } else {
        cost::BEHIND_LINE
    }
}

/// The score of a pair of characters, and the state before it.
fn both(sent: &[Unit], reply: &[Unit], i: usize, j: usize, before: Option<Cell>) -> (i32, State) {
    let (Some(ours), Some(theirs), Some(before)) = (sent.get(i), reply.get(j), before) else {
        return (NEVER, State::Both);
    };
    let gain = if ours.c == theirs.c {
        cost::MATCH
    } else if is_replacement(theirs.c) && !ours.c.is_ascii() {
        0
    } else {
        return (NEVER, State::Both);
    };
    let (mut from_both, mut from_typed, mut from_missing) = (0, cost::INSIDE, cost::MISSING_INSIDE);
    if theirs.first {
        from_typed = cost::OWN_LINE;
    } else if ours.first {
        from_typed = cost::JOINED;
    }
    if ours.first {
        from_missing = cost::MISSING_LINE;
    }
    if !theirs.first {
        from_missing += cost::INSIDE;
    }
    if theirs.first && theirs.bare {
        from_both = if ours.first { cost::UNMARKED } else { 0 };
        from_typed = cost::UNMARKED;
        from_missing = cost::UNMARKED;
    } else if theirs.bare {
        from_typed = if ours.first { cost::JOINED_UNMARKED } else { cost::UNMARKED };
        from_missing = cost::UNMARKED;
    }
    let (score, state) = best(
        before.both.saturating_sub(from_both),
        before.typed.saturating_sub(from_typed),
        before.missing.saturating_sub(from_missing),
    );
    (score.saturating_add(gain), state)
}

/// What programs write for a character that their charset does not have.
fn is_replacement(c: char) -> bool {
    matches!(c, '?' | '〓' | '□' | '\u{FFFD}')
}

/// Follows the trace back from the end.
fn runs(trace: &[u8], width: usize, mut i: usize, mut j: usize, mut state: State) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    while i > 0 || j > 0 {
        let cell = trace.get(i * width + j).copied().unwrap_or_default();
        let shift = 2 * state as u8;
        let before = match (cell >> shift) & 3 {
            0 => State::Both,
            1 => State::Typed,
            _ => State::Missing,
        };
        match state {
            State::Both if i > 0 && j > 0 => {
                (i, j) = (i - 1, j - 1);
                match runs.last_mut() {
                    Some(run) if run.sent == i + 1 && run.reply == j + 1 => {
                        (run.sent, run.reply, run.length) = (i, j, run.length + 1);
                    }
                    _ => runs.push(Run { sent: i, reply: j, length: 1 }),
                }
            }
            State::Typed if j > 0 => j -= 1,
            State::Missing if i > 0 => i -= 1,
            // Not reachable: no score leads here.
            _ => break,
        }
        state = before;
    }
    runs.reverse();
    runs
}
