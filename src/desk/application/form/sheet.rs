//! Walks over the rows and gathers what stands at each label and under each heading.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    issues,
    members::{self, Members},
    of_paper, values,
    values::UnitCells,
    words::{self, Label, Labels, Section},
};
use crate::{
    desk::application::{ApplicationField, ApplicationForm, FormFinding, Representative},
    paper::{Cell, Finding, Row},
};

/// What was found in a part of a document.
#[derive(Default)]
pub(super) struct Sheet {
    fields: BTreeMap<ApplicationField, Vec<Vec<String>>>,
    unit: UnitCells,
    texts: HashMap<Section, Vec<String>>,
    issue_rows: Vec<Row>,
    members: Members,
    labels_seen: BTreeSet<ApplicationField>,
    headings_seen: Vec<Section>,
}

/// Where the walk is.
struct Walk<'a> {
    labels: &'a Labels,
    /// Tables with labels of several fields.
    label_tables: BTreeSet<usize>,
    section: Option<Section>,
    members_table: usize,
    /// The label whose value is read, in paragraphs.
    pending: Option<Label>,
    /// Labels of the table by column, for cells below them.
    table: usize,
    columns: BTreeMap<usize, Label>,
    /// The row above had nothing but labels: their values stand below them.
    is_header: bool,
    sheet: Sheet,
}

impl Sheet {
    pub fn of(rows: &[Row], labels: &Labels, findings: &BTreeSet<Finding>) -> Self {
        let mut walk = Walk {
            labels,
            label_tables: label_tables(rows, labels),
            section: None,
            members_table: 0,
            pending: None,
            table: 0,
            columns: BTreeMap::new(),
            is_header: false,
            sheet: Self::default(),
        };
        walk.sheet.unit.has_struck_text = findings.contains(&Finding::StruckText);
        for row in rows {
            walk.row(row);
        }
        walk.sheet
    }

    /// How many of the labels and headings of the form were found.
    pub fn anchors(&self) -> usize {
        let labels = self.labels_seen.iter().filter(|field| **field != ApplicationField::PostalCode).count();
        labels + self.headings_seen.len() + usize::from(self.members.has_header())
    }

    /// Whether one of the anchors is in forms of this call only.
    pub fn is_about_the_call(&self) -> bool {
        use ApplicationField::{Area, Prefecture, Unit};
        !self.headings_seen.is_empty()
            || [Prefecture, Unit, Area].iter().any(|field| self.labels_seen.contains(field))
    }

    pub fn form(self, of_document: &BTreeSet<Finding>) -> (ApplicationForm, Vec<FormFinding>) {
        use ApplicationField as F;
        let mut findings: BTreeSet<FormFinding> = of_paper(of_document).collect();
        let mut field = |field: F| {
            let written = self.fields.get(&field).into_iter().flatten();
            let values: Vec<String> = written
                .map(|texts| words::lines(&words::without_notes(&texts.join("\n"))))
                .filter(|text| !text.is_empty())
                .collect();
            let first = values.first().cloned().unwrap_or_default();
            if values.iter().any(|value| values::squashed(value) != values::squashed(&first)) {
                findings.insert(FormFinding::SeveralValues);
            }
            first
        };
        let prefecture = values::squashed(&field(F::Prefecture));
        let area = field(F::Area);
        let (code_of_address, address) = values::postal_code(&field(F::Address));
        let (code, rest) = values::postal_code(&field(F::PostalCode));
        let code = if code.is_empty() { values::postal_code(&format!("〒{rest}")).0 } else { code };
        let (email, several) = values::email(&field(F::Email));
        let representative = Representative {
            organization: field(F::Organization),
            department: field(F::Department),
            name: field(F::Name),
            position: field(F::Position),
            postal_code: if code_of_address.is_empty() { code } else { code_of_address },
            address,
            telephone: values::telephone(&field(F::Telephone)),
            email,
        };
        findings.extend(several);
        if has_several_names(&representative.name) {
            findings.insert(FormFinding::SeveralPersons);
        }
        let (unit, doubts) = values::unit(&self.unit);
        findings.extend(doubts);
        let issues = issues::read(&self.issue_rows.iter().collect::<Vec<_>>());
        findings.extend(issues.findings);
        findings.extend(self.members.findings);
        let text = |section| {
            words::lines(&self.texts.get(&section).map(|texts| texts.join("\n")).unwrap_or_default())
        };
        let form = ApplicationForm {
            prefecture,
            unit,
            area,
            representative,
            reason: text(Section::Reason),
            features: text(Section::Features),
            activities: text(Section::Activities),
            issues: issues.issues,
            issue_details: words::lines(&issues.details.join("\n")),
            members: self.members.members,
        };
        (form, findings.into_iter().collect())
    }

    fn see(&mut self, section: Section) {
        if !self.headings_seen.contains(&section) {
            self.headings_seen.push(section);
        }
    }
}

