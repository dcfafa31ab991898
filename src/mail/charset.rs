//! Decodes bytes of any charset: by the declared label if the bytes fit it, otherwise by detection, reported as a guess.
//! `jis` decodes ISO-2022-JP and its variants; `transfer` has decoded the transfer encoding before.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

use super::{euc_jp, jis};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes that could not be decoded are U+FFFD.
    pub text: String,
    /// The charset that was used, lower case.
    pub charset: String,
    /// The label was missing, unknown or wrong.
    pub guessed: bool,
    /// Some bytes could not be decoded.
    pub lossy: bool,
}

/// A decoding that needs a warning, because it was guessed or lossy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub charset: String,
    pub guessed: bool,
    pub lossy: bool,
}

impl Decoded {
    fn new(text: impl Into<String>, charset: &str, guessed: bool) -> Self {
        Self { text: text.into(), charset: charset.to_ascii_lowercase(), guessed, lossy: false }
    }

    fn lossy(mut self, lossy: bool) -> Self {
        self.lossy = lossy;
        self
    }

    pub(super) fn guess(&self) -> Option<Guess> {
        (self.guessed || self.lossy).then(|| Guess {
            charset: self.charset.clone(),
            guessed: self.guessed,
            lossy: self.lossy,
        })
    }
}

/// A parsed charset label.
#[derive(Clone, Copy)]
enum Label {
    Missing,
    Unknown,
    Ascii,
    Jis,
    Utf16,
    Utf32,
    Utf7,
    Known(&'static Encoding),
    /// A charset for which only mail-parser has a decoder.
    Rare(fn(&[u8]) -> String),
}

/// Decodes `bytes`, which a header declares as `label`.
///
/// A byte order mark wins over the label. Escape sequences mean ISO-2022-JP; they are checked before UTF-8, because
/// ISO-2022-JP is also valid UTF-8. Valid multi-byte UTF-8 wins over a wrong label. Otherwise a label that decodes
/// without error is used. If there is none, the charset is detected.
#[must_use]
pub fn decode(label: Option<&str>, bytes: &[u8]) -> Decoded {
    let named = label.map_or(Label::Missing, parse_label);
    let plain_ascii = bytes.is_ascii() && !bytes.iter().any(|b| matches!(b, 0 | 0x0e | 0x1b));
    match named {
        Label::Utf7 => return utf7(bytes),
        Label::Utf16 | Label::Utf32 => {}
        Label::Known(encoding) if !encoding.is_ascii_compatible() => {}
        _ if plain_ascii => return Decoded::new(String::from_utf8_lossy(bytes), "us-ascii", false),
        _ => {}
    }
    if let Some(decoded) = by_byte_order_mark(named, bytes) {
        return decoded;
    }
    let jis_label = matches!(named, Label::Jis);
    if jis::has_escapes(bytes) || (jis_label && bytes.contains(&0x0e)) {
        let (text, lossy) = jis::decode(bytes);
        return Decoded::new(text, "iso-2022-jp", !jis_label).lossy(lossy);
    }
    match named {
        Label::Utf16 => utf16(bytes),
        Label::Utf32 => utf32(bytes),
        Label::Jis => jis_without_escapes(bytes),
        Label::Missing | Label::Unknown | Label::Ascii | Label::Utf7 => detect(bytes),
        Label::Rare(decoder) => {
            wrong_if_utf8(bytes).unwrap_or_else(|| Decoded::new(decoder(bytes), "other", false))
        }
        Label::Known(encoding) => by_encoding(encoding, bytes),
    }
}

/// Parses a label in any spelling. encoding_rs (WHATWG Encoding Standard) and mail-parser handle other names.
fn parse_label(label: &str) -> Label {
    let label =
        label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ',' | '<' | '>'));
    let squeezed: String =
        label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(60).collect();
    let name = squeezed.strip_prefix('x').unwrap_or(&squeezed);
    let name = name.strip_prefix("cs").unwrap_or(name);
    match name {
        "" | "none" | "default" | "unknown" | "unknown8bit" | "8bit" | "7bit" | "binary" | "userdefined"
        | "auto" => Label::Unknown,
        "usascii" | "ascii" | "ansix341968" | "us" | "iso646us" | "cp367" | "ibm367" | "646" => Label::Ascii,
        "jis" | "jis7" | "jis8" | "junet" | "cp50220" | "cp50221" | "cp50222" | "50220" | "50221"
        | "50222" | "jisencoding" | "windows50220" | "windows50221" | "windows50222" => Label::Jis,
        "ms932" | "mscp932" | "cp932" | "932" | "windows932" | "windows31j" | "mskanji" | "ibm932"
        | "ibm942" | "ibm943" | "cp942" | "cp943" | "cp943c" | "macjapanese" | "macjapan" | "pck"
        | "ibm943c" => Label::Known(SHIFT_JIS),
        "ujis"
        | "cp51932"
        | "51932"
        | "windows51932"
        | "cp20932"
        | "eucpkdfmtjapanese"
        | "cp33722"
        | "ibm33722"
        | "ibmeucjp"
        | "extendedunixcodepackedformatforjapanese"
        | "euc" => Label::Known(EUC_JP),
        "unicode" | "utf16" | "ucs2" | "iso10646ucs2" => Label::Utf16,
        "utf32" | "utf32le" | "utf32be" | "ucs4" | "iso10646ucs4" => Label::Utf32,
        "utf7" | "unicode11utf7" | "unicode20utf7" | "cp65000" => Label::Utf7,
        "cp65001" | "65001" | "unicode11utf8" | "unicode20utf8" => Label::Known(UTF_8),
        _ if name.starts_with("iso2022jp") => Label::Jis,
        _ if name.starts_with("sjis") || name.starts_with("shiftjis") => Label::Known(SHIFT_JIS),
        _ if name.starts_with("eucj") => Label::Known(EUC_JP),
        _ if name.starts_with("utf8") => Label::Known(UTF_8),
        _ => library_label(label),
    }
}

