//! Mails about applications that came: the receipt to the sender, and the notices to staff.

use super::{
    Thread,
    auto_reply::{Automatic, queue, unsent_to_files},
    staff_notice::{concerns, for_member, gathered, notify},
};
use crate::{
    desk::{
        application::{ApplicationForm, Call, Stage},
        gate::Refusal,
        staff::Member,
        ticket::TicketNumber,
        triage::{Decision, HandedIn},
    },
    letter::{
        ApplicationContext, ApplicationFacts, ApplicationNoticeContext, Bringing, Content, Purpose,
        ReceiptContext, stage_in_words, writer_in_words,
    },
    mail::Mailbox,
    service::{Counted, Fault, Operation, PreparedMail},
    settings::NewTicketTo,
    store::SubmissionRow,
};

/// A form of a mail that is filed.
#[derive(Debug)]
pub struct FiledApplication<'a> {
    /// Row id of the ticket.
    pub id: i64,
    pub number: TicketNumber,
    pub handed_in: &'a HandedIn,
    pub stage: Stage,
    /// The form before this one.
    pub previous: Option<SubmissionRow>,
    /// From 1. For the same form once more, that of the form.
    pub version: usize,
    pub is_same: bool,
    pub is_new: bool,
    pub in_force: bool,
}

impl FiledApplication<'_> {
    fn in_words(&self, operation: &Operation<'_>) -> ApplicationContext {
        let number = self.number.to_string();
        let form = |row: &'_ SubmissionRow| -> Option<ApplicationForm> { row.result.as_ref().ok().cloned() };
        let before = self.previous.as_ref().and_then(form);
        let facts = ApplicationFacts {
            number: &number,
            submitted: &self.handed_in.submitted,
            checks: &self.handed_in.checks,
            version: self.version,
            previous: self.previous.as_ref().map(|row| (row.received_at, before.as_ref())),
            is_same: self.is_same,
            in_force: self.in_force,
        };
        ApplicationContext::new(&operation.desk.rules, &facts)
    }
}

/// Queues the receipt for all applications of a mail. A refusal is returned for the audit.
pub async fn receipt(
    operation: &mut Operation<'_>,
    call: &Call,
    mail: &PreparedMail,
    decision: &Decision,
    message: i64,
    filed: &[FiledApplication<'_>],
) -> Result<Option<Refusal>, Fault> {
    match &decision.reply {
        None => return Ok(None),
        Some(Err(refusal)) => return Ok(Some(refusal.clone())),
        Some(Ok(_)) => {}
    }
    let (Some(to), Some(first)) = (decision.to.as_deref(), filed.first()) else {
        return Ok(Some(Refusal::NoSender));
    };
    let desk = operation.desk;
    // Each mail gets a receipt of its own: its sender wants to know that this one arrived. The same files sent twice in a row
    // get one.
    let of = |hash: &str| {
        let event = format!("{}-{}", Purpose::ApplicationReceived, hash.get(..12).unwrap_or(hash));
        desk.ids.of_ticket(&first.number, &event)
    };
    let Some(message_id) = unsent_to_files(operation, mail, of).await? else { return Ok(None) };
    let shown = filed.iter().map(|filed| filed.in_words(operation)).collect();
    let others = others(mail, filed);
    let nobody = Mailbox { name: None, address: String::new() };
    let came = (mail.reading.mail.from.as_ref().unwrap_or(&nobody), mail.reading.received_at);
    let context = ReceiptContext::new(&desk.profile, &desk.rules, call, came, shown, &others);
    let automatic = Automatic {
        to,
        message_id: &message_id,
        thread: Thread::answering(&mail.reading.mail),
        ticket: Some(first.id),
        message_ref: Some(message),
    };
    queue(operation, automatic, &Content::ApplicationReceived(context))
}

/// Notifies staff at once: one notice for each application, because an order in a reply is about one.
pub async fn notify_of_applications(
    operation: &mut Operation<'_>,
    call: &Call,
    mail: &PreparedMail,
    filed: &[FiledApplication<'_>],
    remarks: &[String],
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let reading = &mail.reading;
    let others = others(mail, filed);
    let from = reading.mail.from.as_ref().map(writer_in_words).unwrap_or_default();
    let staff = &desk.rules.staff;
    for application in filed.iter().filter(|filed| !filed.is_same) {
        let Some(ticket) = operation.tx.ticket(application.id).await? else { continue };
        let limits = desk.notices.of_applications();
        let Some(gathered) = gathered(operation, reading, Counted::Applications, limits) else { continue };
        let remarks: Vec<String> = gathered.into_iter().chain(remarks.iter().cloned()).collect();
        let bringing = Bringing {
            from: &from,
            received_at: reading.received_at,
            dated: reading.mail.date,
            others: &others,
            text: reading.written().trim(),
        };
        let shown = application.in_words(operation);
        let occasion = format!("{} {}", mail.hash, application.number);
        let to_all = ticket.assignee.is_none() && desk.new_ticket == NewTicketTo::All;
        let is_told = |member: &&Member| to_all || concerns(desk, Some(&ticket), member, now);
        for member in staff.all().filter(is_told) {
            let about =
                (for_member(desk, &ticket, member, now), shown.clone(), stage_in_words(application.stage));
            notify(operation, member, &occasion, |common| {
                Content::NewApplication(Box::new(ApplicationNoticeContext::new(
                    common,
                    (&desk.rules, call),
                    about,
                    &bringing,
                    remarks.clone(),
                )))
            })?;
        }
    }
    Ok(())
}

/// Names of the files of a mail that are no applications.
fn others<'a>(mail: &'a PreparedMail, filed: &[FiledApplication<'_>]) -> Vec<&'a str> {
    let is_other = |part: &usize| filed.iter().all(|filed| filed.handed_in.submitted.part != *part);
    let files = mail.reading.mail.attachments.iter().enumerate();
    files.filter(|(part, _)| is_other(part)).map(|(_, file)| file.name.as_str()).collect()
}
