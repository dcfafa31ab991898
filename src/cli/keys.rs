//! `keys`: manages the secret keys of the desk.

use clap::Subcommand;

use super::{Context, print};
use crate::server::rotate_key;

/// Manage the secret keys of the desk
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a new key for Message-IDs, whose older keys stay valid, and revoke all staff keys
    Rotate,
}

pub(super) async fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Rotate = command;
    let desk = context.existing_desk().await?;
    let count = rotate_key(&desk).await?;
    desk.store.close().await;
    print::line(format!(
        "{}: a new key is in use from the next start on; {count} older ones are still recognised; \
         staff keys in mails sent so far are revoked",
        context.place()
    ));
    Ok(())
}
