//! Opens the zip that a .docx is, or a zip with files in it. Only reads into memory, within limits that are counted while
//! inflating: the sizes in a header are the sender's.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use memchr::memmem;
use quick_xml::{Reader, events::Event};
use zip::{ZipArchive, result::ZipError};

use super::{Finding, Format, OpenedFile, Paper, Unread, document, format};

/// The text of a document. The form with its answers has 20 KB to 200 KB.
const MAX_PART: usize = 4 << 20;
/// The files in a zip together. A mail has some 25 MB.
const MAX_FILES: usize = 32 << 20;
/// Documents in a zip. A prefecture has some ten areas.
const MAX_DOCUMENTS: usize = 20;
/// Entries of a zip. A .docx has some 20, and one more for each picture.
const MAX_ENTRIES: usize = 2_000;
/// Characters of a name that is shown.
const MAX_NAME: usize = 120;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// An entry: its index, and its name with `/` and in lower case.
struct Entry {
    index: usize,
    shown: String,
    path: String,
    is_encrypted: bool,
}

/// Reads a zip: a .docx, another office file, or a folder of files.
pub(super) fn read(name: &str, bytes: &[u8]) -> (Format, Vec<OpenedFile>) {
    let alone = |format, paper| (format, vec![OpenedFile { inner_name: None, paper }]);
    match open(bytes) {
        Err(reason) => {
            let named = Format::named(name);
            alone(if named == Format::Other { Format::Zip } else { named }, Err(reason))
        }
        Ok((mut archive, entries)) => match format_of(&entries) {
            Format::Zip => (Format::Zip, folder(&mut archive, &entries)),
            Format::Docx => alone(Format::Docx, office(&mut archive, &entries)),
            format => alone(format, Err(Unread::UnknownFormat)),
        },
    }
}

fn open(bytes: &[u8]) -> Result<(Archive<'_>, Vec<Entry>), Unread> {
    // Before the directory is read: each entry of it costs some hundred bytes of memory.
    if memmem::find_iter(bytes, b"PK\x01\x02").take(MAX_ENTRIES + 1).count() > MAX_ENTRIES {
        return Err(Unread::TooLarge);
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unread::Broken)?;
    let mut entries = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|_| Unread::Broken)?;
        let shown = decoded(entry.name_raw());
        let path = shown.replace('\\', "/").to_lowercase();
        entries.push(Entry { index, path, shown, is_encrypted: entry.encrypted() });
    }
    Ok((archive, entries))
}

/// Windows writes names of a zip in the code page of the machine (cp932), others in UTF-8, with or without the flag.
fn decoded(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(name).0.into_owned(),
    }
}

fn format_of(entries: &[Entry]) -> Format {
    let has = |path: &str| entries.iter().any(|entry| entry.path == path);
    let is_in = |folder: &str| entries.iter().any(|entry| entry.path.starts_with(folder));
    match () {
        () if has("mimetype") && has("content.xml") => Format::Odt,
        () if !has("[content_types].xml") && !has("word/document.xml") => Format::Zip,
        () if is_in("xl/") => Format::Xlsx,
        () if is_in("ppt/") => Format::Pptx,
        () => Format::Docx,
    }
}

/// A .docx: the part that its relations name as the main one (Word online writes `word/document2.xml`), else the usual one.
fn office(archive: &mut Archive<'_>, entries: &[Entry]) -> Result<Paper, Unread> {
    if entries.iter().any(|entry| entry.is_encrypted) {
        return Err(Unread::Password);
    }
    let find = |path: &str| entries.iter().find(|entry| entry.path == path);
    let relations = match find("_rels/.rels") {
        Some(entry) => part(archive, entry.index, MAX_PART)?,
        None => Vec::new(),
    };
    let main = main_part(text(&relations)?)?.and_then(|path| find(&path));
    let main = main.or_else(|| find("word/document.xml")).ok_or(Unread::Broken)?;
    let has_macros = entries.iter().any(|entry| entry.path.ends_with("vbaproject.bin"));
    let bytes = part(archive, main.index, MAX_PART)?;
    document::read(text(&bytes)?, has_macros.then_some(Finding::Macro).into_iter().collect::<BTreeSet<_>>())
}

