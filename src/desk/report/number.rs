//! Which report is meant: by the number that its mails have, and as members write it.

use chrono::{Datelike as _, NaiveDate};

use super::Period;
use crate::desk::{
    form::fold,
    ticket::{REPORT, TicketNumber},
    window::{Window, fiscal_year_of},
};

impl Period {
    /// The window, whose report is that of the year.
    #[must_use]
    pub fn of_window(window: Window) -> Self {
        Self { first: window.opens, last: window.closes }
    }

    /// 1 April to 31 March.
    #[must_use]
    pub fn fiscal_year(year: i32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, 4, 1)?;
        Some(Self { first, last: NaiveDate::from_ymd_opt(year + 1, 3, 31)? })
    }

    /// The last month that is over on a day.
    #[must_use]
    pub fn last_month(today: NaiveDate) -> Option<Self> {
        Self::month_of(today.with_day(1)?.pred_opt()?)
    }

    #[must_use]
    pub fn month_of(day: NaiveDate) -> Option<Self> {
        Self::month(day.year(), day.month())
    }

    /// `REPORT-2025-0007` is that of July 2025, `REPORT-2025-0000` that of the window of fiscal year 2025.
    #[must_use]
    pub fn number(&self) -> TicketNumber {
        if self.is_month() {
            TicketNumber::new(REPORT, self.first.year(), self.first.month())
        } else {
            TicketNumber::new(REPORT, fiscal_year_of(self.first), 0)
        }
    }

    /// The report of a number. `None` if it is that of a window that the settings do not have any more.
    #[must_use]
    pub fn of_number(number: &TicketNumber, window: Window) -> Option<Self> {
        if !number.is_report() {
            return None;
        }
        match number.serial() {
            0 => {
                Some(Self::of_window(window)).filter(|_| number.fiscal_year() == fiscal_year_of(window.opens))
            }
            month => Self::month(number.fiscal_year(), month),
        }
    }

    /// What a member asks for: nothing for the last month that is over, 年度, or a month such as 2025-07, 2025年7月, 令和7年7月 and
    /// 7月, the last one with this name that has begun. `None` for anything else.
    #[must_use]
    pub fn asked(text: &str, window: Window, today: NaiveDate) -> Option<Self> {
        let folded = fold(text);
        let plain: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
        if plain.is_empty() {
            return Self::last_month(today);
        }
        if matches!(plain.as_str(), "年度" | "今年度" | "年度のまとめ" | "全期間" | "受付期間")
        {
            return Some(Self::of_window(window));
        }
        let plain = plain.trim_end_matches('分');
        let (era, plain) = match plain.strip_prefix("令和").or_else(|| plain.strip_prefix('r')) {
            Some(rest) => (2018, rest.replace('元', "1")),
            None => (0, plain.to_owned()),
        };
        let parts: Vec<&str> = plain.split(['年', '-', '/', '.']).collect();
        let number = |part: &str| part.strip_suffix('月').unwrap_or(part).parse::<u32>().ok();
        match parts.as_slice() {
            [year, month] => Self::month(era + year.parse::<i32>().ok()?, number(month)?),
            [month] if era == 0 && month.ends_with('月') => {
                let month = number(month)?;
                let year = if month <= today.month() { today.year() } else { today.year() - 1 };
                Self::month(year, month)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn window() -> Window {
        Window { opens: day("2025-06-27"), closes: day("2026-02-28"), time_zone: chrono_tz::Asia::Tokyo }
    }

    #[test]
    fn a_report_is_asked_for_as_people_write_a_month() {
        for (text, first, last) in [
            ("", "2025-12-01", "2025-12-31"),
            ("2025-07", "2025-07-01", "2025-07-31"),
            ("2025/7", "2025-07-01", "2025-07-31"),
            ("2025年7月", "2025-07-01", "2025-07-31"),
            ("令和７年７月分", "2025-07-01", "2025-07-31"),
            ("R7.7", "2025-07-01", "2025-07-31"),
            ("令和元年5月", "2019-05-01", "2019-05-31"),
            ("7月", "2025-07-01", "2025-07-31"),
            ("１月", "2026-01-01", "2026-01-31"),
            ("年度", "2025-06-27", "2026-02-28"),
        ] {
            let period = Period::asked(text, window(), day("2026-01-15"));
            assert_eq!(period, Some(Period { first: day(first), last: day(last) }), "{text}");
        }
        for text in [
            "先月",
            "2025",
            "13月",
            "0月",
            "2025-13",
            "7",
            "令和",
            "2025-07-01",
            "-",
            "年月",
            "令和7月",
            "月",
        ] {
            assert_eq!(Period::asked(text, window(), day("2026-01-15")), None, "{text}");
        }
    }

    #[test]
    fn the_number_of_a_report_leads_back_to_it() {
        let july = Period::month(2025, 7).unwrap();
        for (period, number) in [
            (july, "REPORT-2025-0007"),
            (Period::month(2026, 1).unwrap(), "REPORT-2026-0001"),
            (Period::of_window(window()), "REPORT-2025-0000"),
        ] {
            assert_eq!(period.number().to_string(), number);
            assert_eq!(Period::of_number(&period.number(), window()), Some(period));
        }
        for number in ["REPORT-2024-0000", "REPORT-2025-0013", "ZT-2025-0007", "MAIL-2025-0007"] {
            assert_eq!(Period::of_number(&number.parse().unwrap(), window()), None, "{number}");
        }
    }
}
