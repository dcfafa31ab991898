//! UTF-16, UTF-32 and UTF-7.

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::{Decoded, damage, detect, japanese::japanese, wrong_if_utf8};
use crate::mail::transfer;

/// Without a byte order mark, UTF-16 is big-endian (RFC 2781, 4.3), unless line breaks and ASCII show little-endian.
pub(super) fn utf16(bytes: &[u8]) -> Decoded {
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
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    let [mut even, mut odd] = [0_usize; 2];
    for pair in bytes.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    even.max(odd) * 20 > bytes.len() && even.min(odd) * 20 < even.max(odd)
}

pub(super) fn utf32(bytes: &[u8]) -> Decoded {
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
pub(super) fn utf7(bytes: &[u8]) -> Decoded {
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
            transfer::base64_chunk(&run[..len], &mut units);
            units.truncate(units.len() / 2 * 2);
            out.push_str(&UTF_16BE.decode_without_bom_handling(&units).0);
        }
        rest = &run[len + minus..];
    }
    out.push_str(&String::from_utf8_lossy(rest));
    let lossy = damage(&out) > 0;
    Decoded::new(out, "utf-7", false).lossy(lossy)
}
