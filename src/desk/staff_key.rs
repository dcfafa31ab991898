//! Staff keys: a member needs one to work on a ticket by mail. They are in the marker lines of a digest and in subjects
//! of notices.

use chrono::{Days, NaiveDate};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::ticket::TicketNumber;
use crate::hex;

/// What a mail of the desk invites its reader to. A key carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// Answer the inquirer, or give an order: notices, digests and the links in them.
    Answer,
    /// Say yes or no to a draft: echoes and approval requests. A reply is never an answer to the inquirer.
    Decide,
}

const VALID_FOR: Days = Days::new(60);
/// Length of the HMAC tag in hexadecimal digits. 128 bits cannot be guessed.
const TAG_DIGITS: usize = 32;

/// Creates and checks staff keys. A key is an HMAC over the member's address, the ticket and the expiry day. So it
/// cannot be guessed, works for one member and one ticket, and needs no storage.
#[derive(Clone)]
pub struct StaffKeys {
    /// The first secret signs, all secrets verify (key rotation).
    secrets: Vec<Vec<u8>>,
}

impl std::fmt::Debug for StaffKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffKeys([redacted])")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// Not a key for this member and ticket.
    Wrong,
    /// A key for this member and ticket, but past its expiry day.
    Expired,
}

impl StaffKeys {
    #[must_use]
    pub fn new(secrets: Vec<Vec<u8>>) -> Self {
        Self { secrets }
    }

    /// A key for the member at `address`, of the form `#YYYYMMDD-TAG`, such as `#20250831-0123…`. The date is the last
    /// day on which the key is valid: 60 days after `today`.
    #[must_use]
    pub fn make(&self, address: &str, ticket: &TicketNumber, today: NaiveDate) -> String {
        let expires = today.checked_add_days(VALID_FOR).unwrap_or(today).format("%Y%m%d").to_string();
        let secret = self.secrets.first().map_or(&[][..], Vec::as_slice);
        format!("#{expires}-{}", hex_tag(secret, address, ticket, &expires))
    }

    /// Checks that a key is valid on `today` for the member at `address` and this ticket.
    pub fn check(
        &self,
        key: &str,
        address: &str,
        ticket: &TicketNumber,
        today: NaiveDate,
    ) -> Result<(), KeyFault> {
        let (expires, tag) = key.trim_start_matches('#').split_once('-').ok_or(KeyFault::Wrong)?;
        let tag = hex::decode(tag).filter(|tag| tag.len() == TAG_DIGITS / 2).ok_or(KeyFault::Wrong)?;
        let matches = |secret: &Vec<u8>| {
            mac(secret, address, ticket, expires).is_some_and(|mac| mac.verify_truncated_left(&tag).is_ok())
        };
        if !self.secrets.iter().any(matches) {
            return Err(KeyFault::Wrong);
        }
        let last = NaiveDate::parse_from_str(expires, "%Y%m%d").map_err(|_| KeyFault::Wrong)?;
        if today > last { Err(KeyFault::Expired) } else { Ok(()) }
    }
}

/// The first key in a text, including its `#`. Checks only the shape.
#[must_use]
pub fn find_key(text: &str) -> Option<&str> {
    text.match_indices('#').find_map(|(at, _)| {
        let key = text.get(at..at + 1 + 8 + 1 + TAG_DIGITS)?;
        let (day, tag) = key.get(1..)?.split_once('-')?;
        let good = day.len() == 8
            && day.bytes().all(|b| b.is_ascii_digit())
            && tag.len() == TAG_DIGITS
            && tag.bytes().all(|b| b.is_ascii_hexdigit());
        good.then_some(key)
    })
}

fn hex_tag(secret: &[u8], address: &str, ticket: &TicketNumber, expires: &str) -> String {
    let tag = mac(secret, address, ticket, expires).map(|mac| hex::encode(&mac.finalize().into_bytes()));
    tag.unwrap_or_default().chars().take(TAG_DIGITS).collect()
}

fn mac(secret: &[u8], address: &str, ticket: &TicketNumber, expires: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(format!("staff\n{}\n{ticket}\n{expires}", address.to_lowercase()).as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_good_for_one_member_one_ticket_and_sixty_days() {
        let keys = StaffKeys::new(vec![b"new".to_vec(), b"old".to_vec()]);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (one, two): (TicketNumber, TicketNumber) =
            ("ZT-2025-0001".parse().unwrap(), "ZT-2025-0002".parse().unwrap());
        let key = keys.make("sato@example.jp", &one, day("2025-07-01"));
        assert_eq!(find_key(&format!("▼ZT-2025-0001 {key}▼")), Some(key.as_str()));
        assert_eq!(keys.check(&key, "Sato@example.jp", &one, day("2025-08-30")), Ok(()));
        assert_eq!(keys.check(&key, "sato@example.jp", &one, day("2025-08-31")), Err(KeyFault::Expired));
        assert_eq!(keys.check(&key, "ito@example.jp", &one, day("2025-07-01")), Err(KeyFault::Wrong));
        assert_eq!(keys.check(&key, "sato@example.jp", &two, day("2025-07-01")), Err(KeyFault::Wrong));
        let later = key.replace("#2025", "#2026");
        assert_eq!(keys.check(&later, "sato@example.jp", &one, day("2025-07-01")), Err(KeyFault::Wrong));
        let old = StaffKeys::new(vec![b"old".to_vec()]).make("sato@example.jp", &one, day("2025-07-01"));
        assert_eq!(keys.check(&old, "sato@example.jp", &one, day("2025-07-01")), Ok(()));
        for text in [
            "",
            "#",
            "#20250830",
            "#20250830-xyz",
            "＃20250830-",
            "#2025083-00000000000000000000000000000000",
        ] {
            assert_eq!(find_key(text), None, "{text}");
        }
    }
}
