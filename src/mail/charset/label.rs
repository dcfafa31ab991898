//! The names of charsets, in any spelling.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_8859_8_I, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS,
    UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};
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
        _ => library_label(label, name),
    }
}

/// Looks a label up in the tables of the libraries, also without its hyphens: `KOI8R`, `win1251`. `squeezed` is the label's
/// letters and digits.
fn library_label(label: &str, squeezed: &str) -> Label {
    let known = Encoding::for_label_no_replacement(label.as_bytes())
        .or_else(|| Encoding::for_label_no_replacement(squeezed.as_bytes()))
        .or_else(|| by_squeezed_name(squeezed));
    match known {
        Some(encoding) => Label::Known(encoding),
        None => charset_decoder(label.as_bytes()).map_or(Label::Unknown, Label::Rare),
    }
}

fn by_squeezed_name(squeezed: &str) -> Option<&'static Encoding> {
    /// Encodings whose names lose their meaning for encoding_rs together with their hyphens.
    static HYPHENATED: [&Encoding; 23] = [
        BIG5,
        EUC_KR,
        GB18030,
        GBK,
        IBM866,
        ISO_8859_8_I,
        KOI8_R,
        KOI8_U,
        MACINTOSH,
        UTF_16BE,
        UTF_16LE,
        WINDOWS_874,
        WINDOWS_1250,
        WINDOWS_1251,
        WINDOWS_1252,
        WINDOWS_1253,
        WINDOWS_1254,
        WINDOWS_1255,
        WINDOWS_1256,
        WINDOWS_1257,
        WINDOWS_1258,
        X_MAC_CYRILLIC,
        UTF_8,
    ];
    let digits = squeezed.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let code_page =
        matches!(&squeezed[..squeezed.len() - digits.len()], "win" | "windows" | "cp" | "ms" | "ansi")
            .then(|| format!("windows{digits}"));
    let wanted = code_page.as_deref().unwrap_or(squeezed);
    HYPHENATED.into_iter().find(|encoding| {
        let name = encoding.name().bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
        name.eq(wanted.bytes())
    })
}
