//! Files as strangers send them: other formats, locked, broken, hostile.

use super::docx::{document, p, package, row, run, table, tc, text, zip};
use super::*;

#[track_caller]
fn check(name: &str, file: &str, bytes: &[u8], format: Format, expected: Result<&str, Unread>) {
    let opened = read(file, bytes);
    assert_eq!(opened.format, format, "{name}");
    let [only] = opened.files.as_slice() else { panic!("{name}: {} files", opened.files.len()) };
    let text = only.paper.as_ref().map(all).map_err(|reason| *reason);
    assert_eq!(text, expected.map(str::to_owned), "{name}");
}

/// All text, rows on lines, cells between bars.
fn all(paper: &Paper) -> String {
    let line = |row: &Row| row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("|");
    paper.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.resize(1024, 0);
    bytes.extend(stream.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

#[test]
fn the_content_tells_the_format() {
    let word = docx::docx(&text("汐見"));
    let scan = b"%PDF-1.4 1 0 obj <</Type/XObject/Subtype/Image/Filter/DCTDecode>> stream".as_slice();
    let pdf = b"%PDF-1.7 1 0 obj <</Type/ObjStm>> stream endstream 2 0 obj <</Length1 90/Filter/FlateDecode>> stream".as_slice();
    use Unread::{Broken, NoText, Password, UnknownFormat};
    for (name, file, bytes, format, expected) in [
        ("word", "a.docx", word.as_slice(), Format::Docx, Ok("汐見")),
        ("word under another name", "a.doc", &word, Format::Docx, Ok("汐見")),
        ("word without a name", "", &word, Format::Docx, Ok("汐見")),
        (
            "an old file under a new name",
            "a.docx",
            &compound("WordDocument"),
            Format::Doc,
            Err(UnknownFormat),
        ),
        ("a spreadsheet", "a.xls", &compound("Workbook"), Format::Xls, Err(UnknownFormat)),
        ("ichitaro", "a.jtd", &compound("JSRV_SegmentInformation"), Format::Jtd, Err(UnknownFormat)),
        ("a locked file", "a.docx", &compound("EncryptedPackage"), Format::Docx, Err(Password)),
        ("a scan", "a.pdf", scan, Format::Pdf, Err(NoText)),
        ("letters in a PDF", "a.pdf", pdf, Format::Pdf, Err(UnknownFormat)),
        ("a picture", "a.bin", b"\xFF\xD8\xFF\xE0", Format::Image, Err(NoText)),
        ("rtf under another name", "a.doc", b"{\\rtf1}", Format::Rtf, Err(UnknownFormat)),
        ("html under another name", "a.docx", b"<html>", Format::Docx, Err(Broken)),
        ("nothing", "a.docx", b"", Format::Docx, Err(Broken)),
        ("half", "a.docx", &word[..word.len() / 2], Format::Docx, Err(Broken)),
        ("text", "a.txt", b"abc", Format::Other, Err(UnknownFormat)),
        ("odt", "a.odt", &zip(&[("mimetype", b"x"), ("content.xml", b"x")]), Format::Odt, Err(UnknownFormat)),
        (
            "xlsx",
            "a.xlsx",
            &zip(&[("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")]),
            Format::Xlsx,
            Err(UnknownFormat),
        ),
    ] {
        check(name, file, bytes, format, expected);
    }
}

#[test]
fn the_main_part_is_found() {
    let relations = |target: &str| {
        format!(
            "<Relationships><Relationship Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" Target=\"{target}\"/></Relationships>"
        )
    };
    let part = document(&text("汐見"));
    for (name, target, path) in [
        ("Word online", "/word/document2.xml", "word/document2.xml"),
        ("no leading slash", "word/document2.xml", "word/document2.xml"),
        ("other case", "Word/Document.xml", "word/document.xml"),
        ("backslashes", "word/document.xml", "word\\document.xml"),
        ("no such part", "word/gone.xml", "word/document.xml"),
    ] {
        let relations = relations(target);
        let entries = [
            ("[Content_Types].xml", &b"x"[..]),
            ("_rels/.rels", relations.as_bytes()),
            (path, part.as_bytes()),
        ];
        check(name, "a.docx", &zip(&entries), Format::Docx, Ok("汐見"));
    }
}

#[test]
fn hostile_files_are_refused() {
    let with = |head: &str, body: &str| package(format!("{head}<document>{body}</document>").as_bytes(), &[]);
    let nested =
        |depth: usize| format!("{}{}", "<tbl><tr><tc>".repeat(depth), "</tc></tr></tbl>".repeat(depth));
    let wide = "<p/>".repeat(1_200_000);
    let cells = format!("<tbl><tr>{}</tr></tbl>", "<tc/>".repeat(21_000));
    let span = "<tbl><tr><tc><tcPr><gridSpan val=\"100000\"/></tcPr></tc></tr></tbl>";
    let utf16: Vec<u8> = document("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let many: Vec<String> = (0..2_001).map(|at| format!("word/{at}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    use Unread::{Broken, TooLarge, Unsafe};
    for (name, bytes, reason) in [
        ("a document type", with("<!DOCTYPE a [<!ENTITY b \"c\">]>", ""), Unsafe),
        ("an entity", with("", "<p><r><t>&b;</t></r></p>"), Unsafe),
        ("an external entity", with("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", ""), Unsafe),
        ("much text", with("", &wide), TooLarge),
        ("many cells", with("", &cells), TooLarge),
        ("a wide cell", with("", span), TooLarge),
        ("many tables in each other", with("", &nested(5_000)), TooLarge),
        ("many entries", zip(&many), TooLarge),
        ("UTF-16", package(&utf16, &[]), Broken),
        ("no element", package(b"", &[]), Broken),
        ("an open element", package(b"<document><body>", &[]), Broken),
        ("elements across", package(b"<a><b></a></b>", &[]), Broken),
    ] {
        let opened = read("a.docx", &bytes);
        assert_eq!(opened.files[0].paper, Err(reason), "{name}");
    }
    check(
        "five entities and characters",
        "a.docx",
        &with("", "<p><r><t>&lt;&#x6C50;&#35211;&amp;</t></r></p>"),
        Format::Docx,
        Ok("<汐見&"),
    );
    check("tables in each other", "a.docx", &with("", &nested(30)), Format::Docx, Ok(""));
}

#[test]
fn a_document_type_in_the_relations_is_refused() {
    let entries = [
        ("[Content_Types].xml", &b"x"[..]),
        ("_rels/.rels", b"<!DOCTYPE a><a/>"),
        ("word/document.xml", b"<document/>"),
    ];
    check("relations", "a.docx", &zip(&entries), Format::Docx, Err(Unread::Unsafe));
}

#[test]
fn a_zip_is_read_one_level_deep() {
    let word = docx::docx(&text("汐見"));
    let inner = zip(&[("a.docx", &word)]);
    let read_all = |entries: &[(&str, &[u8])]| -> Vec<(Option<String>, Result<String, Unread>)> {
        let opened = read("申込書.zip", &zip(entries));
        assert_eq!(opened.format, Format::Zip);
        let file = |file: OpenedFile| (file.inner_name, file.paper.map(|paper| all(&paper)));
        opened.files.into_iter().map(file).collect()
    };
    let good = |name: &str| (Some(name.to_owned()), Ok("汐見".to_owned()));
    let bad = |name: &str, reason| (Some(name.to_owned()), Err(reason));
    for (name, entries, expected) in [
        ("one", vec![("申込書.docx", word.as_slice())], vec![good("申込書.docx")]),
        (
            "a folder",
            vec![("応募/", b""), ("応募/a.docx", &word), ("応募/b.docx", &word)],
            vec![good("a.docx"), good("b.docx")],
        ),
        (
            "beside others",
            vec![("~$a.docx", b"x"), ("__MACOSX/._a.docx", b"x"), ("a.pdf", b"%PDF-1.4"), ("a.docx", &word)],
            vec![good("a.docx")],
        ),
        ("a scan alone", vec![("a.pdf", b"%PDF-1.4")], vec![bad("a.pdf", Unread::NoText)]),
        ("a zip in a zip", vec![("b.zip", &inner)], vec![bad("b.zip", Unread::UnknownFormat)]),
        ("a path", vec![("../../etc/a.docx", &word)], vec![good("a.docx")]),
        ("a name that turns", vec![("a\u{202e}cod.docx", &word)], vec![good("acod.docx")]),
        ("nothing", vec![("応募/", b"")], vec![(None, Err(Unread::UnknownFormat))]),
    ] {
        assert_eq!(read_all(&entries), expected, "{name}");
    }
    let names: Vec<String> = (0..21).map(|at| format!("{at}.docx")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), word.as_slice())).collect();
    assert_eq!(read_all(&many), [(None, Err(Unread::TooLarge))]);
}

#[test]
fn names_of_windows_are_decoded() {
    let name = encoding_rs::SHIFT_JIS.encode("申込書（汐見）.docx").0.into_owned();
    let placeholder = "x".repeat(name.len());
    let mut bytes = zip(&[(&placeholder, &docx::docx(&text("汐見")))]);
    let starts: Vec<usize> = memchr::memmem::find_iter(&bytes, placeholder.as_bytes()).collect();
    for at in starts {
        bytes[at..at + name.len()].copy_from_slice(&name);
    }
    assert_eq!(read("a.zip", &bytes).files[0].inner_name.as_deref(), Some("申込書（汐見）.docx"));
}

#[test]
fn locked_entries_are_told() {
    let bytes = docx::locked(zip(&[("a.docx", b"x")]));
    assert_eq!(read("a.zip", &bytes).files[0].paper, Err(Unread::Password));
}

#[test]
fn macros_are_told_and_the_text_is_read() {
    let bytes = package(document(&text("汐見")).as_bytes(), &[("word/vbaProject.bin", b"x")]);
    let opened = read("a.docm", &bytes);
    let paper = opened.files[0].paper.as_ref().unwrap();
    assert_eq!((opened.format, all(paper)), (Format::Docx, "汐見".to_owned()));
    assert_eq!(paper.findings, BTreeSet::from([Finding::Macro]));
}

#[test]
fn rows_have_their_places() {
    let merged = docx::cell("<w:gridSpan w:val=\"2\"/>", &text("a"));
    let continued = docx::cell("<w:vMerge w:val=\"continue\"/>", &text(""));
    let before =
        "<w:tr><w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>".to_owned() + &tc(&text("d")) + "</w:tr>";
    let body =
        text("p") + &table(&[row(&[merged, tc(&text("b"))]), row(&[continued, tc(&text("c"))]), before]);
    let opened = read("a.docx", &docx::docx(&body));
    let rows = &opened.files[0].paper.as_ref().unwrap().rows;
    let place = |row: &Row| {
        let cells = row
            .cells
            .iter()
            .map(|cell| format!("{}{}{}", cell.col, cell.text, if cell.continued { "^" } else { "" }));
        format!("{}: {}", row.table, cells.collect::<Vec<_>>().join(" "))
    };
    let places: Vec<String> = rows.iter().map(place).collect();
    let expected = ["0: 0p", "1: 0a 2b", "1: 0^ 1c", "1: 1d"];
    assert_eq!(places, expected);
}

#[test]
fn a_damaged_field_hides_no_more_than_its_paragraph() {
    let open = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>";
    check(
        "field",
        "a.docx",
        &docx::docx(&(p(&format!("{open}{}", run("x"))) + &text("汐見"))),
        Format::Docx,
        Ok("汐見"),
    );
}
