//! The one place that reads time: real time, or a rehearsal that starts at a given instant and runs on.
//! Everything below the service takes `now` as an argument and never holds a [`Clock`].

use chrono::{DateTime, TimeDelta, Utc};

/// A small value that tells the time. A rehearsal is real time plus an offset, so that it runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset: Option<TimeDelta>,
}

impl Clock {
    /// The real time.
    #[must_use]
    pub fn real() -> Self {
        Self { offset: None }
    }

    /// A rehearsal: the first reading is `start` (`--as-of`), and time runs on from there.
    #[must_use]
    pub fn rehearsal(start: DateTime<Utc>) -> Self {
        Self { offset: Some(start - system_now()) }
    }

    /// The present instant, UTC, cut to whole milliseconds: what is stored reads back as the same value.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = system_now() + self.offset.unwrap_or_default();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// Whether this is a rehearsal.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.offset.is_some()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's time")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_starts_at_its_instant_and_runs_on() {
        let start = "2025-07-01T01:00:00Z".parse().unwrap();
        let clock = Clock::rehearsal(start);
        let first = clock.now();
        let second = clock.now();
        assert!(clock.is_rehearsal());
        assert!(first >= start && first - start < TimeDelta::seconds(5));
        assert!(second >= first);
    }
}
