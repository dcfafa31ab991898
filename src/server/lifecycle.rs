//! Signals and service manager notifications. The first SIGTERM or SIGINT lets the loops finish their current work; a
//! second one, or a stop longer than [`STOP_WITHIN`], ends the process immediately.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Time limit of a graceful stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(9);

/// Why the process ends without a graceful stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abort {
    /// A second SIGTERM or SIGINT.
    Signal,
    /// The stop took longer than [`STOP_WITHIN`].
    Timeout,
}

/// The first SIGTERM or SIGINT cancels `stop`. The future completes when the process must end immediately.
pub fn watch_signals(stop: CancellationToken) -> std::io::Result<impl Future<Output = Abort>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        either(&mut terminate, &mut interrupt).await;
        info!("stopping: the message in hand is finished");
        notify(&[sd_notify::NotifyState::Stopping]);
        stop.cancel();
        tokio::select! {
            () = either(&mut terminate, &mut interrupt) => Abort::Signal,
            () = tokio::time::sleep(STOP_WITHIN) => Abort::Timeout,
        }
    })
}

/// Receives SIGHUP, which requests a reload of the settings.
pub fn hangups() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Notifies the service manager that the desk is in service. Does nothing without a service manager.
pub(super) fn ready() {
    notify(&[sd_notify::NotifyState::Ready]);
}

pub(super) fn notify(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!("cannot tell the service manager: {error}");
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
