//! Metrics of the loops. `server::http` exports them.

use std::time::Duration;

use metrics::{counter, histogram};

/// Histogram of the business hours between an answer and its deadline; negative if the answer was late.
pub const MARGIN: &str = "madoguchi_answer_margin_business_hours";
pub const MARGIN_HOURS: [f64; 9] = [-16.0, -8.0, -4.0, 0.0, 2.0, 4.0, 8.0, 12.0, 16.0];
/// Histogram of the duration of a pass over the mailbox.
pub const PASS: &str = "madoguchi_pass_seconds";
pub const PASS_SECONDS: [f64; 8] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0];

pub fn count_message(outcome: &'static str) {
    counter!("madoguchi_messages_total", "outcome" => outcome).increment(1);
}

pub fn count_attempt(verdict: &'static str) {
    counter!("madoguchi_delivery_attempts_total", "verdict" => verdict).increment(1);
}

/// Counts connections to the mailbox. Every one after the first is a reconnect.
pub fn count_connection() {
    counter!("madoguchi_mailbox_connections_total").increment(1);
}

pub fn record_pass(took: Duration) {
    histogram!(PASS).record(took);
}

/// Records business hours for [`MARGIN`].
pub fn record_margin(hours: f64) {
    histogram!(MARGIN).record(hours);
}
