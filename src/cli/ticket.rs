//! `ticket list` and `ticket show`.

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
        ticket::{Status, TicketNumber},
    },
    service::rules,
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
    },
    /// Show one ticket with its conversation and events
    Show {
        /// Its number, such as ZT-2025-0001
        number: TicketNumber,
    },
}

/// The command.
pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let calendar = rules(&context.settings).calendar;
    let view = View { zone: calendar.time_zone(), calendar, now: desk.clock.now() };
    match command {
        Command::List { status } => {
            let tickets = desk.store.tickets(status.map(Status::as_str)).await?;
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
