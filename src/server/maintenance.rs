//! Maintenance loops: renew access tokens before they expire, and compare the mailbox with the ledger once a day.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::Serving;
use crate::{inbound::reconcile::reconcile, login::Tokens};

const RECONCILE_EVERY: Duration = Duration::from_secs(24 * 3600);
/// Wait before a retry: after an error, or if the ledger lacks messages, which may have arrived just now.
const AGAIN: Duration = Duration::from_secs(60);
/// Minimum and maximum wait between two checks of a token.
const LOOK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));

/// Renews the tokens of both servers until `stop`, so that a token endpoint error is known before the tokens expire.
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

/// Compares the mailbox with the ledger after the first pass, then daily. Only the process that fetches mail does this.
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

/// Number of messages that the ledger does not know; `None` if the comparison failed.
async fn unexplained(serving: &Serving) -> Option<usize> {
    match reconcile(&serving.desk, &serving.source).await {
        Ok(found) => Some(found.unexplained.len()),
        Err(error) => {
            warn!("the mailbox cannot be compared with the ledger now: {error}");
            None
        }
    }
}
