//! The number of a ticket, as mails write it.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// A ticket number such as `ZT-2025-0001`: prefix, Japanese fiscal year, serial of four or more digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketNumber {
    prefix: String,
    fiscal_year: i32,
    serial: u32,
}

impl TicketNumber {
    /// Does not check the prefix; the settings do.
    #[must_use]
    pub fn new(prefix: &str, fiscal_year: i32, serial: u32) -> Self {
        Self { prefix: prefix.to_owned(), fiscal_year, serial }
    }

    /// The calendar year in which the Japanese fiscal year begins.
    #[must_use]
    pub fn fiscal_year(&self) -> i32 {
        self.fiscal_year
    }

    /// Serial within the fiscal year, starting at 1.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The first ticket number in square brackets in a subject. Accepts full-width characters.
    #[must_use]
    pub fn in_subject(subject: &str, prefix: &str) -> Option<Self> {
        let folded: String = subject.chars().map(half_width).collect();
        folded.split('[').skip(1).find_map(|rest| {
            let number: Self = rest.split(']').next()?.trim().to_ascii_uppercase().parse().ok()?;
            (number.prefix == prefix).then_some(number)
        })
    }
}

/// Maps full-width ASCII, which phones may send, to half width.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' => '[',
        '】' => ']',
        '−' | '‐' | '–' => '-',
        _ => c,
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.prefix, self.fiscal_year, self.serial)
    }
}

impl FromStr for TicketNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is not a ticket number; allowed: PREFIX-YEAR-NUMBER such as ZT-2025-0001");
        let mut parts = text.split('-');
        let (Some(prefix), Some(year), Some(serial), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let good = (2..=6).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_uppercase())
            && year.len() == 4
            && serial.len() >= 4
            && digits(year)
            && digits(serial);
        if !good {
            return Err(wrong());
        }
        Ok(Self::new(prefix, year.parse().map_err(|_| wrong())?, serial.parse().map_err(|_| wrong())?))
    }
}

impl Serialize for TicketNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_only_in_their_one_form() {
        for (text, good) in [
            ("ZT-2025-0001", true),
            ("ZT-2025-12345", true),
            ("ZT-2025-001", false),
            ("zt-2025-0001", false),
            ("ZT-25-0001", false),
            ("ZT-2025-0001-2", false),
            ("ZT-2025-00a1", false),
            ("", false),
            ("ZT-2025-99999999999", false),
        ] {
            assert_eq!(
                text.parse::<TicketNumber>().map(|n| n.to_string()).ok(),
                good.then(|| text.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_subject_names_a_ticket_only_in_brackets_and_with_our_prefix() {
        let check = |subject: &str| TicketNumber::in_subject(subject, "ZT").map(|number| number.to_string());
        assert_eq!(check("Re: [ZT-2025-0001] 拠点整備・運用に関する照会").as_deref(), Some("ZT-2025-0001"));
        assert_eq!(check("RE: ［ＺＴ－２０２５－０００１］ 照会").as_deref(), Some("ZT-2025-0001"));
        assert_eq!(check("[外部] Re: [zt-2025-0012] x").as_deref(), Some("ZT-2025-0012"));
        assert_eq!(check("ZT-2025-0001 について"), None);
        assert_eq!(check("[AB-2025-0001] x"), None);
    }
}
