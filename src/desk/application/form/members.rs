//! 参加者（構成員）: a table with a header, its columns by their place in the grid.

use unicode_normalization::UnicodeNormalization;

use super::words;
use crate::{
    desk::application::{ApplicationMember, FormFinding},
    paper::{Cell, Row},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Number,
    Organization,
    Department,
    Position,
    Profession,
    Unknown,
}

const COLUMNS: &[(Column, &str)] = &[
    (Column::Number, "no 番号 № n 項番 #"),
    (
        Column::Organization,
        "所属 所属先 所属名 所属機関 所属機関名 所属団体 所属団体名 機関名 団体名 機関団体名 所属組織",
    ),
    (Column::Department, "部署 部署名 所属部署 部課名 部局課名 課名"),
    (Column::Position, "役職 役職名 職名 役職職名 職位 役職等 肩書"),
    (Column::Profession, "職種 職種名 資格 職種資格 専門職種 職種等 保有資格 資格職種"),
];

fn column(text: &str) -> Column {
    let key = words::key(text);
    let found = COLUMNS.iter().find(|(_, spellings)| spellings.split_whitespace().any(|word| word == key));
    match found {
        Some((column, _)) => *column,
        None if key.is_empty() => Column::Number,
        None => Column::Unknown,
    }
}

/// Whether a row is the header of a list of members.
pub(super) fn is_header(row: &Row) -> bool {
    let columns: Vec<Column> = row.cells.iter().map(|cell| column(&cell.text)).collect();
    let has = |column: Column| columns.contains(&column);
    let others = [Column::Organization, Column::Department, Column::Position];
    has(Column::Profession) && others.into_iter().filter(|column| has(*column)).count() >= 2
}

/// A list that is being read. Several tables add up.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Where each column begins in the grid.
    columns: Vec<(usize, Column)>,
    /// The cells of the row above.
    above: Vec<(Column, String)>,
    pub members: Vec<ApplicationMember>,
    pub findings: Vec<FormFinding>,
}

impl Members {
    pub fn has_header(&self) -> bool {
        !self.columns.is_empty()
    }

    pub fn begin(&mut self, header: &Row) {
        self.columns = header.cells.iter().map(|cell| (cell.col, column(&cell.text))).collect();
        self.above.clear();
        if self.columns.iter().any(|(_, column)| *column == Column::Unknown) {
            self.findings.push(FormFinding::UnknownColumn);
        }
    }

    /// Whether a row of another table goes on with the list: it has as many columns at the same places.
    pub fn goes_on(&self, row: &Row) -> bool {
        let places = row.cells.iter().map(|cell| cell.col);
        self.has_header() && places.eq(self.columns.iter().map(|(col, _)| *col))
    }

    pub fn row(&mut self, row: &Row) {
        let mut cells: Vec<(Column, String)> = Vec::new();
        for cell in &row.cells {
            let column = self.columns.iter().rev().find(|(col, _)| *col <= cell.col);
            let Some(&(_, column)) = column else { continue };
            if column == Column::Unknown || cells.iter().any(|(known, _)| *known == column) {
                continue;
            }
            let text = self.text(column, cell);
            cells.push((column, text));
        }
        let of = |wanted| {
            cells
                .iter()
                .find(|(column, _)| *column == wanted)
                .map(|(_, text)| text.clone())
                .unwrap_or_default()
        };
        let member = ApplicationMember {
            no: self.members.len() + 1,
            organization: of(Column::Organization),
            department: of(Column::Department),
            position: of(Column::Position),
            profession: of(Column::Profession),
        };
        let texts = [&member.organization, &member.department, &member.position, &member.profession];
        // A heading over a group of rows, or a note below the table, fills one cell.
        let is_heading = row.cells.len() == 1 && self.columns.len() > 2;
        if is_heading || texts.iter().all(|text| text.is_empty()) {
            return;
        }
        if is_several(&of(Column::Number), &member) {
            self.findings.push(FormFinding::SeveralPersons);
        }
        self.above = cells;
        self.members.push(member);
    }

