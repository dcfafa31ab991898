//! Notices to staff of mails that are no inquiries like others: those about the call for applications, and those that were
//! moved here from another mailbox.

use super::staff_notice::notify;
use crate::{
    desk::staff::Member,
    letter::{Arrival, ArrivalContext, ArrivedMail, Content},
    service::{Fault, Operation, PreparedMail},
    settings::NewTicketTo,
};

/// Notifies the leads, and all staff where all get notices of new tickets. The same occasion is told once.
pub fn notify_of_arrival(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
    arrival: Arrival,
    occasion: &str,
    remarks: &[String],
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let arrived = ArrivedMail::new(&desk.rules, &mail.reading.mail, mail.reading.received_at, now);
    let duty = desk.duty(now);
    let is_told = |member: &&Member| desk.new_ticket == NewTicketTo::All || duty.acts_as_lead(member);
    for member in duty.present().into_iter().filter(is_told) {
        notify(operation, member, occasion, |common| {
            Content::Arrival(ArrivalContext::new(common, arrival, arrived.clone(), remarks.to_vec()))
        })?;
    }
    Ok(())
}
