//! Finds telephone numbers in a contact field and formats them half-width with hyphens.
//! Fax numbers become findings; extensions (内線) stay in the text of the contact field.

use super::Finding;

/// The numbers in order, without duplicates.
pub(super) fn find(chars: &[char], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last = 0;
    let mut at = 0;
    while at < chars.len() {
        if !begins(chars, at, last) {
            at += 1;
            continue;
        }
        let number = number(chars, at);
        let Some(formatted) = number.formatted() else {
            if number.looks_incomplete() && chars.get(at.wrapping_sub(1)) != Some(&'〒') {
                findings.push(Finding::of(
                    "telephone_incomplete",
                    "a possible telephone number has too few or too many digits",
                ));
            }
            at = number.end.max(at + 1);
            continue;
        };
        let before: String = chars.get(last..at).unwrap_or_default().iter().rev().take(24).rev().collect();
        if is_fax(&before, chars.get(number.end..).unwrap_or_default()) {
            findings.push(Finding::of(
                "fax_number",
                "a fax number is in the contact field; it is not listed as a telephone",
            ));
            last = number.end;
            at = number.end;
            continue;
        }
        if !found.contains(&formatted) {
            found.push(formatted);
        }
        last = number.end;
        at = number.end;
    }
    found
}

/// Whether a number begins here: with 0 or +, and not inside other digits such as a date. `last` is the end of the
/// previous number.
fn begins(chars: &[char], at: usize, last: usize) -> bool {
    let before = |back: usize| {
        at.checked_sub(back).filter(|at| *at >= last).and_then(|at| chars.get(at)).copied().unwrap_or(' ')
    };
    let inside =
        before(1).is_ascii_digit() || (matches!(before(1), '-' | '.' | '/') && before(2).is_ascii_digit());
    !inside
        && (chars.get(at) == Some(&'0')
            || (chars.get(at) == Some(&'+') && chars.get(at + 1).is_some_and(char::is_ascii_digit)))
}

/// The digits of a number, in groups as written.
#[derive(Debug, Default)]
struct Number {
    groups: Vec<String>,
    end: usize,
    /// Too many digits, or a foreign number.
    odd: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Hyphen,
    Bracket,
    Blank,
}

fn number(chars: &[char], from: usize) -> Number {
    let (mut number, mut at) = country(chars, from);
    let mut blank_only = true;
    while let Some(c) = chars.get(at) {
        if c.is_ascii_digit() {
            if number.is_complete() {
                number.odd = true;
                at += 1;
                continue;
            }
            if let Some(group) = number.groups.last_mut() {
                group.push(*c);
            }
            at += 1;
            number.end = at;
            continue;
        }
        if number.is_complete() {
            break;
        }
        let Some((gap, length)) = gap(chars.get(at..).unwrap_or_default()) else {
            break;
        };
        // A blank continues a number only if no hyphen came before: 「060-0042 011-…」 is a post code and a number.
        if gap == Gap::Blank && !blank_only {
            break;
        }
        blank_only &= gap != Gap::Hyphen;
        number.groups.push(String::new());
        at += length;
    }
    number.end = number.end.max(if number.odd { at } else { 0 });
    number.groups.retain(|group| !group.is_empty());
    number
}

/// Parses the country code. `+81 (0)3 …` becomes `03 …`; numbers of other countries are marked as odd.
fn country(chars: &[char], from: usize) -> (Number, usize) {
    let rest = chars.get(from..).unwrap_or_default();
    let japan = match rest {
        ['+', '8', '1', ..] => 3,
        ['0', '0', '8', '1', ..] => 4,
        ['+', ..] => {
            return (Number { groups: vec![String::new()], end: from + 1, odd: true }, from + 1);
        }
        _ => {
            return (Number { groups: vec![String::new()], end: from, odd: false }, from);
        }
    };
    let gap = rest.iter().skip(japan).take(4).take_while(|c| matches!(c, '-' | ' ' | '(' | '.')).count();
    let zero = usize::from(rest.get(japan + gap) == Some(&'0'));
    let close = rest
        .iter()
        .skip(japan + gap + zero)
        .take(2)
        .take_while(|c| zero > 0 && matches!(c, ')' | ' '))
        .count();
    let at = from + japan + gap + zero + close;
    (Number { groups: vec!["0".to_owned()], end: at, odd: false }, at)
}

