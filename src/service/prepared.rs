//! A message on its way through intake: read and fingerprinted, then filed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{
    desk::{gate::recipient, triage::Reading},
    hex,
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
    /// Past inquiries that may be alike, in words for staff.
    pub similar: Vec<String>,
    /// Nothing is left to do in the mailbox. Written only when the message is entered.
    pub settled: bool,
}

impl PreparedMail {
    #[must_use]
    pub fn answer_to(mail: &InboundMail) -> String {
        recipient(mail).map(as_in_envelope).unwrap_or_default()
    }

    /// Hashes of sender and files, for the hour of receipt and the one before: the same files that were sent twice in a row
    /// have one in common. `None` without files.
    #[must_use]
    pub fn files_hashes(&self) -> Option<[String; 2]> {
        let mail = &self.reading.mail;
        let from = mail.from.as_ref().filter(|_| !mail.attachments.is_empty())?;
        let mut hasher = Sha256::new_with_prefix(from.address.to_lowercase());
        for file in &mail.attachments {
            hasher.update([0]);
            hasher.update(&file.name);
            hasher.update([0]);
            hasher.update(Sha256::digest(&file.bytes));
        }
        let hour = self.reading.received_at.timestamp().div_euclid(3600);
        let of_hour = |hour: i64| hex::encode(&hasher.clone().chain_update(hour.to_be_bytes()).finalize());
        Some([of_hour(hour), of_hour(hour - 1)])
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
