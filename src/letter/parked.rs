//! A parked mail (要確認メール) as mails to staff show it: who wrote it, how it begins, and the place and the links by which
//! a member takes it in, answers or discards it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{LinkContext, attachments_for_staff, reason_in_words, sender_in_words, ticket::order_link};
use crate::{
    desk::{
        japanese_time, own_marks, staff_mail,
        ticket::TicketNumber,
        triage::{ParkReason, Rules},
        window::fiscal_year,
    },
    mail::InboundMail,
};

/// As much of a sender or a subject as is shown, in characters.
const SHORT: usize = 60;
/// Lines of a text that are shown, and characters of each.
const MOST_LINES: usize = 6;
const LONGEST_LINE: usize = 100;

/// A parked mail in words. What is not known is empty.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedMail {
    /// 「MAIL-2025-0120」; empty where the mail cannot be named.
    pub number: String,
    pub received: String,
    pub reason: &'static str,
    pub from: String,
    pub subject: String,
    /// Names and number of its files.
    pub attachments: String,
    /// The first lines of its text.
    pub lines: Vec<String>,
    /// The reader's key for this mail; empty where this mail cannot be answered.
    pub key: String,
    /// The marker line above the place for an answer; empty like `key`.
    pub begin: String,
    /// The marker line below it; empty like `key`.
    pub end: String,
    /// 受付, 破棄 and 全文; empty like `key`.
    pub links: Vec<LinkContext>,
}

/// A parked mail and its ledger row.
#[derive(Debug, Clone, Copy)]
pub struct ParkedFacts<'a> {
    /// Row id in the ledger.
    pub message: i64,
    /// `None` where this version does not know the stored one.
    pub reason: Option<ParkReason>,
    pub received_at: DateTime<Utc>,
    pub mail: &'a InboundMail,
}

impl ParkedFacts<'_> {
    /// The number by which members name the mail.
    #[must_use]
    pub fn number(&self, rules: &Rules) -> Option<TicketNumber> {
        let year = fiscal_year(self.received_at, rules.calendar.time_zone());
        TicketNumber::of_parked(self.message, year)
    }
}

impl ParkedMail {
    #[must_use]
    pub fn new(rules: &Rules, facts: ParkedFacts<'_>, now: DateTime<Utc>) -> Self {
        let ParkedFacts { reason, received_at, mail, .. } = facts;
        let short = |text: &str| cut(&own_marks::disarmed(text), SHORT);
        let from = mail.from.as_ref().map_or("", |from| &from.address);
        let files: Vec<String> = mail.attachments.iter().map(|file| file.name.clone()).collect();
        let lines = mail.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let shown: String = lines.take(MOST_LINES).map(|line| cut(line, LONGEST_LINE) + "\n").collect();
        Self {
            number: facts.number(rules).map(|number| number.to_string()).unwrap_or_default(),
            received: japanese_time::instant(received_at, rules.calendar.time_zone(), now),
            reason: reason_in_words(reason),
            from: short(sender_in_words(reason, from)),
            subject: short(&mail.subject),
            attachments: own_marks::disarmed(&attachments_for_staff(&files)),
            lines: own_marks::disarmed(&shown).lines().map(str::to_owned).collect(),
            key: String::new(),
            begin: String::new(),
            end: String::new(),
            links: Vec::new(),
        }
    }

    /// Adds the reader's key, the marker lines and the links, so that the reader can work on it by this mail.
    #[must_use]
    pub fn answerable(mut self, number: &TicketNumber, key: String, desk: &str) -> Self {
        let orders = [
            ("受け付ける", "受付"),
            ("破棄する（理由を書き足してください）", "破棄 "),
            ("元のメールを見る", "全文"),
        ];
        self.links = orders
            .into_iter()
            .map(|(word, order)| LinkContext { word, link: order_link(desk, number, &key, order) })
            .collect();
        self.begin = staff_mail::begin_marker(number, &key);
        self.end = staff_mail::end_marker(number);
        self.key = key;
        self
    }
}

fn cut(text: &str, most: usize) -> String {
    let shown: String = text.chars().take(most).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
