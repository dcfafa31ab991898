//! Tells Shift_JIS and EUC-JP apart by what the text looks like.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use encoding_rs::{EUC_JP, SHIFT_JIS, WINDOWS_1252};

use super::{Decoded, by_table, damage};

/// Whether the bytes are certainly Shift_JIS or EUC-JP: they decode without error and contain full-width kana.
pub(in crate::mail) fn is_clean_japanese(bytes: &[u8]) -> bool {
    japanese(bytes).is_some_and(|decoded| !decoded.lossy && decoded.text.chars().any(is_full_width_kana))
}

/// Decodes bytes that `jis` finds outside of any double-byte set: UTF-8 footers and stray Shift_JIS.
pub(in crate::mail) fn stray(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => japanese(bytes)
            .map_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0, |d| Cow::Owned(d.text)),
    }
}

/// Decodes as Shift_JIS or EUC-JP, whichever has the higher `likelihood`. `None` if neither is positive.
pub(super) fn japanese(bytes: &[u8]) -> Option<Decoded> {
    let candidates = [EUC_JP, SHIFT_JIS].map(|encoding| {
        let (text, _) = by_table(encoding, bytes);
        (likelihood(&text), encoding, text)
    });
    let [euc, sjis] = candidates;
    let (score, encoding, text) = if euc.0 > sjis.0 { euc } else { sjis };
    let lossy = damage(&text) > 0;
    (score > 0).then(|| Decoded::new(text, encoding.name(), true).lossy(lossy))
}

/// Scores how likely the text is correctly decoded Japanese.
///
/// Real text has kana and common kanji. Wrong decodings have rare kanji, half-width kana and private-use characters.
pub(super) fn likelihood(text: &str) -> i64 {
    text.chars()
        .map(|c| match c {
            '\u{fffd}' => -20,
            '\u{3041}'..='\u{30ff}' => 4,
            '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}' => 3,
            '\u{4e00}'..='\u{9fff}' if is_level_one(c) => 3,
            '\u{4e00}'..='\u{9fff}' => 1,
            '\u{ff61}'..='\u{ff9f}' => 0,
            '\u{e000}'..='\u{f8ff}' => -8,
            '\u{80}'..='\u{9f}' => -20,
            _ => 0,
        })
        .sum()
}

/// JIS X 0208 level 1: the 2,965 kanji in daily use (rows 16 to 47).
fn is_level_one(c: char) -> bool {
    static LEVEL_ONE: LazyLock<HashSet<char>> = LazyLock::new(|| {
        let codes: Vec<u8> =
            (0xb0..=0xcf).flat_map(|row| (0xa1..=0xfe).flat_map(move |cell| [row, cell])).collect();
        EUC_JP.decode_without_bom_handling(&codes).0.chars().collect()
    });
    LEVEL_ONE.contains(&c)
}

pub(super) fn is_full_width_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}
