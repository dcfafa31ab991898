//! Our Message-IDs, and which ticket a message belongs to by them or by its subject.
//! Reads no database: whether the sender takes part is a fact that `triage` is given.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{
    form::Fields,
    staff_key::StaffKeys,
    ticket::{Standing, TicketNumber},
};
use crate::{hex, mail::InboundMail};

/// Length of the keyed part in hexadecimal digits: 128 bits cannot be guessed.
const KEYED_DIGITS: usize = 32;

/// Makes our Message-IDs, `<SUBJECT.EVENT.KEYED@DOMAIN>`, and recognises them. The keyed part is an HMAC of what
/// stands before it, so that a ticket's number alone opens no door, and a repeated event repeats the Message-ID.
#[derive(Clone)]
pub struct MessageIds {
    /// The first makes, all recognise (key rotation); empty: recognise by shape alone, for `inspect`.
    keys: Vec<Vec<u8>>,
    domain: String,
    prefix: String,
}

impl std::fmt::Debug for MessageIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageIds")
            .field("keys", &"[redacted]")
            .field("domain", &self.domain)
            .finish_non_exhaustive()
    }
}

/// How a message names a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By a Message-ID that only a reader of our mail can know.
    Keyed(TicketNumber),
    /// By the number in the subject, which anybody can guess.
    Subject(TicketNumber),
}

impl Reference {
    /// The ticket that is named.
    #[must_use]
    pub fn number(&self) -> &TicketNumber {
        match self {
            Self::Keyed(number) | Self::Subject(number) => number,
        }
    }
}

/// What is known of a ticket that a message names.
#[derive(Debug, Clone)]
pub struct TicketFacts {
    /// Its row.
    pub id: i64,
    /// Its number.
    pub number: TicketNumber,
    /// Where it stands.
    pub standing: Standing,
    /// Its fields so far.
    pub fields: Fields,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Its inquirer was asked for the missing fields of the form, and not by a colleague for something else.
    pub waits_for_form: bool,
    /// Lower-cased addresses that wrote in it or were written to by its inquirer.
    pub participants: Vec<String>,
}

impl TicketFacts {
    /// Whether this address takes part.
    #[must_use]
    pub fn has_participant(&self, address: &str) -> bool {
        self.participants.contains(&address.to_lowercase())
    }
}

impl MessageIds {
    /// Message-IDs of the desk at `address`, whose tickets have `prefix`.
    #[must_use]
    pub fn new(keys: Vec<Vec<u8>>, address: &str, prefix: &str) -> Self {
        let domain = address.rsplit('@').next().unwrap_or("localhost").to_lowercase();
        Self { keys, domain, prefix: prefix.to_owned() }
    }

    /// The Message-ID, without brackets, of the mail that `event` sends in a ticket.
    #[must_use]
    pub fn of_ticket(&self, number: &TicketNumber, event: &str) -> String {
        self.make(&format!("{}.{event}", number.to_string().to_lowercase()))
    }

    /// The Message-ID, without brackets, of a mail that answers a message that is no ticket, by its content hash.
    #[must_use]
    pub fn of_message(&self, hash: &str, event: &str) -> String {
        self.make(&format!("m{}.{event}", hash.get(..24).unwrap_or(hash)))
    }

    /// The ticket a message names: by the newest of our Message-IDs in In-Reply-To and References, else by its subject.
    #[must_use]
    pub fn reference(&self, mail: &InboundMail) -> Option<Reference> {
        let ids = mail.in_reply_to.iter().chain(mail.references.iter().rev());
        let keyed = ids.filter_map(|id| self.recognise(id)).next();
        let subject = || TicketNumber::in_subject(&mail.subject, &self.prefix).map(Reference::Subject);
        keyed.map(Reference::Keyed).or_else(subject)
    }

    /// The ticket that a Message-ID of ours belongs to.
    #[must_use]
    pub fn recognise(&self, id: &str) -> Option<TicketNumber> {
        self.named(id)?.split('.').next()?.to_ascii_uppercase().parse().ok()
    }

    /// Whether a Message-ID is one of ours, of a ticket or not.
    #[must_use]
    pub fn is_ours(&self, id: &str) -> bool {
        self.named(id).is_some()
    }

    /// What a Message-ID of ours names, without its keyed part.
    fn named<'i>(&self, id: &'i str) -> Option<&'i str> {
        let (local, domain) = id.rsplit_once('@')?;
        let (named, keyed) = local.rsplit_once('.')?;
        if keyed.len() != KEYED_DIGITS || !domain.eq_ignore_ascii_case(&self.domain) {
            return None;
        }
        let tag = hex::decode(keyed)?;
        let keyed_by_us = || self.keys.iter().any(|key| verify(key, named, &tag));
        (self.keys.is_empty() || keyed_by_us()).then_some(named)
    }

    /// The keys of staff, made from the same secrets.
    #[must_use]
    pub fn staff_keys(&self) -> StaffKeys {
        StaffKeys::new(self.keys.clone())
    }

    fn make(&self, named: &str) -> String {
        let key = self.keys.first().map_or(&[][..], Vec::as_slice);
        let tag = mac(key, named).map(|mac| hex::encode(&mac.finalize().into_bytes())).unwrap_or_default();
        format!("{named}.{}@{}", tag.get(..KEYED_DIGITS).unwrap_or_default(), self.domain)
    }
}

fn mac(key: &[u8], named: &str) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of any length; the error is for other MACs.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(named.as_bytes());
    Some(mac)
}

/// Compares in constant time.
fn verify(key: &[u8], named: &str, tag: &[u8]) -> bool {
    mac(key, named).is_some_and(|mac| mac.verify_truncated_left(tag).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(keys: &[&[u8]]) -> MessageIds {
        MessageIds::new(keys.iter().map(|key| key.to_vec()).collect(), "Desk@Example.JP", "ZT")
    }

    #[test]
    fn our_message_ids_are_recognised_with_the_key_and_only_with_it() {
        let number: TicketNumber = "ZT-2025-0001".parse().unwrap();
        let id = ids(&[b"one"]).of_ticket(&number, "acknowledgement");
        assert!(id.starts_with("zt-2025-0001.acknowledgement.") && id.ends_with("@example.jp"), "{id}");
        assert_eq!(
            id,
            ids(&[b"one"]).of_ticket(&number, "acknowledgement"),
            "a repeated event repeats the Message-ID"
        );
        assert_eq!(ids(&[b"one"]).recognise(&id), Some(number.clone()));
        assert_eq!(
            ids(&[b"two", b"one"]).recognise(&id),
            Some(number.clone()),
            "an old key is still accepted"
        );
        assert_eq!(ids(&[b"two"]).recognise(&id), None);
        let forged = id.replace("0001", "0002");
        for wrong in [
            forged.as_str(),
            "zt-2025-0001.acknowledgement.@example.jp",
            "zt-2025-0001@example.jp",
            "",
            "@",
            "a.b@example.jp",
        ] {
            assert_eq!(ids(&[b"one"]).recognise(wrong), None, "{wrong}");
        }
        assert_eq!(ids(&[b"one"]).recognise(&id.replace("example.jp", "other.jp")), None);
    }

    #[test]
    fn without_a_key_a_message_id_is_recognised_by_its_shape() {
        let id = ids(&[b"one"]).of_ticket(&"ZT-2025-0001".parse().unwrap(), "acknowledgement");
        assert!(ids(&[]).recognise(&id).is_some());
    }
}
