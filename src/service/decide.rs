//! What is written about a message: the known facts are loaded, triage decides on them, the ticket takes its number, and
//! entry, audit and mails are added to the transaction. `process` commits it.

use chrono::{DateTime, Utc};

use super::{
    Desk,
    answer::answer,
    news::{tell_staff, undelivered},
    process::{Fault, InHand, Processed},
};
use crate::{
    desk::{
        form::Fields,
        gate::{FORM_ONCE_IN, GateFacts, recipient},
        staff::Member,
        ticket::{Channel, Direction, TicketNumber},
        triage::{Decision, Filing, Kind, Known, ParkReason, Reading, Reply, triage},
        window::{fiscal_year, start_of_day},
    },
    mail::Mailbox,
    settings::NewTicketTo,
    store::{
        Ahead, Asking, Earlier, NewEntry, NewEvent, NewMessage, Outcome, Recipient, SentTo, Sought,
        StoreError, Tx,
    },
};

/// Where the store keeps whose turn it is.
const ROTATION: &str = "rotation";

/// What is looked for in the ledger before a message is decided.
pub(super) fn sought<'a>(desk: &Desk, hand: &'a InHand, now: DateTime<Utc>) -> Sought<'a> {
    Sought {
        place: &hand.place,
        message_id: &hand.message_id,
        hash: &hand.hash,
        recipient: Recipient {
            address: recipient(&hand.reading.mail).unwrap_or_default(),
            midnight: start_of_day(now, desk.rules.calendar.time_zone()),
            form_since: now - FORM_ONCE_IN,
        },
    }
}

/// The transaction, up to its commit; `None` where there is nothing to write. `ahead`: what the one before it leaves, as of
/// the same `now`.
pub(super) async fn decide(
    desk: &Desk,
    hand: &InHand,
    now: DateTime<Utc>,
    ahead: Option<Ahead>,
) -> Result<(Option<Tx>, Processed), Fault> {
    let reading = &hand.reading;
    let time_zone = desk.rules.calendar.time_zone();
    let day = now.with_timezone(&time_zone).format("%Y-%m-%d").to_string();
    let sought = sought(desk, hand, now);
    let (mut tx, earlier, sent) = match ahead {
        Some(ahead) => desk.store.write_ahead(ahead),
        None => desk.store.write_about(&sought).await?,
    };
    let midnight = sought.recipient.midnight;
    let Some(known) = known(desk, hand, &mut tx, earlier, sent, midnight, &day).await? else {
        return Ok((None, Processed::BEFORE));
    };
    let decision = triage(reading, &desk.rules, &known);
    let id = hand.entered.map_or_else(|| tx.fresh_id(), |(id, _)| id);
    let mut row = NewMessage {
        id,
        place: &hand.place,
        message_id: &hand.message_id,
        hash: &hand.hash,
        received_at: reading.received_at,
        taken_at: now,
        size: hand.size,
        raw: &hand.raw,
        outcome: Outcome::Parked,
        reason: None,
        detail: None,
        ticket_id: None,
        duplicate_of: None,
        attempts: hand.entered.map_or(0, |(_, attempts)| attempts) + 1,
        settled: hand.settled,
    };
    let mut ticket: Option<(i64, TicketNumber, Fields)> = None;
    let mut assignee = None;
    match &decision.filing {
        Filing::Ticket { ticket: new, .. } => {
            let fiscal_year = fiscal_year(reading.received_at, time_zone);
            let number = tx.take_number(&desk.rules.ticket_prefix, fiscal_year);
            let nobody = Mailbox { name: None, address: String::new() };
            let from = reading.mail.from.as_ref().unwrap_or(&nobody);
            let telephone = new.channel == Channel::Telephone;
            assignee = next_assignee(desk, &mut tx, &decision).await?;
            let asking = Asking {
                to: recipient(&reading.mail).filter(|_| !telephone),
                at: asked_at(&decision, now),
                assignee: assignee.as_deref(),
            };
            let subject = &reading.mail.subject;
            let ticket_id = tx.add_ticket(&number, new, from, subject, reading.received_at, asking);
            (row.outcome, row.ticket_id) = (Outcome::Ticket, Some(ticket_id));
            ticket = Some((ticket_id, number, new.fields.clone()));
        }
        Filing::Join { ticket: Some((ticket_id, number)), change } => {
            if let Some(change) = change {
                tx.update_ticket(*ticket_id, &change.0, &change.1).await?;
            }
            (row.outcome, row.ticket_id) = (Outcome::FollowUp, Some(*ticket_id));
            let fields = change.as_ref().map(|change| change.1.clone()).unwrap_or_default();
            ticket = Some((*ticket_id, number.clone(), fields));
        }
        Filing::Join { ticket: None, .. } => row.reason = Some(ParkReason::Failed.as_str()),
        Filing::Report { mail, .. } => match &mail.ticket {
            Some((ticket_id, number)) => {
                (row.outcome, row.ticket_id) = (Outcome::FollowUp, Some(*ticket_id));
                ticket = Some((*ticket_id, number.clone(), Fields::default()));
            }
            None => row.reason = Some(ParkReason::Bounce.as_str()),
        },
        Filing::Staff => row.outcome = Outcome::Staff,
        Filing::Park { reason, detail } => {
            (row.reason, row.detail) = (Some(reason.as_str()), Some(detail.as_str()));
        }
        Filing::Duplicate { of } => (row.outcome, row.duplicate_of) = (Outcome::Duplicate, Some(*of)),
    }
    match hand.entered {
        Some(_) if !tx.conclude_message(&row).await? => return Ok((None, Processed::BEFORE)),
        Some(_) => {}
        None => tx.add_message(&row),
    }
    if let Some((ticket_id, ..)) = &ticket {
        remember_entry(&mut tx, *ticket_id, id, reading);
    }
    record_filing(&mut tx, now, id, &row, &decision);
    tell_staff(desk, hand, &mut tx, &decision, (ticket.as_ref(), assignee.as_deref()), now).await?;
    if let Filing::Report { mail, failed: true } = &decision.filing {
        undelivered(desk, &mut tx, mail, reading.mail.bounce.as_ref(), now).await?;
    }
    let refusal = answer(desk, hand, &decision, &mut tx, id, ticket.as_ref(), now, &day).await?;
    if let Some(refusal) = refusal {
        let event = NewEvent::by_desk("refused", refusal.audit()).on_message(id).on_ticket(row.ticket_id);
        tx.append_event(now, event);
    }
    let processed = Processed {
        message: Some(id),
        outcome: row.outcome,
        ticket: ticket.map(|(_, number, _)| number.to_string()),
        reason: row.reason,
    };
    Ok((Some(tx), processed))
}

