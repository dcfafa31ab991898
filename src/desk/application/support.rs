//! What the settings say of the 伴走支援: the call, and how the desk runs it.

use chrono::{Days, NaiveDate};

use super::{Call, form::Labels};
use crate::desk::calendar::{BusinessTime, Calendar};

#[derive(Debug, Clone)]
pub struct Support {
    pub call: Call,
    /// Spellings of the form's labels.
    pub labels: Labels,
    /// 観点 of the reviews. Each is given 1 to 5 points.
    pub criteria: Vec<String>,
    pub advisers: Vec<Adviser>,
    /// Business time before a meeting at which everybody is reminded.
    pub remind_before: BusinessTime,
    /// Whether the officer who sent an application gets a copy of its result.
    pub copy_results_to_sender: bool,
}

impl Support {
    #[must_use]
    pub fn adviser(&self, address: &str) -> Option<&Adviser> {
        self.advisers.iter().find(|adviser| {
            adviser.address.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address))
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adviser {
    pub name: String,
    pub address: Option<String>,
    pub affiliation: String,
}

/// 要領 9: the last day for the results is the last business day that is not after `within` days from the deadline.
#[must_use]
pub fn results_by(closes: NaiveDate, within: u64, calendar: &Calendar) -> NaiveDate {
    let target = closes.checked_add_days(Days::new(within)).unwrap_or(closes);
    let mut days = std::iter::successors(Some(target), NaiveDate::pred_opt).take_while(|day| *day > closes);
    days.find(|day| calendar.open_span(*day).is_some()).unwrap_or(target)
}
