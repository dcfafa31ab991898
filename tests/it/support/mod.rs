//! What the tests stand on: real servers (`rig`, `dovecot`, `postgres`), their mailboxes (`maildir`), an SMTP server that
//! misbehaves on request (`smtp`), and a token endpoint (`oauth2`). Only `desk` knows the program under test.

pub mod daemon;
pub mod desk;
pub mod dovecot;
pub mod http;
pub mod mail;
pub mod maildir;
pub mod oauth2;
pub mod postgres;
pub mod rig;
pub mod smtp;
pub mod wait;

use std::hash::{BuildHasher, Hasher, RandomState};

/// A name that no other test has, in this process or another.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{:016x}", RandomState::new().build_hasher().finish())
}
