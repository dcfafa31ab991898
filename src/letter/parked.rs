//! A parked mail (要確認メール) as mails to staff show it: who wrote it, how it begins, and the place and the links by which
//! a member takes it in, answers or discards it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    LinkContext, attachments_for_staff,
    bounds::{Shown, for_staff, shortened},
    reason_in_words, sender_in_words,
    ticket::order_link,
};
use crate::{
    desk::{
        japanese_time, own_marks, staff_mail,
        ticket::TicketNumber,
        triage::{ParkReason, Rules},
        window::fiscal_year,
    },
    mail::InboundMail,
};

/// Lines of a text that are shown.
const MOST_LINES: usize = 6;

/// A parked mail in words. Unknown values are empty.
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
    /// Why it cannot become a ticket, and what to do instead; empty where it can.
    pub hint: String,
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
    /// Bytes of the mail if only its beginning was read: it may have more files.
    pub size: Option<u64>,
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
        let ParkedFacts { reason, received_at, mail, size, .. } = facts;
        let from = mail.from_address();
        let files: Vec<String> = mail.attachments.iter().map(|file| file.name.clone()).collect();
        let attachments = attachments_for_staff(&files);
        let lines = mail.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let shown: String = lines.take(MOST_LINES).map(|line| shortened(line, Shown::Line) + "\n").collect();
        Self {
            number: facts.number(rules).map(|number| number.to_string()).unwrap_or_default(),
            received: japanese_time::instant(received_at, rules.calendar.time_zone(), now),
            reason: reason_in_words(reason),
            from: for_staff(sender_in_words(reason, from), Shown::Address),
            subject: for_staff(&mail.subject, Shown::Line),
            attachments: own_marks::disarmed(&attachments) + &size.map(whole_size).unwrap_or_default(),
            lines: own_marks::disarmed(&shown).lines().map(str::to_owned).collect(),
            key: String::new(),
            begin: String::new(),
            end: String::new(),
            links: Vec::new(),
            hint: String::new(),
        }
    }

    /// Adds the reader's key, the marker lines and the links, so that the reader can work on it by this mail. What a member sent
    /// becomes no ticket.
    #[must_use]
    pub fn answerable(
        mut self,
        number: &TicketNumber,
        key: String,
        desk: &str,
        (reason, by_member): (Option<ParkReason>, bool),
    ) -> Self {
        let becomes_ticket = !by_member && reason.is_none_or(ParkReason::may_be_taken_in);
        let orders = [
            ("受け付ける", "受付"),
            ("破棄する（理由を書き足してください）", "破棄 "),
            ("元のメールを見る", "全文"),
        ];
        self.links = orders
            .into_iter()
            .skip(usize::from(!becomes_ticket))
            .map(|(word, order)| LinkContext { word, link: order_link(desk, number, &key, order) })
            .collect();
        self.begin = staff_mail::begin_marker(number, &key);
        self.end = staff_mail::end_marker(number);
        if by_member {
            BY_MEMBER.clone_into(&mut self.hint);
        }
        self.key = key;
        self
    }
}

/// What a member sends on has no proof of its author.
const BY_MEMBER: &str = "担当者からのメールは、照会として受け付けられません。転送された照会を登録するときは、件名を「電話照会」とし、照会者の4つの項目を書いて、窓口へお送りください（回答は、照会者へ直接お伝えください）";

/// 「（メール全体で24.0 MB。ほかにも添付がある場合があります）」
fn whole_size(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("（メール全体で{}.{} MB。ほかにも添付がある場合があります）", tenths / 10, tenths % 10)
}
