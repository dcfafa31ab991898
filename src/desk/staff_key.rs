//! Keys that let one member of staff work on one ticket by mail: in the marker lines of a digest and in subjects.
//! A key is an HMAC over the member's address, the ticket and the day on which it expires, so that it can be neither
//! guessed nor used by another, and nothing has to be remembered of it.

use chrono::{Days, NaiveDate};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::ticket::TicketNumber;
use crate::hex;

/// How long a key is good for.
const GOOD_FOR: Days = Days::new(60);
/// Hexadecimal digits: 128 bits cannot be guessed.
const DIGITS: usize = 32;

/// Makes and knows keys.
#[derive(Clone)]
pub struct StaffKeys {
    /// The first makes, all recognise.
    secrets: Vec<Vec<u8>>,
}

impl std::fmt::Debug for StaffKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffKeys([redacted])")
    }
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// It was never made for this member and ticket.
    Wrong,
    /// Its day is over.
    Expired,
}

impl StaffKeys {
    /// Keys from these secrets.
    #[must_use]
    pub fn new(secrets: Vec<Vec<u8>>) -> Self {
        Self { secrets }
    }

    /// A key, written `#20250831-0123…`, for a member and a ticket, made on `today`.
    #[must_use]
    pub fn make(&self, address: &str, ticket: &TicketNumber, today: NaiveDate) -> String {
        let expires = today.checked_add_days(GOOD_FOR).unwrap_or(today).format("%Y%m%d").to_string();
        let secret = self.secrets.first().map_or(&[][..], Vec::as_slice);
        format!("#{expires}-{}", digits(secret, address, ticket, &expires))
    }

    /// Whether a key is this member's for this ticket on `today`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(
        &self,
        key: &str,
        address: &str,
        ticket: &TicketNumber,
        today: NaiveDate,
    ) -> Result<(), KeyFault> {
        let (expires, tag) = key.trim_start_matches('#').split_once('-').ok_or(KeyFault::Wrong)?;
        let tag = hex::decode(tag).filter(|tag| tag.len() == DIGITS / 2).ok_or(KeyFault::Wrong)?;
        let known = |secret: &Vec<u8>| {
            mac(secret, address, ticket, expires).is_some_and(|mac| mac.verify_truncated_left(&tag).is_ok())
        };
        if !self.secrets.iter().any(known) {
            return Err(KeyFault::Wrong);
        }
        let last = NaiveDate::parse_from_str(expires, "%Y%m%d").map_err(|_| KeyFault::Wrong)?;
        if today > last { Err(KeyFault::Expired) } else { Ok(()) }
    }
}

/// The first key in a text, without what stands around it.
#[must_use]
pub fn find_key(text: &str) -> Option<&str> {
    text.match_indices('#').find_map(|(at, _)| {
        let key = text.get(at..at + 1 + 8 + 1 + DIGITS)?;
        let (day, tag) = key.get(1..)?.split_once('-')?;
        let good = day.len() == 8
            && day.bytes().all(|b| b.is_ascii_digit())
            && tag.len() == DIGITS
            && tag.bytes().all(|b| b.is_ascii_hexdigit());
        good.then_some(key)
    })
}

fn digits(secret: &[u8], address: &str, ticket: &TicketNumber, expires: &str) -> String {
    let tag = mac(secret, address, ticket, expires).map(|mac| hex::encode(&mac.finalize().into_bytes()));
    tag.unwrap_or_default().chars().take(DIGITS).collect()
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
