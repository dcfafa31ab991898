//! What mails to staff say, in words. Templates choose among these.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Profile,
    context::{form, window},
    wording::{DeskContext, FormContext, WindowContext},
    words::status_word,
};
use crate::desk::{
    form::{FieldKey, Fields},
    japanese_time, staff_mail,
    ticket::{Standing, Status, TicketNumber},
    triage::Rules,
};

/// As much of an inquiry as a notice shows, in characters.
const BEGINNING: usize = 300;

/// What templates of mails to staff may name. Every value is text as a person reads it.
#[derive(Debug, Clone, Serialize)]
pub struct StaffContext {
    /// Who reads it.
    pub staff: String,
    /// The desk.
    pub desk: DeskContext,
    /// The form; its items are empty.
    pub form: FormContext,
    /// The acceptance window.
    pub window: WindowContext,
    /// When the desk is served.
    pub hours: String,
    /// The tickets it is about.
    pub tickets: Vec<StaffTicket>,
    /// Figures; all zero where the mail is about tickets alone.
    pub figures: FiguresContext,
    /// The mail that did not arrive; empty where the mail is about something else.
    pub undelivered: UndeliveredContext,
    /// Now, in words.
    pub now: String,
    /// The line above which a notice is answered.
    pub cut_line: &'static str,
    /// The first line of a digest.
    pub top_line: &'static str,
    /// How long an answer waits before it leaves, in words.
    pub undo: String,
    /// What a digest is about, in a few words.
    pub summary: String,
    /// The tickets of a digest.
    pub groups: Vec<Group>,
    /// Parked mail of a digest.
    pub parked: Vec<ParkedMail>,
    /// How many parked mails there are; fewer may be shown.
    pub parked_count: usize,
    /// Mails that did not arrive, of a digest.
    pub undelivered_mails: Vec<UndeliveredMail>,
    /// The alarm that business time outruns the published holidays; else empty.
    pub alarm: String,
    /// What the inquirer wrote last; empty where the ticket says it all.
    pub news: String,
    /// What staff should know of it.
    pub remarks: Vec<String>,
    /// What is about to leave.
    pub draft: DraftContext,
    /// What was done.
    pub done: Vec<String>,
    /// What was not, and why.
    pub problems: Vec<String>,
    /// Whether the manual is asked for.
    pub manual: bool,
}

/// Tickets of a digest under one title.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// What they have in common.
    pub title: &'static str,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub tickets: Vec<StaffTicket>,
}

/// A parked mail, for a digest.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedMail {
    /// When it came.
    pub received: String,
    /// Why it is parked.
    pub reason: &'static str,
    /// Who sent it.
    pub from: String,
    /// Its subject.
    pub subject: String,
}

/// A mail that did not arrive, for a digest.
#[derive(Debug, Clone, Serialize)]
pub struct UndeliveredMail {
    /// The ticket.
    pub number: String,
    /// What it was for.
    pub what: &'static str,
    /// Whom it did not reach.
    pub recipient: String,
}

/// A mail that is about to leave, for its writer and for leads.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DraftContext {
    /// What it is.
    pub what: &'static str,
    /// Who wrote it.
    pub author: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The exact text.
    pub text: String,
    /// Names of files.
    pub attachments: Vec<String>,
    /// When it leaves, in words: 「7月1日（火）10時10分に送信します」.
    pub when: String,
}

/// A mail that did not arrive, for templates.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UndeliveredContext {
    /// What it was for, in words.
    pub what: &'static str,
    /// Whom it did not reach.
    pub recipient: String,
    /// Why, in words.
    pub reason: &'static str,
    /// What the server said; empty where it said nothing.
    pub diagnostic: String,
    /// Telephone numbers of the inquirer.
    pub telephones: Vec<String>,
}

/// A ticket, for templates. What is not known is empty.
#[derive(Debug, Clone, Serialize)]
pub struct StaffTicket {
    /// Its number.
    pub number: String,
    /// 自治体・機関名
    pub organization: String,
    /// 氏名
    pub name: String,
    /// 連絡先, on one line.
    pub contact: String,
    /// 照会内容, or its beginning.
    pub inquiry: String,
    /// When it was received.
    pub received: String,
    /// When the answer is due.
    pub deadline: String,
    /// Business time left.
    pub left: String,
    /// Business time since the deadline.
    pub late: String,
    /// Who works on it.
    pub assignee: String,
    /// Where it stands, in words.
    pub status: &'static str,
    /// The inquiry line by line, for HTML.
    pub inquiry_lines: Vec<String>,
    /// The key of the reader for it; empty where nobody may answer by this mail.
    pub key: String,
    /// The marker line above the place for an answer.
    pub begin: String,
    /// The marker line below it.
    pub end: String,
    /// Where a mail about this ticket alone begins.
    pub mailto: String,
}

