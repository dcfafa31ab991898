//! `parked`: lists, shows, retries, accepts and discards parked mail.

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::{Context, print, reconcile::place_text};
use crate::{
    desk::{ticket::TicketNumber, triage::ParkReason, window::fiscal_year},
    inbound::{process_again, take_in, take_unfetchable},
    letter::feedback::refusal_to_operator,
    mail,
    server::source,
    service::{Actor, Desk, Operation},
    store::{Outcome, Tx},
    tickets::handling::discard,
    views::parked::Parked,
};

/// List, show and process parked mail
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List parked mail
    List,
    /// Show a mail with its text
    Show {
        /// Number of the mail in the list
        id: i64,
    },
    /// Process a mail again; fetches it first if it was unfetchable
    Retry {
        /// Number of the mail in the list
        id: i64,
    },
    /// Make a ticket of a mail; its sender gets the acknowledgement
    Accept {
        /// Number of the mail in the list
        id: i64,
    },
    /// Discard a mail; it stays in the ledger
    Discard {
        /// Number of the mail in the list
        id: i64,
        /// Why it needs nothing; the ledger keeps it
        #[arg(long)]
        reason: Option<String>,
    },
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    match command {
        Command::List => list(context, &desk).await,
        Command::Show { id } => show(context, &desk, id).await,
        Command::Retry { id } => {
            fetch_again(context, &desk, id).await?;
            let processed = process_again(&desk, id).await?.with_context(|| no_such_message(id))?;
            if processed.message.is_none() {
                bail!(
                    "message {id}: another process decided on it at the same time; see `madoguchi parked list`"
                );
            }
            let ticket = processed.ticket.map(|number| format!(" {number}")).unwrap_or_default();
            let reason = processed.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            print::line(format!("message {id}: {}{ticket}{reason}", processed.outcome));
            Ok(())
        }
        Command::Accept { id } => {
            let number = number_of(&desk, id).await?;
            accept(context, &desk, &number).await
        }
        Command::Discard { id, reason } => {
            let number = number_of(&desk, id).await?;
            let mut tx = desk.store.write().await?;
            let mut operation = operation(&desk, &mut tx);
            match discard(&mut operation, &number, reason.as_deref()).await? {
                Ok(_) => tx.commit().await?,
                Err(refused) => bail!(refusal_to_operator(&refused)),
            }
            print::line(format!("message {id}: discarded"));
            Ok(())
        }
    }
}

/// The number of a message in the ledger, as members name it.
async fn number_of(desk: &Desk, id: i64) -> anyhow::Result<TicketNumber> {
    let (row, _) = desk.store.message(id).await?.with_context(|| no_such_message(id))?;
    let year = fiscal_year(row.received_at, desk.rules.calendar.time_zone());
    TicketNumber::of_parked(id, year).with_context(|| no_such_message(id))
}

/// Makes a ticket of a parked mail, and prints its number.
pub(super) async fn accept(context: &Context, desk: &Desk, number: &TicketNumber) -> anyhow::Result<()> {
    let mut tx = desk.store.write().await?;
    let done = match take_in(&mut operation(desk, &mut tx), number).await? {
        Ok(done) => done,
        Err(refused) => bail!(refusal_to_operator(&refused)),
    };
    tx.commit().await?;
    desk.store.close().await;
    print::done(context, desk, &done)
}

fn operation<'a>(desk: &'a Desk, tx: &'a mut Tx) -> Operation<'a> {
    Operation { desk, tx, actor: Actor::Operator, now: desk.clock.now() }
}

/// Fetches the content of a message that was parked as unfetchable.
async fn fetch_again(context: &Context, desk: &Desk, id: i64) -> anyhow::Result<()> {
    let Some((row, raw)) = desk.store.message(id).await? else { return Ok(()) };
    if !raw.is_empty() || row.reason.as_deref() != Some(ParkReason::Unfetchable.as_str()) {
        return Ok(());
    }
    context.settings.check_network()?;
    let fetched = take_unfetchable(desk, &source(&context.settings)?, &row).await;
    if !fetched.with_context(|| format!("message {id} stays parked"))? {
        bail!(
            "message {id} stays parked: there is nothing at {} in the configured mailbox; if it was moved away and back into the \
             folder, the desk fetched it as a new message",
            place_text(&row.place)
        );
    }
    Ok(())
}

fn no_such_message(id: i64) -> String {
    format!("there is no parked message {id}; see `madoguchi parked list`")
}

async fn list(context: &Context, desk: &Desk) -> anyhow::Result<()> {
    let zone = desk.rules.calendar.time_zone();
    let mut rows = desk.store.messages_with(Outcome::Parked).await?;
    rows.extend(desk.store.messages_with(Outcome::Pending).await?);
    rows.sort_by_key(|row| row.id);
    if context.json {
        let parked: Vec<Parked<'_>> = rows.iter().map(|row| Parked::new(row, zone)).collect();
        return print::json(&parked);
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
    let (row, raw) = desk.store.message(id).await?.with_context(|| no_such_message(id))?;
    let mail = mail::read(&raw);
    if context.json {
        return print::json(&Parked::new(&row, zone).with_content(&mail));
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
