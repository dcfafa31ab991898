//! `erase`: removal of a person's data on request. Without `--yes` it only shows what would go.

use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    service::retention::{erase, holdings},
    store::TicketRow,
};

/// Whose data goes.
#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    /// The person's mail address
    #[arg(long)]
    address: String,
    /// Erase; without it only a preview is printed
    #[arg(long)]
    yes: bool,
    /// Also tickets that still owe an answer: nobody can be answered then
    #[arg(long)]
    open_too: bool,
}

/// The command.
pub(super) async fn run(context: &Context, what: &Erase) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let found = holdings(&desk, what.address.trim()).await?;
    let mails = match what.yes {
        true => Some(erase(&desk, what.address.trim(), &found, what.open_too).await?),
        false => None,
    };
    desk.store.close().await;
    let numbers = |tickets: &[TicketRow]| -> Vec<String> {
        tickets.iter().map(|ticket| ticket.number.to_string()).collect()
    };
    if context.json {
        return print::json(&json!({
            "erased": what.yes,
            "own_tickets": numbers(&found.own),
            "open_tickets": numbers(&found.open),
            "open_tickets_erased": what.yes && what.open_too,
            "other_tickets": numbers(&found.others),
            "messages_without_ticket": found.messages,
            "mails": mails.map_or(Value::Null, Value::from),
        }));
    }
    let listed = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            print::line(format!("{title}: {}", items.join(", ")));
        }
    };
    listed("tickets whose name, contact, addresses and raw mails go", numbers(&found.own));
    let open = if what.open_too {
        "tickets that owe an answer, and go as well"
    } else {
        "tickets that still owe an answer, and are left alone (--open-too)"
    };
    listed(open, numbers(&found.open));
    listed("tickets of others, in which the address and the name go", numbers(&found.others));
    listed("messages without a ticket whose bytes go", found.messages.iter().map(i64::to_string).collect());
    print::line(match mails {
        Some(mails) => format!(
            "erased, with {mails} mails of the outbox; the mailbox itself and backups are yours to clear"
        ),
        None => "nothing was erased; run again with --yes to do it".to_owned(),
    });
    Ok(())
}
