//! A mail of a member of staff: its commands are carried out, its answers queued, and what cannot be done is explained
//! to its writer alone.

use super::{
    answer::{self, Draft},
    commands,
};
use crate::{
    desk::{
        feedback::Written,
        staff::Member,
        staff_mail::{Command, StaffMail},
        window::start_of_day,
    },
    letter::{
        Content, NoEffect, StaffReplyContext,
        feedback::{refusal_to_staff, to_staff},
        problem_in_words, refused_order,
    },
    notify::{digest, staff_notice::notify},
    service::{Actor, Fault, Operation, PreparedMail},
};

/// Explanations of mails without effect, a day and member.
const MOST_EXPLANATIONS: u32 = 10;

/// Does what a member of staff asks for.
pub async fn work_on(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    member: &Member,
    mail: &StaffMail,
) -> Result<(), Fault> {
    let mut operation = operation.on_behalf_of(Actor::Staff(member));
    let operation = &mut operation;
    let zone = operation.desk.rules.calendar.time_zone();
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
        let outcome = match commands::find(operation.tx, number).await? {
            Ok(ticket) => commands::carry_out(operation, &ticket, &order.command).await?,
            Err(none) => Err(none),
        };
        match outcome {
            Ok(what) => done.push(to_staff(&what, zone, operation.now)),
            Err(refused) => problems.push(refused_order(&order.line, &refusal_to_staff(&refused))),
        }
    }
    let files = prepared.reading.mail.attachments.as_slice();
    for answer in &mail.answers {
        let outcome = match commands::find(operation.tx, &answer.ticket).await? {
            Ok(ticket) => {
                let draft = Draft { text: &answer.text, files };
                answer::write(operation, &ticket, Written::Answer, draft).await?
            }
            Err(none) => Err(none),
        };
        // What was taken is shown by a mail of its own.
        if let Err(refused) = outcome {
            problems.push(refusal_to_staff(&refused));
        }
    }
    problems.extend(mail.problems.iter().map(problem_in_words));
    if list {
        digest::send_one(operation, member).await?;
    }
    if done.is_empty() && problems.is_empty() && !manual {
        return Ok(());
    }
    notify(operation, member, &prepared.hash, |common| {
        Content::StaffReply(StaffReplyContext { common, done, problems, manual })
    })
}

/// Tells the writer and the leads that a mail from a staff address had no effect, and why.
pub async fn explain_refusal(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    why: NoEffect,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let from = prepared.reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let told = desk
        .rules
        .staff
        .all()
        .filter(|member| member.address.eq_ignore_ascii_case(from) || desk.rules.staff.is_lead(member));
    let midnight = start_of_day(now, desk.rules.calendar.time_zone());
    for member in told {
        // A rule that sends our mails back in the member's name would go round and round.
        if operation.tx.explained(&member.address, midnight).await? >= MOST_EXPLANATIONS {
            continue;
        }
        let problems = vec![why.line(from, &prepared.reading.mail.subject)];
        notify(operation, member, &prepared.hash, |common| {
            Content::StaffReply(StaffReplyContext { common, done: Vec::new(), problems, manual: false })
        })?;
    }
    Ok(())
}
