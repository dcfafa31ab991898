//! Mails of advisers of the 伴走支援. They are shown to staff, and nothing answers them: an adviser is no inquirer.

use super::{Filing, Kind, Known, Note, ParkReason, Reading, Rules, follow_up::joinable};

/// How a mail of an adviser is filed. `None`: the mail is none, or the adviser inquires as anybody may.
pub(super) fn from_adviser(reading: &Reading, rules: &Rules, known: &Known, kind: Kind) -> Option<Filing> {
    let from = &reading.mail.from.as_ref()?.address;
    rules.support.as_ref()?.adviser(from)?;
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
        None if !is_inspected => {
            Filing::Park { reason: ParkReason::Adviser, detail: "from an adviser".to_owned() }
        }
        ticket => Filing::Note {
            note: Note::Adviser,
            ticket: ticket.map(|ticket| (ticket.id, ticket.number.clone())),
        },
    })
}
