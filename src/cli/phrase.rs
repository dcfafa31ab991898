//! `phrase`: the phrases that staff keep for their answers (定型文).

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, print, ticket::read_text};
use crate::{
    desk::phrase::{LONGEST_NAME, key},
    service::Actor,
};

/// List, show and change the phrases for answers
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List phrases
    List,
    /// Show a phrase
    Show {
        /// Name of the phrase
        name: String,
    },
    /// Add a phrase, or replace its text; {機関名}, {氏名}, {受付番号}, {回答予定}, {担当者} are filled in each answer
    Set {
        /// Name of the phrase
        name: String,
        /// File with the text, or - for standard input (the default)
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Remove a phrase
    Remove {
        /// Name of the phrase
        name: String,
    },
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    match command {
        Command::List | Command::Show { .. } => {
            let mut phrases = desk.store.phrases().await?;
            if let Command::Show { name } = &command {
                phrases.retain(|phrase| phrase.name == key(name));
                anyhow::ensure!(!phrases.is_empty(), "there is no phrase {name:?}");
            }
            if context.json {
                let of = |phrase: &crate::store::PhraseRow| json!({"name": phrase.name, "text": phrase.text, "changed_by": phrase.changed_by});
                return print::json(&phrases.iter().map(of).collect::<Vec<Value>>());
            }
            for phrase in &phrases {
                match command {
                    Command::Show { .. } => print::line(print::text(&phrase.text)),
                    _ => print::line(format!("{}  {}", phrase.name, print::one_line(&phrase.text, 60))),
                }
            }
        }
        Command::Set { name, file } => {
            let text = read_text(&file)?;
            let name = key(&name);
            anyhow::ensure!(
                !name.is_empty() && name.chars().count() <= LONGEST_NAME,
                "the name of a phrase has 1 to {LONGEST_NAME} characters"
            );
            anyhow::ensure!(!text.trim().is_empty(), "the phrase has no text");
            let mut tx = desk.store.write().await?;
            tx.set_phrase(&name, text.trim(), &Actor::Operator.audit(), desk.clock.now()).await?;
            tx.commit().await?;
            print::line(format!("the phrase {name:?} is kept"));
        }
        Command::Remove { name } => {
            let mut tx = desk.store.write().await?;
            anyhow::ensure!(tx.remove_phrase(&key(&name)).await?, "there is no phrase {name:?}");
            tx.commit().await?;
            print::line(format!("the phrase {:?} is removed", key(&name)));
        }
    }
    Ok(())
}
