//! `report`: the figures of a month or of the whole window, as text, page, table or workbook; freezes editions.

use std::{io::Write as _, path::PathBuf};

use anyhow::Context as _;
use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use super::{Context, print};
use crate::{
    desk::{
        calendar::date_of,
        report::{Edition, Period, differences},
    },
    letter::report::{Page, Shown, csv, html, page, xlsx},
    service::{
        Actor, Desk, Operation,
        report::{issue, report},
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
        tx.set_report_note(period, text.trim()).await?;
        tx.commit().await?;
    }
    let mut editions = desk.store.editions(period).await?;
    let figures = match asked.edition {
        Some(nth) => {
            let place = editions.iter().position(|edition| edition.nth == nth);
            editions
                .truncate(place.with_context(|| format!("there is no edition {nth} of this report"))? + 1);
            None
        }
        None => Some(report(&desk, period).await?),
    };
    let note = desk.store.report_note(period).await?.unwrap_or_default();
    if asked.issue
        && let Some(figures) = &figures
    {
        let latest = editions.last();
        if let Some(latest) = latest
            && differences(&latest.report, figures).is_empty()
            && latest.note == note
        {
            anyhow::bail!("edition {} has the same figures: nothing to issue", latest.nth);
        }
        if !figures.complete {
            anyhow::bail!("the period is not over: issue the report from {}", behind(period));
        }
        let mut tx = desk.store.write().await?;
        let now = desk.clock.now();
        let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
        let edition = issue(&mut operation, figures.clone(), note.clone()).await?;
        tx.commit().await?;
        editions.push(edition);
    }
    let frozen = if asked.issue || asked.edition.is_some() { editions.last() } else { None };
    let before = match frozen {
        Some(_) => editions.len().checked_sub(2).and_then(|at| editions.get(at)),
        None => editions.last(),
    };
    let figures =
        frozen.map(|edition| &edition.report).or(figures.as_ref()).context("there are no figures")?;
    let changed = before.map(|before| differences(&before.report, figures)).unwrap_or_default();
    let shown = Shown {
        report: figures,
        desk: (&desk.profile.name, &desk.profile.organization),
        zone: desk.rules.calendar.time_zone(),
        note: frozen.map_or(&note, |edition| &edition.note),
        edition: frozen,
        differences: &changed,
        suppress: desk.suppress_small_counts,
    };
    let page = page(&shown);
    if let Some(file) = &asked.xlsx {
        std::fs::write(file, xlsx(&page)?).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if context.json {
        return print::json(&json!({
            "report": figures,
            "note": shown.note,
            "edition": frozen.map(|edition| frozen_json(edition, &shown)),
            "editions": editions.iter().map(|edition| edition.nth).collect::<Vec<_>>(),
            "differences": changed.iter().map(|one| json!({"figure": one.figure, "before": one.before, "after": one.after})).collect::<Vec<_>>(),
        }));
    }
    if asked.html {
        print::line(html(&page)?);
    } else if asked.csv {
        std::io::stdout().write_all(&csv(&page, figures.period)?)?;
    } else if asked.xlsx.is_none() {
        print_page(&page);
    }
    Ok(())
}

fn frozen_json(edition: &Edition, shown: &Shown<'_>) -> serde_json::Value {
    json!({
        "nth": edition.nth,
        "issued_at": edition.issued_at.with_timezone(&shown.zone).to_rfc3339(),
        "issued_by": edition.issued_by,
        "hash": edition.hash,
    })
}

fn behind(period: Period) -> NaiveDate {
    period.last.succ_opt().unwrap_or(period.last)
}

fn period(desk: &Desk, asked: &Report) -> anyhow::Result<Period> {
    if asked.window {
        let window = desk.rules.window;
        return Ok(Period { first: window.opens, last: window.closes });
    }
    if let Some(month) = asked.month {
        return Ok(month);
    }
    let today = date_of(desk.clock.now(), desk.rules.calendar.time_zone());
    let last = today.with_day(1).and_then(|first| first.pred_opt()).context("there is no month before")?;
    Period::month(last.year(), last.month()).context("there is no month before")
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
