//! How much of a text from outside a mail of ours shows, and how large a mail of ours may become. Strangers choose the length
//! of what they write; all limits on it are here.

use std::borrow::Cow;

use crate::desk::{
    form::{with_count, without_count},
    own_marks,
};

/// What a text is. Its discriminant is the limit in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The name of a file.
    File = 60,
    /// A name, an organisation, a subject.
    Line = 100,
    /// A mail address. RFC 5321, 4.5.3.1.3 allows 254.
    Address = 254,
    /// How somebody can be reached, or the beginning of an inquiry in a list.
    Beginning = 300,
    /// An inquiry that a letter quotes to its author.
    Quoted = 4_000,
    /// An inquiry or a mail in a notice about it alone.
    Whole = 8_000,
}

/// A text up to its limit, with a count of what is left out: 「…（ほか120字）」.
#[must_use]
pub fn shortened(text: &str, kind: Shown) -> Cow<'_, str> {
    match cut(text, kind) {
        (_, 0) => Cow::Borrowed(text),
        (shown, left_out) => Cow::Owned(with_count(shown, left_out)),
    }
}

/// A stranger's text for a mail to staff.
#[must_use]
pub fn for_staff(text: &str, kind: Shown) -> String {
    own_marks::disarmed(&shortened(text, kind))
}

/// An inquirer's text for a letter that quotes it.
#[must_use]
pub fn for_letter(text: &str, kind: Shown) -> String {
    own_marks::disarmed_if_marked(&shortened(text, kind))
}

/// The beginning of a text, and how many characters are left out.
pub(super) fn cut(text: &str, kind: Shown) -> (&str, usize) {
    // A ticket keeps long texts shortened, too.
    let (whole, left_out) = without_count(text);
    match whole.char_indices().nth(kind as usize) {
        Some((end, _)) => {
            let (shown, rest) = whole.split_at(end);
            (shown.trim_end(), rest.chars().count().saturating_add(left_out))
        }
        None => (text, 0),
    }
}

/// Bytes of a header and of the frame of a multipart mail, at most.
const HEADER: usize = 16 * 1024;

/// Bytes that a text takes in a mail: lines end with CRLF, and base64 makes 78 of 57.
fn encoded(text: &str) -> usize {
    let bytes = text.len() + text.bytes().filter(|byte| *byte == b'\n').count();
    bytes.div_ceil(57) * 78
}

/// Whether a mail with these texts has at most so many bytes, without its files.
#[must_use]
pub fn fits(texts: &[&str], most: usize) -> bool {
    texts.iter().map(|text| encoded(text)).sum::<usize>() <= most.saturating_sub(HEADER)
}

/// Bytes at the end of a mail to staff that stay when it is shortened: the signature, and above it in the digest the newest hash of
/// the audit, which must leave the machine.
const END: usize = 600;

/// The text of a mail that would be too large: whole lines of its beginning, with a note where the whole is found.
#[must_use]
pub fn fitted(body: &str, most: usize, for_staff: bool) -> String {
    // Half of the bytes of base64 are enough for a text with many short lines, whose ends count twice.
    let room = most.saturating_sub(HEADER) / 78 * 57 / 2;
    let cut = body.floor_char_boundary(room.min(body.len()));
    let (shown, rest) = body.split_at(cut);
    let shown = shown.rsplit_once('\n').map_or(shown, |(lines, _)| lines);
    let kept = if for_staff { rest.len().min(END) } else { 0 };
    let (_, end) = rest.split_at(rest.ceil_char_boundary(rest.len() - kept));
    let end = end.split_once('\n').map_or("", |(_, lines)| lines.trim());
    let left_out = body.chars().count() - shown.chars().count() - end.chars().count();
    let note = if for_staff {
        "全文は、窓口の記録でご確認ください。照会は「全文」とご返信いただくと元のメールを、「一覧」とご返信いただくと最新の一覧をお送りします"
    } else {
        "お送りいただいた内容は、すべて窓口で受け取っています"
    };
    let shown = shown.trim_end();
    let end = if end.is_empty() { String::new() } else { format!("\n{end}\n") };
    format!("{shown}\n\n（長いため、ここから先の{left_out}字を省略しました。{note}。）\n{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::form::bounded;

    #[test]
    fn a_text_is_shortened_with_a_count_of_what_is_left_out() {
        for (name, text, expected) in [
            ("short", "星川市".to_owned(), "星川市".to_owned()),
            ("at the limit", "市".repeat(100), "市".repeat(100)),
            ("one more", "市".repeat(101), format!("{}…（ほか1字）", "市".repeat(100))),
            ("long", "市".repeat(100_000), format!("{}…（ほか99900字）", "市".repeat(100))),
            (
                "a count that a stranger wrote",
                format!("{}…（ほか{}字）", "市".repeat(101), usize::MAX),
                format!("{}…（ほか{}字）", "市".repeat(100), usize::MAX),
            ),
            (
                "as a ticket keeps it",
                bounded(&"市".repeat(100_000), 1_000),
                format!("{}…（ほか99900字）", "市".repeat(100)),
            ),
            ("four bytes", "𠮷".repeat(220), format!("{}…（ほか120字）", "𠮷".repeat(100))),
            (
                "blanks at the cut",
                format!("{}　　x", "市".repeat(98)),
                format!("{}…（ほか1字）", "市".repeat(98)),
            ),
        ] {
            assert_eq!(shortened(&text, Shown::Line), expected, "{name}");
        }
    }

    #[test]
    fn a_mark_in_the_shown_part_is_disarmed() {
        let text = "#7k3m9qxt2b4c5d ".repeat(100);
        assert_eq!(own_marks::find(&for_staff(&text, Shown::Line)), None);
        assert_eq!(own_marks::find(&for_letter(&text, Shown::Line)), None);
    }

    #[test]
    fn a_text_that_is_too_large_fits_afterwards() {
        for (name, text) in [
            ("Japanese", "会議の例を教えてください。\n".repeat(200_000)),
            ("one line", "会議".repeat(2_000_000)),
            ("line ends", "\n".repeat(4_000_000)),
            ("ASCII", "a\n".repeat(2_000_000)),
        ] {
            for most in [100_000, 1_000_000] {
                let shown = fitted(&text, most, true);
                assert!(!fits(&[&text], most) && fits(&[&shown], most), "{name}");
                assert!(shown.contains("字を省略しました"), "{name}");
            }
        }
        let digest = format!("{}記録の照合値：00ff\n\n----\n窓口\n----\n", "照会です。\n".repeat(200_000));
        assert!(fitted(&digest, 100_000, true).ends_with("記録の照合値：00ff\n\n----\n窓口\n----\n"));
        assert!(!fitted(&digest, 100_000, false).contains("照合値"));
    }
}
