//! Real servers (`rig`, `dovecot`, `postgres`) and their mailboxes (`maildir`); scripted servers (`smtp`, `imap`, `oauth2`);
//! mails (`mail`); the program under test (`desk`, `daemon`, `http`) and waiting for it (`wait`).

pub mod call;
pub mod case;
pub mod daemon;
pub mod desk;
pub mod docx;
pub mod dovecot;
pub mod http;
pub mod imap;
pub mod mail;
pub mod maildir;
pub mod members;
pub mod oauth2;
pub mod postgres;
pub mod rig;
pub mod smtp;
pub mod wait;

use std::hash::{BuildHasher, Hasher, RandomState};

/// A name that is unique over all test processes.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{:016x}", RandomState::new().build_hasher().finish())
}
