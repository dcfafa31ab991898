//! 地域の課題: which of the five items are marked, and the details. A mark that is not certain is proposed and said so.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{self, ISSUES};
use crate::{
    desk::application::{FormFinding, Issue},
    paper::Row,
};

/// Longer lines are details, also if they name an item.
const MAX_ITEM: usize = 45;

/// One item on the page.
#[derive(Debug, Default)]
struct Item {
    /// Signs beside it.
    marks: BTreeSet<char>,
    is_drawn_over: bool,
    /// Words beside it that are no mark, or a letter in place of ○.
    is_odd: bool,
}

#[derive(Debug, Default)]
pub(super) struct Read {
    pub issues: Vec<Issue>,
    pub details: Vec<String>,
    pub findings: Vec<FormFinding>,
}

/// Of the rows below the heading.
pub(super) fn read(rows: &[&Row]) -> Read {
    let mut items: BTreeMap<Issue, Item> = BTreeMap::new();
    let mut read = Read::default();
    for row in rows {
        for line in lines(row) {
            let Some((issue, beside)) = item(&line.text).filter(|(issue, _)| !items.contains_key(issue))
            else {
                read.details.push(line.text);
                continue;
            };
            let mut item = Item { is_drawn_over: line.is_drawn_over, is_odd: line.is_odd, ..Item::default() };
            for c in beside.outside.chars().chain(line.beside.chars()) {
                match c {
                    _ if words::is_mark(c) => {
                        item.marks.insert(c);
                    }
                    'レ' | '✕' => {
                        item.marks.insert('✓');
                    }
                    // The number of the item, except 「0」 and 「o」 for ○; 「該当」.
                    '1'..='9' => {}
                    _ if !c.is_whitespace()
                        && !words::is_bullet(c)
                        && !matches!(c, '.' | ')' | '(' | ':') =>
                    {
                        item.is_odd = true;
                    }
                    _ => {}
                }
            }
            if !beside.inside.is_empty() {
                read.details.push(beside.inside);
            }
            items.insert(issue, item);
        }
    }
    let (issues, is_certain) = marked(&items);
    if !is_certain {
        read.findings.push(FormFinding::IssuesUnclear);
    }
    if items.values().any(|item| item.is_drawn_over) {
        read.findings.push(FormFinding::DrawnMark);
    }
    read.issues = issues;
    read
}

/// A line of the section, with the other text of its row.
struct Line {
    text: String,
    beside: String,
    is_drawn_over: bool,
    is_odd: bool,
}

/// The lines of a row. Beside a cell with one item stands its mark; beside a cell with several, a mark for each line.
fn lines(row: &Row) -> Vec<Line> {
    let is_item = |line: &str| item(line).is_some();
    let at = row.cells.iter().position(|cell| cell.text.lines().any(is_item));
    let Some((at, cell)) = at.and_then(|at| Some((at, row.cells.get(at)?))) else {
        let texts: Vec<String> = row.cells.iter().map(|cell| words::lines(&cell.text)).collect();
        let text = texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        let line = |text: &str| Line {
            text: text.to_owned(),
            beside: String::new(),
            is_drawn_over: false,
            is_odd: false,
        };
        return text.lines().filter(|text| !words::is_printed(text)).map(line).collect();
    };
    let others: Vec<_> =
        row.cells.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, cell)| cell).collect();
    let count = cell.text.lines().filter(|line| is_item(line)).count();
    let mut lines = Vec::new();
    for (index, text) in cell.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let mut beside = String::new();
        let mut is_drawn_over = cell.drawn.contains(&index);
        for other in &others {
            if count == 1 {
                beside.push_str(&other.text);
                is_drawn_over |= !other.drawn.is_empty();
            } else {
                beside.push_str(other.text.lines().nth(index).unwrap_or_default());
                is_drawn_over |= other.drawn.contains(&index);
            }
        }
        // Lines of two cells need not stand side by side on paper.
        let is_odd = count > 1 && !beside.trim().is_empty();
        lines.push(Line { text: text.trim().to_owned(), beside, is_drawn_over, is_odd });
    }
    lines
}

