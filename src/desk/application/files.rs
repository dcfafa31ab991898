//! The files of a mail that may be an application, also those in an attached mail.

use super::{Submitted, Unread};
use crate::mail::{self, Attachment, InboundMail};

/// Extensions of files that an application comes in: what Word, its rivals and scanners write, and archives.
const EXTENSIONS: [&str; 22] = [
    "docx", "docm", "dotx", "dotm", "doc", "dot", "xlsx", "xlsm", "xls", "pdf", "zip", "lzh", "7z", "jtd",
    "rtf", "odt", "jpg", "jpeg", "png", "tif", "tiff", "bin",
];
/// Pictures: a scanned page, or the logo in a signature.
const PICTURES: [&str; 5] = ["jpg", "jpeg", "png", "tif", "tiff"];
/// Most files of a mail that are read. No office sends more.
const MOST_FILES: usize = 50;

/// The files of a mail that may be an application. Of a message that is too large, only its header was read: it counts as one
/// file.
#[must_use]
pub fn submitted(mail: &InboundMail, is_oversize: bool) -> Vec<Submitted> {
    if is_oversize {
        return vec![Submitted {
            part: 0,
            file: String::new(),
            inner_name: None,
            format: String::new(),
            result: Err(Unread::TooLarge),
        }];
    }
    let mut found = Vec::new();
    for (part, file) in mail.attachments.iter().enumerate().take(MOST_FILES) {
        if mail::is_attached_mail(file) {
            for inner in mail::read(&file.bytes).attachments.iter().take(MOST_FILES) {
                found.extend(read(part, inner).into_iter().map(|read| Submitted {
                    file: file.name.clone(),
                    inner_name: Some(read.inner_name.unwrap_or(read.file)),
                    ..read
                }));
            }
        } else {
            found.extend(read(part, file));
        }
    }
    found.truncate(MOST_FILES);
    found
}

fn read(part: usize, file: &Attachment) -> Vec<Submitted> {
    let extension = extension(&file.name);
    if !EXTENSIONS.contains(&extension.as_str()) {
        return Vec::new();
    }
    vec![Submitted {
        part,
        file: file.name.clone(),
        inner_name: None,
        format: extension,
        result: Err(Unread::UnknownFormat),
    }]
}

impl Submitted {
    /// The name of the file itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner_name.as_deref().unwrap_or(&self.file)
    }

    #[must_use]
    pub fn is_picture(&self) -> bool {
        PICTURES.contains(&self.format.as_str())
    }

    /// Equal for two files with the same form, or with the same bytes if nobody can read them.
    #[must_use]
    pub fn hash(&self, mail: &InboundMail) -> String {
        use sha2::{Digest as _, Sha256};
        if let Ok((form, _)) = &self.result {
            return form.hash();
        }
        let mut hash = Sha256::new();
        hash.update(mail.attachments.get(self.part).map_or(&[][..], |file| &file.bytes));
        hash.update(self.name());
        crate::hex::encode(&hash.finalize())
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}
