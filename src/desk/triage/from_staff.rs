//! Files a mail from a staff address. `staff_mail` has read its answers and commands.

use super::{Filing, Kind, Known, ParkReason, Reading, Reply, Rules};
use crate::desk::ticket::{Channel, NewTicket, SlaClock, TicketKind};

/// The subject of a telephone inquiry that a member wrote down.
pub const TELEPHONE_SUBJECT: &str = "電話照会";

/// Files a mail from a staff address. Anyone can forge an address, so full access needs a valid key as well.
/// Without a key, a member can only file a telephone inquiry or request the manual or the digest.
pub(super) fn from_staff(reading: &Reading, rules: &Rules, known: &Known) -> (Kind, Filing, Option<Reply>) {
    let park = |reason, detail: &str| (Kind::Staff, Filing::Park { reason, detail: detail.to_owned() }, None);
    if let Some(doubt) = reading.sender_doubt {
        return park(ParkReason::Staff, doubt.detail());
    }
    let Some(staff) = &reading.staff else {
        return (Kind::Staff, Filing::Staff, None);
    };
    let only_reads = !staff.orders.is_empty()
        && staff.orders.iter().all(|order| order.command.only_reads())
        && staff.answers.is_empty();
    if staff.keyed || only_reads || known.gate.accept_since.is_none() {
        if staff.is_over_limit(&known.replied) {
            return park(ParkReason::StaffLimit, "too many automatic mails about the ticket today");
        }
        return (Kind::Staff, Filing::Staff, None);
    }
    if is_about_a_call(&reading.mail.subject) && reading.form.has_form {
        return (Kind::Staff, telephone(reading, rules), None);
    }
    park(ParkReason::Staff, "from a staff address, without a key")
}

/// Whether a member's mail with this subject is a note of a call: 「電話照会」, 「電話メモ（星川市）」.
#[must_use]
pub fn is_about_a_call(subject: &str) -> bool {
    let subject = subject.replace([' ', '\u{3000}'], "");
    subject.contains(TELEPHONE_SUBJECT)
        || subject.trim_start_matches(['【', '「', 'お', '御']).starts_with("電話")
}

/// Builds a ticket from a telephone inquiry that a member wrote down. Its SLA clock runs as for a mail; the desk does
/// not ask for missing fields.
fn telephone(reading: &Reading, rules: &Rules) -> Filing {
    let fields = reading.form.fields.clone();
    let budget = rules.sla.answer_within;
    let clock = SlaClock::open(&rules.calendar, budget, reading.received_at)
        .unwrap_or_else(|| SlaClock::waiting(budget));
    let ticket = NewTicket {
        kind: TicketKind::Inquiry,
        channel: Channel::Telephone,
        fields,
        prefecture: reading.form.prefecture,
        clock,
    };
    Filing::Ticket { ticket: Box::new(ticket), mentions: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_a_call_is_known_by_its_subject() {
        for (subject, expected) in [
            ("電話照会", true),
            ("FW: 電話 照会（星川市）", true),
            ("電話メモ", true),
            ("お電話がありました", true),
            ("【電話】星川市 田中様", true),
            ("Re: [ZT-2025-0010] 新しい照会（電話）：星川市", false),
            ("先方に電話済み", false),
            ("", false),
        ] {
            assert_eq!(is_about_a_call(subject), expected, "{subject}");
        }
    }
}