/// Whether two lines are names: a line in kana alone is the reading of the other.
fn has_several_names(name: &str) -> bool {
    let has_kanji = |line: &&str| line.chars().filter(|c| matches!(c, '一'..='\u{9FFF}')).count() >= 2;
    name.lines().filter(has_kanji).count() >= 2
}

/// Tables with at least two labels in front of values. Others under a heading belong to the applicant's text.
fn label_tables(rows: &[Row], labels: &Labels) -> BTreeSet<usize> {
    let mut found: BTreeMap<usize, BTreeSet<ApplicationField>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.table > 0 && !members::is_header(row)) {
        for cell in &row.cells {
            if let Some(Label::Field(field)) = labels.of(&cell.text) {
                found.entry(row.table).or_default().insert(field);
            }
        }
    }
    found.into_iter().filter(|(_, fields)| fields.len() >= 2).map(|(table, _)| table).collect()
}

impl Walk<'_> {
    fn row(&mut self, row: &Row) {
        if row.table != self.table {
            self.table = row.table;
            self.columns.clear();
            self.is_header = false;
        }
        if members::is_header(row) {
            self.sheet.members.begin(row);
            self.members_table = row.table;
            self.section = Some(Section::Members);
            return;
        }
        if row.table > 0 && row.table == self.members_table {
            self.sheet.members.row(row);
            return;
        }
        if self.heading(row) {
            return;
        }
        let is_of_labels = self.label_tables.contains(&row.table);
        if row.table > 0
            && !is_of_labels
            && self.section == Some(Section::Members)
            && self.sheet.members.goes_on(row)
        {
            self.members_table = row.table;
            self.sheet.members.row(row);
            return;
        }
        match self.section.filter(|section| !matches!(section, Section::Area | Section::Representative)) {
            Some(_) if row.cells.len() > 1 && is_of_labels => {
                self.section = None;
                self.labelled(row);
            }
            Some(section) => self.text(section, row),
            None => self.labelled(row),
        }
    }

    /// Whether the row has a heading in its first cell. The text behind it belongs to the part that it opens.
    fn heading(&mut self, row: &Row) -> bool {
        let Some(first) = row.cells.first() else { return false };
        let Some((section, rest)) = self.heading_of(first, row) else { return false };
        self.sheet.see(section);
        self.section = Some(section);
        self.pending = None;
        let mut left = row.clone();
        if let Some(cell) = left.cells.first_mut() {
            cell.text = rest;
            cell.drawn.clear();
        }
        left.cells.retain(|cell| !cell.text.trim().is_empty());
        match section {
            _ if left.cells.is_empty() => {}
            Section::Area | Section::Representative => self.labelled(&left),
            section => self.text(section, &left),
        }
        true
    }

    /// The section that a cell opens, and its text behind the heading.
    fn heading_of(&self, cell: &Cell, row: &Row) -> Option<(Section, String)> {
        let lines: Vec<&str> = cell.text.lines().collect();
        let found = (1..=lines.len().min(3)).find_map(|count| {
            let (head, rest) = lines.split_at_checked(count)?;
            Some((words::heading(&head.concat())?, rest.join("\n")))
        });
        let is_in_text =
            self.section.is_some_and(|section| !matches!(section, Section::Area | Section::Representative));
        if let Some((section, rest)) = found {
            // A line in a frame is the applicant's, even if it reads like a heading.
            let is_frame = row.table > 0 && row.cells.len() == 1 && is_in_text && !rest.trim().is_empty();
            return (!is_frame || words::asks(&cell.text)).then_some((section, rest));
        }
        // 「応募の理由：…」 in a line.
        let (head, rest) =
            cell.text.split_once([':', '：']).filter(|_| row.cells.len() == 1 && row.table == 0)?;
        let section = words::heading(head)?;
        let is_new = !self.sheet.headings_seen.contains(&section);
        let is_of_text = !matches!(section, Section::Area | Section::Representative);
        (is_new && is_of_text && !rest.trim().is_empty()).then(|| (section, rest.to_owned()))
    }

    fn text(&mut self, section: Section, row: &Row) {
        if section == Section::Issues {
            self.sheet.issue_rows.push(row.clone());
            return;
        }
        let cells = row.cells.iter().map(|cell| words::lines(&cell.text)).filter(|text| !text.is_empty());
        let texts: Vec<String> = cells.collect();
        let text = match texts.as_slice() {
            [only] => only.clone(),
            // A table that the applicant added: a row is a line.
            several => several.iter().map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join(" "),
        };
        let lines = text.lines().filter(|line| !words::is_printed(line)).map(str::to_owned);
        self.sheet.texts.entry(section).or_default().extend(lines);
    }

    /// Labels with their values in a row.
    fn labelled(&mut self, row: &Row) {
        if let [cell] = row.cells.as_slice() {
            return self.lines(cell);
        }
        let is_label = |cell: &Cell| matches!(self.labels.of(&cell.text), Some(Label::Field(_)));
        let written = row.cells.iter().filter(|cell| !cell.text.trim().is_empty());
        if row.cells.iter().all(is_label) {
            self.columns =
                row.cells.iter().filter_map(|cell| Some((cell.col, self.labels.of(&cell.text)?))).collect();
            self.is_header = true;
            for label in self.columns.clone().into_values() {
                self.begin(label);
            }
            return;
        }
        if self.is_header && !written.clone().any(is_label) {
            for cell in written {
                if let Some(label) = self.columns.range(..=cell.col).next_back().map(|(_, label)| *label) {
                    self.add(label, &cell.text);
                }
            }
            return;
        }
        self.is_header = false;
        let has_label = row.cells.iter().any(|cell| self.labels.of(&cell.text).is_some());
        let mut current = None;
        let mut of_unit: Vec<&Cell> = Vec::new();
        for cell in &row.cells {
            let is_blank = cell.text.trim().is_empty();
            if let Some(label) = self.labels.of(&cell.text) {
                self.columns.insert(cell.col, label);
                self.begin(label);
                current = Some(label);
            } else if is_blank && (cell.continued || !has_label) && self.columns.contains_key(&cell.col) {
                // Merged with the label above, or left blank below it.
                current = self.columns.get(&cell.col).copied();
            } else if current == Some(Label::Field(ApplicationField::Unit)) {
                of_unit.push(cell);
            } else {
                current = self.value(current, &cell.text);
            }
        }
        self.unit_cells(&of_unit);
    }

    /// The text of a cell behind a label; labels in its lines take over: 「TEL：…」. Returns the label in force.
    fn value(&mut self, mut current: Option<Label>, text: &str) -> Option<Label> {
        for line in text.lines() {
            let found = self.labels.in_front(line);
            let inline = found.filter(|(_, rest)| current.is_none() || is_behind_colon(line, rest));
            match inline {
                Some((label, rest)) => {
                    self.begin(label);
                    self.add(label, rest);
                    current = Some(label);
                }
                None => {
                    if let Some(label) = current {
                        self.add(label, line);
                    }
                }
            }
        }
        current
    }

    /// A cell or a paragraph of its own: each line may have a label in front, or be one, with its value below.
    fn lines(&mut self, cell: &Cell) {
        for (at, line) in cell.text.lines().enumerate() {
            if let Some(label) = self.labels.of(line) {
                self.begin(label);
                self.pending = Some(label);
            } else if let Some((label, rest)) = self.labels.in_front(line) {
                self.begin(label);
                self.pending = Some(label);
                self.add(label, rest);
            } else if self.pending == Some(Label::Field(ApplicationField::Unit)) {
                self.sheet.unit.others.push((line.to_owned(), cell.drawn.contains(&at)));
            } else if let Some(label) = self.pending {
                self.add(label, line);
            }
        }
    }

    /// Cells of 応募地域の単位 before 「回答」. A mark may stand in a cell beside its option.
    fn unit_cells(&mut self, cells: &[&Cell]) {
        let text = |cell: &&Cell| words::without_notes(&cell.text);
        let is_one_option =
            |cell: &&&Cell| words::lines(&text(cell)).lines().count() == 1 && values::is_option(&cell.text);
        if cells.len() > 1 && cells.iter().filter(is_one_option).count() == 1 {
            let line = cells.iter().map(text).collect::<Vec<_>>().join(" ").replace('\n', " ");
            let is_drawn = cells.iter().any(|cell| !cell.drawn.is_empty());
            self.sheet.unit.others.push((line, is_drawn));
            return;
        }
        for cell in cells {
            let lines = cell.text.lines().enumerate();
            self.sheet
                .unit
                .others
                .extend(lines.map(|(at, line)| (line.to_owned(), cell.drawn.contains(&at))));
        }
    }

    fn begin(&mut self, label: Label) {
        if let Label::Field(field) = label {
            self.sheet.labels_seen.insert(field);
            self.sheet.fields.entry(field).or_default().push(Vec::new());
        }
    }

    fn add(&mut self, label: Label, text: &str) {
        match label {
            Label::Answer => self.sheet.unit.answers.push(text.to_owned()),
            Label::Field(ApplicationField::Unit) => self.sheet.unit.others.push((text.to_owned(), false)),
            Label::Field(field) => {
                if let Some(texts) = self.sheet.fields.get_mut(&field).and_then(|values| values.last_mut()) {
                    texts.push(text.to_owned());
                }
            }
            Label::Other => {}
        }
    }
}

/// Whether a colon stands in front of what follows a label in a line.
fn is_behind_colon(line: &str, rest: &str) -> bool {
    line.strip_suffix(rest).is_some_and(|label| label.trim_end().ends_with([':', '：']))
}
