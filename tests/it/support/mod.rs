//! What the tests stand on: real servers (`rig`, `dovecot`, `postgres`), their mailboxes (`maildir`), and an SMTP
//! server that misbehaves on request (`smtp`). Only `desk` knows the program under test.

pub mod desk;
pub mod dovecot;
pub mod maildir;
pub mod postgres;
pub mod rig;
pub mod smtp;

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, Instant},
};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A name that no other test has, in this process or another.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{:016x}", RandomState::new().build_hasher().finish())
}

/// Waits, looking every few milliseconds, until `look` finds something; fails the test when nothing comes.
pub async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
