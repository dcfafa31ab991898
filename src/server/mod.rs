//! The running process: starts, reloads and stops the loops of a desk. `wiring` builds the desk from its settings.

mod connections;
mod health;
mod http;
pub mod lifecycle;
mod maintenance;
mod rules;
mod supervise;
mod wiring;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use rules::rules;
pub use supervise::log_panics;
pub use wiring::{
    WiringError, check_wording, open, open_existing, profile, rotate_key, source, transport, wording_doubts,
};

use self::supervise::supervise;
use crate::{
    clock::Clock,
    delivery::Transport,
    inbound::{self, Inbound, drain_mailbox},
    login::Tokens,
    mailbox::Source,
    outbound::{self, Outbound},
    schedule,
    service::{Desk, PassError, Wakeups},
    settings::Settings,
    store::InstanceLock,
};

/// A desk with its mail servers and the instance lock.
#[derive(Debug)]
pub struct Serving {
    pub desk: Arc<Desk>,
    pub source: Source,
    pub transport: Transport,
    /// Maximum number of parallel SMTP connections.
    pub connections: usize,
    /// Poll interval of the mailbox.
    pub poll: Duration,
    /// Address of the health endpoint; `None` if it is off.
    pub listen: Option<SocketAddr>,
    /// Held while this process serves the desk.
    pub instance: Arc<InstanceLock>,
}

/// Result of [`Serving::once`].
#[derive(Debug, Clone, Default)]
pub struct Pass {
    /// Number of messages filed.
    pub taken: usize,
    /// Number of mails sent.
    pub sent: usize,
    /// Why mail could not be sent at all, if so.
    pub server_down: Option<String>,
}

/// Opens the port of the health endpoint.
async fn listener(address: SocketAddr) -> Result<std::net::TcpListener, PassError> {
    let listener = http::bind(address).await.and_then(TcpListener::into_std);
    listener.map_err(|error| PassError::Listen(format!("{address}: {error}; see http.listen")))
}

impl Serving {
    /// Sources of access tokens of the mail servers that use OAuth 2.0.
    pub fn tokens(&self) -> impl Iterator<Item = &Arc<Tokens>> {
        self.source.tokens().into_iter().chain(self.transport.tokens())
    }

    /// Opens the desk and takes the instance lock.
    ///
    /// # Errors
    /// If a setting is missing, or if another process serves the desk on the same SQLite file.
    pub async fn start(settings: &Settings, clock: Clock) -> Result<Self, WiringError> {
        wiring::start(settings, clock).await
    }

    /// Builds the same desk with new settings, on the same database. `self` keeps running until it is stopped.
    ///
    /// # Errors
    /// As for [`Serving::start`]. After an error `self` is unchanged.
    pub async fn reload(&self, settings: &Settings) -> Result<Self, WiringError> {
        wiring::reload(self, settings).await
    }

    fn inbound(&self) -> Inbound {
        Inbound { desk: Arc::clone(&self.desk), source: self.source.clone(), poll: self.poll }
    }

    fn outbound(&self) -> Outbound {
        Outbound {
            desk: Arc::clone(&self.desk),
            transport: self.transport.clone(),
            connections: self.connections,
            process: self.instance.process,
        }
    }

    /// Runs one pass: files all mail in the mailbox while the outbox sends, then runs the timetable.
    ///
    /// # Errors
    /// The outbox is sent even if the mailbox fails.
    pub async fn once(&self, stop: &CancellationToken) -> Result<Pass, PassError> {
        let wakeups = Arc::new(Wakeups::default());
        let taken_all = CancellationToken::new();
        let sending = tokio::spawn(outbound::beside(
            self.outbound(),
            Arc::clone(&wakeups),
            taken_all.clone(),
            stop.clone(),
        ));
        let taken = match self.source.open().await {
            Ok(mut mailbox) => {
                let drained = drain_mailbox(&self.desk, &mut mailbox, stop, || wakeups.wake()).await;
                drained.and_then(|taken| Ok(mailbox.left_over().map(|()| taken)?))
            }
            Err(error) => Err(error.into()),
        };
        let ticked = schedule::tick(&self.desk).await;
        taken_all.cancel();
        let drained = sending.await.map_err(|error| PassError::Loop(error.to_string()))??;
        ticked.map_err(|error| PassError::Timetable(error.to_string()))?;
        Ok(Pass { taken: taken?, sent: drained.sent, server_down: drained.server_down })
    }

    /// Runs all loops until `stop`. Each loop finishes its current work; the rest is left for the next start. A loop that panics
    /// is started again.
    ///
    /// # Errors
    /// If the health endpoint cannot listen, or if a loop ends before `stop`, which is a bug.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), PassError> {
        if self.desk.clock.is_rehearsal() {
            warn!(
                "rehearsing: the clock started at {} and is not the real one",
                self.desk.clock.now().to_rfc3339()
            );
        }
        let metrics = http::Metrics::install();
        let wakeups = Arc::new(Wakeups::default());
        let mut loops = JoinSet::new();
        let listener = match self.listen {
            Some(address) => Some(listener(address).await?),
            None => None,
        };
        lifecycle::ready();
        info!("the desk is in service");
        if let Some(listener) = listener {
            self.spawn(&mut loops, "http", &stop, move |serving, stop| {
                http::run(serving, listener.try_clone(), metrics.clone(), stop)
            });
        }
        let woken = Arc::clone(&wakeups);
        self.spawn(&mut loops, "intake", &stop, move |serving, stop| {
            inbound::run(serving.inbound(), Arc::clone(&woken), stop)
        });
        let woken = Arc::clone(&wakeups);
        self.spawn(&mut loops, "timetable", &stop, move |serving, stop| {
            schedule::run(Arc::clone(&serving.desk), Arc::clone(&woken), stop)
        });
        self.spawn(&mut loops, "outbox", &stop, move |serving, stop| {
            outbound::run(serving.outbound(), Arc::clone(&wakeups), stop)
        });
        self.spawn(&mut loops, "tokens", &stop, maintenance::keep_tokens_fresh);
        // Not supervised: a watchdog that does not run must end the process.
        let (watched, until) = (Arc::clone(&self), stop.clone());
        loops.spawn(async move { health::watch(&watched.desk, &until).await });
        while let Some(ended) = loops.join_next().await {
            let why = ended.map_or_else(|error| error.to_string(), |()| "it returned".to_owned());
            if !stop.is_cancelled() {
                stop.cancel();
                return Err(PassError::Loop(why));
            }
        }
        Ok(())
    }

    /// Spawns a loop under supervision.
    fn spawn<F: Future<Output = ()> + Send>(
        self: &Arc<Self>,
        loops: &mut JoinSet<()>,
        name: &'static str,
        stop: &CancellationToken,
        start: impl Fn(Arc<Self>, CancellationToken) -> F + Send + Sync + 'static,
    ) {
        let (serving, stop) = (Arc::clone(self), stop.clone());
        loops.spawn(async move {
            supervise(&serving.desk.health, name, &stop, || start(Arc::clone(&serving), stop.clone())).await;
        });
    }
}
