//! What is known before a message is decided: its copies, its ticket, earlier tickets of its sender, the mails of today.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        gate::{FORM_ONCE_IN, GateFacts},
        triage::{EARLIER_WITHIN, EarlierTicket, Known, address, is_about_the_call, may_be_application},
        window::start_of_day,
    },
    letter::{Purpose, as_in_envelope},
    mail::is_same_person,
    service::{Desk, Operation, PreparedMail},
    store::{Earlier, LedgerLookup, Recipient, StoreError, Tx},
};

/// What is asked about a message before it is decided.
pub(super) fn lookup<'a>(desk: &Desk, mail: &'a PreparedMail, now: DateTime<Utc>) -> LedgerLookup<'a> {
    LedgerLookup {
        place: &mail.place,
        message_id: &mail.message_id,
        hash: &mail.hash,
        sender: mail.reading.mail.from_address(),
        sender_since: mail.reading.received_at - EARLIER_WITHIN,
        recipient: Recipient {
            address: &mail.answer_to,
            midnight: start_of_day(now, desk.rules.calendar.time_zone()),
            form_since: now - FORM_ONCE_IN,
        },
    }
}

/// What triage needs to know; `None` when this very message was accounted for before.
pub(super) async fn known(
    operation: &mut Operation<'_>,
    mail: &PreparedMail,
) -> Result<Option<Known>, StoreError> {
    let (desk, now) = (operation.desk, operation.now);
    let inbound = &mail.reading.mail;
    let lookup = lookup(desk, mail, now);
    let midnight = lookup.recipient.midnight;
    let tx = &mut *operation.tx;
    let (mut earlier, sent) = tx.lookup(&lookup).await?;
    let own_row = mail.entered.map(|(id, _)| id);
    // A message that is decided again may repeat another message, but no copy of one: two copies could wait for each other.
    earlier.retain(|row| own_row.is_none() || Some(row.id) != own_row && row.duplicate_of.is_none());
    if earlier.iter().any(|row| row.same_place) {
        return Ok(None);
    }
    let ticket = match &mail.reading.reference {
        Some(reference) => tx.ticket_facts(reference.number()).await?,
        None => None,
    };
    let original = inbound.bounce.as_ref().and_then(|bounce| bounce.original_message_id.as_deref());
    let reported = match original.filter(|id| desk.ids.is_ours(id)) {
        Some(id) => tx.reported(id).await?,
        None => None,
    };
    let sent_in_thread = match &ticket {
        Some(ticket) => tx.sent_in_thread(ticket.id, midnight).await?,
        None => 0,
    };
    let duplicate_of = earlier.iter().find(|row| row.same_content).map(|row| row.id);
    let sent_to_recipient = match address(&mail.reading, ticket.as_ref()).map(as_in_envelope) {
        Some(to) if to != mail.answer_to => tx.sent_to(&to, midnight).await?,
        _ => sent.today,
    };
    let member = inbound.from.as_ref().and_then(|from| desk.rules.staff.find(&from.address));
    let replied = match member.filter(|_| mail.reading.staff.is_some()) {
        Some(member) => tx.replied_to(&as_in_envelope(&member.address), midnight).await?,
        None => Vec::new(),
    };
    let said_before = match &ticket {
        Some(ticket) => tx.said_before(ticket.id, &mail.message_id).await?,
        None => Vec::new(),
    };
    let last_call_receipt = match is_about_the_call(&mail.reading) {
        true => tx.last_queued(&mail.answer_to, Purpose::CallReceipt).await?,
        false => None,
    };
    let gate = GateFacts {
        sent_to_recipient,
        last_to_recipient: sent.last,
        last_call_receipt,
        form_sent: sent.form,
        sent_in_thread,
        accept_since: Some(desk.accept_since),
    };
    let reused = duplicate_of.is_none() && earlier.iter().any(|row| row.same_message_id);
    let message_id_reused = reused && inbound.message_id.is_some();
    let earlier = earlier_tickets(tx, &lookup, &earlier).await?;
    let applications = match &desk.rules.support {
        Some(support) if may_be_application(&mail.reading) => tx.applications_of(support.call.closes).await?,
        _ => Vec::new(),
    };
    Ok(Some(Known {
        applications,
        duplicate_of,
        message_id_reused,
        earlier,
        ticket,
        said_before,
        reported,
        replied,
        gate,
    }))
}

/// Recent tickets of the sender, newest first; before them one that a mail with the same Message-ID became.
async fn earlier_tickets(
    tx: &mut Tx,
    lookup: &LedgerLookup<'_>,
    earlier: &[Earlier],
) -> Result<Vec<EarlierTicket>, StoreError> {
    let mut tickets = tx.tickets_from(lookup.sender, lookup.sender_since).await?;
    let same_id = earlier.iter().filter(|row| row.same_message_id).find_map(|row| row.ticket_id);
    let Some(id) = same_id else { return Ok(tickets) };
    let mut copied = match tickets.iter().position(|ticket| ticket.id == id) {
        Some(at) => tickets.remove(at),
        None => match tx.ticket(id).await? {
            Some(ticket) if is_same_person(&ticket.from.address, lookup.sender) => ticket.into(),
            _ => return Ok(tickets),
        },
    };
    copied.same_message_id = true;
    tickets.insert(0, copied);
    Ok(tickets)
}
