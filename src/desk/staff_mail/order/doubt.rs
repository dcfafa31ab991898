//! Whether an opening that is no sure order looks like one, or like talk to the desk. Then nothing may leave, and the
//! writer is asked. Everything else is an answer.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Doubt,
    absence::is_away,
    folded::Folded,
    frame::{bare, is_bracket, sentence_end, sentences},
    line::{is_question, parse},
    words::{has_answer_label, stops_earlier},
};
use crate::desk::staff_key::Invitation;

/// Characters of a text that begins with an order's word and is long enough to be an answer about that word.
const ANSWER_CHARS: usize = 18;
/// Characters of the longest sentence that asks the desk for something: 「担当を来週から替えてください。」
const REQUEST_CHARS: usize = 20;
/// Characters of a text that may still be all talk: 「了解です。来週、厚労省に確認してから回答します。」
const TALK_CHARS: usize = 40;
/// Characters of a text in which the word of an order is not about the inquirer's matter: 「伊藤担当」, 「急ぎ取消」.
const WORD_CHARS: usize = 14;
/// Characters of a text that names a ticket and says little else: 「ZT-2025-0003と同じ件です」
const NUMBER_CHARS: usize = 26;
/// Characters of a text in which a clause may be an order with something else before it.
pub(super) const SHORT_CHARS: usize = 60;

/// The beginnings of orders. The words behind decide whether the sentence is about the word.
const STEMS: &str = r"(?:取消|取り消|取りけ|とりけ|取止|取り止|取りや|キャンセ|撤回|中止|承認|承人|差戻|差し戻|差しもど|さしもど|却下|完了|クローズ|保留|ペンディング|再開|担当|メモ|質問|統合|分類|折返|折り返|一覧|ヘルプ|使い方|送信|送らない|送って)";

/// The words of orders of 伴走支援. Answers are full of them. So a sentence that begins with one is in doubt only if it ends
/// there, goes on as those orders do, or ends in a verb that is said to the desk.
const SUPPORT: &str = r"^(?:第 ?[0-9]{1,2} ?回目?の? ?)?(?:(?:応募|申込書?)を?)?(?:受理|取り?下げ?|不?採択|通知文|結果案|結果送信|結果取消|審査|採点|評価|項目|様式|所属|議事録|(?:アドバイザー)?派遣(?:確定|中止|辞退|依頼)?|会議(?:中止)?)";
/// Behind such a word: the end, or a number or a text as in an order.
const ORDERED: &str = r"^(?:[ :、。.!]*$| *[:、]? *(?:第 ?)?[0-9]{1,2}(?:[ :、。/月-]|回目?(?:[ :、。]|$)|$)|[ :]+(?:中止|確定|辞退|依頼|利害関係))";
/// The scores of a reviewer without the word before them.
const SCORES: &str = r"^[1-9](?:[ ,、/・]+[1-9]){2,}(?:[ ,、。]|$)";

/// The words of orders, anywhere in a very short text.
const ANYWHERE: &str = r"取消|取り消|取りやめ|キャンセ|中止|承認|差戻|差し戻|却下|完了|クローズ|保留|再開|担当|統合|折返|折り返|cancel|approve|reject|close|done|hold";

/// English words that begin an order. An English sentence may begin with them, and then the writer is asked.
const WORDS: &str = r"(?:(?:please |pls )?(?:cancel|approved?|reject|ok|okay|close|done|hold|wait|assign|note|ask|merge|tag|list|help|reopen|called ?back|call ?back|send|stop|do not send|don'?t)(?:ed)?)(?:[^a-z].*)?";

/// A verb that ends its clause behind an order's word: 完了しました。 is said to the desk, 完了しました自治体 is not.
const CLAUSE: &str = r"^(?:(?:を|は|で|に|と|の(?:件|方向|旨|お願い|ご?連絡|ご?報告))?\s*(?:(?:いた|致)?し(?:ます|ました|て(?:くだ|下)さい|たい(?:です|と思います)|ません|て(?:おいて)?)|(?:お|御)?願い?(?:(?:いた|致)?します)?|です|でした|でございます|だ|に(?:して|なり).*|を?(?:くだ|下)さい|を?(?:送|出|お?伝え).{0,6}(?:くだ|下)さい|頼みます|済み?|します?|予定(?:です)?|希望(?:です)?|ok|不要(?:です)?)(?:が|ので|けど|けれど|から|ね|よ|か|かな)?\s*(?:[。、.!?,:…]|$))";

/// A request to a person or to the desk.
const REQUEST: &str = r"(?:(?:くだ|下)さい|(?:お|御)?願い(?:(?:いた|致)?します)?|願います|頂けますか|いただけますか|もらえますか|ほしいです|欲しいです|たいです|頼みます)(?:ね|が|。)?$";