impl StaffTicket {
    /// Lets a reader answer by this mail.
    #[must_use]
    pub fn answerable(mut self, number: &TicketNumber, key: String, desk: &str) -> Self {
        self.begin = staff_mail::begin_marker(number, &key);
        self.end = staff_mail::end_marker(number);
        let subject = percent(&format!("[{number}] 回答 {key}"));
        self.mailto = format!("mailto:{desk}?subject={subject}");
        self.key = key;
        self
    }
}

/// Percent-encodes a header of a `mailto:` (RFC 6068, 2).
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Figures, for templates.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FiguresContext {
    /// All tickets.
    pub total: u64,
    /// Those that came by telephone.
    pub telephone: u64,
    /// The desk owes an answer.
    pub open: u64,
    /// The inquirer owes something.
    pub waiting: u64,
    /// Answered or closed.
    pub answered: u64,
    /// Answered by the deadline.
    pub in_time: u64,
    /// Answered after it.
    pub late: u64,
    /// All parked messages.
    pub parked_total: u64,
    /// Parked messages by reason.
    pub parked: Vec<ParkedContext>,
}

/// Parked messages of one reason, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedContext {
    /// The reason in words.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
}

/// A ticket as staff are told of it.
#[derive(Debug, Clone)]
pub struct TicketFacts<'a> {
    /// Its number.
    pub number: String,
    /// The fields.
    pub fields: &'a Fields,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub standing: &'a Standing,
    /// Name of who works on it.
    pub assignee: Option<&'a str>,
}

/// A ticket in words, at `now`.
#[must_use]
pub fn ticket(rules: &Rules, facts: &TicketFacts<'_>, now: DateTime<Utc>) -> StaffTicket {
    let calendar = &rules.calendar;
    let words = |at| japanese_time::instant(at, calendar.time_zone(), now);
    let value = |key| facts.fields.get(key).unwrap_or_default();
    let between = |from, until| japanese_time::duration(calendar.business_between(from, until));
    let status = facts.standing.status();
    let deadline = facts.standing.deadline();
    let open = deadline.filter(|_| status == Status::Open);
    let inquiry = beginning(value(FieldKey::Inquiry));
    StaffTicket {
        number: facts.number.clone(),
        organization: one_line(value(FieldKey::Organization)),
        name: one_line(value(FieldKey::Name)).trim_end_matches('様').trim_end().to_owned(),
        contact: one_line(value(FieldKey::Contact)),
        inquiry_lines: inquiry.lines().map(str::to_owned).collect(),
        inquiry,
        received: words(facts.received_at),
        deadline: deadline.map(words).unwrap_or_default(),
        left: open
            .filter(|deadline| now <= *deadline)
            .map(|deadline| between(now, deadline))
            .unwrap_or_default(),
        late: open
            .filter(|deadline| now > *deadline)
            .map(|deadline| between(deadline, now))
            .unwrap_or_default(),
        assignee: facts.assignee.unwrap_or_default().to_owned(),
        status: status_word(status),
        key: String::new(),
        begin: String::new(),
        end: String::new(),
        mailto: String::new(),
    }
}

/// Puts a mail to one member of staff together.
#[must_use]
pub fn staff_context(
    profile: &Profile,
    rules: &Rules,
    staff: &str,
    tickets: Vec<StaffTicket>,
    figures: FiguresContext,
    undelivered: UndeliveredContext,
    now: DateTime<Utc>,
) -> StaffContext {
    StaffContext {
        staff: staff.to_owned(),
        desk: profile.into(),
        form: form(rules, &Fields::default()),
        window: window(rules),
        hours: profile.hours.clone(),
        tickets,
        figures,
        undelivered,
        now: japanese_time::instant(now, rules.calendar.time_zone(), now),
        cut_line: staff_mail::CUT_LINE,
        top_line: staff_mail::TOP_LINE,
        undo: profile.undo.clone(),
        summary: String::new(),
        groups: Vec::new(),
        parked: Vec::new(),
        parked_count: 0,
        undelivered_mails: Vec::new(),
        alarm: String::new(),
        news: String::new(),
        remarks: Vec::new(),
        draft: DraftContext::default(),
        done: Vec::new(),
        problems: Vec::new(),
        manual: false,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, without blank lines; a mark shows that it goes on.
fn beginning(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let whole = lines.collect::<Vec<_>>().join("\n");
    match whole.char_indices().nth(BEGINNING) {
        Some((end, _)) => whole.get(..end).unwrap_or_default().trim_end().to_owned() + "…（以下略）",
        None if whole.is_empty() => "（記載なし）".to_owned(),
        None => whole,
    }
}
