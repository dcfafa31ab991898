//! The commands: each reads its arguments, calls the service, and prints text or JSON. No rules live here.

mod calendar;
mod check;
mod demo;
mod digest;
mod erase;
mod export;
mod ingest;
mod inspect;
mod keys;
mod operate;
mod outbox;
mod parked;
mod phone;
mod print;
mod reconcile;
mod serve;
mod ticket;

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, FixedOffset, Utc};
use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    clock::Clock,
    service::{AssembleError, Desk},
    settings::{LogFormat, Settings, SettingsError},
    store::StoreError,
};

/// A consultation desk (窓口) that lives in a mailbox.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Arguments {
    /// Settings file (TOML). Default: madoguchi.toml here, then /etc/madoguchi/madoguchi.toml, else the built-in desk
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Rehearse: the clock starts at this instant and runs on, e.g. 2025-12-26T16:30:00+09:00
    #[arg(long, global = true, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<DateTime<Utc>>,
    /// With --as-of: the clock runs so many times as fast
    #[arg(long, global = true, value_name = "N", requires = "as_of", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pace: Option<u32>,
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the desk until SIGTERM
    Run,
    /// Do everything that is due now, then exit
    Once,
    /// Show the desk at work on sample mails, with nothing but this program
    Demo {
        /// Folder for the demonstration; default: a new temporary one
        dir: Option<PathBuf>,
    },
    /// Say how the desk would read messages and what it would do; changes nothing
    Inspect {
        /// Files, or - for standard input (the default)
        files: Vec<PathBuf>,
    },
    /// Take messages from files, mbox, Maildir folders or standard input (-) as if they had come from the mailbox
    Ingest {
        /// Files and folders, or - for standard input (the default)
        paths: Vec<PathBuf>,
    },
    /// Work on tickets
    #[command(subcommand)]
    Ticket(ticket::Command),
    /// File a telephone inquiry; the call-back has the same deadline as an answer
    Phone(phone::Call),
    /// Send staff their list now
    Digest {
        /// Only show it
        #[arg(long)]
        preview: bool,
    },
    /// Write all tickets with their conversation to standard output: JSON, or CSV that Excel opens
    Export(export::Export),
    /// Erase what the desk holds of a person; first only shows it
    Erase(erase::Erase),
    /// Mails that are not tickets
    #[command(subcommand)]
    Parked(parked::Command),
    /// Mails not yet delivered
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// The business calendar
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// Compare the mailbox with the ledger: every message must be accounted for
    Reconcile,
    /// The secret keys of the desk
    #[command(subcommand)]
    Keys(keys::Command),
    /// Read the settings, then try the mailbox, the mail server and the database
    Check {
        /// Read the settings only
        #[arg(long)]
        offline: bool,
    },
    /// Bring the database schema up to date, or copy the desk to another database
    Migrate(operate::Move),
    /// Ask the running desk whether it is ready (see http.listen)
    Health {
        /// Fail on warnings as well: silence, a token that cannot be renewed, unexplained messages
        #[arg(long)]
        strict: bool,
    },
    /// Write a consistent copy of the SQLite database, while the desk runs
    Backup {
        /// A new file
        file: PathBuf,
    },
    /// Put a copy in the place of an SQLite database that is gone
    Restore {
        /// The copy
        file: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    Man {
        /// A folder
        dir: PathBuf,
    },
}

/// A command that ends with another exit code than 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Exit {
    /// The MTA should keep the mail and try again (EX_TEMPFAIL of sysexits.h).
    #[error("{0:#}")]
    Temporary(anyhow::Error),
}

/// What every command gets.
pub(crate) struct Context {
    /// The file that was named.
    config: Option<PathBuf>,
    settings: Settings,
    clock: Clock,
    json: bool,
}

impl Context {
    /// The desk, without mailbox and mail server.
    async fn desk(&self) -> anyhow::Result<Desk> {
        Ok(Desk::open(&self.settings, self.clock).await?)
    }
}

