//! What the text behind an order says: an answer, a letter, a second yes, or the opposite of the order.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    folded::Folded,
    frame::{Writer, bare},
};

/// A label of an answer inside a text: 回答：, 【回答】, A1. With it, 質問 is the heading of a question and its answer.
static ANSWER_LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:ご?回答|お答え|答え?) ?[0-9]{0,2} ?[\]】)」』>]? ?[:;】]|[【\[「『<(■◆●○▼→] ?(?:ご?回答|お答え|答え?)|^ *(?:ご?回答|お答え|答え?)(?:[0-9 ]{0,3})$|^ *(?:a|ans|answer|→)[0-9]{0,2} ?[:.)、 ]").ok()
});
/// The end of a question or a request.
static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:か|\?|(?:くだ|下)さい|願います|(?:お|御)願い(?:(?:いた|致)?します|申し上げます)?|たい(?:です|と思います|と存じます)|幸いです|でしょう|…)[。.!]?$").ok()
});
/// The beginning of a letter to an inquirer.
static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:.{1,30}(?:様|御中|殿|各位)$|.{0,12}お世話になって|(?:この度|このたび|平素|日頃|ご照会|お問い?合わ?せ|ご質問|ご連絡いただ|照会いただ|dear ))").ok()
});
/// Remarks behind 承認 and the like that only say yes again.
static YES_AGAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:(?:内容|文面|本文|案)(?:を|は|について)?)?(?:確認(?:いた|致)?しました|拝見(?:いた|致)?しました|(?:特に)?(?:問題|異議|修正|指摘)(?:は|も)?(?:ありません|ございません|ないです|なし(?:です)?)|(?:この(?:まま|内容)で)?(?:送信|発送)(?:を)?(?:(?:お|御)願い(?:(?:いた|致)?します)|して(?:くだ|下)さい)|ok(?:です)?|(?:この内容で)?(?:結構|大丈夫)です)$").ok()
});
/// A remark behind 取消 that takes it back.
static TAKEN_BACK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"不要|しない|しません|せず|ません|なし$|無し$|必要(?:は)?(?:ない|あり)|やめ(?:ます|て)|(?:送信|送って)(?:して)?(?:くだ|下)さい|ください\?|か\?$|でしょうか").ok()
});
/// Words that stop a mail which waits, anywhere in a line.
static STOPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"取り?消|取り?止|取り?や|とり(?:け|消|や)|キャンセ|撤回|送らない|(?:送信|送付|発送|送る|送り|メール|回答|返信|返答).{0,12}(?:止め|やめ|とめて|待って|ストップ|ないで|控え|見合わせ|中止|差し替え)|cancel|(?:do not|don['’]?t|stop) send").ok()
});
/// A sentence that stops the mail before this one: 「先の回答は取り消して、次の文を送ってください」.
static STOPS_EARLIER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:先|前|先ほど|先程|さきほど|さっき|先刻)の?(?:ご?回答|返信|返答|メール|文|文面|送信)(?:の(?:送信|件))?[はをの]?[、, ]*(?:まだ)?(?:取り?消|取り?止|取り?や|とり(?:け|消|や)|キャンセ|撤回|送らない|差し替え|止め|やめ|中止)").ok()
});

fn is(pattern: &Option<Regex>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Whether a folded text has the label of an answer.
pub(super) fn has_answer_label(folded: &str) -> bool {
    is(&ANSWER_LABEL, folded)
}

/// Whether a line begins a letter to an inquirer.
pub(super) fn begins_letter(line: &str) -> bool {
    is(&LETTER, Folded::of(line).as_str())
}

/// Whether a sentence behind 承認 says yes again.
pub(super) fn says_yes_again(sentence: &str) -> bool {
    is(&YES_AGAIN, bare(sentence))
}

/// Whether the remark behind 取消 takes it back: 「取消 不要です」.
pub(super) fn takes_back(remark: &str) -> bool {
    is(&TAKEN_BACK, Folded::of(remark).as_str())
}

/// Whether a question to the inquirer goes on with something that is no question: 「質問：対象年度は何年度か。」 and then
/// 「令和7年度です。」 is a question with its answer.
pub(super) fn may_hold_answer(folded: &str) -> bool {
    let lines: Vec<&str> = folded.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let asks = |line: &str| is(&ASKS, line);
    let last = lines.iter().rev().find(|line| !Writer::new("").closes(line) || asks(line));
    lines.len() > 1 && lines.iter().any(|line| asks(line)) && last.is_some_and(|line| !asks(line))
}

/// Whether a folded line names 取消 or the like.
pub(super) fn stops(line: &str) -> bool {
    is(&STOPS, line)
}

/// Whether a folded sentence stops the mail before this one.
pub(super) fn stops_earlier(sentence: &str) -> bool {
    is(&STOPS_EARLIER, sentence)
}

/// The words of 分類. `None` if there are none, or if they are a sentence.
pub(super) fn tags(typed: &str, folded: &str) -> Option<Vec<String>> {
    /// Characters of the longest tag.
    const LONGEST: usize = 20;
    let is_sentence =
        folded.contains(['。', '?', '!']) || folded.ends_with("です") || folded.ends_with("ます");
    let words = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，' | '､'));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let fits = words.iter().all(|word| word.chars().count() <= LONGEST);
    (fits && !is_sentence && !words.is_empty() && !folded.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_compile() {
        for pattern in [&ANSWER_LABEL, &ASKS, &LETTER, &YES_AGAIN, &TAKEN_BACK, &STOPS, &STOPS_EARLIER] {
            assert!(pattern.is_some());
        }
    }
}
