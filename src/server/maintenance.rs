//! What a long-running desk does beside its work: renews access tokens ahead of their end, and compares the mailbox with
//! the ledger once a day.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::Serving;
use crate::{inbound::reconcile::reconcile, login::Tokens};

/// How often the mailbox is compared with the ledger.
const RECONCILE_EVERY: Duration = Duration::from_secs(24 * 3600);
/// Wait before another look at what failed, or at what is unexplained and may just have come.
const AGAIN: Duration = Duration::from_secs(60);
/// The shortest and longest wait between two looks at a token.
const LOOK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));

/// Renews the tokens of both servers until `stop`, so that a fault of the token endpoint is known while they still hold.
pub(super) async fn keep_tokens_fresh(serving: Arc<Serving>, stop: CancellationToken) {
    join_all(serving.tokens().map(|tokens| keep_fresh(tokens, &stop))).await;
    stop.cancelled().await;
}

async fn keep_fresh(tokens: &Tokens, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match tokens.keep_fresh().await {
            Ok(until) => until.clamp(LOOK.0, LOOK.1),
            Err(error) => {
                warn!("{error}");
                AGAIN
            }
        };
        let _ = tokio::time::timeout(wait, stop.cancelled()).await;
    }
}

/// Compares the mailbox with the ledger after the first pass and then daily, in the process that takes mail.
pub(super) async fn reconcile_daily(serving: Arc<Serving>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let report = serving.desk.health.report();
        if report.standby || report.last_intake.is_none() || report.intake_error.is_some() {
            let _ = tokio::time::timeout(AGAIN, stop.cancelled()).await;
            continue;
        }
        let mut count = unexplained(&serving).await;
        if count.is_some_and(|count| count > 0) {
            let _ = tokio::time::timeout(AGAIN, stop.cancelled()).await;
            count = unexplained(&serving).await;
        }
        let wait = match count {
            Some(count) => {
                if count > 0 {
                    error!(count, "messages in the mailbox are not in the ledger: see `madoguchi reconcile`");
                }
                serving.desk.health.unexplained(count);
                RECONCILE_EVERY
            }
            None => AGAIN,
        };
        let _ = tokio::time::timeout(wait, stop.cancelled()).await;
    }
}

/// How many messages the ledger does not know; `None` when it cannot be told now.
async fn unexplained(serving: &Serving) -> Option<usize> {
    match reconcile(&serving.desk, &serving.source).await {
        Ok(found) => Some(found.unexplained.len()),
        Err(error) => {
            warn!("the mailbox cannot be compared with the ledger now: {error}");
            None
        }
    }
}
