//! Proves the audit: the chain of hashes, and that tickets, ledger and outbox say what the events say. The chain alone
//! shows no cut of its end by somebody who also writes the desk's row.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::{
    Dialect, EventKind, OutboxState, Outcome, Result, Store, connect, event::chain, query, query_text,
};

/// What the audit proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Number of events.
    pub events: u64,
    /// Hash of the newest event.
    pub newest: String,
    pub chain: Chain,
    /// Rows that contradict the events.
    pub contradictions: Vec<Contradiction>,
}

/// The state of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    Whole,
    /// This event has another hash than its columns give.
    BrokenAt(i64),
    /// The desk's row has another hash than the last event: later events are missing.
    CutAfter(i64),
}

/// Rows of one kind that contradict the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Such as "tickets that no event filed".
    pub what: &'static str,
    pub count: usize,
    /// Row id of the first.
    pub first: i64,
}

/// What a walk over the events has seen.
#[derive(Default)]
struct Walk {
    events: u64,
    hash: String,
    last: i64,
    broken: Option<i64>,
    /// What the last event says of each outbox row that one names, and the rows that were accepted.
    mails: HashMap<i64, Told>,
    sent: HashSet<i64>,
}

/// What an event says of a mail in the outbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Sent,
    Failed,
    Cancelled,
    Deferred,
    /// Something that leaves its state open.
    Other,
}

impl Told {
    fn of(what: &str) -> Self {
        use EventKind::{Bounced, Cancelled, Deferred, MailCancelled, Rejected, Sent, Undeliverable};
        let is = |kinds: &[EventKind]| kinds.iter().any(|kind| kind.as_str() == what);
        match () {
            () if is(&[Sent, Bounced]) => Self::Sent,
            () if is(&[Undeliverable]) => Self::Failed,
            () if is(&[Cancelled, MailCancelled, Rejected]) => Self::Cancelled,
            () if is(&[Deferred]) => Self::Deferred,
            () => Self::Other,
        }
    }

    /// Whether the mail may be in this state, if no later event is about it.
    fn allows(self, state: &str) -> bool {
        let is = |states: &[OutboxState]| states.iter().any(|known| known.as_str() == state);
        match self {
            Self::Sent => is(&[OutboxState::Sent, OutboxState::Bounced]),
            Self::Failed => is(&[OutboxState::Failed]),
            Self::Cancelled => is(&[OutboxState::Cancelled]),
            Self::Deferred => is(&[OutboxState::Deferred]),
            Self::Other => true,
        }
    }
}

impl Store {
    /// Hash of the newest event.
    pub async fn newest_event_hash(&self) -> Result<String> {
        let row = query("SELECT event_hash FROM desk").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    /// Whether an event has this hash, which left the machine before.
    pub async fn has_event_hash(&self, hash: &str) -> Result<bool> {
        let row = query("SELECT id FROM event WHERE hash = $1 LIMIT 1").bind(hash.to_owned());
        Ok(row.fetch_optional(&self.pool).await?.is_some())
    }

    /// Reads all events and compares them with the other tables, in one state of the database.
    pub async fn prove_audit(&self) -> Result<Proof> {
        let mut connection = connect(&self.url, self.dialect).await?;
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        };
        let mut tx = connection.begin_with(begin).await?;
        let row = query("SELECT event_hash FROM desk").fetch_one(&mut *tx).await?;
        let newest: String = row.try_get(0)?;
        let walk = walk(&mut tx).await?;
        let chain = match walk.broken {
            Some(id) => Chain::BrokenAt(id),
            None if walk.hash == newest => Chain::Whole,
            None => Chain::CutAfter(walk.last),
        };
        let contradictions = contradictions(&mut tx, &walk).await?;
        tx.rollback().await?;
        connection.close().await?;
        Ok(Proof { events: walk.events, newest, chain, contradictions })
    }
}

async fn walk(connection: &mut AnyConnection) -> Result<Walk> {
    let mut walk = Walk::default();
    let mut rows =
        query("SELECT id, at, actor, ticket_id, message_ref, what, detail, hash FROM event ORDER BY id")
            .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        walk.read(&row)?;
    }
    Ok(walk)
}

impl Walk {
    fn read(&mut self, row: &AnyRow) -> Result<()> {
        let id: i64 = row.try_get("id")?;
        let (at, actor, what, detail): (String, String, String, String) =
            (row.try_get("at")?, row.try_get("actor")?, row.try_get("what")?, row.try_get("detail")?);
        let (ticket, message) = (row.try_get("ticket_id")?, row.try_get("message_ref")?);
        self.hash = chain(&self.hash, id, &at, &actor, ticket, message, &what, &detail);
        let stored: String = row.try_get("hash")?;
        if self.broken.is_none() && self.hash != stored {
            self.broken = Some(id);
        }
        (self.last, self.events) = (id, self.events + 1);
        if let Some(outbox) = outbox_of(&detail) {
            if what == EventKind::Sent.as_str() {
                self.sent.insert(outbox);
            }
            self.mails.insert(outbox, Told::of(&what));
        }
        Ok(())
    }
}

