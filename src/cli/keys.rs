//! `keys`: the secret behind the desk's Message-IDs.

use clap::Subcommand;

use super::{Context, print};
use crate::service::rotate_key;

/// The secret keys of the desk.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new key for Message-IDs; replies to older mails are still recognised
    Rotate,
}

/// The command.
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
