//! Durations of business time, and their text form. `calendar` defines which time counts.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A duration of business time in whole seconds, never negative. Written "16h", "90m" or "1h30m".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessTime(i64);

impl BusinessTime {
    pub const ZERO: Self = Self(0);

    /// Zero for a negative number.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(if seconds < 0 { 0 } else { seconds })
    }

    /// Zero for a negative number.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_seconds(hours.saturating_mul(HOUR))
    }

    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// `None` if the duration is out of range for chrono (some 292 million years).
    pub(super) fn delta(self) -> Option<TimeDelta> {
        TimeDelta::try_seconds(self.0)
    }
}

impl FromStr for BusinessTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is not business time; allowed: hours, minutes, seconds such as \"16h\", \"90m\", \"1h30m\" \
                 (no days: their length depends on the opening hours)"
            )
        };
        let (mut seconds, mut rest) = (0_i64, text);
        for (unit, length) in [('h', HOUR), ('m', MINUTE), ('s', 1)] {
            let Some((number, after)) = rest.split_once(unit) else {
                continue;
            };
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            let number = number.parse::<i64>().ok().filter(|_| digits);
            let part = number.and_then(|number| number.checked_mul(length)).ok_or_else(wrong)?;
            seconds = seconds.checked_add(part).ok_or_else(wrong)?;
            rest = after;
        }
        if text.is_empty() || !rest.is_empty() { Err(wrong()) } else { Ok(Self(seconds)) }
    }
}

impl fmt::Display for BusinessTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.0 / HOUR, 'h'), (self.0 % HOUR / MINUTE, 'm'), (self.0 % MINUTE, 's')];
        if self.0 == 0 {
            return f.write_str("0h");
        }
        parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .try_for_each(|(number, unit)| write!(f, "{number}{unit}"))
    }
}
