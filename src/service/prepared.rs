//! A message on its way through intake: read and fingerprinted, then filed.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    desk::{gate::recipient, triage::Reading},
    letter::as_in_envelope,
    mail::InboundMail,
    store::{NewMessage, Outcome, Place},
};

/// A message that is read, but not decided.
#[derive(Debug)]
pub struct PreparedMail {
    pub reading: Reading,
    pub place: Place,
    /// Bytes in the mailbox.
    pub size: u64,
    /// Content hash, hex.
    pub hash: String,
    /// Without brackets; made from the hash where the message has none.
    pub message_id: String,
    /// Where an automatic reply would go, as the outbox writes it; empty if nowhere.
    pub answer_to: String,
    /// What the ledger keeps, packed.
    pub raw: Arc<Vec<u8>>,
    /// Its ledger row and the attempts so far, when the ledger holds it already.
    pub entered: Option<(i64, u32)>,
    /// Nothing is left to do in the mailbox. Written only when the message is entered.
    pub settled: bool,
}

impl PreparedMail {
    #[must_use]
    pub fn answer_to(mail: &InboundMail) -> String {
        recipient(mail).map(as_in_envelope).unwrap_or_default()
    }

    /// Its ledger row, parked until the caller says what became of it.
    pub fn ledger_row(&self, id: i64, now: DateTime<Utc>) -> NewMessage<'_> {
        NewMessage {
            id,
            place: &self.place,
            message_id: &self.message_id,
            hash: &self.hash,
            received_at: self.reading.received_at,
            taken_at: now,
            size: self.size,
            raw: &self.raw,
            outcome: Outcome::Parked,
            reason: None,
            detail: None,
            ticket_id: None,
            duplicate_of: None,
            attempts: self.entered.map_or(0, |(_, attempts)| attempts) + 1,
            settled: self.settled,
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Its ledger row; `None` when it was accounted for before.
    pub message: Option<i64>,
    pub outcome: Outcome,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// Why it is parked.
    pub reason: Option<&'static str>,
}

impl Processed {
    /// The message was accounted for before.
    pub const BEFORE: Self = Self { message: None, outcome: Outcome::Duplicate, ticket: None, reason: None };
}
