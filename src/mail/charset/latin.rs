//! Tells Western European text in one-byte charsets apart from Shift_JIS and EUC-JP.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Latin {
    Certain,
    /// Only if the bytes are no Japanese without private-use characters.
    Possible,
}

/// Whether the bytes look like text of windows-1252: each byte above ASCII is a letter or a typographic mark there, and
/// stands alone or beside one other in a word of ASCII letters.
///
/// Japanese characters have two such bytes or follow one another. Katakana of Shift_JIS have one, but it is 0x83, which is
/// no letter of a European word.
pub(super) fn latin(bytes: &[u8]) -> Option<Latin> {
    let (mut letters, mut alone, mut in_words, mut run) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (at, &b) in bytes.iter().enumerate() {
        match b {
            0..=0x7f => run = 0,
            // €, …, Š, Œ, quotes and dashes, š, œ, and the marks of Latin-1.
            0x80
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
            | 0xbf => run += 1,
            0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff => {
                run += 1;
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                let beside = [before, bytes.get(at + 1)];
                let in_word = beside.into_iter().flatten().any(u8::is_ascii_alphabetic);
                letters += 1;
                in_words += usize::from(in_word);
                alone += usize::from(in_word && beside.into_iter().flatten().all(u8::is_ascii));
            }
            _ => return None,
        }
        if run > 2 {
            return None;
        }
    }
    match letters {
        0 => None,
        _ if alone * 3 >= letters * 2 => Some(Latin::Certain),
        _ => (in_words * 3 >= letters * 2).then_some(Latin::Possible),
    }
}