/// Talk about sending: nothing of it is meant for an inquirer.
const SENDING: &str = r"送りません|送信しません|(?:送信|送付|発送|送ら|送る|送って|送り|メール|回答|返信|返答).{0,12}(?:止め|やめ|とめて|待って|待ち|ストップ|しないで|ないで|控え|見合わせ|取り?消|取りやめ|中止|キャンセル|差し替え|保留)|(?:誤|間違).{0,12}(?:取消|取り消|キャンセル|止め|やめ)|(?:さん|様|氏)(?:に|へ)(?:お願い|引き継|引継|交代|代わ|替わ|回して|渡)|(?:担当|割当|割り当て).{0,6}(?:替え|変え|変更|交代)";

/// Talk among colleagues, each a whole sentence. It says nothing to an inquirer.
const TALK: &str = concat!(
    r"(?:(?:はい|ええ|うん|いいえ|いえ)[、,]?)?(?:",
    // 了解です, 確認いたします, 対応済みです, 問題ありません, 可, はい.
    r"(?:はい|いいえ|いえ|了解|りょうかい|承知|しょうち|了承|許可|受領|拝受|受信|受け取り|確認|拝見|対応|調整|調査|検討|作成|準備|問題|異議|異存|修正|把握|理解|かしこまり|畏まり|わかり|分かり|判り|引き?受け|ok|okay|おk|オーケー|オッケー|結構|大丈夫|よい|良い|いい|よろしい|可|否|不可|済み?|なし|無し|特になし|特に|不要|同意|賛成|同上|同左|ng|だめ|ダメ|駄目)(?:は|も|を)?(?:済み?|中)?(?:です(?:ね)?|でございます|で|(?:いた|致)?し(?:ます|ました|ております|て(?:い|お)ります|ています)|ました|ます|ありません|ございません|ないです|なし)?|",
    // ありがとうございます, お手数をおかけします, よろしくお願いします.
    r"(?:(?:早速の?|いつも|ご(?:連絡|対応|確認|返信|教示|指摘)|お知らせ|誠に|どうも|大変)[、,]?)*(?:ありがとう|有難う|有り難う)(?:ござい(?:ます|ました))?|(?:お|ご)?(?:手数|迷惑).*(?:かけ|掛け)(?:しま|いたしま|致しま)した?す?|(?:どうぞ)?(?:よろしく|宜しく)?(?:お|御)願い(?:(?:いた|致)?します|申し上げます)|すみません.{0,6}|失礼しました|おはようございます|お疲れ(?:様|さま).{0,4}|",
    // 後ほど回答します, 厚労省に確認中です, 私から回答済みです, 先方に電話しました.
    r"(?:後ほど|のちほど|後で|あとで|追って|改めて|明日|来週|本日中に?|今日中に?|午後|午前|近日中に?)[、,]?(?:に)?(?:回答|対応|連絡|確認|返信|お?電話)(?:を)?(?:(?:いた|致)?します|予定です)|.{0,12}に(?:確認|照会|問い合わせ)(?:中(?:です)?|(?:いた|致)?します)|少々?お?待ち?(?:くだ|下)さい|(?:この件|本件|こちら)?は?[、,]?(?:私|自分|当方|こちら)(?:が|で|から|の方で).{0,14}(?:ます|ました|済み(?:です)?)|(?:(?:先方|照会者|相手方?)(?:に|へ)は?)?(?:お?電話で?|メールで?|連絡|回答|説明|報告)?(?:お?電話|メール|連絡|回答|説明|報告)(?:を|は)?(?:済み?|(?:いた|致)?しました)(?:です)?|.{1,8}(?:さん|様|氏)で(?:お願いします|いいです|結構です)|",
    // 修正してください, 要修正: meant for the author of the draft.
    r"要?(?:再?修正|訂正|再提出|見直し|書き直し|差し替え)(?:を|が)?(?:お願い(?:いた|致)?します|して(?:くだ|下)さい|必要です)?|テスト(?:です|送信です|メールです)?)",
);

/// Wordings that a mistyped order is compared with. Short ones are covered by [`TOO_SHORT`].
const TYPED: [&str; 46] = [
    "取り消し",
    "取消し",
    "取消します",
    "取り消します",
    "取り消しです",
    "取消です",
    "取消お願いします",
    "取り消してください",
    "取消してください",
    "取りやめ",
    "取りやめます",
    "キャンセル",
    "キャンセルします",
    "キャンセルしてください",
    "承認します",
    "承認しました",
    "承認です",
    "承認いたします",
    "差し戻し",
    "差戻し",
    "差し戻します",
    "差戻します",
    "差戻しです",
    "完了です",
    "完了します",
    "完了しました",
    "クローズ",
    "クローズします",
    "保留です",
    "保留します",
    "保留にします",
    "再開します",
    "再開です",
    "担当します",
    "私が担当します",
    "担当です",
    "折返済",
    "折り返し済",
    "折り返しました",
    "一覧をください",
    "ヘルプ",
    "送らないでください",
    "問題ありません",
    "了解です",
    "了解しました",
    "承知しました",
];

