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
/// Wait, in seconds, after a mail that may have left. A repeat would be a second copy, and by then staff know of it.
const UNCONFIRMED_WAIT: i64 = 6 * 3600;

/// The new state of a mail after a failed attempt. `attempt` counts from 1.
///
/// `jitter` is any random number. It spreads mails that failed together over a fifth of the wait. No wait ends
/// later than `retry_for` after `created_at`, so a last attempt happens at that time. Its failure is final, unless the
/// server is the cause: then the mail waits until the server is well.
#[must_use]
pub fn after_failure(
    failure: Failure,
    attempt: u32,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
    retry_for: Duration,
    jitter: u64,
) -> Verdict {
    let given_up_at = created_at + TimeDelta::from_std(retry_for).unwrap_or(TimeDelta::days(2));
    let is_last = now >= given_up_at;
    let wait = |longest: i64| {
        let wait = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest);
        now + TimeDelta::seconds(wait + i64::try_from(jitter % 1000).unwrap_or(0) * wait / 5000)
    };
    match failure {
        Failure::Fail => Verdict::Failed,
        Failure::Retry if is_last => Verdict::Failed,
        Failure::Retry => Verdict::Retry { at: wait(LONGEST_WAIT).min(given_up_at) },
        Failure::Server | Failure::Policy | Failure::Unclear => {
            Verdict::Retry { at: wait(if is_last { LONGEST_WAIT } else { LONGEST_SERVER_WAIT }) }
        }
        Failure::Unconfirmed => {
            Verdict::Unconfirmed { next: after_unconfirmed(created_at, now, given_up_at) }
        }
    }
}

/// One more try after hours, one at the end, and none then.
fn after_unconfirmed(
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
    given_up_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let late = TimeDelta::seconds(UNCONFIRMED_WAIT);
    let next = if now - created_at < late { (now + late).min(given_up_at) } else { given_up_at };
    (now < given_up_at).then_some(next)
}

/// What a refusal means once it is known whether the server has accepted other mails since this one was last tried.
#[must_use]
pub fn judged(failure: Failure, others_accepted: bool) -> Failure {
    match failure {
        Failure::Policy if others_accepted => Failure::Retry,
        Failure::Unclear if others_accepted => Failure::Fail,
        failure => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Failure::{Fail, Policy, Retry, Server, Unclear, Unconfirmed};

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
            assert_eq!(wait(Retry, attempt, 0), Some(retry), "attempt {attempt}");
            assert_eq!(wait(Server, attempt, 0), Some(server), "attempt {attempt}");
        }
        assert_eq!(wait(Retry, 7, 999), Some(3600 + 719));
        assert_eq!(wait(Fail, 1, 0), None);
    }

    #[test]
    fn a_mail_is_tried_for_two_days_to_the_end_and_then_given_up() {
        let created: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        let end = created + TimeDelta::days(2);
        let late = end - TimeDelta::minutes(5);
        assert_eq!(
            after_failure(Retry, 50, created, late, TWO_DAYS, 0),
            Verdict::Retry { at: end },
            "a last try at the end"
        );
        assert_eq!(after_failure(Retry, 51, created, end, TWO_DAYS, 0), Verdict::Failed);
    }

    #[test]
    fn a_mail_waits_for_the_server_as_long_as_it_takes() {
        let created: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        let late = created + TimeDelta::days(9);
        for failure in [Server, Policy, Unclear] {
            assert_eq!(
                after_failure(failure, 50, created, late, TWO_DAYS, 0),
                Verdict::Retry { at: late + TimeDelta::hours(1) }
            );
        }
    }

    #[test]
    fn a_refusal_is_of_the_mail_when_others_are_accepted() {
        for (failure, alone, beside_others) in
            [(Policy, Policy, Retry), (Unclear, Unclear, Fail), (Server, Server, Server)]
        {
            assert_eq!(
                (judged(failure, false), judged(failure, true)),
                (alone, beside_others),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn a_mail_that_may_have_left_is_sent_again_late_and_few_times() {
        let created: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        let hours = TimeDelta::hours;
        for (tried_after, next) in [(0, Some(6)), (6, Some(48)), (30, Some(48)), (48, None), (60, None)] {
            let now = created + hours(tried_after);
            let next = next.map(|next| created + hours(next));
            assert_eq!(
                after_failure(Unconfirmed, 1, created, now, TWO_DAYS, 0),
                Verdict::Unconfirmed { next },
                "{tried_after} h"
            );
        }
    }
}
