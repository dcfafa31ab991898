//! The subject of a mail that says what a member's orders did.

use crate::desk::ticket::TicketNumber;

/// A subject from the first line of what was done: 「[ZT-2025-0005] 保留にしました」, 「… ほか1件」. Longer remarks in brackets are left
/// out, and so is what stands behind the first sentence.
#[must_use]
pub(in crate::letter) fn done_in_subject(lines: &[String]) -> String {
    /// Characters of a quoted text that a subject repeats.
    const SHORT: usize = 20;
    /// Characters in brackets that a subject repeats.
    const BRIEF: usize = 3;
    let first = lines.first().map_or("", |line| line.lines().next().unwrap_or_default());
    let (number, rest) = match first.split_once([' ', '：']) {
        Some((number, rest)) if number.parse::<TicketNumber>().is_ok() => (format!("[{number}] "), rest),
        _ => (String::new(), first),
    };
    let rest = rest.strip_prefix(['を', 'に', 'の']).unwrap_or(rest).trim_start();
    let (mut told, mut remark, mut depth) = (String::new(), String::new(), 0_usize);
    let mut quoted = None::<String>;
    for c in rest.chars() {
        match (&mut quoted, c) {
            (None, '（') => (depth, remark) = (depth + 1, if depth == 0 { String::new() } else { remark }),
            (None, '）') if depth > 0 => {
                depth -= 1;
                // 「1回目」 and days of the week.
                if depth == 0 && remark.chars().count() <= BRIEF {
                    told.push_str(&format!("（{remark}）"));
                }
            }
            (None, c) if depth > 0 => remark.push(c),
            (None, '。') => break,
            (None, '「') => quoted = Some(String::new()),
            (None, c) => told.push(c),
            (Some(text), '」') => {
                if text.chars().count() <= SHORT {
                    told.push_str(&format!("「{text}」"));
                }
                quoted = None;
            }
            (Some(text), c) => text.push(c),
        }
    }
    let more = if lines.len() > 1 { format!("（ほか{}件）", lines.len() - 1) } else { String::new() };
    format!("{number}{told}{more}")
}
