//! `demo`: runs the desk on embedded sample mails, without servers: mailbox and outgoing mail are Maildirs, the
//! database is SQLite. `members` has what its members do.

mod members;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::print;
use crate::{
    clock::Clock,
    letter::{ABSENT, Purpose},
    mail,
    mailbox::maildir::make_maildir,
    server::{Pass, Serving},
    settings::Settings,
    store::{LedgerRow, OutboxRow, Outcome, Store, TicketRow},
};

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_bytes!(concat!("../../samples/", $name, ".eml")).as_slice())),+]
    };
}

/// The sample mails in order of receipt.
const SAMPLES: [(&str, &[u8]); 15] = samples![
    "01-well-formed",
    "02-outlook-iso-2022-jp",
    "03-html-table",
    "04-blank-name",
    "05-circled-digits",
    "06-phone-free-text",
    "07-other-subject",
    "08-attachment",
    "09-out-of-office",
    "10-bounce",
    "11-mailing-list",
    "12-follow-up",
    "13-after-the-window",
    "14-delivered-twice",
    "15-no-form",
];

/// A lead (Sato) and a member (Ito).
const MEMBERS: &str = include_str!("demo/members.toml");

/// A Tuesday morning, four days after the acceptance window opened.
const REHEARSAL: &str = "2025-07-01T10:00:00+09:00";
/// When the members have done their work.
const LATER: &str = "2025-07-01T13:20:00+09:00";

pub(super) async fn run(dir: Option<PathBuf>) -> anyhow::Result<()> {
    let dir = folder(dir)?;
    let mailbox = dir.join("mailbox");
    make_maildir(&mailbox)?;
    for (name, bytes) in SAMPLES {
        fs::write(mailbox.join("new").join(format!("{name}.eml")), bytes)?;
    }
    let desk = Demo { mailbox, settings: Settings::load(Some(&settings_file(&dir)?))? };
    let (serving, pass) = desk.pass(REHEARSAL).await?;
    report(&serving, pass.taken, pass.sent).await?;
    close(serving).await;
    members::work(&desk).await?;
    print_paths(&dir);
    Ok(())
}

/// Lets the next pass have the database.
async fn close(serving: Arc<Serving>) {
    serving.desk.store.close().await;
}

/// The desk of the demonstration.
struct Demo {
    mailbox: PathBuf,
    settings: Settings,
}

impl Demo {
    /// One pass at an instant.
    async fn pass(&self, at: &str) -> anyhow::Result<(Arc<Serving>, Pass)> {
        let start: DateTime<Utc> = at.parse()?;
        let serving = Arc::new(Serving::start(&self.settings, Clock::rehearsal(start)).await?);
        let pass = serving.once(&CancellationToken::new()).await?;
        Ok((serving, pass))
    }
}

