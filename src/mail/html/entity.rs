//! Decodes character references (WHATWG HTML, 13.2.5.72). The names come from the table of mail-parser.

use encoding_rs::WINDOWS_1252;
use mail_parser::decoders::html::add_html_token;

/// In bytes. The longest name in the standard has 31 letters.
const MAX_NAME: usize = 32;

/// Appends the decoded reference at the start of `text` to `out`.
///
/// Returns its length in bytes, or `None` for a plain ampersand.
pub(super) fn decode(text: &str, out: &mut String) -> Option<usize> {
    let body = text.strip_prefix('&')?;
    let len = body.bytes().take(MAX_NAME).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    let (name, after) = body.split_at(len);
    let semicolon = usize::from(after.starts_with(';'));
    if let Some(number) = name.strip_prefix('#') {
        out.push(numeric(number)?);
    } else if semicolon == 1 {
        named(name, out)?;
    } else if matches!(name, "nbsp" | "amp" | "lt" | "gt" | "quot" | "copy" | "reg" | "yen") {
        // Legacy references, which browsers accept without the semicolon.
        named(name, out)?;
    } else {
        return None;
    }
    Some(1 + len + semicolon)
}

fn named(name: &str, out: &mut String) -> Option<()> {
    let reference = format!("&{name};");
    let start = out.len();
    add_html_token(out, reference.as_bytes(), false);
    if out[start..] == reference {
        out.truncate(start);
        return None;
    }
    Some(())
}

fn numeric(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    // Browsers decode 128 to 159 as Windows-1252.
    if let Ok(byte @ 0x80..=0x9f) = u8::try_from(code) {
        return WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
    }
    Some(char::from_u32(code).unwrap_or('\u{fffd}'))
}
