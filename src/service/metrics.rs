//! What the loops count. `server::http` shows it.

use std::time::Duration;

use metrics::{counter, histogram};

/// Business hours that were left when an answer was given; less than none when it was late.
pub const MARGIN: &str = "madoguchi_answer_margin_business_hours";
pub const MARGIN_HOURS: [f64; 9] = [-16.0, -8.0, -4.0, 0.0, 2.0, 4.0, 8.0, 12.0, 16.0];
/// How long a pass over the mailbox took.
pub const PASS: &str = "madoguchi_pass_seconds";
pub const PASS_SECONDS: [f64; 8] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0];

/// One message was accounted for.
pub fn count_message(outcome: &'static str) {
    counter!("madoguchi_messages_total", "outcome" => outcome).increment(1);
}

/// One attempt at delivery ended.
pub fn count_attempt(verdict: &'static str) {
    counter!("madoguchi_delivery_attempts_total", "verdict" => verdict).increment(1);
}

/// The mailbox was opened; more than once is a reconnect.
pub fn count_connection() {
    counter!("madoguchi_mailbox_connections_total").increment(1);
}

/// A pass over the mailbox ended.
pub fn record_pass(took: Duration) {
    histogram!(PASS).record(took);
}

/// An answer was given with so much business time left.
pub fn record_margin(hours: f64) {
    histogram!(MARGIN).record(hours);
}
