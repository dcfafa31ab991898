//! A parked mail as JSON: its ledger row and, for `show`, its content.

use chrono_tz::Tz;
use serde::Serialize;

use super::rfc3339;
use crate::{
    desk::{ticket::TicketNumber, window::fiscal_year},
    mail::{InboundMail, Mailbox},
    store::{LedgerRow, Outcome, Place},
};

/// One mail of `parked list`.
#[derive(Debug, Serialize)]
pub struct Parked<'a> {
    pub id: i64,
    pub outcome: Outcome,
    pub reason: Option<&'a str>,
    pub detail: Option<&'a str>,
    pub attempts: u32,
    pub message_id: &'a str,
    pub received_at: String,
    pub bytes: u64,
    pub place: PlaceView<'a>,
    /// As members name it.
    pub number: Option<TicketNumber>,
}

/// The place of a mail in the mailbox.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PlaceView<'a> {
    Imap { folder: &'a str, uidvalidity: u32, uid: u32 },
    File { folder: &'a str, file: &'a str },
}

impl<'a> Parked<'a> {
    #[must_use]
    pub fn new(row: &'a LedgerRow, zone: Tz) -> Self {
        Self {
            id: row.id,
            outcome: row.outcome,
            reason: row.reason.as_deref(),
            detail: row.detail.as_deref(),
            attempts: row.attempts,
            message_id: &row.message_id,
            received_at: rfc3339(row.received_at, zone),
            bytes: row.size,
            place: match &row.place {
                Place::Imap { folder, uidvalidity, uid } => {
                    PlaceView::Imap { folder, uidvalidity: *uidvalidity, uid: *uid }
                }
                Place::File { folder, name } => PlaceView::File { folder, file: name },
            },
            number: TicketNumber::of_parked(row.id, fiscal_year(row.received_at, zone)),
        }
    }

    /// Adds the content, for `parked show`.
    #[must_use]
    pub fn with_content(self, mail: &'a InboundMail) -> Shown<'a> {
        Shown {
            parked: self,
            from: mail.from.as_ref(),
            subject: &mail.subject,
            text: &mail.text,
            attachments: mail.attachments.iter().map(|part| part.name.as_str()).collect(),
        }
    }
}

/// The mail of `parked show`.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    #[serde(flatten)]
    pub parked: Parked<'a>,
    pub from: Option<&'a Mailbox>,
    pub subject: &'a str,
    pub text: &'a str,
    /// File names.
    pub attachments: Vec<&'a str>,
}
