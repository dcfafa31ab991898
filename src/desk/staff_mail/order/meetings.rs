//! Orders of 伴走支援 that have a number: meetings, visits and minutes, and the lines with labels below them.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{Doubt, folded::Folded, frame::sentence_end, parts::expanded, table::Verb};
use crate::desk::{
    japanese_date::{SpanFault, WrittenSpan},
    meeting::{Arranged, Details, MeetingKind},
    staff_mail::command::SupportCommand,
};

const FRONT: &str = r"^(?:第 ?(?P<nth>[0-9]{1,2}) ?回目?の? ?)?(?:(?P<minutes>議事録(?: ?[:の]? ?(?P<of_visit>派遣)|(?: の?)?会議)?)|(?P<report>派遣の?(?:報告書?|記録))|(?P<visit>(?:アドバイザー ?の? ?)?派遣)|(?P<meeting>会議))(?:の? ?(?P<act>中止|取り?やめ|確定|決定|辞退|依頼|議事録))?";
const NUMBER: &str = r"^ ?:? ?(?:第 ?)?(?P<nth>[0-9]{1,2})(?: ?回目?)?";
/// What is a time, a day or a count, so that the digits before it are no number of a meeting.
const NO_NUMBER: &str =
    r"^(?:[0-9月年日時/.~-]|:[0-9]{2}(?:[^0-9月年/.]|$)| ?(?:名|人|件|つ|か所|カ所|ヶ所|回以|回ま|回程))";
const ACT: &str = r"^ ?(?:を|の|は|:)? ?(?P<act>中止|取り?やめ|確定|決定|辞退|議事録)";
const TAIL: &str = r"^ ?(?:(?:に|で|へ|と|を)? ?(?:日程)?(?:変更|開催|実施|設定|延期|依頼)?)?(?:{do}|{please}|{is}|{make})?$";
const GAP: &str = r"^ *(?:[:、,]|を|は|の(?:日程|開催|依頼)(?:を|は)?)? *";
/// A label of a detail, at the beginning of a line or behind a blank.
const LABEL: &str = r"(?:^|[ 、,])[・■○●◇◆-]? ?(?:(?P<when>日 *時|期日)|(?P<place>(?:開催)?場 *所|会 *場|訪問先)|(?P<url>接続先|(?:会議|参加|オンライン)?url|zoom|teams|webex|オンライン)|(?P<agenda>議 *題|議 *事|内 *容|テーマ|次第)|(?P<adviser>アドバイザー|派遣者|講 *師)|(?P<message>連絡(?:事項)?|備 *考|伝達事項)) ?: ?";

struct Patterns {
    front: Regex,
    number: Regex,
    no_number: Regex,
    act: Regex,
    tail: Regex,
    gap: Regex,
    label: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(&expanded(pattern)).ok();
    Some(Patterns {
        front: compiled(FRONT)?,
        number: compiled(NUMBER)?,
        no_number: compiled(NO_NUMBER)?,
        act: compiled(ACT)?,
        tail: compiled(TAIL)?,
        gap: compiled(GAP)?,
        label: compiled(LABEL)?,
    })
});

/// An order with a number, and where it ends on its line.
pub(super) struct Numbered {
    pub(super) verb: Verb,
    pub(super) command: Result<SupportCommand, Doubt>,
    pub(super) end: usize,
}

/// The line as an order. `None`: it is text or a doubt.
pub(super) fn parse(line: &Folded) -> Option<Numbered> {
    let patterns = PATTERNS.as_ref()?;
    let text = line.as_str();
    let front = patterns.front.captures(text)?;
    let mut end = front.get(0)?.end();
    let mut nth = front.name("nth").and_then(|nth| nth.as_str().parse().ok());
    if nth.is_none()
        && let Some(found) = patterns.number.captures(text.get(end..)?)
        && !patterns.no_number.is_match(text.get(end + found.get(0)?.end()..)?)
    {
        nth = found.name("nth").and_then(|nth| nth.as_str().parse().ok());
        end += found.get(0)?.end();
    }
    let mut act = front.name("act").map(|act| act.as_str().to_owned());
    if act.is_none()
        && let Some(found) = patterns.act.captures(text.get(end..)?)
    {
        act = found.name("act").map(|act| act.as_str().to_owned());
        end += found.get(0)?.end();
    }
    let is_visit = ["visit", "report", "of_visit"].iter().any(|name| front.name(name).is_some());
    let kind = if is_visit { MeetingKind::Visit } else { MeetingKind::Meeting };
    let is_minutes = front.name("minutes").is_some() || front.name("report").is_some();
    match act.as_deref() {
        Some("議事録") => minutes(text, kind, nth, end),
        None if is_minutes => minutes(text, kind, nth, end),
        None | Some("依頼") => arrange(text, kind, nth, end, patterns),
        Some(_) if is_minutes => None,
        Some(act) => decide(text, act, (kind, nth), end, patterns),
    }
}

