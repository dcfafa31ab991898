//! A Maildir as mailbox: `new/` and `cur/` are read, and nothing moves before the ledger has it.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{BATCH_BYTES, BATCH_MESSAGES, IntakeError, Taken};
use crate::{
    settings::After,
    store::{Place, Store, Unsettled},
};

/// A Maildir that is read.
#[derive(Debug, Clone)]
pub struct Maildir {
    /// Its folder, which holds `cur`, `new` and `tmp`.
    pub path: PathBuf,
    /// What happens to accounted messages.
    pub after: After,
    /// Subfolder for them with [`After::Move`] (Maildir++: a dot in front).
    pub processed_folder: String,
    /// Subfolder for parked ones.
    pub parked_folder: String,
    /// Larger messages are not read whole, in bytes.
    pub max_message_size: u64,
    listed: VecDeque<PathBuf>,
    /// The first file that could not be read in this pass.
    unreadable: Option<(PathBuf, String)>,
}

impl Maildir {
    /// A Maildir at `path`.
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

    /// How the ledger names it.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Sees that it is a Maildir, and makes the folders that messages are moved to.
    ///
    /// # Errors
    /// When it is none, or is not writable.
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

    /// Lists the files that the ledger does not hold, oldest first.
    ///
    /// # Errors
    /// When the folder or the ledger does not answer.
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
        // Unique names begin with the second of delivery.
        found.sort();
        self.listed = found.into_iter().map(|(_, path)| path).collect();
        Ok(self.listed.len())
    }

    /// Every message file in it and in the folders that accounted mail is moved to, by unique name.
    ///
    /// # Errors
    /// When a folder cannot be read.
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

    /// Reads the next few files. One that cannot be read stops nothing: it is looked for again by the next pass.
    pub fn next_batch(&mut self) -> Vec<Taken> {
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while taken.len() < BATCH_MESSAGES
            && bytes < BATCH_BYTES
            && let Some(path) = self.listed.pop_front()
        {
            match self.take(&path) {
                Ok(message) => {
                    bytes += message.raw.len();
                    taken.push(message);
                }
                // Another program has renamed or removed it; the next look finds it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    self.unreadable.get_or_insert_with(|| (path, source.to_string()));
                }
            }
        }
        taken
    }

    /// The first file that could not be read in this pass; said once.
    ///
    /// # Errors
    /// That is the error.
    pub fn left_over(&mut self) -> Result<(), IntakeError> {
        self.unreadable.take().map_or(Ok(()), |(path, why)| Err(failed(&path, io::Error::other(why))))
    }

    fn take(&self, path: &Path) -> io::Result<Taken> {
        let name = unique_name(path).unwrap_or_default();
        let place = Place::File { folder: self.name(), name };
        super::files::take_file(path, place, self.max_message_size)
    }

    /// Moves accounted files: to `cur/`, with the flag Seen, or into a subfolder.
    ///
    /// # Errors
    /// When a file cannot be moved.
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

    /// Where a message lies now: other programs rename files as they read them.
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

/// Makes the three folders of a Maildir.
///
/// # Errors
/// When they cannot be made.
pub fn make_maildir(path: &Path) -> Result<(), IntakeError> {
    ["cur", "new", "tmp"].iter().try_for_each(|folder| {
        let folder = path.join(folder);
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))
    })
}

/// The file name without its flags.
fn unique_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    Some(name.split(":2,").next().unwrap_or(name).to_owned())
}

/// A file's time of change.
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
