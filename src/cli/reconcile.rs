//! `reconcile`: is every message in the mailbox accounted for?

use serde_json::{Map, Value, json};

use super::{Context, print};
use crate::{
    service::{check_source, reconcile::reconcile},
    store::Place,
};

/// The command. Exit code 1 when a message is unexplained.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    context.settings.check_network()?;
    let desk = context.desk().await?;
    let found = reconcile(&desk, &check_source(&context.settings)?).await?;
    desk.store.close().await;
    let explained: Map<String, Value> =
        found.explained.iter().map(|(outcome, count)| (outcome.to_string(), json!(count))).collect();
    let total = found.explained.values().sum::<u64>() + found.unexplained.len() as u64;
    if context.json {
        let unexplained: Vec<Value> = found
            .unexplained
            .iter()
            .map(|(place, message_id)| json!({"place": in_words(place), "message_id": message_id}))
            .collect();
        print::json(&json!({"messages": total, "explained": explained, "unexplained": unexplained}))?;
    } else {
        for (outcome, count) in &found.explained {
            print::line(format!("{count:>8}  {outcome}"));
        }
        print::line(format!("{:>8}  unexplained", found.unexplained.len()));
        for (place, message_id) in &found.unexplained {
            let id = message_id.as_deref().unwrap_or("(no Message-ID)");
            print::line(format!("          {}  {}", in_words(place), print::one_line(id, 120)));
        }
        print::line(format!("{total} messages in the mailbox"));
    }
    if !found.is_whole() {
        anyhow::bail!(
            "not every message is accounted for; `madoguchi once` takes what is new, `madoguchi parked list` shows what failed"
        );
    }
    Ok(())
}

pub(super) fn in_words(place: &Place) -> String {
    match place {
        Place::Imap { folder, uidvalidity, uid } => format!("{folder};UIDVALIDITY={uidvalidity}/;UID={uid}"),
        Place::File { folder, name } => format!("{folder}/{name}"),
    }
}