/// A text of so few letters is no answer: 承人, 可, 済.
const TOO_SHORT: usize = 2;

struct Patterns {
    stem: Regex,
    support: Regex,
    ordered: Regex,
    scores: Regex,
    word: Regex,
    number: Regex,
    words: Regex,
    clause: Regex,
    request: Regex,
    sending: Regex,
    talk: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        stem: Regex::new(&format!("^{STEMS}")).ok()?,
        support: Regex::new(SUPPORT).ok()?,
        ordered: Regex::new(ORDERED).ok()?,
        scores: Regex::new(SCORES).ok()?,
        word: Regex::new(ANYWHERE).ok()?,
        number: Regex::new("[a-z]{2,6}[-ー][0-9]{4}[-ー][0-9]{4}").ok()?,
        words: Regex::new(&format!("^{WORDS}$")).ok()?,
        clause: Regex::new(CLAUSE).ok()?,
        request: Regex::new(REQUEST).ok()?,
        sending: Regex::new(SENDING).ok()?,
        talk: Regex::new(&format!("^(?:{TALK})$")).ok()?,
    })
});

/// The writer's text behind greetings.
pub(super) struct Opening<'a> {
    /// Its first line.
    pub(super) first: &'a Folded,
    /// The first lines joined, without blanks at the ends; at most some hundred characters.
    pub(super) beginning: &'a str,
    /// Characters of the whole text, counted up to some hundred.
    pub(super) chars: usize,
    /// The line has the prefix of a command.
    pub(super) prefixed: bool,
}

/// Why a text that is no sure order is no answer either. `None`: it is an answer.
pub(super) fn about(opening: &Opening<'_>) -> Option<Doubt> {
    let Some(patterns) = PATTERNS.as_ref() else { return Some(Doubt::Almost) };
    let line = opening.first.as_str();
    if opening.prefixed {
        return Some(Doubt::UnknownOrder);
    }
    let letters = opening.beginning.chars().filter(|c| c.is_alphanumeric()).count();
    if letters == 0 {
        return Some(Doubt::Nothing);
    }
    if letters <= TOO_SHORT || is_ascii_words(opening) {
        return Some(Doubt::Short);
    }
    let plain = line.trim_start_matches(|c: char| is_bracket(c) || c == ' ' || c == '・');
    let first = bare(plain.get(..sentence_end(plain)).unwrap_or_default());
    if patterns.words.is_match(plain) {
        return Some(Doubt::Almost);
    }
    if let Some(stem) = patterns.stem.find(plain) {
        let behind = plain.get(stem.end()..).unwrap_or_default();
        return is_order_like(patterns, first, behind, opening).then_some(Doubt::Almost);
    }
    if stops_earlier(first) || is_support_like(patterns, plain, first, opening) {
        return Some(Doubt::Almost);
    }
    let beginning = sentences(opening.beginning);
    let talks = |sentence: &str| patterns.talk.is_match(sentence);
    if beginning.iter().all(|sentence| talks(sentence))
        || (opening.chars < TALK_CHARS
            && beginning.first().is_some_and(|first| !says_yes_or_no(first) && talks(first)))
    {
        return Some(Doubt::Talk);
    }
    if opening.chars < SHORT_CHARS {
        let hides_order = |sentence: &&str| patterns.sending.is_match(sentence) || is_order(sentence);
        let has_word = opening.chars <= WORD_CHARS && patterns.word.is_match(opening.beginning);
        let has_number = opening.chars <= NUMBER_CHARS && patterns.number.is_match(opening.beginning);
        if has_word || has_number || beginning.iter().any(hides_order) {
            return Some(Doubt::Almost);
        }
    }
    if is_away(opening.beginning) {
        return Some(Doubt::Away);
    }
    let mistyped = opening.chars < ANSWER_CHARS && TYPED.iter().any(|word| is_near(first, word));
    mistyped.then_some(Doubt::Almost)
}

