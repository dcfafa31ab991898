//! One user's mailbox on the IMAP server: the Maildir behind it. Files put here are new mail for IMAP clients;
//! flags and moves by clients are read from file names.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

#[derive(Debug)]
pub struct Mailbox {
    /// Login name; the password is [`super::rig::PASSWORD`].
    pub user: String,
    dir: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Maildir flags: `S` for `\Seen`, `T` for `\Deleted`, `R`, `F`, `D`.
    pub flags: String,
    pub bytes: Vec<u8>,
}

impl Mailbox {
    pub(super) fn create(mail_dir: &Path, user: String) -> Self {
        let dir = mail_dir.join(&user);
        for folder in [dir.clone(), dir.join("tmp"), dir.join("new"), dir.join("cur")] {
            fs::create_dir(&folder).unwrap();
            give(&folder, mail_dir);
        }
        Self { user, dir }
    }

    /// Puts a message into INBOX. `received` becomes its INTERNALDATE.
    pub fn deliver_at(&self, message: &[u8], received: impl Into<SystemTime>) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Dovecot assigns UIDs in the order of the first number.
        let name = format!("{}.{}", COUNT.fetch_add(1, Ordering::Relaxed), super::unique("rig"));
        let file = self.dir.join("tmp").join(&name);
        fs::write(&file, message).unwrap();
        // Dovecot takes INTERNALDATE from the modification time.
        fs::File::options().write(true).open(&file).unwrap().set_modified(received.into()).unwrap();
        give(&file, &self.dir);
        fs::rename(&file, self.dir.join("new").join(&name)).unwrap();
    }

    /// `INBOX` first, then by name.
    pub fn folders(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut folders: Vec<String> =
            names.filter_map(|name| Some(name.strip_prefix('.')?.to_owned())).collect();
        folders.sort();
        folders.insert(0, "INBOX".into());
        folders
    }

    /// Oldest first; none if there is no such folder.
    pub fn messages(&self, folder: &str) -> Vec<Message> {
        let read = |file: &PathBuf| Message { flags: flags(file), bytes: fs::read(file).unwrap() };
        self.files(folder).iter().map(read).collect()
    }

    /// Files of the messages, in the same order.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let dir = if folder == "INBOX" { self.dir.clone() } else { self.dir.join(format!(".{folder}")) };
        let mut files: Vec<PathBuf> = Vec::new();
        for part in ["new", "cur"] {
            files.extend(
                fs::read_dir(dir.join(part)).into_iter().flatten().map(|entry| entry.unwrap().path()),
            );
        }
        files.sort_by_key(|file| order(file));
        files
    }
}

/// By the number at the beginning of the file name: our count, or seconds where Dovecot wrote the file.
fn order(file: &Path) -> (u64, PathBuf) {
    let name = file.file_name().unwrap().to_string_lossy();
    let number = name.split('.').next().and_then(|number| number.parse().ok());
    (number.unwrap_or(u64::MAX), file.to_path_buf())
}

fn flags(file: &Path) -> String {
    file.to_string_lossy().rsplit_once(":2,").map(|(_, flags)| flags.to_owned()).unwrap_or_default()
}

/// Gives a file the owner of another: tests may run as root, the mail server never does.
fn give(file: &Path, like: &Path) {
    let owner = fs::metadata(like).unwrap();
    chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
}
