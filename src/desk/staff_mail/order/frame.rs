//! What people write around an order: greetings before it, closings and names after it. `line` cuts a line with it.

use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;

/// Greetings to a colleague or to the desk, each a whole sentence. Business mail in Japan begins with one.
const GREETINGS: &str = r"(?:(?:いつも|平素より?|平素は|日頃より?|日ごろより?|大変|格別の?|誠に|何度も|たびたび)*(?:お世話になっ(?:ております|ています|てます|ておりますが)|お世話(?:様|さま)です|お疲れ(?:様|さま)(?:です|でございます|でした|)|ご苦労(?:様|さま)です|失礼(?:いた|致)?します)|おはようございます|こんにちは|こんばんは|(?:誠に|大変)?(?:恐れ入ります|すみません|すいません|申し訳(?:あり|ござい)ません|お手数(?:を)?(?:お掛け|おかけ)?(?:します|いたします|致します|ですが)?|恐縮です)が?|hello|hi|hi all|dear all|good morning)[、,]?";

/// Closings, each a whole sentence.
const CLOSINGS: &str = r"(?:以上(?:です|でございます|となります|、?(?:よろしく|宜しく)(?:お願い|御願い)?(?:(?:いた|致)?します|申し上げます)?)?|(?:(?:どうぞ|何卒|引き続き|引続き|今後とも|ご(?:確認|対応|査収|検討)(?:の)?(?:ほど|程)|お手数(?:です|を?(?:お掛け|おかけ)(?:しま|いたしま|致しま)す)が)[、,]?)*(?:よろしく|宜しく)(?:どうぞ)?(?:お|御)?(?:願い|ねがい)?(?:(?:いた|致)?します|申し上げます|です)?|(?:(?:ご(?:確認|対応|連絡)|お手数)(?:の?(?:ほど|程)|を)?[、,]?)?(?:お|御)願い(?:(?:いた|致)?します|申し上げます)|(?:ご(?:連絡|対応|確認)|いつも|どうも|誠に)*(?:ありがとう|有難う|有り難う)(?:ござい(?:ます|ました))?|失礼(?:いた|致)?します|お手数(?:を)?(?:お掛け|おかけ)(?:しま|いたしま|致しま)す|すみません|申し訳(?:あり|ござい)ません|敬具|草々|拝|thanks?(?: you)?(?: very much| a lot)?|(?:best |kind )?regards|best|cheers|(?:iphone|ipad|android|スマートフォン|携帯)から送信(?:しました|されました)?|sent from (?:my )?[a-z ]+|outlook for (?:ios|android) を入手(?:します)?|get outlook for (?:ios|android))";

/// Who the mail greets. Only the desk is skipped: 「山田様」 above an order means that the writer wrote a letter.
const ADDRESSEES: &str = r"(?:.{0,30}(?:窓口|事務局|デスク|システム|desk))(?: ?(?:御中|様|さん|各位|宛|の皆様|ご担当(?:者)?様?))?|各位";

/// A line that begins a signature: RFC 3676, 4.3, or the rules that people draw.
const SIGNATURE: &str = r"-- ?|(?:[-_=*+~#・:┄┅─━＿※*◇◆□■+ ]){4,}.*";

pub(super) static GREETING: LazyLock<Option<Regex>> = LazyLock::new(|| whole(GREETINGS));
static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| whole(CLOSINGS));
static ADDRESSEE: LazyLock<Option<Regex>> = LazyLock::new(|| whole(ADDRESSEES));
static SIGNATURE_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| whole(SIGNATURE));
/// 「厚生課の佐藤です」 behind a greeting. The name is checked against the words of orders by the caller.
static INTRODUCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    whole(
        r"(?:[^はがをにで、:]{1,20}(?:の|課|係|室|部|局|省|庁|県|市|センター) ?)?(?P<name>[一-鿿々ヶ]{1,4}(?: ?[一-鿿々ヶ]{1,4})?|[ァ-ヶー]{2,8}|[ぁ-ゖ]{2,4})(?:です|でございます|と申します)(?:が)?",
    )
});

/// An order or talk in two characters, which look like a family name in 「完了です」.
const NO_NAME: [&str; 24] = [
    "完了",
    "保留",
    "取消",
    "承認",
    "差戻",
    "再開",
    "担当",
    "中止",
    "撤回",
    "却下",
    "終了",
    "不要",
    "結構",
    "了解",
    "承知",
    "確認",
    "可能",
    "大丈夫",
    "上記",
    "以下",
    "以上",
    "次",
    "別添",
    "同様",
];

fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

fn is(pattern: &Option<Regex>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// A sentence without the marks around it: full stops, brackets, quotation marks.
pub(super) fn bare(sentence: &str) -> &str {
    sentence
        .trim_matches(|c: char| c.is_whitespace() || is_stop(c) || is_bracket(c) || matches!(c, '、' | ','))
}

pub(super) fn is_stop(c: char) -> bool {
    matches!(c, '。' | '.' | '!' | '…')
}

/// Brackets and quotation marks, opening or closing, folded.
pub(super) fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '「' | '」'
            | '『'
            | '』'
            | '【'
            | '】'
            | '('
            | ')'
            | '['
            | ']'
            | '〔'
            | '〕'
            | '<'
            | '>'
            | '〈'
            | '〉'
            | '《'
            | '》'
            | '"'
            | '\''
            | '“'
            | '”'
            | '‘'
            | '’'
            | '`'
            | '«'
            | '»'
            | '{'
            | '}'
            | '*'
            | '_'
    )
}

