//! `ticket`: lists, shows and changes tickets.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Subcommand;

use super::{
    Context,
    listed::{line, print_list, print_shown},
    parked, print,
};
use crate::{
    desk::{
        feedback::{Refused, Written},
        handling::{Corrected, Correction, HandlingCommand, Unhandled},
        japanese_date::WrittenDay,
        staff_mail::{Command as StaffCommand, SupportCommand},
        ticket::{Status, TicketNumber},
    },
    inbound::take_in,
    letter::feedback::{refusal_to_operator, span_fault_to_operator},
    mail::Attachment,
    service::{Actor, Operation, search::index},
    tickets::{
        answer::{Draft, write},
        commands::{carry_out, find},
        draft::Named,
        handling::originals,
        meetings::Brought,
    },
    views::ticket::{Past, Shown},
};

/// List, show and change tickets
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List tickets
    List {
        /// Only tickets with this status: open, waiting, answered or closed
        #[arg(long)]
        status: Option<Status>,
        /// Only the newest N tickets; default: all
        #[arg(long, value_name = "N")]
        last: Option<u32>,
    },
    /// Queue an answer to the inquirer; reads its text from a file or standard input
    Answer(Text),
    /// Queue a question to the inquirer and pause the deadline
    Ask(Text),
    /// Add a note for colleagues
    Note(Text),
    /// Set the assignee of a ticket
    Assign {
        /// Ticket number
        number: TicketNumber,
        /// Name or address of a member of staff
        who: String,
    },
    /// Close a ticket
    Close {
        /// Ticket number
        number: TicketNumber,
        /// Why; it becomes a note
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Reopen a ticket; its deadline runs again
    Reopen {
        /// Ticket number
        number: TicketNumber,
    },
    /// Hold a ticket until a day, which the inquirer is told; without a day, wait for the inquirer
    #[command(visible_alias = "hold")]
    Wait {
        /// Ticket number
        number: TicketNumber,
        /// Day on whose morning the deadline runs again, such as 2025-07-10
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Why; it becomes a note
        #[arg(long, value_name = "TEXT", requires = "until")]
        reason: Option<String>,
    },
    /// Merge a ticket into another ticket about the same matter
    Merge {
        /// Ticket number
        number: TicketNumber,
        /// Number of the ticket that remains
        into: TicketNumber,
    },
    /// Add tags to a ticket
    Tag {
        /// Ticket number
        number: TicketNumber,
        /// Tags
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Record the call-back of a telephone inquiry; the ticket counts as answered
    CalledBack(Text),
    /// Cancel an answer or question that is not sent yet
    Cancel {
        /// Ticket number
        number: TicketNumber,
    },
    /// Send an answer or question that waits for a word
    Send {
        /// Ticket number
        number: TicketNumber,
    },
    /// Make a ticket of a parked mail; the same as `parked accept`
    Accept {
        /// Number of the parked mail, such as MAIL-2025-0120
        number: TicketNumber,
    },
    /// Correct what is known of an inquirer
    Correct {
        /// Ticket number
        number: TicketNumber,
        /// organization, name, contact, inquiry, or address: where mails go
        field: Corrected,
        /// The right value
        value: String,
    },
    /// Ask somebody outside (a contact of the settings) about a ticket; reads a message from a file or standard input
    Forward {
        /// Ticket number
        number: TicketNumber,
        /// Name or address of a contact
        who: String,
        /// File with the message, or - for standard input; default: the letter has its own words
        file: Option<PathBuf>,
        /// Let the inquirer's name and contact go with the question
        #[arg(long)]
        personal: bool,
        /// Hold the deadline until this day, YYYY-MM-DD, and tell the inquirer; default: until the answer comes
        #[arg(long)]
        until: Option<NaiveDate>,
    },
    /// Queue an answer with the newest answer of a contact behind it; reads the text before it
    Quote(Text),
    /// Send the answer or question once more that did not arrive
    Resend {
        /// Ticket number
        number: TicketNumber,
    },
    /// Write the mails that came in a ticket to files
    Original {
        /// Number of a ticket or of a parked mail
        number: TicketNumber,
        /// Folder for the files
        dir: PathBuf,
    },
    /// Record that a question belongs to an application that is supported
    PartOf {
        /// Number of the question
        number: TicketNumber,
        /// Number of the application
        case: TicketNumber,
    },
    /// Show a ticket with its conversation and events
    Show {
        /// Ticket number, such as ZT-2025-0001
        number: TicketNumber,
        /// With at most three past, answered inquiries that may be alike
        #[arg(long)]
        similar: bool,
    },
}

/// A ticket and the text for it.
#[derive(Debug, clap::Args)]
pub(super) struct Text {
    /// Ticket number
    number: TicketNumber,
    /// File with the text, or - for standard input (the default)
    #[arg(default_value = "-")]
    file: PathBuf,
    /// File to attach to the answer; may be given several times
    #[arg(long)]
    attach: Vec<PathBuf>,
}

impl Text {
    fn read(&self) -> anyhow::Result<String> {
        read_text(&self.file)
    }

    fn files(&self) -> anyhow::Result<Vec<Attachment>> {
        let read = |path: &PathBuf| {
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Attachment { name, media_type: "application/octet-stream".to_owned(), bytes })
        };
        self.attach.iter().map(read).collect()
    }
}

