//! `run` serves the desk until SIGTERM and reloads the settings at SIGHUP; `once` does one pass.

use std::{pin::pin, sync::Arc};

use tokio::signal::unix::Signal;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Context, check, print};
use crate::{
    server::{
        Serving,
        lifecycle::{Abort, hangups, watch_signals},
        log_panics,
    },
    settings::Settings,
    store::{OutboxRow, OutboxState},
};

pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    log_panics();
    let stop = CancellationToken::new();
    let signals = watch_signals(stop.clone())?;
    let hangups = hangups()?;
    let serving = Serving::start(&context.settings, context.clock).await?;
    // A database of before the desk made it for its user alone.
    if let Some(detail) = check::open_files(&context.settings) {
        warn!("{detail}");
    }
    tokio::select! {
        result = serve(context, Arc::new(serving), hangups, &stop) => result,
        abort = signals => aborted(abort),
    }
}

/// Serves until `stop`. After each SIGHUP, continues with the new settings if they are valid.
async fn serve(
    context: &Context,
    mut serving: Arc<Serving>,
    mut hangups: Signal,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let mut settings = context.settings.clone();
    loop {
        let round = stop.child_token();
        let mut running = pin!(Arc::clone(&serving).run(round.clone()));
        let next = tokio::select! {
            result = &mut running => {
                serving.desk.store.close().await;
                return Ok(result?);
            }
            next = reloaded(context, &serving, &settings, &mut hangups) => next,
        };
        // Wait until the current messages are finished under the old settings.
        round.cancel();
        running.await?;
        (serving, settings) = (Arc::new(next.0), next.1);
        info!("the new settings are in force");
    }
}

/// Waits for a SIGHUP after which the settings file is valid. Logs an error for each invalid one.
async fn reloaded(
    context: &Context,
    serving: &Serving,
    old: &Settings,
    hangups: &mut Signal,
) -> (Serving, Settings) {
    loop {
        if hangups.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        match reload(context, serving, old).await {
            Ok(next) => return next,
            Err(error) => {
                error!("the settings are refused, the old ones stay in force: {}", super::whole(&error));
            }
        }
    }
}

async fn reload(context: &Context, serving: &Serving, old: &Settings) -> anyhow::Result<(Serving, Settings)> {
    let new = Settings::load(context.config.as_deref())?;
    if new.database.url != old.database.url {
        return Err(new
            .wrong("database.url", "has changed; restart the desk to use another database")
            .into());
    }
    let next = serving.reload(&new).await?;
    let changes = old.written.changes(&new.written);
    for change in &changes {
        info!("settings: {change}");
    }
    if changes.is_empty() {
        info!("settings: no key has changed; passwords and templates were read again");
    }
    if changes.iter().any(|change| change.starts_with("log.")) {
        warn!("[log] takes effect at the next start");
    }
    Ok((next, new))
}

pub(super) async fn once(context: &Context) -> anyhow::Result<()> {
    log_panics();
    let stop = CancellationToken::new();
    let signals = watch_signals(stop.clone())?;
    let serving = Arc::new(Serving::start(&context.settings, context.clock).await?);
    let pass = tokio::select! {
        pass = serving.once(&stop) => pass?,
        abort = signals => return aborted(abort),
    };
    let delayed = delayed(&serving.desk.store.outbox(false).await?);
    serving.desk.store.close().await;
    if context.json {
        print::json(&serde_json::json!({
            "taken": pass.taken,
            "sent": pass.sent,
            "delayed": delayed.as_ref().map_or(0, |(count, _)| *count),
            "server_down": pass.server_down,
        }))?;
    } else {
        print::line(format!("{} messages taken, {} mails sent", pass.taken, pass.sent));
        if let Some((count, reply)) = delayed {
            print::line(format!(
                "{count} mails were not accepted and are tried again; the last reply: {reply}"
            ));
        }
    }
    match pass.server_down {
        Some(reason) => anyhow::bail!("mail waits in the outbox and is tried again: {reason}"),
        None => Ok(()),
    }
}

/// How many mails were tried and wait for another attempt, and the mail server's reply to the newest of them.
fn delayed(outbox: &[OutboxRow]) -> Option<(usize, String)> {
    let waits = |row: &&OutboxRow| row.state == OutboxState::Queued && row.attempts > 0;
    let waiting: Vec<&OutboxRow> = outbox.iter().filter(waits).collect();
    let reply = waiting.last()?.last_reply.as_deref().unwrap_or("none");
    // It may name the recipient, and the output of a timer is mailed and kept.
    let words = reply.split(' ').map(|word| if word.contains('@') { "…" } else { word });
    Some((waiting.len(), print::one_line(&words.collect::<Vec<_>>().join(" "), 100)))
}

fn aborted(abort: Abort) -> anyhow::Result<()> {
    match abort {
        Abort::Signal => {
            anyhow::bail!("stopped at once by a second signal; unfinished work is repeated at the next start")
        }
        Abort::Timeout => {
            warn!("stopping took too long and was aborted; unfinished work is repeated at the next start");
            Ok(())
        }
    }
}
