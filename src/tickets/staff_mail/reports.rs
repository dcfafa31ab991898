//! Reports that a member asks for, writes the paragraph of, and issues.

use super::Worked;
use crate::{
    desk::{
        report::{Period, Unreported},
        staff::Member,
        staff_mail::{Answer, Order},
        ticket::TicketNumber,
    },
    letter::{feedback::refusal_to_staff, refused_order},
    notify::report,
    service::{Fault, Operation},
};

impl Worked {
    pub(super) async fn send_report(
        &mut self,
        operation: &mut Operation<'_>,
        member: &Member,
        order: &Order,
        asked: &str,
    ) -> Result<(), Fault> {
        let sent = report::send_asked(operation, member, asked, &self.occasion).await?;
        self.note_report(&order.line, sent);
        Ok(())
    }

    pub(super) async fn issue_report(
        &mut self,
        operation: &mut Operation<'_>,
        member: &Member,
        order: &Order,
        number: &TicketNumber,
    ) -> Result<(), Fault> {
        let sent = match Period::of_number(number, operation.desk.rules.window) {
            Some(period) => report::send_issued(operation, member, period, &self.occasion).await?,
            None => Err(Unreported::NoSuchReport(number.to_string())),
        };
        self.note_report(&order.line, sent);
        Ok(())
    }

    /// A text in the thread of a report is its paragraph.
    pub(super) async fn keep_note(
        &mut self,
        operation: &mut Operation<'_>,
        member: &Member,
        answer: &Answer,
    ) -> Result<(), Fault> {
        let kept = match Period::of_number(&answer.ticket, operation.desk.rules.window) {
            Some(period) => {
                report::keep_note(operation, member, period, &answer.text, &self.occasion).await?;
                Ok(())
            }
            None => Err(Unreported::NoSuchReport(answer.ticket.to_string())),
        };
        self.note_report("", kept);
        Ok(())
    }

    /// The report that was sent is the reply.
    fn note_report(&mut self, line: &str, sent: Result<(), Unreported>) {
        match sent {
            Ok(()) => self.answered = true,
            Err(why) if line.is_empty() => self.problems.push(refusal_to_staff(&why.into())),
            Err(why) => self.problems.push(refused_order(line, &refusal_to_staff(&why.into()))),
        }
    }
}