/// The outbox row that the text of an event names: 「answer (outbox 7, attempt 1)」, 「answer (outbox 7)」, 「outbox 7」.
fn outbox_of(detail: &str) -> Option<i64> {
    let (_, rest) = match detail.strip_prefix("outbox ") {
        Some(rest) => ("", rest),
        None => detail.split_once(" (outbox ")?,
    };
    rest.split([',', ')']).next()?.parse().ok()
}

/// Messages of an outcome without an event of its kind. A message that cannot be fetched or decided is parked by that.
const OUTCOME: &str = "SELECT id FROM message WHERE outcome = $1
     EXCEPT SELECT message_ref FROM event WHERE what IN ($2, $3, $4)";

/// Compares the events with tickets, ledger and outbox.
async fn contradictions(connection: &mut AnyConnection, walk: &Walk) -> Result<Vec<Contradiction>> {
    let [filed, applied] = [EventKind::Filed, EventKind::ApplicationFiled].map(EventKind::as_str);
    let [ticket, follow_up] = [Outcome::Ticket, Outcome::FollowUp].map(Outcome::as_str);
    let by_event = |outcome: Outcome, event: EventKind| {
        [outcome.as_str(), event.as_str(), EventKind::Withheld.as_str(), EventKind::Failed.as_str()]
    };
    let mut found = Vec::new();
    for (what, ids, words) in [
        (
            "tickets that no event filed",
            "SELECT id FROM ticket EXCEPT SELECT ticket_id FROM event WHERE what IN ($1, $2)",
            &[filed, applied][..],
        ),
        (
            "tickets that are missing and have events",
            "SELECT ticket_id AS id FROM event WHERE ticket_id IS NOT NULL EXCEPT SELECT id FROM ticket",
            &[],
        ),
        (
            "messages without an event",
            "SELECT id FROM message WHERE outcome <> $1 EXCEPT SELECT message_ref FROM event",
            &[Outcome::Pending.as_str()],
        ),
        (
            "messages that are missing and have events",
            "SELECT message_ref AS id FROM event WHERE message_ref IS NOT NULL EXCEPT SELECT id FROM message",
            &[],
        ),
        (
            "messages whose ticket is missing",
            "SELECT id FROM message WHERE outcome IN ($1, $2)
               AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = message.ticket_id)",
            &[ticket, follow_up],
        ),
        (
            "messages that no event put into their ticket",
            "SELECT id FROM (SELECT id, ticket_id FROM message WHERE outcome IN ($1, $2)
               EXCEPT SELECT message_ref, ticket_id FROM event) AS other",
            &[ticket, follow_up],
        ),
        ("messages that no event parked", OUTCOME, &by_event(Outcome::Parked, EventKind::Parked)),
        ("messages that no event discarded", OUTCOME, &by_event(Outcome::Discarded, EventKind::Discarded)),
        ("duplicates that no event found", OUTCOME, &by_event(Outcome::Duplicate, EventKind::Duplicate)),
    ] {
        let sql = format!("SELECT COUNT(*) AS count, MIN(id) AS first FROM ({ids}) AS found");
        let query = words.iter().fold(query_text(sql), |query, word| query.bind(*word));
        let row = query.fetch_one(&mut *connection).await?;
        let (count, first): (i64, Option<i64>) = (row.try_get("count")?, row.try_get("first")?);
        found.push((what, usize::try_from(count).unwrap_or(usize::MAX), first));
    }
    let mut missing: HashSet<i64> = walk.mails.keys().copied().collect();
    let (mut unsent, mut other) = (Vec::new(), Vec::new());
    let mut rows = query("SELECT id, state FROM outbox ORDER BY id").fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (id, state): (i64, String) = (row.try_get("id")?, row.try_get("state")?);
        missing.remove(&id);
        if state == OutboxState::Sent.as_str() && !walk.sent.contains(&id) {
            unsent.push(id);
        }
        if walk.mails.get(&id).is_some_and(|told| !told.allows(&state)) {
            other.push(id);
        }
    }
    found.push(("mails in another state than the last event says", other.len(), other.first().copied()));
    found.push(("mails that are sent without an event", unsent.len(), unsent.first().copied()));
    found.push(("mails that are missing and have events", missing.len(), missing.into_iter().min()));
    let contradiction =
        |(what, count, first): (_, _, Option<i64>)| first.map(|first| Contradiction { what, count, first });
    Ok(found.into_iter().filter_map(contradiction).collect())
}
