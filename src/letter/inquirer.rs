//! What templates of mails to inquirers may name: the desk, the form, the ticket and its instants, in words.
//! `desk::triage` and `tickets` decide which mail is written, and `desk::gate` whether it leaves.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    bounds::{Shown, for_letter},
    calendar::closure_in_words,
    frame::Head,
    words::attachments_in_words,
};
use crate::desk::{
    calendar::date_of,
    deadline::promised_day,
    form::{FieldKey, Fields, PLACEHOLDER},
    japanese_time,
    triage::Rules,
};

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
    /// What the desk uses inquiries for; empty where it says nothing of it.
    pub purpose_notice: String,
    /// What inquirers are asked not to write; empty where the desk says nothing of it.
    pub privacy_notice: String,
    /// Title and purpose of the files with released entries.
    pub faq: (String, String),
    /// The people that the desk is for; empty where it says nothing of them.
    pub audience: String,
    /// What inquiries are about.
    pub topic: String,
    /// Name of the support that the desk calls for.
    pub support: String,
}

/// The values that a mail to an inquirer is written from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Number of the ticket; empty where there is none.
    pub number: String,
    /// The fields as read.
    pub fields: Fields,
    /// Subject of the inquirer's mail; empty where the letter answers none.
    pub subject: String,
    /// Names of the files that came with it.
    pub attachments: Vec<String>,
    pub received_at: DateTime<Utc>,
    pub deadline: Option<DateTime<Utc>>,
    /// It is about the call, for which no form is prescribed.
    pub is_about_call: bool,
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
    /// The day of receipt.
    pub received_day: String,
    /// The day by which an answer is promised: 「令和7年7月3日（木）」. Empty where none is, and where it has passed.
    pub promised: String,
    /// The same as a sentence says it: 「7月3日（木）」.
    pub promised_day: String,
    /// Sentences about days until then on which the desk is closed.
    pub closures: Vec<String>,
    /// Fields that are missing are asked for.
    pub asks_missing: bool,
    /// Opening hours.
    pub hours: String,
    /// The day on which the desk opens next, if that is not the day of receipt. Empty else.
    pub next_opening: String,
    /// Names and number of the files that came; empty where none did.
    pub attachments: String,
    /// Subject of a reply to the inquirer's mail; empty where it had none.
    pub reply_subject: String,
    /// 自治体・機関名 as read; empty where nothing was.
    pub organization: String,
    /// 氏名 as read; empty where nothing was.
    pub name: String,
}

