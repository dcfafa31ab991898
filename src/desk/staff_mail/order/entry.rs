//! Orders about entries for the guidebook: FAQ候補 and the like anywhere; 「3 消す」, 「公開」 and new texts in the thread of an
//! entry, where every line must be an order.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Doubt, Doubtful, Reading, doubtful,
    folded::Folded,
    found,
    frame::{bare, is_signature},
    line,
    orders::Text,
    parts::expanded,
    table::{Scope, Verb},
};
use crate::desk::{
    faq::{EntryCommand, Part, Resolution, Which},
    staff_mail::command::{Command, Order},
};

/// As the rows of `table`. The source of all is the guide.
pub(super) const ROWS: [(Verb, Scope, &str); 3] = [
    (
        Verb::Propose,
        Scope::Everywhere,
        r"{it}(?:faq|ガイドブック|q&a)の?候補(?:に(?:追加|登録)|の?(?:追加|登録)|として(?:登録)?)?(?:{do}|{please}|{is}|{make})?",
    ),
    (Verb::Entries, Scope::Everywhere, r"(?:faq|ガイドブック)(?:の?候補)?の?一覧(?:{please}|表示)?"),
    // The number of the entry is cut out before the sentence is matched.
    (
        Verb::ShowEntry,
        Scope::Everywhere,
        r"(?:faq|ガイドブック)(?:の?候補)?(?:の|を)? ?(?:表示|確認)?(?:{do}|{please})?",
    ),
];

/// A line that begins as an order and goes on as none, or as a second one.
struct Unread;

/// Highest number of a mark that a member may write.
const MOST: u32 = 9_999;

/// Numbers of marks: 3, 1と3, 1〜3, 全部.
const MARKS: &str = r"(?P<marks>(?:残り)?(?:は|の|を)?(?:全部|全て|すべて|ぜんぶ|残り)|(?:印|no\.?|番号)? ?[0-9]{1,4} ?番?(?: ?(?:[,、・と&]|および|及び|[-~〜ー]|から|まで| ) ?(?:印)?[0-9]{1,4} ?番?)*)(?:目)?(?:の?印)? ?(?:まで)? ?(?:は|を|も|:|、|,|\.|\)|の部分(?:は|を))? ?";
const ERASE: &str = r"(?:消し?|削除|除い|除き|除く|伏せ|トル|delete|remove|erase)(?:す|る|{do}|{please}|ます|ました|て|て(?:くだ|下)さい)?";
const GENERALIZE: &str = r"(?:一般化|言い?換え|言いかえ|置き?換え|置換|書き?換え|置きかえ|generali[sz]e|replace)(?:る|{do}|{please}|ます|て(?:くだ|下)さい)?";
const KEEP: &str = r"(?:そのまま|このまま|残し?|残す|維持|ママ|keep)(?:で|に|と)?(?:残す|残し|よい|いい|ok|結構)?(?:{do}|{please}|{is}|ます|て(?:くだ|下)さい|する)?";
const GAP: &str = r"(?:[ :、,→=(「『]+)";