fn minutes(text: &str, kind: MeetingKind, nth: Option<u32>, end: usize) -> Option<Numbered> {
    let rest = text.get(end..)?;
    let behind = rest.trim_start_matches([' ', ':', '(']);
    // 「議事録をお送りします」 is a letter.
    let is_order = behind.is_empty() || behind.len() < rest.len();
    let goes_on = |rest: &str| rest.starts_with(['を', 'は', 'が', 'の', 'に', 'と', 'も', 'で']);
    if !is_order || goes_on(behind) || (nth.is_none() && !behind.is_empty()) {
        return None;
    }
    let command = nth.map(|nth| SupportCommand::Minutes { kind, nth, text: String::new() });
    let end = end + rest.len() - behind.len();
    Some(Numbered { verb: Verb::Minutes, command: command.ok_or(Doubt::Incomplete), end })
}

/// 会議中止, 派遣確定 and the like. The sentence ends here.
fn decide(
    text: &str,
    act: &str,
    (kind, nth): (MeetingKind, Option<u32>),
    end: usize,
    patterns: &Patterns,
) -> Option<Numbered> {
    let end = tail(text, end, patterns)?;
    let command = |nth| {
        Some(match (act, kind) {
            ("確定" | "決定", MeetingKind::Visit) => SupportCommand::ConfirmVisit { nth, message: None },
            ("辞退", MeetingKind::Visit) => SupportCommand::VisitDeclined { nth },
            ("確定" | "決定" | "辞退", MeetingKind::Meeting) => return None,
            _ => SupportCommand::Cancel { kind, nth, message: None },
        })
    };
    let verb = if act == "辞退" { Verb::VisitDeclined } else { Verb::Meeting };
    let command = match nth {
        Some(nth) => Ok(command(nth)?),
        None => Err(Doubt::Incomplete),
    };
    Some(Numbered { verb, command, end })
}

/// Where a polite ending of an order ends. `None`: the sentence goes on with something else.
fn tail(text: &str, end: usize, patterns: &Patterns) -> Option<usize> {
    let rest = text.get(end..)?;
    let stop = sentence_end(rest);
    let sentence = rest.get(..stop)?.trim_end_matches(['。', '.', '!', ' ']);
    if patterns.tail.is_match(sentence) {
        return Some(end + stop);
    }
    // A label may follow on the line.
    labels(rest, patterns).first().filter(|(range, _)| rest[..range.start].trim().is_empty()).map(|_| end)
}

fn arrange(
    text: &str,
    kind: MeetingKind,
    nth: Option<u32>,
    end: usize,
    patterns: &Patterns,
) -> Option<Numbered> {
    let gap = patterns.gap.find(text.get(end..)?).map_or(0, |gap| gap.end());
    let rest = text.get(end + gap..)?;
    let numbered = |span, end| {
        let command = match (kind, nth) {
            (MeetingKind::Meeting, None) => Err(Doubt::Incomplete),
            _ => Ok(SupportCommand::Arrange(Box::new(Arranged {
                kind,
                nth,
                span,
                details: Details::default(),
            }))),
        };
        Some(Numbered { verb: Verb::Meeting, command, end })
    };
    match WrittenSpan::at_front(rest) {
        Ok((span, length)) => {
            let behind = end + gap + length;
            numbered(Some(span), tail(text, behind, patterns).unwrap_or(behind))
        }
        Err(SpanFault::NoDate) => {
            let has_label = labels(rest, patterns).first().is_some_and(|(range, _)| range.start == 0);
            let is_bare = rest.is_empty() && (nth.is_some() || text.get(..end)? != text);
            if has_label || (is_bare && nth.is_some()) { numbered(None, end + gap) } else { None }
        }
        Err(fault) => Some(Numbered { verb: Verb::Meeting, command: Err(Doubt::Span(fault)), end }),
    }
}

