//! A Maildir as the mailbox. Reads `new/` and `cur/`, and moves no file before its message is in the ledger.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{BATCH_BYTES, BATCH_MESSAGES, FetchedMessage, IntakeError};
use crate::{
    settings::After,
    store::{Place, Store, Unsettled},
};

/// The Maildir that the desk reads, with the state of the current pass.
#[derive(Debug, Clone)]
pub struct Maildir {
    /// The folder that contains `cur`, `new` and `tmp`.
    pub path: PathBuf,
    /// What to do with a message once it is in the ledger.
    pub after: After,
    /// Subfolder for processed mail with [`After::Move`]. On disk its name gets a leading dot (Maildir++).
    pub processed_folder: String,
    /// Subfolder for parked mail with [`After::Move`].
    pub parked_folder: String,
    /// In bytes. Of a larger message, only the header section is read.
    pub max_message_size: u64,
    /// Files found by [`Maildir::look`] that are not read yet.
    listed: VecDeque<PathBuf>,
    /// The first file that could not be read in this pass, with the reason.
    unreadable: Option<(PathBuf, String)>,
}

impl Maildir {
    #[must_use]
    pub fn new(
        path: PathBuf,
        after: After,
        processed_folder: String,
        parked_folder: String,
        max_message_size: u64,
    ) -> Self {
        Self {
            path,
            after,
            processed_folder,
            parked_folder,
            max_message_size,
            listed: VecDeque::new(),
            unreadable: None,
        }
    }

    /// The folder name of this Maildir in the ledger.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Checks that the path is a Maildir, and creates the subfolders that [`After::Move`] needs.
    pub fn prepare(&self) -> Result<(), IntakeError> {
        let new = self.path.join("new");
        fs::read_dir(&new).map_err(|source| failed(&new, source))?;
        if self.after == After::Move {
            for folder in [&self.processed_folder, &self.parked_folder] {
                make_maildir(&self.subfolder(folder))?;
            }
        }
        Ok(())
    }

    /// Lists the files whose messages are not in the ledger, oldest first. Returns their number.
    pub async fn look(&mut self, store: &Store) -> Result<usize, IntakeError> {
        let name = self.name();
        let mut found = Vec::new();
        for folder in ["new", "cur"] {
            let folder = self.path.join(folder);
            for file in fs::read_dir(&folder).map_err(|source| failed(&folder, source))? {
                let path = file.map_err(|source| failed(&folder, source))?.path();
                let Some(unique) = unique_name(&path).filter(|unique| !unique.starts_with('.')) else {
                    continue;
                };
                if path.is_file() && !store.knows_file(&name, &unique).await? {
                    found.push((unique, path));
                }
            }
        }
        // Unique names begin with the delivery time in seconds, so name order is delivery order.
        found.sort();
        self.listed = found.into_iter().map(|(_, path)| path).collect();
        Ok(self.listed.len())
    }