/// The path of the main part, as in [`Entry::path`] (ECMA-376 part 2, 9.3).
fn main_part(relations: &str) -> Result<Option<String>, Unread> {
    let mut reader = Reader::from_str(relations);
    loop {
        let element = match reader.read_event().map_err(|_| Unread::Broken)? {
            Event::Start(element) | Event::Empty(element) => element,
            Event::DocType(_) => return Err(Unread::Unsafe),
            Event::Eof => return Ok(None),
            _ => continue,
        };
        let value = |name| document::attribute(&element, name);
        if value("Type").is_some_and(|kind| kind.ends_with("/officeDocument")) {
            let target = value("Target").unwrap_or_default().replace('\\', "/").to_lowercase();
            let target = target.trim_start_matches('/');
            return Ok(Some(target.strip_prefix("./").unwrap_or(target).to_owned()));
        }
    }
}

/// The documents of a zip. Without one, the first other file says why nothing is read.
fn folder(archive: &mut Archive<'_>, entries: &[Entry]) -> Vec<OpenedFile> {
    let is_document = |entry: &&Entry| entry.path.ends_with(".docx") || entry.path.ends_with(".docm");
    let files: Vec<&Entry> = entries.iter().filter(|entry| is_file(entry)).collect();
    let mut chosen: Vec<&Entry> = files.iter().copied().filter(is_document).collect();
    if chosen.is_empty() {
        chosen = files;
    }
    if chosen.is_empty() || chosen.len() > MAX_DOCUMENTS {
        let reason = if chosen.is_empty() { Unread::UnknownFormat } else { Unread::TooLarge };
        return vec![OpenedFile { inner_name: None, paper: Err(reason) }];
    }
    let mut left = MAX_FILES;
    chosen
        .into_iter()
        .map(|entry| {
            let paper = inner(archive, entry, &mut left);
            OpenedFile { inner_name: Some(safe_name(&entry.shown)), paper }
        })
        .collect()
}

/// Neither a folder nor what systems and programs add: Finder's data, the lock of a document that is open in Word.
fn is_file(entry: &Entry) -> bool {
    let name = entry.path.rsplit('/').next().unwrap_or_default();
    !name.is_empty()
        && !name.starts_with("~$")
        && !name.starts_with("._")
        && !entry.path.starts_with("__macosx/")
        && !matches!(name, ".ds_store" | "thumbs.db" | "desktop.ini")
}

/// A file in a zip, one level deep.
fn inner(archive: &mut Archive<'_>, entry: &Entry, left: &mut usize) -> Result<Paper, Unread> {
    if entry.is_encrypted {
        return Err(Unread::Password);
    }
    let bytes = part(archive, entry.index, *left)?;
    *left -= bytes.len();
    if !format::is_zip(&bytes) {
        return Err(format::why_unread(Format::of(&entry.shown, &bytes), &bytes));
    }
    let (mut archive, entries) = open(&bytes)?;
    match format_of(&entries) {
        Format::Docx => office(&mut archive, &entries),
        _ => Err(Unread::UnknownFormat),
    }
}

/// The bytes of an entry, `limit` at most.
fn part(archive: &mut Archive<'_>, index: usize, limit: usize) -> Result<Vec<u8>, Unread> {
    let entry = archive.by_index(index).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Unread::Password
        }
        ZipError::CompressionMethodNotSupported(_) => Unread::UnknownFormat,
        _ => Unread::Broken,
    })?;
    let mut bytes = Vec::new();
    entry.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|_| Unread::Broken)?;
    if bytes.len() > limit { Err(Unread::TooLarge) } else { Ok(bytes) }
}

/// UTF-8, which every office program writes. A part in UTF-16 counts as broken.
fn text(bytes: &[u8]) -> Result<&str, Unread> {
    std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).map_err(|_| Unread::Broken)
}

/// The last part of a path, on one line. It is shown and never becomes a path.
fn safe_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control() && !is_direction(*c)).take(MAX_NAME).collect()
}

/// Characters that turn the direction of what follows, and so hide an extension.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
