//! The desk at work: the loops that feed the core and commit what it decides. `decide` alone calls rules and
//! store together; this room and `cli` alone hold a [`Clock`] and see the settings whole.

mod answer;
mod assemble;
mod decide;
pub mod digest;
mod fingerprint;
pub mod health;
mod http;
mod intake;
pub mod lifecycle;
mod news;
mod notice;
pub mod outbox;
pub mod process;
pub mod reconcile;
mod reminder;
pub mod retention;
mod staff;
mod timetable;
mod upkeep;
mod withheld;
pub mod work;
pub mod writing;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, NaiveTime, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use assemble::{
    AssembleError, carrier as check_carrier, check_wording, rotate_key, rules, source as check_source,
};
pub use intake::drain_mailbox;
pub use process::{Processed, inspect, process, process_again};
pub use timetable::{coverage, coverage_of};
pub use withheld::take_withheld;

use crate::{
    clock::Clock,
    delivery::Carrier,
    desk::{
        calendar::{BusinessTime, date_of},
        staff::Member,
        thread::MessageIds,
        ticket::TicketNumber,
        triage::Rules,
    },
    intake::{IntakeError, Source},
    letter::{Profile, Wording},
    login::Tokens,
    settings::{NewTicketTo, Settings},
    store::{Presence, Store, StoreError},
};

/// Everything a desk is made of, put together once at the start.
#[derive(Debug)]
pub struct Desk {
    /// Its rules.
    pub rules: Rules,
    /// How it presents itself in letters.
    pub profile: Profile,
    /// The wording of its letters.
    pub wording: Wording,
    /// Its Message-IDs.
    pub ids: MessageIds,
    /// Its memory.
    pub store: Store,
    /// Its clock.
    pub clock: Clock,
    /// Older mail is filed in silence.
    pub accept_since: DateTime<Utc>,
    /// How often a message that cannot be processed is tried.
    pub max_attempts: u32,
    /// How long a mail that meets temporary failures is tried.
    pub retry_for: Duration,
    /// Larger messages are parked unread, in bytes.
    pub max_message_size: u64,
    /// Whether messages need no settling in the mailbox.
    pub settled_at_once: bool,
    /// Mails that leave as soon as they are decided.
    pub express: outbox::Express,
    /// How staff answer.
    pub answers: writing::Answers,
    /// Who is told of a new ticket.
    pub new_ticket: NewTicketTo,
    /// When staff get their list.
    pub digest_at: Vec<NaiveTime>,
    /// Business time without any mail after which somebody should look, within the window; none: never.
    pub silence_alarm: BusinessTime,
    /// For how long what is kept.
    pub retention: retention::Retention,
    /// What the loops report of themselves.
    pub health: health::Health,
}

/// A desk that may touch the network: where mail arrives, where it leaves, and the claim to be the one who does.
#[derive(Debug)]
pub struct Serving {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Where mail arrives.
    pub source: Source,
    /// Where mail leaves.
    pub carrier: Carrier,
    /// Connections side by side.
    pub connections: usize,
    /// How often the mailbox is looked at.
    pub poll: Duration,
    /// Where the health endpoint listens.
    pub listen: Option<std::net::SocketAddr>,
    /// Held for as long as this process serves the desk.
    pub presence: Arc<Presence>,
}

/// Wakes the loops that sleep until something is due.
#[derive(Debug, Default)]
struct Bells {
    /// A mail was queued.
    outbox: Notify,
    /// A deadline may have come or moved.
    timetable: Notify,
}

impl Bells {
    /// Something was filed, and may have been answered.
    fn ring(&self) {
        self.outbox.notify_one();
        self.timetable.notify_one();
    }
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

/// A pass that could not be finished. What it had committed stays.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The mailbox.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is due by the clock.
    #[error("what is due by the clock could not be done: {0}")]
    Timetable(String),
    /// The health endpoint cannot be opened.
    #[error("cannot listen on {0}")]
    Listen(String),
    /// A loop ended by itself.
    #[error("a loop of the service ended by itself: {0}")]
    Loop(String),
}

