//! Joins the lines of a text to orders with their arguments. One line that is neither an order nor a closing makes the
//! whole text unclear, unless it belongs to the order before it.

use super::{
    Doubt, Doubtful, Reading, doubt, doubtful,
    folded::Folded,
    found::order,
    frame::{Writer, bare, is_signature, sentence_end},
    handling, hold, is_prefixed,
    line::{self, Found},
    meetings::{self, Detail},
    support,
    table::Verb,
    words,
};
use crate::desk::{
    handling::HandlingCommand,
    phrase,
    staff_key::Invitation,
    staff_mail::command::{Command, Order, SupportCommand},
};

/// Characters of the longest reason behind 取消 in a thread where the word may be the heading of an answer.
const REASON: usize = 100;

/// What is read.
pub(super) struct Text<'a> {
    pub(super) lines: &'a [&'a str],
    pub(super) writer: &'a Writer,
    pub(super) invitation: Invitation,
}

impl<'a> Text<'a> {
    pub(super) fn is_decide(&self) -> bool {
        self.invitation == Invitation::Decide
    }

    pub(super) fn from(&self, at: usize) -> &'a [&'a str] {
        self.lines.get(at..).unwrap_or_default()
    }

    fn raw(&self, at: usize) -> &'a str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn closes(&self, line: &str) -> bool {
        self.writer.closes(Folded::of(line).as_str())
    }

    /// The first line that is more than a greeting, without the greeting before it. Its index is the number of lines if
    /// there is none.
    pub(super) fn behind_greetings(&self) -> (usize, Folded) {
        /// Lines of the longest greeting, with blank ones.
        const MOST_LINES: usize = 12;
        let mut greeted = false;
        for (at, line) in self.lines.iter().enumerate() {
            let mut line = Folded::of(line);
            while !line.is_empty() && at < MOST_LINES {
                let Some(end) = self.greeting_end(&line, greeted) else { break };
                line = line.from(end).trimmed();
                greeted = true;
            }
            if !line.is_empty() {
                return (at, line);
            }
        }
        (self.lines.len(), Folded::default())
    }

    /// The end of a greeting at the front: a sentence, or a clause as in 「お疲れ様です、佐藤です。」.
    fn greeting_end(&self, line: &Folded, greeted: bool) -> Option<usize> {
        let text = line.as_str();
        let end = sentence_end(text);
        let sentence = bare(text.get(..end)?);
        if sentence.is_empty() || self.writer.greets(sentence, greeted) {
            // A rule is no greeting: what follows it is a signature.
            return (!sentence.is_empty() || end < text.len()).then_some(end);
        }
        let comma = text.find(['、', ',', ' ']).filter(|comma| *comma < end)?;
        let behind = comma + text.get(comma..)?.chars().next()?.len_utf8();
        self.writer.greets(text.get(..comma)?.trim(), greeted).then_some(behind)
    }
}

/// The sure orders of a text whose first line, behind greetings, is `first`. `None` if that line is none.
pub(super) fn read(text: &Text<'_>, at: usize, first: Folded) -> Option<Reading> {
    let mut collected = Collected {
        text,
        at,
        orders: Vec::new(),
        rest: String::new(),
        doubts: Vec::new(),
        is_closed: false,
        in_detail: false,
    };
    let mut line = first;
    let start = at;
    loop {
        if line.is_empty() {
            collected.at += 1;
            let Some(next) = text.lines.get(collected.at) else { break };
            line = Folded::of(next);
            collected.in_detail &= !line.is_empty();
            continue;
        }
        let step = match line::parse(&line, text.invitation) {
            // 「質問」 below 議題 is a part of the agenda, or an order.
            Some(_) if collected.in_detail => Step::Unclear(Doubt::Mixed),
            Some(found) => collected.order(&line, found),
            None if collected.orders.is_empty() => return None,
            None => collected.behind(&line, collected.at > start),
        };
        match step {
            Step::Go(rest) => line = rest,
            Step::Stop => break,
            Step::Unclear(why) => {
                let from = if why == Doubt::TextBehind { start } else { collected.at };
                return Some(Reading::Unclear(doubtful(text.from(from), why)));
            }
        }
    }
    (!collected.orders.is_empty()).then(|| collected.checked(start))
}

enum Step {
    /// Go on with the rest of the line; if it is empty, with the next one.
    Go(Folded),
    Stop,
    Unclear(Doubt),
}

struct Collected<'a> {
    text: &'a Text<'a>,
    /// Index of the line that is read.
    at: usize,
    orders: Vec<(Verb, Order)>,
    rest: String,
    doubts: Vec<Doubtful>,
    /// The last order is a polite sentence that takes no text.
    is_closed: bool,
    /// The last line is one of an agenda or a message.
    in_detail: bool,
}

