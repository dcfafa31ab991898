//! Conditions of the partial indexes, as text. SQLite uses such an index only if the query repeats the condition of the
//! index word for word: a bound parameter is not a constant. Everywhere else, the words of a closed set are bound.

use super::{OutboxState, Outcome};
use crate::desk::ticket::Status;

/// `status = 'open'`, of the index `ticket_by_deadline`.
pub(super) fn open() -> String {
    equals("status", Status::Open.as_str())
}

/// `status = 'waiting'`, of the index `ticket_asked`.
pub(super) fn waiting() -> String {
    equals("status", Status::Waiting.as_str())
}

/// `state = 'queued'`, of the index `outbox_due`.
pub(super) fn queued() -> String {
    equals("state", OutboxState::Queued.as_str())
}

/// `state = 'deferred'`, of the index `outbox_deferred`.
pub(super) fn deferred() -> String {
    equals("state", OutboxState::Deferred.as_str())
}

/// `state = 'held' OR state = 'failed' OR state = 'bounced'`, of the index `outbox_troubled`.
pub(super) fn troubled() -> String {
    let states = [OutboxState::Held, OutboxState::Failed, OutboxState::Bounced];
    states.map(|state| equals("state", state.as_str())).join(" OR ")
}

/// `outcome IN ('pending', 'parked')`, of the index `message_by_outcome`. A query for one of the two needs a bound
/// `outcome = $1` as well.
pub(super) fn undecided() -> String {
    let outcomes = [Outcome::Pending, Outcome::Parked];
    format!("outcome IN ({})", outcomes.map(|outcome| quoted(outcome.as_str())).join(", "))
}

/// `status = 'closed' AND erased_at IS NULL`, of the index `ticket_closed_whole`; and the same of answered tickets.
pub(super) fn whole(status: Status) -> String {
    format!("{} AND erased_at IS NULL", equals("status", status.as_str()))
}

fn equals(column: &str, word: &str) -> String {
    format!("{column} = {}", quoted(word))
}

/// A word of a closed set as an SQL literal. Such words have no quotes.
fn quoted(word: &str) -> String {
    format!("'{word}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_is_that_of_an_index() {
        let migrations: String = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        let whole = [Status::Answered, Status::Closed].map(whole);
        let others = [open(), waiting(), queued(), deferred(), troubled(), undecided()];
        for condition in others.into_iter().chain(whole) {
            assert!(migrations.contains(&format!("WHERE {condition};")), "{condition}");
        }
    }
}
