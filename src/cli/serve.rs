//! `run` and `once`.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Context, print};
use crate::service::{
    Serving,
    lifecycle::{Abort, ready, watch_signals},
};

/// The daemon.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let signals = watch_signals(stop.clone())?;
    let serving = Arc::new(Serving::start(&context.settings, context.clock).await?);
    ready();
    tokio::select! {
        result = Arc::clone(&serving).run(stop) => {
            serving.desk.store.close().await;
            Ok(result?)
        }
        abort = signals => aborted(abort),
    }
}

/// One pass.
pub(super) async fn once(context: &Context) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let signals = watch_signals(stop.clone())?;
    let serving = Serving::start(&context.settings, context.clock).await?;
    let pass = tokio::select! {
        pass = serving.once(&stop) => pass?,
        abort = signals => return aborted(abort),
    };
    serving.desk.store.close().await;
    if context.json {
        print::json(
            &serde_json::json!({"taken": pass.taken, "sent": pass.sent, "server_down": pass.server_down}),
        )?;
    } else {
        print::line(format!("{} messages taken, {} mails sent", pass.taken, pass.sent));
    }
    match pass.server_down {
        Some(reason) => anyhow::bail!("mail waits in the outbox and is tried again: {reason}"),
        None => Ok(()),
    }
}

fn aborted(abort: Abort) -> anyhow::Result<()> {
    match abort {
        Abort::Signal => {
            anyhow::bail!("stopped at once by a second signal; work in hand is done again at the next start")
        }
        Abort::Timeout => {
            warn!("stopping took too long and was cut off; work in hand is done again at the next start");
            Ok(())
        }
    }
}
