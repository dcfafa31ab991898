//! Mails from staff addresses that have no effect: their writers and the leads are told why, in limits, because a rule or a
//! responder may answer each explanation.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        staff::Member,
        staff_key::find_key,
        staff_mail::{MOST_DOUBTS, Problem, StaffMail},
        ticket::TicketNumber,
        triage::{Rules, is_about_a_call},
    },
    letter::{
        Content, NoEffect, Purpose, StaffReplyContext, UnprovenContext, as_in_envelope, limit_reached,
        no_more_explanations,
    },
    notify::staff_notice::notify,
    service::{Fault, Operation, PreparedMail},
    store::StoreError,
};

/// Explanations a day and member of mails whose sender is not proved.
const MOST_EXPLANATIONS: u32 = 10;

/// Tells the writer and the leads that a mail from a staff address had no effect, and why.
pub async fn explain_refusal(operation: &mut Operation<'_>, prepared: &PreparedMail) -> Result<(), Fault> {
    let rules = &operation.desk.rules;
    let reading = &prepared.reading;
    let is_proved = rules.gate.authserv_id.is_some() && reading.sender_doubt.is_none();
    let from = reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let line = why(prepared, rules).line(from, &without_key(&reading.mail.subject));
    let midnight = operation.midnight();
    let told = told(operation, from);
    if is_proved && is_exhausted(operation, from, midnight).await? {
        return announce_limit(operation, &told, from, &[], MOST_DOUBTS);
    }
    for member in told {
        let mut problems = vec![line.clone()];
        if is_proved {
            notify(operation, member, &prepared.hash, |common| {
                Content::StaffDoubt(StaffReplyContext { problems, ..StaffReplyContext::new(common) })
            })?;
            continue;
        }
        // Anybody can send such mails, so they use up no budget of the member's own mails.
        let before =
            operation.tx.queued_for(&as_in_envelope(&member.address), Purpose::Unproven, midnight).await?;
        if before >= MOST_EXPLANATIONS {
            continue;
        }
        problems.extend((before + 1 == MOST_EXPLANATIONS).then(|| no_more_explanations(MOST_EXPLANATIONS)));
        notify(operation, member, &prepared.hash, |common| {
            Content::Unproven(UnprovenContext { common, problems })
        })?;
    }
    Ok(())
}

/// Whether a member got too many replies today to doubtful mails about no ticket or about several.
async fn is_exhausted(
    operation: &mut Operation<'_>,
    from: &str,
    midnight: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(member) = operation.desk.rules.staff.find(from) else { return Ok(false) };
    let replied = operation.tx.replied_to(&as_in_envelope(&member.address), midnight).await?;
    Ok(replied.iter().any(|replies| replies.ticket.is_none() && replies.to_doubts >= MOST_DOUBTS))
}

/// Tells a member and the leads, once a day, that further mails about a ticket will have no effect today.
pub fn explain_limit(operation: &mut Operation<'_>, prepared: &PreparedMail) -> Result<(), Fault> {
    let reading = &prepared.reading;
    let from = reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let tickets = reading.staff.as_ref().map(StaffMail::replied_about).unwrap_or_default();
    let tickets: Vec<TicketNumber> = tickets.into_iter().flatten().collect();
    let most = reading.staff.as_ref().map_or(MOST_DOUBTS, StaffMail::most_replies);
    announce_limit(operation, &told(operation, from), from, &tickets, most)
}

fn announce_limit(
    operation: &mut Operation<'_>,
    told: &[&Member],
    from: &str,
    tickets: &[TicketNumber],
    most: u32,
) -> Result<(), Fault> {
    let line = limit_reached(from, tickets, most);
    // The occasion is the same all day, and a mail about it is queued once.
    let occasion = format!("limit {} {line}", operation.day());
    for member in told {
        let problems = vec![line.clone()];
        notify(operation, member, &occasion, |common| {
            Content::StaffReply(StaffReplyContext { problems, ..StaffReplyContext::new(common) })
        })?;
    }
    Ok(())
}

/// The subject for the eyes of the leads: a key is its member's alone.
fn without_key(subject: &str) -> String {
    find_key(subject).map_or_else(|| subject.to_owned(), |key| subject.replace(key, "#…"))
}

/// The writer, if they are a member, and the leads.
fn told<'a>(operation: &Operation<'a>, from: &str) -> Vec<&'a Member> {
    let duty = operation.desk.duty(operation.now);
    let is_told = |member: &&Member| member.address.eq_ignore_ascii_case(from) || duty.acts_as_lead(member);
    operation.desk.rules.staff.all().filter(is_told).collect()
}

fn why(prepared: &PreparedMail, rules: &Rules) -> NoEffect {
    let reading = &prepared.reading;
    let owner = || {
        let mut problems = reading.staff.iter().flat_map(|staff| &staff.problems);
        problems.find_map(|problem| match problem {
            Problem::OthersKey(name) => Some(name.clone()),
            _ => None,
        })
    };
    let has_wrong_key = || {
        let mut problems = reading.staff.iter().flat_map(|staff| &staff.problems);
        problems.any(|problem| matches!(problem, Problem::WrongKey(_)))
    };
    match reading.sender_doubt {
        Some(doubt) => doubt.into(),
        None if reading.oversize.is_some() || reading.mail.unreadable.is_some() => NoEffect::Unread,
        None if has_wrong_key() => NoEffect::WrongKey,
        None if is_about_a_call(&reading.mail.subject) => {
            let labels = rules.form.fields().iter().map(|field| field.label.clone());
            NoEffect::CallWithoutForm(labels.collect())
        }
        None => owner().map_or(NoEffect::NoKey, NoEffect::OthersKey),
    }
}
