//! Tells Western European text in one-byte charsets apart from Shift_JIS and EUC-JP.

/// Whether the bytes are text of windows-1252: each byte above ASCII is a letter or a typographic mark there, and most
/// stand alone in a word of ASCII letters. Japanese characters have two such bytes or follow one another; katakana of
/// Shift_JIS, which have one, begin with 0x83, which is no letter of a European word.
pub(super) fn is_latin(bytes: &[u8]) -> bool {
    let (mut letters, mut alone) = (0_usize, 0_usize);
    for (at, &b) in bytes.iter().enumerate() {
        match b {
            0..=0x7f
            | 0x80
            | 0x85
            | 0x8a
            | 0x8c
            | 0x91..=0x97
            | 0x9a
            | 0x9c
            | 0xa0
            | 0xa1
            | 0xa7
            | 0xab
            | 0xb0
            | 0xb4
            | 0xb7
            | 0xba
            | 0xbb
            | 0xbf => {}
            0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff => {
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                let after = bytes.get(at + 1);
                let single = before.is_none_or(u8::is_ascii) && after.is_none_or(u8::is_ascii);
                let in_word = [before, after].into_iter().flatten().any(u8::is_ascii_alphabetic);
                letters += 1;
                alone += usize::from(single && in_word);
            }
            _ => return false,
        }
    }
    letters > 0 && alone * 10 >= letters * 7
}
