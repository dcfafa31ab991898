//! The running process: puts a desk together from its settings, runs its loops, stops them, and answers for its health.

mod health;
mod http;
pub mod lifecycle;
mod maintenance;
mod wiring;

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use wiring::{WiringError, check_wording, open, profile, rotate_key, rules, source, transport};

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

/// A desk that may touch the network: where mail arrives, where it leaves, and the claim to be the one who does.
#[derive(Debug)]
pub struct Serving {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Where mail arrives.
    pub source: Source,
    /// Where mail leaves.
    pub transport: Transport,
    /// Connections side by side.
    pub connections: usize,
    /// How often the mailbox is looked at.
    pub poll: Duration,
    /// Where the health endpoint listens.
    pub listen: Option<std::net::SocketAddr>,
    /// Held for as long as this process serves the desk.
    pub instance: Arc<InstanceLock>,
}

/// What one pass did.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    /// Messages taken.
    pub taken: usize,
    /// Mails sent.
    pub sent: usize,
    /// Why the mail server could not be used, if it could not.
    pub server_down: Option<String>,
}

impl Serving {
    /// Where tokens for the mail servers come from.
    pub fn tokens(&self) -> impl Iterator<Item = &Arc<Tokens>> {
        self.source.tokens().into_iter().chain(self.transport.tokens())
    }

    /// Takes the desk into service.
    ///
    /// # Errors
    /// When a setting is missing, or another process serves the desk on the same SQLite file.
    pub async fn start(settings: &Settings, clock: Clock) -> Result<Self, WiringError> {
        wiring::start(settings, clock).await
    }

    /// The same desk by other settings, on the same database. What serves now goes on until it is stopped.
    ///
    /// # Errors
    /// As [`Serving::start`]. Then nothing has changed.
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

    /// One pass of everything that is due now: all mail in the mailbox, beside it the outbox, then the timetable.
    ///
    /// # Errors
    /// When the mailbox or the database fails. The outbox is emptied in any case.
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

    /// Serves the desk until `stop`: the batch in hand is finished, everything else is left for the next start.
    ///
    /// # Errors
    /// When a loop ends by itself, which it never should.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), PassError> {
        if self.desk.clock.is_rehearsal() {
            warn!(
                "rehearsing: the clock started at {} and is not the real one",
                self.desk.clock.now().to_rfc3339()
            );
        }
        info!("the desk is in service");
        let metrics = http::Metrics::install();
        let wakeups = Arc::new(Wakeups::default());
        let mut loops = tokio::task::JoinSet::new();
        loops.spawn(inbound::run(self.inbound(), Arc::clone(&wakeups), stop.clone()));
        loops.spawn(schedule::run(Arc::clone(&self.desk), Arc::clone(&wakeups), stop.clone()));
        if let Some(address) = self.listen {
            let listener = http::bind(address)
                .await
                .map_err(|error| PassError::Listen(format!("{address}: {error}; see http.listen")))?;
            loops.spawn(http::run(Arc::clone(&self), listener, metrics, stop.clone()));
        }
        let (watched, until) = (Arc::clone(&self), stop.clone());
        loops.spawn(async move { health::watch(&watched.desk, &until).await });
        loops.spawn(maintenance::keep_tokens_fresh(Arc::clone(&self), stop.clone()));
        loops.spawn(maintenance::reconcile_daily(Arc::clone(&self), stop.clone()));
        loops.spawn(outbound::run(self.outbound(), wakeups, stop.clone()));
        while let Some(ended) = loops.join_next().await {
            let why = ended.map_or_else(|error| error.to_string(), |()| "it returned".to_owned());
            if !stop.is_cancelled() {
                stop.cancel();
                return Err(PassError::Loop(why));
            }
        }
        Ok(())
    }
}
