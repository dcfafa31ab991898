//! Compares a form and its way here with 公募要領. No rule refuses: a person decides.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    ApplicationField, ApplicationForm, Call, Check,
    CheckLevel::{self, Look, Missing, Ok as Good},
    CheckRule, FormFinding, Issue, SenderFacts, Unit, Unread, prefecture, prefecture_in_front,
    prefecture_of_host,
    roles::{self, Role},
    values::squashed,
};
use crate::desk::{form, ticket::TicketNumber};

/// Shorter answers say little. In characters.
const SHORT: usize = 20;

/// How a file came here. A file from the command line has no sender.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    pub sender: &'a SenderFacts,
    pub received_at: DateTime<Utc>,
    /// Other applications for the same region.
    pub repeats: &'a [TicketNumber],
}

/// All rules for what was read of a file, in the order of [`CheckRule`].
#[must_use]
pub fn checks(
    read: Result<(&ApplicationForm, &[FormFinding]), Unread>,
    arrival: Option<Arrival<'_>>,
    call: &Call,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |rule, (level, detail): (CheckLevel, String)| checks.push(Check { rule, level, detail });
    if let Some(arrival) = arrival {
        let late = call.late_by(arrival.received_at);
        add(
            CheckRule::InTime,
            late.map_or((Good, String::new()), |late| (Look, late.num_seconds().to_string())),
        );
        let has_opened = call.has_opened(arrival.received_at);
        add(CheckRule::Opened, (if has_opened { Good } else { Look }, String::new()));
        add(CheckRule::Sender, sender(arrival.sender, read.ok().map(|(form, _)| form)));
    }
    let (form, findings) = match read {
        Ok(read) => read,
        Err(reason) => {
            add(CheckRule::Form, (Missing, reason.to_string()));
            return checks;
        }
    };
    add(CheckRule::Form, (Good, String::new()));
    add(CheckRule::Prefecture, of_prefecture(form));
    add(CheckRule::Unit, unit(form, findings));
    add(CheckRule::Area, if form.area.is_empty() { blank() } else { (Good, form.area.clone()) });
    add(CheckRule::Representative, representative(form));
    add(CheckRule::Reason, answer(&form.reason));
    add(CheckRule::Features, answer(&form.features));
    add(CheckRule::Activities, answer(&form.activities));
    add(CheckRule::Issues, issues(form, findings));
    let heads: usize = form.members.iter().map(roles::heads).sum();
    let level = match heads {
        0 => Missing,
        heads if call.members.contains(&heads) => Good,
        _ => Look,
    };
    add(CheckRule::MembersCount, (level, heads.to_string()));
    let present = roles::present(form);
    add(CheckRule::BasePresent, base(form, &present));
    add(CheckRule::PrefecturePresent, prefecture_present(&present));
    add(CheckRule::Variety, variety(form, &present));
    add(CheckRule::BaseSetUp, (Look, String::new()));
    add(CheckRule::BaseActive, (Look, String::new()));
    if let Some(arrival) = arrival {
        add(CheckRule::Repeated, repeated(arrival.repeats));
    }
    let told =
        findings.iter().filter(|finding| **finding != FormFinding::Ditto).map(|finding| finding.as_str());
    let told = told.collect::<Vec<_>>().join(", ");
    add(CheckRule::Findings, (if told.is_empty() { Good } else { Look }, told));
    checks
}

fn blank() -> (CheckLevel, String) {
    (Missing, String::new())
}

/// 要領 7: 都道府県担当者より. The same prefecture as the form's, from a host that our mail server does not doubt.
fn sender(sender: &SenderFacts, form: Option<&ApplicationForm>) -> (CheckLevel, String) {
    let host = sender.address.rsplit_once('@').map_or("", |(_, host)| host);
    let of_form = form.and_then(|form| prefecture(&form.prefecture)).map(|(name, _)| name);
    let of_host = prefecture_of_host(host);
    let fits =
        of_host.is_some() && (of_form.is_none() || of_form == of_host) && sender.confirmed != Some(false);
    (if fits { Good } else { Look }, host.to_owned())
}

fn of_prefecture(form: &ApplicationForm) -> (CheckLevel, String) {
    match prefecture(&form.prefecture) {
        Some((name, true)) => (Good, name.to_owned()),
        Some((name, false)) => (Look, name.to_owned()),
        None if form.prefecture.is_empty() => blank(),
        None => (Look, form.prefecture.clone()),
    }
}

fn unit(form: &ApplicationForm, findings: &[FormFinding]) -> (CheckLevel, String) {
    let area = squashed(&form.area);
    let is_municipality = area.ends_with(['市', '区', '町', '村']) && !area.contains('圏');
    let is_care_area = area.contains("在宅医療") && area.contains("圏域");
    let is_odd = match form.unit {
        None => {
            return (
                if findings.contains(&FormFinding::UnitUnclear) { Look } else { Missing },
                String::new(),
            );
        }
        Some(Unit::CareArea) => is_municipality,
        Some(Unit::Other) => is_care_area,
    };
    let look = is_odd || findings.contains(&FormFinding::UnitUnclear);
    (if look { Look } else { Good }, form.text(ApplicationField::Unit).to_owned())
}

