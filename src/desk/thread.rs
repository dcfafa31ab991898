//! Creates and recognises our Message-IDs, and finds the ticket that a message refers to.
//! `triage` decides whether the message may join it.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{
    form::Fields,
    ticket::{SlaClock, TicketNumber},
};
use crate::{
    hex,
    mail::{InboundMail, automatic::answered_event, person_of},
};

/// Length of the HMAC tag in hexadecimal digits. 128 bits cannot be guessed.
const TAG_DIGITS: usize = 32;

/// Creates and recognises our Message-IDs, `<SUBJECT.EVENT.TAG@DOMAIN>`. TAG is an HMAC of `SUBJECT.EVENT`. So the
/// ticket number alone is not enough to forge one, and the same event always has the same Message-ID.
#[derive(Clone)]
pub struct MessageIds {
    /// The first key signs, all keys verify (key rotation). Without a key, only the shape is checked, for `inspect`.
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

/// How a message refers to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By one of our Message-IDs, which only a recipient of our mail can know.
    Keyed(TicketNumber),
    /// By the number in the subject, which anyone can guess.
    Subject(TicketNumber),
}

impl Reference {
    #[must_use]
    pub fn number(&self) -> &TicketNumber {
        match self {
            Self::Keyed(number) | Self::Subject(number) => number,
        }
    }
}

/// Facts from the database about the ticket that a message refers to.
#[derive(Debug, Clone)]
pub struct TicketFacts {
    /// Row id.
    pub id: i64,
    pub number: TicketNumber,
    pub clock: SlaClock,
    pub fields: Fields,
    pub closed_at: Option<DateTime<Utc>>,
    /// The ticket waits for missing form fields, not for the reply to a question of a member.
    pub waits_for_form: bool,
    /// Where the mails about the ticket go; `None` if its inquirer has no mail address.
    pub address: Option<String>,
    /// Addresses that wrote in the ticket or that its inquirer wrote to, in lower case.
    pub participants: Vec<String>,
}

impl TicketFacts {
    #[must_use]
    pub fn has_participant(&self, address: &str) -> bool {
        let person = person_of(address);
        self.participants.iter().any(|participant| person_of(participant) == person)
    }
}

impl MessageIds {
    /// `address` is the desk's address, whose domain the Message-IDs get. `prefix` is the ticket prefix.
    #[must_use]
    pub fn new(keys: Vec<Vec<u8>>, address: &str, prefix: &str) -> Self {
        let domain = address.rsplit('@').next().unwrap_or("localhost").to_lowercase();
        Self { keys, domain, prefix: prefix.to_owned() }
    }

    /// The Message-ID, without angle brackets, of the mail that the desk sends for `event` of a ticket.
    #[must_use]
    pub fn of_ticket(&self, number: &TicketNumber, event: &str) -> String {
        self.make(&format!("{}.{event}", number.to_string().to_lowercase()))
    }

    /// The Message-ID, without angle brackets, of a reply to a message without a ticket. `hash` is the content hash of
    /// that message.
    #[must_use]
    pub fn of_message(&self, hash: &str, event: &str) -> String {
        self.make(&format!("m{}.{event}", hash.get(..24).unwrap_or(hash)))
    }

    /// The ticket that a message refers to. Takes the first of our Message-IDs in In-Reply-To, then in References from
    /// the newest, then the UID of a meeting that a calendar program answers; otherwise the number in the subject.
    #[must_use]
    pub fn reference(&self, mail: &InboundMail) -> Option<Reference> {
        let ids = mail.in_reply_to.iter().chain(mail.references.iter().rev());
        let keyed = ids.filter_map(|id| self.recognise(id)).next();
        let keyed = keyed.or_else(|| self.recognise(&answered_event(mail)?));
        let subject = || TicketNumber::in_subject(&mail.subject, &self.prefix).map(Reference::Subject);
        keyed.map(Reference::Keyed).or_else(subject)
    }

    /// The ticket of one of our Message-IDs.
    #[must_use]
    pub fn recognise(&self, id: &str) -> Option<TicketNumber> {
        self.verified_part(id)?.split('.').next()?.to_ascii_uppercase().parse().ok()
    }

    /// Whether a Message-ID is one of ours, with or without a ticket.
    #[must_use]
    pub fn is_ours(&self, id: &str) -> bool {
        self.verified_part(id).is_some()
    }

    /// The event of one of our Message-IDs.
    #[must_use]
    pub fn event<'i>(&self, id: &'i str) -> Option<&'i str> {
        self.verified_part(id)?.split_once('.').map(|(_, event)| event)
    }

    /// The `SUBJECT.EVENT` part, if the Message-ID is one of ours.
    fn verified_part<'i>(&self, id: &'i str) -> Option<&'i str> {
        let (local, domain) = id.rsplit_once('@')?;
        let (signed, tag) = local.rsplit_once('.')?;
        if tag.len() != TAG_DIGITS || !domain.eq_ignore_ascii_case(&self.domain) {
            return None;
        }
        let tag = hex::decode(tag)?;
        let is_valid = || self.keys.iter().any(|key| verify(key, signed, &tag));
        (self.keys.is_empty() || is_valid()).then_some(signed)
    }

    fn make(&self, signed: &str) -> String {
        let key = self.keys.first().map_or(&[][..], Vec::as_slice);
        let tag = mac(key, signed).map(|mac| hex::encode(&mac.finalize().into_bytes())).unwrap_or_default();
        format!("{signed}.{}@{}", tag.get(..TAG_DIGITS).unwrap_or_default(), self.domain)
    }
}

fn mac(key: &[u8], signed: &str) -> Option<Hmac<Sha256>> {
    // Cannot fail: HMAC accepts keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(signed.as_bytes());
    Some(mac)
}

/// Compares in constant time.
fn verify(key: &[u8], signed: &str, tag: &[u8]) -> bool {
    mac(key, signed).is_some_and(|mac| mac.verify_truncated_left(tag).is_ok())
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
