//! Checks the window, the hours and the deadlines together.

use chrono::TimeDelta;

use super::{
    Hours, Settings,
    check::{Wrong, ensure},
};
use crate::desk::{
    calendar::{Calendar, DayHours, HoursRules},
    window::first_instant,
};

impl Settings {
    pub(super) fn check_time(&self) -> Result<(), Wrong> {
        let (window, hours, sla) = (&self.window, &self.hours, &self.sla);
        ensure(window.opens <= window.closes, "window.closes", || {
            format!(
                "{} is before window.opens {}; allowed: the same day or later",
                window.closes, window.opens
            )
        })?;
        ensure(hours.opens < hours.closes, "hours.closes", || {
            format!(
                "{} is not after hours.opens {}",
                hours.closes.format("%H:%M"),
                hours.opens.format("%H:%M")
            )
        })?;
        ensure(!hours.days.is_empty(), "hours.days", || {
            "is empty; allowed: some of mon, tue, wed, thu, fri, sat, sun".into()
        })?;
        for DayHours { day, .. } in &hours.by_day {
            ensure(hours.days.contains(day), "hours.by_day", || {
                format!("gives hours to {day}, which is not among hours.days")
            })?;
        }
        ensure(sla.answer_within.seconds() > 0, "sla.answer_within", || {
            "is zero; allowed: business time such as \"16h\"".into()
        })?;
        ensure(sla.remind_after.seconds() > 0, "sla.remind_after", || {
            "is zero; allowed: business time such as \"24h\"".into()
        })?;
        ensure(sla.warn_before < sla.answer_within, "sla.warn_before", || {
            format!("{} is not less than sla.answer_within {}", sla.warn_before, sla.answer_within)
        })?;
        self.check_opening()
    }

    /// Refuses hours under which an answer in the window would never be due: a ticket needs a deadline.
    fn check_opening(&self) -> Result<(), Wrong> {
        /// No desk is closed for so long in the middle of its work.
        const LONGEST: TimeDelta = TimeDelta::days(366);
        let calendar = Calendar::new(self.hours.rules());
        for day in [self.window.opens, self.window.closes] {
            let Some(start) = first_instant(day, self.hours.time_zone) else { continue };
            let opens = calendar.next_opening(start).is_some_and(|opening| opening - start <= LONGEST);
            let has_deadline = || calendar.add_business(start, self.sla.answer_within).is_some();
            ensure(opens && has_deadline(), "hours.closed", || {
                format!(
                    "with hours.days, hours.closed and hours.open the desk is hardly ever open after {day}, so no answer is due; \
                     allowed: days that leave business days"
                )
            })?;
        }
        Ok(())
    }
}

impl Hours {
    /// The rules of the calendar.
    #[must_use]
    pub fn rules(&self) -> HoursRules {
        HoursRules {
            time_zone: self.time_zone,
            days: self.days.clone(),
            opens: self.opens,
            closes: self.closes,
            by_day: self.by_day.clone(),
            public_holidays: self.public_holidays,
            closed: self.closed.clone(),
            open: self.open.clone(),
        }
    }
}