impl Collected<'_> {
    fn order(&mut self, line: &Folded, found: Found) -> Step {
        let raw = self.text.raw(self.at);
        let (verb, mut behind, by_blank) = (found.verb, found.behind.clone(), found.by_blank);
        self.is_closed = found.polite && verb.is_about_application();
        let typed =
            raw.get(behind.source(0)..behind.source(behind.as_str().len())).unwrap_or_default().trim();
        let mut order = match order(found, raw) {
            Ok(order) => order,
            Err(why) => return Step::Unclear(why),
        };
        if verb == Verb::Tag {
            let Some(tags) = words::tags(typed, behind.as_str()) else {
                return Step::Unclear(if typed.is_empty() { Doubt::Incomplete } else { Doubt::Almost });
            };
            order.command = Command::Tag(tags);
        }
        if verb == Verb::KeepPhrase {
            let name = phrase::key(typed);
            if name.is_empty() || name.chars().count() > phrase::LONGEST_NAME {
                return Step::Unclear(Doubt::Incomplete);
            }
            order.command = Command::KeepPhrase { name, text: String::new() };
        }
        match &mut order.command {
            Command::Search(_) if typed.is_empty() => return Step::Unclear(Doubt::Incomplete),
            Command::Search(words) => typed.clone_into(words),
            Command::Report(month) if verb == Verb::Report => typed.clone_into(month),
            _ => {}
        }
        if verb == Verb::SendResults {
            let Some((code, end)) = support::code(behind.as_str()) else {
                return Step::Unclear(Doubt::Incomplete);
            };
            order.command = Command::Support(SupportCommand::SendResults(code));
            behind = behind.from(end).trimmed();
        }
        if self.is_closed && !self.text.closes(typed) {
            return Step::Unclear(Doubt::TextBehind);
        }
        if matches!(verb, Verb::Note | Verb::Ask) && by_blank && is_english_sentence(line.as_str(), typed) {
            return Step::Unclear(Doubt::Almost);
        }
        if verb.takes_text() && !self.text.closes(typed) {
            order.append(typed);
        }
        let is_led = by_blank
            || raw
                .get(..behind.source(0))
                .is_some_and(|head| head.trim_end().ends_with([':', '：', '(', '（']));
        if verb == Verb::Close
            && is_led
            && !self.text.closes(typed)
            && is_reason(typed, behind.as_str(), by_blank)
        {
            order.append(typed.trim_end_matches([')', '）']));
            behind = Folded::default();
        }
        // A second yes means the same as the first.
        let is_repeated = self.orders.iter().any(|(known, other)| {
            (verb.is_decision() && verb == *known || verb.is_yes() && known.is_yes())
                && order.ticket == other.ticket
        });
        if !is_repeated {
            self.orders.push((verb, order));
        }
        Step::Go(
            if verb.takes_text() || matches!(verb, Verb::Tag | Verb::Search | Verb::Report | Verb::KeepPhrase)
            {
                Folded::default()
            } else {
                behind
            },
        )
    }

    /// A sentence behind an order that is no order. `is_below`: not on the line of the first order.
    fn behind(&mut self, line: &Folded, is_below: bool) -> Step {
        let text = self.text;
        let Some((verb, last)) = self.orders.last_mut() else { return Step::Stop };
        let remaining = text.from(self.at);
        if is_below && is_signature(remaining, text.writer) {
            return Step::Stop;
        }
        if *verb == Verb::Meeting {
            return self.detail(line);
        }
        let has_own_lines =
            matches!(verb, Verb::Wait | Verb::Correct | Verb::Forward | Verb::Quote | Verb::KeepPhrase);
        if verb.is_about_application() || has_own_lines {
            // A phrase may be thanks.
            let is_phrase = *verb == Verb::KeepPhrase;
            let own =
                remaining.iter().take_while(|line| is_phrase || line.trim().is_empty() || !text.closes(line));
            let own = own.copied().collect::<Vec<_>>().join("\n");
            if self.is_closed && !own.trim().is_empty() {
                return Step::Unclear(Doubt::TextBehind);
            }
            last.append(own.trim());
            return Step::Stop;
        }
        if verb.takes_text() {
            if *verb == Verb::Note && remaining.iter().any(|line| words::begins_letter(line)) {
                return Step::Unclear(Doubt::Mixed);
            }
            if !remaining.iter().all(|line| text.closes(line)) {
                last.append(remaining.join("\n").trim());
            }
            return Step::Stop;
        }
        let end = sentence_end(line.as_str());
        let sentence = line.as_str().get(..end).unwrap_or_default();
        let says_yes = verb.is_yes() && words::says_yes_again(sentence);
        if text.writer.closes(sentence) || says_yes {
            return Step::Go(line.from(end).trimmed());
        }
        if *verb == Verb::Cancel {
            let typed = text.raw(self.at).get(line.source(0)..line.source(end)).unwrap_or_default();
            last.remark = format!("{} {}", last.remark, typed.trim()).trim().to_owned();
            return Step::Go(line.from(end).trimmed());
        }
        if verb.leaves_room_for_letter() && is_below && self.is_letter() {
            self.rest = remaining.join("\n").trim().to_owned();
            return Step::Stop;
        }
        let opening = doubt::Opening {
            first: line,
            beginning: line.as_str(),
            chars: line.as_str().chars().count(),
            prefixed: is_prefixed(text.raw(self.at)),
        };
        let why = doubt::about(&opening).filter(|why| matches!(why, Doubt::Almost | Doubt::UnknownOrder));
        match why {
            Some(why) if is_below => {
                self.doubts.push(doubtful(remaining.get(..1).unwrap_or_default(), why));
                Step::Go(Folded::default())
            }
            _ => Step::Unclear(Doubt::TextBehind),
        }
    }

    /// A line below a meeting: a detail with its label, or more of an agenda.
    fn detail(&mut self, line: &Folded) -> Step {
        let raw = self.text.raw(self.at);
        let Some((_, Order { command: Command::Support(command), .. })) = self.orders.last_mut() else {
            return Step::Stop;
        };
        match meetings::take(command, line, raw) {
            Detail::Taken { goes_on } => self.in_detail = goes_on,
            Detail::Doubtful(why) => return Step::Unclear(why),
            Detail::None if self.in_detail => meetings::go_on(command, raw),
            Detail::None if self.text.closes(line.as_str()) => {}
            Detail::None => return Step::Unclear(Doubt::TextBehind),
        }
        Step::Go(Folded::default())
    }

    /// Whether a letter to the inquirer begins here, behind a blank line.
    fn is_letter(&self) -> bool {
        let is_blank = |line: &&str| Folded::of(line).is_empty();
        let before = self.at.checked_sub(1).and_then(|before| self.text.lines.get(before));
        before.is_some_and(is_blank) && words::begins_letter(self.text.raw(self.at))
    }

    /// The last look: what makes sure orders unclear as a whole.
    fn checked(self, start: usize) -> Reading {
        let Self { text, mut orders, rest, doubts, .. } = self;
        let unclear = |why| Reading::Unclear(doubtful(text.from(start), why));
        for (_, order) in &mut orders {
            if let Command::Handling(HandlingCommand::Correct(corrections)) = &mut order.command {
                match handling::corrections(&std::mem::take(&mut order.remark)) {
                    Ok(found) => *corrections = found,
                    Err(why) => return unclear(why),
                }
            }
            if let Command::Handling(HandlingCommand::Forward(text)) = &order.command
                && text.trim().is_empty()
            {
                return unclear(Doubt::Incomplete);
            }
            if let Command::Hold { reason, .. } = &order.command {
                match hold::finished(reason) {
                    Ok(command) => order.command = command,
                    Err(why) => return unclear(why),
                }
            }
            let Command::Support(command) = &order.command else { continue };
            match support::finished(command.clone()) {
                Ok(command) if meetings::is_complete(&command) => order.command = Command::Support(command),
                Ok(_) => return unclear(Doubt::Incomplete),
                Err(why) => return unclear(why),
            }
        }
        let mut decisions = orders.iter().map(|(verb, _)| *verb).filter(|verb| verb.is_decision());
        if let Some(first) = decisions.next() {
            if decisions.any(|verb| verb != first) {
                return unclear(Doubt::Contradiction);
            }
            if let Some(doubt) = doubts.into_iter().next() {
                return Reading::Unclear(doubt);
            }
            return text.decision(orders, rest, start);
        }
        if orders.iter().any(|(verb, _)| !verb.fits(text.invitation)) {
            return unclear(Doubt::NoDecision);
        }
        for (_, order) in &orders {
            let Command::Ask(question) = &order.command else { continue };
            let folded: String =
                question.lines().map(|line| format!("{}\n", Folded::of(line).as_str())).collect();
            if words::has_answer_label(&folded) {
                return if orders.len() == 1 { Reading::Text } else { unclear(Doubt::Mixed) };
            }
            if words::may_hold_answer(&folded) {
                return unclear(Doubt::Mixed);
            }
        }
        Reading::Surely { orders: orders.into_iter().map(|(_, order)| order).collect(), rest, doubts }
    }
}

