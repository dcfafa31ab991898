//! Finds tokens that occur once in both texts, in the same order: lines of ours that came back whole, or runs of characters.
//! `similar` keeps their common order; `align` extends them to their neighbours.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A token of one text: its hash and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) hash: u64,
    pub(super) at: usize,
}

#[derive(Default)]
struct Seen {
    sent: Once,
    reply: Once,
}

#[derive(Default, Clone, Copy)]
enum Once {
    #[default]
    Never,
    At(usize),
    Often,
}

impl Once {
    fn see(&mut self, at: usize) {
        *self = match self {
            Self::Never => Self::At(at),
            Self::At(_) | Self::Often => Self::Often,
        };
    }
}

/// Which tokens of the reply count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occurrence {
    /// Those that occur once.
    Only,
    /// The first of several: what we sent is quoted more than once.
    First,
}

/// Places in what we sent and in the reply of the same token, rising in both. The token occurs once in what we sent.
///
/// Linear in the number of tokens, but for the diff: it sees at most `MOST` of them.
pub(super) fn anchors(
    sent: impl Iterator<Item = Token>,
    reply: impl Iterator<Item = Token>,
    occurrence: Occurrence,
) -> Vec<(usize, usize)> {
    /// Bounds the work of the diff, which is quadratic for texts in hostile order.
    const MOST: usize = 4096;
    let mut tokens: HashMap<u64, Seen> = HashMap::new();
    for token in sent {
        tokens.entry(token.hash).or_default().sent.see(token.at);
    }
    for token in reply {
        if let Some(seen) = tokens.get_mut(&token.hash) {
            match (occurrence, seen.reply) {
                (Occurrence::First, Once::At(_)) => {}
                _ => seen.reply.see(token.at),
            }
        }
    }
    let mut pairs: Vec<(u64, usize, usize)> = tokens
        .iter()
        .filter_map(|(hash, seen)| match (seen.sent, seen.reply) {
            (Once::At(sent), Once::At(reply)) => Some((*hash, sent, reply)),
            _ => None,
        })
        .collect();
    // The hash decides which tokens stay, so that both texts keep the same ones.
    let step = u64::try_from(pairs.len().div_ceil(MOST)).unwrap_or(u64::MAX).max(1);
    if step > 1 {
        pairs.retain(|(hash, _, _)| (hash >> 20) % step == 0);
        pairs.truncate(2 * MOST);
    }
    in_common_order(&pairs)
}

fn in_common_order(pairs: &[(u64, usize, usize)]) -> Vec<(usize, usize)> {
    let mut sent: Vec<usize> = (0..pairs.len()).collect();
    let mut reply = sent.clone();
    let pair = |index: &usize| pairs.get(*index).copied().unwrap_or_default();
    sent.sort_unstable_by_key(|index| pair(index).1);
    reply.sort_unstable_by_key(|index| pair(index).2);
    let mut common = Vec::with_capacity(pairs.len());
    for op in capture_diff_slices(Algorithm::Myers, &sent, &reply) {
        if let DiffOp::Equal { old_index, len, .. } = op {
            let equal = sent.iter().skip(old_index).take(len);
            common.extend(equal.map(pair).map(|(_, sent, reply)| (sent, reply)));
        }
    }
    common
}
