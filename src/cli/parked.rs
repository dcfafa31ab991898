//! `parked`: mails that are kept but are not tickets.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, print, reconcile::in_words};
use crate::{
    desk::triage::ParkReason,
    mail,
    service::{Desk, check_source, process_again, take_withheld},
    store::{LedgerRow, NewEvent, Outcome, Place},
};

/// Mails that are not tickets.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List them
    List,
    /// Show one with its text
    Show {
        /// Its number in the list
        id: i64,
    },
    /// Decide on one again
    Retry {
        /// Its number in the list
        id: i64,
    },
    /// Put one aside; it stays in the ledger
    Discard {
        /// Its number in the list
        id: i64,
    },
}

/// The command.
pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    match command {
        Command::List => list(context, &desk).await,
        Command::Show { id } => show(context, &desk, id).await,
        Command::Retry { id } => {
            take_again(context, &desk, id).await?;
            let processed = process_again(&desk, id).await?.with_context(|| nothing(id))?;
            if processed.message.is_none() {
                bail!("message {id}: somebody else has decided on it just now; see `madoguchi parked list`");
            }
            let ticket = processed.ticket.map(|number| format!(" {number}")).unwrap_or_default();
            let reason = processed.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            print::line(format!("message {id}: {}{ticket}{reason}", processed.outcome));
            Ok(())
        }
        Command::Discard { id } => {
            let mut tx = desk.store.write().await?;
            if !tx.discard_message(id).await? {
                bail!(nothing(id));
            }
            tx.append_event(desk.clock.now(), NewEvent::by_operator("discarded", "").on_message(id));
            tx.commit().await?;
            print::line(format!("message {id}: discarded"));
            Ok(())
        }
    }
}

/// Has the mail server hand over a message that was parked without its content.
async fn take_again(context: &Context, desk: &Desk, id: i64) -> anyhow::Result<()> {
    let Some((row, raw)) = desk.store.message(id).await? else { return Ok(()) };
    if !raw.is_empty() || row.reason.as_deref() != Some(ParkReason::Withheld.as_str()) {
        return Ok(());
    }
    context.settings.check_network()?;
    let taken = take_withheld(desk, &check_source(&context.settings)?, &row).await;
    if !taken.with_context(|| format!("message {id} stays parked"))? {
        bail!(
            "message {id} stays parked: in the mailbox that is set now there is nothing at {}; if somebody has put it back \
             into the folder, it was taken as a new message",
            in_words(&row.place)
        );
    }
    Ok(())
}

fn nothing(id: i64) -> String {
    format!("there is no parked message {id}; see `madoguchi parked list`")
}

async fn list(context: &Context, desk: &Desk) -> anyhow::Result<()> {
    let zone = desk.rules.calendar.time_zone();
    let mut rows = desk.store.messages_with(Outcome::Parked).await?;
    rows.extend(desk.store.messages_with(Outcome::Pending).await?);
    rows.sort_by_key(|row| row.id);
    if context.json {
        let objects: Vec<Value> = rows.iter().map(|row| object(row, zone)).collect();
        return print::json(&objects);
    }
    for row in &rows {
        let (reason, detail) =
            (row.reason.as_deref().unwrap_or_default(), row.detail.as_deref().unwrap_or_default());
        let received = print::short(row.received_at, zone);
        print::line(format!(
            "{:>6}  {received}  {:<8} {reason:<13} {}",
            row.id,
            row.outcome.as_str(),
            print::one_line(detail, 80)
        ));
    }
    print::line(format!("{} parked messages", rows.len()));
    Ok(())
}

async fn show(context: &Context, desk: &Desk, id: i64) -> anyhow::Result<()> {
    let zone = desk.rules.calendar.time_zone();
    let (row, raw) = desk.store.message(id).await?.with_context(|| nothing(id))?;
    let mail = mail::read(&raw);
    let mut object = object(&row, zone);
    let attachments: Vec<&str> = mail.attachments.iter().map(|part| part.name.as_str()).collect();
    if let Value::Object(fields) = &mut object {
        let more = json!({"from": mail.from, "subject": mail.subject, "text": mail.text, "attachments": attachments});
        fields.extend(more.as_object().cloned().unwrap_or_default());
    }
    if context.json {
        return print::json(&object);
    }
    print::line(format!("message {id}: {} {}", row.outcome, row.reason.as_deref().unwrap_or_default()));
    print::line(format!("  detail    {}", print::one_line(row.detail.as_deref().unwrap_or_default(), 160)));
    print::line(format!(
        "  from      {}",
        print::one_line(mail.from.as_ref().map_or("(nobody)", |from| &from.address), 160)
    ));
    print::line(format!("  subject   {}", print::one_line(&mail.subject, 160)));
    print::line(format!("  received  {}", print::short(row.received_at, zone)));
    print::line(format!("  attempts  {}\n", row.attempts));
    print::line(print::text(&mail.text));
    Ok(())
}

fn object(row: &LedgerRow, zone: chrono_tz::Tz) -> Value {
    let place = match &row.place {
        Place::Imap { folder, uidvalidity, uid } => {
            json!({"folder": folder, "uidvalidity": uidvalidity, "uid": uid})
        }
        Place::File { folder, name } => json!({"folder": folder, "file": name}),
    };
    json!({
        "id": row.id,
        "outcome": row.outcome,
        "reason": row.reason,
        "detail": row.detail,
        "attempts": row.attempts,
        "message_id": row.message_id,
        "received_at": print::rfc3339(row.received_at, zone),
        "bytes": row.size,
        "place": place,
    })
}
