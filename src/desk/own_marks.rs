//! The marks that only the desk writes: keys, marker lines, cut lines, and the marks of drafts. Finds them in a text, and
//! makes them harmless in what strangers wrote, so that no such text is read as ours.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::{form::Folds, staff_mail::BEGINNINGS};

/// A key as `staff_key` makes it, also percent-encoded as in our links. A `#` in a URL begins a fragment.
/// No digit is a `u`.
static KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:(?:^|[^0-9a-z/=_.-])#|%23)[0-9a-tv-z]{14}(?:[^0-9a-z]|$)").ok());
/// A key in a text without blanks and quote marks, wherever it ends.
static KEY_WITHOUT_BLANKS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:#|%23)[0-9a-tv-z]{14}").ok());
/// A marker line or a cut line, in a text without blanks and quote marks.
static MARKER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let beginnings: Vec<String> = BEGINNINGS.iter().map(|line| regex::escape(&bare(line))).collect();
    let lines = format!("(?:回答(?:ここから|ここまで)|{})", beginnings.join("|"));
    Regex::new(&format!("[▼▲][^▼▲]{{0,60}}?{lines}|{lines}[^▼▲]{{0,90}}?[▼▲]")).ok()
});
/// The first line of a digest, in a text without blanks and quote marks.
static TOP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("ここから日次一覧").ok());
/// The mark of a draft, in a text without blanks and quote marks.
static DRAFT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"控え[0-9a-f]{6}").ok());

/// A text as the patterns see it: folded, without blanks.
fn bare(text: &str) -> String {
    Bare::of(text, false).text
}

/// A text folded for matching, with the place of each character.
struct Bare {
    text: String,
    /// For each byte of `text`, where its character starts in the source.
    source: Vec<usize>,
}

impl Bare {
    fn of(text: &str, with_blanks: bool) -> Self {
        let mut bare = Self { text: String::with_capacity(text.len()), source: Vec::new() };
        for (c, end) in Folds::from(text, 0) {
            if with_blanks || !(c.is_whitespace() || c == '>') {
                // Folding skips invisible characters in front of this one.
                let source = text.get(..end).and_then(|before| before.char_indices().next_back());
                bare.text.push(c);
                bare.source.resize(bare.text.len(), source.map_or(0, |(at, _)| at));
            }
        }
        bare
    }

    /// Where the matches of a pattern start in the source.
    fn places(&self, pattern: &Option<Regex>) -> impl Iterator<Item = usize> {
        let matches = pattern.iter().flat_map(|pattern| pattern.find_iter(&self.text));
        matches.filter_map(|found| self.source.get(found.start()).copied())
    }
}

/// Whether a text can hold a mark at all. Most texts cannot, and need no folding.
fn may_hold_mark(text: &str) -> bool {
    text.contains(['▲', '▼', '#', '＃', '﹟', '%', '％', '﹪']) || text.contains("一覧")
}

/// Where a key or one of our lines begins in a text.
#[must_use]
pub fn find(text: &str) -> Option<usize> {
    if !may_hold_mark(text) {
        return None;
    }
    let key = Bare::of(text, true).places(&KEY).next();
    let bare = Bare::of(text, false);
    key.or_else(|| bare.places(&MARKER).chain(bare.places(&TOP)).next())
}

/// A stranger's text for a mail to staff. The parser of staff mails finds no mark in it, whatever stands beside it. NFKC
/// leaves the characters as they are that stand for ours.
#[must_use]
pub fn disarmed(text: &str) -> String {
    let bare = Bare::of(text, false);
    let instead = [(&KEY_WITHOUT_BLANKS, "♯"), (&TOP, "コ"), (&DRAFT, "ひか")];
    let places =
        instead.iter().flat_map(|(pattern, instead)| bare.places(pattern).map(move |at| (at, *instead)));
    let places: BTreeMap<usize, &str> = places.collect();
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match (places.get(&at), c) {
            (_, '▲') => shown.push('△'),
            (_, '▼') => shown.push('▽'),
            (Some(instead), _) => shown.push_str(instead),
            (None, _) => shown.push(c),
        }
    }
    shown
}