/// What triage needs to know; `None` when this very message was accounted for before.
async fn known(
    desk: &Desk,
    hand: &InHand,
    tx: &mut Tx,
    mut earlier: Vec<Earlier>,
    sent: SentTo,
    midnight: DateTime<Utc>,
    day: &str,
) -> Result<Option<Known>, StoreError> {
    let own_row = hand.entered.map(|(id, _)| id);
    let mail = &hand.reading.mail;
    // One that is decided again may repeat a message, but no copy of one: two of them could wait for each other.
    earlier.retain(|row| own_row.is_none() || Some(row.id) != own_row && row.duplicate_of.is_none());
    if earlier.iter().any(|row| row.same_place) {
        return Ok(None);
    }
    let ticket = match &hand.reading.reference {
        Some(reference) => tx.ticket_facts(reference.number()).await?,
        None => None,
    };
    let original = mail.bounce.as_ref().and_then(|bounce| bounce.original_message_id.as_deref());
    let reported = match original.filter(|id| desk.ids.is_ours(id)) {
        Some(id) => tx.reported(id).await?,
        None => None,
    };
    let sent_in_thread = match &ticket {
        Some(ticket) => tx.sent_in_thread(ticket.id, midnight).await?,
        None => 0,
    };
    let duplicate_of = earlier.iter().find(|row| row.same_content).map(|row| row.id);
    let gate = GateFacts {
        sent_to_recipient: sent.today,
        last_to_recipient: sent.last,
        form_sent: sent.form,
        sent_in_thread,
        sent_today: tx.automatic_sent_on(day),
        accept_since: Some(desk.accept_since),
    };
    let reused = duplicate_of.is_none() && earlier.iter().any(|row| row.same_message_id);
    let message_id_reused = reused && mail.message_id.is_some();
    Ok(Some(Known { duplicate_of, message_id_reused, ticket, reported, gate }))
}

/// Who works on a new ticket, where they take turns.
async fn next_assignee(desk: &Desk, tx: &mut Tx, decision: &Decision) -> Result<Option<String>, Fault> {
    let staff: Vec<&Member> = desk.rules.staff.all().collect();
    if desk.new_ticket != NewTicketTo::Rotation || staff.is_empty() || decision.kind == Kind::Staff {
        return Ok(None);
    }
    let last = tx.state_or_insert(ROTATION, "0").await?;
    let turn = last.parse::<usize>().unwrap_or(0);
    tx.set_state(ROTATION, &turn.wrapping_add(1).to_string()).await?;
    Ok(staff.get(turn % staff.len()).map(|member| member.address.clone()))
}

/// When reminders begin to count: now, if the inquirer is asked for what is missing, or could be another day.
fn asked_at(decision: &Decision, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match &decision.reply {
        Some(Ok(Reply::AskMissing)) => Some(now),
        Some(Err(refusal)) if refusal.is_of_today() => Some(now),
        _ => None,
    }
}

fn remember_entry(tx: &mut Tx, ticket_id: i64, message: i64, reading: &Reading) {
    let mail = &reading.mail;
    // What a robot says is kept, but nobody takes part in a ticket by it.
    let by_robot = reading.automatic.is_some() || mail.bounce.is_some();
    let recipients = mail.to.iter().chain(&mail.cc).map(|mailbox| mailbox.address.as_str()).collect();
    tx.add_entry(&NewEntry {
        ticket_id,
        message_ref: Some(message),
        direction: if by_robot { Direction::Note } else { Direction::In },
        from: mail.from.as_ref(),
        recipients,
        at: reading.received_at,
        text: &mail.text,
        attachments: &mail.attachments,
    });
}

fn record_filing(tx: &mut Tx, now: DateTime<Utc>, id: i64, row: &NewMessage<'_>, decision: &Decision) {
    let (what, detail) = match &decision.filing {
        Filing::Ticket { mentions: Some(other), .. } => {
            ("filed", format!("mentions {other}, whose thread it could not join"))
        }
        Filing::Ticket { .. } => ("filed", String::new()),
        Filing::Join { .. } => ("joined", String::new()),
        Filing::Report { failed: true, .. } => ("delivery_report", "failed".to_owned()),
        Filing::Report { .. } => ("delivery_report", "nothing changes".to_owned()),
        Filing::Staff => ("staff_mail", String::new()),
        Filing::Park { reason, .. } => ("parked", reason.to_string()),
        Filing::Duplicate { of } => ("duplicate", format!("of message {of}")),
    };
    let warnings: Vec<&str> = decision.warnings.iter().map(|warning| warning.code).collect();
    let detail = if warnings.is_empty() {
        detail
    } else {
        format!("{detail} [{}]", warnings.join(", ")).trim().to_owned()
    };
    tx.append_event(now, NewEvent::by_desk(what, detail).on_message(id).on_ticket(row.ticket_id));
}