/// Runs the program and returns its exit code: 0 done, 1 failed, 2 wrong usage or settings, 75 try again.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("madoguchi: {error:#}");
            exit_code(&error)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let clock =
        arguments.as_of.map_or_else(Clock::real, |start| Clock::paced(start, arguments.pace.unwrap_or(1)));
    // The demonstration brings its own settings; nothing of the machine's may change it.
    let settings = match &arguments.command {
        Command::Demo { .. } => Settings::from_toml("")?,
        _ => Settings::load(arguments.config.as_deref())?,
    };
    start_log(&settings, &arguments.command)?;
    let context = Context { config: arguments.config, settings, clock, json: arguments.json };
    // One thread for all loops, which mostly wait; the database has its own, and large mails are read on others. More
    // would only wake each other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(dispatch(arguments.command, context));
    // A verb that hangs in a blocking call (a name look-up, say) must not hold the exit.
    runtime.shutdown_background();
    result
}

async fn dispatch(command: Command, context: Context) -> anyhow::Result<()> {
    match command {
        Command::Run => serve::run(&context).await,
        Command::Once => serve::once(&context).await,
        Command::Demo { dir } => demo::run(dir).await,
        Command::Inspect { files } => inspect::run(&context, files),
        Command::Ingest { paths } => ingest::run(&context, paths).await,
        Command::Ticket(command) => ticket::run(&context, command).await,
        Command::Parked(command) => parked::run(&context, command).await,
        Command::Outbox(command) => outbox::run(&context, command).await,
        Command::Calendar(command) => calendar::run(&context, &command),
        Command::Phone(call) => phone::run(&context, call).await,
        Command::Digest { preview } => digest::run(&context, preview).await,
        Command::Erase(what) => erase::run(&context, &what).await,
        Command::Export(what) => export::run(&context, &what).await,
        Command::Reconcile => reconcile::run(&context).await,
        Command::Keys(command) => keys::run(&context, &command).await,
        Command::Check { offline } => check::run(&context, offline).await,
        Command::Health { strict } => operate::health(&context, strict),
        Command::Backup { file } => operate::backup(&context, &file).await,
        Command::Restore { file } => operate::restore(&context, &file).await,
        Command::Completions { shell } => {
            operate::completions(shell);
            Ok(())
        }
        Command::Man { dir } => operate::man(&dir),
        Command::Migrate(to) => operate::migrate(&context, to).await,
    }
}

/// The exit code that belongs to an error.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    let settings = error.is::<SettingsError>()
        || error.downcast_ref::<AssembleError>().is_some_and(AssembleError::is_settings);
    match error.downcast_ref::<Exit>() {
        Some(Exit::Temporary(_)) => ExitCode::from(75),
        None if settings => ExitCode::from(2),
        None => ExitCode::from(1),
    }
}

/// Logs go to stderr alone. Commands that print data log warnings only, the services all.
fn start_log(settings: &Settings, command: &Command) -> anyhow::Result<()> {
    let level = match command {
        Command::Run | Command::Once => settings.log.level.as_str(),
        _ => "warn",
    };
    // The libraries below speak of what is ours to report.
    let filter = EnvFilter::try_new(format!("{level},sqlx=error,lettre=warn")).map_err(|error| {
        settings.wrong("log.level", format!("{level:?}: {error}; allowed: error, warn, info, debug, trace"))
    })?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log.format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).init(),
        LogFormat::Text => {
            log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_target(false).init();
        }
    }
    Ok(())
}

/// An instant on the command line: RFC 3339 with an offset.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = text.parse::<DateTime<FixedOffset>>();
    read.map(|at| at.with_timezone(&Utc))
        .map_err(|_| "not an instant; allowed: RFC 3339 such as 2025-12-26T16:30:00+09:00".into())
}

/// A fault of the database on a pipe: the MTA keeps the mail.
pub(crate) fn temporary(error: StoreError) -> anyhow::Error {
    Exit::Temporary(error.into()).into()
}
