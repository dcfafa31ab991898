//! The outbox loop: claims due mails, sends them over several connections, and records each verdict. The attempt is on record
//! before the network is touched, so that a crash may repeat a mail but never lose one.

mod record;
mod send;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use self::{
    record::record,
    send::{Connections, send_batch},
};
use crate::{
    delivery::Transport,
    service::{Desk, Wakeups},
    store::{Attempt, ClaimedMail, StoreError},
};

/// Mails claimed by one transaction.
const CLAIM_AT_ONCE: u32 = 150;
/// The lease of a claim, in real time even where a rehearsal runs faster: longer than a batch, whose attempts may wait
/// minutes for each reply. When a process dies and nobody notices, its mails are due again after the lease.
const LEASE: Duration = Duration::from_hours(1);
/// The outbox is looked at even without a wake-up: other processes may have queued something.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// Wait after a fault of the database.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// Where mails leave, and by which process.
#[derive(Debug)]
pub struct Outbound {
    pub desk: Arc<Desk>,
    pub transport: Transport,
    /// How many mails are sent at a time.
    pub connections: usize,
    /// This process, as claims name it.
    pub process: i64,
}

/// What emptying the outbox came to.
#[derive(Debug, Clone, Default)]
pub struct Drained {
    /// Mails accepted.
    pub sent: usize,
    /// Mails were due.
    pub tried: bool,
    /// Why the mail server could not be used, or refused mails for a reason that is not the recipients'.
    pub server_down: Option<String>,
}

/// What the loop carries from pass to pass.
struct Outbox {
    connections: Connections,
    /// Verdicts that could not be recorded. They are recorded first of all.
    unrecorded: Vec<Attempt>,
    /// The database failed, and claims may be on record whose mails nobody has.
    claims_unknown: bool,
    /// Somebody has queued a mail: it is claimed without a look whether there is one.
    woken: bool,
}

impl Outbox {
    fn new(outbound: &Outbound) -> Self {
        Self {
            connections: Connections::new(outbound.connections),
            unrecorded: Vec::new(),
            claims_unknown: false,
            woken: false,
        }
    }
}

/// Empties the outbox whenever something is due, until `stop`.
pub async fn run(outbound: Outbound, wakeups: Arc<Wakeups>, stop: CancellationToken) {
    let mut outbox = Outbox::new(&outbound);
    // A panic of this loop may have left claims behind.
    outbox.claims_unknown = true;
    while !stop.is_cancelled() {
        outbound.desk.health.tick("outbox", LONGEST_SLEEP);
        // Registered before looking, so that a mail queued meanwhile wakes the loop.
        let woken = wakeups.outbox.notified();
        let drained = drain(&outbound, &mut outbox, &stop).await;
        outbox.connections.close().await;
        let sleep = match drained {
            Ok(Drained { tried, server_down, .. }) => {
                let next = outbound.desk.store.next_due().await;
                // While mails wait for the server and none is due, nothing new is known of it.
                if tried || matches!(next, Ok(None)) {
                    outbound.desk.health.outbox_pass(server_down);
                }
                until(&outbound.desk, next.ok().flatten())
            }
            Err(error) => {
                error!("outbox: {error}");
                AFTER_FAULT
            }
        };
        outbox.woken = tokio::select! {
            () = woken => true,
            () = tokio::time::sleep(sleep) => false,
            () = stop.cancelled() => false,
        };
    }
    hand_back(&outbound, outbox).await;
}

/// Empties the outbox beside an intake that wakes it, until `taken_all` and nothing more is due.
///
/// # Errors
/// When the database fails. A later pass sends unrecorded mails again, with the same Message-ID.
pub async fn beside(
    outbound: Outbound,
    wakeups: Arc<Wakeups>,
    taken_all: CancellationToken,
    stop: CancellationToken,
) -> Result<Drained, StoreError> {
    let mut outbox = Outbox::new(&outbound);
    let (mut sent, mut server_down) = (0, None);
    let last = loop {
        let is_last = taken_all.is_cancelled() || stop.is_cancelled();
        let drained = match drain(&outbound, &mut outbox, &stop).await {
            Ok(drained) => drained,
            Err(error) => break Err(error),
        };
        sent += drained.sent;
        if drained.tried {
            server_down = drained.server_down;
        }
        if is_last || server_down.is_some() {
            break Ok(());
        }
        tokio::select! {
            () = wakeups.outbox.notified() => {}
            () = taken_all.cancelled() => {}
            () = stop.cancelled() => {}
        }
    };
    outbox.connections.close().await;
    hand_back(&outbound, outbox).await;
    last.map(|()| Drained { sent, tried: sent > 0, server_down })
}

/// Sends everything that is due now.
async fn drain(
    outbound: &Outbound,
    outbox: &mut Outbox,
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let drained = drain_claimed(outbound, outbox, stop).await;
    outbound.desk.alternation.set_sending(false);
    outbox.claims_unknown |= drained.is_err();
    drained
}

async fn drain_claimed(
    outbound: &Outbound,
    outbox: &mut Outbox,
    stop: &CancellationToken,
) -> Result<Drained, StoreError> {
    let mut total = Drained::default();
    record(&outbound.desk, &mut outbox.unrecorded).await?;
    if outbox.claims_unknown {
        release_claims(outbound).await?;
        outbox.claims_unknown = false;
    }
    while !stop.is_cancelled() {
        outbound.desk.health.tick("outbox", Duration::ZERO);
        let batch = claim(outbound, std::mem::take(&mut outbox.woken)).await?;
        if batch.is_empty() {
            break;
        }
        outbound.desk.alternation.set_sending(true);
        let drained = send_batch(outbound, outbox, batch, stop).await?;
        total.sent += drained.sent;
        total.tried = true;
        total.server_down = drained.server_down;
        if total.server_down.is_some() {
            break;
        }
    }
    Ok(total)
}

/// Claims due mails. Looks first, without the write lock, whether there are some, unless one `is_expected`.
async fn claim(outbound: &Outbound, is_expected: bool) -> Result<Vec<ClaimedMail>, StoreError> {
    let desk = &outbound.desk;
    let now = desk.clock.now();
    if !is_expected && desk.store.next_due().await?.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let mut tx = desk.store.write().await?;
    let batch = tx.claim_due(now, desk.clock.after(LEASE), outbound.process, CLAIM_AT_ONCE).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Makes mails due that this process has claimed. Only while it sends none.
async fn release_claims(outbound: &Outbound) -> Result<(), StoreError> {
    let mut tx = outbound.desk.store.write().await?;
    tx.release_claims(outbound.desk.clock.now(), outbound.process).await?;
    tx.commit().await
}

/// At the end of the loop: records what was sent, and releases the claims on what was not.
async fn hand_back(outbound: &Outbound, mut outbox: Outbox) {
    let handed_back = async {
        record(&outbound.desk, &mut outbox.unrecorded).await?;
        release_claims(outbound).await
    };
    if let Err(error) = handed_back.await {
        warn!("claimed mails are sent after the next start: {error}");
    }
}

/// How long to sleep if this is when the next mail is due.
fn until(desk: &Desk, next: Option<DateTime<Utc>>) -> Duration {
    next.map_or(LONGEST_SLEEP, |due| desk.clock.until(due).clamp(Duration::from_millis(10), LONGEST_SLEEP))
}
