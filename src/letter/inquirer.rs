//! What templates of mails to inquirers may name: the desk, the form, the ticket and its instants, in words.
//! Which mail is written, and whether it leaves, is decided elsewhere.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::desk::{
    calendar::date_of,
    form::{FieldKey, Fields},
    japanese_time, own_marks,
    triage::Rules,
};

/// Longest text that fits into the address line of a letter, in characters.
const LONGEST_NAME: usize = 40;

/// How the desk presents itself.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name in `From` and in the signature.
    pub name: String,
    pub organization: String,
    pub address: String,
    pub telephone: String,
    /// Opening hours, in words.
    pub hours: String,
    /// When an answer leaves: 「10分後に」.
    pub leaves: String,
}

/// The values that a mail to an inquirer is written from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Number of the ticket; empty where there is none.
    pub number: String,
    /// The fields as read.
    pub fields: Fields,
    pub received_at: DateTime<Utc>,
    pub deadline: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// The values of an automatic mail to an inquirer. Every value is text as a person reads it.
#[derive(Debug, Clone, Serialize)]
pub struct InquirerContext {
    pub desk: DeskContext,
    /// The form, with what was read in it.
    pub form: FormContext,
    pub ticket: TicketContext,
    pub window: WindowContext,
    /// Whether the mail came within the last seven days of the acceptance window.
    pub last_week: bool,
    /// When the mail was received.
    pub received: String,
    /// The day on which it was received.
    pub received_day: String,
    /// When the answer is due; empty where none is.
    pub deadline: String,
    /// Opening hours.
    pub hours: String,
    /// Whether the mail came outside the opening hours.
    pub outside_hours: bool,
    /// When the desk opens next after the mail came.
    pub next_opening: String,
    /// The inquirer's organization; empty where it does not fit into an address line.
    pub organization: String,
    /// The inquirer's name; empty where it does not fit into an address line.
    pub name: String,
}

impl InquirerContext {
    #[must_use]
    pub fn new(profile: &Profile, rules: &Rules, facts: &Facts) -> Self {
        let zone = rules.calendar.time_zone();
        let words = |at| japanese_time::instant(at, zone, facts.now);
        Self {
            desk: profile.into(),
            form: FormContext::new(rules, &facts.fields),
            ticket: TicketContext { number: facts.number.clone() },
            window: rules.into(),
            last_week: rules.window.last_week(facts.received_at),
            received: words(facts.received_at),
            received_day: japanese_time::day(date_of(facts.received_at, zone), date_of(facts.now, zone)),
            deadline: facts.deadline.map(words).unwrap_or_default(),
            hours: profile.hours.clone(),
            outside_hours: !rules.calendar.is_open(facts.received_at),
            next_opening: rules.calendar.next_opening(facts.received_at).map(words).unwrap_or_default(),
            organization: address_line(facts.fields.get(FieldKey::Organization)),
            name: address_line(facts.fields.get(FieldKey::Name)),
        }
    }
}

/// The values of a mail that a person writes to an inquirer.
#[derive(Debug, Clone, Serialize)]
pub struct WrittenContext {
    #[serde(flatten)]
    pub inquirer: InquirerContext,
    /// What the person wrote.
    pub text: String,
    /// Who signs it; empty where the desk does not want names.
    pub author: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct DeskContext {
    /// `desk.name`
    pub name: String,
    /// `desk.organization`
    pub organization: String,
    /// `desk.address`
    pub address: String,
    /// `desk.telephone`
    pub telephone: String,
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

#[derive(Debug, Clone, Serialize)]
pub struct FormContext {
    /// The prescribed subject.
    pub subject: String,
    /// The numbered fields with what was read in them.
    pub items: Vec<Item>,
}

impl FormContext {
    #[must_use]
    pub fn new(rules: &Rules, fields: &Fields) -> Self {
        let items = (1..).zip(rules.form.fields()).map(|(number, rule)| Item {
            number,
            label: rule.label.clone(),
            value: own_marks::disarmed_if_marked(fields.get(rule.key).unwrap_or_default()),
        });
        Self { subject: rules.form.subject().to_owned(), items: items.collect() }
    }
}

/// One numbered field of the form.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// From 1.
    pub number: usize,
    /// The label as the circular spells it.
    pub label: String,
    /// What was read; empty when nothing was.
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TicketContext {
    /// Empty where there is no ticket.
    pub number: String,
}

/// The acceptance window.
#[derive(Debug, Clone, Serialize)]
pub struct WindowContext {
    /// First day.
    pub opens: String,
    /// Last day.
    pub closes: String,
}

impl From<&Rules> for WindowContext {
    fn from(rules: &Rules) -> Self {
        Self {
            opens: japanese_time::date(rules.window.opens),
            closes: japanese_time::date(rules.window.closes),
        }
    }
}

/// A value for the address line: one line that fits, without the title that the template adds. Any other value is
/// left out.
pub(super) fn address_line(value: Option<&str>) -> String {
    let value = value.unwrap_or_default().trim();
    let value = value.strip_suffix('様').unwrap_or(value).trim();
    let fits = value.chars().count() <= LONGEST_NAME && !value.chars().any(char::is_control);
    if fits { own_marks::disarmed_if_marked(value) } else { String::new() }
}
