//! Values of single fields: the unit, the postal code, the telephone number, the mail address.

use unicode_normalization::UnicodeNormalization;

use super::words;
use crate::desk::{
    application::{FormFinding, Unit},
    form::{addresses, fold, telephones},
};

/// NFKC without blanks.
pub(in crate::desk::application) fn squashed(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// A cell that belongs to 応募地域の単位.
#[derive(Debug, Default)]
pub(super) struct UnitCells {
    /// Behind 「回答」.
    pub answers: Vec<String>,
    /// The other cells: the note, the two options, or an answer without 「回答」. Each line with whether a shape is drawn
    /// over it, and with what else stands in its row.
    pub others: Vec<(String, bool)>,
    /// Text in the document was struck out.
    pub has_struck_text: bool,
}

/// The answer, and what is not certain about it.
pub(super) fn unit(cells: &UnitCells) -> (Option<Unit>, Vec<FormFinding>) {
    let answer = words::lines(&words::without_notes(&cells.answers.join("\n")));
    if !answer.is_empty() {
        return match answered(&answer) {
            Some(unit) => (Some(unit), Vec::new()),
            None => (None, vec![FormFinding::UnitUnclear]),
        };
    }
    let mut options: Vec<(Unit, bool, bool)> = Vec::new();
    let mut rest = Vec::new();
    for (line, is_drawn) in &cells.others {
        match option(line) {
            Some((unit, is_marked)) => options.push((unit, is_marked, *is_drawn)),
            None if !line.trim().is_empty() => rest.push(line.as_str()),
            None => {}
        }
    }
    let marked: Vec<Unit> =
        options.iter().filter(|(_, is_marked, _)| *is_marked).map(|(unit, ..)| *unit).collect();
    let drawn: Vec<Unit> =
        options.iter().filter(|(.., is_drawn)| *is_drawn).map(|(unit, ..)| *unit).collect();
    match (marked.as_slice(), drawn.as_slice(), options.as_slice()) {
        ([unit], _, _) => (Some(*unit), Vec::new()),
        ([], [unit], _) => (Some(*unit), vec![FormFinding::UnitUnclear, FormFinding::DrawnMark]),
        ([_, ..], _, _) | (_, [_, ..], _) => (None, vec![FormFinding::UnitUnclear]),
        // The other option is struck out, or gone.
        (_, _, [(unit, ..)]) => {
            let doubt = (!cells.has_struck_text).then_some(FormFinding::UnitUnclear);
            (Some(*unit), doubt.into_iter().collect())
        }
        _ => {
            let rest = words::lines(&words::without_notes(&rest.join("\n")));
            let unit = answered(&rest);
            let is_unclear = unit.is_none() && !rest.is_empty();
            (unit, is_unclear.then_some(FormFinding::UnitUnclear).into_iter().collect())
        }
    }
}

/// An answer: its number, else its words. 「1又は2」 is none.
fn answered(answer: &str) -> Option<Unit> {
    let text: String = squashed(answer)
        .chars()
        .filter(|c| {
            !words::is_mark(*c)
                && !matches!(c, '(' | ')' | '「' | '」' | '[' | ']' | ':' | '回' | '答' | '第' | '.' | '・')
        })
        .collect();
    let mut chars = text.chars();
    let number = |c| match c {
        '1' => Some(Unit::CareArea),
        '2' => Some(Unit::Other),
        _ => None,
    };
    let Some(unit) = chars.next().and_then(number) else { return by_words(&text) };
    let rest = chars.as_str();
    // 「12」, 「1又は2」, 「1、2」.
    let other = if unit == Unit::CareArea { '2' } else { '1' };
    let is_both = rest
        .trim_start_matches(['又', 'は', 'ま', 'た', ',', '、', '/', 'か', 'と', '-', '~'])
        .starts_with(other)
        || rest.starts_with(|c: char| c.is_ascii_digit());
    (!is_both && by_words(rest).is_none_or(|by_words| by_words == unit)).then_some(unit)
}

/// The words of an option.
fn by_words(text: &str) -> Option<Unit> {
    let is_area = text.starts_with("在宅医療の圏域") || text.starts_with("在宅医療圏域");
    let denies = ["ではない", "でない", "以外"].iter().any(|word| text.contains(word));
    match (is_area, denies) {
        (true, true) => Some(Unit::Other),
        (true, false) => Some(Unit::CareArea),
        _ => None,
    }
}

pub(super) fn is_option(text: &str) -> bool {
    text.lines().any(|line| option(line).is_some())
}

/// A line with one of the two options, and whether it is marked. 「①」 marks, unless it is printed at both.
fn option(line: &str) -> Option<(Unit, bool)> {
    let text = squashed(line);
    let bare: String = text.chars().filter(|c| !words::is_mark(*c) && !words::is_bullet(*c)).collect();
    let bare = bare.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | '(' | ':'));
    let unit = by_words(bare)?;
    let encloses = line.trim_start().starts_with(['①', '②']);
    let is_marked = encloses || text.chars().any(words::is_mark) || text.contains('レ');
    Some((unit, is_marked))
}

