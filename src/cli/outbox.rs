//! `outbox`: lists, retries and cancels mails that are not delivered yet.

use anyhow::bail;
use clap::Subcommand;

use super::{Context, print};
use crate::{
    desk::ticket::TicketNumber,
    mail::read,
    service::{Actor, Desk, Operation},
    store::{AuditEvent, NewEvent},
    tickets::draft::cancel_mail,
    views::outbox::Mail,
};

/// List and change mails that are not delivered yet
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List mails with the last reply of the mail server
    List {
        /// Include sent and cancelled mails
        #[arg(long)]
        all: bool,
    },
    /// Send a mail at the next opportunity, without waiting for its retry time
    Retry {
        /// Number of the mail in the list
        id: i64,
    },
    /// Cancel a mail that is not sent yet
    Cancel {
        /// Number of the mail in the list
        id: i64,
    },
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let zone = desk.rules.calendar.time_zone();
    let (id, cancel) = match command {
        Command::List { all } => {
            let mut rows = desk.store.outbox(all).await?;
            for row in rows.iter_mut().filter(|row| row.ticket.is_none()) {
                row.ticket = named(&desk, row.id).await?;
            }
            if context.json {
                let mails: Vec<Mail<'_>> = rows.iter().map(|row| Mail::new(row, zone)).collect();
                return print::json(&mails);
            }
            for row in &rows {
                let next = row
                    .next_attempt_at
                    .map(|at| format!(" next {}", print::short(at, zone)))
                    .unwrap_or_default();
                let reply = print::one_line(row.last_reply.as_deref().unwrap_or("-"), 100);
                let ticket = row.ticket.as_deref().unwrap_or("-");
                print::line(format!(
                    "{:>6}  {:<9} {ticket}  {}  attempts {}{next}  {reply}",
                    row.id,
                    row.state.as_str(),
                    row.purpose,
                    row.attempts
                ));
            }
            print::line(format!("{} mails", rows.len()));
            return Ok(());
        }
        Command::Retry { id } => (id, false),
        Command::Cancel { id } => (id, true),
    };
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let done = if cancel {
        let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
        cancel_mail(&mut operation, id).await?
    } else {
        tx.requeue(id, now).await?
    };
    if !done {
        bail!(
            "there is no mail {id} that waits or failed (one that is being sent cannot be stopped); see `madoguchi outbox list --all`"
        );
    }
    let event = if cancel {
        AuditEvent::MailCancelled { outbox: id }
    } else {
        AuditEvent::MailRetried { outbox: id }
    };
    tx.append_event(now, NewEvent::by_operator(event));
    tx.commit().await?;
    print::line(format!("mail {id}: {}", if cancel { "cancelled" } else { "due now" }));
    Ok(())
}

/// The number in the subject of a mail that belongs to no conversation, such as a notice to staff.
async fn named(desk: &Desk, id: i64) -> anyhow::Result<Option<String>> {
    let Some(bytes) = desk.store.outbox_bytes(id).await? else { return Ok(None) };
    let number = TicketNumber::in_subject(&read(&bytes).subject, &desk.rules.ticket_prefix);
    Ok(number.map(|number| number.to_string()))
}
