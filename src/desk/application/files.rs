//! The files of a mail that may be an application, also those in an attached mail.

use sha2::{Digest as _, Sha256};

use super::{Submitted, Unread, form::Labels, submitted};
use crate::{
    mail::{self, Attachment, InboundMail},
    paper::Format,
};

/// Archives whose format no first bytes of ours tell.
const ARCHIVES: [&str; 3] = [".lzh", ".7z", ".rar"];
/// Most files of a mail that are read. No office sends more.
const MOST_FILES: usize = 50;

/// The files of a mail that may be an application. Of a message that is too large, only its header was read: it counts as one
/// file.
#[must_use]
pub fn submitted_in(mail: &InboundMail, is_oversize: bool, labels: &Labels) -> Vec<Submitted> {
    if is_oversize {
        return vec![Submitted {
            part: 0,
            file: String::new(),
            inner_name: None,
            format: Format::Other,
            result: Err(Unread::TooLarge),
        }];
    }
    let read = |part, file: &Attachment| {
        let mut found = submitted(part, &file.name, &file.bytes, labels);
        found.retain(may_be_an_application);
        found
    };
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

/// Whether people hand in forms as such files.
fn may_be_an_application(file: &Submitted) -> bool {
    let name = file.file.to_ascii_lowercase();
    match file.format {
        Format::Other => ARCHIVES.iter().any(|extension| name.ends_with(extension)),
        Format::Pptx => false,
        _ => true,
    }
}

impl Submitted {
    /// The name of the file itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner_name.as_deref().unwrap_or(&self.file)
    }

    /// Equal for two files with the same form, or with the same bytes if nobody can read them.
    #[must_use]
    pub fn hash(&self, mail: &InboundMail) -> String {
        if let Some(form) = self.form() {
            return form.hash();
        }
        let mut hash = Sha256::new();
        hash.update(mail.attachments.get(self.part).map_or(&[][..], |file| &file.bytes));
        hash.update(self.name());
        crate::hex::encode(&hash.finalize())
    }
}
