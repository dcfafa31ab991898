//! How good the suggestions are: questions with the past inquiries that a person calls similar, graded by hand.

use std::collections::BTreeMap;

use super::{Document, Likeness, MOST_SIMILAR};

const GRADED: &str = include_str!("../../../tests/fixtures/similar/graded.txt");

/// Of the suggestions that are shown, the share that a person calls similar.
const PRECISION: f64 = 0.75;
/// Of the similar past inquiries, at most three for each question, the share that is shown.
const RECALL: f64 = 0.70;
/// Questions with at least one similar inquiry among the suggestions.
const HELPED: f64 = 0.90;

fn document(text: &str) -> Document {
    let mut document = Document::default();
    document.add(text);
    document
}

/// A text and the block that it stands in.
type Graded = (usize, &'static str);

fn graded() -> (Vec<Graded>, Vec<Graded>) {
    let (mut past, mut questions) = (Vec::new(), Vec::new());
    for (block, lines) in GRADED.split("\n\n").enumerate() {
        for line in lines.lines() {
            match line.split_at_checked(2) {
                Some(("p ", text)) => past.push((block, text)),
                Some(("q ", text)) => questions.push((block, text)),
                _ => assert!(line.starts_with('#'), "{line}"),
            }
        }
    }
    (past, questions)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "some hundred texts")]
fn suggestions_are_as_good_as_promised() {
    let (past, questions) = graded();
    assert!(past.len() >= 150 && questions.len() >= 60, "{} {}", past.len(), questions.len());
    let documents: Vec<Document> = past.iter().map(|(_, text)| document(text)).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for gram in documents.iter().flat_map(Document::grams) {
        *counts.entry(gram).or_default() += 1;
    }
    let (mut shown, mut right, mut similar, mut helped) = (0, 0, 0, 0);
    let mut misses = String::new();
    for (block, text) in &questions {
        let asked = document(text);
        let own: BTreeMap<String, u64> = asked
            .subject_grams()
            .into_iter()
            .map(|gram| (gram.to_owned(), counts.get(gram).copied().unwrap_or_default()))
            .collect();
        let likeness = Likeness::new(&asked, &own, past.len() as u64);
        let mut alike: Vec<(f64, usize)> =
            documents.iter().enumerate().filter_map(|(nth, past)| Some((likeness.of(past)?, nth))).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        alike.truncate(MOST_SIMILAR);
        let hits = alike.iter().filter(|(_, nth)| past[*nth].0 == *block).count();
        shown += alike.len();
        right += hits;
        similar += past.iter().filter(|(other, _)| other == block).count().min(MOST_SIMILAR);
        helped += usize::from(hits > 0);
        for (share, nth) in alike.iter().filter(|(_, nth)| past[*nth].0 != *block) {
            misses += &format!("{text}\n  {share:.2} {}\n", past[*nth].1);
        }
        if hits == 0 {
            misses += &format!("{text}\n  nothing\n");
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let (precision, recall) = (share(right, shown), share(right, similar));
    let helped = share(helped, questions.len());
    let figures =
        format!("precision {precision:.2}, recall@3 {recall:.2}, helped {helped:.2}, shown {shown}");
    println!("{figures}\n{misses}");
    assert!(precision >= PRECISION && recall >= RECALL && helped >= HELPED, "{figures}\n{misses}");
}
