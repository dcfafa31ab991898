//! Which past inquiries may be alike: BM25 over the grams that say what an inquiry is about.

use std::collections::BTreeMap;

use super::text::Document;

/// Most past inquiries that are shown.
pub const MOST_SIMILAR: usize = 3;
/// How many of an inquiry's grams, the rarest first, choose candidates and count.
pub const RAREST: usize = 24;
/// A past inquiry is shown from this share of the score that the inquiry has with itself.
const ENOUGH: f64 = 0.4;

/// Measured on graded Japanese questions: k1 1.2, b 0.5, and a gram counts eight times at most.
const K1: f64 = 1.2;
const B: f64 = 0.5;
const MOST_COUNTED: f64 = 8.0;
/// A gram counts by the length of its run to the power of minus this: the grams of 訪問看護ステーション stand together anyway, and with full
/// weight each, they would outweigh the matter. Measured on the graded set: precision 0.76, without it 0.72.
const TOGETHER: f64 = 0.25;

/// An inquiry's grams with their weight.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    weights: BTreeMap<String, f64>,
    own: BTreeMap<String, f64>,
    length: f64,
}

impl Likeness {
    /// `found_in` says in how many of `all` tickets a gram is.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of tickets are far below 2^52")]
    pub fn new(inquiry: &Document, found_in: &BTreeMap<String, u64>, all: u64) -> Self {
        let runs = inquiry.subject_runs();
        let mut among: BTreeMap<&String, usize> = BTreeMap::new();
        for run in &runs {
            for gram in run {
                let least = among.entry(gram).or_insert(run.len());
                *least = run.len().min(*least);
            }
        }
        let mut weighed: Vec<(&String, f64)> = found_in
            .iter()
            // A gram of this inquiry alone leads nowhere.
            .filter(|(_, count)| **count > 1)
            .map(|(gram, count)| {
                let (all, count) = (all.max(*count) as f64, *count as f64);
                let rare = (1.0 + (all - count + 0.5) / (count + 0.5)).ln();
                let run = among.get(gram).copied().unwrap_or(1) as f64;
                (gram, rare / run.powf(TOGETHER))
            })
            .collect();
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let weights: BTreeMap<String, f64> =
            weighed.into_iter().take(RAREST).map(|(gram, weight)| (gram.clone(), weight)).collect();
        let grams = runs.concat();
        Self { weights, own: counted(&grams), length: grams.len() as f64 }
    }

    /// The grams that choose candidates, with their weight.
    #[must_use]
    pub fn weights(&self) -> &BTreeMap<String, f64> {
        &self.weights
    }

    /// How alike a past inquiry is, from 0 on; 1 is the inquiry itself. `None` if it is not alike enough.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "lengths are small")]
    pub fn of(&self, past: &Document) -> Option<f64> {
        let grams = past.subject_grams();
        let itself = self.score(&self.own, self.length);
        let score = self.score(&counted(&grams), grams.len() as f64);
        let share = if itself > 0.0 { score / itself } else { 0.0 };
        (share >= ENOUGH).then_some(share)
    }

    fn score(&self, counts: &BTreeMap<String, f64>, length: f64) -> f64 {
        let relative = 1.0 - B + B * length / self.length.max(1.0);
        let part = |(gram, weight): (&String, &f64)| {
            let count = counts.get(gram).copied().unwrap_or_default().min(MOST_COUNTED);
            weight * count * (K1 + 1.0) / (count + K1 * relative)
        };
        self.weights.iter().map(part).sum()
    }
}

fn counted(grams: &[String]) -> BTreeMap<String, f64> {
    let mut counts = BTreeMap::new();
    for gram in grams {
        *counts.entry(gram.clone()).or_default() += 1.0;
    }
    counts
}
