//! 休暇: a member is away for some days and has a substitute. The desk notifies both, but not the one who ordered it.

use super::commands::one_member;
use crate::{
    desk::{
        calendar::date_of,
        duty::Absence,
        feedback::{Done, Refused},
        staff::Member,
        staff_mail::Away,
    },
    letter::{self, Content, StaffReplyContext, feedback::to_staff},
    notify::staff_notice::notify,
    service::{ABSENCES, Actor, Fault, Operation, Outcome, stored_absences},
    store::AuditEvent,
};

/// Registers an absence. It takes the place of others of the member on these days.
///
/// # Errors
/// When the database or a template fails.
pub async fn away(operation: &mut Operation<'_>, away: &Away) -> Result<Outcome, Fault> {
    let desk = operation.desk;
    let member = match one_member(operation, &away.who) {
        Ok(member) => member,
        Err(refused) => return Ok(Err(refused)),
    };
    let zone = desk.rules.calendar.time_zone();
    let (first, last) = match away.days.from(date_of(operation.now, zone)) {
        Ok(days) => days,
        Err(fault) => return Ok(Err(Refused::AbsenceDays(fault))),
    };
    let Some(substitute) = &away.substitute else { return Ok(Err(Refused::NoSubstitute)) };
    let substitute = match substitute.as_deref().map(|name| one_member(operation, name)) {
        Some(Ok(substitute)) if substitute == member => return Ok(Err(Refused::NoSubstitute)),
        Some(Ok(substitute)) => Some(substitute),
        Some(Err(refused)) => return Ok(Err(refused)),
        None => None,
    };
    let overlaps = |other: &Absence| other.first <= last && other.last >= first;
    let is_away =
        |other: &&Member| desk.absences.all().iter().any(|absence| absence.is_of(other) && overlaps(absence));
    if let Some(substitute) = substitute.filter(is_away) {
        return Ok(Err(Refused::SubstituteAway(substitute.name.clone())));
    }
    let absence = Absence {
        member: member.address.to_lowercase(),
        first,
        last,
        substitute: substitute.map(|substitute| substitute.address.to_lowercase()),
    };
    keep(operation, Some(&absence), |other| other.is_of(member) && overlaps(other)).await?;
    let event = operation.event(AuditEvent::Absent(absence));
    operation.tx.append_event(operation.now, event);
    let name = |member: &Member| member.name.clone();
    let done = Done::Away { name: name(member), first, last, substitute: substitute.map(name) };
    tell(operation, [Some(member), substitute], &done)?;
    Ok(Ok(done))
}

/// Ends the absences of a member that are registered.
///
/// # Errors
/// When the database or a template fails.
pub async fn back(operation: &mut Operation<'_>, who: &str) -> Result<Outcome, Fault> {
    let desk = operation.desk;
    let member = match one_member(operation, who) {
        Ok(member) => member,
        Err(refused) => return Ok(Err(refused)),
    };
    let ended = keep(operation, None, |absence| absence.is_of(member)).await?;
    let Some(last) = ended.last() else { return Ok(Err(Refused::NotAway(member.name.clone()))) };
    let event = operation.event(AuditEvent::Back { member: member.address.to_lowercase() });
    operation.tx.append_event(operation.now, event);
    let substitute = last.substitute.as_deref().and_then(|address| desk.rules.staff.find(address));
    let done = Done::Back(member.name.clone());
    tell(operation, [Some(member), substitute], &done)?;
    Ok(Ok(done))
}

/// Stores the registered absences without those that `ends` and those that are over. Returns the ones that ended.
async fn keep(
    operation: &mut Operation<'_>,
    more: Option<&Absence>,
    ends: impl Fn(&Absence) -> bool,
) -> Result<Vec<Absence>, Fault> {
    let desk = operation.desk;
    let today = date_of(operation.now, desk.rules.calendar.time_zone());
    let known = stored_absences(&operation.tx.state_or_insert(ABSENCES, "").await?);
    let (ended, mut kept): (Vec<Absence>, Vec<Absence>) =
        known.into_iter().filter(|absence| absence.last >= today).partition(|absence| ends(absence));
    kept.extend(more.cloned());
    let value: Vec<String> = kept.iter().map(ToString::to_string).collect();
    operation.tx.set_state(ABSENCES, &value.join("\n")).await?;
    // If the transaction fails, the next pass takes over what the database has.
    desk.absences.take(&kept);
    Ok(ended)
}

fn tell(operation: &mut Operation<'_>, members: [Option<&Member>; 2], done: &Done) -> Result<(), Fault> {
    let (desk, now, actor) = (operation.desk, operation.now, operation.actor);
    let line = to_staff(done, desk.rules.calendar.time_zone(), now);
    for member in members.into_iter().flatten() {
        if matches!(actor, Actor::Staff(writer) if writer == member) {
            continue;
        }
        let told = vec![letter::done_by(&actor.name(), &line)];
        let occasion = format!("absence {line} {}", now.to_rfc3339());
        notify(operation, member, &occasion, |common| {
            let title = letter::ABSENCE.to_owned();
            Content::StaffReply(StaffReplyContext { told, title, ..StaffReplyContext::new(common) })
        })?;
    }
    Ok(())
}