/// 〒 and seven digits apart from the address. 〒 alone is blank.
pub(super) fn postal_code(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    // A mark, or the start of a line.
    let mark = chars.iter().position(|c| *c == '〒' || *c == '〶');
    let starts = chars.iter().enumerate().filter(|(at, _)| *at == 0 || chars.get(at - 1) == Some(&'\n'));
    let found = match mark {
        Some(at) => digits(&chars, at + 1).map(|(code, end)| (at, code, end)),
        None => starts.map(|(at, _)| at).find_map(|at| digits(&chars, at).map(|(code, end)| (at, code, end))),
    };
    let (at, code, end) = match (found, mark) {
        (Some(found), _) => found,
        // Printed blanks between 〒 and the address: 「〒　　　－　　　」.
        (None, Some(at)) => (at, String::new(), at + 1),
        (None, None) => return (String::new(), words::lines(text)),
    };
    let before: String = chars.iter().take(at).collect();
    let behind: String = chars.iter().skip(end).collect();
    let behind = if code.is_empty() {
        behind.trim_start_matches(|c: char| c.is_whitespace() || is_dash(c) || matches!(c, '(' | ')'))
    } else {
        behind.trim_start_matches(|c: char| {
            matches!(c, ')' | '）' | '、' | ',' | ']' | '】') || c.is_whitespace()
        })
    };
    let before = before.trim_end_matches(|c: char| matches!(c, '(' | '（' | '[' | '【') || c.is_whitespace());
    (code, words::lines(&format!("{before}\n{behind}")))
}

/// Seven digits from `at` on, after blanks, as 「699-0000」, and where they end.
fn digits(chars: &[char], at: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let mut end = at;
    let mut gap = 0;
    for (index, c) in chars.iter().enumerate().skip(at) {
        let folded = fold(c.encode_utf8(&mut [0; 4]));
        match folded.chars().next() {
            Some(digit) if digit.is_ascii_digit() => {
                digits.push(digit);
                gap = 0;
            }
            Some(c) if (c.is_whitespace() || is_dash(c) || c == ':') && gap < 4 => gap += 1,
            _ => break,
        }
        if digits.len() == 7 {
            end = index + 1;
            break;
        }
    }
    let goes_on = chars.get(end).is_some_and(|c| c.is_numeric());
    let (first, second) = digits.split_at_checked(3)?;
    (digits.len() == 7 && !goes_on).then(|| (format!("{first}-{second}"), end))
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '－' | 'ー' | '―' | '‐' | '‑' | '–' | '—' | '−')
}

/// A number with its hyphens as written. With more than a number, such as an extension, the text as written.
pub(super) fn telephone(text: &str) -> String {
    let plain: String = squashed(text).chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
    if plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '(' | ')')) {
        let groups = plain.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
        return groups.collect::<Vec<_>>().join("-");
    }
    let found = telephones(text);
    match found.as_slice() {
        [number] if count_digits(&plain) == count_digits(number) => number.clone(),
        _ => words::lines(text),
    }
}

