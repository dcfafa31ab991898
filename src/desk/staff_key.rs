//! Staff keys: a member needs one to work on a ticket by mail. They are in the marker lines of a digest and in subjects
//! of notices, echoes and approval requests.

use chrono::{Datelike, Days, NaiveDate};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::ticket::TicketNumber;

/// What a mail of the desk invites its reader to. A key carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// Answer the inquirer, or give an order: notices, deadline mails, digests and the links in them.
    Answer,
    /// Say yes or no to a draft: echoes and approval requests. A reply is never an answer to the inquirer.
    Decide,
    /// Work on an entry for the guidebook. A reply reaches nobody outside.
    Entry,
}

impl Invitation {
    const ALL: [Self; 3] = [Self::Answer, Self::Decide, Self::Entry];

    fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Decide => "decide",
            Self::Entry => "entry",
        }
    }
}

const VALID_FOR: Days = Days::new(60);
/// How much later than the checking clock the clock that made a key may be. The mail server dates a reply and this machine
/// dates the key, so they can disagree about the day around midnight.
const CLOCKS_APART: Days = Days::new(1);

/// Digits of the expiry day: the day number modulo 1024. The clock says which of the possible days is meant.
const DAY_DIGITS: usize = 2;
const DAYS: i32 = 1024;
/// Digits of the tag, 5 bits each. 60 bits stay of the HMAC. One try costs one mail, which the desk logs and explains to the
/// member. A key is valid for two months: one mail a second makes 5 million tries in that time. The chance that one of them
/// fits a given member, ticket and purpose is 1 in 200 billion. A longer tag would protect nothing more and would fold the
/// subjects and marker lines that carry it.
const TAG_DIGITS: usize = 12;

/// The digits of Crockford's base 32. It has no i, l, o and u, which people and fonts confuse.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Creates and checks staff keys. A key is an HMAC over the member's address, the ticket, the purpose and the expiry day.
/// So it cannot be guessed, works for one member, one ticket and one purpose, and needs no storage.
#[derive(Clone, Default)]
pub struct StaffKeys {
    /// The first secret signs, all secrets verify. They belong to staff keys alone: a rotation replaces them, which
    /// revokes all keys, while Message-IDs of older mails stay recognised.
    secrets: Vec<Vec<u8>>,
}

impl std::fmt::Debug for StaffKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffKeys([redacted])")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// Not a key for this member, ticket and purpose, or one that this clock cannot have made yet.
    Wrong,
    /// A key for this member, ticket and purpose, but past its expiry day.
    Expired,
}

impl StaffKeys {
    /// Without a secret no key is valid.
    #[must_use]
    pub fn new(secrets: Vec<Vec<u8>>) -> Self {
        Self { secrets }
    }

    /// A key for the member at `address`: `#` and 14 digits, such as `#7k3m9qxt2b4c5d`. It is valid through the 60th day
    /// after `today`.
    #[must_use]
    pub fn make(
        &self,
        address: &str,
        ticket: &TicketNumber,
        invitation: Invitation,
        today: NaiveDate,
    ) -> String {
        let day = today.checked_add_days(VALID_FOR).unwrap_or(today).num_days_from_ce();
        let secret = self.secrets.first().map_or(&[][..], Vec::as_slice);
        let tag = tag(secret, address, ticket, invitation, day).unwrap_or_default();
        let day = u64::try_from(day.rem_euclid(DAYS)).unwrap_or_default();
        format!("#{}{}", encode(day, DAY_DIGITS), encode(tag, TAG_DIGITS))
    }

