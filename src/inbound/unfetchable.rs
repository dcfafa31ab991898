//! Retries a message that the IMAP server does not deliver. If other messages can be fetched, parks it without content,
//! so that it does not block them; the operator retries it when the server is repaired.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{fingerprint::message_id, prepare::prepare_one};
use crate::{
    desk::triage::ParkReason,
    hex,
    mail::InboundMail,
    mailbox::{ImapError, ImapSession, IntakeError, Open, STUCK_MESSAGE, Source, StuckMessage},
    service::{Desk, PassError, metrics},
    store::{AuditEvent, LedgerRow, NewEvent, NewMessage, Outcome, Place, StoreError, Tx, pack},
};

/// Minimum time before an unfetchable message is parked. A server may fail to deliver a message while it repairs an
/// index. If the message is parked by mistake, its inquirer gets the answer much later.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// Timeout of the search for another message that can be fetched.
const WITNESS_WITHIN: Duration = Duration::from_secs(300);

/// Stores which message ended a pass. Parks it after `max_attempts` failures over at least [`PATIENCE`]. A failure
/// counts only if the message was fetched alone and another message could be fetched.
///
/// Returns `true` on the first failure that counts, and when the message is parked.
pub(super) async fn note(
    desk: &Desk,
    session: &mut ImapSession,
    error: &IntakeError,
    stop: &CancellationToken,
) -> Result<bool, StoreError> {
    let IntakeError::Imap(ImapError::Unfetchable { uid, alone, why }) = error else { return Ok(false) };
    desk.health.tick("intake", WITNESS_WITHIN);
    let place = session.place();
    let witness = tokio::time::timeout(WITNESS_WITHIN, session.hands_over_another());
    let own_fault = *alone && matches!(stop.run_until_cancelled(witness).await, Some(Ok(true)));
    let now = desk.clock.now();
    let mut tx = desk.store.write().await?;
    let known = tx.state_or_insert(STUCK_MESSAGE, "").await?.parse::<StuckMessage>().ok();
    let known = known.filter(|known| known.tries > 0 && known.lies_in(&place) && known.uid == *uid);
    let (folder, uidvalidity) = place;
    let mut suspect = known.unwrap_or(StuckMessage { tries: 0, since: now, uidvalidity, uid: *uid, folder });
    suspect.tries += u32::from(own_fault);
    tx.set_state(STUCK_MESSAGE, &suspect.to_string()).await?;
    let given_up = own_fault && suspect.tries >= desk.max_attempts && now - suspect.since >= PATIENCE;
    let parked = if given_up { Some(park(&mut tx, &suspect, why, now)?) } else { None };
    tx.commit().await?;
    if let Some(id) = parked {
        metrics::count_message(Outcome::Parked.as_str());
        warn!(
            message.id = id,
            "UID {uid} is parked where it lies: the mail server has not handed it over in {} attempts; once it does, \
             `madoguchi parked retry {id}` takes it",
            suspect.tries
        );
    }
    Ok(given_up || own_fault && suspect.tries == 1)
}

/// Records a message in the ledger as parked, although only its place is known.
fn park(tx: &mut Tx, suspect: &StuckMessage, why: &str, now: DateTime<Utc>) -> Result<i64, StoreError> {
    let StuckMessage { tries, uidvalidity, uid, folder, .. } = suspect;
    let place = Place::Imap { folder: folder.clone(), uidvalidity: *uidvalidity, uid: *uid };
    let hash = hex::encode(&Sha256::digest(format!("withheld {place:?}")));
    let id = tx.fresh_id();
    tx.add_message(&NewMessage {
        id,
        place: &place,
        message_id: &message_id(&InboundMail::default(), &hash),
        hash: &hash,
        received_at: now,
        taken_at: now,
        size: 0,
        raw: &pack(&[])?,
        outcome: Outcome::Parked,
        reason: Some(ParkReason::Unfetchable.as_str()),
        detail: Some(why),
        ticket_id: None,
        duplicate_of: None,
        attempts: *tries,
        // Intake neither flags nor moves the message: the operator should find it unchanged.
        settled: true,
    });
    tx.append_event(now, NewEvent::by_desk(AuditEvent::Withheld { attempts: *tries }).on_message(id));
    Ok(id)
}

/// Fetches a message that was parked as unfetchable. The message is pending then, and the caller has it decided.
/// Returns `false` if it is no longer in its place.
pub async fn take_unfetchable(desk: &Desk, source: &Source, row: &LedgerRow) -> Result<bool, PassError> {
    let (Place::Imap { folder, uidvalidity, uid }, Open::Imap(mut session)) =
        (&row.place, source.open().await?)
    else {
        return Ok(false);
    };
    let there = session.place() == (folder.clone(), *uidvalidity);
    let taken = if there { session.one(*uid).await.map_err(IntakeError::from)? } else { None };
    session.logout().await;
    let Some(taken) = taken.filter(|taken| !taken.raw.is_empty()) else { return Ok(false) };
    let oversize = taken.oversize;
    let prepared = prepare_one(desk, taken).await?;
    let mut tx = desk.store.write().await?;
    let completed = NewMessage {
        outcome: Outcome::Pending,
        reason: oversize.then_some(ParkReason::Oversize.as_str()),
        // Attempts count decisions, and none was made yet.
        attempts: 0,
        ..prepared.ledger_row(row.id, desk.clock.now())
    };
    if tx.complete_message(&completed, ParkReason::Unfetchable.as_str()).await? {
        tx.append_event(desk.clock.now(), NewEvent::by_operator(AuditEvent::HandedOver).on_message(row.id));
        tx.commit().await?;
    }
    Ok(true)
}
