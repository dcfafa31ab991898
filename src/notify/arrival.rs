//! Notices to staff of mails that are no inquiries like others: those about the call for applications, and those that were
//! moved here from another mailbox.

use super::staff_notice::{notify, parked_for_member};
use crate::{
    desk::{staff::Member, triage::ParkReason},
    letter::{Arrival, ArrivalContext, ArrivedMail, Content, ParkedFacts},
    service::{Fault, Operation, PreparedMail},
    settings::NewTicketTo,
};

/// Notifies the leads, and all staff where all get notices of new tickets. The same occasion is told once. `parked` is the ledger
/// row of a mail that a member can take in, answer or discard by reply.
pub fn notify_of_arrival(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    parked: Option<(i64, ParkReason)>,
    arrival: Arrival,
    occasion: &str,
    remarks: &[String],
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let arrived = ArrivedMail::new(&desk.rules, &mail.reading, now);
    let duty = desk.duty(now);
    let is_told = |member: &&Member| desk.new_ticket == NewTicketTo::All || duty.acts_as_lead(member);
    for member in duty.present().into_iter().filter(is_told) {
        let parked = parked.map(|(message, reason)| {
            let (mail, received_at) = (&mail.reading.mail, mail.reading.received_at);
            let facts = ParkedFacts { message, reason: Some(reason), received_at, mail, size: None };
            parked_for_member(desk, facts, member, now)
        });
        notify(operation, member, occasion, |common| {
            Content::Arrival(ArrivalContext::new(common, arrival, arrived.clone(), remarks.to_vec(), parked))
        })?;
    }
    Ok(())
}
