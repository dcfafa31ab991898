//! Released entries as files for the authors of the guidebook: Markdown, CSV and .docx. Each file states the only purpose
//! for which its content may be used.

use crate::{
    desk::ticket::TicketNumber,
    paper::{self, Block, Column, SheetError, Table, Value},
    words::closed_set,
};

closed_set! {
    Format {
        Markdown = "md",
        Csv = "csv",
        Docx = "docx",
    }
}

/// A released entry. It has no name of the inquirer, and no number or organization of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub number: TicketNumber,
    pub question: String,
    pub answer: String,
    pub place: String,
    pub topic: String,
    /// The month in which the inquiry came, such as 2025-07.
    pub month: String,
}

/// What each file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub title: &'a str,
    /// The only use that the circular allows.
    pub purpose: &'a str,
}

/// What an empty cell of Markdown and .docx shows.
const NONE: &str = "（未定）";

const COLUMNS: &[Column] = &[
    Column { title: "番号", width: 16.0 },
    Column { title: "質問", width: 50.0 },
    Column { title: "回答", width: 50.0 },
    Column { title: "掲載箇所", width: 20.0 },
    Column { title: "分類", width: 20.0 },
    Column { title: "受付月", width: 9.0 },
    Column { title: "利用目的", width: 40.0 },
];

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Csv(#[from] SheetError),
    #[error("cannot write the .docx: {0}")]
    Docx(String),
}

/// The entries as a file.
///
/// # Errors
/// When memory runs out, or the file is larger than its format allows.
pub fn file(about: About<'_>, entries: &[Exported], format: Format) -> Result<Vec<u8>, ExportError> {
    Ok(match format {
        Format::Markdown => markdown(about, entries).into_bytes(),
        Format::Csv => paper::csv(&table(about, entries))?,
        Format::Docx => {
            paper::write(&blocks(about, entries)).map_err(|error| ExportError::Docx(error.to_string()))?
        }
    })
}

fn table(about: About<'_>, entries: &[Exported]) -> Table {
    let text = |text: &str| if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) };
    let row = |entry: &Exported| {
        vec![
            text(&entry.number.to_string()),
            text(&entry.question),
            text(&entry.answer),
            text(&entry.place),
            text(&entry.topic),
            text(&entry.month),
            text(about.purpose),
        ]
    };
    Table { name: "FAQ", columns: COLUMNS, rows: entries.iter().map(row).collect() }
}

fn purpose(about: About<'_>) -> String {
    format!("利用目的：{}", about.purpose.trim())
}

fn count(entries: &[Exported]) -> String {
    format!("収録：{}件", entries.len())
}

/// The lines below an answer.
fn facts(entry: &Exported) -> [String; 3] {
    let known = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
    [
        format!("掲載箇所：{}", known(&entry.place)),
        format!("分類：{}", known(&entry.topic)),
        format!("受付月：{}", entry.month),
    ]
}

fn blocks(about: About<'_>, entries: &[Exported]) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(about.title.to_owned()),
        Block::Paragraph(purpose(about)),
        Block::Paragraph(count(entries)),
    ];
    for entry in entries {
        blocks.push(Block::Heading(entry.number.to_string()));
        blocks.push(Block::Paragraph(format!("質問\n{}", entry.question)));
        blocks.push(Block::Paragraph(format!("回答\n{}", entry.answer)));
        blocks.push(Block::Paragraph(facts(entry).join("\n")));
    }
    blocks
}

fn markdown(about: About<'_>, entries: &[Exported]) -> String {
    let mut text = format!("# {}\n\n{}\n\n{}\n", escaped(about.title), purpose(about), count(entries));
    for entry in entries {
        let [place, topic, month] = facts(entry).map(|fact| escaped(&fact));
        text.push_str(&format!(
            "\n## {}\n\n**質問**\n\n{}\n\n**回答**\n\n{}\n\n- {place}\n- {topic}\n- {month}\n",
            entry.number,
            escaped(&entry.question),
            escaped(&entry.answer),
        ));
    }
    text
}

/// A text of Markdown in which no line is a heading, a list, a link or HTML. Line breaks stay.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (nth, line) in text.lines().enumerate() {
        if nth > 0 {
            escaped.push_str("  \n");
        }
        let line = line.trim_end();
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let line = line.get(indent..).unwrap_or_default();
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        for (at, c) in line.char_indices() {
            let begins = at == 0 && matches!(c, '#' | '-' | '+' | '=' | '|' | ':' | '~' | '>');
            let numbers = at == digits && digits > 0 && matches!(c, '.' | ')');
            if begins || numbers || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '!' | '~') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'_> =
        About { title: "改訂のための質問と回答", purpose: "改訂の参考。" };

    fn entries() -> Vec<Exported> {
        vec![Exported {
            number: "FAQ-2025-0001".parse().unwrap(),
            question: "=会議の例は。\n# 二行目 <b>".into(),
            answer: "1. 例です。\n- [例](https://example.jp)".into(),
            place: String::new(),
            topic: "会議".into(),
            month: "2025-07".into(),
        }]
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn markdown_shows_texts_as_they_stand() {
        insta::assert_snapshot!(text(&file(ABOUT, &entries(), Format::Markdown).unwrap()));
    }

    #[test]
    fn a_csv_has_the_purpose_in_each_row_and_no_formula() {
        let csv = text(&file(ABOUT, &entries(), Format::Csv).unwrap());
        assert!(csv.starts_with("\u{feff}番号,質問,回答,掲載箇所,分類,受付月,利用目的\r\n"), "{csv}");
        assert!(csv.contains(",'=会議の例は。 ／ # 二行目 <b>,") && csv.contains(ABOUT.purpose), "{csv}");
    }

    #[test]
    fn a_docx_reads_back() {
        let bytes = file(ABOUT, &entries(), Format::Docx).unwrap();
        let paper = paper::read("faq.docx", &bytes).files.into_iter().next().unwrap().paper.unwrap();
        let texts: Vec<&str> =
            paper.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str()).collect();
        assert!(texts.contains(&purpose(ABOUT).as_str()), "{texts:?}");
        assert!(texts.contains(&"質問\n=会議の例は。\n# 二行目 <b>"), "{texts:?}");
        assert!(texts.contains(&"掲載箇所：（未定）\n分類：会議\n受付月：2025-07"), "{texts:?}");
    }
}
