//! The command line. Each command parses its arguments, calls another module, and prints text or JSON; rules of the
//! desk are elsewhere.

mod absence;
mod application;
mod calendar;
mod check;
mod demo;
mod digest;
mod erase;
mod export;
mod faq;
mod ingest;
mod inspect;
mod keys;
mod listed;
mod meeting;
mod numbers;
mod operate;
mod outbox;
mod parked;
mod phone;
mod phrase;
mod print;
mod reconcile;
mod report;
mod results;
mod search;
mod serve;
mod ticket;

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, FixedOffset, Utc};
use clap::{Parser, Subcommand};
use rustix::fs::Mode;
use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    clock::Clock,
    server::{self, WiringError},
    service::Desk,
    settings::{LogFormat, Settings, SettingsError},
    store::{is_relative, place},
};

/// A consultation desk (窓口) run by mail
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Arguments {
    /// Settings file (TOML); default: ./madoguchi.toml, then /etc/madoguchi/madoguchi.toml, then the built-in settings
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Rehearse: start the clock at this time, such as 2025-12-26T16:30:00+09:00
    #[arg(long, global = true, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<DateTime<Utc>>,
    /// With --as-of: run the clock N times as fast as real time
    #[arg(long, global = true, value_name = "N", requires = "as_of", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pace: Option<u32>,
    /// Print the result as one JSON document
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the desk until SIGTERM
    Run,
    /// Do all work that is due now, then exit
    Once,
    /// Run the desk on built-in sample mails, without any server
    Demo {
        /// Empty folder for the demonstration; default: a new temporary folder
        dir: Option<PathBuf>,
    },
    /// Show how the desk would read messages and what it would do; changes nothing
    Inspect {
        /// Files, or - for standard input (the default)
        files: Vec<PathBuf>,
    },
    /// Process messages from files, mbox, Maildir folders or standard input (-) as if they came from the mailbox
    Ingest {
        /// Files and folders, or - for standard input (the default)
        paths: Vec<PathBuf>,
    },
    /// List, show and change tickets
    #[command(subcommand)]
    Ticket(ticket::Command),
    /// Work on applications for 伴走支援
    #[command(subcommand)]
    Application(application::Command),
    /// List, register and end absences of members
    #[command(subcommand)]
    Absence(absence::Command),
    Search(search::Search),
    Report(report::Report),
    /// Keep phrases for answers (定型文)
    #[command(subcommand)]
    Phrase(phrase::Command),
    /// Draft entries for the guidebook from tickets, release and export them
    #[command(subcommand)]
    Faq(faq::Command),
    /// Create a ticket for a telephone inquiry; the deadline of the call-back is that of an answer
    Phone(phone::Call),
    /// Queue the digest to staff now
    Digest {
        /// Print the digest and queue nothing
        #[arg(long)]
        preview: bool,
    },
    /// Write all tickets with their conversation to standard output, as JSON or as CSV for Excel
    Export(export::Export),
    /// Erase the data of one person; only prints a preview without --yes
    Erase(erase::Erase),
    /// List, show and process parked mail
    #[command(subcommand)]
    Parked(parked::Command),
    /// List and change mails that are not delivered yet
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// Show the business calendar and calculate deadlines
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// Check that every message in the mailbox is in the ledger
    Reconcile,
    /// Manage the secret keys of the desk
    #[command(subcommand)]
    Keys(keys::Command),
    /// Leave out ticket numbers after an older copy was restored
    #[command(subcommand)]
    Numbers(numbers::Command),
    /// Check the settings, then the connections to mailbox, mail server and database
    Check {
        /// Check only the settings
        #[arg(long)]
        offline: bool,
        /// Also check that the audit still has this event: the hash of an earlier `check --json` or of a leads' digest
        #[arg(long, value_name = "HASH", conflicts_with = "offline")]
        event_hash: Option<String>,
    },
    /// Update the database schema, or copy the desk to another database
    Migrate(operate::Move),
    /// Ask the running desk whether it is ready (needs http.listen)
    Health {
        /// Also fail on warnings, such as silence, a failed token renewal, or messages missing in the ledger
        #[arg(long)]
        strict: bool,
    },
    /// Write a consistent copy of the SQLite database; works while the desk runs
    Backup {
        /// Path of the copy; must not exist
        file: PathBuf,
    },
    /// Restore an SQLite database from a copy, and leave out the ticket numbers given since; the database must not exist
    Restore {
        /// Path of the copy
        file: PathBuf,
        #[command(flatten)]
        count: numbers::Count,
    },
    /// Print completions for a shell
    Completions {
        /// Name of the shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    Man {
        /// Target folder
        dir: PathBuf,
    },
}

/// Threads for large mails and name look-ups. With those of the database they are fewer than the units' TasksMax.
const BLOCKING_THREADS: usize = 32;

/// An error with an exit code other than 1 or 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Exit {
    /// Exit code 75 (EX_TEMPFAIL of sysexits.h): the MTA should keep the mail and retry.
    #[error("{}", whole(.0))]
    Temporary(anyhow::Error),
}

/// Arguments and settings that all commands share.
pub(crate) struct Context {
    /// Argument of `--config`. SIGHUP reads this file again.
    config: Option<PathBuf>,
    settings: Settings,
    clock: Clock,
    json: bool,
}

impl Context {
    /// Opens the desk without connecting to the mailbox or the mail server. A desk that is not there yet is empty if its place is
    /// certain. A relative path may lead to the wrong folder, and then this fails.
    async fn desk(&self) -> anyhow::Result<Desk> {
        if is_relative(&self.settings.database.url) {
            self.existing_desk().await
        } else {
            self.desk_or_new().await
        }
    }

