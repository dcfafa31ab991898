//! Who gets a copy of an answer: the people in Cc of an inquiry. Robots, lists, colleagues and the desk itself do not.

use super::{gate::GateRules, staff::Staff};
use crate::mail::{InboundMail, automatic::is_unattended, is_same_person};

/// Copies of one answer. A Cc of more people is a circular, and staff can write to them.
pub const MOST: usize = 10;

/// The addresses in Cc of an inquiry that get the answer, too, in lower case.
#[must_use]
pub fn carbon_copies(mail: &InboundMail, gate: &GateRules, staff: &Staff) -> Vec<String> {
    let from = mail.from_address();
    let mut found: Vec<String> = Vec::new();
    for mailbox in &mail.cc {
        let address = mailbox.address.to_lowercase();
        let is_new = std::iter::once(from)
            .chain(found.iter().map(String::as_str))
            .all(|known| !is_same_person(known, &address));
        if is_new && may_get_a_copy(&address, gate, staff) && !is_list_of(mail, &address) {
            found.push(address);
        }
    }
    found.truncate(MOST);
    found
}

/// Whether an address may get a copy, by the settings as they are now.
#[must_use]
pub fn may_get_a_copy(address: &str, gate: &GateRules, staff: &Staff) -> bool {
    let is_address =
        address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let is_ours =
        gate.own().has(address) || gate.own_addresses.iter().any(|own| is_same_person(own, address));
    let is_staff = staff.all().any(|member| is_same_person(&member.address, address));
    is_address && !is_ours && !is_staff && !is_unattended(address)
}

/// Whether a field of the mail names the address as that of a list.
fn is_list_of(mail: &InboundMail, address: &str) -> bool {
    mail.headers.iter().any(|header| {
        let name = header.name.to_ascii_lowercase();
        (name.starts_with("list-") || name.contains("mailing-list") || name == "x-beenthere")
            && header.value.to_lowercase().contains(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::staff::Member, mail};

    #[test]
    fn people_in_cc_get_a_copy_and_nobody_else() {
        let rules = crate::server::rules(&crate::settings::Settings::from_toml("").unwrap());
        let member = Member { name: "佐藤 花子".into(), address: "sato@example.jp".into(), lead: true };
        let staff = Staff::new(vec![member]);
        for (cc, expected) in [
            ("Kacho <Kacho@city.example.jp>, b@pref.example.jp", "kacho@city.example.jp b@pref.example.jp"),
            ("kacho@city.example.jp, KACHO@city.example.jp", "kacho@city.example.jp"),
            ("yamada@city.example.jp, yamada+a@city.example.jp, \"yamada\"@city.example.jp", ""),
            ("a@v.example.jp, a+1@v.example.jp, \"a\"@V.example.jp", "a@v.example.jp"),
            ("zaitaku+a@tohmatu.co.jp, sato+b@example.jp", ""),
            ("zaitaku@tohmatu.co.jp, Sato@example.jp", ""),
            ("no-reply@city.example.jp, mailer-daemon@city.example.jp, bounces@city.example.jp", ""),
            ("ml-request@city.example.jp, kaigi@lists.example.jp", ""),
            ("undisclosed-recipients:;", ""),
        ] {
            let raw = format!(
                "From: yamada@city.example.jp\r\nTo: zaitaku@tohmatu.co.jp\r\nCc: {cc}\r\n\
                 List-Post: <mailto:kaigi@lists.example.jp>\r\n\r\n"
            );
            let found = carbon_copies(&mail::read(raw.as_bytes()), &rules.gate, &staff);
            assert_eq!(found.join(" "), expected, "{cc}");
        }
        let many: Vec<String> = (0..30).map(|nth| format!("a{nth}@example.org")).collect();
        let raw = format!("From: yamada@city.example.jp\r\nCc: {}\r\n\r\n", many.join(", "));
        assert_eq!(carbon_copies(&mail::read(raw.as_bytes()), &rules.gate, &staff).len(), MOST);
    }
}