/// Detail: the keys of the fields to look at.
fn representative(form: &ApplicationForm) -> (CheckLevel, String) {
    use ApplicationField as F;
    let person = &form.representative;
    let required = [F::Organization, F::Name, F::Address, F::Telephone, F::Email];
    let missing = |field: &F| form.missing().contains(field);
    let digits = person.telephone.chars().filter(char::is_ascii_digit).count();
    let is_odd = |field: &F| match field {
        F::Department | F::Position => form.text(*field).is_empty(),
        F::PostalCode => person.postal_code.is_empty(),
        F::Telephone => !(10..=11).contains(&digits) && form::telephones(&person.telephone).len() != 1,
        F::Email => form::addresses(&person.email) != [person.email.as_str()],
        F::Address => is_elsewhere(&person.address, &form.prefecture),
        _ => false,
    };
    let fields =
        F::ALL.iter().skip_while(|field| **field != F::Organization).take_while(|field| **field != F::Reason);
    let told: Vec<F> =
        fields.copied().filter(|field| required.contains(field) && missing(field) || is_odd(field)).collect();
    let level = match () {
        () if told.iter().any(|field| required.contains(field) && missing(field)) => Missing,
        () if told.is_empty() => Good,
        () => Look,
    };
    (level, told.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", "))
}

/// Whether an address is in another prefecture than the form's.
fn is_elsewhere(address: &str, written: &str) -> bool {
    let Some((name, _)) = prefecture(written) else { return false };
    let place = squashed(address);
    let of_address = prefecture_in_front(&place).or_else(|| form::prefecture(&place));
    of_address.is_some_and(|of_address| of_address != name)
}

/// An answer in a frame. Detail: how many characters a short one has.
fn answer(text: &str) -> (CheckLevel, String) {
    let length = squashed(text).chars().count();
    let level = match length {
        0 => Missing,
        length if length < SHORT || text.contains("別紙のとおり") || text.contains("別紙参照") => {
            Look
        }
        _ => Good,
    };
    (level, if level == Look { length.to_string() } else { String::new() })
}

/// Detail: the keys of the fields that are missing, else the marked items.
fn issues(form: &ApplicationForm, findings: &[FormFinding]) -> (CheckLevel, String) {
    use ApplicationField::{IssueDetails, Issues};
    let missing: Vec<&str> = [Issues, IssueDetails]
        .into_iter()
        .filter(|field| form.missing().contains(field))
        .map(ApplicationField::as_str)
        .collect();
    if !missing.is_empty() {
        // Marks that nobody can read are a matter for a person, too.
        let is_unclear = missing == [Issues.as_str()] && is_uncertain(findings);
        return (if is_unclear { Look } else { Missing }, missing.join(", "));
    }
    let says_other = form.issues.len() == 1 || form.issue_details.contains("その他");
    let look = is_uncertain(findings) || form.issues.contains(&Issue::Other) && !says_other;
    let marked = form.issues.iter().map(|issue| issue.as_str()).collect::<Vec<_>>().join(", ");
    (if look { Look } else { Good }, marked)
}

fn is_uncertain(findings: &[FormFinding]) -> bool {
    findings.iter().any(|finding| finding.makes_issues_uncertain())
}

/// 要領 6: 拠点担当者. Detail: the place of the representative, if somebody of it takes part: it may be the base.
fn base(form: &ApplicationForm, present: &[Role]) -> (CheckLevel, String) {
    if present.contains(&Role::Base) {
        return (Good, String::new());
    }
    let own = squashed(&form.representative.organization);
    let is_there = form.members.iter().any(|member| !own.is_empty() && squashed(&member.organization) == own);
    (Look, if is_there { form.representative.organization.clone() } else { String::new() })
}

/// 要領 6: 都道府県（保健所を含む）担当者. Detail: `city_health`, if only a city's own health centre takes part.
fn prefecture_present(present: &[Role]) -> (CheckLevel, String) {
    match () {
        () if present.contains(&Role::Prefecture) => (Good, String::new()),
        () if present.contains(&Role::CityHealth) => (Look, Role::CityHealth.to_string()),
        () => (Look, String::new()),
    }
}

/// 要領 6: 特定の職種・団体に偏らない. Detail: the kinds that are missing, and what more than half have in common.
fn variety(form: &ApplicationForm, present: &[Role]) -> (CheckLevel, String) {
    let kinds = [
        Role::Base,
        Role::Prefecture,
        Role::Medical,
        Role::MedicalBody,
        Role::Care,
        Role::CareBody,
        Role::Municipality,
    ];
    let missing = kinds.iter().filter(|role| !present.contains(role)).map(ToString::to_string);
    let half = form.members.len() / 2;
    let of = |text: fn(&super::ApplicationMember) -> &str| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for member in &form.members {
            *counts.entry(squashed(text(member))).or_default() += 1;
        }
        counts.into_iter().find(|(text, count)| !text.is_empty() && *count > half).map(|(text, _)| text)
    };
    let in_common = [of(|member| &member.profession), of(|member| &member.organization)];
    let told: Vec<String> = missing.chain(in_common.into_iter().flatten()).collect();
    (if told.is_empty() { Good } else { Look }, told.join(", "))
}

/// Detail: the numbers of other applications for this region.
fn repeated(repeats: &[TicketNumber]) -> (CheckLevel, String) {
    let numbers = repeats.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    (if repeats.is_empty() { Good } else { Look }, numbers)
}