impl InquirerContext {
    #[must_use]
    pub fn new(profile: &Profile, rules: &Rules, facts: &Facts) -> Self {
        let calendar = &rules.calendar;
        let zone = calendar.time_zone();
        let day_of = |at| date_of(at, zone);
        let (received, today) = (day_of(facts.received_at), day_of(facts.now));
        let promised = facts.deadline.map(|deadline| promised_day(calendar, deadline));
        let promised = promised.filter(|promised| *promised >= today);
        let opening = calendar.next_opening(facts.received_at).map(day_of);
        let closures = promised.map(|promised| calendar.closures(received, promised)).unwrap_or_default();
        let value = |key| for_letter(facts.fields.get(key).unwrap_or_default(), Shown::Line);
        Self {
            desk: profile.into(),
            form: FormContext::new(profile, rules, &facts.fields),
            ticket: TicketContext { number: facts.number.clone() },
            window: rules.into(),
            last_week: rules.window.last_week(facts.received_at),
            received: japanese_time::official_instant(facts.received_at, zone),
            received_day: japanese_time::official_date(received),
            promised: promised.map(japanese_time::official).unwrap_or_default(),
            promised_day: promised.map(|day| japanese_time::day(day, today)).unwrap_or_default(),
            closures: closures.iter().map(|closure| closure_in_words(closure, today)).collect(),
            asks_missing: !facts.is_about_call,
            hours: profile.hours.clone(),
            next_opening: opening
                .filter(|opening| *opening != received)
                .map(|opening| japanese_time::day(opening, today))
                .unwrap_or_default(),
            attachments: attachments_in_words(&facts.attachments),
            reply_subject: reply_subject(&facts.subject),
            organization: value(FieldKey::Organization),
            name: value(FieldKey::Name),
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
    /// The text has no address line. A text with one is a letter from its first line on.
    pub needs_address: bool,
    /// The text has neither an address line nor a greeting.
    pub needs_greeting: bool,
    /// The text has none of them, and does not say what it answers.
    pub needs_reference: bool,
    /// The beginning of the inquiry as read; empty where there is none.
    pub inquiry: String,
    /// It is about an application, not an inquiry.
    pub application: bool,
    /// Prefecture and area of the application; empty where they are not known.
    pub region: String,
    /// Who signs it; empty where the desk does not want names.
    pub author: String,
}

impl WrittenContext {
    /// `author` is empty where the desk does not want names.
    #[must_use]
    pub fn new(inquirer: InquirerContext, facts: &Facts, text: &str, author: String) -> Self {
        let field = |key| facts.fields.get(key);
        let (organization, name) = (field(FieldKey::Organization), field(FieldKey::Name));
        let head = Head::of(text, organization, name, &facts.number);
        let needs_greeting = !head.is_addressed && !head.greets;
        let inquiry = for_letter(field(FieldKey::Inquiry).unwrap_or_default().trim(), Shown::Quoted);
        Self {
            inquirer,
            text: text.trim().to_owned(),
            needs_address: !head.is_addressed,
            needs_greeting,
            needs_reference: needs_greeting && !head.refers,
            inquiry,
            application: false,
            region: String::new(),
            author,
        }
    }

    /// The same letter about an application.
    #[must_use]
    pub fn about_application(self, region: &str) -> Self {
        Self { application: true, region: for_letter(region, Shown::Line), ..self }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct DeskContext {
    /// `desk.name`
    pub name: String,
    /// `desk.organization`
    pub organization: String,
    /// `desk.address`
    pub address: String,
    /// The organization as it introduces itself: 「「…事業」事務局」.
    pub introduced: String,
    /// `desk.telephone`
    pub telephone: String,
    /// `desk.purpose_notice`
    pub purpose_notice: String,
    /// `desk.privacy_notice`
    pub privacy_notice: String,
    /// `desk.audience`
    pub audience: String,
    /// `support.name`
    pub support: String,
}

impl From<&Profile> for DeskContext {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name.clone(),
            organization: profile.organization.clone(),
            address: profile.address.clone(),
            introduced: introduced(&profile.organization),
            telephone: profile.telephone.clone(),
            purpose_notice: profile.purpose_notice.trim().to_owned(),
            privacy_notice: profile.privacy_notice.trim().to_owned(),
            audience: profile.audience.trim().to_owned(),
            support: profile.support.clone(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct FormContext {
    /// The prescribed subject.
    pub subject: String,
    /// What inquiries are about.
    pub topic: String,
    /// Stands behind the label of a field that the inquirer is asked for.
    pub placeholder: &'static str,
    /// The numbered fields with what was read in them.
    pub items: Vec<Item>,
}

impl FormContext {
    #[must_use]
    pub fn new(profile: &Profile, rules: &Rules, fields: &Fields) -> Self {
        let items = (1..).zip(rules.form.fields()).map(|(number, rule)| Item {
            number,
            label: rule.label.clone(),
            value: for_letter(fields.get(rule.key).unwrap_or_default(), bound(rule.key)),
        });
        Self {
            subject: rules.form.subject().to_owned(),
            topic: profile.topic.clone(),
            placeholder: PLACEHOLDER,
            items: items.collect(),
        }
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
            opens: japanese_time::official_date(rules.window.opens),
            closes: japanese_time::official_date(rules.window.closes),
        }
    }
}

/// 「「地域の…事業」事務局」 of 「地域の…事業 事務局」.
fn introduced(organization: &str) -> String {
    const SECRETARIAT: &str = "事務局";
    match organization.strip_suffix(SECRETARIAT) {
        Some(project) if project.ends_with(char::is_whitespace) && !project.trim().is_empty() => {
            format!("「{}」{SECRETARIAT}", project.trim())
        }
        _ => organization.to_owned(),
    }
}

/// How much of a field a letter quotes to its author.
fn bound(key: FieldKey) -> Shown {
    match key {
        FieldKey::Organization | FieldKey::Name => Shown::Line,
        FieldKey::Contact => Shown::Beginning,
        FieldKey::Inquiry => Shown::Quoted,
    }
}

/// The subject of a reply to a stranger's mail: theirs on one line, without what is ours. Empty if it says nothing.
fn reply_subject(subject: &str) -> String {
    let line = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut bare = line.as_str();
    while let Some((prefix, rest)) = bare.split_once([':', '：'])
        && ["re", "ｒｅ", "返信"].contains(&prefix.trim().to_lowercase().as_str())
    {
        bare = rest.trim();
    }
    let bare: String = bare.chars().filter(|c| !c.is_control()).collect();
    if bare.is_empty() { String::new() } else { format!("Re: {}", for_letter(&bare, Shown::Line)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_repeats_the_subject_once() {
        for (subject, expected) in [
            ("お尋ね", "Re: お尋ね"),
            ("Re: お尋ね", "Re: お尋ね"),
            ("RE：re: お尋ね", "Re: お尋ね"),
            ("  会議：例\r\nBcc: x@example.jp ", "Re: 会議：例 Bcc: x@example.jp"),
            ("回答 #7k3m9qxt2b4c5d", "Re: 回答 ♯7k3m9qxt2b4c5d"),
            ("Re:", ""),
            ("", ""),
        ] {
            assert_eq!(reply_subject(subject), expected, "{subject}");
        }
        assert_eq!(reply_subject(&"あ".repeat(300)), format!("Re: {}…（ほか200字）", "あ".repeat(100)));
    }

    #[test]
    fn a_secretariat_introduces_itself_with_its_project() {
        for (organization, expected) in [
            ("地域の連携支援事業 事務局", "「地域の連携支援事業」事務局"),
            ("相談支援事務局", "相談支援事務局"),
            ("事務局", "事務局"),
            ("星川市 産業課", "星川市 産業課"),
        ] {
            assert_eq!(introduced(organization), expected);
        }
    }
}
