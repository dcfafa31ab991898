//! A second look at what a member wrote, before it leaves by itself: does it speak to somebody else than its reader? Such a mail
//! is not refused. It waits for one more word, with what the desk noticed. So a false alarm costs a word, and nothing is lost.

mod words;

use super::{form::fold, search, staff::Staff};
use words::{PATTERNS, Patterns};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The text as its writer typed it.
    pub text: &'a str,
    /// The ticket and those merged into it.
    pub numbers: &'a [String],
    /// For each reader: all that they have told of themselves, and the name in the letter.
    pub readers: &'a [&'a str],
    pub staff: &'a Staff,
    /// The desk shows inquirers who answers them.
    pub shows_names: bool,
    /// The reader has applied and does not know the result.
    pub awaits_result: bool,
}

/// What seems to be meant for somebody else. Each has the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// The address line names another person than a reader.
    Addressee(String),
    /// The number of a ticket that is not this one.
    OtherTicket(String),
    /// Words to a colleague, or about one.
    Colleague(String),
    /// Words within the office: a remark, a draft's cover, an order in prose.
    Internal(String),
    /// Words of the selection, which the reader must not learn yet.
    Selection(String),
    /// The writer's own name or a block of office and telephone.
    Signature(String),
}

/// Concerns that are shown; more would not be read.
const MOST: usize = 3;

/// All that is noticed, in the order of the lines; at most three.
#[must_use]
pub fn second_look(written: &Written<'_>) -> Vec<Concern> {
    let Some(patterns) = PATTERNS.as_ref() else { return Vec::new() };
    let readers: Vec<String> = written.readers.iter().map(|reader| plain(reader)).collect();
    let look = Look { patterns, written, readers: &readers, names: names(written, &readers) };
    let lines: Vec<&str> = written.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // An address line stands before the first sentence.
    let opening = lines.iter().position(|line| is_sentence(line)).unwrap_or(lines.len()).min(OPENING);
    let place =
        |nth| Place { may_address: nth <= opening, is_first: nth == 0, is_last: nth + 1 == lines.len() };
    let mut concerns: Vec<Concern> =
        lines.iter().enumerate().filter_map(|(nth, line)| look.line(line, place(nth))).collect();
    // A line of a short text says the same of it.
    if concerns.is_empty() {
        concerns.extend(look.short_talk());
    }
    concerns.extend(look.block(&lines));
    concerns.truncate(MOST);
    concerns
}

struct Look<'a> {
    patterns: &'a Patterns,
    written: &'a Written<'a>,
    readers: &'a [String],
    /// Surnames and given names of members, as far as no reader has the same one.
    names: Vec<String>,
}

/// The position of a line in the text.
#[derive(Clone, Copy)]
struct Place {
    may_address: bool,
    is_first: bool,
    is_last: bool,
}

/// Lines before the last one in which an address line stands.
const OPENING: usize = 3;
/// Characters of the longest address line.
const ADDRESS_LINE: usize = 40;
/// Characters of a text that can be an order or a remark as a whole.
const SHORT: usize = 60;

