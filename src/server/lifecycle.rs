//! Start and stop of the process: the first SIGTERM or SIGINT finishes the message in hand, a second one exits at
//! once, and a stop that takes too long is cut off.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// A stop is over within this time, whatever hangs.
pub const STOP_WITHIN: Duration = Duration::from_secs(9);

/// Why the process ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abort {
    /// A second signal.
    Signal,
    /// The stop took longer than [`STOP_WITHIN`].
    Timeout,
}

/// Listens for signals. The first one cancels `stop`; the future ends when the process must end at once.
///
/// # Errors
/// When the system does not let signals be caught.
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

/// SIGHUP: asks for the settings to be read again.
///
/// # Errors
/// When the system does not let signals be caught.
pub fn hangups() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Tells the service manager that the desk is in service; without one, nothing happens.
pub fn ready() {
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
