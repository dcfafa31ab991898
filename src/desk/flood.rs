//! How staff are notified when one sender or one domain writes very often: all is filed, the notices become rarer, and nobody gets
//! these tickets in turn.

use std::collections::HashMap;

use crate::mail::{domain_of, person_of};

/// Messages a day that staff get a notice of each.
#[derive(Debug, Clone, Copy)]
pub struct NoticeLimits {
    /// From one person: new tickets, and likewise further mails on one ticket.
    pub per_sender: u32,
    /// From one domain: new tickets.
    pub per_domain: u32,
}

/// Messages of today like this one, with this one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Today {
    pub from_sender: u32,
    pub from_domain: u32,
}

/// Numbers of messages by person, and by domain.
#[derive(Debug, Clone, Default)]
pub struct Senders(HashMap<String, u32>);

impl Senders {
    /// Counts one more of a person, see [`person_of`].
    pub fn add(&mut self, person: &str) {
        *self.0.entry(domain_of(person).to_owned()).or_default() += 1;
        *self.0.entry(person.to_owned()).or_default() += 1;
    }

    #[must_use]
    pub fn today(&self, person: &str) -> Today {
        let count = |key: &str| self.0.get(key).copied().unwrap_or_default();
        Today { from_domain: count(domain_of(person)), from_sender: count(person) }
    }

    /// Counts one more of an address. Both counts include it.
    pub fn next(&mut self, address: &str) -> Today {
        let person = person_of(address);
        self.add(&person);
        self.today(&person)
    }

    /// How many persons and domains are counted.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.0.len()
    }
}

/// Whether staff get a notice of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notified {
    Each,
    /// A notice that says how many messages there are, and that it stands for several.
    Gathered {
        count: u32,
        of_domain: bool,
    },
    /// A later notice counts it, and the list shows it.
    Later,
}

impl NoticeLimits {
    /// For applications: a prefecture sends one for each of its areas.
    #[must_use]
    pub fn of_applications(self) -> Self {
        Self { per_sender: self.per_sender.saturating_mul(4), per_domain: self.per_domain.saturating_mul(4) }
    }

    /// Whether the next ticket is beyond a limit, by those that came before it today.
    #[must_use]
    pub fn are_reached(self, before: Today) -> bool {
        before.from_sender >= self.per_sender || before.from_domain >= self.per_domain
    }

    /// Takes out those beyond the first ones of a sender or of a domain, and returns them first: what others wrote stays visible before
    /// them. `from` is the sender's address, or `None` for what belongs to no flood.
    #[must_use]
    pub fn without_flood<T>(
        self,
        all: Vec<T>,
        from: impl for<'t> Fn(&'t T) -> Option<&'t str>,
    ) -> (Vec<T>, Vec<T>) {
        let mut senders = Senders::default();
        all.into_iter().partition(|one| {
            from(one).is_some_and(|from| self.notified(senders.next(from)) != Notified::Each)
        })
    }

    /// Beyond a limit, the first, second, fourth, eighth message and so on has a notice.
    #[must_use]
    pub fn notified(self, today: Today) -> Notified {
        let (count, limit, of_domain) = if today.from_sender > self.per_sender {
            (today.from_sender, self.per_sender, false)
        } else if today.from_domain > self.per_domain {
            (today.from_domain, self.per_domain, true)
        } else {
            return Notified::Each;
        };
        if (count - limit).is_power_of_two() {
            Notified::Gathered { count, of_domain }
        } else {
            Notified::Later
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_of_a_flood_become_rarer() {
        let limits = NoticeLimits { per_sender: 5, per_domain: 30 };
        let gathered = |count, of_domain| Notified::Gathered { count, of_domain };
        for (from_sender, from_domain, expected) in [
            (1, 1, Notified::Each),
            (5, 30, Notified::Each),
            (6, 6, gathered(6, false)),
            (7, 40, gathered(7, false)),
            (8, 8, Notified::Later),
            (9, 9, gathered(9, false)),
            (1, 31, gathered(31, true)),
            (1, 33, Notified::Later),
            (1, 34, gathered(34, true)),
        ] {
            let today = Today { from_sender, from_domain };
            assert_eq!(limits.notified(today), expected, "{today:?}");
            let before = Today { from_sender: from_sender - 1, from_domain: from_domain - 1 };
            assert_eq!(limits.are_reached(before), expected != Notified::Each, "{today:?}");
        }
        let of_a_thousand = (1..=1_000)
            .filter(|nth| limits.notified(Today { from_sender: *nth, from_domain: *nth }) != Notified::Later);
        assert_eq!(of_a_thousand.count(), 15);
    }
}
