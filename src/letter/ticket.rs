//! A ticket as mails to staff show it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    LinkContext,
    bounds::{Shown, cut, for_staff},
    due,
    words::{ABSENT, clock_word},
};
use crate::{
    desk::{
        calendar::date_of,
        form::{FieldKey, Fields, telephones},
        japanese_time, own_marks, staff_mail,
        ticket::{SlaClock, Status, TicketKind, TicketNumber},
        triage::Rules,
    },
    words::closed_set,
};

/// The values that a ticket is shown from.
#[derive(Debug, Clone)]
pub struct TicketFacts<'a> {
    pub kind: TicketKind,
    pub number: String,
    pub fields: &'a Fields,
    pub received_at: DateTime<Utc>,
    pub clock: &'a SlaClock,
    /// Name of the assignee.
    pub assignee: Option<&'a str>,
}

/// A ticket in words. Unknown values are empty.
#[derive(Debug, Clone, Serialize)]
pub struct StaffTicket {
    pub number: String,
    /// An application, not an inquiry.
    pub application: bool,
    /// 自治体・機関名; prefecture and area of an application.
    pub organization: String,
    /// 氏名, without 様; the representative of an application.
    pub name: String,
    /// 連絡先, on one line.
    pub contact: String,
    /// Telephone numbers in 連絡先.
    pub telephones: Vec<String>,
    /// 照会内容, or its beginning; why an application was made.
    pub inquiry: String,
    pub received: String,
    /// When the answer is due; empty while the clock is held.
    pub deadline: String,
    /// How near the deadline of an open ticket is: 「あと2営業日（7/3 9:12）」.
    pub left: String,
    /// How long ago it was: 「2営業日超過」.
    pub late: String,
    pub assignee: String,
    pub status: &'static str,
    /// The day until which the desk holds the ticket; empty unless it does.
    pub held_until: String,
    /// The clock is paused.
    pub waits: bool,
    /// `inquiry` line by line, for HTML.
    pub inquiry_lines: Vec<String>,
    /// What members have noted last, a line each.
    pub notes: Vec<String>,
    /// What members have written about it and has not left.
    pub unsent: Vec<UnsentMail>,
    /// Whose tickets became a part of it, and who still wait for an answer, a line each.
    pub unanswered: Vec<String>,
    /// The reader's key for this ticket; empty where this mail cannot be answered.
    pub key: String,
    /// The marker line above the place for an answer; empty like `key`.
    pub begin: String,
    /// The marker line below it; empty like `key`.
    pub end: String,
    /// Link to a new mail about this ticket alone; empty like `key`.
    pub mailto: String,
    /// The usual orders, the likeliest first; empty like `key`.
    pub links: Vec<LinkContext>,
}

/// What a member has written about a ticket and has not left.
#[derive(Debug, Clone, Serialize)]
pub struct UnsentMail {
    /// 「伊藤 健一さんの回答は、責任者の承認を待っています」
    pub words: String,
    /// What the reader may decide; empty where somebody else decides.
    pub links: Vec<LinkContext>,
}

impl StaffTicket {
    /// The ticket in words, at `now`.
    #[must_use]
    pub fn new(rules: &Rules, facts: &TicketFacts<'_>, now: DateTime<Utc>) -> Self {
        let calendar = &rules.calendar;
        let words = |at| japanese_time::instant(at, calendar.time_zone(), now);
        let value = |key, kind| for_staff(&one_line(facts.fields.get(key).unwrap_or_default()), kind);
        let contact = value(FieldKey::Contact, Shown::Beginning);
        let status = facts.clock.status();
        let deadline = facts.clock.deadline();
        let open = deadline.filter(|_| status == Status::Open);
        let held_until = facts.clock.hold().filter(|_| facts.clock.is_held_by_desk());
        let held_until = held_until.and_then(|hold| hold.until);
        let held_until = held_until.map(|day| japanese_time::day(day, date_of(now, calendar.time_zone())));
        let inquiry = within(facts.fields.get(FieldKey::Inquiry).unwrap_or_default(), Shown::Beginning, "");
        Self {
            number: facts.number.clone(),
            application: facts.kind == TicketKind::Application,
            organization: value(FieldKey::Organization, Shown::Line),
            name: value(FieldKey::Name, Shown::Line).trim_end_matches('様').trim_end().to_owned(),
            telephones: telephones(&contact),
            contact,
            inquiry_lines: inquiry.lines().map(str::to_owned).collect(),
            inquiry,
            received: words(facts.received_at),
            deadline: deadline.map(words).unwrap_or_default(),
            left: open
                .filter(|deadline| now <= *deadline)
                .map(|deadline| due::left(calendar, deadline, now))
                .unwrap_or_default(),
            late: open
                .filter(|deadline| now > *deadline)
                .map(|deadline| due::late(calendar, deadline, now))
                .unwrap_or_default(),
            assignee: facts.assignee.unwrap_or_default().to_owned(),
            status: clock_word(facts.clock),
            held_until: held_until.unwrap_or_default(),
            waits: status == Status::Waiting,
            notes: Vec::new(),
            unsent: Vec::new(),
            unanswered: Vec::new(),
            key: String::new(),
            begin: String::new(),
            end: String::new(),
            mailto: String::new(),
            links: Vec::new(),
        }
    }

