//! The files of a mail that may be an application, also those in an attached mail.

use super::{
    ApplicationForm, FormFinding, Unread,
    form::{self, Labels},
};
use crate::{
    mail::{self, Attachment, InboundMail},
    paper::{self, Format, OpenedFile},
};

/// Archives whose format no first bytes of ours tell.
const ARCHIVES: [&str; 3] = [".lzh", ".7z", ".rar"];
/// Most files of a mail that are read. No office sends more.
const MOST_FILES: usize = 50;

/// One form, or one file that is not read.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Index in `InboundMail::attachments`.
    pub part: usize,
    /// Name of the attachment.
    pub file: String,
    /// Name of the file in the zip.
    pub inner_name: Option<String>,
    /// Format of the attachment.
    pub format: Format,
    pub result: Result<(ApplicationForm, Vec<FormFinding>), Unread>,
}

/// The files of a mail that may be an application. Of a message that is too large, only its header was read: it counts as one
/// file.
#[must_use]
pub fn submitted(mail: &InboundMail, is_oversize: bool, labels: &Labels) -> Vec<Submitted> {
    if is_oversize {
        return vec![Submitted {
            part: 0,
            file: String::new(),
            inner_name: None,
            format: Format::Other,
            result: Err(Unread::TooLarge),
        }];
    }
    let mut found = Vec::new();
    for (part, file) in mail.attachments.iter().enumerate().take(MOST_FILES) {
        if mail::is_attached_mail(file) {
            for inner in mail::read(&file.bytes).attachments.iter().take(MOST_FILES) {
                found.extend(read(part, inner, labels).into_iter().map(|read| Submitted {
                    file: file.name.clone(),
                    inner_name: Some(read.inner_name.unwrap_or(read.file)),
                    ..read
                }));
            }
        } else {
            found.extend(read(part, file, labels));
        }
    }
    found.truncate(MOST_FILES);
    found
}

fn read(part: usize, file: &Attachment, labels: &Labels) -> Vec<Submitted> {
    let mut found = submitted_in(part, &file.name, &file.bytes, labels);
    found.retain(may_be_an_application);
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

/// What an attachment has: usually one form. A file may have several, and a zip several files.
#[must_use]
pub fn submitted_in(part: usize, file: &str, bytes: &[u8], labels: &Labels) -> Vec<Submitted> {
    let opened = paper::read(file, bytes);
    let each = |OpenedFile { inner_name, paper }| {
        let forms = match paper.map(|paper| form::read(&paper, labels)) {
            Ok(Ok(forms)) => forms.into_iter().map(Ok).collect(),
            Ok(Err(reason)) => vec![Err(reason)],
            Err(reason) => vec![Err(Unread::from(reason))],
        };
        let format = opened.format;
        let of = move |result| Submitted {
            part,
            file: file.to_owned(),
            inner_name: inner_name.clone(),
            format,
            result,
        };
        forms.into_iter().map(of).collect::<Vec<_>>()
    };
    opened.files.into_iter().flat_map(each).collect()
}

impl Submitted {
    #[must_use]
    pub fn form(&self) -> Option<&ApplicationForm> {
        self.result.as_ref().ok().map(|(form, _)| form)
    }

    /// For `checks`.
    pub fn read(&self) -> Result<(&ApplicationForm, &[FormFinding]), Unread> {
        self.result.as_ref().map(|(form, findings)| (form, findings.as_slice())).map_err(|reason| *reason)
    }

    #[must_use]
    pub fn unread(&self) -> Option<Unread> {
        self.result.as_ref().err().copied()
    }

    #[must_use]
    pub fn findings(&self) -> &[FormFinding] {
        self.result.as_ref().map_or(&[], |(_, findings)| findings)
    }

    /// The name of the file itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner_name.as_deref().unwrap_or(&self.file)
    }

    /// A scanned page, or the logo in a signature.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        self.format == Format::Image
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

impl From<paper::Unread> for Unread {
    fn from(reason: paper::Unread) -> Self {
        match reason {
            paper::Unread::Password => Self::Password,
            paper::Unread::Broken => Self::BrokenFile,
            paper::Unread::TooLarge => Self::TooLarge,
            paper::Unread::Unsafe => Self::UnsafeFile,
            paper::Unread::NoText => Self::NoText,
            paper::Unread::UnknownFormat => Self::UnknownFormat,
        }
    }
}