/// The folder of the demonstration: the given one, which must be empty, or a new temporary one.
fn folder(dir: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let dir = match dir {
        Some(dir) => dir,
        None => std::env::temp_dir().join(format!("madoguchi-demo-{}", std::process::id())),
    };
    fs::create_dir_all(&dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    if fs::read_dir(&dir)?.next().is_some() {
        anyhow::bail!("{} is not empty; name a new folder: madoguchi demo DIR", dir.display());
    }
    Ok(dir.canonicalize()?)
}

fn settings_file(dir: &Path) -> anyhow::Result<PathBuf> {
    let path = dir.join("madoguchi.toml");
    let text = |folder: &str| toml_text(&dir.join(folder));
    fs::write(
        &path,
        format!(
            "# The built-in desk, with a Maildir instead of mail servers.\n\
             [mailbox]\nkind = \"maildir\"\npath = {}\naccept_since = \"2025-06-27T00:00:00+09:00\"\n\n\
             [delivery]\nkind = \"maildir\"\npath = {}\n\n\
             [database]\nurl = {}\n{MEMBERS}",
            text("mailbox"),
            text("sent"),
            serde_json::to_string(&format!("sqlite:{}", dir.join("madoguchi.db").display()))?,
        ),
    )?;
    Ok(path)
}

/// A path as a TOML string. Every JSON string is also a valid TOML string.
fn toml_text(path: &Path) -> String {
    serde_json::Value::from(path.display().to_string()).to_string()
}

async fn report(serving: &Serving, taken: usize, sent: usize) -> anyhow::Result<()> {
    let store = &serving.desk.store;
    print::line("A consultation desk on 1 July 2025, 10:00: 27 June to 28 February, weekdays 9 to 17.");
    print::line(format!("{taken} mails lay in its mailbox. What they became:\n"));
    let tickets = store.tickets(None).await?;
    let mut rows = Vec::new();
    for outcome in [Outcome::Ticket, Outcome::FollowUp, Outcome::Parked, Outcome::Duplicate] {
        rows.extend(store.messages_with(outcome).await?);
    }
    rows.sort_by_key(|row| row.id);
    for row in &rows {
        let (_, raw) = store.message(row.id).await?.context("a message has left the ledger")?;
        let mail = mail::read(&raw);
        let from = mail.from_address();
        print::line(format!("  {:<34} {}", print::one_line(from, 34), print::one_line(&mail.subject, 40)));
        print::line(format!("    → {}", outcome_text(row, &tickets)));
    }
    print::line(format!(
        "\n{} tickets, {sent} mails sent; no robot was answered. The tickets:\n",
        tickets.len()
    ));
    for ticket in &tickets {
        let due = ticket.clock.deadline().map_or("waits for the inquirer".to_owned(), |at| {
            format!("due {}", print::short(at, chrono_tz::Asia::Tokyo))
        });
        let organization = ticket.fields.organization.as_deref().unwrap_or(ABSENT);
        print::line(format!("  {}  {due:<22}  {}", ticket.number, print::one_line(organization, 24)));
    }
    let mails = store.outbox(true).await?;
    if let Some(first) = mails.iter().find(|mail| mail.purpose == Purpose::Acknowledgement) {
        print::line("\nThe first acknowledgement, as its receiver sees it:\n");
        show(store, first, usize::MAX).await?;
    }
    Ok(())
}

/// Prints the first lines of a mail. A link is longer than a line of the terminal, and left out.
async fn show(store: &Store, row: &OutboxRow, most: usize) -> anyhow::Result<()> {
    let bytes = store.outbox_bytes(row.id).await?.context("a mail has left the outbox")?;
    let mail = mail::read(&bytes);
    print::line(format!("  │ To: {}\n  │ Subject: {}\n  │", row.recipient, mail.subject));
    let lines: Vec<&str> = mail.text.trim_end().lines().filter(|line| !line.contains("<mailto:")).collect();
    for line in lines.iter().take(most).chain((lines.len() > most).then_some(&"…")) {
        print::line(format!("  │ {line}").trim_end());
    }
    Ok(())
}

fn outcome_text(row: &LedgerRow, tickets: &[TicketRow]) -> String {
    let ticket = tickets.iter().find(|ticket| Some(ticket.id) == row.ticket_id);
    let number = ticket.map(|ticket| ticket.number.to_string()).unwrap_or_default();
    let waiting = ticket.is_some_and(|ticket| ticket.clock.deadline().is_none());
    match row.outcome {
        Outcome::Ticket if waiting => format!("ticket {number}; the missing items are asked for"),
        Outcome::Ticket => format!("ticket {number}, acknowledged"),
        Outcome::FollowUp => format!("part of {number}"),
        Outcome::Duplicate => "the same mail again: nothing".to_owned(),
        _ => format!("kept for staff: {}", row.reason.as_deref().unwrap_or_default()),
    }
}

fn print_paths(dir: &Path) {
    let dir = dir.display();
    print::line(format!("\nEverything lies in {dir}: mailbox/ (what came), sent/ (what left), madoguchi.db"));
    print::line("Look closer:");
    for command in ["ticket list", "ticket show ZT-2025-0001", "parked list", "outbox list --all", "faq list"]
    {
        print::line(format!("  madoguchi --config {dir}/madoguchi.toml --as-of {LATER} {command}"));
    }
}