    /// Checks that a key is valid on `today` for the member at `address`, this ticket and this purpose.
    pub fn check(
        &self,
        key: &str,
        address: &str,
        ticket: &TicketNumber,
        invitation: Invitation,
        today: NaiveDate,
    ) -> Result<(), KeyFault> {
        let digits = key.trim_start_matches('#');
        let (day, given) = digits.split_at_checked(DAY_DIGITS).ok_or(KeyFault::Wrong)?;
        let day = decode(day).and_then(|day| i32::try_from(day).ok()).ok_or(KeyFault::Wrong)?;
        let given =
            decode(given).filter(|_| digits.len() == DAY_DIGITS + TAG_DIGITS).ok_or(KeyFault::Wrong)?;
        // The latest day that ends on these digits and that a key can have by now. A key of another day, such as one with
        // an expiry further ahead, has another tag.
        let latest =
            [VALID_FOR, CLOCKS_APART].iter().try_fold(today, |day, days| day.checked_add_days(*days));
        let latest = latest.unwrap_or(today).num_days_from_ce();
        let expires = latest - (latest - day).rem_euclid(DAYS);
        let is_tag = |secret: &Vec<u8>| {
            tag(secret, address, ticket, invitation, expires).is_some_and(|tag| tag == given)
        };
        if !self.secrets.iter().any(is_tag) {
            return Err(KeyFault::Wrong);
        }
        if today.num_days_from_ce() > expires { Err(KeyFault::Expired) } else { Ok(()) }
    }

    /// The purpose of a key of this member and ticket.
    ///
    /// # Errors
    /// [`KeyFault::Wrong`] where it has none of the purposes.
    pub fn invitation(
        &self,
        key: &str,
        address: &str,
        ticket: &TicketNumber,
        today: NaiveDate,
    ) -> Result<Invitation, KeyFault> {
        let mut fault = KeyFault::Wrong;
        for invitation in Invitation::ALL {
            match self.check(key, address, ticket, invitation, today) {
                Ok(()) => return Ok(invitation),
                Err(KeyFault::Expired) => fault = KeyFault::Expired,
                Err(KeyFault::Wrong) => {}
            }
        }
        Err(fault)
    }
}

/// The first key in a text, including its `#`. Checks only the shape.
#[must_use]
pub fn find_key(text: &str) -> Option<&str> {
    const LENGTH: usize = 1 + DAY_DIGITS + TAG_DIGITS;
    text.match_indices('#').find_map(|(at, _)| {
        let key = text.get(at..at + LENGTH)?;
        let ends = !text.get(at + LENGTH..)?.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_key = key.bytes().skip(1).all(|byte| value(byte).is_some());
        (ends && is_key).then_some(key)
    })
}

fn encode(number: u64, digits: usize) -> String {
    let digit = |place: usize| {
        let index = usize::try_from(number >> (5 * place) & 31).unwrap_or_default();
        char::from(*DIGITS.get(index).unwrap_or(&b'0'))
    };
    (0..digits).rev().map(digit).collect()
}

fn decode(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |number, byte| Some(number << 5 | value(byte)?))
}

/// The value of a digit. Case does not count, and the letters that Crockford leaves out are read as he says.
fn value(digit: u8) -> Option<u64> {
    let digit = match digit.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        digit => digit,
    };
    DIGITS.iter().position(|known| *known == digit).and_then(|at| u64::try_from(at).ok())
}