struct Patterns {
    erase: Regex,
    /// 「消す 3」
    erase_first: Regex,
    /// 「2 一般化 県内の診療所」, 「2→県内の診療所」
    generalize: Regex,
    /// 「2を県内の診療所に置き換え」
    generalize_last: Regex,
    keep: Regex,
    /// 「1は公表資料の名称なのでそのまま」
    keep_last: Regex,
    /// Another resolution on the same line.
    another: Regex,
    number: Regex,
    write: Regex,
    /// 「質問を次のとおり修正します。」
    write_below: Regex,
    release: Regex,
    withdraw: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let whole = |pattern: &str| Regex::new(&format!("^(?:{})$", expanded(pattern))).ok();
    let any = format!("(?:{ERASE}|{GENERALIZE}|{KEEP})");
    Some(Patterns {
        erase: whole(&format!(r"{MARKS}{ERASE}(?P<rest>[。、,; ].*)?"))?,
        erase_first: whole(&format!(r"{ERASE} ?[: ]? ?{MARKS}"))?,
        generalize: whole(&format!(
            r"{MARKS}(?:{GENERALIZE}(?:{GAP}(?P<text>.*))?|(?:→|->|=>) ?(?P<arrow>.+))"
        ))?,
        generalize_last: whole(&format!(r"{MARKS}(?P<text>.+?)(?:に|へ|と){GENERALIZE}[。]?"))?,
        keep: whole(&format!(r"{MARKS}{KEEP}(?:{GAP}(?P<text>.*)|。(?P<more>.+)|。)?"))?,
        keep_last: whole(&format!(
            r"{MARKS}(?P<text>.+?)(?:なので|の?ため|ですので|ですから|につき|だから|から)[、,]? ?{KEEP}[。]?"
        ))?,
        another: Regex::new(&expanded(&format!(r"[。、,; (][0-9]{{1,4}} ?番? ?(?:は|を|:)? ?{any}"))).ok()?,
        number: Regex::new(r"[0-9]+|[-~〜ー]|から").ok()?,
        write: whole(
            r"[【\[]?(?P<part>質問文?|問い?|照会文?|q|question|回答文?|答え?|a|answer|掲載箇所|掲載場所|箇所|該当箇所|ガイドブックの箇所|章|位置|place|分類|テーマ|トピック|話題|topic)[】\]]?(?: ?[:=] ?(?P<text>.*))?",
        )?,
        write_below: whole(
            r"(?P<part>質問文?|回答文?|掲載箇所|分類)(?:を|は)(?:(?:次|以下|下記)の?(?:とおり|通り|ように|文)?(?:に|で)?、?)?(?:訂正|修正|変更|書き?換え|直し?)(?:{do}|{please}|ます|て(?:くだ|下)さい)?[。:]?",
        )?,
        release: whole(
            r"{it}(?:特に)?(?:問題(?:は|も)?(?:ありません|ございません|ないです|なし)(?:ので)?[。、]?)?(?:この(?:まま|内容|文)(?:で)?[、,]?)?(?:公開|承認)(?:を承認)?(?:{do}|{please}|{is}|可(?:です)?|ok(?:です)?|して(?:よい|いい|結構|問題ない)です)?|{pre}(?:release|publish|approve){post}",
        )?,
        withdraw: whole(
            r"{it}(?:公開|候補)?(?:を|の|から|は)?(?:取り?下げ?|取りさげ|取り?やめ|取り?消し?|撤回|中止|非公開|外し)(?:{do}|{please}|{is}|{make}|る|ます|ました|す|て(?:くだ|下)さい)?|{pre}withdraw{post}",
        )?,
    })
});

/// Reads a text in the thread of an entry.
pub(super) fn read(text: &Text<'_>) -> Reading {
    let (at, first) = text.behind_greetings();
    let mut collected = Collected { text, orders: Vec::new(), doubts: Vec::new() };
    collected.lines(at, first);
    let Collected { orders, doubts, .. } = collected;
    let unclear = |why| Reading::Unclear(doubtful(text.from(at), why));
    let ordered = |command: &EntryCommand| {
        orders.iter().any(|order| matches!(&order.command, Command::Entry(known) if known == command))
    };
    if ordered(&EntryCommand::Release) && ordered(&EntryCommand::Withdraw) {
        return unclear(Doubt::Contradiction);
    }
    // A doubtful line may say that the text must not be released.
    let stops = orders.is_empty() || ordered(&EntryCommand::Release);
    match doubts.first() {
        Some(doubt) if stops => Reading::Unclear(doubt.clone()),
        None if orders.is_empty() => unclear(Doubt::Nothing),
        _ => Reading::Surely { orders, rest: String::new(), doubts },
    }
}

struct Collected<'a> {
    text: &'a Text<'a>,
    orders: Vec<Order>,
    doubts: Vec<Doubtful>,
}

