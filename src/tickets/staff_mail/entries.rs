//! Orders about entries for the guidebook, and the mails that show the entries.

use super::{Named, Worked};
use crate::{
    desk::{faq::EntryCommand, staff::Member, staff_mail::Order, ticket::TicketNumber},
    notify::faq::{Told, ask_to_release, show},
    service::{Fault, Operation},
    tickets::faq,
};

impl Worked {
    pub(super) async fn work_on_entry(
        &mut self,
        operation: &mut Operation<'_>,
        order: &Order,
        command: &EntryCommand,
        about: Option<&TicketNumber>,
        named: &Named<'_>,
    ) -> Result<(), Fault> {
        let entry = match (command, about) {
            (EntryCommand::List, _) => {
                let listed = faq::list(operation).await?;
                self.note(operation, &order.line, &listed);
                return Ok(());
            }
            (EntryCommand::Show(entry), _) | (_, Some(entry)) => entry,
            (_, None) => return Ok(()),
        };
        let outcome = faq::carry_out(operation, entry, command, named.mark).await?;
        if outcome.is_ok() || faq::find(operation, entry).await?.is_ok() {
            self.add_entry(entry);
        }
        self.note(operation, &order.line, &outcome);
        Ok(())
    }

    pub(super) fn add_entry(&mut self, entry: &TicketNumber) {
        if !self.entries.contains(entry) {
            self.entries.push(entry.clone());
        }
    }

    /// Shows the entries that the mail is about, and asks others to release those that are ready. The mail that shows the only
    /// one also tells what came of the member's mail.
    pub(super) async fn show_entries(
        &mut self,
        operation: &mut Operation<'_>,
        member: &Member,
    ) -> Result<(), Fault> {
        let entries = std::mem::take(&mut self.entries);
        for number in &entries {
            let Ok(entry) = faq::find(operation, number).await? else { continue };
            let told = if entries.len() == 1 {
                Told { done: std::mem::take(&mut self.done), problems: std::mem::take(&mut self.problems) }
            } else {
                Told::default()
            };
            self.answered = true;
            show(operation, member, &entry, told, &self.occasion)?;
            ask_to_release(operation, &entry)?;
        }
        Ok(())
    }
}