fn count_digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// The mail address. Several, or none, are left as written.
pub(super) fn email(text: &str) -> (String, Option<FormFinding>) {
    let found = addresses(text);
    // An address that a narrow cell breaks.
    let found = if found.is_empty() { addresses(&squashed(text)) } else { found };
    match found.as_slice() {
        [] => (words::lines(text), None),
        [only] => (only.clone(), None),
        [first, ..] => (first.clone(), Some(FormFinding::SeveralValues)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_read_from_the_answer() {
        let one = (Some(Unit::CareArea), vec![]);
        let two = (Some(Unit::Other), vec![]);
        let unclear = (None, vec![FormFinding::UnitUnclear]);
        for (answer, expected) in [
            ("1", &one),
            ("　１　", &one),
            ("①", &one),
            ("○1", &one),
            ("１．在宅医療の圏域", &one),
            ("在宅医療の圏域", &one),
            ("○２\n在宅医療の圏域ではない", &two),
            ("（２）", &two),
            ("2（二次医療圏）", &two),
            ("1又は2", &unclear),
            ("12", &unclear),
            ("1 在宅医療の圏域ではない", &unclear),
            ("二次医療圏", &unclear),
        ] {
            let cells = UnitCells { answers: vec![answer.to_owned()], ..UnitCells::default() };
            assert_eq!(unit(&cells), *expected, "{answer}");
        }
    }

    #[test]
    fn the_unit_is_read_from_a_marked_option() {
        let of = |lines: &[(&str, bool)]| {
            let others = lines.iter().map(|(line, is_drawn)| ((*line).to_owned(), *is_drawn)).collect();
            unit(&UnitCells { others, ..UnitCells::default() })
        };
        let (a, b) = ("1　在宅医療の圏域", "2　在宅医療の圏域ではない");
        let unclear = vec![FormFinding::UnitUnclear];
        for (name, lines, expected) in [
            ("no mark", vec![(a, false), (b, false)], (None, vec![])),
            ("a mark", vec![("○ 1　在宅医療の圏域", false), (b, false)], (Some(Unit::CareArea), vec![])),
            (
                "a mark behind",
                vec![(a, false), ("2 在宅医療の圏域ではない ✓", false)],
                (Some(Unit::Other), vec![]),
            ),
            ("enclosed", vec![(a, false), ("○2 在宅医療の圏域ではない", false)], (Some(Unit::Other), vec![])),
            (
                "boxes",
                vec![("☑在宅医療の圏域", false), ("☐在宅医療の圏域ではない", false)],
                (Some(Unit::CareArea), vec![]),
            ),
            (
                "both",
                vec![("○1 在宅医療の圏域", false), ("○2 在宅医療の圏域ではない", false)],
                (None, unclear.clone()),
            ),
            (
                "drawn",
                vec![(a, false), (b, true)],
                (Some(Unit::Other), vec![FormFinding::UnitUnclear, FormFinding::DrawnMark]),
            ),
            ("one is left", vec![(b, false)], (Some(Unit::Other), unclear)),
            (
                "a number below the note",
                vec![(a, false), (b, false), ("１", false)],
                (Some(Unit::CareArea), vec![]),
            ),
        ] {
            assert_eq!(of(&lines), expected, "{name}");
        }
    }

    #[test]
    fn the_postal_code_is_told_from_the_address() {
        for (text, code, address) in [
            ("〒699-0000\n島根県灘浜市本町一丁目2番3号", "699-0000", "島根県灘浜市本町一丁目2番3号"),
            ("〒　６９９－００００　島根県灘浜市", "699-0000", "島根県灘浜市"),
            ("〒6990000 島根県", "699-0000", "島根県"),
            ("（〒699‐0000）島根県", "699-0000", "島根県"),
            ("699-0000\n島根県", "699-0000", "島根県"),
            ("島根県灘浜市1-2-3\n〒699-0000", "699-0000", "島根県灘浜市1-2-3"),
            ("〒", "", ""),
            ("〒　　　－　　　", "", ""),
            ("〒　　-　　 島根県", "", "島根県"),
            ("島根県灘浜市123-4567", "", "島根県灘浜市123-4567"),
            ("", "", ""),
        ] {
            assert_eq!(postal_code(text), (code.to_owned(), address.to_owned()), "{text}");
        }
    }

    #[test]
    fn telephones_and_addresses_are_half_width() {
        for (text, expected) in [
            ("0850-00-1201", "0850-00-1201"),
            ("０５７０－００－３３４４", "0570-00-3344"),
            ("０５７０（００）３３４４", "0570-00-3344"),
            ("TEL：0850-00-1201", "0850-00-1201"),
            ("0850-00-1201（内線2345）", "0850-00-1201（内線2345）"),
            ("　", ""),
            ("－　－", ""),
        ] {
            assert_eq!(telephone(text), expected, "{text}");
        }
        for (text, expected, several) in [
            ("kyoten＠shirasagi.example.jp", "kyoten@shirasagi.example.jp", false),
            ("a@x.example.jp（代表）", "a@x.example.jp", false),
            ("a@x.example.jp\nb@x.example.jp", "a@x.example.jp", true),
            ("なし", "なし", false),
            ("", "", false),
        ] {
            let finding = several.then_some(FormFinding::SeveralValues);
            assert_eq!(email(text), (expected.to_owned(), finding), "{text}");
        }
    }
}
