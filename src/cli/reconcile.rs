//! `reconcile`: checks that every message in the mailbox is in the ledger.

use serde_json::{Map, Value, json};

use super::{Context, print};
use crate::{inbound::reconcile::reconcile, mailbox::Open, server::source, store::Place};

/// Exit code 1 if a message in the mailbox is not in the ledger.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    context.settings.check_network()?;
    let desk = context.desk().await?;
    let mut mailbox = source(&context.settings)?.open().await?;
    let found = reconcile(&desk, &mut mailbox).await?;
    if let Open::Imap(session) = mailbox {
        session.logout().await;
    }
    desk.store.close().await;
    let explained: Map<String, Value> =
        found.explained.iter().map(|(outcome, count)| (outcome.to_string(), json!(count))).collect();
    let total = found.explained.values().sum::<u64>() + found.unexplained.len() as u64;
    if context.json {
        let unexplained: Vec<Value> = found
            .unexplained
            .iter()
            .map(|(place, message_id)| json!({"place": place_text(place), "message_id": message_id}))
            .collect();
        print::json(&json!({"messages": total, "explained": explained, "unexplained": unexplained}))?;
    } else {
        for (outcome, count) in &found.explained {
            print::line(format!("{count:>8}  {outcome}"));
        }
        print::line(format!("{:>8}  unexplained", found.unexplained.len()));
        for (place, message_id) in &found.unexplained {
            let id = message_id.as_deref().unwrap_or("(no Message-ID)");
            print::line(format!("          {}  {}", place_text(place), print::one_line(id, 120)));
        }
        print::line(format!("{total} messages in the mailbox"));
    }
    if !found.is_whole() {
        anyhow::bail!(
            "not every message is accounted for; `madoguchi once` takes what is in the folder that the desk reads (move there \
             what another folder holds), `madoguchi parked list` shows what failed"
        );
    }
    Ok(())
}

pub(super) fn place_text(place: &Place) -> String {
    match place {
        Place::Imap { folder, uidvalidity, uid } => format!("{folder};UIDVALIDITY={uidvalidity}/;UID={uid}"),
        Place::File { folder, name } => format!("{folder}/{name}"),
    }
}