    /// The text of a cell: 〃, and a cell that is merged with the one above, take what stands above.
    fn text(&mut self, column: Column, cell: &Cell) -> String {
        let text = words::lines(&cell.text);
        let is_ditto = is_ditto(&text);
        let is_taken = is_ditto || cell.continued && text.is_empty();
        if !is_taken || column == Column::Number {
            return text;
        }
        let above = self.above.iter().find(|(known, _)| *known == column);
        let above = above.map(|(_, text)| text.clone()).unwrap_or_default();
        if is_ditto && !above.is_empty() {
            self.findings.push(FormFinding::Ditto);
        }
        above
    }
}

fn is_ditto(text: &str) -> bool {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '（' | '）' | '(' | ')' | '「' | '」' | '。'))
        .collect();
    matches!(
        text.as_str(),
        "〃" | "同上"
            | "仝"
            | "仝上"
            | "々"
            | "″"
            | "＂"
            | "\""
            | "”"
            | "“"
            | "''"
            | "´´"
            | "〟"
            | "同"
            | "同じ"
            | "〃〃"
    )
}

/// Whether a row holds several people: several numbers, or as many professions as positions.
fn is_several(number: &str, member: &ApplicationMember) -> bool {
    let numbers = number.nfkc().collect::<String>();
    let numbers = numbers.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count();
    let lines = |text: &str| text.lines().count();
    let professions = lines(&member.profession);
    numbers > 1
        || professions > 1
            && (professions == lines(&member.position) || professions == lines(&member.organization))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Row {
        let cells = cells.iter().enumerate().map(|(col, text)| Cell {
            col,
            text: text.trim_start_matches('^').to_owned(),
            continued: text.starts_with('^'),
            ..Cell::default()
        });
        Row { table: 1, cells: cells.collect() }
    }

    const HEADER: [&str; 5] = ["No.", "所属", "部署", "役職", "職種"];

    fn check(name: &str, rows: &[&[&str]], expected: &[[&str; 4]], findings: &[FormFinding]) {
        let mut members = Members::default();
        for cells in rows {
            let row = row(cells);
            if is_header(&row) { members.begin(&row) } else { members.row(&row) }
        }
        let read: Vec<[&str; 4]> = members
            .members
            .iter()
            .map(|m| [&m.organization, &m.department, &m.position, &m.profession].map(String::as_str))
            .collect();
        assert_eq!(read, expected, "{name}");
        assert_eq!(members.findings, findings, "{name}");
    }

    #[test]
    fn rows_are_read_by_the_columns_of_the_header() {
        let doctor = ["灘浜医師会", "", "副会長", "医師"];
        check(
            "plain",
            &[&HEADER, &["1", "灘浜医師会", "", "副会長", "医師"], &["2", "", "", "", ""]],
            &[doctor],
            &[],
        );
        check(
            "other order, and names",
            &[&["職　種", "役職名", "氏名", "所属機関"], &["医師", "副会長", "岸本", "灘浜医師会"]],
            &[doctor],
            &[FormFinding::UnknownColumn],
        );
        let ditto: [&str; 5] = ["2", "〃", "同上", "理事", "（〃）"];
        check(
            "ditto",
            &[&HEADER, &["1", "灘浜医師会", "", "副会長", "医師"], &ditto],
            &[doctor, ["灘浜医師会", "", "理事", "医師"]],
            &[FormFinding::Ditto, FormFinding::Ditto],
        );
        check(
            "merged",
            &[&HEADER, &["1", "灘浜医師会", "", "副会長", "医師"], &["2", "^", "", "理事", "^"]],
            &[doctor, ["灘浜医師会", "", "理事", "医師"]],
            &[],
        );
        check(
            "a repeated header and a heading over rows",
            &[
                &HEADER,
                &["医療関係"],
                &["1", "灘浜医師会", "", "副会長", "医師"],
                &HEADER,
                &["2", "灘浜市", "", "係長", "事務"],
            ],
            &[doctor, ["灘浜市", "", "係長", "事務"]],
            &[],
        );
        check(
            "two people in a row",
            &[&HEADER, &["1\n2", "灘浜医師会", "", "副会長\n理事", "医師"]],
            &[["灘浜医師会", "", "副会長\n理事", "医師"]],
            &[FormFinding::SeveralPersons],
        );
    }
}