    /// Adds what members have noted.
    #[must_use]
    pub fn with_notes(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// Adds what members have written and has not left.
    #[must_use]
    pub fn with_unsent(self, unsent: Vec<UnsentMail>) -> Self {
        Self { unsent, ..self }
    }

    /// Adds the merged tickets whose inquirers still wait for an answer.
    #[must_use]
    pub fn with_unanswered(self, unanswered: Vec<String>) -> Self {
        Self { unanswered, ..self }
    }

    /// Shows the whole inquiry, as a notice about this ticket alone does.
    #[must_use]
    pub fn whole(mut self, fields: &Fields) -> Self {
        self.inquiry = within(fields.get(FieldKey::Inquiry).unwrap_or_default(), Shown::Whole, ORIGINAL);
        self.inquiry_lines = self.inquiry.lines().map(str::to_owned).collect();
        self
    }

    /// Adds the reader's key, the marker lines and the links, so that the reader can answer and order by this mail.
    #[must_use]
    pub fn answerable(mut self, number: &TicketNumber, key: String, desk: &str, reader: &str) -> Self {
        // The member adds a day and a reason.
        let clock = if self.waits { ("再開する", "再開") } else { ("保留にする", "保留 ") };
        let orders = [("担当する", "担当"), ("完了にする", "完了"), clock, ("メモを書く", "メモ ")];
        let own = !self.assignee.is_empty() && self.assignee == reader;
        self.links = orders
            .into_iter()
            .skip(usize::from(own))
            .map(|(word, order)| LinkContext { word, link: order_link(desk, number, &key, order) })
            .collect();
        self.begin = staff_mail::begin_marker(number, &key);
        self.end = staff_mail::end_marker(number);
        let subject = percent(&format!("[{number}] 回答 {key}"));
        self.mailto = format!("mailto:{desk}?subject={subject}");
        self.key = key;
        self
    }
}

closed_set! {
    /// A word that decides about a draft. `desk::staff_mail` reads it as an order.
    DecisionWord {
        Send = "送信",
        Approve = "承認",
        Reject = "差戻",
        Cancel = "取消",
    }
}

/// Link to a new mail that decides about a draft: the word is its whole text, so that one tap and sending are enough.
#[must_use]
pub fn decision_link(desk: &str, number: &TicketNumber, mark: &str, key: &str, word: DecisionWord) -> String {
    let subject = percent(&format!("[{number}] {word} {}{mark} {key}", staff_mail::DRAFT_MARK));
    format!("mailto:{desk}?subject={subject}&body={}", percent(word.as_str()))
}

/// Link to a new mail that gives an order on a ticket.
pub(super) fn order_link(desk: &str, number: &TicketNumber, key: &str, order: &str) -> String {
    let subject = percent(&format!("[{number}] {} {key}", order.trim_end()));
    format!("mailto:{desk}?subject={subject}&body={}", percent(order))
}

/// What 再送 sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// What did not arrive.
    Bounced,
    /// The last answer, to inquirers of merged tickets who have none.
    Unanswered,
}

/// Link to a new mail that says 再送.
#[must_use]
pub fn resend_link(desk: &str, number: &TicketNumber, key: &str, what: Resend) -> LinkContext {
    let word = match what {
        Resend::Bounced => "届かなかったメールを、直した宛先に送り直す",
        Resend::Unanswered => "同じ回答を、まだお送りしていない差出人様に送る",
    };
    LinkContext { word, link: order_link(desk, number, key, "再送") }
}

/// Percent-encodes a header field of a `mailto:` (RFC 6068, 2).
pub(super) fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A mail of an inquirer's, as a notice about it shows it.
#[must_use]
pub fn news(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { within(text, Shown::Whole, ORIGINAL) }
}

/// Behind the count of what a notice leaves out.
const ORIGINAL: &str = "。「全文」とご返信いただくと、元のメールをお送りします";

/// A stranger's text with one blank line where it has several, up to its limit. `hint` stands behind the count of what is left out.
fn within(text: &str, kind: Shown, hint: &str) -> String {
    let mut lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    let whole = lines.join("\n");
    match cut(&whole, kind) {
        ("", _) => ABSENT.to_owned(),
        (_, 0) => own_marks::disarmed(&whole),
        (shown, left_out) => own_marks::disarmed(shown) + &format!("…（ほか{left_out}字{hint}）"),
    }
}
