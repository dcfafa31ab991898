//! `numbers`: leaves out ticket numbers, after an older copy of the database has taken the place of the newer one.

use clap::Subcommand;

use super::{Context, print};
use crate::{
    desk::{ticket::TicketNumber, window::fiscal_year},
    service::Desk,
    store::{AuditEvent, NewEvent, StoreError},
};

/// Ticket numbers that are left out: more than a desk gives between two copies.
pub(super) const COUNT: u32 = 1000;

/// Leave out ticket numbers
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Leave out the next numbers, after an older copy was restored (pg_restore): those that were given after it stay unused
    Skip {
        #[command(flatten)]
        count: Count,
    },
}

/// How many ticket numbers are left out.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Count {
    /// How many ticket numbers to leave out; at least those that were given since the copy
    #[arg(long = "by", value_name = "N", default_value_t = COUNT, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) by: u32,
}

pub(super) async fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Skip { count } = command;
    let desk = context.existing_desk().await?;
    let next = skip(&desk, *count).await?;
    desk.store.close().await;
    if context.json {
        return print::json(&serde_json::json!({"skipped": count.by, "next": next.to_string()}));
    }
    print::line(told(*count, &next));
    Ok(())
}

/// What the operator is told.
pub(super) fn told(count: Count, next: &TicketNumber) -> String {
    format!(
        "{} ticket numbers are left out, the next one is {next}: a reply to a mail about a ticket that came after the copy \
         reaches no other ticket",
        count.by
    )
}

/// Leaves out numbers of every fiscal year in which a mail may have been filed since the copy.
pub(super) async fn skip(desk: &Desk, count: Count) -> Result<TicketNumber, StoreError> {
    let now = desk.clock.now();
    let year = fiscal_year(now, desk.rules.calendar.time_zone());
    let mut tx = desk.store.write().await?;
    let next = tx.skip_numbers(&desk.rules.ticket_prefix, year - 1..=year, count.by);
    let event = AuditEvent::NumbersSkipped { count: count.by, next: next.clone() };
    tx.append_event(now, NewEvent::by_operator(event));
    tx.commit().await?;
    Ok(next)
}
