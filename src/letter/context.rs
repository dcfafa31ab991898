//! What a letter says of the desk, the ticket and the time, in words. Templates choose among these.

use chrono::{DateTime, Utc};

use super::wording::{Context, DeskContext, FormContext, Item, TicketContext, WindowContext};
use crate::desk::{
    form::{FieldKey, Fields},
    japanese_time,
    triage::Rules,
};

/// Longest text that fits into the address line of a letter, in characters.
const LONGEST_NAME: usize = 40;

/// How the desk presents itself.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name in `From` and in the signature.
    pub name: String,
    /// The secretariat.
    pub organization: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub telephone: String,
    /// When it is served, in words.
    pub hours: String,
    /// How long an answer waits before it leaves, in words.
    pub undo: String,
}

/// What a letter is about.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Number of the ticket, or nothing.
    pub number: String,
    /// The fields as read.
    pub fields: Fields,
    /// When the mail was received.
    pub received_at: DateTime<Utc>,
    /// When the answer is due.
    pub deadline: Option<DateTime<Utc>>,
    /// Now.
    pub now: DateTime<Utc>,
    /// What a person wrote; empty in automatic mail.
    pub text: String,
    /// Who wrote it, where the desk wants names; else empty.
    pub author: String,
}

/// Puts the facts into words.
#[must_use]
pub fn context(profile: &Profile, rules: &Rules, facts: &Facts) -> Context {
    let zone = rules.calendar.time_zone();
    let words = |at| japanese_time::instant(at, zone, facts.now);
    Context {
        desk: profile.into(),
        form: form(rules, &facts.fields),
        ticket: TicketContext { number: facts.number.clone() },
        window: window(rules),
        last_week: rules.window.last_week(facts.received_at),
        received: words(facts.received_at),
        deadline: facts.deadline.map(words).unwrap_or_default(),
        hours: profile.hours.clone(),
        outside_hours: !rules.calendar.is_open(facts.received_at),
        next_opening: rules.calendar.next_opening(facts.received_at).map(words).unwrap_or_default(),
        organization: address_line(facts.fields.get(FieldKey::Organization)),
        name: address_line(facts.fields.get(FieldKey::Name)),
        text: facts.text.clone(),
        author: facts.author.clone(),
    }
}

/// The form with what was read in it.
pub(super) fn form(rules: &Rules, fields: &Fields) -> FormContext {
    let items = (1..).zip(rules.form.fields()).map(|(number, rule)| Item {
        number,
        label: rule.label.clone(),
        value: fields.get(rule.key).unwrap_or_default().to_owned(),
    });
    FormContext { subject: rules.form.subject().to_owned(), items: items.collect() }
}

/// The window in words.
pub(super) fn window(rules: &Rules) -> WindowContext {
    WindowContext {
        opens: japanese_time::date(rules.window.opens),
        closes: japanese_time::date(rules.window.closes),
    }
}

impl From<&Profile> for DeskContext {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name.clone(),
            organization: profile.organization.clone(),
            address: profile.address.clone(),
            telephone: profile.telephone.clone(),
        }
    }
}

/// A value for the address line: one line that fits, without a title the template adds; anything else is left out.
fn address_line(value: Option<&str>) -> String {
    let value = value.unwrap_or_default().trim();
    let value = value.strip_suffix('様').unwrap_or(value).trim();
    let fits = value.chars().count() <= LONGEST_NAME && !value.chars().any(char::is_control);
    if fits { value.to_owned() } else { String::new() }
}
