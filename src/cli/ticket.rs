//! `ticket`: look at tickets, and work on them.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    desk::{
        calendar::{BusinessTime, Calendar},
        feedback::Written,
        form::FieldKey,
        staff_mail::Command as StaffCommand,
        ticket::{Status, TicketNumber},
    },
    mail::Attachment,
    service::{
        rules,
        work::{Actor, carry_out, find},
        writing::{Writing, write},
    },
    store::TicketRow,
};

/// Work on tickets.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List tickets
    List {
        /// Only those that stand there: open, waiting, answered or closed
        #[arg(long)]
        status: Option<Status>,
        /// Only so many, the newest; default: all
        #[arg(long, value_name = "N")]
        last: Option<u32>,
    },
    /// Queue an answer to the inquirer; its text comes from a file or standard input
    Answer(Text),
    /// Queue a question to the inquirer, and hold the clock
    Ask(Text),
    /// Leave a note for colleagues
    Note(Text),
    /// Set who works on a ticket
    Assign {
        /// Its number
        number: TicketNumber,
        /// Name or address of a member of staff
        who: String,
    },
    /// Nothing more is expected
    Close {
        /// Its number
        number: TicketNumber,
    },
    /// An answer is owed again
    Reopen {
        /// Its number
        number: TicketNumber,
    },
    /// Hold the clock
    Wait {
        /// Its number
        number: TicketNumber,
    },
    /// The same matter as another ticket
    Merge {
        /// Its number
        number: TicketNumber,
        /// The ticket that goes on
        into: TicketNumber,
    },
    /// Words to find a ticket by
    Tag {
        /// Its number
        number: TicketNumber,
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// The caller was called back
    CalledBack(Text),
    /// Stop what is about to leave
    Cancel {
        /// Its number
        number: TicketNumber,
    },
    /// Show one ticket with its conversation and events
    Show {
        /// Its number, such as ZT-2025-0001
        number: TicketNumber,
    },
}

/// A ticket and a text.
#[derive(Debug, clap::Args)]
pub(super) struct Text {
    /// Its number
    number: TicketNumber,
    /// File with the text, or - for standard input (the default)
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Files that go with an answer
    #[arg(long)]
    attach: Vec<PathBuf>,
}

impl Text {
    fn read(&self) -> anyhow::Result<String> {
        if self.file.as_os_str() == "-" {
            return std::io::read_to_string(std::io::stdin()).context("cannot read standard input");
        }
        std::fs::read_to_string(&self.file)
            .with_context(|| format!("cannot read {} as UTF-8 text", self.file.display()))
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

/// Carries out an operation and says what came of it.
async fn work(context: &Context, number: &TicketNumber, operation: Operation) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let outcome = match find(&mut tx, number).await? {
        Err(none) => Err(none),
        Ok(ticket) => match operation {
            Operation::Answer(text, files) => {
                let writing = Writing { text: &text, files: &files };
                write(&desk, &mut tx, Actor::Operator, &ticket, Written::Answer, writing, now).await?
            }
            Operation::Command(command) => {
                carry_out(&desk, &mut tx, Actor::Operator, &ticket, &command, now).await?
            }
        },
    };
    match outcome {
        Ok(said) => {
            tx.commit().await?;
            desk.store.close().await;
            if context.json {
                return print::json(&json!({"done": said.english}));
            }
            print::line(said.english);
            Ok(())
        }
        Err(said) => anyhow::bail!(said.english),
    }
}

enum Operation {
    Answer(String, Vec<Attachment>),
    Command(StaffCommand),
}

/// The command.
pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    use Operation::Command as Do;
    let (number, operation) = match &command {
        Command::List { .. } | Command::Show { .. } => return look(context, command).await,
        Command::Answer(text) => (&text.number, Operation::Answer(text.read()?, text.files()?)),
        Command::Ask(text) => (&text.number, Do(StaffCommand::Ask(text.read()?))),
        Command::Note(text) => (&text.number, Do(StaffCommand::Note(text.read()?.trim().to_owned()))),
        Command::CalledBack(text) => {
            (&text.number, Do(StaffCommand::CalledBack(text.read()?.trim().to_owned())))
        }
        Command::Assign { number, who } => (number, Do(StaffCommand::Assign(who.clone()))),
        Command::Close { number } => (number, Do(StaffCommand::Close)),
        Command::Reopen { number } => (number, Do(StaffCommand::Reopen)),
        Command::Wait { number } => (number, Do(StaffCommand::Wait)),
        Command::Merge { number, into } => (number, Do(StaffCommand::Merge(into.clone()))),
        Command::Tag { number, words } => (number, Do(StaffCommand::Tag(words.clone()))),
        Command::Cancel { number } => (number, Do(StaffCommand::Cancel)),
    };
    work(context, number, operation).await
}

async fn look(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let calendar = rules(&context.settings).calendar;
    let view = View { zone: calendar.time_zone(), calendar, now: desk.clock.now() };
    match command {
        Command::List { status, last } => {
            let status = status.map(Status::as_str);
            let tickets = match last {
                Some(count) => desk.store.newest_tickets(status, count).await?,
                None => desk.store.tickets(status).await?,
            };
            if context.json {
                let objects: Vec<Value> =
                    tickets.iter().map(|ticket| Value::Object(view.object(ticket))).collect();
                return print::json(&objects);
            }
            for ticket in &tickets {
                print::line(view.line(ticket));
            }
            print::line(format!("{} tickets", tickets.len()));
        }
        Command::Show { number } => {
            let ticket =
                desk.store.ticket(&number).await?.with_context(|| format!("there is no ticket {number}"))?;
            let mut object = view.object(&ticket);
            object.insert("messages".into(), view.messages(&desk, ticket.id).await?);
            object.insert("events".into(), view.events(&desk, ticket.id).await?);
            if context.json {
                return print::json(&object);
            }
            view.print(&ticket, &object);
        }
        _ => {}
    }
    Ok(())
}

