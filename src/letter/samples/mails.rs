//! Sample values of parked mail, and of a question to a contact.

use chrono::{DateTime, Utc};

use super::{ADDRESS, KEY, number_of};
use crate::{
    desk::{
        contacts::{Contact, Forwarding},
        triage::{ParkReason, Rules},
    },
    letter::{
        DecisionWord, Facts, ForwardContext, LinkContext, ParkedFacts, ParkedMail, Profile, Purpose,
        StaffTicket, UndeliveredContext, UnsentMail, decision_link, purpose_in_words, status_in_words,
    },
    mail::{Attachment, InboundMail, Mailbox},
};

pub(super) fn forwarded(profile: &Profile, rules: &Rules, facts: &Facts, full: bool) -> ForwardContext {
    let contact = Contact {
        name: if full { "星川大学 研究室".to_owned() } else { "山本 一郎 先生".to_owned() },
        address: "yamamoto@adviser.example.jp".to_owned(),
        aliases: Vec::new(),
    };
    let message = if full { "7月10日までにご教示ください。".to_owned() } else { String::new() };
    let forwarding = Forwarding { contact: &contact, personal: full, day: None, message };
    let received = "令和7年7月1日（火）".to_owned();
    ForwardContext::new(profile, rules, facts.number.clone(), &facts.fields, received, &forwarding)
}

/// The first of the tickets with an answer that waits for its reader.
pub(super) fn with_answer(
    profile: &Profile,
    rules: &Rules,
    mut tickets: Vec<StaffTicket>,
    full: bool,
) -> Vec<StaffTicket> {
    let link = |word: DecisionWord| LinkContext {
        word: word.as_str(),
        link: decision_link(&profile.address, &number_of(rules, 1), "0a1b2c", KEY, word),
    };
    if let Some(first) = tickets.first_mut().filter(|_| full) {
        first.unsent = vec![UnsentMail {
            words: "伊藤 健一さんの回答は、責任者の承認を待っています".to_owned(),
            links: [DecisionWord::Approve, DecisionWord::Reject].map(link).to_vec(),
        }];
    }
    tickets
}

pub(super) fn parked(
    profile: &Profile,
    rules: &Rules,
    reason: ParkReason,
    subject: &str,
    now: DateTime<Utc>,
) -> ParkedMail {
    let file =
        |name: &str| Attachment { name: name.to_owned(), media_type: String::new(), bytes: Vec::new() };
    let mail = InboundMail {
        from: Some(Mailbox { name: None, address: ADDRESS.to_owned() }),
        subject: subject.to_owned(),
        text: "お世話になっております。\n\n会議の進め方について、お尋ねします。\n".to_owned(),
        attachments: vec![file("別紙2-②申込書.docx")],
        ..InboundMail::default()
    };
    let facts = ParkedFacts { message: 120, reason: Some(reason), received_at: now, mail: &mail, size: None };
    let parked = ParkedMail::new(rules, facts, now);
    match facts.number(rules) {
        Some(number) => parked.answerable(&number, KEY.to_owned(), &profile.address),
        None => parked,
    }
}

pub(super) fn undelivered(full: bool) -> UndeliveredContext {
    UndeliveredContext {
        what: purpose_in_words(Purpose::Acknowledgement),
        recipient: ADDRESS.to_owned(),
        reason: status_in_words("5.1.1".parse().ok()),
        unconfirmed: false,
        is_result: false,
        diagnostic: if full { "550 5.1.1 User unknown".to_owned() } else { String::new() },
        telephones: if full { vec!["03-0000-1201".to_owned()] } else { Vec::new() },
    }
}
