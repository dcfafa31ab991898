//! `application review` and `application results`: the results of a call.

use serde_json::json;

use super::{Context, print};
use crate::{
    desk::{staff_mail::SupportCommand, ticket::TicketNumber},
    letter::feedback::{refusal_to_operator, to_operator},
    service::{Actor, Operation, Outcome},
    tickets::{commands::find, results},
};

pub(super) async fn review(
    context: &Context,
    number: &TicketNumber,
    reviewer: &str,
    order: &SupportCommand,
) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let reviewer = results::reviewer(&operation, Some(reviewer));
    let outcome = match find(operation.tx, number).await? {
        Err(none) => Err(none),
        Ok(ticket) => results::carry_out(&mut operation, &ticket, order, reviewer).await?,
    };
    if outcome.is_ok() {
        tx.commit().await?;
    }
    print_outcome(context, &outcome, desk.rules.calendar.time_zone())
}

/// Prints all letters that would leave.
pub(super) async fn show(context: &Context) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let Some(preview) = results::preview(&mut operation).await? else {
        anyhow::bail!("support.enabled is false");
    };
    if context.json {
        return print::json(&json!({
            "code": preview.code,
            "obstacles": preview.obstacles,
            "cautions": preview.cautions,
            "letters": preview.letters,
        }));
    }
    for letter in &preview.letters {
        let copy = if letter.copy { " (copy)" } else { "" };
        print::line(format!(
            "{} {} {} to {}{copy}",
            letter.number, letter.decision, letter.region, letter.to
        ));
        print::line(format!("Subject: {}\n\n{}", letter.subject, letter.body));
    }
    preview.obstacles.iter().for_each(|line| print::line(format!("stops: {line}")));
    preview.cautions.iter().for_each(|line| print::line(format!("look: {line}")));
    print::line(format!("{} letters; code {}", preview.letters.len(), preview.code));
    Ok(())
}

/// Sends the letters of a code; without one, stops what has not left.
pub(super) async fn act(context: &Context, code: Option<&str>) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let mut tx = desk.store.write().await?;
    let now = desk.clock.now();
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let outcome = match code {
        Some(code) => results::send(&mut operation, code).await?,
        None => results::stop(&mut operation).await?,
    };
    if outcome.is_ok() {
        tx.commit().await?;
    }
    print_outcome(context, &outcome, desk.rules.calendar.time_zone())
}

fn print_outcome(context: &Context, outcome: &Outcome, zone: chrono_tz::Tz) -> anyhow::Result<()> {
    match outcome {
        Ok(done) => {
            let done = to_operator(done, zone);
            if context.json {
                return print::json(&json!({ "done": done }));
            }
            print::line(done);
            Ok(())
        }
        Err(refused) => anyhow::bail!("{}", refusal_to_operator(refused)),
    }
}
