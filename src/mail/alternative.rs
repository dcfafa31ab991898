//! Chooses what a person reads of a multipart/alternative. `text` reads the alternatives.

use super::Warning;

/// An alternative that has a text.
pub(super) struct Alternative {
    pub media_type: String,
    pub text: String,
    pub warnings: Vec<Warning>,
}

/// Later alternatives of the chosen type that are compared with it; further ones are kept without a comparison.
const MAX_COMPARED: usize = 20;

/// Prefers plain text if it has the content of the other alternatives, because our forms are plain text; RFC 2046, 5.1.4
/// prefers the last alternative. A second part of the same type, which gateways and lists add, is no alternative: it is
/// kept, too, unless the first one has its content.
pub(super) fn choose(all: Vec<Alternative>) -> Vec<Alternative> {
    let mut best: Option<(usize, Read)> = None;
    for (at, alternative) in all.iter().enumerate() {
        let read = Read::of(alternative);
        let better = match &best {
            None => true,
            Some((_, chosen)) if chosen.is_plain => {
                is_stub(chosen, &read) || (chosen.is_damaged && !read.is_damaged)
            }
            Some((_, chosen)) => read.is_plain && !is_stub(&read, chosen),
        };
        if better {
            best = Some((at, read));
        }
    }
    let Some((chosen, read)) = best else { return Vec::new() };
    let media_type = all.get(chosen).map(|chosen| chosen.media_type.clone());
    let mut compared = 0;
    let mut adds = |other: &Alternative| {
        compared += 1;
        compared > MAX_COMPARED || !read.letters.contains(&letters(&other.text))
    };
    let kept = |(at, other): &(usize, Alternative)| {
        *at == chosen || (media_type.as_ref() == Some(&other.media_type) && adds(other))
    };
    all.into_iter().enumerate().filter(kept).map(|(_, alternative)| alternative).collect()
}

struct Read {
    is_plain: bool,
    is_damaged: bool,
    letters: String,
}

impl Read {
    fn of(alternative: &Alternative) -> Self {
        Self {
            is_plain: alternative.media_type == "text/plain",
            is_damaged: is_damaged(&alternative.text),
            letters: letters(&alternative.text),
        }
    }
}

/// Whether the plain text only refers to the HTML: it is empty, or short and different from the HTML.
fn is_stub(plain: &Read, other: &Read) -> bool {
    /// In letters. A longer text is not a stub.
    const SHORT: usize = 200;
    let (plain, other) = (&plain.letters, &other.letters);
    if plain.is_empty() {
        return !other.is_empty();
    }
    let length = plain.chars().take(SHORT).count();
    let points_to_html = || plain.contains("HTML") && !other.contains("HTML");
    let is_longer = || other.chars().take(length * 2 + 1).count() > length * 2;
    length < SHORT && (points_to_html() || is_longer()) && !other.starts_with(plain)
}

/// Whether characters were lost. Outlook fills the plain text with question marks if its charset lacks the characters.
fn is_damaged(text: &str) -> bool {
    let marks = text.matches('?').count();
    text.contains('\u{fffd}') || (marks > 8 && marks > text.chars().filter(|c| c.is_alphanumeric()).count())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
