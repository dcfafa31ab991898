//! Telephone inquiries, filed from the shell.

use crate::{
    desk::{
        form::{Fields, prefecture},
        ticket::{Channel, Direction, NewTicket, SlaClock, TicketKind, TicketNumber},
        triage::TELEPHONE_SUBJECT,
        window::fiscal_year,
    },
    mail::Mailbox,
    service::{Desk, Fault},
    store::{Asking, AuditEvent, NewEntry, NewEvent},
};

/// Files a telephone inquiry. The deadline of the call-back is that of an answer by mail.
pub async fn file_call(desk: &Desk, fields: Fields) -> Result<TicketNumber, Fault> {
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let (rules, zone) = (&desk.rules, desk.rules.calendar.time_zone());
    let budget = rules.sla.answer_within;
    let clock = SlaClock::open(&rules.calendar, budget, now).unwrap_or_else(|| SlaClock::waiting(budget));
    let number = tx.take_number(&rules.ticket_prefix, fiscal_year(now, zone));
    let prefecture = fields.organization.as_deref().and_then(prefecture);
    let ticket =
        NewTicket { kind: TicketKind::Inquiry, channel: Channel::Telephone, fields, prefecture, clock };
    let nobody = Mailbox { name: None, address: String::new() };
    let asking = Asking { to: None, at: None, assignee: None, promised_on: None };
    let id = tx.add_ticket(&number, &ticket, &nobody, TELEPHONE_SUBJECT, now, asking);
    let text = ticket.fields.inquiry.as_deref().unwrap_or_default();
    tx.add_entry(&NewEntry {
        ticket_id: id,
        message_ref: None,
        direction: Direction::In,
        from: None,
        recipients: Vec::new(),
        at: now,
        text,
        attachments: &[],
    });
    tx.append_event(now, NewEvent::by_operator(AuditEvent::FiledByTelephone).on_ticket(id));
    tx.commit().await?;
    Ok(number)
}