/// Business time for a list: without its seconds.
fn to_the_minute(time: BusinessTime) -> BusinessTime {
    BusinessTime::from_seconds(time.seconds() / 60 * 60)
}

/// How instants are shown.
struct View {
    calendar: Calendar,
    zone: Tz,
    now: DateTime<Utc>,
}

impl View {
    fn instant(&self, at: Option<DateTime<Utc>>) -> Option<String> {
        at.map(|at| print::rfc3339(at, self.zone))
    }

    fn object(&self, ticket: &TicketRow) -> serde_json::Map<String, Value> {
        let missing: Vec<FieldKey> =
            FieldKey::ALL.into_iter().filter(|key| ticket.fields.get(*key).is_none()).collect();
        let value = json!({
            "number": ticket.number,
            "status": ticket.standing.status(),
            "channel": ticket.channel,
            "organization": ticket.fields.organization,
            "name": ticket.fields.name,
            "contact": ticket.fields.contact,
            "inquiry": ticket.fields.inquiry,
            "missing": missing,
            "prefecture": ticket.prefecture,
            "from": ticket.from,
            "subject": ticket.subject,
            "received_at": self.instant(Some(ticket.received_at)),
            "deadline": self.instant(ticket.standing.deadline()),
            "overdue": ticket.standing.overdue(self.now),
            "left": ticket.standing.left(&self.calendar, self.now).map(|left| left.to_string()),
            "assignee": ticket.assignee,
            "acknowledged_at": self.instant(ticket.acknowledged_at),
            "answered_at": self.instant(ticket.answered_at),
            "closed_at": self.instant(ticket.closed_at),
            "tags": ticket.tags,
            "merged_into": ticket.merged_into,
        });
        match value {
            Value::Object(object) => object,
            _ => serde_json::Map::new(),
        }
    }

    async fn messages(&self, desk: &crate::service::Desk, ticket_id: i64) -> anyhow::Result<Value> {
        let entries = desk.store.entries_of(ticket_id).await?;
        let object = |entry: &crate::store::EntryRow| {
            let attachments: Vec<Value> = entry
                .attachments
                .iter()
                .map(|(name, media_type, bytes)| json!({"name": name, "media_type": media_type, "bytes": bytes}))
                .collect();
            json!({
                "direction": entry.direction,
                "from": entry.from,
                "to": entry.recipients,
                "at": print::rfc3339(entry.at, self.zone),
                "text": entry.text,
                "attachments": attachments,
            })
        };
        Ok(entries.iter().map(object).collect())
    }

    async fn events(&self, desk: &crate::service::Desk, ticket_id: i64) -> anyhow::Result<Value> {
        let events = desk.store.events_of(ticket_id).await?;
        let object = |event: &crate::store::Event| json!({"at": print::rfc3339(event.at, self.zone), "actor": event.actor, "what": event.what, "detail": event.detail});
        Ok(events.iter().map(object).collect())
    }

    fn line(&self, ticket: &TicketRow) -> String {
        let due = match ticket.standing.deadline() {
            Some(at) if ticket.standing.overdue(self.now) => {
                format!("{} OVERDUE", print::short(at, self.zone))
            }
            Some(at) => match ticket.standing.left(&self.calendar, self.now) {
                Some(left) => format!("{} left {}", print::short(at, self.zone), to_the_minute(left)),
                None => print::short(at, self.zone),
            },
            None => "-".to_owned(),
        };
        let organization =
            print::one_line(ticket.fields.organization.as_deref().unwrap_or("（記載なし）"), 20);
        let inquiry = print::one_line(ticket.fields.inquiry.as_deref().unwrap_or("（記載なし）"), 40);
        format!(
            "{}  {:<8}  due {due}  {organization}  {inquiry}",
            ticket.number,
            ticket.standing.status().as_str()
        )
    }

    fn print(&self, ticket: &TicketRow, object: &serde_json::Map<String, Value>) {
        print::line(self.line(ticket));
        for (key, label) in [
            ("organization", "自治体・機関名"),
            ("name", "氏名"),
            ("contact", "連絡先"),
            ("inquiry", "照会内容"),
        ] {
            let value = object.get(key).and_then(Value::as_str).unwrap_or("（記載なし）");
            print::line(format!("  {label}：{}", print::text(value).replace('\n', "\n    ")));
        }
        for message in object.get("messages").and_then(Value::as_array).into_iter().flatten() {
            let get = |key: &str| message.get(key).and_then(Value::as_str).unwrap_or_default();
            let from = message.pointer("/from/address").and_then(Value::as_str).unwrap_or_default();
            print::line(format!("\n── {} {} {}", get("direction"), get("at"), print::one_line(from, 80)));
            print::line(print::text(get("text")));
            for file in message.get("attachments").and_then(Value::as_array).into_iter().flatten() {
                let name = file.get("name").and_then(Value::as_str).unwrap_or_default();
                print::line(format!("  [{}]", print::one_line(name, 120)));
            }
        }
        print::line("");
        for event in object.get("events").and_then(Value::as_array).into_iter().flatten() {
            let get = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
            print::line(format!(
                "{}  {}  {}  {}",
                get("at"),
                get("actor"),
                get("what"),
                print::one_line(get("detail"), 120)
            ));
        }
    }
}
