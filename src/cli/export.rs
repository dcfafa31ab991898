//! `export`: writes all tickets as JSON or CSV with their conversation, for 開示 requests and the guidebook, or as the list that
//! members get by mail.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;
use encoding_rs::SHIFT_JIS;

use super::{Context, print};
use crate::{
    desk::{handling::SheetFormat, window::first_instant},
    notify::sheet as list,
    views::{
        application::Case,
        sheet,
        ticket::{Exported, Message, Ticket, Turn},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Csv,
    /// The list that members get by mail (一覧 csv): names, days and hours as people read them.
    List,
    /// The same list for Excel, with real dates (一覧 xlsx).
    Xlsx,
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
    /// Output format: json, csv, or the list that members get by mail: list (as CSV) or xlsx
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
    /// Write to this file, which only its owner can open, and not to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    /// Writes the tickets to where they are asked for.
    fn write(&self, content: &[u8]) -> anyhow::Result<()> {
        match &self.out {
            Some(file) => print::file(file, content),
            None if self.format == Format::Xlsx => print::binary(content),
            None => print::bytes(content),
        }
    }
}

pub(super) async fn run(context: &Context, export: &Export) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let (calendar, now) = (&desk.rules.calendar, desk.clock.now());
    let begin = |date: NaiveDate| first_instant(date, calendar.time_zone());
    let from = export.from.and_then(begin);
    let until = export.to.and_then(|date| date.succ_opt()).and_then(begin);
    let mut tickets = desk.store.tickets(None).await?;
    tickets.retain(|ticket| {
        from.is_none_or(|from| ticket.received_at >= from)
            && until.is_none_or(|until| ticket.received_at < until)
    });
    if export.format == Format::Json {
        let applications = Case::all(&desk).await?;
        let mut exported = Vec::with_capacity(tickets.len());
        for row in &tickets {
            let messages = Message::all(&desk, row.id).await?;
            let turns = Turn::all(&desk, row.id).await?;
            let application = match applications.iter().find(|case| case.ticket.id == row.id) {
                Some(case) => Some(case.whole(&desk, &applications).await?),
                None => None,
            };
            exported.push(Exported::new(Ticket::new(row, calendar, now), messages, turns, application));
        }
        desk.store.close().await;
        return export.write(format!("{}\n", serde_json::to_string_pretty(&exported)?).as_bytes());
    }
    let list = match export.format {
        Format::List => Some(SheetFormat::Csv),
        Format::Xlsx => Some(SheetFormat::Xlsx),
        Format::Json | Format::Csv => None,
    };
    if let Some(format) = list {
        let table = list::table(&desk, &tickets, now).await?;
        let bytes = list::bytes(&desk, &table, format, now)?;
        desk.store.close().await;
        return export.write(&bytes);
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(sheet::COLUMNS)?;
    for row in &tickets {
        let messages = Message::all(&desk, row.id).await?;
        writer.write_record(sheet::row(&Ticket::new(row, calendar, now), &messages))?;
    }
    desk.store.close().await;
    let text = String::from_utf8(writer.into_inner().context("cannot write the CSV")?)?;
    let bytes = match export.encoding {
        Encoding::Utf8 => ["\u{feff}".as_bytes(), text.as_bytes()].concat(),
        Encoding::Cp932 => cp932(&text),
    };
    export.write(&bytes)
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
    fn what_code_page_932_lacks_becomes_geta() {
        assert_eq!(cp932("髙﨑①"), SHIFT_JIS.encode("髙﨑①").0.as_ref());
        assert_eq!(cp932("a😀b"), b"a\x81\xacb");
    }
}
