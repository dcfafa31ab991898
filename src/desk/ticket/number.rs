//! The number of a ticket, as mails write it.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// The prefix of the numbers of parked mails. They have no ticket, and members name them like one.
pub const PARKED: &str = "MAIL";
/// The prefix of the numbers of reports. Members reply to a report as to a ticket.
pub const REPORT: &str = "REPORT";

/// The prefix of the numbers of entries for the guidebook, which members name like tickets.
pub const ENTRY: &str = "FAQ";

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

    /// The number of a parked mail, such as `MAIL-2025-0120`: its ledger row, in the fiscal year in which it came. `None` if
    /// the row id is too large for a number.
    #[must_use]
    pub fn of_parked(message: i64, fiscal_year: i32) -> Option<Self> {
        Some(Self::new(PARKED, fiscal_year, u32::try_from(message).ok()?))
    }

    /// The ledger row of a parked mail, if it is the number of one.
    #[must_use]
    pub fn parked(&self) -> Option<i64> {
        (self.prefix == PARKED).then_some(i64::from(self.serial))
    }

    /// Whether it is the number of a report. `desk::report` says of which.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.prefix == REPORT
    }

    /// Whether it is the number of an entry for the guidebook.
    #[must_use]
    pub fn is_entry(&self) -> bool {
        self.prefix == ENTRY
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

    /// The ticket number in a subject: the first one in square brackets, as our mails have it, else the first one that is
    /// no part of a longer word or number. Accepts full-width characters and any dash.
    #[must_use]
    pub fn in_subject(subject: &str, prefix: &str) -> Option<Self> {
        Self::first_in(subject, &[prefix])
    }

    /// The same for a mail of a member, which may be about a parked mail, a report or an entry for the guidebook.
    #[must_use]
    pub fn in_staff_subject(subject: &str, prefix: &str) -> Option<Self> {
        Self::first_in(subject, &[prefix, PARKED, REPORT, ENTRY])
    }

    fn first_in(subject: &str, prefixes: &[&str]) -> Option<Self> {
        let folded: String = subject.chars().map(half_width).collect();
        let ours = |text: &str| -> Option<Self> {
            let number: Self = text.trim().to_ascii_uppercase().parse().ok()?;
            prefixes.contains(&number.prefix.as_str()).then_some(number)
        };
        let bracketed = folded.split('[').skip(1).find_map(|rest| ours(rest.split(']').next()?));
        let mut words = folded.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        bracketed.or_else(|| words.find_map(|word| ours(word.trim_matches('-'))))
    }
}

/// Maps full-width ASCII, which phones may send, to half width, and the characters that people type as dashes to `-`.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        // Hyphens and dashes, minus signs, the long vowel mark in both widths, and a box drawing line.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | 'ー' | 'ｰ' | '─' => '-',
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
    fn a_subject_names_a_ticket_with_our_prefix_and_not_within_a_longer_word() {
        for (subject, number) in [
            ("Re: [ZT-2025-0001] 拠点整備・運用に関する照会", Some("ZT-2025-0001")),
            ("RE: ［ＺＴ－２０２５－０００１］ 照会", Some("ZT-2025-0001")),
            ("[外部] Re: [zt-2025-0012] x", Some("ZT-2025-0012")),
            ("ZT-2025-0001 について", Some("ZT-2025-0001")),
            ("ZT-2025-0001の件", Some("ZT-2025-0001")),
            ("追加資料（受付番号ZT-2025-0001）", Some("ZT-2025-0001")),
            ("受付番号：ｚｔ－２０２５－０００１", Some("ZT-2025-0001")),
            ("ＺＴ−２０２５−０００１", Some("ZT-2025-0001")),
            ("ZT‐2025‐0001", Some("ZT-2025-0001")),
            ("ZT–2025–0001", Some("ZT-2025-0001")),
            ("ZTー2025ー0001です", Some("ZT-2025-0001")),
            ("ZT-2025-0001ー追加資料-", Some("ZT-2025-0001")),
            ("zt-2025-12345?", Some("ZT-2025-12345")),
            ("AB-2025-0001, ZT-2025-0002", Some("ZT-2025-0002")),
            ("ZT-2025-0003と同じ [ZT-2025-0001]", Some("ZT-2025-0001")),
            ("[AB-2025-0001] x", None),
            ("ABZT-2025-00012", None),
            ("A-ZT-2025-0001", None),
            ("A_ZT-2025-0001", None),
            ("ZT-2025-0001a", None),
            ("ZT-2025-0001-2", None),
            ("ZT-2025-001", None),
            ("ZT-12025-0001", None),
            ("ZT-2025-99999999999", None),
            ("", None),
        ] {
            let found = TicketNumber::in_subject(subject, "ZT").map(|number| number.to_string());
            assert_eq!(found.as_deref(), number, "{subject}");
        }
    }

    #[test]
    fn a_members_subject_may_name_a_parked_mail() {
        for (subject, number, row) in [
            ("Re: [MAIL-2025-0120] 要確認 #7k3m9qxt2b4c5d", Some("MAIL-2025-0120"), Some(120)),
            ("[MAIL-2025-0120] 要確認：ZT-2025-0003の件", Some("MAIL-2025-0120"), Some(120)),
            ("[ZT-2025-0001] MAIL-2025-0120", Some("ZT-2025-0001"), None),
            ("Re: [REPORT-2025-0007] 月次報告の案 #7k3m9qxt2b4c5d", Some("REPORT-2025-0007"), None),
            ("MAIL-0120", None, None),
        ] {
            let found = TicketNumber::in_staff_subject(subject, "ZT");
            assert_eq!(found.as_ref().map(ToString::to_string).as_deref(), number, "{subject}");
            assert_eq!(found.and_then(|number| number.parked()), row, "{subject}");
        }
        assert_eq!(TicketNumber::in_subject("[MAIL-2025-0120] x", "ZT"), None);
        assert_eq!(TicketNumber::of_parked(120, 2025).unwrap().to_string(), "MAIL-2025-0120");
        assert_eq!(TicketNumber::of_parked(i64::MAX, 2025), None);
    }
}
