//! Copies of an answer for the people in Cc of the inquiry.

use sha2::{Digest, Sha256};

use super::letters::{FINGERPRINT, Letter, fresh_id};
use crate::{
    desk::{
        cc::{self, may_get_a_copy},
        staff_mail::MARK_DIGITS,
    },
    hex,
    letter::{Purpose, envelope_address},
    mail::is_same_person,
    service::{Fault, Operation},
    store::TicketRow,
};

/// Who gets a copy of an answer, by the settings as they are now.
pub(super) async fn copied_to(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    to: &str,
) -> Result<Vec<String>, Fault> {
    let (rules, answers) = (&operation.desk.rules, operation.desk.answers);
    if !answers.copy_to_cc {
        return Ok(Vec::new());
    }
    let mut found = operation.tx.cc_of(ticket.id).await?;
    found.retain(|address| {
        !is_same_person(address, to)
            && may_get_a_copy(address, &rules.gate, &rules.staff)
            && envelope_address(address).is_some()
    });
    found.truncate(cc::MOST);
    Ok(found)
}

/// The Message-IDs of the copies of an answer. Each copy is a mail of its own, so that one that is refused or bounces says
/// nothing of the answer. Nobody gets the same text twice.
pub(super) async fn copy_ids(
    operation: &mut Operation<'_>,
    answer: &Letter,
    cc: &[String],
) -> Result<Vec<(String, String)>, Fault> {
    let (_, fingerprint) =
        answer.message_id.split_once(&format!(".{}-", Purpose::Answer)).unwrap_or_default();
    let fingerprint = fingerprint.get(..FINGERPRINT).unwrap_or_default();
    let mut found = Vec::new();
    for address in cc {
        let of_address = hex::encode(&Sha256::digest(address));
        let of_address = of_address.get(..MARK_DIGITS).unwrap_or_default();
        let event = format!("{}-{fingerprint}-{of_address}", Purpose::AnswerCopy);
        if let Some(message_id) = fresh_id(operation, &answer.number, &event).await? {
            found.push((address.clone(), message_id));
        }
    }
    Ok(found)
}
