//! The rules of opening hours as the settings give them, and what they make of a day. The arithmetic is the calendar's.

use std::{fmt, str::FromStr};

use chrono::{Datelike as _, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// When the desk is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursRules {
    /// The desk's time zone.
    pub time_zone: Tz,
    /// Days of the week on which it is served.
    pub days: Vec<Weekday>,
    /// First instant of a day.
    pub opens: NaiveTime,
    /// End of a day: the first instant that is outside.
    pub closes: NaiveTime,
    /// Days of the week with hours of their own, among `days`.
    pub by_day: Vec<DayHours>,
    /// Whether 国民の祝日, 振替休日 and 国民の休日 (祝日法 articles 2 and 3) are closed.
    pub public_holidays: bool,
    /// Days that are closed besides.
    pub closed: Vec<ClosedDays>,
    /// Dates that are open in spite of every other rule.
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

/// The hours of one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayHours {
    /// The day of the week.
    pub day: Weekday,
    /// First instant of the day.
    pub opens: NaiveTime,
    /// End of the day: the first instant that is outside.
    pub closes: NaiveTime,
}

/// What the rules make of a day, in local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// Served in `[opens, closes)`.
    Open {
        /// First instant.
        opens: NaiveTime,
        /// First instant that is outside.
        closes: NaiveTime,
    },
    /// Not served.
    Closed(ClosedReason),
}

/// Why the desk is not served on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedReason {
    /// A public holiday, by name.
    PublicHoliday(String),
    /// A day of the week on which it never is.
    Weekday,
    /// The settings close it.
    Listed(ClosedDays),
    /// The calendar knows no holidays so early or so late.
    OutOfRange,
}

/// Days that the settings close, both ends included. Written "12-29..01-03", "12-29", "2025-08-13..2025-08-15", "2025-08-15".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedDays {
    /// Every year, by month and day; over the turn of the year when `from` is later than `to`.
    Yearly {
        /// First month and day.
        from: (u32, u32),
        /// Last month and day.
        to: (u32, u32),
    },
    /// Once.
    Dates {
        /// First date.
        from: NaiveDate,
        /// Last date.
        to: NaiveDate,
    },
}

impl ClosedDays {
    /// Whether the date is among them.
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

/// "12-29"; 02-29 is a day, of leap years.
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
