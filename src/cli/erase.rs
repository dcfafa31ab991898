//! `erase`: erases the data of one person on request. Without `--yes` it only prints a preview.

use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    schedule::retention::{erase, holdings},
    service::search::healed_index,
    store::TicketRow,
};

/// The person, and the extent of the erasure.
#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    /// Mail address of the person
    #[arg(long)]
    address: String,
    /// Erase the data; without this flag, only print a preview
    #[arg(long)]
    yes: bool,
    /// Also erase tickets without an answer; they can no longer be answered
    #[arg(long)]
    open_too: bool,
}

pub(super) async fn run(context: &Context, what: &Erase) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    // A damaged index would refuse to forget.
    healed_index(&desk, None).await?;
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
    listed("tickets that lose name, contact, addresses and raw mails", numbers(&found.own));
    let open = if what.open_too {
        "tickets without an answer, which are erased as well"
    } else {
        "tickets without an answer, which are not erased (see --open-too)"
    };
    listed(open, numbers(&found.open));
    listed("tickets of other people that lose the address and the name", numbers(&found.others));
    listed(
        "messages without a ticket that lose their content",
        found.messages.iter().map(i64::to_string).collect(),
    );
    print::line(match mails {
        Some(mails) => format!(
            "erased, with {mails} mails of the outbox; erase the person's mail in the mailbox and in backups yourself"
        ),
        None => "nothing was erased; run again with --yes to do it".to_owned(),
    });
    Ok(())
}
