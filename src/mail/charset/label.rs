//! The names of charsets, in any spelling.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8};
use mail_parser::decoders::charsets::map::charset_decoder;

/// A parsed charset label.
#[derive(Clone, Copy)]
pub(super) enum Label {
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

/// Parses a label in any spelling. encoding_rs (WHATWG Encoding Standard) and mail-parser handle other names.
pub(super) fn parse_label(label: &str) -> Label {
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
