//! Whether a mail that looks like a member's may be read as one. `staff_mail` then checks its keys.

use chrono::NaiveDate;

use super::{
    staff::Staff,
    staff_key::{KeyFault, StaffKeys, find_key},
    ticket::TicketNumber,
};
use crate::mail::{InboundMail, authentication};

/// Why a mail is not read as a member's. It becomes no ticket either, because its subject may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderDoubt {
    /// Several senders, or a From that two parsers read differently.
    Unclear,
    /// Our own mail server does not confirm the From domain.
    NotVouchedFor,
    /// The subject has the key of a member, and the mail does not come from a member's address.
    ForeignAddress,
}

impl SenderDoubt {
    /// The code of the warning in `inspect` and in the audit.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unclear => "staff_sender_unclear",
            Self::NotVouchedFor => "staff_sender_not_confirmed",
            Self::ForeignAddress => "staff_key_from_elsewhere",
        }
    }

    /// The explanation in `inspect` and in the list of parked mails.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Unclear => "from a staff address, with several senders or an unclear From",
            Self::NotVouchedFor => "from a staff address, which our mail server does not confirm",
            Self::ForeignAddress => "with the key of a member, from another address",
        }
    }
}

/// What identifies members of staff.
#[derive(Debug, Clone, Copy)]
pub struct Proofs<'a> {
    pub staff: &'a Staff,
    pub keys: &'a StaffKeys,
    /// Name of our own mail server in `Authentication-Results`, if the settings have it.
    pub authserv_id: Option<&'a str>,
    /// First part of every ticket number.
    pub prefix: &'a str,
    /// Local day of the desk.
    pub today: NaiveDate,
}

/// `None` for a member's mail, and for a mail that has nothing to do with staff.
#[must_use]
pub fn doubt(mail: &InboundMail, proofs: &Proofs<'_>) -> Option<SenderDoubt> {
    let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    if proofs.staff.find(from).is_none() {
        return has_key_of_a_member(mail, proofs).then_some(SenderDoubt::ForeignAddress);
    }
    if !mail.sender_is_clear() {
        return Some(SenderDoubt::Unclear);
    }
    let domain = from.rsplit('@').next().unwrap_or_default();
    let is_confirmed = |id| authentication::results(mail, id).is_some_and(|results| results.confirm(domain));
    (!proofs.authserv_id.is_none_or(is_confirmed)).then_some(SenderDoubt::NotVouchedFor)
}

fn has_key_of_a_member(mail: &InboundMail, proofs: &Proofs<'_>) -> bool {
    let Proofs { staff, keys, prefix, today, .. } = proofs;
    let Some(key) = find_key(&mail.subject) else { return false };
    let Some(ticket) = TicketNumber::in_staff_subject(&mail.subject, prefix) else { return false };
    staff.all().any(|member| keys.invitation(key, &member.address, &ticket, *today) != Err(KeyFault::Wrong))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{staff::Member, staff_key::Invitation};

    #[test]
    fn only_a_clear_and_confirmed_sender_is_staff() {
        let member = Member { name: "佐藤".into(), address: "sato@example.jp".into(), lead: true };
        let staff = Staff::new(vec![member]);
        let keys = StaffKeys::new(vec![b"secret".to_vec()]);
        let today: NaiveDate = "2025-07-01".parse().unwrap();
        let ticket = TicketNumber::new("ZT", 2025, 1);
        let key = keys.make("sato@example.jp", &ticket, Invitation::Answer, today);
        let confirmed = "Authentication-Results: mx.example.jp; dmarc=pass header.from=example.jp\r\n";
        let proofs = |authserv_id| Proofs { staff: &staff, keys: &keys, authserv_id, prefix: "ZT", today };
        let check = |head: &str, authserv_id: Option<&'static str>| {
            doubt(&crate::mail::read(format!("{head}\r\n\r\n").as_bytes()), &proofs(authserv_id))
        };
        let ours = Some("mx.example.jp");
        let foreign = format!("From: home@x.example\r\nSubject: Re: [ZT-2025-0001] {key}");
        for (head, authserv_id, expected) in [
            ("From: Sato@example.jp", None, None),
            ("From: sato@example.jp", ours, Some(SenderDoubt::NotVouchedFor)),
            (&format!("{confirmed}From: sato@example.jp"), ours, None),
            (&format!("{confirmed}From: sato@example.jp, evil@x.example"), ours, Some(SenderDoubt::Unclear)),
            ("From: sato@example.jp\r\nFrom: evil@x.example", None, Some(SenderDoubt::Unclear)),
            ("From: staff: sato@example.jp;", None, Some(SenderDoubt::Unclear)),
            ("From: evil@x.example, sato@example.jp", None, None),
            ("From: yamada@city.example.jp\r\nSubject: [ZT-2025-0001]", ours, None),
            ("From: yamada@city.example.jp\r\nSubject: [ZT-2025-0001] #20250701093000", ours, None),
            (&foreign, None, Some(SenderDoubt::ForeignAddress)),
            (&foreign.replace("0001", "0002"), None, None),
        ] {
            assert_eq!(check(head, authserv_id), expected, "{head}");
        }
    }
}
