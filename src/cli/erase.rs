//! `erase`: erases the data of one person on request. Without `--yes` it only prints a preview.

use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    schedule::retention::{Holdings, erase, holdings},
    service::search::healed_index,
    store::TicketRow,
};

/// The person, and the extent of the erasure.
#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    /// Mail address of the person
    #[arg(long, value_parser = address)]
    address: String,
    /// Erase the data; without this flag, only print a preview
    #[arg(long)]
    yes: bool,
    /// Also erase tickets without an answer; they can no longer be answered
    #[arg(long)]
    open_too: bool,
}

pub(super) async fn run(context: &Context, what: &Erase) -> anyhow::Result<()> {
    let desk = context.existing_desk().await?;
    // A damaged index would refuse to forget.
    healed_index(&desk, None).await?;
    let found = holdings(&desk, &what.address).await?;
    let only_open = found.only_open() && !what.open_too;
    let mails = match what.yes && !only_open {
        true => Some(erase(&desk, &what.address, &found, what.open_too).await?),
        false => None,
    };
    desk.store.close().await;
    let is_nothing = found.is_empty() && mails.unwrap_or_default() == 0;
    let erased = mails.is_some() && !is_nothing;
    print(context, what, &found, erased, mails)?;
    let place = context.place();
    if !context.json && erased {
        print::line(format!(
            "erased in {place}, with {} mails of the outbox; erase the person's mail in the mailbox and in backups yourself",
            mails.unwrap_or_default()
        ));
    }
    match (is_nothing, what.yes) {
        (true, true) => anyhow::bail!("nothing was erased: {place} holds nothing of {}", what.address),
        (true, false) if !context.json => print::line(format!("{place} holds nothing of {}", what.address)),
        (false, true) if only_open => {
            anyhow::bail!(
                "nothing was erased: the tickets are without an answer; answer or close them, or add --open-too"
            )
        }
        (false, false) if !context.json => print::line(if only_open {
            "with --yes nothing would be erased: add --open-too, or answer or close the tickets first"
        } else {
            "nothing was erased; run again with --yes to do it"
        }),
        _ => {}
    }
    Ok(())
}

/// Lists what the desk holds of the person.
fn print(
    context: &Context,
    what: &Erase,
    found: &Holdings,
    erased: bool,
    mails: Option<u64>,
) -> anyhow::Result<()> {
    let numbers = |tickets: &[TicketRow]| -> Vec<String> {
        tickets.iter().map(|ticket| ticket.number.to_string()).collect()
    };
    if context.json {
        return print::json(&json!({
            "erased": erased,
            "own_tickets": numbers(&found.own),
            "open_tickets": numbers(&found.open),
            "open_tickets_erased": erased && what.open_too,
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
    Ok(())
}

/// Parses a bare mail address. What is none would erase nothing and look like success.
fn address(text: &str) -> Result<String, String> {
    let text = text.trim();
    let has_parts =
        text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let is_bare = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;".contains(c));
    if has_parts && is_bare {
        Ok(text.to_owned())
    } else {
        Err("not a mail address; allowed: name@domain".to_owned())
    }
}
