//! Removes personal data from stored text: known names, mail addresses, telephone numbers. Questions and answers stay
//! for the guidebook (circular, 別紙1:
//! 「照会内容は、ガイドブックの改訂の参考とさせていただく可能性があります」).

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

/// Replaces the removed text.
pub const MARK: &str = "〔削除済〕";

/// Replaces a name in front of a word that stays.
const MARK_BEFORE: &str = "〔削除済〕$1";

/// Words after a family name which show that it means a person and not a town: 山田様, but 山田市.
const AFTER_A_NAME: [&str; 11] =
    ["様", "さま", "殿", "氏", "さん", "先生", "です", "でございます", "と申し", "と申します", "宛"];

/// Personal data to remove.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Names as the person wrote them.
    pub names: Vec<String>,
    /// Texts to remove as a whole, such as the field 連絡先.
    pub texts: Vec<String>,
}

/// What is removed of a person, made ready once for many texts: the time for a text does not grow with the names.
#[derive(Debug)]
pub struct Removal {
    /// Each goes over a text once; what it finds becomes its replacement.
    passes: Vec<(Regex, &'static str)>,
    /// Texts that no pattern can hold.
    long: Vec<String>,
}

/// Bytes of a text in a pattern, and texts in one pattern. A pattern has a limit of its own, and a text without a pattern is
/// searched for alone.
const LONGEST: usize = 300;
const MOST: usize = 500;

impl Removal {
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let known = |text: &&str| text.chars().count() > 1;
        let wholes: Vec<&str> = person.texts.iter().map(|text| text.trim()).filter(known).collect();
        let names: Vec<&str> = person.names.iter().map(|name| name.trim()).filter(known).collect();
        let squeezed: Vec<String> =
            names.iter().map(|name| name.split_whitespace().collect::<String>()).collect();
        let parts = names.iter().flat_map(|name| name.split_whitespace()).filter(known);
        let mut removal = Self { passes: Vec::new(), long: Vec::new() };
        removal.add(wholes.into_iter(), "", MARK);
        removal.add(names.iter().copied().chain(squeezed.iter().map(String::as_str)), "", MARK);
        // A name in front of such a word is a person; the word stays.
        let after = format!("([ 　]?(?:{}))", AFTER_A_NAME.join("|"));
        removal.add(parts, &after, MARK_BEFORE);
        removal
    }

    /// Longer texts come first: a name may begin with another one.
    fn add<'a>(&mut self, texts: impl Iterator<Item = &'a str>, after: &str, instead: &'static str) {
        let mut texts: Vec<&str> = texts.collect();
        texts.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        texts.dedup();
        let (long, short) = texts.split_at(texts.partition_point(|text| text.len() > LONGEST));
        if after.is_empty() {
            self.long.extend(long.iter().map(|text| (*text).to_owned()));
        }
        for texts in short.chunks(MOST) {
            let escaped: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
            let pattern = format!("(?:{}){after}", escaped.join("|"));
            match RegexBuilder::new(&pattern).size_limit(64 << 20).build() {
                Ok(regex) => self.passes.push((regex, instead)),
                Err(_) => self.long.extend(texts.iter().map(|text| (*text).to_owned())),
            }
        }
    }

    /// Replaces the person's names and texts, and all mail addresses and telephone numbers, by [`MARK`].
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        without_telephones(&without_addresses(&self.forget(text)))
    }

    /// Replaces the person's names and texts by [`MARK`]. Other people's names stay.
    #[must_use]
    pub fn forget(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for long in &self.long {
            text = text.replace(long, MARK);
        }
        for (pattern, instead) in &self.passes {
            if let Cow::Owned(changed) = pattern.replace_all(&text, *instead) {
                text = changed;
            }
        }
        text
    }
}

/// [`Removal::redact`] for one text.
#[must_use]
pub fn redact(text: &str, person: &Person) -> String {
    Removal::of(person).redact(text)
}

fn without_addresses(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let local = |c: char| {
        let c = narrow(c);
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.\"".contains(c)
    };
    let domain = |c: char| {
        let c = narrow(c);
        c.is_alphanumeric() && c.is_ascii() || "-.".contains(c)
    };
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if narrow(c) == '@' {
            let before = out.iter().rev().take_while(|c| local(**c)).count();
            let after = chars.iter().skip(at + 1).take_while(|c| domain(**c)).count();
            if before > 0 && after > 0 {
                out.truncate(out.len() - before);
                out.extend(MARK.chars());
                at += 1 + after;
                continue;
            }
        }
        out.push(c);
        at += 1;
    }
    out.into_iter().collect()
}

