//! Finds mail addresses in a contact field, and blanks them so that `telephone` does not read their digits.

use super::Finding;

/// Returns the addresses in the given case, and blanks their characters.
pub(super) fn take(chars: &mut [char], findings: &mut Vec<Finding>) -> Vec<String> {
    unmask(chars, findings);
    let mut addresses: Vec<String> = Vec::new();
    let mut from = 0;
    while let Some(at) = chars.iter().skip(from).position(|c| *c == '@').map(|offset| from + offset) {
        let (start, end) = bounds(chars, from, at);
        let address: String =
            chars.get(start..end).unwrap_or_default().iter().filter(|c| **c != ' ').collect();
        if is_address(&address) {
            if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
                addresses.push(address);
            }
        } else {
            findings.push(Finding::of(
                "address_incomplete",
                "text with an @ in the contact field is not a complete mail address",
            ));
        }
        blank(chars, start, end.max(at + 1));
        from = end.max(at + 1);
    }
    blank_links(chars);
    addresses
}

/// Replaces `(at)` by `@`: people write `taro(at)example.jp` to avoid address harvesting.
fn unmask(chars: &mut [char], findings: &mut Vec<Finding>) {
    for at in 0..chars.len() {
        let masked = matches!(
            chars.get(at..at + 4),
            Some(['(' | '[' | '{' | '<', 'a' | 'A', 't' | 'T', ')' | ']' | '}' | '>'])
        );
        if masked {
            for (c, plain) in chars.iter_mut().skip(at).zip(['@', ' ', ' ', ' ']) {
                *c = plain;
            }
            findings.push(Finding::of("address_masked", "a mail address was written with (at) instead of @"));
        }
    }
}

/// Start and end (exclusive) of the address around the @ at `at`. One blank before the @ and up to four after it are
/// allowed.
fn bounds(chars: &[char], from: usize, at: usize) -> (usize, usize) {
    let before = chars.get(from..at).unwrap_or_default();
    let gap = usize::from(before.last() == Some(&' '));
    let local = before.iter().rev().skip(gap).take_while(|c| is_local(**c)).count();
    let start = at - gap - local;
    // A local part begins with a letter, a digit or an underscore.
    let start = start
        + chars
            .get(start..at)
            .unwrap_or_default()
            .iter()
            .take_while(|c| !c.is_ascii_alphanumeric() && **c != '_')
            .count();
    let behind = chars.get(at + 1..).unwrap_or_default();
    let gap = behind.iter().take(4).take_while(|c| **c == ' ').count();
    let domain =
        behind.iter().skip(gap).take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).count();
    let mut end = at + 1 + gap + domain;
    while domain > 0 && end > at && chars.get(end - 1).is_some_and(|c| matches!(c, '.' | '-')) {
        end -= 1;
    }
    (start, end)
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._%+-~&#!$*=^?'".contains(c)
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((host, top)) = domain.rsplit_once('.') else {
        return false;
    };
    !local.is_empty()
        && !host.is_empty()
        && !host.starts_with('.')
        && !host.contains("..")
        && top.len() >= 2
        && top.chars().all(|c| c.is_ascii_alphabetic())
}

/// Blanks URLs, whose digits are no telephone number either.
fn blank_links(chars: &mut [char]) {
    let mut at = 0;
    while at < chars.len() {
        let rest = chars.get(at..).unwrap_or_default();
        if matches!(rest, ['h', 't', 't', 'p', ..] | ['w', 'w', 'w', '.', ..]) {
            let length = rest.iter().take_while(|c| c.is_ascii_graphic()).count();
            blank(chars, at, at + length);
            at += length;
        } else {
            at += 1;
        }
    }
}

fn blank(chars: &mut [char], from: usize, to: usize) {
    for c in chars.iter_mut().take(to).skip(from) {
        *c = '\u{1}';
    }
}
