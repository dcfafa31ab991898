//! `inspect`: shows how the desk would read messages and what it would do. Changes nothing.

use std::path::PathBuf;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    desk::{
        thread::MessageIds,
        triage::{Decision, Filing, HandedIn, Kind, Reading, Rules},
    },
    inbound::inspect,
    letter::with_ascii_domain,
    mailbox::{FetchedMessage, FileError, from_reader, read_paths},
    server::rules,
    store::Place,
    views::{self, rfc3339},
};

pub(super) fn run(context: &Context, mut files: Vec<PathBuf>) -> anyhow::Result<()> {
    let settings = &context.settings;
    let rules = rules(settings);
    let zone = rules.calendar.time_zone();
    let ids =
        MessageIds::new(Vec::new(), &with_ascii_domain(&settings.desk.address), &settings.desk.ticket_prefix);
    let max_size = settings.mailbox.max_message_size.0;
    let mut results = Vec::new();
    let mut look = |taken: FetchedMessage| -> Result<(), FileError> {
        let source = source(&taken.place);
        let (reading, decision) = inspect(taken, &rules, &ids, context.clock.now());
        results.push((source, reading, decision));
        Ok(())
    };
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    let several = files.len() > 1;
    for file in files {
        if file.as_os_str() == "-" {
            look(from_reader(std::io::stdin().lock(), max_size)?)?;
        } else {
            read_paths(&[file], max_size, &mut look)?;
        }
    }
    if !context.json {
        for (source, reading, decision) in &results {
            print_text(source, reading, decision, zone);
        }
        return Ok(());
    }
    let mut objects: Vec<Value> =
        results.iter().map(|(source, reading, decision)| object(source, reading, decision, &rules)).collect();
    match objects.pop() {
        Some(only) if objects.is_empty() && !several => print::json(&only),
        last => {
            objects.extend(last);
            print::json(&objects)
        }
    }
}

fn source(place: &Place) -> String {
    match place {
        Place::File { name, .. } => name.clone(),
        Place::Imap { folder, uid, .. } => format!("{folder};UID={uid}"),
    }
}

fn handed_in(decision: &Decision) -> &[HandedIn] {
    match &decision.filing {
        Filing::Applications(handed_in) => handed_in,
        _ => &[],
    }
}

fn object(source: &str, reading: &Reading, decision: &Decision, rules: &Rules) -> Value {
    let zone = rules.calendar.time_zone();
    let in_time = rules
        .support
        .as_ref()
        .filter(|_| decision.kind == Kind::Application)
        .map(|support| support.call.late_by(reading.received_at).is_none());
    let Reading { mail, form, .. } = reading;
    let attachments: Vec<Value> = mail
        .attachments
        .iter()
        .map(|part| json!({"name": part.name, "media_type": part.media_type, "bytes": part.bytes.len()}))
        .collect();
    let refusal = decision.reply.as_ref().and_then(|reply| reply.as_ref().err());
    json!({
        "source": source,
        "kind": decision.kind,
        "from": mail.from,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "received_at": rfc3339(reading.received_at, zone),
        "subject_conforms": form.subject_conforms,
        "fields": form.fields,
        "telephones": form.telephones,
        "addresses": form.addresses,
        "prefecture": form.prefecture,
        "missing": form.missing,
        "text": mail.text,
        "attachments": attachments,
        "automatic": reading.automatic,
        "bounce": mail.bounce,
        "unreadable": mail.unreadable,
        "window": decision.window,
        "deadline": decision.deadline.map(|at| rfc3339(at, zone)),
        "applications": handed_in(decision).iter().map(|form| views::application::object(&form.submitted, &form.checks)).collect::<Vec<_>>(),
        "in_time": in_time,
        "would": decision.steps(),
        "refused": refusal,
        "findings": form.findings,
        "warnings": decision.warnings,
    })
}

fn print_text(source: &str, reading: &Reading, decision: &Decision, zone: Tz) {
    let Reading { mail, form, .. } = reading;
    let steps: Vec<&str> = decision.steps().iter().map(|step| step.as_str()).collect();
    print::line(print::one_line(source, 200));
    let row = |label: &str, value: &str| print::line(format!("  {label:<13}{}", print::one_line(value, 160)));
    row("kind", decision.kind.as_str());
    row("from", mail.from.as_ref().map_or("(nobody)", |from| &from.address));
    row("subject", &mail.subject);
    row("received", &print::short(reading.received_at, zone));
    for &key in crate::desk::form::FieldKey::ALL {
        row(key.as_str(), form.fields.get(key).unwrap_or("(missing)"));
    }
    if let Some(automatic) = &reading.automatic {
        row("automatic", &automatic.evidence);
    }
    if let Some(reason) = &mail.unreadable {
        row("unreadable", reason);
    }
    if let Some(deadline) = decision.deadline {
        row("deadline", &print::short(deadline, zone));
    }
    row("window", decision.window.as_str());
    row("would", &steps.join(", "));
    if let Some(Err(refusal)) = &decision.reply {
        row("refused", &format!("{}: {}", refusal.code(), refusal.detail()));
    }
    for HandedIn { submitted, checks, .. } in handed_in(decision) {
        let form = submitted.form().map(|form| format!("{} {}", form.prefecture, form.area));
        let unread = || submitted.unread().map(|why| why.to_string()).unwrap_or_default();
        row("application", &format!("{}: {}", submitted.name(), form.unwrap_or_else(unread)));
        for check in checks {
            row("", &format!("{} {} {}", check.level, check.rule, check.detail));
        }
    }
    for warning in &decision.warnings {
        row("warning", &format!("{}: {}", warning.code, warning.detail));
    }
}
