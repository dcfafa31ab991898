//! Maintenance loop: renews access tokens before they expire.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Serving;
use crate::login::Tokens;

/// Wait before a retry after an error.
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