/// The text of a file, or of standard input for `-`.
pub(super) fn read_text(file: &Path) -> anyhow::Result<String> {
    if file.as_os_str() == "-" {
        return std::io::read_to_string(std::io::stdin()).context("cannot read standard input");
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {} as UTF-8 text", file.display()))
}

/// Runs an operation in one transaction and prints its result.
pub(super) async fn work(context: &Context, number: &TicketNumber, work: Work) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    // An answer to a parked mail, or a question, makes a ticket of it.
    let writes = matches!(work, Work::Answer(..) | Work::Command(StaffCommand::Ask(_)));
    let found = match find(operation.tx, number).await? {
        Err(Refused::Unhandled(Unhandled::StillParked(_))) if writes => {
            match take_in(&mut operation, number).await? {
                Ok(_) => find(operation.tx, number).await?,
                Err(refused) => Err(refused),
            }
        }
        found => found,
    };
    let outcome = match found {
        Err(none) => Err(none),
        Ok(ticket) => match work {
            Work::Answer(text, files) => {
                let draft = Draft { text: &text, files: &files, ..Draft::default() };
                write(&mut operation, &ticket, Written::Answer, draft).await?
            }
            Work::Command(command) => {
                carry_out(&mut operation, &ticket, &command, &Named::default(), Brought::default()).await?
            }
            Work::Form(files) => {
                let command = StaffCommand::Support(SupportCommand::Form);
                let brought = Brought { files: &files, ..Brought::default() };
                carry_out(&mut operation, &ticket, &command, &Named::default(), brought).await?
            }
        },
    };
    match outcome {
        Ok(done) => {
            tx.commit().await?;
            desk.store.close().await;
            print::done(context, &desk, &done)
        }
        Err(refused) => anyhow::bail!(refusal_to_operator(&refused)),
    }
}

