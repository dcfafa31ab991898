//! One line as an order: its prefix, its ticket numbers, its brackets, then the table. `mod` joins lines to a reading.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Doubt, away,
    folded::Folded,
    frame::{bare, is_bracket, sentence_end},
    hold, meetings,
    table::{TABLE, Verb},
};
use crate::desk::{staff_key::Invitation, staff_mail::command::Command, ticket::TicketNumber};

/// Characters of the longest sentence that is compared with the table. The longest order of the tests has 40.
const MOST_CHARS: usize = 120;

/// A ticket number with the brackets and the particle around it. People also type the long vowel mark as a dash.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:(?:受付番号|照会番号|番号|照会票|no\.?) *:? *)?[\[(【「『<〔"]? *(?P<number>(?-u:\b)[a-z]{2,6}[-ー~][0-9]{4}[-ー~][0-9]{4,9}(?-u:\b)) *[\])】」』>〕"]? *(?:の件(?:です(?:が)?|は|を|で|について)?|の照会(?:票)?(?:は|を)?|について(?:は)?|につき(?:まして)?(?:は)?|を|は|の|:|、|,)? *"#,
    )
    .ok()
});

/// The particle that marks the target of a merge: 「… を ZT-2025-0002 に統合」.
static TARGET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(?:に|へ|into)").ok());

/// What follows a noun inside a sentence, so that a blank before it does not make the noun an order.
static IN_SENTENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[はがのをにともやへ][^:]|で(?:す|し|き|あ|は|も)|し(?:ま|て|た|な)|する|され|いたし|致し|済|および|及び|または|又は|並びに|(?:から|まで)(?:[^:]|$)|より|など|等|・)").ok()
});

/// An order on one line.
pub(super) struct Found {
    pub(super) verb: Verb,
    /// Where the typed line has a member's name, in bytes.
    pub(super) name: Option<Range<usize>>,
    /// In the order written. The target of a merge is the last.
    pub(super) numbers: Vec<TicketNumber>,
    /// What follows the order on its line; empty if nothing does.
    pub(super) behind: Folded,
    /// `behind` follows a blank, not a stop or a colon.
    pub(super) by_blank: bool,
    /// The order is a polite sentence, not a word with its argument.
    pub(super) polite: bool,
    /// An order of 伴走支援 with a number, or an absence.
    pub(super) command: Option<Result<Command, Doubt>>,
}

/// The line as an order. `None` if no row of the table matches; then the line is text or a doubt.
pub(super) fn parse(line: &Folded, invitation: Invitation) -> Option<Found> {
    let line = without_prefix(line);
    let numbered = line.clone();
    let (leading, line) = leading_number(&line);
    let line = unbracketed(&line);
    if let Some(found) = meetings::parse(&line.trimmed()) {
        return Some(Found {
            verb: found.verb,
            name: None,
            numbers: leading.into_iter().collect(),
            behind: line.trimmed().from(found.end).trimmed(),
            by_blank: false,
            polite: false,
            command: Some(found.command.map(Command::Support)),
        });
    }
    if let Some(command) = away::parse(&line.trimmed()) {
        return Some(Found {
            verb: Verb::Away,
            name: None,
            numbers: Vec::new(),
            behind: Folded::default(),
            by_blank: false,
            polite: false,
            command: Some(Ok(command)),
        });
    }
    if hold::begins_with_day(&line.trimmed()) {
        return Some(Found {
            verb: Verb::Wait,
            name: None,
            numbers: leading.into_iter().collect(),
            behind: line.trimmed(),
            by_blank: false,
            polite: false,
            command: None,
        });
    }
    let end = sentence_end(line.as_str());
    if line.as_str().get(end..).is_some_and(|rest| rest.starts_with('?')) {
        return None;
    }
    let sentence = line.slice(0..end);
    if !is_question(sentence.as_str())
        && let Some(mut found) = whole(&sentence, invitation)
    {
        if matches!(found.verb, Verb::Merge | Verb::PartOf) {
            found.numbers = merge_order(&numbered);
            // 「所属」 alone may be a label.
            if found.verb == Verb::PartOf && found.numbers.is_empty() {
                return None;
            }
        } else {
            found.numbers.splice(0..0, leading);
        }
        // 「FAQ」 alone is a heading.
        if found.verb == Verb::ShowEntry && !matches!(found.numbers.as_slice(), [number] if number.is_entry())
        {
            return None;
        }
        found.behind = line.from(end).trimmed();
        return Some(found);
    }
    head(&line, leading.as_ref(), invitation)
}

/// A question asks the desk or the inquirer something and orders nothing: 「取消できますか」, 「完了？」.
pub(super) fn is_question(sentence: &str) -> bool {
    sentence.trim_end_matches(is_bracket).ends_with('?')
}

fn whole(sentence: &Folded, invitation: Invitation) -> Option<Found> {
    if sentence.as_str().chars().count() > MOST_CHARS {
        return None;
    }
    let (numbers, plain) = without_numbers(sentence);
    let plain = trimmed(&plain);
    TABLE.iter().filter(|row| row.fits(invitation)).find_map(|row| {
        let found = row.whole.captures(plain.as_str())?;
        let name = found.name("name").map(|name| plain.source(name.start())..plain.source(name.end()));
        Some(Found {
            verb: row.verb,
            name,
            numbers: numbers.clone(),
            behind: Folded::default(),
            by_blank: false,
            // 「受理しました」, not 「受理」.
            polite: plain.as_str().ends_with(['す', 'た', 'い', 'る', 'て', 'で', 'だ']),
            command: None,
        })
    })
}

