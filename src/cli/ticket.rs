//! `ticket`: lists, shows and changes tickets.

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
        form::FieldKey,
        staff_mail::Command as StaffCommand,
        ticket::{Status, TicketNumber},
    },
    letter::Purpose,
    mail::Attachment,
    server::rules,
    service::{Actor, Operation},
    store::TicketRow,
    tickets::{
        answer::{Draft, write},
        commands::{carry_out, find},
    },
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
    },
    /// Reopen a ticket; its deadline runs again
    Reopen {
        /// Ticket number
        number: TicketNumber,
    },
    /// Pause the deadline of a ticket
    Wait {
        /// Ticket number
        number: TicketNumber,
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
    /// Show a ticket with its conversation and events
    Show {
        /// Ticket number, such as ZT-2025-0001
        number: TicketNumber,
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

/// Runs an operation in one transaction and prints its result.
async fn work(context: &Context, number: &TicketNumber, work: Work) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let outcome = match find(operation.tx, number).await? {
        Err(none) => Err(none),
        Ok(ticket) => match work {
            Work::Answer(text, files) => {
                let draft = Draft { text: &text, files: &files };
                write(&mut operation, &ticket, Purpose::Answer, draft).await?
            }
            Work::Command(command) => carry_out(&mut operation, &ticket, &command).await?,
        },
    };
    match outcome {
        Ok(reply) => {
            tx.commit().await?;
            desk.store.close().await;
            if context.json {
                return print::json(&json!({"done": reply.english}));
            }
            print::line(reply.english);
            Ok(())
        }
        Err(reply) => anyhow::bail!(reply.english),
    }
}

enum Work {
    Answer(String, Vec<Attachment>),
    Command(StaffCommand),
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    use Work::Command as Do;
    let (number, operation) = match &command {
        Command::List { .. } | Command::Show { .. } => return list_or_show(context, command).await,
        Command::Answer(text) => (&text.number, Work::Answer(text.read()?, text.files()?)),
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

async fn list_or_show(context: &Context, command: Command) -> anyhow::Result<()> {
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

/// Business time without seconds, for lists.
fn to_the_minute(time: BusinessTime) -> BusinessTime {
    BusinessTime::from_seconds(time.seconds() / 60 * 60)
}

/// Formats tickets for output.
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
            "status": ticket.clock.status(),
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
            "deadline": self.instant(ticket.clock.deadline()),
            "overdue": ticket.clock.overdue(self.now),
            "left": ticket.clock.left(&self.calendar, self.now).map(|left| left.to_string()),
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
        let due = match ticket.clock.deadline() {
            Some(at) if ticket.clock.overdue(self.now) => {
                format!("{} OVERDUE", print::short(at, self.zone))
            }
            Some(at) => match ticket.clock.left(&self.calendar, self.now) {
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
            ticket.clock.status().as_str()
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
