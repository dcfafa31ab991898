//! `digest`: queues the digest to staff at once, or previews it.

use serde_json::{Value, json};

use super::{Context, print};
use crate::notify::digest::{preview, send_all};

pub(super) async fn run(context: &Context, preview_only: bool) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    if !preview_only {
        let queued = send_all(&desk).await?;
        desk.store.close().await;
        print::line(format!("{queued} digests are queued; `madoguchi once` or the daemon sends them"));
        return Ok(());
    }
    let shown = preview(&desk).await?;
    desk.store.close().await;
    if context.json {
        let objects: Vec<Value> = shown
            .iter()
            .map(|(name, subject, text)| json!({"staff": name, "subject": subject, "text": text}))
            .collect();
        return print::json(&objects);
    }
    for (name, subject, text) in &shown {
        print::line(format!("════ {name}\n{subject}\n\n{}", print::text(text)));
    }
    print::line(format!("{} members of staff", shown.len()));
    Ok(())
}
