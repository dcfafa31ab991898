//! `application`: works on applications for 伴走支援.

use clap::Subcommand;

use super::{Context, meeting};

/// Work on applications for 伴走支援
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set, cancel or close meetings
    #[command(subcommand)]
    Meeting(meeting::Meeting),
    /// Ask advisers for visits, confirm or cancel them
    #[command(subcommand)]
    Visit(meeting::Visit),
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Meeting(command) => meeting::run(context, command).await,
        Command::Visit(command) => meeting::visit(context, command).await,
    }
}
