//! Counts what staff get notices of besides new tickets, which the database counts, so that a flood of it is gathered, too. In
//! memory: after a restart the counts begin again, and staff get some notices more.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::desk::flood::{Senders, Today};

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Mails that are kept and told of at once.
    Kept,
    /// Copies of an inquiry.
    Copies,
    Applications,
    /// Automatic mails that did not arrive, by their recipient.
    Undelivered,
}

/// Persons and domains that are counted at most. A flood from more of them is another day's beginning.
const MOST: usize = 20_000;

/// The counts of one day.
#[derive(Debug, Default)]
pub struct NoticeCounts(Mutex<(DateTime<Utc>, HashMap<Counted, Senders>)>);

impl NoticeCounts {
    /// Counts one more of an address and of its domain, since `midnight`. Both counts include this one.
    pub fn next(&self, what: Counted, address: &str, midnight: DateTime<Utc>) -> Today {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, senders) = &mut *counts;
        if *day != midnight || senders.values().map(Senders::counted).sum::<usize>() >= MOST {
            *day = midnight;
            senders.clear();
        }
        senders.entry(what).or_default().next(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_and_domains_are_counted_by_the_day_and_apart() {
        let counts = NoticeCounts::default();
        let day = |nth: i64| DateTime::UNIX_EPOCH + chrono::TimeDelta::days(nth);
        for (what, address, midnight, from_sender, from_domain) in [
            (Counted::Kept, "a@x.example", 1, 1, 1),
            (Counted::Kept, "A+1@x.example", 1, 2, 2),
            (Counted::Kept, "b@x.example", 1, 1, 3),
            (Counted::Copies, "a@x.example", 1, 1, 1),
            (Counted::Kept, "", 1, 1, 1),
            (Counted::Kept, "a@x.example", 2, 1, 1),
        ] {
            let today = counts.next(what, address, day(midnight));
            assert_eq!(today, Today { from_sender, from_domain }, "{what:?} {address}");
        }
    }
}