pub(super) enum Work {
    Answer(String, Vec<Attachment>),
    Command(StaffCommand),
    /// 様式
    Form(Vec<Attachment>),
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    use Work::Command as Do;
    let (number, operation) = match &command {
        Command::List { .. } | Command::Show { .. } => return list_or_show(context, command).await,
        Command::Accept { number } => {
            return parked::accept(context, &context.desk().await?, number).await;
        }
        Command::Original { number, dir } => return write_originals(context, number, dir).await,
        Command::Answer(text) => (&text.number, Work::Answer(text.read()?, text.files()?)),
        Command::Ask(text) => (&text.number, Do(StaffCommand::Ask(text.read()?))),
        Command::Note(text) => (&text.number, Do(StaffCommand::Note(text.read()?.trim().to_owned()))),
        Command::CalledBack(text) => {
            (&text.number, Do(StaffCommand::CalledBack(text.read()?.trim().to_owned())))
        }
        Command::Assign { number, who } => (number, Do(StaffCommand::Assign(who.clone()))),
        Command::Close { number, reason } => {
            (number, Do(StaffCommand::Close(reason.clone().unwrap_or_default())))
        }
        Command::Reopen { number } => (number, Do(StaffCommand::Reopen)),
        Command::Wait { number, until: None, .. } => (number, Do(StaffCommand::Wait)),
        Command::Wait { number, until: Some(until), reason } => {
            let day = WrittenDay::read(until)
                .map_err(|fault| anyhow::anyhow!("--until {until:?}: {}", span_fault_to_operator(fault)))?;
            let reason = reason.clone().unwrap_or_default();
            (number, Do(StaffCommand::Hold { day: Some(day), reason }))
        }
        Command::Merge { number, into } => (number, Do(StaffCommand::Merge(into.clone()))),
        Command::PartOf { number, case } => (number, Do(StaffCommand::PartOf(case.clone()))),
        Command::Tag { number, words } => (number, Do(StaffCommand::Tag(words.clone()))),
        Command::Cancel { number } => (number, Do(StaffCommand::Cancel)),
        Command::Send { number } => (number, Do(StaffCommand::Send)),
        Command::Correct { number, field, value } => {
            let correction = Correction { what: *field, value: value.trim().to_owned() };
            (number, Do(StaffCommand::Handling(HandlingCommand::Correct(vec![correction]))))
        }
        Command::Forward { number, who, file, personal, until } => {
            let message = file.as_deref().map(read_text).transpose()?.unwrap_or_default();
            let personal = if *personal { " personal" } else { "" };
            let until = until.map(|day| format!(" {day}")).unwrap_or_default();
            let text = format!("{who}{personal}{until}\n{message}");
            (number, Do(StaffCommand::Handling(HandlingCommand::Forward(text))))
        }
        Command::Quote(text) => {
            (&text.number, Do(StaffCommand::Handling(HandlingCommand::Quote(text.read()?))))
        }
        Command::Resend { number } => (number, Do(StaffCommand::Handling(HandlingCommand::Resend))),
    };
    work(context, number, operation).await
}

/// Writes the mails that came in a ticket, or a parked one, to files.
async fn write_originals(context: &Context, number: &TicketNumber, dir: &Path) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let found = match originals(&mut operation, number, usize::MAX).await? {
        Ok(found) => found,
        Err(refused) => anyhow::bail!(refusal_to_operator(&refused)),
    };
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for file in &found.files {
        let path = dir.join(&file.name);
        print::file(&path, &file.bytes)?;
        print::line(path.display().to_string());
    }
    Ok(())
}

async fn list_or_show(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let (calendar, now) = (&desk.rules.calendar, desk.clock.now());
    match command {
        Command::List { status, last } => {
            let status = status.map(Status::as_str);
            let tickets = match last {
                Some(count) => desk.store.newest_tickets(status, count).await?,
                None => desk.store.tickets(status).await?,
            };
            if context.json {
                return print_list(&desk, &tickets);
            }
            for ticket in &tickets {
                print::line(line(ticket, calendar, now));
            }
            print::line(format!("{} tickets", tickets.len()));
        }
        Command::Show { number, similar } => {
            let row =
                desk.store.ticket(&number).await?.with_context(|| format!("there is no ticket {number}"))?;
            let mut shown = Shown::load(&desk, &row, now).await?;
            if similar {
                index(&desk, None).await?;
                shown.similar = Some(Past::all(&desk, &row).await?);
            }
            if context.json {
                return print::json(&shown);
            }
            print::line(line(&row, calendar, now));
            print_shown(&shown);
        }
        _ => {}
    }
    Ok(())
}
