//! `application`: applications for the 伴走支援.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use super::{
    Context, meeting, print, results,
    ticket::{Work, read_text, work},
};
use crate::{
    desk::{
        application::{ApplicationField, Check, Submitted, checks, form::Labels, submitted_in},
        staff_mail::{Command as StaffCommand, SupportCommand},
        ticket::TicketNumber,
    },
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
    /// Record a review: one score of 1 to 5 for each criterion, or a conflict of interest
    Review {
        /// Number of the application
        number: TicketNumber,
        /// Name or address of the member who reviews
        #[arg(long)]
        reviewer: String,
        /// The reviewer takes no part
        #[arg(long, conflicts_with = "scores")]
        conflict: bool,
        scores: Vec<u32>,
        /// What the reviewer says; it never leaves the desk
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Select the region; nothing is sent yet
    Select {
        /// Number of the application
        number: TicketNumber,
        /// Why; it never leaves the desk
        reason: String,
    },
    /// Decline the region; nothing is sent yet
    Decline {
        /// Number of the application
        number: TicketNumber,
        /// Why; it never leaves the desk
        reason: String,
    },
    /// Put words of our own into the letter about the result
    Notice {
        /// Number of the application
        number: TicketNumber,
        /// File with the text, or - for standard input
        file: PathBuf,
    },
    /// Show all letters about the results with their code; with --send, send exactly these
    Results {
        /// Send the letters that have this code
        #[arg(long, value_name = "CODE")]
        send: Option<String>,
        /// Stop all letters that have not left
        #[arg(long, conflicts_with = "send")]
        stop: bool,
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
        Command::Review { number, reviewer, conflict, scores, comment } => {
            let order = if conflict {
                SupportCommand::Conflict(comment)
            } else {
                SupportCommand::Review { scores, comment }
            };
            results::review(context, &number, &reviewer, &order).await
        }
        Command::Select { number, reason } => support(context, &number, SupportCommand::Select(reason)).await,
        Command::Decline { number, reason } => {
            support(context, &number, SupportCommand::Decline(reason)).await
        }
        Command::Notice { number, file } => {
            support(context, &number, SupportCommand::Notice(read_text(&file)?)).await
        }
        Command::Results { send: None, stop: false } => results::show(context).await,
        Command::Results { send: Some(code), .. } => results::act(context, Some(&code)).await,
        Command::Results { stop: true, .. } => results::act(context, None).await,
        Command::Meeting(command) => meeting::run(context, command).await,
        Command::Visit(command) => meeting::visit(context, command).await,
    }
}

async fn support(context: &Context, number: &TicketNumber, order: SupportCommand) -> anyhow::Result<()> {
    work(context, number, Work::Command(StaffCommand::Support(order))).await
}

fn read(context: &Context, files: &[PathBuf]) -> anyhow::Result<()> {
    let rules = rules(&context.settings);
    let labels = rules.support.as_ref().map_or_else(|| Labels::new([]), |support| support.labels.clone());
    let mut all: Vec<Submitted> = Vec::new();
    for (part, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        all.extend(submitted_in(part, &name, &bytes, &labels));
    }
    let checks_of = |submitted: &Submitted| {
        let call = rules.support.as_ref().map(|support| &support.call);
        call.map_or_else(Vec::new, |call| checks(submitted.read(), None, call))
    };
    if context.json {
        let object = |submitted: &Submitted| views::application::object(submitted, &checks_of(submitted));
        return print::json(&all.iter().map(object).collect::<Vec<_>>());
    }
    for submitted in &all {
        print_text(submitted, &checks_of(submitted));
    }
    Ok(())
}

fn print_text(submitted: &Submitted, checks: &[Check]) {
    let inner = submitted.inner_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    print::line(print::one_line(&format!("{}{inner}", submitted.file), 200));
    let row = |label: &str, value: &str| print::line(format!("  {label:<19}{}", print::one_line(value, 160)));
    let form = match &submitted.result {
        Ok((form, _)) => form,
        Err(reason) => return row("unread", reason.as_str()),
    };
    for &field in ApplicationField::ALL {
        match field {
            ApplicationField::Issues => {
                let issues: Vec<&str> = form.issues.iter().map(|issue| issue.as_str()).collect();
                row(field.as_str(), &issues.join(", "));
            }
            ApplicationField::Members => row(field.as_str(), &form.members.len().to_string()),
            field => row(field.as_str(), form.text(field)),
        }
    }
    for member in &form.members {
        let texts = [&member.organization, &member.department, &member.position, &member.profession];
        row(&format!("  {}", member.no), &texts.map(String::as_str).join(" / "));
    }
    for check in checks {
        row(check.rule.as_str(), &format!("{}  {}", check.level, check.detail));
    }
}
