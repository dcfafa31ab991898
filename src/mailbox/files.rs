//! Reads messages from files, folders and standard input: `.eml`, mbox, Maildir folders, and the pipe of an MTA.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{FetchedMessage, maildir::file_time};
use crate::{mail::after_mbox_line, store::Place};

/// The folder name in the ledger for messages read from files.
const FOLDER: &str = "file";
/// Bytes read of an oversize message; its header section is expected to fit.
const MAX_HEADER_BYTES: u64 = 256 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct FileError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Reads every message in the given files and folders. Inside a folder, files are read in name order.
/// `sink` gets one message at a time, so that memory use does not grow with the number of messages.
pub fn read_paths<E: From<FileError>>(
    paths: &[PathBuf],
    max_size: u64,
    sink: &mut dyn FnMut(FetchedMessage) -> Result<(), E>,
) -> Result<(), E> {
    for path in paths {
        let failed = |source| FileError { path: path.clone(), source };
        if path.is_dir() {
            let mut inside: Vec<PathBuf> =
                fs::read_dir(path).map_err(failed)?.filter_map(|file| Some(file.ok()?.path())).collect();
            inside.sort();
            let maildir = path.join("cur").is_dir() && path.join("new").is_dir();
            let is_message = |file: &PathBuf| {
                if maildir { file.ends_with("cur") || file.ends_with("new") } else { !is_hidden(file) }
            };
            inside.retain(is_message);
            read_paths(&inside, max_size, sink)?;
        } else if is_mbox(path).map_err(failed)? {
            let bytes = fs::read(path).map_err(failed)?;
            for (nth, raw) in (1..).zip(split_mbox(&bytes)) {
                let place = Place::File { folder: FOLDER.into(), name: format!("{}#{nth}", path.display()) };
                sink(from_bytes(raw, place, max_size))?;
            }
        } else {
            let place = Place::File { folder: FOLDER.into(), name: path.display().to_string() };
            sink(read_message_file(path, place, max_size).map_err(failed)?)?;
        }
    }
    Ok(())
}

/// Reads one message from standard input. Removes the mbox `From ` line that some MTAs put in front.
///
/// # Errors
/// If the input cannot be read to its end. The command then fails, and the MTA keeps the mail.
pub fn from_reader(mut reader: impl Read, max_size: u64) -> Result<FetchedMessage, FileError> {
    let path = PathBuf::from("standard input");
    let mut raw = Vec::new();
    reader.read_to_end(&mut raw).map_err(|source| FileError { path, source })?;
    let raw = after_mbox_line(&raw).map(<[u8]>::to_vec).unwrap_or(raw);
    Ok(from_bytes(raw, Place::File { folder: FOLDER.into(), name: "-".into() }, max_size))
}

/// Reads a file that holds one message. If it is larger than `max_size`, only its header section is read.
pub(super) fn read_message_file(path: &Path, place: Place, max_size: u64) -> io::Result<FetchedMessage> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let (size, oversize) = (metadata.len(), metadata.len() > max_size);
    let mut raw = Vec::new();
    file.take(if oversize { MAX_HEADER_BYTES } else { u64::MAX }).read_to_end(&mut raw)?;
    if oversize {
        raw = headers_of(raw);
    }
    Ok(FetchedMessage { place, raw, size, oversize, received_at: None, file_time: file_time(&metadata) })
}

fn from_bytes(raw: Vec<u8>, place: Place, max_size: u64) -> FetchedMessage {
    let size = raw.len() as u64;
    let oversize = size > max_size;
    let raw = if oversize { headers_of(raw) } else { raw };
    FetchedMessage { place, raw, size, oversize, received_at: None, file_time: None }
}

/// Cuts a message after its header section, which includes the empty line.
fn headers_of(mut raw: Vec<u8>) -> Vec<u8> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 2);
    let crlf = raw.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    if let Some(end) = end.into_iter().chain(crlf).min() {
        raw.truncate(end);
    }
    raw
}

/// Whether a file is an mbox (RFC 4155), that is, begins with a `From ` line.
fn is_mbox(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(100).read_to_end(&mut start)?;
    Ok(after_mbox_line(&start).is_some())
}

