//! An outbox mail as JSON.

use chrono_tz::Tz;
use serde::Serialize;

use super::{rfc3339, rfc3339_option};
use crate::{
    letter::Purpose,
    store::{OutboxRow, OutboxState},
};

/// One mail of `outbox list`.
#[derive(Debug, Serialize)]
pub struct Mail<'a> {
    pub id: i64,
    pub ticket: Option<&'a str>,
    pub purpose: Purpose,
    pub recipient: &'a str,
    pub message_id: &'a str,
    pub state: OutboxState,
    pub attempts: u32,
    pub created_at: String,
    pub next_attempt_at: Option<String>,
    pub finished_at: Option<String>,
    pub last_reply: Option<&'a str>,
}

impl<'a> Mail<'a> {
    #[must_use]
    pub fn new(row: &'a OutboxRow, zone: Tz) -> Self {
        Self {
            id: row.id,
            ticket: row.ticket.as_deref(),
            purpose: row.purpose,
            recipient: &row.recipient,
            message_id: &row.message_id,
            state: row.state,
            attempts: row.attempts,
            created_at: rfc3339(row.created_at, zone),
            next_attempt_at: rfc3339_option(row.next_attempt_at, zone),
            finished_at: rfc3339_option(row.finished_at, zone),
            last_reply: row.last_reply.as_deref(),
        }
    }
}