/// The end of the first sentence, behind its stop. A dot ends one only at a blank: addresses and versions have dots.
pub(super) fn sentence_end(text: &str) -> usize {
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        let next = text.get(after..).and_then(|rest| rest.chars().next());
        match c {
            '。' | '!' | '?' => {
                let closed = next.filter(|c| is_bracket(*c) && *c != '「' && *c != '(' && *c != '[');
                return after + closed.map_or(0, char::len_utf8);
            }
            '.' if next.is_none_or(char::is_whitespace) => return after,
            _ => {}
        }
    }
    text.len()
}

/// The sentences of a folded line, without the marks around them.
pub(super) fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (sentence, after) = rest.split_at(sentence_end(rest));
        found.push(bare(sentence));
        rest = after;
    }
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// The writer's name as lines and introductions show it.
pub(super) struct Writer {
    /// Folded, without blanks; empty if it is not known.
    name: String,
    /// Up to the first blank.
    family: String,
}

impl Writer {
    pub(super) fn new(name: &str) -> Self {
        let folded = Folded::of(name).as_str().to_owned();
        let family = folded.split_whitespace().next().unwrap_or_default().to_owned();
        Self { name: folded.split_whitespace().collect(), family }
    }

    fn is_named(&self, text: &str) -> bool {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        !self.family.is_empty() && (text == self.name || text == self.family)
    }

    /// Whether a sentence is no more than a greeting. `greeted`: a greeting comes before it.
    pub(super) fn greets(&self, sentence: &str, greeted: bool) -> bool {
        if is(&GREETING, sentence) || is(&ADDRESSEE, sentence) {
            return true;
        }
        let introduction = INTRODUCTION.as_ref().and_then(|pattern| pattern.captures(sentence));
        let name = introduction.as_ref().and_then(|found| found.name("name")).map(|name| name.as_str());
        name.is_some_and(|name| {
            self.is_named(name)
                || (!self.family.is_empty() && name.ends_with(&self.family))
                || (greeted && !NO_NAME.iter().any(|word| name.contains(word)))
        })
    }

    /// Whether a line is no more than a closing or the writer's name.
    pub(super) fn closes(&self, line: &str) -> bool {
        sentences(line).iter().all(|sentence| is(&CLOSING, sentence) || self.is_named(sentence))
    }
}

/// Whether the lines from here on are a signature: behind a rule, or the writer's name and a few short lines without a
/// full stop.
pub(super) fn is_signature(lines: &[&str], writer: &Writer) -> bool {
    /// Lines of the longest signatures without a rule above them.
    const MOST_LINES: usize = 8;
    /// Characters of the longest line of an address block.
    const MOST_CHARS: usize = 60;
    let lines: Vec<Folded> = lines.iter().take(2 * MOST_LINES).map(|line| Folded::of(line)).collect();
    let lines: Vec<&Folded> = lines.iter().filter(|line| !line.is_empty()).collect();
    let Some(first) = lines.first() else { return false };
    if is(&SIGNATURE_LINE, first.as_str()) {
        return true;
    }
    let named = writer.is_named(first.as_str())
        || (!writer.family.is_empty() && first.as_str().starts_with(&writer.family));
    let short = |line: &&&Folded| {
        line.as_str().chars().count() <= MOST_CHARS && !line.as_str().contains(['。', '!', '?'])
    };
    named && lines.len() <= MOST_LINES && lines.iter().filter(short).count() == lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_and_closings_are_known_and_orders_are_neither() {
        let writer = Writer::new("佐藤 花子");
        assert!(GREETING.is_some() && CLOSING.is_some() && ADDRESSEE.is_some());
        assert!(INTRODUCTION.is_some() && SIGNATURE_LINE.is_some());
        for text in
            ["お疲れ様です", "いつもお世話になっております", "佐藤です", "厚生課の佐藤です", "窓口 御中"]
        {
            assert!(writer.greets(text, false), "{text}");
        }
        assert!(writer.greets("厚生課の鈴木です", true) && !writer.greets("厚生課の鈴木です", false));
        for text in [
            "完了です",
            "メモ:次のとおりです",
            "取消でお願いします",
            "了解です",
            "山田様",
            "承認しますのでお願いします",
        ] {
            assert!(!writer.greets(text, true) && !writer.closes(text), "{text}");
        }
        for text in
            ["よろしくお願いします。", "以上、よろしくお願いいたします。", "佐藤", "佐藤花子", "thanks!"]
        {
            assert!(writer.closes(Folded::of(text).as_str()), "{text}");
        }
        assert_eq!(
            sentences("取消です。よろしく!v1.2 です. はい"),
            ["取消です", "よろしく", "v1.2 です", "はい"]
        );
    }
}