impl Desk {
    /// Puts a desk together: opens the database, brings its schema up to date, reads the keys and the wording.
    ///
    /// # Errors
    /// When the database or a template cannot be used.
    pub async fn open(settings: &Settings, clock: Clock) -> Result<Self, AssembleError> {
        assemble::open(settings, clock).await
    }

    /// The key that lets a member of staff work on a ticket by mail.
    fn key(&self, member: &Member, ticket: &TicketNumber, now: DateTime<Utc>) -> String {
        let today = date_of(now, self.rules.calendar.time_zone());
        self.ids.staff_keys().make(&member.address, ticket, today)
    }
}

impl Serving {
    /// Where tokens for the mail servers come from.
    pub fn tokens(&self) -> impl Iterator<Item = &Arc<Tokens>> {
        self.source.tokens().into_iter().chain(self.carrier.tokens())
    }

    /// Takes the desk into service.
    ///
    /// # Errors
    /// When a setting is missing, or another process serves the desk on the same SQLite file.
    pub async fn start(settings: &Settings, clock: Clock) -> Result<Self, AssembleError> {
        assemble::start(settings, clock).await
    }

    /// The same desk by other settings, on the same database. What serves now goes on until it is stopped.
    ///
    /// # Errors
    /// As [`Serving::start`]: nothing has changed then.
    pub async fn reload(&self, settings: &Settings) -> Result<Self, AssembleError> {
        assemble::reload(self, settings).await
    }

    /// One pass of everything that is due now: all mail that lies in the mailbox, and beside it the outbox.
    ///
    /// # Errors
    /// When the mailbox or the database fails; the outbox is sent all the same.
    pub async fn once(self: &Arc<Self>, stop: &CancellationToken) -> Result<Pass, PassError> {
        let bells = Arc::new(Bells::default());
        let taken_all = CancellationToken::new();
        let (serving, rung, taken, stopped) =
            (Arc::clone(self), Arc::clone(&bells), taken_all.clone(), stop.clone());
        let sending =
            tokio::spawn(async move { outbox::beside(&serving, &rung.outbox, &taken, &stopped).await });
        let intake = async {
            let taken = match self.source.open().await {
                Ok(mut mailbox) => {
                    let drained = drain_mailbox(&self.desk, &mut mailbox, stop, || bells.ring()).await;
                    drained.and_then(|taken| Ok(mailbox.left_over().map(|()| taken)?))
                }
                Err(error) => Err(error.into()),
            };
            let told = timetable::tick(&self.desk).await;
            taken_all.cancel();
            (taken, told)
        };
        let (taken, told) = intake.await;
        let drained = sending.await.map_err(|error| PassError::Loop(error.to_string()))?;
        outbox::hand_back(self).await;
        let drained = drained?;
        told.map_err(|error| PassError::Timetable(error.to_string()))?;
        Ok(Pass { taken: taken?, sent: drained.sent, server_down: drained.server_down })
    }

    /// Serves the desk until `stop`: the message in hand is finished, everything else is left for the next start.
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
        let bells = Arc::new(Bells::default());
        let mut loops = tokio::task::JoinSet::new();
        loops.spawn(intake::run(Arc::clone(&self), Arc::clone(&bells), stop.clone()));
        loops.spawn(timetable::run(Arc::clone(&self), Arc::clone(&bells), stop.clone()));
        if let Some(address) = self.listen {
            let listener = http::bind(address)
                .await
                .map_err(|error| PassError::Listen(format!("{address}: {error}; see http.listen")))?;
            loops.spawn(http::run(Arc::clone(&self), listener, metrics, stop.clone()));
        }
        let (watched, until) = (Arc::clone(&self), stop.clone());
        loops.spawn(async move { health::watch(&watched.desk, &until).await });
        loops.spawn(upkeep::keep_tokens_fresh(Arc::clone(&self), stop.clone()));
        loops.spawn(upkeep::reconcile_daily(Arc::clone(&self), stop.clone()));
        loops.spawn(outbox::run(Arc::clone(&self), bells, stop.clone()));
        while let Some(ended) = loops.join_next().await {
            let why = ended.map_or_else(|error| error.to_string(), |()| "it returned".to_owned());
            if !stop.is_cancelled() {
                stop.cancel();
                return Err(PassError::Loop(why));
            }
        }
        outbox::hand_back(&self).await;
        Ok(())
    }
}
