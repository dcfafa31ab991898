//! `faq`: entries for the guidebook: drafts them from tickets, resolves their marks, releases and exports them.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
    Context, print,
    ticket::{Work, read_text, work},
};
use crate::{
    desk::{
        faq::{EntryCommand, Part, Resolution, Which},
        staff_mail::Command as StaffCommand,
        ticket::TicketNumber,
    },
    letter::{faq::Format, feedback::refusal_to_operator},
    notify::faq::ask_to_release,
    service::{Actor, Operation},
    store::FaqRow,
    tickets::faq::{carry_out, export, find},
};

/// Draft entries for the guidebook from tickets, release and export them
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List entries
    List,
    /// Show an entry with its marks and its version
    Show {
        /// Number of the entry, such as FAQ-2025-0001
        number: TicketNumber,
    },
    /// Draft an entry from a ticket
    Candidate {
        /// Ticket number
        number: TicketNumber,
    },
    /// Resolve marks: remove the words, replace them, or keep them with a reason
    Resolve(Resolve),
    /// Replace question, answer, place in the guidebook or topic
    Edit(Edit),
    /// Release an entry as it stands; not by those who proposed it or changed it last
    Release {
        /// Number of the entry
        number: TicketNumber,
        /// The version that you have seen; `faq show` prints it
        #[arg(long, value_name = "VERSION")]
        seen: String,
    },
    /// Withdraw an entry
    Withdraw {
        /// Number of the entry
        number: TicketNumber,
    },
    /// Export released entries for the authors of the guidebook
    Export {
        /// Only released entries; others are never exported
        #[arg(long, required = true)]
        released: bool,
        /// Format: md, csv or docx
        #[arg(long, default_value = "md")]
        format: Format,
        /// File to write, or - for standard output (the default)
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Resolve {
    /// Number of the entry
    number: TicketNumber,
    /// Numbers of the marks; without one, all that are open
    marks: Vec<u32>,
    /// Remove the words
    #[arg(long, required_unless_present_any = ["replace", "keep"], conflicts_with_all = ["replace", "keep"])]
    remove: bool,
    /// Write these words instead
    #[arg(long, value_name = "TEXT", conflicts_with = "keep")]
    replace: Option<String>,
    /// Keep the words, for this reason
    #[arg(long, value_name = "REASON")]
    keep: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Texts {
    /// File with the question, or - for standard input
    #[arg(long, value_name = "FILE")]
    question: Option<PathBuf>,
    /// File with the answer, or - for standard input
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// Place in the guidebook, such as 第3章 2
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// Topic
    #[arg(long, value_name = "TEXT")]
    topic: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Edit {
    /// Number of the entry
    number: TicketNumber,
    #[command(flatten)]
    texts: Texts,
}

impl Edit {
    fn commands(&self) -> anyhow::Result<Vec<EntryCommand>> {
        let Texts { question, answer, place, topic } = &self.texts;
        let mut texts: Vec<(Part, String)> = Vec::new();
        for (part, file) in [(Part::Question, question), (Part::Answer, answer)] {
            if let Some(file) = file {
                texts.push((part, read_text(file)?));
            }
        }
        for (part, text) in [(Part::Place, place), (Part::Topic, topic)] {
            texts.extend(text.clone().map(|text| (part, text)));
        }
        Ok(texts.into_iter().map(|(part, text)| EntryCommand::Write(part, text)).collect())
    }
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => {
            let entries = context.desk().await?.store.faq().await?;
            if context.json {
                return print::json(&entries.iter().map(shown).collect::<Vec<Value>>());
            }
            for entry in &entries {
                let question = print::one_line(&entry.texts.question.text(), 60);
                let open = entry.texts.open().len();
                print::line(format!("{}  {:<9}  {open} open  {question}", entry.number, entry.state));
            }
            print::line(format!("{} entries", entries.len()));
            Ok(())
        }
        Command::Show { number } => show(context, &number).await,
        Command::Candidate { number } => {
            let command = StaffCommand::Entry(EntryCommand::Propose);
            work(context, &number, Work::Command(command)).await
        }
        Command::Resolve(Resolve { number, marks, replace, keep, .. }) => {
            let how = match (replace, keep) {
                (Some(text), _) => Resolution::Generalize(text),
                (None, Some(reason)) => Resolution::Keep(reason),
                (None, None) => Resolution::Erase,
            };
            let which = if marks.is_empty() { Which::Open } else { Which::These(marks) };
            order(context, &number, vec![EntryCommand::Resolve { which, how }], None).await
        }
        Command::Edit(edit) => order(context, &edit.number, edit.commands()?, None).await,
        Command::Release { number, seen } => {
            order(context, &number, vec![EntryCommand::Release], Some(&seen)).await
        }
        Command::Withdraw { number } => order(context, &number, vec![EntryCommand::Withdraw], None).await,
        Command::Export { format, file, .. } => {
            let desk = context.desk().await?;
            let mut tx = desk.store.write().await?;
            let now = desk.clock.now();
            let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
            let (count, bytes) = export(&mut operation, format).await??;
            tx.commit().await?;
            desk.store.close().await;
            if file.as_os_str() == "-" {
                return if matches!(format, Format::Docx) {
                    print::binary(&bytes)
                } else {
                    print::bytes(&bytes)
                };
            }
            print::file(&file, &bytes)?;
            print::line(format!("{count} entries are in {}", file.display()));
            Ok(())
        }
    }
}

/// Carries out commands on an entry, all of them or none.
async fn order(
    context: &Context,
    number: &TicketNumber,
    commands: Vec<EntryCommand>,
    version: Option<&str>,
) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let mut all = Vec::new();
    for command in &commands {
        match carry_out(&mut operation, number, command, version).await? {
            Ok(done) => all.push(done),
            Err(refused) => anyhow::bail!(refusal_to_operator(&refused)),
        }
    }
    if let Ok(entry) = find(&mut operation, number).await? {
        ask_to_release(&mut operation, &entry)?;
    }
    tx.commit().await?;
    for done in &all {
        print::done(context, &desk, done)?;
    }
    desk.store.close().await;
    Ok(())
}

async fn show(context: &Context, number: &TicketNumber) -> anyhow::Result<()> {
    let entries = context.desk().await?.store.faq().await?;
    let entry = entries.iter().find(|entry| entry.number == *number);
    let entry = entry.with_context(|| format!("there is no entry {number}"))?;
    if context.json {
        return print::json(&shown(entry));
    }
    let version = entry.texts.version();
    print::line(format!("{}  {}  {}  version {version}", entry.number, entry.state, entry.month));
    for part in Part::ALL {
        print::line(format!("\n[{part}]\n{}", print::text(&entry.texts.part(*part).text())));
    }
    for (part, mark) in entry.texts.marks() {
        let words = print::one_line(&mark.words, 60);
        let kept = mark
            .kept
            .as_ref()
            .map_or("open".to_owned(), |reason| format!("kept: {}", print::one_line(reason, 60)));
        print::line(format!("mark {}  {part}  {}  {words}  {kept}", mark.nth, mark.kind));
    }
    Ok(())
}

fn shown(entry: &FaqRow) -> Value {
    let mark = |(part, mark): (Part, &crate::desk::faq::Mark)| json!({"mark": mark.nth, "part": part, "kind": mark.kind, "words": mark.words, "kept": mark.kept});
    json!({
        "number": entry.number,
        "state": entry.state,
        "month": entry.month,
        "question": entry.texts.question.text(),
        "answer": entry.texts.answer.text(),
        "place": entry.texts.place.text(),
        "topic": entry.texts.topic.text(),
        "marks": entry.texts.marks().map(mark).collect::<Vec<Value>>(),
        "open": entry.texts.open(),
        "version": entry.texts.version(),
        "created_by": entry.created_by,
        "changed_by": entry.changed_by,
        "released_by": entry.released_by,
        "hash": entry.hash,
    })
}
