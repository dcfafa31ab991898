//! 休暇: the days on which a member is away, and who stands in. 「休暇 7/10-7/15 代理 佐藤」, 「7/10から15日まで休暇をいただきます。
//! 代理は佐藤さんです。」

use std::sync::LazyLock;

use regex::Regex;

use super::{folded::Folded, parts::expanded};
use crate::desk::{
    japanese_date::WrittenDays,
    staff_mail::command::{Away, Command},
};

const WORD: &str = r"^(?:(?:年次|有給|夏季|特別|年次有給)?休暇|不在|お?休み|年休|有休|出張)(?:(?:の予定|予定)?です|を?(?:いただき|頂き|取り|とり|取得し|取得いたし)ます|(?:(?:いた|致)?し|に(?:なり|(?:いた|致)?し)|となり)ます)?";
const SUBSTITUTE: &str = r"^(?:(?:その間|この間|期間中|不在中|不在時|休暇中)の? ?)?(?:代理|代行|代わり)(?:者|の担当者?)?(?: *(?:[:、,=]|は|を|に) *| +)?(?P<none>なし|無し|責任者)(?:に|が(?:いた|致)?します|{please}|{make}|{is})?|^(?:(?:その間|この間|期間中|不在中|不在時|休暇中)の? ?)?(?:代理|代行|代わり)(?:者|の担当者?)?(?: *(?:[:、,=]|は|を|に) *| +){name} ?{san}?(?:が(?:いた|致)?します|{please}|{make}|{is})?";
const STANDS_IN: &str = r"^{name} ?{san}?(?:が|に|を)? ?(?:代理|代行)(?:{do}|{please}|{make}|{is})?";
const WHO: &str = r"^{name} ?{san}?(?:は|が|の)?";
const GAP: &str = r"^(?:[ 、,。.:;・()/]|は|に|で|の)+";
/// An absence ends before its days do.
const BACK: &str = r"^(?:(?:休暇|不在|出張)(?:の|を|は)? ?(?:登録)?の?を? ?(?:取消し?|取り消し?|取り?やめ|中止|終了|解除)(?:{do}|{please}|{is}|{make}|ます|す)?|(?:休暇|出張)から(?:戻り|復帰し)ました)[。.! ]*$";

struct Patterns {
    word: Regex,
    substitute: Regex,
    stands_in: Regex,
    who: Regex,
    gap: Regex,
    back: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(&expanded(pattern)).ok();
    Some(Patterns {
        word: compiled(WORD)?,
        substitute: compiled(SUBSTITUTE)?,
        stands_in: compiled(STANDS_IN)?,
        who: compiled(WHO)?,
        gap: compiled(GAP)?,
        back: compiled(BACK)?,
    })
});

