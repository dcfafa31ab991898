//! Sentences that say what an operation did, or why not.

use crate::service::{Actor, Feedback};

pub(super) fn said(japanese: impl Into<String>, english: impl Into<String>) -> Feedback {
    Feedback { japanese: japanese.into(), english: english.into() }
}

/// As staff name the actor.
pub(super) fn name(actor: Actor<'_>) -> String {
    match actor {
        Actor::Desk => String::new(),
        Actor::Staff(member) => member.name.clone(),
        Actor::Operator => "運用者".to_owned(),
    }
}