/// An order that goes on: 「取消 内容を見直します」, 「差戻：理由」, 「メモ ZT-2025-0001 先方に電話済み」.
fn head(line: &Folded, leading: Option<&TicketNumber>, invitation: Invitation) -> Option<Found> {
    // The head is short; only the argument may be long.
    let bound = line.as_str().char_indices().nth(MOST_CHARS).map_or(line.as_str().len(), |(at, _)| at);
    let beginning = line.slice(0..bound);
    TABLE.iter().filter(|row| row.fits(invitation)).find_map(|row| {
        let found = row.head.captures(beginning.as_str())?;
        let (gap, rest) = (found.name("gap")?, found.name("rest")?);
        // The bracket of ㈱ is no gap: the argument begins with it.
        let is_split = line.is_inside(rest.start());
        let gap = if is_split { gap.as_str().strip_suffix('(')? } else { gap.as_str() };
        let start = rest.start() - usize::from(is_split);
        let by_blank = gap.trim().is_empty();
        let in_sentence = || IN_SENTENCE.as_ref().is_some_and(|pattern| pattern.is_match(rest.as_str()));
        if gap.is_empty() || (by_blank && in_sentence()) {
            return None;
        }
        // A comma joins nouns as well: 「承認、認可及び届出の区分は…」. A bracket or an arrow leads to a reason or a text.
        let fits = match gap.trim() {
            "、" => row.verb.is_decision() || (row.verb.takes_text() && !row.verb.is_about_application()),
            "(" | "→" => matches!(row.verb, Verb::Cancel | Verb::Close) || row.verb.takes_text(),
            _ => !row.verb.stands_alone(),
        };
        if !fits {
            return None;
        }
        if found.name("name").is_some() {
            return None;
        }
        let (own, mut behind) = leading_number(&line.from(start));
        // 「所属：厚生課」 is a label.
        if row.verb == Verb::PartOf && own.is_none() {
            return None;
        }
        if gap.contains('(') && behind.as_str().ends_with(')') {
            behind = behind.slice(0..behind.as_str().len() - 1);
        }
        let numbers = leading.into_iter().chain(&own).cloned().collect();
        let polite = row.verb.is_about_application()
            && line
                .as_str()
                .get(..start)
                .is_some_and(|head| head.trim_end().ends_with(['す', 'た', 'い', 'る', 'て', 'で', 'だ']));
        Some(Found { verb: row.verb, name: None, numbers, behind, by_blank, polite, command: None })
    })
}

/// Cuts the prefix of a command (`/`, `!`) and list marks.
fn without_prefix(line: &Folded) -> Folded {
    let text = line.as_str();
    let bare = text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '/' | '!' | '・' | '■' | '●' | '◆' | '→' | '※')
    });
    line.from(text.len() - bare.len())
}

/// Turns the brackets around the first words into blanks: 「取消」します, 【メモ】先方に電話.
fn unbracketed(line: &Folded) -> Folded {
    /// Characters of the longest order in brackets.
    const MOST_INSIDE: usize = 30;
    let text = line.as_str();
    let opening = text.len() - text.trim_start_matches(|c: char| is_bracket(c) || c == ' ').len();
    if opening == 0 {
        return line.clone();
    }
    let line = line.from(opening);
    let close = line.as_str().char_indices().take(MOST_INSIDE).find(|(_, c)| is_bracket(*c));
    match close {
        Some((at, c)) => line.blanked(at..at + c.len_utf8()),
        None => line,
    }
}

/// The number at the front, with the rest of the line.
fn leading_number(line: &Folded) -> (Option<TicketNumber>, Folded) {
    let found = NUMBER.as_ref().and_then(|pattern| pattern.captures(line.as_str()));
    let number = found.as_ref().and_then(|found| {
        let all = found.get(0).filter(|all| all.start() == 0)?;
        Some((to_number(found.name("number")?.as_str())?, all.end()))
    });
    match number {
        Some((number, end)) => (Some(number), line.from(end).trimmed()),
        None => (None, line.clone()),
    }
}

/// The numbers in a sentence, and the sentence without them.
fn without_numbers(sentence: &Folded) -> (Vec<TicketNumber>, Folded) {
    /// A merge names two.
    const MOST: usize = 3;
    let mut numbers = Vec::new();
    let mut rest = sentence.clone();
    while numbers.len() < MOST {
        let Some((number, range)) = first_number(&rest) else { break };
        numbers.push(number);
        rest = rest.blanked(range);
    }
    (numbers, rest)
}

fn first_number(text: &Folded) -> Option<(TicketNumber, Range<usize>)> {
    let found = NUMBER.as_ref()?.captures(text.as_str())?;
    Some((to_number(found.name("number")?.as_str())?, found.get(0)?.range()))
}

fn to_number(text: &str) -> Option<TicketNumber> {
    text.replace(['ー', '~'], "-").to_ascii_uppercase().parse().ok()
}

/// The numbers of a merge with the target last, where a particle marks another one: 「ZT-2 に ZT-1 を統合」.
fn merge_order(line: &Folded) -> Vec<TicketNumber> {
    let mut rest = line.slice(0..sentence_end(line.as_str()));
    let (mut others, mut target) = (Vec::new(), None);
    while let Some((number, range)) = first_number(&rest) {
        rest = rest.from(range.end);
        let is_target = TARGET.as_ref().is_some_and(|pattern| pattern.is_match(rest.as_str()));
        if is_target && target.is_none() {
            target = Some(number);
        } else {
            others.push(number);
        }
    }
    others.extend(target);
    others
}

/// The sentence without stops and brackets around it.
fn trimmed(sentence: &Folded) -> Folded {
    let text = sentence.as_str();
    let inner = bare(text);
    let start = if inner.is_empty() { 0 } else { text.find(inner).unwrap_or_default() };
    sentence.slice(start..start + inner.len())
}
