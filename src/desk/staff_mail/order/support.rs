//! Orders of 伴走支援 that are a word with a text: what the text says.

use std::sync::LazyLock;

use regex::Regex;

use super::{Doubt, folded::Folded, table::Verb, words};
use crate::desk::staff_mail::command::SupportCommand;

/// Scores at the front of a review, of one digit each: 「4 3 5 4」, 「4,3,5,4」, 「４点、３点」.
static SCORES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:[ ,、/:・]*[0-9] ?点?(?:[ ,、/・。(\n]|$))+").ok());
static CONFLICT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[ :]*利害関係(?:者)?(?:が|は)?(?: ?(?:有り?|あり)(?:ます)?)?(?:です)?(?:[ :、。(\n]+|$)")
        .ok()
});
/// 「利害関係なし」 is no conflict.
static NO_CONFLICT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[ :]*利害関係(?:者)?(?:が|は|も)? ?(?:なし|無し?|ない|ありません|ございません)").ok()
});
/// The code of letters, as 結果案 shows it.
static CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[ :#]*(?P<code>[0-9a-f]{8})(?P<behind>(?-u:\b).*)$").ok());

/// The command of a word, without its text yet.
pub(super) fn command(verb: Verb) -> Option<SupportCommand> {
    Some(match verb {
        Verb::Form => SupportCommand::Form,
        Verb::Results => SupportCommand::Results,
        Verb::SendResults => SupportCommand::SendResults(String::new()),
        Verb::StopResults => SupportCommand::StopResults,
        Verb::Accept => SupportCommand::Accept(String::new()),
        Verb::Withdraw => SupportCommand::Withdraw(String::new()),
        Verb::Set => SupportCommand::Set { field: String::new(), value: String::new() },
        Verb::Review => SupportCommand::Review { scores: Vec::new(), comment: String::new() },
        Verb::Select => SupportCommand::Select(String::new()),
        Verb::Decline => SupportCommand::Decline(String::new()),
        Verb::Notice => SupportCommand::Notice(String::new()),
        _ => return None,
    })
}

/// The code at the front of a folded text, and where the rest begins.
pub(super) fn code(folded: &str) -> Option<(String, usize)> {
    let found = CODE.as_ref()?.captures(folded)?;
    Some((found.name("code")?.as_str().to_owned(), found.name("behind")?.start()))
}

/// The command with what its whole text says.
pub(super) fn finished(command: SupportCommand) -> Result<SupportCommand, Doubt> {
    use SupportCommand::{Accept, Conflict, Decline, Notice, Review, Select, Set, Withdraw};
    match command {
        Set { value, .. } => field(&value),
        Review { comment, .. } => review(&comment),
        Notice(text) if text.trim().is_empty() => Err(Doubt::Incomplete),
        Accept(text) | Withdraw(text) | Select(text) | Decline(text) | Conflict(text)
            if text.lines().any(words::begins_letter) =>
        {
            let _ = text;
            Err(Doubt::Mixed)
        }
        Select(text) if Folded::of(&text).as_str().starts_with("不採択") => Err(Doubt::Contradiction),
        command => Ok(command),
    }
}

/// 「電話番号 0852-00-0000」: a name, and a value that may have several lines.
fn field(text: &str) -> Result<SupportCommand, Doubt> {
    let text = text.trim();
    let (name, value) = match text.strip_prefix(['「', '【', '『']) {
        Some(inner) => inner.split_once(['」', '】', '』']).ok_or(Doubt::Incomplete)?,
        None => text.split_once(|c: char| c.is_whitespace() || is_joint(c)).ok_or(Doubt::Incomplete)?,
    };
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || is_joint(c)).trim_end();
    let unquoted = value.strip_prefix('「').and_then(|value| value.strip_suffix('」')).unwrap_or(value);
    if name.trim().is_empty() || unquoted.is_empty() {
        return Err(Doubt::Incomplete);
    }
    Ok(SupportCommand::Set { field: name.trim().to_owned(), value: unquoted.to_owned() })
}

fn is_joint(c: char) -> bool {
    matches!(c, ':' | '：' | '=' | '＝' | '→')
}

/// 「4 3 5 4 所見」 or 「利害関係 理由」.
fn review(text: &str) -> Result<SupportCommand, Doubt> {
    let is = |pattern: &Option<Regex>, text: &str| {
        pattern.as_ref().and_then(|pattern| pattern.find(text)).map(|found| found.end())
    };
    let folded: Folded = Folded::lines(text);
    let behind = |end: usize| {
        let rest = text.get(folded.source(end)..).unwrap_or_default();
        rest.trim().trim_end_matches(['）', ')']).to_owned()
    };
    if is(&NO_CONFLICT, folded.as_str()).is_some() {
        return Err(Doubt::Almost);
    }
    if let Some(end) = is(&CONFLICT, folded.as_str()) {
        return Ok(SupportCommand::Conflict(behind(end)));
    }
    let end = is(&SCORES, folded.as_str()).ok_or(Doubt::Incomplete)?;
    let digits = folded.as_str().get(..end).unwrap_or_default().chars().filter_map(|c| c.to_digit(10));
    Ok(SupportCommand::Review { scores: digits.collect(), comment: behind(end) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_reviews_compile() {
        for pattern in [&SCORES, &CONFLICT, &NO_CONFLICT, &CODE] {
            assert!(pattern.is_some());
        }
    }
}
