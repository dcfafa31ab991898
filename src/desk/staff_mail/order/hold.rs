//! 保留: until which day, and why. 「保留 7/10 厚労省に確認中」, 「7/10まで保留にします。厚労省に確認中です。」

use std::sync::LazyLock;

use regex::Regex;

use super::{Doubt, folded::Folded, parts::expanded, words};
use crate::desk::{
    japanese_date::{DATE, WrittenDay},
    staff_mail::command::Command,
};

const WEEKDAY: &str = r"(?: *[(\[〔] *[月火水木金土日][^)\]〕]{0,6}[)\]〕]|[月火水木金土日]曜日?)?";
/// What follows the day of a promise: まで, 頃に.
const UNTIL: &str = r"(?: ?(?:頃|ごろ|ころ))?(?: ?(?:まで|迄))?(?:に|は)?";
/// What separates the day from the reason.
const GAP: &str = r"(?:[ 、,。:)(/\n→]+|$)";

struct Patterns {
    /// The order behind its day: 「7/10まで保留」.
    behind_day: Regex,
    /// What follows the day at the front of an argument.
    tail: Regex,
    /// A day elsewhere in the argument.
    inside: Regex,
    /// What follows the day of another order: 「転送 厚労省 7/10 …」. A day of which the text says more belongs to the text.
    alone: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let word = expanded(r"(?:一旦|いったん)?(?:保留|ペンディング)(?:{do}|{please}|{is}|{make})?");
    Some(Patterns {
        behind_day: Regex::new(&format!("^{DATE}{WEEKDAY}{UNTIL}[、, ]*{word}{GAP}")).ok()?,
        tail: Regex::new(&format!("^(?:{UNTIL}{GAP}|(?: ?(?:頃|ごろ|ころ))? ?(?:まで|迄)(?:に|は)?)"))
            .ok()?,
        inside: Regex::new(&format!(
            "{DATE}{WEEKDAY} ?(?:(?:頃|ごろ|ころ)(?:まで|迄)?|まで|迄|に(?:ご?回答|お?返事)|(?:ご?回答)?予定)"
        ))
        .ok()?,
        alone: Regex::new(&format!("^(?:{GAP}|{UNTIL}(?:\n|$))")).ok()?,
    })
});

/// A day at the front of a text, and what follows it.
pub(in crate::desk) fn day_in_front(text: &str) -> Option<(WrittenDay, &str)> {
    let folded = Folded::lines(text);
    let (day, end) = WrittenDay::at_front(folded.as_str()).ok()?;
    let rest = folded.from(end);
    let end = PATTERNS.as_ref()?.alone.find(rest.as_str())?.end();
    Some((day, text.get(rest.source(end)..).unwrap_or_default()))
}

/// Whether the line is an order whose day comes first.
pub(super) fn begins_with_day(line: &Folded) -> bool {
    PATTERNS.as_ref().is_some_and(|patterns| patterns.behind_day.is_match(line.as_str()))
}

/// The order with what its whole text says. An order alone has no day, and the desk asks for one.
pub(super) fn finished(text: &str) -> Result<Command, Doubt> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Command::Hold { day: None, reason: String::new() });
    }
    let patterns = PATTERNS.as_ref().ok_or(Doubt::Almost)?;
    let folded = Folded::lines(text);
    let start = folded.as_str().len() - folded.as_str().trim_start_matches([' ', ':', '(', '、', '\n']).len();
    let line = folded.from(start);
    let (day, reason) = match WrittenDay::at_front(line.as_str()) {
        Ok((day, end)) => {
            let rest = line.from(end);
            let end = match (patterns.behind_day.find(line.as_str()), patterns.tail.find(rest.as_str())) {
                (Some(order), _) => order.end() - end,
                // The bracket of ㈱ belongs to the reason.
                (None, Some(tail)) => tail.end() - usize::from(rest.is_inside(tail.end())),
                (None, None)
                    if line.as_str().get(..end).is_some_and(|day| day.ends_with([')', ']', '〕'])) =>
                {
                    0
                }
                (None, None) => return Err(Doubt::TextBehind),
            };
            (day, text.get(rest.source(end)..).unwrap_or_default())
        }
        Err(_) => {
            let mut days = patterns.inside.find_iter(line.as_str());
            let found = days.next().ok_or(Doubt::TextBehind)?;
            let (day, _) = WrittenDay::at_front(found.as_str()).map_err(Doubt::Span)?;
            if days.next().is_some() {
                return Err(Doubt::TwiceSaid);
            }
            (day, text)
        }
    };
    if reason.lines().any(words::begins_letter) {
        return Err(Doubt::Mixed);
    }
    let reason = reason.trim().trim_end_matches(['）', ')']).trim_end().to_owned();
    Ok(Command::Hold { day: Some(day), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_holds_compile() {
        assert!(PATTERNS.is_some());
    }
}
