//! Results of attempts to send a mail, and of delivery reports that arrive later. `delivery` decides on retries.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;

use super::{
    AuditEvent, ClaimedMail, DeliveryAttempt, NewEvent, OutboxState, Result, Store, Table, Tx, instant_text,
    partial, places, query, query_text, read_instant_option, read_word, ticket::storable, writes::Value,
};
use crate::{desk::triage::Reported, letter::Purpose, mail::SmtpReply};

/// Mails that were tried within this time met the same server.
const SIDE_BY_SIDE: TimeDelta = TimeDelta::seconds(5);

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The server accepted the mail.
    Sent,
    Retry {
        /// Not before this instant.
        at: DateTime<Utc>,
    },
    /// No retry.
    Failed,
    /// The server gave no verdict that can be read: the mail may have left.
    Unconfirmed {
        /// Not before this instant; `None`: no retry.
        next: Option<DateTime<Utc>>,
    },
}

/// The result of an attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub due: ClaimedMail,
    pub at: DateTime<Utc>,
    pub reply: SmtpReply,
    pub verdict: Verdict,
}

impl Store {
    /// Whether the mail server has accepted a mail since shortly before another was last tried: mails of a batch are tried
    /// side by side. Looks at the newest mails only.
    pub async fn accepted_since_last_attempt(&self, outbox: i64) -> Result<bool> {
        let row = query("SELECT MAX(at) AS at FROM attempt WHERE outbox_id = $1")
            .bind(outbox)
            .fetch_one(&self.pool)
            .await?;
        let Some(tried) = read_instant_option(&row, "attempt", "at", outbox)? else { return Ok(false) };
        let row = query(
            "SELECT COUNT(*) AS accepted
             FROM (SELECT state, finished_at FROM outbox ORDER BY id DESC LIMIT 200) AS newest
             WHERE state = $1 AND finished_at > $2",
        )
        .bind(OutboxState::Sent.as_str())
        .bind(instant_text(tried - SIDE_BY_SIDE))
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<i64, _>("accepted")? > 0)
    }
}

impl Tx {
    /// Records results, and releases the claims. A mail that is no longer queued keeps its state.
    pub async fn record_attempts(&mut self, attempts: &[Attempt]) -> Result<()> {
        for Attempt { due, at, reply, verdict } in attempts {
            self.writes.push(
                Table::Attempt,
                [
                    due.id.into(),
                    i64::from(due.attempt).into(),
                    instant_text(*at).into(),
                    storable(&reply.to_string()).into(),
                ],
            );
            let attempt = DeliveryAttempt {
                purpose: due.purpose,
                outbox: due.id,
                attempt: due.attempt,
                codes: reply.codes(),
            };
            let event = match verdict {
                Verdict::Sent => AuditEvent::Sent(attempt),
                Verdict::Retry { .. } => AuditEvent::Delayed(attempt),
                Verdict::Failed => AuditEvent::Undeliverable(attempt),
                Verdict::Unconfirmed { .. } => AuditEvent::Unconfirmed(attempt),
            };
            self.append_event(*at, NewEvent::by_desk(event).on_ticket(due.ticket_id));
        }
        let sent: Vec<&Attempt> =
            attempts.iter().filter(|attempt| attempt.verdict == Verdict::Sent).collect();
        if let Some(last) = sent.last() {
            let sql = format!(
                "UPDATE outbox SET state = ?, next_attempt_at = NULL, claimed_by = NULL, finished_at = ?
                 WHERE {} AND id IN ({})",
                partial::queued(),
                places(sent.len())
            );
            // The instant of the last one counts for the group: it was sent within milliseconds.
            let mut values: Vec<Value> =
                vec![OutboxState::Sent.as_str().into(), instant_text(last.at).into()];
            values.extend(sent.iter().map(|attempt| Value::from(attempt.due.id)));
            self.writes.change(sql, values);
        }
        for Attempt { due, at, verdict, .. } in attempts {
            match verdict {
                Verdict::Sent => {}
                Verdict::Retry { at: next } | Verdict::Unconfirmed { next: Some(next) } => {
                    self.conclude(due.id, OutboxState::Queued, Some(*next), None).await?;
                }
                Verdict::Failed | Verdict::Unconfirmed { next: None } => {
                    self.conclude(due.id, OutboxState::Failed, None, Some(*at)).await?;
                }
            }
        }
        Ok(())
    }

    async fn conclude(
        &mut self,
        id: i64,
        state: OutboxState,
        next: Option<DateTime<Utc>>,
        finished: Option<DateTime<Utc>>,
    ) -> Result<()> {
        query_text(format!(
            "UPDATE outbox SET state = $2, next_attempt_at = $3, finished_at = $4, claimed_by = NULL
             WHERE id = $1 AND {}",
            partial::queued()
        ))
        .bind(id)
        .bind(state.as_str())
        .bind(next.map(instant_text))
        .bind(finished.map(instant_text))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// The mail with this Message-ID, and its ticket.
    pub async fn reported(&mut self, message_id: &str) -> Result<Option<Reported>> {
        let row = query(
            "SELECT outbox.id AS id, ticket.id AS ticket_id, ticket.number AS number
             FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id WHERE message_id = $1",
        )
        .bind(message_id.to_owned())
        .fetch_optional(self.connection().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.try_get("id")?;
        let ticket = match row.try_get::<Option<i64>, _>("ticket_id")? {
            Some(ticket_id) => Some((ticket_id, read_word(&row, "ticket", "number", ticket_id)?)),
            None => None,
        };
        Ok(Some(Reported { outbox: id, ticket }))
    }

    /// Records that an accepted mail did not arrive. Returns its recipient and purpose; `None` if that was recorded
    /// before.
    pub async fn mark_bounced(&mut self, id: i64, now: DateTime<Utc>) -> Result<Option<(String, Purpose)>> {
        let row = query(
            "UPDATE outbox SET state = $3, next_attempt_at = NULL, finished_at = $2
             WHERE id = $1 AND state <> $3 RETURNING recipient, purpose",
        )
        .bind(id)
        .bind(instant_text(now))
        .bind(OutboxState::Bounced.as_str())
        .fetch_optional(self.connection().await?)
        .await?;
        row.map(|row| Ok((row.try_get("recipient")?, read_word(&row, "outbox", "purpose", id)?))).transpose()
    }
}
