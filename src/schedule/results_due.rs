//! Tells leads that the day for the results comes near or has passed, while there are applications without a result.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        application::{
            Call, Stage,
            decision::{ResultsNotice, results_notices},
        },
        japanese_time,
    },
    letter::{
        Content,
        results::{ResultsDueContext, waiting_in_words},
    },
    notify::staff_notice::notify,
    service::{Desk, Fault, Operation},
};

/// The notice that is due: the last one whose instant has come. An earlier one that was missed is not made up for.
fn due(desk: &Desk, now: DateTime<Utc>) -> Option<(&Call, ResultsNotice)> {
    let call = &desk.rules.support.as_ref()?.call;
    let notices = results_notices(call, &desk.rules.calendar);
    let (notice, _) = notices.into_iter().rev().find(|(_, at)| *at <= now)?;
    Some((call, notice))
}

/// When the next notice is due.
pub(super) fn next_results_notice(desk: &Desk) -> Option<DateTime<Utc>> {
    let now = desk.clock.now();
    let call = &desk.rules.support.as_ref()?.call;
    let notices = results_notices(call, &desk.rules.calendar);
    notices.into_iter().map(|(_, at)| at).find(|at| *at > now)
}

/// Queues the notice that is due, once. Returns the number of queued mails.
pub(super) async fn tell_of_results(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.clock.now();
    let Some((call, notice)) = due(desk, now) else { return Ok(0) };
    let name = format!("results_due:{}:{notice}", call.closes);
    if !desk.rules.calendar.is_open(now) || desk.store.state(&name).await?.is_some() {
        return Ok(0);
    }
    let mut tx = desk.store.write().await?;
    if tx.set_state(&name, &now.to_rfc3339()).await?.is_some() {
        // Another process has told them.
        return Ok(0);
    }
    let mut waiting = Vec::new();
    for known in tx.applications_of(call.closes).await? {
        if matches!(known.stage, Stage::Received | Stage::Accepted) {
            let decision = tx.decision(known.id).await?.decision;
            waiting.push(waiting_in_words(&known.number, known.stage, decision));
        }
    }
    let mut queued = 0;
    for lead in desk.duty(now).leads().into_iter().filter(|_| !waiting.is_empty()) {
        let waiting = waiting.clone();
        let days = match notice {
            ResultsNotice::Week => 5,
            ResultsNotice::Eve => 1,
            ResultsNotice::Passed => 0,
        };
        notify(&mut Operation::by_desk(desk, &mut tx, now), lead, &name, |common| {
            Content::ResultsDue(ResultsDueContext {
                common,
                results_by: japanese_time::official(call.results_by),
                days,
                passed: notice == ResultsNotice::Passed,
                waiting,
            })
        })?;
        queued += 1;
    }
    tx.commit().await?;
    Ok(queued)
}