    /// As [`Context::desk`], for what an empty desk must not be reported as done: a copy, an erasure, new keys.
    async fn existing_desk(&self) -> anyhow::Result<Desk> {
        Ok(server::open_existing(&self.settings, self.clock).await?)
    }

    /// Opens the desk, and creates it if there is none.
    async fn desk_or_new(&self) -> anyhow::Result<Desk> {
        Ok(server::open(&self.settings, self.clock).await?)
    }

    /// Where the database is, for people.
    fn place(&self) -> String {
        place(&self.settings.database.url)
    }
}

/// Runs the program. Exit codes: 0 success, 1 failure, 2 wrong usage or settings, 75 temporary failure.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("madoguchi: {}", whole(&error));
            exit_code(&error)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    // The desk writes its files for its own user. Manual pages are for everybody.
    if !matches!(arguments.command, Command::Man { .. }) {
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
    }
    let clock =
        arguments.as_of.map_or_else(Clock::real, |start| Clock::paced(start, arguments.pace.unwrap_or(1)));
    // `demo` has its own settings. A settings file or environment variable of the machine must not change them.
    let settings = match &arguments.command {
        Command::Demo { .. } => Settings::from_toml("")?,
        _ => Settings::load(arguments.config.as_deref())?,
    };
    start_log(&settings, &arguments.command)?;
    let context = Context { config: arguments.config, settings, clock, json: arguments.json };
    // One thread is enough for the loops, which mostly wait. SQLite has its own thread, and large mails are parsed on
    // blocking threads. More worker threads would only add wake-ups.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()?;
    let result = runtime.block_on(dispatch(arguments.command, context));
    // A blocking call that hangs, such as a name look-up, must not delay the exit.
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
        Command::Application(command) => application::run(&context, command).await,
        Command::Phrase(command) => phrase::run(&context, command).await,
        Command::Faq(command) => faq::run(&context, command).await,
        Command::Report(asked) => report::run(&context, asked).await,
        Command::Search(asked) => search::run(&context, asked).await,
        Command::Parked(command) => parked::run(&context, command).await,
        Command::Outbox(command) => outbox::run(&context, command).await,
        Command::Calendar(command) => calendar::run(&context, &command),
        Command::Absence(command) => absence::run(&context, command).await,
        Command::Phone(call) => phone::run(&context, call).await,
        Command::Digest { preview } => digest::run(&context, preview).await,
        Command::Erase(what) => erase::run(&context, &what).await,
        Command::Export(what) => export::run(&context, &what).await,
        Command::Reconcile => reconcile::run(&context).await,
        Command::Keys(command) => keys::run(&context, &command).await,
        Command::Numbers(command) => numbers::run(&context, &command).await,
        Command::Check { offline, event_hash } => check::run(&context, offline, event_hash.as_deref()).await,
        Command::Health { strict } => operate::health(&context, strict),
        Command::Backup { file } => operate::backup(&context, &file).await,
        Command::Restore { file, count } => operate::restore(&context, &file, count).await,
        Command::Completions { shell } => operate::completions(shell),
        Command::Man { dir } => operate::man(&dir),
        Command::Migrate(to) => operate::migrate(&context, to).await,
    }
}

/// An error with its causes. Some errors have said the cause already: it is not repeated.
fn whole(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    let settings = error.is::<SettingsError>()
        || error.downcast_ref::<WiringError>().is_some_and(WiringError::is_settings);
    match error.downcast_ref::<Exit>() {
        Some(Exit::Temporary(_)) => ExitCode::from(75),
        None if settings => ExitCode::from(2),
        None => ExitCode::from(1),
    }
}

/// Logs to stderr. Only `run` and `once` use `log.level`; all other commands log warnings only.
fn start_log(settings: &Settings, command: &Command) -> anyhow::Result<()> {
    let level = match command {
        Command::Run | Command::Once => settings.log.level.as_str(),
        _ => "warn",
    };
    // sqlx and lettre log errors that the desk reports itself.
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

/// Parses a time from the command line: RFC 3339 with an offset. People leave out the seconds.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = text.parse::<DateTime<FixedOffset>>();
    let read = read.or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"));
    read.map(|at| at.with_timezone(&Utc))
        .map_err(|_| "not an instant; allowed: RFC 3339 such as 2025-12-26T16:30:00+09:00".into())
}

/// Marks a database error as temporary, so that the MTA that pipes a mail keeps it.
pub(crate) fn temporary(error: impl Into<anyhow::Error>) -> anyhow::Error {
    Exit::Temporary(error.into()).into()
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    /// Each command of the guides is one that the program takes.
    #[test]
    fn the_commands_of_the_guides_are_commands() {
        let guides = [
            include_str!("../../docs/運用の手引き.md"),
            include_str!("../../docs/伴走支援の手引き.md"),
            include_str!("../../docs/命令一覧.md"),
            include_str!("../../README.md"),
        ];
        let spans =
            guides.iter().flat_map(|guide| guide.lines()).flat_map(|line| line.split('`').skip(1).step_by(2));
        let mut count = 0;
        for span in spans.filter(|span| span.starts_with("madoguchi ") && !span.contains('…')) {
            let command = span.split(" > ").next().unwrap_or_default();
            let words = command.split_whitespace().map(|word| match word {
                "ID" => "7",
                "N" | "番号" | "実施地域の番号" => "ZT-2025-0001",
                "FROM" | "TO" => "2025-07-10",
                word => word,
            });
            if let Err(error) = Arguments::try_parse_from(words) {
                // A command may be named without its arguments.
                let is_named = matches!(
                    error.kind(),
                    ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                );
                assert!(is_named, "{span}: {error}");
            }
            count += 1;
        }
        assert!(count > 30, "{count}");
    }
}
