//! Mails of advisers of the 伴走支援 and of contacts (照会先). They are shown to staff, and nothing answers them:
//! neither is an inquirer.

use super::{Filing, Kind, Known, Note, ParkReason, Reading, Rules, follow_up::joinable};

/// How a mail of an adviser or of a contact is filed. `None`: the mail is none, or its sender inquires as anybody may.
pub(super) fn from_adviser(reading: &Reading, rules: &Rules, known: &Known, kind: Kind) -> Option<Filing> {
    let from = &reading.mail.from.as_ref()?.address;
    let is_contact = rules.contacts.find(from).is_some();
    let is_adviser = rules.support.as_ref().is_some_and(|support| support.adviser(from).is_some());
    let (note, reason, detail) = match (is_contact, is_adviser) {
        (true, _) => (Note::Contact, ParkReason::Contact, "from somebody whom the desk asks"),
        (false, true) => (Note::Adviser, ParkReason::Adviser, "from an adviser"),
        (false, false) => return None,
    };
    if !matches!(kind, Kind::FollowUp | Kind::Inquiry | Kind::Other) || reading.form.is_filled_in() {
        return None;
    }
    let ticket = joinable(reading, known);
    let is_own = ticket.and_then(|ticket| ticket.address.as_deref());
    if is_own.is_some_and(|address| address.eq_ignore_ascii_case(from)) {
        return None;
    }
    // `inspect` has no database; it shows the result for an adviser who was asked.
    let is_inspected = known.gate.accept_since.is_none() && reading.reference.is_some();
    Some(match ticket {
        None if !is_inspected => Filing::Park { reason, detail: detail.to_owned() },
        ticket => Filing::Note { note, ticket: ticket.map(|ticket| (ticket.id, ticket.number.clone())) },
    })
}
