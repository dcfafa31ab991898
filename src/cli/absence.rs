//! `absence`: days on which members are away, and their substitutes.

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Context, print};
use crate::{
    desk::{japanese_date::WrittenDays, staff_mail::Away},
    letter::feedback::{refusal_to_operator, span_fault_to_operator},
    service::{Actor, Operation},
    tickets::absence,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List absences that are not over, those of the settings among them
    List,
    /// Register an absence: mails to the member go to the substitute
    Add {
        /// Member, by name or address
        who: String,
        /// First day, such as 2025-07-10
        from: String,
        /// Last day
        to: String,
        /// Substitute, by name or address; default: the leads
        #[arg(long, value_name = "WHO")]
        substitute: Option<String>,
    },
    /// End the registered absences of a member
    Remove {
        /// Member, by name or address
        who: String,
    },
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    let now = desk.clock.now();
    if let Command::List = command {
        let today = now.with_timezone(&desk.rules.calendar.time_zone()).date_naive();
        let absences = desk.absences.all();
        let left = absences.iter().filter(|absence| absence.last >= today);
        if context.json {
            let object = |absence: &crate::desk::duty::Absence| {
                let crate::desk::duty::Absence { member, first, last, substitute } = absence;
                json!({"member": member, "from": first, "to": last, "substitute": substitute})
            };
            return print::json(&left.map(object).collect::<Vec<Value>>());
        }
        left.for_each(|absence| print::line(absence.to_string()));
        return Ok(());
    }
    let mut tx = desk.store.write().await?;
    let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
    let outcome = match command {
        Command::List => return Ok(()),
        Command::Add { who, from, to, substitute } => {
            let days = WrittenDays::read(&from, &to)
                .map_err(|fault| anyhow::anyhow!("{from} to {to}: {}", span_fault_to_operator(fault)))?;
            absence::away(&mut operation, &Away { who, days, substitute: Some(substitute) }).await?
        }
        Command::Remove { who } => absence::back(&mut operation, &who).await?,
    };
    match outcome {
        Ok(done) => {
            tx.commit().await?;
            print::done(context, &desk, &done)
        }
        Err(refused) => bail!("{}", refusal_to_operator(&refused)),
    }
}