/// The line as an order. It has the word and the days, and nothing that the desk does not understand.
pub(super) fn parse(line: &Folded) -> Option<Command> {
    let patterns = PATTERNS.as_ref()?;
    let text = line.as_str();
    if patterns.back.is_match(text) {
        return Some(Command::Back);
    }
    let (mut has_word, mut days, mut who, mut substitute) = (false, None, None, None);
    let mut rest = text;
    loop {
        rest = rest.get(patterns.gap.find(rest).map_or(0, |gap| gap.end())..)?;
        if rest.is_empty() {
            break;
        }
        let name = |found: &regex::Captures<'_>| {
            found.name("name").map(|name| name.as_str().to_owned()).unwrap_or_default()
        };
        let end = if let Some(found) = patterns.word.find(rest).filter(|_| !has_word) {
            has_word = true;
            found.end()
        } else if let (None, Ok((found, end))) = (days, WrittenDays::at_front(rest)) {
            days = Some(found);
            end
        } else if !has_word && days.is_none() {
            return None;
        } else if let Some(found) = patterns.substitute.captures(rest).filter(|_| substitute.is_none()) {
            let no_one = found.name("none").is_some();
            substitute = Some(if no_one { None } else { Some(name(&found)) });
            found.get(0)?.end()
        } else if let Some(found) = patterns.stands_in.captures(rest).filter(|_| substitute.is_none()) {
            substitute = Some(Some(name(&found)));
            found.get(0)?.end()
        } else if let Some(found) = patterns.who.captures(rest).filter(|_| days.is_none() && who.is_none()) {
            who = Some(name(&found));
            found.get(0)?.end()
        } else {
            return None;
        };
        rest = rest.get(end..)?;
    }
    let days = days.filter(|_| has_word)?;
    Some(Command::Away(Away { who: who.unwrap_or_default(), days, substitute }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_has_its_days_and_its_substitute() {
        let away = |text: &str| match parse(&Folded::of(text)) {
            None => "-".to_owned(),
            Some(Command::Away(Away { who, days, substitute })) => {
                let days = days.from("2025-07-01".parse().unwrap());
                let days =
                    days.map_or_else(|why| format!("{why:?}"), |(first, last)| format!("{first}..{last}"));
                let substitute = match substitute {
                    None => "?".to_owned(),
                    Some(None) => "leads".to_owned(),
                    Some(Some(name)) => name,
                };
                format!("{who} {days} {substitute}").trim_start().to_owned()
            }
            Some(_) => "back".to_owned(),
        };
        for (text, expected) in [
            ("休暇 7/10-7/15 代理 佐藤", "2025-07-10..2025-07-15 佐藤"),
            ("休暇　７／１０～７／１５　代理　佐藤さん", "2025-07-10..2025-07-15 佐藤"),
            ("休暇：7月10日（木）から7月15日（火）まで、代理：佐藤 花子", "2025-07-10..2025-07-15 佐藤 花子"),
            ("休暇 7/10-15 代理 sato@example.jp", "2025-07-10..2025-07-15 sato@example.jp"),
            ("7/10から15日まで休暇をいただきます。代理は佐藤さんです。", "2025-07-10..2025-07-15 佐藤"),
            ("7/10～7/15 休暇です。その間の代理は佐藤さんにお願いします。", "2025-07-10..2025-07-15 佐藤"),
            ("7/10 休暇、佐藤さんが代理します", "2025-07-10..2025-07-10 佐藤"),
            ("不在 7/10 代理 佐藤", "2025-07-10..2025-07-10 佐藤"),
            ("出張 7/10〜7/11（代理：佐藤）", "2025-07-10..2025-07-11 佐藤"),
            ("休暇 伊藤 7/10-7/15 代理 佐藤", "伊藤 2025-07-10..2025-07-15 佐藤"),
            ("休暇 伊藤さん 7/10-7/15 代理 佐藤", "伊藤 2025-07-10..2025-07-15 佐藤"),
            ("休暇 7/10-7/15 代理なし", "2025-07-10..2025-07-15 leads"),
            ("休暇 7/10-7/15 代理 なし", "2025-07-10..2025-07-15 leads"),
            ("休暇 7/10-7/15", "2025-07-10..2025-07-15 ?"),
            ("休暇 12/27-1/5 代理 佐藤", "2025-12-27..2026-01-05 佐藤"),
            ("休暇 7/15-7/10 代理 佐藤", "EndBeforeStart 佐藤"),
            ("休暇 取消", "back"),
            ("休暇を取り消します。", "back"),
            ("出張から戻りました", "back"),
            ("休暇", "-"),
            ("休暇中です。7/16以降にご連絡します。", "-"),
            ("7月10日から15日まで休暇をいただいております。", "-"),
            ("休暇の取得に関するご照会ですが、7/10までに回答します", "-"),
            ("誠に勝手ながら、8月13日から8月15日まで夏季休業とさせていただきます。", "-"),
            ("代理 佐藤", "-"),
            ("7/10までに回答します", "-"),
        ] {
            assert_eq!(away(text), expected, "{text}");
        }
    }
}