    /// Lists all message files by unique name, including those in the subfolders of [`After::Move`].
    pub fn inventory(&self) -> Result<Vec<(String, PathBuf)>, IntakeError> {
        let mut roots = vec![self.path.clone()];
        if self.after == After::Move {
            roots.extend([self.subfolder(&self.processed_folder), self.subfolder(&self.parked_folder)]);
        }
        let mut found = Vec::new();
        for folder in roots.iter().flat_map(|root| ["new", "cur"].map(|name| root.join(name))) {
            for file in fs::read_dir(&folder).map_err(|source| failed(&folder, source))? {
                let path = file.map_err(|source| failed(&folder, source))?.path();
                let name = unique_name(&path).filter(|name| !name.starts_with('.') && path.is_file());
                found.extend(name.map(|name| (name, path)));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Reads the next few files. Skips a file that cannot be read; the next pass tries it again.
    pub fn next_batch(&mut self) -> Vec<FetchedMessage> {
        let (mut messages, mut bytes) = (Vec::new(), 0);
        while messages.len() < BATCH_MESSAGES
            && bytes < BATCH_BYTES
            && let Some(path) = self.listed.pop_front()
        {
            match self.read(&path) {
                Ok(message) => {
                    bytes += message.raw.len();
                    messages.push(message);
                }
                // Another program renamed or removed the file. If it still exists, the next pass finds it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    self.unreadable.get_or_insert_with(|| (path, source.to_string()));
                }
            }
        }
        messages
    }

    /// Returns the error of the first file that could not be read in this pass. A second call returns `Ok`.
    pub fn left_over(&mut self) -> Result<(), IntakeError> {
        self.unreadable.take().map_or(Ok(()), |(path, why)| Err(failed(&path, io::Error::other(why))))
    }

    fn read(&self, path: &Path) -> io::Result<FetchedMessage> {
        let name = unique_name(path).unwrap_or_default();
        let place = Place::File { folder: self.name(), name };
        super::files::read_message_file(path, place, self.max_message_size)
    }

    /// Moves the files of recorded messages: to `cur/`, with flag `S` for [`After::Seen`], or into a subfolder.
    pub fn settle(&mut self, rows: &[Unsettled]) -> Result<(), IntakeError> {
        for row in rows {
            let Some((name, path)) = row.file.as_ref().and_then(|name| Some((name, self.find(name)?))) else {
                continue;
            };
            let target = match self.after {
                After::Keep if path.parent().is_some_and(|folder| folder.ends_with("cur")) => continue,
                After::Keep => self.path.join("cur").join(format!("{name}:2,")),
                After::Seen => self.path.join("cur").join(format!("{name}:2,S")),
                After::Move if row.parked => {
                    self.subfolder(&self.parked_folder).join("cur").join(format!("{name}:2,"))
                }
                After::Move => self.subfolder(&self.processed_folder).join("cur").join(format!("{name}:2,S")),
            };
            fs::rename(&path, &target).map_err(|source| failed(&path, source))?;
        }
        Ok(())
    }

    /// The current path of a message. Mail programs rename a file when they change its flags.
    fn find(&self, name: &str) -> Option<PathBuf> {
        let new = self.path.join("new").join(name);
        if new.exists() {
            return Some(new);
        }
        let mut files = fs::read_dir(self.path.join("cur")).ok()?;
        files.find_map(|file| {
            Some(file.ok()?.path()).filter(|path| unique_name(path).as_deref() == Some(name))
        })
    }

    fn subfolder(&self, name: &str) -> PathBuf {
        self.path.join(format!(".{}", utf7_imap::encode_utf7_imap(name.to_owned())))
    }
}

/// Creates `cur`, `new` and `tmp` in `path`.
pub fn make_maildir(path: &Path) -> Result<(), IntakeError> {
    ["cur", "new", "tmp"].iter().try_for_each(|folder| {
        let folder = path.join(folder);
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))
    })
}

/// The file name without its flags, which stays the same when another program changes them.
fn unique_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    Some(name.split(":2,").next().unwrap_or(name).to_owned())
}

pub(super) fn file_time(metadata: &fs::Metadata) -> Option<DateTime<Utc>> {
    metadata.modified().ok().map(DateTime::<Utc>::from)
}

fn failed(path: &Path, source: io::Error) -> IntakeError {
    IntakeError::Maildir { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{After, BATCH_BYTES, BATCH_MESSAGES, Maildir, make_maildir};

    #[test]
    fn a_batch_ends_where_it_has_bytes_or_messages_enough() {
        let folder = tempfile::tempdir().unwrap();
        make_maildir(folder.path()).unwrap();
        let mut maildir =
            Maildir::new(folder.path().into(), After::Keep, String::new(), String::new(), u64::MAX);
        let mut put = |name: String, size: usize| {
            let path = folder.path().join("new").join(name);
            fs::write(&path, vec![b'x'; size]).unwrap();
            maildir.listed.push_back(path);
        };
        (0..4).for_each(|nth| put(format!("large-{nth}"), BATCH_BYTES * 2 / 3));
        (0..BATCH_MESSAGES).for_each(|nth| put(format!("small-{nth}"), 1));
        let batches: Vec<usize> = (0..4).map(|_| maildir.next_batch().len()).collect();
        assert_eq!(batches, [2, 2, BATCH_MESSAGES, 0]);
    }
}
