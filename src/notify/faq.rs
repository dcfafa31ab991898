//! Shows members an entry for the guidebook, so that they can work on it by reply, and asks others to release it.

use super::staff_notice::notify_about;
use crate::{
    desk::{faq::EntryState, staff::Member, staff_key::Invitation},
    letter::{Content, faq::EntryContext},
    service::{Fault, Operation},
    store::FaqRow,
};

/// What a mail about an entry did, and did not do.
#[derive(Debug, Default)]
pub struct Told {
    pub done: Vec<String>,
    pub problems: Vec<String>,
}

/// Sends an entry to a member.
pub fn show(
    operation: &mut Operation<'_>,
    member: &Member,
    entry: &FaqRow,
    told: Told,
    occasion: &str,
) -> Result<(), Fault> {
    let key = operation.desk.key(member, &entry.number, Invitation::Entry, operation.now);
    let is_ready = entry.state == EntryState::Draft && entry.texts.is_ready().is_ok();
    let is_second = entry.has_second_in(&member.address);
    let occasion = format!("faq {} {occasion}", entry.number);
    notify_about(operation, member, entry.ticket_id, &occasion, |common| {
        let number = entry.number.to_string();
        Content::Faq(EntryContext {
            done: told.done,
            problems: told.problems,
            may_release: is_ready && is_second,
            waits: is_ready && !is_second,
            ..EntryContext::new(common, number, key, entry.state, &entry.texts)
        })
    })
}

/// Asks those who may release an entry, once for each version that is ready: the leads, or everybody where no other lead is.
pub fn ask_to_release(operation: &mut Operation<'_>, entry: &FaqRow) -> Result<(), Fault> {
    if entry.state != EntryState::Draft || entry.texts.is_ready().is_err() {
        return Ok(());
    }
    let duty = operation.desk.duty(operation.now);
    let others: Vec<&Member> =
        operation.desk.rules.staff.all().filter(|member| entry.has_second_in(&member.address)).collect();
    let present = duty.present();
    let leads = others.iter().filter(|member| duty.acts_as_lead(member) && present.contains(member));
    let leads: Vec<&Member> = leads.copied().collect();
    for member in if leads.is_empty() { others } else { leads } {
        show(operation, member, entry, Told::default(), &entry.texts.hash())?;
    }
    Ok(())
}
