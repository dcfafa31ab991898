//! Starts a loop again after a panic, which is a bug of a library or ours. The watchdog starves if that does not help.

use std::{
    panic::AssertUnwindSafe,
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::service::Health;

/// First wait before a new start; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A loop that has run for so long after a start works.
const WORKS_AFTER: Duration = Duration::from_secs(300);

/// Runs a loop until it returns, and starts it again after each panic until `stop`.
pub(super) async fn supervise<F: Future<Output = ()>>(
    health: &Health,
    name: &'static str,
    stop: &CancellationToken,
    start: impl Fn() -> F,
) {
    let mut wait = FIRST_WAIT;
    loop {
        let began = Instant::now();
        let mut running = pin!(AssertUnwindSafe(async { start().await }).catch_unwind());
        let ended = match tokio::time::timeout(WORKS_AFTER, &mut running).await {
            Ok(ended) => ended,
            Err(_) => {
                health.works(name);
                running.await
            }
        };
        if ended.is_ok() || stop.is_cancelled() {
            return;
        }
        if began.elapsed() >= WORKS_AFTER {
            wait = FIRST_WAIT;
        }
        health.panicked(name);
        error!(retry_s = wait.as_secs(), "{name}: the loop panicked and is started again; this is a bug");
        let _ = tokio::time::timeout(wait, stop.cancelled()).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Logs the place of a panic and not its message, which may quote a mail.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        error!(place, "a panic");
    }));
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        time::{Duration, Instant},
    };

    use tokio_util::sync::CancellationToken;

    use super::supervise;
    use crate::service::Health;

    #[tokio::test]
    async fn a_loop_that_panics_is_started_again_and_told() {
        let (health, stop, starts) = (Health::default(), CancellationToken::new(), Cell::new(0));
        let began = Instant::now();
        supervise(&health, "test", &stop, || async {
            starts.set(starts.get() + 1);
            assert!(starts.get() > 1, "the first start");
        })
        .await;
        assert_eq!(starts.get(), 2);
        assert!(began.elapsed() >= Duration::from_millis(900), "it waits before a new start");
        assert_eq!(health.panicking(), ["test"]);
        assert!(health.stuck().is_empty(), "a single panic does not starve the watchdog");
        health.works("test");
        assert!(health.panicking().is_empty());
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_a_new_start() {
        let (health, stop) = (Health::default(), CancellationToken::new());
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            stop.cancel();
        };
        let supervised = supervise(&health, "test", &stop, || async {
            assert!(stop.is_cancelled(), "not yet");
            stop.cancelled().await;
        });
        tokio::join!(supervised, stopping);
    }
}
