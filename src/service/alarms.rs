//! Alarms although no loop has failed: no mail for a long time, and deadlines beyond the published holidays.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::Desk;
use crate::{
    desk::{
        calendar::{BusinessTime, LAST_PUBLISHED_HOLIDAY_YEAR},
        triage::Rules,
    },
    store::{Store, StoreError},
};

/// Business time since the last mail, within the window. Zero if the desk has never fetched any mail.
pub async fn silence(desk: &Desk, now: DateTime<Utc>) -> Result<BusinessTime, StoreError> {
    let window = &desk.rules.window;
    let Some(last) = desk.store.last_taken().await? else { return Ok(BusinessTime::ZERO) };
    let from = window.begins().map_or(last, |begins| begins.max(last));
    let until = window.ends().map_or(now, |ends| ends.min(now));
    Ok(desk.rules.calendar.business_between(from, until))
}

/// A warning if a deadline or the end of the window is after the last year whose holidays are published.
#[must_use]
pub fn coverage(rules: &Rules, latest_deadline: Option<DateTime<Utc>>) -> Option<String> {
    let calendar = &rules.calendar;
    let closes = rules.window.ends().map(|end| end - TimeDelta::seconds(1));
    let beyond = |at: &DateTime<Utc>| !calendar.covered(*at);
    let what = match (latest_deadline.filter(beyond), closes.filter(beyond)) {
        (Some(deadline), _) => {
            format!("a deadline lies in {}", deadline.with_timezone(&calendar.time_zone()).year())
        }
        (None, Some(_)) => format!("the window closes on {}", rules.window.closes),
        (None, None) => return None,
    };
    Some(format!(
        "{what}, but public holidays are published only until {LAST_PUBLISHED_HOLIDAY_YEAR}, and later ones are a forecast; \
         update madoguchi when the Cabinet Office has announced them (each February), or list them in hours.closed"
    ))
}

/// [`coverage`] with the latest deadline in the database.
pub async fn coverage_of(rules: &Rules, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(coverage(rules, store.latest_deadline().await?))
}
