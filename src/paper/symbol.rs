//! Characters of symbol fonts, which have no meaning of their own in Unicode.

use super::Finding;

/// What a character of a font looks like. Symbol fonts have their glyphs at U+F020 to U+F0FF, and at the same
/// codes without F0; other fonts keep theirs.
pub(super) fn glyph(font: &str, c: char) -> Result<char, Finding> {
    let code = u32::from(c);
    let low = match code {
        0xF020..=0xF0FF => code - 0xF000,
        0x21..=0xFF => code,
        _ => return plain(c),
    };
    let font = font.trim().to_ascii_lowercase();
    match (font.as_str(), low) {
        ("wingdings", 0xFB..=0xFE) | ("wingdings 2", 0x50..=0x54 | 0x56) => Ok('☑'),
        ("wingdings", 0x6F | 0x71 | 0x72 | 0xA8) | ("wingdings 2", 0x2A | 0xA3) => Ok('☐'),
        ("wingdings", 0x6D | 0x99 | 0xA1 | 0xA2) => Ok('○'),
        ("wingdings", 0x6C | 0x9F) | ("wingdings 2", 0x97 | 0x98) => Ok('●'),
        ("wingdings", 0xA4) => Ok('◎'),
        // Bullets of lists.
        ("wingdings", 0x6E | 0x75 | 0x76 | 0x77 | 0x9E | 0xA7 | 0xD8) | ("symbol", 0xB7) => Ok('・'),
        ("wingdings" | "wingdings 2" | "wingdings 3" | "webdings", _) => Err(Finding::Symbol),
        ("symbol", _) if code >= 0xF020 => Err(Finding::Symbol),
        _ => plain(c),
    }
}

fn plain(c: char) -> Result<char, Finding> {
    match c {
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'.. => Err(Finding::PrivateUse),
        _ => Ok(c),
    }
}
