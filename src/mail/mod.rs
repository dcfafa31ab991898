//! Bytes of a message → [`InboundMail`]: what a Japanese receptionist would read, with a warning for whatever had to be guessed.
//! Decides nothing about inquiries or tickets; that is `desk`. Whether a robot wrote it is [`automatic`], whether it reports a delivery [`bounce`].

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

mod address;
mod attachment;
pub mod authentication;
pub mod automatic;
pub mod bounce;
pub mod charset;
mod clean;
mod encoded_word;
mod euc_jp;
mod field;
mod flowed;
pub mod html;
mod jis;
mod jis_x0213;
mod message;
mod param;
mod part;
mod text;
mod transfer;

#[cfg(test)]
mod tests;

pub use bounce::Bounce;

/// A person or desk as a mail header names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// Display name, decoded and cleaned; one line.
    pub name: Option<String>,
    /// The address as written, which old carriers allowed to break RFC 5321: `a..b@docomo.ne.jp`.
    pub address: String,
}

/// A file that came with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe as a file name: no path, no control characters, no bidi overrides, at most 120 characters, extension kept.
    pub name: String,
    /// Lower case, e.g. `application/pdf`.
    pub media_type: String,
    /// The content, transfer encoding undone.
    pub bytes: Vec<u8>,
}

/// Something that was guessed or odd while reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Closed set of short codes, e.g. `charset_guessed`.
    pub code: &'static str,
    /// Where, and what was taken: `body: iso-2022-jp`.
    pub detail: String,
}

/// One header field, decoded, unfolded and cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As written.
    pub name: String,
    /// One line, without control characters.
    pub value: String,
}

/// A message as the desk sees it.
#[derive(Debug, Clone, Default)]
pub struct InboundMail {
    /// Without the angle brackets; `None` when absent or empty.
    pub message_id: Option<String>,
    /// Message-IDs of In-Reply-To, without brackets.
    pub in_reply_to: Vec<String>,
    /// Message-IDs of References, oldest first.
    pub references: Vec<String>,
    /// The first mailbox of From.
    pub from: Option<Mailbox>,
    /// Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// One line, cleaned.
    pub subject: String,
    /// The Date header: shown, never trusted.
    pub date: Option<DateTime<FixedOffset>>,
    /// The time of the topmost Received header.
    pub received: Option<DateTime<FixedOffset>>,
    /// The body as staff read it; lines end in `\n`.
    pub text: String,
    /// Everything that is not the body.
    pub attachments: Vec<Attachment>,
    /// All header fields, topmost first.
    pub headers: Vec<Header>,
    /// What a delivery report says.
    pub bounce: Option<Bounce>,
    /// Why the body cannot be read at all.
    pub unreadable: Option<String>,
    /// What was guessed.
    pub warnings: Vec<Warning>,
}

impl InboundMail {
    /// The values of all header fields of that name, topmost first.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    fn warn(&mut self, code: &'static str, detail: impl Into<String>) {
        let warning = Warning { code, detail: detail.into() };
        if !self.warnings.contains(&warning) && self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        }
    }
}

/// A hostile mail shall not fill the ledger with its own oddities.
const MAX_WARNINGS: usize = 50;

/// Reads a message. Never fails and never panics; time and memory are linear in the length of `raw`.
#[must_use]
pub fn read(raw: &[u8]) -> InboundMail {
    message::read(raw)
}
