//! Decides when a failed mail is sent again, and when the desk gives up. Pure functions.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Failure;
use crate::store::Verdict;

/// First wait, in seconds. Each further wait is twice as long: 1, 2, 4, 8, 16, 32 minutes, then one hour each.
const FIRST_WAIT: i64 = 60;
/// Longest wait, in seconds, for a mail that the server deferred. RFC 5321, 4.5.4.1 recommends at least 30 minutes.
const LONGEST_WAIT: i64 = 3600;
/// Longest wait, in seconds, when the server is down. It is short, so that mail leaves soon after the server is back.
const LONGEST_SERVER_WAIT: i64 = 300;

/// The new state of a mail after a failed attempt. `attempt` counts from 1.
///
/// `jitter` is any random number. It spreads mails that failed together over a fifth of the wait. No wait ends
/// later than `retry_for` after `created_at`, so a last attempt happens at that time. Its failure is final.
#[must_use]
pub fn after_failure(
    failure: Failure,
    attempt: u32,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
    retry_for: Duration,
    jitter: u64,
) -> Verdict {
    let longest = match failure {
        Failure::Fail => return Verdict::Failed,
        Failure::Retry => LONGEST_WAIT,
        Failure::Server => LONGEST_SERVER_WAIT,
    };
    let wait = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest);
    let spread = i64::try_from(jitter % 1000).unwrap_or(0) * wait / 5000;
    let at = now + TimeDelta::seconds(wait + spread);
    let given_up_at = created_at + TimeDelta::from_std(retry_for).unwrap_or(TimeDelta::days(2));
    if now >= given_up_at { Verdict::Failed } else { Verdict::Retry { at: at.min(given_up_at.max(now)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_DAYS: Duration = Duration::from_secs(48 * 3600);

    fn wait(failure: Failure, attempt: u32, jitter: u64) -> Option<i64> {
        let now: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        match after_failure(failure, attempt, now, now, TWO_DAYS, jitter) {
            Verdict::Retry { at } => Some((at - now).num_seconds()),
            _ => None,
        }
    }

    #[test]
    fn waits_double_up_to_an_hour_and_a_dead_server_is_asked_every_five_minutes() {
        for (attempt, retry, server) in
            [(1, 60, 60), (2, 120, 120), (3, 240, 240), (4, 480, 300), (7, 3600, 300), (40, 3600, 300)]
        {
            assert_eq!(wait(Failure::Retry, attempt, 0), Some(retry), "attempt {attempt}");
            assert_eq!(wait(Failure::Server, attempt, 0), Some(server), "attempt {attempt}");
        }
        assert_eq!(wait(Failure::Retry, 7, 999), Some(3600 + 719));
        assert_eq!(wait(Failure::Fail, 1, 0), None);
    }

    #[test]
    fn a_mail_is_tried_for_two_days_to_the_end_and_then_given_up() {
        let created: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        let end = created + TimeDelta::days(2);
        let late = end - TimeDelta::minutes(5);
        assert_eq!(
            after_failure(Failure::Retry, 50, created, late, TWO_DAYS, 0),
            Verdict::Retry { at: end },
            "a last try at the end"
        );
        assert_eq!(after_failure(Failure::Retry, 51, created, end, TWO_DAYS, 0), Verdict::Failed);
    }
}