/// Whether a sentence that begins with the word of an order is said to the desk. An answer about the word goes on with a
/// particle or as a longer word, and is long enough to say something: 「保留床の扱いは、告示のとおりです。」
fn is_order_like(patterns: &Patterns, first: &str, behind: &str, opening: &Opening<'_>) -> bool {
    let chars = opening.chars;
    let asks = first.chars().count() <= REQUEST_CHARS && patterns.request.is_match(first);
    let behind = behind.strip_prefix(is_closing_bracket).unwrap_or(behind);
    let numbered = behind.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '①'..='⑨'));
    chars < ANSWER_CHARS
        || asks
        || behind.is_empty()
        || behind.starts_with(|c: char| {
            c.is_whitespace() || matches!(c, '。' | '、' | '.' | ',' | '!' | '?' | ':')
        })
        || behind.starts_with(|c: char| c.is_ascii_alphabetic())
        || (numbered
            && !has_answer_label(opening.beginning)
            && behind.chars().take(3).any(|c| matches!(c, ':' | '.' | ')' | '、')))
        || patterns.clause.is_match(behind)
        || (is_question(first) && chars < SHORT_CHARS)
        || (patterns.sending.is_match(first) && chars < SHORT_CHARS)
}

/// Whether a sentence may be an order of 伴走支援: 「会議1」, 「採択しましたので…」, but not 「採択の結果は、8月に…」.
fn is_support_like(patterns: &Patterns, plain: &str, first: &str, opening: &Opening<'_>) -> bool {
    if patterns.scores.is_match(plain) {
        return true;
    }
    let Some(word) = patterns.support.find(first) else { return false };
    let behind = first.get(word.end()..).unwrap_or_default();
    let names_field = word.as_str() == "項目" && behind.trim_start().starts_with(['「', '【', '『']);
    let behind = behind.strip_prefix(is_closing_bracket).unwrap_or(behind);
    names_field
        || patterns.ordered.is_match(behind)
        || (patterns.clause.is_match(behind) && opening.chars < SHORT_CHARS)
}

fn is_closing_bracket(c: char) -> bool {
    matches!(c, '」' | '』' | '】' | ')' | ']' | '〕' | '>' | '〉' | '》' | '"' | '”' | '’')
}

/// 「はい。」 and 「いいえ。」 begin answers as well.
fn says_yes_or_no(sentence: &str) -> bool {
    matches!(sentence, "はい" | "いいえ" | "いえ")
}

/// Whether a sentence somewhere in a short text is an order by itself: 「ご連絡いたします。完了しました。」
fn is_order(sentence: &str) -> bool {
    let numbered =
        sentence.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '-'));
    [sentence, numbered].iter().any(|sentence| {
        parse(&Folded::of(sentence), Invitation::Decide).is_some_and(|found| found.behind.is_empty())
    })
}

/// One or two ASCII words as the first line, or three as the whole text. A salutation above a letter is an answer.
fn is_ascii_words(opening: &Opening<'_>) -> bool {
    let words = |text: &str| {
        let ascii = text.is_ascii() && !text.contains("://") && !text.contains('@');
        ascii.then(|| {
            text.split_whitespace().filter(|word| word.bytes().any(|b| b.is_ascii_alphabetic())).count()
        })
    };
    let has_order = || PATTERNS.as_ref().is_some_and(|patterns| patterns.word.is_match(opening.beginning));
    if words(opening.beginning).is_some_and(|count| count <= 3 || (count <= 6 && has_order())) {
        return true;
    }
    let line = opening.first.as_str();
    let alphabetic = line.chars().all(|c| c.is_ascii_alphabetic() || " .,!'-".contains(c));
    let salutation = line.ends_with(',') || line.starts_with("dear");
    words(line).is_some_and(|count| count <= 2) && alphabetic && !salutation
}

/// Whether two wordings differ in one character: typed wrongly, too many or missing.
fn is_near(text: &str, word: &str) -> bool {
    let (text, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    if text.len().abs_diff(word.len()) > 1 {
        return false;
    }
    let same = text.iter().zip(&word).take_while(|(a, b)| a == b).count();
    let (text_end, word_end) = (text.get(same..).unwrap_or_default(), word.get(same..).unwrap_or_default());
    let skip = |end: &[char], count: usize| end.get(count..).unwrap_or_default().to_vec();
    match text.len().cmp(&word.len()) {
        std::cmp::Ordering::Equal => skip(text_end, 1) == skip(word_end, 1),
        std::cmp::Ordering::Less => text_end == skip(word_end, 1),
        std::cmp::Ordering::Greater => skip(text_end, 1) == word_end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_doubts_compile() {
        assert!(PATTERNS.is_some());
    }

    #[test]
    fn one_wrong_character_is_near_and_two_are_not() {
        for near in ["承人します", "承認しす", "承認しまます", "承認しまし", "承認します"]
        {
            assert!(is_near(near, "承認します"), "{near}");
        }
        for far in ["確認しまし", "承認", "承認しました", "了解します。", ""] {
            assert!(!is_near(far, "承認します"), "{far}");
        }
    }
}