/// The first 60 bits of the HMAC. `day` is the whole day number, not its digits, so that a key does not come back to life
/// when the digits do.
fn tag(secret: &[u8], address: &str, ticket: &TicketNumber, invitation: Invitation, day: i32) -> Option<u64> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    let purpose = invitation.as_str();
    mac.update(format!("staff\n{purpose}\n{}\n{ticket}\n{day}", address.to_lowercase()).as_bytes());
    let bytes = mac.finalize().into_bytes();
    let first: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    Some(u64::from_be_bytes(first) >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SATO: &str = "sato@example.jp";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ticket(nth: u32) -> TicketNumber {
        TicketNumber::new("ZT", 2025, nth)
    }

    #[test]
    fn a_key_is_good_for_one_member_one_ticket_one_purpose_and_sixty_days() {
        let keys = StaffKeys::new(vec![b"new".to_vec(), b"old".to_vec()]);
        let (one, two, today) = (ticket(1), ticket(2), day("2025-07-01"));
        let key = keys.make(SATO, &one, Invitation::Answer, today);
        assert_eq!(key.len(), 15, "{key}");
        assert_eq!(find_key(&format!("▼ZT-2025-0001 {key}▼")), Some(key.as_str()));
        let check = |key: &str, address, ticket, invitation, on| {
            keys.check(key, address, ticket, invitation, day(on))
        };
        assert_eq!(check(&key, "Sato@example.jp", &one, Invitation::Answer, "2025-08-30"), Ok(()));
        assert_eq!(check(&key, SATO, &one, Invitation::Answer, "2025-08-31"), Err(KeyFault::Expired));
        assert_eq!(check(&key, SATO, &one, Invitation::Answer, "2027-12-31"), Err(KeyFault::Expired));
        assert_eq!(check(&key, SATO, &one, Invitation::Answer, "2028-12-31"), Err(KeyFault::Wrong));
        for (address, ticket, invitation) in [
            ("ito@example.jp", &one, Invitation::Answer),
            (SATO, &two, Invitation::Answer),
            (SATO, &one, Invitation::Decide),
        ] {
            assert_eq!(check(&key, address, ticket, invitation, "2025-07-01"), Err(KeyFault::Wrong));
        }
        assert_eq!(check(&key.to_uppercase(), SATO, &one, Invitation::Answer, "2025-07-01"), Ok(()));
        let old = StaffKeys::new(vec![b"old".to_vec()]).make(SATO, &one, Invitation::Answer, today);
        assert_eq!(check(&old, SATO, &one, Invitation::Answer, "2025-07-01"), Ok(()));
        let revoked = StaffKeys::new(vec![b"other".to_vec()]);
        assert_eq!(revoked.check(&key, SATO, &one, Invitation::Answer, today), Err(KeyFault::Wrong));
        assert_eq!(StaffKeys::default().invitation(&key, SATO, &one, today), Err(KeyFault::Wrong));
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let keys = StaffKeys::new(vec![b"secret".to_vec()]);
        for invitation in Invitation::ALL {
            let key = keys.make(SATO, &ticket(1), invitation, day("2025-07-01"));
            assert_eq!(keys.invitation(&key, SATO, &ticket(1), day("2025-07-02")), Ok(invitation));
            let expired = keys.invitation(&key, SATO, &ticket(1), day("2025-10-01"));
            assert_eq!(expired, Err(KeyFault::Expired));
            let other = keys.invitation(&key, SATO, &ticket(2), day("2025-07-02"));
            assert_eq!(other, Err(KeyFault::Wrong));
        }
    }

    #[test]
    fn a_key_that_expires_later_than_it_can_is_wrong() {
        let keys = StaffKeys::new(vec![b"secret".to_vec()]);
        let today = day("2025-07-01");
        for (made, expected) in [
            ("2025-07-02", Ok(())),
            ("2025-07-03", Err(KeyFault::Wrong)),
            ("2026-07-01", Err(KeyFault::Wrong)),
            ("2028-04-20", Err(KeyFault::Wrong)),
        ] {
            let key = keys.make(SATO, &ticket(1), Invitation::Answer, day(made));
            assert_eq!(keys.check(&key, SATO, &ticket(1), Invitation::Answer, today), expected, "{made}");
        }
        let key = keys.make(SATO, &ticket(1), Invitation::Answer, today);
        for digit in DIGITS.iter().map(|digit| char::from(*digit)) {
            let forged: String = key.chars().take(2).chain([digit]).chain(key.chars().skip(3)).collect();
            let checked = keys.check(&forged, SATO, &ticket(1), Invitation::Answer, today);
            assert_eq!(checked.is_ok(), forged == key, "{forged}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_shape() {
        assert_eq!(find_key("Re: [ZT-2025-0001] 回答 #7K3M9QXT2B4C5D"), Some("#7K3M9QXT2B4C5D"));
        assert_eq!(find_key("#1 の件 #7k3m9qxt2b4c5d。"), Some("#7k3m9qxt2b4c5d"));
        for text in [
            "",
            "#",
            "#7k3m9qxt2b4c5",
            "#7k3m9qxt2b4c5dd",
            "#7k3m9qxt2b4c5あ",
            "#uuuuuuuuuuuuuu",
            "＃7k3m9qxt2b4c5d",
            "#20250830-0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(find_key(text), None, "{text}");
        }
    }
}