/// What a label on a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    When,
    Place,
    Url,
    Agenda,
    Adviser,
    Message,
}

/// Labels of a line with their places.
fn labels(text: &str, patterns: &Patterns) -> Vec<(Range<usize>, Label)> {
    let named = [
        ("when", Label::When),
        ("place", Label::Place),
        ("url", Label::Url),
        ("agenda", Label::Agenda),
        ("adviser", Label::Adviser),
        ("message", Label::Message),
    ];
    let found = patterns.label.captures_iter(text);
    found
        .filter_map(|found| {
            let (_, label) = named.iter().find(|(name, _)| found.name(name).is_some())?;
            Some((found.get(0)?.range(), *label))
        })
        .collect()
}

/// What came of a line below an order that takes details.
pub(super) enum Detail {
    /// `goes_on`: further lines belong to the last label.
    Taken {
        goes_on: bool,
    },
    /// No label begins the line.
    None,
    Doubtful(Doubt),
}

/// Takes the details of a line into the command. `raw` is the line as typed.
pub(super) fn take(command: &mut SupportCommand, line: &Folded, raw: &str) -> Detail {
    let Some(patterns) = PATTERNS.as_ref() else { return Detail::None };
    let text = line.as_str();
    let found = labels(text, patterns);
    match found.first() {
        Some((range, _)) if text.get(..range.start).is_some_and(|before| before.trim().is_empty()) => {}
        _ => return Detail::None,
    }
    let mut goes_on = false;
    for (index, (range, label)) in found.iter().enumerate() {
        let end = found.get(index + 1).map_or(text.len(), |(next, _)| next.start);
        let folded = text.get(range.end..end).unwrap_or_default();
        let typed = raw.get(line.source(range.end)..line.source(end)).unwrap_or_default().trim();
        if let Err(doubt) = set(command, *label, folded, typed) {
            return Detail::Doubtful(doubt);
        }
        goes_on = matches!(label, Label::Agenda | Label::Message);
    }
    Detail::Taken { goes_on }
}

/// Adds a line below 議題 or 連絡 to what stands there.
pub(super) fn go_on(command: &mut SupportCommand, typed: &str) {
    let text = match command {
        SupportCommand::Arrange(arranged) => {
            let details = &mut arranged.details;
            if details.message.is_some() { &mut details.message } else { &mut details.agenda }
        }
        SupportCommand::Cancel { message, .. } | SupportCommand::ConfirmVisit { message, .. } => message,
        _ => return,
    };
    let text = text.get_or_insert_default();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(typed.trim());
}

fn set(command: &mut SupportCommand, label: Label, folded: &str, typed: &str) -> Result<(), Doubt> {
    let place = match (command, label) {
        (SupportCommand::Arrange(arranged), Label::When) => {
            let span = WrittenSpan::read(folded).map_err(Doubt::Span)?;
            if arranged.span.is_some_and(|known| known != span) {
                return Err(Doubt::Contradiction);
            }
            arranged.span = Some(span);
            return Ok(());
        }
        (SupportCommand::Arrange(arranged), label) => {
            let details = &mut arranged.details;
            match label {
                Label::Place => &mut details.place,
                Label::Url => &mut details.url,
                Label::Agenda => &mut details.agenda,
                Label::Adviser => &mut details.adviser,
                Label::Message | Label::When => &mut details.message,
            }
        }
        (
            SupportCommand::Cancel { message, .. } | SupportCommand::ConfirmVisit { message, .. },
            Label::Message,
        ) => message,
        _ => return Err(Doubt::TextBehind),
    };
    if place.is_some() {
        return Err(Doubt::TwiceSaid);
    }
    *place = Some(typed.to_owned());
    Ok(())
}

/// The last look: an order to change something must say what.
pub(super) fn is_complete(command: &SupportCommand) -> bool {
    let SupportCommand::Arrange(arranged) = command else { return true };
    let Details { place, url, agenda, adviser, .. } = &arranged.details;
    let says = [place, url, agenda, adviser].iter().any(|detail| detail.is_some());
    arranged.span.is_some() || (says && arranged.nth.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_meetings_compile() {
        assert!(PATTERNS.is_some());
    }
}
