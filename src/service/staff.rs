//! A mail of a member of staff: its commands are carried out, its answers queued, and what cannot be done is explained
//! to its writer alone.

use chrono::{DateTime, Utc};

use super::{
    Desk, digest,
    notice::notify,
    process::{Fault, InHand},
    work::{self, Actor},
    writing::{self, Writing},
};
use crate::{
    desk::{
        feedback::Written,
        staff::Member,
        staff_mail::{Command, StaffMail},
        window::start_of_day,
    },
    letter::{Content, NoEffect, StaffReplyContext, problem_in_words, refused_order},
    store::Tx,
};

/// Explanations of mails without effect, a day and member.
const MOST_EXPLANATIONS: u32 = 10;

/// Does what a member of staff asks for.
pub(super) async fn work_on(
    desk: &Desk,
    hand: &InHand,
    tx: &mut Tx,
    member: &Member,
    mail: &StaffMail,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    // The list is read past the transaction, so that it has to have begun.
    tx.require_begun()?;
    let actor = Actor::Staff(member);
    let (mut done, mut problems) = (Vec::new(), Vec::new());
    let (mut manual, mut list) = (false, false);
    for order in &mail.orders {
        let number = match (&order.command, &order.ticket) {
            (Command::Help, _) => {
                manual = true;
                continue;
            }
            (Command::List, _) => {
                list = true;
                continue;
            }
            (_, Some(number)) => number,
            (_, None) => continue,
        };
        let outcome = match work::find(tx, number).await? {
            Ok(ticket) => work::carry_out(desk, tx, actor, &ticket, &order.command, now).await?,
            Err(none) => Err(none),
        };
        match outcome {
            Ok(said) => done.push(said.japanese),
            Err(said) => problems.push(refused_order(&order.line, &said.japanese)),
        }
    }
    let files = hand.reading.mail.attachments.as_slice();
    for answer in &mail.answers {
        let outcome = match work::find(tx, &answer.ticket).await? {
            Ok(ticket) => {
                let writing = Writing { text: &answer.text, files };
                writing::write(desk, tx, actor, &ticket, Written::Answer, writing, now).await?
            }
            Err(none) => Err(none),
        };
        // What was taken is shown by a mail of its own.
        if let Err(said) = outcome {
            problems.push(said.japanese);
        }
    }
    problems.extend(mail.problems.iter().map(problem_in_words));
    if list {
        digest::send_one(desk, tx, member, now).await?;
    }
    if done.is_empty() && problems.is_empty() && !manual {
        return Ok(());
    }
    notify(desk, tx, member, &hand.hash, now, |common| {
        Content::StaffReply(StaffReplyContext { common, done, problems, manual })
    })
}

/// Tells the writer and the leads that a mail from a staff address had no effect, and why.
pub(super) async fn explain_refusal(
    desk: &Desk,
    hand: &InHand,
    tx: &mut Tx,
    why: NoEffect,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let from = hand.reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let told = desk.rules.staff.all().filter(|member| {
        member.address.eq_ignore_ascii_case(from) || desk.rules.staff.leads().any(|lead| lead == *member)
    });
    let midnight = start_of_day(now, desk.rules.calendar.time_zone());
    for member in told {
        // A rule that sends our mails back in the member's name would go round and round.
        if tx.explained(&member.address, midnight).await? >= MOST_EXPLANATIONS {
            continue;
        }
        let problems = vec![why.line(from, &hand.reading.mail.subject)];
        notify(desk, tx, member, &hand.hash, now, |common| {
            Content::StaffReply(StaffReplyContext { common, done: Vec::new(), problems, manual: false })
        })?;
    }
    Ok(())
}
