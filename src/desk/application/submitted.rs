//! The files of a mail that may be applications, and the forms in them.

use super::{
    ApplicationForm, FormFinding, Unread,
    form::{self, Labels},
};
use crate::paper::{self, Format, OpenedFile};

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

/// What an attachment has: usually one form. A file may have several, and a zip several files.
#[must_use]
pub fn submitted(part: usize, file: &str, bytes: &[u8], labels: &Labels) -> Vec<Submitted> {
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

    #[must_use]
    pub fn unread(&self) -> Option<Unread> {
        self.result.as_ref().err().copied()
    }

    #[must_use]
    pub fn findings(&self) -> &[FormFinding] {
        self.result.as_ref().map_or(&[], |(_, findings)| findings)
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
