//! `application`: applications for the 伴走支援.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use super::{Context, meeting, print};
use crate::{
    desk::application::{Submitted, form::Labels, submitted},
    server::rules,
    views,
};

/// Work on applications for 伴走支援
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show how the desk reads application forms; needs no database
    Read {
        /// Files, such as a .docx or a .zip
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Set, cancel or close meetings
    #[command(subcommand)]
    Meeting(meeting::Meeting),
    /// Ask advisers for visits, confirm or cancel them
    #[command(subcommand)]
    Visit(meeting::Visit),
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Read { files } => read(context, &files),
        Command::Meeting(command) => meeting::run(context, command).await,
        Command::Visit(command) => meeting::visit(context, command).await,
    }
}

fn read(context: &Context, files: &[PathBuf]) -> anyhow::Result<()> {
    let rules = rules(&context.settings);
    let labels = rules.support.map_or_else(|| Labels::new(&[]), |support| support.labels);
    let mut all: Vec<Submitted> = Vec::new();
    for (part, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        all.extend(submitted(part, &name, &bytes, &labels));
    }
    let objects: Vec<_> = all.iter().map(|submitted| views::application::object(submitted, &[])).collect();
    print::json(&objects)
}
