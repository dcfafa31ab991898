//! `report`: the figures of a month or of the whole window, as text, page, table or workbook; freezes editions.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono_tz::Tz;
use serde_json::json;

use super::{Context, print};
use crate::{
    desk::{
        calendar::date_of,
        report::{Edition, Period},
    },
    letter::{
        feedback::refusal_to_operator,
        report::{Page, csv, html, xlsx},
    },
    service::{
        Actor, Desk, Operation,
        report::{Reported, issue, report, write_note},
    },
};

/// Report on the inquiries of a month: counts, askers, topics, answers, quality
#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// Month, such as 2025-07; default: the last one that is over
    #[arg(value_parser = month)]
    month: Option<Period>,
    /// The whole acceptance window instead of a month
    #[arg(long, conflicts_with = "month")]
    window: bool,
    /// Print a page for print or a browser
    #[arg(long, conflicts_with = "csv")]
    html: bool,
    /// Print a table, one figure a line
    #[arg(long)]
    csv: bool,
    /// Write a workbook with charts
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Freeze the figures as an edition
    #[arg(long)]
    issue: bool,
    /// Show an issued edition, from 1, not the figures of now
    #[arg(long, value_name = "N", conflicts_with = "issue")]
    edition: Option<u32>,
    /// File with the paragraph of staff for the overview, or - for standard input
    #[arg(long, value_name = "FILE")]
    note: Option<PathBuf>,
}

fn month(text: &str) -> Result<Period, String> {
    let (year, month) = text.split_once('-').unwrap_or_default();
    let read = year.parse().ok().zip(month.parse().ok());
    read.filter(|_| text.len() == 7)
        .and_then(|(year, month)| Period::month(year, month))
        .ok_or_else(|| "not a month; allowed: YYYY-MM such as 2025-07".to_owned())
}

pub(super) async fn run(context: &Context, asked: Report) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let period = period(&desk, &asked)?;
    if let Some(file) = &asked.note {
        let text = super::ticket::read_text(file)?;
        let mut tx = desk.store.write().await?;
        let now = desk.clock.now();
        let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
        write_note(&mut operation, period, &text).await?;
        tx.commit().await?;
    }
    let reported = reported(&desk, period, &asked).await?;
    let page = reported.page(&desk);
    if let Some(file) = &asked.xlsx {
        print::file(file, &xlsx(&page)?)?;
    }
    if context.json {
        let edition = reported.edition.as_ref();
        return print::json(&json!({
            "report": reported.figures,
            "note": reported.note,
            "edition": edition.map(|edition| frozen_json(edition, desk.rules.calendar.time_zone())),
            "editions": (1..=reported.editions).collect::<Vec<_>>(),
            "differences": reported.changed.iter().map(|one| json!({"figure": one.figure, "before": one.before, "after": one.after})).collect::<Vec<_>>(),
        }));
    }
    if asked.html {
        print::line(html(&page)?);
    } else if asked.csv {
        print::bytes(&csv(&page, period)?)?;
    } else if asked.xlsx.is_none() {
        print_page(&page);
    }
    Ok(())
}

/// The edition that is asked for or issued, or the figures of now.
async fn reported(desk: &Desk, period: Period, asked: &Report) -> anyhow::Result<Reported> {
    if asked.issue {
        let mut tx = desk.store.write().await?;
        let mut operation = Operation { desk, tx: &mut tx, actor: Actor::Operator, now: desk.clock.now() };
        let issued = issue(&mut operation, period).await?;
        let issued = issued.map_err(|why| anyhow::anyhow!(refusal_to_operator(&why.into())))?;
        tx.commit().await?;
        return Ok(issued);
    }
    let mut editions = desk.store.editions(period).await?;
    let Some(nth) = asked.edition else {
        let note = desk.store.report_note(period).await?;
        return Ok(Reported::draft(report(desk, period).await?, note, &editions));
    };
    editions.retain(|edition| edition.nth <= nth);
    let issued = Reported::issued(&editions).filter(|issued| issued.editions == nth);
    issued.with_context(|| format!("there is no edition {nth} of this report"))
}

fn frozen_json(edition: &Edition, zone: Tz) -> serde_json::Value {
    json!({
        "nth": edition.nth,
        "issued_at": edition.issued_at.with_timezone(&zone).to_rfc3339(),
        "issued_by": edition.issued_by,
        "hash": edition.hash,
    })
}

fn period(desk: &Desk, asked: &Report) -> anyhow::Result<Period> {
    if asked.window {
        return Ok(Period::of_window(desk.rules.window));
    }
    let today = date_of(desk.clock.now(), desk.rules.calendar.time_zone());
    asked.month.or_else(|| Period::last_month(today)).context("there is no month before")
}

fn print_page(page: &Page) {
    print::line(&page.title);
    for line in &page.head {
        print::line(print::text(line));
    }
    for section in &page.sections {
        print::line(format!("\n{}", section.title));
        for text in &section.paragraphs {
            print::line(print::text(text));
        }
        for table in &section.tables {
            print::line(format!("[{}]", table.name));
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(|cell| print::one_line(&cell.text(), 60)).collect();
                print::line(format!("  {}", cells.join("  ")));
            }
        }
    }
}
