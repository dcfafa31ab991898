//! The only place that reads the system time, so that a rehearsal can replace it.
//! The rules, the mails and the store take `now` as an argument and never use a [`Clock`].

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Real time, or the time of a rehearsal, which starts at a given instant and runs at normal speed or faster.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    rehearsal: Option<Rehearsal>,
}

#[derive(Debug, Clone, Copy)]
struct Rehearsal {
    start: DateTime<Utc>,
    real_start: DateTime<Utc>,
    /// How many times faster than real time the rehearsal runs.
    pace: u32,
}

impl Clock {
    #[must_use]
    pub fn real() -> Self {
        Self { rehearsal: None }
    }

    /// A rehearsal that starts at `start` (`--as-of`) and runs at normal speed.
    #[must_use]
    pub fn rehearsal(start: DateTime<Utc>) -> Self {
        Self::paced(start, 1)
    }

    /// A rehearsal that runs `pace` times as fast as real time (`--pace`), such as a whole acceptance window in an
    /// hour.
    #[must_use]
    pub fn paced(start: DateTime<Utc>, pace: u32) -> Self {
        Self { rehearsal: Some(Rehearsal { start, real_start: system_now(), pace: pace.max(1) }) }
    }

    /// The current time, truncated to milliseconds. The database stores milliseconds, so a stored value reads back
    /// equal.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self.rehearsal {
            None => system_now(),
            Some(Rehearsal { start, real_start, pace }) => {
                start + (system_now() - real_start) * i32::try_from(pace).unwrap_or(i32::MAX)
            }
        };
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// Real time to sleep until `at`; zero if it has passed.
    #[must_use]
    pub fn until(&self, at: DateTime<Utc>) -> Duration {
        (at - self.now()).to_std().unwrap_or_default() / self.pace()
    }

    /// The time on this clock after `real` of real time.
    #[must_use]
    pub fn after(&self, real: Duration) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(real.saturating_mul(self.pace())).unwrap_or(TimeDelta::MAX);
        self.now().checked_add_signed(passed).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn pace(&self) -> u32 {
        self.rehearsal.map_or(1, |rehearsal| rehearsal.pace)
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the system time")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faster_rehearsal_sleeps_less() {
        let start = "2025-07-01T01:00:00Z".parse().unwrap();
        let clock = Clock::paced(start, 3600);
        assert!(clock.after(Duration::from_secs(10)) >= start + TimeDelta::hours(10));
        let slept = clock.until(start + TimeDelta::hours(10));
        assert!(slept <= Duration::from_secs(10) && slept > Duration::from_secs(5), "{slept:?}");
        assert_eq!(clock.until(start - TimeDelta::hours(1)), Duration::ZERO);
    }

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