/// The separator between two groups of digits, and its length.
fn gap(rest: &[char]) -> Option<(Gap, usize)> {
    /// 「03 - 1234」, 「(03) 1234」.
    const MAX_GAP: usize = 4;
    let length =
        rest.iter().take(MAX_GAP + 1).take_while(|c| matches!(c, '-' | '.' | '(' | ')' | ' ' | 'の')).count();
    let run = rest.get(..length)?;
    if length == 0 || length > MAX_GAP || !rest.get(length).is_some_and(char::is_ascii_digit) {
        return None;
    }
    let kind = if run.contains(&'(') || run.contains(&')') {
        Gap::Bracket
    } else if run.iter().all(|c| *c == ' ') {
        Gap::Blank
    } else {
        Gap::Hyphen
    };
    Some((kind, length))
}

impl Number {
    fn digits(&self) -> String {
        self.groups.concat()
    }

    fn is_complete(&self) -> bool {
        self.expected().is_some_and(|expected| self.groups.iter().map(String::len).sum::<usize>() >= expected)
    }

    /// Number of digits of a telephone number with this prefix (numbering plan of the Ministry of Internal Affairs).
    fn expected(&self) -> Option<usize> {
        let digits = self.digits();
        let kind = digits.get(..4)?;
        let mobile = ["020", "050", "060", "070", "080", "090"].iter().any(|prefix| kind.starts_with(prefix));
        Some(if mobile { 11 } else { 10 })
    }

    /// The number with hyphens, or `None` if it is not a telephone number. Hyphens replace the written separators.
    /// A number without separators gets hyphens only if its prefix determines its parts.
    fn formatted(&self) -> Option<String> {
        let digits = self.digits();
        if self.odd
            || self.expected()? != digits.len()
            || digits.starts_with("00")
            || digits.chars().all(|c| c == '0')
        {
            return None;
        }
        let split = |first: usize, second: usize| {
            Some(format!(
                "{}-{}-{}",
                digits.get(..first)?,
                digits.get(first..first + second)?,
                digits.get(first + second..)?
            ))
        };
        let kind = digits.get(..4)?;
        let first = self.groups.first().map_or(0, String::len);
        match kind {
            "0800" if self.groups.len() > 1 => Some(self.groups.join("-")),
            "0800" => split(4, 3),
            _ if digits.len() == 11 => split(3, 4),
            "0120" | "0570" => split(4, 3),
            _ if kind.starts_with("03") || kind.starts_with("06") => split(2, 4),
            // Only the area code is separated; the last four digits are always the subscriber number.
            _ if self.groups.len() == 2 && (3..=5).contains(&first) => split(first, 6 - first),
            _ if self.groups.len() > 1 => Some(self.groups.join("-")),
            _ => Some(digits),
        }
    }

    /// Whether the digits were probably meant as a telephone number. Seven digits are a post code.
    fn looks_incomplete(&self) -> bool {
        let count = self.digits().len();
        self.groups.len() >= 3 && (8..=12).contains(&count)
            || (self.groups.len() < 3 && (9..=12).contains(&count))
    }
}

/// Whether the words before a number, or a bracket after it, show that it is a fax number.
fn is_fax(before: &str, behind: &[char]) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().to_lowercase();
    let behind: String = behind.iter().take(6).filter(|c| **c != ' ').collect::<String>().to_lowercase();
    if behind.starts_with("(fax)") || behind.starts_with("[fax]") {
        return true;
    }
    let last = |words: &[&str]| {
        words.iter().filter_map(|word| line.rfind(word).map(|at| (at, at + word.len()))).max()
    };
    let fax = last(&["fax", "ファックス", "ファクス", "ファクシミリ", "ファッ"]).or_else(|| {
        let bare = line.trim_end_matches([':', '.', ' ', ')', '(']);
        let initial =
            bare.strip_suffix('f').is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()));
        initial.then(|| (bare.len() - 1, bare.len()))
    });
    let Some((start, _)) = fax else { return false };
    let Some((telephone, behind)) = last(&["tel", "電話", "携帯", "直通", "phone"]) else {
        return true;
    };
    let between = line.get(behind..start).unwrap_or_default();
    let shared = between.chars().all(|c| {
        matches!(
            c,
            '/' | '・' | '&' | '、' | ',' | ' ' | '兼' | 'と' | '及' | 'び' | '番' | '号' | '共' | '-'
        )
    });
    telephone < start && !shared
}
