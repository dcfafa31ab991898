//! What mails to staff say, in words. Templates choose among these.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Profile, Purpose,
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
    /// The mail that did not arrive; empty where the mail is about something else.
    pub undelivered: UndeliveredContext,
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
    undelivered: UndeliveredContext,
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

/// What a mail was for, in words.
#[must_use]
pub fn purpose_in_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Acknowledgement => "受付のお知らせ",
        Purpose::AskMissing | Purpose::RemindMissing => "記載事項のご確認のお願い",
        Purpose::SendForm => "記載事項のご案内",
        Purpose::BeforeWindow => "受付開始日のご案内",
        Purpose::AfterWindow => "受付終了のご案内",
        Purpose::DeadlineWarning | Purpose::DeadlineMissed => "回答期限のお知らせ",
        Purpose::WindowSummary => "受付状況のご報告",
        Purpose::WaitingUnanswered => "返信のない照会のお知らせ",
        Purpose::Undeliverable => "不達のお知らせ",
    }
}

/// Why a mail did not arrive, in words, by its enhanced status code (RFC 3463, 3).
#[must_use]
pub fn status_in_words(status: &str) -> &'static str {
    let mut parts = status.split('.').skip(1);
    match (parts.next(), parts.next()) {
        (Some("1"), Some("2")) => "宛先のドメイン（＠より後ろ）が見つかりません",
        (Some("1"), _) => "宛先のメールアドレスが見つかりません",
        (Some("2"), Some("2")) => "宛先のメールボックスがいっぱいです",
        (Some("2"), _) => "宛先のメールボックスが使えません",
        (Some("3"), Some("4")) => "メールが大きすぎます",
        (Some("4"), _) => "宛先のメールサーバーに接続できません",
        (Some("7"), _) => "宛先のメールサーバーに受け取りを拒否されました",
        _ => "宛先のメールサーバーが受け取りませんでした",
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
