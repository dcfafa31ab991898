//! Parses the bytes of a message into an [`InboundMail`], with a warning for each value that had to be guessed.
//! Ticket logic is in `desk`; [`automatic`] detects automatic mail and [`bounce`] reads delivery reports.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

mod address;
mod alternative;
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
mod own;
mod param;
mod part;
mod person;
mod sender;
mod smime;
mod smtp_reply;
mod text;
mod tnef;
mod transfer;
mod uuencode;

#[cfg(test)]
mod tests;

pub use bounce::Bounce;
pub use message::after_mbox_line;
pub use own::OwnMail;
pub use person::{domain_of, is_same_person, names_person, person_of};
pub use smtp_reply::{EnhancedStatus, RawReply, SmtpReply};
pub use text::is_mail as is_attached_mail;

/// One mailbox of an address header (RFC 5322, 3.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// Decoded display name: one line, without control characters.
    pub name: Option<String>,
    /// As written. Old mobile carriers issued addresses that violate RFC 5321: `a..b@docomo.ne.jp`.
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe as a file name: no path, no control characters, no bidi overrides, at most 120 characters, extension kept.
    pub name: String,
    /// Lower case, e.g. `application/pdf`.
    pub media_type: String,
    /// The content after transfer decoding.
    pub bytes: Vec<u8>,
}

/// A mail that is attached to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedMail {
    /// The address of the first mailbox of From.
    pub from: Option<String>,
    pub subject: String,
    /// The readable body; lines end in `\n`.
    pub text: String,
}

/// A guess or an anomaly found during parsing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// One of a closed set of short codes, e.g. `charset_guessed`.
    pub code: &'static str,
    /// The place and the value used: `body: iso-2022-jp`.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As written, upper and lower case included.
    pub name: String,
    /// Decoded and unfolded: one line, without control characters.
    pub value: String,
}

/// A parsed message. Every string except `text` is one line without control characters.
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
    /// There is one From field, and it has one mailbox.
    pub has_one_sender: bool,
    pub reply_to: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: String,
    /// The Date header. The sender sets it, so it is only for display.
    pub date: Option<DateTime<FixedOffset>>,
    /// The timestamp of the topmost Received header.
    pub received: Option<DateTime<FixedOffset>>,
    /// The readable body; lines end in `\n`.
    pub text: String,
    /// All parts that are not the body.
    pub attachments: Vec<Attachment>,
    /// The mails among the attachments, and those attached to them.
    pub attached: Vec<AttachedMail>,
    /// All header fields in the order of the message, topmost first.
    pub headers: Vec<Header>,
    /// Set if the mail is a delivery report.
    pub bounce: Option<Bounce>,
    /// Why the body cannot be read, e.g. because it is encrypted. `None` if it can.
    pub unreadable: Option<String>,
    /// At most 50, without duplicates.
    pub warnings: Vec<Warning>,
    /// The header fields as they arrived, for the second reader of the sender.
    pub(crate) head: Vec<u8>,
}

impl InboundMail {
    /// The values of all header fields with this name (case-insensitive), topmost first.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// The address of the first mailbox of From; empty without one.
    #[must_use]
    pub fn from_address(&self) -> &str {
        self.from.as_ref().map_or("", |from| &from.address)
    }

    /// Whether there is one sender, and a second parser reads the same address.
    ///
    /// Only what a sender may order depends on it, so most mails are never parsed twice.
    #[must_use]
    pub fn sender_is_clear(&self) -> bool {
        let from = self.from.as_ref().filter(|_| self.has_one_sender);
        from.is_some_and(|from| sender::reads_same(&self.head, &from.address))
    }

    fn warn(&mut self, code: &'static str, detail: impl Into<String>) {
        let warning = Warning { code, detail: detail.into() };
        if !self.warnings.contains(&warning) && self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        }
    }
}

/// Limits how many warnings one hostile mail can write to the ledger.
const MAX_WARNINGS: usize = 50;

/// Parses a message. Never fails and never panics; time and memory are linear in the length of `raw`.
#[must_use]
pub fn read(raw: &[u8]) -> InboundMail {
    message::read(raw)
}
