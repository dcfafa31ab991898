//! The people in a ticket, as far as the desk knows them.

use super::Desk;
use crate::{
    desk::{
        form::{FieldKey, Fields},
        redact::Person,
    },
    mail::Mailbox,
    store::TicketRow,
};

impl Desk {
    /// Whether an address belongs to the desk or to staff. Those are not erased.
    #[must_use]
    pub fn knows(&self, address: &str) -> bool {
        self.rules.gate.own_addresses.contains(&address.to_lowercase())
            || self.rules.staff.find(address).is_some()
    }

    /// Names and contact data of everyone outside the desk who wrote in a ticket.
    #[must_use]
    pub fn writers<'a>(&self, fields: &Fields, from: impl Iterator<Item = &'a Mailbox>) -> Person {
        let names = from.filter(|from| !self.knows(&from.address)).filter_map(|from| from.name.clone());
        Person {
            names: names.chain(fields.get(FieldKey::Name).map(str::to_owned)).collect(),
            texts: fields.get(FieldKey::Contact).map(str::to_owned).into_iter().collect(),
        }
    }

    /// Names that no reader outside needs: of the organization of the inquirer, of staff, contacts and advisers.
    #[must_use]
    pub fn known_names(&self, ticket: Option<&TicketRow>) -> Vec<String> {
        let people = self.rules.staff.all().map(|member| member.name.clone());
        let people = people.chain(self.rules.contacts.names());
        let advisers = self.rules.support.iter().flat_map(|support| &support.advisers);
        let people: Vec<String> = people.chain(advisers.map(|adviser| adviser.name.clone())).collect();
        let mut names: Vec<String> = people.iter().filter_map(|name| family_of(name)).collect();
        names.extend(people);
        names.extend(ticket.and_then(|ticket| ticket.fields.organization.clone()));
        let parts: Vec<String> =
            names.iter().flat_map(|name| name.split_whitespace().map(str::to_owned)).collect();
        names.extend(names.iter().map(|name| name.split_whitespace().collect()).collect::<Vec<String>>());
        // A short part may be a common word.
        names.extend(parts.into_iter().filter(|part| part.chars().count() > 2));
        names
    }
}

/// The family name of 「佐藤 花子」.
fn family_of(name: &str) -> Option<String> {
    let family = name.split_whitespace().next()?;
    (family.len() < name.trim().len()).then(|| family.to_owned())
}
