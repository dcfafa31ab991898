//! `application`: applications for the 伴走支援.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use super::{
    Context, meeting, print, results,
    ticket::{Work, read_text, work},
};
use crate::{
    desk::{
        application::{
            ApplicationField, Check, Submitted, checks,
            decision::{ReviewVerdict, mean},
            form::Labels,
            submitted_in,
        },
        staff_mail::{Command as StaffCommand, SupportCommand},
        ticket::TicketNumber,
    },
    letter::support_report,
    mail::Attachment,
    paper::{self, Block},
    server::rules,
    service::Desk,
    store::MeetingRow,
    views::{self, application::Case},
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
    /// List applications
    List,
    /// Show an application with its forms and checks
    Show {
        /// Ticket number
        number: TicketNumber,
    },
    /// Let a late, incomplete or unreadable application count
    Accept {
        /// Ticket number
        number: TicketNumber,
        /// Why; kept as a note
        reason: Option<String>,
    },
    /// Record that the applicant withdraws
    Withdraw {
        /// Ticket number
        number: TicketNumber,
        /// Why; kept as a note
        reason: Option<String>,
    },
    /// Put a typed form in force; the original stays
    Form {
        /// Ticket number
        number: TicketNumber,
        /// The form, a .docx
        file: PathBuf,
    },
    /// Change one field of the form
    Set {
        /// Ticket number
        number: TicketNumber,
        /// Key or label of the field, such as telephone
        field: String,
        /// The new value
        value: String,
    },
    /// Report on the call and its support
    Report {
        /// Write the report as a .docx to this file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// With scores, comments and the reasons of decisions: for the desk itself
        #[arg(long)]
        with_reviews: bool,
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
        Command::Select { number, reason } => order(context, &number, SupportCommand::Select(reason)).await,
        Command::Decline { number, reason } => order(context, &number, SupportCommand::Decline(reason)).await,
        Command::Notice { number, file } => {
            order(context, &number, SupportCommand::Notice(read_text(&file)?)).await
        }
        Command::Results { send: None, stop: false } => results::show(context).await,
        Command::Results { send: Some(code), .. } => results::act(context, Some(&code)).await,
        Command::Results { stop: true, .. } => results::act(context, None).await,
        Command::List => list(context).await,
        Command::Show { number } => show(context, &number).await,
        Command::Accept { number, reason } => {
            order(context, &number, SupportCommand::Accept(reason.unwrap_or_default())).await
        }
        Command::Withdraw { number, reason } => {
            order(context, &number, SupportCommand::Withdraw(reason.unwrap_or_default())).await
        }
        Command::Form { number, file } => work(context, &number, Work::Form(vec![attachment(&file)?])).await,
        Command::Set { number, field, value } => {
            order(context, &number, SupportCommand::Set { field, value }).await
        }
        Command::Report { out, with_reviews } => report(context, out.as_deref(), with_reviews).await,
        Command::Meeting(command) => meeting::run(context, command).await,
        Command::Visit(command) => meeting::visit(context, command).await,
    }
}

async fn order(context: &Context, number: &TicketNumber, command: SupportCommand) -> anyhow::Result<()> {
    work(context, number, Work::Command(StaffCommand::Support(command))).await
}

fn attachment(file: &Path) -> anyhow::Result<Attachment> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Attachment { name, media_type: "application/octet-stream".to_owned(), bytes })
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let all = Case::all(&desk).await?;
    if context.json {
        return print::json(&all.iter().map(|case| case.listed(&desk, &all)).collect::<Vec<_>>());
    }
    for case in &all {
        print::line(print::one_line(&case.line(&desk), 200));
    }
    print::line(format!("{} applications", all.len()));
    Ok(())
}

async fn show(context: &Context, number: &TicketNumber) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let all = Case::all(&desk).await?;
    let case = all.iter().find(|case| case.ticket.number == *number);
    let case = case.with_context(|| format!("there is no application {number}"))?;
    if context.json {
        return print::json(&case.shown(&desk, &all).await?);
    }
    print::line(print::one_line(&case.line(&desk), 200));
    for submission in &case.submissions {
        print_text(&submission.submitted(), &case.checks(&desk, &all, submission));
    }
    print_course(&desk, case).await
}

/// Prints reviews, decision, meetings and questions.
async fn print_course(desk: &Desk, case: &Case) -> anyhow::Result<()> {
    let row = |label: &str, value: &str| print::line(format!("  {label:<19}{}", print::one_line(value, 160)));
    let zone = desk.rules.calendar.time_zone();
    for review in &case.reviews {
        let (verdict, text) = match &review.verdict {
            ReviewVerdict::Conflict(reason) => ("conflict".to_owned(), reason),
            ReviewVerdict::Scored { scores, comment } => {
                (scores.iter().map(u32::to_string).collect::<Vec<_>>().join(" "), comment)
            }
        };
        row("review", &format!("{}  {verdict}  {text}", review.reviewer));
    }
    if let Some(mean) = mean(&case.reviews) {
        row("mean", &format!("{mean:.1}"));
    }
    let decided = desk.store.decision(case.ticket.id).await?;
    if let Some(decision) = decided.decision {
        row("decision", &format!("{decision}  {}", decided.reason));
    }
    for MeetingRow { meeting, .. } in case.meetings(desk).await? {
        let starts = views::rfc3339(meeting.starts, zone);
        let place = meeting.place.unwrap_or_default();
        row(
            &format!("{} {}", meeting.kind, meeting.nth),
            &format!("{starts}  {:<9}  {place}", meeting.stage.as_str()),
        );
    }
    for question in case.questions(desk).await? {
        row("question", &format!("{}  {}", question.number, question.clock.status()));
    }
    Ok(())
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

/// Writes the report to a file, as JSON, or as text.
async fn report(context: &Context, out: Option<&Path>, with_reviews: bool) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let report = views::support_report::load(&desk, with_reviews, desk.clock.now()).await?;
    desk.store.close().await;
    let report = report.context("the desk takes no applications; see support.enabled")?;
    let blocks = support_report(&report);
    if let Some(file) = out {
        let bytes = paper::write(&blocks).context("cannot write the report as .docx")?;
        print::file(file, &bytes)?;
    }
    if context.json {
        return print::json(&report);
    }
    for block in blocks.iter().filter(|_| out.is_none()) {
        match block {
            Block::Heading(text) | Block::Paragraph(text) => print::line(text),
            Block::Table(rows) => rows.iter().for_each(|row| print::line(row.join("\t").replace('\n', " "))),
        }
    }
    Ok(())
}