/// Digits of a telephone number with its country code.
const LONGEST_NUMBER: usize = 13;

/// Replaces telephone numbers: they begin with 0 or +, and have 9 to 13 digits with at most two separators between
/// two digits.
fn without_telephones(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_separator = |c: char| "-() .".contains(narrow(c)) || "‐‑–—−ー―（）".contains(c);
    let mut out = String::with_capacity(text.len());
    let (mut at, mut inside) = (0, false);
    while let Some(&c) = chars.get(at) {
        let digit = narrow(c).is_ascii_digit();
        if !inside && (narrow(c) == '0' || narrow(c) == '+') {
            let (mut end, mut digits, mut gap) = (at + 1, usize::from(digit), 0);
            let mut next = at + 1;
            while let Some(&c) = chars.get(next) {
                if narrow(c).is_ascii_digit() {
                    (digits, gap, end) = (digits + 1, 0, next + 1);
                } else if is_separator(c) && gap < 2 {
                    gap += 1;
                } else {
                    break;
                }
                // No number is longer, and a long row of digits is looked at once.
                if digits > LONGEST_NUMBER {
                    break;
                }
                next += 1;
            }
            if (9..=LONGEST_NUMBER).contains(&digits) {
                out.push_str(MARK);
                at = end;
                continue;
            }
        }
        inside = digit;
        out.push(c);
        at += 1;
    }
    out
}

/// Maps a full-width character to ASCII.
fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '　' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person() -> Person {
        Person {
            names: vec!["山田 太郎".into(), "Taro Yamada".into()],
            texts: vec!["内線2315、直通あり".into()],
        }
    }

    #[test]
    fn personal_data_is_removed_and_the_question_stays() {
        for (text, expected) in [
            ("氏名：山田 太郎", "氏名：〔削除済〕"),
            ("山田太郎様\nお世話になっております。", "〔削除済〕様\nお世話になっております。"),
            ("山田 様", "〔削除済〕 様"),
            ("山田市の山田です。", "山田市の〔削除済〕です。"),
            ("連絡先：内線2315、直通あり", "連絡先：〔削除済〕"),
            ("TEL 03-1234-5678（代）", "TEL 〔削除済〕（代）"),
            ("０３（１２３４）５６７８へ", "〔削除済〕へ"),
            ("+81 90 1234 5678", "〔削除済〕"),
            ("<taro.yamada@city.example.jp>まで", "<〔削除済〕>まで"),
            ("ｔａｒｏ＠ｃｉｔｙ．ｊｐ", "〔削除済〕"),
            ("2025-07-01に100人、10,000円", "2025-07-01に100人、10,000円"),
            ("第0123号、0.5人", "第0123号、0.5人"),
            ("@の前に何もない", "@の前に何もない"),
        ] {
            assert_eq!(redact(text, &person()), expected, "{text}");
        }
    }

    #[test]
    fn the_work_for_a_text_does_not_grow_with_the_names() {
        let names: Vec<String> = (0..200).map(|nth| format!("山田{nth} 太郎{nth}")).collect();
        let many = Removal::of(&Person { names: names.clone(), texts: vec!["内線2315".into(); 200] });
        assert_eq!((many.passes.len(), many.long.len()), (3, 0));
        assert_eq!(
            many.redact("山田7 太郎7、山田199太郎199、太郎12さん、内線2315"),
            "〔削除済〕、〔削除済〕、〔削除済〕さん、〔削除済〕"
        );
        let long = Person { names: vec!["長".repeat(100_000)], texts: Vec::new() };
        assert_eq!(redact(&format!("A{}B", "長".repeat(100_000)), &long), "A〔削除済〕B");
    }

    proptest! {
        #[test]
        fn no_known_name_number_or_address_is_left(before in "[あ-ん市町]{0,8}", after in "[あ-ん。、\n]{0,8}", phone in "0[0-9]{1,3}-[0-9]{4}-[0-9]{4}") {
            let text = format!("{before}山田 太郎{after}{phone}{after}a.b@c.example.jp{before}");
            let left = redact(&text, &person());
            prop_assert!(!left.contains("太郎") && !left.contains(&phone) && !left.contains('@'), "{left}");
            prop_assert_eq!(redact(&left, &person()), left);
        }
    }
}