/// An inquirer's text for a mail that quotes it to them: unchanged, unless it holds a mark.
#[must_use]
pub fn disarmed_if_marked(text: &str) -> String {
    if find(text).is_some() { disarmed(text) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{
        staff_key::find_key,
        staff_mail::{OLD_LINE, TOP_LINE, begin_marker, end_marker},
        ticket::TicketNumber,
    };

    const KEY_TEXT: &str = "#7k3m9qxt2b4c5d";

    #[test]
    fn the_patterns_compile() {
        for pattern in [&KEY, &KEY_WITHOUT_BLANKS, &MARKER, &TOP, &DRAFT] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn a_mark_is_found_in_any_width_and_with_any_blanks() {
        let number = TicketNumber::new("ZT", 2025, 1);
        for text in [
            begin_marker(&number, KEY_TEXT),
            end_marker(&number),
            OLD_LINE.to_owned(),
            TOP_LINE.to_owned(),
            "▲ＺＴ－２０２５－０００１　回答ここまで▲".to_owned(),
            "> ▲ ZT-2025-0001 回答\n> ここまで ▲".to_owned(),
            "▲ ZT-2025-0001 回 答 こ こ ま で".to_owned(),
            "回答ここまで　▲".to_owned(),
            "──ここから日次一覧──".to_owned(),
            format!("件名の {KEY_TEXT} です"),
            KEY_TEXT.to_uppercase(),
            "＃７ｋ３ｍ９ｑｘｔ２ｂ４ｃ５ｄ".to_owned(),
            "#7k3m9q\u{200b}xt2b4c5d".to_owned(),
            "<mailto:desk@example.jp?subject=%5BZT-2025-0001%5D%20%237k3m9qxt2b4c5d&body=x>".to_owned(),
        ] {
            let text = format!("前の行\n{text}\n後の行");
            assert!(find(&text).is_some(), "{text}");
            assert_eq!(find(&disarmed(&text)), None, "{}", disarmed(&text));
            assert_eq!(disarmed_if_marked(&text), disarmed(&text));
        }
    }

    #[test]
    fn ordinary_text_holds_no_mark() {
        for text in [
            "",
            "前年度比は▲3％、翌年度は▼5％です。",
            "回答ここまで、と書かれた箇所をご確認ください。",
            "日次一覧をお送りします。",
            "https://www.example.jp/guide/page#headertemplate をご覧ください。",
            "詳細は #1 と #20250701 のとおりです。",
            "%2300 と 100% です。",
        ] {
            assert_eq!(find(text), None, "{text}");
            assert_eq!(disarmed_if_marked(text), text);
        }
    }

    #[test]
    fn a_strangers_text_shown_to_staff_holds_nothing_that_is_ours() {
        for (text, expected) in [
            ("前年度比▲3％", "前年度比△3％"),
            ("▼ZT-2025-0002", "▽ZT-2025-0002"),
            ("━━ ここから日次一覧", "━━ コこから日次一覧"),
            ("市 #7k3m9q xt2b4c5d", "市 ♯7k3m9q xt2b4c5d"),
            ("http://x/#7k3m9qxt2b4c5d", "http://x/♯7k3m9qxt2b4c5d"),
            ("subject=%237k3m9qxt2b4c5d", "subject=♯237k3m9qxt2b4c5d"),
            ("控え 3f9a2c", "ひかえ 3f9a2c"),
            ("#1 会議の控え", "#1 会議の控え"),
        ] {
            assert_eq!(disarmed(text), expected);
            assert_eq!(find_key(&disarmed(text)), None);
            assert_eq!(disarmed(expected), expected);
        }
    }

    proptest::proptest! {
        /// Any text of a stranger takes linear time, however broken, and nothing of it is ours.
        #[test]
        fn no_stranger_writes_our_marks(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "▲", "▼", "ZT-2025-0001", " 回答", "ここから", "ここまで", "日次一覧", "━━ ", "控え", "#", "＃", "%23",
                    "7k3m9qxt2b4c5d", "3f9a2c", "\n> ", "\u{200b}", "　", "はこの線より上", "u", "町",
                ]),
                0..40,
            )
        ) {
            let shown = disarmed(&parts.concat());
            proptest::prop_assert_eq!(find(&shown), None);
            proptest::prop_assert_eq!(find_key(&shown), None);
            proptest::prop_assert!(!shown.contains(['▲', '▼']));
        }
    }
}
