//! The file of rotated refresh tokens, replaced atomically, so that a crash leaves either the old or the new file.
//! Each row is keyed by a hash of the token that the operator set, so setting another token starts a new row.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::{hex, private_file};

/// The open file. An exclusive lock keeps other processes of the desk out until this value is dropped.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    rows: BTreeMap<String, String>,
    _lock: File,
}

impl TokenFile {
    /// Locks, reads and rewrites the file. The rewrite proves before the token request that the file is writable: the
    /// provider may invalidate the old token, and a new token that cannot be stored is lost.
    ///
    /// # Errors
    /// If the folder is not writable, or the file has another format.
    pub fn open(path: &Path) -> io::Result<Self> {
        let lock = private(&suffixed(path, ".lock"))?;
        lock.lock()?;
        let rows = match fs::read(path) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let file = Self { path: path.to_path_buf(), rows, _lock: lock };
        file.write()?;
        Ok(file)
    }

    /// The latest token of the row for `first`, the token that the operator set; `first` itself if there is no row.
    pub fn newest(&self, first: &SecretString) -> SecretString {
        self.rows.get(&row(first)).map_or_else(|| first.clone(), |newest| newest.as_str().into())
    }

    /// Stores the latest token in the row for `first`.
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

/// Row key of a token: its SHA-256, so that the file does not contain the token that the operator set.
fn row(first: &SecretString) -> String {
    hex::encode(&Sha256::digest(first.expose_secret()))
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

fn private(path: &Path) -> io::Result<File> {
    private_file::open(path, OpenOptions::new().truncate(false))
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn the_newest_token_is_kept_for_the_one_that_was_set_and_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oauth2.json");
        let (first, other) = (SecretString::from("first"), SecretString::from("other"));
        // A crash left one that was open to others.
        let left = suffixed(&path, ".new");
        fs::write(&left, "").unwrap();
        fs::set_permissions(&left, Permissions::from_mode(0o644)).unwrap();
        let mut file = TokenFile::open(&path).unwrap();
        assert_eq!(file.newest(&first).expose_secret(), "first");
        file.replace(&first, &"second".into()).unwrap();
        drop(file);
        let file = TokenFile::open(&path).unwrap();
        assert_eq!(file.newest(&first).expose_secret(), "second");
        assert_eq!(file.newest(&other).expose_secret(), "other");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oauth2.json");
        fs::write(&path, "not ours").unwrap();
        assert!(TokenFile::open(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "not ours");
    }
}
