//! Decodes ISO-2022-JP and its variants (RFC 1468, 1554, 2237, CP50220 to 50222, ISO-2022-JP-3), including malformed text.
//! `charset` handles labels and decides which bytes are ISO-2022-JP.

use std::sync::LazyLock;

use encoding_rs::{EUC_JP, EUC_KR, GBK, ISO_8859_7};
use memchr::memchr;

use super::{charset, jis_x0213};

const ESC: u8 = 0x1b;

/// A character set that an escape sequence selects for the following 7-bit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// JIS X 0201 Roman: ASCII with ¥ and ‾ in place of the backslash and the tilde.
    Roman,
    /// JIS X 0201 (half-width) katakana.
    Kana,
    /// JIS X 0208 with the NEC and IBM extensions of Windows.
    X0208,
    X0212,
    /// JIS X 0213, plane 1 or 2.
    X0213(u8),
    Gb2312,
    Ksc5601,
}

impl Set {
    fn is_double(self) -> bool {
        !matches!(self, Self::Ascii | Self::Roman | Self::Kana)
    }

    fn codec(self) -> Codec {
        match self {
            Self::Gb2312 => Codec::Gb,
            Self::Ksc5601 => Codec::Ks,
            Self::X0213(plane) => Codec::X0213(plane),
            _ => Codec::EucJp,
        }
    }
}

/// The decoder for a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    EucJp,
    Gb,
    Ks,
    X0213(u8),
}

/// JIS X 0208 with the extensions of NEC and IBM, row by row, taken from the EUC-JP decoder of encoding_rs.
///
/// A table is much faster than decoding every character through EUC-JP.
static X0208: LazyLock<Vec<char>> = LazyLock::new(|| {
    let pairs = (0xa1..=0xfe).flat_map(|row| (0xa1..=0xfe).map(move |cell| [row, cell]));
    let decoded = pairs.map(|pair| EUC_JP.decode_without_bom_handling(&pair).0.chars().next());
    decoded.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
});

/// Whether the bytes contain an escape sequence that proves ISO-2022-JP. The one to ASCII alone does not.
pub(super) fn has_escapes(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = memchr(ESC, rest) {
        rest = &rest[at..];
        if escape(rest).is_some_and(|(kind, _)| !matches!(kind, Escape::Set(Set::Ascii) | Escape::Nothing)) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// Whether all bytes above ASCII are half-width kana rather than kana or kanji in EUC-JP.
pub(super) fn is_kana_run(bytes: &[u8]) -> bool {
    let high: Vec<u8> = bytes.iter().copied().filter(|b| !b.is_ascii()).collect();
    let euc_kana = high.chunks(2).filter(|pair| matches!(pair, [0xa4 | 0xa5, _])).count();
    high.iter().all(|b| matches!(b, 0xa1..=0xdf)) && euc_kana * 4 < high.len().max(1)
}

/// The meaning of an escape sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Set(Set),
    /// Selects the 96-character set for single shifts (RFC 1554): ISO 8859-7 if true, ISO 8859-1 if false.
    Greek(bool),
    /// The next character is from the set for single shifts.
    SingleShift,
    Nothing,
}

/// Parses the escape sequence at the start of `bytes`; also returns its length.
fn escape(bytes: &[u8]) -> Option<(Escape, usize)> {
    Some(match bytes {
        [ESC, b'$', b'@' | b'B', ..] => (Escape::Set(Set::X0208), 3),
        [ESC, b'$', b'A', ..] => (Escape::Set(Set::Gb2312), 3),
        [ESC, b'$', b'(', b'@' | b'B', ..] => (Escape::Set(Set::X0208), 4),
        [ESC, b'$', b'(', b'D' | b'?', ..] => (Escape::Set(Set::X0212), 4),
        [ESC, b'$', b'(', b'O' | b'Q', ..] => (Escape::Set(Set::X0213(1)), 4),
        [ESC, b'$', b'(', b'P', ..] => (Escape::Set(Set::X0213(2)), 4),
        [ESC, b'$', b'(', b'C', ..] => (Escape::Set(Set::Ksc5601), 4),
        [ESC, b'$', b'(', b'A', ..] => (Escape::Set(Set::Gb2312), 4),
        [ESC, b'(', b'B', ..] => (Escape::Set(Set::Ascii), 3),
        [ESC, b'(', b'J' | b'H', ..] => (Escape::Set(Set::Roman), 3),
        [ESC, b'(', b'I', ..] | [ESC, b')', b'I', ..] => (Escape::Set(Set::Kana), 3),
        [ESC, b'&', b'@', ..] => (Escape::Nothing, 3),
        [ESC, b'.', b'A', ..] => (Escape::Greek(false), 3),
        [ESC, b'.', b'F', ..] => (Escape::Greek(true), 3),
        [ESC, b'N', ..] => (Escape::SingleShift, 2),
        _ => return None,
    })
}

/// Decodes ISO-2022-JP and text of other charsets within it. The flag is true if some bytes could not be decoded.
pub(super) fn decode(bytes: &[u8]) -> (String, bool) {
    let mut reader = Reader {
        rest: bytes,
        out: String::with_capacity(bytes.len()),
        set: Set::Ascii,
        shifted: false,
        greek: false,
        lead: None,
        run: Vec::new(),
        next_escape: None,
    };
    while reader.step() {}
    reader.flush_lead();
    reader.flush_run();
    let lossy = reader.out.contains('\u{fffd}');
    (reader.out, lossy)
}

struct Reader<'a> {
    rest: &'a [u8],
    out: String,
    set: Set,
    /// Between SO and SI, single bytes are katakana.
    shifted: bool,
    greek: bool,
    /// The first byte of a double-byte character. Kept across escapes, because senders split lines inside a character.
    lead: Option<u8>,
    /// Bytes not yet decoded, in the form that the codec of `set` takes.
    run: Vec<u8>,
    /// Cached result of a search: the length of `rest` at the next escape that selects a set, and whether that set is
    /// double-byte or kana. The flag is `None` if no such escape is left.
    next_escape: Option<(usize, Option<bool>)>,
}