impl Collected<'_> {
    fn lines(&mut self, start: usize, first: Folded) {
        let mut at = start;
        let mut line = first;
        while at < self.text.lines.len() {
            let remaining = self.text.from(at);
            if !line.is_empty() && at > start && is_signature(remaining, self.text.writer) {
                return;
            }
            at += 1;
            if !line.is_empty() && !self.text.writer.closes(line.as_str()) {
                at += self.line(&line, remaining);
            }
            line = Folded::of(self.text.from(at).first().copied().unwrap_or_default());
        }
    }

    /// Reads one line. Returns how many lines below it belong to its text.
    fn line(&mut self, line: &Folded, remaining: &[&str]) -> usize {
        let raw = remaining.first().copied().unwrap_or_default();
        if let Some((part, typed, takes_more)) = written(line, raw) {
            let below = remaining.get(1..).unwrap_or_default();
            let more = if takes_more { self.belonging(below) } else { 0 };
            let mut lines = vec![typed.as_str()];
            lines.extend(below.iter().take(more));
            while lines.last().is_some_and(|line| self.text.writer.closes(Folded::of(line).as_str())) {
                lines.pop();
            }
            let text = lines.join("\n").trim().to_owned();
            if text.is_empty() {
                self.doubt(remaining);
            } else {
                self.push(EntryCommand::Write(part, text), raw);
            }
            return more;
        }
        match command(line, raw) {
            Ok(Some(commands)) => commands.into_iter().for_each(|command| self.push(command, raw)),
            Err(_) => self.doubt(remaining),
            Ok(None) => {
                let own = line::parse(line, self.text.invitation)
                    .filter(|found| found.behind.is_empty() && found.verb.fits(self.text.invitation));
                match own.map(|found| found::order(found, raw)) {
                    Some(Ok(order)) if order.command.only_reads() => self.orders.push(order),
                    _ => self.doubt(remaining),
                }
            }
        }
        0
    }

    /// The lines that belong to a text: up to the next order or a signature.
    fn belonging(&self, below: &[&str]) -> usize {
        let ends = |at: usize, raw: &&str| {
            let line = Folded::of(raw);
            let is_order = || written(&line, raw).is_some() || !matches!(command(&line, raw), Ok(None));
            !line.is_empty()
                && (is_order() || is_signature(below.get(at..).unwrap_or_default(), self.text.writer))
        };
        below.iter().enumerate().find(|(at, raw)| ends(*at, raw)).map_or(below.len(), |(at, _)| at)
    }

    fn push(&mut self, command: EntryCommand, raw: &str) {
        self.orders.push(Order {
            command: Command::Entry(command),
            ticket: None,
            line: raw.trim().to_owned(),
            remark: String::new(),
        });
    }

    fn doubt(&mut self, remaining: &[&str]) {
        self.doubts.push(doubtful(remaining.get(..1).unwrap_or_default(), Doubt::NotOnEntry));
    }
}

/// A new text: which one, its first line, and whether lines below belong to it.
fn written(line: &Folded, raw: &str) -> Option<(Part, String, bool)> {
    let patterns = PATTERNS.as_ref()?;
    let found = patterns
        .write
        .captures(line.as_str())
        .filter(|found| found.name("text").is_some() || found["part"].chars().count() > 1)
        .or_else(|| patterns.write_below.captures(line.as_str()))?;
    let part = match found["part"].chars().next()? {
        '質' | '問' | '照' | 'q' => Part::Question,
        '回' | '答' | 'a' => Part::Answer,
        '分' | 'テ' | 'ト' | '話' | 't' => Part::Topic,
        _ => Part::Place,
    };
    let typed = found.name("text").map(|text| typed(line, raw, text.range())).unwrap_or_default();
    let takes_more = matches!(part, Part::Question | Part::Answer) || typed.is_empty();
    Some((part, typed, takes_more))
}

/// The commands of a line; `None` if it is no order about an entry.
fn command(line: &Folded, raw: &str) -> Result<Option<Vec<EntryCommand>>, Unread> {
    let Some(patterns) = PATTERNS.as_ref() else { return Ok(None) };
    let line = listed(line);
    let sentence = bare(line.as_str());
    let is = |pattern: &Regex| pattern.is_match(sentence);
    if line::is_question(line.as_str()) {
        return Ok(None);
    }
    if is(&patterns.release) {
        return Ok(Some(vec![EntryCommand::Release]));
    }
    if is(&patterns.withdraw) {
        return Ok(Some(vec![EntryCommand::Withdraw]));
    }
    resolutions(&line, raw, patterns)
}