/// What stands beside the printed words of an item.
struct Beside {
    outside: String,
    /// In brackets: 「その他（冬期の移動）」.
    inside: String,
}

/// The item that a line is.
fn item(line: &str) -> Option<(Issue, Beside)> {
    if line.chars().nth(MAX_ITEM * 3).is_some() {
        return None;
    }
    let (outside, inside) = without_brackets(line);
    let squashed: String = crate::desk::form::fold(&outside).chars().filter(|c| !c.is_whitespace()).collect();
    let printed = ISSUES.iter().find_map(|(issue, printed, _)| {
        let (before, behind) = squashed.split_once(printed)?;
        Some((*issue, format!("{before} {behind}"))).filter(|(_, beside)| is_beside(beside))
    });
    let (issue, outside) = printed.or_else(|| {
        let is_short = squashed.chars().count() <= MAX_ITEM && !squashed.contains(['。', '、', ':']);
        let bare = squashed.trim_start_matches(|c| words::is_mark(c) || words::is_bullet(c) || c == 'レ');
        let is_listed = bare.len() < squashed.len();
        let (issue, ..) = ISSUES
            .iter()
            .find(|(_, _, words)| is_short && is_listed && words.iter().any(|word| bare.contains(word)))?;
        let signs = squashed.chars().filter(|c| words::is_mark(*c) || words::is_bullet(*c) || *c == 'レ');
        Some((*issue, signs.collect()))
    })?;
    Some((issue, Beside { outside, inside }))
}

/// Whether only marks and a few characters stand beside the printed words: a sentence does not.
fn is_beside(beside: &str) -> bool {
    let is_letter = |c: &char| !words::is_mark(*c) && !words::is_bullet(*c) && !c.is_whitespace();
    beside.chars().filter(is_letter).count() <= 4 && !beside.contains('。')
}

/// A line without the text in brackets, and that text.
fn without_brackets(line: &str) -> (String, String) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_usize);
    for c in line.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
    }
    // 「（○）在宅医療に関する人材育成」
    if inside.chars().all(|c| words::is_mark(c) || c.is_whitespace() || c == 'レ' || c.is_numeric()) {
        outside.push_str(&inside);
        inside.clear();
    }
    (outside, words::lines(&inside))
}

