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
    length: f64,
    /// The score that the inquiry has with itself.
    itself: f64,
}

impl Likeness {
    /// `found_in` says in how many of `all` tickets a gram is.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of tickets are far below 2^52")]
    pub fn new(inquiry: &Document, found_in: &BTreeMap<String, u64>, all: u64) -> Self {
        let runs = inquiry.subject_runs();
        let mut among: BTreeMap<&str, usize> = BTreeMap::new();
        for run in &runs {
            for &gram in run {
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
                let run = among.get(gram.as_str()).copied().unwrap_or(1) as f64;
                (gram, rare / run.powf(TOGETHER))
            })
            .collect();
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let weights: BTreeMap<String, f64> =
            weighed.into_iter().take(RAREST).map(|(gram, weight)| (gram.clone(), weight)).collect();
        let length = runs.iter().map(Vec::len).sum::<usize>() as f64;
        let mut likeness = Self { weights, length, itself: 0.0 };
        likeness.itself = likeness.score(inquiry);
        likeness
    }

    /// The grams that choose candidates, with their weight.
    #[must_use]
    pub fn weights(&self) -> &BTreeMap<String, f64> {
        &self.weights
    }

    /// How alike a past inquiry is, from 0 on; 1 is the inquiry itself. `None` if it is not alike enough.
    #[must_use]
    pub fn of(&self, past: &Document) -> Option<f64> {
        let share = if self.itself > 0.0 { self.score(past) / self.itself } else { 0.0 };
        (share >= ENOUGH).then_some(share)
    }

    fn score(&self, document: &Document) -> f64 {
        let mut counts: BTreeMap<&str, f64> = self.weights.keys().map(|gram| (gram.as_str(), 0.0)).collect();
        let mut length = 0.0;
        for gram in document.subject_grams() {
            length += 1.0;
            if let Some(count) = counts.get_mut(gram) {
                *count += 1.0;
            }
        }
        let relative = 1.0 - B + B * length / self.length.max(1.0);
        let part = |(weight, count): (&f64, &f64)| {
            let count = count.min(MOST_COUNTED);
            weight * count * (K1 + 1.0) / (count + K1 * relative)
        };
        // Both maps have the same keys.
        self.weights.values().zip(counts.values()).map(part).sum()
    }
}
