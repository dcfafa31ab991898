//! Decodes bytes of any charset: by the declared label if the bytes fit it, otherwise by detection, reported as a guess.
//! `jis` decodes ISO-2022-JP and its variants; `transfer` has decoded the transfer encoding before.

mod japanese;
mod label;
mod latin;
mod unicode;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::{euc_jp, jis};
use japanese::{is_full_width_kana, japanese, likelihood};
use label::{Label, parse_label};
use latin::{Latin, latin};
use unicode::{is_utf16, utf7, utf16, utf32};

pub(super) use japanese::{is_clean_japanese, stray};

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
    // `latin` first: it stops at the first Japanese character.
    let may_be_latin = [SHIFT_JIS, EUC_JP, UTF_8].contains(&encoding) && latin(bytes).is_some();
    if may_be_latin && (errors || text.contains(is_private_use)) {
        return detect(bytes);
    }
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

/// Decodes without a label: UTF-16, then valid or nearly valid UTF-8, then Latin, then Japanese, then chardetng's guess.
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
    let japanese = japanese(bytes).filter(|decoded| match latin(bytes) {
        Some(Latin::Certain) => false,
        Some(Latin::Possible) => !decoded.lossy && !decoded.text.contains(is_private_use),
        None => true,
    });
    if let Some(decoded) = japanese {
        return decoded;
    }
    if latin(bytes).is_some() {
        return Decoded::new(WINDOWS_1252.decode_without_bom_handling(bytes).0, WINDOWS_1252.name(), true);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(Some(b"jp"), Utf8Detection::Deny);
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    Decoded::new(text, encoding.name(), true).lossy(errors)
}

/// The charset that raw texts of one sender share, joined because each one may be too short for detection. `declared` is the
/// charset of the sender's body.
pub(super) fn common(declared: Option<&str>, bytes: &[u8]) -> Option<&'static str> {
    if let Some(label) = declared {
        let decoded = decode(declared, bytes);
        if !decoded.guessed && !decoded.lossy && matches!(parse_label(label), Label::Known(_)) {
            return Encoding::for_label(decoded.charset.as_bytes()).map(Encoding::name);
        }
    }
    let decoded = detect(bytes);
    let sure = ["utf-8", "shift_jis", "euc-jp", "windows-1252"];
    sure.into_iter().find(|name| !decoded.lossy && decoded.charset == *name)
}

/// Whether a label names a charset that we can decode.
pub(super) fn is_known(label: &str) -> bool {
    !matches!(parse_label(label), Label::Missing | Label::Unknown)
}

/// Text labelled ISO-2022-JP without escape sequences: 8-bit half-width kana (CP50221), or another charset.
fn jis_without_escapes(bytes: &[u8]) -> Decoded {
    if jis::is_kana_run(bytes) {
        let (text, lossy) = jis::decode(bytes);
        return Decoded::new(text, "iso-2022-jp", false).lossy(lossy);
    }
    detect(bytes)
}

fn is_japanese(charset: &str) -> bool {
    matches!(charset, "utf-8" | "shift_jis" | "euc-jp" | "iso-2022-jp")
}

fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}')
}

fn damage(text: &str) -> usize {
    text.matches('\u{fffd}').count()
}

fn mostly_damaged(text: &str) -> bool {
    damage(text) * 2 > text.chars().filter(|c| !c.is_ascii()).count()
}