fn library_label(label: &str) -> Label {
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => Label::Known(encoding),
        None => charset_decoder(label.as_bytes()).map_or(Label::Unknown, Label::Rare),
    }
}

fn by_byte_order_mark(label: Label, bytes: &[u8]) -> Option<Decoded> {
    if let Label::Utf32 = label {
        return None;
    }
    let (encoding, skip) = Encoding::for_bom(bytes)?;
    let (text, errors) = encoding.decode_without_bom_handling(bytes.get(skip..)?);
    let expected = match label {
        Label::Utf16 => encoding != UTF_8,
        Label::Known(named) => named == encoding,
        _ => false,
    };
    // No Shift_JIS, EUC-JP or UTF-8 text begins with FF FE. But two bytes prove little if the rest does not decode.
    (!errors || expected || encoding == UTF_8)
        .then(|| Decoded::new(text, encoding.name(), !expected).lossy(errors))
}

fn by_encoding(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    if encoding != UTF_8
        && let Some(decoded) = wrong_for(encoding, bytes)
    {
        return decoded;
    }
    let (text, errors) = by_table(encoding, bytes);
    let decoded = Decoded::new(text, encoding.name(), false).lossy(errors);
    if !errors {
        return mislabelled_euc_jp(encoding, &decoded.text, bytes).unwrap_or(decoded);
    }
    let other = detect(bytes);
    let better = damage(&other.text) < damage(&decoded.text)
        && (is_japanese(&other.charset) || mostly_damaged(&decoded.text));
    if better { other } else { decoded }
}

fn by_table<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> (Cow<'a, str>, bool) {
    if encoding == EUC_JP { euc_jp::decode(bytes) } else { encoding.decode_without_bom_handling(bytes) }
}

/// Detects EUC-JP labelled as Shift_JIS.
///
/// It decodes without error, but mostly to half-width kana and private-use characters.
fn mislabelled_euc_jp(encoding: &'static Encoding, text: &str, bytes: &[u8]) -> Option<Decoded> {
    let odd = |c: &char| matches!(c, '\u{ff61}'..='\u{ff9f}' | '\u{e000}'..='\u{f8ff}');
    if encoding != SHIFT_JIS
        || text.chars().filter(odd).count() * 2 < text.chars().filter(|c| !c.is_ascii()).count()
    {
        return None;
    }
    let (other, errors) = euc_jp::decode(bytes);
    // Real half-width kana may decode to kanji by chance, but hardly to full-width kana.
    let better =
        !errors && other.chars().any(is_full_width_kana) && likelihood(&other) > 2 * likelihood(text).max(1);
    better.then(|| Decoded::new(other, EUC_JP.name(), true))
}

/// Returns a better decoding if the label is wrong, even if `encoding` decodes without error.
fn wrong_for(encoding: &'static Encoding, bytes: &[u8]) -> Option<Decoded> {
    if [SHIFT_JIS, EUC_JP].contains(&encoding) && !bytes.iter().any(|b| matches!(b, 0xe1..=0xf4)) {
        // Without a lead byte of three- or four-byte UTF-8, the bytes may equally be half-width kana or kanji.
        return None;
    }
    if !encoding.is_ascii_compatible() {
        return None;
    }
    if let Some(decoded) = wrong_if_utf8(bytes) {
        return Some(decoded);
    }
    // Any bytes are valid in a single-byte charset. But if they also decode to full-width kana, that is no coincidence.
    let other = encoding.is_single_byte().then(|| detect(bytes))?;
    (is_japanese(&other.charset) && !other.lossy && other.text.chars().any(is_full_width_kana))
        .then_some(other)
}

fn wrong_if_utf8(bytes: &[u8]) -> Option<Decoded> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.is_ascii())?;
    Some(Decoded::new(text, "utf-8", true))
}

