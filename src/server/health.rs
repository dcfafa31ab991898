//! Derives readiness from the loops' reports, and feeds the service manager's watchdog. `http` serves the result.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Serving;
use crate::{login::TokenState, service::Desk};

/// Limit for the time that a mail waits in the outbox, in seconds. Above it the desk is not ready.
const OUTBOX_WITHIN: u64 = 3_600;
/// Timeout of the database checks.
const DATABASE_WITHIN: Duration = Duration::from_secs(10);

/// Body of `/readyz`, as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    /// Whether `reasons` is empty.
    pub ready: bool,
    /// Why the desk is not ready.
    pub reasons: Vec<String>,
    /// Another process has the lead and fetches mail.
    pub standby: bool,
    /// Problems for the operator that do not make the desk unready.
    pub warnings: Vec<String>,
    /// End of the last complete pass over the mailbox.
    pub last_intake: Option<DateTime<Utc>>,
    /// Seconds since `last_intake`.
    pub seconds_since_intake: Option<i64>,
    /// Waiting time of the oldest mail in the outbox.
    pub oldest_queued_seconds: Option<u64>,
    /// Business time since the last mail.
    pub silence_business_seconds: i64,
    pub tokens: Vec<TokenState>,
}

/// Checks the loops' reports, the database and the access tokens.
pub async fn readiness(serving: &Serving) -> Readiness {
    let desk = &serving.desk;
    let report = desk.health.report();
    let now = desk.clock.now();
    let (mut reasons, mut warnings) = (Vec::new(), Vec::new());
    let since = report.last_intake.map(|at| now - at);
    if let Some(error) = &report.intake_error {
        reasons.push(format!("mailbox: {error}"));
    } else if !report.standby
        && let Some((_, limit)) = report.ticks.get("intake")
        && since.is_none_or(|since| since.to_std().is_ok_and(|since| since > *limit))
    {
        reasons.push("mailbox: it has not been read to its end yet, or not for long".to_owned());
    }
    reasons.extend(report.delivery_error.iter().map(|error| format!("delivery: {error}")));
    reasons.extend(report.timetable_error.iter().map(|error| format!("timetable: {error}")));
    reasons.extend(desk.health.stuck().iter().map(|name| format!("{name}: the loop does not tick any more")));
    let panicking = desk.health.panicking();
    reasons.extend(
        panicking.iter().map(|name| format!("{name}: the loop panicked and is started again; see the log")),
    );
    let mut oldest = None;
    match tokio::time::timeout(DATABASE_WITHIN, desk.store.counts(now)).await {
        Ok(Ok(counts)) => {
            oldest = counts.oldest_queued;
            if let Some(seconds) = oldest.filter(|seconds| *seconds > OUTBOX_WITHIN) {
                reasons.push(format!("outbox: a mail has been waiting for {seconds} s"));
            }
        }
        Ok(Err(error)) => reasons.push(format!("database: {error}")),
        Err(_) => reasons.push(format!("database: no answer within {} s", DATABASE_WITHIN.as_secs())),
    }
    warnings.extend(report.settle_error);
    warnings.extend(report.calendar_warning);
    if let Some((purpose, code)) = report.wording_stopped {
        warnings.push(format!(
            "wording: {purpose} was not sent, because the last guard found a fault in it ({code}); see templates.dir, then reload"
        ));
    }
    if let Some(behind) = report.clock_behind {
        warnings.push(format!(
            "clock: the mail server is {} min ahead of this machine; deadlines are told by this machine's clock: see that it is set by NTP",
            behind.num_minutes()
        ));
    }
    if report.deferred > 0 {
        warnings.push(format!(
            "delivery: {} automatic mails wait because delivery.daily_limit is reached; see whether somebody floods the desk, or raise it",
            report.deferred
        ));
    }
    if desk.is_too_silent(report.silence) {
        warnings.push(format!(
            "silence: no mail for {} h of business time; see that mail to the desk still arrives",
            report.silence.seconds() / 3600
        ));
    }
    if let Some(count) = report.unexplained.filter(|count| *count > 0) {
        warnings.push(format!("mailbox: {count} messages are not in the ledger; see `madoguchi reconcile`"));
    }
    let tokens: Vec<TokenState> = serving.tokens().map(|tokens| tokens.state()).collect();
    for token in &tokens {
        // While the cached token is valid, a failed renewal is only a warning: there is time to repair the token
        // endpoint. Without a valid token the mail server refuses the login.
        if let Some(error) = &token.error {
            let holds = token.expires_in_seconds.is_some_and(|left| left > 0);
            let list = if holds { &mut warnings } else { &mut reasons };
            list.push(format!("{} token: {error}", token.section));
        }
    }
    Readiness {
        ready: reasons.is_empty(),
        reasons,
        standby: report.standby,
        warnings,
        last_intake: report.last_intake,
        seconds_since_intake: since.map(|since| since.num_seconds()),
        oldest_queued_seconds: oldest,
        silence_business_seconds: report.silence.seconds(),
        tokens,
    }
}

/// Feeds the service manager's watchdog while every loop ticks and the database answers. Otherwise the watchdog expires
/// and the service manager restarts the desk.
pub(super) async fn watch(desk: &Desk, stop: &tokio_util::sync::CancellationToken) {
    let Some(every) = sd_notify::watchdog_enabled().map(|limit| limit / 3) else {
        stop.cancelled().await;
        return;
    };
    while !stop.is_cancelled() {
        let answers = tokio::time::timeout(DATABASE_WITHIN, desk.store.ping()).await;
        let stuck = desk.health.stuck();
        if stuck.is_empty() && matches!(answers, Ok(Ok(()))) {
            super::lifecycle::notify(&[sd_notify::NotifyState::Watchdog]);
        } else {
            tracing::error!(
                ?stuck,
                "the watchdog is not fed: a loop is stuck, or the database does not answer"
            );
        }
        let _ = tokio::time::timeout(every, stop.cancelled()).await;
    }
}
