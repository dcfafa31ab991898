//! Waiting for the effects of another process. A test waits here and in no loop of its own.

use std::{
    thread,
    time::{Duration, Instant},
};

/// For waits that measure nothing. A machine that stalls for ten seconds must not fail a test; nextest ends a test
/// after three minutes.
pub const LIMIT: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Calls `look` until it returns a value. After `limit` it fails the test with the last error, which should say what was
/// there instead.
#[track_caller]
pub fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        // Read before the look: a stall during the look must not use up the limit.
        let waited = started.elapsed();
        match look() {
            Ok(value) => return value,
            Err(seen) if waited > limit => panic!("waited {limit:?} for {what}. {seen}"),
            Err(_) => thread::sleep(BETWEEN_LOOKS),
        }
    }
}

/// [`wait_for`] a condition.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    wait_for(what, LIMIT, || if holds() { Ok(()) } else { Err(String::new()) });
}