/// Splits an mbox into its messages; `>From ` is unquoted. After an empty line a `From ` line separates if it has a date
/// or a field follows. Folders of Netscape and old Thunderbird lack the empty line: there both must be so.
fn split_mbox(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    let mut lines = bytes.split_inclusive(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        if after_mbox_line(line).is_some() {
            let field = lines.peek().is_some_and(|next| is_field(next));
            if messages.is_empty()
                || if after_blank { has_date(line) || field } else { has_date(line) && field }
            {
                messages.push(Vec::new());
                after_blank = false;
                continue;
            }
        }
        after_blank = matches!(line, b"\n" | b"\r\n");
        let Some(message) = messages.last_mut() else { continue };
        let quoted = line.iter().position(|b| *b != b'>').filter(|n| *n > 0);
        let unquote = quoted.is_some_and(|n| line.get(n..).is_some_and(|rest| rest.starts_with(b"From ")));
        message.extend_from_slice(if unquote { line.get(1..).unwrap_or_default() } else { line });
    }
    messages
}

/// Whether a `From ` line has the date of asctime: a time of day and a year.
fn has_date(line: &[u8]) -> bool {
    let words = || line.split(u8::is_ascii_whitespace);
    let time = |word: &[u8]| {
        let mut parts = word.split(|b| *b == b':');
        parts.clone().count() >= 2 && parts.all(|part| part.len() <= 2 && is_number(part))
    };
    words().any(time) && words().any(|word| word.len() == 4 && is_number(word))
}

fn is_number(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

/// Whether a line begins with the name of a header field. Eudora and some servers put `>From ` lines between.
fn is_field(line: &[u8]) -> bool {
    let name = line.iter().position(|b| !matches!(b, 33..=57 | 59..=126)).unwrap_or(line.len());
    let rest = line.get(name..).unwrap_or_default().trim_ascii_start();
    (name > 0 && rest.starts_with(b":")) || line.starts_with(b">From ")
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_at_its_from_lines_only() {
        for (name, mbox, messages) in [
            (
                "an empty line and a date",
                "From a@b Tue Jul  1 10:00:00 2025\nSubject: 1\n\none\n\nFrom c@d Tue Jul  1 10:00:00 2025\nSubject: 2\n\ntwo\n",
                &["Subject: 1\n\none\n\n", "Subject: 2\n\ntwo\n"][..],
            ),
            (
                "an empty line, no date, a field",
                "From a\nSubject: 1\n\none\n\nFrom c\nSubject: 2\n\ntwo\n",
                &["Subject: 1\n\none\n\n", "Subject: 2\n\ntwo\n"],
            ),
            (
                "no empty line before",
                "From - Tue Jul  1 10:00:00 2025\r\nSubject: 1\r\n\r\none\r\nFrom - Tue Jul  1 10:00 2025\r\nX-Status: 1\r\n\r\ntwo\r\n",
                &["Subject: 1\r\n\r\none\r\n", "X-Status: 1\r\n\r\ntwo\r\n"],
            ),
            (
                "a sentence behind an empty line",
                "From a@b x\nSubject: 1\n\nFrom here on\nit is text\n",
                &["Subject: 1\n\nFrom here on\nit is text\n"],
            ),
            (
                "a sentence before a label",
                "From a@b x\nSubject: 1\n\none\nFrom 10:00 on\nTEL: 03\n",
                &["Subject: 1\n\none\nFrom 10:00 on\nTEL: 03\n"],
            ),
            (
                "quoted lines",
                "From a@b x\nSubject: 1\n\n>From here on\n>>From there\n",
                &["Subject: 1\n\nFrom here on\n>From there\n"],
            ),
            ("a field with a blank", "From a@b x\nFrom : a@b\n\none\n", &["From : a@b\n\none\n"]),
        ] {
            assert_eq!(
                split_mbox(mbox.as_bytes()),
                messages.iter().map(|m| m.as_bytes().to_vec()).collect::<Vec<_>>(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_from_line_of_the_mta_is_taken_off() {
        let message = from_reader(&b"From a@b Tue\nSubject: x\n\nbody\n"[..], 1000).unwrap();
        assert_eq!(message.raw, b"Subject: x\n\nbody\n");
    }

    #[test]
    fn of_an_oversize_message_the_headers_remain() {
        let message = from_reader(&b"Subject: x\r\nFrom: a@b\r\n\r\nlong body"[..], 10).unwrap();
        assert!(message.oversize);
        assert_eq!(message.raw, b"Subject: x\r\nFrom: a@b\r\n\r\n");
    }
}
