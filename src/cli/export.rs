//! `export`: writes all tickets with their conversation as JSON or CSV, for 開示 requests and the guidebook.

use std::io::Write as _;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::ValueEnum;
use encoding_rs::SHIFT_JIS;
use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    desk::{calendar::earliest, form::FieldKey, ticket::Direction},
    store::{EntryRow, TicketRow},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Encoding {
    /// UTF-8 with a byte order mark, which Excel needs to recognise it.
    #[value(name = "utf-8")]
    Utf8,
    /// Windows code page 932. Characters that it does not contain become 〓.
    Cp932,
}

/// Output format and range of tickets.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// Output format: json or csv
    #[arg(long, default_value = "json")]
    format: Format,
    /// Encoding of CSV: utf-8 (with a byte order mark) or cp932
    #[arg(long, default_value = "utf-8")]
    encoding: Encoding,
    /// Only tickets received on this day or later, such as 2025-06-27
    #[arg(long)]
    from: Option<NaiveDate>,
    /// Only tickets received on this day or earlier
    #[arg(long)]
    to: Option<NaiveDate>,
}

/// Columns of the CSV, in the order of [`row`].
const COLUMNS: [&str; 17] = [
    "受付番号",
    "状態",
    "受付方法",
    "受付日時",
    "自治体・機関名",
    "都道府県",
    "氏名",
    "連絡先",
    "照会内容",
    "送信者",
    "件名",
    "担当者",
    "回答期限",
    "回答日時",
    "完了日時",
    "分類",
    "回答",
];

pub(super) async fn run(context: &Context, export: &Export) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let zone = desk.rules.calendar.time_zone();
    let begin = |date: NaiveDate| earliest(date.and_time(NaiveTime::MIN), zone);
    let from = export.from.and_then(begin);
    let until = export.to.and_then(|date| date.succ_opt()).and_then(begin);
    let mut tickets = desk.store.tickets(None).await?;
    tickets.retain(|ticket| {
        from.is_none_or(|from| ticket.received_at >= from)
            && until.is_none_or(|until| ticket.received_at < until)
    });
    let instant = |at: Option<DateTime<Utc>>| at.map(|at| print::rfc3339(at, zone));
    if export.format == Format::Json {
        let mut objects = Vec::with_capacity(tickets.len());
        for ticket in &tickets {
            let entries = desk.store.entries_of(ticket.id).await?;
            objects.push(object(ticket, &entries, &instant));
        }
        desk.store.close().await;
        return print::json(&objects);
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for ticket in &tickets {
        let entries = desk.store.entries_of(ticket.id).await?;
        writer.write_record(row(ticket, &entries, &instant).map(|cell| escape_formula(&cell)))?;
    }
    desk.store.close().await;
    let text = String::from_utf8(writer.into_inner().context("cannot write the CSV")?)?;
    let bytes = match export.encoding {
        Encoding::Utf8 => ["\u{feff}".as_bytes(), text.as_bytes()].concat(),
        Encoding::Cp932 => cp932(&text),
    };
    std::io::stdout().lock().write_all(&bytes).context("cannot write to standard output")
}

fn object(
    ticket: &TicketRow,
    entries: &[EntryRow],
    instant: &impl Fn(Option<DateTime<Utc>>) -> Option<String>,
) -> Value {
    let entry = |entry: &EntryRow| {
        let files: Vec<&str> = entry.attachments.iter().map(|(name, ..)| name.as_str()).collect();
        json!({"direction": entry.direction, "at": instant(Some(entry.at)), "from": entry.from, "to": entry.recipients,
               "text": entry.text, "attachments": files})
    };
    json!({
        "number": ticket.number,
        "status": ticket.clock.status(),
        "channel": ticket.channel,
        "received_at": instant(Some(ticket.received_at)),
        "organization": ticket.fields.organization,
        "prefecture": ticket.prefecture,
        "name": ticket.fields.name,
        "contact": ticket.fields.contact,
        "inquiry": ticket.fields.inquiry,
        "from": ticket.from,
        "subject": ticket.subject,
        "assignee": ticket.assignee,
        "deadline": instant(ticket.clock.deadline()),
        "acknowledged_at": instant(ticket.acknowledged_at),
        "answered_at": instant(ticket.answered_at),
        "closed_at": instant(ticket.closed_at),
        "tags": ticket.tags,
        "merged_into": ticket.merged_into,
        "messages": entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn row(
    ticket: &TicketRow,
    entries: &[EntryRow],
    instant: &impl Fn(Option<DateTime<Utc>>) -> Option<String>,
) -> [String; 17] {
    let field = |key| ticket.fields.get(key).unwrap_or_default().to_owned();
    let out: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.direction == Direction::Out)
        .map(|entry| entry.text.trim())
        .collect();
    let time = |at| instant(at).unwrap_or_default();
    [
        ticket.number.to_string(),
        crate::letter::status_word(ticket.clock.status()).to_owned(),
        if ticket.from.address.is_empty() { "電話".to_owned() } else { ticket.channel.to_string() },
        time(Some(ticket.received_at)),
        field(FieldKey::Organization),
        ticket.prefecture.clone().unwrap_or_default(),
        field(FieldKey::Name),
        field(FieldKey::Contact),
        field(FieldKey::Inquiry),
        ticket.from.address.clone(),
        ticket.subject.clone(),
        ticket.assignee.clone().unwrap_or_default(),
        time(ticket.clock.deadline()),
        time(ticket.answered_at),
        time(ticket.closed_at),
        ticket.tags.join("、"),
        out.join("\n\n――――\n\n"),
    ]
}

/// Escapes a cell that a spreadsheet would run as a formula. The text comes from untrusted mail.
fn escape_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// Encodes text in code page 932, which lacks emoji and some characters of names. These become 〓 (geta).
fn cp932(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        let (encoded, _, lost) = SHIFT_JIS.encode(c.encode_utf8(&mut buffer));
        bytes.extend_from_slice(if lost { b"\x81\xac" } else { &encoded });
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_code_page_932_lacks_becomes_geta_and_formulas_become_text() {
        assert_eq!(cp932("髙﨑①"), SHIFT_JIS.encode("髙﨑①").0.as_ref());
        assert_eq!(cp932("a😀b"), b"a\x81\xacb");
        assert_eq!(escape_formula("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(escape_formula("会議"), "会議");
    }
}
