//! Messages from files, folders and standard input: `.eml`, mbox, Maildir folders, and what an MTA pipes in.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{Taken, maildir::file_time};
use crate::store::Place;

/// How the ledger names the place of messages that came as files.
const FOLDER: &str = "file";
/// How much of an oversize message is read: its headers lie within.
const HEADERS_AT_MOST: u64 = 256 * 1024;

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Every message in the files and folders named, in the order of their names; `sink` gets one at a time.
///
/// # Errors
/// When a file cannot be read, or from `sink`.
pub fn read_paths<E: From<FileError>>(
    paths: &[PathBuf],
    max_size: u64,
    sink: &mut dyn FnMut(Taken) -> Result<(), E>,
) -> Result<(), E> {
    for path in paths {
        let failed = |source| FileError { path: path.clone(), source };
        if path.is_dir() {
            let mut inside: Vec<PathBuf> =
                fs::read_dir(path).map_err(failed)?.filter_map(|file| Some(file.ok()?.path())).collect();
            inside.sort();
            let maildir = path.join("cur").is_dir() && path.join("new").is_dir();
            let wanted = |file: &PathBuf| {
                if maildir { file.ends_with("cur") || file.ends_with("new") } else { !is_hidden(file) }
            };
            inside.retain(wanted);
            read_paths(&inside, max_size, sink)?;
        } else if is_mbox(path).map_err(failed)? {
            let bytes = fs::read(path).map_err(failed)?;
            for (nth, raw) in (1..).zip(split_mbox(&bytes)) {
                let place = Place::File { folder: FOLDER.into(), name: format!("{}#{nth}", path.display()) };
                sink(from_bytes(raw, place, max_size))?;
            }
        } else {
            let place = Place::File { folder: FOLDER.into(), name: path.display().to_string() };
            sink(take_file(path, place, max_size).map_err(failed)?)?;
        }
    }
    Ok(())
}

/// One message from standard input; an mbox `From ` line that an MTA puts in front is taken off.
///
/// # Errors
/// When it cannot be read to its end: then the MTA keeps the mail.
pub fn from_reader(mut reader: impl Read, max_size: u64) -> Result<Taken, FileError> {
    let path = PathBuf::from("standard input");
    let mut raw = Vec::new();
    reader.read_to_end(&mut raw).map_err(|source| FileError { path, source })?;
    let raw = match raw.strip_prefix(b"From ") {
        Some(rest) => rest
            .iter()
            .position(|b| *b == b'\n')
            .and_then(|end| rest.get(end + 1..))
            .unwrap_or_default()
            .to_vec(),
        None => raw,
    };
    Ok(from_bytes(raw, Place::File { folder: FOLDER.into(), name: "-".into() }, max_size))
}

/// One message from its own file. Of a larger one than allowed, only the headers are read.
pub(super) fn take_file(path: &Path, place: Place, max_size: u64) -> io::Result<Taken> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let (size, oversize) = (metadata.len(), metadata.len() > max_size);
    let mut raw = Vec::new();
    file.take(if oversize { HEADERS_AT_MOST } else { u64::MAX }).read_to_end(&mut raw)?;
    if oversize {
        raw = headers_of(raw);
    }
    Ok(Taken { place, raw, size, oversize, received_at: None, file_time: file_time(&metadata) })
}

fn from_bytes(raw: Vec<u8>, place: Place, max_size: u64) -> Taken {
    let size = raw.len() as u64;
    let oversize = size > max_size;
    let raw = if oversize { headers_of(raw) } else { raw };
    Taken { place, raw, size, oversize, received_at: None, file_time: None }
}

/// The headers of a message, up to and with the empty line.
fn headers_of(mut raw: Vec<u8>) -> Vec<u8> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 2);
    let crlf = raw.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    if let Some(end) = end.into_iter().chain(crlf).min() {
        raw.truncate(end);
    }
    raw
}

/// Whether a file is an mbox (RFC 4155): it begins with a `From ` line.
///
/// # Errors
/// When it cannot be read.
pub fn is_mbox(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(5).read_to_end(&mut start)?;
    Ok(start == b"From ")
}

/// The messages of an mbox. A `From ` line counts only after an empty line; `>From ` is unquoted.
#[must_use]
pub fn split_mbox(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if after_blank && line.starts_with(b"From ") {
            messages.push(Vec::new());
            after_blank = false;
            continue;
        }
        after_blank = matches!(line, b"\n" | b"\r\n");
        let Some(message) = messages.last_mut() else { continue };
        let quoted = line.iter().position(|b| *b != b'>').filter(|n| *n > 0);
        let unquote = quoted.is_some_and(|n| line.get(n..).is_some_and(|rest| rest.starts_with(b"From ")));
        message.extend_from_slice(if unquote { line.get(1..).unwrap_or_default() } else { line });
    }
    messages
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_at_its_from_lines_only() {
        let mbox = b"From a@b Tue Jul  1 10:00:00 2025\nSubject: 1\n\nFrom here on\n>From there\n\nFrom c@d Tue Jul  1 10:00:00 2025\nSubject: 2\n\ntwo\n";
        let messages = split_mbox(mbox);
        // "From here on" follows an empty line, so mbox itself cannot tell it from a separator: writers quote it.
        assert_eq!(messages.len(), 3);
        let quoted = split_mbox(b"From a@b x\nSubject: 1\n\n>From here on\n>>From there\n");
        assert_eq!(quoted, vec![b"Subject: 1\n\nFrom here on\n>From there\n".to_vec()]);
    }

    #[test]
    fn a_from_line_of_the_mta_is_taken_off() {
        let taken = from_reader(&b"From a@b Tue\nSubject: x\n\nbody\n"[..], 1000).unwrap();
        assert_eq!(taken.raw, b"Subject: x\n\nbody\n");
    }

    #[test]
    fn of_an_oversize_message_the_headers_remain() {
        let taken = from_reader(&b"Subject: x\r\nFrom: a@b\r\n\r\nlong body"[..], 10).unwrap();
        assert!(taken.oversize);
        assert_eq!(taken.raw, b"Subject: x\r\nFrom: a@b\r\n\r\n");
    }
}