impl Reader<'_> {
    fn step(&mut self) -> bool {
        let Some(&byte) = self.rest.first() else {
            return false;
        };
        match byte {
            ESC => self.escape(),
            0x0e | 0x0f => {
                self.shifted = byte == 0x0e;
                self.advance(1);
            }
            b'\r' | b'\n' => self.line_end(byte),
            _ if self.shifted => self.kana(byte),
            0x80.. => self.eight_bit(),
            0x21..=0x7e if self.set.is_double() => self.double_byte(byte),
            0x21..=0x5f if self.set == Set::Kana => self.kana(byte),
            _ => self.single(byte),
        }
        true
    }

    fn advance(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    fn escape(&mut self) {
        let Some((found, len)) = escape(self.rest) else {
            // Malformed sequence: drop the escape byte and keep the rest.
            self.advance(1);
            return;
        };
        self.advance(len);
        match found {
            Escape::Set(set) => self.select(set),
            Escape::Greek(greek) => self.greek = greek,
            Escape::SingleShift => {
                if let Some(&byte) = self.rest.first() {
                    self.flush_lead();
                    self.flush_run();
                    let high = [byte | 0x80];
                    let latin = char::from(high[0]).to_string();
                    let text = if self.greek {
                        ISO_8859_7.decode_without_bom_handling(&high).0.into_owned()
                    } else {
                        latin
                    };
                    self.out.push_str(&text);
                    self.advance(1);
                }
            }
            Escape::Nothing => {}
        }
    }

    fn select(&mut self, set: Set) {
        self.shifted = false;
        if set.codec() != self.set.codec() {
            self.flush_run();
        }
        self.set = set;
    }

    fn line_end(&mut self, byte: u8) {
        self.flush_lead();
        self.plain(byte);
        self.advance(1);
        self.shifted = false;
        if byte == b'\n' && self.set != Set::Ascii && !self.set_continues() {
            self.select(Set::Ascii);
        }
    }

    /// Whether the set continues on the next line. RFC 1468 requires a reset to ASCII before the line end, but some
    /// senders omit it. The set continues if the next escape leaves it, and ends here if the next escape enters one.
    fn set_continues(&mut self) -> bool {
        let known = self.next_escape.filter(|(left, _)| *left <= self.rest.len());
        let (left, enters) = known.unwrap_or_else(|| {
            let mut rest = self.rest;
            let mut found = None;
            while let Some(at) = memchr(ESC, rest) {
                rest = &rest[at..];
                if let Some((Escape::Set(set), _)) = escape(rest) {
                    found = Some(set.is_double() || set == Set::Kana);
                    break;
                }
                rest = &rest[1..];
            }
            (if found.is_some() { rest.len() } else { 0 }, found)
        });
        self.next_escape = Some((left, enters));
        match enters {
            Some(enters) => !enters,
            None => self.next_line_is_double(),
        }
    }

    /// Decides by the next line if no escape is left: it must be pairs of kana, kanji and punctuation, without spaces.
    fn next_line_is_double(&self) -> bool {
        let line = self.rest.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
        let pairs = || line.chunks(2);
        let valid = |pair: &[u8]| matches!(pair, [0x21..=0x28 | 0x30..=0x74, 0x21..=0x7e]);
        let kana = pairs().filter(|pair| matches!(pair, [0x24 | 0x25, _])).count();
        self.set.is_double() && !line.is_empty() && pairs().all(valid) && kana * 6 >= line.len() / 2
    }

    fn double_byte(&mut self, byte: u8) {
        if self.set == Set::X0208 && self.lead.is_none() {
            let len =
                self.rest.iter().position(|b| !matches!(b, 0x21..=0x7e)).unwrap_or(self.rest.len()) & !1;
            if len > 0 {
                self.pairs(len);
                return;
            }
        }
        self.advance(1);
        let Some(lead) = self.lead.replace(byte) else {
            return;
        };
        self.lead = None;
        match self.set {
            Set::X0212 => self.run.extend_from_slice(&[0x8f, lead | 0x80, byte | 0x80]),
            Set::X0213(_) => self.run.extend_from_slice(&[lead, byte]),
            _ => self.run.extend_from_slice(&[lead | 0x80, byte | 0x80]),
        }
    }

    /// Fast path: decodes a run of whole JIS X 0208 characters, which make up most of a Japanese mail.
    fn pairs(&mut self, len: usize) {
        self.flush_run();
        let (run, rest) = self.rest.split_at(len);
        self.rest = rest;
        for pair in run.chunks_exact(2) {
            if let [row @ 0x21..=0x7e, cell @ 0x21..=0x7e] = *pair {
                self.out.push(X0208[usize::from(row - 0x21) * 94 + usize::from(cell - 0x21)]);
            }
        }
    }

    fn kana(&mut self, byte: u8) {
        self.advance(1);
        self.flush_lead();
        match byte & 0x7f {
            kana @ 0x21..=0x5f if self.set.codec() == Codec::EucJp => {
                self.run.extend_from_slice(&[0x8e, kana | 0x80]);
            }
            kana @ 0x21..=0x5f => {
                self.flush_run();
                self.out.extend(char::from_u32(0xff40 + u32::from(kana)));
            }
            other => self.plain(other),
        }
    }

    fn single(&mut self, byte: u8) {
        self.flush_lead();
        if self.set == Set::Ascii {
            let len =
                self.rest.iter().position(|b| !matches!(b, b' '..=b'~')).unwrap_or(self.rest.len()).max(1);
            self.flush_run();
            self.out.push_str(&String::from_utf8_lossy(&self.rest[..len]));
            self.advance(len);
            return;
        }
        self.advance(1);
        match (self.set, byte) {
            (Set::Roman, b'\\' | b'~') => {
                self.flush_run();
                self.out.push(if byte == b'~' { '‾' } else { '¥' });
            }
            _ => self.plain(byte),
        }
    }

    /// Appends a 7-bit byte as it is.
    fn plain(&mut self, byte: u8) {
        self.flush_run();
        self.out.push(char::from(byte));
    }

    /// Decodes bytes above ASCII: half-width kana (CP50221), or text of another charset within the mail.
    fn eight_bit(&mut self) {
        self.flush_lead();
        self.flush_run();
        let high_only = self.rest.iter().position(u8::is_ascii).unwrap_or(self.rest.len());
        if is_kana_run(&self.rest[..high_only]) {
            for _ in 0..high_only {
                self.kana(self.rest.first().copied().unwrap_or_default());
            }
            return;
        }
        let end = self
            .rest
            .iter()
            .position(|&b| b == ESC || matches!(b, b'\r' | b'\n' | b' '))
            .unwrap_or(self.rest.len());
        let text = charset::stray(&self.rest[..end]);
        self.out.push_str(&text);
        self.advance(end);
    }

    fn flush_lead(&mut self) {
        if self.lead.take().is_some() {
            self.flush_run();
            self.out.push('\u{fffd}');
        }
    }

    fn flush_run(&mut self) {
        if self.run.is_empty() {
            return;
        }
        let run = std::mem::take(&mut self.run);
        let text = match self.set.codec() {
            Codec::EucJp => EUC_JP.decode_without_bom_handling(&run).0,
            Codec::Gb => GBK.decode_without_bom_handling(&run).0,
            Codec::Ks => EUC_KR.decode_without_bom_handling(&run).0,
            Codec::X0213(plane) => jis_x0213::decode(plane, &run).into(),
        };
        self.out.push_str(&text);
        self.run = run;
        self.run.clear();
    }
}
