//! Decodes uuencode (POSIX.1-2017, uuencode): a body in this encoding, and files that old programs put between the lines
//! of a text.

use memchr::memmem;

use super::{field::cut_line, transfer};

/// A file in a text. Its name is in the charset of the text.
pub(super) struct File<'a> {
    pub name: &'a [u8],
    pub bytes: Vec<u8>,
}

/// Takes the files out of a text. `None` if it has none; a file with a broken line stays text.
pub(super) fn split(text: &[u8]) -> Option<(Vec<u8>, Vec<File<'_>>)> {
    let begins = [&b"begin "[..], b"begin-base64 "];
    let first = begins.iter().filter_map(|begin| memmem::find(text, begin)).min()?;
    let mut rest = text.get(first..)?;
    let mut kept = text[..text.len() - rest.len()].to_vec();
    let mut files = Vec::new();
    let mut at_line = kept.last().is_none_or(|&b| b == b'\n');
    while !rest.is_empty() {
        rest = if let Some((file, after)) = file(rest).filter(|_| at_line) {
            files.push(file);
            after
        } else {
            let after = cut_line(rest).1;
            kept.extend_from_slice(&rest[..rest.len() - after.len()]);
            after
        };
        at_line = true;
    }
    (!files.is_empty()).then_some((kept, files))
}

/// Decodes a body from its `begin` to its `end`, however broken. `None` if there is no `begin`.
pub(super) fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end);
    lines.find(|line| line.starts_with(b"begin "))?;
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    for line in lines.take_while(|line| *line != b"end") {
        decode_line(line, &mut out);
    }
    Some(out)
}

/// The file whose `begin` is the first line, and the text behind its `end`.
fn file(text: &[u8]) -> Option<(File<'_>, &[u8])> {
    let (first, mut rest) = cut_line(text);
    if let Some(first) = first.strip_prefix(b"begin-base64 ") {
        return base64_file(name(first)?, rest);
    }
    let name = name(first.strip_prefix(b"begin ")?)?;
    let mut bytes = Vec::new();
    loop {
        let (line, after) = cut_line(rest);
        if line.trim_ascii_end() == b"end" {
            return Some((File { name, bytes }, after));
        }
        let is_end = rest.is_empty() || matches!(line.trim_ascii_end(), b"" | b"`");
        if is_end && cut_line(after).0.trim_ascii_end() != b"end" {
            // The line `end` is missing.
            return (!bytes.is_empty()).then_some((File { name, bytes }, after));
        }
        if !is_end && !is_data(line) {
            return None;
        }
        decode_line(line, &mut bytes);
        rest = after;
    }
}

/// The file that `uuencode -m` wrote, and the text behind its last line `====`.
fn base64_file<'a>(name: &'a [u8], text: &'a [u8]) -> Option<(File<'a>, &'a [u8])> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = cut_line(rest);
        let line = line.trim_ascii_end();
        if line == b"====" {
            return Some((File { name, bytes }, after));
        }
        let is_data = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
        if line.is_empty() || !line.iter().all(is_data) {
            return None;
        }
        transfer::base64_chunk(line, &mut bytes);
        rest = after;
    }
}

/// The name in `644 name`.
fn name(line: &[u8]) -> Option<&[u8]> {
    let rest = line.trim_ascii_start();
    let mode = rest.iter().take_while(|b| matches!(b, b'0'..=b'7')).count();
    let name = rest.get(mode..)?.strip_prefix(b" ")?.trim_ascii();
    (matches!(mode, 3 | 4) && !name.is_empty()).then_some(name)
}

/// Whether the characters and the length of a line are those of data. Some programs add a check character; blanks at the
/// end may be lost.
fn is_data(line: &[u8]) -> bool {
    let [length, data @ ..] = line else { return false };
    let groups = usize::from(length.wrapping_sub(b' ') & 0x3f).div_ceil(3);
    data.len() <= groups * 4 + 1 && line.iter().all(|b| matches!(b, b' '..=b'`'))
}

fn decode_line(line: &[u8], out: &mut Vec<u8>) {
    let Some((&length, data)) = line.split_first() else { return };
    let wanted = out.len() + usize::from(length.wrapping_sub(b' ') & 0x3f);
    let value = |b: u8| u32::from(b.wrapping_sub(b' ') & 0x3f);
    for group in data.chunks(4) {
        let bits = (0..4).fold(0_u32, |bits, i| bits << 6 | group.get(i).map_or(0, |&b| value(b)));
        out.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    out.truncate(wanted);
}