/// The marked items, and whether that is certain.
fn marked(items: &BTreeMap<Issue, Item>) -> (Vec<Issue>, bool) {
    let kinds: BTreeSet<char> = items.values().flat_map(|item| item.marks.iter().copied()).collect();
    // A sign at every item is a bullet, if other signs tell them apart. 「●」 and 「■」 at all may be nothing but bullets.
    let at_all = |kind: &char| items.len() > 1 && items.values().all(|item| item.marks.contains(kind));
    let telling: BTreeSet<char> =
        match kinds.iter().filter(|kind| !at_all(kind)).copied().collect::<BTreeSet<_>>() {
            telling if telling.is_empty() => kinds.clone(),
            telling => telling,
        };
    let every_item_has_one = items.len() > 1 && items.values().all(|item| !item.marks.is_empty());
    let mut is_certain = !items.values().any(|item| item.is_odd);
    // One sign for some and another for the rest: ○ and ◎, □ and ■.
    let stronger = ['☑', '✓', '✔', '✅', '◎', '●', '■'];
    let is_mixed = every_item_has_one && telling.len() > 1;
    let chosen: BTreeSet<char> = if is_mixed {
        telling.iter().copied().filter(|kind| stronger.contains(kind)).collect()
    } else {
        telling
    };
    let are_bullets = every_item_has_one && kinds.iter().all(|kind| matches!(kind, '●' | '■'));
    is_certain &= !is_mixed && !are_bullets;
    let is_chosen = |item: &Item| {
        item.marks.iter().any(|mark| chosen.contains(mark))
            || item.is_drawn_over
            || item.is_odd && item.marks.is_empty()
    };
    (items.iter().filter(|(_, item)| is_chosen(item)).map(|(issue, _)| *issue).collect(), is_certain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Cell;

    fn paragraph(text: &str) -> Row {
        Row { table: 0, cells: vec![Cell { text: text.to_owned(), ..Cell::default() }] }
    }

    fn check(name: &str, rows: &[Row], expected: &[Issue], is_certain: bool, details: &[&str]) {
        let read = read(&rows.iter().collect::<Vec<_>>());
        assert_eq!(read.issues, expected, "{name}");
        assert_eq!(
            read.findings.iter().any(|finding| finding.makes_issues_uncertain()),
            !is_certain,
            "{name}"
        );
        assert_eq!(read.details, details, "{name}");
    }

    /// The five printed items, changed.
    fn five(change: impl Fn(usize, &str) -> String) -> Vec<Row> {
        ISSUES.iter().enumerate().map(|(at, (_, text, _))| paragraph(&change(at, text))).collect()
    }

    #[test]
    fn marks_are_read_in_front_in_place_of_the_dot_and_behind() {
        let second = |yes: &'static str, no: &'static str| {
            move |at: usize, text: &str| format!("{}{text}", if at == 1 { yes } else { no })
        };
        let behind = |at: usize, text: &str| format!("・{text}{}", if at == 1 { "　　○" } else { "" });
        let only = [Issue::Training];
        for (name, rows) in [
            ("in front", five(second("○・", "・"))),
            ("in place", five(second("〇", "・"))),
            ("a circle of emoji", five(second("⭕", "・"))),
            ("behind", five(behind)),
            ("a box", five(second("☑　", "☐　"))),
            ("a filled square", five(second("■", "□"))),
            ("レ", five(second("レ", "・"))),
            ("in brackets", five(second("（○）", "（　）"))),
            ("numbers", five(second("○(2)", "(1)"))),
        ] {
            check(name, &rows, &only, true, &[]);
        }
        check("no mark", &five(second("・", "・")), &[], true, &[]);
        check("all", &five(second("○", "○")), Issue::ALL, true, &[]);
        check("bullets", &five(second("■", "■")), Issue::ALL, false, &[]);
        check("a bullet and a mark", &five(second("■○", "■")), &only, true, &[]);
        check("two signs", &five(second("◎", "○")), &only, false, &[]);
        check("a letter", &five(second("o", "・")), &only, false, &[]);
    }

    #[test]
    fn a_drawn_mark_is_proposed() {
        let mut rows = five(|_, text| format!("・{text}"));
        rows[2].cells[0].drawn = vec![0];
        check("drawn", &rows, &[Issue::Awareness], false, &[]);
    }

    #[test]
    fn items_are_read_from_cells() {
        let cells = |texts: &[&str]| Row {
            table: 1,
            cells: texts
                .iter()
                .enumerate()
                .map(|(col, text)| Cell { col, text: (*text).to_owned(), ..Cell::default() })
                .collect(),
        };
        let rows: Vec<Row> = ISSUES
            .iter()
            .map(|(issue, text, _)| cells(&[if *issue == Issue::Disaster { "○" } else { "" }, text]))
            .collect();
        check("a column of marks", &rows, &[Issue::Disaster], true, &[]);
        let texts: Vec<&str> = ISSUES.iter().map(|(_, text, _)| *text).collect();
        let one = [cells(&[&format!("○{}", texts.join("\n・"))])];
        check("one cell", &one, &[Issue::Coordination], true, &[]);
        let two = [cells(&["\n○\n\n\n", &texts.join("\n")])];
        check("two cells with lines", &two, &[Issue::Training], false, &[]);
    }

    #[test]
    fn details_are_not_items() {
        let mut rows = five(|at, text| if at == 4 { format!("○{text}") } else { format!("・{text}") });
        rows.push(paragraph(
            "その他：冬期の移動手段の確保。\n在宅医療に関する人材育成が遅れている。○印の項目を優先する。",
        ));
        let details =
            ["その他：冬期の移動手段の確保。", "在宅医療に関する人材育成が遅れている。○印の項目を優先する。"];
        check("details", &rows, &[Issue::Other], true, &details);
        let rows =
            five(|at, text| if at == 4 { format!("○{text}（冬期の移動）") } else { format!("・{text}") });
        check("words in brackets", &rows, &[Issue::Other], true, &["冬期の移動"]);
    }
}
