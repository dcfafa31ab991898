//! Writes a .docx of three parts: headings, paragraphs and tables. The same blocks always give the same bytes.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Paragraph(String),
    /// The first row is the head.
    Table(Vec<Vec<String>>),
}

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
/// A4 with margins of 2 cm, in twentieths of a point.
const END: &str = r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>"#;
/// One font for Latin and Japanese letters, which every Word has.
const FONT: &str = r#"<w:rFonts w:ascii="MS Mincho" w:hAnsi="MS Mincho" w:eastAsia="MS Mincho"/>"#;
/// The width between the margins.
const WIDTH: usize = 9638;

/// The bytes of a .docx.
///
/// # Errors
/// When the zip cannot hold it: more than 4 GB.
pub fn write(blocks: &[Block]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("word/document.xml", document(blocks).as_str()),
    ] {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn document(blocks: &[Block]) -> String {
    let mut xml = HEAD.to_owned();
    for block in blocks {
        match block {
            Block::Heading(text) => xml.push_str(&paragraph(text, "<w:b/>", 26)),
            Block::Paragraph(text) => xml.push_str(&paragraph(text, "", 21)),
            Block::Table(rows) => xml.push_str(&table(rows)),
        }
    }
    xml + END
}

/// A text whose line breaks stay. `size` is in half points.
fn paragraph(text: &str, style: &str, size: usize) -> String {
    let lines: Vec<String> =
        text.lines().map(|line| format!(r#"<w:t xml:space="preserve">{}</w:t>"#, escaped(line))).collect();
    format!(
        r#"<w:p><w:r><w:rPr>{FONT}{style}<w:sz w:val="{size}"/></w:rPr>{}</w:r></w:p>"#,
        lines.join("<w:br/>")
    )
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    if columns == 0 {
        return String::new();
    }
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .map(|side| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>"#))
        .concat();
    let widths = widths(rows, columns);
    let grid: String = widths.iter().map(|width| format!(r#"<w:gridCol w:w="{width}"/>"#)).collect();
    let mut xml = format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"#
    );
    for (nth, row) in rows.iter().enumerate() {
        xml.push_str(if nth == 0 { "<w:tr><w:trPr><w:tblHeader/></w:trPr>" } else { "<w:tr>" });
        for (column, width) in widths.iter().enumerate() {
            let text = row.get(column).map_or("", String::as_str);
            let style = if nth == 0 { "<w:b/>" } else { "" };
            xml.push_str(&format!(
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{}</w:tc>"#,
                paragraph(text, style, 18)
            ));
        }
        xml.push_str("</w:tr>");
    }
    // Word wants a paragraph behind a table.
    xml + "</w:tbl><w:p/>"
}

/// The widths of the columns, by their longest lines: a short column keeps its lines whole, and long texts share the rest.
fn widths(rows: &[Vec<String>], columns: usize) -> Vec<usize> {
    /// Narrowest and widest column, in half-width characters.
    const LIMITS: (usize, usize) = (4, 26);
    let display = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let longest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.flat_map(|cell| cell.lines().map(display)).max().unwrap_or_default()
    };
    // The margins of a cell take the room of three characters.
    let shares: Vec<usize> =
        (0..columns).map(|column| longest(column).clamp(LIMITS.0, LIMITS.1) + 3).collect();
    let all: usize = shares.iter().sum();
    shares.iter().map(|share| WIDTH * share / all.max(1)).collect()
}

/// Text as XML. Characters that XML 1.0 does not have are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Format, read};

    #[test]
    fn what_is_written_is_read_again() {
        let blocks = [
            Block::Heading("実施報告".into()),
            Block::Paragraph("<応募> & \"結果\"\n二行目\u{1}".into()),
            Block::Table(vec![
                vec!["番号".into(), "地域".into()],
                vec!["ZT-2025-0001".into(), "花里県".into()],
                vec!["ZT-2025-0002".into()],
            ]),
        ];
        let bytes = write(&blocks).unwrap();
        assert_eq!(bytes, write(&blocks).unwrap());
        let opened = read("report.docx", &bytes);
        let paper = opened.files.into_iter().next().unwrap().paper.unwrap();
        let texts: Vec<Vec<String>> =
            paper.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect()).collect();
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(opened.format, Format::Docx);
        assert_eq!(
            texts.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect::<Vec<_>>(),
            [
                own(&["実施報告"]),
                own(&["<応募> & \"結果\"\n二行目"]),
                own(&["番号", "地域"]),
                own(&["ZT-2025-0001", "花里県"]),
                own(&["ZT-2025-0002", ""]),
            ]
        );
    }
}
