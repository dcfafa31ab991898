//! What mails to staff say, in words. Templates choose among these.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Profile,
    context::{form, window},
    wording::{DeskContext, FormContext, WindowContext},
};
use crate::desk::{
    form::{FieldKey, Fields},
    japanese_time,
    triage::{ParkReason, Rules},
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
    /// When the answer is due.
    pub deadline: Option<DateTime<Utc>>,
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
    StaffTicket {
        number: facts.number.clone(),
        organization: one_line(value(FieldKey::Organization)),
        name: one_line(value(FieldKey::Name)).trim_end_matches('様').trim_end().to_owned(),
        contact: one_line(value(FieldKey::Contact)),
        inquiry: beginning(value(FieldKey::Inquiry)),
        received: words(facts.received_at),
        deadline: facts.deadline.map(words).unwrap_or_default(),
        left: facts.deadline.map(|deadline| between(now, deadline)).unwrap_or_default(),
        late: facts.deadline.map(|deadline| between(deadline, now)).unwrap_or_default(),
        assignee: facts.assignee.unwrap_or_default().to_owned(),
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
) -> StaffContext {
    StaffContext {
        staff: staff.to_owned(),
        desk: profile.into(),
        form: form(rules, &Fields::default()),
        window: window(rules),
        hours: profile.hours.clone(),
        tickets,
        figures,
    }
}

/// Why a message is parked, in words.
#[must_use]
pub fn reason_in_words(reason: ParkReason) -> &'static str {
    match reason {
        ParkReason::Unreadable => "読み取れないメール",
        ParkReason::Oversize => "大きすぎるメール",
        ParkReason::Bounce => "配送エラーの通知",
        ParkReason::Automatic => "自動応答・一斉配信など",
        ParkReason::Staff => "担当者からのメール",
        ParkReason::NoForm => "照会の様式によらないメール",
        ParkReason::BeforeWindow => "受付期間前の照会",
        ParkReason::AfterWindow => "受付期間後の照会",
        ParkReason::Failed => "処理できなかったメール",
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
