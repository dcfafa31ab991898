//! Prints lines of `key=value` figures as a table: `cargo run --example rig_table -- FILE TITLE=KEY…`, one column for each.
//! The KEY `a-b` is the difference of two; an empty one is the line's first word. A figure that a line lacks is shown as `-`.

use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, file, columns @ ..] = arguments.as_slice() else {
        return Err("usage: rig_table FILE TITLE=KEY…".into());
    };
    let lines = fs::read_to_string(file)?;
    let columns = columns.iter().map(|column| column.split_once('=').ok_or("a column is TITLE=KEY"));
    let columns: Vec<Vec<String>> = columns
        .map(|column| {
            let (title, key) = column?;
            Ok([title.to_owned()].into_iter().chain(lines.lines().map(|line| cell(line, key))).collect())
        })
        .collect::<Result<_, &str>>()?;
    println!();
    for row in 0..=lines.lines().count() {
        let cells: Vec<String> = columns.iter().map(|column| aligned(column, row)).collect();
        println!("{}", cells.join("  ").trim_end());
    }
    Ok(())
}

fn cell(line: &str, key: &str) -> String {
    let difference = || -> Option<String> {
        let (a, b) = key.split_once('-')?;
        Some((value(line, a)?.parse::<i64>().ok()? - value(line, b)?.parse::<i64>().ok()?).to_string())
    };
    value(line, key).map(str::to_owned).or_else(difference).unwrap_or_else(|| "-".to_owned())
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let mut words = line.split_whitespace();
    if key.is_empty() {
        return words.next();
    }
    words.find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

/// Figures to the right, words to the left.
fn aligned(column: &[String], row: usize) -> String {
    let width = column.iter().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let is_figure = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let cell = column.get(row).map_or("", String::as_str);
    if column.iter().skip(1).all(is_figure) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
}