impl Text<'_> {
    fn decision(&self, orders: Vec<(Verb, Order)>, rest: String, start: usize) -> Reading {
        let unclear = |why| Reading::Unclear(doubtful(self.from(start), why));
        for (verb, order) in &orders {
            if !verb.fits(self.invitation) {
                return unclear(Doubt::NoDecision);
            }
            if words::takes_back(&order.remark) {
                return unclear(Doubt::Contradiction);
            }
            if !self.is_decide() && order.remark.chars().count() > REASON {
                return unclear(Doubt::Mixed);
            }
        }
        let orders = orders.into_iter().map(|(_, order)| order).collect();
        Reading::Surely { orders, rest, doubts: Vec::new() }
    }
}

/// Whether what follows 完了 on its line is a short reason: 「完了 お電話で回答済み」. A question or a letter is none.
fn is_reason(typed: &str, folded: &str, by_blank: bool) -> bool {
    let is_english = by_blank && folded.is_ascii();
    let is_long = typed.chars().count() > REASON;
    !typed.is_empty()
        && !is_long
        && !is_english
        && !words::begins_letter(typed)
        && !line::is_question(folded)
        && line::parse(&Folded::of(typed), Invitation::Answer).is_none()
}

/// 「note that the deadline …」 is an answer in English, not a note.
fn is_english_sentence(line: &str, typed: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii()) && typed.is_ascii() && typed.split_whitespace().count() > 2
}