/// Decodes without a label: UTF-16, then valid or nearly valid UTF-8, then Japanese, then chardetng's guess.
fn detect(bytes: &[u8]) -> Decoded {
    if is_utf16(bytes) {
        return Decoded { guessed: true, ..utf16(bytes) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded::new(text, "utf-8", true);
    }
    let utf8 = String::from_utf8_lossy(bytes);
    let whole = utf8.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if damage(&utf8) * 8 < whole {
        return Decoded::new(utf8, "utf-8", true).lossy(true);
    }
    if let Some(decoded) = japanese(bytes) {
        return decoded;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(Some(b"jp"), Utf8Detection::Deny);
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    Decoded::new(text, encoding.name(), true).lossy(errors)
}

/// Detects the charset that texts of one sender share, joined because each one may be too short for detection.
pub(super) fn common(bytes: &[u8]) -> Option<&'static str> {
    let decoded = detect(bytes);
    ["utf-8", "shift_jis", "euc-jp"].into_iter().find(|name| !decoded.lossy && decoded.charset == *name)
}

/// Decodes as Shift_JIS or EUC-JP, whichever has the higher `likelihood`. `None` if neither is positive.
fn japanese(bytes: &[u8]) -> Option<Decoded> {
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
fn likelihood(text: &str) -> i64 {
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

fn is_full_width_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}

fn is_japanese(charset: &str) -> bool {
    matches!(charset, "utf-8" | "shift_jis" | "euc-jp" | "iso-2022-jp")
}

fn damage(text: &str) -> usize {
    text.matches('\u{fffd}').count()
}

fn mostly_damaged(text: &str) -> bool {
    damage(text) * 2 > text.chars().filter(|c| !c.is_ascii()).count()
}

/// Text labelled ISO-2022-JP without escape sequences: 8-bit half-width kana (CP50221), or another charset.
fn jis_without_escapes(bytes: &[u8]) -> Decoded {
    if jis::is_kana_run(bytes) {
        let (text, lossy) = jis::decode(bytes);
        return Decoded::new(text, "iso-2022-jp", false).lossy(lossy);
    }
    detect(bytes)
}

/// Without a byte order mark, UTF-16 is big-endian (RFC 2781, 4.3), unless line breaks and ASCII show little-endian.
fn utf16(bytes: &[u8]) -> Decoded {
    if !bytes.contains(&0)
        && let Some(decoded) = wrong_if_utf8(bytes).or_else(|| japanese(bytes))
    {
        return decoded;
    }
    if bytes.is_ascii() && !bytes.contains(&0) {
        return Decoded::new(String::from_utf8_lossy(bytes), "us-ascii", true);
    }
    let zeros = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let encoding = if zeros(1) > zeros(0) { UTF_16LE } else { UTF_16BE };
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    Decoded::new(text, encoding.name(), false).lossy(errors)
}

/// Text contains NUL only as half of an ASCII character in UTF-16.
///
/// Line breaks alone give some NULs, either all at even or all at odd offsets.
fn is_utf16(bytes: &[u8]) -> bool {
    let [mut even, mut odd] = [0_usize; 2];
    for pair in bytes.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    even.max(odd) * 20 > bytes.len() && even.min(odd) * 20 < even.max(odd)
}

fn utf32(bytes: &[u8]) -> Decoded {
    let little = bytes.starts_with(&[0xff, 0xfe, 0, 0])
        || (bytes.first().is_some_and(|&b| b != 0) && !bytes.starts_with(&[0, 0]));
    let units = bytes.chunks(4).map(|unit| {
        let unit: [u8; 4] = unit.try_into().unwrap_or([0xff; 4]);
        let code = if little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) };
        char::from_u32(code).unwrap_or('\u{fffd}')
    });
    let text: String = units.filter(|&c| c != '\u{feff}').collect();
    let lossy = damage(&text) > 0;
    Decoded::new(text, "utf-32", false).lossy(lossy)
}

/// UTF-7 (RFC 2152): runs of modified base64 between `+` and `-` contain UTF-16.
fn utf7(bytes: &[u8]) -> Decoded {
    if !bytes.is_ascii() {
        return detect(bytes);
    }
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|&b| b == b'+') {
        out.push_str(&String::from_utf8_lossy(&rest[..plus]));
        let run = &rest[plus + 1..];
        let len = run
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/'))
            .unwrap_or(run.len());
        let minus = usize::from(run.get(len) == Some(&b'-'));
        if len == 0 {
            out.push('+');
        } else {
            let mut units = Vec::new();
            super::transfer::base64_chunk(&run[..len], &mut units);
            units.truncate(units.len() / 2 * 2);
            out.push_str(&UTF_16BE.decode_without_bom_handling(&units).0);
        }
        rest = &run[len + minus..];
    }
    out.push_str(&String::from_utf8_lossy(rest));
    let lossy = damage(&out) > 0;
    Decoded::new(out, "utf-7", false).lossy(lossy)
}

/// Whether the bytes are certainly Shift_JIS or EUC-JP: they decode without error and contain full-width kana.
pub(super) fn is_clean_japanese(bytes: &[u8]) -> bool {
    japanese(bytes).is_some_and(|decoded| !decoded.lossy && decoded.text.chars().any(is_full_width_kana))
}

/// Decodes bytes that `jis` finds outside of any double-byte set: UTF-8 footers and stray Shift_JIS.
pub(super) fn stray(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => japanese(bytes)
            .map_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0, |d| Cow::Owned(d.text)),
    }
}