impl Look<'_> {
    fn line(&self, shown: &str, place: Place) -> Option<Concern> {
        let line = folded(shown);
        let line = line.trim_start_matches(['>', ' ']);
        let text = plain(shown);
        let concern = if self.names_other_ticket(line) {
            Concern::OtherTicket
        } else if self.names.iter().any(|name| self.speaks_to(name, &text)) {
            Concern::Colleague
        } else if !self.written.shows_names && self.is_signature(&text, place.is_last) {
            Concern::Signature
        } else if place.may_address && self.is_for_other(line, place.is_first) {
            Concern::Addressee
        } else if self.patterns.internal.is_match(line) || self.has_placeholder(line) {
            Concern::Internal
        } else if self.written.awaits_result && self.patterns.selection.is_match(&text) {
            Concern::Selection
        } else {
            return None;
        };
        Some(concern(shown.to_owned()))
    }

    fn names_other_ticket(&self, line: &str) -> bool {
        let is_ours =
            |number: &str| self.written.numbers.iter().any(|ours| ours.eq_ignore_ascii_case(number));
        let prefix = self.written.numbers.first().and_then(|number| number.split('-').next());
        let prefix = prefix.unwrap_or_default().to_lowercase();
        let is_quoted = |at: usize| line.get(..at).is_some_and(|before| before.ends_with(['「', '『']));
        self.patterns.number.find_iter(line).any(|found| {
            found.as_str().split('-').next() == Some(prefix.as_str())
                && !is_ours(found.as_str())
                && !is_quoted(found.start())
        })
    }

    /// 佐藤さん, 佐藤課長, 佐藤に: the name as a word, with what follows a colleague's name.
    fn speaks_to(&self, name: &str, text: &str) -> bool {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(at + name.len()..).unwrap_or_default();
            // 森林 is no 林.
            before == Some('@') || !before.is_some_and(is_kanji) && self.patterns.behind_name.is_match(behind)
        })
    }

    /// A last line that is only a member's name: 「佐藤」, 「事務局 佐藤」, 「(文責:佐藤)」. Or somebody who is no member introduces
    /// themselves, as in the answer of a contact. A member may: a surname in a sentence is no secret.
    fn is_signature(&self, text: &str, is_last: bool) -> bool {
        self.names.iter().any(|name| {
            let Some((before, behind)) = text.split_once(name.as_str()) else { return false };
            let alone = behind.trim_start_matches(['。', '.', ')', '」']).is_empty();
            let signs = alone && is_last && (before.is_empty() || self.patterns.office.is_match(before));
            let in_brackets = before.contains('(') && before.ends_with([':', '(']) && behind.starts_with(')');
            signs || in_brackets
        }) || self.introduces_other(text)
    }

    fn introduces_other(&self, text: &str) -> bool {
        self.patterns.introduction.is_match(text)
            && !self.patterns.things.is_match(text)
            && !self.names.iter().any(|name| text.contains(name.as_str()))
    }

    /// Whether an address line names another person than a reader.
    fn is_for_other(&self, line: &str, is_first: bool) -> bool {
        let is_alone = line.chars().count() <= ADDRESS_LINE && !line.contains('。');
        let pattern = if is_alone { &self.patterns.addressed } else { &self.patterns.opening };
        if !is_alone && !is_first {
            return false;
        }
        pattern.captures_iter(line).any(|found| {
            let name = found.name("name").map_or("", |name| name.as_str());
            let name = name.split(' ').next_back().unwrap_or_default();
            let name = plain(name);
            let is_somebody = !name.is_empty() && !self.patterns.anybody.is_match(&name);
            is_somebody && !self.readers.iter().all(|reader| is_named(reader, &name))
        })
    }

    /// A placeholder that nobody filled in: ●●ページ, ○○日. Text in quotes is an example.
    fn has_placeholder(&self, line: &str) -> bool {
        self.patterns.placeholder.is_match(line)
            && !line.contains(['「', '『', '例'])
            && !line.contains("のように")
    }

    /// A text that is an order to the desk in prose, or a remark about the inquirer, as a whole.
    fn short_talk(&self) -> Option<Concern> {
        let text = folded(&self.written.text.split_whitespace().collect::<Vec<_>>().join(" "));
        let is_talk = text.chars().count() <= SHORT && self.patterns.talk.is_match(&text);
        is_talk.then(|| Concern::Internal(self.written.text.trim().to_owned()))
    }

    /// A last block under a rule, with a telephone line.
    fn block(&self, lines: &[&str]) -> Option<Concern> {
        /// Lines of a longest signature.
        const MOST_LINES: usize = 12;
        let rule = lines.iter().rposition(|line| is_rule(line))?;
        // A rule closes the block, too.
        let rule = match lines.len() - rule {
            1 => lines.get(..rule)?.iter().rposition(|line| is_rule(line))?,
            _ => rule,
        };
        let below = lines.get(rule + 1..)?;
        let has_telephone = below.iter().any(|line| self.patterns.telephone.is_match(&plain(line)));
        let line = below.first()?;
        (below.len() <= MOST_LINES && has_telephone && !self.written.shows_names)
            .then(|| Concern::Signature((*line).to_owned()))
    }
}

/// How members are called: by surname or given name. A name of a reader is left out.
fn names(written: &Written<'_>, readers: &[String]) -> Vec<String> {
    /// Characters of a surname where the name has no blank.
    const USUAL: usize = 2;
    let called = |name: &str| -> Vec<String> {
        let parts: Vec<String> = name.split_whitespace().map(plain).collect();
        match parts.as_slice() {
            [surname, given, ..] if given.chars().count() > 1 => vec![surname.clone(), given.clone()],
            [surname, _, ..] => vec![surname.clone()],
            _ => vec![plain(name).chars().take(USUAL).collect()],
        }
    };
    let mut all: Vec<String> = written.staff.all().flat_map(|member| called(&member.name)).collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|name| !name.is_empty() && !readers.iter().any(|reader| reader.contains(name.as_str())));
    all
}

/// Whether a reader's own words contain a name. Of a name of four letters or more, the first two are enough.
fn is_named(reader: &str, name: &str) -> bool {
    const LONG: usize = 4;
    let beginning: String = name.chars().take(2).collect();
    reader.contains(name) || (name.chars().count() >= LONG && reader.contains(&beginning))
}

fn is_sentence(line: &str) -> bool {
    line.contains('。') || line.ends_with("です") || line.ends_with("ます")
}

fn is_rule(line: &str) -> bool {
    const LEAST_CHARS: usize = 3;
    line.chars().count() >= LEAST_CHARS && !line.contains(char::is_alphanumeric)
}

fn is_kanji(c: char) -> bool {
    matches!(c, '々' | '\u{3400}'..='\u{9fff}')
}

/// A text folded, with its blanks.
fn folded(text: &str) -> String {
    fold(text).chars().map(usual).collect()
}

/// A text folded, without blanks.
fn plain(text: &str) -> String {
    fold(text).chars().map(usual).filter(|c| !c.is_whitespace()).collect()
}

/// The usual form of a letter in names: 髙橋 is 高橋, 斎藤 and 齋藤 are 斉藤.
fn usual(c: char) -> char {
    match search::usual(c) {
        '斎' => '斉',
        c => c,
    }
}

#[cfg(test)]
mod tests;