fn resolutions(line: &Folded, raw: &str, patterns: &Patterns) -> Result<Option<Vec<EntryCommand>>, Unread> {
    let text = line.as_str();
    let resolve = |found: &regex::Captures<'_>, how| {
        let which = which(&found["marks"], patterns).ok_or(Unread)?;
        Ok(EntryCommand::Resolve { which, how })
    };
    let words = |found: &regex::Captures<'_>, names: &[&str]| {
        let range = names.iter().find_map(|name| found.name(name)).map(|found| found.range());
        // Without a second order in it, which would be taken for words.
        let is_one = range
            .as_ref()
            .and_then(|range| text.get(range.clone()))
            .is_none_or(|part| !patterns.another.is_match(part));
        let typed = range.map(|range| typed(line, raw, range)).unwrap_or_default();
        is_one.then(|| unquoted(&typed)).ok_or(Unread)
    };
    if let Some(found) = patterns.erase.captures(text) {
        let mut commands = vec![resolve(&found, Resolution::Erase)?];
        let Some(rest) = found.name("rest") else { return Ok(Some(commands)) };
        let behind = line.from(rest.start()).trimmed();
        let skip =
            behind.as_str().len() - behind.as_str().trim_start_matches(['。', '、', ',', ';', ' ']).len();
        let behind = behind.from(skip).trimmed();
        if behind.is_empty() {
            return Ok(Some(commands));
        }
        return match resolutions(&behind, raw, patterns)? {
            Some(more) => {
                commands.extend(more);
                Ok(Some(commands))
            }
            None => Err(Unread),
        };
    }
    if let Some(found) = patterns.erase_first.captures(text) {
        return Ok(Some(vec![resolve(&found, Resolution::Erase)?]));
    }
    for pattern in [&patterns.keep, &patterns.keep_last] {
        if let Some(found) = pattern.captures(text) {
            let how = Resolution::Keep(words(&found, &["text", "more"])?);
            return Ok(Some(vec![resolve(&found, how)?]));
        }
    }
    for pattern in [&patterns.generalize, &patterns.generalize_last] {
        if let Some(found) = pattern.captures(text) {
            let how = Resolution::Generalize(words(&found, &["text", "arrow"])?);
            return Ok(Some(vec![resolve(&found, how)?]));
        }
    }
    Ok(None)
}

/// The marks that a text names: 「1、3」, 「1〜3」, 「全部」.
fn which(text: &str, patterns: &Patterns) -> Option<Which> {
    let mut marks: Vec<u32> = Vec::new();
    let mut is_range = false;
    for found in patterns.number.find_iter(text) {
        let Ok(number) = found.as_str().parse::<u32>() else {
            is_range = true;
            continue;
        };
        let from = match marks.last() {
            Some(last) if is_range && *last < number => last + 1,
            _ => number,
        };
        if number > MOST || number - from > 99 {
            return None;
        }
        marks.extend(from..=number);
        is_range = false;
    }
    marks.dedup();
    Some(if marks.is_empty() { Which::Open } else { Which::These(marks) })
}

/// A line without a mark of a list in front.
fn listed(line: &Folded) -> Folded {
    let text = line.as_str();
    let bare = text.trim_start_matches(['・', '/', '!', '-', '*', ' ', '■', '●', '(', '[', '〔']);
    line.from(text.len() - bare.len())
}

fn typed(line: &Folded, raw: &str, range: std::ops::Range<usize>) -> String {
    raw.get(line.source(range.start)..line.source(range.end)).unwrap_or_default().trim().to_owned()
}

/// Words without the brackets around them and a full stop behind.
fn unquoted(text: &str) -> String {
    let text = text.trim().trim_end_matches(['。', '．']).trim();
    let pairs = [("「", "」"), ("『", "』"), ("（", "）"), ("(", ")")];
    let inner = pairs.iter().find_map(|(open, close)| {
        text.strip_prefix(open)?.strip_suffix(close).filter(|inner| !inner.contains(close))
    });
    // The gap before the words may have taken the opening bracket.
    let closed =
        pairs.iter().find_map(|(open, close)| text.strip_suffix(close).filter(|text| !text.contains(open)));
    inner.or(closed).unwrap_or(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_compile() {
        assert!(PATTERNS.is_some());
    }
}
