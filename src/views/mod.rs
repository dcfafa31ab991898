//! The JSON and CSV shapes of a ticket, an application, an outbox mail and a parked mail, each stated once for all commands.
//! Scripts depend on these shapes: a new key goes after the existing ones, and no key is renamed or moved.

pub mod application;
pub mod outbox;
pub mod parked;
pub mod sheet;
pub mod ticket;

#[cfg(test)]
mod tests;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

/// Formats a time as all JSON and CSV does: RFC 3339, to the second, with the offset of the desk's time zone.
#[must_use]
pub fn rfc3339(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn rfc3339_option(at: Option<DateTime<Utc>>, zone: Tz) -> Option<String> {
    at.map(|at| rfc3339(at, zone))
}
