//! Derives the prefecture from an organization's name, by the prefecture itself or by one of its municipalities.
//! A name that exists in several prefectures (府中市) gives no result.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use super::fold::fold;

/// One prefecture per line, with its cities, towns and villages, the 23 wards of Tokyo, and the wards of the designated
/// cities; each name once. Compiled from general knowledge, not copied from an official file. A test checks the totals
/// of 792 cities, 743 towns and 183 villages (since 1 January 2024), but not single names.
pub(super) const MUNICIPALITIES: &str = include_str!("municipalities.txt");

/// Length of the longest municipality name, in characters.
pub(super) const LONGEST: usize = 7;

/// The prefecture of an organization, if its name shows it.
pub(super) fn of(organization: &str) -> Option<&'static str> {
    /// Names are short; the text after this is a department or an address.
    const MAX_CHARS: usize = 120;
    let text: String = fold(organization).chars().map(plain).take(MAX_CHARS).collect();
    let places = || text.char_indices().map(|(at, _)| text.split_at(at));
    places().find_map(|(_, rest)| prefecture_at(rest)).or_else(|| {
        places()
            .filter(|(before, _)| begins_name(before))
            .find_map(|(_, rest)| municipality_at(rest))
            .flatten()
    })
}

pub(super) fn is_place(folded: &str) -> bool {
    // 梼原町 and the like have one character; a part of a word may look like them.
    let is_name = |text: &str| TABLE.names.get(text).is_some() || TABLE.prefectures.contains(&text);
    is_name(folded)
        || folded.contains(|c| plain(c) != c) && is_name(&folded.chars().map(plain).collect::<String>())
}

/// The prefectures, in the order of their codes.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    TABLE.prefectures.iter().copied()
}

/// Maps character variants to one: 龍ヶ崎 and 龍ケ崎, 梼原 and 檮原 are the same place.
fn plain(c: char) -> char {
    match c {
        'ヶ' | 'ヵ' => 'ケ',
        '檮' => '梼',
        '竈' => '竃',
        '﨑' => '崎',
        '髙' => '高',
        '籠' => '篭',
        '曾' => '曽',
        _ => c,
    }
}

fn prefecture_at(text: &str) -> Option<&'static str> {
    if !text.chars().skip(2).take(2).any(|c| matches!(c, '都' | '道' | '府' | '県')) {
        return None;
    }
    TABLE.prefectures.iter().find(|name| text.starts_with(**name)).copied()
}

/// The prefecture of the municipality at the start of the text. `Some(None)` if several prefectures have one of that
/// name, `None` if the text does not begin with a municipality.
fn municipality_at(text: &str) -> Option<Option<&'static str>> {
    let longest = text.chars().take(LONGEST).count();
    for length in (1..=longest).rev() {
        let (name, behind) = split_chars(text, length);
        if let Some(prefecture) = TABLE.names.get(name) {
            return Some(prefecture);
        }
        if length >= 2 && heads_regional_body(behind) {
            return TABLE.stems.get(name);
        }
    }
    let (rest, _) = split_chars(text, LONGEST + 6);
    // 市立札幌病院
    if let Some(rest) = rest.strip_prefix("市立") {
        return (2..=4).rev().find_map(|length| {
            let (stem, behind) = split_chars(rest, length);
            behind.starts_with("病院").then(|| TABLE.stems.get(stem)).flatten()
        });
    }
    // 千葉大学, 秋田赤十字病院
    if !(rest.contains("大学") || rest.contains("病院")) {
        return None;
    }
    TABLE.prefectures.iter().find_map(|name| {
        let stem = name.trim_end_matches(['都', '府', '県']);
        let behind = rest.strip_prefix(stem)?;
        ["大学", "医科大学", "赤十字病院", "労災病院"]
            .iter()
            .any(|body| behind.starts_with(body))
            .then_some(Some(*name))
    })
}

/// Whether a regional body follows, which has the name of its city: 札幌医師会, 川口保健所.
fn heads_regional_body(behind: &str) -> bool {
    ["医師会", "歯科医師会", "薬剤師会", "保健所", "地区", "赤十字病院", "労災病院", "市民病院"]
        .iter()
        .any(|body| behind.starts_with(body))
}

/// Whether a name can begin here: at the start, after a blank or a punctuation mark, or after the legal form of a body.
fn begins_name(before: &str) -> bool {
    const ENDS: [&str; 12] =
        ["法人", "社団", "財団", "組合", "連合", "郡", "国保", "保険", "公立", "事務局", "本部", "支部"];
    let Some(last) = before.chars().next_back() else { return true };
    !last.is_alphanumeric() || last.is_ascii_alphanumeric() || ENDS.iter().any(|end| before.ends_with(end))
}

/// Splits a text after `count` characters.
fn split_chars(text: &str, count: usize) -> (&str, &str) {
    text.split_at(text.char_indices().nth(count).map_or(text.len(), |(at, _)| at))
}

struct Table {
    prefectures: Vec<&'static str>,
    /// Municipality to prefecture; `None` if several prefectures have one of that name.
    names: Names,
    /// The same for names of cities without 市; `None` if a municipality in another prefecture has the same stem.
    stems: Names,
}

type Name = (Cow<'static, str>, Option<&'static str>);

/// Names with what they stand for, sorted: a desk keeps them as long as it runs, and a hash table takes several times the memory.
struct Names(Box<[Name]>);

impl Names {
    fn new(mut names: Vec<Name>) -> Self {
        names.sort_unstable();
        names.dedup_by(|next, (name, prefecture)| {
            let is_same = next.0 == *name;
            *prefecture = prefecture.filter(|prefecture| !is_same || next.1 == Some(prefecture));
            is_same
        });
        Self(names.into_boxed_slice())
    }

    fn get(&self, name: &str) -> Option<Option<&'static str>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.0.get(at).map(|(_, prefecture)| *prefecture)
    }
}

/// Without 市, 区, 町 or 村 at the end.
fn stem(name: &str) -> &str {
    name.strip_suffix(['市', '区', '町', '村']).unwrap_or(name)
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut prefectures, mut names, mut stems) = (Vec::new(), Vec::new(), Vec::new());
    for line in MUNICIPALITIES.lines() {
        let mut words = line.split(' ');
        let Some(prefecture) = words.next() else { continue };
        prefectures.push(prefecture);
        for name in words {
            let plainly = |text: &'static str| match text.chars().any(|c| plain(c) != c) {
                true => text.chars().map(plain).collect::<String>().into(),
                false => Cow::from(text),
            };
            names.push((plainly(name), Some(prefecture)));
            stems.push((plainly(stem(name)), Some(prefecture)));
        }
    }
    let cities: HashSet<&str> =
        names.iter().filter(|(name, _)| name.ends_with('市')).map(|(name, _)| stem(name)).collect();
    // 中央医師会 is not a body of 中央市.
    stems.retain(|(stem, _)| cities.contains(stem.as_ref()) && stem != "中央");
    Table { prefectures, names: Names::new(names), stems: Names::new(stems) }
});
