//! `calendar`: the business calendar, and how a deadline comes about.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, instant, print};
use crate::{desk::calendar::BusinessTime, service::rules};

/// The business calendar.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The deadline that follows from an instant
    Due {
        /// When the mail was received, e.g. 2025-12-26T16:30:00+09:00
        #[arg(long, value_parser = instant)]
        from: DateTime<Utc>,
        /// Business hours; default: sla.answer_within
        #[arg(long, value_parser = hours)]
        hours: Option<BusinessTime>,
    },
}

/// The command.
pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let rules = rules(&context.settings);
    let (calendar, zone) = (&rules.calendar, rules.calendar.time_zone());
    let Command::Due { from, hours } = command;
    let target = hours.unwrap_or(rules.sla.answer_within);
    let deadline = calendar
        .add_business(*from, target)
        .context("the desk is not open long enough before the calendar ends")?;
    let counted = calendar.counted(*from, target);
    let clock = |time: chrono::NaiveTime| {
        let seconds = time.format("%S").to_string() != "00";
        time.format(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
    };
    if context.json {
        let spans: Vec<Value> = counted
            .iter()
            .map(
                |span| json!({"date": span.date.to_string(), "from": clock(span.from), "to": clock(span.to)}),
            )
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "seconds of at most some years are exact in f64")]
        let hours = target.seconds() as f64 / 3600.0;
        return print::json(&json!({
            "from": print::rfc3339(*from, zone),
            "hours": hours,
            "deadline": print::rfc3339(deadline, zone),
            "counted": spans,
        }));
    }
    for span in &counted {
        print::line(format!(
            "{}  {} – {}",
            span.date.format("%Y-%m-%d %a"),
            clock(span.from),
            clock(span.to)
        ));
    }
    print::line(format!("deadline {}", print::rfc3339(deadline, zone)));
    Ok(())
}

/// Business hours on the command line: a number such as 8 or 1.5.
fn hours(text: &str) -> Result<BusinessTime, String> {
    let wrong = || {
        format!(
            "{text:?} is not a number of business hours; allowed: more than 0 and at most 2160, such as 8 or 1.5"
        )
    };
    let hours: f64 = text.parse().map_err(|_| wrong())?;
    // 2,160 hours are 90 days and nights: more than any promise.
    if !(hours > 0.0 && hours <= 2160.0) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 2160 hours")]
    let seconds = (hours * 3600.0).round() as i64;
    Ok(BusinessTime::from_seconds(seconds))
}
