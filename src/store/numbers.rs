//! The numbers that the desk gives: ticket numbers and row ids. Both counters are in the desk's row, so they are rolled back
//! with the transaction.

use std::ops::RangeInclusive;

use super::Tx;
use crate::desk::ticket::TicketNumber;

/// Row ids that are left out for each ticket number. Filing and answering a ticket takes some dozens; the rest is for mails
/// without a ticket, whose numbers are row ids.
const IDS_OF_A_TICKET: i64 = 1000;

impl Tx {
    /// Takes the next ticket number of a fiscal year. Numbers have no gaps, except those of [`Tx::skip_numbers`].
    pub fn take_number(&mut self, prefix: &str, fiscal_year: i32) -> TicketNumber {
        let last = self.desk.numbers.entry(i64::from(fiscal_year)).or_default();
        *last += 1;
        TicketNumber::new(prefix, fiscal_year, u32::try_from(*last).unwrap_or(u32::MAX))
    }

    /// A new row id, unique over all tables.
    pub fn fresh_id(&mut self) -> i64 {
        self.desk.next_id += 1;
        self.desk.next_id - 1
    }

    /// Leaves out the next `count` ticket numbers of these fiscal years and of all that have tickets, and row ids with
    /// them. Message-IDs and staff keys are made of them: a number that is never given again makes the old ones point to
    /// nothing. Returns the next number of the last of `years`.
    pub fn skip_numbers(&mut self, prefix: &str, years: RangeInclusive<i32>, count: u32) -> TicketNumber {
        let newest = *years.end();
        for year in years {
            self.desk.numbers.entry(i64::from(year)).or_default();
        }
        for last in self.desk.numbers.values_mut() {
            *last += i64::from(count);
        }
        self.desk.next_id += i64::from(count) * IDS_OF_A_TICKET;
        let last = self.desk.numbers.get(&i64::from(newest)).copied().unwrap_or_default();
        TicketNumber::new(prefix, newest, u32::try_from(last + 1).unwrap_or(u32::MAX))
    }
}
