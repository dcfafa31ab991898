//! Types for the opening hours in the settings and for the state of a day. `calendar` does the arithmetic.

use std::{fmt, str::FromStr};

use chrono::{Datelike as _, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// Opening hours of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursRules {
    pub time_zone: Tz,
    /// Days of the week on which the desk is open.
    pub days: Vec<Weekday>,
    /// First instant of business time on a day.
    pub opens: NaiveTime,
    /// First instant after business time on a day.
    pub closes: NaiveTime,
    /// Different hours for some of `days`.
    pub by_day: Vec<DayHours>,
    /// Whether the desk is closed on 国民の祝日, 振替休日 and 国民の休日 (祝日法 articles 2 and 3).
    pub public_holidays: bool,
    /// Other days on which the desk is closed.
    pub closed: Vec<ClosedDays>,
    /// Dates on which the desk is open. Overrides all other rules.
    pub open: Vec<NaiveDate>,
}

impl Default for HoursRules {
    /// 別紙1 受付時間: 平日9時から17時まで（年末年始を除く）
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self {
            time_zone: Tz::Asia__Tokyo,
            days: vec![Mon, Tue, Wed, Thu, Fri],
            opens: hour(9),
            closes: hour(17),
            by_day: Vec::new(),
            public_holidays: true,
            closed: vec![ClosedDays::Yearly { from: (12, 29), to: (1, 3) }],
            open: Vec::new(),
        }
    }
}

/// Hours of one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayHours {
    pub day: Weekday,
    /// First instant of business time.
    pub opens: NaiveTime,
    /// First instant after business time.
    pub closes: NaiveTime,
}

/// State of a day, in local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// Open in `[opens, closes)`.
    Open {
        opens: NaiveTime,
        closes: NaiveTime,
    },
    Closed(ClosedReason),
}

/// Why the desk is closed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedReason {
    /// A public holiday, with its name.
    PublicHoliday(String),
    /// Not in `HoursRules::days`.
    Weekday,
    /// In `HoursRules::closed`.
    Listed(ClosedDays),
    /// Outside the years for which the calendar knows the holidays.
    OutOfRange,
}

/// Closed days, both ends included. Written "12-29..01-03", "12-29", "2025-08-13..2025-08-15" or "2025-08-15".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedDays {
    /// Every year, as (month, day). The range spans the turn of the year if `from` is later than `to`.
    Yearly {
        from: (u32, u32),
        to: (u32, u32),
    },
    Dates {
        from: NaiveDate,
        to: NaiveDate,
    },
}

impl ClosedDays {
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        match self {
            Self::Yearly { from, to } => {
                let day = (date.month(), date.day());
                if from <= to { (*from..=*to).contains(&day) } else { day >= *from || day <= *to }
            }
            Self::Dates { from, to } => (*from..=*to).contains(&date),
        }
    }
}

impl FromStr for ClosedDays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let dates = from.parse().ok().zip(to.parse().ok()).filter(|(from, to)| from <= to);
        let yearly =
            || month_and_day(from).zip(month_and_day(to)).map(|(from, to)| Self::Yearly { from, to });
        dates.map(|(from, to)| Self::Dates { from, to }).or_else(yearly).ok_or_else(|| {
            format!(
                "{text:?} is not a day or a range of days; allowed: every year \"12-29\" or \"12-29..01-03\", \
                 once \"2025-08-15\" or \"2025-08-13..2025-08-15\""
            )
        })
    }
}

/// Parses "12-29". Accepts 02-29, which matches in leap years only.
fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let date: NaiveDate = format!("2000-{text}").parse().ok()?;
    Some((date.month(), date.day()))
}

impl fmt::Display for ClosedDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = match self {
            Self::Yearly { from, to } => {
                let text = |(month, day): &(u32, u32)| format!("{month:02}-{day:02}");
                (text(from), text(to))
            }
            Self::Dates { from, to } => (from.to_string(), to.to_string()),
        };
        if from == to { f.write_str(&from) } else { write!(f, "{from}..{to}") }
    }
}
