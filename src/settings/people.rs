//! Checks the people of the settings: members of staff, their absences, and contacts.

use super::{
    Settings, Staff,
    check::{Wrong, address_help, ensure, is_address},
};
use crate::desk::staff::is_same_person;

impl Settings {
    pub(super) fn check_people(&self) -> Result<(), Wrong> {
        for (i, staff) in self.staff.iter().enumerate() {
            self.check_person(&format!("staff[{i}]"), &staff.name, &staff.address)?;
            let is_same = |other: &&Staff| is_same_person(&other.address, &staff.address);
            ensure(
                !self.staff.iter().take(i).any(|other| is_same(&other)),
                &format!("staff[{i}].address"),
                || format!("{:?} is a member already; allowed: each member once", staff.address),
            )?;
            self.check_absences(i, staff)?;
        }
        for (i, contact) in self.contacts.iter().enumerate() {
            let (address, key) = (&contact.address, format!("contacts[{i}]"));
            self.check_person(&key, &contact.name, address)?;
            let is_staff = self.staff.iter().any(|staff| is_same_person(&staff.address, address));
            ensure(!is_staff, &format!("{key}.address"), || {
                format!("{address:?} is a member of staff; allowed: an address of somebody outside the desk")
            })?;
        }
        Ok(())
    }

    /// A name of one line, and an address that is not the desk's: its own mails would come back as those of the person.
    fn check_person(&self, key: &str, name: &str, address: &str) -> Result<(), Wrong> {
        ensure(!name.trim().is_empty(), &format!("{key}.name"), || "is empty".into())?;
        ensure(!name.chars().any(char::is_control), &format!("{key}.name"), || {
            format!("{name:?} is not allowed; allowed: one line of text")
        })?;
        let key = format!("{key}.address");
        ensure(is_address(address), &key, || address_help(address))?;
        let desk = &self.desk;
        let own = || std::iter::once(&desk.address).chain(&desk.aliases).chain(&desk.lists);
        ensure(!own().any(|own| is_same_person(own, address)), &key, || {
            format!("{address:?} is an address of the desk; allowed: the address of a person")
        })
    }

    fn check_absences(&self, nth: usize, staff: &Staff) -> Result<(), Wrong> {
        for (i, absent) in staff.absent.iter().enumerate() {
            let key = format!("staff[{nth}].absent[{i}]");
            ensure(absent.from <= absent.to, &format!("{key}.to"), || {
                format!("{} is not allowed; allowed: a day from {} on", absent.to, absent.from)
            })?;
            let Some(substitute) = &absent.substitute else { continue };
            let is_other = |other: &Staff| {
                other.address.eq_ignore_ascii_case(substitute)
                    && !other.address.eq_ignore_ascii_case(&staff.address)
            };
            ensure(self.staff.iter().any(is_other), &format!("{key}.substitute"), || {
                format!("{substitute:?} is not allowed; allowed: the address of another member")
            })?;
        }
        Ok(())
    }
}
