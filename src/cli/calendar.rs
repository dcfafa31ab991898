//! `calendar`: shows the business calendar, and explains how a deadline is calculated.

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, instant, print};
use crate::{
    desk::calendar::{BusinessTime, Calendar, ClosedReason, Counted, Day},
    letter::calendar::{
        closed_in_words, counted_in_words, day_in_words, month_in_words, rest_in_words, time_text,
    },
    server::rules,
    views::rfc3339,
};

/// Show the business calendar and calculate deadlines
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show one month: the hours of each day, or the reason why the desk is closed
    Show {
        /// Month, such as 2025-12; default: the current month
        #[arg(value_name = "YYYY-MM", value_parser = month)]
        month: Option<NaiveDate>,
    },
    /// Calculate the deadline for a mail received at a given time
    Due {
        /// Time of receipt, such as 2025-12-26T16:30:00+09:00
        #[arg(long, value_parser = instant)]
        from: DateTime<Utc>,
        /// Number of business hours; default: sla.answer_within
        #[arg(long, value_parser = hours)]
        hours: Option<BusinessTime>,
    },
}

pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let rules = rules(&context.settings);
    match command {
        Command::Show { month } => {
            let today = context.clock.now().with_timezone(&rules.calendar.time_zone()).date_naive();
            show(&rules.calendar, month.unwrap_or(today), context.json)
        }
        Command::Due { from, hours } => {
            due(&rules.calendar, *from, hours.unwrap_or(rules.sla.answer_within), context.json)
        }
    }
}

fn show(calendar: &Calendar, month: NaiveDate, as_json: bool) -> anyhow::Result<()> {
    let days = calendar.month(month.year(), month.month());
    if as_json {
        let day = |(date, day): &(NaiveDate, Day)| {
            let (opens, closes, reason) = match day {
                Day::Open { opens, closes } => (Some(time_text(*opens)), Some(time_text(*closes)), None),
                Day::Closed(reason) => (None, None, Some(closed_in_words(*date, reason))),
            };
            json!({
                "date": date.to_string(),
                "weekday": date.weekday().to_string().to_lowercase(),
                "open": opens.is_some(),
                "opens": opens,
                "closes": closes,
                "reason": reason,
            })
        };
        let days: Vec<Value> = days.iter().map(day).collect();
        return print::json(&json!({"month": month.format("%Y-%m").to_string(), "days": days}));
    }
    print::line(month_in_words(month));
    for (date, day) in &days {
        print::line(day_in_words(*date, day));
    }
    Ok(())
}

fn due(calendar: &Calendar, from: DateTime<Utc>, target: BusinessTime, as_json: bool) -> anyhow::Result<()> {
    let zone = calendar.time_zone();
    let deadline = calendar
        .add_business(from, target)
        .context("the desk is not open long enough before the calendar ends")?;
    let counted = calendar.counted(from, target);
    let closed = closed_between(calendar, from.with_timezone(&zone).date_naive(), &counted);
    if as_json {
        let spans = counted.iter().map(
            |span| json!({"date": span.date.to_string(), "from": time_text(span.from), "to": time_text(span.to)}),
        );
        let closed = closed.iter().map(
            |(date, reason)| json!({"date": date.to_string(), "reason": closed_in_words(*date, reason)}),
        );
        #[expect(clippy::cast_precision_loss, reason = "seconds of at most some years are exact in f64")]
        let hours = target.seconds() as f64 / 3600.0;
        return print::json(&json!({
            "from": rfc3339(from, zone),
            "hours": hours,
            "deadline": rfc3339(deadline, zone),
            "counted": spans.collect::<Vec<_>>(),
            "closed": closed.collect::<Vec<_>>(),
        }));
    }
    let counts = counted.iter().map(|span| {
        let time = BusinessTime::from_seconds((span.to - span.from).num_seconds()).to_string();
        (span.date, counted_in_words(span.date, span.from, span.to, &time))
    });
    let rests = closed.iter().map(|(date, reason)| (*date, rest_in_words(*date, reason)));
    let mut lines: Vec<(NaiveDate, String)> = counts.chain(rests).collect();
    lines.sort();
    for (_, line) in lines {
        print::line(line);
    }
    print::line(format!("deadline {}", rfc3339(deadline, zone)));
    Ok(())
}

/// The closed days from `from` to the last counted day.
fn closed_between(
    calendar: &Calendar,
    from: NaiveDate,
    counted: &[Counted],
) -> Vec<(NaiveDate, ClosedReason)> {
    let last = counted.last().map_or(from, |span| span.date);
    let days = from.iter_days().take_while(|date| *date <= last);
    days.filter_map(|date| match calendar.day(date) {
        Day::Closed(reason) => Some((date, reason)),
        Day::Open { .. } => None,
    })
    .collect()
}

/// Parses a month from the command line. Returns its first day.
fn month(text: &str) -> Result<NaiveDate, String> {
    let first = format!("{text}-01").parse().ok().filter(|_| text.len() == 7);
    first.ok_or_else(|| format!("{text:?} is not a month; allowed: YYYY-MM such as 2025-12"))
}

/// Parses business hours from the command line: a number such as 8 or 1.5.
fn hours(text: &str) -> Result<BusinessTime, String> {
    let wrong = || {
        format!(
            "{text:?} is not a number of business hours; allowed: more than 0 and at most 2160, such as 8 or 1.5"
        )
    };
    let hours: f64 = text.parse().map_err(|_| wrong())?;
    // 2,160 hours are 90 days of 24 hours: an upper limit well above every real deadline.
    if !(hours > 0.0 && hours <= 2160.0) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 2160 hours")]
    let seconds = (hours * 3600.0).round() as i64;
    Ok(BusinessTime::from_seconds(seconds))
}
