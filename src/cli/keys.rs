//! `keys`: manages the secret key for the desk's Message-IDs.

use clap::Subcommand;

use super::{Context, print};
use crate::server::rotate_key;

/// Manage the secret keys of the desk
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a new key for Message-IDs; replies to older mails are still recognised
    Rotate,
}

pub(super) async fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Rotate = command;
    let desk = context.desk().await?;
    let count = rotate_key(&desk).await?;
    desk.store.close().await;
    print::line(format!(
        "a new key is in use from the next start on; {count} older ones are still recognised"
    ));
    Ok(())
}
