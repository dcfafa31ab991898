//! Refresh tokens that a provider gave in exchange for older ones: one file, replaced as a whole, so that a crash leaves
//! the one before or the new one. Which token the operator set says which row is meant: setting a new one starts anew.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::hex;

/// The file, locked against other processes of the desk until it is dropped.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    rows: BTreeMap<String, String>,
    _lock: File,
}

impl Kept {
    /// Locks and reads the file, and proves that it can be written: a token that was exchanged and cannot be kept is lost.
    ///
    /// # Errors
    /// When the folder cannot be written to, or the file is none of ours.
    pub fn open(path: &Path) -> io::Result<Self> {
        let lock = private(&suffixed(path, ".lock"))?;
        lock.lock()?;
        let rows = match fs::read(path) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let kept = Self { path: path.to_path_buf(), rows, _lock: lock };
        kept.write()?;
        Ok(kept)
    }

    /// The newest token that stands for the one the operator set.
    pub fn newest(&self, first: &SecretString) -> SecretString {
        self.rows.get(&row(first)).map_or_else(|| first.clone(), |newest| newest.as_str().into())
    }

    /// Keeps a newer one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn replace(&mut self, first: &SecretString, newest: &SecretString) -> io::Result<()> {
        self.rows.insert(row(first), newest.expose_secret().to_owned());
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let new = suffixed(&self.path, ".new");
        let mut file = private(&new)?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(&self.rows)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// Which token is meant, without telling it.
fn row(first: &SecretString) -> String {
    hex::encode(&Sha256::digest(first.expose_secret()))
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// A file that only the desk's user reads.
fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_newest_token_is_kept_for_the_one_that_was_set_and_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oauth2.json");
        let (first, other) = (SecretString::from("first"), SecretString::from("other"));
        let mut kept = Kept::open(&path).unwrap();
        assert_eq!(kept.newest(&first).expose_secret(), "first");
        kept.replace(&first, &"second".into()).unwrap();
        drop(kept);
        let kept = Kept::open(&path).unwrap();
        assert_eq!(kept.newest(&first).expose_secret(), "second");
        assert_eq!(kept.newest(&other).expose_secret(), "other");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oauth2.json");
        fs::write(&path, "not ours").unwrap();
        assert!(Kept::open(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "not ours");
    }
}
